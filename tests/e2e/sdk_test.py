# SPDX-License-Identifier: Apache-2.0
"""OpenTelemetry SDKs for Python, Node.js and Go against a compiled collector.

Each SDK sends traces, metrics and logs over each protocol it offers, with and without gzip, to one collector; the collector's
otlphttp exporter sends on to a sink in this process, which decodes with the official protobuf classes. Everything must
arrive exactly once.

usage: sdk_test.py WHITTLE WORK_DIR
Exits 77 when the SDKs cannot be had (no registry, no npm, no go).
"""
import collections
import gzip
import http.server
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
COUNT = 25  # of spans, metric points and log records a run

whittle, work = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
os.makedirs(work, exist_ok=True)


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def quiet(command, **more):
    r = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if r.returncode:
        print(r.stdout[-3000:])
    return r.returncode == 0


def prepare():
    venv = os.path.join(work, "venv")
    python = os.path.join(venv, "bin", "python")
    if not os.path.exists(os.path.join(venv, ".complete")):
        if not quiet([sys.executable, "-m", "venv", venv]) or not quiet(
                [python, "-m", "pip", "install", "-q", "opentelemetry-sdk==1.38.*", "opentelemetry-exporter-otlp-proto-http==1.38.*",
                 "opentelemetry-exporter-otlp-proto-grpc==1.38.*"]):
            skip("the Python SDK cannot be installed")
        open(os.path.join(venv, ".complete"), "w").close()
    if os.environ.get("WHITTLE_SDK_VENV") != "1":
        os.environ["WHITTLE_SDK_VENV"] = "1"
        os.execv(python, [python] + sys.argv)
    node = os.path.join(work, "node")
    have_node = bool(shutil.which("npm") and shutil.which("node"))
    if have_node and not os.path.exists(os.path.join(node, ".complete")):
        os.makedirs(node, exist_ok=True)
        shutil.copy(os.path.join(HERE, "sdk_node.js"), node)
        shutil.copy(os.path.join(HERE, "package.json"), node)
        have_node = quiet(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=node)
        if have_node:
            open(os.path.join(node, ".complete"), "w").close()
    if have_node:
        shutil.copy(os.path.join(HERE, "sdk_node.js"), node)
    go = os.path.join(work, "go")
    have_go = bool(shutil.which("go"))
    if have_go and not os.path.exists(os.path.join(go, "sdk_go")):
        os.makedirs(go, exist_ok=True)
        for name in ("sdk_go.go", "go.mod"):
            shutil.copy(os.path.join(HERE, name), os.path.join(go, "main.go" if name.endswith(".go") else name))
        have_go = quiet(["go", "mod", "tidy"], cwd=go) and quiet(["go", "build", "-o", "sdk_go", "."], cwd=go)
    return python, node if have_node else None, go if have_go else None


class Sink:
    """Counts what arrives, by signal and run: the name of the tracer, meter and logger."""

    def __init__(self):
        from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
        from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
        sink = self
        self.spans, self.points, self.logs = collections.Counter(), collections.Counter(), collections.Counter()
        self.lock = threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                with sink.lock:
                    if self.path == "/v1/traces":
                        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
                            for scope in group.scope_spans:
                                for span in scope.spans:
                                    sink.spans[scope.scope.name, span.span_id.hex()] += 1
                    elif self.path == "/v1/metrics":
                        for group in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                            for scope in group.scope_metrics:
                                for metric in scope.metrics:
                                    for point in metric.gauge.data_points or metric.sum.data_points:
                                        i = next(a.value.int_value for a in point.attributes if a.key == "i")
                                        sink.points[scope.scope.name, i] += 1
                    else:
                        for group in ExportLogsServiceRequest.FromString(body).resource_logs:
                            for scope in group.scope_logs:
                                for record in scope.log_records:
                                    sink.logs[record.body.string_value] += 1
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.port = self.server.server_address[1]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def main():
    python, node, go = prepare()
    sink = Sink()
    grpc_port, http_port = free_port(), free_port()
    config = os.path.join(work, "collector.yaml")
    with open(config, "w") as f:
        f.write(f"""
receivers:
  otlp:
    protocols:
      grpc: {{endpoint: 127.0.0.1:{grpc_port}}}
      http: {{endpoint: 127.0.0.1:{http_port}}}
processors:
  batch: {{timeout: 200ms, send_batch_size: 64, send_batch_max_size: 100}}
exporters:
  otlphttp: {{endpoint: http://127.0.0.1:{sink.port}}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines:
    traces: {{receivers: [otlp], processors: [batch], exporters: [otlphttp]}}
    metrics: {{receivers: [otlp], processors: [batch], exporters: [otlphttp]}}
    logs: {{receivers: [otlp], processors: [batch], exporters: [otlphttp]}}
""")
    binary = os.path.join(work, "collector")
    subprocess.run([whittle, "build", config, "-o", binary], check=True)
    log = open(os.path.join(work, "collector.log"), "w")
    collector = subprocess.Popen([binary], stderr=log)
    time.sleep(0.3)
    runs, failed = [], []
    try:
        senders = {"python": [python, os.path.join(HERE, "sdk_python.py")]}
        if node:
            senders["node"] = ["node", os.path.join(node, "sdk_node.js")]
        if go:
            senders["go"] = [os.path.join(go, "sdk_go")]
        for sdk, command in senders.items():
            for protocol in ("grpc", "http/protobuf", "http/json"):
                if protocol == "http/json" and sdk != "node":
                    continue  # the SDKs for Python and Go do not offer it
                for compression in ("none", "gzip"):
                    name = f"{sdk} {protocol} {compression}"
                    endpoint = f"http://127.0.0.1:{grpc_port if protocol == 'grpc' else http_port}"
                    r = subprocess.run(command + [name, protocol, compression, endpoint, str(COUNT)], capture_output=True, text=True, timeout=60)
                    runs.append(name)
                    if r.returncode:
                        failed.append(f"{name}: the sender failed: {(r.stdout + r.stderr)[-800:]}")
        deadline = time.time() + 10
        while time.time() < deadline and (len(sink.spans) < COUNT * len(runs) or len(sink.logs) < COUNT * len(runs) or len(sink.points) < COUNT * len(runs)):
            time.sleep(0.1)
    finally:
        collector.send_signal(signal.SIGTERM)
        try:
            code = collector.wait(timeout=30)
        except subprocess.TimeoutExpired:
            collector.kill()
            code = "killed"
    if code != 0:
        failed.append(f"the collector ended with {code}")
    with sink.lock:
        for name in runs:
            spans = [n for (scope, _), n in sink.spans.items() if scope == name]
            points = [n for (scope, _), n in sink.points.items() if scope == name]
            logs = [n for body, n in sink.logs.items() if body.startswith(name + " #")]
            for what, counts in (("spans", spans), ("points", points), ("logs", logs)):
                if len(counts) != COUNT or set(counts) != {1}:
                    failed.append(f"{name}: {len(counts)} of {COUNT} {what} arrived, {sum(counts)} times in all")
    for line in failed:
        print("FAILED", line)
    missing = [s for s, have in (("node", node), ("go", go)) if not have]
    print(f"{len(runs)} runs of {3 * COUNT} items over {len(senders)} SDKs, {len(failed)} failures" + (f"; skipped: no SDK for {', '.join(missing)}" if missing else ""))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
