"""Text that a GPU program samples against that of the CPU program, with the same seeds.

Usage: sampling.py GOLDEN_FOLDER WORK_FOLDER
"""

import json
import os
import sys
from pathlib import Path

from programs import compile_model, run

golden, work = Path(sys.argv[1]), Path(sys.argv[2])
cpu = compile_model(golden, work / "cpu", "--tokenizer", "bytes")
gpu = compile_model(golden, work / "gpu", "--tokenizer", "bytes", "--target", "cuda", "--cuda-arch", "sm_80")
report = work / "report.json"
os.environ["H3_SIMGPU_REPORT"] = str(report)
length = 12
for options in (
    ["--top-k", 1],
    ["--seed", 3],
    ["--seed", 4, "--top-k", 0, "--top-p", 1],
    ["--seed", 5, "--top-k", 5, "--top-p", 1, "--temperature", 1.7],
    ["--seed", 6, "--top-k", 0, "--top-p", 0.8, "--temperature", 0.6, "--batch", 3],
    ["--seed", 7, "--temperature", 0],
):
    command = ["generate", "And God said,", "--genlen", length, "--json", *options]
    expected = json.loads(run(cpu, *command)[0])
    found = json.loads(run(gpu, *command, "--device", "sim")[0])
    assert found == expected, f"{options}: {found}, expected {expected}"
    result = json.loads(report.read_text())
    for key in ("findings", "leaks", "unsupported_calls"):
        assert not result[key], f"{options}: {key}: {result[key]}"
    # The first token follows the prompt; each step after it is one graph, with the choice of its tokens.
    launches = {kernel["name"]: kernel["launches"] for kernel in result["kernels"]}
    assert result["graph_launches"] == length - 1, f"{options}: {result['graph_launches']} launches of graphs"
    assert launches["sample"] == length - 1, f"{options}: {launches}"
