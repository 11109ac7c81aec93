"""Programs for GPUs with dense weights of every type: the weights themselves, and the logits that follow from them.

Usage: weight_types.py WORK_FOLDER LONGEST SECTORS GOLDEN_FOLDER...
Prompts of at most LONGEST tokens go whole and in chunks through the simulated GPU; the oracle computes what the dequantised
weights of the program give. What kernels read is at most SECTORS times what their bytes would fill.
"""

import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np

from gpu_reports import check_report
from programs import compile_model, logits

from checkpoint import load_checkpoint
from dense_weights import forward, round_bf16, round_f16, stored_params

TOLERANCE = 1e-4
FEW = 8  # rows; more are multiplied by cuBLASLt, in the half precision of their weights, f16 where these are integers
# A value that lies between two halves may be rounded to either, and one such value turns others in the layers behind it.
HALVES = {"bf16": (round_bf16, 1e-1), "f16": (round_f16, 1e-2), "int8": (round_f16, 1e-2), "int4": (round_f16, 1e-2)}


def expect(stored, config, ids, weight_type, rows):
    """Logits [batch, seq, vocabulary] of steps of `rows` rows, and how far others may be from them."""
    half, tolerance = HALVES.get(weight_type, (None, TOLERANCE)) if rows > FEW else (None, TOLERANCE)
    return forward(stored, config, ids, half, half), tolerance


def lengths(golden):
    return sorted(int(path.stem.split("_")[1]) for path in golden.glob("ids_*.npy"))


def check(golden, weight_type, longest, sectors, work):
    program = compile_model(golden, work / "program", "--target", "cuda", "--cuda-arch", "sm_80",
                            "--weight-type", weight_type)
    config, params = json.loads((golden / "config.json").read_text()), load_checkpoint(golden / "model.pt")
    stored = stored_params(golden, Path(f"{program}.h3w"), params, weight_type, "--target", "cuda")
    worst = 0
    short = [length for length in lengths(golden) if length <= longest]
    assert short, f"{golden}: no prompt of at most {longest} tokens"
    for length in short:
        ids = np.load(golden / f"ids_{length}.npy")
        for seed, options in enumerate(({}, {"chunk": FEW // len(ids)}, {"chunk": 1})):
            os.environ["H3_SIMGPU_SEED"] = str(seed)
            found = logits(program, ids, work, device="sim", **options)
            check_report(Path(os.environ["H3_SIMGPU_REPORT"]), sectors)
            expected, tolerance = expect(stored, config, ids, weight_type, len(ids) * min(options.get("chunk", length), length))
            error = np.abs(found - expected).max()
            assert error <= tolerance, f"{golden.name}, {weight_type}, {length} tokens, {options}: error {error:.1e}"
            worst = max(worst, error)
    print(f"{golden.name}, {weight_type}: {Path(f'{program}.h3w').stat().st_size} bytes, error {worst:.1e}", flush=True)


def main():
    work, longest, sectors = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    os.environ["H3_SIMGPU_REPORT"] = str(work / "report.json")
    for golden in sys.argv[4:]:
        for weight_type in ("f32", "bf16", "f16", "int8", "int4"):
            check(Path(golden), weight_type, longest, sectors, work)


main()
