"""Programs for CPUs with dense weights of every type: the weights themselves, and the logits that follow from them.

Usage: weight_types_cpu.py CPU WORK_FOLDER LONGEST GOLDEN_FOLDER...
Prompts of at most LONGEST tokens go whole, in chunks and token by token, which give the same bits, through programs for CPU
(--mcpu). The oracle computes what the dequantised weights of the program give for inputs in fewer bits, as h3.quantize_rows
and h3.round_rows have them.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np

from programs import compile_model, logits, run

from checkpoint import load_checkpoint
from dense_weights import forward, round_bf16, round_bytes, stored_params

WEIGHT_TYPES = ("f32", "bf16", "f16", "int8", "int4")
TOLERANCE = 1e-4
# An input that lies between two steps may be rounded to either. One such input turns others in the layers and rows behind
# it, so that this holds for all rows, and the other for a quarter of those of a model.
TURNED = 1e-1


def rounding(model, weight_type, *options):
    """What the program does to the inputs of dense layers, by its own account."""
    text = run("h3-compile", model, "--emit", "linalg", "--weight-type", weight_type, *options)[0].decode()
    rounds, quantises = "h3.round_rows" in text, "h3.quantize_rows" in text
    assert quantises == (weight_type in ("int8", "int4")) and not (rounds and weight_type != "bf16")
    return round_bytes if quantises else round_bf16 if rounds else None


def check(golden, weight_type, cpu, longest, work):
    options = ["--mcpu", cpu]
    program = compile_model(golden, work / "program", "--weight-type", weight_type, *options)
    config, params = json.loads((golden / "config.json").read_text()), load_checkpoint(golden / "model.pt")
    stored = stored_params(golden, Path(f"{program}.h3w"), params, weight_type, *options)
    round_inputs = rounding(golden, weight_type, *options)
    errors = []  # of rows
    lengths = sorted(int(path.stem.split("_")[1]) for path in golden.glob("ids_*.npy"))
    assert lengths[0] <= longest, f"{golden}: no prompt of at most {longest} tokens"
    for length in (length for length in lengths if length <= longest):
        ids = np.load(golden / f"ids_{length}.npy")
        whole = logits(program, ids, work)
        for chunk in (1, 7):
            assert np.array_equal(logits(program, ids, work, chunk=chunk), whole), f"{golden}, {weight_type}: chunks of {chunk}"
        errors += list(np.abs(whole - forward(stored, config, ids, round_inputs)).max(-1).flat)
    print(f"{golden.name}, {weight_type}, {cpu}: {Path(f'{program}.h3w').stat().st_size} bytes, "
          f"median error {np.median(errors):.1e}, most {max(errors):.1e}", flush=True)
    assert np.quantile(errors, 0.25) <= TOLERANCE and max(errors) <= (TURNED if round_inputs else TOLERANCE)


def main():
    cpu, work, longest = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for golden in sys.argv[4:]:
        for weight_type in WEIGHT_TYPES:
            check(Path(golden), weight_type, cpu, longest, work)


if __name__ == "__main__":
    main()
