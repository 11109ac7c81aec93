"""The results of each subcommand. Usage: program_commands.py GOLDEN_FOLDER WORK_FOLDER

The model writes text; a token is a byte.
"""

import json
import sys
from pathlib import Path

import numpy as np

from drivers import QUICK, check_help, compile_model, fresh, greedy, load_checkpoint, logits, run, run_json

golden, work = Path(sys.argv[1]), fresh(sys.argv[2])
program = compile_model(golden, work / "program", "--tokenizer", "bytes", "--max-sequences", 2, *QUICK)

# help
commands = "generate logits greedy encode decode eval bench info".split()
text = check_help(program)
assert all(f"\n  {command} " in text for command in commands), text
for command in commands:
    assert "--threads" in check_help(program, command)
version, _ = run(program, "--version")
assert version.count(b"\n") == 1, version

# encode, decode
TEXT = 'In the "beginning"\n'
assert run_json(program, "encode", TEXT) == list(TEXT.encode())
assert run_json(program, "encode", "-", stdin=TEXT.encode()) == list(TEXT.encode())
lines = "".join(json.dumps(line) + "\n" for line in (TEXT, "", "x"))
printed, _ = run(program, "encode", "--lines", stdin=lines.encode())
assert [json.loads(line) for line in printed.splitlines()] == [list(TEXT.encode()), [], [ord("x")]]
assert run(program, "decode", *TEXT.encode())[0].decode() == TEXT + "\n"

# logits, greedy: more sequences than the program has slots; int64 ids and a single sequence do as well
ids = np.load(golden / "ids_18.npy").repeat(3, axis=0)
whole = logits(program, ids, work)
assert whole.shape == (3, 18, 128) and whole.dtype == np.float32
assert np.array_equal(logits(program, ids, work, last=2, threads=1), whole[:, -2:])
np.save(work / "one.npy", ids[0].astype(np.int64))
run(program, "logits", "--ids", work / "one.npy", "--out", work / "one-out.npy")
assert np.array_equal(np.load(work / "one-out.npy"), whole[:1])
tokens = greedy(program, ids, 5, work)
assert tokens.dtype == np.int32 and np.array_equal(tokens, np.load(golden / "greedy_18.npy")[:, :23].repeat(3, axis=0))
assert np.array_equal(greedy(program, ids, 0, work), ids)

# eval
scores = run_json(program, "eval", golden / "heldout.txt", "--json")
expected = json.loads((golden / "eval.json").read_text())["heldout_bits_per_byte"]
assert abs(scores["bits_per_byte"] - expected) < 1e-4, scores
assert scores["tokens"] == 16 * 1023 and abs(np.log2(scores["perplexity"]) - expected) < 1e-4, scores
printed, _ = run(program, "eval", "-", stdin=(golden / "heldout.txt").read_bytes())
assert [line.split(": ")[0] for line in printed.decode().splitlines()] == list(scores)

# info
info = run_json(program, "info", "--json")
params = load_checkpoint(golden / "model.pt")
assert info["parameters"] == sum(a.size for name, a in params.items() if name != "lm_head.weight"), info
assert [layer["mixer"] for layer in info["layers"]] == ["h3", "h3", "attention", "h3"], info
assert all(len(layer) > 1 for layer in info["layers"] if layer["mixer"] == "h3"), info  # the forms chosen
assert info["weight_type"] == "f32" and info["target"] == "cpu" and info["max_sequences"] == 2, info
assert (work / "program.h3w").stat().st_size >= info["memory"]["weights_bytes"] >= 4 * info["parameters"] * 0.9, info
assert f"parameters: {info['parameters']}\n" in run(program, "info")[0].decode()

# bench
bench = [program, "bench", "--prompt-len", 4, "--gen-len", 3, "--batch", 3, "--repeat", 2, "--threads", 1]
result = run_json(*bench, "--json")
assert list(result) == """model weight_type target threads prompt_len gen_len batch prefill_tokens_per_s
    decode_tokens_per_s weight_bytes_per_token flops_per_prompt_token peak_rss_bytes time_to_first_token_s
    read_ceiling_bytes_per_s compute_ceiling_flops compute_ceiling_instruction decode_share_of_ceiling
    prefill_share_of_ceiling""".split(), result
assert (result["threads"], result["prompt_len"], result["gen_len"], result["batch"]) == (1, 4, 3, 3), result
for key in ("prefill_tokens_per_s", "decode_tokens_per_s"):
    assert 0 < result[key]["min"] <= result[key]["median"] <= result[key]["max"], result
for key in ("weight_bytes_per_token", "flops_per_prompt_token", "peak_rss_bytes"):
    assert isinstance(result[key], int), f"{key}: {result[key]!r} is a count"
assert result["weight_bytes_per_token"] == info["memory"]["weights_bytes"], result
steps, prompt_tokens = result["decode_tokens_per_s"]["median"] / 3, result["prefill_tokens_per_s"]["median"]
shares = [steps * result["weight_bytes_per_token"] / result["read_ceiling_bytes_per_s"],
          prompt_tokens * result["flops_per_prompt_token"] / result["compute_ceiling_flops"]]
assert np.allclose(shares, [result["decode_share_of_ceiling"], result["prefill_share_of_ceiling"]]), result
printed, _ = run(*bench)
assert [line.split(": ")[0] for line in printed.decode().splitlines()] == list(result)
