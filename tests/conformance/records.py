#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds record programs against what the reference's own processors did (ottl/), by `whittle replay`.

WHITTLE may be a script that does it by other means.

usage: records.py WHITTLE VECTORS_DIR [--only TEXT] [--bless] [--show N]

Cases that are not right yet stand in not_yet.txt with the reason; any other that differs is a failure. What is listed and
passes is said. Those of known_differences.txt are left out. --bless writes the list anew: the diff is the review.
"""
import argparse
import concurrent.futures
import json
import os
import re
import sys

import compare

KINDS = {"attributes", "cumulativetodelta", "deltatorate", "filter", "groupbyattrs", "metrics_transform", "metricsgeneration", "metricstransform",
         "probabilistic_sampler", "redaction", "resource", "span", "transform"}


NOT_INTERPRETED = 3  # what tests/record/interpret.cc says of a config that is more than record programs
PROGRAMS = {"attributes", "filter", "resource", "span", "transform"}  # what is nothing else


def whole(case, out):
    """What came out, or why nothing did."""
    if isinstance(out, dict):
        return {"failed": out["failed"]}
    merged = compare.groups_of([o["body"] for o in out if o.get("body")])
    return {"errors": sum(1 for o in out if "error" in o), "telemetry": merged}


def run_case(whittle, name, path):
    case = json.load(open(path, encoding="utf-8"))
    runner = compare.Run(whittle, 0)
    settings = {f"{kind}/{i}": value for i, p in enumerate(case["processors"]) for kind, value in p.items()}
    out = runner.replay({"processors": settings, "exporters": {"otlphttp": {"endpoint": "http://127.0.0.1:1", "encoding": "json"}},
                         "service": {"pipelines": {case["signal"]: {"processors": list(settings), "exporters": ["otlphttp"]}}}},
                        case["now"], case["requests"])
    want = {"errors": sum(case.get("failed", [])), "telemetry": compare.groups_of(case["output"])}
    got = whole(case, out)
    if got == want:
        return name, None, None
    if got == {"failed": NOT_INTERPRETED} and not {k for p in case["processors"] for k in p} <= PROGRAMS:
        return name, "not interpreted", None
    if isinstance(out, dict):
        missing = sorted(set(re.findall(r"E0810\]?:? *([^\n]*?) cannot be compiled yet", out["stderr"])))
        return name, ("not compiled: " + ", ".join(missing)) if missing else f"exit code {out['failed']}", (want, out)
    return name, "differs", (want, got)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("whittle")
    ap.add_argument("dir")
    ap.add_argument("--only", default="")
    ap.add_argument("--show", type=int, default=3)
    ap.add_argument("--bless", action="store_true")
    a = ap.parse_args()
    listed_in = os.path.join(a.dir, "not_yet.txt")
    listed = {}
    if os.path.exists(listed_in):
        for line in open(listed_in):
            if line.strip() and not line.startswith("#"):
                case, _, reason = line.strip().partition("  ")
                listed[case] = reason
    on_purpose = []
    for line in open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "known_differences.txt")):
        if line.startswith("ottl/"):
            on_purpose.append(line.split()[0])
    cases = []
    for root, _, files in sorted(os.walk(os.path.join(a.dir, "ottl"))):
        for f in sorted(files):
            path = os.path.join(root, f)
            name = os.path.relpath(path, a.dir)
            if "refused" in name or a.only not in name or any(re.fullmatch(p, name) for p in on_purpose):
                continue
            if {k for p in json.load(open(path, encoding="utf-8"))["processors"] for k in p} <= KINDS:
                cases.append((name, path))
    found, good, shown, bad, left_out = {}, 0, 0, 0, 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, reason, sides in pool.map(lambda c: run_case(a.whittle, *c), cases):
            if reason == "not interpreted":
                left_out += 1
                continue
            good += reason is None
            if reason is not None:
                found[name] = reason
            if a.bless or (reason is None) != (name in listed):
                continue
            if reason is None:
                print("can be taken off the list:", name)
                continue
            bad += 1
            print(f"{reason}:", name)
            if sides and shown < a.show:
                shown += 1
                print("  want", json.dumps(sides[0])[:1500])
                print("  got ", json.dumps(sides[1])[:1500])
    if a.bless:
        with open(listed_in, "w") as f:
            f.write("# Cases of ottl/ that record programs do not get right yet, and why. See records.py.\n")
            for name in sorted(found):
                f.write(f"{name}  {found[name]}\n")
    print(f"{good} of {len(cases) - left_out} match, {len(found)} are not right yet" + (f", {left_out} hold more than record programs" if left_out else ""))
    sys.exit(1 if bad or len(cases) == left_out else 0)


if __name__ == "__main__":
    main()
