"""Wrong usage and failures of compiled programs. Usage: program_errors.py GOLDEN_FOLDER WORK_FOLDER"""

import sys
from pathlib import Path

import numpy as np

from drivers import QUICK, check_failures, compile_model, find_leftovers, fresh

golden, work = Path(sys.argv[1]), fresh(sys.argv[2])
program = compile_model(golden / "trained", work / "program", "--tokenizer", "bytes", "--max-context", 32, *QUICK)
other = compile_model(golden / "hybrid", work / "other", *QUICK)  # ids only, a vocabulary of 500 padded to 504
(work / "out.npy").write_text("an older one")
(work / "folder").mkdir()


def ids(name, array):
    np.save(work / name, array)
    return ["--ids", name, "--out", "out.npy"]


def contents(name, data):
    (work / name).write_bytes(data)
    return name


row = np.arange(30, dtype=np.int32)[None]
good = ids("good.npy", row)
problems = check_failures([program], [
    ([], ["--prompt", "subcommand"]),
    (["--no-such-flag"], ["--no-such-flag"]),
    (["frobnicate"], ["frobnicate"]),
    (["generate"], ["--prompt"]),
    (["logits", *good[:2]], ["--out"]),
    (["greedy", *good], ["--genlen"]),
    (["greedy", *good, "--genlen=-1"], ["--genlen", "-1"]),
    (["logits", *good, "--last", "0"], ["--last", "0"]),
    (["logits", *good, "--chunk", "many"], ["--chunk", "many"]),
    (["encode"], ["TEXT", "--lines"]),
    (["encode", "text", "--lines"], ["--lines"]),
    (["encode", "two", "texts"], ["texts"]),
    (["decode"], ["ids"]),
    (["decode", "seven"], ["seven"]),
    (["eval"], ["file"]),
    (["eval", "out.npy", "--window", "1"], ["--window", "1"]),
    (["bench", "--batch", "0"], ["--batch", "0"]),
    (["bench", "--repeat", "0"], ["--repeat", "0"]),
    (["bench", "--prompt-len", "x"], ["--prompt-len", "x"]),
    (["info", "--prompt", "text"], ["--prompt"]),
], 2, work)
problems += check_failures([program, "--prompt", "text"], [
    (["--genlen=-1"], ["--genlen", "-1"]),
    (["--genlen", "x"], ["--genlen", "x"]),
    (["--top-k=-1"], ["--top-k", "-1"]),
    (["--top-p", "2"], ["--top-p", "2", "1"]),
    (["--top-p", "nan"], ["--top-p", "nan"]),
    (["--temperature=-1"], ["--temperature", "-1"]),
    (["--temperature", "nan"], ["--temperature", "nan"]),
    (["--seed", "x"], ["--seed", "x"]),
    (["--seed=-1"], ["--seed", "-1"]),
    (["--batch", "0"], ["--batch", "0"]),
    (["--threads", "0"], ["--threads", "0"]),
    (["--device", "cuda:0"], ["--device", "cuda:0", "cpu", "--target"]),
    (["--stop"], ["--stop"]),
    (["info"], ["--prompt"]),  # what would be ignored is refused
], 2, work)

weights = (work / "program.h3w").read_bytes()
problems += check_failures([program], [
    # ids
    (["logits", "--ids", "none.npy", "--out", "out.npy"], ["none.npy", "No such file"]),
    (["logits", "--ids", contents("text.npy", b"1 2 3\n"), "--out", "out.npy"], ["text.npy", ".npy"]),
    (["logits", "--ids", contents("cut.npy", (work / "good.npy").read_bytes()[:-4]), "--out", "out.npy"],
     ["cut.npy", "29", "1 x 30"]),
    (["logits", *ids("float.npy", row.astype(np.float32))], ["float.npy", "<f4", "<i4"]),
    (["logits", *ids("short.npy", row.astype(np.int16))], ["short.npy", "<i2", "<i4"]),
    (["logits", *ids("cube.npy", row[None])], ["cube.npy", "3 dimensions", "[batch, seq]"]),
    (["logits", *ids("none-at-all.npy", row[:, :0])], ["none-at-all.npy", "empty"]),
    (["logits", *ids("fortran.npy", np.asfortranarray(row.reshape(5, 6)))], ["fortran.npy", "Fortran", "C order"]),
    (["logits", *ids("large.npy", row + 99)], ["large.npy", "id 128", "index 29", "128)"]),
    (["greedy", "--genlen=1", *ids("negative.npy", row - 1)], ["negative.npy", "id -1", "index 0"]),
    (["greedy", "--genlen=1", *ids("wide.npy", row + (1 << 40))], ["wide.npy", str(1 << 40)]),
    (["logits", *good, "--last", "31"], ["--last", "31", "30", "good.npy"]),
    # the context
    (["logits", *ids("long.npy", np.zeros((1, 33), np.int32))], ["33", "32", "--max-context"]),
    (["greedy", *good, "--genlen", "4"], ["--genlen 4", "30", "32", "--max-context"]),
    (["--prompt", "x" * 33], ["33", "32", "--max-context"]),
    (["bench", "--prompt-len", "30", "--gen-len", "4", "--repeat", "1"], ["32", "--max-context"]),
    # outputs
    (["logits", *good[:2], "--out", "no/such.npy"], ["no/such.npy:", "No such file"]),
    (["logits", *good[:2], "--out", "folder"], ["folder", "directory"]),
    (["greedy", "--genlen=1", *good[:2], "--out", "/dev/full"], ["/dev/full", "space"]),
    # text
    (["--prompt", ""], ["prompt", "empty"]),
    (["--prompt", "é"], ["195", "128"]),
    (["decode", "128"], ["128", "[0, 128)"]),
    (["decode", "-1"], ["-1", "[0, 128)"]),
    (["eval", "none.txt"], ["none.txt", "No such file"]),
    (["eval", "folder"], ["folder", "directory"]),
    (["eval", contents("one.txt", b"x")], ["one.txt", "1 token", "2"]),
    # weights
    (["--prompt", "x", "--weights", "none.h3w"], ["none.h3w", "No such file"]),
    (["eval", contents("two.txt", b"xy"), "--weights", "folder"], ["folder", "regular file"]),
    (["logits", *good, "--weights", other.with_name("other.h3w")], ["other.h3w", "digest", "--weights"]),
    (["logits", *good, "--weights", contents("empty.h3w", b"")], ["empty.h3w", "0"]),
    (["logits", *good, "--weights", contents("text.h3w", b"weights\n" * 99)], ["text.h3w", "magic", "H3WEIGHT"]),
    (["greedy", "--genlen=1", *good, "--weights", contents("cut.h3w", weights[:len(weights) // 2])],
     ["cut.h3w", str(len(weights) // 2), "incomplete"]),
    (["bench", "--weights", contents("head.h3w", weights[:64])], ["head.h3w", "64 bytes"]),
    (["logits", *good, "--weights", contents("version.h3w", weights[:8] + b"\x09" + weights[9:])],
     ["version.h3w", "version", "9", "1"]),
], 1, work)
problems += check_failures([other], [
    (["logits", *ids("padding.npy", np.full((1, 3), 500, np.int32))], ["padding.npy", "id 500", "[0, 500)"]),
    (["encode", "text"], ["no tokenizer", "--tokenizer"]),
    (["--prompt", "text"], ["no tokenizer", "--tokenizer"]),
], 1, work)
problems += check_failures(["sh", "-c", 'exec "$@" > /dev/full', "sh", program], [
    (["info"], ["stdout", "space"]),
    (["--prompt", "text"], ["stdout", "space"]),
], 1, work)
ids("endless.npy", np.zeros((10000, 32), np.int32))
leftovers = find_leftovers([program, "logits", "--ids", "endless.npy", "--out", "interrupted.npy"], work)
if leftovers:
    problems += 1
    print(f"{leftovers} left behind when interrupted")
(work / "other.h3w").unlink()
problems += check_failures([other], [(["logits", *good], ["other.h3w", "No such file", "--weights"])], 1, work)
sys.exit(problems > 0)
