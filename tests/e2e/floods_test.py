# SPDX-License-Identifier: Apache-2.0
"""Peers that try to make an HTTP/2 server work for nothing, or keep what it has: resets, settings, pings, empty frames, heads that do
not end, heads that are long, compressed heads that become long, windows that stay shut, answers that nobody reads, and heads that
come slowly. Each costs little processor time and memory, is told once, and whoever else comes meanwhile is answered at once.

usage: floods_test.py WHITTLE WORK_DIR [NAME...]
"""
import os
import select
import socket
import struct
import subprocess
import sys
import time

from numbered import Collector, build, free_port, post, request

whittle, work = (os.path.abspath(a) for a in sys.argv[1:3])
only = sys.argv[3:]
os.makedirs(work, exist_ok=True)

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, END_HEADERS, ACK = 1, 4, 1


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(name, value):
    """A field that no table takes in (RFC 7541 section 6.2.2); values have fewer than 16,384 bytes."""
    size = bytes([len(value)]) if len(value) < 127 else bytes([127, (len(value) - 127) & 127 | 128, (len(value) - 127) >> 7])
    return b"\x00" + bytes([len(name)]) + name + size + value


# :method POST, :scheme http, :path /v1/traces, :authority x
HEAD = b"\x83\x86" + literal(b":path", b"/v1/traces") + literal(b":authority", b"x") + literal(b"content-type", b"application/x-protobuf")
# A field that the table takes in, and from then on one byte.
KEPT = b"\x40\x01a" + b"\x7f" + bytes([(3500 - 127) & 127 | 128, (3500 - 127) >> 7]) + b"v" * 3500
INDEXED = b"\xbe"


class Peer:
    def __init__(self, port, reads):
        self.socket = socket.socket()
        if not reads:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.reads = reads
        self.closed = False
        self.send(PREFACE + frame(SETTINGS, 0, 0))

    def send(self, data):
        """False when the server has closed the connection, or reads no more."""
        view = memoryview(data)
        try:
            while view:
                readable, writable, _ = select.select([self.socket] * self.reads, [self.socket], [], 0.5)
                if readable and not self.socket.recv(1 << 16):
                    self.closed = True
                    return False
                if writable:
                    view = view[self.socket.send(view):]
                elif not readable:
                    return False
        except OSError:
            self.closed = True
        return not self.closed

    def look(self):
        """Finds out whether the server has closed the connection."""
        try:
            while not self.closed:
                self.closed = not self.socket.recv(1 << 16)
        except BlockingIOError:
            pass
        except OSError:
            self.closed = True


def block_of(frames, times):
    return [b"".join(frames)] * times


def resets():
    stream = 1
    for _ in range(40):
        out = b""
        for _ in range(500):
            out += frame(HEADERS, END_HEADERS, stream, HEAD) + frame(RST_STREAM, 0, stream, b"\0\0\0\x08")
            stream += 2
        yield out


def resets_of_answered():
    stream = 1
    for _ in range(40):
        out = b""
        for _ in range(500):
            out += frame(HEADERS, END_HEADERS | END_STREAM, stream, HEAD) + frame(RST_STREAM, 0, stream, b"\0\0\0\x08")
            stream += 2
        yield out


def settings():
    yield from block_of([frame(SETTINGS, 0, 0)] * 1000, 500)


def window_settings():
    # A hundred streams, each of whose windows every frame changes.
    yield b"".join(frame(HEADERS, END_HEADERS, 1 + 2 * n, HEAD) for n in range(100))
    yield from block_of([frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 1)), frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 2))] * 500, 500)


def pings():
    yield from block_of([frame(PING, 0, 0, bytes(8))] * 1000, 500)


def empty_data():
    yield frame(HEADERS, END_HEADERS, 1, HEAD)
    yield from block_of([frame(DATA, 0, 1)] * 1000, 200)


def unknown_frames():
    yield from block_of([frame(0x20, 0, 0)] * 1000, 200)


def priorities():
    yield from block_of([frame(PRIORITY, 0, n * 2 + 1, struct.pack(">IB", 0, 3)) for n in range(1000)], 200)


def window_updates():
    yield from block_of([frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1))] * 1000, 200)


def continuations():
    yield frame(HEADERS, 0, 1, HEAD)
    yield from block_of([frame(CONTINUATION, 0, 1)] * 1000, 200)


def long_continuations():
    yield frame(HEADERS, 0, 1, HEAD)
    yield from block_of([frame(CONTINUATION, 0, 1, literal(b"a", b"v" * 12000))] * 10, 100)


def long_heads():
    stream = 1
    for _ in range(1000):
        yield frame(HEADERS, 0, stream, HEAD + literal(b"a", b"v" * 12000)) + frame(CONTINUATION, 0, stream, literal(b"b", b"v" * 12000)) * 5 + frame(
            CONTINUATION, END_HEADERS, stream, literal(b"b", b"v" * 12000))
        stream += 2


def packed_heads():
    # 16 KiB that become 50 MB.
    yield frame(HEADERS, END_HEADERS, 1, HEAD + KEPT)
    stream = 3
    for _ in range(100):
        yield frame(HEADERS, END_HEADERS, stream, HEAD + INDEXED * 15000)
        stream += 2


def packed_trailers():
    yield frame(HEADERS, END_HEADERS, 1, HEAD + KEPT)
    stream = 3
    for _ in range(100):
        yield frame(HEADERS, END_HEADERS, stream, HEAD) + frame(HEADERS, END_HEADERS | END_STREAM, stream, INDEXED * 16000)
        stream += 2


def open_streams():
    # Far more streams than may be open.
    for block in range(20):
        yield b"".join(frame(HEADERS, END_HEADERS, 1 + 2 * (block * 1000 + n), HEAD) for n in range(1000))


def shut_windows():
    # Whole requests whose answers do not fit into the window.
    yield frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 0))
    for block in range(20):
        yield b"".join(frame(HEADERS, END_HEADERS | END_STREAM, 1 + 2 * (block * 1000 + n), HEAD) for n in range(1000))


FLOODS = [resets, resets_of_answered, settings, window_settings, pings, empty_data, unknown_frames, priorities, window_updates, continuations,
          long_continuations, long_heads, packed_heads, packed_trailers, open_streams, shut_windows]
# What is answered by the server itself, and not read.
UNREAD = (settings, window_settings, pings)
CLOSED = (resets, resets_of_answered, settings, window_settings, pings, continuations, long_continuations)


def config(http, grpc):
    return f"""receivers: {{otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{http}"}}, grpc: {{endpoint: "127.0.0.1:{grpc}"}}}}}}}}
exporters: {{debug: {{verbosity: basic, sampling_initial: 1, sampling_thereafter: 0}}}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines: {{traces: {{receivers: [otlp], exporters: [debug]}}}}
"""


def told(log):
    return [line for line in log.splitlines() if " warn " in line or " error " in line]


def attack(flood, port, collector):
    """What a flood cost: CPU seconds, whether the connection was closed, and the longest that somebody else waited."""
    peer = Peer(port, flood not in UNREAD)
    before, slowest, at = collector.cpu(), 0, time.monotonic()
    for block in flood():
        going = peer.send(block)
        if not going or time.monotonic() > at + 0.1:
            at = time.monotonic()
            assert post(http, request(1, 1))[0] == 200, flood.__name__
            slowest = max(slowest, time.monotonic() - at)
        if not going:
            break
    spent = -1
    while spent != (spent := collector.cpu()):  # what is in the system's buffers is read too
        time.sleep(0.2)
        peer.look()
    return collector.cpu() - before, peer.closed, slowest


http, grpc = free_port(), free_port()
binary = build(whittle, work, "floods", config(http, grpc), "--linger", "0s", "--memory", "32MiB")
for flood in FLOODS:
    if only and flood.__name__ not in only:
        continue
    for name, port in (("http", http), ("grpc", grpc)):
        with Collector(binary, stdout=subprocess.DEVNULL) as collector:
            cost, closed, slowest = attack(flood, port, collector)
            _, most = collector.resident()
            lines = told(collector.log())
            print(f"{flood.__name__} to {name}: {cost:.2f} s of CPU, at most {most} KiB, {'closed' if closed else 'open'}, others waited {slowest:.3f} s")
            assert cost < 0.5 and most < 8192 and slowest < 5, (cost, most, slowest)
            assert closed == (flood in CLOSED), lines
            assert len(lines) == (flood in CLOSED), lines
            assert post(http, request(1, 1))[0] == 200
            assert collector.stop() == 0
print("ok")
