"""Compares the compiled program of a golden model with what the reference computed.

Usage: golden.py GOLDEN_FOLDER WORK_FOLDER TOLERANCE [COMPILE_OPTION...]
Each prompt is fed whole, in chunks of 100 and token by token, by one to three threads: the bits must be the same.
"""

import re
import shutil
import sys
from pathlib import Path

import numpy as np

from programs import compile_model, greedy, logits


def number(path):
    return int(re.search(r"(\d+)\.npy", path.name)[1])


def main():
    golden, work, tolerance = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    longest = max(number(p) for p in golden.glob("ids_*.npy"))
    program = compile_model(golden, work / "program", "--max-context", 2 * longest, *sys.argv[4:])
    checked = 0
    for path in sorted(golden.glob("logits_*.npy"), key=number):
        ids, expected = np.load(golden / f"ids_{number(path)}.npy"), np.load(path)
        last = expected.shape[1]
        whole = logits(program, ids, work, last=last)
        error = np.abs(whole - expected).max()
        print(f"{golden.name}/{path.name}: error {error:.1e}")
        assert error <= tolerance, f"expected at most {tolerance:g}"
        for options in ({"chunk": 100, "threads": 1}, {"chunk": 1, "threads": 2}, {"threads": 1}, {"threads": 3}):
            again = logits(program, ids, work, last=last, **options)
            assert np.array_equal(whole, again), f"{path.name}: other bits with {options}"
        checked += 1
    for path in sorted(golden.glob("greedy_[0-9]*.npy")):
        expected = np.load(path)
        found = greedy(program, expected[:, :number(path)], expected.shape[1] - number(path), work)
        assert np.array_equal(found, expected), f"{path.name}: other tokens"
        print(f"{golden.name}/{path.name}: same tokens")
        checked += 1
    assert checked > 0, f"{golden}: nothing to compare with"


main()
