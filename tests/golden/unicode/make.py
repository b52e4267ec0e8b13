#!/usr/bin/env python3
"""Writes shared/Datasets/Files/nfc.txt (the tables of Nfc.cs) and nfc-pairs.txt (what Nfc.cs must give) from unicodedata. Run again for a newer Unicode."""
import pathlib
import random
import sys
import unicodedata as u

root = pathlib.Path(__file__).resolve().parents[3]
points = [c for c in range(sys.maxunicode + 1) if not 0xD800 <= c <= 0xDFFF]
lines = [f"# Canonical decompositions and combining classes of Unicode {u.unidata_version}; tests/golden/unicode/make.py writes this file."]
for c in points:
    parts = u.decomposition(chr(c))
    if parts and not parts.startswith("<"):
        again = u.normalize("NFC", u.normalize("NFD", chr(c))) == chr(c) and len(parts.split()) == 2
        lines.append(f"{'=' if again else '~'} {c:X} " + " ".join(f"{int(p, 16):X}" for p in parts.split()))
marks = [(c, u.combining(chr(c))) for c in points if u.combining(chr(c))]
at = 0
while at < len(marks):
    end = at
    while end + 1 < len(marks) and marks[end + 1] == (marks[end][0] + 1, marks[at][1]):
        end += 1
    lines.append(f"c {marks[at][1]:X} {marks[at][0]:X}-{marks[end][0]:X}")
    at = end + 1
(root / "shared/Datasets/Files/nfc.txt").write_text("\n".join(lines) + "\n", "ascii")

# Every code point alone is compared by checksum in the test; here are words: NFC of what stands before the tab stands behind it.
random.seed(1)
accents = [c for c in points if u.combining(chr(c)) and c < 0x3100]
letters = [c for c in points if c < 0x2000 and chr(c).isalpha()] + list(range(0xAC00, 0xAC80)) + list(range(0x1100, 0x1200)) + [0x1F600, 0x11099, 0x110BA, 0x1D157]
pairs = []
def add(text):
    pairs.append((text, u.normalize("NFC", text)))
for c in points:
    if chr(c) != u.normalize("NFC", chr(c)) or (chr(c) != u.normalize("NFD", chr(c)) and (c < 0x2000 or c % 97 == 0)):
        add(chr(c)); add(u.normalize("NFD", chr(c)))
for _ in range(4000):
    text = "".join(chr(random.choice(letters if random.random() < 0.5 else accents)) for _ in range(random.randint(1, 8)))
    add(text); add(u.normalize("NFD", text)); add(u.normalize("NFKD", text))
hexed = lambda text: " ".join(f"{ord(ch):X}" for ch in text)
lines = sorted({hexed(a) + "\t" + hexed(b) for a, b in pairs})
(root / "tests/golden/unicode/nfc-pairs.txt").write_text("\n".join(lines) + "\n", "ascii")
print(u.unidata_version, len(lines))
