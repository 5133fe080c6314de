# SPDX-License-Identifier: Apache-2.0
"""Every diagnostic that is declared in the sources is printed in some golden file: not only its code, which several may share, but its
own sentence.

usage: diagnostics_test.py SOURCE_DIR
"""
import os
import re
import sys

root = sys.argv[1]
# Config files of many megabytes are not kept here; compiler/syntax has tests of its own for them.
ELSEWHERE = {"`{}` has {} MB, and at most {} are read", "`{}` has {} MB, and a config may have 4"}
DECLARED = re.compile(r'constexpr\s+(?:diag::)?Diag<[^;{]*?>\s*\w+\s*\{\s*"([EWN]\d{4})"\s*,\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\}')


def files(folder, ends):
    for at, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if not f.startswith((".", "build"))]
        for name in names:
            if name.endswith(ends):
                with open(os.path.join(at, name), encoding="utf-8", errors="replace") as f:
                    yield os.path.join(at, name), f.read()


printed = "\n".join(text for _, text in files(os.path.join(root, "tests", "golden"), (".stderr", ".out", ".json", ".txt")))
declared, silent = 0, []
for folder in ("compiler", "stdlib"):
    for path, text in files(os.path.join(root, folder), (".cc", ".h")):
        for code, literals in DECLARED.findall(text):
            declared += 1
            sentence = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals)).replace('\\"', '"').replace("\\\\", "\\")
            if sentence in ELSEWHERE:
                continue
            between = re.split(r"\{[^{}]*\}", sentence.replace("{{", "\0").replace("}}", "\1"))
            pattern = ".*".join(re.escape(p.replace("\0", "{").replace("\1", "}")) for p in between)
            if not re.search(code + r"\]: " + pattern, printed):
                silent.append(f"{os.path.relpath(path, root)}: {code}: {sentence}")
assert declared > 300, f"{declared} diagnostics were found in the sources"
for line in silent:
    print(line + " is in no golden file")
print(f"{declared} diagnostics")
sys.exit(bool(silent))
