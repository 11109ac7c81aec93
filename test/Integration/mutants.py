"""Breaks the kernels of compiled models, one instruction at a time, and checks that it is noticed.

Usage: mutants.py WORK_FOLDER SITES SEED [MODEL:KINDS...]
Each rule below is applied at SITES places (0: all of them), drawn with SEED, of each kind of kernel that the PTX of a golden MODEL has
and the regular expression KINDS takes. A mutant is caught when the simulated GPU reports a finding or the logits are further from the golden ones than the tests of
golden models allow. Mutants that cannot be caught are in EQUIVALENT, with the reason.
"""

import os
import random
import re
import shutil
import subprocess
import sys
from collections import defaultdict, namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from programs import TESTS, compile_model, logits, run

TOLERANCE = 5e-4  # as in golden-gpu-*.test
SECONDS = 10  # a correct program takes one; past this, a mutant does not end

Mutant = namedtuple("Mutant", "model kernel rule line before after")
# `kinds`: of kernels that it is for.
Run = namedtuple("Run", "kinds program ids expected chunk")


def further(match):
    """Four more; among multiples of 32 and 64, where a mask may take less away again, as many more."""
    number = int(match[2])
    return f"{match[1]}{number + (4 if number % 32 else 64 if number % 64 == 0 else 32)};"


# What is replaced, and by what; a rule applies to one match at a time.
RULES = {
    "barrier removed": (r"bar\.sync\s+0;", ""),
    "shuffle at another distance": (r"(shfl\.sync\.bfly\.b32\s+\S+ \S+ )(\d+)(, 31)", lambda m: f"{m[1]}{int(m[2]) // 2}{m[3]}"),
    "predicate inverted": (r"^(\s*)@(!?)(%p\d+ bra)", lambda m: f"{m[1]}@{'' if m[2] else '!'}{m[3]}"),
    "bound one further": (r"setp\.(lt|ge)(\.[su]\d\d)", lambda m: f"setp.{'le' if m[1] == 'lt' else 'gt'}{m[2]}"),
    "bound one less": (r"setp\.(gt)(\.[su]\d\d)", lambda m: f"setp.ge{m[2]}"),
    "index too far": (r"(add\.s64\s+\S+ \S+ )(-?\d+);", further),
    "load of the next word": (r"(?<=ld\.global\.b32)(\s+\S+ )\[(%rd\d+)(?:\+(-?\d+))?\]",
                              lambda m: f"{m[1]}[{m[2]}+{int(m[3] or 0) + 4}]"),
    "shared load of the next word": (r"(?<=ld\.shared\.b32)(\s+\S+ )\[(%rd\d+)(?:\+(-?\d+))?\]",
                                     lambda m: f"{m[1]}[{m[2]}+{int(m[3] or 0) + 4}]"),
    "store to the next word": (r"(?<=st\.(?:global|shared)\.b32)(\s+)\[(%rd\d+)(?:\+(-?\d+))?\]",
                               lambda m: f"{m[1]}[{m[2]}+{int(m[3] or 0) + 4}]"),
    "store dropped": (r"st\.(global|shared)\.\S+\s+\[[^;]*;", ""),
    "stride of four bytes more": (r"(mad\.lo\.s64\s+\S+ \S+ )(\d+)(,)", lambda m: f"{m[1]}{int(m[2]) + 4}{m[3]}"),
    "shift of one more": (r"(shl\.b64\s+\S+ \S+ )(\d+);", lambda m: f"{m[1]}{int(m[2]) + 1};"),
    "mask of half": (r"(and\.b64\s+\S+ \S+ )(\d+);", lambda m: f"{m[1]}{int(m[2]) // 2};"),
    "shared buffer 16 bytes short": (r"(\.shared .*\[)(\d+)(\];)", lambda m: f"{m[1]}{int(m[2]) - 16}{m[3]}"),
    "buffer 16 bytes on": (r"cvta\.to\.global\.u64\s+(\S+), (\S+);", lambda m: f"{m[0]} add.s64 {m[1]}, {m[1]}, 16;"),
    "product without sum": (r"fma\.rn\.f32(\s+\S+ \S+ \S+), (?!0f00000000)\S+;", lambda m: f"mul.rn.f32{m[1]};"),
    "difference for sum": (r"add\.rn\.f32", "sub.rn.f32"),
    "sum for product": (r"mul\.rn\.f32", "add.rn.f32"),
    "selection swapped": (r"(selp\.f32\s+\S+) (\S+), (\S+), ", lambda m: f"{m[1]} {m[3]}, {m[2]}, "),
    "another block": (r"%ctaid\.([xy])", lambda m: f"%ctaid.{'y' if m[1] == 'x' else 'x'}"),
    "another thread": (r"(mov\.u32\s+\S+) %tid\.x", r"\1 %laneid"),
}

# (kinds of kernels, rule, pattern of the line, reason); patterns are regular expressions.
EQUIVALENT = [
    # Numbers that are the same.
    ("layer_norm", "difference for sum", r"add", "warps behind the model's 64th channel add zeros"),
    ("linear|attention", "difference for sum", r"add", "of 64 inputs and 16 features, lanes 16 to 31 have zeros"),
    ("linear", "predicate inverted", r"@%p\d+ bra", "every lane has the sum of the one row, and stores the same word"),
    ("attention", "product without sum", r"0f3BBB989D, 0f3F000000", "libdevice's exp gives ex2 whatever it has not split off"),
    (".*", "shift of one more", r"shl\.b64\s+\S+ \S+ 2;", "the offset of a memref is 0, or the lowest bits only count rounds"),
    ("attention|cache_keys", "product without sum|selection swapped", r"0f37CBAC00|0fB94D4153",
     "the last terms of libdevice's sine and cosine are below the tolerance"),
    ("linear", "mask of half", r"and\.b64\s+\S+ \S+ 124;", "lanes behind 64 inputs multiply zeros"),
    ("linear", "bound one less", r"setp\.gt\.u64\s+\S+ \S+ 63;", "a lane's first input is a multiple of four"),
    ("linear", "bound one further|index too far", r"setp\.ge\.u64|add\.s64\s+\S+ \S+ 8;", "the blocks of one row have features for "
     "all of their warps, and one for each (linear-gpu.test has other layers)"),
    # Loops that end the same.
    ("mixer.*|.*_ssm", "bound one further", r"setp\.(ge|lt)\.s32", "no sequence of a step is empty"),
    ("mixer.*|.*_ssm", "bound one further", r"setp\.lt\.s64", "a tile without rows does nothing; what is kept of an input behind the "
     "last is written anew before it is read"),
    ("mixer.*|.*_ssm", "bound one further", r"setp\.ge\.s64", "what is kept of an input behind the last is written anew before it is read"),
    ("mixer.*|.*_ssm", "bound one further", r"setp\.lt\.u64", "a row or tap behind the last lands in shared memory that is written anew "
     "before it is read"),
    ("linear", "index too far|bound one further", r"add\.s64\s+(%rd\d+), %rd\d+, 128|setp\.lt\.u64", "the rounds are as many, or the row "
     "behind the last lies where nothing of the arena is alive"),
    ("linear", "index too far", r"add\.s64\s+\S+ \S+ -1;", "the sums of rows behind the last are dropped"),
    ("linear", "bound one further", r"setp\.lt\.u32", "a row behind the tile's last is behind the step's last as well"),
    ("mixer_output", "bound one further", r"setp\.ge\.u64", "a sequence that ends where the window starts gets its states once more"),
    # Not needed.
    ("embedding", "another thread", r"tid\.x", "a row of 64 channels is one warp's, and the other warps do the same once more"),
    ("linear|mixer_scan", "shared buffer 16 bytes short", r"\[(4096|16384)\]", "zeros behind 64 inputs go where sums come later; a window "
     "uses 127 rows of the ring"),
    ("shift_ssm", "barrier removed", r"bar", "with 64 taps the ring has room for two tiles, so that the next one overwrites nothing that is "
     "still read"),
]


def kind_of(kernel):
    return re.sub(r"_\d+$", "", kernel)


def find_mutants(model, ptx):
    """{(kind of kernel, rule): mutants}, in the order of the text."""
    found, kernel, small, skipped_to = defaultdict(list), None, set(), None
    for number, line in enumerate(ptx.splitlines()):
        # libdevice reduces angles past 105615 in another way, which no position of a golden model comes near.
        test = re.search(r"setp\.ltu\.f32\s+(%p\d+), \S+, 0f47CE4780;", line)
        branch = re.search(r"@(%p\d+) bra\s+(\$\w+);", line)
        if test:
            small.add(test[1])
        elif branch and branch[1] in small:
            skipped_to = branch[2]
        elif skipped_to and line.startswith(skipped_to + ":"):
            skipped_to = None
        if skipped_to:
            continue
        entry = re.match(r"\.visible \.entry (\w+)\(", line)
        if entry:
            kernel, small, skipped_to = entry[1], set(), None
        for rule, (pattern, replacement) in RULES.items() if kernel else ():
            match = re.search(pattern, line)
            if match:
                after = line[:match.start()] + match.expand(replacement) + line[match.end():] if isinstance(replacement, str) else \
                    line[:match.start()] + replacement(match) + line[match.end():]
                if after != line:
                    found[kind_of(kernel), rule].append(Mutant(model, kernel, rule, number, line.strip(), after.strip()))
    return found


class Subject:
    """A model, its PTX, and runs that tell right logits from wrong ones."""

    def __init__(self, name, work):
        self.golden, self.work = TESTS / "golden" / name, work / name
        self.work.mkdir(parents=True)
        # The longest step and the largest batch fill their buffers, so that what goes too far meets what is behind them.
        self.runs, texts = [], set()
        for case, kinds, ids, expected, chunk in self.choose_runs():
            options = ("--target", "cuda", "--cuda-arch", "sm_80", "--max-tokens", str(len(ids) * chunk),
                       "--max-sequences", str(len(ids)))
            path = self.work / f"{case}.npy"
            np.save(path, ids)
            program = compile_model(self.golden, self.work / case, *options)
            if expected is None:
                expected = logits(program, ids, self.work, device="sim", chunk=chunk)
            self.runs.append(Run(kinds, program, path, expected, chunk))
            run("h3-compile", self.golden, *options, "--emit", "ptx", "-o", self.work / "kernels.ptx")
            texts.add((self.work / "kernels.ptx").read_text())
        assert len(texts) == 1, f"{name}: the kernels depend on the longest step"
        self.ptx = texts.pop()

    def choose_runs(self):
        """Four sequences, if there are, in steps of two rows, which fill a tile of dense layers, one row in the end where they are
        odd; then one past position 64 and round the rings, whose last tile has two rows, with its last token by itself. For the
        kernels of long sequences two of them, one of which starts in the middle of a window, in two steps, so that the second goes on
        from states; the program itself, which other tests compare with golden logits, says what is right."""
        goldens = []
        for path in self.golden.glob("logits_[0-9]*.npy"):
            ids = np.load(path.with_name(path.name.replace("logits", "ids")))
            goldens += zip(ids, np.load(path))
        goldens = sorted((g for g in goldens if len(g[0]) > 4), key=lambda g: len(g[0]))
        short, longest = len(goldens[0][0]), min(len(goldens[-1][0]), 67)
        runs = [("short", ".*", goldens[:4], short, 2), ("long", ".*", goldens[-1:], longest, longest - 1)]
        for name, kinds, chosen, length, chunk in runs:
            yield (name, kinds, np.stack([ids[:length] for ids, _ in chosen]).astype(np.int32),
                   np.stack([found[:length] for _, found in chosen]), chunk)
        ids = np.resize(goldens[-1][0], (2, 400)).astype(np.int32)
        yield "windows", "mixer_.*", ids, None, 200

    def notice(self, ptx, name, kind=None):
        """How a program with other kernels, or one of a kind, is caught; None when it is not."""
        path, out = self.work / f"{name}.ptx", self.work / f"{name}.npy"
        path.write_text(ptx)
        try:
            for kinds, program, ids, expected, chunk in self.runs:
                if kind and not re.fullmatch(kinds, kind):
                    continue
                command = [program, "logits", "--device", "sim", "--ids", ids, "--out", out, "--chunk", str(chunk)]
                try:
                    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS,
                                          env=os.environ | {"H3_SIMGPU_PTX": str(path)})
                except subprocess.TimeoutExpired:
                    return "does not end"
                if done.returncode != 0:
                    kind = re.search(r"simgpu: (?:[^:]*:\d+: )?([a-z-]+):", done.stderr)
                    return kind[1] if kind else done.stderr.strip().splitlines()[-1]
                error = np.abs(np.load(out) - expected).max()
                if not error <= TOLERANCE:
                    return "other logits"
            return None
        finally:
            path.unlink()
            out.unlink(missing_ok=True)

    def try_mutant(self, mutant):
        lines = self.ptx.splitlines()
        lines[mutant.line] = mutant.after
        return self.notice("\n".join(lines) + "\n", f"{mutant.line}-{list(RULES).index(mutant.rule)}",
                           kind_of(mutant.kernel))


def find_equivalence(mutant):
    for entry in EQUIVALENT:
        kind, rule, pattern, _ = entry
        if re.fullmatch(kind, kind_of(mutant.kernel)) and re.fullmatch(rule, mutant.rule) and re.search(pattern, mutant.before):
            return entry
    return None


def main():
    work, sites, rng = Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
    shutil.rmtree(work, ignore_errors=True)
    subjects, places = {}, defaultdict(list)
    for name, kinds in (argument.split(":") for argument in sys.argv[4:]):
        subjects[name] = Subject(name, work)
        assert subjects[name].notice(subjects[name].ptx, "original") is None, f"{name}: the original kernels are caught"
        for key, mutants in find_mutants(name, subjects[name].ptx).items():
            if re.fullmatch(kinds, key[0]):
                places[key] += mutants
    chosen = [m for mutants in places.values() for m in (rng.sample(mutants, min(sites, len(mutants))) if sites else mutants)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = list(pool.map(lambda m: subjects[m.model].try_mutant(m), chosen))
    counts, missed, used = defaultdict(int), [], defaultdict(int)
    for mutant, verdict in zip(chosen, verdicts):
        if verdict:
            counts[verdict] += 1
        elif equivalence := find_equivalence(mutant):
            used[equivalence] += 1
        else:
            missed.append(f"{mutant.model}, {mutant.kernel}, line {mutant.line + 1}, {mutant.rule}: `{mutant.before}`")
    print(f"{len(chosen)} mutants of {sum(map(len, places.values()))}: " +
          ", ".join(f"{n} {verdict}" for verdict, n in sorted(counts.items(), key=lambda c: -c[1])))
    for (kind, rule, _, reason), n in used.items():
        print(f"{n} {kind}, {rule}: cannot be caught, {reason}")
    assert not missed, f"{len(missed)} mutants are not caught:\n" + "\n".join(missed)


main()
