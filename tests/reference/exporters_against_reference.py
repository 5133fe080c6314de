#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds exporters against the reference's own, on random requests from a fixed seed.

usage: exporters_against_reference.py WHITTLE JUDGE [--only NAME] [--count N] [--seed S] [--show N]

JUDGE is the program of main.go, built. A batch is one config, a pipeline for each settings, with the same requests through all of them. What is compared
is what the backend gets, by destination; in what requests, and in what order, is the exporter's business.
"""
import argparse
import collections
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time

import exporters
from against_reference import Judge, by_text, dollars, skip_without

ENV = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1", "TZ": "UTC"}
BATCH, REQUESTS = 25, 3
OWN_STREAM = re.compile(r"otel-stream-[0-9a-f-]{36}")


# ---- what carries no meaning ------------------------------------------------------------------------------------------

def plain(x):
    """Numbers comparable."""
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, list):
        return [plain(v) for v in x]
    return float(x) if isinstance(x, (int, float)) and not isinstance(x, bool) else x


def clocked(ms, now):
    return "CLOCK" if now - 30 <= int(ms) / 1000 <= now + 600 else int(ms)


def emf_events(calls, now):
    out = []
    for c in calls:
        if c["call"] != "PutLogEvents":
            continue
        for e in c["body"]["logEvents"]:
            doc = json.loads(e["message"])
            for home in (doc.get("_aws"), doc):
                if not isinstance(home, dict) or not isinstance(home.get("CloudWatchMetrics"), list):
                    continue
                if isinstance(home.get("Timestamp"), int) or str(home.get("Timestamp", "")).isdigit():
                    home["Timestamp"] = clocked(home["Timestamp"], now)
                for m in home["CloudWatchMetrics"]:
                    m["Dimensions"] = sorted(map(sorted, m["Dimensions"] or []))
                    m["Metrics"].sort(key=lambda x: x["Name"])
                home["CloudWatchMetrics"].sort(key=by_text)
            if str(doc.get("Timestamp", "")).isdigit():
                doc["Timestamp"] = clocked(doc["Timestamp"], now)
            out.append(by_text([OWN_STREAM.sub("otel-stream-UUID", c["body"]["logGroupName"] + " " + c["body"]["logStreamName"]), clocked(e["timestamp"], now), plain(doc)]))
    return out


def log_events(calls, now):
    def message(m):
        try:
            return plain(json.loads(m)) if m.startswith("{") else m
        except ValueError:
            return m

    return [by_text([c["body"]["logGroupName"] + " " + c["body"]["logStreamName"], clocked(e["timestamp"], now), message(e["message"])]) for c in calls if c["call"] == "PutLogEvents" for e in c["body"]["logEvents"]]


def series(calls, now):
    """Remote write: every sample, exemplar and histogram with its labels."""
    out = []
    for c in calls:
        body = c["body"]
        if not isinstance(body, dict):
            out.append(by_text(c))
            continue
        out += [by_text(["metadata", {k: v for k, v in m.items() if v not in ("", "UNKNOWN")}]) for m in body.get("metadata", [])]
        for t in body.get("timeseries", []):
            for kind in ("samples", "exemplars", "histograms"):
                for x in t.get(kind) or []:
                    x = {k: v for k, v in x.items() if v not in (0, None, [], "UNKNOWN", {})}
                    if "timestamp" in x:
                        x["timestamp"] = clocked(x["timestamp"], now)
                    out.append(by_text([kind, sorted(t["labels"].items()) if isinstance(t["labels"], dict) else t["labels"], plain(x)]))
    return out


def documents(known):
    def walk(x, key=""):
        if isinstance(x, dict):
            return {k: walk(v, k) for k, v in x.items()}
        if isinstance(x, list):
            return [walk(v, key) for v in x]
        if isinstance(x, str) and re.fullmatch("[0-9a-f]{16}", x) and x not in known:
            return "RANDOM"
        return plain(x)

    def segments(calls, now):
        return [by_text(walk(json.loads(d))) for c in calls if c["call"] in ("PutTraceSegments", "/TraceSegments") for d in c["body"]["TraceSegmentDocuments"]]

    return segments


# ---- both sides -------------------------------------------------------------------------------------------------------

class Kind:
    """An exporter: how its settings are made, for both sides, and what of its calls counts."""

    def __init__(self, signal, settings, maker, judge, whittle, compared, scraped=False):
        self.signal, self.settings, self.maker, self.judge, self.whittle, self.compared, self.scraped = signal, settings, maker, judge, whittle, compared, scraped


KINDS = {
    "awsemf": Kind("metrics", exporters.emf, exporters.Metrics, {"endpoint": "http://BACKEND"}, {}, lambda known: emf_events),
    "awsxray": Kind("traces", exporters.xray, exporters.Spans, {"endpoint": "http://BACKEND"}, {}, documents),
    "awscloudwatchlogs": Kind("logs", exporters.cloudwatch_logs, exporters.Logs, {"endpoint": "http://BACKEND", "sending_queue": {"enabled": False}, "retry_on_failure": {"enabled": False}}, {}, lambda known: log_events),
    "prometheusremotewrite": Kind("metrics", exporters.remote_write, exporters.SteadyMetrics, {"endpoint": "http://BACKEND/w", "remote_write_queue": {"enabled": False}}, {"endpoint": "http://127.0.0.1:1/w"}, lambda known: series),
    "prometheus": Kind("metrics", exporters.prometheus, exporters.SteadyMetrics, {"endpoint": "LISTEN"}, {}, None, True),
}


def replay(a, name, kind, settings, requests, now, folder):
    config = {"receivers": {"otlp": {"protocols": {"http": {}}}}, "exporters": {}, "service": {"pipelines": {}}}
    for i, s in enumerate(settings):
        own = {"endpoint": f"127.0.0.1:{9000 + i}"} if kind.scraped else {}
        config["exporters"][f"{name}/{i}"] = {**dollars(s), **kind.whittle, **own}
        config["service"]["pipelines"][f"{kind.signal}/{i}"] = {"receivers": ["otlp"], "exporters": [f"{name}/{i}"]}
    path = os.path.join(folder, "config.yaml")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(config, f, ensure_ascii=False)
    lines = ""
    for body in requests:
        lines += json.dumps({"signal": kind.signal, "body": body}) + "\n"
        if kind.scraped:
            lines += "".join(json.dumps({"to": f"{name}/{i}", "http": {"method": "GET", "path": "/metrics"}}) + "\n" for i in range(len(settings)))
    got = subprocess.run([a.whittle, "replay", path, "--clock", str(now)], input=lines, capture_output=True, text=True, errors="replace", timeout=300, env={**os.environ, **ENV})
    if got.returncode:
        sys.exit(f"whittle: {got.returncode} {got.stderr[-3000:]}")
    out = [[] for _ in settings]
    for line in map(json.loads, got.stdout.strip().split("\n")):
        if "exporter" in line:
            out[int(line["exporter"].split("/")[1])].append(line)
        elif "response" in line and kind.scraped:
            out[int(line["to"].split("/")[1])].append(line["response"])
    return out


def exposition(text, now):
    return sorted(line for line in text.split("\n") if line)


def batch(a, name, kind, judge, seed, folder):
    rng = random.Random(f"{name}{seed}")
    now = int(time.time())
    at = now * 1_000_000_000 - 3600_000_000_000
    maker = kind.maker(rng)
    requests = [maker.request(at + i * 60_000_000_000) for i in range(REQUESTS)]
    settings = [kind.settings(rng) for _ in range(a.batch)]
    given = replay(a, name, kind, settings, requests, now, folder)
    compared = kind.compared(set(re.findall("[0-9a-f]{16}", json.dumps(requests)))) if kind.compared else None
    found, items = [], 0
    for i, s in enumerate(settings):
        case = {"exporter": name, "signal": kind.signal, "settings": {**s, **kind.judge}, "requests": requests}
        answer = judge.ask(case)
        if "crashed" in answer:
            continue  # a stack trace or a remote service that the reference cannot read ends it
        if "answers" not in answer:
            found.append((s, [], [f"the reference: {answer}"], []))
            continue
        if any("unsupported value" in x.get("error", "") for x in answer["answers"]):
            continue  # one bucket beyond all numbers costs the reference the request; here it costs the point

        def compare(answers):
            if kind.scraped:
                return [f"{k} {line}" for k, x in enumerate(answers) for line in exposition(x.get("body") or "", now)]
            return compared([c for x in answers for c in x.get("calls") or []], now)

        want = compare(answer["answers"])
        got = compare(given[i]) if kind.scraped else compared(given[i], now)
        items += len(want)
        only = lambda x, y: sorted((collections.Counter(x) - collections.Counter(y)).elements())
        if only(want, got) or only(got, want):
            # What the reference does not do twice the same way (it goes through maps in no order) is left out.
            for _ in range(12):
                again = compare(judge.ask(case).get("answers", []))
                unsteady = set(only(want, again)) | set(only(again, want))
                want, got = [x for x in want if x not in unsteady], [x for x in got if x not in unsteady]
        if only(want, got) or only(got, want):
            found.append((s, [x.get("error") for x in answer["answers"] if x.get("error")], only(want, got), only(got, want)))
    return requests, found, items


def main():
    p = argparse.ArgumentParser()
    p.add_argument("whittle"), p.add_argument("judge"), p.add_argument("--only"), p.add_argument("--count", type=int, default=50)
    p.add_argument("--seed", type=int, default=1), p.add_argument("--show", type=int, default=5), p.add_argument("--batch", type=int, default=BATCH), p.add_argument("--keep")
    a = p.parse_args()
    skip_without(a.judge)
    total = 0
    judge = Judge(a.judge)
    with tempfile.TemporaryDirectory() as folder:
        for name, kind in KINDS.items():
            if a.only and a.only != name:
                continue
            differ = items = 0
            for seed in range(a.seed, a.seed + max(1, a.count // a.batch)):
                requests, found, some = batch(a, name, kind, judge, seed, folder)
                items += some
                for settings, errors, want, got in found:
                    differ += 1
                    if differ <= a.show:
                        print(f"--- {name} seed {seed} {json.dumps(settings)} {errors}\nonly the reference\n  " + "\n  ".join(x[:1500] for x in sorted(want, key=len)[:3]) + "\nonly whittle\n  " + "\n  ".join(x[:1500] for x in sorted(got, key=len)[:3]))
                        if a.keep:
                            with open(a.keep, "a", encoding="utf-8") as f:
                                f.write(json.dumps({"exporter": name, "settings": settings, "requests": requests, "want": want, "got": got}) + "\n")
            print(f"{name}: {differ} of {max(1, a.count // a.batch) * a.batch} differ, {items} documents, series and lines compared")
            total += differ
    judge.close()
    sys.exit(total > 0)


if __name__ == "__main__":
    main()
