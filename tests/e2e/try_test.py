# SPDX-License-Identifier: Apache-2.0
"""`whittle try`: what backends would have got is shown, decoded, and nothing leaves the machine: gRPC and OTLP/HTTP with TLS, X-Ray,
signed remote write to a URL that no variable gives, and scrapes of a server that is there and of one that is not.

usage: try_test.py WHITTLE WORK_DIR
"""
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time

from numbered import free_port, post, request

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)
port = free_port()


class Scraped(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"# TYPE of_the_application gauge\nof_the_application 7\n"
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


there = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Scraped)
threading.Thread(target=there.serve_forever, daemon=True).start()
WHOLE = f"""receivers:
  otlp: {{protocols: {{http: {{endpoint: '127.0.0.1:{port}'}}}}}}
  awsecscontainermetrics: {{collection_interval: 1s}}
  prometheus:
    config:
      scrape_configs:
        - job_name: there
          scrape_interval: 1s
          scrape_timeout: 1s
          static_configs: [{{targets: ['127.0.0.1:{there.server_port}']}}]
        - job_name: away
          scrape_interval: 1s
          scrape_timeout: 1s
          scheme: https
          static_configs: [{{targets: ['${{env:SCRAPED_HOST}}']}}]
extensions: {{sigv4auth: {{}}}}
processors: {{resourcedetection: {{detectors: [ecs]}}}}
exporters:
  otlp: {{endpoint: 'collector.example.com:4317'}}
  otlphttp: {{endpoint: 'https://collector.example.com'}}
  otlphttp/here: {{endpoint: 'http://localhost:1', compression: none}}
  awsxray: {{region: us-east-1}}
  prometheusremotewrite: {{endpoint: '${{env:REMOTE_WRITE_URL}}', auth: {{authenticator: sigv4auth}}, resource_to_telemetry_conversion: {{enabled: true}}}}
service:
  extensions: [sigv4auth]
  telemetry: {{metrics: {{level: none}}}}
  pipelines:
    traces: {{receivers: [otlp], exporters: [otlp, otlphttp, otlphttp/here, awsxray]}}
    metrics: {{receivers: [awsecscontainermetrics, prometheus], processors: [resourcedetection], exporters: [prometheusremotewrite]}}
"""


def attempt(name, config, seconds, *options, send=False):
    path = os.path.join(work, name + ".yaml")
    with open(path, "w") as f:
        f.write(config)
    environment = {k: v for k, v in os.environ.items() if k not in ("SCRAPED_HOST", "REMOTE_WRITE_URL") and "proxy" not in k.lower()}
    process = subprocess.Popen([whittle, "try", path, "--seconds", str(seconds), "--body", "1000000", *options], env=environment,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    while send and process.poll() is None:
        assert time.monotonic() < end
        if post(port, request(1, 3))[0] == 200:
            break
        time.sleep(0.1)
    out, said = process.communicate(timeout=120)
    return process.returncode, out, said


def bodies(out, call):
    """The bodies below the lines of a call."""
    return re.findall(rf"^{call} 200\n  (.*)$", out, re.M)


metrics = os.path.join(work, "metrics.txt")
with open(metrics, "w") as f:
    f.write("# TYPE given gauge\ngiven 1\n")
code, out, said = attempt("whole", WHOLE, 5, "--metrics", metrics, send=True)
assert code == 0, (code, out, said)
for call in ("grpc:traces", "collector.example.com:POST /v1/traces", "this machine:POST /v1/traces"):
    (body,) = bodies(out, call)
    spans = json.loads(body)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert len(spans) == 3, (call, body)
(segments,) = bodies(out, "xray:PutTraceSegments")
assert len(json.loads(segments)["TraceSegmentDocuments"]) == 3, segments
series = {s["labels"]["__name__"]: s["labels"] for b in bodies(out, "aps:POST /workspaces/ws-try/api/v1/remote_write") for s in json.loads(b)["timeseries"]}
for name in ("ecs_task_memory_utilized_MiB", "of_the_application", "given", "up"):
    assert name in series, sorted(series)
assert series["given"]["cloud_region"] == "us-east-1", series["given"]
for name in ("SCRAPED_HOST", "REMOTE_WRITE_URL"):
    assert f"`{name}` is not set; it is taken to be " in said, said
assert "REFUSED" not in out and "0 refused, 3 to others than AWS" in said, said

# What nobody signs AWS refuses, as ever.
code, out, said = attempt("unsigned", """receivers: {awsecscontainermetrics: {collection_interval: 1s}}
exporters: {prometheusremotewrite: {endpoint: 'https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write'}}
service: {telemetry: {metrics: {level: none}}, pipelines: {metrics: {receivers: [awsecscontainermetrics], exporters: [prometheusremotewrite]}}}
""", 4)
assert code == 1 and "REFUSED: there is no AWS4-HMAC-SHA256 signature" in out, (code, out, said)
print("ok")
