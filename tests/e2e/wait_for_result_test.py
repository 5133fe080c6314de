# SPDX-License-Identifier: Apache-2.0
"""Senders that are answered when their telemetry was delivered: an application sends over HTTP to a collector, that one over gRPC
to a second, and the second over HTTP to a backend; no one has a queue, so whatever the backend says is what the application hears.

usage: wait_for_result_test.py WHITTLE WORK_DIR
"""
import concurrent.futures
import http.server
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.request

from numbered import Collector, build, free_port, metric, post, request, span_numbers, wait

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)


class Backend(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            seconds, status = self.server.answer(next(span_numbers(body)))
            with self.server.lock:
                self.server.calls += 1
                self.server.at_once += 1
                self.server.most = max(self.server.most, self.server.at_once)
            time.sleep(seconds)
            with self.server.lock:
                self.server.at_once -= 1
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.calls = self.at_once = self.most = 0
        self.lock = threading.Lock()
        self.answer = lambda n: (0, 200)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def config(receiver, exporter, own):
    return f"""receivers: {{otlp: {{protocols: {{{receiver}}}}}}}
exporters: {{{exporter}}}
service:
  telemetry: {{metrics: {{readers: [{{pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: {own}}}}}}}}}]}}}}
  pipelines: {{traces: {{receivers: [otlp], exporters: [{exporter.split(":")[0]}]}}}}
"""


backend, front, middle, own = Backend(), free_port(), free_port(), free_port()
OFF = "sending_queue: {enabled: false}"
TRIES = "retry_on_failure: {initial_interval: 100ms, max_interval: 100ms, randomization_factor: 0, max_elapsed_time: 1s}"
second = build(whittle, work, "second", config(
    f"grpc: {{endpoint: '127.0.0.1:{middle}'}}",
    f"otlphttp: {{endpoint: 'http://127.0.0.1:{backend.server_port}', compression: none, {OFF}, {TRIES}}}", free_port()))
first = build(whittle, work, "first", config(
    f"http: {{endpoint: '127.0.0.1:{front}'}}",
    f"otlp: {{endpoint: '127.0.0.1:{middle}', tls: {{insecure: true}}, {OFF}, retry_on_failure: {{enabled: false}}}}", own))

with Collector(second), Collector(first) as collector:
    # A sender hears when, and what, the backend has answered; meanwhile others are served.
    assert post(front, request(0, 1))[0] == 200  # whether a connection takes several calls at a time is known after the first
    backend.answer = lambda n: (1.0, 200) if n == 1 else (0, 200)
    with concurrent.futures.ThreadPoolExecutor(64) as senders:
        began = time.monotonic()
        slow = senders.submit(post, front, request(1, 5))
        wait(lambda: backend.at_once == 1, "the slow one is on its way")
        assert post(front, request(2, 1))[0] == 200
        assert not slow.done()
        assert slow.result()[0] == 200 and time.monotonic() - began >= 1.0

        # What the backend does not take is told as what it is, and never tried again by collectors.
        for status, told in ((400, 400), (401, 401), (403, 403), (404, 404), (413, 500), (500, 500)):
            backend.answer = lambda n: (0, status)
            before = backend.calls
            said, why = post(front, request(3, 1))
            assert said == told and str(status).encode() in why, (status, said, why)
            assert backend.calls == before + 1, (status, backend.calls - before)

        # What may pass is tried again, and told when that was in vain.
        backend.answer = lambda n: (0, 503)
        before = backend.calls
        began = time.monotonic()
        said, why = post(front, request(4, 1))
        assert said == 503 and b"503" in why and time.monotonic() - began > 0.5, (said, why)
        assert backend.calls - before > 4, backend.calls - before
        backend.answer = lambda n: (0, 429)
        assert post(front, request(4, 1))[0] == 429

        # Many at a time: none waits for another.
        backend.answer = lambda n: (0.3, 200)
        backend.most = 0
        began = time.monotonic()
        answers = list(senders.map(lambda n: post(front, request(n, 10))[0], range(100, 164)))
        assert answers == [200] * 64, answers
        assert backend.most > 16, backend.most
    assert metric(own, "otelcol_receiver_accepted_spans") == 1 + 5 + 1 + 640
    assert metric(own, "otelcol_receiver_refused_spans") == 6 + 2
    # A request that is on its way when the collector stops is answered.
    backend.answer = lambda n: (1.5, 200)
    with concurrent.futures.ThreadPoolExecutor(1) as senders:
        last = senders.submit(post, front, request(6, 1))
        wait(lambda: backend.at_once == 1, "the last one is on its way")
        assert collector.stop() == 0, collector.log()
        assert last.result()[0] == 200, last.result()

# A sender that goes away is not worked for any longer.
forever = build(whittle, work, "forever", config(
    f"http: {{endpoint: '127.0.0.1:{front}'}}",
    f"otlphttp: {{endpoint: 'http://127.0.0.1:{backend.server_port}', compression: none, {OFF}, {TRIES.replace('1s', '0s')}}}", own))
with Collector(forever) as collector:
    backend.answer = lambda n: (0, 503)
    assert post(front, request(5, 1), timeout=0.5) == (0, b"")
    wait(lambda: "its sender no longer waits for it" in collector.log(), "it is tried again for ever", 10)
    calls = backend.calls
    time.sleep(0.5)
    assert backend.calls == calls

# With a queue that waits for results, requests share a batch, and each sender hears of its own.
queued = build(whittle, work, "queued", config(
    f"http: {{endpoint: '127.0.0.1:{front}'}}",
    f"otlphttp: {{endpoint: 'http://127.0.0.1:{backend.server_port}', compression: none, {TRIES}, sending_queue: "
    "{wait_for_result: true, batch: {min_size: 40, max_size: 40, flush_timeout: 5s}}}", own))
with Collector(queued):
    backend.answer = lambda n: (0, 200 if n < 1040 else 400)
    backend.calls = 0
    with concurrent.futures.ThreadPoolExecutor(8) as senders:
        asked = []
        for n in range(8):
            asked.append(senders.submit(post, front, request(1000 + 10 * n, 10)))
            if n < 7:
                wait(lambda: metric(own, "otelcol_exporter_queue_size") in (n + 1, 0, n - 3), "queued", 5)
                time.sleep(0.05)
        answers = [a.result()[0] for a in asked]
    assert answers == [200] * 4 + [400] * 4, answers
    assert backend.calls == 2, backend.calls
# Exporters that have no queue of their own to set: whoever sends to AWS waits, as in the Collector.
class Aws(Backend):
    """`said`: (seconds, status, type of the error), used up one by one but for the last."""

    class Handler(Backend.Handler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.server.calls += 1
            said = self.server.said
            seconds, status, error = said.pop(0) if len(said) > 1 else said[0]
            time.sleep(seconds)
            body = json.dumps({"__type": error} if error else {}).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def __init__(self):
        super().__init__()
        self.RequestHandlerClass = self.Handler
        self.said = [(0, 200, "")]


def gauge(n):
    point = {"asInt": str(n), "timeUnixNano": str(time.time_ns())}
    return json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "m", "gauge": {"dataPoints": [point]}}]}]}]}).encode()


aws = Aws()
to_aws = build(whittle, work, "aws", f"""receivers: {{otlp: {{protocols: {{http: {{endpoint: '127.0.0.1:{front}'}}}}}}}}
exporters:
  awsxray: {{endpoint: 'http://127.0.0.1:{aws.server_port}', region: us-east-1}}
  awsemf: {{endpoint: 'http://127.0.0.1:{aws.server_port}', region: us-east-1, namespace: N, log_group_name: g, log_stream_name: s}}
service: {{pipelines: {{traces: {{receivers: [otlp], exporters: [awsxray]}}, metrics: {{receivers: [otlp], exporters: [awsemf]}}}}}}
""")


def ask(path, body, kind, timeout=30):
    r = urllib.request.Request(f"http://127.0.0.1:{front}{path}", body, {"content-type": kind})
    try:
        return urllib.request.urlopen(r, timeout=timeout).status
    except urllib.error.HTTPError as e:
        return e.code


with Collector(to_aws, {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}) as collector:
    for send in (lambda: ask("/v1/traces", request(1, 5), "application/x-protobuf"), lambda: ask("/v1/metrics", gauge(1), "application/json")):
        aws.said = [(1.0, 200, "")]
        began = time.monotonic()
        assert send() == 200 and time.monotonic() - began >= 1.0
        # What AWS never takes is told at once, and nothing is acknowledged that it had not.
        aws.said, aws.calls = [(0, 400, "InvalidParameterException")], 0
        assert send() == 500 and aws.calls == 1, aws.calls  # which senders do not repeat, and 503 they do
        # What passes is tried again, and the sender hears of the end.
        aws.said, aws.calls = [(0, 503, "ServiceUnavailableException"), (0, 400, "ThrottlingException"), (0, 200, "")], 0
        assert send() == 200 and aws.calls == 3, aws.calls
    assert collector.stop() == 0, collector.log()

# Beside an exporter that answers, one with a queue that is full: what it has no room for keeps nobody waiting, and is no reason to send
# again what the other has.
both = build(whittle, work, "both", f"""receivers: {{otlp: {{protocols: {{http: {{endpoint: '127.0.0.1:{front}'}}}}}}}}
exporters:
  awsxray: {{endpoint: 'http://127.0.0.1:{aws.server_port}', region: us-east-1}}
  otlphttp: {{endpoint: 'http://127.0.0.1:1', sending_queue: {{queue_size: 2}}}}
service: {{telemetry: {{metrics: {{level: none}}}}, pipelines: {{traces: {{receivers: [otlp], exporters: [otlphttp, awsxray]}}}}}}
""", "--stop-timeout", "7s", "--linger", "0s")
with Collector(both, {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}) as collector:
    aws.said, aws.calls = [(0, 200, "")], 0
    for n in range(20):  # beyond the queue and the place before it
        began = time.monotonic()
        assert ask("/v1/traces", request(n, 1, b"x" * 200_000), "application/x-protobuf", 5) == 200, n
        assert time.monotonic() - began < 4
    assert aws.calls == 20, aws.calls
    assert "telemetry is lost for one way out of several to=otlphttp" in collector.log(), collector.log()
    # And the one that answers is waited for as ever.
    aws.said = [(1.0, 400, "InvalidParameterException")]
    began = time.monotonic()
    assert ask("/v1/traces", request(20, 1), "application/x-protobuf") == 500 and time.monotonic() - began >= 1.0
print("ok")
