# SPDX-License-Identifier: Apache-2.0
"""The X-Ray SDK for Node.js against the receiver `awsxray`: segments over UDP, and sampling by the proxy: rules, statistics, and a target
that changes what is sampled.

usage: xray_node_test.py WHITTLE WORK_DIR
Exits 77 when there is no Node.js, or the SDK cannot be had.
"""
import http.server
import json
import os
import queue
import shutil
import socket
import subprocess
import sys
import threading
import time

from numbered import Collector, build, free_port, wait

HERE = os.path.dirname(os.path.abspath(__file__))
whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)


def skip(why):
    print("skipped:", why)
    sys.exit(77)


if not shutil.which("node") or not shutil.which("npm"):
    skip("there is no Node.js")
application = os.path.join(work, "node")
shutil.copytree(os.path.join(HERE, "xray_node"), application, dirs_exist_ok=True)
if not os.path.exists(os.path.join(application, ".complete")):
    if subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=application, capture_output=True).returncode:
        skip("the SDK cannot be installed")
    open(os.path.join(application, ".complete"), "w").close()


def rule(name, priority, path, rate):
    return {"CreatedAt": 0, "ModifiedAt": 0, "SamplingRule": {
        "Attributes": {}, "FixedRate": rate, "HTTPMethod": "*", "Host": "*", "Priority": priority, "ReservoirSize": 0, "ResourceARN": "*",
        "RuleARN": f"arn:aws:xray:eu-west-1:123456789012:sampling-rule/{name}", "RuleName": name, "ServiceName": "node-shop",
        "ServiceType": "*", "URLPath": path, "Version": 1}}


class Server(http.server.ThreadingHTTPServer):
    """Answers what `answers` says of a path, and keeps (path, headers, body as JSON)."""
    daemon_threads = True

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"] or 0))
            self.server.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, json.loads(body or b"{}")))
            out = json.dumps(self.server.answers.get(self.path, {})).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(out)))
            self.end_headers()
            self.wfile.write(out)

        def log_message(self, *_):
            pass

    def __init__(self, answers):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.answers, self.requests = answers, []
        threading.Thread(target=self.serve_forever, daemon=True).start()


aws = Server({
    "/GetSamplingRules": {"SamplingRuleRecords": [rule("health", 1, "/health", 0), rule("rest", 10, "*", 1)]},
    # From then on health checks are sampled too.
    "/SamplingTargets": {"LastRuleModification": 0, "UnprocessedStatistics": [], "SamplingTargetDocuments": [
        {"RuleName": "health", "FixedRate": 1.0, "Interval": 10}, {"RuleName": "rest", "FixedRate": 1.0, "Interval": 10}]}})
backend, port = Server({}), free_port()
with socket.socket(type=socket.SOCK_DGRAM) as s:
    s.bind(("127.0.0.1", 0))
    udp = s.getsockname()[1]
binary = build(whittle, work, "collector", f"""receivers:
  awsxray:
    endpoint: 127.0.0.1:{udp}
    proxy_server: {{endpoint: '127.0.0.1:{port}', region: eu-west-1, aws_endpoint: 'http://127.0.0.1:{aws.server_port}'}}
exporters: {{otlphttp: {{endpoint: 'http://127.0.0.1:{backend.server_port}', encoding: json, compression: none}}}}
service: {{telemetry: {{metrics: {{level: none}}}}, pipelines: {{traces: {{receivers: [awsxray], exporters: [otlphttp]}}}}}}
""")


def spans():
    for path, _, body in list(backend.requests):
        for r in body["resourceSpans"]:
            for s in r["scopeSpans"]:
                for span in s["spans"]:
                    yield r["resource"], span, {a["key"]: a["value"] for a in span.get("attributes", [])}


def paths():
    """Of the segments that have arrived."""
    return sorted(a["url.full"]["stringValue"] if "url.full" in a else a["http.url"]["stringValue"] for _, s, a in spans() if s.get("kind") == 2)


with Collector(binary, {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}) as c:
    node = subprocess.Popen(["node", "index.js", f"udp:127.0.0.1:{udp} tcp:127.0.0.1:{port}"], cwd=application, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=open(os.path.join(work, "node.log"), "w"), text=True)
    said = queue.Queue()
    threading.Thread(target=lambda: [said.put(line.strip()) for line in node.stdout], daemon=True).start()

    rules = []

    def serve(*wanted):
        for path in wanted:
            node.stdin.write(path + "\n")
        node.stdin.flush()
        served = []
        while len(served) < len(wanted):
            (rules if (line := said.get(timeout=20)) == "rules" else served).append(line)
        assert sorted(served) == sorted(wanted), served

    try:
        # The middleware polls from the first request on, which is sampled by rules of the SDK's own.
        serve("/first")
        assert rules or said.get(timeout=20) == "rules", open(os.path.join(work, "node.log")).read()
        serve("/orders", "/health", "/broken", "/health", "/orders")
        wait(lambda: len(paths()) >= 4, lambda: "segments do not arrive\n" + c.log())
        time.sleep(0.3)
        assert [p.rsplit("/", 1)[1] for p in paths()] == ["broken", "first", "orders", "orders"], paths()
        for resource, span, attributes in spans():
            if span["name"] != "node-shop" or "broken" not in json.dumps(attributes):
                continue
            assert attributes["customer"] == {"stringValue": "c-17"}, attributes
            assert json.loads(attributes["aws.xray.metadata.shop"]["stringValue"]) == {"cart": {"items": [1, 2], "note": "<a&b>"}}
            part = next(s for _, s, _ in spans() if s.get("parentSpanId") == span["spanId"])
            assert part["name"] == "db" and part["status"]["code"] == 2, part
            event = {a["key"]: a["value"] for a in part["events"][0]["attributes"]}
            assert event["exception.message"] == {"stringValue": "no such table"}, event
            assert span["status"]["code"] == 2, span
            break
        else:
            raise AssertionError("the segment of /broken is not there")
        # Statistics of the rules, ten seconds after the start; the targets count from then on.
        wait(lambda: any(path == "/SamplingTargets" for path, _, _ in aws.requests), "no statistics are reported", 40)
        _, headers, asked = next(r for r in aws.requests if r[0] == "/SamplingTargets")
        counts = {d["RuleName"]: (d["RequestCount"], d["SampledCount"]) for d in asked["SamplingStatisticsDocuments"]}
        assert counts == {"health": (2, 0), "rest": (3, 3)}, counts
        assert "/eu-west-1/xray/aws4_request" in headers["authorization"], headers
        before = len(paths())
        end = time.monotonic() + 10
        while not any("health" in p for p in paths()):
            assert time.monotonic() < end, "the target does not count"
            serve("/health")
            time.sleep(0.2)
        assert len(paths()) > before
    finally:
        node.stdin.close()
        node.wait(10)
    assert c.stop() == 0, c.log()
print("ok")
