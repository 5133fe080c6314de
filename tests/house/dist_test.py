# SPDX-License-Identifier: Apache-2.0
"""What `./x dist` publishes, made of a small static executable: the names, the package's content, the checksums, the same bytes twice; and an
executable that needs libraries is refused.

usage: dist_test.py SOURCE_DIR CXX WORK_DIR
"""
import os
import shutil
import subprocess
import sys

source, cxx, work = os.path.abspath(sys.argv[1]), sys.argv[2], os.path.abspath(sys.argv[3])
shutil.rmtree(work, ignore_errors=True)
os.makedirs(work)
with open(f"{work}/main.cc", "w") as f:
    f.write('#include <cstdio>\nint main() { std::puts("whittle 1.2.3"); }\n')
for name, flags in (("static", ["-static"]), ("dynamic", [])):
    subprocess.run([cxx, *flags, f"{work}/main.cc", "-o", f"{work}/{name}"], check=True)


def dist(executable, folder):
    return subprocess.run([f"{source}/ci/dist", f"{work}/{executable}", "1700000000", f"{work}/{folder}"], capture_output=True, text=True)


first, second = dist("static", "a"), dist("static", "b")
assert first.returncode == 0, first.stderr
names = sorted(os.listdir(f"{work}/a"))
assert len(names) == 3 and names[0] == "SHA256SUMS" and names[1].startswith("whittle-1.2.3-linux-") and names[2].startswith("whittle_1.2.3_"), names
for name in names:
    with open(f"{work}/a/{name}", "rb") as a, open(f"{work}/b/{name}", "rb") as b:
        assert a.read() == b.read(), name
content = subprocess.run(["dpkg-deb", "-c", f"{work}/a/{names[2]}"], capture_output=True, text=True, check=True).stdout
assert "root/root" in content and "./usr/bin/whittle" in content and "./usr/share/doc/whittle/copyright" in content, content
refused = dist("dynamic", "c")
assert refused.returncode == 2 and "needs libraries" in refused.stderr, refused


# What the action takes of a release: the executable that the list names, by its checksum or not at all.
def fetch(folder, *more, version="1.2.3", code=0):
    command = [f"{source}/ci/fetch-release", f"file://{work}/{folder}", version, f"{work}/tools", *more]
    r = subprocess.run(command, capture_output=True, text=True)
    assert r.returncode == code, (command, r)
    return r.stdout.strip() if code == 0 else r.stderr


with open(f"{work}/a/SHA256SUMS") as f:
    sums = {name: sum for sum, name in (line.split() for line in f)}
fetched = fetch("a")
assert subprocess.run([fetched], capture_output=True, text=True, check=True).stdout == "whittle 1.2.3\n"
before = os.stat(fetched).st_ino
assert fetch("a", sums[names[1]]) == fetched and os.stat(fetched).st_ino == before  # it is there already
assert "is pinned" in fetch("a", "0" * 64, code=2)
assert "does not list" in fetch("a", version="1.2.4", code=2)
assert "cannot be had" in fetch("nowhere", code=2)
with open(f"{work}/b/{names[1]}", "ab") as f:
    f.write(b"x")
with open(fetched, "ab") as f:
    f.write(b"x")
assert "has not the checksum" in fetch("b", code=2)
fetch("a")
# The action with it, from its inputs to whittle's exit code.
r = subprocess.run([f"{source}/ci/check-action"], capture_output=True, text=True, cwd=work,
                   env={**os.environ, "INPUT_CONFIGS": "main.cc", "INPUT_DOWNLOAD": f"file://{work}/a", "INPUT_VERSION": "v1.2.3", "RUNNER_TEMP": work})
assert r.returncode == 0 and r.stdout == "whittle 1.2.3\n", r
print("ok")
