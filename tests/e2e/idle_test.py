# SPDX-License-Identifier: Apache-2.0
"""A collector gives the pages of its code back when nothing happens, and nothing but those: between the segments of some binaries the
system has put memory of the allocator. Configs of growing size are built until one has such a hole.

usage: idle_test.py WHITTLE WORK_DIR
"""
import json
import os
import socket
import struct
import subprocess
import sys
import time
import urllib.request

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)
PAGE = os.sysconf("SC_PAGESIZE")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def build(padding, port):
    config, binary = os.path.join(work, "idle.yaml"), os.path.join(work, "idle")
    with open(config, "w") as f:
        f.write(f"""receivers: {{otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{port}"}}}}}}}}
processors: {{resource: {{attributes: [{{key: k, value: {"v" * (padding + 1)}, action: insert}}]}}}}
exporters: {{otlphttp: {{endpoint: "http://127.0.0.1:1"}}}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines: {{traces: {{receivers: [otlp], processors: [resource], exporters: [otlphttp]}}}}
""")
    subprocess.run([whittle, "build", config, "-o", binary, "--linger", "0s"], check=True, capture_output=True)
    return binary


def has_hole(binary):
    """Whether a page lies between the first two segments that are loaded."""
    with open(binary, "rb") as f:
        head = f.read(64)
        at, size, count = struct.unpack_from("<Q", head, 32)[0], *struct.unpack_from("<HH", head, 54)
        f.seek(at)
        entries = f.read(size * count)
    loaded = [struct.unpack_from("<IIQQQQ", entries, i * size)[3::2] for i in range(count) if struct.unpack_from("<I", entries, i * size)[0] == 1]
    (first, held), (second, _) = loaded[:2]
    return (first + held + PAGE - 1) // PAGE < second // PAGE


def code_resident(pid):
    """Kilobytes of pages of the file that are mapped and only read or run."""
    total, counts = 0, False
    with open(f"/proc/{pid}/smaps") as f:
        for line in f:
            words = line.split()
            if "-" in words[0] and len(words) > 5:
                counts = words[1] in ("r--p", "r-xp") and words[5].endswith("/idle")
            elif counts and words[0] == "Rss:":
                total += int(words[1])
    return total


def send(port):
    span = {"traceId": "0102030405060708090a0b0c0d0e0f10", "spanId": "0000000000000001", "name": "s"}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()
    return urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/v1/traces", body, {"content-type": "application/json"}), timeout=5).status


def run(binary, port):
    collector = subprocess.Popen([binary], stderr=subprocess.DEVNULL)
    try:
        deadline = time.time() + 10
        while True:
            try:
                assert send(port) == 200
                break
            except OSError:
                assert time.time() < deadline and collector.poll() is None, "it does not start"
                time.sleep(0.02)
        busy = code_resident(collector.pid)
        deadline = time.time() + 20  # the exporter tries again meanwhile, farther and farther apart
        while code_resident(collector.pid) > busy / 2:
            assert time.time() < deadline, (busy, code_resident(collector.pid))
            time.sleep(0.05)
        for _ in range(3):
            assert send(port) == 200
        assert collector.poll() is None, collector.returncode
    finally:
        collector.kill()
        collector.wait()


if os.geteuid() != 0:
    print("skipped: a collector's pages can be seen by root alone")
    sys.exit(77)
port = free_port()
run(build(0, port), port)
for padding in range(32, 4096, 96):
    binary = build(padding, port)
    if has_hole(binary):
        run(binary, port)
        print("ok, with", padding, "bytes more")
        break
else:
    print("ok; no layout had a hole")
