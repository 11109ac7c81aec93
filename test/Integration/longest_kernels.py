"""Convolutions with the longest kernels that h3.long_conv takes, run against float64. Takes 2 GB of memory.

Usage: longest_kernels.py C++_COMPILER [FLAG…]
"""

import sys

import numpy as np
from kernels import Kernels, memref
from rings import near

LONGEST = 2**22
CHANNELS = 2


def check(form, rows, taps):
    row, kernel = memref([None, CHANNELS]), memref([taps, CHANNELS])
    kernels = Kernels(
        f"func.func @f(%u: {row}, %k: {kernel}, %starts: memref<?xi32>, %y: {row}) {{\n"
        f"  h3.long_conv form<{form}> ins(%u, %k : {row}, {kernel})\n"
        f"    batch(%starts : memref<?xi32>) outs(%y : {row})\n  return\n}}\n",
        cxx=sys.argv[1:],
    )
    rng = np.random.default_rng(taps)
    u, k = (rng.normal(size=(size, CHANNELS)).astype(np.float32) for size in (rows, taps))
    y = np.full_like(u, np.nan)
    kernels("f", u, k, np.array([0, rows], dtype=np.int32), y)
    length = rows + min(rows, taps)
    spectra = [np.fft.rfft(values[:rows].astype(float), n=length, axis=0) for values in (u, k)]
    expected = np.fft.irfft(spectra[0] * spectra[1], n=length, axis=0)[:rows]
    near(y, expected, length, f"{form}, {rows} rows, {taps} taps")


for form, rows, taps in (
    ("fft", LONGEST, LONGEST),
    ("fft", LONGEST + 1000, LONGEST - 3),
    ("fft", 5, LONGEST),
    ("direct", 3000, LONGEST),
):
    check(form, rows, taps)
print("the longest kernels agree")
