# SPDX-License-Identifier: Apache-2.0
"""Random requests of Zipkin's, Jaeger's, X-Ray's and StatsD's protocols: what clients send, and now and then what none should.

Requests are cut short, but no bytes are flipped in them: of known fields with wrong types the reference's generated readers read some regardless.
"""
import base64
import json
import struct


class Maker:
    def __init__(self, rng):
        self.r = rng

    def some(self, p):
        return self.r.random() < p

    def pick(self, *choices):
        return self.r.choice(choices)

    def text(self):
        r = self.r
        return r.choice(["", "a", "get /orders", "HTTP GET", "é", "line\nbreak", "0", "true", "x" * r.randint(1, 200), "a\"b\\c", "<>&", "name.with.dots"])

    def number_text(self):
        return self.pick("0", "1", "-7", "200", "404", "503", "1.5", "1e3", "NaN", "Inf", "-0", "007", "9223372036854775807", "9223372036854775808", "true", "false", "True", "T", " 1")

    def hex(self, digits):
        return "".join(self.r.choice("0123456789abcdef") for _ in range(digits))

    def micros(self):
        r = self.r
        return r.choice([0, 1, 999, 1_795_560_000_000_000, 1_795_560_000_123_456 + r.randint(0, 10**9), 2**53, r.randint(1, 2**50)])


# ---- Zipkin --------------------------------------------------------------------------------------------------------------

TAGS = ["http.method", "http.status_code", "http.url", "error", "otel.status_code", "otel.status_description", "status", "span.kind", "w3c.tracestate", "otlp.instrumentation.library.name",
        "otlp.instrumentation.library.version", "otel.library.name", "otel.library.version", "otel.scope.name", "otel.scope.version", "service.name", "peer.service", "a.b", "x", "", "net.peer.ip",
        "opentracing.ref_type", "census.status_code", "census.status_description", "otel.dropped_attributes_count", "otel.dropped_events_count", "otel.dropped_links_count", "otlp.link.0", "otlp.link.1"]


class Zipkin(Maker):
    def endpoint(self):
        e = {}
        if self.some(0.7):
            e["serviceName"] = self.pick("orders", "Orders", "", "shop", "unknown")
        if self.some(0.5):
            e["ipv4"] = self.pick("10.0.0.1", "127.0.0.1", "0.0.0.0", "") if self.some(0.97) else self.pick("300.1.1.1", "x", "::1")
        if self.some(0.3):
            e["ipv6"] = self.pick("::1", "2001:db8::c001", "", "::ffff:1.2.3.4") if self.some(0.97) else self.pick("zz", "1.2.3.4")
        if self.some(0.5):
            e["port"] = self.pick(0, 80, 65535, 9411)
        if self.some(0.02):
            e["port"] = self.pick(65536, -1, "80", 1.5, None)
        return e

    def tag_value(self, key):
        if key.startswith("otlp.link"):
            return self.pick(f"{self.hex(32)}|{self.hex(16)}||{{}}|0", f"{self.hex(32)}|{self.hex(16)}|a=b|{{\"k\":\"v\",\"n\":1}}|3", "bad", f"{self.hex(32)}|{self.hex(16)}|a|b", f"zz|{self.hex(16)}||{{}}|0")
        if "status" in key:
            return self.pick("OK", "ERROR", "UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR", "Ok", "Error", "200", "404", "500", "2", "0", "16", "17", "text", "", "-1")
        if key == "error":
            return self.pick("", "true", "false", "timeout", "500")
        if key == "span.kind":
            return self.pick("server", "client", "producer", "consumer", "internal", "x", "")
        if self.some(0.4):
            return self.number_text()
        return self.text()

    def tags(self, p=1.0):
        return {k: self.tag_value(k) for k in self.r.sample(TAGS, self.r.randint(0, 6))}

    def annotation(self):
        value = self.text()
        if self.some(0.4):
            value = self.pick("cs", "cr", "ss", "sr", "ms", "mr", "ws", "wr", "exception|{\"type\":\"io\",\"n\":1}|0", "e|{}|2", "e|{\"a\":true,\"d\":1.5}|x", "a|b|c|d", "|", "e|{bad}|1", "|{}|0", "x|{\"l\":[1]}|0")
        return {"timestamp": self.micros(), "value": value}

    def v2_span(self):
        s = {"traceId": self.hex(self.pick(16, 32, 32, 32)), "id": self.hex(16)}
        if self.some(0.5):
            s["parentId"] = self.hex(16)
        if self.some(0.9):
            s["name"] = self.text()
        if self.some(0.7):
            s["kind"] = self.pick("CLIENT", "SERVER", "PRODUCER", "CONSUMER")
        if self.some(0.9):
            s["timestamp"] = self.micros()
        if self.some(0.9):
            s["duration"] = self.pick(0, 1, 1000, 2**40, self.r.randint(1, 10**7))
        for flag in ("debug", "shared"):
            if self.some(0.2):
                s[flag] = self.some(0.5)
        if self.some(0.8):
            s["localEndpoint"] = self.endpoint()
        if self.some(0.4):
            s["remoteEndpoint"] = self.endpoint()
        if self.some(0.4):
            s["annotations"] = [self.annotation() for _ in range(self.r.randint(0, 3))]
        if self.some(0.7):
            s["tags"] = self.tags()
        return s

    def spoil(self, s):
        """Something that a client should not send, in one place."""
        r = self.r
        where = r.choice(list(s))
        s = dict(s)
        what = r.randint(0, 5)
        if what == 0:
            del s[where]
        elif what == 1:
            s[where] = r.choice([None, "", 0, -1, 1.5, True, [], {}, "zz", [None], {"a": None}, "1", 10**19, 1e300])
        elif what == 2:
            s[where.upper()] = s.pop(where)
        elif what == 3:
            s["unknown"] = {"a": [1]}
        elif what == 4 and isinstance(s.get("tags"), dict):
            s["tags"] = {**s["tags"], "bad": r.choice([1, None, True, {}, []])}
        elif what == 5:
            for k in ("traceId", "id", "parentId"):
                if k in s and self.some(0.5):
                    s[k] = r.choice([self.hex(r.randint(0, 40)), self.hex(16).upper(), "0" * 16, "0" * 32, "0" * 16 + self.hex(16), "xyz", " " + self.hex(16)])
        return s

    def v2_json(self):
        spans = [self.v2_span() for _ in range(self.r.choice([0, 1, 1, 1, 2, 3, 5]))]
        if spans and self.some(0.25):
            spans[0] = self.spoil(spans[0])
        body = json.dumps(spans, ensure_ascii=self.some(0.5))
        if self.some(0.02):
            body = self.pick("", "null", "{}", "[", "[null]", "[1]", body + "x", body[:-1], "[[]]")
        return "http", {"path": "/api/v2/spans", "headers": {"Content-Type": "application/json"}}, body.encode()

    def v1_span(self):
        s = {"traceId": self.hex(self.pick(16, 32)), "id": self.hex(16), "name": self.text()}
        if self.some(0.5):
            s["parentId"] = self.hex(16)
        if self.some(0.7):
            s["timestamp"] = self.micros()
        if self.some(0.7):
            s["duration"] = self.pick(0, 1, 1000, self.r.randint(1, 10**7))
        if self.some(0.2):
            s["debug"] = self.some(0.5)
        end = lambda: {"endpoint": self.endpoint()} if self.some(0.7) else {"endpoint": None} if self.some(0.1) else {}
        if self.some(0.8):
            s["annotations"] = [{**self.annotation(), **end()} for _ in range(self.r.randint(0, 4))]
        if self.some(0.7):
            s["binaryAnnotations"] = []
            for _ in range(self.r.randint(0, 5)):
                key = self.pick(*TAGS, "lc", "ca", "sa", "ma")
                value = self.tag_value(key)
                if self.some(0.15):
                    value = self.pick(True, False, 1, 1.5, None, 10**15)
                s["binaryAnnotations"].append({"key": key, "value": value, **end()})
        return s

    def v1_json(self):
        spans = [self.v1_span() for _ in range(self.r.choice([0, 1, 1, 1, 2, 3]))]
        if spans and self.some(0.2):
            spans[0] = self.spoil(spans[0])
        return "http", {"path": "/api/v1/spans", "headers": {"Content-Type": "application/json"}}, json.dumps(spans, ensure_ascii=self.some(0.5)).encode()

    def v1_thrift(self):
        out = bytearray(b"\x0c")
        spans = [self.v1_span() for _ in range(self.r.choice([0, 1, 1, 2, 3]))]
        out += struct.pack(">i", len(spans))
        for s in spans:
            out += self.thrift_span(s)
        if self.some(0.1):
            out = out[:self.r.randint(0, len(out))]
        return "http", {"path": "/api/v1/spans", "headers": {"Content-Type": "application/x-thrift"}}, bytes(out)

    def thrift_endpoint(self, e):
        o = bytearray()
        if self.some(0.9):
            o += field(8, 1) + bytes(self.r.choice([[10, 0, 0, 1], [0, 0, 0, 0], [255, 1, 2, 3]]))
        o += field(6, 2) + struct.pack(">h", self.r.choice([0, 80, -1, 9411]))
        if "serviceName" in e:
            o += field(11, 3) + string(e["serviceName"])
        if self.some(0.3):
            o += field(11, 4) + struct.pack(">i", 16) + bytes([0] * 15 + [1])
        return o + b"\0"

    def thrift_span(self, s):
        signed = lambda h: struct.pack(">Q", int(h, 16) & (2**64 - 1))
        o = bytearray(field(10, 1) + signed(s["traceId"][-16:]) + field(11, 3) + string(s["name"]) + field(10, 4) + signed(s["id"]))
        if "parentId" in s:
            o += field(10, 5) + signed(s["parentId"])
        if "annotations" in s:
            o += field(15, 6) + b"\x0c" + struct.pack(">i", len(s["annotations"]))
            for a in s["annotations"]:
                o += field(10, 1) + struct.pack(">q", a["timestamp"]) + field(11, 2) + string(a["value"])
                if a.get("endpoint"):
                    o += field(12, 3) + self.thrift_endpoint(a["endpoint"])
                o += b"\0"
        if "binaryAnnotations" in s:
            o += field(15, 8) + b"\x0c" + struct.pack(">i", len(s["binaryAnnotations"]))
            for a in s["binaryAnnotations"]:
                kind = self.r.randint(0, 6)
                value = {0: b"\x01", 1: b"\1\2\3", 2: struct.pack(">h", -5), 3: struct.pack(">i", 70000), 4: struct.pack(">q", -2**40), 5: struct.pack(">d", 1.5), 6: str(a["value"]).encode()}[kind]
                if self.some(0.1):
                    value = value[:-1]
                o += field(11, 1) + string(a["key"]) + field(11, 2) + struct.pack(">i", len(value)) + value + field(8, 3) + struct.pack(">i", kind)
                if a.get("endpoint"):
                    o += field(12, 4) + self.thrift_endpoint(a["endpoint"])
                o += b"\0"
        if "debug" in s:
            o += field(2, 9) + (b"\1" if s["debug"] else b"\0")
        if "timestamp" in s:
            o += field(10, 10) + struct.pack(">q", s["timestamp"])
        if "duration" in s:
            o += field(10, 11) + struct.pack(">q", s["duration"])
        if len(s["traceId"]) == 32:
            o += field(10, 12) + signed(s["traceId"][:16])
        return bytes(o) + b"\0"

    def v2_protobuf(self):
        out = b""
        for _ in range(self.r.choice([0, 1, 1, 2, 3])):
            s = self.v2_span()
            if self.some(0.1):
                s["traceId"] = self.pick("", self.hex(8), self.hex(16), self.hex(34), "00" * 16)
            if self.some(0.05):
                s["id"] = self.pick("", self.hex(8), self.hex(18), "00" * 8)
            m = message(1, bytes.fromhex(s["traceId"]))
            if "parentId" in s:
                m += message(2, bytes.fromhex(s["parentId"]))
            m += message(3, bytes.fromhex(s["id"]))
            if self.some(0.7):
                m += varint_field(4, self.r.randint(0, 5))
            m += message(5, s.get("name", "").encode())
            if "timestamp" in s:
                m += bytes([6 << 3 | 1]) + struct.pack("<Q", s["timestamp"])
            if "duration" in s:
                m += varint_field(7, s["duration"])
            for key, number in (("localEndpoint", 8), ("remoteEndpoint", 9)):
                if key in s:
                    e = s[key]
                    m += message(number, message(1, e.get("serviceName", "").encode()) + (message(2, self.pick(b"\x0a\0\0\1", b"\1", b"\0\0\0\0", b"")) if "ipv4" in e else b"") +
                                 (message(3, self.pick(bytes(15) + b"\1", b"\1", b"")) if "ipv6" in e else b"") + (varint_field(4, self.pick(80, 65535, 70000)) if "port" in e else b""))
            for a in s.get("annotations", []):
                m += message(10, bytes([1 << 3 | 1]) + struct.pack("<Q", a["timestamp"]) + message(2, a["value"].encode()))
            for k, v in s.get("tags", {}).items():
                m += message(11, message(1, k.encode()) + message(2, v.encode()))
            for flag, number in (("debug", 12), ("shared", 13)):
                if flag in s:
                    m += varint_field(number, int(s[flag]))
            out += message(1, m)
        if self.some(0.05):
            out = out[:self.r.randint(0, len(out))]
        headers = {"Content-Type": "application/x-protobuf"}
        if self.some(0.1):
            headers["X-B3-Flags"] = self.pick("1", "0")
        return "http", {"path": "/api/v2/spans", "headers": headers}, out

    def inputs(self, n):
        return [self.r.choice([self.v2_json, self.v2_json, self.v1_json, self.v1_thrift, self.v2_protobuf])() for _ in range(n)]


def field(kind, number):
    return struct.pack(">bh", kind, number)


def string(t):
    b = t.encode()
    return struct.pack(">i", len(b)) + b


def varint(n):
    n &= 2**64 - 1
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def varint_field(number, n):
    return varint(number << 3) + varint(n)


def message(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


# ---- Jaeger --------------------------------------------------------------------------------------------------------------

# Thrift values: (type, value). Structs are lists of (number, value), lists are (type of element, items).
KINDS = {"bool": 2, "byte": 3, "double": 4, "i16": 6, "i32": 8, "i64": 10, "string": 11, "struct": 12, "list": 15}
COMPACT = {"bool": 2, "byte": 3, "i16": 4, "i32": 5, "i64": 6, "double": 7, "string": 8, "list": 9, "struct": 12}


def as_bytes(v):
    return v if isinstance(v, bytes) else v.encode()


def thrift_binary(kind, v):
    if kind == "bool":
        return b"\1" if v else b"\0"
    if kind == "struct":
        return b"".join(field(KINDS[k], n) + thrift_binary(k, x) for n, (k, x) in v) + b"\0"
    if kind == "list":
        return bytes([KINDS[v[0]]]) + struct.pack(">i", len(v[1])) + b"".join(thrift_binary(v[0], x) for x in v[1])
    if kind == "string":
        return struct.pack(">i", len(as_bytes(v))) + as_bytes(v)
    return struct.pack({"byte": ">b", "i16": ">h", "i32": ">i", "i64": ">q", "double": ">d"}[kind], v)


def zigzag(n):
    return varint((n << 1) ^ (n >> 63))


def thrift_compact(kind, v):
    if kind == "bool":
        return b"\1" if v else b"\2"
    if kind == "struct":
        out, last = b"", 0
        for n, (k, x) in v:
            code = (1 if x else 2) if k == "bool" else COMPACT[k]
            out += bytes([n - last << 4 | code]) if 0 < n - last < 16 else bytes([code]) + zigzag(n)
            last = n
            out += b"" if k == "bool" else thrift_compact(k, x)
        return out + b"\0"
    if kind == "list":
        n = len(v[1])
        return (bytes([n << 4 | COMPACT[v[0]]]) if n < 15 else bytes([0xF0 | COMPACT[v[0]]]) + varint(n)) + b"".join(thrift_compact(v[0], x) for x in v[1])
    if kind == "string":
        return varint(len(as_bytes(v))) + as_bytes(v)
    if kind == "double":
        return struct.pack("<d", v)
    return struct.pack(">b", v) if kind == "byte" else zigzag(v)


JAEGER_TAGS = ["span.kind", "error", "error.message", "otel.status_code", "otel.status_description", "http.status_code", "http.status_message", "w3c.tracestate", "otel.scope.name", "otel.scope.version",
               "otel.library.name", "otel.library.version", "internal.span.format", "service.name", "hostname", "host.name", "client-uuid", "ip", "jaeger.version", "opencensus.exporterversion", "process.pid", "x",
               "a.b", "", "message", "event", "sampler.type", "peer.service", "status.code"]


class Jaeger(Maker):
    def tag(self):
        """(key, kind, value)"""
        key = self.pick(*JAEGER_TAGS)
        kind = self.pick("string", "string", "bool", "int", "double", "binary")
        if kind == "string":
            value = self.text() if self.some(0.4) else self.pick("server", "client", "producer", "consumer", "internal", "ERROR", "OK", "UNSET", "true", "false", "200", "404", "500", "x=y,z=w", "bad", "2", "0", "")
        elif kind == "bool":
            value = self.some(0.5)
        elif kind == "int":
            value = self.pick(0, 1, 2, 3, 200, 404, 503, -1, 2**40)
        elif kind == "double":
            value = self.pick(0.0, 1.5, -2.25, 404.0, 1e300)
        else:
            value = self.pick(b"", b"\0\xff", b"abc")
        return key, kind, value

    def tags(self, most=5):
        return [self.tag() for _ in range(self.r.randint(0, most))]

    def span(self):
        wide = lambda: self.pick(0, 1, -1, self.r.randint(-2**63, 2**63 - 1), self.r.randint(-2**63, 2**63 - 1))
        s = {"low": wide(), "high": wide(), "id": wide(), "parent": self.pick(0, wide(), 0), "name": self.text(), "flags": self.pick(0, 1, 2, 3), "start": self.micros(),
             "duration": self.pick(0, 1, self.r.randint(0, 10**7), self.r.randint(0, 10**7)) if self.some(0.98) else -5, "tags": self.tags(), "refs": [], "logs": [], "warnings": [], "process": None}
        for _ in range(self.r.choice([0, 0, 1, 2])):
            s["refs"].append((self.pick(0, 1), self.pick(s["low"], wide()), self.pick(s["high"], wide()), self.pick(s["parent"], wide())))
        for _ in range(self.r.choice([0, 0, 1, 2])):
            s["logs"].append((self.micros(), self.tags(3)))
        if self.some(0.1):
            s["warnings"] = ["warned", "again"][:self.r.randint(1, 2)]
        if self.some(0.2):
            s["process"] = (self.pick("other", ""), self.tags(3))
        return s

    def batch(self):
        return self.pick("orders", "orders", "", "unknown") if self.some(0.9) else None, self.tags(3), [self.span() for _ in range(self.r.choice([0, 1, 1, 2, 3]))]

    # thrift
    def thrift_tag(self, t):
        key, kind, value = t
        n = {"string": 0, "double": 1, "bool": 2, "int": 3, "binary": 4}[kind]
        out = [(1, ("string", key)), (2, ("i32", n))]
        if not self.some(0.02):
            out.append({"string": (3, ("string", value)), "double": (4, ("double", value)), "bool": (5, ("bool", value)), "int": (6, ("i64", value)), "binary": (7, ("string", value))}[kind])
        return out

    def thrift_tags(self, tags):
        return ("list", ("struct", [self.thrift_tag(t) for t in tags]))

    def thrift_batch(self):
        service, tags, spans = self.batch()
        made = []
        for s in spans:
            o = [(1, ("i64", s["low"])), (2, ("i64", s["high"])), (3, ("i64", s["id"])), (4, ("i64", s["parent"])), (5, ("string", s["name"]))]
            if s["refs"] or self.some(0.1):
                o.append((6, ("list", ("struct", [[(1, ("i32", a)), (2, ("i64", b)), (3, ("i64", c)), (4, ("i64", d))] for a, b, c, d in s["refs"]]))))
            o += [(7, ("i32", s["flags"])), (8, ("i64", s["start"])), (9, ("i64", s["duration"]))]
            if s["tags"] or self.some(0.1):
                o.append((10, self.thrift_tags(s["tags"])))
            if s["logs"] or self.some(0.1):
                o.append((11, ("list", ("struct", [[(1, ("i64", t)), (2, self.thrift_tags(f))] for t, f in s["logs"]]))))
            if self.some(0.02):
                del o[self.r.randrange(len(o))]
            if self.some(0.05):
                o.append((99, ("list", ("i32", [1, 2]))))
            made.append(o)
        process = [(1, ("string", service or ""))]
        if tags or self.some(0.1):
            process.append((2, self.thrift_tags(tags)))
        return [(1, ("struct", process)), (2, ("list", ("struct", made)))] + ([(3, ("i64", 7))] if self.some(0.1) else [])

    def http(self):
        body = thrift_binary("struct", self.thrift_batch())
        kind = "application/vnd.apache.thrift.binary" if self.some(0.7) else self.pick("application/x-thrift", "application/json", "", "application/x-thrift; charset=utf-8", "x")
        return "http", {"path": "/api/traces", "headers": {"Content-Type": kind} if kind else {}}, self.spoiled(body)

    def compact(self):
        head = b"\x82" + bytes([self.pick(4, 4, 1, 2) << 5 | 1]) + varint(self.r.randint(0, 5)) + b"\x09emitBatch"
        return "thrift_compact", {}, self.spoiled(head + thrift_compact("struct", [(1, ("struct", self.thrift_batch()))]))

    def binary(self):
        head = struct.pack(">I", 0x80010000 | self.pick(4, 4, 1)) + string("emitBatch") + struct.pack(">i", 1)
        return "thrift_binary", {}, self.spoiled(head + thrift_binary("struct", [(1, ("struct", self.thrift_batch()))]))

    def spoiled(self, body):
        if self.some(0.05):
            return body[:self.r.randint(0, len(body))]
        return body

    # protobuf
    def proto_tag(self, t):
        key, kind, value = t
        n = {"string": 0, "bool": 1, "int": 2, "double": 3, "binary": 4}[kind]
        m = message(1, key.encode()) + varint_field(2, n)
        if kind == "string":
            return m + message(3, value.encode())
        if kind == "binary":
            return m + message(7, value)
        if kind == "double":
            return m + bytes([6 << 3 | 1]) + struct.pack("<d", value)
        return m + varint_field(4 if kind == "bool" else 5, int(value))

    def proto_tags(self, number, tags):
        return b"".join(message(number, self.proto_tag(t)) for t in tags)

    def moment(self, number, micros):
        return message(number, varint_field(1, micros // 10**6) + varint_field(2, micros % 10**6 * 1000))

    def process(self, service, tags):
        return message(1, service.encode()) + self.proto_tags(2, tags)

    def grpc(self):
        service, tags, spans = self.batch()
        id128 = lambda s: struct.pack(">qq", s[1], s[0])
        out = b""
        for s in spans:
            m = message(1, id128((s["low"], s["high"]))) + message(2, struct.pack(">q", s["id"])) + message(3, s["name"].encode())
            if self.some(0.04):
                m = message(1, self.pick(b"", b"\1" * 8, b"\1" * 15, b"\1" * 17)) + message(2, self.pick(b"", b"\1" * 4, b"\1" * 8)) + message(3, b"n")
            refs = list(s["refs"])
            if s["parent"] and self.some(0.5):
                refs.insert(0, (0, s["low"], s["high"], s["parent"]))
            for kind, low, high, span in refs:
                m += message(4, message(1, id128((low, high))) + message(2, struct.pack(">q", span)) + varint_field(3, kind))
            m += varint_field(5, s["flags"]) + self.moment(6, s["start"]) + message(7, varint_field(1, s["duration"] // 10**6) + varint_field(2, s["duration"] % 10**6 * 1000))
            m += self.proto_tags(8, s["tags"])
            for t, fields in s["logs"]:
                m += message(9, self.moment(1, t) + self.proto_tags(2, fields))
            if s["process"]:
                m += message(10, self.process(*s["process"]))
            for w in s["warnings"]:
                m += message(12, w.encode())
            out += message(1, m)
        if service is not None:
            out += message(2, self.process(service, tags))
        return "grpc", {"path": "/jaeger.api_v2.CollectorService/PostSpans"}, self.spoiled(message(1, out)) if not self.some(0.01) else b""

    def inputs(self, n):
        return [self.r.choice([self.http, self.compact, self.binary, self.grpc])() for _ in range(n)]


# ---- X-Ray ---------------------------------------------------------------------------------------------------------------

class Members(list):
    """An object as pairs, so that a name may come twice."""


def json_text(x, ascii=True):
    if isinstance(x, Members):
        return "{" + ", ".join(json.dumps(k, ensure_ascii=ascii) + ": " + json_text(v, ascii) for k, v in x) + "}"
    if isinstance(x, list):
        return "[" + ", ".join(json_text(v, ascii) for v in x) + "]"
    if isinstance(x, dict):
        return json_text(Members(x.items()), ascii)
    return x.decode() if isinstance(x, bytes) else json.dumps(x, ensure_ascii=ascii)


class Awsxray(Maker):
    """Segment documents. The reference dies of a subsegment without name or start, an exception without id and an ID of more than 36 characters: there
    are none of these."""

    def number(self):
        return self.pick(0, 1, -1, 200, 2**40, 1.5, -0.25, 1e21, 1e-7, 123456789.125, 2**53 + 1, 2**63 - 1, 2**63, 0.1, b"-0", b"1.0", b"1e2", b"1E+2", b"100e-2", b"0.30000000000000000000001", b"1e20")

    def integer(self):
        return self.pick(0, 1, 7, -1, 3000, 2**31, 2**63 - 1, -2**63, b"-0") if self.some(0.98) else self.pick(1.5, b"1.0", 2**63, b"1e2", "1", True, None)

    def seconds(self):
        r = self.r
        return r.choice([1_764_000_000.123, 1_764_000_000, r.uniform(1.7e9, 1.8e9), r.uniform(0, 1e6), 0, -1.5, 1e10, 1e300, 1.7640000001e9])

    def word(self):
        return self.text() if self.some(0.4) else self.pick("orders", "\u0007", "\ud800 half", "\U0001f600", "for ", "a/b?c", "&<>", "é\u2028", "tab\there")

    ADDED = ("annotations", "metadata", "cause", "stack", "aws", "cloudwatch_logs")  # come but once: the reference adds a second one to the first

    def some_of(self, odd=0.01, **makers):
        """Some members, made as told; now and then one of a wrong type, by another's case or twice."""
        out = Members()
        for k, make in makers.items():
            if not self.some(0.45):
                continue
            out.append((self.cased(k), make() if not self.some(odd) else self.pick(None, None, None, 1, "x", True, [], {}, [None], 1.5)))
            if self.some(odd) and k not in self.ADDED:
                out.append((self.cased(k), make()))
        if self.some(odd):
            out.append((self.pick("unknown", "origin", "links", "error", "fault", "throttle", "precursor_ids", ""), self.pick(True, False, None, [], ["a"], [{"id": "1", "trace_id": "2", "attributes": {"k": 1}}], "AWS::EC2::Instance")))
        self.r.shuffle(out)
        return out

    def cased(self, name):
        return name if self.some(0.99) else self.pick(name.upper(), name.title())

    def flag(self):
        return self.some(0.5)

    def http(self):
        code = lambda: self.pick(200, 302, 399, 400, 404, 429, 500, 99, 100, 0, -1) if self.some(0.9) else self.integer()
        request = lambda: self.some_of(method=lambda: self.pick("GET", "POST", ""), url=self.word, user_agent=self.word, client_ip=lambda: self.pick("10.0.0.1", ""), x_forwarded_for=self.flag)
        response = lambda: self.some_of(status=code, content_length=lambda: self.pick(0, 12, "12", "", 1.9, -1.9, 1e300, True, None, [], {}, 2**63, -2**63, self.number()))
        return self.some_of(request=request, response=response)

    def frame(self):
        return self.some_of(path=self.word, line=self.integer, label=self.word)

    def exception(self):
        e = self.some_of(message=self.word, type=self.word, remote=self.flag, truncated=self.integer, skipped=self.integer, cause=lambda: self.hex(16), stack=lambda: [self.frame() for _ in range(self.r.randint(0, 3))])
        return Members([("id", self.pick(self.hex(16), "", self.word())), *e])

    def cause(self):
        if self.some(0.3):
            return self.hex(16) if self.some(0.6) else self.pick("", "text")  # none with escapes: of these the reference keeps the backslashes
        out = self.some_of(working_directory=self.word, paths=lambda: ["a", "b"])
        if self.some(0.5):
            out.append((self.cased("exceptions"), [self.exception() for _ in range(self.r.randint(0, 3))] if self.some(0.98) else self.pick(None, [], {}, "x", ["x"])))
        return out

    def aws(self):
        w = self.word
        return self.some_of(account_id=w, operation=w, region=w, request_id=w, queue_url=w, table_name=w, retries=self.integer, table_names=lambda: ["a", "b"],
                            elastic_beanstalk=lambda: self.some_of(environment_name=w, version_label=w, deployment_id=self.integer),
                            cloudwatch_logs=lambda: [self.some_of(log_group=w, arn=w) for _ in range(self.r.randint(0, 3))],
                            ecs=lambda: self.some_of(container=w, container_id=w, availability_zone=w, task_arn=w, task_family=w, cluster_arn=w, container_arn=w, launch_type=w),
                            ec2=lambda: self.some_of(instance_id=w, availability_zone=w, instance_size=w, ami_id=w), eks=lambda: self.some_of(cluster_name=w, pod=w, container_id=w),
                            xray=lambda: self.some_of(sdk=lambda: self.pick("X-Ray for Go", "X-Ray for Java", "X-Ray", "for ", "X-Ray for .NET for x", w()), sdk_version=w, auto_instrumentation=self.flag))

    def sql(self):
        w = self.word
        url = lambda: self.pick("jdbc:postgresql://host:5432/ebdb", "postgresql://host/db?x=1", "a:b", "a:b?c?d", "mysql://h/", "x://h//d", "x:///d", "x:/d", "a:b:c://h/d", "p+t:db?q", "a:\nb", "a:b?\n", "é:ü/ö")
        return self.some_of(connection_string=w, url=lambda: url() if self.some(0.97) else self.pick("", "db", ":", "/a:b", "a:?b", "a:b?c\nd"), sanitized_query=w, database_type=w, database_version=w, driver_version=w, user=w,
                            preparation=lambda: "call")

    def any(self, depth=0):
        if depth < 3 and self.some(0.3):
            return self.pick([self.any(depth + 1) for _ in range(self.r.randint(0, 3))], Members((self.pick("a", "b", "B", "", "é<", "c.d"), self.any(depth + 1)) for _ in range(self.r.randint(0, 3))))
        return self.pick(self.word(), self.number(), True, False, None)

    def annotations(self):
        return Members((self.pick("k", "n", "http.method", "é", "", "aws.operation", "x" + str(i)), self.any() if self.some(0.2) else self.pick(self.word(), self.number(), True)) for i in range(self.r.randint(0, 4)))

    def metadata(self):
        inner = lambda: Members((self.pick("a", "b", "", "é"), self.any()) for _ in range(self.r.randint(0, 3)))
        return Members((self.pick("default", "ns", "", "x.y", "é"), inner() if self.some(0.97) else self.pick(None, None, 1, [])) for _ in range(self.r.randint(0, 3)))

    def trace_id(self):
        good = f"1-{self.hex(8)}-{self.hex(24)}"
        return good if self.some(0.97) else self.pick("", "x", good.upper(), good[:-1], good + "0", good.replace("-", "_"), good[:12] + "g" + good[13:], good[:20] + "é" + good[22:])

    def id(self):
        good = self.hex(16)
        return good if self.some(0.99) else self.pick("", good[:15], good + "0", good.upper(), "0" * 16, "x" * 16, "é" + good[2:])

    def segment(self, depth=0):
        need = [("name", self.word()), ("id", self.id()), ("start_time", self.seconds())]
        if depth == 0 or self.some(0.05):
            need.append(("trace_id", self.trace_id()))
        if depth == 0 and self.some(0.03):
            del need[self.r.randrange(len(need))]
        elif depth and self.some(0.01):
            del need[1]
        rest = self.some_of(odd=0.004, end_time=self.seconds, in_progress=self.flag, user=self.word, resource_arn=self.word, service=lambda: self.some_of(version=self.word, compiler=self.word, compiler_version=self.word),
                            http=self.http, cause=self.cause, aws=self.aws, annotations=self.annotations, metadata=self.metadata, traced=self.flag, sql=self.sql)
        if self.some(0.3):
            rest.append(("namespace", self.pick("aws", "remote", "local") if self.some(0.97) else self.pick("", "AWS", "other", None)))
        if self.some(0.3):
            rest.append(("parent_id", self.id()))
        if self.some(0.3):
            rest.append(("type", self.pick("subsegment", "Subsegment", "segment", "", "SUBSEGMENT")))
        if depth < 4 and self.some(0.4):
            rest.append(("subsegments", [self.segment(depth + 1) for _ in range(self.r.randint(0, 3))]))
            if self.some(0.01):
                rest.append(("subsegments", self.pick(None, [], {}, "x")))
        out = Members(need + rest)
        if self.some(0.3):
            self.r.shuffle(out)
        return out

    def header(self):
        if self.some(0.95):
            return '{"format": "json", "version": 1}\n'
        return self.pick('{"format":"JSON","version":1}\n', '{"Format":"json","VERSION":1}\n', '{"format":"json","version":1,"x":[]}\n', '{"format":"json","version":2}\n', '{"format":"xml","version":1}\n', '{"format":"json","version":"1"}\n',
                         '{"format":"json","version":1.0}\n', '{"format":"json","version":1', '{"format":"json","version":1}', '{"format":"json"}\n', "\n", "", "[]\n", "null\n", '{"format":"json","version":1,"version":2}\n',
                         '{"format":null,"format":"json","version":1}\n', '{"format":"json","version":1} x\n', ' {"format":"json","version":1} \r\n', '{"format":"json","version":1,"version":null}\n', '{"format":"json","version":01}\n')

    def datagram(self):
        body = json_text(self.segment(), self.some(0.5)) if self.some(0.98) else self.pick("", "null", "[]", "1", '"x"', "{}", " ")
        if self.some(0.03):
            body = self.pick(body[:self.r.randint(0, len(body))], body + "x", body + " \n", "\n" + body, body.replace(":", " ", 1), body.replace(",", ",,", 1), body.replace('"', "'", 2), body + body)
        raw = body.encode("utf-8", "replace")
        if self.some(0.02):
            raw = raw.replace(b"o", self.pick(b"\xff", b"\xc3", b"\xed\xa0\x80", b"\0", b"\x1f"), 1)
        return "datagram", {}, self.header().encode() + raw

    def inputs(self, n):
        return [x for x in (self.datagram() for _ in range(2 * n)) if len(x[2]) < 60000][:n]


# ---- StatsD --------------------------------------------------------------------------------------------------------------

class Statsd(Maker):
    def settings(self):
        s = {}
        for flag in ("enable_metric_type", "enable_simple_tags", "is_monotonic_counter", "enable_ip_only_aggregation", "ignore_host"):
            if self.some(0.3):
                s[flag] = self.some(0.7)
        if self.some(0.3):
            s["counter_type"] = self.pick("int", "float")
        if self.some(0.7):
            s["timer_histogram_mapping"] = [self.mapping(kind) for kind in self.r.sample(["timing", "timer", "histogram", "distribution"], self.r.randint(1, 4))]
        return s

    def mapping(self, kind):
        observer = self.pick("gauge", "summary", "histogram", "histogram")
        m = {"statsd_type": kind, "observer_type": observer}
        if observer == "summary" and self.some(0.6):
            m["summary"] = {"percentiles": self.r.sample([0, 1, 25, 50, 90, 95, 99, 99.9, 100], self.r.randint(1, 5))}
        if observer == "histogram" and self.some(0.7):
            m["histogram"] = {"max_size": self.pick(2, 5, 10, 100, 160)} if self.some(0.5) else {
                "explicit_buckets": [{"matcher_pattern": self.pick("a.*", "lat", "^x$", ".*"), "buckets": self.pick([1, 5, 10], [0.5], [-1, 0, 1, 100])} for _ in range(self.r.randint(1, 2))]}
        return m

    def value(self):
        r = self.r
        if self.some(0.1):
            return self.pick("+5", "-5", "+0.5", "-0", "1e3", "1e-3", "0x10", "0x1p-2", "1_0", ".5", "5.", "1e400", "NaN", "Inf", "-inf", "", " 1", "1 ", "abc", "--1", "1,5", "9223372036854775808", "1e19")
        return str(r.choice([r.randint(0, 100), r.randint(-100, 100), round(r.uniform(0, 1000), 2), r.uniform(0, 1), 0]))

    def line(self):
        name = self.pick("a", "a.b", "lat", "lat.x", "x", "é", "a b", "with-dash") if self.some(0.98) else self.pick("", "a|b", "a#b")
        kind = self.pick("c", "g", "ms", "h", "d") if self.some(0.97) else self.pick("s", "", "cc", "C", "m", "counter")
        out = f"{name}:{self.value()}|{kind}"
        parts = []
        if self.some(0.3):
            parts.append("@" + self.pick("0.1", "0.5", "1", "0.33", "0.3", "0.15", "2") if self.some(0.95) else "@" + self.pick("0", "x", "", "-1", "1e-2"))
        if self.some(0.5):
            parts.append("#" + ",".join(self.pick("k:v", "host:a", "k:w", "a:b:c", "env:prod") if self.some(0.93) else self.pick("simple", "", ":v", "k:") for _ in range(self.r.randint(1, 3))))
        if self.some(0.1):
            parts.append("c:" + self.pick("abc", "in-1", ""))
        if self.some(0.1):
            parts.append("T" + self.pick("1656581400", "0", "1", "x", "-1"))
        if self.some(0.02):
            parts.append(self.pick("", "x", "@", "#"))
        self.r.shuffle(parts)
        return "|".join([out, *parts])

    def case(self):
        """How it comes, settings, and packets as (sender, text)."""
        packets = [(self.pick("1", "1", "2"), self.pick("\n", "\n", "\n\n", "\r\n").join(self.line() for _ in range(self.r.choice([1, 1, 1, 2, 5]))) + self.pick("", "\n")) for _ in range(self.r.randint(3, 30))]
        way = self.pick("udp", "udp", "stream", "unixgram")
        if way == "stream":
            # The reference puts the half of a line that a read ended with before each later read of the connection, whether it has the rest
            # by then or not: only the last line of one is cut.
            last = {sender: i for i, (sender, _) in enumerate(packets)}
            packets = [(s, text if text.endswith("\n") else text + "\n") for s, text in packets]
            packets = [(s, part) for i, (s, text) in enumerate(packets) for part in (self.cut(text) if last[s] == i else [text])]
        return way, self.settings(), packets

    def cut(self, text):
        at = self.r.randint(0, len(text) - 1)
        return [x for x in (text[:at], text[at:]) if x]
