# SPDX-License-Identifier: Apache-2.0
"""PyPI's prometheus-client, scraped: in the text format and in OpenMetrics with exemplars and start times, over TLS with a password,
by targets that a file lists and that go away again.

usage: scrape_test.py WHITTLE WORK_DIR
"""
import base64
import gzip
import http.server
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import time

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def prepare():
    venv = os.path.join(work, "venv")
    python = os.path.join(venv, "bin", "python")
    if not os.path.exists(os.path.join(venv, ".complete")):
        for command in ([sys.executable, "-m", "venv", venv], [python, "-m", "pip", "install", "-q", "prometheus-client==0.*"]):
            if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
                skip("the client cannot be installed")
        open(os.path.join(venv, ".complete"), "w").close()
    if os.environ.get("WHITTLE_SCRAPE_VENV") != "1":
        os.environ["WHITTLE_SCRAPE_VENV"] = "1"
        os.execv(python, [python] + sys.argv)


prepare()
import prometheus_client as client  # noqa: E402


def wait(condition, why, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, why
        time.sleep(0.05)


def serve(handler, context=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


registry = client.CollectorRegistry()
requests = client.Counter("requests", "All requests.", ["code"], registry=registry)
latency = client.Histogram("latency_seconds", "How long.", buckets=[0.1, 1], registry=registry)
temperature = client.Gauge("temperature", "Degrees.", registry=registry)
size = client.Summary("size", "Bytes.", registry=registry)
requests.labels("200").inc(3, {"trace_id": "0123456789abcdef0123456789abcdef"})
latency.observe(0.05)
latency.observe(2)
temperature.set(21.5)
size.observe(7)
seen = []


class Metrics(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    secret = None

    def do_GET(self):
        seen.append((self.path, dict(self.headers)))
        if self.secret and self.headers.get("authorization") != self.secret:
            self.send_response(401)
            self.send_header("content-length", "0")
            self.end_headers()
            return
        make, kind = client.exposition.choose_encoder(self.headers.get("accept"))
        if self.path == "/text":
            make, kind = client.generate_latest, client.CONTENT_TYPE_LATEST
        body = gzip.compress(make(registry))
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-encoding", "gzip")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Secure(Metrics):
    secret = "Basic " + base64.b64encode(b"me:s3cret").decode()


subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=metrics",
                "-addext", "subjectAltName=DNS:metrics.local", "-keyout", work + "/key.pem", "-out", work + "/cert.pem"],
               check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(work + "/cert.pem", work + "/key.pem")
plain, secure = serve(Metrics), serve(Secure, context)
points = []  # (resource, metric, kind, point)


class Otlp(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        for rm in json.loads(body).get("resourceMetrics", []):
            resource = {a["key"]: a["value"].get("stringValue") for a in rm["resource"]["attributes"]}
            for sm in rm["scopeMetrics"]:
                for m in sm["metrics"]:
                    kind = next(k for k in ("gauge", "sum", "histogram", "summary") if k in m)
                    points.extend((resource, m, kind, p) for p in m[kind]["dataPoints"])
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


sink = serve(Otlp)
listed = work + "/targets.json"
with open(listed, "w") as f:
    json.dump([{"targets": [f"127.0.0.1:{plain}"], "labels": {"team": "shop"}}], f)
with open(work + "/collector.yaml", "w") as f:
    f.write(f"""receivers:
  prometheus:
    config:
      scrape_configs:
        - job_name: open
          scrape_interval: 1s
          static_configs: [{{targets: ["127.0.0.1:{plain}"]}}]
        - job_name: text
          scrape_interval: 1s
          metrics_path: /text
          file_sd_configs: [{{files: ["{listed}"], refresh_interval: 1s}}]
          metric_relabel_configs: [{{source_labels: [__name__], regex: "size_.*|temperature", action: drop}}]
        - job_name: secure
          scrape_interval: 1s
          scheme: https
          basic_auth: {{username: me, password: s3cret}}
          tls_config: {{ca_file: {work}/cert.pem, server_name: metrics.local}}
          static_configs: [{{targets: ["127.0.0.1:{secure}"]}}]
exporters:
  otlphttp: {{endpoint: "http://127.0.0.1:{sink}", encoding: json}}
service:
  pipelines:
    metrics: {{receivers: [prometheus], exporters: [otlphttp]}}
""")
subprocess.run([whittle, "build", work + "/collector.yaml", "-o", work + "/collector"], check=True, stdout=subprocess.DEVNULL)
collector = subprocess.Popen([work + "/collector"], stderr=open(work + "/log", "w"))


def of(job, name, part=lambda p: True):
    return [(m, k, p) for r, m, k, p in list(points) if r["service.name"] == job and m["name"] == name and part(p)]


def attributes(p):
    return {a["key"]: a["value"]["stringValue"] for a in p.get("attributes", [])}


try:
    for job in ("open", "text", "secure"):
        wait(lambda: of(job, "up", lambda p: p.get("asDouble") == 1), f"{job} is not up")
    m, kind, p = of("open", "requests_total")[0]
    assert kind == "sum" and m["sum"]["isMonotonic"] and p["asDouble"] == 3 and attributes(p) == {"code": "200"}, p
    assert p["exemplars"][0]["traceId"] == "0123456789abcdef0123456789abcdef", p
    assert abs(int(p["startTimeUnixNano"]) / 1e9 - time.time()) < 600, p
    m, kind, p = of("open", "latency_seconds")[0]
    assert kind == "histogram" and p["bucketCounts"] == ["1", "0", "1"] and p["explicitBounds"] == [0.1, 1] and p["sum"] == 2.05, p
    m, kind, p = of("open", "size")[0]
    assert kind == "summary" and p["count"] == "1" and p["sum"] == 7, p
    assert of("secure", "temperature")[0][2]["asDouble"] == 21.5
    m, kind, p = of("text", "requests_total")[0]
    assert attributes(p) == {"code": "200", "team": "shop"} and "exemplars" not in p, p
    assert not of("text", "temperature") and not of("text", "size") and of("text", "latency_seconds")
    headers = next(h for path, h in seen if path == "/metrics")
    assert "application/openmetrics-text;version=1.0.0" in headers["Accept"] and headers["X-Prometheus-Scrape-Timeout-Seconds"] == "1", headers

    # A series that goes away is marked, and so is a target.
    requests.remove("200")
    wait(lambda: of("open", "requests_total", lambda p: p.get("flags") == 1), "the series is not marked")
    with open(listed, "w") as f:
        json.dump([], f)
    wait(lambda: of("text", "up", lambda p: p.get("flags") == 1), "the target is not marked")
    collector.send_signal(signal.SIGTERM)
    assert collector.wait(20) == 0
    log = open(work + "/log").read()
    assert " error " not in log and "panic" not in log, log

    # What is scraped once more when the collector stops goes through a batch, and is not waited for afterwards.
    with open(work + "/last.yaml", "w") as f:
        f.write(f"""receivers:
  prometheus:
    scrape_on_shutdown: true
    config:
      scrape_configs: [{{job_name: last, scrape_interval: 1h, static_configs: [{{targets: ["127.0.0.1:{plain}"]}}]}}]
processors: {{batch: {{}}}}
exporters: {{debug: {{verbosity: normal}}}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines: {{metrics: {{receivers: [prometheus], processors: [batch], exporters: [debug]}}}}
""")
    subprocess.run([whittle, "build", work + "/last.yaml", "-o", work + "/last"], check=True, stdout=subprocess.DEVNULL)
    collector = subprocess.Popen([work + "/last"], stderr=open(work + "/log", "w"))
    wait(lambda: "everything is ready" in open(work + "/log").read(), "it does not start")
    collector.send_signal(signal.SIGTERM)
    assert collector.wait(10) == 0
    assert "temperature 21.5" in open(work + "/log").read()
finally:
    collector.kill()
print("ok")
