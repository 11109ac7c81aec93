"""GPT-2's byte-level BPE: training a small merges table, encoding, decoding.

Source: Radford et al. 2019 (GPT-2) for the byte alphabet and the pre-tokenisation; Sennrich et al. 2016 for BPE.
Ids: the 256 bytes in GPT-2's order, one per merge in order of rank, `<|endoftext|>` last.
"""

import re
from collections import Counter, defaultdict
from pathlib import Path

# GPT-2's pattern \p{L}, \p{N} in the standard library's terms: [^\W\d_] are letters, \d digits.
WORDS = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")

VISIBLE = [*range(33, 127), *range(161, 173), *range(174, 256)]
BYTES = VISIBLE + [b for b in range(256) if b not in VISIBLE]  # GPT-2's order: id -> byte
LETTER = {b: chr(b) for b in VISIBLE}  # byte -> the character that stands for it in merges.txt
LETTER.update((b, chr(256 + i)) for i, b in enumerate(BYTES[len(VISIBLE):]))


def spell(word):
    """The characters that stand for the bytes of `word`."""
    return tuple(LETTER[b] for b in word.encode())


def merge(symbols, pair):
    """Replaces every `pair` in the tuple `symbols`, left to right, by its concatenation."""
    out, i = [], 0
    while i < len(symbols):
        step = 2 if symbols[i:i + 2] == pair else 1
        out.append("".join(symbols[i:i + step]))
        i += step
    return tuple(out)


def train_merges(text, count):
    """Returns `count` merges (pairs of strings): each time the most frequent pair; ties go to the greater pair."""
    words = [(spell(word), n) for word, n in Counter(WORDS.findall(text)).items()]
    pairs, where = Counter(), defaultdict(set)  # pair -> occurrences, pair -> words that hold it
    for w, (symbols, n) in enumerate(words):
        for pair in zip(symbols, symbols[1:]):
            pairs[pair] += n
            where[pair].add(w)
    merges = []
    while len(merges) < count:
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        for w in where.pop(best):
            symbols, n = words[w]
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] -= n
            symbols = merge(symbols, best)
            words[w] = symbols, n
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += n
                where[pair].add(w)
        del pairs[best]
    return merges


class Tokenizer:
    """Encodes and decodes with the table in a merges.txt."""

    def __init__(self, path):
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        merges = [tuple(line.split(" ")) for line in lines if line and not line.startswith("#version")]
        self.rank = {pair: i for i, pair in enumerate(merges)}
        self.symbols = [LETTER[b] for b in BYTES] + ["".join(pair) for pair in merges]
        self.ids = {symbol: i for i, symbol in enumerate(self.symbols)}
        self.end_of_text = len(self.symbols)
        self.cache = {}

    def encode_word(self, word):
        symbols = spell(word)
        while len(symbols) > 1:
            pair = min(zip(symbols, symbols[1:]), key=lambda pair: self.rank.get(pair, len(self.rank)))
            if pair not in self.rank:
                break
            symbols = merge(symbols, pair)
        return [self.ids[symbol] for symbol in symbols]

    def encode(self, text):
        out = []
        for word in WORDS.findall(text):
            if word not in self.cache:
                self.cache[word] = self.encode_word(word)
            out += self.cache[word]
        return out

    def decode(self, ids):
        byte = {letter: b for b, letter in LETTER.items()}
        text = "".join(self.symbols[i] for i in ids if i != self.end_of_text)
        return bytes(byte[letter] for letter in text).decode(errors="replace")


def save_merges(path, merges):
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
