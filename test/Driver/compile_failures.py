"""Failures of h3-compile. Usage: compile_failures.py GOLDEN_FOLDER WORK_FOLDER

Every case compiles to out/program, where an older program lies that must stay as it is.
"""

import json
import os
import pickle
import shutil
import sys
import zipfile
from pathlib import Path

import numpy as np

from drivers import EMBEDDING, QUICK, check_failures, find_leftovers, fresh, load_checkpoint, save_checkpoint

golden, work = Path(sys.argv[1]), fresh(sys.argv[2])
LONG, HYBRID = golden / "long/model.pt", golden / "hybrid/model.pt"
params, config = load_checkpoint(LONG), json.loads((golden / "long/config.json").read_text())
FC1, D = "backbone.layers.1.mlp.fc1.weight", "backbone.layers.0.mixer.D"

(work / "out").mkdir()
for name in ("program", "program.h3w"):
    (work / "out" / name).write_text("an older one")


def write(name, data):
    path = work / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def checkpoint(name, changes=None, without=(), **options):
    """The `long` model with some tensors changed."""
    path = work / name
    path.parent.mkdir(exist_ok=True)
    save_checkpoint(path, {k: v for k, v in {**params, **(changes or {})}.items() if k not in without}, **options)
    return path


def with_config(name, checkpoint=LONG, **keys):
    """The checkpoint beside a config.json."""
    path = write(f"{name}/config.json", json.dumps(keys))
    shutil.copy(checkpoint, path.parent / "model.pt")
    return path


class Attack:
    def __reduce__(self):
        return os.system, (f"touch {work / 'attacked'}",)


def attack():
    path = work / "attack.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps(Attack(), protocol=2))
        archive.writestr("model/version", "3\n")
    return path


def safetensors(name, header, data=b""):
    text = json.dumps(header).encode()
    return write(name, len(text).to_bytes(8, "little") + text + data)


whole = LONG.read_bytes()
bad_files = [
    ([work / "nothing.pt"], ["nothing.pt", "No such file"]),
    ([write("empty.pt", "")], ["empty.pt", "0 bytes", "torch.save"]),
    ([write("text.pt", "weights\n" * 9)], ["text.pt", "zip", "safetensors"]),
    ([write("folder/readme", "")], ["readme"]),
    ([work / "folder"], ["folder", "no checkpoint", "model.pt"]),
    ([write("cut.pt", whole[:len(whole) // 2])], ["cut.pt", "truncated"]),
    ([write("head.pt", whole[:1000])], ["head.pt", "truncated"]),
    ([attack()], ["attack.pt", "posix.system", "refuses"]),
    ([safetensors("f8.safetensors", {"w": {"dtype": "F8_E4M3", "shape": [1], "data_offsets": [0, 1]}}, b"0")],
     ["f8.safetensors", "'w'", "F8_E4M3", "BF16"]),
    ([safetensors("cut.safetensors", {"w": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}, b"0" * 8)],
     ["cut.safetensors", "'w'", "[0, 16]", "8 bytes", "truncated"]),
]
bad_tensors = [
    ([checkpoint("missing.pt", without=[FC1])], ["missing.pt", FC1, "missing", "[128, 32]"]),
    ([checkpoint("old-missing.pt", without=[FC1], old_names=True)], ["old-missing.pt", FC1, "missing"]),
    ([checkpoint("no-embedding.pt", without=[EMBEDDING])], ["no-embedding.pt", EMBEDDING, "missing"]),
    ([checkpoint("more.pt", {"extra.weight": np.zeros((2, 3), "f4")})], ["more.pt", "'extra.weight'", "[2, 3]"]),
    ([checkpoint("shape.pt", {FC1: np.zeros((128, 31), "f4")})], ["shape.pt", FC1, "[128, 31]", "[128, 32]"]),
    ([checkpoint("lightning.pt", {FC1: np.zeros((128, 31), "f4")}, lightning=True)], ["'model." + FC1, "[128, 31]"]),
    ([checkpoint("rank.pt", {D: np.zeros((32, 1), "f4")})], ["rank.pt", D, "[32, 1]"]),
    ([checkpoint("untied.pt", {"lm_head.weight": params[EMBEDDING] + 1})], ["untied.pt", "lm_head.weight", EMBEDDING]),
    ([checkpoint("other.pt", {"conv.weight": np.zeros(3, "f4")}, without=params)], ["other.pt", "H3"]),
]
bad_configs = [
    ([with_config("unknown", d_modell=32)], ["unknown/config.json", "'d_modell'", "d_model,"]),
    ([with_config("type", n_layer="two")], ["type/config.json", "'n_layer'", "string", "integer"]),
    ([with_config("layers", attn_layer_idx=[-1])], ["layers/config.json", "'attn_layer_idx'"]),
    ([with_config("epsilon", layer_norm_epsilon=1)], ["epsilon/config.json", "'layer_norm_epsilon'"]),
    ([with_config("width", **config | {"d_model": 64})], ["width/config.json", "'d_model'", "64", "32"]),
    ([with_config("attention", attn_layer_idx=[1])], ["attention/config.json", "'attn_layer_idx'", "[1]", "[]"]),
    ([with_config("vocab", vocab_size=65)], ["vocab/config.json", "65", "64"]),
    ([write("alone/config.json", "{}")], ["alone", "no checkpoint", "model.pt"]),
    ([with_config("heads", HYBRID, n_heads=5)], ["5 attention heads", "64", "n_heads"]),
    ([shutil.copy(HYBRID, work / "hybrid.pt")], ["hybrid.pt", "heads", "--heads", "config.json"]),
    ([HYBRID, "--heads", "3"], ["3 attention heads", "64", "--heads"]),
]
broken = with_config("broken", vocab_size=64)
broken.write_text('{"vocab_size": 64')
bad_configs.append(([broken.parent], ["broken/config.json", "JSON"]))

ALPHABET = [chr(c) for c in (*range(0x21, 0x7f), *range(0xa1, 0xad), *range(0xae, 0x144))]
VOCAB = {symbol: i for i, symbol in enumerate([*ALPHABET, "ab"])}


def tokenizer(name, contents):
    """The `hybrid` model, whose vocabulary of 500 has room for 243 merges, with this tokenizer."""
    return [HYBRID, "--tokenizer", write(name, contents if isinstance(contents, str) else json.dumps(contents))]


bad_tokenizers = [
    ([HYBRID, "--tokenizer", work / "no-merges.txt"], ["no-merges.txt", "No such file", "tokenizer.json"]),
    (tokenizer("three.txt", "#version: 0.2\na b\na b c\n"), ["three.txt", "line 3", "'a b c'", "two symbols"]),
    (tokenizer("order.txt", "ab c\na b\n"), ["order.txt", "merge 0", "'ab'"]),
    (tokenizer("twice.txt", "a b\na b\n"), ["twice.txt", "merge 1", "'ab'"]),
    (tokenizer("large.txt", "".join(f"{a} {b}\n" for a in "abcdefghijklmnop" for b in "abcdefghijklmnop")),
     ["large.txt", "513 tokens", "500"]),
    (tokenizer("text.json", "merges"), ["text.json", "BPE"]),
    (tokenizer("kind.json", {"model": {"type": "WordPiece", "vocab": {}, "merges": []}}), ["kind.json", "BPE"]),
    (tokenizer("merge.json", {"model": {"type": "BPE", "vocab": VOCAB, "merges": [1]}}), ["merge.json", "merge 0"]),
    (tokenizer("ids.json", {"model": {"type": "BPE", "vocab": VOCAB | {"ab": 9}, "merges": ["a b"]}}),
     ["ids.json", "'ab'", "id 9", "256"]),
]
shutil.copytree(golden / "hybrid", work / "beside")
write("beside/merges.txt", "a\n")
bad_tokenizers.append(([work / "beside"], ["beside/merges.txt", "line 1"]))

unpublished = [
    (["h3-125m"], ["h3-125m", "--random-weights"]),
    (["h3-9b", "--random-weights", "0"], ["h3-9b", "h3-125m", "h3-2.7b-3attn"]),
]
command = ["h3-compile", "-o", "out/program"]
problems = check_failures(command, bad_files + bad_tensors + bad_configs + bad_tokenizers + unpublished, 1, work)

(work / "taken").mkdir()
os.mkfifo(work / "pipe")
bytes_model = ["h3-compile", LONG, "--tokenizer", "bytes", *QUICK]
problems += check_failures(bytes_model, [
    (["-o", "no/such/program"], ["no/such/program", "No such file"]),
    (["-o", "out/program/below"], ["out/program/below", "Not a directory"]),
    (["-o", "taken"], ["taken", "directory"]),
    (["-o", "taken", "--single-file"], ["taken", "directory"]),
    (["-o", "taken", "--emit", "lib"], ["taken", "directory"]),
    (["-o", "pipe"], ["pipe"]),  # a program must not take the place of a device
    (["-o", "/dev/full", "--emit", "h3"], ["/dev/full", "space"]),
    (["-o", "/dev/full", "--emit", "obj"], ["/dev/full", "space"]),
], 1, work)
problems += check_failures(["env", "PATH=", shutil.which("h3-compile"), LONG, "--tokenizer", "bytes"], [
    (["-o", "out/program"], ["C++ compiler", "PATH", "--emit obj"]),
], 1, work)
own = shutil.copy(LONG, work / "own.pt")  # a program must not take the place of its checkpoint either
problems += check_failures(["h3-compile", own, "--tokenizer", "bytes", *QUICK], [(["-o", own], ["own.pt"])], 1, work)
problems += check_failures(["sh", "-c", 'exec "$@" > /dev/full', "sh", *bytes_model], [
    (["--emit", "h3"], ["stdout", "space"]),
], 1, work)
leftovers = find_leftovers([*bytes_model, "-o", "program"], work)
assert not leftovers, f"{leftovers} left behind when interrupted"
if os.getuid():  # permissions do not hold for root
    (work / "closed").mkdir(mode=0o555)
    problems += check_failures(bytes_model, [(["-o", "closed/program"], ["closed/program", "denied"])], 1, work)
assert not (work / "attacked").exists(), "the pickle was executed"
sys.exit(problems > 0)
