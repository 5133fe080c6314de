#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every comparison with the reference is skipped, and says so, where the reference could not be built: machines without Go are the usual ones."""
import glob
import os
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
scripts = sorted(glob.glob(os.path.join(here, "*_against_reference.py"))) + [os.path.join(here, "against_reference.py"), os.path.join(here, "signatures.py")]
wrong = 0
for script in scripts:
    name = os.path.basename(script)
    arguments = {"against_reference.py": ["whittle", "tables", "no/judge", "interpret"]}.get(name, ["whittle", "no/judge"])
    r = subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True, timeout=60)
    if r.returncode != 77 or "skipped" not in r.stdout:
        print(f"{name} without a judge: exit code {r.returncode}\n{r.stdout}{r.stderr}")
        wrong += 1
print(f"{len(scripts)} comparisons, {wrong} wrong")
sys.exit(1 if wrong or len(scripts) < 5 else 0)
