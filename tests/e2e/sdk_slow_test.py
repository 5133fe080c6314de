# SPDX-License-Identifier: Apache-2.0
"""OpenTelemetry SDKs for Python, Node.js and Go that are told to slow down: while the backend is away the collector's queue is full and
every request is refused, over gRPC and HTTP; when the backend is back each SDK has delivered everything, without an error in
the application.

usage: sdk_slow_test.py WHITTLE WORK_DIR    shares its folder with sdk_test.py, which brings the SDKs
Exits 77 when the SDKs cannot be had.
"""
import os
import subprocess
import sys
import threading
import time

from numbered import Collector, build, free_port, metric, post, request, wait
from sdk_test import COUNT, HERE, Sink, prepare, whittle, work

python, node, go = prepare()
sink = Sink()
grpc_port, http_port, own = (free_port() for _ in range(3))


class Gate:
    """The backend's port, which nothing answers at until it is opened."""

    def __init__(self):
        import http.server
        gate = self
        self.open = False

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                import urllib.request
                body = self.rfile.read(int(self.headers["content-length"]))
                if gate.open:
                    headers = {k: v for k, v in self.headers.items() if k.lower() in ("content-type", "content-encoding")}
                    urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{sink.port}{self.path}", body, headers)).read()
                self.send_response(200 if gate.open else 503)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.port = self.server.server_address[1]


gate = Gate()
binary = build(whittle, work, "slow", f"""receivers:
  otlp: {{protocols: {{grpc: {{endpoint: "127.0.0.1:{grpc_port}"}}, http: {{endpoint: "127.0.0.1:{http_port}"}}}}}}
exporters:
  otlphttp:
    endpoint: "http://127.0.0.1:{gate.port}"
    sending_queue: {{queue_size: 5, block_on_overflow: true}}
    retry_on_failure: {{initial_interval: 50ms, max_interval: 200ms, max_elapsed_time: 0s}}
service:
  telemetry: {{metrics: {{readers: [{{pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: {own}}}}}}}}}]}}}}
  pipelines:
    traces: {{receivers: [otlp], exporters: [otlphttp]}}
    metrics: {{receivers: [otlp], exporters: [otlphttp]}}
    logs: {{receivers: [otlp], exporters: [otlphttp]}}
""")
senders = {"python": [python, os.path.join(HERE, "sdk_python.py")]}
if node:
    senders["node"] = ["node", os.path.join(node, "sdk_node.js")]
if go:
    senders["go"] = [os.path.join(go, "sdk_go")]
failed, runs = [], []
# Exporters that give up what is refused once, whatever they are told.
DO_NOT_TRY_AGAIN = {("node", "grpc")}
with Collector(binary) as collector:
    for protocol in ("grpc", "http/protobuf"):
        gate.open = False
        number = 10**9
        while post(http_port, request(number, 10, b"x"))[0] == 200:
            number += 10
        refused = lambda: sum(metric(own, f"otelcol_receiver_refused_{k}") for k in ("spans", "metric_points", "log_records"))
        before = refused()
        started = {}
        for sdk, command in senders.items():
            if (sdk, protocol) in DO_NOT_TRY_AGAIN:
                continue
            name = f"slow {sdk} {protocol}"
            endpoint = f"http://127.0.0.1:{grpc_port if protocol == 'grpc' else http_port}"
            runs.append(name)
            started[name] = subprocess.Popen(command + [name, protocol, "gzip", endpoint, str(COUNT)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        wait(lambda: refused() >= before + COUNT * len(started), lambda: f"nobody is told to wait: {refused() - before}")
        time.sleep(0.5)
        gate.open = True
        for name, process in started.items():
            try:
                said, _ = process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                said = "it does not end"
            lines = [l for l in said.splitlines() if ("rror" in l or "xception" in l or "Failed" in l or "it does not" in l) and "Transient error" not in l]
            if process.returncode != 0 or lines:
                failed.append(f"{name}: {said[-800:]}")

    def of(name):
        with sink.lock:
            return (len([1 for (scope, _) in sink.spans if scope == name]), len([1 for (scope, _) in sink.points if scope == name]),
                    len([1 for body in sink.logs if body.startswith(name + " #")]))

    wait(lambda: failed or all(of(n) == (COUNT,) * 3 for n in runs), lambda: str({n: of(n) for n in runs}), 20)
    assert collector.stop() == 0
for line in failed:
    print("FAILED", line)
missing = [s for s, have in (("node", node), ("go", go)) if not have]
print(f"{len(runs)} runs of {3 * COUNT} items were told to wait and delivered everything, {len(failed)} failures" + "; skipped: Node's exporter over gRPC, which does not try again" + (f", and no SDK for {', '.join(missing)}" if missing else ""))
sys.exit(1 if failed else 0)
