#!/usr/bin/env python3
"""Compiles published shapes with random weights and prints their speed as shares of the machine's ceilings."""

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=["h3-125m"], help="published names (default: h3-125m)")
    parser.add_argument("--build", type=Path, default=Path(__file__).resolve().parents[1] / "build")
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--json", type=Path, help="also write the results of `bench --json` to this file")
    args = parser.parse_args()

    results = []
    print("| model | threads | compile, s | decode, tokens/s | of read ceiling | prefill, tokens/s | of FMA ceiling |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for model in args.models:
            program = Path(folder) / model
            start = time.monotonic()
            subprocess.run([args.build / "bin" / "h3-compile", model, "--random-weights", "0", "-o", program], check=True)
            seconds = time.monotonic() - start
            for threads in args.threads:
                command = [program, "bench", "--json", "--threads", str(threads), "--repeat", str(args.repeat)]
                r = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
                results.append(r)
                print(f"| {model} | {threads} | {seconds:.1f} "
                      f"| {r['decode_tokens_per_s']['median']:.1f} | {r['decode_share_of_ceiling']:.0%} "
                      f"| {r['prefill_tokens_per_s']['median']:.0f} | {r['prefill_share_of_ceiling']:.0%} |", flush=True)
            program.unlink()
            Path(f"{program}.h3w").unlink()
    if args.json:
        args.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
