# SPDX-License-Identifier: Apache-2.0
"""What was acknowledged outlives the collector: killed at random points and started again, stopped during an outage, with a disk
that is full, with a queue of a fixed size, and with files that someone has damaged.

usage: file_storage_test.py WHITTLE WORK_DIR [--kills N] [--seed N]
"""
import argparse
import glob
import http.server
import os
import random
import resource
import shutil
import subprocess
import sys
import threading
import time

from numbered import Collector, build, free_port, post, request, span_numbers, wait

parser = argparse.ArgumentParser()
parser.add_argument("whittle")
parser.add_argument("work")
parser.add_argument("--kills", type=int, default=12)
parser.add_argument("--seed", type=int, default=1)
options = parser.parse_args()
whittle, work = os.path.abspath(options.whittle), os.path.abspath(options.work)
shutil.rmtree(work, ignore_errors=True)
os.makedirs(work)


class Backend(http.server.ThreadingHTTPServer):
    """Counts how often each span arrives; while it is away it answers 503."""
    daemon_threads = True
    request_queue_size = 256

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            away = self.server.away
            if not away:
                with self.server.lock:
                    for n in span_numbers(body):
                        self.server.seen[n] = self.server.seen.get(n, 0) + 1
            self.send_response(503 if away else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.seen, self.away, self.lock = {}, False, threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        pass  # a collector was killed

    def missing(self, numbers):
        with self.lock:
            return [n for n in numbers if n not in self.seen]


def collector_config(backend, port, folder, storage="", queue="queue_size: 100000"):
    return f"""receivers: {{otlp: {{protocols: {{http: {{endpoint: '127.0.0.1:{port}'}}}}}}}}
extensions: {{file_storage: {{directory: '{folder}', create_directory: true, timeout: 5s{storage}}}}}
exporters:
  otlphttp:
    endpoint: 'http://127.0.0.1:{backend.server_port}'
    compression: none
    sending_queue: {{storage: file_storage, {queue}}}
    retry_on_failure: {{initial_interval: 50ms, max_interval: 200ms, max_elapsed_time: 0s}}
service:
  extensions: [file_storage]
  pipelines: {{traces: {{receivers: [otlp], exporters: [otlphttp]}}}}
"""


class Sender(threading.Thread):
    """Sends numbered requests, one after the other, each until it was acknowledged."""

    def __init__(self, port, first, per_request=20, filler=b""):
        super().__init__(daemon=True)
        self.port, self.next, self.per_request, self.filler = port, first, per_request, filler
        self.acknowledged, self.refused, self.over = [], 0, False
        self.start()

    def run(self):
        while not self.over:
            status, _ = post(self.port, request(self.next, self.per_request, self.filler))
            if status == 200:
                self.acknowledged += range(self.next, self.next + self.per_request)
                self.next += self.per_request
            else:
                self.refused += 1
                time.sleep(0.02)

    def end(self):
        self.over = True
        self.join()
        return self.acknowledged


def folder_size(folder):
    return sum(os.path.getsize(p) for p in glob.glob(folder + "/*"))


def killed():
    backend, port, folder = Backend(), free_port(), os.path.join(work, "killed_queue")
    binary = build(whittle, work, "killed", collector_config(backend, port, folder))
    rng = random.Random(options.seed)
    senders = []
    most = 0
    for life in range(options.kills):
        with Collector(binary, append=True) as c:
            if not senders:
                senders = [Sender(port, n * 10_000_000) for n in range(4)]
            backend.away = rng.random() < 0.5
            for _ in range(rng.randrange(1, 4)):
                time.sleep(rng.uniform(0.02, 0.25))
                backend.away = not backend.away
            most = max(most, c.resident()[1])
            c.kill()
    backend.away = False
    with Collector(binary, append=True) as c:
        time.sleep(0.3)
        acknowledged = [n for s in senders for n in s.end()]
        wait(lambda: not backend.missing(acknowledged), lambda: f"{len(backend.missing(acknowledged))} of {len(acknowledged)} do not arrive\n" + c.log()[-2000:])
        assert c.stop() == 0
    assert len(acknowledged) > 200, len(acknowledged)
    twice = sum(v > 1 for v in backend.seen.values())
    print(f"killed {options.kills} times: {len(acknowledged)} acknowledged spans arrived, {twice} of them more than once; {most} KiB at the most, {folder_size(folder)} bytes left on the disk")
    assert folder_size(folder) < 2_000_000
    assert most < 40_000, most


def stopped_in_an_outage():
    backend, port, folder = Backend(), free_port(), os.path.join(work, "outage_queue")
    binary = build(whittle, work, "outage", collector_config(backend, port, folder), "--stop-timeout", "4s", "--linger", "0s")
    backend.away = True
    with Collector(binary) as c:
        # 40 MB, of which 8 MiB may be in memory.
        for n in range(40):
            assert post(port, request(n * 10, 10, b"x" * 100_000))[0] == 200, c.log()
        most = c.resident()[1]
        assert c.stop() == 0, c.log()
        assert "left=400 on_disk=400" in c.log() and "what was not sent is on the disk" in c.log(), c.log()
    assert most < 30_000, most
    backend.away = False
    with Collector(binary) as c:
        assert "a queue on disk was found; it is sent" in c.log() and "payloads=40 items=400" in c.log(), c.log()
        wait(lambda: not backend.missing(range(400)), lambda: "not all arrive\n" + c.log())
        assert c.stop() == 0
    assert set(backend.seen.values()) == {1}, "a span arrived more than once"
    print(f"stopped in an outage: 400 spans of 40 MB were sent by the next collector, {most} KiB at the most")


def full_disk():
    """The limit of the process's files stands in for a disk: one that is full, and empty again."""
    backend, port, folder = Backend(), free_port(), os.path.join(work, "full_queue")
    binary = build(whittle, work, "full", collector_config(backend, port, folder))
    backend.away = True
    read, written = os.pipe()
    os.close(written)
    with Collector(binary, append=True) as c:
        acknowledged = []
        for n in range(20):
            assert post(port, request(n * 10, 10))[0] == 200
            acknowledged += range(n * 10, n * 10 + 10)
        soft, hard = resource.prlimit(c.process.pid, resource.RLIMIT_FSIZE)
        # The log is a file too, and stays below this.
        limit = max(os.path.getsize(p) for p in glob.glob(folder + "/*.queue")) + 700
        resource.prlimit(c.process.pid, resource.RLIMIT_FSIZE, (max(limit, 20_000), hard))
        refused = 0
        for n in range(20, 2000):
            status, _ = post(port, request(n * 10, 10, b"x" * 2500))
            assert status in (200, 503), status
            if status == 503:
                refused += 1
                if refused > 5:
                    break
            else:
                acknowledged += range(n * 10, n * 10 + 10)
        assert refused > 5 and "takes nothing" in c.log(), c.log()[-2000:]
        c.kill()
    with Collector(binary, append=True) as c:
        backend.away = False
        wait(lambda: not backend.missing(acknowledged), lambda: f"{len(backend.missing(acknowledged))} are lost\n" + c.log()[-2000:])
        assert post(port, request(10_000_000, 10))[0] == 200
        wait(lambda: not backend.missing(range(10_000_000, 10_000_010)), "the queue goes on")
        assert c.stop() == 0
    print(f"full disk: senders were asked to come again, and {len(acknowledged)} acknowledged spans arrived after kill -9")


def small_tmpfs():
    folder = os.path.join(work, "tmpfs")
    os.makedirs(folder)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", folder], capture_output=True).returncode:
        print("small tmpfs: skipped, it cannot be mounted")
        return
    try:
        backend, port = Backend(), free_port()
        binary = build(whittle, work, "tmpfs_collector", collector_config(backend, port, folder))
        backend.away = True
        with Collector(binary) as c:
            acknowledged, refused = [], 0
            for n in range(200):
                status, _ = post(port, request(n * 10, 10, b"x" * 5000))
                assert status in (200, 503), status
                refused += status == 503
                if status == 200:
                    acknowledged += range(n * 10, n * 10 + 10)
            assert refused > 100 and len(acknowledged) > 100, (refused, len(acknowledged))
            assert "takes nothing" in c.log() and "No space left on device" in c.log(), c.log()[-2000:]
            c.kill()
        with Collector(binary, append=True) as c:
            backend.away = False
            wait(lambda: not backend.missing(acknowledged), lambda: f"{len(backend.missing(acknowledged))} are lost\n" + c.log()[-2000:])
            # And when it has been sent there is room.
            wait(lambda: post(port, request(10_000_000, 10, b"x" * 5000))[0] == 200, "the queue takes nothing any more", 10)
            wait(lambda: not backend.missing(range(10_000_000, 10_000_010)), "the queue goes on")
            assert c.stop() == 0
        print(f"small tmpfs: {refused} refused, and {len(acknowledged)} acknowledged spans arrived after kill -9")
    finally:
        subprocess.run(["umount", folder], check=True)


def fixed_size():
    backend, port, folder = Backend(), free_port(), os.path.join(work, "fixed_queue")
    binary = build(whittle, work, "fixed", collector_config(backend, port, folder, ", max_size: 3000000, fsync: true"))
    backend.away = True
    with Collector(binary) as c:
        senders = [Sender(port, 10_000_000 * n, 10, b"x" * 2000) for n in range(2)]
        wait(lambda: all(s.refused > 10 for s in senders), "the queue takes everything")
        assert folder_size(folder) <= 3_000_000, folder_size(folder)
        assert "has its size" in c.log(), c.log()
        backend.away = False
        had = len(senders[0].acknowledged)
        wait(lambda: len(senders[0].acknowledged) > had + 500, "nothing is taken any more")
        acknowledged = [n for s in senders for n in s.end()]
        wait(lambda: not backend.missing(acknowledged), "not all arrive")
        assert c.stop() == 0
    assert set(backend.seen.values()) == {1}, "a span arrived more than once"
    print(f"fixed size: {len(acknowledged)} spans passed through 3 MB, each once")


def damaged():
    backend, port, folder = Backend(), free_port(), os.path.join(work, "damaged_queue")
    binary = build(whittle, work, "damaged", collector_config(backend, port, folder))
    backend.away = True
    with Collector(binary) as c:
        for n in range(10):
            assert post(port, request(n * 10, 10))[0] == 200
        c.kill()
    time.sleep(0.5)  # what it had sent has been answered: the backend is still away
    (good,) = glob.glob(folder + "/*.queue")
    content = bytearray(open(good, "rb").read())
    middle = content.find(b"GET /cart/45")
    assert middle > 0
    content[middle] ^= 1
    open(good, "wb").write(content)
    base = good[:good.rindex(".0")]
    open(base + ".00000007.queue", "wb").write(bytes(content[:8]) + (99).to_bytes(4, "little") + bytes(content[12:]))
    open(base + ".00000008.queue", "wb").write(os.urandom(5000))
    open(base + ".00000009.queue", "wb").write(bytes(content[:20]) + os.urandom(3))
    backend.away = False
    with Collector(binary) as c:
        wait(lambda: not backend.missing([n for n in range(100) if not 40 <= n < 50]), lambda: "what is whole does not arrive\n" + c.log())
        assert post(port, request(1000, 10))[0] == 200
        wait(lambda: not backend.missing(range(1000, 1010)), "the queue goes on")
        assert c.stop() == 0
        log = c.log()
    assert backend.missing(range(40, 50)) == list(range(40, 50))
    for said in ("a queue on disk is damaged", "another version wrote it", "it is no file of a queue", "ends in the middle of a payload"):
        assert said in log, (said, log)
    assert len(glob.glob(base + "*.unknown")) == 1 and len(glob.glob(base + "*.damaged")) >= 1, os.listdir(folder)
    with Collector(binary) as c:  # and none of it is in the way again
        assert "damaged" not in c.log() and "set aside" not in c.log(), c.log()
        assert c.stop() == 0
    print("damaged: what is whole arrived, what is not was set aside and told once")


def two_at_once():
    backend, port, folder = Backend(), free_port(), os.path.join(work, "fixed_queue")
    binary = build(whittle, work, "first", collector_config(backend, port, folder))
    other = build(whittle, work, "second", collector_config(backend, free_port(), folder).replace("timeout: 5s", "timeout: 200ms"))
    with Collector(binary):
        with Collector(other, ready=False) as c:
            assert c.process.wait(10) == 1 and "another collector has the queue" in c.log(), c.log()


killed()
stopped_in_an_outage()
full_disk()
small_tmpfs()
fixed_size()
damaged()
two_at_once()
print("ok")
