"""Compares the oracle with golden folders: logits (whole and in two chunks) and greedy continuations.

Usage: check_golden.py GOLDEN [--up-to 300] (the longest prompt checked)
"""

import argparse
import json
import re
import sys
from pathlib import Path

import numpy as np

from checkpoint import load_checkpoint
from h3 import forward, greedy

TOLERANCE = 1e-3  # the golden logits were computed in float32


def check_logits(folder, params, config, up_to):
    """Yields (file, error of the whole prompt, difference between that and two chunks)."""
    for path in sorted(folder.glob("logits_*.npy")):
        length = int(re.search(r"(\d+)\.npy", path.name)[1])
        if length > up_to:
            continue
        ids, expected = np.load(folder / f"ids_{length}.npy"), np.load(path)
        whole, _ = forward(params, config, ids)
        half = (length + 1) // 2
        first, state = forward(params, config, ids[:, :half])
        second, _ = forward(params, config, ids[:, half:], state)
        chunks = np.concatenate([first, second], 1)
        error = np.abs(whole[:, -expected.shape[1]:] - expected).max()
        yield path.name, error, np.abs(whole - chunks).max()


def check_greedy(folder, params, config, up_to):
    """Yields (file, whether every token agrees)."""
    for path in sorted(folder.glob("greedy_[0-9]*.npy")):
        length = int(path.stem.split("_")[1])
        if length <= up_to:
            expected = np.load(path)
            found = greedy(params, config, expected[:, :length], expected.shape[1] - length)
            yield path.name, np.array_equal(found, expected)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("golden", type=Path)
    parser.add_argument("--up-to", type=int, default=300)
    args = parser.parse_args()
    failed = False
    for config_file in sorted(args.golden.glob("*/config.json")):
        folder = config_file.parent
        config, params = json.loads(config_file.read_text()), load_checkpoint(folder / "model.pt")
        for name, error, chunked in check_logits(folder, params, config, args.up_to):
            failed |= error > TOLERANCE or chunked > 1e-9
            print(f"{folder.name}/{name}: error {error:.1e}, in two chunks {chunked:.1e}")
        for name, same in check_greedy(folder, params, config, args.up_to):
            failed |= not same
            print(f"{folder.name}/{name}: {'same tokens' if same else 'DIFFERENT TOKENS'}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
