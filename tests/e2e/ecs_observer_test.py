# SPDX-License-Identifier: Apache-2.0
"""Discovery of a cluster's tasks: an emulator of ECS, whose tasks serve metrics, and a collector that finds and scrapes them.

usage: ecs_observer_test.py WHITTLE WORK_DIR
"""
import gzip
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)
running = [1]
denied = False
calls, metrics = [], []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, content_type="application/json"):
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(200, b"# TYPE requests_total counter\nrequests_total 5\n", "text/plain; version=0.0.4")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        target = self.headers.get("x-amz-target")
        if not target:
            metrics.append(json.loads(body))
            return self.answer(200, b"{}")
        assert "/eu-west-1/ecs/aws4_request" in self.headers["authorization"], self.headers["authorization"]
        call, asked = target.split(".")[1], json.loads(body)
        calls.append(call)
        if denied:
            return self.answer(400, json.dumps({"__type": "AccessDeniedException", "message": "not allowed"}).encode())
        answers = {
            "ListTasks": lambda: {"taskArns": [f"arn:aws:ecs:eu-west-1:123456789012:task/shop/{i}" for i in running]},
            "DescribeTasks": lambda: {"tasks": [{
                "taskArn": arn, "taskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7", "launchType": "FARGATE",
                "startedBy": "ecs-svc/1", "attachments": [{"type": "ElasticNetworkInterface", "details": [
                    {"name": "privateIPv4Address", "value": "127.0.0." + arn.rsplit("/")[-1]}]}]} for arn in asked["tasks"]]},
            "DescribeTaskDefinition": lambda: {"taskDefinition": {
                "family": "web", "revision": 7, "networkMode": "awsvpc", "containerDefinitions": [
                    {"name": "nginx", "portMappings": [{"containerPort": port, "hostPort": port}]}]}},
            "ListServices": lambda: {"serviceArns": ["arn:aws:ecs:eu-west-1:123456789012:service/shop/nginx-service"]},
            "DescribeServices": lambda: {"services": [{"serviceName": "nginx-service", "deployments": [{"id": "ecs-svc/1", "status": "PRIMARY"}]}]}}
        self.answer(200, json.dumps(answers[call]()).encode())

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("0.0.0.0", 0), Handler)
server.daemon_threads = True
port = server.server_address[1]
threading.Thread(target=server.serve_forever, daemon=True).start()


def wait(condition, why, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, why
        time.sleep(0.05)


def instances():
    return {a["value"]["stringValue"] for body in list(metrics) for r in body["resourceMetrics"] for a in r["resource"]["attributes"]
            if a["key"] == "service.instance.id"}


file = os.path.join(work, "targets.yaml")
config = os.path.join(work, "collector.yaml")
if os.path.exists(file):
    os.remove(file)
with open(config, "w") as f:
    json.dump({
        "extensions": {"ecs_observer": {"cluster_name": "shop", "cluster_region": "eu-west-1", "refresh_interval": "500ms", "result_file": file,
                                        "services": [{"name_pattern": "^nginx-", "metrics_ports": [port], "job_name": "nginx"}]}},
        "receivers": {"prometheus": {"config": {"scrape_configs": [{
            "job_name": "ecs", "scrape_interval": "1s", "scrape_timeout": "1s", "file_sd_configs": [{"files": [file], "refresh_interval": "1s"}],
            "relabel_configs": [{"source_labels": ["__meta_ecs_service_name"], "target_label": "ServiceName"}]}]}}},
        "exporters": {"otlphttp": {"endpoint": f"http://127.0.0.1:{port}", "encoding": "json"}},
        "service": {"extensions": ["ecs_observer"], "telemetry": {"metrics": {"level": "none"}},
                    "pipelines": {"metrics": {"receivers": ["prometheus"], "exporters": ["otlphttp"]}}}}, f)
binary = os.path.join(work, "collector")
subprocess.run([whittle, "build", config, "-o", binary], check=True)
log = open(os.path.join(work, "log"), "w+")
collector = subprocess.Popen([binary], stderr=log, env={
    "AWS_ENDPOINT_URL_ECS": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"})
try:
    wait(lambda: f"127.0.0.1:{port}" in instances(), "the task's metrics do not arrive")
    assert any(a["key"] == "ServiceName" and a["value"]["stringValue"] == "nginx-service" for body in metrics for r in body["resourceMetrics"]
               for s in r["scopeMetrics"] for m in s["metrics"] if m["name"] == "requests_total" for p in m["sum"]["dataPoints"] for a in p["attributes"])
    running.append(2)
    wait(lambda: f"127.0.0.2:{port}" in instances(), "a new task is not found")
    denied = True
    before = len(calls)
    wait(lambda: len(calls) > before + 3, "a denied call is not tried again")
    assert "127.0.0.2" in open(file).read(), "targets are forgotten when ECS denies a call"
    denied = False
    running[:] = [2]
    wait(lambda: "127.0.0.1" not in open(file).read(), "a task that has gone stays")
    assert calls.count("DescribeTaskDefinition") == 1, "a task definition is asked for again"
    collector.send_signal(signal.SIGINT)
    assert collector.wait(20) == 0
    log.seek(0)
    assert "the task role lacks the permission" in log.read()
finally:
    collector.kill()
    collector.wait()
print("ok")
