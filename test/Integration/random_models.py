"""Compares compiled programs of random small models with the oracle.

Usage: random_models.py WORK_FOLDER FIRST_SEED COUNT
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np

import programs
from checkpoint import random_model, save_checkpoint
from h3 import forward


def divisors(n, of=(1, 2, 3, 4)):
    return [i for i in of if n % i == 0]


def random_config(rng):
    d = int(rng.choice([rng.integers(1, 20), 4 * rng.integers(2, 20)]))  # odd ones as often as round ones
    head_dim, n_heads = int(rng.choice(divisors(d))), int(rng.choice(divisors(d)))
    heads, width = d // head_dim, d // n_heads
    n_layer = int(rng.integers(1, 4))
    attention = [i for i in range(n_layer) if rng.random() < 0.35]
    return {
        "d_model": d, "n_layer": n_layer, "d_inner": int(rng.integers(1, 90)), "vocab_size": int(rng.integers(2, 300)),
        "pad_vocab_size_multiple": int(rng.choice([1, 8])), "attn_layer_idx": attention, "n_heads": n_heads,
        "rotary_emb_dim": 2 * int(rng.integers(0, width // 2 + 1)) if attention else 0,
        "d_state": int(rng.choice([2, 4, 6, 16, 18, 32, 50, 64])), "head_dim": head_dim, "layer_norm_epsilon": 1e-5,
        "n_ssm": int(rng.choice(divisors(heads, (1, 2, 3, heads)))),
    }


def check(seed, work):
    rng = np.random.default_rng(seed)
    config = random_config(rng)
    params = random_model(config, seed, rng.choice([np.float32, np.float16]))
    folder = work / str(seed)
    folder.mkdir(parents=True)
    save_checkpoint(folder / "model.pt", params)
    stored = {key: value for key, value in config.items() if key != "n_ssm"}
    (folder / "config.json").write_text(json.dumps(stored))
    program = programs.compile_model(folder, folder / "program", "--max-tokens", int(rng.choice([1, 7, 64])),
                                     "--max-context", 300)  # which the longest prompt fills
    for _ in range(2):
        batch, length = int(rng.integers(1, 4)), int(rng.choice([1, 2, 15, 16, 17, 63, 64, 65, 127, 300]))
        ids = rng.integers(0, config["vocab_size"], (batch, length))
        expected = forward(params, config, ids)[0]
        whole = programs.logits(program, ids, folder)
        scale = max(1, np.abs(expected).max())
        error = np.abs(whole - expected).max() / scale
        print(f"seed {seed}, {batch} x {length}, d_model {config['d_model']}: error {error:.1e}")
        assert error < 1e-4, config
        chunk, threads = int(rng.integers(1, length + 1)), int(rng.integers(1, 6))
        chunked = programs.logits(program, ids, folder, chunk=chunk, threads=threads)
        assert np.array_equal(whole, chunked), f"other bits in chunks of {chunk} on {threads} threads: {config}"


def main():
    work, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    shutil.rmtree(work, ignore_errors=True)
    for seed in range(first, first + count):
        check(seed, work)


main()
