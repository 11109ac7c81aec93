"""Checks that compile time does not grow with depth, and that the 125M shape runs near the machine's ceilings and takes no more memory than it should.

Usage: speed.py BUILD_FOLDER WORK_FOLDER
Speeds are shares of ceilings measured in the same run, so that they mean the same on any machine.
"""

import json
import resource
import subprocess
import sys
from pathlib import Path

LEAST_DECODE_SHARE, LEAST_PREFILL_SHARE = 0.30, 0.25
MOST_IR_BYTES, MOST_EXTRA_BYTES = 2_000_000, 200_000_000
MOST_COMPILE_RATIO = 2  # h3-2.7b has 32 layers, h3-125m 12: equal layers share their kernels


def compile_seconds(compiler, model, work):
    """CPU time to an object file, the median of three."""
    def once():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([compiler, model, "--random-weights", "0", "-o", work / "model.o", "--emit", "obj"], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return sorted(once() for _ in range(3))[1]


def main():
    compiler, work = Path(sys.argv[1]) / "bin" / "h3-compile", Path(sys.argv[2])
    work.mkdir(parents=True, exist_ok=True)
    program = work / "h3-125m"
    common = [compiler, "h3-125m", "--random-weights", "0", "-o"]

    small, large = (compile_seconds(compiler, model, work) for model in ("h3-125m", "h3-2.7b"))
    print(f"h3-125m compiles in {small:.1f} s of CPU time, h3-2.7b in {large:.1f} s")
    assert large < MOST_COMPILE_RATIO * small

    for stage in ("h3", "linalg", "vector", "llvm"):
        command = [compiler, "h3-2.7b", "--random-weights", "0", "--emit", stage]
        size = len(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        print(f"h3-2.7b is {size} bytes of IR after stage {stage}")
        assert size < MOST_IR_BYTES

    subprocess.run([*common, program], check=True)
    bench = json.loads(subprocess.run([program, "bench", "--json"], check=True, stdout=subprocess.PIPE).stdout)
    info = json.loads(subprocess.run([program, "info", "--json"], check=True, stdout=subprocess.PIPE).stdout)
    decode, prefill = bench["decode_share_of_ceiling"], bench["prefill_share_of_ceiling"]
    print(f"decode {decode:.0%} of the read ceiling, prefill {prefill:.0%} of the multiply-add ceiling")
    assert decode >= LEAST_DECODE_SHARE and prefill >= LEAST_PREFILL_SHARE
    memory = info["memory"]
    needed = memory["weights_bytes"] + memory["state_bytes_per_sequence"] + memory["cache_bytes_per_sequence"]
    extra = bench["peak_rss_bytes"] - needed
    print(f"peak memory: weights, state and {extra / 1e6:.0f} MB")
    assert extra < MOST_EXTRA_BYTES


main()
