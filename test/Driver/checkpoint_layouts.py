"""File layouts and element types of checkpoints. Usage: checkpoint_layouts.py WORK_FOLDER"""

import json
import sys
import zipfile

import numpy as np

from drivers import QUICK, compile_model, fresh, load_checkpoint, logits, random_model, run_json, save_checkpoint

CONFIG = {"d_model": 16, "n_layer": 3, "d_inner": 20, "vocab_size": 61, "pad_vocab_size_multiple": 8,
          "attn_layer_idx": [1], "n_heads": 2, "rotary_emb_dim": 4, "d_state": 16, "head_dim": 2, "layer_norm_epsilon": 1e-5}
IDS = np.random.default_rng(0).integers(0, CONFIG["vocab_size"], (2, 40))
TYPES = {"<f2": "F16", "<u2": "BF16", "<f4": "F32", "<f8": "F64"}  # bfloat16 is kept as its bits

work = fresh(sys.argv[1])


def evaluate(name, save):
    """The logits of a model whose checkpoint `save` writes."""
    folder = fresh(work / name.split(".")[0])
    (folder / "config.json").write_text(json.dumps(CONFIG))
    save(folder / name)
    program = compile_model(folder, folder / "program", *QUICK)
    info = run_json(program, "info", "--json")
    parameters = sum(array.size for key, array in params.items() if key != "lm_head.weight" and "inv_freq" not in key)
    assert info["parameters"] == parameters, f"{name}: {info['parameters']} parameters, expected {parameters}"
    return logits(program, IDS, folder)


def save_safetensors(path, params):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, array in params.items():
        end = len(data) + array.nbytes
        header[name] = {"dtype": TYPES[array.dtype.str], "shape": array.shape, "data_offsets": [len(data), end]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def save_bfloat16(path, params):
    """A .pt of bits, whose storages are then declared to be of bfloat16."""
    plain = path.with_suffix(".zip")
    save_checkpoint(plain, {name: array.view("<i2") for name, array in params.items()})
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"torch\nShortStorage", b"torch\nBFloat16Storage"))
    plain.unlink()


def check(expected, layouts):
    for name, save in layouts.items():
        assert np.array_equal(evaluate(name, save), expected), f"{name}: other bits"
        print(f"{name}: same bits")


params = random_model(CONFIG, 0)
untied = {name: array for name, array in params.items() if name != "lm_head.weight"}
check(evaluate("published.pt", lambda path: save_checkpoint(path, params)), {
    "old-names.pt": lambda path: save_checkpoint(path, params, old_names=True),
    "lightning.pt": lambda path: save_checkpoint(path, params, lightning=True),
    "old-lightning.pt": lambda path: save_checkpoint(path, params, old_names=True, lightning=True),
    "no-head.pt": lambda path: save_checkpoint(path, untied),
    "tensors.safetensors": lambda path: save_safetensors(path, params),
    "double.pt": lambda path: save_checkpoint(path, {name: array.astype("<f8") for name, array in params.items()}),
})
# Narrower types hold other numbers: compared with those numbers as float32.
params = random_model(CONFIG, 1, np.float16)
widened = {name: array.astype("<f4") for name, array in params.items()}
check(evaluate("half-widened.pt", lambda path: save_checkpoint(path, widened)), {
    "half.pt": lambda path: save_checkpoint(path, params),
    "half-tensors.safetensors": lambda path: save_safetensors(path, params),
})
bits = {name: (array.view("<u4") >> 16).astype("<u2") for name, array in random_model(CONFIG, 2).items()}
widened = {name: (array.astype("<u4") << 16).view("<f4") for name, array in bits.items()}
check(evaluate("bfloat16-widened.pt", lambda path: save_checkpoint(path, widened)), {
    "bfloat16.pt": lambda path: save_bfloat16(path, bits),
    "bfloat16-tensors.safetensors": lambda path: save_safetensors(path, bits),
})
read_back = load_checkpoint(work / "bfloat16/bfloat16.pt")
assert all(np.array_equal(array, widened[name]) for name, array in read_back.items())
