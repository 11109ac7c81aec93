"""H3 in NumPy float64: slow, obvious, any shape. The oracle that compiled programs are compared with.

Source: "Hungry Hungry Hippos: Towards Language Modeling with State Space Models" (arXiv 2212.14052) and its public
implementation (HazyResearch/H3). Every SSM is its recurrence: a loop over time, vectorised over channels.
Shapes: b batch, t time, d d_model, H = d / head_dim heads, N d_state, M = N / 2 complex modes.

A state holds what the tokens so far leave behind, so `forward` may be fed a prompt whole, in chunks or by steps:
    state["position"]   tokens seen
    state[layer]        H3: (shift [b, d, N], diag [b, H, head_dim, head_dim, M] complex)
                        attention: (keys, values), each [b, heads, positions, width], keys already rotated
"""

import numpy as np


def layer_norm(x, weight, bias, eps):
    """x [..., d] -> [..., d]."""
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + eps) * weight + bias


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def product(x, weight):
    """x [..., k], weight [n, k] -> [..., n]: what every dense layer begins with."""
    return x @ weight.T


def linear(p, name, x):
    return product(x, p[name + ".weight"]) + p[name + ".bias"]


def shift_ssm(u, B, C, s):
    """u [b, t, d], B and C [d, N], s [b, d, N] -> y [b, t, d], the last s.

    s <- (0, s[0..N-2]) + B u, y = sum_m C[m] s[m].
    """
    y = np.empty_like(u)
    for t in range(u.shape[1]):
        shifted = np.zeros_like(s)
        shifted[..., 1:] = s[..., :-1]
        s = shifted + B * u[:, t, :, None]
        y[:, t] = (C * s).sum(-1)
    return y, s


def discretise(inv_A_real, A_imag, B, log_dt):
    """Bilinear: inv_A_real and A_imag [n_ssm, M], B [n_ssm, M] complex, log_dt [H] -> dA and dB [H, M] complex."""
    row = np.arange(len(log_dt)) % len(A_imag)  # heads share the n_ssm systems in turn
    A, B, dt = (-np.exp(inv_A_real) + 1j * A_imag)[row], B[row], np.exp(log_dt)[:, None]
    return (1 + dt * A / 2) / (1 - dt * A / 2), dt * B / (1 - dt * A / 2)


def diag_ssm(u, dA, dB, C, x):
    """u [b, t, H, i, j], dA, dB and C [H, M], x [b, H, i, j, M] -> y [b, t, H, i, j], the last x.

    x <- dA x + dB u, y = 2 Re sum_m C[m] x[m].
    """
    y = np.empty_like(u)
    dA, dB, C = (z[:, None, None] for z in (dA, dB, C))
    for t in range(u.shape[1]):
        x = dA * x + dB * u[:, t, ..., None]
        y[:, t] = 2 * (C * x).sum(-1).real
    return y, x


def complex_of(pairs):
    """[..., 2] -> [...] complex."""
    return pairs[..., 0] + 1j * pairs[..., 1]


def h3_mixer(p, u, state=None):
    """u [b, t, d] -> [b, t, d], state. `p` holds the mixer's tensors, named without their prefix."""
    b, t, d = u.shape
    H, N = len(p["D"]), p["ssm_k_kernel.kernel.B"].shape[1]
    i = d // H
    shift, diag = state or (np.zeros((b, d, N)), np.zeros((b, H, i, i, N // 2), complex))
    q, k, v = (linear(p, name, u) for name in ("q_proj", "k_proj", "v_proj"))

    y, shift = shift_ssm(k, p["ssm_k_kernel.kernel.B"], p["ssm_k_kernel.kernel.C"][0], shift)
    k = y + p["ssm_k_D"] * k

    q, k, v = (z.reshape(b, t, H, i) for z in (q, k, v))
    kv = k[..., :, None] * v[..., None, :]  # [b, t, H, i, j]
    dA, dB = discretise(p["kernel.kernel.inv_A_real"], p["kernel.kernel.A_imag"],
                        complex_of(p["kernel.kernel.B"]), p["kernel.kernel.log_dt"])
    y, diag = diag_ssm(kv, dA, dB, complex_of(p["kernel.kernel.C"])[0], diag)
    y = y + p["D"][:, None, None] * kv

    o = (q[..., :, None] * y).sum(-2)  # [b, t, H, j]
    o = o.swapaxes(2, 3).reshape(b, t, d)  # output channel j*H + h
    return linear(p, "output_linear", o), (shift, diag)


def rotate(z, inv_freq, position):
    """Rotates the first r features of z [b, heads, t, width] by halves; inv_freq [r / 2]."""
    half = len(inv_freq)
    phi = (position + np.arange(z.shape[2]))[:, None] * inv_freq
    a, b = z[..., :half], z[..., half:2 * half]
    turned = [a * np.cos(phi) - b * np.sin(phi), a * np.sin(phi) + b * np.cos(phi)]
    return np.concatenate([*turned, z[..., 2 * half:]], -1)


def attention(p, u, heads, position=0, state=None):
    """u [b, t, d] -> [b, t, d], state. Causal; `position` is the number of tokens before u."""
    b, t, d = u.shape
    qkv = linear(p, "Wqkv", u).reshape(b, t, 3, heads, d // heads)
    q, k, v = qkv.transpose(2, 0, 3, 1, 4)  # each [b, heads, t, width]
    if "rotary_emb.inv_freq" in p:
        q, k = (rotate(z, p["rotary_emb.inv_freq"], position) for z in (q, k))
    if state:
        k, v = (np.concatenate(pair, 2) for pair in zip(state, (k, v)))
    scores = q @ k.swapaxes(2, 3) / np.sqrt(d // heads)
    later = np.arange(k.shape[2]) > position + np.arange(t)[:, None]
    y = softmax(np.where(later, -np.inf, scores)) @ v
    return linear(p, "out_proj", y.swapaxes(1, 2).reshape(b, t, d)), (k, v)


def under(params, prefix):
    """The tensors whose names start with `prefix`, without it."""
    return {name[len(prefix):]: array for name, array in params.items() if name.startswith(prefix)}


def float64(params):
    return {name: np.asarray(array, np.float64) for name, array in params.items()}


def forward(params, config, ids, state=None):
    """ids [b, t] -> logits [b, t, padded vocabulary], the state after them. `params` carry the published names."""
    params, eps = float64(params), config["layer_norm_epsilon"]
    state = state or {"position": 0}
    after = {"position": state["position"] + ids.shape[1]}
    E = params["backbone.embeddings.word_embeddings.weight"]
    r = E[ids]
    for layer in range(config["n_layer"]):
        p = under(params, f"backbone.layers.{layer}.")
        mixer = under(p, "mixer.")
        x = layer_norm(r, p["norm1.weight"], p["norm1.bias"], eps)
        if layer in config["attn_layer_idx"]:
            y, after[layer] = attention(mixer, x, config["n_heads"], state["position"], state.get(layer))
        else:
            y, after[layer] = h3_mixer(mixer, x, state.get(layer))
        r = r + y
        x = layer_norm(r, p["norm2.weight"], p["norm2.bias"], eps)
        r = r + linear(p, "mlp.fc2", gelu_tanh(linear(p, "mlp.fc1", x)))
    return product(layer_norm(r, params["backbone.ln_f.weight"], params["backbone.ln_f.bias"], eps), E), after


def greedy(params, config, ids, count):
    """ids [b, t] -> [b, t + count]: the most probable token each time, never one of the padded ids."""
    logits, state = forward(params, config, ids)
    out = [ids]
    for step in range(count):
        if step:
            logits, state = forward(params, config, out[-1], state)
        out.append(logits[:, -1:, :config["vocab_size"]].argmax(-1).astype(ids.dtype))
    return np.concatenate(out, 1)
