# SPDX-License-Identifier: Apache-2.0
"""Holds the record programs of each rewrites/*.yaml, before and after the rewrites that its first line names, against the .programs beside it.

usage: rewrites_test.py WHITTLE FOLDER [--bless]
"""
import glob
import os
import re
import subprocess
import sys

whittle, folder = (os.path.abspath(a) for a in sys.argv[1:3])
wrong, named = 0, set()


def programs(path, rewrites):
    r = subprocess.run([whittle, "build", path, "--emit", "plan", "--rewrites", rewrites], cwd=folder, capture_output=True, text=True)
    if r.returncode:
        sys.exit(f"{path}: exit code {r.returncode}\n{r.stderr}")
    return "\n".join(re.findall(r"^program .*?^}$\n", r.stdout, re.M | re.S))


cases = sorted(glob.glob(os.path.join(folder, "*.yaml")))
for path in cases:
    with open(path) as f:
        rewrites = f.readline().removeprefix("# rewrites: ").strip()
    named.update(rewrites.split(","))
    # Those in front of the last one make what it is shown with.
    before, _, last = rewrites.rpartition(",")
    now = f"before {last}:\n\n{programs(path, before or 'none')}\nafter {last}:\n\n{programs(path, rewrites)}"
    golden = path[:-len(".yaml")] + ".programs"
    if "--bless" in sys.argv:
        with open(golden, "w") as f:
            f.write(now)
    elif not os.path.exists(golden) or open(golden).read() != now:
        print(f"{golden} is not what there is now:\n{now}")
        wrong += 1
known = set(re.findall(r"^ {32}([a-z-]+): ", subprocess.run([whittle, "build", "--help"], capture_output=True, text=True).stdout, re.M))
if not known or known - named:
    print("no case shows " + ", ".join(sorted(known - named) or ["anything"]))
    wrong += 1
print(f"{len(cases)} cases, {wrong} wrong")
sys.exit(1 if wrong or not cases else 0)
