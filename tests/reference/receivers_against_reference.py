#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds receivers against the reference's own, on random requests from a fixed seed.

usage: receivers_against_reference.py WHITTLE JUDGE [--only NAME] [--count N] [--seed S] [--show N]

JUDGE is the program of main.go, built. Compared are each request's answer and what comes out of it. What the reference takes from its clock counts
as whittle's clock.
"""
import argparse
import base64
import collections
import concurrent.futures
import itertools
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time

import expositions
import receivers
from against_reference import by_text, canon, dollars, skip_without

CLOCK = 1_700_000_100
# By receiver: its settings for each side, and where the judge finds each way in.
SETTINGS = {"awsxray": ({"endpoint": "ADDR2", "proxy_server": {"endpoint": "ADDR1", "region": "us-east-1"}}, None),
            "zipkin": ({"endpoint": "ADDR1"}, None),
            "jaeger": ({"protocols": {"grpc": {"endpoint": "ADDR1"}, "thrift_http": {"endpoint": "ADDR3"}, "thrift_compact": {"endpoint": "ADDR2"}, "thrift_binary": {"endpoint": "ADDR4"}}},
                       {"protocols": {"grpc": None, "thrift_http": None, "thrift_compact": None, "thrift_binary": None}})}
ADDRESSES = {"awsxray": {"datagram": "ADDR2"}, "zipkin": {"http": "ADDR1"}, "jaeger": {"grpc": "ADDR1", "http": "ADDR3", "thrift_compact": "ADDR2", "thrift_binary": "ADDR4"}}
MAKERS = {"awsxray": receivers.Awsxray, "zipkin": receivers.Zipkin, "jaeger": receivers.Jaeger}


EXPORTERS = {"otlphttp": {"endpoint": "http://127.0.0.1:1", "encoding": "json"}}


def ask_judge(judge, case):
    """Its answers, and the time in which they were made."""
    began = time.time()
    got = subprocess.run([judge], input=json.dumps(case) + "\n", capture_output=True, text=True, errors="replace", env={**os.environ, "TZ": "UTC"})
    answer = json.loads(got.stdout)
    if "answers" not in answer:
        sys.exit(f"the judge says {answer} {got.stderr[-500:]}")
    return answer["answers"], (began - 1, time.time() + 1)


def replay(whittle, config, lines, clock=CLOCK):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
        json.dump(config, f)
        f.flush()
        got = subprocess.run([whittle, "replay", f.name, "--clock", str(clock)], input="".join(json.dumps(x) + "\n" for x in lines), capture_output=True, text=True, errors="replace")
    if got.returncode:
        sys.exit(f"whittle: {got.returncode} {got.stderr[-1000:]} {json.dumps(config)}")
    return [json.loads(x) for x in got.stdout.splitlines()]


def ask_reference(judge, name, inputs):
    def one(way, options, body):
        kind = way if way in ("http", "grpc") else "udp"
        return {kind: {"to": ADDRESSES[name][way], **options, "body": base64.b64encode(body).decode()}}

    return ask_judge(judge, {"receiver": name, "signal": "traces", "settings": SETTINGS[name][0], "quiet": 0, "first": 150, "inputs": [one(*i) for i in inputs]})


def ask_whittle(whittle, name, inputs):
    """For each input the lines that came of it."""
    config = {"receivers": {name: SETTINGS[name][1]}, "exporters": EXPORTERS,
              "service": {"pipelines": {"traces": {"receivers": [name], "exporters": ["otlphttp"]}}}}
    lines = []
    for way, options, body in inputs:
        payload = {"base64": base64.b64encode(body).decode()}
        if way == "http":
            lines.append({"to": name, "http": {**options, "body": payload}})
        elif way == "grpc":
            lines.append({"to": name, "grpc": {**options, "message": payload}})
        else:
            lines.append({"to": name, **({} if way == "datagram" else {"on": way}), "datagram": payload})
        lines.append({"mark": ""})
    parts = [[]]
    for line in replay(whittle, config, lines):
        parts[-1].append(line) if "mark" not in line else parts.append([])
    return parts[:-1]


def statsd(a):
    """Each case has settings of its own, and is one interval."""
    maker = receivers.Statsd(random.Random(a.seed))
    cases = [maker.case() for _ in range(max(1, a.count // 20))]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:  # they wait more than they work
        answers = list(pool.map(lambda c: statsd_case(a, *c), cases))
    differ = 0
    for n, ((way, settings, packets), (ref, out)) in enumerate(zip(cases, answers)):
        if out == ref:
            continue
        differ += 1
        if differ <= a.show:
            print(f"--- statsd {n} {way} {json.dumps(settings)}\n" + "\n".join(f"  {s} {t!r}" for s, t in packets))
            print("only the reference\n  " + "\n  ".join(sorted((collections.Counter(ref) - collections.Counter(out)).elements())))
            print("only whittle\n  " + "\n  ".join(sorted((collections.Counter(out) - collections.Counter(ref)).elements())))
    print(f"statsd: {differ} of {len(cases)} differ")
    return differ


def statsd_case(a, way, settings, packets):
    """The metrics that both sides make of it."""
    to = {"udp": "ADDR2", "stream": "ADDR1", "unixgram": "SOCKET"}[way]
    transport = {} if way == "udp" else {"transport": "tcp" if way == "stream" else way}
    inputs = [{way: {"to": to, "from": sender, "body": base64.b64encode(text.encode()).decode()}, "quiet": 0} for sender, text in packets]
    inputs[-1]["quiet"] = 1200
    answers, window = ask_judge(a.judge, {"receiver": "statsd", "signal": "metrics", "settings": {"endpoint": to, "aggregation_interval": "1s", **transport, **settings}, "inputs": inputs})
    ref = single(settled([b for x in answers for b in x.get("out") or []], window, False))
    config = {"receivers": {"statsd": {"aggregation_interval": "1s", **transport, **({"endpoint": "/tmp/statsd"} if way == "unixgram" else {}), **settings}}, "exporters": EXPORTERS,
              "service": {"pipelines": {"metrics": {"receivers": ["statsd"], "exporters": ["otlphttp"]}}}}
    # Nobody binds the socket that a unixgram is sent from: all senders are one.
    lines = [{"to": "statsd", **({} if way == "unixgram" else {"from": f"127.0.0.1:{1000 + int(s)}"}), "stream" if way == "stream" else "datagram": t} for s, t in packets]
    given = replay(a.whittle, config, [*lines, {"clock": CLOCK + 1.5}])
    return ref, single(settled([x["body"] for x in given if "exporter" in x], (CLOCK - 1, CLOCK + 2), False))


JOBS, SCRAPES = 40, 6  # of one config
DURATION = ("scrape_duration_seconds", "scrape_duration")  # of each scrape


def prometheus(a):
    """Each config has jobs with one target each."""
    rng, cases = random.Random(a.seed), []
    for k in range(max(1, a.count // 100)):
        now = int(time.time()) * 1000
        jobs = [(settings, expositions.Target(rng, now, settings)) for settings in (expositions.Job(rng).settings() for _ in range(JOBS))]
        cases.append(({"trim_metric_suffixes": True} if rng.random() < 0.3 else {}, now, [(settings, [target.answer() for _ in range(SCRAPES)], target.unsteady(settings)) for settings, target in jobs]))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:  # they wait more than they work
        outcomes = list(pool.map(lambda c: prometheus_case(a, *c), cases))
    differ = 0
    for n, (case, (ref, out)) in enumerate(zip(cases, outcomes)):
        for i, (settings, answers, _) in enumerate(case[2]):
            for k in range(SCRAPES):
                if ref[i][k] == out[i][k]:
                    continue
                differ += 1
                if differ <= a.show:
                    print(f"--- prometheus {n}, job {i}, scrape {k} {json.dumps(case[0])} {json.dumps(settings)}")
                    for answer in answers[max(0, k - 1) : k + 1]:
                        print(f"  {answer.get('status')} {answer.get('headers')}\n{answer.get('body', b'').decode('utf-8', 'backslashreplace')[:2500]}")
                    wanted, got = (sorted((collections.Counter(x[i][k]) - collections.Counter(y[i][k])).elements()) for x, y in ((ref, out), (out, ref)))
                    print(f"only the reference\n  {apart(wanted, got)}\nonly whittle\n  {apart(got, wanted)}")
                break
    print(f"prometheus: {differ} of {len(cases) * JOBS} differ")
    return differ


def prometheus_case(a, common, now, jobs):
    """What both sides make of each scrape of each job: metrics as texts."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        at = f"127.0.0.1:{s.getsockname()[1]}"
    every = [{"job_name": f"job{i}", "metrics_path": f"/{i}", "scrape_interval": "1s", "scrape_timeout": "1s", "static_configs": [{"targets": [at]}], **settings} for i, (settings, *_) in enumerate(jobs)]
    settings = {"config": {"scrape_configs": every}, "discovery_reload_on_startup": True, **common}
    answers, _ = ask_judge(a.judge, {"receiver": "prometheus", "signal": "metrics", "settings": settings, "targets": {"at": at, "answers": {
        f"/{i}": [{**x, "body": base64.b64encode(x.get("body", b"")).decode()} for x in said] for i, (_, said, _) in enumerate(jobs)}}})
    ref = [[] for _ in jobs]
    for body in answers[0]["out"] or []:
        ref[job_of(body)].append(body)
    config = {"receivers": {"prometheus": dollars(settings)}, "exporters": EXPORTERS, "service": {"pipelines": {"metrics": {"receivers": ["prometheus"], "exporters": ["otlphttp"]}}}}
    lines = []
    for k in range(SCRAPES):
        lines.append({"clock": now // 1000 + k + 1.5})
        for i, (_, said, _) in enumerate(jobs):
            x = said[k]
            got = {"status": x["status"], "content_type": x["headers"]["Content-Type"], "body": {"base64": base64.b64encode(x["body"]).decode()}} if x["status"] else {"error": "connection"}
            lines += [{"scrape": {"target": at, "path": f"/{i}", **got}}, {"mark": str(i)}]
    out, bodies = [[] for _ in jobs], []
    for line in replay(a.whittle, config, lines, now // 1000):
        if "mark" in line:
            out[int(line["mark"])].append(bodies)
            bodies = []
        elif "exporter" in line:
            bodies.append(line["body"])
    return tuple([scrapes(x, unsteady) for x, (_, _, unsteady) in zip(side, jobs)] for side in ([[[b] for b in r[:SCRAPES]] for r in ref], out))


def job_of(body):
    for g in body["resourceMetrics"]:
        for x in g["resource"]["attributes"]:
            if x["key"] == "service.name" and x["value"]["stringValue"].startswith("job"):
                return int(x["value"]["stringValue"][3:])
    sys.exit(f"of no job: {body}")


def scrapes(parts, unsteady):
    """Of each scrape its metrics, with resource and scope. Times of scrapes are their numbers. Where they are unsteady gauges have no markers."""
    out, times = [], {}
    for bodies in parts:
        own = [p["timeUnixNano"] for b in bodies for g in b["resourceMetrics"] for s in g["scopeMetrics"] for m in s.get("metrics", []) if m.get("name") in DURATION for p in m["gauge"]["dataPoints"]]
        times.update({t: f"SCRAPE {len(out)}" for t in own})

        def walk(x):
            if isinstance(x, dict):
                if x.get("name") in DURATION:
                    return {}
                if "dataPoints" in x:  # markers come in no order
                    return {k: sorted(map(walk, v), key=by_text) if k == "dataPoints" else v for k, v in x.items()}
                return {k: times.get(v, v) if k.endswith("UnixNano") else walk(v) for k, v in x.items()}
            return [walk(v) for v in x] if isinstance(x, list) else x

        metrics = []
        for g in (walk(g) for b in bodies for g in b["resourceMetrics"]):
            for s in g["scopeMetrics"]:
                if s.get("scope", {}).get("name", "").startswith("github.com/open-telemetry/"):
                    s["scope"].pop("version", None)
                for m in s.get("metrics", []):
                    if unsteady and "gauge" in m:
                        m["gauge"]["dataPoints"] = [p for p in m["gauge"]["dataPoints"] if not p.get("flags")]
                        if not m["gauge"]["dataPoints"]:
                            continue
                    metrics.append(by_text([canon(g.get("resource")), canon(s.get("scope")), s.get("schemaUrl", ""), canon(m)]))
        out.append(sorted(metrics))
    return out


def single(groups):
    """Each metric with its resource and scope."""
    out = []
    for g in groups:
        for s in g.get("scopeMetrics", []):
            s.get("scope", {}).pop("version", None)
            out += [by_text([g.get("resource"), s.get("scope"), m]) for m in s.get("metrics", [])]
    return sorted(out)


def settled(bodies, window, as_text=True):
    out = []

    def walk(x):
        if isinstance(x, dict):
            if x.get("key") == "aws.xray.annotations":  # in no order
                return {"key": x["key"], "value": sorted(map(by_text, x["value"]["arrayValue"]["values"]))}
            return {k: "CLOCK" if k.endswith("UnixNano") and window[0] <= int(v) / 1e9 <= window[1] else walk(v) for k, v in x.items()}
        return [walk(v) for v in x] if isinstance(x, list) else x

    for b in bodies:
        for k, groups in walk(b).items():
            for g in map(canon, groups):
                scopes = next((x for x in g if x.startswith("scope")), None)
                if scopes:  # the reference hands on resources without anything, too; of scopes it knows no order
                    out.append({**g, scopes: sorted(g[scopes], key=by_text)})
    return sorted(map(by_text, out)) if as_text else out


def apart(one, other):
    """The first text that is different from the other's, from a little before where it is."""
    for a, b in itertools.zip_longest(one, other, fillvalue=""):
        if a != b:
            return a[max(0, len(os.path.commonprefix([a, b])) - 150):][:600]
    return ""


def main():
    p = argparse.ArgumentParser()
    p.add_argument("whittle"), p.add_argument("judge"), p.add_argument("--only"), p.add_argument("--count", type=int, default=400)
    p.add_argument("--seed", type=int, default=1), p.add_argument("--show", type=int, default=5)
    a = p.parse_args()
    skip_without(a.judge)
    total = sum(ask(a) for ask in (statsd, prometheus) if a.only in (None, ask.__name__))
    for name, maker in MAKERS.items():
        if a.only and a.only != name:
            continue
        inputs = maker(random.Random(a.seed)).inputs(a.count)
        wanted, window = ask_reference(a.judge, name, inputs)
        differ = 0
        for i, (want, part) in enumerate(zip(wanted, ask_whittle(a.whittle, name, inputs), strict=True)):
            way, options, body = inputs[i]
            status = next(x["response"]["status"] for x in part if "response" in x) if way in ("http", "grpc") else 0
            out = settled([x["body"] for x in part if "exporter" in x], (CLOCK - 1, CLOCK + 1))
            ref = settled(want.get("out") or [], window)
            # Status -1: the reference's handler died of it.
            if want.get("status", 0) == -1 or (status == want.get("status", 0) and out == ref):
                continue
            differ += 1
            if differ <= a.show:
                print(f"--- {name} {i} {way} {options}\n{body[:1500]}\nreference {want.get('status')} {want.get('body', '')[:200]}\n  {apart(ref, out)}\nwhittle {status}\n  {apart(out, ref)}")
        print(f"{name}: {differ} of {len(inputs)} differ")
        total += differ
    sys.exit(total > 0)


if __name__ == "__main__":
    main()
