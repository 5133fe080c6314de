# SPDX-License-Identifier: Apache-2.0
"""The HTTP/2 server against h2spec: every case passes, with a route that answers with a body.

usage: h2spec_test.py OTLP_SERVER WORK_DIR      (skipped, with 77, where there is no Go or no way to its modules)
"""
import os
import re
import shutil
import socket
import subprocess
import sys
import time

server, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)
h2spec = os.path.join(work, "h2spec")
if not os.path.exists(h2spec):
    go = shutil.which("go") or "/usr/local/go/bin/go"
    made = os.path.exists(go) and subprocess.run([go, "install", "github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible"], cwd=work, stdout=subprocess.PIPE,
                                                  stderr=subprocess.STDOUT, text=True, timeout=300, env={**os.environ, "GOBIN": work, "GOFLAGS": "-mod=mod"})
    if not made or made.returncode:
        print("skipped: h2spec cannot be built here", made.stdout[-300:] if made else "(no Go)")
        sys.exit(77)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


ports = [free_port() for _ in range(3)]
p = subprocess.Popen([server, "--grpc", f"127.0.0.1:{ports[0]}", "--http", f"127.0.0.1:{ports[1]}", "--echo", f"127.0.0.1:{ports[2]}", "--seconds", "120"],
                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    deadline = time.time() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", ports[2]), timeout=1).close()
            break
        except ConnectionRefusedError:
            assert p.poll() is None and time.time() < deadline, "the server did not start"
            time.sleep(0.05)
    r = subprocess.run([h2spec, "-h", "127.0.0.1", "-p", str(ports[2]), "-o", "2"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=100)
    counts = re.search(r"(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed", r.stdout)
    assert counts, r.stdout[-2000:]
    print(counts[0])
    assert int(counts[1]) >= 145 and counts[3] == counts[4] == "0", r.stdout[r.stdout.find("Failures"):]
    assert p.poll() is None, "the server ended"
finally:
    p.kill()
