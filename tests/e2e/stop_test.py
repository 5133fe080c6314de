# SPDX-License-Identifier: Apache-2.0
"""SIGTERM during an outage: what waits in a backoff of 45 seconds is sent as soon as the backend is back, and one line by
exporter says what was sent and what was left. And for two seconds after SIGTERM an application's last telemetry is still taken.

A SIGTERM that comes while a detector is asked ends the collector too.

usage: stop_test.py WHITTLE WORK_DIR
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
import urllib.request

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Backend(http.server.ThreadingHTTPServer):
    daemon_threads = True

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.server.calls += 1
            self.send_response(503 if self.server.away else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.calls, self.away = 0, True
        threading.Thread(target=self.serve_forever, daemon=True).start()


def until(what, condition, seconds=10):
    deadline = time.time() + seconds
    while not condition():
        assert time.time() < deadline, what
        time.sleep(0.02)


def send(port):
    span = {"traceId": "0102030405060708090a0b0c0d0e0f10", "spanId": "0000000000000001", "name": "s"}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span] * 3}]}]}).encode()
    answer = urllib.request.urlopen(urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/traces", body, {"content-type": "application/json"}), timeout=5)
    assert answer.status == 200


def run(name, stop_timeout, comes_back, last_words=False, more=()):
    backend, port, health = Backend(), free_port(), free_port()
    config = os.path.join(work, "collector.yaml")
    with open(config, "w") as f:
        f.write("""receivers:
  otlp:
    protocols:
      http: {endpoint: "127.0.0.1:${env:OTLP_PORT}"}
exporters:
  otlphttp:
    endpoint: http://127.0.0.1:${env:BACKEND_PORT}
    compression: none
    retry_on_failure: {initial_interval: 45s, max_interval: 45s, randomization_factor: 0, max_elapsed_time: 0s}
extensions:
  health_check: {endpoint: "127.0.0.1:${env:HEALTH_PORT}"}
service:
  extensions: [health_check]
  pipelines:
    traces: {receivers: [otlp], exporters: [otlphttp]}
""")
    binary = os.path.join(work, name)
    subprocess.run([whittle, "build", config, "-o", binary, "--stop-timeout", stop_timeout, *more], check=True)
    log = open(os.path.join(work, name + ".log"), "w+")
    env = {"OTLP_PORT": str(port), "BACKEND_PORT": str(backend.server_port), "HEALTH_PORT": str(health), "PATH": os.environ["PATH"]}
    collector = subprocess.Popen([binary], stderr=log, env=env)
    try:
        def text():
            log.flush()
            with open(log.name) as f:
                return f.read()

        until("ready", lambda: "everything is ready" in text())
        if last_words:
            backend.away = False
            began = time.time()
            collector.send_signal(signal.SIGTERM)
            until("told", lambda: "stopping: sending what is held" in text())
            try:
                send(port)
                taken = True
            except OSError:
                taken = False
            return collector.wait(20), time.time() - began, text(), taken
        send(port)
        until("first attempt", lambda: "it is tried again" in text())
        asked = subprocess.run([binary, "healthcheck", "--delivering"], env=env, stdout=subprocess.PIPE, text=True, timeout=10)
        told = json.loads(asked.stdout)["exporters"][0]
        assert asked.returncode == 0 and told["lastSuccessSeconds"] is None, asked
        assert (told["consecutiveFailures"], told["unsentItems"], told["lostItems"]) == (1, 3, 0), told
        began = time.time()
        collector.send_signal(signal.SIGTERM)
        until("tried at once", lambda: backend.calls >= 2, 2)
        until("and again", lambda: backend.calls >= 3, 3)
        backend.away = not comes_back
        code = collector.wait(20)
        return code, time.time() - began, text()
    finally:
        collector.kill()


code, took, said = run("comes_back", "30s", True)
assert code == 0 and took < 8, (code, took, said)
assert "what was sent while stopping exporter=otlphttp sent=3 left=0" in said, said
assert "stopped: everything was sent" in said, said

code, took, said = run("stays_away", "8s", False)
assert code == 1 and 3.5 < took < 6, (code, took, said)
assert "what was sent while stopping exporter=otlphttp sent=0 left=3" in said, said
assert "stopped before everything was sent" in said, said
code, took, said, taken = run("last_words", "30s", True, last_words=True)
assert code == 0 and taken and 1.9 < took < 6, (code, took, said, taken)
assert "what was sent while stopping exporter=otlphttp sent=3 left=0" in said, said

code, took, said, taken = run("no_linger", "30s", True, last_words=True, more=("--linger", "0s"))
assert code == 0 and took < 1.9, (code, took, said)
assert taken == ("sent=3 left=0" in said), said

def stopped_while_starting():
    silent = socket.create_server(("127.0.0.1", 0))
    config = os.path.join(work, "starting.yaml")
    with open(config, "w") as f:
        f.write("""receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${env:OTLP_PORT}"}}}}
processors: {resourcedetection: {detectors: [ecs], timeout: 60s}}
exporters: {otlphttp: {endpoint: "http://127.0.0.1:1"}}
service: {pipelines: {traces: {receivers: [otlp], processors: [resourcedetection], exporters: [otlphttp]}}}
""")
    binary = os.path.join(work, "starting")
    subprocess.run([whittle, "build", config, "-o", binary], check=True)
    metadata = f"http://127.0.0.1:{silent.getsockname()[1]}/v4/x"
    collector = subprocess.Popen([binary], stderr=subprocess.PIPE, text=True,
                                 env={"OTLP_PORT": str(free_port()), "ECS_CONTAINER_METADATA_URI_V4": metadata})
    try:
        silent.settimeout(10)
        asked, _ = silent.accept()
        collector.send_signal(signal.SIGTERM)
        _, said = collector.communicate(timeout=20)
        assert collector.returncode == 0 and "stopped: everything was sent" in said, (collector.returncode, said)
    finally:
        collector.kill()


stopped_while_starting()
print("ok")
