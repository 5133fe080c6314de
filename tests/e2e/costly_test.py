# SPDX-License-Identifier: Apache-2.0
"""Requests that are made to cost much of what takes requests apart: a hundred thousand traces or groups in one, and a large
resource that each of them would have. Both are answered in time and in little memory, and so is what comes after them.

usage: costly_test.py WHITTLE WORK_DIR
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
    "groupbyattrs": "{keys: [k]}",
}


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def attribute(key, value):
    return field(1, key) + field(2, field(1, value))


def group(resource, records):
    return field(1, field(1, field(1, attribute(b"a", b"x" * resource))) + field(2, b"".join(records)))


# Each span has a trace and a value of `k` of its own.
def request(resource, spans):
    return group(resource, (field(2, field(1, struct.pack(">QQ", resource + 1, n)) + field(2, struct.pack(">Q", n + 1)) +
                                  field(9, attribute(b"k", b"%d" % n))) for n in range(spans)))


def gauges(metrics, points, key):
    return group(0, (field(2, field(1, b"m%d" % m) + field(5, b"".join(
        field(1, field(7, attribute(b"k", b"%d" % (n if key else 0))) + b"\x19" + struct.pack("<Q", n)) for n in range(points))))
        for m in range(metrics)))


def logs(resource, records):
    return group(resource, (field(2, field(6, attribute(b"k", b"%d" % n))) for n in range(records)))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def send(port, body, to="traces"):
    r = urllib.request.Request(f"http://127.0.0.1:{port}/v1/{to}", body, {"content-type": "application/x-protobuf"})
    try:
        return urllib.request.urlopen(r, timeout=20).status
    except urllib.error.HTTPError as e:
        return e.code


def peak_kib(pid):
    with open(f"/proc/{pid}/status") as f:
        return int(next(line for line in f if line.startswith("VmHWM")).split()[1])


def attack(name, settings, kind, body, expected, most_mib, to="traces"):
    port, binary = free_port(), os.path.join(work, "collector")
    config = os.path.join(work, "collector.yaml")
    with open(config, "w") as f:
        f.write(f"""receivers: {{otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{port}"}}}}}}}}
processors: {{{name}: {settings}}}
exporters: {{debug: {{}}}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines: {{{to}: {{receivers: [otlp], processors: [{name}], exporters: [debug]}}}}
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
        status = send(port, body, to)
        took, peak = time.monotonic() - began, peak_kib(collector.pid)
        print(f"{name}, {kind}: {status} after {took:.2f} s with {peak} KiB")
        assert status == expected, status
        assert peak < most_mib << 10, peak
        if name != "tail_sampling/blocks" or expected != 200:  # which has told senders to wait
            assert send(port, {"metrics": gauges(1, 1, False), "logs": logs(0, 1), "traces": request(0, 1)}[to], to) == 200
        collector.send_signal(signal.SIGTERM)
        assert collector.wait(20) == 0
    finally:
        collector.kill()
        collector.wait()


for name, settings in PROCESSORS.items():
    attack(name, settings, "many groups", request(0, 100_000), 200, 128)
    attack(name, settings, "a large resource", request(64_000, 400), 200, 160)
    attack(name, settings, "a larger one", request(64_000, 20_000), 500, 200)
for kind, body in (("many points", gauges(1, 50_000, False)), ("many points, each a group", gauges(1, 50_000, True)),
                   ("many metrics", gauges(50_000, 1, False))):
    attack("groupbyattrs", PROCESSORS["groupbyattrs"], kind, body, 200, 100, "metrics")
attack("log_dedup", "{interval: 1h}", "many records", logs(0, 50_000), 200, 100, "logs")
attack("log_dedup", "{interval: 1h}", "a large resource", logs(64_000, 20_000), 200, 64, "logs")
print("ok")
