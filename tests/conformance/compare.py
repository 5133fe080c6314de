#!/usr/bin/env python3
"""Holds a whittle build against recorded vectors, by `whittle replay` and `whittle check`.

usage: compare.py WHITTLE VECTORS_DIR [--show N] [--only SUBSTRING] [--skip REGEXP]

VECTORS_DIR has exporters/, processors/, components/ and verdicts.json, any of them. Prints the name of each case that differs
(with both sides for the first N), then 'N of M match'; exits 0 when all do.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

PASSED_ON = ("WHITTLE", "INTERPRET", "LEVEL")  # to scripts that stand for whittle
ENV = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
ORDERED = {"values", "bucketCounts", "explicitBounds", "quantileValues", "Values", "Counts", "stack", "exceptions"}
HEX_ID = re.compile(r"[0-9a-f]{16}")


# ---- what carries no meaning ------------------------------------------------------------------------------------

def norm_emf(message):
    """An EMF document (text) as a value, its dimension sets and metrics sorted."""
    doc = json.loads(message)
    for home in (doc.get("_aws", {}), doc):
        for measurement in home.get("CloudWatchMetrics", []):
            sets = [sorted(d) for d in measurement.get("Dimensions") or []]
            measurement["Dimensions"] = sorted(sets, key=lambda d: (len(d), d))
            measurement["Metrics"].sort(key=lambda m: m["Name"])
        home.get("CloudWatchMetrics", []).sort(key=lambda m: json.dumps(m, sort_keys=True))
    return doc


def strip(name):
    """A log stream or group name without the exporter's random part."""
    return re.sub(r"otel-stream-[0-9a-f-]{36}", "otel-stream-UUID", name or "")


def rename_ids(docs, known):
    """Segment documents with the ids that were drawn at random renamed ID1, ID2, ... in order of appearance."""
    seen = {}

    def fix(v):
        return v if v in known or not HEX_ID.fullmatch(v) else seen.setdefault(v, f"ID{len(seen) + 1}")

    def walk(x):
        if isinstance(x, dict):
            return {k: fix(v) if k in ("id", "cause", "parent_id") and isinstance(v, str) else walk(v) for k, v in x.items()}
        if isinstance(x, list):
            return [fix(v) if isinstance(v, str) and HEX_ID.fullmatch(v) else walk(v) for v in x]
        return x

    return walk(docs)


def canon(x, key=""):
    """A value with defaults dropped, numbers comparable and unordered lists sorted."""
    if isinstance(x, dict):
        if key == "kvlistValue" and set(x) == {"values"}:  # a map, not a list
            return {"values": canon(x["values"])}
        d = {k: v if k == "stringValue" else canon(v, k) for k, v in x.items()}
        empty = ("", [], {}, None, 0.0, False, ("n", 0))
        return {k: v for k, v in d.items() if v not in empty or k.endswith("Value") or k in ("asInt", "asDouble")}
    if isinstance(x, list):
        items = [canon(v) for v in x]
        return items if key in ORDERED else sorted(items, key=lambda v: json.dumps(v, sort_keys=True, default=str))
    if isinstance(x, bool) or x is None:
        return x
    if isinstance(x, (int, float)):
        return float(x) if abs(x) < 2**53 else x
    if isinstance(x, str) and re.fullmatch(r"-?\d{1,20}", x):
        return ("n", int(x))
    return x


def calls_by_destination(calls):
    """How many requests documents are spread over is the exporter's business; where they go is not."""
    merged = {}
    for c in calls:
        if "PutTraceSegments" in c:
            merged.setdefault("segments", []).extend(c["PutTraceSegments"])
        else:
            p = c["PutLogEvents"]
            merged.setdefault(p["logGroupName"] + " " + p["logStreamName"], []).extend(p["logEvents"])
    return canon(merged)


def groups_of(requests):
    merged = {}
    for r in requests:
        for k, groups in r.items():
            merged.setdefault(k, []).extend(groups)
    return canon(merged)


# ---- running whittle --------------------------------------------------------------------------------------------

class Run:
    def __init__(self, whittle, show):
        self.whittle, self.show = whittle, show
        self.total = self.good = self.shown = 0
        self.tmp = tempfile.mkdtemp()

    def write(self, text):
        path = os.path.join(self.tmp, "config.yaml")
        with open(path, "w") as f:
            f.write(text)
        return path

    def replay(self, pipeline, now, requests):
        """The calls a config makes for OTLP/JSON requests, or {'failed': exit code}."""
        (signal, parts), = pipeline["service"]["pipelines"].items()
        pipeline["receivers"] = {"otlp": {"protocols": {"http": {}}}}
        parts["receivers"] = ["otlp"]
        lines = "".join(json.dumps({"signal": signal, "body": b}) + "\n" for b in requests)
        r = subprocess.run([self.whittle, "replay", self.write(json.dumps(pipeline)), "--clock", str(now)], input=lines,
                           capture_output=True, text=True, errors="replace", timeout=120, env={"PATH": os.environ["PATH"], **{k: os.environ[k] for k in PASSED_ON if k in os.environ}, **ENV})
        if r.returncode:
            return {"failed": r.returncode, "stderr": r.stderr[-20000:]}
        return [json.loads(line) for line in r.stdout.splitlines() if line.strip()]

    def result(self, name, want, got):
        self.total += 1
        if want == got:
            self.good += 1
            return
        print("differs", name)
        if self.shown < self.show:
            self.shown += 1
            print("  want", json.dumps(want, default=str)[:1500])
            print("  got ", json.dumps(got, default=str)[:1500])

    def exporter(self, name, path):
        case = json.load(open(path))
        (kind, settings), = case["exporter"].items()
        signal = "traces" if kind == "awsxray" else "metrics"
        out = self.replay({"exporters": {kind: settings}, "service": {"pipelines": {signal: {"exporters": [kind]}}}},
                          case["now"], case["requests"])
        want = []
        for c in case["calls"]:  # a refused first try and its repetition count once
            if "PutTraceSegments" in c or ("PutLogEvents" in c and c not in want):
                want.append(c)
        if isinstance(out, dict):
            return self.result(name, want, out)
        known = set(re.findall(r"\b[0-9a-f]{16}\b", json.dumps(case["requests"])))
        got = []
        for o in out:
            body = o.get("body")
            if o.get("call") == "PutTraceSegments":
                got.append({"PutTraceSegments": rename_ids([json.loads(d) for d in body["TraceSegmentDocuments"]], known)})
            elif o.get("call") == "PutLogEvents":
                events = [{"timestamp": e["timestamp"], "message": norm_emf(e["message"])} for e in body["logEvents"]]
                got.append({"PutLogEvents": {"logGroupName": strip(body["logGroupName"]),
                                             "logStreamName": strip(body["logStreamName"]), "logEvents": events}})
        self.result(name, calls_by_destination(want), calls_by_destination(got))

    def processor(self, name, path):
        case = json.load(open(path))
        requests = case.get("requests") or json.load(open(os.path.join(os.path.dirname(path), case["requests_file"])))
        ids, settings = [], {}
        for i, processor in enumerate(case["processors"]):
            (kind, value), = processor.items()
            ids.append(f"{kind}/{i}")
            settings[f"{kind}/{i}"] = value
        out = self.replay({"processors": settings, "exporters": {"otlphttp": {"endpoint": "http://127.0.0.1:1", "encoding": "json"}},
                           "service": {"pipelines": {case["signal"]: {"processors": ids, "exporters": ["otlphttp"]}}}},
                          case["now"], requests)
        failed = isinstance(out, dict)
        if "rejected" in case:
            return self.result(name, "refused", "refused" if failed and out["failed"] == 1 else out)
        self.result(name, groups_of(case["output"]), out if failed else groups_of([o["body"] for o in out if o.get("body")]))

    def component(self, name, path):
        import compare_components
        case = json.load(open(path))
        lines = "".join(json.dumps(line) + "\n" for line in case["input"])
        r = subprocess.run([self.whittle, "replay", self.write(json.dumps(case["config"])), "--clock", str(case["now"])], input=lines,
                           capture_output=True, text=True, errors="replace", timeout=120,
                           env={"PATH": os.environ["PATH"], **{k: os.environ[k] for k in PASSED_ON if k in os.environ}, **ENV})
        out = {"failed": r.returncode, "stderr": r.stderr[-4000:]} if r.returncode else [json.loads(line) for line in r.stdout.splitlines() if line.strip()]
        self.result(name, compare_components.wanted(case), compare_components.given(case, out))

    def verdict(self, case):
        r = subprocess.run([self.whittle, "check", self.write(case["config"]), "--format", "json"],
                           capture_output=True, text=True, timeout=20, env={"PATH": os.environ["PATH"], "WHITTLE": os.environ.get("WHITTLE", "")})
        said = r.stdout + r.stderr
        if not case["accepted"] or case.get("at_least") == "error":
            ok = r.returncode == 1
        else:
            ok = r.returncode == 0 and (case.get("at_least") != "warning" or '"warning"' in said)
        self.result("verdict/" + case["name"], "as recorded", "as recorded" if ok else {
            "exit": r.returncode, "says": said[:300], "reference accepted": case["accepted"], "at_least": case.get("at_least")})


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("whittle")
    ap.add_argument("dir")
    ap.add_argument("--show", type=int, default=0)
    ap.add_argument("--only", default="")
    ap.add_argument("--skip", default="(?!)")
    a = ap.parse_args()
    run = Run(a.whittle, a.show)

    def wanted(name):
        return a.only in name and "/inputs/" not in name and not re.search(a.skip, name)

    for kind, check in (("exporters", run.exporter), ("processors", run.processor), ("components", run.component)):
        for root, _, files in sorted(os.walk(os.path.join(a.dir, kind))):
            for f in sorted(files):
                path = os.path.join(root, f)
                name = os.path.relpath(path, a.dir)
                if wanted(name) and f != "verdicts.json":
                    check(name, path)
    verdicts = os.path.join(a.dir, "verdicts.json")
    if os.path.exists(verdicts):
        for case in json.load(open(verdicts)):
            if wanted("verdict/" + case["name"]):
                run.verdict(case)
    print(run.good, "of", run.total, "match")
    sys.exit(run.good != run.total)


if __name__ == "__main__":
    main()
