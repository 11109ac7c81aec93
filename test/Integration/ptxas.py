"""What ptxas makes of the kernels of models, for each architecture: registers, stack, shared memory, and what fits on a multiprocessor.

Usage: ptxas.py WORK_FOLDER WEIGHT_TYPES MODEL...
WEIGHT_TYPES is a list with commas; those that h3-compile has no kernels for are named and left out. A MODEL is a folder or the name of
a published shape. Every kernel that a model has is checked, whatever its name.
"""

import re
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

from occupancy import ARCHITECTURES, STATIC_SHARED_BYTES, resident_warps
from programs import find_toolkit

Kernel = namedtuple("Kernel", "name threads registers stack spills shared_bytes")

# The fewest of 64 warps that may fit, with the reason. Little's law: at the peak bandwidth of an A100, H100 and B200 a multiprocessor
# must have 11, 15 and 32 KB in flight for a latency of 0.6 us. 32 warps whose lanes have one load of 16 bytes under way have 16 KB.
HALF = 32
FLOORS = {
    # 43 KB of shared memory: the ring and taps of 64 steps, the inputs and sums of a tile. Three such blocks fill the 164 KB of sm_80.
    # A block's modes stay in registers, so that its time goes to arithmetic between barriers rather than to loads.
    "mixer": 24,
    # The lanes of 16 warps that have one to five loads of 16 bytes under way while they multiply as many have 8 to 40 KB, and
    # decoded weights take the registers.
    "linear": 16,
    # A chunked scan does its arithmetic in registers between barriers, as the mixer does.
    "mixer_scan": 24,
    "mixer_output": 24,
}


def assemble(ptx, arch):
    done = subprocess.run([find_toolkit("ptxas"), "-v", "-O3", f"-arch={arch}", ptx, "-o", "/dev/null"],
                          capture_output=True, text=True)
    assert done.returncode == 0, f"ptxas {ptx} for {arch}: {done.stderr}"
    return done.stderr


def read_kernels(ptx, arch):
    """What `ptxas -v` says of each kernel of the file, with the threads of its .maxntid."""
    threads = {}
    for name, shape in re.findall(r"\.entry (\w+)\s*\([^)]*\)\s*\.(?:max|req)ntid ([\d, ]+)", ptx.read_text()):
        threads[name] = 1
        for n in shape.split(","):
            threads[name] *= int(n)
    kernels = []
    for text in re.split(r"Compiling entry function ", assemble(ptx, arch))[1:]:
        number = lambda pattern: sum(int(n) for n in re.findall(pattern, text))
        name = re.match(r"'(\w+)'", text)[1]
        kernels.append(Kernel(name, threads[name], number(r"Used (\d+) registers"), number(r"(\d+) bytes stack frame"),
                              number(r"(\d+) bytes spill"), number(r"(\d+) bytes smem")))
    assert sorted(k.name for k in kernels) == sorted(threads), f"{ptx}: kernels without .maxntid, or ptxas -v speaks otherwise"
    return kernels


def mistakes(kernel, arch):
    kind = re.sub(r"_\d+$", "", kernel.name)
    warps, floor = resident_warps(arch, kernel.threads, kernel.registers, kernel.shared_bytes), FLOORS.get(kind, HALF)
    if kernel.registers == 0:
        yield "ptxas -v names no registers"
    if kernel.spills:
        yield f"{kernel.spills} bytes of spills, expected none"
    if kernel.stack:
        yield f"{kernel.stack} bytes of stack, expected none"
    if kernel.registers * kernel.threads > ARCHITECTURES[arch].registers:
        yield f"{kernel.registers} registers for each of {kernel.threads} threads, expected {ARCHITECTURES[arch].registers} for a block"
    if kernel.shared_bytes > STATIC_SHARED_BYTES:
        yield f"{kernel.shared_bytes} bytes of shared memory, expected at most {STATIC_SHARED_BYTES}"
    if warps < floor:
        yield f"{warps} warps fit on a multiprocessor, expected {floor}"


def emit(model, weight_type, work):
    """The PTX, or None where there are no kernels for the type."""
    ptx = work / f"{Path(model).name}-{weight_type}.ptx"
    random = [] if Path(model).exists() else ["--random-weights", "0"]
    done = subprocess.run(["h3-compile", model, *random, "--weight-type", weight_type, "--target", "cuda", "--emit", "ptx", "-o", ptx],
                          capture_output=True, text=True)
    if done.returncode == 1 and "--weight-type: the kernels are for" in done.stderr and weight_type != "f32":
        return None
    assert done.returncode == 0, f"h3-compile {model}: {done.stderr}"
    return ptx


def main():
    work = Path(sys.argv[1])
    work.mkdir(parents=True, exist_ok=True)
    wrong = []
    print("| model | weights | kernel | threads | " + " | ".join(f"{a}: registers, warps" for a in ARCHITECTURES) + " | shared, bytes |")
    print("|---|---|---|---|" + "---|" * (len(ARCHITECTURES) + 1))
    for model in sys.argv[3:]:
        for weight_type in sys.argv[2].split(","):
            ptx, name = emit(model, weight_type, work), Path(model).name
            if ptx is None:
                print(f"| {name} | {weight_type} | no kernels for these weights |")
                continue
            columns = {arch: read_kernels(ptx, arch) for arch in ARCHITECTURES}
            for kernels in zip(*columns.values()):
                cells = []
                for arch, kernel in zip(columns, kernels):
                    warps = resident_warps(arch, kernel.threads, kernel.registers, kernel.shared_bytes)
                    cells.append(f"{kernel.registers}, {warps}")
                    wrong += [f"{name}, {weight_type}, {kernel.name}, {arch}: {what}" for what in mistakes(kernel, arch)]
                print(f"| {name} | {weight_type} | {kernels[0].name} | {kernels[0].threads} | {' | '.join(cells)} "
                      f"| {kernels[0].shared_bytes} |")
    assert not wrong, "\n".join(wrong)


main()
