# SPDX-License-Identifier: Apache-2.0
"""What tests of delivery share: numbered spans in OTLP written by hand, ports, waiting, and a collector that is ended by its pid."""
import http.server
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.error
import urllib.request


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait(condition, why, seconds=60):
    """Until condition() is true; fails with `why`, a text or what gives one."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, why() if callable(why) else why
        time.sleep(0.02)


# ---- OTLP by hand: a span is its number, in the span id, and some attributes' worth of bytes ---------------------------

def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def field(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def request(first, count, filler=b""):
    spans = b"".join(field(2, field(1, bytes(16)) + field(2, struct.pack(">Q", n)) + field(5, b"GET /cart/%d" % n + filler))
                     for n in range(first, first + count))
    return field(1, field(1, field(1, field(1, b"service.name") + field(2, field(1, b"shop")))) + field(2, spans))


def fields(data):
    """The fields of a message whose fields are all of them length-delimited."""
    at = 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        tag = number()
        assert tag & 7 == 2, tag
        size = number()
        yield tag >> 3, data[at:at + size]
        at += size


def span_numbers(body):
    for f, group in fields(body):
        for g, scope in fields(group):
            if g == 2:
                for h, span in fields(scope):
                    if h == 2:
                        yield struct.unpack(">Q", next(v for k, v in fields(span) if k == 2))[0]


def post(port, body, timeout=10):
    """Sends OTLP over HTTP; (status, body) of the answer, (0, b"") where none came."""
    ask = urllib.request.Request(f"http://127.0.0.1:{port}/v1/traces", body, {"content-type": "application/x-protobuf"})
    try:
        with urllib.request.urlopen(ask, timeout=timeout) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()
    except (OSError, ValueError):
        return 0, b""


def backend(received):
    """A server that takes all that is posted; received(headers, body) hears of each request. Its port is `server_port`."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            received(self.headers, self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


# ---- collectors --------------------------------------------------------------------------------------------------------

def build(whittle, work, name, config, *more):
    """The path of a collector made from the text of a config."""
    path = os.path.join(work, name + ".yaml")
    with open(path, "w") as f:
        f.write(config)
    binary = os.path.join(work, name)
    built = subprocess.run([whittle, "build", path, "-o", binary, *more], capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    return binary


class Collector:
    """A running collector; its log goes to BINARY.log, behind what is there where `append` is set."""

    def __init__(self, binary, env=None, append=False, ready=True, **popen):
        self.log_path = binary + ".log"
        self.log_file = open(self.log_path, "a" if append else "w")
        self.log_from = os.path.getsize(self.log_path)
        self.process = subprocess.Popen([binary], stderr=self.log_file, env={"PATH": os.environ["PATH"], **(env or {})}, **popen)
        if ready:
            wait(lambda: "everything is ready" in self.log() or self.process.poll() is not None, lambda: "does not start:\n" + self.log())
            assert self.process.poll() is None, "ended at once:\n" + self.log()

    def log(self):
        with open(self.log_path, errors="replace") as f:
            f.seek(self.log_from)
            return f.read()

    def resident(self):
        """KiB, and the most there ever was."""
        with open(f"/proc/{self.process.pid}/status") as f:
            text = f.read()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]), int(re.search(r"VmHWM:\s+(\d+)", text)[1])

    def cpu(self):
        ticks = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self, seconds=40):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


def metric(port, name, **labels):
    """The value of a self metric, 0 where there is none."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    total = 0
    for line in text.splitlines():
        m = re.match(r"(\w+)\{(.*)\} (\S+)$", line)
        if m and m[1] == name and all(f'{k}="{v}"' in m[2] for k, v in labels.items()):
            total += float(m[3])
    return total
