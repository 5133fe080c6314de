# SPDX-License-Identifier: Apache-2.0
"""Constants of every struct that compiler and runtime share, made by the one and read by the other, for each machine.

usage: layout_test.py FOLDER TARGET...
"""
import os
import platform
import shutil
import subprocess
import sys

folder, targets = sys.argv[1], sys.argv[2:]
tried = 0
for target in targets:
    command = [os.path.join(folder, f"layout_probe_{target}")]
    if target != platform.machine():
        qemu = shutil.which(f"qemu-{target}-static") or shutil.which(f"qemu-{target}")
        if qemu is None:
            print(f"skipped: no qemu for {target}")
            continue
        command.insert(0, qemu)
    r = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert r.returncode == 0, f"{target}:\n{r.stdout}{r.stderr}"
    assert int(r.stdout.split()[0]) > 80, r.stdout
    print(target, r.stdout.strip())
    tried += 1
sys.exit(0 if tried == len(targets) else 77)
