# SPDX-License-Identifier: Apache-2.0
"""What `-o` names is written: a file anew and whole, and what is no file stays what it is.

usage: output_test.py WHITTLE WORK_DIR
"""
import os
import stat
import subprocess
import sys
import threading

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)
config, binary, pipe, folder = (os.path.join(work, n) for n in ("c.yaml", "collector", "pipe", "folder"))
with open(config, "w") as f:
    f.write("receivers: {statsd: }\nexporters: {debug: }\nservice: {pipelines: {metrics: {receivers: [statsd], exporters: [debug]}}}\n")
if os.path.exists(pipe):
    os.unlink(pipe)
os.mkfifo(pipe)
os.makedirs(os.path.join(folder, "full"), exist_ok=True)


def build(out):
    return subprocess.run([whittle, "build", config, "-o", out], stderr=subprocess.PIPE, text=True, timeout=120)


assert build(binary).returncode == 0
with open(binary, "rb") as f:
    executable = f.read()
assert executable[:4] == b"\x7fELF" and os.stat(binary).st_mode & 0o111
kept = open(binary, "rb")
assert build(binary).returncode == 0
assert os.fstat(kept.fileno()).st_nlink == 0, "the file that was there was written to"

read = []
reader = threading.Thread(target=lambda: read.append(open(pipe, "rb").read()))
reader.start()
assert build(pipe).returncode == 0
reader.join(timeout=60)
assert read and read[0] == executable, "the pipe did not get the executable"
assert stat.S_ISFIFO(os.stat(pipe).st_mode), "the pipe is gone"
assert build("/dev/null").returncode == 0 and stat.S_ISCHR(os.stat("/dev/null").st_mode)

r = build(folder)
assert r.returncode != 0 and folder in r.stderr, r.stderr
assert sorted(os.listdir(work)) == ["c.yaml", "collector", "folder", "pipe"], os.listdir(work)
print("outputs: files, a pipe, /dev/null and a folder")
