# SPDX-License-Identifier: Apache-2.0
"""The configs that the AWS distribution's image brings for ECS and App Runner: each compiles to less than 2 MB, is idle in less than 2 MB,
and sends what an application and the task give it, in a simulated task. What is said of each is what there is to say, `iam` and `taskdef`
have nothing to add, and the one that needs a host is refused for that reason.

usage: distribution_test.py WHITTLE BUNDLED_FOLDER WORK_DIR
"""
import glob
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

from numbered import free_port

whittle, bundled, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)

# What each says: nobody takes the application's logs (N0503), a batch of a minute (W0504), ec2 (W1167), and the old name of a processor (W0211).
FINDINGS = {
    "apprunner/apprunner-default-config.yaml": {"N0503"},
    "ecs/container-insights/otel-task-metrics-config.yaml": {"N0503", "W0504", "W0211"},
    "ecs/ecs-amp-prometheus.yaml": {"W0504", "W1167"},
    "ecs/ecs-amp-xray-prometheus.yaml": {"N0503", "W0504", "W1167"},
    "ecs/ecs-amp-xray.yaml": {"N0503", "W0504", "W1167"},
    "ecs/ecs-amp.yaml": {"N0503", "W0504", "W1167"},
    "ecs/ecs-cloudwatch-xray.yaml": {"N0503", "W0504", "W1167"},
    "ecs/ecs-cloudwatch.yaml": {"N0503", "W0504", "W1167"},
    "ecs/ecs-default-config.yaml": {"N0503", "W0504"},
    "ecs/ecs-xray.yaml": {"N0503", "W1167"},
    "otel-config.yaml": {"N0503", "W0504"},
}
HOST = "ecs/otel-instance-metrics-config.yaml"


def run(*words):
    return subprocess.run([whittle, *words], capture_output=True, text=True)


def post(port, signal, body):
    ask = urllib.request.Request(f"http://127.0.0.1:{port}/v1/{signal}", json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(ask, timeout=5) as answer:
        assert answer.status == 200


def resource(kind, scope, records):
    service = [{"key": "service.name", "value": {"stringValue": "shop"}}]
    return {f"resource{kind}": [{"resource": {"attributes": service}, f"scope{kind}": [{scope: records}]}]}


def resident(pid):
    with open(f"/proc/{pid}/status") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read())[1])


def attempt(name, file):
    """Runs it with addresses and intervals of its own; what AWS got, by call, and the memory while nothing happened."""
    with open(file) as f:
        text = f.read()
    http, grpc, xray, statsd, health = (free_port() for _ in range(5))
    given = {"receivers": {"otlp": {"protocols": {"http": {"endpoint": f"127.0.0.1:{http}"}, "grpc": {"endpoint": f"127.0.0.1:{grpc}"}}}},
             "extensions": {"health_check": {"endpoint": f"127.0.0.1:{health}"}},
             "service": {"telemetry": {"metrics": {"level": "none"}}}}
    if "awsxray: {endpoint" in text:
        given["receivers"]["awsxray"] = {"endpoint": f"127.0.0.1:{xray}", "proxy_server": {"endpoint": f"127.0.0.1:{free_port()}"}}
    if "statsd:" in text:
        given["receivers"]["statsd"] = {"endpoint": f"127.0.0.1:{statsd}"}
    if "awsproxy:" in text:
        given["extensions"]["awsproxy"] = {"endpoint": f"127.0.0.1:{free_port()}"}
    if "awsecscontainermetrics:" in text:
        given["receivers"]["awsecscontainermetrics"] = {"collection_interval": "3s"}
    if "prometheus:" in text.replace("sigv4auth", ""):
        given["receivers"]["prometheus"] = {"config": {"global": {"scrape_interval": "3s", "scrape_timeout": "1s"}}}
    if "otlp:" not in text:
        del given["receivers"]["otlp"]
    over = os.path.join(work, "over.yaml")
    with open(over, "w") as f:
        json.dump(given, f)
    environment = {k: v for k, v in os.environ.items() if "proxy" not in k.lower() and not k.startswith("AWS_")}
    process = subprocess.Popen([whittle, "try", file, over, "--seconds", "6", "--body", "1000000"], env=environment, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    try:
        said = ""
        while "everything is ready" not in said or "the collector is process" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        pid = int(re.search(r"the collector is process (\d+)", said)[1])
        idle = resident(pid)
        for _ in range(25):  # pages are given back a while after the last event
            time.sleep(0.1)
            idle = min(idle, resident(pid))
        now = time.time_ns()
        if "traces:" in text:
            post(http, "traces", resource("Spans", "spans", [{"traceId": f"{now // 10**9:08x}" + "1" * 24, "spanId": "1" * 16, "name": "s", "kind": 2,
                                                              "startTimeUnixNano": str(now), "endTimeUnixNano": str(now + 1000)}]))
        if "receivers: [otlp, statsd]" in text or "metrics/application: {receivers: [otlp]" in text or "metrics: {receivers: [otlp]" in text:
            post(http, "metrics", resource("Metrics", "metrics", [{"name": "of_the_application", "gauge": {"dataPoints": [
                {"asInt": "3", "timeUnixNano": str(now)}]}}]))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"of.statsd:1|c", ("127.0.0.1", statsd))
            s.sendto(b'{"format": "json", "version": 1}\n' + json.dumps({
                "name": "of_the_sdk", "id": "70de5b6f19ff9a0a", "start_time": now / 1e9, "end_time": now / 1e9 + 1,
                "trace_id": f"1-{now // 10**9:08x}-a006649127e371903a2de979"}).encode(), ("127.0.0.1", xray))
        out, more = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0 and "REFUSED" not in out, (name, out, said + more)
    assert "stopped: everything was sent" in more, (name, more)
    return text, out, idle


for name in sorted(FINDINGS):
    file = os.path.join(bundled, "etc", name)
    binary = os.path.join(work, "collector")
    built = run("build", file, "-o", binary)
    assert built.returncode == 0, built.stderr
    size = os.path.getsize(binary)
    checked = run("check", file, "--format", "json")
    found = set(re.findall(r'"code": "(\w+)"', checked.stdout))
    assert checked.returncode == 0 and found == FINDINGS[name], (name, found)
    for words in (("iam", file, "--role", "task"), ("taskdef", file)):
        printed = run(*words, "--account", "123456789012", "--region", "us-east-1")
        assert printed.returncode == 0 and json.loads(printed.stdout), (words, printed.stderr)
        assert not re.search(r"(error|warning)\[", printed.stderr), (words, printed.stderr)
    text, out, idle = attempt(name, file)
    assert size < 2_000_000 and idle < 2048, (name, size, idle)
    wanted = set()
    if "awsxray" in text.split("exporters:", 1)[1]:
        wanted |= {"xray:PutTraceSegments", "shop"}
    if "receivers: [otlp, awsxray]" in text:
        wanted.add("of_the_sdk")
    if "awsemf" in text:
        wanted |= {"logs:PutLogEvents", "of_the_application"}
    if "statsd" in text:
        wanted.add("of.statsd")
    if "awsemf/performance" in text:
        wanted.add("MemoryUtilized")
    if "prometheusremotewrite" in text:
        wanted |= {"aps:POST", "ecs_task_memory_utilized"}
    if "job_name" in text:
        wanted.add("up")
    assert all(w in out for w in wanted), (name, [w for w in wanted if w not in out], out)
    print(f"{name}: {size} bytes, idle {idle} KiB, {', '.join(sorted(found))}; {', '.join(sorted(wanted))}")

file = os.path.join(bundled, "etc", HOST)
refused = run("build", file, "-o", os.path.join(work, "none"))
assert refused.returncode == 1 and "error[E0811]" in refused.stderr and "which Fargate does not show" in refused.stderr, refused.stderr
there = {os.path.relpath(f, os.path.join(bundled, "etc")) for f in glob.glob(bundled + "/etc/**/*.yaml", recursive=True)}
assert there == set(FINDINGS) | {HOST}, there ^ set(FINDINGS)
print("ok")
