"""What one more token of each of `batch` sequences must move, in bytes: every weight once, states and caches, activations.

Activations are those that pass between kernels which norms, biases, GELU and residuals are part of: what a layer hands on is
written once and read once by each kernel that uses it.
"""

FLOAT = 4


def activation_floats(config):
    """Of one token, read and written."""
    d, inner, head = config["d_model"], config["d_inner"], config.get("head_dim", 1)
    dense = (d + 3 * d) + (d + d + d) + (d + inner) + (inner + d + d)  # norm and projections; output; norm and fc1; fc2
    mixer = 3 * d + d
    if head > 1:  # the shift SSM, expansion into planes, the diagonal SSM of each, contraction
        mixer = 2 * d + (2 * d + head * d) + 2 * head * d + (head * d + 2 * d)
    attention = len(config["attn_layer_idx"])
    ssms = config["n_layer"] - attention
    vocabulary = -(-config["vocab_size"] // config["pad_vocab_size_multiple"]) * config["pad_vocab_size_multiple"]
    return config["n_layer"] * dense + ssms * mixer + attention * (3 * d + d) + d + d + vocabulary


def decode_bytes(config, weight_bytes, batch, position):
    """For tokens at `position`; `weight_bytes` is the size of all weights as they are stored."""
    d, head, steps = config["d_model"], config.get("head_dim", 1), config["d_state"]
    attention = len(config["attn_layer_idx"])
    ssms = config["n_layer"] - attention
    diagonal = 2 * 2 * (steps // 2) * d * head  # complex modes, read and written; a head's planes are head^2 for d / head heads
    shift = (steps - 1) * d + d  # inputs before, and this one
    cache = 2 * d * position + 2 * d + 2 * d  # keys and values before and of this token, which are written, then read
    return {
        "weights": weight_bytes,
        "states": batch * FLOAT * (ssms * (diagonal + shift) + attention * cache),
        "activations": batch * FLOAT * activation_floats(config),
    }
