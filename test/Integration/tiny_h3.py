"""The shipped model: it predicts the held-out text as well as it did in training, and its text repeats with the seed.

Usage: tiny_h3.py MODEL_FOLDER WORK_FOLDER
"""

import json
import shutil
import sys
from pathlib import Path

from programs import compile_model, run


def main():
    model, work = Path(sys.argv[1]), Path(sys.argv[2])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    assert (model / "model.pt").stat().st_size <= 8_000_000
    program = compile_model(model, work / "tiny-h3")

    expected = json.loads((model / "eval.json").read_text())["heldout_bits_per_byte"]
    found = json.loads(run(program, "eval", model / "heldout.txt", "--window", 513, "--json")[0])["bits_per_byte"]
    print(f"{found:.4f} bits per byte, {expected:.4f} in training")
    assert abs(found / expected - 1) < 1e-3

    def text(seed):
        return run(program, "--prompt", "And God said,", "--genlen", 60, "--seed", seed)[0].decode()

    assert text(1) == text(1) != text(2)
    assert len(text(1).split()) > 20


main()
