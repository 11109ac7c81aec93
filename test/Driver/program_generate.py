"""generate and its options. Usage: program_generate.py GOLDEN_FOLDER WORK_FOLDER"""

import subprocess
import sys
from pathlib import Path

import numpy as np

from drivers import QUICK, compile_model, fresh, greedy, run, run_json

golden, work = Path(sys.argv[1]), fresh(sys.argv[2])
program = compile_model(golden, work / "program", "--tokenizer", "bytes", "--max-sequences", 2, *QUICK)
PROMPT = "And it came to pass"


def generate(*options, prompt=PROMPT, stdin=None):
    out, err = run(program, "--prompt", prompt, *options, stdin=stdin)
    assert not err, err
    return out.decode()


# The ways to say it; stdout has the continuation alone.
text = generate("--genlen", 40, "--seed", 1)
assert len(text) == 40 and not text.startswith(PROMPT), text
assert generate("--genlen", 40, "--seed", 1, prompt="-", stdin=PROMPT.encode()) == text
for command in (["generate", "--prompt", PROMPT], ["generate", PROMPT]):
    assert run(program, *command, "--genlen", 40, "--seed", 1)[0].decode() == text, command
assert run(program, "generate", "--genlen=40", "--seed=1", "-", stdin=PROMPT.encode())[0].decode() == text
assert len(generate()) == 128 and generate("--genlen", 0) == ""

# Seeds
assert generate("--genlen", 40, "--seed", 1, "--threads", 1) == text
assert len({generate("--genlen", 40, "--seed", seed) for seed in (1, 2, 3)}) == 3
assert generate() == generate("--genlen=128", "--top-k=50", "--top-p=0.9", "--temperature=1.0", "--seed=0")

# Greedy
ids = np.frombuffer(PROMPT.encode(), np.uint8).astype(np.int32)[None]
expected = bytes(greedy(program, ids, 40, work)[0, len(PROMPT):].astype(np.uint8)).decode()
for options in (["--top-k", 1], ["--temperature", 0], ["--top-p", 0]):
    assert generate("--genlen", 40, "--seed", 7, *options) == expected, options

# --stop: the first of the texts ends it and is not shown.
stops = [expected[25:28], expected[12:16]]
shortest = expected[:min(expected.find(stop) for stop in stops)]
assert generate("--genlen=40", "--top-k=1", f"--stop={stops[0]}", f"--stop={stops[1]}") == shortest
assert generate("--genlen=40", "--top-k=1", "--stop=\x01") == expected

# --batch: continuations of their own, also of more sequences than the default; the first is that of a single run.
result = run_json(program, "--prompt", PROMPT, "--genlen", 20, "--batch", 5, "--seed", 1, "--json")
texts = [sample["text"] for sample in result["samples"]]
assert result["prompt_ids"] == list(PROMPT.encode()) and len(set(texts)) == 5 and texts[0] == text[:20], result
for sample in result["samples"]:
    assert bytes(sample["ids"]).decode() == sample["text"] and sample["end"] == "length", sample
printed = generate("--genlen", 20, "--batch", 5, "--seed", 1)
assert printed == "".join(f"--- {i + 1}/5\n{text}\n" for i, text in enumerate(texts)), printed

# It streams, and a reader who has read enough is no failure.
process = subprocess.Popen([program, "--prompt", PROMPT, "--genlen", "1000000"], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
assert len(process.stdout.read(5)) == 5
process.stdout.close()
assert process.wait(timeout=60) == 0 and not process.stderr.read()

# A full context ends the text, with a note; a prompt beyond it fails elsewhere.
small = compile_model(golden, work / "small", "--tokenizer", "bytes", "--max-context", 24, *QUICK)
out, err = run(small, "--prompt", PROMPT, "--top-k", 1, "--genlen", 40)
assert out.decode() == expected[:24 - len(PROMPT) + 1], out
assert err.startswith("note: ") and "24" in err and err.count("\n") == 1, err
