"""Every form of the SSMs against the others' oracle: shapes, states, cuts, causality.

A form may differ from the float64 recurrence by 2e-6 log2(length), relative to the largest output.
"""

import sys

import numpy as np
from kernels import Kernels, memref
from rings import near, spectrum_of

LENGTHS = (1, 2, 15, 16, 17, 63, 64, 65, 127, 509, 1000, 4096)
MODES, TAPS, SLOTS, BLOCK = 32, 64, 3, 64
rng = np.random.default_rng(7)


def function(name, op, form, ins, outs, states):
    """One layer as a function of `ins`, the batch, `outs` and, with `states`, theirs: (name, type) pairs."""
    batch = [("starts", memref([None], "i32"))]
    if states:
        batch += [("slots", memref([None], "i32")), ("positions", memref([None], "i32"))]
    group = lambda pairs: f"({', '.join('%' + n for n, _ in pairs)} : {', '.join(t for _, t in pairs)})"
    operands = [pair for _, pairs in ins for pair in pairs] + batch + outs + states
    arguments = ", ".join(f"%{n}: {t}" for n, t in operands)
    clauses = " ".join(keyword + group(pairs) for keyword, pairs in ins)
    layer = f"h3.{op}{f' form<{form}>' if form else ''} {clauses} batch{group(batch)} outs{group(outs + states)}"
    return f"func.func @{name}({arguments}) {{\n  {layer}\n  return\n}}\n"


def build(heads, planes):
    """All forms of all SSMs, for `heads` heads and `planes` planes, with states (`_s`) and without."""
    channels = heads * planes
    rows = memref([None, channels])
    modes, skip = ("modes", memref([4, MODES, heads])), ("skip", memref([heads]))
    taps, tap_skip = ("taps", memref([TAPS, channels])), ("tap_skip", memref([channels]))
    ring = ("ring", memref([None, TAPS, channels]))
    state = ("state", memref([None, MODES, 2, channels]))
    spectrum = ("spectrum", [("spectrum", memref([-(-heads // 16), BLOCK, 2, 16]))])
    text = ""
    for suffix, keeps in (("", False), ("_s", True)):
        shift_ins = [("ins", [("u", rows), taps, tap_skip])]
        text += function("shift" + suffix, "shift_ssm", "", shift_ins, [("y", rows)], [ring] if keeps else [])
        for form in ("recurrence", "chunked", "fft"):
            ins = [("ins", [("u", rows), modes, skip])] + ([spectrum] if form == "fft" else [])
            text += function(form + suffix, "diag_ssm", form, ins, [("y", rows)], [state] if keeps else [])
            if planes == 1 and form != "fft":
                ins = [("ins", [("q", rows), ("k", rows), ("v", rows)]), ("shift", [taps, tap_skip])]
                ins += [("diag", [modes, skip])]
                states = [ring, state] if keeps else []
                text += function("mixer_" + form + suffix, "mixer", form, ins, [("y", rows)], states)
    return Kernels(text, cxx=sys.argv[2:], cpu=sys.argv[1])


def random_modes(heads):
    """S4D-Lin with time steps of 0.001 to 0.1: modes [4, M, H]."""
    dt = np.exp(rng.uniform(np.log(1e-3), np.log(1e-1), heads))
    decay = np.exp(dt * (-0.5 + 1j * np.pi * np.arange(MODES)[:, None]))
    weight = dt * (rng.normal(size=(MODES, heads)) + 1j * rng.normal(size=(MODES, heads)))
    return np.stack([decay.real, decay.imag, weight.real, -weight.imag]).astype(np.float32)


def kernel_of(modes, length):
    """h3.diag_kernel in float64: [length, H]."""
    decay, weight = modes[0] + 1j * modes[1].astype(float), modes[2] - 1j * modes[3].astype(float)
    return np.stack([(weight * decay**t).real.sum(0) for t in range(length)])


def oracle_diag(u, modes, skip, x):
    """The recurrence in float64: outputs and the state behind them."""
    planes = u.shape[1] // modes.shape[2]
    decay = np.tile(modes[0] + 1j * modes[1].astype(float), planes)
    weight = np.tile(modes[2] - 1j * modes[3].astype(float), planes)
    y = np.empty(u.shape)
    for t, row in enumerate(u.astype(float)):
        x = decay * x + row
        y[t] = (weight * x).real.sum(0) + np.tile(skip, planes) * row
    return y, x


def oracle_shift(u, taps, skip, ring, position):
    """FIR over the inputs and, before them, the ring; the ring behind them."""
    history = np.stack([ring[(position - TAPS + i) % TAPS] for i in range(TAPS)])
    full = np.concatenate([history, u]).astype(float)
    y = skip * u.astype(float)
    for n in range(TAPS):
        y = y + taps[n] * full[TAPS - n : len(full) - n]
    ring = ring.copy()
    for t, row in enumerate(u):
        ring[(position + t) % TAPS] = row
    return y, ring


def ints(*values):
    return np.array(values, dtype=np.int32)


def normal(*shape):
    return rng.normal(size=shape).astype(np.float32)


class Case:
    """Kernels of one shape with random parameters."""

    def __init__(self, heads, planes):
        self.heads, self.planes, self.channels = heads, planes, heads * planes
        self.kernels = build(heads, planes)
        self.modes, self.skip = random_modes(heads), normal(heads)
        self.taps, self.tap_skip = normal(TAPS, self.channels), normal(self.channels)
        self.spectrum = spectrum_of(kernel_of(self.modes, BLOCK), None, BLOCK)

    def diag(self, form, u, state=None, slot=0, position=0, threads=1):
        y = np.full_like(u, np.nan)
        extra = [self.spectrum] if form == "fft" else []
        batch = [ints(0, len(u))] + ([ints(slot), ints(position)] if state is not None else [])
        states = [state] if state is not None else []
        name = form + ("_s" if states else "")
        self.kernels(name, u, self.modes, self.skip, *extra, *batch, y, *states, threads=threads)
        return y


def check_diag(case):
    for length in LENGTHS:
        u = normal(length, case.channels)
        zero, some = np.zeros((MODES, case.channels)), rng.normal(size=(MODES, 2, case.channels))
        expected, _ = oracle_diag(u, case.modes, case.skip, zero)
        going_on, behind = oracle_diag(u, case.modes, case.skip, some[:, 0] + 1j * some[:, 1])
        for form in ("recurrence", "chunked", "fft"):
            what = f"{form}, {case.heads} heads, {case.planes} planes, {length} rows"
            near(case.diag(form, u), expected, length, what)
            state = normal(SLOTS, MODES, 2, case.channels)
            others = state.copy()
            state[1] = some
            near(case.diag(form, u, state, slot=1, position=37), going_on, length, what + ", going on")
            near(state[1, :, 0] + 1j * state[1, :, 1], behind, length, what + ", state")
            assert np.array_equal(state[[0, 2]], others[[0, 2]]), what + ": other slots changed"


def check_cuts(case):
    """The same bits for any cuts (recurrence) or cuts on the grid (chunked), and any number of threads."""
    u = normal(300, case.channels)
    for form, cuts in (("recurrence", (1, 2, 16, 33, 250)), ("chunked", (16, 48, 64, 208, 288))):
        whole = np.zeros((1, MODES, 2, case.channels), np.float32)
        expected = case.diag(form, u, whole)
        for threads in (1, 3):
            state, parts = np.zeros_like(whole), []
            for start, end in zip((0, *cuts), (*cuts, len(u))):
                parts.append(case.diag(form, np.ascontiguousarray(u[start:end]), state, 0, start, threads))
            assert np.array_equal(np.concatenate(parts), expected), f"{form}: cuts change bits"
            assert np.array_equal(state, whole), f"{form}: cuts change the state"


def check_causality(case):
    """An input moves no earlier output: by nothing in time, by rounding through transforms."""
    u = normal(100, case.channels)
    for t in (1, 15, 16, 40, 99):
        changed = u.copy()
        changed[t] += 10
        for form in ("recurrence", "chunked", "fft"):
            before, after = case.diag(form, u)[:t], case.diag(form, changed)[:t]
            if form == "fft":
                assert np.abs(before - after).max() <= 1e-5 * np.abs(before).max(), "fft is not causal"
            else:
                assert np.array_equal(before, after), f"{form} is not causal"


def check_shift(case):
    for length in LENGTHS:
        for position in (0, 1, 63, 64, 100):
            u, ring = normal(length, case.channels), normal(SLOTS, TAPS, case.channels)
            expected, behind = oracle_shift(u, case.taps, case.tap_skip, ring[2], position)
            y = np.full_like(u, np.nan)
            batch = (ints(0, length), ints(2), ints(position))
            case.kernels("shift_s", u, case.taps, case.tap_skip, *batch, y, ring)
            near(y, expected, length, f"shift, {length} rows at {position}")
            assert np.array_equal(ring[2], behind), "shift: ring"
        y = np.full_like(u, np.nan)
        case.kernels("shift", u, case.taps, case.tap_skip, ints(0, length), y)
        expected, _ = oracle_shift(u, case.taps, case.tap_skip, np.zeros_like(ring[0]), 0)
        near(y, expected, length, f"shift without state, {length} rows")


def check_mixer(case):
    """The fused op gives the bits of its parts, over a ragged batch."""
    starts, slots, positions = ints(0, 70, 71, 200), ints(2, 0, 1), ints(5, 130, 0)
    q, k, v = (normal(200, case.channels) for _ in range(3))
    ring, state = normal(SLOTS, TAPS, case.channels), normal(SLOTS, MODES, 2, case.channels)
    batch = (starts, slots, positions)
    for form in ("recurrence", "chunked"):
        parts = [ring.copy(), state.copy()]
        shifted, diag = np.empty_like(q), np.empty_like(q)
        case.kernels("shift_s", k, case.taps, case.tap_skip, *batch, shifted, parts[0])
        case.kernels(form + "_s", shifted * v, case.modes, case.skip, *batch, diag, parts[1])
        for threads in (1, 2):
            fused, y = [ring.copy(), state.copy()], np.full_like(q, np.nan)
            parameters = (case.taps, case.tap_skip, case.modes, case.skip)
            case.kernels(f"mixer_{form}_s", q, k, v, *parameters, *batch, y, *fused, threads=threads)
            assert np.array_equal(y, q * diag), f"mixer, {form}: outputs"
            assert all(np.array_equal(a, b) for a, b in zip(fused, parts)), f"mixer, {form}: states"
        y = np.full_like(q, np.nan)
        case.kernels("mixer_" + form, q, k, v, *parameters, starts, y)
        zeros = [np.zeros_like(ring), np.zeros_like(state)]
        again = np.full_like(q, np.nan)
        case.kernels(f"mixer_{form}_s", q, k, v, *parameters, starts, slots, ints(0, 0, 0), again, *zeros)
        assert np.array_equal(y, again), f"mixer, {form}: without states"


for shape in ((16, 1), (40, 1), (12, 4), (3, 16)):
    case = Case(*shape)
    check_diag(case)
    check_cuts(case)
    check_causality(case)
    check_shift(case)
    if case.planes == 1:
        check_mixer(case)
print("every form agrees")
