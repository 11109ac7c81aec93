"""What the tests of the command lines share: running a command and checking how it fails."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Integration"))

from programs import compile_model, greedy, logits, run  # noqa: F401 (for the tests)
from checkpoint import EMBEDDING, load_checkpoint, random_model, save_checkpoint  # noqa: F401

QUICK = "--mcpu", "x86-64-v3"  # compiles in a third of the time
SCREEN_LINES, SCREEN_COLUMNS = 50, 80


def fresh(folder):
    """An empty folder of this name."""
    folder = Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder.resolve()


def snapshot(folder):
    """What would show that anything below the folder was written: {path: (time of change, inode)}."""
    return {str(p.relative_to(folder)): (p.stat().st_mtime_ns if p.is_file() else None, p.stat().st_ino)
            for p in folder.rglob("*")}


def find_problem(command, fragments, code, folder):
    """Runs a command that must fail with `code` and one line on stderr that has every fragment.

    It runs in `folder`, where it must leave everything as it was. Returns what is wrong, or None.
    """
    before = snapshot(folder)
    done = subprocess.run([str(c) for c in command], capture_output=True, cwd=folder, stdin=subprocess.DEVNULL)
    message = done.stderr.decode()
    wrong = []
    if done.returncode != code:
        wrong.append(f"exit {done.returncode}, expected {code}")
    if done.stdout:
        wrong.append(f"{len(done.stdout)} bytes on stdout, expected none")
    if not re.fullmatch(r"error: [^\n]+\n", message):
        wrong.append("stderr is not one line that starts with 'error: '")
    if re.search(r"\d{30}", message):
        wrong.append("a number that nobody can read")
    wrong += [f"the message lacks {fragment!r}" for fragment in fragments if fragment not in message]
    after = snapshot(folder)
    wrong += [f"{name} was left behind" for name in after.keys() - before.keys()]
    wrong += [f"{name} was changed" for name in before if before[name] != after.get(name)]
    return f"{'; '.join(wrong)}\n{message}" if wrong else None


def is_writing(process, folder, before):
    """Whether there is a new file in `folder`, or one without a name that the process writes there."""
    if set(os.listdir(folder)) != before:
        return True
    fds = f"/proc/{process.pid}/fd"
    try:
        opened = [os.readlink(f"{fds}/{fd}") for fd in os.listdir(fds)]
    except FileNotFoundError:  # closed meanwhile
        return False
    return any(path.startswith(f"{folder}/") and path.endswith(" (deleted)") for path in opened)


def find_leftovers(command, folder):
    """Terminates a command when it has begun to write in `folder`. Returns what it leaves there."""
    before = set(os.listdir(folder))
    process = subprocess.Popen([str(c) for c in command], cwd=folder, stderr=subprocess.DEVNULL,
                               start_new_session=True)
    while not is_writing(process, folder, before):
        assert process.poll() is None, f"{command} ended before it could be stopped"
        time.sleep(0.01)
    time.sleep(0.01)
    os.killpg(process.pid, signal.SIGTERM)
    assert process.wait(timeout=60) != 0, f"{command} ended before it was stopped"
    return sorted(set(os.listdir(folder)) - before)


def check_failures(command, cases, code, folder):
    """Each case: the arguments that follow `command`, and what the message must name. Reports all that are wrong."""
    problems = 0
    for arguments, fragments in cases:
        problem = find_problem([*command, *arguments], fragments, code, folder)
        if problem:
            problems += 1
            print(f"{' '.join(map(str, arguments))}: {problem}")
    print(f"{len(cases)} cases, {problems} problems")
    return problems


def check_help(*command):
    """--help goes to stdout and fits a screen. Returns it."""
    out, err = run(*command, "--help")
    text = out.decode()
    lines = sum(max(1, -(-len(line) // SCREEN_COLUMNS)) for line in text.splitlines())
    assert lines <= SCREEN_LINES, f"{command}: {lines} lines of {SCREEN_COLUMNS} columns, expected {SCREEN_LINES}"
    assert not err, err
    return text


def run_json(*command, **options):
    return json.loads(run(*command, **options)[0])
