"""The tokenizers that a program can carry. Usage: tokenizers.py WORK_FOLDER"""

import json
import sys

from drivers import QUICK, fresh, random_model, run, run_json, save_checkpoint

# The bytes, in GPT-2's order.
ALPHABET = [chr(c) for c in (*range(0x21, 0x7f), *range(0xa1, 0xad), *range(0xae, 0x144))]
MERGES = ["a b", "ab c", "Ġ ab"]
TEXT, IDS = "abc ab\n", [257, 258, 198]

work = fresh(sys.argv[1])


def model(vocab):
    config = {"d_model": 8, "n_layer": 1, "d_inner": 8, "vocab_size": vocab, "pad_vocab_size_multiple": 8,
              "attn_layer_idx": [], "d_state": 16, "head_dim": 1}
    folder = fresh(work / str(vocab))
    save_checkpoint(folder / "model.pt", random_model(config, 0))
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def compile_with(folder, *options):
    _, notes = run("h3-compile", folder, "-o", folder / "program", *QUICK, *options)
    return folder / "program", notes


def check(program, text, ids):
    assert run_json(program, "encode", text) == ids
    assert run_json(program, "encode", "-", stdin=text.encode()) == ids
    assert run(program, "decode", *ids)[0].decode() == text + "\n"


# GPT-2's is built in.
program, notes = compile_with(model(50257))
assert not notes, notes
check(program, "Hello, world!", [15496, 11, 995, 0])
# Characters come whole, whatever bytes a model chooses; an empty prompt is the end of another text.
for seed in range(5):
    out, _ = run(program, "--prompt=", "--genlen=40", "--temperature=9", "--top-k=0", "--top-p=1", f"--seed={seed}")
    assert out.decode(), "no text"

# Any other vocabulary has none, which the compiler says.
small = model(260)
program, notes = compile_with(small)
assert notes.startswith("note: ") and "260" in notes and notes.count("\n") == 1, notes
run(program, "encode", "a", code=1)

# Files, named or beside the checkpoint.
merges = small / "merges.txt"
merges.write_text("#version: 0.2\n" + "".join(merge + "\n" for merge in MERGES))
check(compile_with(small)[0], TEXT, IDS)
merges = merges.rename(work / "named.txt")
check(compile_with(small, "--tokenizer", merges)[0], TEXT, IDS)
vocabulary = {symbol: i for i, symbol in enumerate([*ALPHABET, "ab", "abc", "Ġab"])}
for pairs in (MERGES, [merge.split() for merge in MERGES]):  # tokenizer.json comes with either
    contents = {"model": {"type": "BPE", "vocab": vocabulary, "merges": pairs}}
    (small / "tokenizer.json").write_text(json.dumps(contents))
    check(compile_with(small)[0], TEXT, IDS)
check(compile_with(small, "--tokenizer", "bytes")[0], TEXT, list(TEXT.encode()))
