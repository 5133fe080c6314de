# SPDX-License-Identifier: Apache-2.0
"""A backend that misbehaves in every way there is, from a fixed seed, and a collector that is stopped, killed, starved of memory and
kept from logging while it does. Spans are numbered: each that was acknowledged arrives, or is counted as lost for one of the reasons
that are documented (an answer that is final, a segment that X-Ray finds fault with); memory stays in its bound, and the log says what
happened.

usage: faults_test.py WHITTLE WORK_DIR [--long] [--faults N] [--seed N] [--only WORD]
"""
import argparse
import collections
import fcntl
import http.server
import json
import os
import random
import re
import shutil
import signal
import socket
import socketserver
import struct
import subprocess
import sys
import threading
import time

from numbered import Collector, build, field, fields, free_port, metric, post, request, span_numbers, varint, wait

parser = argparse.ArgumentParser()
parser.add_argument("whittle")
parser.add_argument("work")
parser.add_argument("--long", action="store_true", help="300 faults for each kind of backend and each way to interfere, in place of 40")
parser.add_argument("--faults", type=int)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--only", default="")
options = parser.parse_args()
whittle, work = os.path.abspath(options.whittle), os.path.abspath(options.work)
FAULTS = options.faults or (300 if options.long else 40)
shutil.rmtree(work, ignore_errors=True)
os.makedirs(work)
injected = collections.Counter()

# What the backend does in place of answering well. "lost": it is final, and the collector counts it.
OTLP_FAULTS = ["500 lost", "400 lost", "302 lost", "307 lost", "429", "429 later", "502", "503", "503 later", "504", "hang", "reset", "reset taken", "garbage",
               "cut", "cut taken", "closes", "away", "rejects some"]
XRAY_FAULTS = ["500", "503", "ThrottlingException", "ThrottledException later", "ExpiredTokenException", "hang", "reset", "reset taken", "garbage", "cut", "cut taken",
               "closes", "away", "unprocessed", "fault with some", "AccessDenied lost"]


class Backend(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Every `one_in`th request meets a fault. `seen`: how often each span arrived; `lost`: those that it said no to for good."""
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):  # credentials of the task
            self.server.keys += 1
            body = json.dumps({"AccessKeyId": "AKID%d" % self.server.keys, "SecretAccessKey": "secret", "Token": "t",
                               "Expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))}).encode()
            self.answer(200, body)

        def answer(self, status, body=b"", *headers):
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def reset(self):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            server = self.server
            if self.path == "/TraceSegments":
                numbers = [int(json.loads(d)["id"], 16) for d in json.loads(body)["TraceSegmentDocuments"]]
            else:
                numbers = list(span_numbers(body))
            fault = server.fault()
            try:
                self.act(fault or "", numbers)
            except OSError:
                self.close_connection = True

        def act(self, fault, numbers):
            server = self.server
            xray = self.path == "/TraceSegments"
            kind, _, how = fault.partition(" ")
            good = b'{"UnprocessedTraceSegments": []}' if xray else b""
            if how == "taken" or not fault:
                server.take(numbers)
            if how == "lost":
                server.lose(numbers)
            if not fault:
                self.answer(200, good)
            elif kind == "rejects":
                server.take(numbers[1:])
                server.lose(numbers[:1])
                self.answer(200, field(1, varint(1 << 3) + varint(1) + field(2, b"one is enough")), ("content-type", "application/x-protobuf"))
            elif kind == "fault":
                server.take(numbers[1:])
                server.lose(numbers[:1])
                self.answer(200, json.dumps({"UnprocessedTraceSegments": [{"Id": "%016x" % numbers[0], "ErrorCode": "MissingId", "Message": "no"}]}).encode())
            elif kind == "unprocessed":
                server.take(numbers[1:])
                self.answer(200, json.dumps({"UnprocessedTraceSegments": [{"Id": "%016x" % numbers[0], "ErrorCode": "ThrottledException", "Message": "later"}]}).encode())
            elif kind.isdigit():
                headers = [("retry-after", "1")] if how == "later" else []
                if kind.startswith("3"):
                    headers.append(("location", f"http://127.0.0.1:{server.server_port}/elsewhere"))
                self.answer(int(kind), b"no" if not xray else json.dumps({"__type": "InternalFailure"}).encode(), *headers)
            elif kind.endswith("Exception") or kind == "AccessDenied":
                status = 403 if kind in ("ExpiredTokenException", "AccessDenied") else 429
                self.answer(status, json.dumps({"__type": kind if kind != "AccessDenied" else "AccessDeniedException", "message": "no"}).encode(),
                            *([("retry-after", "1")] if how == "later" else []))
            elif kind == "hang":
                server.released.wait(3)
                self.close_connection = True
            elif kind == "reset":
                self.reset()
            elif kind == "garbage":
                self.wfile.write(os.urandom(200))
                self.close_connection = True
            elif kind == "cut":
                self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{")
                self.close_connection = True
            elif kind == "closes":
                self.close_connection = True
            elif kind == "away":
                server.go_away(0.7)
                self.reset()

        def log_message(self, *_):
            pass

    def __init__(self, faults, seed):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.faults, self.rng, self.one_in, self.count = faults, random.Random(seed), 3, 0
        self.seen, self.lost, self.keys = collections.Counter(), set(), 0
        self.lock, self.released, self.refusing = threading.Lock(), threading.Event(), 0.0
        self.bag = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def fault(self):
        with self.lock:
            if not self.faults or self.rng.randrange(self.one_in):
                return None
            if not self.bag:  # each kind as often as the others
                self.bag = list(self.faults)
                self.rng.shuffle(self.bag)
            self.count += 1
            fault = self.bag.pop()
            injected[fault] += 1
            return fault

    def take(self, numbers):
        with self.lock:
            self.seen.update(numbers)

    def lose(self, numbers):
        with self.lock:
            self.lost.update(numbers)

    def go_away(self, seconds):
        self.refusing = time.monotonic() + seconds

    def verify_request(self, connection, _):
        if time.monotonic() >= self.refusing:
            return True
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        return False

    def handle_error(self, *_):
        pass

    def behave(self):
        self.faults = []
        self.released.set()


class Senders:
    """Numbered requests from four senders, each repeated until it was acknowledged."""

    def __init__(self, port, body=request, per_request=10, pause=0.0):
        self.port, self.body, self.per_request, self.pause, self.over = port, body, per_request, pause, False
        self.acknowledged, self.told_to_wait, self.lock = set(), 0, threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(1 + n * 10_000_000,), daemon=True) for n in range(4)]
        for t in self.threads:
            t.start()

    def run(self, number):
        while not self.over:
            status, _ = post(self.port, self.body(number, self.per_request))
            with self.lock:
                if status == 200:
                    self.acknowledged.update(range(number, number + self.per_request))
                    number += self.per_request
                else:
                    self.told_to_wait += 1
            time.sleep(self.pause if status == 200 else 0.05)

    def end(self):
        self.over = True
        for t in self.threads:
            t.join()
        return self.acknowledged


def segments(first, count):
    """Requests whose spans become one segment each."""
    now = time.time_ns()
    trace = struct.pack(">I", int(now // 10**9)) + bytes(12)

    def fixed(number, value):
        return varint(number << 3 | 1) + struct.pack("<Q", value)

    spans = b"".join(field(2, field(1, trace) + field(2, struct.pack(">Q", n)) + field(5, b"GET") + varint(6 << 3) + varint(2) + fixed(7, now) + fixed(8, now + 1000))
                     for n in range(first, first + count))
    return field(1, field(1, field(1, field(1, b"service.name") + field(2, field(1, b"shop")))) + field(2, spans))


def config(port, own, exporters, names="", processors="", extensions="", logs=""):
    names = names or exporters.split(":")[0].strip()
    listed = ", ".join(p.split(":")[0].strip() for p in [processors] if p)
    return f"""receivers: {{otlp: {{protocols: {{http: {{endpoint: '127.0.0.1:{port}'}}}}}}}}
processors: {{{processors}}}
extensions: {{{extensions}}}
exporters:
  {exporters}
service:
  extensions: [{extensions.split(":")[0].strip()}]
  telemetry: {{{logs}metrics: {{readers: [{{pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: {own}}}}}}}}}]}}}}
  pipelines: {{traces: {{receivers: [otlp], processors: [{listed}], exporters: [{names}]}}}}
"""


RETRY = "retry_on_failure: {initial_interval: 50ms, max_interval: 300ms, max_elapsed_time: 0s}"


def otlphttp(backend, queue="queue_size: 100000", name="otlphttp"):
    return f"{name}: {{endpoint: 'http://127.0.0.1:{backend.server_port}', compression: none, timeout: 1s, {RETRY}, sending_queue: {{{queue}}}}}"


def account(backend, acknowledged, counted_lost, log, duplicates_allowed=True):
    """Each acknowledged span has arrived, or the backend said no to it for good; and so many are counted."""
    with backend.lock:
        seen, lost = backend.seen, backend.lost
        missing = [n for n in acknowledged if n not in seen]
        unexplained = [n for n in missing if n not in lost]
        assert not unexplained, f"{len(unexplained)} of {len(acknowledged)} acknowledged spans are lost and nobody said no to them: {unexplained[:10]}\n{log[-3000:]}"
    told = counted_lost()
    # What was taken with an answer that was cut, and refused the second time, is counted though it has arrived.
    assert len(lost - set(seen)) <= told <= len(lost), f"{told} are counted as lost, {len(lost - set(seen))} to {len(lost)} are\n{log[-3000:]}"
    return len(acknowledged), len(missing), sum(v > 1 for v in seen.values())


def inject(backend, senders, faults):
    wait(lambda: backend.count >= faults, lambda: f"only {backend.count} faults in time", 60 + faults)
    acknowledged = senders.end()
    backend.behave()
    return acknowledged


def settled(backend, acknowledged, c):
    wait(lambda: all(n in backend.seen or n in backend.lost for n in list(acknowledged)),
         lambda: f"{sum(n not in backend.seen and n not in backend.lost for n in acknowledged)} of {len(acknowledged)} do not arrive\n{c.log()[-3000:]}", 60)


def tell(name, backend, numbers, c, bound):
    accounted, missing, twice = numbers
    most = c if isinstance(c, int) else c.resident()[1]
    print(f"{name}: {backend.count} faults, {accounted} acknowledged, {missing} refused for good by the backend and counted, {twice} more than once, {most} KiB at the most", flush=True)
    assert most < bound, f"{most} KiB"


# ---- what happens ------------------------------------------------------------------------------------------------------

def otlp():
    backend, port, own = Backend(OTLP_FAULTS, options.seed), free_port(), free_port()
    binary = build(whittle, work, "otlp", config(port, own, otlphttp(backend)))
    with Collector(binary) as c:
        acknowledged = inject(backend, Senders(port, pause=0.01), FAULTS)
        settled(backend, acknowledged, c)
        wait(lambda: metric(own, "otelcol_exporter_queue_size") == 0, "the queue is not empty")
        tell("otlp", backend, account(backend, acknowledged, lambda: metric(own, "otelcol_exporter_send_failed_spans"), c.log()), c, 20_000)
        assert c.stop() == 0
        for said in ("it is tried again", "the items are lost", "redirected to", "exporting failed in part"):
            assert said in c.log(), (said, c.log()[-3000:])


def xray():
    backend, port, own = Backend(XRAY_FAULTS, options.seed), free_port(), free_port()
    binary = build(whittle, work, "xray", config(port, own, f"awsxray: {{endpoint: 'http://127.0.0.1:{backend.server_port}', region: us-east-1, request_timeout_seconds: 1}}"))
    env = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{backend.server_port}/keys"}
    with Collector(binary, env) as c:
        acknowledged = inject(backend, Senders(port, segments, pause=0.02), FAULTS)
        settled(backend, acknowledged, c)
        wait(lambda: metric(own, "otelcol_exporter_queue_size") == 0, "the queue is not empty")
        tell("xray", backend, account(backend, acknowledged, lambda: metric(own, "otelcol_exporter_send_failed_spans"), c.log()), c, 20_000)
        assert backend.keys > 1 or injected["ExpiredTokenException"] == 0, "keys that have expired are used again"
        assert c.stop() == 0


def stop_under_load():
    """SIGTERM while senders send, and an outage that ends before the deadline."""
    rounds = 6 if options.long else 2
    for n in range(rounds):
        outage = n % 2 == 1
        backend, port, own = Backend([f for f in OTLP_FAULTS if "lost" not in f and f != "rejects some"], options.seed + n), free_port(), free_port()
        binary = build(whittle, work, "stop", config(port, own, otlphttp(backend)), "--stop-timeout", "20s", "--linger", "1s")
        with Collector(binary) as c:
            senders = Senders(port, pause=0.01)
            wait(lambda: len(senders.acknowledged) > 300, "the load begins")
            if outage:
                backend.go_away(5)
                backend.behave()  # afterwards
                time.sleep(0.3)
            c.process.send_signal(signal.SIGTERM)
            if not outage:
                backend.one_in = 10
            wait(lambda: c.process.poll() is not None, "it does not stop", 25)
            acknowledged = senders.end()
            missing = [n for n in acknowledged if n not in backend.seen]
            assert not missing, f"{len(missing)} acknowledged spans are lost\n{c.log()[-3000:]}"
            assert c.process.returncode == 0 and "left=0" in c.log() and "stopped: everything was sent" in c.log(), c.log()[-3000:]
            print(f"stopped {'in an outage' if outage else 'under load'}: {len(acknowledged)} acknowledged spans arrived", flush=True)


def memory():
    """An outage under load with a budget of memory: senders wait, and deliver everything later."""
    backend, port, own = Backend(["503", "hang", "reset", "429"], options.seed), free_port(), free_port()
    binary = build(whittle, work, "memory", config(port, own, otlphttp(backend), processors="memory_limiter: {check_interval: 50ms, limit_mib: 4, spike_limit_mib: 1}"))
    body = lambda n, count: request(n, count, b"x" * 3000)
    with Collector(binary) as c:
        backend.go_away(3)
        senders = Senders(port, body)
        wait(lambda: senders.told_to_wait > 20, "nobody is told to wait")
        wait(lambda: time.monotonic() > backend.refusing + 1 and backend.count > FAULTS / 10, "the backend is back")
        backend.one_in = 2
        acknowledged = inject(backend, senders, FAULTS / 4)
        settled(backend, acknowledged, c)
        tell("memory", backend, account(backend, acknowledged, lambda: metric(own, "otelcol_exporter_send_failed_spans"), c.log()), c, 16_000)
        assert "above the soft limit" in c.log(), c.log()[-3000:]
        assert c.stop() == 0


def log_blocked():
    """Nobody reads standard error: delivery goes on, and what was left out of the log is told when somebody does."""
    backend, port, own = Backend(OTLP_FAULTS, options.seed), free_port(), free_port()
    binary = build(whittle, work, "blocked", config(port, own, otlphttp(backend), logs="logs: {sampling: {enabled: false}}, "))
    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)
    log = open(binary + ".log", "w")
    process = subprocess.Popen([binary], stderr=write)
    os.close(write)
    try:
        wait(lambda: post(port, b"")[0] == 200, "it does not start")
        acknowledged = inject(backend, Senders(port, pause=0.01), max(FAULTS // 2, 30))

        class Quiet:
            log = staticmethod(lambda: "")
        settled(backend, acknowledged, Quiet)
        wait(lambda: metric(own, "otelcol_exporter_queue_size") == 0, "the queue is not empty")
        account(backend, acknowledged, lambda: metric(own, "otelcol_exporter_send_failed_spans"), "")
        process.send_signal(signal.SIGTERM)
        said = b""
        while chunk := os.read(read, 65536):
            said += chunk
        log.write(said.decode(errors="replace"))
        assert process.wait(30) == 0
        assert b"stopped: everything was sent" in said, said[-2000:]
        print(f"log blocked: {backend.count} faults, {len(acknowledged)} acknowledged, {len(said)} bytes of log", flush=True)
    finally:
        process.kill()
        process.wait()
        os.close(read)


def two_exporters():
    """One gets every fault there is and one works: what the first does to the second is nothing."""
    bad, good, port, own = Backend(OTLP_FAULTS, options.seed), Backend([], 0), free_port(), free_port()
    bad.one_in = 1
    binary = build(whittle, work, "two", config(port, own, otlphttp(bad, name="otlphttp/bad") + "\n  " + otlphttp(good, name="otlphttp/good"), "otlphttp/bad, otlphttp/good"))
    with Collector(binary) as c:
        acknowledged = inject(bad, Senders(port, pause=0.02), FAULTS)
        settled(good, acknowledged, c)
        settled(bad, acknowledged, c)
        wait(lambda: metric(own, "otelcol_exporter_queue_size") == 0, "the queue is not empty")
        assert set(good.seen) >= acknowledged and set(good.seen.values()) == {1}, "the good one has not everything once"
        lost = lambda: metric(own, "otelcol_exporter_send_failed_spans", exporter="otlphttp/bad") + metric(own, "otelcol_exporter_enqueue_failed_spans", exporter="otlphttp/bad")
        tell("two exporters", bad, account(bad, acknowledged, lost, c.log()), c, 24_000)
        assert c.stop() == 0


def killed():
    """kill -9 with the queue on disk, while the backend misbehaves."""
    backend, port, own = Backend([f for f in OTLP_FAULTS if f != "rejects some"], options.seed), free_port(), free_port()
    binary = build(whittle, work, "killed", config(port, own, otlphttp(backend, "queue_size: 100000, storage: file_storage"),
                                                   extensions=f"file_storage: {{directory: '{work}/queue', create_directory: true, timeout: 5s}}"))
    rng, senders, most, kills = random.Random(options.seed), None, 0, 0
    while backend.count < FAULTS:
        with Collector(binary, append=True) as c:
            senders = senders or Senders(port, pause=0.005)
            time.sleep(rng.uniform(0.1, 1.0))
            most = max(most, c.resident()[1])
            kills += 1
    with Collector(binary, append=True) as c:
        acknowledged = inject(backend, senders, 0)
        settled(backend, acknowledged, c)
        # What died with the process is not counted by the next one, so only this much can be said.
        with backend.lock:
            missing = [n for n in acknowledged if n not in backend.seen]
            assert set(missing) <= backend.lost
        tell(f"killed {kills} times", backend, (len(acknowledged), len(missing), sum(v > 1 for v in backend.seen.values())), max(most, c.resident()[1]), 24_000)
        assert c.stop() == 0


for scenario in (otlp, xray, stop_under_load, memory, log_blocked, two_exporters, killed):
    if options.only in scenario.__name__:
        began = time.monotonic()
        scenario()
        print(f"  {time.monotonic() - began:.1f} s", flush=True)
print(f"ok: {sum(injected.values())} faults: " + ", ".join(f"{k} {v}" for k, v in sorted(injected.items())))
