# SPDX-License-Identifier: Apache-2.0
"""What ./x says on machines that lack something: the commands that it calls are stand-ins, and the copy that is run reads another
/etc/os-release.

usage: x_test.py SOURCE_DIR WORK_DIR
"""
import os
import shutil
import subprocess
import sys

source, work = (os.path.abspath(a) for a in sys.argv[1:])
shutil.rmtree(work, ignore_errors=True)
os.makedirs(f"{work}/bin")
with open(f"{source}/x") as file:
    text = file.read()
assert text.count("/etc/os-release") == 1
with open(f"{work}/x", "w") as file:
    file.write(text.replace("/etc/os-release", f"{work}/os-release"))
os.chmod(f"{work}/x", 0o755)


def stand_in(name, text):
    with open(f"{work}/bin/{name}", "w") as file:
        file.write(f"#!/bin/sh\necho {name} $* >> {work}/called\n{text}\n")
    os.chmod(f"{work}/bin/{name}", 0o755)


def x(command, distribution, root, installed):
    """(exit code, lines on stderr, lines on stdout, programs called)"""
    with open(f"{work}/os-release", "w") as file:
        file.write(distribution)
    stand_in("dpkg-query", "echo install ok installed" if installed else "exit 1")
    stand_in("id", f"echo {0 if root else 1000}")
    for name in ["apt-get", "cmake", "ninja", "ctest"]:
        stand_in(name, "")
    open(f"{work}/called", "w").close()
    done = subprocess.run([f"{work}/x", command], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
                          env={**os.environ, "PATH": f"{work}/bin:{os.environ['PATH']}", "WHITTLE_BUILD": f"{work}/build"})
    with open(f"{work}/called") as file:
        called = [line for line in file.read().splitlines() if line.split()[0] not in ("dpkg-query", "id")]
    return done.returncode, done.stderr.splitlines(), done.stdout.splitlines(), called


BOOKWORM = "ID=debian\nVERSION_CODENAME=bookworm\n"
OTHERS = ["ID=ubuntu\nVERSION_CODENAME=noble\n", "ID=debian\nVERSION_CODENAME=trixie\n", "ID=alpine\n", ""]

for other in OTHERS:
    for command in ["build", "checks", "test", "demo"]:
        code, err, out, called = x(command, other, True, False)
        assert (code, out, called) == (2, [], []), (other, command, code, err, out, called)
        assert len(err) == 1 and "Debian bookworm" in err[0] and " clang-22 " in err[0] and "Dockerfile" in err[0], err
    # With the packages there it is as good as any.
    assert x("build", other, False, True)[0] == 0

code, err, out, called = x("build", BOOKWORM, False, False)
assert (code, out, called) == (2, [], []) and len(err) == 1 and "only root can install them: clang-22 " in err[0], (code, err, out, called)

code, err, out, called = x("build", BOOKWORM, False, True)
assert (code, err, out) == (0, [], [f"{work}/build/bin/whittle"]), (code, err, out)
assert [line.split()[0] for line in called] == ["cmake", "ninja"], called

# apt's lists first: those of an image are old or not there.
code, err, out, called = x("build", BOOKWORM, True, False)
assert code == 0 and called[0].endswith(" update") and " install " in called[1] and " clang-22 " in called[1], (code, called)
assert [line.split()[0] for line in called] == ["apt-get", "apt-get", "cmake", "ninja"], called
