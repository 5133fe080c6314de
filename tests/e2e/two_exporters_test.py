# SPDX-License-Identifier: Apache-2.0
"""Two exporters of which one is unreachable: the other gets every span once, and the loss of the dead one is counted exactly.

usage: two_exporters_test.py WHITTLE WORK_DIR
"""
import http.server
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from numbered import free_port, request, span_numbers, wait

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)
SPANS, PER_REQUEST = 60_000, 500


class Backend:
    """Counts how often each span arrives."""

    def __init__(self, port):
        self.seen = [0] * SPANS
        backend = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                for n in span_numbers(self.rfile.read(int(self.headers["content-length"]))):
                    backend.seen[n] += 1
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for_all(self):
        wait(lambda: min(self.seen) > 0, "not every span has arrived")
        assert max(self.seen) == 1, "a span arrived more than once"


# ---- one run -------------------------------------------------------------------------------------------------------------

def run(name, exporters, pipelines, max_size, live_port, dead_port, dead, after_start=None):
    """Sends all spans, calls check(metrics) until it is content, and ends the collector."""
    otlp, metrics = free_port(), free_port()
    config = os.path.join(work, name + ".yaml")
    with open(config, "w") as f:
        f.write(f"""
receivers: {{otlp: {{protocols: {{http: {{endpoint: '127.0.0.1:{otlp}'}}}}}}}}
processors: {{batch: {{send_batch_max_size: {max_size}, send_batch_size: 500}}}}
exporters:
  otlphttp/live: {{endpoint: 'http://127.0.0.1:{live_port}', compression: none}}
  otlphttp/dead: {{endpoint: 'http://127.0.0.1:{dead_port}', compression: none, {dead}}}
service:
  telemetry: {{metrics: {{readers: [{{pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: {metrics}}}}}}}}}]}}}}
  pipelines:
{pipelines.format(exporters=exporters)}
""")
    binary = os.path.join(work, name)
    built = subprocess.run([whittle, "build", config, "-o", binary], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    process = subprocess.Popen([binary], stderr=open(binary + ".log", "w"))
    try:
        return drive(process, otlp, metrics, after_start)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=20)


def drive(process, otlp, metrics, after_start):
    def read_metrics():
        return urllib.request.urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=5).read().decode()

    def ready():
        try:
            return bool(read_metrics())
        except OSError:
            return False

    wait(ready, "the collector does not start")
    if after_start:
        after_start()
    refused = 0
    for first in range(0, SPANS, PER_REQUEST):
        body = request(first, PER_REQUEST)
        end = time.monotonic() + 25
        while True:
            post = urllib.request.Request(f"http://127.0.0.1:{otlp}/v1/traces", body,
                                          {"content-type": "application/x-protobuf"})
            try:
                urllib.request.urlopen(post, timeout=10).read()
                break
            except urllib.error.HTTPError as e:
                assert e.code == 503 and time.monotonic() < end, e
                refused += 1
                time.sleep(0.1)

    def account():
        text = read_metrics()

        def of(metric):
            found = re.search(rf'^{metric}\{{exporter="otlphttp/dead"\}} (\d+)', text, re.M)
            return int(found[1]) if found else 0

        return {k: of(f"otelcol_exporter_{k}_spans") for k in ("sent", "send_failed", "enqueue_failed")}

    def cpu():
        ticks = open(f"/proc/{process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")

    wait(lambda: sum(account().values()) >= SPANS, "the dead exporter's account does not come to an end")
    return account(), refused, cpu()


ONE = """    traces: {{receivers: [otlp], processors: [batch], exporters: [{exporters}]}}"""
TWO = """    traces/a: {{receivers: [otlp], processors: [batch], exporters: [otlphttp/live]}}
    traces/b: {{receivers: [otlp], processors: [batch], exporters: [otlphttp/dead]}}"""
GIVES_UP = "sending_queue: {queue_size: 8}, retry_on_failure: {initial_interval: 100ms, max_interval: 1s, max_elapsed_time: 2s}"
BLOCKS = "sending_queue: {queue_size: 8, block_on_overflow: true}, retry_on_failure: {initial_interval: 100ms, max_interval: 300ms, max_elapsed_time: 0s}"

# Nothing listens at the dead one's port. What it does not take is lost there, and there alone.
for name, exporters, pipelines, max_size in [
        ("dead_live_0", "otlphttp/dead, otlphttp/live", ONE, 0), ("dead_live_1000", "otlphttp/dead, otlphttp/live", ONE, 1000),
        ("live_dead_0", "otlphttp/live, otlphttp/dead", ONE, 0), ("live_dead_1000", "otlphttp/live, otlphttp/dead", ONE, 1000),
        ("two_pipelines", "", TWO, 700)]:
    live = Backend(free_port())
    account, refused, cpu = run(name, exporters, pipelines, max_size, live.server.server_address[1], free_port(), GIVES_UP)
    live.wait_for_all()
    assert account["sent"] == 0 and account["send_failed"] + account["enqueue_failed"] == SPANS, account
    assert account["enqueue_failed"] > 0, account
    assert refused == 0, f"senders were asked to wait {refused} times although one exporter takes everything"
    # Not a measurement: a collector that asks again and again takes many seconds.
    assert cpu < 5, f"{cpu} s of CPU"
    log = open(os.path.join(work, name + ".log")).read()
    assert "telemetry is lost for one way out of several" in log and "otlphttp/dead" in log, log
    print(f"{name}: {SPANS} spans once each, {account['enqueue_failed']} + {account['send_failed']} lost at the dead one, {cpu:.2f} s of CPU")
    live.server.shutdown()

# With block_on_overflow senders wait for the other one, which comes up late: nothing is lost, and everything arrives at both once.
live, late_port = Backend(free_port()), free_port()
late = []


def bring_up():
    threading.Timer(3, lambda: late.append(Backend(late_port))).start()


account, refused, cpu = run("blocks", "otlphttp/live, otlphttp/dead", ONE, 1000, live.server.server_address[1], late_port, BLOCKS, bring_up)
live.wait_for_all()
late[0].wait_for_all()
assert account == {"sent": SPANS, "send_failed": 0, "enqueue_failed": 0}, account
assert refused > 0, "senders were never asked to wait"
print(f"blocks: {SPANS} spans once each at both, senders waited {refused} times, {cpu:.2f} s of CPU")
