# SPDX-License-Identifier: Apache-2.0
"""SHA-256 by the instructions of each machine that collectors are built for, against Python's.

usage: sha256_test.py FOLDER TARGET...
"""
import hashlib
import os
import platform
import shutil
import subprocess
import sys

folder, targets = sys.argv[1], sys.argv[2:]
data = bytes(i % 256 for i in range(300))
wanted = [hashlib.sha256(data[:n]).hexdigest() for n in range(301)]
tried = 0
for target in targets:
    probe = os.path.join(folder, f"sha256_probe_{target}")
    command = [probe]
    if target != platform.machine():
        qemu = shutil.which(f"qemu-{target}-static") or shutil.which(f"qemu-{target}")
        if qemu is None:
            print(f"skipped: no qemu for {target}")
            continue
        command = [qemu, probe]
    out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    assert out == wanted, f"{target}: the digest of {next(i for i, (a, b) in enumerate(zip(out, wanted)) if a != b)} bytes is wrong"
    tried += 1
sys.exit(0 if tried == len(targets) else 77)
