"""Long convolutions on the simulated GPU, through cuFFT, against float64.

Usage: conv_gpu.py WORK_FOLDER LIBH3RT CXX...
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
from kernels import memref
from kernels_gpu import GpuKernels
from rings import near

rng = np.random.default_rng(12)


def normal(*shape):
    return rng.normal(size=shape).astype(np.float32)


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def oracle(u, kernel, backward):
    """One sequence, by the definition."""
    y = np.zeros(u.shape)
    for s in range(min(len(kernel), len(u))):
        y[s:] += kernel[s] * u[: len(u) - s]
        if backward is not None:
            y[: len(u) - s] += backward[s] * u[s:]
    return y


def function(name, form, rows, taps, channels, two_sided, gated):
    row, time = memref([rows, channels]), memref([taps, channels])
    clauses = f"reversed(%r : {time}) " if two_sided else ""
    if gated:
        clauses += f"skip(%d : {memref([channels])}) pre(%p : {row}) post(%q : {row})"
    arguments = f"%u: {row}, %k: {time}, %r: {time}, %d: {memref([channels])}, %p: {row}, %q: {row}"
    return (
        f"func.func @{name}({arguments}, %starts: memref<?xi32>, %y: {row}) {{\n"
        f"  h3.long_conv form<{form}> {'{gelu} ' if gated else ''}ins(%u, %k : {row}, {time}) {clauses}\n"
        f"    batch(%starts : memref<?xi32>) outs(%y : {row})\n  return\n}}\n"
    )


# Form, rows of the type (None: any), taps, channels, both directions, gates; then the bounds of sequences of each call.
CASES = [
    ("fft", None, 3, 5, False, False, [[0, 1], [0, 1, 2, 3]]),
    ("fft", None, 1, 8, False, True, [[0, 1300]]),
    ("fft", None, 37, 24, False, True, [[0, 997], [0, 300, 300, 301, 997, 997]]),
    ("fft", None, 600, 3, False, False, [[0, 3001], [0, 600, 1201, 1900, 1901, 3001], [0, 40]]),
    ("fft", 700, 1000, 7, False, True, [[0, 700], [0, 1, 700]]),
    ("fft", 1024, 1024, 4, False, False, [[0, 1024]]),
    ("fft", 509, 509, 5, True, True, [[0, 509], [0, 100, 109, 109, 509]]),
    ("fft", 47, 45, 33, True, False, [[0, 47], [0, 22, 47]]),
    ("fft", 4, 9, 2, True, False, [[0, 4], [0, 1, 2, 3, 4]]),
    ("direct", None, 4, 300, False, True, [[0, 100], [0, 1, 2, 3, 40, 40]]),
    ("direct", None, 9, 5, True, False, [[0, 30], [0, 3, 12, 30]]),
    ("direct", 5, 8, 3, True, True, [[0, 5]]),
]

# Layers after each other, on tensors: what lies between them is memory of the device.
BLOCK = """
func.func @block(%x: tensor<?x8xf32>, %w: tensor<8xf32>, %b: tensor<8xf32>, %k: tensor<50x8xf32>,
                 %starts: tensor<?xi32>, %y: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %x, %c0 : tensor<?x8xf32>
  %e = tensor.empty(%rows) : tensor<?x8xf32>
  %n = h3.layer_norm {epsilon = 1.0e-5 : f32} ins(%x, %w, %b : tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>)
    outs(%e : tensor<?x8xf32>) -> tensor<?x8xf32>
  %c = h3.long_conv form<fft> ins(%n, %k : tensor<?x8xf32>, tensor<50x8xf32>) pre(%x : tensor<?x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%y : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %c : tensor<?x8xf32>
}
"""


# A cuFFT that makes no plans.
FAKE = """
int cufftCreate(int *plan) { *plan = 1; return 0; }
int cufftDestroy(int plan) { return plan != 1; }
int cufftSetAutoAllocation(int plan, int on) { return plan != 1 || on; }
int cufftMakePlanMany64(int plan) { return plan == 1 ? 8 : 1; }
int cufftSetStream(void) { return 0; }
int cufftSetWorkArea(void) { return 0; }
int cufftExecR2C(void) { return 0; }
int cufftExecC2R(void) { return 0; }
"""


def make_calls():
    """The text of all functions; calls; and for each call what is expected, its length and its name."""
    text, calls, expectations = BLOCK, [], []
    for i, (form, rows, taps, channels, two_sided, gated, batches) in enumerate(CASES):
        name = f"conv{i}"
        text += function(name, form, rows, taps, channels, two_sided, gated)
        kernel, backward, skip = normal(taps, channels), normal(taps, channels), normal(channels)
        for bounds in batches:
            u, pre, post = (normal(bounds[-1], channels) for _ in range(3))
            starts = np.array(bounds, np.int32)
            calls.append((name, [u, kernel, backward, skip, pre, post, starts, np.full_like(u, np.nan)]))
            v = (u * pre if gated else u).astype(float)
            back = backward if two_sided else None
            expected = np.concatenate([oracle(v[a:b], kernel, back) for a, b in zip(bounds, bounds[1:])])
            if gated:
                expected = post * gelu(expected + skip * v)
            expectations.append((expected, max(bounds[-1], taps), f"{name} {CASES[i][:6]} over {bounds}"))
    x, w, b, k = normal(77, 8), normal(8), normal(8), normal(50, 8)
    calls.append(("block", [x, w, b, k, np.array([0, 30, 77], np.int32), np.full_like(x, np.nan)]))
    wide = x.astype(float)
    centred = wide - wide.mean(axis=1, keepdims=True)
    v = (centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5) * w + b) * wide
    expected = np.concatenate([oracle(v[:30], k, None), oracle(v[30:], k, None)])
    expectations.append((expected, 77, "block"))
    return text, calls, expectations


def count_calls(report, name):
    return sum(entry["calls"] for entry in report["library_calls"] if entry["name"] == name)


def check_failures(kernels, simulated, folder):
    """One line that says what is missing, and no calls after it."""
    alone = folder / "alone"
    alone.mkdir()
    shutil.copy(simulated, alone / "libcuda.so.1")
    code, message, _ = kernels.start(H3_SIMGPU=str(alone / "libcuda.so.1"))
    first = message.splitlines()[0]
    assert code == 1 and first.startswith("the program needs libcufft.so.12: "), message
    assert str(alone) in first and "install the CUDA toolkit's libraries" in first, message
    (folder / "fake.c").write_text(FAKE)
    subprocess.run(["cc", "-shared", "-fPIC", folder / "fake.c", "-o", alone / "libcufft.so.12"], check=True)
    code, message, _ = kernels.start(H3_SIMGPU=str(alone / "libcuda.so.1"))
    expected = "transform of length 576 of 10 columns: cufftMakePlanMany64 failed with CUFFT_INVALID_SIZE"
    assert code == 1 and message.startswith(expected), message
    code, message, _ = kernels.start(H3_SIMGPU_MEMORY="4M")
    first = message.splitlines()[0]
    assert code == 1 and "bytes of scratch memory: cuMemAlloc failed with CUDA_ERROR_OUT_OF_MEMORY" in first, message


def main():
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    text, calls, expectations = make_calls()
    transforms = 1 + sum(len(case[-1]) for case in CASES if case[0] == "fft")
    kernels = GpuKernels(text, calls, folder, sys.argv[2], sys.argv[3:])
    for seed in "012":
        results, report = kernels.run(H3_SIMGPU_SEED=seed)
        for found, (expected, length, name) in zip(results, expectations):
            near(found, expected, length, f"{name}, seed {seed}")
        assert count_calls(report, "cufftExecR2C") == count_calls(report, "cufftExecC2R") == transforms, report
    check_failures(kernels, os.environ["H3_SIMGPU"], folder)
    print(f"{len(calls)} convolutions agree")


main()
