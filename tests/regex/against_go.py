#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds captures and replacement against Go's regexp, on random patterns and texts from a fixed seed.

usage: against_go.py CAPTURES_LINES [--count N] [--seed S]

Exit code 77, skipped, where there is no Go.
"""
import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile

ATOMS = ["a", "b", "c", ".", "é", "[ab]", "[^a]", "\\d", "\\w", "\\s", "\\b", "^", "$", "(?:ab)", "x", "[a-cé]", "\\B", "-", "(?i:A)"]
TEXTS = "aabbccxé1 2-\n_A"
# What differed once.
FOUND = [("(?U:\\B|\\d){1,}", "2\nbcbx2b-", "<$0>")]


def pattern(rng, depth=0):
    n = rng.randint(1, 4)
    out = ""
    for _ in range(n):
        kind = rng.random()
        if kind < 0.25 and depth < 3:
            name = rng.choice(["", "", "?P<n%d>" % rng.randint(0, 3), "?:", "?i:", "?s:", "?U:", "?m:"])
            atom = "(" + name + pattern(rng, depth + 1) + ")"
        elif kind < 0.32 and depth < 3:
            atom = "(" + pattern(rng, depth + 1) + "|" + rng.choice(["", pattern(rng, depth + 1)]) + ")"
        else:
            atom = "\\pL" if rng.random() < 0.01 else rng.choice(ATOMS)
        if rng.random() < 0.4:
            atom += rng.choice(["*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{2,3}?"])
        out += atom
    if rng.random() < 0.15:
        out += "|" + rng.choice(ATOMS)
    return out


def hexed(text):
    return "h" + text.encode().hex()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("lines")
    ap.add_argument("--count", type=int, default=3000)
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    go = shutil.which("go") or "/usr/local/go/bin/go"
    if not os.path.exists(go):
        print("skipped: there is no Go here")
        sys.exit(77)
    rng = random.Random(a.seed)
    forms = ["<$0>", "$1", "${n1}-$2", "$$x", "$n0_", "${1}${2", "$é"]
    # Long texts are searched by another machine than short ones.
    text = lambda: "".join(rng.choice(TEXTS) for _ in range(rng.randint(0, 12))) * (150 if rng.random() < 0.05 else 1)
    cases = FOUND + [(pattern(rng), text(), rng.choice(forms)) for _ in range(a.count)]
    lines = "".join(" ".join(map(hexed, c)) + "\n" for c in cases)
    with tempfile.TemporaryDirectory() as tmp:
        program = os.path.join(tmp, "go_lines")
        subprocess.run([go, "build", "-o", program, os.path.join(os.path.dirname(os.path.abspath(__file__)), "go_lines.go")], check=True, timeout=300,
                       env={**os.environ, "GOFLAGS": "", "GO111MODULE": "off", "GOCACHE": os.path.join(tmp, "cache"), "HOME": tmp})
        want = subprocess.run([program], input=lines, capture_output=True, text=True, check=True, timeout=120).stdout.splitlines()
    got = subprocess.run([a.lines], input=lines, capture_output=True, text=True, check=True, timeout=120).stdout.splitlines()
    wrong = large = 0
    for case, w, g in zip(cases, want, got, strict=True):
        if w == g:
            continue
        if g == "error":  # too large for a program of ours
            large += 1
            continue
        wrong += 1
        if wrong <= 5:
            print("differs", case, "\n  want", w, "\n  got ", g)
    print(f"{len(cases)} patterns, {sum(w != 'error' for w in want)} of them valid, {large} too large, {wrong} differ")
    sys.exit(1 if wrong or large > len(cases) // 100 else 0)


if __name__ == "__main__":
    main()
