"""Files that are made to take a reader's time, memory or stack. Usage: hostile_files.py GOLDEN_FOLDER WORK_FOLDER"""

import json
import os
import resource
import sys
import zipfile
from pathlib import Path

from drivers import check_failures, fresh

golden, work = Path(sys.argv[1]), fresh(sys.argv[2])
MOST_SECONDS, MOST_BYTES = 20, 2 << 30
resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))

NESTED = b"[" * 150_000 + b"]" * 150_000
(work / "deep.json").write_bytes(b'{"model":{"type":' + NESTED + b',"merges":[],"vocab":{}}}')
(work / "deep-id.json").write_bytes(b'{"model":{"type":"BPE","merges":[],"vocab":{"!":' + NESTED + b"}}}")
codes = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x144)]  # GPT-2's bytes, in the order of their ids
vocab = {chr(code): i for i, code in enumerate(codes)} | {"!": "x" * 1_000_000}
(work / "long-id.json").write_text(json.dumps({"model": {"type": "BPE", "merges": [], "vocab": vocab}}))
with open(work / "sparse.json", "wb") as file:
    file.truncate(2 << 30)
os.mkfifo(work / "pipe")

with zipfile.ZipFile(work / "memos.pt", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("m/data.pkl", b"\x80\x02N" + b"\x94" * (66 << 20) + b".")
with zipfile.ZipFile(work / "escape.pt", "w") as archive:
    archive.writestr("\x1b[31m\rerror: fine\x1b[2K/data.pkl", b"\x80\x02cos\nsystem\n.")

def safetensors(name, header, size):
    (work / name).write_bytes(len(header).to_bytes(8, "little") + header + bytes(size))

count = 80_000
entries = (f'"x{i}":{{"dtype":"F32","shape":[1],"data_offsets":[{4 * i},{4 * i + 4}]}}' for i in range(count))
safetensors("many.safetensors", ("{" + ",".join(entries) + "}").encode(), 4 * count)
safetensors("deep.safetensors", b'{"x":' + NESTED + b"}", 0)
layer = '"backbone.layers.%d.mixer.Wqkv.weight":{"dtype":"F32","shape":[0,1],"data_offsets":[0,0]}'
embedding = '"backbone.embeddings.word_embeddings.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}'
safetensors("layers.safetensors", ("{" + ",".join([embedding, *(layer % i for i in range(50_000))]) + "}").encode(), 4)

model = golden / "hybrid"
command = ["h3-compile", "--emit", "h3", "-o", "out"]
problems = check_failures(command, [
    ([model, "--tokenizer", "deep.json"], ["deep.json", "nested deeper than 64"]),
    ([model, "--tokenizer", "deep-id.json"], ["deep-id.json", "nested deeper than 64"]),
    ([model, "--tokenizer", "long-id.json"], ["long-id.json", "'!'", "of type string"]),
    ([model, "--tokenizer", "sparse.json"], ["sparse.json", "2147483648 bytes"]),
    ([model, "--tokenizer", "pipe"], ["pipe", "not a regular file"]),
    ([model, "--tokenizer", "/dev/zero"], ["/dev/zero", "not a regular file"]),
    (["pipe"], ["pipe", "not a regular file"]),
    (["/dev/zero"], ["/dev/zero", "not a regular file"]),
    (["memos.pt"], ["memos.pt", "memos"]),
    (["escape.pt"], ["escape.pt", "os.system"]),
    (["many.safetensors"], ["many.safetensors"]),
    (["deep.safetensors"], ["deep.safetensors", "nested deeper than 64"]),
    (["layers.safetensors"], ["50000 layers", "at most 4096"]),
], 1, work)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
if used.ru_maxrss * 1024 > MOST_BYTES:
    problems += 1
    print(f"{used.ru_maxrss} KiB of memory used")
sys.exit(problems > 0)
