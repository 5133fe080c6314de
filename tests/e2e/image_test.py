# SPDX-License-Identifier: Apache-2.0
"""The image, run as Fargate would run it: read-only, uid 4317, no capabilities, 16 MB, the task metadata endpoint beside it.

Builds the guide's image twice (the digests must be equal), loads it into podman, runs it, asks its health check, sends a span that stays
in the batch, stops it with SIGTERM, and sees the span and the task's metrics arrive at a simulated AWS.

usage: image_test.py WHITTLE CONFIG WORK_DIR
Exits 77 where no container can run.
"""
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
whittle, config, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)
NAME = "whittle-image-test-%d" % os.getpid()


def skip(why):
    print("skipped:", why)
    sys.exit(77)


class Aws(http.server.BaseHTTPRequestHandler):
    """Task metadata, credentials, X-Ray and CloudWatch Logs."""
    protocol_version = "HTTP/1.1"
    calls = []
    fixtures = os.path.join(HERE, "..", "fargate")

    def answer(self, body, status=200):
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path.endswith("/task/stats") or self.path.endswith("/task"):
            name = "task_stats.json" if self.path.endswith("stats") else "task.json"
            return self.answer(open(os.path.join(self.fixtures, name), "rb").read())
        self.answer(json.dumps({"AccessKeyId": "ASIA", "SecretAccessKey": "s", "Token": "t", "Expiration": "2099-01-01T00:00:00Z"}).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        action = self.headers.get("x-amz-target", self.path).split(".")[-1]
        self.calls.append((action, body, self.headers.get("authorization", "")))
        self.answer(b"{}")

    def log_message(self, *_):
        pass


def podman_command():
    """A podman that works here, or None: with its defaults, else with runc and limits that need not be raised."""
    if not shutil.which("podman"):
        return None
    conf = os.path.join(work, "containers.conf")
    with open(conf, "w") as f:
        f.write('[containers]\ndefault_ulimits = ["nofile=1024:1024","nproc=1024:1024"]\n[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n')
    base = ["podman", "--root", os.path.join(work, "storage"), "--runroot", os.path.join(work, "run"), "--storage-driver", "vfs"]
    for extra in ([], ["--runtime", "runc"]):
        for env in ({}, {"CONTAINERS_CONF": conf}):
            yield base + extra, {**os.environ, **env}


def build(tar):
    r = subprocess.run([whittle, "build", config, "--image", tar, "--name", NAME + ":test"], capture_output=True, text=True)
    assert r.returncode == 0, r.stderr
    return re.findall(r"sha256:[0-9a-f]{64}", r.stderr)[-1]


def main():
    first, second = os.path.join(work, "a.tar"), os.path.join(work, "b.tar")
    digest = build(first)
    assert build(second) == digest, "two builds of one config differ"
    assert open(first, "rb").read() == open(second, "rb").read()
    print("image", digest, os.path.getsize(first), "bytes")

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Aws)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = "http://127.0.0.1:%d" % server.server_address[1]
    environment = {"ECS_CONTAINER_METADATA_URI_V4": base + "/v4/x", "AWS_CONTAINER_CREDENTIALS_FULL_URI": base + "/creds", "AWS_ENDPOINT_URL": base,
                   "AOT_CONFIG_CONTENT": "receivers: {}"}
    limits = ["--read-only", "--cap-drop=all", "--security-opt", "no-new-privileges", "--network", "host", "--log-driver", "k8s-file"]
    why = "no podman"
    podman = None
    memory = ["--memory", "16m"]
    for command, env in podman_command() or ():
        for bound in (memory, []):
            run = lambda *a, **k: subprocess.run(command + list(a), env=env, capture_output=True, text=True, timeout=120, **k)
            run("load", "-i", first)
            r = run("run", "-d", "--name", NAME, *limits, *bound, *sum((["-e", f"{k}={v}"] for k, v in environment.items()), []), NAME + ":test", "--config=env:AOT_CONFIG_CONTENT")
            if r.returncode == 0:
                podman, memory = run, bound
                break
            why = r.stderr.strip().splitlines()[-1] if r.stderr.strip() else "podman run failed"
            run("rm", "-f", NAME)
        if podman:
            break
    if not podman:
        skip("no container can run here: " + why)
    try:
        inspected = json.loads(podman("image", "inspect", NAME + ":test").stdout)[0]
        assert inspected["Config"]["User"] == "4317", inspected["Config"]
        assert set(inspected["Config"]["ExposedPorts"]) >= {"4317/tcp", "4318/tcp"}, inspected["Config"]
        for _ in range(50):
            health = podman("exec", NAME, "/collector", "healthcheck")
            if health.returncode == 0:
                break
            time.sleep(0.1)
        assert health.returncode == 0, health.stdout + health.stderr + podman("logs", NAME).stderr
        print("healthcheck:", health.stdout.strip())

        trace_id = "6b0305008cdc16838cdc16838cdc1683"
        span = {"traceId": trace_id, "spanId": "1b15c1c454545703", "name": "held", "kind": 2, "startTimeUnixNano": str(time.time_ns()), "endTimeUnixNano": str(time.time_ns() + 10**6)}
        request = urllib.request.Request("http://127.0.0.1:4318/v1/traces", headers={"content-type": "application/json"},
                                         data=json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode())
        assert urllib.request.urlopen(request, timeout=5).status == 200
        time.sleep(0.3)
        assert not any(a == "/TraceSegments" for a, _, _ in Aws.calls), "the span was to stay in the batch"
        r = podman("stop", "-t", "30", NAME)
        logs = podman("logs", NAME)
        text = logs.stdout + logs.stderr
        exit_code = json.loads(podman("inspect", NAME).stdout)[0]["State"]["ExitCode"]
        assert exit_code == 0, (exit_code, text)
        segments = [b for a, b, _ in Aws.calls if a == "/TraceSegments"]
        assert len(segments) == 1 and b"held" in segments[0], (Aws.calls, text)
        assert all(auth.startswith("AWS4-HMAC-SHA256 ") for _, _, auth in Aws.calls)
        assert "everything was sent" in text, text
        assert "AOT_CONFIG_CONTENT" in text, text
        print("SIGTERM: the span that was held arrived; memory limit", memory[1] if memory else "not to be had here")
    finally:
        podman("rm", "-f", NAME)
        podman("rmi", "-f", NAME + ":test")


main()
