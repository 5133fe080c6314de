# SPDX-License-Identifier: Apache-2.0
"""A collector that may have 32 MiB, or what `taskdef` says that it needs, and peers that try to make it take more while the backend is away: large requests by the hundred,
requests that are begun and not ended, and compressed ones that become large. It never takes more, senders are told to come again, and
what was acknowledged arrives.

usage: memory_budget_test.py WHITTLE WORK_DIR
"""
import concurrent.futures
import gzip
import http.server
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from numbered import Collector, build, field, free_port, post, request, span_numbers, wait

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)
MIB = 1 << 20


class Backend(http.server.ThreadingHTTPServer):
    daemon_threads = True

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            if not self.server.away:
                self.server.seen.update(span_numbers(body))
            self.send_response(503 if self.server.away else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

        def handle_error(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.seen, self.away = set(), True
        threading.Thread(target=self.serve_forever, daemon=True).start()


backend, port = Backend(), free_port()
config = f"""receivers: {{otlp: {{protocols: {{http: {{endpoint: '127.0.0.1:{port}'}}}}}}}}
exporters:
  otlphttp/a: &exporter
    endpoint: 'http://127.0.0.1:{backend.server_port}'
    compression: none
    sending_queue: {{queue_size: 100000}}
    retry_on_failure: {{initial_interval: 50ms, max_interval: 200ms, max_elapsed_time: 0s}}
  otlphttp/b: *exporter
  otlphttp/c: *exporter
  otlphttp/d: *exporter
service: {{pipelines: {{traces: {{receivers: [otlp], exporters: [otlphttp/a, otlphttp/b, otlphttp/c, otlphttp/d]}}}}}}
"""
binary = build(whittle, work, "budget", config)


def held_open(n):
    """A request of 15 MiB of which 1.5 MiB come."""
    s = socket.create_connection(("127.0.0.1", port))
    s.settimeout(10)
    try:
        s.sendall(b"POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\ncontent-length: %d\r\n\r\n" % (15 * MIB) + bytes(3 * MIB // 2))
    except OSError:
        pass
    return s


def packed(number):
    """Twelve megabytes that are twelve kilobytes on the wire."""
    body = gzip.compress(request(number, 1, b"x" * (12 * MIB)), 9)
    ask = urllib.request.Request(f"http://127.0.0.1:{port}/v1/traces", body, {"content-type": "application/x-protobuf", "content-encoding": "gzip"})
    try:
        return urllib.request.urlopen(ask, timeout=20).status
    except urllib.error.HTTPError as e:
        return e.code
    except OSError:
        return 0


def flood(c, limit):
    """The collector has `limit` MiB."""
    backend.away = True
    acknowledged, answers = set(), []

    def large(n):
        status, _ = post(port, request(n * 10, 10, bytes([97 + n % 26]) * (300_000)), 20)
        answers.append(status)
        if status == 200:
            acknowledged.update(range(n * 10, n * 10 + 10))

    with concurrent.futures.ThreadPoolExecutor(24) as senders:
        list(senders.map(large, range(60)))
        begun = list(senders.map(held_open, range(60)))
        bombs = list(senders.map(packed, range(10**6, 10**6 + 40)))
        list(senders.map(large, range(60, 120)))
    most = c.resident()[1]
    print(f"{len(acknowledged) // 10} of 120 requests of 3 MB taken, {answers.count(503)} told to come again, packed ones {sorted(set(bombs))}; {most} KiB at the most")
    assert most < limit * 1024, most
    assert acknowledged and 503 in answers and set(answers) <= {200, 503, 0}, answers
    assert 503 in bombs and not set(bombs) - {200, 503, 0}, bombs
    acknowledged |= {10**6 + i for i, status in enumerate(bombs) if status == 200}
    assert "holds as much memory as it may" in c.log(), c.log()[-2000:]
    for s in begun:
        s.close()
    backend.away = False
    wait(lambda: acknowledged <= backend.seen, lambda: f"{len(acknowledged - backend.seen)} acknowledged spans are lost\n" + c.log()[-2000:])
    wait(lambda: post(port, request(5, 10))[0] == 200, "it takes nothing any more", 10)
    assert c.resident()[1] < limit * 1024, c.resident()
    assert c.stop() == 0


with Collector(binary, {"WHITTLE_MEMORY": "32MiB"}) as c:
    flood(c, 32)

# What the container's definition says is what the collector is built for, and stays below.
path = os.path.join(work, "budget.yaml")
says = json.loads(subprocess.run([whittle, "taskdef", path], capture_output=True, text=True, check=True).stdout)["memory"]
plan = subprocess.run([whittle, "build", path, "--emit", "plan"], capture_output=True, text=True, check=True).stdout
assert says - 16 < int(re.search(r"memory at most (\d+) MiB", plan).group(1)) <= says, (says, plan)
binary = build(whittle, work, "built_for", config, "--memory", f"{says}MiB")
with Collector(binary) as c:
    flood(c, says)
refused = subprocess.run([whittle, "build", path, "--memory", "64", "-o", "/dev/null"], capture_output=True, text=True)
assert refused.returncode == 2 and "such as 64MiB" in refused.stderr, refused.stderr

bad = Collector(binary, {"WHITTLE_MEMORY": "much"}, ready=False)
assert bad.process.wait(10) == 1 and "WHITTLE_MEMORY is no size" in bad.log(), bad.log()
print("ok")
