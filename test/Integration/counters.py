"""Counts what a decode step of a GPU program moves and launches, on the simulated GPU.

Usage: counters.py WORK_FOLDER MODEL SSM_LAUNCHES ATTENTION_LAUNCHES [KERNEL:COUNTER=MOST...]
A decode step is what one more generated token adds to the report. For every kernel and library call that the program has:
  global sectors at most 1.1 times, shared wavefronts 1.25 times what the bytes would fill, or MOST times where a regular expression
  KERNEL and a COUNTER such as global_store say so; an exception that nothing needs is an error;
  bytes, each once for each launch, at most 1.1 times the weights, states and activations of the step (traffic.py): what is read
  again within a launch comes from caches, and shows in the sectors;
  launches at most those for each SSM and attention layer, and four for the embedding, the last norm, the rows and their logits.
"""

import json
import os
import re
import shutil
import sys
from pathlib import Path

import numpy as np

from programs import compile_model, greedy, run
from traffic import decode_bytes

SECTORS, WAVEFRONTS, BYTES, OUTSIDE = 1.1, 1.25, 1.1, 4
LIMITS = {f"global_{way}": ("sectors", SECTORS) for way in ("load", "store", "atomic")}
LIMITS |= {f"shared_{way}": ("wavefronts", WAVEFRONTS) for way in ("load", "store", "atomic")}


class Exceptions:
    """KERNEL:COUNTER=MOST, and which of them something needed."""

    def __init__(self, texts):
        self.most = {tuple(text.split("=")[0].split(":")): float(text.split("=")[1]) for text in texts}
        self.needed = set()

    def find(self, kernel, counter, ratio, limit):
        for key, most in self.most.items():
            if ratio > limit and counter == key[1] and re.fullmatch(key[0], kernel):
                self.needed.add(key)
                return most
        return limit

    def check(self):
        idle = [":".join(key) for key in self.most if key not in self.needed]
        assert not idle, f"exceptions that nothing needs any more: {', '.join(idle)}; take them out"


def read_report(path):
    """{name: (launches, bytes, counters)} of kernels and library calls."""
    report = json.loads(path.read_text())
    for key in ("findings", "leaks", "unsupported_calls"):
        assert not report[key], f"{key}: {report[key]}"
    found = {}
    for item in report["kernels"] + report["library_calls"]:
        launches = item["launches"] if "launches" in item else item["calls"]
        found[item["name"]] = launches, item["bytes_read"] + item["bytes_written"], item.get("counters", {})
    return found


def decode_step(program, prompt, work):
    """[(name, launches, bytes, counters)] of the second decode step behind `prompt`, [batch, seq]."""
    reports = []
    for count in (2, 3):
        greedy(program, prompt, count, work, device="sim")
        reports.append(read_report(work / "report.json"))
    before, after = reports
    rows = []
    for name, (launches, moved, counters) in sorted(after.items()):
        least = before.get(name, (0, 0, {}))
        if launches > least[0]:
            rows.append((name, launches - least[0], moved - least[1], {k: v - least[2].get(k, 0) for k, v in counters.items()
                                                                        if not isinstance(v, dict)}))
    return rows


def check_step(rows, config, weight_bytes, batch, position, per_layer, exceptions):
    wrong = []
    for name, launches, moved, counters in rows:
        ratios = []
        for kind, (unit, limit) in LIMITS.items() if counters else ():
            found, ideal = counters[f"{kind}_{unit}"], counters[f"{kind}_ideal_{unit}"]
            ratio = found / ideal if ideal else 0
            ratios.append(f"{ratio:.2f}")
            most = exceptions.find(name, kind, ratio, limit)
            if ratio > most:
                wrong.append(f"{name}: {found} {kind} {unit}, expected at most {most} times {ideal}")
        print(f"  {name}: {launches} launches, {moved} bytes; found over ideal {' '.join(ratios)}")
    expected = decode_bytes(config, weight_bytes, batch, position)
    moved, launches = sum(row[2] for row in rows), sum(row[1] for row in rows)
    attention = len(config["attn_layer_idx"])
    most = per_layer[0] * (config["n_layer"] - attention) + per_layer[1] * attention + OUTSIDE
    print(f"batch {batch}: {launches} launches, {moved} bytes, {moved / sum(expected.values()):.3f} of {expected}")
    if moved > BYTES * sum(expected.values()):
        wrong.append(f"{moved} bytes in a step of {batch} tokens, expected at most {BYTES} times {expected}")
    if moved < weight_bytes:
        wrong.append(f"{moved} bytes in a step, fewer than the {weight_bytes} of the weights: the report leaves something out")
    if launches > most:
        wrong.append(f"{launches} launches in a step, expected at most {most}")
    assert not wrong, "\n".join(wrong)


def main():
    work, model, per_layer = Path(sys.argv[1]), Path(sys.argv[2]), [int(n) for n in sys.argv[3:5]]
    exceptions = Exceptions(sys.argv[5:])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    config = json.loads((model / "config.json").read_text())
    os.environ.update(H3_SIMGPU_REPORT=str(work / "report.json"), H3_SIMGPU_SEED="0")
    program = compile_model(model, work / "program", "--target", "cuda", "--cuda-arch", "sm_80")
    weight_bytes = json.loads(run(program, "info", "--json")[0])["memory"]["weights_bytes"]
    for batch, seq in ((1, 5), (1, 70), (8, 5)):
        prompt = np.random.default_rng(seq).integers(0, config["vocab_size"], (batch, seq))
        rows = decode_step(program, prompt, work)
        check_step(rows, config, weight_bytes, batch, seq + 1, per_layer, exceptions)
    exceptions.check()


main()
