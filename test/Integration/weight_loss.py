"""What smaller weights cost the trained model: bits per byte of its held-out text by the oracle, with a program's weights.

Usage: weight_loss.py GOLDEN_FOLDER WORK_FOLDER
As eval.json has it: windows of 1024 bytes, each from a zero state.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np

from programs import compile_model

from checkpoint import load_checkpoint
from dense_weights import stored_params
from h3 import forward

WINDOW = 1024
MOST = {"f32": 1e-5, "bf16": 0.001, "int8": 0.005, "int4": 0.03}  # more than in single precision


def bits_per_byte(params, config, ids):
    """ids [windows, bytes] -> the mean over all predictions."""
    logits, _ = forward(params, config, ids[:, :-1])
    logits = logits[..., :config["vocab_size"]]
    logits = logits - logits.max(-1, keepdims=True)
    right = np.take_along_axis(logits, ids[:, 1:, None], -1)[..., 0]
    return (np.log2(np.exp(logits).sum(-1)) - right * np.log2(np.e)).mean()


def main():
    golden, work = Path(sys.argv[1]), Path(sys.argv[2])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    config, params = json.loads((golden / "config.json").read_text()), load_checkpoint(golden / "model.pt")
    expected = json.loads((golden / "eval.json").read_text())["heldout_bits_per_byte"]
    text = np.frombuffer((golden / "heldout.txt").read_bytes(), np.uint8).astype(np.int64)
    ids = text[:len(text) // WINDOW * WINDOW].reshape(-1, WINDOW)
    for weight_type, most in MOST.items():
        program = compile_model(golden, work / weight_type, "--target", "cuda", "--cuda-arch", "sm_80",
                                "--weight-type", weight_type)
        stored = stored_params(golden, Path(f"{program}.h3w"), params, weight_type, "--target", "cuda")
        found = bits_per_byte(stored, config, ids)
        print(f"{weight_type}: {found:.5f} bits per byte, {100 * (found / expected - 1):+.3f} %", flush=True)
        assert found <= expected * (1 + most), f"expected {expected}, at most {100 * most} % more"


main()
