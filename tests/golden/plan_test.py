# SPDX-License-Identifier: Apache-2.0
"""Holds `whittle build --emit plan` of each plans/*.yaml against the .plan beside it, and what `whittle explain-plan` says of the pipelines
against the .explained; its bytes must come to the executable's.

usage: plan_test.py WHITTLE FOLDER [--bless]
"""
import glob
import os
import re
import subprocess
import sys

whittle, folder = (os.path.abspath(a) for a in sys.argv[1:3])
wrong = 0


def run(command, path, *more):
    r = subprocess.run([whittle, command, os.path.basename(path), *more], cwd=folder, capture_output=True, text=True)
    if r.returncode:
        sys.exit(f"{command} {path}: exit code {r.returncode}\n{r.stderr}")
    return r.stdout


cases = sorted(glob.glob(os.path.join(folder, "*.yaml")))
for path in cases:
    plan = run("build", path, "--emit", "plan")
    explained, _, sizes = run("explain-plan", path).partition("\nthe executable: ")
    all, *parts = (int(n) for n in re.findall(r"^ *(\d+)  ?\S", sizes, re.M))
    if sum(parts) != all or len(parts) < 5:
        print(f"{path}: the parts come to {sum(parts)} bytes of {all}")
        wrong += 1
    for kind, now in (("plan", plan), ("explained", explained)):
        golden = path[:-len("yaml")] + kind
        if "--bless" in sys.argv:
            open(golden, "w").write(now)
        elif not os.path.exists(golden) or open(golden).read() != now:
            print(f"{golden} is not what there is now:\n{now}")
            wrong += 1
print(f"{len(cases) - wrong} passed, {wrong} failed")
sys.exit(1 if wrong or not cases else 0)
