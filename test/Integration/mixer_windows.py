"""The mixer over windows of rows: batches of long and short sequences by the GPU program as by the CPU program.

Usage: mixer_windows.py CXX BATCH_LOGITS WORK_FOLDER
Sequences start in the middle of windows, near their ends and at them, several in one, and cross others; later steps go on
from the states that the first ones leave. CXX is a compiler with its flags in one argument.
"""

import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np

from gpu_reports import check_report
from programs import run

from checkpoint import random_model, save_checkpoint

WINDOW, MAX_TOKENS, TOLERANCE = 64, 704, 1e-4
# Channels that are no whole block of 32, and modes that are shared out unevenly to 8 warps.
CONFIG = {"d_model": 40, "n_layer": 2, "d_inner": 48, "vocab_size": 50, "pad_vocab_size_multiple": 8, "attn_layer_idx": [],
          "n_heads": 1, "rotary_emb_dim": 0, "d_state": 24, "head_dim": 1, "layer_norm_epsilon": 1e-5}
LAYERS = CONFIG["n_layer"]


def steps_of(seed):
    """[{sequence: tokens}]: what each step reads, in order."""
    random = np.random.default_rng(seed)

    def between(least, most):
        return int(random.integers(least, most + 1))

    border = (WINDOW - 1, WINDOW, between(2, WINDOW - 2))[seed % 3]  # where the second sequence of a step starts
    several = [between(1, 20), between(1, 40), between(250, 300), between(200, 250)]
    several.append(10 * WINDOW - sum(several) + (0, 17, 63)[seed % 3])  # ends with a window, or not
    return [
        {0: between(129, 300)},
        {1: border, 2: between(200, 300), 3: between(129, 300)},
        dict(zip(range(4, 9), several)),
        {number: 1 for number in range(9)},
        {3: between(1, 5), 1: between(250, 300), 0: between(129, 200)},  # not fresh
        {number: 1 for number in (8, 0, 1, 3)},
    ]


def is_windowed(step):
    return sum(step.values()) >= 2 * WINDOW * len(step)


def check_coverage(steps):
    """The batches have what they are there for."""
    starts = [list(np.cumsum([0, *step.values()])) for step in steps if is_windowed(step)]
    assert len(starts) == 4 and all(ends[-1] <= MAX_TOKENS for ends in starts), starts
    inner = [start % WINDOW for ends in starts for start in ends[1:-1]]
    crossed = max(end // WINDOW - start // WINDOW for ends in starts for start, end in zip(ends, ends[1:]))
    assert any(0 < start < WINDOW for start in inner) and crossed >= 3, starts


def main():
    cxx, harness, work = sys.argv[1].split(), sys.argv[2], Path(sys.argv[3])
    shutil.rmtree(work, ignore_errors=True)
    model, report = work / "model", work / "report.json"
    model.mkdir(parents=True)
    os.environ["H3_SIMGPU_REPORT"] = str(report)
    programs = {}
    (model / "config.json").write_text(json.dumps(CONFIG))
    save_checkpoint(model / "model.pt", random_model(CONFIG, seed=1))
    for target, options in (("cpu", ()), ("cuda", ("--cuda-arch", "sm_80"))):
        run("h3-compile", model, "--target", target, "--emit", "lib", "--max-tokens", MAX_TOKENS, "--max-sequences", 9,
            "-o", work / f"{target}.a", *options)
        run(*cxx, harness, work / f"{target}.a", "-o", work / target)
        programs[target] = work / target
    for seed in range(3):
        os.environ["H3_SIMGPU_SEED"] = str(seed)
        steps, random, lines = steps_of(seed), np.random.default_rng(seed), []
        check_coverage(steps)
        for number, step in enumerate(steps):
            for sequence, count in step.items():
                tokens = random.integers(0, CONFIG["vocab_size"], count)
                lines.append(" ".join(map(str, (number, sequence, *tokens))))
        (work / "chunks.txt").write_text("\n".join(lines) + "\n")
        logits = {}
        for target, device in (("cpu", ""), ("cuda", "sim")):
            run(programs[target], work / f"{target}.a.h3w", device, work / "chunks.txt", work / "logits")
            logits[target] = np.fromfile(work / "logits", np.float32).reshape(sum(sum(s.values()) for s in steps), -1)
        kernels = {kernel["name"]: kernel["launches"] for kernel in check_report(report, 1.1)["kernels"]}
        for half in ("mixer_scan", "mixer_output"):
            launches = sum(count for name, count in kernels.items() if name.startswith(half))
            assert launches == LAYERS * sum(map(is_windowed, steps)), f"{half}: {launches} launches, {kernels}"
        error = np.abs(logits["cuda"] - logits["cpu"]).max(1)
        assert error.max() <= TOLERANCE, f"seed {seed}, steps {steps}: error {error.max():.1e} in row {error.argmax()}"
        assert np.abs(logits["cpu"]).max() > 1, "logits that say nothing"
        print(f"seed {seed}: {len(error)} rows, error {error.max():.1e}", flush=True)


main()
