# SPDX-License-Identifier: Apache-2.0
"""Clients that people really use, against receivers that take in neither OTLP nor anything like it: StatsD's own client and
Datadog's over UDP, TCP and Unix sockets, and the X-Ray SDK, which sends segments and asks for sampling rules through the proxy.

usage: clients_test.py WHITTLE WORK_DIR
"""
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def prepare():
    venv = os.path.join(work, "venv")
    python = os.path.join(venv, "bin", "python")
    if not os.path.exists(os.path.join(venv, ".complete")):
        for command in ([sys.executable, "-m", "venv", venv],
                        [python, "-m", "pip", "install", "-q", "statsd==4.*", "datadog==0.*", "aws-xray-sdk==2.*"]):
            if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
                skip("the clients cannot be installed")
        open(os.path.join(venv, ".complete"), "w").close()
    if os.environ.get("WHITTLE_CLIENTS_VENV") != "1":
        os.environ["WHITTLE_CLIENTS_VENV"] = "1"
        os.execv(python, [python] + sys.argv)


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(type=kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait(condition, why, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, why
        time.sleep(0.05)


class Server:
    """Keeps requests; `answer(path, body)` gives the status and the body of each answer, and may take its time."""

    def __init__(self, answer):
        self.requests = []
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"] or 0))
                server.requests.append((self.path, dict(self.headers), body))
                status, out = answer(self.path, body)
                try:
                    self.send_response(status)
                    self.send_header("content-type", "application/json")
                    self.send_header("content-length", str(len(out)))
                    self.end_headers()
                    self.wfile.write(out)
                except OSError:
                    pass  # whoever asked has gone

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def metrics_of(server):
    for path, _, body in server.requests:
        if path == "/v1/metrics":
            for r in json.loads(body)["resourceMetrics"]:
                for s in r["scopeMetrics"]:
                    yield from s["metrics"]


def spans_of(server):
    for path, _, body in server.requests:
        if path == "/v1/traces":
            for r in json.loads(body)["resourceSpans"]:
                for s in r["scopeSpans"]:
                    yield from s["spans"]


def total(server, name):
    return sum(int(p["asInt"]) for m in metrics_of(server) if m["name"] == name for p in m["sum"]["dataPoints"])


RULES = {"SamplingRuleRecords": [{"CreatedAt": 0, "ModifiedAt": 0, "SamplingRule": {
    "Attributes": {}, "FixedRate": 1, "HTTPMethod": "*", "Host": "*", "Priority": 10000, "ReservoirSize": 0, "ResourceARN": "*",
    "RuleARN": "arn:aws:xray:eu-west-1:123456789012:sampling-rule/Default", "RuleName": "Default", "ServiceName": "*", "ServiceType": "*",
    "URLPath": "*", "Version": 1}}]}


def paced(n):
    """The numbers below n, slowly enough for a socket of which the system drops what does not fit, on a busy machine too."""
    for i in range(n):
        if i % 10 == 9:
            time.sleep(0.01)
        yield i


def statsd_clients(ports, unix):
    import statsd
    from datadog.dogstatsd.base import DogStatsd
    plain = statsd.StatsClient("127.0.0.1", ports["udp"], prefix="shop")
    for _ in paced(300):
        plain.incr("orders")
    plain.timing("latency", 320)
    with plain.pipeline() as pipe:
        pipe.gauge("queue", 12)
        pipe.gauge("queue", -5, delta=True)
        pipe.incr("piped", 3)
        pipe.incr("piped", 4)
    tcp = statsd.TCPStatsClient("127.0.0.1", ports["tcp"])
    for _ in range(1000):
        tcp.incr("over.tcp")
    tcp.close()
    dog = DogStatsd(host="127.0.0.1", port=ports["udp"], disable_telemetry=True, disable_buffering=True)
    for i in paced(200):
        dog.increment("dog.carts", tags=[f"shop:{i % 4}"])
    dog.histogram("dog.size", 17.5, tags=["env:prod"])
    local = DogStatsd(socket_path=unix, disable_telemetry=True, disable_buffering=True)
    for _ in paced(50):
        local.increment("over.unix")


def xray_client(port, asked):
    os.environ["AWS_XRAY_DAEMON_ADDRESS"] = f"127.0.0.1:{port}"
    from aws_xray_sdk.core import xray_recorder
    xray_recorder.configure(service="orders", daemon_address=f"127.0.0.1:{port}", context_missing="LOG_ERROR")
    with xray_recorder.in_segment("orders") as segment:
        segment.put_annotation("customer", "c-17")
        segment.put_metadata("cart", {"items": [1, 2], "note": "<a&b>"}, "shop")
        with xray_recorder.in_subsegment("db", namespace="remote") as part:
            part.put_http_meta("status", 200)
    # The SDK's poller asks for rules in a thread of its own.
    wait(asked, "the SDK has not got its sampling rules")


def main():
    prepare()
    backend = Server(lambda path, body: (200, b"{}"))
    release = threading.Event()

    def aws_answer(path, body):
        if path == "/Slow":
            release.wait(20)
        return 200, json.dumps(RULES if path == "/GetSamplingRules" else {}).encode()

    aws = Server(aws_answer)
    ports = {"udp": free_port(socket.SOCK_DGRAM), "tcp": free_port(), "xray": free_port()}
    unix = os.path.join("/tmp", f"whittle-clients-{os.getpid()}.sock")
    config = os.path.join(work, "collector.yaml")
    with open(config, "w") as f:
        f.write(f"""receivers:
  statsd: {{endpoint: "127.0.0.1:{ports['udp']}", aggregation_interval: 1s}}
  statsd/tcp: {{endpoint: "127.0.0.1:{ports['tcp']}", transport: tcp, aggregation_interval: 1s}}
  statsd/unix: {{endpoint: "{unix}", transport: unixgram, aggregation_interval: 1h}}
  awsxray:
    endpoint: 127.0.0.1:{ports['xray']}
    proxy_server: {{endpoint: "127.0.0.1:{ports['xray']}", region: eu-west-1, aws_endpoint: "http://127.0.0.1:{aws.port}"}}
exporters:
  otlphttp: {{endpoint: "http://127.0.0.1:{backend.port}", encoding: json, compression: none}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines:
    metrics: {{receivers: [statsd, statsd/tcp, statsd/unix], exporters: [otlphttp]}}
    traces: {{receivers: [awsxray], exporters: [otlphttp]}}
""")
    binary = os.path.join(work, "collector")
    subprocess.run([whittle, "build", config, "-o", binary], check=True)
    env = {"PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
    log = open(os.path.join(work, "collector.log"), "w")
    collector = subprocess.Popen([binary], stderr=log, env=env)
    try:
        wait(lambda: os.path.exists(unix), "the collector does not listen")
        time.sleep(0.2)
        statsd_clients(ports, unix)
        sent = {"shop.orders": 300, "over.tcp": 1000, "shop.piped": 7, "dog.carts": 200}
        wait(lambda: {name: total(backend, name) for name in sent} == sent, "counters do not arrive")

        def gauges():
            return {m["name"]: m["gauge"]["dataPoints"][-1]["asDouble"] for m in metrics_of(backend) if "gauge" in m}

        wait(lambda: gauges() == {"shop.queue": 7, "shop.latency": 320, "dog.size": 17.5}, "gauges do not arrive")

        xray_client(ports["xray"], lambda: any(path == "/GetSamplingRules" for path, _, _ in aws.requests))
        wait(lambda: len(list(spans_of(backend))) == 2, "the segment does not arrive")
        spans = {s["name"]: s for s in spans_of(backend)}
        assert spans["db"]["parentSpanId"] == spans["orders"]["spanId"]
        attributes = {a["key"]: a["value"] for a in spans["orders"]["attributes"]}
        assert attributes["customer"] == {"stringValue": "c-17"}, attributes
        assert json.loads(attributes["aws.xray.metadata.shop"]["stringValue"]) == {"cart": {"items": [1, 2], "note": "<a&b>"}}
        _, headers, _ = next(r for r in aws.requests if r[0] == "/GetSamplingRules")
        headers = {k.lower(): v for k, v in headers.items()}
        assert "/eu-west-1/xray/aws4_request" in headers["authorization"], headers

        # Answers in the order of requests, also while the first one is still to come; and a client that does not wait.
        proxy = socket.create_connection(("127.0.0.1", ports["xray"]))
        ask = "POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{}}"
        proxy.sendall((ask.format("/Slow") + ask.format("/GetSamplingRules")).encode())
        impatient = socket.create_connection(("127.0.0.1", ports["xray"]))
        impatient.sendall(ask.format("/Slow").encode())
        wait(lambda: sum(path == "/Slow" for path, _, _ in aws.requests) == 2, "the proxy does not pass requests on")
        impatient.close()
        time.sleep(0.1)
        release.set()
        got = b""
        proxy.settimeout(10)
        while b"SamplingRuleRecords" not in got:
            got += proxy.recv(65536)
        assert got.count(b"HTTP/1.1 200 OK") == 2 and got.index(b"{}") < got.index(b"SamplingRuleRecords"), got
        proxy.close()

        # The interval of this one is an hour: what it has goes out when the collector ends.
        assert total(backend, "over.unix") == 0
        collector.send_signal(signal.SIGTERM)
        assert collector.wait(20) == 0
        assert total(backend, "over.unix") == 50
        assert not os.path.exists(unix), "the socket stays behind"
    finally:
        collector.kill()
        collector.wait()
    print("ok")


main()
