#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the verdicts of `whittle check` against what the reference did with processors' configs.

usage: checked.py WHITTLE VECTORS_DIR

What the reference ran must pass, what it refused (`rejected`, and the cases of ottl/refused) must not. All configs of a
kind go to one process. Prints each case that differs and what was said of it; exits 0 when none does.
"""
import json
import os
import subprocess
import sys
import tempfile


def cases(vectors):
    """(name, the case, whether the reference refused it)"""
    for top in ("ottl", "processors"):
        for root, folders, files in os.walk(os.path.join(vectors, top)):
            folders.sort()
            if os.path.basename(root) == "inputs":
                continue
            for file in sorted(files):
                path = os.path.join(root, file)
                name = os.path.relpath(path, vectors)[:-len(".json")]
                with open(path, encoding="utf-8") as opened:
                    case = json.load(opened)
                if "cases" in case:
                    for part in case["cases"]:
                        yield f"{name}/{part['name']}", part, True
                else:
                    yield name, case, "rejected" in case


def config(case):
    ids, settings = [], {}
    for i, processor in enumerate(case["processors"]):
        (kind, value), = processor.items()
        ids.append(f"{kind}/{i}")
        settings[f"{kind}/{i}"] = value
    return {
        "receivers": {"otlp": {"protocols": {"http": {}}}},
        "processors": settings,
        "exporters": {"otlphttp": {"endpoint": "http://127.0.0.1:1"}},
        "service": {"pipelines": {case["signal"]: {"receivers": ["otlp"], "processors": ids, "exporters": ["otlphttp"]}}},
    }


def check(whittle, files, folder):
    """{file: what was found wrong with it}"""
    r = subprocess.run([whittle, "check", "--format", "json", *files], capture_output=True, text=True, timeout=300, cwd=folder)
    if r.returncode not in (0, 1):
        sys.exit(f"whittle check ended with {r.returncode}: {r.stderr[-2000:]}")
    found = {}
    for said in json.loads(r.stdout)["diagnostics"]:
        if said["severity"] == "error":
            found.setdefault(os.path.basename(said["file"]), []).append(f"{said['code']} {said['message']}")
    return found


def main():
    whittle, vectors = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    names = {False: {}, True: {}}
    differ = 0
    with tempfile.TemporaryDirectory(prefix="whittle-checked-") as folder:
        for i, (name, case, refused) in enumerate(cases(vectors)):
            file = f"{i}.yaml"
            names[refused][file] = name
            with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
                json.dump(config(case), out, ensure_ascii=False)
        for refused, files in names.items():
            found = check(whittle, list(files), folder)
            for file, name in files.items():
                if refused == (file in found):
                    continue
                differ += 1
                print(f"{name}: the reference {'refuses' if refused else 'takes'} it; here {found.get(file, 'nothing is wrong with it')}")
            print(f"{len(files)} configs that the reference {'refuses' if refused else 'takes'}")
    if not all(names.values()):
        sys.exit("there must be configs of both kinds")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
