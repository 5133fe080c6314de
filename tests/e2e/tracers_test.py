# SPDX-License-Identifier: Apache-2.0
"""Clients of other protocols than OTLP, as PyPI has them: Zipkin's (versions 1 and 2, JSON and protobuf), Jaeger's exporters
(thrift over UDP and HTTP, protobuf over gRPC) and Fluentd's logger, by TCP and by a Unix socket.

usage: tracers_test.py WHITTLE WORK_DIR
"""
import gzip
import http.server
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.request
import warnings

os.environ["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"] = "python"  # what Jaeger's exporter brings is older than its protobuf
whittle, work = (os.path.abspath(a) for a in sys.argv[1:])
os.makedirs(work, exist_ok=True)
CLIENTS = ["py-zipkin==1.*", "fluent-logger==0.11.*", "opentelemetry-exporter-jaeger-thrift==1.21.*", "opentelemetry-exporter-jaeger-proto-grpc==1.21.*",
           "opentelemetry-sdk==1.21.*", "setuptools<80"]


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def prepare():
    venv = os.path.join(work, "venv")
    python = os.path.join(venv, "bin", "python")
    if not os.path.exists(os.path.join(venv, ".complete")):
        for command in ([sys.executable, "-m", "venv", venv], [python, "-m", "pip", "install", "-q", *CLIENTS]):
            if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
                skip("the clients cannot be installed")
        open(os.path.join(venv, ".complete"), "w").close()
    if os.environ.get("WHITTLE_TRACERS_VENV") != "1":
        os.environ["WHITTLE_TRACERS_VENV"] = "1"
        os.execv(python, [python] + sys.argv)


prepare()
warnings.simplefilter("ignore", DeprecationWarning)
import msgpack  # noqa: E402
from fluent import sender  # noqa: E402


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(type=kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait(condition, why, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, why
        time.sleep(0.05)


class Backend:
    """Keeps what it is sent; while `closed` it says that it is busy."""

    def __init__(self):
        self.bodies, self.closed = [], False
        backend = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                if not backend.closed:
                    backend.bodies.append((self.path, json.loads(body)))
                self.send_response(503 if backend.closed else 200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def spans(self):
        for path, body in list(self.bodies):
            if path == "/v1/traces":
                for r in body["resourceSpans"]:
                    resource = plain(r["resource"])
                    for s in r["scopeSpans"]:
                        for span in s["spans"]:
                            yield {**span, "attributes": plain(span), "resource": resource, "scope": s["scope"].get("name")}

    def logs(self):
        for path, body in list(self.bodies):
            if path == "/v1/logs":
                for r in body["resourceLogs"]:
                    for s in r["scopeLogs"]:
                        for record in s["logRecords"]:
                            yield {**record, "attributes": plain(record)}


def plain(x):
    return {a["key"]: next(iter(a["value"].values()), None) for a in x.get("attributes", [])}


def zipkin(port):
    from py_zipkin import Encoding, Kind
    from py_zipkin.zipkin import create_attrs_for_span, zipkin_span
    forms = {Encoding.V1_JSON: ("v1", "application/json"),
             Encoding.V2_JSON: ("v2", "application/json"), Encoding.V2_PROTO3: ("v2", "application/x-protobuf")}
    for encoding, (version, content_type) in forms.items():
        def post(body, version=version, content_type=content_type):
            data = body if isinstance(body, bytes) else body.encode()
            request = urllib.request.Request(f"http://127.0.0.1:{port}/api/{version}/spans", data, {"Content-Type": content_type})
            assert urllib.request.urlopen(request).status == 202

        name = f"{encoding.name}"
        with zipkin_span(service_name="orders", span_name=name, transport_handler=post, encoding=encoding, kind=Kind.SERVER, port=8080,
                         host="10.1.2.3", sample_rate=100, zipkin_attrs=create_attrs_for_span(sample_rate=100, use_128bit_trace_id=True)) as span:
            span.update_binary_annotations({"customer": "c-17"})
            span.add_annotation("cache miss")
            with zipkin_span(service_name="orders", span_name=name + " child"):
                pass
    return [e.name for e in forms]


def jaeger(ports):
    from opentelemetry.exporter.jaeger.proto.grpc import JaegerExporter as Grpc
    from opentelemetry.exporter.jaeger.thrift import JaegerExporter as Thrift
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.trace import SpanKind, Status, StatusCode
    exporters = {"udp": lambda: Thrift(agent_host_name="127.0.0.1", agent_port=ports["compact"]),
                 "http": lambda: Thrift(collector_endpoint=f"http://127.0.0.1:{ports['http']}/api/traces?format=jaeger.thrift"),
                 "grpc": lambda: Grpc(collector_endpoint=f"127.0.0.1:{ports['grpc']}", insecure=True)}
    for name, exporter in exporters.items():
        provider = TracerProvider(resource=Resource.create({"service.name": "carts", "team": "shop"}))
        provider.add_span_processor(SimpleSpanProcessor(exporter()))
        with provider.get_tracer("library", "1.2").start_as_current_span(name, kind=SpanKind.CLIENT) as span:
            span.set_attribute("count", 5)
            span.set_attribute("ratio", 0.5)
            span.set_attribute("flag", True)
            span.add_event("tried", {"n": 1})
            span.set_status(Status(StatusCode.ERROR, "why"))
        provider.shutdown()
    return list(exporters)


def acknowledged(port, entries, chunk, compressed=False):
    """A chunk in packed forward mode; what it is answered."""
    packed = b"".join(msgpack.packb([msgpack.ExtType(0, struct.pack(">II", *at)), record]) for at, record in entries)
    options = {"chunk": chunk, "size": len(entries)}
    if compressed:
        packed, options["compressed"] = gzip.compress(packed[:20]) + gzip.compress(packed[20:]), "gzip"
    connection = socket.create_connection(("127.0.0.1", port))
    message = msgpack.packb(["packed", packed, options])
    for i in range(0, len(message), 7):  # in pieces
        connection.sendall(message[i:i + 7])
    connection.settimeout(20)
    answer = msgpack.unpackb(connection.recv(4096))
    connection.close()
    return answer


def main():
    backend = Backend()
    ports = {name: free_port(socket.SOCK_DGRAM if name == "compact" else socket.SOCK_STREAM) for name in ("zipkin", "compact", "http", "grpc", "fluent")}
    unix = os.path.join(work, "fluent.sock")
    exporter = {"endpoint": f"http://127.0.0.1:{backend.port}", "encoding": "json",
                "retry_on_failure": {"initial_interval": "100ms", "max_interval": "200ms"}}
    config = os.path.join(work, "collector.yaml")
    with open(config, "w") as f:
        json.dump({
            "receivers": {
                "zipkin": {"endpoint": f"127.0.0.1:{ports['zipkin']}"},
                "jaeger": {"protocols": {"grpc": {"endpoint": f"127.0.0.1:{ports['grpc']}"}, "thrift_http": {"endpoint": f"127.0.0.1:{ports['http']}"},
                                         "thrift_compact": {"endpoint": f"127.0.0.1:{ports['compact']}"}}},
                "fluent_forward": {"endpoint": f"127.0.0.1:{ports['fluent']}"},
                "fluent_forward/unix": {"endpoint": f"unix://{unix}"}},
            "exporters": {"otlphttp": exporter, "otlphttp/logs": {**exporter, "sending_queue": {"queue_size": 2}}},
            "service": {"telemetry": {"metrics": {"level": "none"}}, "pipelines": {
                "traces": {"receivers": ["zipkin", "jaeger"], "exporters": ["otlphttp"]},
                "logs": {"receivers": ["fluent_forward", "fluent_forward/unix"], "exporters": ["otlphttp/logs"]}}}}, f)
    binary = os.path.join(work, "collector")
    subprocess.run([whittle, "build", config, "-o", binary], check=True)
    print("the collector has", os.path.getsize(binary), "bytes")
    collector = subprocess.Popen([binary])
    try:
        def listens():
            try:
                socket.create_connection(("127.0.0.1", ports["grpc"])).close()
                return True
            except OSError:
                return False

        wait(listens, "the collector does not listen")

        names = zipkin(ports["zipkin"])
        wait(lambda: len(list(backend.spans())) == 2 * len(names), "spans of Zipkin do not arrive")
        spans = {s["name"]: s for s in backend.spans()}
        for name in names:
            span, child = spans[name], spans[name + " child"]
            assert span["kind"] == 2 and span["resource"]["service.name"] == "orders", span
            assert span["attributes"]["customer"] == "c-17", span
            assert [e["name"] for e in span["events"]] == ["cache miss"], span
            assert child["parentSpanId"] == span["spanId"] and child["traceId"] == span["traceId"], child
            address = span["attributes"].get("network.local.address") or span["resource"].get("ipv4")
            assert address == "10.1.2.3", span

        names = jaeger(ports)
        wait(lambda: all(name in {s["name"] for s in backend.spans()} for name in names), "spans of Jaeger do not arrive")
        for span in backend.spans():
            if span["name"] not in names:
                continue
            assert span["kind"] == 3 and span["status"] == {"code": 2, "message": "why"}, span
            assert span["resource"]["service.name"] == "carts" and "shop" in (span["resource"].get("team"), span["attributes"].get("team")), span
            a = span["attributes"]
            assert (a["count"], a["ratio"], a["flag"]) == ("5", 0.5, True), span
            event = span["events"][0]
            assert "tried" in (event.get("name"), *plain(event).values()), span  # the exporters disagree about where
            assert (span["scope"] == "library") == (span["name"] == "grpc"), span

        for kwargs in ({"host": "127.0.0.1", "port": ports["fluent"]}, {"host": f"unix://{unix}"}):
            logger = sender.FluentSender("app", nanosecond_precision=True, timeout=60, **kwargs)
            for i in range(500):
                assert logger.emit_with_time("web", 1700000000.25, {"log": f"line {i}", "i": i, "nested": {"list": [1, None]}}), logger.last_error
            logger.close()
        wait(lambda: len(list(backend.logs())) == 1000, "records of Fluentd's logger do not arrive")
        records = list(backend.logs())
        assert {r["attributes"]["fluent.tag"] for r in records} == {"app.web"}
        assert all(r["timeUnixNano"] == "1700000000250000000" and r["body"]["stringValue"] == f"line {r['attributes']['i']}" for r in records)

        for compressed in (False, True):
            got = acknowledged(ports["fluent"], [((5, 7), {"message": "a"}), ((6, 8), {"message": "b"})], f"id{compressed}", compressed)
            assert got == {"ack": f"id{compressed}"}, got
        wait(lambda: len(list(backend.logs())) == 1004, "packed entries do not arrive")
        heartbeat = socket.socket(type=socket.SOCK_DGRAM)
        heartbeat.settimeout(10)
        heartbeat.sendto(b"\0", ("127.0.0.1", ports["fluent"]))
        assert heartbeat.recv(10) == b"\0"

        # What is none ends its connection, and no other.
        bad = socket.create_connection(("127.0.0.1", ports["fluent"]))
        bad.sendall(b"GET / HTTP/1.1\r\n\r\n")
        bad.settimeout(10)
        assert bad.recv(10) == b""

        # While the backend takes nothing, senders wait: nothing is lost.
        backend.closed = True
        sent = []

        def send(i):
            assert acknowledged(ports["fluent"], [((7, 0), {"message": "x" * 1000, "n": n}) for n in range(50)], f"late {i}") == {"ack": f"late {i}"}
            sent.append(i)

        threads = [threading.Thread(target=send, args=[i]) for i in range(20)]
        for t in threads:
            t.start()
        time.sleep(1.5)
        assert len(sent) < 20, "all of it was taken by a pipeline of two requests"
        backend.closed = False
        for t in threads:
            t.join()
        wait(lambda: len(list(backend.logs())) == 2004, "what waited does not arrive")

        collector.send_signal(signal.SIGINT)
        assert collector.wait(20) == 0
        assert not os.path.exists(unix), "the socket stays behind"
    finally:
        collector.kill()
        collector.wait()
    print("ok")


main()
