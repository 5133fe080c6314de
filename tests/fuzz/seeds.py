#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Seeds for the fuzz targets, out of the recorded cases and a few bytes by hand: one folder a target, emptied before.

usage: seeds.py OTLP_BYTES CONFORMANCE_DIR OUT_DIR

What stands before the input proper (a signal, a form, the choices of a program) is what each target's first lines say.
"""
import base64
import glob
import gzip
import hashlib
import json
import os
import ssl
import struct
import subprocess
import sys
import zlib

LONGEST = 8192


def payload(value):
    """The bytes of a PAYLOAD of a replay's line."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, dict) and list(value) == ["base64"]:
        return base64.b64decode(value["base64"])
    return json.dumps(value).encode()


def lines(cases, component):
    for path in sorted(glob.glob(os.path.join(cases, "components", component, "*.json"))):
        yield from json.load(open(path, encoding="utf-8"))["input"]


def requests(cases):
    """OTLP/JSON texts of all kinds: of the exporters' cases each first one, of OTTL's one a folder."""
    paths = sorted(glob.glob(os.path.join(cases, "exporters", "*", "*", "*.json")))
    for folder in sorted(glob.glob(os.path.join(cases, "ottl", "*", "*"))):
        paths += sorted(glob.glob(os.path.join(folder, "*.json")))[:1] if os.path.isdir(folder) else []
    for path in paths:
        for body in json.load(open(path, encoding="utf-8")).get("requests", [])[:1]:
            yield json.dumps(body if "resourceSpans" in body or "resourceMetrics" in body or "resourceLogs" in body else {})


def msgpack(value):
    """MessagePack of small values."""
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return struct.pack(">BQ", 0xCF, value) if value > 127 else bytes([value])
    if isinstance(value, str):
        return struct.pack(">BB", 0xD9, len(value)) + value.encode()
    if isinstance(value, bytes):
        return struct.pack(">BH", 0xC5, len(value)) + value
    if isinstance(value, list):
        return bytes([0x90 | len(value)]) + b"".join(map(msgpack, value))
    return bytes([0x80 | len(value)]) + b"".join(msgpack(k) + msgpack(v) for k, v in value.items())


def frame(kind, flags, stream, body=b""):
    """A frame of HTTP/2 (RFC 9113, section 4.1)."""
    return struct.pack(">I", len(body))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + body


def header(name, value):
    """A literal header field without indexing (RFC 7541, section 6.2.2)."""
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


def streams(body):
    """A gRPC call and an upload over HTTP/2, after the preface."""
    def call(path, kind, data):
        fields = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", path), (b":authority", b"a"), (b"content-type", kind), (b"te", b"trailers")]
        return frame(1, 4, 1, b"".join(header(*f) for f in fields)) + frame(0, 1, 1, data)
    start = frame(4, 0, 0)
    yield start + call(b"/opentelemetry.proto.collector.trace.v1.TraceService/Export", b"application/grpc", struct.pack(">BI", 0, len(body)) + body)
    yield start + call(b"/v1/traces", b"application/x-protobuf", body)
    yield frame(4, 0, 0, struct.pack(">HI", 4, 100)) + frame(8, 0, 0, b"\0\0\1\0") + frame(6, 0, 0, b"12345678") + frame(3, 0, 1, b"\0\0\0\1")


def heads(body):
    for head in ("POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\nContent-Length: %d\r\n\r\n" % len(body),
                 "POST /v1/logs HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nexpect: 100-continue\r\ncontent-length: %d\r\n\r\n" % len(body)):
        yield head.encode() + body
    yield b"POST /v1/metrics HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n%x;x=y\r\n%s\r\n0\r\nTrailer: b\r\n\r\n" % (len(body), body)
    yield b"OPTIONS /v1/traces HTTP/1.1\r\nOrigin: http://b\r\nAccess-Control-Request-Method: POST\r\n\r\nGET / HTTP/1.0\r\n\r\n"


def otlp(seeds, otlp_bytes, cases):
    texts = sorted(set(requests(cases)))
    said = subprocess.run([otlp_bytes], input="\n".join(texts), capture_output=True, text=True, check=True).stdout
    for n, line in enumerate(said.splitlines()):
        signal, digits = line.split(" ")
        signal, data = int(signal), bytes.fromhex(digits)
        for target in ("validate", "transcode"):
            seeds(target, bytes([signal]) + data)
        # The level of the code, by keys or not, and its choices.
        for level in range(3 if signal == 2 else 5):
            for keys in (0, 4):
                first = next(n for n in range(256) if n % (3, 5, 3)[signal] == level % (3, 5, 3)[signal] and n & 4 == keys)
                seeds("record", bytes([signal, first]) + bytes(range(16)) + data)
        if signal == 0:
            seeds("awsxray", data)
            for i, text in enumerate(streams(data)):
                seeds("http_server", bytes([2 + i % 2]) + text)
            for text in heads(data):
                seeds("http_server", b"\0" + text)
                seeds("http1", text)
        if signal == 1:
            for options in (0, 8, 16, 128):
                seeds("awsemf", bytes([options]) + data)
            seeds("prometheus", bytes([2, 0]) + data)
        if signal == 2:
            seeds("log_event", b"\0" + data)
        for packed in (gzip.compress(data, mtime=0), zlib.compress(data)) if n % 10 == 0 else ():
            for number in range(7):
                seeds("decompress", bytes([number]) + packed)
    for text in texts:
        for signal, name in enumerate(("resourceSpans", "resourceMetrics", "resourceLogs")):
            if name in text:
                seeds("json", bytes([signal]) + text.encode())


def received(seeds, cases):
    for line in lines(cases, "receiver_awsxray"):
        if "datagram" in line:
            head, _, document = payload(line["datagram"]).partition(b"\n")
            seeds("segment", document or head)
    for line in lines(cases, "receiver_statsd"):
        for text in payload(line["datagram"] if "datagram" in line else line.get("data", "")).split(b"\n"):
            seeds("statsd", text)
    for line in lines(cases, "receiver_zipkin"):
        http = line.get("http", {})
        body, kind = payload(http.get("body", "")), http.get("headers", {}).get("Content-Type", "")
        form = ("v2" in http.get("path", "")) * 2 + ("thrift" in kind or "protobuf" in kind)
        for strings in (0, 4):
            seeds("zipkin", bytes([form + strings]) + body)
    for line in lines(cases, "receiver_jaeger"):
        for at in (line.get("datagram"), line.get("http", {}).get("body"), line.get("grpc", {}).get("message")):
            if at is not None:
                seeds("jaeger", payload(at))
                seeds("thrift", payload(at))
    for line in lines(cases, "receiver_prometheus"):
        if "body" in line.get("scrape", {}):
            seeds("exposition", b"\0" + payload(line["scrape"]["body"]))


def by_hand(seeds):
    record, option = {"log": "x", "container_id": "c", "n": 300, "b": True, "l": [1, {"k": "v"}]}, {"size": 2, "chunk": "abc="}
    entries = msgpack([1700000000, record]) * 2
    for message in (["t", 1700000000, record, option], ["t", [[1700000000, record], [5, {}]], option], ["t", entries, option],
                    ["t", gzip.compress(entries, mtime=0), {**option, "compressed": "gzip"}]):
        seeds("fluent", msgpack(message))
    name = b"\1a\7example\0"
    for kind, data in ((1, b"\x7f\0\0\1"), (28, bytes(15) + b"\1"), (33, struct.pack(">HHH", 1, 2, 443) + name)):
        answer = struct.pack(">HHHHHH", 7, 0x8180, 1, 1, 0, 0) + name + struct.pack(">HH", kind, 1) + struct.pack(">HHHIH", 0xC00C, kind, 1, 60, len(data)) + data
        seeds("dns", bytes([(1, 2, 15, 28, 33).index(kind)]) + answer)
    seeds("xml", b'<?xml version="1.0"?><ErrorResponse xmlns="a"><Error><Code>Throttling</Code><Message>a &amp; b</Message></Error></ErrorResponse>')
    for path in ("/a/b", "//b[@c='d']", "/a/b[2]/text()", "/a/@x", "count(//b)"):
        seeds("xml_tree", path.encode() + b"\n<a x='1'><!-- n --><b c='d'>t</b><b>&lt;<![CDATA[u]]></b></a>")
    for text in (b"SELECT a FROM t WHERE b = 'c''d' AND e IN (1, 2.5, 0x1F) -- f\n", b"SET key value EX 10", b"get k1 k2\r\n",
                 b'{"find": "users", "filter": {"a": [1, "b", null]}}', b"/users/42/orders/8f14e45f-ceea-467f-a0e6-7b2c1d1a2b3c"):
        seeds("redaction", text)


def answers(seeds):
    """An exporter's number, and what it is answered: status, headers, a length, a body (answers_fuzz.cc)."""
    def one(status, body=b"", headers=0):
        return bytes([status, headers << 4 | (2 if len(body) > 255 else 0), len(body) % 256]) + (bytes([len(body) // 256]) if len(body) > 255 else b"") + body
    ok, bad, denied, slow, broken = 0, 3, 6, 11, 12  # places among the statuses
    partial = b"\n\x07\x08\x01\x12\x03why"
    bodies = [b'{"UnprocessedTraceSegments":[{"Id":"0000000000000001","ErrorCode":"ThrottledException","Message":"m"},{"ErrorCode":"InvalidSegment"}]}',
              b'{"rejectedLogEventsInfo":{"tooOldLogEventEndIndex":1,"tooNewLogEventStartIndex":2,"expiredLogEventEndIndex":1},"nextSequenceToken":"1"}',
              b'{"__type":"com.amazonaws.logs#ResourceNotFoundException","message":"The specified log stream does not exist."}',
              b'{"__type":"DataAlreadyAcceptedException","expectedSequenceToken":"2"}', b'{"__type":"AccessDeniedException","Message":"not authorized to perform: logs:PutLogEvents"}',
              b'{"__type":"SerializationException"}', b'{"message":"too many"}', b"<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>",
              partial, b'{"partialSuccess":{"rejectedSpans":"2","errorMessage":"e"}}', b"\x08\x08\x12\x01x", b"out of order sample", b""]
    for exporter in range(5):
        for body in bodies:
            for status in (ok, bad, denied, slow, broken):
                for headers in (0, 5, 6, 8):
                    seeds("answers", bytes([exporter]) + (b"\0" if exporter < 3 else b"") + one(status, body, headers) + one(status, body))
    for keys in (b'{"AccessKeyId":"A","SecretAccessKey":"s","Token":"t","Expiration":"2026-11-24T10:00:00Z"}', b'{"AccessKeyId":1}', b'{"Code":"Failed","Message":"m"}'):
        seeds("answers", bytes([0, 1]) + one(ok, keys) + one(denied, bodies[4], 8))


def patterns(seeds):
    for pattern in ("a(b*)c", "^(?i:get|post) /[a-z]+$", "(?P<n>\\d+)-(\\w*)", "x{2,5}?y", "[^\\s/]+", "\\bfoo\\b|bar", "(a|ab)(c|bcd)(d*)", "(?s).*", "\\p{L}+é", "(?m)^$", "[[:alpha:]]",
                    "(|a)+", "\\Aab\\z", "(?U)a+"):
        for text in ("abbc", "GET /users", "12-ab c", "xxxy", "a/b foo é bar\n", ""):
            seeds("pattern", pattern.encode() + b"\n" + text.encode())


def greetings(seeds):
    """What clients of TLS say first."""
    for protocols in ([], ["h2", "http/1.1"]):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.minimum_version = context.maximum_version = version
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            if protocols:
                context.set_alpn_protocols(protocols)
            heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
            try:
                context.wrap_bio(heard, said, server_hostname="a").do_handshake()
            except ssl.SSLWantReadError:
                seeds("http_server", b"\x08" + said.read())


def variables(seeds):
    for a in ("true", "12", "-0x1F", "1e400", "0o17", "1_000", ".inf", "2026-11-28", "1h2m3.5s", "~", "", "é", "9223372036854775808"):
        for text in ("${env:A}", "x${env:B:-d}y", "$${env:A}${env:A}", "${env:C}"):
            seeds("late", f"{a}\nb\n{text}".encode())


def main():
    otlp_bytes, cases, out = sys.argv[1:4]
    for old in glob.glob(os.path.join(out, "*", "*")):
        os.remove(old)

    def seeds(target, data):
        if not 0 < len(data) <= LONGEST:
            return
        os.makedirs(os.path.join(out, target), exist_ok=True)
        with open(os.path.join(out, target, hashlib.sha256(data).hexdigest()[:16]), "wb") as f:
            f.write(data)

    otlp(seeds, otlp_bytes, cases)
    received(seeds, cases)
    by_hand(seeds)
    answers(seeds)
    patterns(seeds)
    variables(seeds)
    greetings(seeds)


main()
