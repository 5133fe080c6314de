# SPDX-License-Identifier: Apache-2.0
"""Debian's Prometheus as the target of remote write: its own API says what arrived of metrics of every kind that came by OTLP and by
scraping, exemplars and native histograms among them; what it refuses is told in its words, and what follows arrives.

usage: remote_write_test.py WHITTLE WORK_DIR    shares its folder with prometheus_test.py, which brings Prometheus
Exits 77 when Prometheus cannot be had.
"""
import glob
import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

from numbered import Collector, build, free_port, metric, wait

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)
program = os.path.join(work, "usr", "bin", "prometheus")
if not os.path.exists(program):
    if not shutil.which("apt-get") or subprocess.run(["apt-get", "download", "prometheus"], cwd=work, capture_output=True).returncode:
        print("skipped: Debian's Prometheus cannot be fetched")
        sys.exit(77)
    for package in glob.glob(os.path.join(work, "prometheus_*.deb")):
        subprocess.run(["dpkg", "-x", package, work], check=True)
        os.remove(package)


class Target(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"# TYPE jobs counter\njobs_total 5 # {trace_id=\"" + b"03" * 16 + b"\"} 1\n# TYPE wait gauge\nwait{kind=\"a\"} 1.5\n# EOF\n"
        self.send_response(200)
        self.send_header("content-type", "application/openmetrics-text; version=1.0.0")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


target = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Target)
threading.Thread(target=target.serve_forever, daemon=True).start()
port, receive, own = free_port(), free_port(), free_port()
folder = os.path.join(work, "remote_write")
shutil.rmtree(folder, ignore_errors=True)
os.makedirs(folder)
with open(os.path.join(folder, "prometheus.yml"), "w") as f:
    f.write("global: {}\nstorage: {exemplars: {max_exemplars: 1000}}\n")
prometheus = subprocess.Popen([program, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}",
                               "--web.enable-remote-write-receiver", "--enable-feature=exemplar-storage,native-histograms"],
                              stdout=subprocess.DEVNULL, stderr=open(os.path.join(folder, "log"), "w"))


def ask(path, **arguments):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}?" + urllib.parse.urlencode(arguments)) as answer:
        return json.loads(answer.read())["data"]


def value(query):
    try:
        result = ask("query", query=query)["result"]
    except OSError:
        return None
    return float(result[0]["value"][1]) if result else None


def attribute(key, text):
    return {"key": key, "value": {"stringValue": text}}


def send(metrics):
    body = {"resourceMetrics": [{"resource": {"attributes": [attribute("service.name", "orders"), attribute("service.instance.id", "i-1"),
                                                             attribute("cloud.region", "us-east-1")]},
                                 "scopeMetrics": [{"scope": {"name": "app", "version": "1"}, "metrics": metrics}]}]}
    ask = urllib.request.Request(f"http://127.0.0.1:{receive}/v1/metrics", json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(ask) as answer:
        assert answer.status == 200


def gauge(name, number, ns):
    return {"name": name, "gauge": {"dataPoints": [{"timeUnixNano": str(ns), "asDouble": number}]}}


def all_kinds(now):
    t, s = str(now), str(now - 10_000_000_000)
    exemplar = {"timeUnixNano": t, "asDouble": 0.7, "traceId": "01" * 16, "spanId": "02" * 8}
    return [
        {"name": "http.requests", "unit": "1", "sum": {"aggregationTemporality": 2, "isMonotonic": True, "dataPoints": [
            {"startTimeUnixNano": s, "timeUnixNano": t, "asInt": "42", "exemplars": [exemplar], "attributes": [attribute("http.route", "/a\"\\\n✓")]}]}},
        gauge("queue.depth", 2.5, now),
        {"name": "latency", "unit": "s", "histogram": {"aggregationTemporality": 2, "dataPoints": [
            {"startTimeUnixNano": s, "timeUnixNano": t, "count": "6", "sum": 9.5, "bucketCounts": ["1", "2", "3"], "explicitBounds": [0.5, 1], "exemplars": [exemplar]}]}},
        {"name": "rpc", "summary": {"dataPoints": [{"timeUnixNano": t, "count": "10", "sum": 20, "quantileValues": [{"quantile": 0.5, "value": 2}]}]}},
        {"name": "sizes", "unit": "By", "exponentialHistogram": {"aggregationTemporality": 2, "dataPoints": [
            {"startTimeUnixNano": s, "timeUnixNano": t, "count": "7", "sum": 30, "scale": 0, "zeroCount": "1", "positive": {"offset": 0, "bucketCounts": ["1", "2", "3"]}}]}},
    ]


binary = build(whittle, work, "writer", f"""receivers:
  otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{receive}"}}}}}}
  prometheus:
    config:
      scrape_configs: [{{job_name: scraped, scrape_interval: 1s, scrape_timeout: 1s, static_configs: [{{targets: ["127.0.0.1:{target.server_port}"]}}]}}]
exporters:
  prometheusremotewrite: {{endpoint: "http://127.0.0.1:{port}/api/v1/write", namespace: shop, external_labels: {{env: test}}}}
service:
  telemetry: {{metrics: {{readers: [{{pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: {own}}}}}}}}}]}}}}
  pipelines: {{metrics: {{receivers: [otlp, prometheus], exporters: [prometheusremotewrite]}}}}
""", "--linger", "0s")
try:
    wait(lambda: value("vector(1)") == 1, "Prometheus starts")
    with Collector(binary) as collector:
        now = time.time_ns()
        send(all_kinds(now))
        labels = 'job="orders",instance="i-1",env="test"'
        wait(lambda: value(f"shop_http_requests_total{{{labels}}}") == 42, lambda: "the counter arrives: " + collector.log())
        (series,) = ask("query", query="shop_http_requests_total")["result"]
        assert series["metric"]["http_route"] == "/a\"\\\n✓", series
        assert value("shop_queue_depth") == 2.5
        assert value('shop_latency_seconds_bucket{le="1"}') == 3 and value('shop_latency_seconds_bucket{le="+Inf"}') == 6
        assert value("shop_latency_seconds_sum") == 9.5 and value("shop_latency_seconds_count") == 6
        assert value('shop_rpc{quantile="0.5"}') == 2 and value("shop_rpc_count") == 10
        assert value("histogram_count(shop_sizes_bytes)") == 7, ask("query", query="shop_sizes_bytes")
        assert value("histogram_sum(shop_sizes_bytes)") == 30 and 2 < value("histogram_quantile(0.5, shop_sizes_bytes)") < 8
        assert value(f'target_info{{{labels},cloud_region="us-east-1"}}') == 1 or value('shop_target_info{cloud_region="us-east-1"}') == 1
        for name, trace in (("shop_http_requests_total", "01"), ("shop_latency_seconds_bucket", "01"), ("shop_jobs_total", "03")):
            wait(lambda: ask("query_exemplars", query=name, start=time.time() - 60, end=time.time() + 60), lambda: name + " has exemplars")
            found = ask("query_exemplars", query=name, start=time.time() - 60, end=time.time() + 60)
            assert found[0]["exemplars"][0]["labels"]["trace_id"] == trace * 16, found

        # What was scraped, with what the receiver says of its target.
        wait(lambda: value('shop_jobs_total{job="scraped"}') == 5, "what is scraped arrives")
        assert value('shop_wait{kind="a",job="scraped"}') == 1.5 and value('shop_up{job="scraped"}') == 1

        # A series is in order, whatever comes at a time; what is older than what is there is refused, in Prometheus' words.
        for n in range(50):
            send([gauge("steps", n, now + n * 1_000_000)])
        wait(lambda: value("shop_steps") == 49, lambda: "all steps arrive: " + collector.log())
        assert value("count_over_time(shop_steps[5m])") == 50
        send([gauge("steps", 0, now - 3_600_000_000_000)])
        wait(lambda: "out of order sample" in collector.log() or "out of bounds" in collector.log(), lambda: "it is told: " + collector.log())
        send([gauge("steps", 50, time.time_ns() + 1_000_000)])
        wait(lambda: value("shop_steps offset -1s") == 50 or value("shop_steps") == 50, "what follows arrives")
        assert metric(own, "otelcol_exporter_send_failed_metric_points") == 1
        assert collector.stop() == 0, collector.log()
finally:
    prometheus.send_signal(signal.SIGTERM)
    prometheus.wait(30)
print("ok")
