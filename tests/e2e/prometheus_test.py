# SPDX-License-Identifier: Apache-2.0
"""Debian's Prometheus scrapes the exporter `prometheus`, as text, as OpenMetrics and as protobuf with native histograms; its own API
says what arrived. promtool and the parsers of PyPI's prometheus-client read the expositions.

usage: prometheus_test.py WHITTLE WORK_DIR
"""
import atexit
import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def prepare():
    if not os.path.exists(os.path.join(work, "usr", "bin", "promtool")):
        if not shutil.which("apt-get") or subprocess.run(["apt-get", "download", "prometheus"], cwd=work, capture_output=True).returncode:
            skip("Debian's Prometheus cannot be fetched")
        for package in glob.glob(os.path.join(work, "prometheus_*.deb")):
            subprocess.run(["dpkg", "-x", package, work], check=True)
            os.remove(package)
    venv = os.path.join(work, "venv")
    python = os.path.join(venv, "bin", "python")
    if not os.path.exists(os.path.join(venv, ".complete")):
        for command in ([sys.executable, "-m", "venv", venv], [python, "-m", "pip", "install", "-q", "prometheus-client==0.*"]):
            if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
                skip("prometheus-client cannot be installed")
        open(os.path.join(venv, ".complete"), "w").close()
    if os.environ.get("WHITTLE_PROMETHEUS_VENV") != "1":
        os.environ["WHITTLE_PROMETHEUS_VENV"] = "1"
        os.execv(python, [python] + sys.argv)


prepare()
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open_metrics  # noqa: E402
from prometheus_client.parser import text_string_to_metric_families as parse_text  # noqa: E402


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait(condition, why, seconds=60):
    end = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except OSError:
            pass
        assert time.monotonic() < end, why
        time.sleep(0.1)


receive, expose = free_port(), free_port()
config, binary = os.path.join(work, "collector.json"), os.path.join(work, "collector")
with open(config, "w") as f:
    json.dump({"receivers": {"otlp": {"protocols": {"http": {"endpoint": f"127.0.0.1:{receive}"}}}},
               "exporters": {"prometheus": {"endpoint": f"127.0.0.1:{expose}", "enable_open_metrics": True, "const_labels": {"env": "test"},
                                            "namespace": "shop"}},
               "service": {"pipelines": {"metrics": {"receivers": ["otlp"], "exporters": ["prometheus"]}}}}, f)
subprocess.run([whittle, "build", config, "-o", binary], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
log = open(binary + ".log", "w+")
collector = subprocess.Popen([binary], stderr=log)
atexit.register(collector.kill)


def attribute(key, value):
    return {"key": key, "value": {"stringValue": value}}


def send(metrics):
    body = {"resourceMetrics": [{"resource": {"attributes": [attribute("service.name", "orders"), attribute("service.instance.id", "i-1"),
                                                             attribute("cloud.region", "us-east-1")]},
                                 "scopeMetrics": [{"scope": {"name": "app", "version": "1"}, "metrics": metrics}]}]}
    request = urllib.request.Request(f"http://127.0.0.1:{receive}/v1/metrics", json.dumps(body).encode(), {"content-type": "application/json"})
    assert urllib.request.urlopen(request).status == 200


def all_kinds(now):
    t, s = str(now), str(now - 10_000_000_000)
    exemplar = {"timeUnixNano": t, "asDouble": 0.7, "traceId": "01" * 16, "spanId": "02" * 8}
    return [
        {"name": "http.requests", "unit": "1", "description": "Requests \"so far\".\nAll.", "sum": {"aggregationTemporality": 2, "isMonotonic": True, "dataPoints": [
            {"startTimeUnixNano": s, "timeUnixNano": t, "asInt": "42", "exemplars": [exemplar], "attributes": [attribute("http.route", "/a\"\\\n✓")]}]}},
        {"name": "queue.depth", "gauge": {"dataPoints": [{"timeUnixNano": t, "asDouble": 2.5}]}},
        {"name": "latency", "unit": "s", "histogram": {"aggregationTemporality": 2, "dataPoints": [
            {"startTimeUnixNano": s, "timeUnixNano": t, "count": "6", "sum": 9.5, "bucketCounts": ["1", "2", "3"], "explicitBounds": [0.5, 1], "exemplars": [exemplar]}]}},
        {"name": "rpc", "summary": {"dataPoints": [{"timeUnixNano": t, "count": "10", "sum": 20, "quantileValues": [{"quantile": 0.5, "value": 2}]}]}},
        {"name": "sizes", "unit": "By", "exponentialHistogram": {"aggregationTemporality": 2, "dataPoints": [
            {"startTimeUnixNano": s, "timeUnixNano": t, "count": "7", "sum": 30, "scale": 0, "zeroCount": "1", "positive": {"offset": 0, "bucketCounts": ["1", "2", "3"]}}]}},
    ]


wait(lambda: urllib.request.urlopen(f"http://127.0.0.1:{expose}/metrics").status == 200, "it starts")
send(all_kinds(time.time_ns()))


def scrape(accept, coding=""):
    request = urllib.request.Request(f"http://127.0.0.1:{expose}/metrics", headers={"Accept": accept, "Accept-Encoding": coding})
    return urllib.request.urlopen(request)


# ---- the parsers
text = scrape("text/plain").read().decode()
families = {f.name: f for f in parse_text(text)}
requests = families["shop_http_requests"].samples[0]
assert requests.value == 42 and requests.labels["http_route"] == "/a\"\\\n✓" and requests.labels["env"] == "test", requests
assert {s.labels.get("le"): s.value for s in families["shop_latency_seconds"].samples if s.name.endswith("_bucket")} == {"0.5": 1, "1": 3, "+Inf": 6}
assert families["shop_target_info"].samples[0].labels["cloud_region"] == "us-east-1"
open_metrics = scrape("application/openmetrics-text;version=1.0.0").read().decode()
families = {f.name: f for f in parse_open_metrics(open_metrics)}
assert families["shop_http_requests"].samples[0].exemplar.labels["trace_id"] == "01" * 16
assert next(s for s in families["shop_latency_seconds"].samples if s.labels.get("le") == "1.0").exemplar.value == 0.7
assert scrape("text/plain", "gzip").headers["content-encoding"] == "gzip"
promtool = subprocess.run([os.path.join(work, "usr", "bin", "promtool"), "check", "metrics"], input=text, capture_output=True, text=True)
assert "error while" not in promtool.stderr, promtool.stderr


# ---- Prometheus itself
def prometheus(name, *features):
    port, folder = free_port(), os.path.join(work, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with open(os.path.join(folder, "prometheus.yml"), "w") as f:
        f.write(f"global: {{scrape_interval: 1s}}\nscrape_configs:\n- {{job_name: w, honor_labels: true, static_configs: [{{targets: ['127.0.0.1:{expose}']}}]}}\n")
    process = subprocess.Popen([os.path.join(work, "usr", "bin", "prometheus"), f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
                                f"--web.listen-address=127.0.0.1:{port}", f"--enable-feature={','.join(features)}"],
                               stdout=subprocess.DEVNULL, stderr=open(os.path.join(folder, "log"), "w"))

    def ask(path, **arguments):
        url = f"http://127.0.0.1:{port}/api/v1/{path}?" + urllib.parse.urlencode(arguments)
        return json.loads(urllib.request.urlopen(url).read())["data"]

    def value(query):
        result = ask("query", query=query)["result"]
        return float(result[0]["value"][1]) if result else None
    return process, ask, value


for name, features in (("classic", ["exemplar-storage"]), ("native", ["exemplar-storage", "native-histograms"])):
    process, ask, value = prometheus(name, *features)
    try:
        wait(lambda: value("up") == 1, "the target is up")
        wait(lambda: value('shop_http_requests_total{job="orders",instance="i-1",otel_scope_name="app"}') == 42, "the counter arrives")
        assert value("shop_queue_depth") == 2.5
        assert value('shop_latency_seconds_bucket{le="1"}' if name == "classic" else 'shop_latency_seconds_bucket{le="1.0"}') in (3, None)
        assert value("shop_latency_seconds_sum") == 9.5
        assert value('shop_rpc{quantile="0.5"}') == 2
        assert value('shop_target_info{cloud_region="us-east-1"}') == 1
        if name == "native":
            assert value("histogram_count(shop_sizes_bytes)") == 7, ask("query", query="shop_sizes_bytes")
            assert value("histogram_sum(shop_sizes_bytes)") == 30
            assert 2 < value("histogram_quantile(0.5, shop_sizes_bytes)") < 8
        exemplars = ask("query_exemplars", query="shop_http_requests_total", start=time.time() - 60, end=time.time() + 60)
        assert exemplars and exemplars[0]["exemplars"][0]["labels"]["trace_id"] == "01" * 16, exemplars
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)

collector.send_signal(signal.SIGTERM)
assert collector.wait(30) == 0
print("ok")
