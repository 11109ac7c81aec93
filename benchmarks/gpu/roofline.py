"""What the operations of a step must move and compute, and the least time that takes on GPUs that are not here.

Bytes count everything once for each kernel; see benchmarks/README.md for the formulas and what they leave out.
"""

from collections import namedtuple

# Peak rates. A100: data sheet "NVIDIA A100 Tensor Core GPU", SXM4 80 GB. H100: data sheet "NVIDIA H100 Tensor Core GPU", SXM5, dense.
# B200: technical brief "NVIDIA Blackwell Architecture", HGX B200 at 1000 W, dense.
Gpu = namedtuple("Gpu", "name bytes_per_s f32_flops bf16_flops")
GPUS = [Gpu("A100", 2039e9, 19.5e12, 312e12), Gpu("H100", 3350e9, 67e12, 989.4e12), Gpu("B200", 8000e9, 80e12, 2250e12)]

Step = namedtuple("Step", "sequences tokens before")  # sequences that read so many tokens each, behind so many
Operation = namedtuple("Operation", "name count bytes flops dense")  # bytes and flops of all `count` together

FLOAT, INT = 4, 4


def padded_vocabulary(config):
    unit = config["pad_vocab_size_multiple"]
    return -(-config["vocab_size"] // unit) * unit


def operations(config, step, weight_size=4):
    """Of a step whose last token of each sequence gets logits; dense weights take `weight_size` bytes each."""
    d, inner, n, head = config["d_model"], config["d_inner"], config["d_state"], config.get("head_dim", 1)
    modes, s, t = n // 2, step.sequences, step.sequences * step.tokens
    attentions = len(config["attn_layer_idx"])
    layers, ssms = config["n_layer"], config["n_layer"] - attentions
    found = []

    def add(name, count, bytes, flops, dense=False):
        if count:
            found.append(Operation(name, count, count * bytes, count * flops, dense))

    def dense(name, count, rows, inputs, features, residual=False):
        floats = rows * inputs + features + rows * features * (2 if residual else 1)
        add(name, count, weight_size * inputs * features + FLOAT * floats, 2 * rows * inputs * features, True)

    add("embedding", 1, t * (d * (weight_size + FLOAT) + INT), 0)
    add("norm", 2 * layers + 1, FLOAT * (2 * t * d + 2 * d), 8 * t * d)
    dense("SSM projections", 3 * ssms, t, d, d)
    shift_state = (n - 1) * s * d + min(step.tokens, n) * s * d
    if head == 1:
        add("mixer", ssms, FLOAT * (4 * t * d + n * d + 2 * d + 4 * modes * d + 2 * 2 * modes * s * d + shift_state),
            t * d * (2 * n + 12 * modes + 12))
    else:
        planes = t * d * head
        add("shift SSM", ssms, FLOAT * (2 * t * d + n * d + d + shift_state), t * d * (2 * n + 1))
        add("expansion", ssms, FLOAT * (2 * t * d + planes), planes)
        add("diagonal SSM", ssms, FLOAT * (2 * planes + (4 * modes + 1) * (d // head) + 2 * 2 * modes * s * d * head),
            planes * (12 * modes + 10))
        add("contraction", ssms, FLOAT * (t * d + planes + t * d), 2 * planes)
    dense("attention projections", attentions, t, d, 3 * d)
    pairs = s * sum(step.before + i + 1 for i in range(step.tokens))
    add("keys and values", attentions, FLOAT * 4 * t * d, 0)
    add("attention", attentions, FLOAT * (2 * t * d + 2 * s * (step.before + step.tokens) * d), 4 * pairs * d)
    dense("output", layers, t, d, d, residual=True)
    dense("fc1", layers, t, d, inner)
    dense("fc2", layers, t, inner, d, residual=True)
    add("last rows", 1, FLOAT * 2 * s * d, 0)
    dense("logits", 1, s, d, padded_vocabulary(config))
    return found


def least_seconds(operation, gpu, launch_seconds, launches, tensor_cores):
    """The least time of an operation, and what bounds it. `launches` is the number of kernels for each instance."""
    rate = gpu.bf16_flops if operation.dense and tensor_cores else gpu.f32_flops
    bounds = {"memory": operation.bytes / gpu.bytes_per_s, "arithmetic": operation.flops / rate,
              "launches": operation.count * launches * launch_seconds}
    bound = max(bounds, key=bounds.get)
    return bounds[bound], bound
