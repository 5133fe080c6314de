# SPDX-License-Identifier: Apache-2.0
"""Requests that are made to cost much of what takes traces apart: a hundred thousand traces in one, and a large resource that
each of many traces would have. Both are answered in time and in little memory, and so is what comes after them.

usage: traces_test.py WHITTLE WORK_DIR
"""
import os
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)
SAMPLE = "policies: [{name: all, type: always_sample}]"
PROCESSORS = {
    "groupbytrace": "{num_traces: 1000000, wait_duration: 1h}",
    "groupbytrace/few": "{num_traces: 10, wait_duration: 1h}",
    "tail_sampling": f"{{decision_wait: 1h, {SAMPLE}}}",
    "tail_sampling/blocks": f"{{decision_wait: 1h, num_traces: 100, block_on_overflow: true, {SAMPLE}}}",
}


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def request(resource, traces):
    attribute = field(1, b"a") + field(2, field(1, b"x" * resource))
    spans = b"".join(field(2, field(1, struct.pack(">QQ", resource + 1, n)) + field(2, struct.pack(">Q", n + 1))) for n in range(traces))
    return field(1, field(1, field(1, attribute)) + field(2, spans))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def send(port, body):
    r = urllib.request.Request(f"http://127.0.0.1:{port}/v1/traces", body, {"content-type": "application/x-protobuf"})
    try:
        return urllib.request.urlopen(r, timeout=20).status
    except urllib.error.HTTPError as e:
        return e.code


def peak_kib(pid):
    with open(f"/proc/{pid}/status") as f:
        return int(next(line for line in f if line.startswith("VmHWM")).split()[1])


def attack(name, settings, kind, body, expected, most_mib):
    port, binary = free_port(), os.path.join(work, "collector")
    config = os.path.join(work, "collector.yaml")
    with open(config, "w") as f:
        f.write(f"""receivers: {{otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{port}"}}}}}}}}
processors: {{{name}: {settings}}}
exporters: {{debug: {{}}}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines: {{traces: {{receivers: [otlp], processors: [{name}], exporters: [debug]}}}}
""")
    subprocess.run([whittle, "build", config, "-o", binary], check=True, stderr=subprocess.DEVNULL)
    with open(os.path.join(work, "collector.log"), "w") as log:
        collector = subprocess.Popen([binary], stdout=subprocess.DEVNULL, stderr=log)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        began = time.monotonic()
        status = send(port, body)
        took, peak = time.monotonic() - began, peak_kib(collector.pid)
        print(f"{name}, {kind}: {status} after {took:.2f} s with {peak} KiB")
        assert status == expected, status
        assert peak < most_mib << 10, peak
        if name != "tail_sampling/blocks" or expected != 200:  # which has told senders to wait
            assert send(port, request(0, 1)) == 200
        collector.send_signal(signal.SIGTERM)
        assert collector.wait(20) == 0
    finally:
        collector.kill()
        collector.wait()


for name, settings in PROCESSORS.items():
    attack(name, settings, "many traces", request(0, 100_000), 200, 64)
    attack(name, settings, "a large resource", request(64_000, 900), 200, 64)
    attack(name, settings, "a larger one", request(64_000, 20_000), 500, 30)
print("ok")
