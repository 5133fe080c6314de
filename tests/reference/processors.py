# SPDX-License-Identifier: Apache-2.0
"""Random settings of processors that keep something or make something new, and random telemetry over time for them.

Each class is one processor (or two that like the same telemetry): `steps` makes what happens, which all settings of a batch see, `settings` one
processor's settings. Names, attributes and ids come from few, so that what comes later meets what came before.
"""

import re

START = 946_684_800  # where the judge's clock begins
NANO = 1_000_000_000


def any_value(v):
    if isinstance(v, bool):
        return {"boolValue": v}
    if isinstance(v, int):
        return {"intValue": str(v)}
    if isinstance(v, float):
        return {"doubleValue": v}
    if isinstance(v, list):
        return {"arrayValue": {"values": [any_value(x) for x in v]}}
    if isinstance(v, dict):
        return {"kvlistValue": {"values": [{"key": k, "value": any_value(x)} for k, x in v.items()]}}
    return {"stringValue": v}


def attributes(d):
    return [{"key": k, "value": any_value(v)} for k, v in d.items()]


class Maker:
    together = False  # whether it counts how what comes out is divided into requests
    connects = False  # whether it is a connector, which makes metrics
    sorts = False  # whether it is a connector that hands on to the pipelines `a` to `d`
    forgets = False  # whether when a delta starts is the reference's own business
    own = ()  # attributes that each process has values of its own for
    end = True  # whether what comes out at the end counts
    rounds = False  # whether it writes times of the clock, which are doubles in replay
    schemas = True  # whether it keeps the URLs of schemas

    def __init__(self, rng):
        self.rng, self.now = rng, 0.0

    def maybe(self, chance=0.5):
        return self.rng.random() < chance

    def pick(self, options):
        return self.rng.choice(options)

    def some(self, options, least=0, most=None):
        most = len(options) if most is None else min(most, len(options))
        return self.rng.sample(options, self.rng.randint(min(least, most), most))

    def times(self, low, high):
        return range(self.rng.randint(low, high))

    def wait(self, seconds):
        """A step; it hardly ever ends just when a timer does."""
        at = (int((self.now + seconds) * 8) * 128 + self.rng.randrange(1, 128, 2)) / 1024
        if at <= self.now:
            at += 0.125
        step = {"wait": at - self.now}
        self.now = at
        return step

    def clock(self, offset=0.0):
        """Nanoseconds, as text."""
        return str(START * NANO + int(round((self.now + offset) * 1000)) * 1_000_000)

    ATTRIBUTES = {"host": ["a", "b"], "cpu": [0, 1], "state": ["idle", "user", ""], "ok": [True, False], "load": [0.5, 1.0], "list": [["x", 1], ["x", 2]], "map": [{"k": "v"}]}

    def labels(self, keys=("host", "cpu", "state"), most=2, odd=0.05):
        keys = list(keys) + (["ok", "load", "list", "map"] if self.maybe(odd) else [])
        return attributes({k: self.pick(self.ATTRIBUTES[k]) for k in self.some(keys, 0, most)})

    def resource(self):
        return self.pick([{}, {"attributes": attributes({"service.name": self.pick(["shop", "cart"])})},
                          {"attributes": attributes({"service.name": "shop", "zone": self.pick(["a", 1])})}])

    def scope(self):
        return self.pick([{}, {"name": "lib"}, {"name": "lib", "version": self.pick(["1", "2"])}, {"name": "other", "attributes": attributes({"x": self.pick([1, "1"])})}])


class Metrics(Maker):
    signal = "metrics"
    untyped = 0.02  # how many metrics have no data
    NAMES = ["m.one", "m.two", "m.three", "cpu", "memory.used", "Total"]
    TYPES = ["gauge", "sum", "sum", "histogram", "exponentialHistogram", "summary"]

    def number(self):
        return self.pick([0, 1, -1, 2, 7, 100, 12345, -3, 2**53 + 1, 2**63 - 1, -(2**63), 0.0, 0.5, -0.25, 3.0, 1e300, 1e-300, 123.456, "NaN", "Infinity", "-Infinity"] if self.maybe(0.3) else [0, 1, 2, 3, 10, 25, 50, 0.5, 2.5, 10.0])

    def value(self, empty=0.03):
        v = self.number()
        if self.maybe(empty):
            return {}
        return {"asInt": str(v)} if isinstance(v, int) else {"asDouble": v}

    def times_of(self):
        when = {}
        if self.maybe(0.9):
            when["timeUnixNano"] = self.clock(self.pick([0, 0, 0, -1, 0.5]))
        if self.maybe(0.7):
            when["startTimeUnixNano"] = self.clock(self.pick([-1, -10, -0.3, -60, -2.5, 0, 5]))
        return when

    def point(self, kind):
        p = {"attributes": self.labels(), **self.times_of()}
        if self.maybe(0.05):
            p["flags"] = self.pick([1, 2, 3])
        if kind in ("gauge", "sum"):
            p.update(self.value())
            if self.maybe(0.1):
                p["exemplars"] = [{"timeUnixNano": self.clock(-0.5), "asDouble": 1.5, "traceId": "0102030405060708090a0b0c0d0e0f10", "spanId": "0102030405060708"}]
        elif kind == "histogram":
            bounds = self.pick([[], [1, 5], [1, 5, 10], [0.5]])
            counts = [self.rng.randint(0, 9) for _ in range(len(bounds) + 1)] if bounds or self.maybe() else []
            p.update({"count": str(sum(counts)), "bucketCounts": [str(x) for x in counts], "explicitBounds": bounds})
            self.extremes(p)
        elif kind == "exponentialHistogram":
            positive, negative = ({"offset": self.rng.randint(-3, 3), "bucketCounts": [str(self.rng.randint(0, 5)) for _ in self.times(0, 5)]} for _ in range(2))
            zeros = self.rng.randint(0, 4)
            count = zeros + sum(int(x) for b in (positive, negative) for x in b["bucketCounts"])
            p.update({"count": str(count), "scale": self.rng.randint(-1, 3), "zeroCount": str(zeros), "positive": positive, "negative": negative})
            if self.maybe(0.2):
                p["zeroThreshold"] = self.pick([0.0, 0.5, 1.5])
            self.extremes(p)
        else:
            p.update({"count": str(self.rng.randint(0, 9)), "sum": 2.5, "quantileValues": [{"quantile": q, "value": self.rng.random()} for q in self.pick([[], [0.5], [0.5, 0.99]])]})
        return p

    def extremes(self, p):
        if self.maybe(0.8):
            p["sum"] = self.pick([0.0, 1.5, 100.0, -2.0])
        if self.maybe(0.4):
            p["min"], p["max"] = self.pick([0.0, 1.0]), self.pick([5.0, 10.5])

    def metric(self):
        kind = self.pick(self.TYPES)
        of = {"dataPoints": [self.point(kind) for _ in self.times(0, 4)]}
        if kind in ("sum", "histogram", "exponentialHistogram"):
            of["aggregationTemporality"] = self.pick([0, 1, 1, 2, 2])
        if kind == "sum":
            of["isMonotonic"] = self.maybe(0.7)
        m = {"name": self.pick(self.NAMES), **({kind: of} if not self.maybe(self.untyped) else {})}
        if self.maybe():
            m["unit"] = self.pick(["", "By", "1", "s", "{thing}", "By/s"])
        if self.maybe(0.2):
            m["description"] = self.pick(["what", "other"])
        if self.maybe(0.05):
            m["metadata"] = attributes({"k": "v"})
        return m

    def group(self):
        return {"resource": self.resource(), **({"schemaUrl": "http://s"} if self.maybe(0.1) else {}),
                "scopeMetrics": [{"scope": self.scope(), "metrics": [self.metric() for _ in self.times(0, 5)]} for _ in self.times(0, 3)]}

    def request(self):
        return {"resourceMetrics": [self.group() for _ in self.times(0, 3)]}

    def steps(self):
        out = []
        for _ in self.times(3, 8):
            out.append({"request": self.request()})
            if self.maybe(0.2):
                out.append(self.wait(self.pick([1, 10])))
        return out


class Metricsgeneration(Metrics):
    name = "metricsgeneration"
    TYPES = ["gauge", "gauge", "sum", "sum", "histogram", "summary"]

    def rule(self):
        kind = self.pick(["calculate", "calculate", "scale"])
        names = [*self.NAMES, "missing", "made.one", "made.two"]
        r = {"name": self.pick(["made.one", "made.two", "made.three", "cpu"]), "type": kind, "metric1": self.pick(names)}
        if kind == "calculate" or self.maybe(0.1):
            r["metric2"] = self.pick(names)
        if kind == "scale" or self.maybe(0.1):
            r["scale_by"] = self.pick([1, 2, 100, 0.5, 1e-3, 0, -1] if self.maybe(0.2) else [1, 2, 100, 0.5, 1e-3])
        if self.maybe(0.95):
            r["operation"] = self.pick(["add", "subtract", "multiply", "divide", "percent"])
        if self.maybe():
            r["unit"] = self.pick(["", "By", "1", "percent"])
        return r

    def settings(self):
        return {"rules": [self.rule() for _ in self.times(1, 4)]} if self.maybe(0.98) else {}


class Deltatorate(Metrics):
    name = "deltatorate"
    TYPES = ["sum", "sum", "sum", "gauge", "histogram"]

    def settings(self):
        return {"metrics": self.some([*self.NAMES, "missing"], 1)}


class Cumulativetodelta(Metrics):
    """Series that grow, are reset, come out of order, change their buckets and stay away."""
    name = "cumulativetodelta"
    TYPES = ["sum", "sum", "sum", "histogram", "histogram", "exponentialHistogram", "exponentialHistogram", "gauge"]

    def steps(self):
        self.series, self.starts = {}, [self.clock(x) for x in (-100, 1.5, 4.0)]
        out = []
        for _ in self.times(8, 20):
            out.append({"request": self.request()})
            if self.maybe():
                out.append(self.wait(self.pick([0.5, 1, 3, 10, 40])))
        return out

    def metric(self):
        m = super().metric()
        for kind in ("sum", "histogram", "exponentialHistogram"):
            if kind in m:
                m[kind]["aggregationTemporality"] = 2 if self.maybe(0.9) else 1
                m[kind]["dataPoints"] = [self.grown(m["name"], kind) for _ in self.times(0, 4)]
        m.pop("unit", None)
        if self.maybe(0.1):
            m["unit"] = "By"
        return m

    def grown(self, name, kind):
        labels = self.labels(keys=("host", "cpu"), most=1)
        start = self.pick(self.starts[:2] if self.maybe(0.9) else self.starts)
        real = self.maybe(0.3) if kind == "sum" else False
        key = (name, kind, str(labels), start, real)
        s = self.series.setdefault(key, {"v": 0, "counts": [0, 0, 0], "bounds": [1, 5], "scale": self.rng.randint(0, 3), "zeros": 0, "p": [0] * 6, "n": [0] * 3, "po": self.rng.randint(-3, 3), "no": -1, "threshold": 0.0})
        p = {"attributes": labels, "timeUnixNano": self.clock(self.pick([0, 0, 0, 0, -1, -30])), **({"startTimeUnixNano": start} if self.maybe(0.95) else {})}
        if self.maybe(0.1):  # starts anew
            s.update(v=0, counts=[0] * len(s["counts"]), zeros=0, p=[0] * len(s["p"]), n=[0] * len(s["n"]))
        if self.maybe(0.03):
            p["flags"] = 1
        if kind == "sum":
            s["v"] += self.pick([0, 1, 5, 100])
            p.update({"asDouble": s["v"] + 0.25} if real else {"asInt": str(s["v"])})
            if self.maybe(0.03):
                p.pop("asInt", None), p.update({"asDouble": self.pick(["NaN", "Infinity"])})
            elif self.maybe(0.02):
                p.pop("asInt", None), p.pop("asDouble", None)
        elif kind == "histogram":
            if self.maybe(0.05):
                s["bounds"] = self.pick([[1, 5], [1, 6], [1], []])
                s["counts"] = [0] * (len(s["bounds"]) + 1)
            if self.maybe(0.03):
                s["bounds"], s["counts"] = [], []
            s["counts"] = [c + self.rng.randint(0, 3) for c in s["counts"]]
            p.update({"count": str(sum(s["counts"])), "bucketCounts": [str(c) for c in s["counts"]], "explicitBounds": s["bounds"]})
            if self.maybe(0.9):
                p["sum"] = sum(s["counts"]) * 1.5 if self.maybe(0.95) else "NaN"
            if self.maybe(0.3):
                p["min"], p["max"] = 0.5, 9.0
        else:
            if self.maybe(0.1):
                s["scale"] -= self.pick([1, 1, 2])
                s["po"], s["p"] = s["po"] >> 1, s["p"][:4]
            if self.maybe(0.05):
                s["scale"] += 1
            if self.maybe(0.1):
                s["threshold"] = self.pick([0.5, 1.0, 1.5, 3.0, 0.0])
            if self.maybe(0.1):
                s["po"] += self.pick([-1, 1])
            s["zeros"] += self.rng.randint(0, 2)
            s["p"] = [c + self.rng.randint(0, 2) for c in s["p"]]
            s["n"] = [c + self.rng.randint(0, 1) for c in s["n"]]
            p.update({"scale": s["scale"], "zeroCount": str(s["zeros"]), "count": str(s["zeros"] + sum(s["p"]) + sum(s["n"])),
                      "positive": {"offset": s["po"], "bucketCounts": [str(c) for c in s["p"]]}, "negative": {"offset": s["no"], "bucketCounts": [str(c) for c in s["n"]]}})
            if s["threshold"]:
                p["zeroThreshold"] = s["threshold"]
            if self.maybe(0.9):
                p["sum"] = 2.5 * s["zeros"] + sum(s["p"])
            if self.maybe(0.3):
                p["min"], p["max"] = -3.0, 9.0
        if self.maybe(0.05):
            p["exemplars"] = [{"timeUnixNano": self.clock(-0.5), "asDouble": 1.5}]
        return p

    def match(self):
        m = {}
        if self.maybe(0.7):
            m["match_type"] = self.pick(["strict", "regexp"])
            m["metrics"] = self.some([*self.NAMES, "m\\..*", "^c", "o"] if m["match_type"] == "regexp" else self.NAMES, 1, 3)
            if m["match_type"] == "regexp" and self.maybe(0.2):
                m["regexp"] = {"cacheenabled": True, "cachemaxnumentries": 2}
        if self.maybe(0.5):
            m["metric_types"] = self.some(["sum", "histogram", "exponentialhistogram", "Sum", "HISTOGRAM"], 1, 2)
        if self.maybe(0.02):
            m["metrics"] = ["cpu"]
        return m

    def settings(self):
        c = {}
        if self.maybe(0.6):
            c["max_staleness"] = self.pick(["0s", "1s", "5s", "20s", "1h", "700ms"])
        if self.maybe(0.6):
            c["initial_value"] = self.pick(["auto", "keep", "drop"])
        for k in ("include", "exclude"):
            if self.maybe(0.3):
                c[k] = self.match()
        return c


class Traces(Maker):
    signal = "traces"

    def __init__(self, rng):
        super().__init__(rng)
        self.ids = [f"{rng.getrandbits(128):032x}" for _ in range(rng.choice([2, 4, 8, 60]))]
        self.evicts, self.latest = self.maybe(0.3), self.ids[0]

    def span(self, trace=None):
        start = self.clock(-self.pick([0.1, 0.25, 1, 2, 5]))
        s = {"traceId": trace or self.pick(self.ids), "spanId": f"{self.rng.getrandbits(64):016x}", "name": self.pick(["GET /", "checkout", "db.query", ""]),
             "startTimeUnixNano": start, "endTimeUnixNano": str(int(start) + self.pick([0, 1, 999_999, 5_000_000, 50_000_000, 100_000_000, 500_000_000, 2_000_000_000]))}
        if self.maybe(0.6):
            s["parentSpanId"] = self.pick(["0102030405060708", "0102030405060709", "0000000000000000"] if self.maybe(0.1) else ["0102030405060708"])
        if self.maybe(0.7):
            s["kind"] = self.rng.randint(0, 5)
        if self.maybe():
            s["status"] = {"code": self.pick([0, 1, 2]), **({"message": "no"} if self.maybe(0.2) else {})}
        s["attributes"] = attributes({k: self.pick(v) for k, v in self.SPAN_ATTRIBUTES.items() if self.maybe(0.35)})
        if self.maybe(0.2):
            s["flags"] = self.pick([0, 1, 2, 256, 257])
        if self.maybe(0.2):
            s["traceState"] = self.pick(self.STATES)
        if self.maybe(0.2):
            s["events"] = [{"timeUnixNano": start, "name": self.pick(["exception", "retry"]), "attributes": attributes({"n": self.rng.randint(0, 3)} if self.maybe() else {})} for _ in self.times(1, 2)]
        return s

    SPAN_ATTRIBUTES = {"http.status_code": [200, 404, 500, 0, -1, "500", 404.0], "http.url": ["/a", "/b/1", "/health", "", "shop"], "error": [True, False, "true"], "tenant": ["acme", "umbrella", 7]}
    STATES = ["k=v", "k=w", "a=1,k=v", "k=v,k=w", "k = v", " k=v", "k=v ", "k=", "=v", "k", "K=v", "k=v,", ",k=v", "k=v\t,a=1", "t@sys=v", "1k=v,k=v", "a=1,b=2", "k=v=w", "k=" + "v" * 256, "k=" + "v" * 257, "_k=v,k=v", "k\u00e9=v", "k*/-_=v,k=v", "ot=th:8,k=v"]

    def next_trace(self):
        """Of a trace that is forgotten for want of room the reference keeps the time at which it was due, and looks then again: where traces may be
        forgotten only the latest one comes again."""
        if self.evicts and self.maybe(0.6):
            self.latest = f"{self.rng.getrandbits(128):032x}"
        return self.latest if self.evicts else self.pick(self.ids)

    def traces(self, spans):
        """A request of these spans, in any groups."""
        groups = []
        for _ in self.times(1, 3):
            groups.append({"resource": self.resource(), "scopeSpans": [{"scope": self.scope(), "spans": []} for _ in self.times(1, 2)]})
            if self.maybe(0.1):
                groups[-1]["schemaUrl"] = "http://s"
        for s in spans:
            self.pick(self.pick(groups)["scopeSpans"])["spans"].append(s)
        return {"request": {"resourceSpans": groups}}

    def resource(self):
        return self.pick([{}, {"attributes": attributes({"service.name": self.pick(["shop", "cart"])})},
                          {"attributes": attributes({"service.name": "shop", "tenant": self.pick(["acme", "umbrella", ""]), "http.status_code": self.pick([200, 500, "500"]), "error": self.pick([True, False])})}])


class Groupbytrace(Traces):
    name = "groupbytrace"
    together = True

    def steps(self):
        out = []
        for _ in self.times(5, 15):
            trace = self.next_trace() if self.evicts else None
            out.append(self.traces([self.span(trace) for _ in self.times(0, 6)]))
            if self.maybe(0.7):
                out.append(self.wait(self.pick([0.1, 0.3, 0.6, 1, 2])))
        return [*out, self.wait(100)]

    def settings(self):
        c = {}
        if self.maybe(0.8):
            c["wait_duration"] = self.pick(["50ms", "500ms", "1s", "2500ms", "10s"])
        if self.maybe():
            c["num_traces"] = self.pick([1, 2, 3, 5, 100] if self.evicts else [100, 1000])
        if self.maybe(0.1):
            c["num_workers"] = 1
        return c


class TailSampling(Traces):
    name = "tail_sampling"
    schemas = False  # the reference loses them

    def __init__(self, rng):
        super().__init__(rng)
        if self.maybe(0.1):
            self.ids[0] = "0" * 32

    def steps(self):
        """Traces that come together, or, for policies that count, one a second."""
        out, sparse = [], self.evicts or self.maybe(0.5)
        for _ in self.times(8, 25):
            if sparse:
                trace = self.next_trace()
                out.append(self.traces([self.span(trace) for _ in self.times(1, 6)]))
                out.append(self.wait(self.pick([1, 1, 1, 2, 5])))
            else:
                out.append(self.traces([self.span() for _ in self.times(0, 8)]))
                if self.maybe():
                    out.append(self.wait(self.pick([0.2, 0.5, 1, 2, 4])))
        return [*out, self.wait(self.pick([1, 8]))]

    def settings(self):
        n, c = self.rng.randint(0, 4) if self.maybe(0.1) else self.rng.randint(1, 3), {}
        self.named = 0
        c["policies"] = [self.policy(["and", "not", "drop", "composite"]) for _ in range(n)]
        if self.maybe(0.95):
            c["decision_wait"] = self.pick(["1s", "2s", "3s", "1500ms", "500ms", "0s"])
        if self.maybe(0.4):
            c["num_traces"] = self.pick([1, 2, 4, 6, 100] if self.evicts else [100, 1000])
        if self.maybe(0.3):
            c["decision_cache"] = {k: self.pick([1, 2, 10, 100]) for k in self.some(["sampled_cache_size", "non_sampled_cache_size"], 1)}
        if self.maybe(0.15):
            c["decision_wait_after_root_received"] = self.pick(["1s", "500ms", "2s"])
        if self.maybe(0.15):
            c["sample_on_first_match"] = True
        if self.maybe(0.1):
            c["maximum_trace_size_bytes"] = self.pick([200, 400, 1000])
        if self.maybe(0.15):
            c["drop_pending_traces_on_shutdown"] = True
        if self.maybe(0.2):
            c["sampling_strategy"] = self.pick(["span-ingest", "trace-complete"])
        if self.maybe(0.1):
            c["expected_new_traces_per_sec"] = 5
        return c

    PLAIN = ["always_sample", "latency", "numeric_attribute", "probabilistic", "status_code", "string_attribute", "rate_limiting", "bytes_limiting", "span_count", "boolean_attribute", "ottl_condition", "trace_state", "trace_flags"]

    def policy(self, nested=()):
        self.named += 1
        kind = self.pick(self.PLAIN + [x for x in nested for _ in range(2)])
        p = {"name": f"p{self.named}", "type": kind}
        if kind == "latency":
            p[kind] = {"threshold_ms": self.pick([0, 1, 5, 50, 100, 1000]), **({"upper_threshold_ms": self.pick([5, 100, 2000])} if self.maybe(0.4) else {})}
        elif kind == "numeric_attribute":
            p[kind] = {"key": "http.status_code", **{k: self.pick([0, 200, 300, 404, 500, -5]) for k in self.some(["min_value", "max_value"], 1)}, **self.inverted()}
            if not any(p[kind].get(k) for k in ("min_value", "max_value")):
                p[kind]["min_value"] = 400
        elif kind == "probabilistic":
            p[kind] = {"sampling_percentage": self.pick([0, 1, 10, 33.3, 50, 90, 99.9, 100, 150]), **({"hash_salt": self.pick(["salt", "", "x"])} if self.maybe() else {})}
        elif kind == "status_code":
            p[kind] = {"status_codes": self.some(["OK", "ERROR", "UNSET"], 1)}
        elif kind == "string_attribute":
            regex = self.maybe(0.4)
            p[kind] = {"key": self.pick(["http.url", "tenant", "service.name", "error"]), **self.inverted(),
                       "values": self.some(["^/a", "cme$", "o", "^$", ".*", "/b/[0-9]+", ""] if regex else ["/a", "acme", "shop", "", "/health", "true"], 0 if self.maybe(0.1) else 1)}
            if regex:
                p[kind]["enabled_regex_matching"] = True
                if self.maybe():
                    p[kind]["cache_max_size"] = self.pick([1, 2, 10, 0])
        elif kind == "rate_limiting":
            p[kind] = {"spans_per_second": self.pick([0, 1, 2, 3, 5]), **({"burst_capacity": self.pick([1, 3, 10])} if self.maybe(0.4) else {})}
        elif kind == "bytes_limiting":
            p[kind] = {"bytes_per_second": self.pick([0, 50, 100, 200, 400]), **({"burst_capacity": self.pick([150, 300, 600])} if self.maybe(0.4) else {})}
        elif kind == "span_count":
            p[kind] = {k: self.pick([0, 1, 2, 3, 5]) for k in self.some(["min_spans", "max_spans"], 1)}
        elif kind == "boolean_attribute":
            p[kind] = {"key": "error", "value": self.maybe(), **self.inverted()}
        elif kind == "ottl_condition":
            p[kind] = {"error_mode": self.pick(["ignore", "propagate", "silent"]), **{k: self.some(self.CONDITIONS[k], 1, 2) for k in self.some(["span", "spanevent"], 1)}}
        elif kind == "trace_state":
            p[kind] = {"key": self.pick(["k", "k", "a", "t@sys", "K"]), "values": self.some(["v", "w", "1", "", "v" * 256, "v" * 254], 1)}
        elif kind in ("and", "drop"):
            p[kind] = {f"{kind}_sub_policy": [self.policy(["not"]) for _ in self.times(1, 3)]}
        elif kind == "not":
            p[kind] = {"not_sub_policy": self.policy()}
        elif kind == "composite":
            subs = [self.policy(["and"]) for _ in self.times(1, 3)]
            names = [x["name"] for x in subs]
            p[kind] = {"max_total_spans_per_second": self.pick([0, 1, 3, 5, 10, 100]), "composite_sub_policy": subs, "policy_order": self.some(names, len(names) if self.maybe(0.8) else 0),
                       "rate_allocation": [{"policy": n, "percent": self.pick([0, 10, 25, 50, 100])} for n in self.some(names)]}
        return p

    def inverted(self):
        return {"invert_match": True} if self.maybe(0.3) else {}

    CONDITIONS = {"span": ['span.attributes["http.status_code"] == 500', 'span.name == "checkout"', 'resource.attributes["service.name"] == "shop"', "span.status.code == STATUS_CODE_ERROR", "Int(span.attributes[\"tenant\"]) > 1",
                           "span.kind == SPAN_KIND_SERVER", 'Substring(span.name, 0, 2) == "GE"'],
                  "spanevent": ['spanevent.name == "exception"', 'spanevent.attributes["n"] > 1', 'Substring(spanevent.name, 0, 8) == "exceptio"']}


class Interval(Metrics):
    name = "interval"
    untyped = 0.0  # the reference hands them on and fails all the same, so that senders send everything again

    def steps(self):
        out = []
        for _ in self.times(5, 15):
            out.append({"request": self.request()})
            if self.maybe():
                out.append(self.wait(self.pick([0.2, 1, 3, 10])))
        return out

    def settings(self):
        c = {"interval": self.pick(["1s", "2s", "5s", "60s", "700ms"])} if self.maybe(0.95) else {}
        if self.maybe():
            c["pass_through"] = {k: self.maybe() for k in self.some(["gauge", "summary"], 1)}
        return c


class LogDedup(Maker):
    name = "log_dedup"
    signal = "logs"
    rounds = True

    def value(self, depth=0):
        if depth < 2 and self.maybe(0.3):
            return {k: self.value(depth + 1) for k in self.some(["a", "b", "c.d"])}
        return self.pick(["x", "y", 1, 1.0, 0.5, True, ["x", 1], {}, ""])

    def record(self):
        r = {"timeUnixNano": self.clock(-0.2), "observedTimeUnixNano": self.clock(-0.1)}
        if self.maybe(0.9):
            r["body"] = any_value(self.pick(["started", "failed", {"msg": "m", "id": self.rng.randint(0, 2)}, {"msg": {"text": "t", "id": self.rng.randint(0, 2)}}, 5, ["a"]]) if self.maybe(0.8) else self.value())
        if self.maybe(0.8):
            r["attributes"] = attributes({k: self.value() for k in self.some(["k", "id", "a.b", "n"], 0, 2)})
        if self.maybe():
            r["severityText"], r["severityNumber"] = self.pick([("INFO", 9), ("ERROR", 17)])
        if self.maybe(0.1):
            r["traceId"], r["spanId"], r["flags"] = "0102030405060708090a0b0c0d0e0f10", "0102030405060708", self.pick([0, 1])
        if self.maybe(0.1):
            r["droppedAttributesCount"] = 1
        if self.maybe(0.1):
            r["eventName"] = self.pick(["e", "f"])
        return r

    def steps(self):
        out = []
        for _ in self.times(5, 15):
            out.append({"request": {"resourceLogs": [{"resource": self.resource(), **({"schemaUrl": "http://s"} if self.maybe(0.1) else {}),
                                                      "scopeLogs": [{"scope": self.scope(), "logRecords": [self.record() for _ in self.times(0, 6)]} for _ in self.times(0, 2)]} for _ in self.times(0, 2)]}})
            if self.maybe():
                out.append(self.wait(self.pick([0.2, 1, 3, 10])))
        return out

    FIELDS = ["attributes.id", "attributes.k", "attributes.a\\.b", "attributes", "body.id", "body.msg", "body.msg.id", "attributes.k.a", "attributes.k.c\\.d", "attributes.missing", "body.a", "attributes.n.b.a"]

    def settings(self):
        c = {}
        if self.maybe(0.9):
            c["interval"] = self.pick(["1s", "2s", "5s", "30s"])
        if self.maybe(0.2):
            c["log_count_attribute"] = self.pick(["count", "k", "first_observed_timestamp"])
        if self.maybe(0.2):
            c["timezone"] = self.pick(["UTC", "", "Not/AZone", "America/Nowhere"])
        which = self.pick([None, None, "exclude_fields", "include_fields"])
        if which:
            c[which] = self.some(self.FIELDS, 1, 3)
        if self.maybe(0.3):
            c["conditions"] = self.some(['log.attributes["k"] == "x"', "log.severity_number >= SEVERITY_NUMBER_ERROR", 'log.body == "started"', 'resource.attributes["service.name"] == "shop"', 'Substring(log.body, 0, 3) == "sta"'], 1, 2)
        return c


CONDITIONS = {"resource": ['attributes["service.name"] == "shop"', 'attributes["zone"] == "a"', 'attributes["missing"] == nil', 'IsMatch(attributes["service.name"], "^c")', 'Int(attributes["zone"]) > 0', 'dropped_attributes_count == 0'],
              "span": ['attributes["http.status_code"] == 500', 'name == "checkout"', "kind == SPAN_KIND_SERVER", "status.code == STATUS_CODE_ERROR", 'Int(attributes["tenant"]) > 1', 'Substring(name, 0, 2) == "GE"', 'attributes["error"] == true', 'parent_span_id == SpanID(0x0000000000000000)'],
              "spanevent": ['name == "exception"', 'attributes["n"] > 1', 'Substring(name, 0, 8) == "exceptio"'],
              "metric": ['name == "cpu"', 'type == METRIC_DATA_TYPE_SUM', 'unit == "By"', 'IsMatch(name, "^m\\.")', 'Substring(name, 0, 4) == "m.on"', 'description != ""'],
              "datapoint": ['attributes["host"] == "a"', 'metric.name == "cpu"', 'value_int > 1', 'attributes["cpu"] == 0', 'Int(attributes["host"]) > 0', "flags == 1"],
              "log": ['attributes["k"] == "x"', "severity_number >= SEVERITY_NUMBER_ERROR", 'body == "started"', 'Substring(body, 0, 3) == "sta"', 'attributes["n"] != nil']}


def within(context, condition):
    """Paths with their context in front."""
    return re.sub(r"(?<![\w.\"\[])(attributes|name|kind|status|parent_span_id|type|unit|description|value_int|flags|severity_number|body|dropped_attributes_count)\b", context + r".\1", condition)


class Count(Traces):
    name, key = "count", "count"
    connects = True
    LEVELS = {"spans": "span", "spanevents": "spanevent"}
    KEYS = ["http.status_code", "error", "tenant", "service.name", "zone", "x", "missing", "n"]

    def steps(self):
        return [self.traces([self.span() for _ in self.times(0, 6)]) for _ in self.times(3, 8)]

    def settings(self):
        c = {}
        for level, context in self.LEVELS.items():
            if self.maybe(0.7):
                c[level] = {n: self.counted(level, context) for n in self.some(["one", "two", "a.b"], 1)}
        return c

    def counted(self, level, context):
        m = {}
        if self.maybe(0.3):
            m["description"] = self.pick(["what", ""])
        if self.maybe(0.6):
            m["conditions"] = [within(*self.pick([(context, x) for x in CONDITIONS[context]] + [("resource", x) for x in CONDITIONS["resource"]])) for _ in self.times(1, 2)]
        if level != "metrics" and self.maybe(0.6):
            m["attributes"] = [{"key": k, **({"default_value": self.pick(["none", "", 5, 1.5, True])} if self.maybe(0.4) else {})} for k in self.some(self.KEYS, 1, 3)]
        return m


class CountMetrics(Metrics):
    name, key = "count", "count_metrics"
    connects, untyped = True, 0.0  # the reference refuses requests with metrics without data
    LEVELS, KEYS = {"metrics": "metric", "datapoints": "datapoint"}, ["host", "cpu", "state", "ok", "load", "service.name", "missing"]
    settings, counted = Count.settings, Count.counted

    def steps(self):
        return [{"request": self.request()} for _ in self.times(3, 8)]


class CountLogs(LogDedup):
    name, key = "count", "count_logs"
    connects = True
    LEVELS, KEYS = {"logs": "log"}, ["k", "id", "a.b", "n", "service.name", "missing"]
    settings, counted = Count.settings, Count.counted


class Routing(Traces):
    name, key = "routing", "routing"
    sorts = True
    CONTEXTS = ("resource", "span")
    steps = Count.steps

    def settings(self):
        c = {"table": [self.route() for _ in self.times(1, 4)]}
        if self.maybe(0.8):
            c["default_pipelines"] = self.pipelines()
        if self.maybe():
            c["error_mode"] = self.pick(["propagate", "ignore", "silent"])
        return c

    def pipelines(self):
        return [f"{self.signal}/{x}" for x in self.some("abcd", 1, 2)]

    def route(self):
        context = self.pick(self.CONTEXTS)
        condition = self.pick(CONDITIONS[context])
        r = {"pipelines": self.pipelines()}
        if self.maybe(0.7):
            r["context"] = context
        if self.maybe() or "context" not in r:
            condition = within(context, condition)
        r.update({"condition": condition} if self.maybe() else {"statement": f"route() where {condition}"})
        if self.maybe(0.3):
            r["action"] = self.pick(["move", "copy"])
        return r


class RoutingMetrics(Metrics):
    name, key = "routing", "routing_metrics"
    sorts, untyped = True, 0.0
    CONTEXTS = ("resource", "metric", "datapoint")
    settings, pipelines, route, steps = Routing.settings, Routing.pipelines, Routing.route, CountMetrics.steps

    def metric(self):
        m = super().metric()
        m.pop("metadata", None)  # the reference loses it of what it takes apart
        return m


class RoutingLogs(LogDedup):
    name, key = "routing", "routing_logs"
    sorts = True
    CONTEXTS = ("resource", "log")
    settings, pipelines, route = Routing.settings, Routing.pipelines, Routing.route


class Spanmetrics(Traces):
    name = "spanmetrics"
    connects = True
    forgets = True
    rounds = True
    end = False  # the reference loses what it has not handed on
    own = ("collector.instance.id",)

    def steps(self):
        out = []
        for _ in self.times(4, 12):
            spans = [self.span() for _ in self.times(0, 8)]
            for s in spans:
                if self.maybe(0.15):
                    s["traceState"] = self.pick(["ot=th:8", "ot=th:c", "ot=th:0", "ot=th:fd70a4", "ot=th:8;rv:abcdefabcdefab", "a=b,ot=th:c", "ot=p:8", "ot=th:zz", "ot=", "k=v"])
            out.append(self.traces(spans))
            if self.maybe(0.7):
                out.append(self.wait(self.pick([0.5, 1, 2, 6])))
        return [*out, self.wait(3), self.wait(70)]

    def span(self, trace=None):
        s = super().span(trace)
        start, end = int(s["startTimeUnixNano"]), int(s["endTimeUnixNano"])
        if self.maybe():
            s["endTimeUnixNano"] = str(start + self.pick([1, 1500, 1_000_000, 2_000_000, 3_333_333, 10_000_000, 123_456_789, 20_000_000_000, -5]))
        elif self.maybe(0.05):
            s["endTimeUnixNano"] = "0"
        if s.get("traceState"):
            s.pop("traceState")
        return s

    DIMENSIONS = ["http.status_code", "http.url", "error", "tenant", "zone", "missing", "n", "service.name", "span.name"]

    def dimensions(self):
        out = []
        for n in self.some(self.DIMENSIONS[:7] if self.maybe(0.95) else self.DIMENSIONS, 0, 3):
            out.append({"name": n, **({"default": self.pick(["none", ""])} if self.maybe(0.3) else {})})
        if self.maybe(0.15):
            out.append({"glob": self.pick(["http.*", "ten*", "z*", "{error,zone}", "n"])})
        return out

    def settings(self):
        c = {"metrics_flush_interval": self.pick(["1s", "2s", "5s", "15s"])} if self.maybe(0.9) else {}
        for k in ("dimensions", "calls_dimensions"):
            if self.maybe(0.5 if k == "dimensions" else 0.2):
                c[k] = self.dimensions()
        if self.maybe(0.2):
            c["exclude_dimensions"] = self.some(["status.code", "span.name", "span.kind", "service.name", "otel.status_code", "tenant"], 1, 3)
        if self.maybe(0.4):
            c["aggregation_temporality"] = self.pick(["AGGREGATION_TEMPORALITY_CUMULATIVE", "AGGREGATION_TEMPORALITY_DELTA", "delta", "", "AGGREGATION_TEMPORALITY_UNSPECIFIED"])
        if self.maybe(0.2):
            c["resource_metrics_key_attributes"] = self.some(["service.name", "zone", "tenant"], 1)
        if self.maybe(0.2):
            c["aggregation_cardinality_limit"] = self.pick([1, 2, 3, 10])
        if self.maybe(0.7):
            h = c["histogram"] = {}
            if self.maybe(0.15):
                h["disable"] = True
            if self.maybe():
                h["unit"] = self.pick(["ms", "s"])
            kind = self.pick(["explicit", "exponential", None])
            if kind == "explicit":
                h[kind] = {"buckets": self.pick([["1ms", "10ms", "1s"], ["100us", "2ms", "3333333ns", "20s"], ["50ms"]])} if self.maybe(0.8) else {}
            elif kind:
                h[kind] = {"max_size": self.pick([2, 4, 20, 160])} if self.maybe(0.8) else {}
            if self.maybe(0.2):
                h["dimensions"] = self.dimensions()
        if self.maybe(0.2):
            c["metrics_expiration"] = self.pick(["0s", "1s", "3s", "10s"])
        if self.maybe(0.2):
            c["series_expiration"] = self.pick(["1s", "3s", "10s"])
        if self.maybe(0.2):
            c["namespace"] = self.pick(["", "own", "traces.span.metrics", "a.b"])
        if self.maybe(0.3):
            c["exemplars"] = {"enabled": self.maybe(0.8), **({"max_per_data_point": self.pick([0, 1, 2, 5])} if self.maybe() else {})}
        if self.maybe(0.3):
            c["events"] = {"enabled": self.maybe(0.9), "dimensions": self.dimensions() or [{"name": "n"}]}
        if self.maybe(0.1):
            c["enable_metrics_sampling_method"] = True
        if self.maybe(0.2):
            c["include_instrumentation_scope"] = self.some(["lib", "other", ""], 1)
        if self.maybe(0.1):
            c["add_resource_attributes"] = True
        if self.maybe(0.05):
            c["dimensions_cache_size"] = 5
        return c


MAKERS = {getattr(m, "key", m.name): m for m in (Count, CountMetrics, CountLogs, Routing, RoutingMetrics, RoutingLogs, Metricsgeneration, Deltatorate, Cumulativetodelta, Groupbytrace, TailSampling, Interval, LogDedup, Spanmetrics)}
