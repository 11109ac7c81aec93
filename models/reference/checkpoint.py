"""Reads and writes torch checkpoints with the standard library and NumPy alone.

A `model.pt` is a zip archive: `*/data.pkl` is a pickle that rebuilds each tensor from a storage, and the bytes of
storage K lie in `*/data/K`, little-endian. Unpickling is restricted to the handful of names that such a file needs.
Layouts: published names, old names (norms placed after the branch that they follow) and Lightning checkpoints.
"""

import io
import pickle
import re
import zipfile
from collections import OrderedDict

import numpy as np

STORAGES = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "BFloat16Storage": "<u2",
            "LongStorage": "<i8", "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "<i1",
            "ByteStorage": "<u1", "BoolStorage": "?"}
EMBEDDING = "backbone.embeddings.word_embeddings.weight"


# ---- reading

def rebuild_tensor(storage, offset, shape, stride, *_):
    """torch._utils._rebuild_tensor_v2: a strided view of a storage, copied; bfloat16 is widened to float32."""
    kind, data = storage
    steps = [data.itemsize * s for s in stride]
    array = np.lib.stride_tricks.as_strided(data[offset:], shape, steps).copy()
    return (array.astype("<u4") << 16).view("<f4") if kind == "BFloat16Storage" else array


class Unpickler(pickle.Unpickler):
    """Loads tensors, dicts and plain values; any other name in the pickle is an error."""

    def __init__(self, archive, prefix):
        super().__init__(io.BytesIO(archive.read(prefix + "data.pkl")))
        self.archive, self.prefix, self.storages = archive, prefix, {}

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return rebuild_tensor
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return lambda tensor, *_: tensor
        if module == "torch" and name in STORAGES:
            return name
        raise pickle.UnpicklingError(f"{module}.{name} does not belong in a checkpoint of tensors")

    def persistent_load(self, key):
        _, kind, name = key[:3]  # ("storage", kind, name, device, number of elements)
        if name not in self.storages:
            data = self.archive.read(f"{self.prefix}data/{name}")
            self.storages[name] = kind, np.frombuffer(data, STORAGES[kind])
        return self.storages[name]


def published_name(name, layers):
    """The published name of an old one; `layers` is the number of layers."""
    name = name.replace("s4seq.encoder.", "backbone.")
    name = re.sub(r"^embedding\.weight$", EMBEDDING, name)
    if name.startswith("backbone.norm."):
        return name.replace("norm", "layers.0.norm1")
    m = re.fullmatch(r"backbone\.layers\.(\d+)\.norm([12])\.(\w+)", name)
    if not m:
        return name
    layer, norm, field = int(m[1]), m[2], m[3]
    if norm == "1":
        return f"backbone.layers.{layer}.norm2.{field}"
    return f"backbone.layers.{layer + 1}.norm1.{field}" if layer + 1 < layers else f"backbone.ln_f.{field}"


def count_layers(params):
    return 1 + max(int(m[1]) for m in (re.search(r"\.layers\.(\d+)\.", name) for name in params) if m)


def published_names(params):
    """Renames old names to the published ones; published names stay as they are."""
    if not any(name.startswith("s4seq.") for name in params):
        return params
    layers = count_layers(params)
    return {published_name(name, layers): array for name, array in params.items()}


def load_checkpoint(path):
    """Returns {published name: array} of a .pt or .npz file, in the types as stored."""
    if str(path).endswith(".npz"):
        with np.load(path) as arrays:
            return published_names(dict(arrays))
    with zipfile.ZipFile(path) as archive:
        pickled = next(name for name in archive.namelist() if name.endswith("data.pkl"))
        tree = Unpickler(archive, pickled[:-len("data.pkl")]).load()
    if "pytorch-lightning_version" in tree:
        tree = {name[len("model."):]: array for name, array in tree["state_dict"].items()}
    return published_names(dict(tree))


# ---- writing

def old_name(name, layers):
    """The inverse of published_name."""
    m = re.fullmatch(r"backbone\.layers\.(\d+)\.norm([12])\.(\w+)", name)
    if m and m[2] == "2":
        name = f"backbone.layers.{m[1]}.norm1.{m[3]}"
    elif m:
        layer = int(m[1])
        name = f"backbone.layers.{layer - 1}.norm2.{m[3]}" if layer else f"backbone.norm.{m[3]}"
    elif name.startswith("backbone.ln_f."):
        name = name.replace("ln_f", f"layers.{layers - 1}.norm2")
    return "embedding.weight" if name == EMBEDDING else name.replace("backbone.", "s4seq.encoder.")


def pickled_string(text):
    data = text.encode()
    return b"X" + len(data).to_bytes(4, "little") + data


def pickled_tensor(key, array):
    """_rebuild_tensor_v2(storage, 0, shape, stride, False, OrderedDict()) in pickle protocol 2."""
    kind = next(kind for kind, dtype in STORAGES.items() if np.dtype(dtype) == array.dtype and kind != "BFloat16Storage")
    strides = [s // array.itemsize for s in array.strides]

    def integers(values):
        return b"(" + b"".join(b"J" + int(v).to_bytes(4, "little") for v in values) + b"t"

    storage = (b"(" + pickled_string("storage") + b"ctorch\n" + kind.encode() + b"\n" + pickled_string(str(key))
               + pickled_string("cpu") + b"J" + array.size.to_bytes(4, "little") + b"tQ")
    return (b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"J" + bytes(4) + integers(array.shape)
            + integers(strides) + b"\x89" + b"ccollections\nOrderedDict\n)RtR")


def save_checkpoint(path, params, old_names=False, lightning=False):
    """Writes {published name: array} as torch.save would; arrays of one identity share one storage.

    `old_names` and `lightning` choose the older layouts. The result also loads with torch.load.
    """
    if old_names:
        layers = count_layers(params)
        params = {old_name(name, layers): array for name, array in params.items()}
    keys, arrays = {}, []  # identity -> storage key, storages in order
    items = b""
    for name, array in params.items():
        if id(array) not in keys:
            keys[id(array)] = len(arrays)
            arrays.append(np.ascontiguousarray(array))
        key = keys[id(array)]
        items += pickled_string("model." * lightning + name) + pickled_tensor(key, arrays[key])
    tree = b"}(" + items + b"u"
    if lightning:
        tree = (b"}(" + pickled_string("pytorch-lightning_version") + pickled_string("1.8.6")
                + pickled_string("state_dict") + tree + b"u")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        def write(name, data):
            info = zipfile.ZipInfo("model/" + name)
            # torch aligns every member to 64 bytes, with a zip extra field as padding
            start = archive.fp.tell() + 30 + len(info.filename) + 4
            info.extra = b"FB" + (-start % 64).to_bytes(2, "little") + bytes(-start % 64)
            archive.writestr(info, data)

        write("data.pkl", b"\x80\x02" + tree + b".")
        for key, array in enumerate(arrays):
            write(f"data/{key}", array.tobytes())
        write("version", b"3\n")


# ---- random models

def random_model(config, seed, dtype=np.float32):
    """Random parameters {published name: array} of the shape in `config`, spread as in a trained model.

    Linears, embedding and LayerNorms are of type `dtype`, the SSM parameters of float32. Shift B lies around e_0,
    the modes around S4D-Lin's, log_dt between the usual bounds. `config` may add `n_ssm`, a divisor of the heads.
    """
    rng = np.random.default_rng(seed)
    d, inner, N, multiple = config["d_model"], config["d_inner"], config["d_state"], config["pad_vocab_size_multiple"]
    H, M = d // config["head_dim"], N // 2
    n_ssm = config.get("n_ssm", H)
    params = {}

    def normal(name, shape, mean=0.0, std=1.0, type=np.float32):
        params[name] = (mean + std * rng.standard_normal(shape)).astype(type)

    def linear(name, rows, columns):
        normal(name + ".weight", (rows, columns), 0, columns**-0.5, dtype)
        normal(name + ".bias", (rows,), 0, 0.1, dtype)

    def norm(name):
        normal(name + ".weight", (d,), 1, 0.1, dtype)
        normal(name + ".bias", (d,), 0, 0.1, dtype)

    def h3(at):
        normal(at + "ssm_k_D", (d,))
        normal(at + "D", (H,))
        for name in ("q_proj", "k_proj", "v_proj"):
            linear(at + name, d, d)
        normal(at + "ssm_k_kernel.kernel.B", (d, N), np.eye(1, N), 0.1)
        normal(at + "ssm_k_kernel.kernel.C", (1, d, N), 0, N**-0.5)
        normal(at + "kernel.kernel.C", (1, H, M, 2), 0, 0.5**0.5)
        params[at + "kernel.kernel.log_dt"] = rng.uniform(np.log(0.001), np.log(0.1), H).astype(np.float32)
        normal(at + "kernel.kernel.B", (n_ssm, M, 2), [1, 0], 0.1)
        normal(at + "kernel.kernel.inv_A_real", (n_ssm, M), np.log(0.5), 0.1)
        normal(at + "kernel.kernel.A_imag", (n_ssm, M), np.pi * np.arange(M), 0.1)
        linear(at + "output_linear", d, d)

    def attention(at):
        if r := config["rotary_emb_dim"]:
            params[at + "rotary_emb.inv_freq"] = (10000.0 ** (-np.arange(0, r, 2) / r)).astype(np.float32)
        linear(at + "Wqkv", 3 * d, d)
        linear(at + "out_proj", d, d)

    normal(EMBEDDING, (-(-config["vocab_size"] // multiple) * multiple, d), 0, 0.5, dtype)
    for layer in range(config["n_layer"]):
        at = f"backbone.layers.{layer}."
        (attention if layer in config["attn_layer_idx"] else h3)(at + "mixer.")
        norm(at + "norm1")
        linear(at + "mlp.fc1", inner, d)
        linear(at + "mlp.fc2", d, inner)
        norm(at + "norm2")
    norm("backbone.ln_f")
    params["lm_head.weight"] = params[EMBEDDING]
    return params
