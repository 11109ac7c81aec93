"""The flags of h3-compile. Usage: compile_usage.py GOLDEN_FOLDER WORK_FOLDER"""

import sys
from pathlib import Path

from drivers import check_failures, check_help, fresh, run

golden, work = Path(sys.argv[1]), fresh(sys.argv[2])
model = golden / "hybrid"
command = ["h3-compile", model, "-o", work / "program"]

text = check_help("h3-compile")
for option in ("--mcpu", "--heads", "--tokenizer", "--max-tokens", "--max-sequences", "--max-context", "--single-file",
               "--emit", "--random-weights", "--target", "--cuda-arch", "--weight-type", "-o "):
    assert option in text, f"--help lacks {option}"
version, _ = run("h3-compile", "--version")
assert version.startswith(b"h3-compile ") and version.count(b"\n") == 1, version

BIG = "9" * 20
problems = check_failures(command, [
    (["--no-such-flag"], ["--no-such-flag"]),
    ([golden / "long"], ["unexpected", str(golden / "long")]),
    (["--emit", "bitcode"], ["--emit", "bitcode"]),
    (["--emit=gpu"], ["--emit gpu", "--target cuda"]),
    (["--emit=vector", "--target=cuda"], ["--emit vector", "--target cpu"]),
    (["--target=cuda", "--cuda-arch=sm_75"], ["--cuda-arch", "sm_80", "sm_75"]),
    (["--cuda-arch=hopper"], ["--cuda-arch", "sm_80", "hopper"]),
    (["--target", "tpu"], ["--target", "tpu", "cpu"]),
    (["--weight-type", "f8"], ["--weight-type", "f8", "f32"]),
    (["--mcpu", "z80"], ["--mcpu", "z80", "x86-64-v3"]),
    (["--heads", "four"], ["--heads", "four"]),
    (["--heads", "0"], ["--heads", "found 0"]),
    (["--max-tokens", "0"], ["--max-tokens", "found 0"]),
    (["--max-tokens", BIG], ["--max-tokens", BIG]),
    (["--max-sequences=-1"], ["--max-sequences", "found -1"]),
    (["--max-context=1e3"], ["--max-context", "1e3"]),
    (["--random-weights=-1"], ["--random-weights", "-1"]),
    (["--single-file=maybe"], ["--single-file", "maybe"]),
    (["--tokenizer"], ["--tokenizer"]),
], 2, work)
problems += check_failures(["h3-compile"], [
    ([], ["MODEL"]),
    ([model], ["-o"]),
    ([model, "-o"], ["-o"]),
    ([model, "-o", ""], ["-o"]),
    ([model, "-o", "-"], ["-o"]),  # a program is not printed
    ([model, "-o", "-", "--emit", "obj"], ["-o"]),
], 2, work)
# What the contract lists, but this compiler cannot do yet.
problems += check_failures(command, [
    (["--mcpu", "x86-64"], ["--mcpu", "x86-64", "x86-64-v3"]),
], 1, work)
sys.exit(problems > 0)
