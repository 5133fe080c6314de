# SPDX-License-Identifier: Apache-2.0
"""Random settings of exporters, and requests for them: `settings(rng)` and `request(rng, at)`, `at` being nanoseconds of the clock."""
import base64
import random

TEXTS = ["", "a", "b", "prod", "GET", "a;b", "x<y>&z", "Grüße", "line\nbreak\t\"quoted\"\\", "\u0001", "\u2028", "42", "true", "{\"k\":1}", "[1,2]", "frontend", "日本語"]
JSONS = ['{"a":1,"b":[true,null,"x"],"c":{"d":2.5}}', "[]", "{}", "3", "-0.5e3", '"text"', "null", "true", '{"a":', "", " [1 , 2] ", '{"a":1} x', "NaN", '{"e":"\\u00e9\\n<>"}', "'x'", "01", '{"a":1,"a":2}', "1e400", "-0", "1E+2", '"\\ud83d\\ude00"', '"\\ud83d"', '{"k\\udc00":"\\\\ud800 \\ud800\\ud83d\\ude00"}', '"\t"', "[1,]", "tru", "\ufeff{}", '{"b":1,"a":{"c":[]}}', "\n3\n", "9007199254740993", "0.1e-400", '"a" "b"', "[[[[]]]]", '{"":null}']
KEYS = ["a", "b", "code", "http.method", "Type", "j", "aws.emf.storage_resolution", "OTelLib", "1st", "le", "quantile", "Version", "Timestamp", "_aws", "prom_metric_type", "service.name", "a-b", "a_b", "PodName", "pod", "ClusterName"]


def value(rng, depth=0):
    kind = rng.choice(["string"] * 6 + ["int", "double", "bool", "nil", "bytes"] + (["list", "map"] if depth < 2 else []))
    if kind == "string":
        return {"stringValue": rng.choice(TEXTS)}
    if kind == "int":
        return {"intValue": str(rng.choice([0, 1, -7, 200, 404, 2**53 + 1, 2**63 - 1, -(2**63)]))}
    if kind == "double":
        return {"doubleValue": rng.choice([0.0, 1.5, -2.25, 1e21, 1e-7, 123456789.125, 1.0, 0.1])}
    if kind == "bool":
        return {"boolValue": rng.random() < 0.5}
    if kind == "bytes":
        return {"bytesValue": base64.b64encode(b"\x00\xffabc"[:rng.randint(1, 5)]).decode()}
    if kind == "list":
        return {"arrayValue": {"values": [value(rng, depth + 1) for _ in range(rng.randint(0, 3))]}}
    if kind == "map":
        return {"kvlistValue": {"values": [{"key": k, "value": value(rng, depth + 1)} for k in rng.sample(["a", "b", "x.y", "<"], rng.randint(0, 3))]}}
    return {}


def text(key, of):
    return {"key": key, "value": {"stringValue": of}}


def attributes(rng, keys, most, fixed=()):
    """Some of the keys with any value, and of `fixed`, (key, values), some with one of theirs. Of keys `a|b`, of which the reference takes whichever its map has last, there is one."""
    out = [{"key": k, "value": value(rng)} for k in rng.sample(keys, rng.randint(0, min(most, len(keys))))]
    for k, values in fixed:
        if rng.random() < 0.5:
            k, v = rng.choice(k.split("|")), rng.choice(values)
            out.append({"key": k, "value": v} if isinstance(v, dict) else text(k, v))
    return out


# ---- metrics --------------------------------------------------------------------------------------------------------

class Metrics:
    """Few names and labels, so that points meet; sums go on from request to request, mostly upwards."""

    KEYS = KEYS
    STEADY = False  # whether a name is always the same kind of metric
    NAMES = ["requests", "requests.total", "latency", "latency_seconds", "mem.used", "a", "b", "code", "cpu%", "9lives", "Version", "x_total", "temp", "size_bytes", "http.server.duration", "j", ""]
    UNITS = ["", "1", "ns", "ms", "s", "us", "By", "bit", "%", "{request}", "Count", "Milliseconds", "By/s", "kg", "MiBy", "1/s", "m/s"]
    SCOPES = ["", "", "lib", "otel.io/x", "other"]
    SERVICE = [("service.name", ["shop", "", "a/b", {"intValue": "5"}]), ("service.namespace", ["team", ""]), ("service.instance.id", ["i-1", "i-2"]), ("receiver", ["prometheus", "otlp"]),
               ("aws.ecs.cluster.name", ["cl"]), ("TaskId", ["t1", ""]), ("aws.ecs.task.id", ["t2"]), ("host", ["h1"]), ("aws.ecs.task.family", [{"intValue": "7"}])]

    def __init__(self, rng):
        self.rng, self.totals, self.made = rng, {}, {}
        self.keys = rng.sample(self.KEYS, rng.choice([2, 4, 8]))

    def number(self):
        return self.rng.choice([0, 1, 2.5, -3, 1e21, 1e-9, 0.1, 123456.789, 1e300, 5, 7, float("nan"), float("inf"), 2**53 + 1]) if self.rng.random() < 0.7 else round(self.rng.random() * 1000, 3)

    def finite(self):
        return self.rng.choice([0, 1, 2.5, 10, 0.1, 1e6, -4])

    def json_number(self, v):
        return {float("inf"): "Infinity", float("-inf"): "-Infinity"}.get(v, "NaN" if v != v else v)

    def base(self, at):
        rng = self.rng
        p = {"attributes": attributes(rng, self.keys, 4, [("json", JSONS)])}
        t = rng.choice([at, at - 1_000_000, at - 60_000_000_000, at - 60_000_500_000, 0])
        if t:
            p["timeUnixNano"] = str(t)
        if rng.random() < 0.5:
            p["startTimeUnixNano"] = str(at - 3600_000_000_000)
        if rng.random() < 0.05:
            p["flags"] = 1
        return p

    def exemplars(self, p, at):
        rng = self.rng
        if rng.random() < 0.3:
            p["exemplars"] = [{"timeUnixNano": str(at - 5), **({"asDouble": self.finite()} if rng.random() < 0.5 else {"asInt": str(rng.randint(0, 9))}),
                               **({"traceId": "%032x" % rng.getrandbits(128), "spanId": "%016x" % rng.getrandbits(64)} if rng.random() < 0.6 else {}),
                               "filteredAttributes": attributes(rng, ["a", "long"], 2)} for _ in range(rng.randint(1, 2))]
        return p

    def point(self, at, name, rising):
        rng = self.rng
        p = self.base(at)
        if rising:
            key = (name, str(p["attributes"]))
            v = self.totals[key] = max(0, self.totals.get(key, 0) + rng.choice([0, 1, 2.5, 10, 100, -50]))
        else:
            v = self.number()
        if v == v and abs(v) < 2**62 and v == int(v) and rng.random() < 0.5:
            p["asInt"] = str(int(v))
        elif rng.random() < 0.97:
            p["asDouble"] = self.json_number(v)
        return self.exemplars(p, at)

    def statistics(self, p):
        rng = self.rng
        if rng.random() < 0.85:
            p["sum"] = self.json_number(self.number() if rng.random() < 0.2 else self.finite())
        if rng.random() < 0.7:
            p["min"], p["max"] = self.finite(), self.json_number(self.number() if rng.random() < 0.1 else self.finite())
        return p

    def histogram(self, at):
        rng = self.rng
        p = self.statistics(self.base(at))
        bounds = sorted(rng.sample([0, 0.005, 0.1, 1, 2.5, 10, 100, 1e6], rng.randint(0, 5)))
        counts = [rng.choice([0, 1, 3, 250]) for _ in range(len(bounds) + 1)] if rng.random() < 0.95 else []
        if bounds and counts:
            p["explicitBounds"] = bounds
        p["bucketCounts"] = [str(c) for c in counts]
        p["count"] = str(sum(counts) if rng.random() < 0.95 else 7)
        return self.exemplars(p, at)

    def buckets(self):
        rng = self.rng
        n = rng.choice([0, 0, 1, 3, 10, 40, 130])
        return {"offset": rng.choice([0, 0, 1, -5, 20, -40]), "bucketCounts": [str(rng.choice([0, 0, 1, 2, 99])) for _ in range(n)]}

    def exponential(self, at):
        rng = self.rng
        p = self.statistics(self.base(at))
        p.update(scale=rng.choice([0, 1, 3, -1, 8, 12, -4]), zeroCount=str(rng.choice([0, 0, 2])), positive=self.buckets(), negative=self.buckets() if rng.random() < 0.4 else {})
        if rng.random() < 0.2:
            p["zeroThreshold"] = 0.001
        p["count"] = str(sum(int(c) for b in (p["positive"], p["negative"]) for c in b.get("bucketCounts", [])) + int(p["zeroCount"]))
        return self.exemplars(p, at)

    def summary(self, at, name):
        rng = self.rng
        p = self.base(at)
        key = ("summary", name, str(p["attributes"]))
        n = self.totals[key] = max(0, self.totals.get(key, 0) + rng.choice([0, 1, 5, -3]))
        p.update(count=str(n), sum=self.json_number(n * 2.5 if rng.random() < 0.93 else self.number()))
        p["quantileValues"] = [{"quantile": q, "value": self.json_number(self.number() if rng.random() < 0.1 else self.finite())} for q in sorted(rng.sample([0, 0.5, 0.9, 0.99, 1], rng.randint(0, 4)))]
        return p

    def what(self):
        rng = self.rng
        return (rng.choice(self.UNITS), rng.choice(["", "what it is", "with \"quotes\"\nand lines \\"]), rng.choice(["gauge", "sum", "sum", "sum", "histogram", "exponentialHistogram", "summary", "none"]),
                rng.choice([2, 2, 2, 1, 0]), rng.random() < 0.7)

    def metric(self, at):
        rng = self.rng
        name = rng.choice(self.NAMES)
        made = self.what()
        unit, description, kind, temporality, monotonic = self.made.setdefault(name, made) if self.STEADY else made
        m = {"name": name, "unit": unit, "description": description}
        points = range(rng.choice([0, 1, 1, 2, 3, 4]))
        if kind == "gauge":
            m["gauge"] = {"dataPoints": [self.point(at, name, False) for _ in points]}
        elif kind == "sum":
            m["sum"] = {"dataPoints": [self.point(at, name, rng.random() < 0.9) for _ in points], "aggregationTemporality": temporality, "isMonotonic": monotonic}
        elif kind == "histogram":
            m["histogram"] = {"dataPoints": [self.histogram(at) for _ in points], "aggregationTemporality": temporality}
        elif kind == "exponentialHistogram":
            m["exponentialHistogram"] = {"dataPoints": [self.exponential(at) for _ in points], "aggregationTemporality": temporality}
        elif kind == "summary":
            m["summary"] = {"dataPoints": [self.summary(at, name) for _ in points]}
        if self.STEADY:  # the first point without a value costs the reference's prometheus those behind it
            for group in m.values():
                if isinstance(group, dict):
                    group["dataPoints"].sort(key=lambda p: "flags" in p)
                    stale = [p for p in group["dataPoints"] if "flags" in p]
                    group["dataPoints"] = [p for p in group["dataPoints"] if p not in stale[1:]]
        return m

    def scope(self, at):
        rng = self.rng
        s = {"metrics": [self.metric(at) for _ in range(rng.randint(0, 5))]}
        if rng.random() < 0.8:
            s["scope"] = {"name": rng.choice(self.SCOPES), "version": rng.choice(["", "1.0"])}
            if rng.random() < 0.3:
                s["scope"]["attributes"] = attributes(rng, ["a", "x.y"], 2)
            if rng.random() < 0.3:
                s["schemaUrl"] = "https://opentelemetry.io/schemas/1.2.0"
        return s

    def request(self, at):
        rng = self.rng
        return {"resourceMetrics": [{"resource": {"attributes": attributes(rng, ["a", "r.x", "j", "code"], 2, self.SERVICE)}, "scopeMetrics": [self.scope(at) for _ in range(rng.choice([1, 1, 2]))]}
                                    for _ in range(rng.choice([1, 1, 2]))]}


class SteadyMetrics(Metrics):
    """What a backend that knows one type for each name can take; of what clashes, which one comes out is the reference's luck."""

    STEADY = True
    KEYS = [k for k in KEYS if k not in ("le", "quantile")]  # the text would have two of them
    NAMES = ["requests", "requests.created", "latency", "mem.used", "cpu%", "9lives", "x_total", "temp", "size_bytes", "http.server.duration", "ratio", "héllo wörld", "a__b", "_x", "bucket"]


UNITS_OF_CLOUDWATCH = ["Seconds", "Bytes/Second", "Count", "None"]


def some(rng, out, chance, key, make):
    if rng.random() < chance:
        out[key] = make()
    return out


def emf(rng):
    """Settings of awsemf."""
    s = {"region": "us-east-1"}
    names = ["{ClusterName}", "{TaskId}", "{ServiceName}", "{PodName}", "{TaskDefinitionFamily}", "{NodeName}", "{ContainerInstanceId}", "x", "/a/b", "{Unknown}", "{"]
    name = lambda: "".join(rng.choice(names) for _ in range(rng.randint(1, 3)))
    some(rng, s, 0.4, "log_group_name", name)
    some(rng, s, 0.4, "log_stream_name", name)
    some(rng, s, 0.3, "namespace", lambda: rng.choice(["ns", "a/b", "ECS/ContainerInsights", "x<y"]))
    some(rng, s, 0.4, "retain_initial_value_of_delta_metric", lambda: rng.random() < 0.8)
    some(rng, s, 0.6, "dimension_rollup_option", lambda: rng.choice(["ZeroAndSingleDimensionRollup", "SingleDimensionRollupOnly", "NoDimensionRollup"]))
    some(rng, s, 0.4, "parse_json_encoded_attr_values", lambda: rng.sample(["json", "json", "j", "a", "kubernetes", "OTelLib", "Version", "code"], rng.randint(1, 3)))
    some(rng, s, 0.3, "detailed_metrics", lambda: True)
    some(rng, s, 0.4, "version", lambda: rng.choice(["0", "1"]))
    some(rng, s, 0.4, "resource_to_telemetry_conversion", lambda: {"enabled": True, **({"exclude_service_attributes": True} if rng.random() < 0.3 else {})})
    some(rng, s, 0.3, "metric_descriptors", lambda: [{"metric_name": rng.choice(Metrics.NAMES[:8]), "unit": rng.choice(UNITS_OF_CLOUDWATCH), "overwrite": rng.random() < 0.5} for _ in range(rng.randint(1, 3))])

    def declaration():
        d = {"dimensions": [[rng.choice(KEYS) for _ in range(rng.choice([0, 1, 1, 2, 3]))] for _ in range(rng.randint(0, 3))],
             "metric_name_selectors": rng.sample([".*", "^requests", "latency", "^a$|^b$", "total$", "[0-9]", "."], rng.randint(1, 2))}
        if rng.random() < 0.5:
            d["label_matchers"] = [{"label_names": rng.sample(KEYS[:8], rng.randint(1, 2)), "regex": rng.choice([".*", "^prod", ".+", "^a;b$", ";", "^$", "GET|a"]), **({"separator": rng.choice(["", "-", ";;"])} if rng.random() < 0.4 else {})}
                                   for _ in range(rng.randint(1, 2))]
        return d

    some(rng, s, 0.45, "metric_declarations", lambda: [declaration() for _ in range(rng.randint(1, 3))])
    return s


def remote_write(rng):
    s = {}
    some(rng, s, 0.3, "namespace", lambda: rng.choice(["ns", "1x", "a-b"]))
    some(rng, s, 0.3, "external_labels", lambda: {k: rng.choice(["v", "w"]) for k in rng.sample(["a", "region", "instance", "x-y"], 2)})
    some(rng, s, 0.4, "add_metric_suffixes", lambda: rng.random() < 0.3)
    some(rng, s, 0.3, "translation_strategy", lambda: rng.choice(["UnderscoreEscapingWithSuffixes", "UnderscoreEscapingWithoutSuffixes"]))
    some(rng, s, 0.3, "disable_scope_info", lambda: True)
    some(rng, s, 0.4, "send_metadata", lambda: True)
    some(rng, s, 0.3, "target_info", lambda: {"enabled": rng.random() < 0.5})
    some(rng, s, 0.4, "resource_to_telemetry_conversion", lambda: {"enabled": True, **({"exclude_service_attributes": True} if rng.random() < 0.3 else {})})
    return s


def prometheus(rng):
    s = {}
    some(rng, s, 0.3, "namespace", lambda: rng.choice(["ns", "1x", "a-b"]))
    some(rng, s, 0.3, "const_labels", lambda: {k: rng.choice(["v", "w"]) for k in rng.sample(["region", "zone"], 1)})
    some(rng, s, 0.3, "send_timestamps", lambda: True)
    some(rng, s, 0.4, "add_metric_suffixes", lambda: rng.random() < 0.3)
    some(rng, s, 0.3, "enable_open_metrics", lambda: True)
    some(rng, s, 0.3, "translation_strategy", lambda: rng.choice(["UnderscoreEscapingWithSuffixes", "UnderscoreEscapingWithoutSuffixes", "NoUTF8EscapingWithSuffixes", "NoTranslation"]))
    some(rng, s, 0.3, "without_scope_info", lambda: True)
    some(rng, s, 0.4, "resource_to_telemetry_conversion", lambda: {"enabled": True, **({"exclude_service_attributes": True} if rng.random() < 0.3 else {})})
    return s


# ---- spans ----------------------------------------------------------------------------------------------------------

STACKS = {
    "java": ["java.lang.IllegalStateException: bad state", "\tat com.shop.Cart.add(Cart.java:42)", "\tat com.shop.Cart.<init>(Cart.java)", "\tat sun.reflect.Native.invoke(Native Method)", "\tat com.shop.Main.main(Unknown Source)",
             "Caused by: java.lang.NullPointerException: nothing", "Caused by: java.io.IOException", "\t... 14 more", "\tSuppressed: Resource$CloseFailException: Resource ID = 2", "\t\tat Foo3.main(Foo3.java:7)", "\tat x.y", "continued message", "",
             "\tat app//com.shop.A.b(A.java:7)", "  at com.shop.Spaces.c(S.java:1)", "\tat com.shop.Cart.add(Cart.java:x)", "\tat a(b(c:1)"],
    "python": ["Traceback (most recent call last):", '  File "/app/main.py", line 3, in <module>', "    run()", '  File "/app/run.py", line 17, in run', "    raise ValueError('x')", "ValueError: x", "TypeError: can only concatenate str (not \"int\") to str: really", "",
               "During handling of the above exception, another exception occurred:", "The above exception was the direct cause of the following exception:", '  File "x.py", line y, in z', '  File "x.py"', "more of the message", "KeyError", '  File "/a/b, c.py", line 1, in f'],
    "javascript": ["TypeError: Cannot read property 'value' of null", "    at speedy (/home/gbusey/file.js:6:11)", "    at makeFaster (/home/gbusey/file.js:5:3)", "    at Object.<anonymous> (/home/gbusey/file.js:10:1)", "    at Module._compile (module.js:456:26)", "    at startup (node.js:119:16)",
                   "    at node.js:906:3", "    at x", "    at async f (a.js:1:2)", "more", "    at native", "   at three (a.js:1:1)", "    at new A (b.js:x:y)", "    at f (c.js)", ""],
    "dotnet": ["System.FormatException: Input string was not in a correct format", "\tat System.Number.ThrowOverflowOrFormatException(ParsingStatus status, TypeCode type)", "   at integration_test_app.Controllers.AppController.OutgoingHttp() in /Users/b/AppController.cs:line 21",
               "   at System.String.Join(String a) in C:\\src\\a.cs:line 7", "--- End of stack trace from previous location ---", "   at NoParens", "   at A.B() in x", "   at A.B() in x:line y", "more", "", "   at A.B[T](T x)"],
    "php": ["Exception: Thrown from grandparent", "\tat Foo.bar(/a/Foo.php:12)", "\tat main(x.php:3)", "Caused by: Exception: Thrown from parent", "\t... 2 more", ""],
    "go": ["goroutine 7 [running]:", "panic(0x1, 0x2)", "\t/usr/local/go/src/runtime/panic.go:88 +0x1d", "main.f(...)", "\t/app/main.go:12 +0x39", "created by main.main", "\t/app/main.go:6 +0x5e", "", "goroutine 8 [chan receive]:", "github.com/x/y.(*T).M(0xc0, {0x1, 0x2})", "\t/y.go:x", "[originating from goroutine 1]", "\tnocolon"],
}

HTTP = [("http.method", ["GET", "POST", {"intValue": "1"}]), ("http.request.method", ["PUT", ""]), ("http.client_ip", ["10.0.0.1", ""]), ("http.user_agent", ["curl/8"]), ("user_agent.original", ["UA/1"]),
        ("http.status_code", [{"intValue": c} for c in ("200", "302", "404", "429", "500", "599", "600", "99")] + ["404"]), ("http.response.status_code", [{"intValue": c} for c in ("201", "400", "503")]),
        ("http.url", ["https://shop.example.com/a?b=c", "http://x", ""]), ("url.full", ["http://y.example.com:8080/z"]), ("http.scheme", ["https", "http"]), ("url.scheme", ["https", "ftp"]), ("http.host", ["shop.example.com:8443", "h"]),
        ("http.target", ["/a/b?c=d", "x"]), ("http.server_name", ["srv"]), ("net.host.port", ["80", {"intValue": "443"}, {"intValue": "8080"}, ""]), ("host.name", ["hn"]), ("net.host.name", ["nhn"]), ("net.peer.name", ["peer.example.com", "db"]),
        ("net.peer.port", [{"intValue": "443"}, "8443", {"intValue": "0"}]), ("net.peer.ip", ["10.1.1.1", "x"]), ("network.peer.address", ["10.2.2.2", "notip", "::1"]), ("client.address", ["10.3.3.3", "name"]), ("url.path", ["/p", ""]), ("url.query", ["q=1", "?q=2", ""]),
        ("server.address", ["sa.example.com"]), ("server.port", [{"intValue": "8081"}, "443"]), ("http.status_text", ["Bad"]), ("message.type", ["RECEIVED", "SENT"]), ("messaging.message_payload_size_bytes", [{"intValue": "77"}, "77"])]
DB = [("db.system", ["mysql", "postgresql", "redis", "other_sql", "mssql"]), ("db.name", ["orders", ""]), ("db.statement", ["SELECT 1", "x<y"]), ("db.user", ["u"]), ("db.connection_string", ["jdbc:mysql://db.example.com:3306/x", "mysql://h:1", "Server=x;Port=1", "jdbc:x:y", "//h2/a", "%zz", "http://[::1]:5/"]),
      ("db.system.name", ["mysql"]), ("db.namespace", ["ns"]), ("db.query.text", ["SELECT 2"])]
RPC = [("rpc.system", ["aws-api", "grpc", "aws-api"]), ("rpc.service", ["S3", "pkg.Service"]), ("rpc.method", ["GetObject", "m"]), ("peer.service", ["billing", ""])]
AWS = [("aws.operation", ["PutItem", ""]), ("aws.service", ["DynamoDB", "SQS"]), ("aws.account_id", ["123", "", {}]), ("aws.region", ["eu-west-1"]), ("aws.request_id|aws.requestId", ["r1"]), ("aws.queue_url|aws.queue.url", ["https://q"]),
       ("aws.table_name|aws.table.name", ["t"]), ("messaging.url", ["https://mq"]), ("messaging.system", ["aws_sqs"]), ("aws.dynamodb.table_names", ["one", {"arrayValue": {"values": [{"stringValue": "t3"}]}}, {"arrayValue": {"values": [{"stringValue": "t4"}, {"stringValue": "t5"}, {"intValue": "1"}]}}, {"arrayValue": {"values": []}}]),
       ("aws.local.service", ["local-svc", ""]), ("aws.remote.service", ["AWS.SDK.S3", "AWS::S3", "remote-svc", ""]), ("aws.local.operation", ["op"]), ("aws.remote.operation", ["rop"]), ("remoteTarget", ["tgt"]), ("K8s.RemoteNamespace", ["kns"]),
       ("aws.span.kind", ["LOCAL_ROOT", "LOCAL_ROOT", "CLIENT"]), ("aws.xray.in_progress", [{"boolValue": True}, {"boolValue": False}, "true"]), ("enduser.id", ["me", "", {"intValue": "4"}]),
       ("aws.xray.annotations", [{"arrayValue": {"values": [{"stringValue": "a"}, {"stringValue": "http.url"}, {"intValue": "1"}, {"stringValue": "otel.resource.host"}]}}, "a"]),
       ("aws.xray.metadata.default|aws.xray.metadata.Default", ['{"k":1,"big":9007199254740993,"none":null}', "[1]", "x", "null", '{"m":"<&>"}']), ("aws.xray.metadata.own", ['{"k":{"l":[1,2]}}', "{}", "null"]), ("aws.xray.metadata.", ['{"e":1.50}']), ("aws.xray.x_forwarded_for", [{"boolValue": True}])]
RESOURCE = [("service.name", ["shop", "", {"intValue": "3"}]), ("service.namespace", ["env-ns"]), ("service.instance.id", ["32", "x"]), ("service.version", ["1.2", {"intValue": "3"}]), ("cloud.provider", ["aws", "aws", "gcp", ""]),
            ("cloud.platform", ["aws_ecs", "aws_ecs", "aws_ec2", "aws_eks", "aws_elastic_beanstalk", "aws_app_runner", "aws_lambda", "gcp_x"]), ("cloud.account.id", ["999"]), ("cloud.availability_zone", ["us-east-1a"]), ("host.id", ["i-123", ""]), ("host.type", ["t3.micro"]),
            ("host.image.id", ["ami-1"]), ("container.name", ["cn"]), ("container.id", ["cid"]), ("k8s.pod.name", ["pod-1"]), ("k8s.cluster.name", ["kc"]), ("k8s.container.name", ["kcn"]), ("telemetry.sdk.name", ["opentelemetry", ""]), ("telemetry.sdk.language", list(STACKS) + ["ruby", ""]),
            ("telemetry.sdk.version", ["1.30"]), ("telemetry.auto.version", ["2.0", ""]), ("telemetry.distro.version", ["3.0"]), ("aws.ecs.cluster.arn", ["arn:c"]), ("aws.ecs.container.arn", ["arn:cc"]), ("aws.ecs.task.arn", ["arn:t"]), ("aws.ecs.task.family", ["fam"]),
            ("aws.ecs.launchtype", ["fargate", "ec2", "x", "FARGATE"]), ("aws.log.group.names", ["g1&g2", "&", {"arrayValue": {"values": [{"stringValue": "g3"}, {"intValue": "3"}]}}, {"arrayValue": {"values": []}}, {"intValue": "1"}]),
            ("aws.log.group.arns", ["arn:aws:logs:us-east-1:1:log-group:/a/b:*", "arn:x&arn:aws:logs:r:2:log-group:g", {"arrayValue": {"values": [{"stringValue": "arn:aws:logs:us-east-1:1:log-group:/c"}]}}, ""]),
            ("container.image.tag", ["latest"]), ("container.image.tags", [{"arrayValue": {"values": [{"stringValue": "v1"}, {"stringValue": "v2"}]}}, {"arrayValue": {"values": []}}]), ("host", ["h"]), ("r.list", [{"arrayValue": {"values": [{"intValue": "1"}]}}]), ("r.nil", [{}])]
OTHER = ["a", "a.b", "a-b c", "a/b", "ü", "n", "list"]


class Spans:
    """Spans of every kind, with attributes of old and of new conventions."""

    def __init__(self, rng):
        self.rng = rng

    def trace_id(self, at):
        rng = self.rng
        seconds = at // 1_000_000_000 - (rng.choice([0, 60, 86400, 27 * 86400]) if rng.random() < 0.95 else rng.choice([29 * 86400, -86400]))
        return "%08x%024x" % (seconds, rng.getrandbits(96))

    def stack(self, language):
        rng = self.rng
        lines = STACKS.get(language) or STACKS["java"]
        picked = [x for x in lines if rng.random() < 0.7] if rng.random() < 0.5 else [rng.choice(lines) for _ in range(rng.randint(1, 12))]
        return rng.choice(["\n", "\n", "\n", "\r\n"]).join(picked) + rng.choice(["", "\n"])

    def event(self, at, language):
        rng = self.rng
        if rng.random() < 0.75:
            e = [text("exception.type", rng.choice(["java.lang.IllegalStateException", "ValueError", "TypeError", ""]))] if rng.random() < 0.8 else []
            if rng.random() < 0.8:
                e.append(text("exception.message", rng.choice(["bad state", "x", "Cannot read property 'value' of null", "", "two\nlines"])))
            if rng.random() < 0.8:
                e.append(text("exception.stacktrace", self.stack(language if rng.random() < 0.9 else rng.choice(list(STACKS)))))
            return {"name": "exception", "timeUnixNano": str(at), "attributes": e}
        return {"name": rng.choice(["HTTP request failure", "message", "other"]), "timeUnixNano": str(at + rng.choice([0, 123456, 999_999_999])),
                "attributes": attributes(rng, ["a"], 1, [("http.response.status_code", [{"intValue": "503"}, "500"]), ("aws.http.error_message", ["broken"]), ("message.type", ["RECEIVED"]), ("messaging.message_payload_size_bytes", [{"intValue": "12"}])])}

    def span(self, at, language):
        rng = self.rng
        fixed = [x for of, chance in ((HTTP, 0.55), (DB, 0.3), (RPC, 0.4), (AWS, 0.5)) if rng.random() < chance for x in rng.sample(of, rng.randint(1, min(len(of), 9)))]
        start = at - rng.choice([0, 1, 123456789, 60_000_000_001])
        s = {"traceId": self.trace_id(at), "spanId": "%016x" % rng.getrandbits(64), "name": rng.choice(["GET /a", "", "op", "a<b>{c}!", "ünïcode/日本", "x" * 210, "S3.GetObject", "*?"]), "kind": rng.choice([0, 1, 2, 3, 4, 5, 6]),
             "startTimeUnixNano": str(start), "attributes": attributes(rng, OTHER, 3, fixed)}
        if rng.random() < 0.6:
            s["parentSpanId"] = "%016x" % rng.getrandbits(64)
        if rng.random() < 0.95:
            s["endTimeUnixNano"] = str(start + rng.choice([0, 1, 5_000_000, 1_234_567_891]))
        if rng.random() < 0.4:
            s["events"] = [self.event(at, language) for _ in range(rng.randint(1, 3))]
        if rng.random() < 0.5:
            s["status"] = {"code": rng.choice([0, 1, 2, 2]), "message": rng.choice(["", "it broke"])}
        if rng.random() < 0.2:
            s["links"] = [{"traceId": self.trace_id(at), "spanId": "%016x" % rng.getrandbits(64), "attributes": attributes(rng, OTHER, 2)} for _ in range(rng.randint(1, 2))]
        return s

    def request(self, at):
        rng = self.rng
        groups = []
        for _ in range(rng.choice([1, 2, 3])):
            resource = attributes(rng, OTHER, 2, rng.sample(RESOURCE, rng.randint(0, 20)))
            language = next((x["value"].get("stringValue") for x in resource if x["key"] == "telemetry.sdk.language"), "")
            groups.append({"resource": {"attributes": resource}, "scopeSpans": [{"scope": {"name": "lib"}, "spans": [self.span(at, language) for _ in range(rng.randint(1, 6))]}]})
        return {"resourceSpans": groups}


def xray(rng):
    s = {"region": "us-east-1"}
    some(rng, s, 0.5, "indexed_attributes", lambda: rng.sample(OTHER + ["http.url", "http.method", "db.statement", "otel.resource.service.name", "otel.resource.host", "rpc.method", "aws.account_id", "enduser.id", "aws.xray.metadata.default", "aws.xray.annotations"], rng.randint(1, 6)))
    some(rng, s, 0.25, "index_all_attributes", lambda: True)
    some(rng, s, 0.3, "aws_log_groups", lambda: rng.sample(["/g/a", "/g/b", "arn:aws:logs:us-east-1:1:log-group:/c:*"], rng.randint(0, 2)))
    return s


# ---- log records ----------------------------------------------------------------------------------------------------

class Logs:
    """Records with every kind of body, EMF documents among them."""

    BODIES = ["plain", "", "two\nlines <&>", '{"_aws":{"logGroupName":"other-group","logStreamName":"other-stream"},"m":1}', '{"_aws":{"logGroupName":"other-group"}}', '{"_aws":{"logGroupName":""},"log_group_name":"v0-group"}', '{"log_group_name":"v0-group","log_stream_name":"v0-stream"}',
              '{"log_group_name":7}', '{"_aws":7,"log_group_name":"v0-group"}', '{"LOG_GROUP_NAME":"case","Log_Stream_Name":"Case"}', '{"_AWS":{"LOGGROUPNAME":"case"}}', '{"_aws":null,"log_group_name":"g"}', '[1]', '{"log_group_name":"g"', '{"_aws":{"logGroupName":"a","logGroupName":"b"}}', "日本\u2028"]
    RESOURCE = Metrics.SERVICE + [("faas.name", ["fn"]), ("faas.version", ["3"]), ("pod", ["p1"]), ("PodName", ["p2", ""]), ("k8s.node.name", ["n1"]), ("InstanceId", [{"intValue": "9"}, {"boolValue": True}]), ("FaasName", [{"doubleValue": 2.5}, {"doubleValue": 3.0}, {"doubleValue": 1e21}])]

    def __init__(self, rng):
        self.rng = rng

    def record(self, at):
        rng = self.rng
        r = {"timeUnixNano": str(at + rng.choice([0, 1, 999_999, 1_000_000])), "attributes": attributes(rng, ["a", "b.c", "<"], 2)}
        if rng.random() < 0.9:
            r["body"] = {"stringValue": rng.choice(self.BODIES)} if rng.random() < 0.6 else value(rng)
        some(rng, r, 0.4, "severityNumber", lambda: rng.choice([0, 9, 17]))
        some(rng, r, 0.4, "severityText", lambda: rng.choice(["", "INFO", "x<y"]))
        some(rng, r, 0.3, "flags", lambda: rng.choice([0, 1, 257]))
        some(rng, r, 0.3, "droppedAttributesCount", lambda: 3)
        some(rng, r, 0.4, "traceId", lambda: "%032x" % rng.getrandbits(128))
        some(rng, r, 0.4, "spanId", lambda: "%016x" % rng.getrandbits(64))
        some(rng, r, 0.3, "observedTimeUnixNano", lambda: str(at))
        some(rng, r, 0.2, "eventName", lambda: "event")
        return r

    def request(self, at):
        rng = self.rng
        def scope():
            s = {"logRecords": [self.record(at) for _ in range(rng.randint(1, 5))]}
            return some(rng, s, 0.6, "scope", lambda: {"name": rng.choice(["lib", ""]), "version": rng.choice(["", "1"]), "attributes": attributes(rng, ["a"], 1)})
        return {"resourceLogs": [{"resource": {"attributes": attributes(rng, ["a", "list"], 2, self.RESOURCE)}, "scopeLogs": [scope() for _ in range(rng.choice([1, 2]))]} for _ in range(rng.choice([1, 2]))]}


def cloudwatch_logs(rng):
    names = ["{ClusterName}", "{TaskId}", "{ServiceName}", "{PodName}", "{TaskDefinitionFamily}", "{NodeName}", "{InstanceId}", "{FaasName}", "{FaasVersion}", "x", "/a/b"]
    name = lambda: "".join(rng.choice(names) for _ in range(rng.randint(1, 3)))
    return some(rng, {"region": "us-east-1", "log_group_name": name(), "log_stream_name": name()}, 0.5, "raw_log", lambda: True)
