"""What the integration tests share: compiling a model and running the program."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

TESTS = Path(__file__).resolve().parents[1]
REFERENCE = TESTS.parent / "models" / "reference"
sys.path.insert(0, str(REFERENCE))
sys.dont_write_bytecode = True


def run(*command, code=0, stdin=None, environment={}):
    """Runs a command, checks its exit code, and returns (stdout, stderr)."""
    done = subprocess.run([str(c) for c in command], capture_output=True, input=stdin, env=os.environ | environment)
    assert done.returncode == code, f"{command}: exit {done.returncode}, expected {code}\n{done.stderr.decode()}"
    return done.stdout, done.stderr.decode()


def find_toolkit(tool):
    """A program of the CUDA toolkit, looked for where h3-compile does."""
    folders = [os.environ.get("CUDA_HOME"), os.environ.get("CUDA_PATH")]
    on_path = shutil.which(tool)
    folders += [Path(on_path).parents[1] if on_path else None, "/usr/local/cuda"]
    for folder in folders:
        if folder and (Path(folder) / "bin" / tool).exists():
            return Path(folder) / "bin" / tool
    raise FileNotFoundError(f"{tool}: no CUDA toolkit; set CUDA_HOME")


def compile_model(model, program, *options):
    run("h3-compile", model, "-o", program, *options)
    return program


def logits(program, ids, folder, **options):
    """ids [batch, seq] -> logits [batch, seq or last, padded vocabulary]; options are those of the command."""
    np.save(folder / "ids.npy", ids.astype(np.int32))
    flags = [f"--{name}={value}" for name, value in options.items()]
    run(program, "logits", "--ids", folder / "ids.npy", "--out", folder / "out.npy", *flags)
    return np.load(folder / "out.npy")


def greedy(program, ids, count, folder, **options):
    np.save(folder / "ids.npy", ids.astype(np.int32))
    flags = [f"--{name}={value}" for name, value in options.items()]
    run(program, "greedy", "--ids", folder / "ids.npy", "--genlen", count, "--out", folder / "out.npy", *flags)
    return np.load(folder / "out.npy")
