"""Runs the GPU program of a golden model on the simulated GPU and compares it with what the reference computed.

Usage: golden_gpu.py GOLDEN_FOLDER WORK_FOLDER TOLERANCE LONGEST [SECTORS] [--every-order]
Prompts of at most LONGEST tokens, whole and in chunks of two lengths, each in another order of blocks and warps, or each in all three;
the simulated GPU's report must be free of findings, and what kernels read at most SECTORS times (1.1) what their bytes would fill. Greedy
decoding replays a graph for each token but the first, which ends the prompt.
"""

import itertools
import os
import shutil
import sys
from pathlib import Path

import numpy as np

from gpu_reports import check_report
from programs import compile_model, greedy, logits


def number(path):
    return int(path.stem.split("_")[-1])


def main():
    every_order = sys.argv[-1] == "--every-order"
    arguments = sys.argv[1:-1] if every_order else sys.argv[1:]
    golden, work, tolerance, longest = Path(arguments[0]), Path(arguments[1]), float(arguments[2]), int(arguments[3])
    seeds, ways = range(3), ({}, {"chunk": 100}, {"chunk": 7})
    runs = list(itertools.product(seeds, ways)) if every_order else list(zip(seeds, ways))
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    report, most = work / "report.json", float(arguments[4]) if len(arguments) > 4 else 1.1
    os.environ["H3_SIMGPU_REPORT"] = str(report)
    program = compile_model(golden, work / "program", "--target", "cuda", "--cuda-arch", "sm_80")
    checked = 0
    for path in sorted(golden.glob("logits_*.npy"), key=number):
        if number(path) > longest:
            continue
        ids, expected = np.load(golden / f"ids_{number(path)}.npy"), np.load(path)
        for seed, options in runs:
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
        for seed in seeds if every_order else seeds[-1:]:
            os.environ["H3_SIMGPU_SEED"] = str(seed)
            found = greedy(program, prompt, expected.shape[1] - number(path), work, device="sim")
            graphs = check_report(report, most)["graph_launches"]
            assert np.array_equal(found, expected), f"{path.name}, seed {seed}: other tokens"
            replayed = expected.shape[1] - number(path) - 1
            assert graphs == replayed, f"{path.name}: {graphs} launches of graphs, expected {replayed}"
        print(f"{golden.name}/{path.name}: same tokens")
        checked += 1
    assert checked > 0, f"{golden}: nothing to compare with"


main()
