# SPDX-License-Identifier: Apache-2.0
"""Every C++ file that git knows is as clang-format leaves it.

usage: format_test.py SOURCE_DIR
Exits 77 where clang-format 22 is not there, or git does not know the files.
"""
import concurrent.futures
import os
import shutil
import subprocess
import sys

source = os.path.abspath(sys.argv[1])
FORMAT = ["clang-format-22", "--dry-run", "-Werror", f"--style=file:{source}/.clang-format"]
if not shutil.which(FORMAT[0]):
    print(f"skipped: no {FORMAT[0]}")
    sys.exit(77)
listed = subprocess.run(["git", "-C", source, "ls-files", "-z", "*.cc", "*.h"], capture_output=True, text=True) if os.path.exists(f"{source}/.git") else None
if listed is None or listed.returncode != 0:
    print("skipped: not a clone, or git is not there to say which files belong to it")
    sys.exit(77)

# What is not formatted is seen at all.
assert subprocess.run([*FORMAT, "--assume-filename=x.cc"], input=b"int  x;\n", capture_output=True).returncode != 0
assert subprocess.run([*FORMAT, "--assume-filename=x.cc"], input=b"int x;\n", capture_output=True).returncode == 0

files = [file for file in listed.stdout.split("\0") if file and os.path.exists(f"{source}/{file}")]
batches = [files[i::16] for i in range(16)]
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    said = pool.map(lambda batch: subprocess.run([*FORMAT, *batch], cwd=source, capture_output=True, text=True).stderr if batch else "", batches)
drifted = sorted({line.split(":")[0] for text in said for line in text.splitlines() if "[-Wclang-format-violations]" in line})
print("".join(f"{file}: not as clang-format leaves it\n" for file in drifted) + ("`./x format` mends this\n" if drifted else ""), end="")
sys.exit(1 if drifted else 0)
