# SPDX-License-Identifier: Apache-2.0
"""memory_limiter: senders are told to wait while what is held is above the soft limit, and what they send again arrives once.

usage: memory_limiter_test.py WHITTLE WORK_DIR
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
import urllib.error
import urllib.request

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)
REQUESTS = 300


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Backend:
    def __init__(self):
        self.seen, self.open = {}, False
        backend = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                status = 200 if backend.open else 503
                if status == 200:
                    for r in json.loads(body)["resourceSpans"]:
                        for s in r["scopeSpans"]:
                            for span in s["spans"]:
                                backend.seen[span["spanId"]] = backend.seen.get(span["spanId"], 0) + 1
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def main():
    backend, otlp, own = Backend(), free_port(), free_port()
    config = os.path.join(work, "collector.yaml")
    with open(config, "w") as f:
        f.write(f"""receivers: {{otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{otlp}"}}}}}}}}
processors: {{memory_limiter: {{check_interval: 100ms, limit_mib: 2, spike_limit_mib: 1}}}}
exporters:
  otlphttp:
    endpoint: "http://127.0.0.1:{backend.port}"
    encoding: json
    compression: none
    sending_queue: {{queue_size: 100000}}
    retry_on_failure: {{initial_interval: 100ms, max_interval: 200ms, randomization_factor: 0}}
service:
  telemetry: {{metrics: {{readers: [{{pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: {own}}}}}}}}}]}}}}
  pipelines: {{traces: {{receivers: [otlp], processors: [memory_limiter], exporters: [otlphttp]}}}}
""")
    binary = os.path.join(work, "collector")
    subprocess.run([whittle, "build", config, "-o", binary], check=True)
    collector = subprocess.Popen([binary], stderr=open(os.path.join(work, "collector.log"), "w"))

    def send(n):
        span = {"traceId": "%032x" % (n + 1), "spanId": "%016x" % (n + 1), "name": "x" * 20_000, "startTimeUnixNano": "1", "endTimeUnixNano": "2"}
        body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{otlp}/v1/traces", body, {"content-type": "application/json"})
        try:
            return urllib.request.urlopen(request, timeout=10).status
        except urllib.error.HTTPError as e:
            assert e.headers["retry-after"], "the sender is not told when to come again"
            return e.code

    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", otlp)).close()
                break
            except OSError:
                time.sleep(0.05)
        to_send, refused = list(range(REQUESTS)), 0
        answers = {n: send(n) for n in to_send}
        to_send = [n for n, status in answers.items() if status != 200]
        refused = len(to_send)
        # 20 KB each below 1 MiB: about fifty; as many times two would be beyond the limit itself.
        assert 10 < REQUESTS - refused < 105, REQUESTS - refused
        assert set(answers.values()) == {200, 503}, set(answers.values())
        with open(f"/proc/{collector.pid}/status") as f:
            rss = int(next(line for line in f if line.startswith("VmRSS")).split()[1])
        print("refused", refused, "of", REQUESTS, "with", rss, "KiB resident")
        metrics = urllib.request.urlopen(f"http://127.0.0.1:{own}/metrics").read().decode()
        assert f'otelcol_processor_refused_spans{{processor="memory_limiter"}} {refused}' in metrics, metrics

        backend.open = True
        end = time.monotonic() + 60
        while to_send:
            assert time.monotonic() < end, "senders are refused for ever"
            to_send = [n for n in to_send if send(n) != 200]
            time.sleep(0.05)
        while len(backend.seen) < REQUESTS:
            assert time.monotonic() < end, f"only {len(backend.seen)} of {REQUESTS} arrive"
            time.sleep(0.05)
        assert set(backend.seen.values()) == {1}, "a span arrived more than once"
        collector.send_signal(signal.SIGTERM)
        assert collector.wait(20) == 0
    finally:
        collector.kill()
        collector.wait()
    log = open(os.path.join(work, "collector.log")).read()
    assert "above the soft limit" in log and "within the limit again" in log, log
    print("ok")


main()
