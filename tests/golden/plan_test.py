# SPDX-License-Identifier: Apache-2.0
"""Holds `whittle build --emit plan` of each plans/*.yaml against the .plan beside it.

usage: plan_test.py WHITTLE FOLDER [--bless]
"""
import glob
import os
import subprocess
import sys

whittle, folder = (os.path.abspath(a) for a in sys.argv[1:3])
wrong = 0
cases = sorted(glob.glob(os.path.join(folder, "*.yaml")))
for path in cases:
    r = subprocess.run([whittle, "build", os.path.basename(path), "--emit", "plan"], cwd=folder, capture_output=True, text=True)
    golden = path[:-len(".yaml")] + ".plan"
    if r.returncode != 0:
        print(f"{path}: exit code {r.returncode}\n{r.stderr}")
        wrong += 1
    elif "--bless" in sys.argv:
        open(golden, "w").write(r.stdout)
    elif not os.path.exists(golden) or open(golden).read() != r.stdout:
        print(f"{golden} is not what there is now:\n{r.stdout}")
        wrong += 1
print(f"{len(cases) - wrong} passed, {wrong} failed")
sys.exit(1 if wrong or not cases else 0)
