"""Dense layers of a few rows on the simulated GPU, against float64: shapes that no golden model has.

Usage: linear_gpu.py WORK_FOLDER LIBH3RT CXX...
"""

import shutil
import sys
from pathlib import Path

import numpy as np
from dense_weights import to_bf16, widen_bf16
from kernels_gpu import GpuKernels

GROUP = 32  # columns of a 4-bit weight that share a scale
rng = np.random.default_rng(31)


def normal(*shape):
    return rng.normal(size=shape).astype(np.float32)


def make_weight(kind, features, inputs):
    """The operands behind the inputs: [(array, element type)], and the weight that they stand for."""
    w = normal(features, inputs) / np.float32(np.sqrt(inputs))
    if kind == "f32":
        return [(w, "f32")], w
    if kind == "bf16":
        return [(to_bf16(w), "bf16")], widen_bf16(to_bf16(w))
    if kind == "f16":
        return [(w.astype(np.float16), "f16")], w.astype(np.float16)
    if kind == "int8":
        q, scales = rng.integers(-127, 128, (features, inputs), np.int8), np.abs(normal(features)) / 500
        return [(q, "i8"), (scales, "f32")], q * scales.astype(float)[:, None]
    q = rng.integers(-7, 8, (features, inputs), np.int8)
    nibbles = (q + 8).astype(np.uint8)
    scales = (np.abs(normal(features, inputs // GROUP)) / 50).astype(np.float16)
    packed = (nibbles[:, 0::2] | nibbles[:, 1::2] << 4).view(np.int8)
    return [(packed, "i8"), (scales, "f16")], q * np.repeat(scales.astype(float), GROUP, axis=1)


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


# Type, features, inputs, norm, GELU and sum with what was there. A warp has two features of 3200 and three of 5003, whose last block is
# not full; 768 inputs are several accesses of a lane, 100 and 72 end within one, 12000 are read in pieces.
CASES = [
    ("f32", 3200, 64, False, False, False),
    ("f32", 5003, 72, True, True, False),
    ("f32", 40, 768, True, False, True),
    ("f32", 9, 12000, False, False, False),
    ("bf16", 3203, 768, True, False, False),
    ("bf16", 19, 2560, False, True, True),
    ("f16", 3190, 96, False, False, True),
    ("int8", 3203, 512, True, True, False),
    ("int8", 24, 2560, False, False, True),
    ("int4", 3203, 96, True, False, False),
    ("int4", 21, 4096, False, True, True),
]


def function(name, operands, features, inputs, norm, is_gelu, accumulates):
    def memref(array, element):
        return f"memref<{'x'.join(map(str, array.shape))}x{element}>"

    types = [memref(*operand) for operand in operands]
    arguments = "".join(f", %w{i}: {type}" for i, type in enumerate(types))
    vector = f"memref<{inputs}xf32>"
    clauses = f"scales(%w1 : {types[1]}) " if len(types) > 1 else ""
    clauses += f"norm(%g, %h : {vector}, {vector}) " if norm else ""
    attributes = ["epsilon = 1.0e-5 : f32"] * norm + ["gelu"] * is_gelu + ["accumulate"] * accumulates
    row = f"memref<?x{features}xf32>"
    return (
        f"func.func @{name}(%x: memref<?x{inputs}xf32>{arguments}, %g: {vector}, %h: {vector}, %b: memref<{features}xf32>, %y: {row}) {{\n"
        f"  h3.linear {'{' + ', '.join(attributes) + '} ' if attributes else ''}ins(%x, %w0 : memref<?x{inputs}xf32>, {types[0]}) {clauses}"
        f"bias(%b : memref<{features}xf32>) outs(%y : {row})\n  return\n}}\n"
    )


def make_calls():
    text, calls, expectations = "", [], []
    for i, (kind, features, inputs, norm, is_gelu, accumulates) in enumerate(CASES):
        operands, weight = make_weight(kind, features, inputs)
        text += function(f"linear{i}", operands, features, inputs, norm, is_gelu, accumulates)
        g, h, bias = normal(inputs), normal(inputs), normal(features)
        for rows in (1, 7, 8, 9):
            x = normal(rows, inputs)
            y = normal(rows, features) if accumulates else np.full((rows, features), np.nan, np.float32)
            calls.append((f"linear{i}", [x, *(array for array, _ in operands), g, h, bias, y]))
            wide = x.astype(float)
            if norm:
                centred = wide - wide.mean(axis=1, keepdims=True)
                wide = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5) * g + h
            expected = wide @ weight.astype(float).T + bias
            expected = gelu(expected) if is_gelu else expected
            expectations.append((expected + (y if accumulates else 0), f"{CASES[i]}, {rows} rows"))
    return text, calls, expectations


def main():
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    text, calls, expectations = make_calls()
    kernels = GpuKernels(text, calls, folder, sys.argv[2], sys.argv[3:])
    for seed in "012":
        results, _ = kernels.run(H3_SIMGPU_SEED=seed)
        for found, (expected, name) in zip(results, expectations):
            error = np.abs(found - expected).max()
            assert error <= 2e-5 * np.abs(expected).max(), f"{name}, seed {seed}: error {error:.1e}"
    print(f"{len(calls)} dense layers agree")


main()
