# SPDX-License-Identifier: Apache-2.0
"""Random expositions of Prometheus' formats, scrape after scrape of targets that live on, and random settings of the jobs that scrape them.

A target has families with series that grow, start anew, go and come back. What it says is text, OpenMetrics or protobuf, and now and then none of these.
"""
import struct

from receivers import Maker, message, varint, varint_field

TYPES = ["counter", "counter", "gauge", "gauge", "histogram", "histogram", "summary", "untyped", "unknown", "info", "stateset", "gaugehistogram"]
NAMES = {"counter": ["requests_total", "errors_total", "bytes_seconds_total", "hits"], "gauge": ["temp", "queue_size", "mem_bytes", "temp_ratio", "x:y", "process_start_time_seconds"],
         "histogram": ["lat", "lat_seconds", "size_bytes"], "summary": ["rpc", "rpc_seconds"], "untyped": ["any", "some_count", "any_total"], "unknown": ["who", "who_sum"],
         "info": ["build_info", "target_info", "version_info"], "stateset": ["state"], "gaugehistogram": ["sizes"]}
ODD_NAMES = ["na.me", "é", "a b", "lat_bucket", "lat_count", "rpc_sum", "requests", "requests_created", "temp_total", "otel_scope_info", "_", "a\\b", "total", "_total"]
NUMBERS = ["0", "1", "-1", "1.5", "3", "1e6", "0.1", "1e-9", "123456789", "NaN", "+Inf", "-Inf"]
ODD_NUMBERS = ["Inf", "nan", "inf", "0x10", "0x1p-2", "1_000", ".5", "5.", "1e400", "-1e400", "-0", "+1", "1e", "", "--1", "1,5", "infinity", "00", "1e+3", "9007199254740993", "18446744073709551615"]
STALE = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]


def escaped(t):
    return t.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def legacy(t):
    return t != "" and all(c.isascii() and (c.isalnum() or c in "_:") for c in t) and not t[0].isdigit()


def real(number, x):
    return varint(number << 3 | 1) + struct.pack("<d", float(x))


def signed(number, n):
    return varint_field(number, n << 1 ^ n >> 63)


def text(number, t):
    return message(number, t.encode())


class Series:
    def __init__(self, labels):
        self.labels, self.value, self.counts, self.sum, self.there, self.created = labels, 0.0, [0] * 4, 0.0, True, None


class Family:
    def __init__(self, name, kind, help, unit, said):
        self.name, self.kind, self.help, self.unit, self.said, self.series, self.native, self.bounds = name, kind, help, unit, said, [], None, []


class Target(Maker):
    """What one target says, a scrape at a time."""

    def __init__(self, rng, now, settings):
        super().__init__(rng)
        self.now = now  # milliseconds
        # When it converts, the reference has an exemplar without a time take over that of an earlier histogram's.
        self.stamped = settings.get("convert_classic_histograms_to_nhcb")
        self.mute = False  # no exemplars
        self.format = self.pick("text", "text", "text", "openmetrics", "openmetrics", "openmetrics", "protobuf", "protobuf")
        self.careful = self.some(0.6)  # says nothing odd
        self.times, self.exemplars, self.creates = self.pick(0, 0, 0.1, 0.6), self.pick(0, 0.2, 0.6), self.some(0.4)
        self.families = []
        for _ in range(self.r.randint(1, 6)):
            self.families.append(self.family())

    def unsteady(self, settings):
        """Of names that only their suffixes tell apart the reference keeps one, and which one, where markers say that series are gone, is luck."""
        return not self.careful or any(f.kind == "gaugehistogram" for f in self.families) or any("__name__" in (s.get("target_label"), *s.get("source_labels", ())) for s in settings.get("metric_relabel_configs", ()))

    def odd(self, p=0.1):
        return not self.careful and self.some(p)

    def family(self):
        kind = self.pick(*TYPES)
        name = self.pick(*NAMES[kind])
        if self.odd():
            name = self.pick(*ODD_NAMES)
        if self.format == "openmetrics" and kind in ("counter", "info"):
            name = name.removesuffix("_total").removesuffix("_info")
        f = Family(name, kind, self.pick(None, "What it is.", "two\nlines", 'a "quoted" \\ one', "é", ""), self.unit(name), kind)
        if self.odd(0.15) and all(name not in x.name and x.name not in name for x in self.families):
            f.said = self.pick(None, "foo", "Counter", "gauge", "histogram", "summary", "unknown", "untyped")
        f.bounds = self.pick(["0.1", "1", "+Inf"], ["1", "2.5", "10", "+Inf"], ["+Inf"], ["-1", "0", "1e3", "+Inf"], ["0.005", "1"] if self.odd() else ["1.0", "+Inf"])
        for _ in range(self.r.choice([0, 1, 1, 1, 2, 3])):
            f.series.append(Series(self.labels(kind)))
            f.series[-1].created = self.now / 1000 - self.pick(60, 3600.5, 1.25)
        if kind in ("histogram", "gaugehistogram") and self.some(0.6):
            f.native = {"schema": self.r.randint(-4, 8), "float": self.some(0.2), "classic": self.some(0.5), "both": self.some(0.6)}
        return f

    def unit(self, name):
        for u in ("seconds", "bytes", "ratio"):
            if name.removesuffix("_total").endswith("_" + u) and self.some(0.7):
                return u
        return self.pick(None, "seconds", "") if self.odd() else None

    def labels(self, kind):
        names = ["code", "method", "path", "zone"]
        if self.some(0.1):
            names += ["otel_scope_name", "otel_scope_version", "otel_scope_schema_url", "otel_scope_extra"]
        if self.some(0.1):
            names += ["job", "instance", "exported_job", "exported_exported_job"]
        if self.odd():
            names += ["le", "quantile", "na.me", "é", "__x", "A", "_b", "job"]
        out = {}
        for n in self.r.sample(names, self.r.randint(0, min(4, len(names)))):
            out[n] = self.pick("200", "GET", "a", "b", "", "é", 'q"q', "back\\slash", "line\nbreak", "/x/y") if self.some(0.3) else self.pick("200", "404", "GET", "a")
            if n in ("job", "instance"):
                out[n] = self.pick("own", "other:80")
        if kind == "stateset" and not self.odd():
            out["state"] = self.pick("on", "off")
        return out

    def number(self):
        return self.pick(*ODD_NUMBERS) if self.odd(0.04) else self.pick(*NUMBERS)

    def live(self):
        """Until the next scrape."""
        for f in self.families:
            for s in f.series:
                if self.some(0.08):
                    s.there = not s.there
                if self.some(0.05):
                    s.value, s.counts, s.sum, s.created = 0.0, [0] * 4, 0.0, self.now / 1000
                s.value += self.pick(0, 1, 2.5, 100)
                s.counts = [c + self.pick(0, 1, 3) for c in s.counts]
                s.sum += self.pick(0, 0.5, 7, -1 if f.kind == "gaugehistogram" else 1)
        if self.some(0.05):
            self.families.append(self.family())
        if not self.unsteady({}) and self.some(0.1):  # a series that the reference knows keeps the bounds of buckets as they were written under another family's type
            self.r.shuffle(self.families)
        self.now += 1000

    def time(self):
        """Of a sample, in milliseconds; none mostly."""
        return self.now - self.pick(377, 377, 1377, 5377, 61_001, 123) if self.some(self.times) else None

    # ---- text and OpenMetrics

    def said_labels(self, labels):
        parts = []
        for n, v in labels.items():
            name = n if legacy(n) and ":" not in n else '"' + escaped(n) + '"'
            parts.append(name + self.pick("=", "=", "=", " = " if self.odd() else "=") + '"' + escaped(v) + '"')
        return parts

    def line(self, name, labels, value, time=None, exemplar=None):
        parts = self.said_labels(labels)
        if not legacy(name) or self.odd(0.02):
            head = "{" + ",".join(['"' + escaped(name) + '"', *parts]) + "}"
        else:
            head = name + ("{" + self.pick(",", ",", ", " if self.odd() else ",").join(parts) + self.pick("", "", "," if self.format == "text" or self.odd() else "") + "}" if parts or self.some(0.1) else "")
        if time is not None:
            value += f" {time}" if self.format == "text" else " " + self.pick(f"{time / 1000:.3f}", str(time // 1000))
        return head + " " + value + (exemplar or "")

    def exemplar(self):
        if self.format != "openmetrics" or not self.some(self.exemplars):
            return None
        labels = self.pick({}, {"trace_id": self.hex(32), "span_id": self.hex(16)}, {"trace_id": self.hex(16)}, {"trace_id": "xyz", "k": "v"}, {"Trace_ID": self.hex(32), "span_id": self.hex(4)}, {"k": "é"}, {"span_id": "abc", "trace_id": ""})
        return " # {" + ",".join(self.said_labels(labels)) + "} " + self.pick("1", "0.5", "NaN" if self.odd() else "2") + self.pick(*([] if self.stamped else ["", ""]), f" {self.now / 1000 - 1:.3f}")

    def as_text(self):
        om, lines = self.format == "openmetrics", []
        for f in self.families:
            name = '"' + escaped(f.name) + '"' if not legacy(f.name) else f.name
            heads = []
            if f.said is not None and f.said not in (() if om or self.odd() else ("info", "stateset", "gaugehistogram", "unknown")):
                heads.append(f"# TYPE {name} {'unknown' if om and f.said == 'untyped' and not self.odd() else f.said}")
            if f.help is not None:
                heads.append(f"# HELP {name} " + (escaped(f.help) if om else f.help.replace("\\", "\\\\").replace("\n", "\\n")))
            if om and f.unit is not None:
                heads.append(f"# UNIT {name} {f.unit}")
            self.r.shuffle(heads)
            if heads and self.odd(0.05):
                heads.insert(0, self.pick("# a comment", "#", "", "# TYPE", heads[0], "# EOF", "  ", "# HELP"))
            lines += heads
            for s in f.series:
                if s.there:
                    lines += self.samples(f, s, om)
        if om and not self.odd(0.05):
            lines.append("# EOF")
        out = "\n".join(lines) + ("\n" if lines and not self.odd(0.05) else "")
        if self.odd(0.08) and out:
            at = self.r.randrange(len(out))
            out = self.pick(out[:at], out[:at] + self.pick("{", "}", '"', "\\", " ", ",", "#", "\r", "\t", "é", "=", "1") + out[at:], out[:at] + out[at + 1:], out.replace("\n", "\r\n"), out + "x", out + "\n\n", "\n" + out)
        return out

    def samples(self, f, s, om):
        n, t = f.name, self.time()
        g = lambda x: f"{x:g}" if self.some(0.7) else repr(float(x))
        if f.kind == "counter":
            total = n + "_total" if om and not self.odd(0.05) else n
            out = [self.line(total, s.labels, g(s.value) if self.some(0.9) else self.number(), t, self.exemplar())]
            if self.creates and (om or self.odd()):
                out.append(self.line(n.removesuffix("_total") + "_created", s.labels, f"{s.created:.3f}", t))
            return out
        if f.kind in ("histogram", "gaugehistogram"):
            out, counts, total = [], s.counts, 0
            for b, c in zip(f.bounds, counts):
                total += c
                if not self.odd(0.03):
                    out.append(self.line(n + "_bucket", {**s.labels, "le": b if not self.odd(0.03) else self.pick("", "x", "+inf", "Inf", "1e0", "01")}, g(total), t if not self.odd(0.03) else self.time(), self.exemplar()))
            tail = [(n + ("_gsum" if om and f.kind == "gaugehistogram" else "_sum"), g(s.sum)), (n + ("_gcount" if om and f.kind == "gaugehistogram" else "_count"), g(total if not self.odd(0.03) else total + 1.5))]
            if self.some(0.3):
                tail.reverse()
            for name, v in tail:
                if not self.odd(0.05):
                    out.append(self.line(name, s.labels, v, t))
            if self.creates and (om or self.odd()):
                out.append(self.line(n + "_created", s.labels, f"{s.created:.3f}", t))
            if self.odd(0.1):
                self.r.shuffle(out)
            return out
        if f.kind == "summary":
            out = [self.line(n, {**s.labels, "quantile": q}, self.number() if self.some(0.2) else g(s.value), t) for q in self.pick(["0.5", "0.99"], ["0.5"], [], ["0", "1"])]
            if self.odd(0.05):
                out.append(self.line(n, {**s.labels, "quantile": self.pick("x", "")}, "1", t))
            for name, v in ((n + "_sum", g(s.sum)), (n + "_count", g(sum(s.counts)))):
                if not self.odd(0.05):
                    out.append(self.line(name, s.labels, v, t))
            if self.creates and om:
                out.append(self.line(n + "_created", s.labels, f"{s.created:.3f}", t))
            return out
        if f.kind == "info" and om:
            return [self.line(n + "_info", s.labels, "1", t)]
        if f.kind in ("info", "stateset"):
            return [self.line(n, s.labels if f.kind == "info" or not om else {**s.labels, n: s.labels.get("state", "x")}, self.pick("0", "1"), t)]
        return [self.line(n, s.labels, self.number() if self.some(0.4) else g(s.value), t, self.exemplar() if self.odd() else None)]

    # ---- protobuf

    def stamp(self, number, seconds):
        return message(number, varint_field(1, int(seconds)) + varint_field(2, int(seconds % 1 * 1000) * 1_000_000))

    def proto_labels(self, labels):
        return b"".join(message(1, text(1, n) + text(2, v)) for n, v in labels.items())

    def proto_exemplar(self, number):
        if self.mute or not self.some(self.exemplars):
            return b""
        labels = self.pick({}, {"trace_id": self.hex(32), "span_id": self.hex(16)}, {"k": "v"})
        return message(number, self.proto_labels(labels) + real(2, self.pick(1, 0.5)) + (self.stamp(3, self.now / 1000 - self.pick(1, 2)) if self.some(0.8) else b""))

    def created(self, number, s):
        return self.stamp(number, s.created) if self.creates else b""

    def histogram(self, f, s):
        native, out, total = f.native or {"classic": True, "float": False}, b"", 0
        for b, c in zip(f.bounds, s.counts):
            total += c
        both = native.get("both")
        if native["classic"] or both:
            running = 0
            for b, c in zip(f.bounds, s.counts):
                running += c
                if b != "+Inf" or self.some(0.5):
                    out += message(3, (real(4, running) if native["float"] else varint_field(1, running)) + real(2, float(b)) + self.proto_exemplar(3))
        if not native["classic"] or both:
            spans, deltas, counts, last = b"", b"", b"", 0
            for i, c in enumerate(s.counts):
                if i in (0, 2):
                    spans += message(12, signed(1, self.r.randint(-5, 5) if i == 0 else self.r.randint(0, 4)) + varint_field(2, 2))
                deltas, counts, last = deltas + signed(13, c - last), counts + real(14, c), c
            total = sum(s.counts)
            negative = b""
            if self.some(0.3):
                n = self.r.randint(1, 5)
                negative = message(9, signed(1, self.r.randint(-3, 3)) + varint_field(2, 1)) + (real(11, n) if native["float"] else signed(10, n))
                total += n
            zero = self.pick(0, 0, 2)
            total += zero
            out += signed(5, native["schema"] if not self.odd(0.05) else self.pick(9, -5, -53, 52)) + real(6, self.pick(0.0, 2.938735877055719e-39, 0.5)) + (real(8, zero) if native["float"] else varint_field(7, zero)) + spans + (counts if native["float"] else deltas) + negative
            if self.some(0.3):
                out += self.proto_exemplar(16)
            if self.odd(0.1):
                total += self.pick(1, -1, 5)
        sum_of = STALE if self.odd(0.05) else s.sum
        return (real(4, total) if native["float"] else varint_field(1, max(0, total))) + real(2, sum_of) + out + self.created(15, s)

    def as_protobuf(self):
        out = b""
        for f in self.families:
            number = {"counter": 0, "gauge": 1, "summary": 2, "histogram": 4, "gaugehistogram": 5}.get(f.kind, 3)
            m = text(1, f.name) + (text(2, f.help) if f.help is not None else b"") + varint_field(3, number) + (text(5, f.unit) if f.unit else b"")
            self.mute = False
            for s in f.series:
                if not s.there:
                    continue
                x, t = self.proto_labels(s.labels), self.time()
                value = STALE if self.odd(0.03) else self.pick(s.value, s.value, float("nan"), float("inf")) if self.some(0.2) else s.value
                if f.kind == "counter":
                    x += message(3, real(1, value) + self.proto_exemplar(2) + self.created(3, s))
                elif f.kind == "gauge":
                    x += message(2, real(1, value))
                elif f.kind == "summary":
                    x += message(4, varint_field(1, sum(s.counts)) + real(2, s.sum) + b"".join(message(3, real(1, q) + real(2, value)) for q in self.pick([0.5, 0.99], [0.5], [])) + self.created(4, s))
                elif f.kind in ("histogram", "gaugehistogram"):
                    x += message(7, self.histogram(f, s))
                    self.mute = f.native is not None  # the reference finds exemplars of the first native histogram of a family only
                else:
                    x += message(5, real(1, value))
                m += message(4, x + (varint_field(6, t) if t is not None else b""))
            out += varint(len(m)) + m
        if self.odd(0.08):
            out = out[:self.r.randint(0, len(out))]
        return out

    def answer(self):
        """{"status", "headers", "body"}; without a status the connection ends early."""
        self.live()
        if self.some(0.04):
            return {"status": 0} if self.some(0.5) else {"status": self.pick(500, 404, 302), "headers": {"Content-Type": "text/plain"}, "body": b"no"}
        kind = {"text": self.pick("text/plain; version=0.0.4; charset=utf-8", "text/plain; version=0.0.4", "text/plain; version=1.0.0; escaping=allow-utf-8", "text/plain"),
                "openmetrics": self.pick("application/openmetrics-text; version=1.0.0; charset=utf-8", "application/openmetrics-text; version=0.0.1", "application/openmetrics-text"),
                "protobuf": "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"}[self.format]
        if self.odd(0.06):
            kind = self.pick("text/html", "application/json", "x", "text/plain; version", "application/vnd.google.protobuf", "text/plain;")
        return {"status": 200, "headers": {"Content-Type": kind}, "body": self.as_protobuf() if self.format == "protobuf" else self.as_text().encode()}


class Job(Maker):
    def settings(self):
        s = {}
        for k in ("honor_labels", "track_timestamps_staleness", "scrape_native_histograms", "always_scrape_classic_histograms", "convert_classic_histograms_to_nhcb", "extra_scrape_metrics"):
            if self.some(0.25 if k != "scrape_native_histograms" else 0.6):
                s[k] = self.some(0.8)
        if self.some(0.2):
            s["honor_timestamps"] = self.some(0.3)
        for k, values in (("sample_limit", (1, 5, 20)), ("label_limit", (4, 5)), ("label_name_length_limit", (8, 12)), ("label_value_length_limit", (16, 30)), ("native_histogram_bucket_limit", (2, 3, 5))):
            if self.some(0.06):
                s[k] = self.pick(*values)
        if self.some(0.1):
            s["native_histogram_min_bucket_factor"] = self.pick(1.1, 2, 4, 0.5)
        if self.some(0.1):
            s["body_size_limit"] = self.pick("200B", "1KB", "10MB")
        if self.some(0.2):
            s["fallback_scrape_protocol"] = self.pick("PrometheusText0.0.4", "OpenMetricsText1.0.0", "PrometheusProto", "PrometheusText1.0.0", "OpenMetricsText0.0.1")
        if self.some(0.15):
            s["metric_name_validation_scheme"] = self.pick("legacy", "utf8")
            if self.some(0.5):
                s["metric_name_escaping_scheme"] = self.pick("underscores", "dots", "values")
        if self.some(0.2):
            s["relabel_configs"] = [self.step(["env", "__param_a", "zone", "__address__"], ["env", "zone", "made", "instance"], "/metrics") for _ in range(self.r.randint(1, 2))]
        if self.some(0.4):
            s["metric_relabel_configs"] = [self.step(["__name__", "code", "method", "path", "zone", "job", "le", "state"], ["code", "made", "__name__", "zone", "method", "__tmp"], None) for _ in range(self.r.randint(1, 3))]
        return s

    def step(self, sources, targets, keep):
        action = self.pick("replace", "replace", "replace", "drop" if not keep else "replace", "keep" if not keep else "replace", "labelmap", "labeldrop", "hashmod", "lowercase", "uppercase", "labelkeep" if not keep else "labeldrop", "keepequal" if not keep else "replace", "dropequal" if not keep else "replace")
        out = {"action": action}
        if action not in ("labelmap", "labeldrop", "labelkeep"):
            out["source_labels"] = self.r.sample(sources, self.r.randint(1, 2))
        if action in ("replace", "hashmod", "lowercase", "uppercase", "keepequal", "dropequal"):
            out["target_label"] = self.pick(*targets)
        if action == "hashmod":
            out["modulus"] = self.pick(2, 7, 1000)
        if action in ("replace", "keep", "drop", "hashmod") and self.some(0.3):
            out["separator"] = self.pick("-", "", ";;")
        if action in ("replace", "keep", "drop") and self.some(0.8):
            out["regex"] = self.pick("(.*)", "2..", "(.+);(.*)", "temp.*|lat.*", "requests_total.*", "(a|b)", "", ".*_seconds.*", "[A-Z]+", "GET;200|200")
        if action == "replace" and self.some(0.6):
            out["replacement"] = self.pick("$1", "x", "", "${1}_y", "a$2", "é", "$1-$2")
        if action == "labelmap":
            out.update(regex=self.pick("co(.*)", "(code|zone)", "z(one)", "env"), replacement=self.pick("m_$1", "$1", "fix"))
        if action == "labeldrop":
            out["regex"] = self.pick("code", "c.*", "zone|path", "le")
        if action == "labelkeep":
            out["regex"] = self.pick("__name__|job|instance|code|le|quantile", ".*")
        return out
