"""Long convolutions and real transforms, compiled and run against float64.

A result may differ by 2e-6 log2(length), relative to the largest output.
"""

import sys

import numpy as np
from kernels import Kernels, memref
from rings import near, ring_length, spectrum_of

CHANNELS = 24
rng = np.random.default_rng(11)


def normal(*shape):
    return rng.normal(size=shape).astype(np.float32)


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def oracle(u, kernel, reversed_kernel):
    y = np.zeros(u.shape)
    for s in range(min(len(kernel), len(u))):
        y[s:] += kernel[s] * u[: len(u) - s]
        if reversed_kernel is not None:
            y[: len(u) - s] += reversed_kernel[s] * u[s:]
    return y


def function(name, form, rows, taps, has_spectrum, two_sided, gated):
    length = ring_length(taps)
    row = memref([rows, CHANNELS])
    time = memref([taps, CHANNELS])
    kernel = memref([-(-CHANNELS // 16), length, 2, 16]) if has_spectrum else time
    attributes = [*(["two_sided"] if two_sided and has_spectrum else []), *(["gelu"] if gated else [])]
    clauses = f"reversed(%r : {time}) " if two_sided and not has_spectrum else ""
    if gated:
        clauses += f"skip(%d : {memref([CHANNELS])}) pre(%p : {row}) post(%q : {row})"
    arguments = f"%u: {row}, %k: {kernel}, %r: {time}, %d: {memref([CHANNELS])}, %p: {row}, %q: {row}"
    return (
        f"func.func @{name}({arguments}, %starts: memref<?xi32>, %y: {row}) {{\n"
        f"  h3.long_conv form<{form}> {{{', '.join(attributes)}}} ins(%u, %k : {row}, {kernel}) {clauses}\n"
        f"    batch(%starts : memref<?xi32>) outs(%y : {row})\n  return\n}}\n"
    )


def check_convolutions(rows, taps):
    """All forms of one kernel, in one direction over a ragged batch and in both over one sequence."""
    length = ring_length(taps)
    names = [("direct", False), ("fft", False), ("fft", True)]
    text, runs = "", []
    for form, has_spectrum in names:
        for two_sided in (False, True):
            if two_sided and form == "fft" and rows > length:
                continue
            for gated in (False, True):
                name = f"f{len(runs)}"
                size = rows if two_sided else None
                text += function(name, form, size, taps, has_spectrum, two_sided, gated)
                runs.append((name, form, has_spectrum, two_sided, gated))
    kernels = Kernels(text, cxx=sys.argv[1:], cpu="x86-64-v4")
    kernel, backward, skip = normal(taps, CHANNELS), normal(taps, CHANNELS), normal(CHANNELS)
    u, pre, post = (normal(rows, CHANNELS) for _ in range(3))
    for name, form, has_spectrum, two_sided, gated in runs:
        bounds = [0, rows] if two_sided else sorted({0, rows // 3, rows})
        back = backward if two_sided else None
        given = spectrum_of(kernel, back, length) if has_spectrum else kernel
        y = np.full_like(u, np.nan)
        starts = np.array(bounds, dtype=np.int32)
        kernels(name, u, given, backward, skip, pre, post, starts, y, threads=2)
        v = (u * pre if gated else u).astype(float)
        parts = [oracle(v[a:b], kernel, back) for a, b in zip(bounds, bounds[1:])]
        expected = np.concatenate(parts)
        if gated:
            expected = post * gelu(expected + skip * v)
        what = f"{form}{' with spectrum' * has_spectrum}{' both ways' * two_sided}{' gated' * gated}"
        near(y, expected, max(rows, taps), f"{what}, {rows} rows, {taps} taps")


def check_transforms(length):
    count = length // 2 + 1
    time, frequency = memref([length, CHANNELS]), memref([count, 2, CHANNELS])
    kernels = Kernels(
        f"func.func @forward(%u: {time}, %s: {frequency}) {{\n"
        f"  h3.rfft ins(%u : {time}) outs(%s : {frequency})\n  return\n}}\n"
        f"func.func @product(%a: {frequency}, %b: {frequency}, %s: {frequency}) {{\n"
        f"  h3.spectral_product ins(%a, %b : {frequency}, {frequency}) outs(%s : {frequency})\n  return\n}}\n"
        f"func.func @backward(%s: {frequency}, %u: {time}) {{\n"
        f"  h3.irfft ins(%s : {frequency}) outs(%u : {time})\n  return\n}}\n",
        cxx=sys.argv[1:],
    )
    u, v = normal(length, CHANNELS), normal(length, CHANNELS)
    a, b, product = (np.full((count, 2, CHANNELS), np.nan, np.float32) for _ in range(3))
    kernels("forward", u, a)
    kernels("forward", v, b, threads=2)
    expected = np.fft.rfft(u.astype(float), axis=0)
    near(a[:, 0] + 1j * a[:, 1], expected, length, f"rfft of {length}")
    kernels("product", a, b, product)
    circular = np.fft.irfft(expected * np.fft.rfft(v.astype(float), axis=0), n=length, axis=0)
    found = np.full_like(u, np.nan)
    kernels("backward", product, found)
    near(found, circular, length, f"circular convolution of {length}")


for rows, taps in ((1, 3), (2, 2), (16, 8), (17, 5), (64, 64), (127, 127), (45, 40), (200, 36), (509, 509), (700, 1000)):
    check_convolutions(rows, taps)
for length in (1, 2, 3, 7, 8, 12, 60, 64, 100, 509, 1000, 4096):
    check_transforms(length)
print("convolutions and transforms agree")
