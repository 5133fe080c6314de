#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds processors that keep something against the reference's own, on random settings and telemetry over time, from a fixed seed.

usage: processors_against_reference.py WHITTLE JUDGE [--only NAME,NAME] [--count N] [--seed S] [--show N] [--keep FILE]

JUDGE is the program of main.go, built. Settings go in batches that are one config, a pipeline each, and what happens is the same for all of a batch:
requests, and the clock that moves on. Compared are whether settings are refused, and what comes out at each step and at the end. What the
reference does not do twice the same way is left out and counted; differences of differences.txt are counted by their lines.
"""
import argparse
import concurrent.futures
import json
import os
import random
import re
import shutil
import sys
import tempfile

import processors
from against_reference import Judge, Whittle, by_text, canon, config_of, known_differences, outcomes, skip_without

BATCH, WIDTH = 40, 700
REPEATS = 12  # how often the reference is asked again where both differ, whether it does the same
PARTS = {"resourceSpans": ("scopeSpans", "spans"), "resourceLogs": ("scopeLogs", "logRecords"), "resourceMetrics": ("scopeMetrics", "metrics")}


def flat(bodies, maker):
    """Each record with its resource and scope, as texts in no order; or where the maker says so for each request its own list of them."""
    out = []
    for body in bodies:
        records = []
        for key, groups in body.items():
            scopes, items = PARTS[key]
            for g in groups:
                for s in g.get(scopes, []):
                    scope = dict(s.get("scope", {}))
                    place = {"resource": canon(g.get("resource", {})), "scope": canon(scope)}
                    if maker.schemas:
                        place |= {"schema": g.get("schemaUrl", ""), "scope schema": s.get("schemaUrl", "")}
                    if scope.get("name", "").startswith("github.com/open-telemetry/"):
                        place["scope"].pop("version", None)
                    records += [by_text({**place, "record": settled(r, maker)}) for r in s.get(items, [])]
        if "resourceMetrics" in body and not any('"dataPoints": [' in r for r in records):
            continue  # metrics without any data point are nothing to send
        if records:
            out.append(sorted(records)) if maker.together else out.extend(records)
    return sorted(out)


def without(x, keys):
    """Without attributes of these names."""
    if isinstance(x, list):
        return [without(v, keys) for v in x if not (isinstance(v, dict) and v.get("key") in keys)]
    return {k: without(v, keys) for k, v in x.items()} if isinstance(x, dict) else x


def settled(x, maker):
    """A record without what means nothing: attributes that differ from process to process, nanoseconds of replay's clock, the order of points."""
    def walk(x, key=""):
        if isinstance(x, dict):
            if maker.forgets and x.get("aggregationTemporality") == 1 and "dataPoints" in x:  # the reference starts them where the same series of another resource ended
                x = {**x, "dataPoints": [{k: v for k, v in p.items() if k != "startTimeUnixNano"} for p in x["dataPoints"]]}
            return {k: walk(v, k) for k, v in x.items()}
        if isinstance(x, tuple):  # a number
            return (x[0], (x[1] + 500) // 1000 * 1000) if maker.rounds and key.endswith("UnixNano") else x
        if isinstance(x, list):
            items = [walk(v) for v in x]
            return sorted(items, key=by_text) if maker.connects and key == "dataPoints" else items
        return x

    return walk(canon(without(x, maker.own)))


def verdict(answer, maker):
    if "crashed" in answer:
        return "crashed"
    if "refused" in answer or "not_started" in answer:
        return "refused"
    return [("failed" if a.get("error") else flat(a.get("out") or [], maker)) for a in answer["answers"][: None if maker.end else -1]]


def config(maker, chains):
    """A pipeline for each; a connector has another behind it."""
    made = config_of(maker.signal, chains)
    if maker.connects:
        made["connectors"] = made.pop("processors")
        for i, _ in chains:
            front = made["service"]["pipelines"][f"{maker.signal}/{i}"]
            made["service"]["pipelines"][f"metrics/to{i}"] = {"receivers": front["processors"], "exporters": front["exporters"]}
            front["exporters"] = front.pop("processors")
    if maker.sorts:
        made["connectors"] = {}
        made["processors"] = {f"resource/{to}": {"attributes": [{"key": "routed.to", "value": to, "action": "upsert"}]} for to in "abcd"}
        for i, ((_, settings),) in ((i, chain[0].items()) for i, chain in chains):
            front = made["service"]["pipelines"][f"{maker.signal}/{i}"]
            routes = f"{maker.name}/{i}_0"
            made["connectors"][routes] = json.loads(re.sub(rf'"{maker.signal}/([a-d])"', rf'"{maker.signal}/\g<1>{i}"', json.dumps(settings)))
            for to in "abcd":
                if f'"{maker.signal}/{to}"' in json.dumps(settings):
                    made["service"]["pipelines"][f"{maker.signal}/{to}{i}"] = {"receivers": [routes], "processors": [f"resource/{to}"], "exporters": front["exporters"]}
            front.update(processors=[], exporters=[routes])
    return made


class Clocked(Whittle):
    def refusals(self, tag, made, maker):
        return self.said([self.write(f"{tag}.{i}.yaml", config(maker, [(i, chain)])) for i, chain in enumerate(made)])

    def play(self, tag, signal, chains, steps, maker):
        lines, now = "", 0.0
        for k, step in enumerate(steps):
            if "request" in step:
                lines += json.dumps({"signal": signal, "body": step["request"]}) + "\n"
            else:
                now += step["wait"]
                lines += json.dumps({"clock": processors.START + now}) + "\n"
            lines += json.dumps({"mark": str(k)}) + "\n"
        path = self.write(f"{tag}.yaml", config(maker, chains))
        r = self.run("replay", path, "--clock", str(processors.START), input=lines)
        if r.returncode:
            errors = [x for x in r.stderr.splitlines() if "error" in x]
            return f"exit code {r.returncode}: " + "\n".join(errors or r.stderr.splitlines()[-5:])
        return outcomes(r.stdout, chains, len(steps) + maker.end, lambda out: flat(out, maker))


def one_batch(a, name, seed, folder):
    """(settings, what differs, both sides) for all that differs, and counts."""
    maker = processors.MAKERS[name](random.Random(seed))
    steps = maker.steps()
    made = [[{maker.name: maker.settings()}] for _ in range(BATCH)]
    whittle, judge = Clocked(a.whittle, folder), Judge(a.judge, "clocked")
    counts = {"settings": len(made), "refused": 0, "unsteady": 0, "crashed": 0, "compared": 0}
    found, wanted, runs = [], {}, []
    refusals = whittle.refusals(f"c{name}{seed}", made, maker)
    for i, chain in enumerate(made):
        case = {"signal": maker.signal, "processors": chain, "steps": steps}
        answer = judge.ask(case)
        want = verdict(answer, maker)
        if want == "refused":
            counts["refused"] += 1
            if refusals[i] is None:
                found.append((chain, "accepts", (answer, None, None)))
            continue
        if want == "crashed":
            counts["crashed"] += 1
            wanted[i] = None
        elif refusals[i] is not None:
            found.append((chain, "refuses", (refusals[i], None, None)))
            continue
        else:
            counts["compared"] += 1
            wanted[i] = want
        if refusals[i] is None:
            runs.append((i, chain))
    got = whittle.play(f"r{name}{seed}", maker.signal, runs, steps, maker) if runs else {}
    if isinstance(got, str):
        judge.close()
        return [*found, (made[0], "not run", (got, None, None))], counts
    for i, chain in runs:
        if wanted[i] is None or wanted[i] == got[i]:
            continue
        case = {"signal": maker.signal, "processors": chain, "steps": steps}
        if any(verdict(judge.ask(case), maker) != wanted[i] for _ in range(REPEATS)):
            counts["unsteady"] += 1
            counts["compared"] -= 1
        else:
            found.append((chain, "differs", (wanted[i], got[i], steps)))
    judge.close()
    return found, counts


def shown(want, got, steps):
    """The first step at which two answers differ, and what only one side has."""
    for k, (w, g) in enumerate(zip(want, got)):
        if w != g:
            at = "the end" if k == len(steps) else f"step {k}, {'a request' if 'request' in steps[k] else 'a wait'}"
            w, g = ([x if isinstance(x, str) else json.dumps(x) for x in ([side] if side == "failed" else side)] for side in (w, g))
            only = [x for x in w if w.count(x) > g.count(x)], [x for x in g if g.count(x) > w.count(x)]
            return f"at {at}\n    only the reference\n      " + "\n      ".join(x[:WIDTH] for x in only[0][:3]) + "\n    only whittle\n      " + "\n      ".join(x[:WIDTH] for x in only[1][:3])
    return ""


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("whittle"), ap.add_argument("judge"), ap.add_argument("--only"), ap.add_argument("--keep", help="a file for all that differs, as JSON lines")
    ap.add_argument("--count", type=int, default=80, help="settings of each processor"), ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--show", type=int, default=5), ap.add_argument("--jobs", type=int, default=2)
    a = ap.parse_args()
    skip_without(a.judge)
    known = known_differences(os.path.join(os.path.dirname(os.path.abspath(__file__)), "differences.txt"))
    folder, wrong, by_line = tempfile.mkdtemp(prefix="whittle-reference-"), 0, {}
    keep = open(a.keep, "w", encoding="utf-8") if a.keep else None
    names = a.only.split(",") if a.only else list(processors.MAKERS)
    batches = [(n, a.seed * 1_000_003 + k) for n in names for k in range((a.count + BATCH - 1) // BATCH)]
    totals = {n: {} for n in names}
    try:
        with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
            for (name, seed), (found, counts) in zip(batches, pool.map(lambda b: one_batch(a, *b, folder), batches)):
                for k, n in counts.items():
                    totals[name][k] = totals[name].get(k, 0) + n
                for chain, what, sides in found:
                    program = json.dumps(chain, ensure_ascii=False)
                    line = next((k for k in known if k[0] == what and k[1].search(str(sides[0]) if what in ("refuses", "not run") else program)), None)
                    if line:
                        by_line[line[2]] = by_line.get(line[2], 0) + 1
                        continue
                    wrong += 1
                    totals[name]["differ"] = totals[name].get("differ", 0) + 1
                    if keep:
                        keep.write(json.dumps({"what": what, "seed": seed, "sides": sides, "program": chain}, ensure_ascii=False) + "\n")
                        keep.flush()
                    if totals[name]["differ"] <= a.show:
                        print(f"{what}: {seed} {program}\n   ", shown(*sides) if what == "differs" else str(sides[0])[:700], flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for reason, n in sorted(by_line.items()):
        print(f"{n} known: {reason}")
    for name, t in totals.items():
        print(f"{name}: " + ", ".join(f"{n} {k}" for k, n in t.items()))
    sys.exit(1 if wrong or not any(t.get("compared") for t in totals.values()) else 0)


if __name__ == "__main__":
    main()
