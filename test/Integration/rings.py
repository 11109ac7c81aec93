"""The transform of dialect/RingTransform.h by its definition, and how near to float64 a kernel must be."""

import numpy as np


def ring_length(least):
    """The shortest length of a transform, {1, 3, 5, 9, 15} 2^k from 8 on, of at least `least`."""
    lengths = (odd << k for odd in (1, 3, 5, 9, 15) for k in range(2, 24))
    return min(length for length in lengths if length >= max(least, 8))


def factors(length):
    """The splits of a transform, first to last."""
    found, rest = [], length // 4
    for factor in (5, 3):
        while rest % factor == 0:
            found, rest = found + [factor], rest // factor
    fours = 0
    while rest % 4 == 0:
        fours, rest = fours + 1, rest // 4
    return found + [2] * (rest == 2) + [4] * (fours + 1)


def angles(length):
    """In turns, those of the roots of x^n = i in the order of a spectrum."""
    found = [0.25]
    for factor in factors(length):
        found = [(parent + j) / factor for parent in found for j in range(factor)]
    return found


def spectrum_of(kernel, reversed_kernel, length, lanes=16):
    """h3.conv_spectrum of a kernel [L, C] and, unless None, one in the other direction: [blocks, length, 2, lanes]."""
    roots = np.exp(2j * np.pi * np.outer(angles(length), np.arange(len(kernel))))
    values = roots @ kernel / length
    if reversed_kernel is not None:
        values = values + roots.conj() @ reversed_kernel / length
    channels = kernel.shape[1]
    blocks = -(-channels // lanes)
    values = np.pad(values, ((0, 0), (0, lanes * blocks - channels))).reshape(length, blocks, lanes)
    both = np.stack([values.real, values.imag], axis=1).transpose(2, 0, 1, 3)
    return np.ascontiguousarray(both, dtype=np.float32)


def near(found, expected, length, what):
    """Fails where `found` differs by more than 2e-6 log2(length), relative to the largest value expected."""
    error = np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-30)
    limit = 2e-6 * max(np.log2(length), 1)
    assert error <= limit, f"{what}: relative error {error:.2e}, expected at most {limit:.2e}"
