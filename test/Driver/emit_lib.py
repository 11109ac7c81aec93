"""Compares embedded models with the reference. Usage: emit_lib.py GOLDEN_FOLDER WEIGHTS PROGRAM..."""

import sys
from pathlib import Path

import numpy as np

from drivers import run

golden, weights, programs = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
ids, expected = np.load(golden / "ids_17.npy"), np.load(golden / "logits_17.npy")[:, -1]
for row, wanted in zip(ids, expected):
    outputs = [run(program, weights, *row)[0] for program in programs]
    error = np.abs(np.frombuffer(outputs[0], "<f4") - wanted).max()
    print(f"error {error:.1e}")
    assert error < 2e-4
    assert all(output == outputs[0] for output in outputs), "other bits from another way of linking"
