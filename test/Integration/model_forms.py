"""A golden model compiled with every form: the reference's logits and tokens, however the form was chosen.

Usage: model_forms.py GOLDEN_FOLDER WORK_FOLDER
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np

from programs import compile_model, greedy, logits, run

golden, work = Path(sys.argv[1]), Path(sys.argv[2])
shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
(length,) = [int(path.stem.split("_")[1]) for path in golden.glob("greedy_[0-9]*.npy")][:1]
ids, expected = np.load(golden / f"ids_{length}.npy"), np.load(golden / f"logits_{length}.npy")
tokens = np.load(golden / f"greedy_{length}.npy")
for form in ("recurrence", "chunked", "fft"):
    program = compile_model(golden, work / form, "--form", form, "--max-tokens", 32)
    found = logits(program, ids, work, last=expected.shape[1])
    error = np.abs(found - expected).max()
    assert error <= 2e-4, f"{form}: error {error:.1e}"
    again = greedy(program, tokens[:, :length], tokens.shape[1] - length, work)
    assert np.array_equal(again, tokens), f"{form}: other tokens"
    info = json.loads(run(program, "info", "--json")[0])
    forms = {layer["diag_ssm"] for layer in info["layers"] if layer["mixer"] == "h3"}
    assert forms == {form}, f"{form}: info says {forms}"
    print(f"{form}: error {error:.1e}, same tokens")
