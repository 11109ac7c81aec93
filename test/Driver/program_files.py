"""A program and its weights as files. Usage: program_files.py GOLDEN_FOLDER WORK_FOLDER"""

import os
import shutil
import stat
import sys
from pathlib import Path

import numpy as np

from drivers import QUICK, compile_model, find_problem, fresh, logits

golden, work = Path(sys.argv[1]), fresh(sys.argv[2])
ids = np.load(golden / "ids_1000.npy")[:, :50]


def folder(name):
    return fresh(work / name)


def check_listing(path, *names):
    found = sorted(p.name for p in path.iterdir())
    assert found == sorted(names), f"{path.name} has {found}, expected {sorted(names)}"


os.umask(0o027)
pair, single, empty, run_in = (folder(name) for name in ("pair", "single", "empty", "run"))
program = compile_model(golden, pair / "program", *QUICK)
check_listing(pair, "program", "program.h3w")
assert [stat.S_IMODE((pair / name).stat().st_mode) for name in ("program", "program.h3w")] == [0o750, 0o640]
expected = logits(program, ids, run_in)

# The model may be named by its folder, its config.json or its checkpoint, and compiling again gives the same bytes.
for model in (golden / "config.json", golden / "model.pt"):
    again = compile_model(model, folder("again") / "program", *QUICK)
    for name in ("program", "program.h3w"):
        assert (again.parent / name).read_bytes() == (pair / name).read_bytes(), f"other bytes in {name} from {model}"

# A pair moves together, or the program is told where the weights are.
moved = Path(shutil.copy(program, empty / "moved"))
assert np.array_equal(logits(moved, ids, run_in, weights=pair / "program.h3w"), expected)
command = ["logits", "--ids", run_in / "ids.npy", "--out", "out.npy"]
problem = find_problem([moved, *command], ["moved.h3w", "--weights"], 1, empty)
assert not problem, problem
shutil.copy(pair / "program.h3w", empty / "moved.h3w")
assert np.array_equal(logits(moved, ids, run_in), expected)
(run_in / "link").symlink_to(program)
assert np.array_equal(logits(run_in / "link", ids, run_in), expected)

# --single-file
program = compile_model(golden, single / "program", "--single-file", *QUICK)
check_listing(single, "program")
assert stat.S_IMODE(program.stat().st_mode) == 0o750
shutil.rmtree(empty)
moved = program.rename(work / "elsewhere")
assert np.array_equal(logits(moved, ids, run_in), expected)
cut = run_in / "cut"
cut.write_bytes(moved.read_bytes()[:-100])
cut.chmod(0o700)
problem = find_problem([cut, *command], ["cut.h3w", "--weights"], 1, run_in)
assert not problem, problem
