"""Runs the GPU program of a golden model on the simulated GPU and compares it with what the reference computed.

Usage: golden_gpu.py GOLDEN_FOLDER WORK_FOLDER TOLERANCE LONGEST [SECTORS]
Prompts of at most LONGEST tokens, each in three orders of blocks and warps, whole and in chunks; the simulated GPU's report must
be free of findings, and what kernels read at most SECTORS times (1.1) what their bytes would fill.
"""

import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np

from programs import compile_model, greedy, logits



def number(path):
    return int(path.stem.split("_")[-1])


def check_report(path, most):
    report = json.loads(path.read_text())
    for key in ("findings", "leaks", "unsupported_calls"):
        assert not report[key], f"{key}: {report[key]}"
    for kernel in report["kernels"]:
        counters = kernel["counters"]
        for kind in ("global_load_sectors", "shared_load_wavefronts", "shared_store_wavefronts"):
            ideal = counters[kind.replace("load_", "load_ideal_").replace("store_", "store_ideal_")]
            assert counters[kind] <= most * ideal, f"{kernel['name']}: {counters[kind]} {kind}, ideal {ideal}"


def main():
    golden, work, tolerance, longest = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    report, most = work / "report.json", float(sys.argv[5]) if len(sys.argv) > 5 else 1.1
    os.environ["H3_SIMGPU_REPORT"] = str(report)
    program = compile_model(golden, work / "program", "--target", "cuda", "--cuda-arch", "sm_80")
    checked = 0
    for path in sorted(golden.glob("logits_*.npy"), key=number):
        if number(path) > longest:
            continue
        ids, expected = np.load(golden / f"ids_{number(path)}.npy"), np.load(path)
        for seed, options in enumerate(({}, {"chunk": 100}, {"chunk": 7})):
            os.environ["H3_SIMGPU_SEED"] = str(seed)
            found = logits(program, ids, work, device="sim", last=expected.shape[1], **options)
            check_report(report, most)
            error = np.abs(found - expected).max()
            assert error <= tolerance, f"{path.name}, seed {seed}, {options}: error {error:.1e}"
        print(f"{golden.name}/{path.name}: error {error:.1e}")
        checked += 1
    for path in sorted(golden.glob("greedy_[0-9]*.npy")):
        if number(path) > longest:
            continue
        expected = np.load(path)
        prompt = expected[:, :number(path)]
        found = greedy(program, prompt, expected.shape[1] - number(path), work, device="sim")
        check_report(report, most)
        assert np.array_equal(found, expected), f"{path.name}: other tokens"
        print(f"{golden.name}/{path.name}: same tokens")
        checked += 1
    assert checked > 0, f"{golden}: nothing to compare with"


main()
