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
from dense_weights import stored_params
from h3 import forward

TOLERANCE = 1e-4
FEW = 8  # rows; more are multiplied by cuBLASLt, with inputs rounded to halves where weights are no floats
TOLERANCES = {"f32": 1e-4, "bf16": 2e-1, "f16": 2e-2, "int8": 2e-2, "int4": 2e-2}  # of more rows; logits go up to 4


def lengths(golden):
    return sorted(int(path.stem.split("_")[1]) for path in golden.glob("ids_*.npy"))


def check(golden, weight_type, longest, sectors, work):
    program = compile_model(golden, work / "program", "--target", "cuda", "--cuda-arch", "sm_80",
                            "--weight-type", weight_type)
    config, params = json.loads((golden / "config.json").read_text()), load_checkpoint(golden / "model.pt")
    stored = stored_params(golden, Path(f"{program}.h3w"), params, weight_type)
    worst = 0
    short = [length for length in lengths(golden) if length <= longest]
    assert short, f"{golden}: no prompt of at most {longest} tokens"
    for length in short:
        ids = np.load(golden / f"ids_{length}.npy")
        expected, _ = forward(stored, config, ids)
        for seed, options in enumerate(({}, {"chunk": FEW // len(ids)}, {"chunk": 1})):
            os.environ["H3_SIMGPU_SEED"] = str(seed)
            found = logits(program, ids, work, device="sim", **options)
            check_report(Path(os.environ["H3_SIMGPU_REPORT"]), sectors)
            error = np.abs(found - expected).max()
            rows = len(ids) * min(options.get("chunk", length), length)
            assert error <= (TOLERANCE if rows <= FEW else TOLERANCES[weight_type]), f"{golden.name}, {weight_type}, {length} tokens, {options}: error {error:.1e}"
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
