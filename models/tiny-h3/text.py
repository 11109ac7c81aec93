"""The King James Bible as plain prose, from Debian's package `bible-kjv-text`.

The package keeps the text in its own compressed format; the program `bible` (package `bible-kjv`) decodes it.
The text of 1611 is in the public domain.
"""

import re
import subprocess

HELD_OUT_EVERY = 25  # every 25th chapter is held out: all books are seen, no held-out chapter is


def chapters():
    """Returns the 1189 chapters, each one line of prose without verse numbers."""
    command = ["bible", "-f", "gen1:1-rev22:21"]  # -f: one verse a line, "Gen1:1 In the beginning ..."
    verses = subprocess.run(command, check=True, capture_output=True, encoding="latin-1").stdout
    found = {}
    for chapter, verse in re.findall(r"^(\w+?\d+):\d+ (.*)$", verses, re.MULTILINE):
        found.setdefault(chapter, []).append(" ".join(verse.split()))
    return [" ".join(lines) for lines in found.values()]


def split():
    """Returns (training text, held-out text), chapters separated by an empty line."""
    every = chapters()
    held_out = every[HELD_OUT_EVERY - 1::HELD_OUT_EVERY]
    training = [c for i, c in enumerate(every) if i % HELD_OUT_EVERY != HELD_OUT_EVERY - 1]
    return "\n\n".join(training) + "\n", "\n\n".join(held_out) + "\n"


if __name__ == "__main__":
    training, held_out = split()
    print(f"{len(training)} characters to train on, {len(held_out)} held out\n\n{held_out[:1500]}")
