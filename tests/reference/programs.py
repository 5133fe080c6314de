# SPDX-License-Identifier: Apache-2.0
"""Random programs over random records: settings of processors, and requests for them.

What paths, functions and enums there are comes from ottl_tables, so from the compiler's own tables. What is known here is only what
makes interesting arguments: texts that are JSON where JSON is read, formats that fit times, patterns that compile, and some that do not.
"""
import json
import random

SIGNALS = {"traces": ["resource", "scope", "span", "spanevent"], "metrics": ["resource", "scope", "metric", "datapoint", "exemplar"],
           "logs": ["resource", "scope", "log"]}
OUTPUT = {"traces": "span", "metrics": "datapoint", "logs": "log"}

# ---- values, by what they are texts of ------------------------------------------------------------------------------

TEXTS = {
    "word": ["", "a", "ab", "abc", "Hello World", "foo", "foo bar foo", "camelCaseText", "snake_case_text", "HTTPServer error", " padded ", "x1y22z333",
             "Grüße, Ωmega", "日本語テキスト", "a\tb\nc", "null", "true", "Error: timeout after 30s", "user@example.com", "/api/v1/users/42?q=1", "a.b.c", "ÀÉÎ", "%d%s", "$1", "\\d"],
    "number": ["0", "1", "-7", "42", "9223372036854775807", "9223372036854775808", "3.25", "1e3", "0x1f", "0b101", "ff", "zz", "17abc", " 5", "4111111111111111", "1_000", "NaN", "Inf", "79927398713"],
    "truth": ["true", "false", "TRUE", "False", "t", "F", "1", "0", "yes"],
    "json": ['{"a":1,"b":[true,null,"x"],"c":{"d":2.5}}', '[1,2.5,"three",null]', '{"k":"v"}', "{}", "[]", '{"a":', "3", '"text"', '{"z":1,"a":{"z":[{"q":1}]}}',
             '{"a":1,"a":2}', '{"e":"\\u00e9\\n","n":-0.0,"big":12345678901234567890}', '[{"name":"n1","value":1},{"name":"n2","value":"v"}]', " {} x"],
    "xml": ["<a><b id=\"1\">one</b><b id=\"2\">two</b></a>", "<a/>", "<a x=\"1\" y=\"2\">t<c/>u</a>", "<Log><User><ID>001</ID><Name type=\"first\">J</Name></User><T/></Log>", "<a><b></a>", "text",
            "<a><!-- c --><b><![CDATA[x<y]]></b></a>", "<a>1<b>2</b>3</a>", "<n:a xmlns:n=\"u\"><n:b>v</n:b></n:a>", "<a>&lt;&amp;&#65;</a>", "<?xml version=\"1.0\"?><r><i>1</i><i>2</i><i/></r>", ""],
    "csv": ["1,2,3", "a,\"b,c\",d", "a;b;c", "x|y|z", "a,b", "\"q\"\"r\",2,3", "a,b\"c,d", "", " a , b , c ", "1,2,3\n4,5,6"],
    "header": ["a,b,c", "k1;k2;k3", "h1|h2|h3", "a,a,b", "", "one,two"],
    "kv": ["a=1 b=2", "k:v,l:w", "a='x y' b=\"z\"", "a=1 b", "=x", "a==b", "", "a=1  b=2", "k1!v1;k2!v2", "a=\"unclosed b=2", "a=1 a=2"],
    "url": ["http://user:pw@example.com:8080/p/a.html?q=1&r=2#frag", "https://example.com", "/only/path.txt", "ftp://h:99999/x", "http://[::1]:80/", "mailto:a@b", "http://a b/", "http://ex.com/%zz", "//host/p?x", ""],
    "ip": ["10.1.2.3", "192.168.0.1", "8.8.8.8", "::1", "2001:db8::1", "fe80::1", "256.1.1.1", "10.1.2", "::ffff:10.0.0.1", ""],
    "hex": ["0123456789abcdef0123456789abcdef", "0123456789abcdef", "deadbeef", "00000000000000000000000000000000", "xyz", "ABCDEF0123456789", ""],
    "base64": ["aGVsbG8=", "aGVsbG8", "4pyT", "_-8=", "/+8=", "!!!", "", "aGVs\nbG8="],
    "when": ["2024-02-29T12:34:56Z", "2023-12-31", "2023-12-31 23:59:59", "15 Mar 2021 01:02", "1700000000", "2024-02-29T12:34:56.789+02:00", "03/04/2021", "Mon Jan  2 15:04:05 2006", "12:30:00 PM", "1 février 2024",
             "2021-03-28 02:30:00", "366 2024", "99-1-1", "2024-13-01", "Fri, 01 Mar 2024 10:00:00 +0100", ""],
    "howlong": ["1h5m", "3s", "1.5h", "-2m30s", "100ms", "7us", "0", "1d", "x", "", "9223372036854775807ns", "1h 5m"],
    "agent": ["curl/8.5.0", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1",
              "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0", "okhttp/4.9.3", "python-requests/2.31.0", "x", ""],
    "clf": ['127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326', '10.0.0.1 - - [10/Oct/2000:13:55:36 +0000] "POST / HTTP/1.1" 404 - "http://r" "UA x"', "nonsense", '1.2.3.4 - - [bad] "GET" 200 1'],
    "leef": ["LEEF:1.0|Vendor|Product|1.0|ID|src=1.2.3.4\tdst=5.6.7.8", "LEEF:2.0|V|P|2|E|^|a=1^b=2", "LEEF:2.0|V|P|2|E|x7C|a=1|b=2", "LEEF:1.0|V|P", "no", "LEEF:1.0|V|P|1|I|"],
    "severity": ["error", "warn", "err", "INFO", "500", "404", "", "panic"],
    "status": ["200", "404", "500", "error"],
    "grok": ["127.0.0.1 GET /index.html 200 0.123", "user=bob age=30", "2024-02-29T12:34:56Z INFO started", "key: -12.5 http://e.com/x", "nothing"],
}
REGEXPS = ["^a.*", "[0-9]+", "(?i)FOO", "a|b", "^$", "\\w+@\\w+\\.com", ".*", "b$", "(o)(o)", "\\s+", "[^a-z]", "x*", "é|ü", "^(a|ab)(c|bcd)?", "(?P<first>\\w+) (?P<second>\\w+)", "\\bfoo\\b", ".", "^[a-z]\\.[a-z]+$", "t\\..*"]
BAD_REGEXPS = ["(", "[a", "a**", "(?<", "\\"]
CAPTURES = ["(?P<user>\\w+)@(?P<host>\\w+)", "^(?P<a>.)(?P<b>.*)$", "(?P<n>[0-9]+)", "(?P<k>\\w+)=(?P<v>\\w+)", "(?P<x>a)?(?P<y>b)?", "(?P<path>/[^?]*)"]
REPLACEMENTS = ["", "-", "$1", "<$0>", "${1}x", "$first", "new", "$$", "$2$1", "***"]
GLOBS = ["*", "a*", "*b", "?oo", "[ab]*", "{foo,bar}*", "*o*", "foo", "[!a]*", "*.b.*", "Hello World", "/api/*"]
BAD_GLOBS = ["[", "{a", "[]"]
GROKS = ["%{IP:ip} %{WORD:method} %{URIPATH:path} %{NUMBER:status:int} %{NUMBER:took:double}", "user=%{USER:user} age=%{INT:age:int}", "%{TIMESTAMP_ISO8601:ts} %{LOGLEVEL:level} %{GREEDYDATA:rest}", "%{WORD}: %{NUMBER:n} %{URI:uri}",
         "%{OWN:o} %{WORD:w}", "(?P<p>\\w+)=%{NOTSPACE:q}", "%{NUMBER:n:long}", "%{IP:[a][b]}"]
TIME_FORMATS = ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%d %b %Y %H:%M", "%s", "%Y-%m-%dT%H:%M:%S.%L%z", "%m/%d/%Y", "%a %b %e %H:%M:%S %Y", "%I:%M:%S %p", "%d %B %Y", "%j %Y", "%y-%m-%d", "%a, %d %b %Y %T %z",
                "%F %T", "%A %B %d", "%Y%m%d%H%M%S.%f", "%H:%M", "%Q", "%"]
PAIRS = {"%Y-%m-%dT%H:%M:%SZ": "2024-02-29T12:34:56Z", "%Y-%m-%d": "2023-12-31", "%Y-%m-%d %H:%M:%S": "2021-03-28 02:30:00", "%d %b %Y %H:%M": "15 Mar 2021 01:02", "%m/%d/%Y": "03/04/2021", "%F %T": "2023-12-31 23:59:59",
         "%a %b %e %H:%M:%S %Y": "Mon Jan  2 15:04:05 2006", "%a, %d %b %Y %T %z": "Fri, 01 Mar 2024 10:00:00 +0100", "%Y-%m-%dT%H:%M:%S.%L%z": "2024-02-29T12:34:56.789+0200"}
LOCATIONS = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Nowhere/City"]
LOCALES = ["en", "en-US", "fr-FR", "de", "es", "pt-BR", "zz-ZZ"]
XPATHS = ["/a", "//b", "//@id", "/a/b[1]", "//b[@id='1']", "//text()", "/a/b/text()", "/Log/User/*", "//b[last()]", "/a/@x", "//*[name()='b']", "/r/i[2]", "//c/..", "/", "//i | //b"]
BAD_XPATHS = ["//[", "/a/b[", ""]
ENCODINGS = ["base64", "base64-raw", "base64-url", "base64-raw-url", "utf-8", "us-ascii", "iso-8859-1", "utf-16", "utf-16le", "windows-1252", "nope"]
NETWORKS = ["10.0.0.0/8", "192.168.0.0/16", "::/0", "2001:db8::/32", "0.0.0.0/0", "10.1.2.3/32"]
DURATIONS = ["1h5m", "3s", "1.5h", "100ms", "24h", "7us", "-1s", "x"]
SEVERITIES = ['{"error": ["err", "error", {"min": 500, "max": 599}], "warn": [{"range": "4xx"}], "info": ["INFO"]}', '{"info": [{"range": "2xx"}, "ok"], "fatal": ["panic"]}', '{"error": [{"equals": ["error"]}], "debug": [{"min": 0, "max": 10}]}',
              '{"error": "err"}', '{"info": [{"range": "9xx"}]}']

# Which kinds of texts a function's parameters read: by a part of its name, then by the parameter. What is not named is a word.
DOMAINS = [("XML", {"target": "xml", "sub_document": "xml"}), ("JSON", {"target": "json"}), ("ParseCSV", {"target": "csv", "header": "header"}), ("KeyValue", {"target": "kv"}), ("URL", {"u_r_i": "url"}),
           ("CIDR", {"target": "ip"}), ("CommunityID", {"source_i_p": "ip", "destination_i_p": "ip"}), ("ID", {"target": "hex"}), ("Base64Decode", {"target": "base64"}), ("Decode", {"target": "base64"}),
           ("Duration", {"duration": "howlong"}), ("UserAgent", {"user_agent": "agent"}), ("CLF", {"target": "clf"}), ("LEEF", {"target": "leef"}), ("ParseInt", {"target": "number"}),
           ("Grok", {"target": "grok"}), ("Severity", {"target": "severity"}), ("Luhn", {"target": "number"}), ("Int", {"target": "number"}), ("Double", {"target": "number"}), ("Bool", {"target": "truth"})]

INTS = [0, 1, 2, -1, 3, 7, 10, 42, 255, -100, 65536, 1700000000, 1700000000123456789, 2**31, 2**53 + 1, 2**63 - 1, -(2**63) + 1]
DOUBLES = [0.0, 1.0, -1.5, 2.5, 0.1, 1e9, 3.14159, 1e300, -0.0, 1e-7, 123456789.125, 1e21]
BYTES = ["00", "ff00", "68656c6c6f", "0123456789abcdef", "0123456789abcdef0123456789abcdef", "e29c93", ""]

PLAIN = {"string": ["s.a", "s.b", "s.c"], "int": ["i.a", "i.b", "i.c"], "double": ["d.a", "d.b"], "bool": ["b.a", "b.b"], "bytes": ["y.a"], "map": ["m.a", "m.b"], "list": ["l.a", "l.b", "l.n", "l.s"], "nil": ["n.a"]}


def quoted(text):
    """A literal of the language."""
    out = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + out + '"'


# ---- records ------------------------------------------------------------------------------------------------------------

class Records:
    def __init__(self, rng):
        self.rng = rng

    def any_value(self, kind, depth=0):
        rng = self.rng
        if kind == "string":
            return {"stringValue": rng.choice(TEXTS[rng.choice(["word", "word", "number", "truth"])])}
        if kind == "int":
            return {"intValue": str(rng.choice(INTS))}
        if kind == "double":
            return {"doubleValue": rng.choice(DOUBLES)}
        if kind == "bool":
            return {"boolValue": rng.random() < 0.5}
        if kind == "bytes":
            import base64
            return {"bytesValue": base64.b64encode(bytes.fromhex(rng.choice(BYTES))).decode()}
        if kind == "nil":
            return {}
        if kind == "list":
            of = rng.choice(["string", "int", "double", "any", "any"])
            return {"arrayValue": {"values": [self.any_value(self.kind(depth + 1) if of == "any" else of, depth + 1) for _ in range(rng.randint(0, 4))]}}
        if kind == "map":
            keys = rng.sample(["a", "b", "c", "name", "value", "x.y", "s.a", "z"], rng.randint(0, 4))
            return {"kvlistValue": {"values": [{"key": k, "value": self.any_value(self.kind(depth + 1), depth + 1)} for k in keys]}}
        return {"stringValue": rng.choice(TEXTS[kind])}

    def kind(self, depth=0):
        return self.rng.choice(["string", "int", "double", "bool", "bytes", "nil"] + (["list", "map"] if depth < 3 else []))

    def attributes(self, most=9):
        keys = {k: kind for kind, names in PLAIN.items() for k in names}
        keys.update({"t." + kind: kind for kind in TEXTS})
        out = []
        for k in self.rng.sample(sorted(keys), self.rng.randint(0, most)):
            kind = keys[k] if self.rng.random() < 0.88 else self.kind()
            out.append({"key": k, "value": self.any_value(kind)})
        return out

    def nanos(self):
        return str(self.rng.choice([0, 1, 1700000000000000000, 1700000001500000000, 1709210096789012345, 1609459199999999999]))

    def id(self, size):
        return self.rng.choice(["", "%0*x" % (size * 2, self.rng.getrandbits(size * 8)), "0123456789abcdef" * (size // 8)])

    def maybe(self, d, key, value, chance=0.6):
        if self.rng.random() < chance:
            d[key] = value
        return d

    def resource_group(self, scopes_key, scope):
        rng = self.rng
        out = {"resource": {"attributes": self.attributes(12) + ([{"key": "service.name", "value": {"stringValue": rng.choice(["svc", "other"])}}] if rng.random() < 0.6 else [])},
               scopes_key: [scope() for _ in range(rng.choice([1, 1, 2]))]}
        self.maybe(out["resource"], "droppedAttributesCount", rng.randint(0, 3), 0.3)
        self.maybe(out, "schemaUrl", "https://opentelemetry.io/schemas/1.%d.0" % rng.randint(0, 30), 0.4)
        return out

    def scope(self, records_key, record):
        rng = self.rng
        out = {"scope": {"name": rng.choice(["lib", "io.example.lib", ""]), "version": rng.choice(["1.0", "", "2.3.4"]), "attributes": self.attributes(3)}, records_key: [record() for _ in range(rng.randint(1, 4))]}
        self.maybe(out, "schemaUrl", "https://s/%d" % rng.randint(0, 2), 0.3)
        return out

    def span(self):
        rng = self.rng
        out = {"traceId": self.id(16), "spanId": self.id(8), "name": rng.choice(["GET /api/users", "op", "a/b/c", "", "HTTP POST", "foo bar"]), "kind": rng.randint(0, 5), "startTimeUnixNano": self.nanos(), "endTimeUnixNano": self.nanos(),
               "attributes": self.attributes(14)}
        self.maybe(out, "parentSpanId", self.id(8))
        self.maybe(out, "traceState", rng.choice(["a=1", "k=v,l=w", "bad", "ot=th:8,x=y"]), 0.4)
        self.maybe(out, "flags", rng.choice([0, 1, 257, 2**31]), 0.4)
        self.maybe(out, "status", rng.choice([{}, {"code": 1}, {"code": 2, "message": "failed"}]))
        self.maybe(out, "events", [{"timeUnixNano": self.nanos(), "name": rng.choice(["exception", "e", ""]), "attributes": self.attributes(4), "droppedAttributesCount": rng.randint(0, 2)} for _ in range(rng.randint(1, 3))], 0.5)
        self.maybe(out, "links", [{"traceId": self.id(16), "spanId": self.id(8), "attributes": self.attributes(2)}], 0.2)
        for k in ("droppedAttributesCount", "droppedEventsCount", "droppedLinksCount"):
            self.maybe(out, k, rng.randint(0, 5), 0.2)
        return out

    def log(self):
        rng = self.rng
        out = {"attributes": self.attributes(14), "severityNumber": rng.choice([0, 1, 5, 9, 10, 13, 17, 21, 24])}
        self.maybe(out, "timeUnixNano", self.nanos())
        self.maybe(out, "observedTimeUnixNano", self.nanos())
        self.maybe(out, "severityText", rng.choice(["INFO", "error", "WARN", "x"]))
        self.maybe(out, "body", self.any_value(rng.choice(["string", "json", "xml", "map", "list", "int", "nil", "clf", "kv", "bytes", "double", "bool"])), 0.9)
        self.maybe(out, "traceId", self.id(16), 0.4)
        self.maybe(out, "spanId", self.id(8), 0.4)
        self.maybe(out, "flags", rng.choice([0, 1, 3]), 0.3)
        self.maybe(out, "eventName", rng.choice(["ev", "click"]), 0.3)
        self.maybe(out, "droppedAttributesCount", rng.randint(0, 5), 0.2)
        return out

    def exemplar(self):
        rng = self.rng
        out = {"timeUnixNano": self.nanos(), "filteredAttributes": self.attributes(3), "traceId": self.id(16), "spanId": self.id(8)}
        out.update(rng.choice([{"asInt": str(rng.choice(INTS))}, {"asDouble": rng.choice(DOUBLES)}, {}]))
        return out

    def point(self):
        rng = self.rng
        out = {"attributes": self.attributes(8), "timeUnixNano": self.nanos()}
        self.maybe(out, "startTimeUnixNano", self.nanos())
        self.maybe(out, "flags", rng.choice([0, 1]), 0.3)
        return out

    def metric(self):
        rng = self.rng
        out = {"name": rng.choice(["m.count", "m.size", "http.duration", "a_b", ""])}
        self.maybe(out, "description", rng.choice(["some metric", ""]))
        self.maybe(out, "unit", rng.choice(["ms", "By", "1", ""]))
        self.maybe(out, "metadata", self.attributes(2), 0.2)
        kind = rng.choice(["gauge", "sum", "sum", "histogram", "exponentialHistogram", "summary", "none"])
        points = [self.point() for _ in range(rng.randint(0 if rng.random() < 0.1 else 1, 3))]
        for p in points:
            if kind in ("gauge", "sum"):
                p.update(rng.choice([{"asInt": str(rng.choice(INTS))}, {"asInt": "5"}, {"asDouble": rng.choice(DOUBLES)}, {"asDouble": 2.5}, {}]))
            elif kind == "histogram":
                bounds = rng.choice([[], [1.0], [0.5, 1.0, 2.5], [10.0, 20.0, 30.0, 40.0]])
                counts = [str(rng.randint(0, 9)) for _ in range(len(bounds) + 1)]
                p.update({"count": str(sum(map(int, counts))), "explicitBounds": bounds, "bucketCounts": counts})
                self.maybe(p, "sum", rng.choice(DOUBLES), 0.8)
                self.maybe(p, "min", 0.25, 0.3)
                self.maybe(p, "max", 99.5, 0.3)
            elif kind == "exponentialHistogram":
                p.update({"scale": rng.choice([-1, 0, 1, 3]), "zeroCount": str(rng.randint(0, 2)), "positive": {"offset": rng.randint(-2, 3), "bucketCounts": [str(rng.randint(0, 5)) for _ in range(rng.randint(0, 4))]}})
                self.maybe(p, "negative", {"offset": 1, "bucketCounts": ["1", "2"]}, 0.3)
                p["count"] = str(rng.randint(0, 20))
                self.maybe(p, "sum", rng.choice(DOUBLES), 0.8)
            elif kind == "summary":
                p.update({"count": str(rng.randint(0, 20)), "sum": rng.choice(DOUBLES)})
                self.maybe(p, "quantileValues", [{"quantile": q, "value": rng.choice(DOUBLES)} for q in rng.sample([0.0, 0.5, 0.9, 0.99, 1.0], 2)])
            if kind not in ("summary", "none"):
                self.maybe(p, "exemplars", [self.exemplar() for _ in range(rng.randint(1, 2))], 0.3)
        if kind != "none":
            out[kind] = {"dataPoints": points}
            if kind in ("sum", "histogram", "exponentialHistogram"):
                self.maybe(out[kind], "aggregationTemporality", rng.randint(0, 2), 0.9)
            if kind == "sum":
                self.maybe(out[kind], "isMonotonic", True)
        return out

    def request(self, signal):
        rng = self.rng
        scopes, records, make, top = {"traces": ("scopeSpans", "spans", self.span, "resourceSpans"), "metrics": ("scopeMetrics", "metrics", self.metric, "resourceMetrics"),
                                      "logs": ("scopeLogs", "logRecords", self.log, "resourceLogs")}[signal]
        out = {top: [self.resource_group(scopes, lambda: self.scope(records, make)) for _ in range(rng.choice([1, 2]))]}
        if signal == "metrics":  # a request without a data point ends at the receiver
            out[top][0][scopes][0][records].append({"name": "m.last", "gauge": {"dataPoints": [{"asInt": "1"}]}})
        return out


# ---- programs -----------------------------------------------------------------------------------------------------------

SIMPLE = ["string", "int", "double", "bool", "bytes", "map", "list", "nil", "time", "duration"]
NAMES = {"String": "string", "Int": "int", "Double": "double", "Bool": "bool", "Time": "time", "Duration": "duration", "Map": "map", "List": "list", "StringLike": "any", "IntLike": "any", "DoubleLike": "any", "BoolLike": "any",
         "BytesLike": "bytes", "ConstString": "string", "ConstInt": "int", "ConstDouble": "double", "ConstBool": "bool", "Value": "any"}
LISTS = {"list", "array", "strings", "ints", "counts", "doubles"}


class Programs:
    def __init__(self, rng, tables):
        self.rng, self.tables = rng, tables
        self.functions = {f["name"]: f for f in tables["functions"]}

    # ---- where one is

    def enter(self, context, library, bare=False):
        self.context, self.library, self.bare = context, library, bare
        self.reach = [c for c in self.tables["contexts"][context]["reaches"] if c != "otelcol"]

    def known(self, f):
        """Whether the function is known here."""
        return f["library"] in ("standard", self.library) and (not f["contexts"] or self.context in f["contexts"]) and (not f["editor"] or self.library == "transform")

    def converters(self, result=None):
        out = [f for f in self.tables["functions"] if not f["editor"] and self.known(f) and f["pure"] and f["code"]]
        if result is not None:
            out = [f for f in out if any(self.same_kind(t, result) for t in f["result"])]
        return out

    @staticmethod
    def same_kind(t, kind):
        return t == kind or (kind == "list" and t in LISTS) or (kind == "map" and t == "raw map")

    # ---- paths

    def path_text(self, context, name, keys=""):
        return (name if self.bare and context == self.context else context + "." + name) + keys

    def maps_here(self):
        out = []
        for c in self.reach:
            for p in self.tables["contexts"][c]["paths"]:
                if p["keys"] == "map" and not p["external"] and (p["name"] != "cache" or c == self.context or self.rng.random() < 0.003):
                    out.append((c, p["name"]))
        return out

    def some_map(self):
        rng = self.rng
        maps = self.maps_here()
        own = [m for m in maps if m[0] == self.context and m[1] != "cache"]
        if own and rng.random() < 0.55:
            return rng.choice(own)
        if rng.random() < 0.15:
            return next((m for m in maps if m == (self.context, "cache")), maps[0])
        return rng.choice(maps)

    def attribute(self, key):
        c, name = self.some_map()
        return self.path_text(c, name, "[" + quoted(key) + "]")

    def keys_within(self, kind):
        """A further key, for what is a map or a list."""
        rng = self.rng
        if rng.random() < 0.85:
            return ""
        if kind == "map":
            return "[" + quoted(rng.choice(["a", "b", "name", "nope"])) + "]"
        if kind == "list":
            return "[" + str(rng.choice([0, 1, 5])) + "]"
        return ""

    def attribute_of(self, kind):
        rng = self.rng
        if kind in TEXTS:
            return self.attribute("t." + kind)
        if kind not in PLAIN:
            return self.attribute(rng.choice(["s.a", "missing"]))
        return self.attribute(rng.choice(PLAIN[kind])) + self.keys_within(kind)

    def path_of(self, kind, write=False):
        """A path that gives this kind, or takes it."""
        field = "writes" if write else "reads"
        found = []
        for c in self.reach:
            for p in self.tables["contexts"][c]["paths"]:
                if p["external"] or (p["name"] == "cache" and c != self.context and self.rng.random() > 0.01):
                    continue
                if kind == "any" or any(self.same_kind(t, kind) for t in p[field]):
                    found.append((c, p))
        if not found:
            return self.attribute_of(kind)
        own = [f for f in found if f[0] == self.context]
        c, p = self.rng.choice(own if own and self.rng.random() < 0.7 else found)
        return self.path_text(c, p["name"])

    # ---- expressions

    def literal(self, kind):
        rng = self.rng
        if kind in TEXTS:
            return quoted(rng.choice(TEXTS[kind]))
        if kind == "string":
            return quoted(rng.choice(TEXTS[rng.choice(["word", "word", "number"])]))
        if kind == "int":
            names = self.tables["contexts"][self.context]["enums"]
            if names and rng.random() < 0.08:
                return rng.choice(names)
            return str(rng.choice(INTS))
        if kind == "double":
            text = repr(rng.choice(DOUBLES))
            return text if "e" not in text else "1.5"
        if kind == "bool":
            return rng.choice(["true", "false"])
        if kind == "bytes":
            return "0x" + (rng.choice(BYTES) or "00")
        if kind == "nil":
            return "nil"
        if kind == "list":
            return "[" + ", ".join(self.value(rng.choice(["string", "int", "double", "bool", "any"]), 2) for _ in range(rng.randint(0, 3))) + "]"
        if kind == "map":
            keys = rng.sample(["a", "b", "c", "s.a"], rng.randint(0, 3))
            return "{" + ", ".join(quoted(k) + ": " + self.value("any", 2) for k in keys) + "}"
        if kind == "time":
            return rng.choice(["UnixSeconds", "Unix"]) and "Unix(" + str(rng.choice([0, 1700000000, 1709210096, -1])) + rng.choice(["", ", 5"]) + ")"
        if kind == "duration":
            return "Duration(" + quoted(rng.choice(DURATIONS[:-2])) + ")"
        return "nil"

    def value(self, kind, depth=0):
        rng = self.rng
        if kind == "any":
            kind = rng.choice(SIMPLE + ["string", "int", "double"])
        elif rng.random() < 0.05:  # of another kind; as a literal it would be refused
            return self.attribute_of(rng.choice(SIMPLE[:8])) if rng.random() < 0.9 else self.value("any", depth)
        r = rng.random()
        if depth < 3 and r < 0.28:
            calls = self.converters(kind) if kind not in TEXTS else self.converters("string")
            if calls:
                f = rng.choice(calls)
                out = self.call(f, depth + 1)
                return out + (self.keys_within(kind) if kind in ("map", "list") else "")
        if depth < 3 and r < 0.36 and kind in ("int", "double", "time", "duration"):
            return self.arithmetic(kind, depth + 1)
        if r < 0.55:
            return self.literal(kind)
        if r < 0.85 and kind not in ("time", "duration"):
            return self.attribute_of(kind)
        if kind in TEXTS:
            kind = "string"
        return self.path_of(kind)

    def arithmetic(self, kind, depth):
        rng = self.rng
        sides = [kind, kind]
        if kind in ("int", "double") and rng.random() < 0.25:
            sides[rng.randint(0, 1)] = "double" if kind == "int" else "int"
        if kind == "time":
            sides[1] = "duration"
        a, b = (self.value(s, depth) for s in sides)
        op = rng.choice("+-") if kind in ("time", "duration") else rng.choice("+-*/")
        text = f"{a} {op} {b}"
        if rng.random() < 0.3:
            text = f"({text})"
        if rng.random() < 0.08 and kind in ("int", "double"):
            text = f"-({text})" if rng.random() < 0.5 else f"-{self.path_of(kind)}"
        return text

    def domain(self, f, p):
        for part, by_name in DOMAINS:
            if part in f["name"] and p["name"] in by_name:
                return by_name[p["name"]]
        return None

    def by_rule(self, f, p):
        """A literal that the rule is about, or None."""
        rng, rule = self.rng, p["rule"]
        bad = rng.random() < 0.03
        if rule == "Regexp" or rule == "Places":
            return quoted(rng.choice(BAD_REGEXPS if bad else REGEXPS))
        if rule == "Captures":
            return quoted(rng.choice(BAD_REGEXPS + REGEXPS if bad else CAPTURES))
        if rule == "Glob":
            return quoted(rng.choice(BAD_GLOBS if bad else GLOBS))
        if rule == "Grok":
            return quoted(rng.choice(["%{NOPE:x}", "("] if bad else GROKS))
        if rule == "GrokPatterns":
            return quoted(rng.choice(["x", "=y"] if bad else ["OWN=\\d+", "OWN=[a-z.0-9]+"]))
        if rule == "TimeFormat":
            return quoted(rng.choice(TIME_FORMATS))
        if rule == "Location":
            return quoted(rng.choice(LOCATIONS))
        if rule == "Locale":
            return quoted(rng.choice(LOCALES))
        if rule == "XPath":
            return quoted(rng.choice(BAD_XPATHS if bad else XPATHS))
        if rule == "Encoding":
            return quoted(rng.choice(ENCODINGS))
        if rule == "Positive":
            return str(rng.choice([0, -1] if bad else [1, 2, 3]))
        if rule == "NotNegative":
            return str(-1 if bad else rng.choice([0, 1, 2, 3, 5, 10]))
        if rule in ("OneOf", "OneOfWhenRun"):
            return quoted("nope" if bad else rng.choice(p["choices"]))
        if rule == "OneCharacter":
            return quoted(rng.choice(["", "ab"] if bad else [",", ";", "|", " "]))
        if rule == "Percentile":
            return rng.choice(["0.0", "100.0", "101.5"] if bad else ["50.0", "95.0", "99.9", "1.0"])
        if rule == "Network":
            return quoted(rng.choice(["10.0.0.0", "x/8"] if bad else NETWORKS))
        if rule == "Semconv":
            return quoted(rng.choice(["1.0.0", "x"] if bad else ["1.37.0", "1.38.0", "1.39.0"]))
        if rule == "GoDuration" and rng.random() < 0.6:
            return quoted(rng.choice(DURATIONS))
        if rule == "Base":
            return str(rng.choice([0, 2, 8, 10, 16, 36, 1, 37] if bad else [0, 2, 10, 16, 36]))
        if rule == "OneVerb":
            return quoted(rng.choice(["%d", "%s%s", "x"] if bad else ["<%s>", "%s", "prefix-%s-100%%"]))
        if rule == "Severities":
            return rng.choice(SEVERITIES)
        if rule == "Port" and rng.random() < 0.7:
            return str(rng.choice([0, 80, 443, 65535, 70000]))
        if rule == "Id" and rng.random() < 0.7:
            size = f["id_size"]
            if bad:
                size += 1
            text = "%0*x" % (size * 2, rng.getrandbits(size * 8))
            return rng.choice(["0x" + text, quoted(text)])
        return None

    def function_name(self):
        f = self.rng.choice([f for f in self.converters() if len(f["parameters"]) >= 1 and not f["parameters"][0]["list"] and sum(not p["optional"] for p in f["parameters"]) == 1])
        return f["name"]

    def target(self, kind):
        rng = self.rng
        if kind == "MapTarget":
            r = rng.random()
            if r < 0.6:
                return self.path_text(*self.some_map())
            return self.attribute_of("map") if r < 0.9 else self.path_of("any", True)
        if kind == "ListTarget":
            return self.attribute_of("list") if rng.random() < 0.8 else self.path_of("list", True)
        r = rng.random()
        if r < 0.5:
            return self.attribute(rng.choice(["out", "s.a", "i.a", "m.a", "l.a", "t.word", "t.json"]))
        return self.attribute_of(rng.choice(SIMPLE[:8])) if r < 0.7 else self.path_of("any", rng.random() < 0.9)

    def one(self, f, p, depth):
        """One argument."""
        rng = self.rng
        kind = p["kind"]
        if kind in ("Target", "MapTarget", "ListTarget"):
            return self.target(kind)
        if kind == "Function":
            return self.function_name()
        if kind.endswith("Like") and rng.random() < 0.5:
            return self.attribute_of(rng.choice(SIMPLE[:8] + ["number", "truth"]))
        if kind == "ConstEnum":
            names = self.tables["contexts"][self.context]["enums"]
            return rng.choice(names) if names else "1"
        literal = self.by_rule(f, p)
        if literal is not None and (kind.startswith("Const") or rng.random() < 0.93):
            return literal
        if p["name"] == "replacement" and rng.random() < 0.8:
            return quoted(rng.choice(REPLACEMENTS))
        domain = self.domain(f, p)
        if kind.startswith("Const"):
            if rng.random() < 0.02:
                return self.value("any", depth)
            return self.literal(domain or NAMES[kind])
        if f["name"] == "Format" and p["name"] == "format":
            return quoted(rng.choice(["%s", "%v", "%d", "%s-%d", "%5.2f", "%x", "%q", "%+v", "%t", "%%", "%08b", "%T", "%[2]s"]))
        if f["name"] == "Time" and p["name"] == "time":
            domain = "when"
        if domain and rng.random() < 0.85:
            return self.value(domain, depth + 1)
        want = NAMES[kind]
        if f["name"] in ("replace_pattern", "replace_match") or want == "any":
            return self.value("any", depth)
        return self.value(want, depth)

    def argument(self, f, p, depth):
        rng = self.rng
        if not p["list"]:
            return self.one(f, p, depth)
        if p["name"] == "keys":
            return "[" + ", ".join(quoted(rng.choice(["s.a", "i.a", "m.a", "t.word", "t.json", "b.a"])) for _ in range(rng.randint(0, 4))) + "]"
        if p["name"] == "explicit_bounds":
            return "[" + ", ".join(rng.choice([["1.0", "2.0", "5.0"], ["0.5"], ["10.0", "5.0"], ["0.0", "100.0"]])) + "]"
        if p["kind"] == "ConstString" and p["rule"] == "None":
            pool = ["a", "name", "value"] if "path" in p["name"] else ["s.a", "i.a", "b.a", "m.a", "d.a", "s.b"]
            return "[" + ", ".join(quoted(k) for k in rng.sample(pool, rng.randint(0 if rng.random() < 0.1 else 1, min(2, len(pool))))) + "]"
        return "[" + ", ".join(self.one(f, p, depth + 1) for _ in range(rng.randint(0 if rng.random() < 0.15 else 1, 3))) + "]"

    def call(self, f, depth=0):
        rng = self.rng
        parameters = f["parameters"]
        if f["name"] == "Time" and rng.random() < 0.6:
            form = rng.choice(sorted(PAIRS))
            rest = rng.choice(["", "", ", " + quoted(rng.choice(LOCATIONS[:-1]))])
            return f"Time({quoted(PAIRS[form]) if rng.random() < 0.5 else self.attribute_of('when')}, {quoted(form)}{rest})"
        arguments = []
        named = False
        all_named = rng.random() < 0.06
        for p in parameters:
            if p["optional"] and rng.random() < 0.55:
                named = True
                continue
            text = self.argument(f, p, depth)
            if named or all_named or (p["optional"] and rng.random() < 0.2):
                named = True
                text = p["name"] + "=" + text
            arguments.append(text)
        if rng.random() < 0.015 and arguments:
            arguments.pop() if rng.random() < 0.5 else arguments.append(self.value("any", depth + 1))
        return f["name"] + "(" + ", ".join(arguments) + ")"

    # ---- conditions

    def condition(self, depth=0):
        rng = self.rng
        r = rng.random()
        if depth < 2 and r < 0.22:
            parts = [self.condition(depth + 1) for _ in range(rng.choice([2, 2, 3]))]
            text = (" " + rng.choice(["and", "or"]) + " ").join(parts)
            return f"({text})" if depth > 0 or rng.random() < 0.2 else text
        if depth < 3 and r < 0.32:
            return "not " + (self.condition(3) if rng.random() < 0.5 else "(" + self.condition(depth + 1) + ")")
        if r < 0.335:
            return rng.choice(["true", "false"])
        if r < 0.56:
            calls = self.converters("bool")
            return self.call(rng.choice(calls), 1)
        if r < 0.70:
            return f"{self.attribute_of(rng.choice(SIMPLE[:8]))} {rng.choice(['==', '!='])} nil"
        kind = rng.choice(SIMPLE + ["string", "string", "int", "int"])
        a = self.attribute_of(kind) if rng.random() < 0.5 and kind not in ("time", "duration") else self.path_of(kind) if rng.random() < 0.6 else self.value(kind, 1)
        b = self.value(kind if rng.random() < 0.9 else "any", 1)
        if rng.random() < 0.15:
            a, b = b, a
        return f"{a} {rng.choice(['==', '==', '!=', '!=', '<', '<=', '>', '>='])} {b}"

    # ---- statements

    def stored(self, f, text):
        """What a function gives, as something that an attribute takes."""
        kinds = set(f["result"])
        if kinds == {"time"}:
            return f"UnixNano({text})" if self.rng.random() < 0.6 else f"FormatTime({text}, \"%Y-%m-%dT%H:%M:%S.%f %z\")"
        if kinds == {"duration"}:
            return f"Nanoseconds({text})"
        if kinds & {"trace id", "span id", "profile id"}:
            return f"String({text})"
        return text

    def output(self):
        """An attribute to see something in."""
        own = [m for m in self.maps_here() if m[0] == self.context and m[1] != "cache"]
        c, name = self.rng.choice(own) if own else self.some_map()
        return self.path_text(c, name, "[" + quoted(self.rng.choice(["out", "out2", "out.x"])) + "]")

    def some_path(self, context):
        paths = self.tables["contexts"][context]["paths"]
        return self.rng.choice([p for p in paths if p["name"] != "cache" or context == self.context])

    def statement(self):
        rng = self.rng
        r = rng.random()
        if r < 0.38:
            calls = self.converters()
            f = rng.choice(calls)
            text = f"set({self.output()}, {self.stored(f, self.call(f))})"
        elif r < 0.62:
            editors = [f for f in self.tables["functions"] if f["editor"] and self.known(f) and f["code"]]
            f = rng.choice(editors)
            text = self.call(f)
            if f["name"] == "copy_metric":  # without a guard it never ends
                return "copy_metric(name=\"copied\") where metric.name == \"m.count\""
        elif r < 0.74:
            c = self.context if rng.random() < 0.75 else rng.choice(self.reach)
            p = self.some_path(c)
            text = self.path_text(c, p["name"])
            kinds = set(p["reads"]) - {"nil"}
            if kinds == {"time"}:
                text = f"UnixNano({text})"
            elif rng.random() < 0.3:
                text = f"String({text})"
            text = f"set({self.output()}, {text})"
        elif r < 0.9:
            c = self.context if rng.random() < 0.75 else rng.choice(self.reach)
            p = self.some_path(c)
            kinds = [t for t in p["writes"] if t in SIMPLE]
            kind = rng.choice(kinds) if kinds and rng.random() < 0.85 else "any"
            value = self.path_text(c, p["name"]) if rng.random() < 0.06 else self.value(kind)
            if not kinds and p["writes"] and rng.random() < 0.6:
                value = self.path_of(p["writes"][0])
            text = f"set({self.path_text(c, p['name'])}, {value})"
        else:
            text = f"set({self.target('Target')}, {self.value('any')})"
        if rng.random() < 0.3:
            text += " where " + self.condition()
        return text

    # ---- processors

    def error_mode(self, d, chance=0.5):
        if self.rng.random() < chance:
            d["error_mode"] = self.rng.choice(["ignore", "silent", "propagate"])
        return d

    def transform(self, signal):
        rng = self.rng
        groups = []
        for _ in range(rng.choice([1, 1, 1, 2])):
            context = rng.choice(SIGNALS[signal] + [OUTPUT[signal]] * 3)
            self.enter(context, "transform")
            statements = [self.statement() for _ in range(rng.choice([1, 1, 2, 3, 4]))]
            if rng.random() < 0.35:
                groups += statements
                continue
            group = {"statements": statements}
            if rng.random() < 0.5:
                group["context"] = context
                if rng.random() < 0.1:
                    self.enter(context, "transform", True)
                    group["statements"] = [self.statement() for _ in statements]
            if rng.random() < 0.25:
                self.enter(context, "filter")
                group["conditions"] = [self.condition() for _ in range(rng.choice([1, 2]))]
            groups.append(self.error_mode(group, 0.25))
        if any(isinstance(g, dict) for g in groups):  # the forms are not mixed
            groups = [g if isinstance(g, dict) else {"statements": [g]} for g in groups]
        return {"transform": self.error_mode({{"traces": "trace_statements", "metrics": "metric_statements", "logs": "log_statements"}[signal]: groups})}

    def filter(self, signal):
        rng = self.rng
        out = self.error_mode({})
        if rng.random() < 0.5:
            names = {"traces": {"span": "span", "spanevent": "spanevent", "resource": "resource"}, "metrics": {"metric": "metric", "datapoint": "datapoint", "resource": "resource"}, "logs": {"log_record": "log", "resource": "resource"}}[signal]
            out[signal] = {}
            for name in rng.sample(sorted(names), rng.choice([1, 1, 2])):
                if name == "log_record":
                    self.enter("log", "filter", rng.random() < 0.5)
                else:
                    self.enter(names[name], "filter", rng.random() < 0.5)
                out[signal][name] = [self.condition() for _ in range(rng.choice([1, 1, 2, 3]))]
            return {"filter": out}
        contexts = [c for c in SIGNALS[signal] if c != "exemplar"]
        items = []
        for _ in range(rng.choice([1, 1, 2])):
            context = rng.choice(contexts)
            self.enter(context, "filter")
            conditions = [self.condition() for _ in range(rng.choice([1, 1, 2]))]
            if rng.random() < 0.5:
                items.append(self.error_mode({"context": context, "conditions": conditions} if rng.random() < 0.6 else {"conditions": conditions}, 0.3))
            else:
                items += conditions
        if any(isinstance(i, dict) for i in items):
            items = [i if isinstance(i, dict) else {"conditions": [i]} for i in items]
        out[{"traces": "trace_conditions", "metrics": "metric_conditions", "logs": "log_conditions"}[signal]] = items
        return {"filter": out}

    def plain_value(self):
        rng = self.rng
        return rng.choice([rng.choice(TEXTS["word"]), rng.choice(INTS), rng.choice(DOUBLES), True, False, rng.choice(TEXTS["number"])])

    def key(self):
        return self.rng.choice(["s.a", "s.b", "i.a", "d.a", "b.a", "m.a", "l.a", "y.a", "t.word", "t.url", "t.number", "new", "n.a", "service.name"])

    def action(self):
        rng = self.rng
        kind = rng.choice(["insert", "update", "upsert", "delete", "hash", "extract", "convert"])
        a = {"key": self.key(), "action": kind if rng.random() < 0.98 else "nope"}
        if kind in ("insert", "update", "upsert"):
            r = rng.random()
            if r < 0.6:
                a["value"] = self.plain_value() if rng.random() < 0.85 else rng.choice([[1, 2], ["a", 1.5], {"a": {"b": 1}}])
            elif r < 0.92:
                a["from_attribute"] = self.key()
            else:
                a["from_context"] = rng.choice(["metadata.x", "auth.y", "client.address"])
        elif kind in ("delete", "hash"):
            if rng.random() < 0.3:
                a["pattern"] = rng.choice(REGEXPS + ["(" if rng.random() < 0.1 else "s\\..*"])
                if rng.random() < 0.7:
                    del a["key"]
        elif kind == "extract":
            a["pattern"] = rng.choice(CAPTURES + ["^(?P<proto>.*):\\/\\/(?P<dom>[^/]*)(?P<rest>.*)$"] + (["(\\w+)", "("] if rng.random() < 0.15 else []))
        else:
            a["converted_type"] = rng.choice(["int", "double", "string"] if rng.random() < 0.95 else ["bool", "float"])
        return a

    def match(self, signal):
        rng = self.rng
        regexp = rng.random() < 0.5
        out = {"match_type": "regexp" if regexp else "strict"}

        def texts(plain, patterns):
            return rng.sample(patterns if regexp else plain, rng.choice([1, 2]))

        def attributes():
            found = []
            for _ in range(rng.choice([1, 1, 2])):
                a = {"key": self.key()}
                if rng.random() < 0.7:
                    a["value"] = rng.choice(REGEXPS) if regexp else self.plain_value()
                found.append(a)
            return found
        for what in rng.sample(["services", "attributes", "resources", "libraries", "own"], rng.choice([1, 1, 2])):
            if what == "services" and (signal == "traces" or rng.random() < 0.05):
                out["services"] = texts(["svc", "other"], ["s.*", "^oth", "x"])
            elif what == "attributes":
                out["attributes"] = attributes()
            elif what == "resources":
                out["resources"] = attributes()
            elif what == "libraries":
                out["libraries"] = [{"name": rng.choice(["lib", "io.*" if regexp else "io.example.lib"]), **({"version": rng.choice(["1.0", ""])} if rng.random() < 0.5 else {})}]
            elif signal == "traces":
                out.update(rng.choice([{"span_names": texts(["op", "a/b/c"], ["^GET.*", "o.", "^$"])}, {"span_kinds": texts(["SPAN_KIND_SERVER", "SPAN_KIND_CLIENT"], ["SPAN_KIND_.*", "SPAN_KIND_S.*"])}]))
            elif signal == "logs":
                out.update(rng.choice([{"log_bodies": texts(["a", "Hello World"], ["a.*", "^H"])}, {"log_severity_texts": texts(["INFO", "error"], ["(?i)info", "e.*"])},
                                       {"log_severity_number": {"min": rng.choice([1, 9, 17]), "match_undefined": rng.random() < 0.5}}]))
            else:
                out["metric_names"] = texts(["m.count", "a_b"], ["^m\\..*", "a.*"])
        if signal == "metrics" and rng.random() < 0.7:
            for k in ("attributes", "services"):
                out.pop(k, None)
            if len(out) == 1:
                out["metric_names"] = texts(["m.count", "a_b"], ["^m\\..*", "a.*"])
        return out

    def chosen(self, out, signal, chance=0.5):
        rng = self.rng
        if rng.random() < chance:
            out["include"] = self.match(signal)
        if rng.random() < chance / 2:
            out["exclude"] = self.match(signal)
        return out

    def attributes(self, signal):
        return {"attributes": self.chosen({"actions": [self.action() for _ in range(self.rng.choice([1, 2, 3, 5]))]}, signal)}

    def resource(self, signal):
        return {"resource": {"attributes": [self.action() for _ in range(self.rng.choice([1, 2, 4]))]}}

    def span(self, signal):
        rng = self.rng
        out = {}
        if rng.random() < 0.75:
            name = {}
            if rng.random() < 0.6:
                name["from_attributes"] = [self.key() for _ in range(rng.choice([1, 1, 2]))]
                if rng.random() < 0.7:
                    name["separator"] = rng.choice(["::", "", "-"])
            if rng.random() < 0.55:
                name["to_attributes"] = {"rules": rng.sample(["^GET (?P<path>.*)$", "(?P<first>\\w+)/(?P<second>\\w+)", "(?P<word>[a-z]+)", "^(?P<all>.*)$", "(?P<x>\\w+) (?P<y>\\w+)"], rng.choice([1, 2]))}
                for k in ("break_after_match", "keep_original_name"):
                    if rng.random() < 0.3:
                        name["to_attributes"][k] = True
            out["name"] = name
        if rng.random() < 0.4:
            out["status"] = {"code": rng.choice(["Ok", "Error", "Unset"] if rng.random() < 0.95 else ["ok", ""])}
            if rng.random() < 0.4:
                out["status"]["description"] = "set"
                if rng.random() < 0.9:
                    out["status"]["code"] = "Error"
        if not out.get("status") and not out.get("name") and rng.random() < 0.9:
            out["status"] = {"code": "Ok"}
        return {"span": self.chosen(out, signal, 0.35)}

    def redaction(self, signal):
        rng = self.rng
        out = {}
        keys = ["s.a", "s.b", "i.a", "m.a", "l.a", "t.word", "t.url", "t.number", "t.json", "service.name", "b.a"]
        if rng.random() < 0.7:
            out["allow_all_keys"] = True
        else:
            out["allowed_keys"] = rng.sample(keys, rng.randint(0, 8))
        for name, pool in (("blocked_values", REGEXPS[:10] + ["4[0-9]{12}(?:[0-9]{3})?", "foo", "e.*r"]), ("allowed_values", ["^foo.*", ".+@example\\.com", "[0-9]+"]), ("blocked_key_patterns", ["s\\..*", ".*url.*", "^t\\.w"]),
                           ("ignored_key_patterns", ["^m\\..*", "t\\.n.*"])):
            if rng.random() < 0.45:
                out[name] = rng.sample(pool, rng.choice([1, 2]))
        if rng.random() < 0.2:
            out["ignored_keys"] = rng.sample(keys, 2)
        if rng.random() < 0.3:
            out["redact_all_types"] = True
        if rng.random() < 0.4:
            out["hash_function"] = rng.choice(["md5", "sha1", "sha3"])
        if rng.random() < 0.6:
            out["summary"] = rng.choice(["debug", "info", "silent", ""])
        if rng.random() < 0.25:
            out["url_sanitizer"] = {"enabled": True, **({"attributes": ["t.url", "s.a"]} if rng.random() < 0.7 else {})}
        return {"redaction": out}

    def groupbyattrs(self, signal):
        keys = ["s.a", "i.a", "b.a", "m.a", "d.a", "t.word", "service.name"]
        return {"groupbyattrs": {"keys": self.rng.sample(keys, self.rng.choice([1, 1, 2, 3]))} if self.rng.random() < 0.9 else {}}

    def probabilistic_sampler(self, signal):
        rng = self.rng
        out = {"sampling_percentage": rng.choice([0, 10, 25.5, 50, 75, 99.9, 100, 100 if rng.random() < 0.9 else -1])}
        if rng.random() < 0.5:
            out["hash_seed"] = rng.randint(0, 1000)
        if rng.random() < 0.5:
            out["mode"] = rng.choice(["hash_seed", "equalizing", "proportional"])
        if rng.random() < 0.3:
            out["fail_closed"] = rng.random() < 0.5
        if rng.random() < 0.3:
            out["sampling_precision"] = rng.choice([1, 4, 14])
        if signal == "logs":
            if rng.random() < 0.4:
                out["attribute_source"] = rng.choice(["traceID", "record"])
                out["from_attribute"] = self.key()
            if rng.random() < 0.3:
                out["sampling_priority"] = self.key()
        return {"probabilistic_sampler": out}

    def metricstransform(self, signal):
        rng = self.rng
        labels = ["s.a", "s.b", "i.a", "b.a", "t.word", "t.number"]
        aggregation = ["sum", "mean", "min", "max", "median", "count"]

        def operation():
            kind = rng.choice(["add_label", "update_label", "delete_label_value", "toggle_scalar_data_type", "experimental_scale_value", "aggregate_labels", "aggregate_label_values"])
            o = {"action": kind}
            if kind == "add_label":
                o.update({"new_label": rng.choice(["new", "s.a"]), "new_value": "v"})
            elif kind == "update_label":
                o.update({"label": rng.choice(labels)})
                if rng.random() < 0.6:
                    o["new_label"] = rng.choice(["renamed", "s.b"])
                if rng.random() < 0.6:
                    o["value_actions"] = [{"value": rng.choice(["a", "ab", "foo", ""]), "new_value": rng.choice(["A", ""])}]
            elif kind == "delete_label_value":
                o.update({"label": rng.choice(labels), "label_value": rng.choice(["a", "ab", "foo", ""])})
            elif kind == "experimental_scale_value":
                o["experimental_scale"] = rng.choice([2, 0.5, -1, 1000])
            elif kind == "aggregate_labels":
                o.update({"label_set": rng.sample(labels, rng.randint(0, 2)), "aggregation_type": rng.choice(aggregation)})
            elif kind == "aggregate_label_values":
                o.update({"label": rng.choice(labels), "aggregated_values": rng.sample(["a", "ab", "foo", "1", "x"], 2), "new_value": "joined", "aggregation_type": rng.choice(aggregation)})
            return o

        def step():
            regexp = rng.random() < 0.5
            action = rng.choice(["update", "update", "insert", "insert", "combine", "group"])
            if action == "combine" and rng.random() < 0.9:
                regexp = True
            t = {"include": rng.choice(["^m\\.(?P<rest>.*)$", "^(m|a)(.*)$", ".*", "^http\\.(\\w+)$"]) if regexp else rng.choice(["m.count", "m.size", "http.duration", "a_b"]), "action": action}
            if regexp:
                t["match_type"] = "regexp"
            elif rng.random() < 0.3:
                t["match_type"] = "strict"
            if action in ("insert", "combine") or rng.random() < 0.4:
                t["new_name"] = rng.choice(["renamed", "x.$1", "${1}_y", "z"] if regexp else ["renamed", "other.name"])
            if rng.random() < 0.2:
                t["experimental_match_labels"] = {rng.choice(labels): rng.choice(["a", ".*", "foo"])}
            if action == "group":
                t["group_resource_labels"] = {"grouped": "yes"}
                t.pop("new_name", None)
            if action == "combine":
                t["aggregation_type"] = rng.choice(aggregation)
            if regexp and rng.random() < 0.15:
                t["submatch_case"] = rng.choice(["lower", "upper"])
            if action != "group" and rng.random() < 0.7:
                t["operations"] = [operation() for _ in range(rng.choice([1, 1, 2]))]
            return t
        return {"metricstransform": {"transforms": [step() for _ in range(rng.choice([1, 1, 2, 3]))]}}

    def program(self, signal):
        """The processors of one case."""
        rng = self.rng
        kinds = [self.transform] * 60 + [self.filter] * 25 + [self.attributes] * 8 + [self.resource] * 3 + [self.redaction] * 4 + [self.groupbyattrs] * 2
        kinds += {"traces": [self.span] * 5 + [self.probabilistic_sampler] * 2, "metrics": [self.metricstransform] * 8, "logs": [self.probabilistic_sampler] * 2}[signal]
        chain = [rng.choice(kinds)(signal)]
        if rng.random() < 0.08:
            chain.append(rng.choice(kinds)(signal))
        return chain


def batch(seed, tables, programs, requests):
    """A batch: (signal, programs, requests). The same of the same seed."""
    rng = random.Random(seed)
    signal = rng.choice(["traces", "traces", "metrics", "logs", "logs"])
    make, records = Programs(rng, tables), Records(rng)
    return signal, [make.program(signal) for _ in range(programs)], [records.request(signal) for _ in range(requests)]


if __name__ == "__main__":
    import sys
    signal, made, requests = batch(int(sys.argv[2]), json.load(open(sys.argv[1])), 10, 1)
    print(json.dumps({"signal": signal, "programs": made, "requests": requests}, indent=1, ensure_ascii=False))
