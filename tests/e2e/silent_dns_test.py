# SPDX-License-Identifier: Apache-2.0
"""A name server that says nothing: every exporter that has a name to look up gives up in time, again and again, and meanwhile the collector
takes in what comes, sends to whom it knows, and ends when it is told to.

usage: silent_dns_test.py WHITTLE WORK_DIR
Exits 77 where no mount namespace can be had.
"""
import os
import socket
import subprocess
import sys
import time

from numbered import Collector, backend, build, free_port, post, request, span_numbers, wait

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)
resolv = os.path.join(work, "resolv.conf")
INSIDE = ["unshare", "-rm", "sh", "-c", f'mount --bind "{resolv}" /etc/resolv.conf && exec "$0"']
with open(resolv, "w") as f:
    f.write("nameserver 127.0.0.77\n")
if subprocess.run(INSIDE + ["true"], capture_output=True).returncode != 0:
    print("skipped: no mount namespaces")
    sys.exit(77)
silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try:
    silent.bind(("127.0.0.77", 53))
except OSError as e:
    print("skipped: no port 53:", e)
    sys.exit(77)

arrived = []
known = backend(lambda _, body: arrived.extend(span_numbers(body)))
port = free_port()
RETRY = "retry_on_failure: {initial_interval: 200ms, max_interval: 500ms}"
binary = build(whittle, work, "silent", f"""receivers: {{otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{port}"}}}}}}}}
processors: {{batch: {{}}}}
exporters:
  otlphttp: {{endpoint: "http://127.0.0.1:{known.server_port}", compression: none}}
  otlphttp/silent: {{endpoint: "http://nobody.example.com:4318", timeout: 500ms, {RETRY}}}
  otlp/silent: {{endpoint: "nobody.example.org:4317", timeout: 500ms, {RETRY}}}
  awsxray: {{region: us-east-1, request_timeout_seconds: 1}}
  loadbalancing: {{protocol: {{otlp: {{tls: {{insecure: true}}}}}}, resolver: {{dns: {{hostname: lb.example.com, interval: 1s, timeout: 500ms}}}}}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines:
    traces: {{receivers: [otlp], exporters: [otlphttp, otlphttp/silent, otlp/silent, loadbalancing]}}
    traces/xray: {{receivers: [otlp], processors: [batch], exporters: [awsxray]}}
""", "--linger", "0s", "--stop-timeout", "8s")


class Inside(Collector):
    def __init__(self):
        self.log_path, self.log_from = binary + ".log", 0
        environment = {"PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
        self.process = subprocess.Popen(INSIDE + [binary], stderr=open(self.log_path, "w"), env=environment)
        wait(lambda: "everything is ready" in self.log(), lambda: "does not start:\n" + self.log())


with Inside() as collector:
    slowest, n, end = 0, 0, time.monotonic() + 12  # a look-up takes 10 s
    while time.monotonic() < end:
        at = time.monotonic()
        status, _ = post(port, request(n, 1))
        slowest = max(slowest, time.monotonic() - at)
        assert status == 200, (status, collector.log())
        n += 1
        time.sleep(0.05)
    assert slowest < 5, slowest
    wait(lambda: len(arrived) == n, lambda: f"{len(arrived)} of {n} arrived", 10)
    log = collector.log()
    for word in ("exporter=otlphttp/silent", "component=otlp/silent", "exporter=awsxray", "exporter=loadbalancing"):
        assert word in log, log
    _, most = collector.resident()
    assert most < 16384, most
    at = time.monotonic()
    code = collector.stop(20)
    assert code == 1 and time.monotonic() - at < 8, (code, time.monotonic() - at)
print(f"ok: {n} requests, the slowest took {slowest:.3f} s; at most {most} KiB")
