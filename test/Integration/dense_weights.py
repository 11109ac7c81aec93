"""Reads the weights of a compiled program back and holds them against the checkpoint.

Follows the documentation of h3.round_weight, h3.quantize_scales, h3.quantize, h3.quantize_rows, h3.concat_rows and
h3.pack_panels (docs/dialect.md) and the header in runtime/include/h3rt/abi.h, nothing else.
"""

import re
import struct

import numpy as np

from programs import run

import h3

DENSE = re.compile(r"embeddings\.word_embeddings|[qkv]_proj|output_linear|Wqkv|out_proj|mlp\.fc[12]")
GROUP = 32  # columns of a 4-bit weight that share a scale
TYPES = {"f32": "<f4", "f16": "<f2", "bf16": "<u2", "i8": "i1", "ui8": "u1"}


def read_parameters(model, weights, *options):
    """Yields (tensors of the checkpoint, type, array) for each parameter of a weight file."""
    data = weights.read_bytes()
    magic, version, reserved, start, size = struct.unpack_from("<8sIIQQ", data)
    assert magic == b"H3WEIGHT" and version == 1 and reserved == 0 and start % 4096 == 0, data[:32]
    assert len(data) >= start + size, f"{weights}: {len(data)} bytes"
    text, _ = run("h3-compile", model, "--emit", "linalg", *options)
    pattern = r"h3\.parameter @\S+ : tensor<((?:\d+x)+)(\w+)> from \[(.*?)\] at (\d+)"
    for shape, kind, sources, offset in re.findall(pattern, text.decode()):
        shape = [int(extent) for extent in shape.split("x")[:-1]]
        assert int(offset) % np.dtype(TYPES[kind]).itemsize == 0, f"{sources}: offset {offset}"
        array = np.frombuffer(data, TYPES[kind], np.prod(shape), start + int(offset)).reshape(shape)
        assert int(offset) + array.nbytes <= size, f"{sources} ends behind the data"
        yield tuple(re.findall(r'"(.*?)"', sources)), kind, array


def to_bf16(x):
    """float32 -> the nearest bfloat16's bits, ties to even, by what lies on either side."""
    bits = np.ascontiguousarray(x, np.float32).view(np.uint32)
    below, above = (bits >> 16).astype(np.uint16), ((bits >> 16) + 1).astype(np.uint16)
    x = x.astype(np.float64)
    low, high = np.abs(x - widen_bf16(below)), np.abs(widen_bf16(above).astype(np.float64) - x)
    return np.where((high < low) | ((high == low) & (below % 2 == 1)), above, below)


def widen_bf16(bits):
    return (bits.astype(np.uint32) << 16).view(np.float32)


def round_bf16(x):
    """Floats to the nearest bfloat16, as floats."""
    return widen_bf16(to_bf16(x)).astype(np.float64)


def round_f16(x):
    return np.asarray(x, np.float32).astype(np.float16).astype(np.float64)


def round_bytes(x):
    """Each row of x [..., k] to multiples of its largest magnitude / 127, in single precision."""
    x = np.asarray(x, np.float32)
    largest = np.abs(x).max(-1, keepdims=True)
    steps = np.divide(np.float32(127), largest, out=np.zeros_like(largest), where=largest > 0)
    return np.rint(x * steps).astype(np.float64) * (largest * np.float32(1 / 127)).astype(np.float64)


def forward(params, config, ids, round_inputs=None, round_weights=None):
    """The oracle's logits, where dense layers get their inputs, and their weights, rounded."""
    exact, same = h3.product, lambda values: values
    h3.product = lambda x, weight: exact((round_inputs or same)(x), (round_weights or same)(weight))
    try:
        return h3.forward(params, config, ids)[0]
    finally:
        h3.product = exact


def unpack(panels, rows):
    """panels [p, k / g, w, g] or [p, k, w] -> [rows, k]; a matrix or a vector is as it is."""
    if panels.ndim < 3:
        return panels
    panels = panels.reshape(*panels.shape[:3], -1)  # [p, k / g, w, g]
    whole = panels.transpose(0, 2, 1, 3).reshape(panels.shape[0] * panels.shape[2], -1)
    signed = (whole.astype(np.int16) - 128).astype(np.int8) if whole.dtype == np.uint8 else whole
    assert not signed[rows:].any(), "rows of a panel behind the last one are not zero"
    return signed[:rows]


def absmax_error(w, high):
    """Squared error of each row of w [n, k] rounded to multiples of its largest magnitude / high."""
    scale = np.abs(w).max(1, keepdims=True) / high
    steps = np.rint(np.divide(w, scale, out=np.zeros_like(w), where=scale > 0))
    return ((w - scale * steps)**2).sum()


def check_integers(name, w, q, scale, low, high):
    """w and q [n, k], scale [n, 1]: every value is the nearest multiple, and the scales are good ones."""
    assert np.isfinite(scale).all() and q.min() >= low and q.max() <= high, f"{name}: {q.min()} .. {q.max()}"
    assert (w[scale[:, 0] == 0] == 0).all(), f"{name}: scale 0 for values that are not"
    steps = np.divide(w, scale, out=np.zeros_like(w), where=scale != 0)
    clipped = ((q == low) & (steps < low)) | ((q == high) & (steps > high))
    off = np.abs(steps - q)[~clipped].max(initial=0)
    assert off <= 0.5 + 1e-5, f"{name}: {off} steps off"
    error, plain = ((w - scale * q)**2).sum(), absmax_error(w, high)
    assert error <= plain, f"{name}: squared error {error}, with the largest magnitude as scale {plain}"


def dequantise(name, w, kind, values, scales, weight_type):
    """Checks a dense weight w [n, k] against its parameter, and returns what that stands for."""
    rows, columns = w.shape
    grouped = weight_type == "int4" and columns % GROUP == 0
    expected = {"f32": ["f32"], "bf16": ["bf16"], "f16": ["f16"]}.get(weight_type, ["i8", "ui8"])
    assert kind in expected, f"{name}: {kind}, expected {expected}"
    if weight_type == "f32":
        assert np.array_equal(values, w.astype(np.float32)), name
        return values
    if weight_type == "f16":
        assert np.array_equal(values, w.astype(np.float16)), name
        return values
    if weight_type == "bf16":
        assert np.array_equal(values, to_bf16(w)), name
        return widen_bf16(values)
    w = w.astype(np.float64)
    if not grouped:
        assert values.shape == w.shape and scales.dtype == np.float32 and scales.shape == (rows,), f"{name}: {scales.shape}"
        q, scale = values.astype(np.float64), scales.astype(np.float64)[:, None]
        check_integers(name, w, q, scale, -127, 127)
        return q * scale
    assert values.shape == (rows, columns // 2) and scales.dtype == np.float16, f"{name}: {values.shape}"
    assert scales.shape == (rows, columns // GROUP), f"{name}: {scales.shape}"
    bytes_ = values.view(np.uint8)
    q = np.stack([bytes_ & 15, bytes_ >> 4], -1).astype(np.float64) - 8  # the even k in the low bits
    q, scale = q.reshape(-1, GROUP), scales.astype(np.float64).reshape(-1, 1)
    check_integers(name, w.reshape(-1, GROUP), q, scale, -8, 7)
    return (q * scale).reshape(w.shape)


def stored_params(model, weights, params, weight_type, *options):
    """`params` with the values that the program of `weight_type` has for them, all checked."""
    parameters = {}
    for sources, kind, array in read_parameters(model, weights, "--weight-type", weight_type, *options):
        parameters.setdefault(sources, []).append((kind, array))
    stored, seen = dict(params), set()
    for sources, found in parameters.items():
        if not (DENSE.search(sources[0]) and sources[0].endswith(".weight")):
            # Biases, norms and SSMs are in single precision; those that are no function of anything are as they were.
            assert all(kind == "f32" for kind, _ in found), f"{sources}: {[kind for kind, _ in found]}"
            if len(sources) == 1 and found[0][1].shape == params[sources[0]].shape:
                assert np.array_equal(found[0][1], params[sources[0]].astype(np.float32)), sources
            continue
        w = np.concatenate([params[name] for name in sources])
        values = max(found, key=lambda parameter: parameter[1].size)
        scales = [array for kind, array in found if array is not values[1]]
        assert len(scales) == (weight_type in ("int8", "int4")), f"{sources}: {len(found)} parameters"
        kind, array = values
        scales = unpack(scales[0], len(w)) if scales else None
        whole = dequantise(sources, w, kind, unpack(array, len(w)), scales, weight_type)
        for name, rows in zip(sources, np.split(whole, np.cumsum([len(params[name]) for name in sources])[:-1])):
            stored[name] = rows
            seen.add(name)
    missing = {name for name in params if DENSE.search(name) and name.endswith(".weight")} - seen
    assert not missing, f"no parameter has {missing}"
    return stored
