#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds `whittle check` against the AWS distribution's verdicts on configs of its components.

usage: component_verdicts.py WHITTLE VERDICTS_JSON DIFFERENCES [CORPUS]

All configs go to one process, with nothing set in its environment. `accepted` configs must have no error, others must have
one; `at_least` asks for at least a warning, or an error. Cases of DIFFERENCES (a name, then the reason) may differ, and must.
Configs that stand in files of the AWS distribution are looked for below CORPUS, and left out, visibly, where it is not there.
"""
import json
import os
import subprocess
import sys
import tempfile


def main():
    whittle, vectors, differences = (os.path.abspath(p) for p in sys.argv[1:4])
    corpus = os.path.abspath(sys.argv[4]) if len(sys.argv) > 4 else ""
    with open(vectors, encoding="utf-8") as f:
        cases = json.load(f)
    with open(differences, encoding="utf-8") as f:
        known = {line.split()[0] for line in f if line.strip() and not line.startswith("#")}
    skipped, files = [], {}
    with tempfile.TemporaryDirectory(prefix="whittle-verdicts-") as folder:
        for i, case in enumerate(cases):
            text = case.get("yaml")
            if text is None:
                path = os.path.join(corpus, case["file"].split("corpus/", 1)[1])
                if not os.path.isfile(path):
                    skipped.append(case["name"])
                    continue
                with open(path, encoding="utf-8") as f:
                    text = f.read()
            files[f"{i}.yaml"] = case
            with open(os.path.join(folder, f"{i}.yaml"), "w", encoding="utf-8") as out:
                out.write(text)
        r = subprocess.run([whittle, "check", "--format", "json", *files], capture_output=True, text=True, timeout=300, cwd=folder, env={})
    if r.returncode not in (0, 1):
        sys.exit(f"whittle check ended with {r.returncode}: {r.stderr[-2000:]}")
    found = {}
    for said in json.loads(r.stdout)["diagnostics"]:
        found.setdefault(os.path.basename(said.get("file", "")), []).append(said)
    wrong = 0
    for file, case in files.items():
        said = found.get(file, [])
        severities = {s["severity"] for s in said}
        error = "error" in severities
        good = error != case["accepted"] if "at_least" not in case else bool(severities & {"error", case["at_least"]})
        if good != (case["name"] in known):
            continue
        wrong += 1
        print(f"{case['name']}: " + ("it agrees now, so it is no difference" if good else
                                     f"the reference {'takes' if case['accepted'] else 'refuses'} it, at least {case.get('at_least', 'nothing')} is due"))
        for s in said:
            print(f"    {s['code']} {s['message']}")
    if skipped:
        print(f"skipped, as the AWS distribution's files are not there: {len(skipped)}")
    print(f"{len(files) - wrong} of {len(files)} are as they should be")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
