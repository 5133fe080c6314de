# SPDX-License-Identifier: Apache-2.0
"""A gRPC server that is not ours (grpcio) behind the exporter `otlp`: what arrives, over plain text and TLS, and what the exporter does
when the server is slow, full, away or says no. Several of them behind `loadbalancing`: what each gets, and what becomes of what one
has not got when it is gone.

usage: otlp_grpc_test.py WHITTLE WORK_DIR
"""
import atexit
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def prepare():
    venv = os.path.join(work, "venv")
    python = os.path.join(venv, "bin", "python")
    if not os.path.exists(os.path.join(venv, ".complete")):
        for command in ([sys.executable, "-m", "venv", venv], [python, "-m", "pip", "install", "-q", "grpcio==1.*"]):
            if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
                skip("grpcio cannot be installed")
        open(os.path.join(venv, ".complete"), "w").close()
    if os.environ.get("WHITTLE_GRPC_VENV") != "1":
        os.environ["WHITTLE_GRPC_VENV"] = "1"
        os.execv(python, [python] + sys.argv)


prepare()
import concurrent.futures  # noqa: E402

import grpc  # noqa: E402


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait(condition, why, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, why
        time.sleep(0.02)


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out + bytes([n]))


def field(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def retry_info(milliseconds):
    """google.rpc.Status with a RetryInfo."""
    delay = field(1, b"\x10" + varint(milliseconds * 1_000_000))
    return b"\x08\x08" + field(3, field(1, b"type.googleapis.com/google.rpc.RetryInfo") + field(2, delay))


class Server(grpc.GenericRpcHandler):
    """Keeps (method, message, metadata, peer); `answers`, in order, are (code, message, trailers) or the bytes of an answer."""

    def __init__(self, addresses, credentials=None, **options):
        self.calls, self.answers, self.delay = [], [], 0
        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(8), handlers=(self,), options=list(options.items()))
        for a in addresses:
            bound = self.server.add_secure_port(a, credentials) if credentials else self.server.add_insecure_port(a)
            assert bound, a
        self.server.start()

    def service(self, details):
        def export(message, context):
            self.calls.append((details.method, message, dict(context.invocation_metadata()), context.peer(), time.monotonic()))
            time.sleep(self.delay)
            answer = self.answers.pop(0) if self.answers else b""
            if isinstance(answer, tuple):
                context.set_trailing_metadata(answer[2])
                context.abort(answer[0], answer[1])
            return answer
        return grpc.unary_unary_rpc_method_handler(export)

    def stop(self):
        self.server.stop(0).wait()


class Collector:
    def __init__(self, name, settings, inside=(), exporter="otlp"):
        self.port, self.telemetry = free_port(), free_port()
        config = os.path.join(work, name + ".yaml")
        binary = os.path.join(work, name)
        with open(config, "w") as f:
            json.dump({"receivers": {"otlp": {"protocols": {"http": {"endpoint": f"127.0.0.1:{self.port}"}}}},
                       "exporters": {exporter: settings},
                       "service": {"telemetry": {"metrics": {"readers": [{"pull": {"exporter": {"prometheus": {"host": "127.0.0.1", "port": self.telemetry}}}}]}},
                                   "pipelines": {s: {"receivers": ["otlp"], "exporters": [exporter]} for s in ("traces", "logs")}}}, f)
        subprocess.run([whittle, "build", config, "-o", binary], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.log = open(binary + ".log", "w+")
        self.process = subprocess.Popen([*inside, binary], stderr=self.log)
        atexit.register(self.process.kill)
        wait(lambda: "everything is ready" in self.said(), "it starts")

    def said(self):
        with open(self.log.name, encoding="utf-8") as f:
            return f.read()

    def send(self, name="x", status=200, trace="01" * 16):
        body = {"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": trace, "spanId": "02" * 8, "name": name}]}]}]}
        r = urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{self.port}/v1/traces", json.dumps(body).encode(),
                                                          {"content-type": "application/json"}))
        assert r.status == status

    def metric(self, name):
        text = urllib.request.urlopen(f"http://127.0.0.1:{self.telemetry}/metrics").read().decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name + "{"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0, self.said()


RETRY = {"initial_interval": "50ms", "max_interval": "200ms"}


def plain():
    for compression in ("none", "gzip", "zstd"):
        port = free_port()
        server = Server([f"127.0.0.1:{port}"])
        if compression == "zstd":  # which grpcio has not
            server.stop()
            continue
        c = Collector("plain_" + compression, {"endpoint": f"127.0.0.1:{port}", "tls": {"insecure": True}, "compression": compression,
                                               "headers": {"x-tenant": "shop"}, "retry_on_failure": RETRY, "timeout": "2s"})
        c.send("first")
        wait(lambda: server.calls, "it arrives")
        method, message, metadata, _, _ = server.calls[0]
        assert method == "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
        assert b"first" in message and metadata["x-tenant"] == "shop", metadata
        assert metadata["user-agent"].startswith("whittle/"), metadata

        # Again after what may pass, as the server says; never after what may not.
        server.calls.clear()
        server.answers = [(grpc.StatusCode.UNAVAILABLE, "away ✓", ()), b""]
        c.send("second")
        wait(lambda: len(server.calls) == 2, "it is sent again")
        server.calls.clear()
        server.answers = [(grpc.StatusCode.RESOURCE_EXHAUSTED, "slow", (("grpc-status-details-bin", retry_info(700)),)), b""]
        c.send("third")
        wait(lambda: len(server.calls) == 2, "it is sent again when it was told to")
        assert server.calls[1][4] - server.calls[0][4] >= 0.7
        server.calls.clear()
        server.answers = [(grpc.StatusCode.INVALID_ARGUMENT, "bad ✓", ()), (grpc.StatusCode.RESOURCE_EXHAUSTED, "full", ())]
        c.send("fourth")
        c.send("fifth")
        wait(lambda: c.metric("otelcol_exporter_send_failed_spans") == 2, "both are lost")
        assert len(server.calls) == 2, server.calls
        wait(lambda: "INVALID_ARGUMENT: bad ✓" in c.said(), "it is told why: " + c.said(), 5)

        # Taken in part: ExportTraceServiceResponse{partial_success{rejected_spans: 1, error_message: "no"}}.
        server.answers = [field(1, b"\x08\x01" + field(2, b"no"))]
        c.send("sixth")
        wait(lambda: c.metric("otelcol_exporter_send_failed_spans") == 3, "one is lost")

        # Slower than the timeout once.
        server.calls.clear()
        server.delay = 2.5
        c.send("seventh")
        wait(lambda: len(server.calls) == 1, "it arrives")
        time.sleep(1)
        server.delay = 0
        wait(lambda: len(server.calls) >= 2, "it is sent again")

        # Away, and back.
        server.stop()
        c.send("eighth")
        time.sleep(0.5)
        server = Server([f"127.0.0.1:{port}"])
        wait(lambda: any(b"eighth" in call[1] for call in server.calls), "it waits for the server")
        for i in range(200):
            c.send(f"many {i}")
        wait(lambda: len({call[1] for call in server.calls if b"many" in call[1]}) == 200, "all arrive")
        c.stop()
        server.stop()


def too_large():
    """The server refuses from the prefix on, before the message has arrived."""
    port = free_port()
    server = Server([f"127.0.0.1:{port}"], **{"grpc.max_receive_message_length": 100_000})
    c = Collector("too_large", {"endpoint": f"http://127.0.0.1:{port}", "compression": "none", "retry_on_failure": RETRY})
    c.send("x" * 3_000_000)
    wait(lambda: c.metric("otelcol_exporter_send_failed_spans") == 1, "it is lost: " + c.said())
    assert "RESOURCE_EXHAUSTED" in c.said(), c.said()
    c.send("small")
    wait(lambda: len(server.calls) == 1, "the next one arrives")
    c.stop()
    server.stop()


def tls():
    key, cert = os.path.join(work, "key.pem"), os.path.join(work, "cert.pem")
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "30", "-subj",
                           "/CN=backend.test", "-addext", "subjectAltName=DNS:backend.test"], capture_output=True)
    if made.returncode:
        return print("no openssl: TLS is not tried")
    read = lambda p: open(p, "rb").read()  # noqa: E731
    port = free_port()
    credentials = grpc.ssl_server_credentials([(read(key), read(cert))], read(cert), True)
    server = Server([f"127.0.0.1:{port}"], credentials)
    files = {"ca_file": cert, "cert_file": cert, "key_file": key}
    c = Collector("tls", {"endpoint": f"127.0.0.1:{port}", "tls": {**files, "server_name_override": "backend.test"}, "retry_on_failure": RETRY})
    c.send("one")
    wait(lambda: len(server.calls) == 1, "it arrives over TLS: " + c.said())
    c.stop()
    # Named by the authority; a server that has another name gets nothing.
    c = Collector("tls_authority", {"endpoint": f"127.0.0.1:{port}", "authority": "backend.test", "tls": files, "retry_on_failure": RETRY})
    c.send("two")
    wait(lambda: len(server.calls) == 2, "it arrives: " + c.said())
    c.stop()
    c = Collector("tls_wrong", {"endpoint": f"127.0.0.1:{port}", "tls": files, "retry_on_failure": {"enabled": False}})
    c.send("three")
    wait(lambda: c.metric("otelcol_exporter_send_failed_spans") == 1, "it is refused")
    assert len(server.calls) == 2
    c.stop()
    server.stop()


def with_hosts(hosts):
    """A command's beginning that gives it this file for /etc/hosts; nothing where there are no mount namespaces."""
    inside = ["unshare", "-rm", "sh", "-c", f'mount --bind "{hosts}" /etc/hosts && exec "$0"']
    try:
        can = subprocess.run(inside + ["true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        can = False
    return inside if can else None


def several():
    """A name with two addresses, in a mount namespace with hosts of its own."""
    hosts = os.path.join(work, "hosts")
    with open(hosts, "w") as f:
        f.write("127.0.0.1 localhost backends.test\n127.0.0.2 backends.test\n")
    inside = with_hosts(hosts)
    if not inside:
        return print("no mount namespaces: several addresses are not tried")
    port = free_port()
    one, two = Server([f"127.0.0.1:{port}"]), Server([f"127.0.0.2:{port}"])
    settings = {"endpoint": f"backends.test:{port}", "tls": {"insecure": True}, "retry_on_failure": RETRY}
    turns = Collector("turns", settings, inside)
    for i in range(20):
        turns.send(f"turn {i}")
    wait(lambda: len(one.calls) + len(two.calls) == 20, "all arrive")
    assert len(one.calls) == len(two.calls) == 10, (len(one.calls), len(two.calls))
    first = Collector("first", {**settings, "balancer_name": "pick_first"}, inside)
    for i in range(20):
        first.send(f"first {i}")
    wait(lambda: len(one.calls) + len(two.calls) == 40, "all arrive")
    assert sorted((len(one.calls), len(two.calls))) == [10, 30], (len(one.calls), len(two.calls))
    two.stop()
    for c, said in ((turns, "again"), (first, "at last")):
        for i in range(20):
            c.send(f"{said} {i}")
        wait(lambda: len({call[1] for call in one.calls if said.encode() in call[1]}) == 20, "the other one takes over: " + c.said())
        assert c.metric("otelcol_exporter_send_failed_spans") == 0
        c.stop()
    one.stop()


def traces_of(server):
    """What a server has got: the ids of traces, and the names of their spans."""
    found = {}
    for _, message, *_ in server.calls:
        for id, name in re.findall(rb"\x0a\x10(.{16})\x12\x08.{8}.*?\x2a.(s\d+ \d+)", message, re.S):
            found.setdefault(id.hex(), []).append(name.decode())
    return found


def trace_id(n):
    return f"{n * 2654435761 % 2**64:016x}{n:016x}"


def balanced():
    """Each trace has its server. One is away for a while: what is its own waits for it, and the other has all that it had."""
    port = free_port()
    hosts = [f"127.0.0.{n}:{port}" for n in (1, 2)]
    one, two = (Server([h]) for h in hosts)
    c = Collector("balanced", {"protocol": {"otlp": {"tls": {"insecure": True}, "retry_on_failure": RETRY}},
                               "resolver": {"static": {"hostnames": hosts}}}, exporter="loadbalancing")
    for round in range(3):
        if round == 1:
            wait(lambda: c.metric("otelcol_exporter_sent_spans") == 40, "each has its own: " + c.said())
            two.stop()
        for n in range(40):
            c.send(f"s{n} {round}", trace=trace_id(n))
        if round == 1:
            wait(lambda: sum(map(len, traces_of(one).values())) == 2 * len(traces_of(one)), "the first has its own: " + c.said())
            # Its last answer may still be on its way back.
            wait(lambda: c.metric("otelcol_exporter_queue_size") == 40 - len(traces_of(one)), "the rest waits: " + c.said())
            before, two = two, Server([hosts[1]])
            two.calls += before.calls
    wait(lambda: c.metric("otelcol_exporter_sent_spans") == 120, "all arrive: " + c.said())
    first, second = traces_of(one), traces_of(two)
    assert len(first) > 10 and len(second) > 10 and not first.keys() & second.keys(), (first, second)
    for id, names in {**first, **second}.items():
        n = int(id[16:], 16)
        assert sorted(names) == [f"s{n} {round}" for round in range(3)], (id, names)
    c.stop()
    one.stop(), two.stop()


def balanced_by_name():
    """A name has two addresses, then one, then two: what waits for the server that left goes to the other one."""
    hosts = os.path.join(work, "balanced_hosts")

    def name(*addresses):
        with open(hosts, "w") as f:
            f.write("127.0.0.1 localhost\n" + "".join(f"{a} balanced.test\n" for a in addresses))
    name("127.0.0.1", "127.0.0.2")
    inside = with_hosts(hosts)
    if not inside:
        return print("no mount namespaces: a server that leaves is not tried")
    port = free_port()
    one, two = Server([f"127.0.0.1:{port}"]), Server([f"127.0.0.2:{port}"])
    retry = {**RETRY, "max_interval": "60s", "initial_interval": "1s", "multiplier": 20}
    c = Collector("balanced_by_name", {"protocol": {"otlp": {"tls": {"insecure": True}, "retry_on_failure": retry}},
                                       "resolver": {"dns": {"hostname": "balanced.test", "port": port, "interval": "200ms"}}}, inside, "loadbalancing")
    wait(lambda: c.metric("otelcol_loadbalancer_num_backends") == 2, "both are found: " + c.said())
    for n in range(40):
        c.send(f"s{n} 0", trace=trace_id(n))
    wait(lambda: c.metric("otelcol_exporter_sent_spans") == 40, "all arrive: " + c.said())
    first, second = set(traces_of(one)), set(traces_of(two))
    assert len(first) > 10 and len(second) > 10 and not first & second
    two.stop()
    for n in range(40):
        c.send(f"s{n} 1", trace=trace_id(n))
    wait(lambda: c.metric("otelcol_exporter_sent_spans") == 40 + len(first), "the first has its own: " + c.said())
    name("127.0.0.1")
    wait(lambda: c.metric("otelcol_exporter_sent_spans") == 80, "it gets what the other did not: " + c.said())
    assert c.metric("otelcol_loadbalancer_num_backends") == 1 and c.metric("otelcol_exporter_send_failed_spans") == 0
    assert c.metric("otelcol_exporter_queue_size") == 0
    two = Server([f"127.0.0.2:{port}"])
    name("127.0.0.2", "127.0.0.1")
    wait(lambda: c.metric("otelcol_loadbalancer_num_backends") == 2, "it is found again")
    for n in range(40):
        c.send(f"s{n} 2", trace=trace_id(n))
    wait(lambda: c.metric("otelcol_exporter_sent_spans") == 120, "all arrive: " + c.said())
    assert set(traces_of(two)) == second, (set(traces_of(two)), second)
    for n in range(40):
        names = traces_of(one).get(trace_id(n), []) + traces_of(two).get(trace_id(n), [])
        assert f"s{n} 1" in names and f"s{n} 2" in names, names
    name()
    time.sleep(0.7)
    c.send("s0 3", trace=trace_id(0))
    wait(lambda: c.metric("otelcol_exporter_sent_spans") == 121, "what was known stands")
    assert "what is known of them stands" in c.said(), c.said()
    c.stop()
    one.stop(), two.stop()


def waiting():
    """Without repetition a call waits for its server; with keepalive a slow answer is waited for."""
    port = free_port()
    c = Collector("waiting", {"endpoint": f"127.0.0.1:{port}", "tls": {"insecure": True}, "wait_for_ready": True, "timeout": "10s",
                              "keepalive": {"time": "1s", "timeout": "5s", "permit_without_stream": True}, "retry_on_failure": {"enabled": False}})
    c.send("early")
    time.sleep(1.5)
    server = Server([f"127.0.0.1:{port}"], **{"grpc.http2.min_ping_interval_without_data_ms": 100, "grpc.http2.max_ping_strikes": 0})
    wait(lambda: len(server.calls) == 1, "it waits for the server: " + c.said())
    server.delay = 4
    c.send("slow")
    wait(lambda: c.metric("otelcol_exporter_sent_spans") == 2, "the slow answer counts: " + c.said())
    assert len(server.calls) == 2
    c.stop()
    server.stop()


def over_a_socket():
    path = os.path.join(work, "server.sock")
    if os.path.exists(path):
        os.remove(path)
    server = Server([f"unix:{path}"])
    c = Collector("socket", {"endpoint": f"unix://{path}", "tls": {"insecure": True}, "retry_on_failure": RETRY})
    c.send("one")
    wait(lambda: len(server.calls) == 1, "it arrives: " + c.said())
    c.stop()
    server.stop()


def proxied():
    """Through a proxy, which is asked for the name, and gets CONNECT although there is no TLS."""
    port, asked = free_port(), []
    server = Server([f"127.0.0.1:{port}"])
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(a, b):
        while data := a.recv(65536):
            b.sendall(data)
        b.shutdown(socket.SHUT_WR)

    def serve():
        while True:
            client, _ = listener.accept()
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            asked.append(head.split(b"\r\n")[0])
            backend = socket.create_connection(("127.0.0.1", port))
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            for pair in ((client, backend), (backend, client)):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    c = Collector("proxied", {"endpoint": f"backend.invalid:{port}", "tls": {"insecure": True}, "retry_on_failure": RETRY},
                  ["env", f"HTTPS_PROXY=http://127.0.0.1:{listener.getsockname()[1]}"])
    c.send("one")
    wait(lambda: len(server.calls) == 1, "it arrives: " + c.said())
    assert asked == [f"CONNECT backend.invalid:{port} HTTP/1.1".encode()], asked
    c.stop()
    server.stop()


plain()
too_large()
waiting()
over_a_socket()
proxied()
tls()
several()
balanced()
balanced_by_name()
print("ok")
