"""Counts accesses to the stack in the inner loops of dense layers: one spilled sum halves their speed.

Usage: spills.py MODEL
For CPUs with vectors of 32 and 64 bytes, with and without products of halves and bytes, and every type of weight.
"""

import re
import sys

from programs import run

CPUS = ("x86-64-v3", "x86-64-v4", "sapphirerapids", "znver4")
PRODUCT = re.compile(r"vf(n?m)add|vpdpbusd|vdpbf16ps|vpmaddwd|vpmaddubsw")
# bf16 without products of its own takes two vectors for one of weights; x86-64-v3 has 16 registers.
MOST = {("x86-64-v3", "bf16"): 22, ("x86-64-v3", "int4"): 14, ("x86-64-v4", "bf16"): 52, ("x86-64-v4", "int8"): 2,
        ("x86-64-v4", "int4"): 2, ("sapphirerapids", "int4"): 2, ("znver4", "int4"): 2}


def inner_loops(assembly, function):
    """Yields the instructions of loops without another loop in them, of functions whose names begin with `function`."""
    name, block, label = None, [], None
    for line in assembly.splitlines():
        if found := re.match(r"([\w.]+):", line):
            block, label = [], found[1]
            if not label.startswith("."):
                name = label
            continue
        block.append(line.strip())
        if re.match(rf"\s+j\w+\s+{re.escape(label or '')}$", line) and name and name.startswith(function):
            yield [text for text in block if text and not text.startswith((".", "#"))]


def main():
    for cpu in CPUS:
        for weight_type in ("f32", "bf16", "f16", "int8", "int4"):
            assembly = run("h3-compile", sys.argv[1], "--mcpu", cpu, "--weight-type", weight_type, "--emit", "asm", "-o", "-")[0].decode()
            loops = [loop for loop in inner_loops(assembly, "linear") if sum(bool(PRODUCT.match(i)) for i in loop) >= 2]
            assert len(loops) >= 10, f"{cpu}, {weight_type}: {len(loops)} loops"
            spills = [sum("(%rsp)" in i and bool(re.search(r"%[yz]mm", i)) for i in loop) for loop in loops]
            print(f"{cpu}, {weight_type}: {len(loops)} loops, at most {max(spills)} vectors on the stack", flush=True)
            assert max(spills) <= MOST.get((cpu, weight_type), 0)


main()
