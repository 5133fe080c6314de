#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds whittle against the reference's own processors, on random programs over random records from a fixed seed.

usage: against_reference.py WHITTLE OTTL_TABLES JUDGE INTERPRET [--count N] [--seed S] [--show N] [--levels interpreted,-O0,-O2] [--keep FILE]

JUDGE is the program of main.go, built, INTERPRET that of tests/record/interpret.cc. Every program runs at each of the levels: interpreted as it was
written, as machine code of that (-O0), and as machine code behind all rewrites (-O2). With `interpreted` alone nothing is compiled, and many
more programs can be tried. Programs go in batches that are one config: a pipeline for each program, the same requests through all of
them. What is compared: whether a config is refused, which requests fail, and what comes out of the others. What the reference does not do twice the
same way (it makes some maps in no order) is left out and counted. Differences of differences.txt are counted by their lines.
"""
import argparse
import concurrent.futures
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

import programs

CLOCK = "1700000100"
BATCH, REQUESTS = 60, 3
LEVELS = ["interpreted", "-O0", "-O2"]
BY_KEY = {"attributes", "filteredAttributes", "metadata"}
EMPTY = ("", [], {}, None, 0.0, False, ("n", 0))


# ---- what carries no meaning ------------------------------------------------------------------------------------------

def canon(x, key=""):
    """A value of OTLP/JSON with defaults dropped, numbers comparable and maps sorted."""
    if isinstance(x, dict):
        if key == "kvlistValue":
            return {"values": sorted((canon(v) for v in x.get("values", [])), key=by_text)}
        if key == "arrayValue":
            return {"values": [canon(v) for v in x.get("values", [])]}
        d = {k: v if k in ("stringValue", "bytesValue") else canon(v, k) for k, v in x.items()}
        return {k: v for k, v in d.items() if v not in EMPTY or k.endswith("Value") or k in ("asInt", "asDouble")}
    if isinstance(x, list):
        items = [canon(v) for v in x]
        return sorted(items, key=by_text) if key in BY_KEY else items
    if isinstance(x, bool) or x is None:
        return x
    if isinstance(x, (int, float)):
        return float(x) if abs(x) < 2**53 else x
    if isinstance(x, str) and re.fullmatch(r"-?\d{1,20}", x):
        return ("n", int(x))
    return x


def by_text(v):
    return json.dumps(v, sort_keys=True, default=str)


def merged(bodies):
    out = {}
    for b in bodies:
        for k, groups in b.items():
            out.setdefault(k, []).extend(groups)
    text = by_text(canon(out))
    # Metrics without any data point are nothing to send.
    return "{}" if "resourceMetrics" in out and '"timeUnixNano"' not in text and "asInt" not in text and "dataPoints" not in text else text


# ---- the reference ------------------------------------------------------------------------------------------------------

def skip_without(judge):
    if not os.path.exists(judge):
        print("skipped: the reference could not be built here (no Go, or none of its modules)")
        sys.exit(77)


class Judge:
    """One process; started again where a case ended it."""

    def __init__(self, program, *mode):
        self.program, self.process = [program, *mode], None

    def ask(self, case):
        if self.process is None:
            self.process = subprocess.Popen(self.program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "TZ": "UTC"})
        try:
            self.process.stdin.write(json.dumps(case).encode() + b"\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = b""
        if not line or b"never ends" in line:
            self.close()
        if line and line[:1] != b"{":
            raise RuntimeError(f"the judge says {line.decode('utf-8', 'replace')} of {json.dumps(case)}")
        return json.loads(line.decode("utf-8", "replace")) if line else {"crashed": "the process ended"}

    def close(self):
        if self.process is None:
            return
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        self.process = None


def verdict(answer):
    """What is compared of an answer: `refused`, or what came of each request."""
    if "crashed" in answer or any("pcommon.Map={0x" in json.dumps(a) or "pcommon.Slice={0x" in json.dumps(a) for a in answer.get("answers", [])):
        return "crashed"  # or pointers in a text: Format of what is no value of Go
    if "refused" in answer or "not_started" in answer:
        return "refused"
    return [("failed" if a.get("error") else merged(a.get("out") or [])) for a in answer.get("answers", [])]


# ---- whittle ------------------------------------------------------------------------------------------------------------

def dollars(x):
    """The Collector expands `$`; `$$` stands for one."""
    if isinstance(x, str):
        return x.replace("$", "$$")
    if isinstance(x, dict):
        return {k: dollars(v) for k, v in x.items()}
    if isinstance(x, list):
        return [dollars(v) for v in x]
    return x


def config_of(signal, chains):
    """One config: a pipeline for each chain."""
    config = {"receivers": {"otlp": {"protocols": {"http": {}}}}, "processors": {}, "exporters": {}, "service": {"pipelines": {}}}
    for i, chain in chains:
        names = []
        for k, processor in enumerate(chain):
            (kind, settings), = processor.items()
            names.append(f"{kind}/{i}_{k}")
            config["processors"][names[-1]] = dollars(settings)
        config["exporters"][f"otlphttp/{i}"] = {"endpoint": f"http://127.0.0.1:{i + 1}", "encoding": "json"}
        config["service"]["pipelines"][f"{signal}/{i}"] = {"receivers": ["otlp"], "processors": names, "exporters": [f"otlphttp/{i}"]}
    return config


class Whittle:
    def __init__(self, program, folder, interpret=None):
        self.program, self.folder, self.interpret = program, folder, interpret

    def run(self, *args, program=None, **more):
        return subprocess.run([program or self.program, *args], capture_output=True, text=True, errors="replace", timeout=600, env={**os.environ, "TZ": "UTC"}, **more)

    def write(self, name, value):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(value, f, ensure_ascii=False)
        return path

    def check(self, tag, signal, made):
        """For each program what it is refused for, or nothing."""
        return self.said([self.write(f"{tag}.{i}.yaml", config_of(signal, [(i, chain)])) for i, chain in enumerate(made)])

    def said(self, paths):
        r = self.run("check", *paths, "--format", "json")
        said = {}
        for line in json.loads(r.stdout or '{"diagnostics": []}')["diagnostics"]:
            if line["severity"] == "error":
                said.setdefault(line["file"], f"{line['code']}: {line['message']}")
        if r.returncode > 1:
            raise RuntimeError(r.stderr)
        return [said.get(p) for p in paths]

    def replay(self, tag, signal, chains, requests, level):
        """By program what came of each request; a text where it all ended."""
        lines = ""
        for k, body in enumerate(requests):
            lines += json.dumps({"signal": signal, "body": body}) + "\n" + json.dumps({"mark": str(k)}) + "\n"
        path = self.write(f"{tag}.yaml", config_of(signal, chains))
        if level == "interpreted":
            r = self.run(path, "--clock", CLOCK, "-O0", program=self.interpret, input=lines)
        else:
            r = self.run("replay", path, "--clock", CLOCK, level, input=lines)
        if r.returncode == 3 and level == "interpreted":
            return {i: None for i, _ in chains}
        if r.returncode:
            return f"exit code {r.returncode}: {r.stderr[-3000:]}"
        return outcomes(r.stdout, chains, len(requests), merged)


def outcomes(printed, chains, marks, join):
    """By program, what a replay printed before each of its marks: `failed`, or the bodies that came out, joined. None for a program that the
    interpreter does not run, as it is more than a record program."""
    bodies, failed, unfit, at = {}, set(), set(), 0
    for line in printed.splitlines():
        o = json.loads(line)
        if "mark" in o:
            at = int(o["mark"]) + 1
        elif "unfit" in o:
            unfit.add(int(o["unfit"].split("/")[1]))
        elif "error" in o:
            failed.add((int(o["pipeline"].split("/")[1]), at))
        elif o.get("body"):
            bodies.setdefault((int(o["exporter"].split("/")[1]), at), []).append(o["body"])
    return {i: None if i in unfit else ["failed" if (i, k) in failed else join(bodies.get((i, k), [])) for k in range(marks)] for i, _ in chains}


# ---- both ---------------------------------------------------------------------------------------------------------------

def known_differences(path):
    """Lines `WHAT  PATTERN  REASON`; a pattern is looked for in the program's JSON, or with `refuses` in what whittle says."""
    out = []
    for line in open(path, encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            what, pattern, reason = line.rstrip("\n").split("  ", 2)
            out.append((what, re.compile(pattern), reason))
    return out


def one_batch(a, tables, seed, folder):
    """(program, what differs, both sides) for all that differs, and counts."""
    signal, made, requests = programs.batch(seed, tables, a.batch, REQUESTS)
    whittle, judge = Whittle(a.whittle, folder, a.interpret), Judge(a.judge)
    counts = {"programs": len(made), "refused": 0, "unsteady": 0, "crashed": 0, "compared": 0, "interpreted": 0, "failed requests": 0}
    found = []
    refusals = whittle.check(f"c{seed}", signal, made)
    wanted, runs = {}, []
    for i, chain in enumerate(made):
        case = {"signal": signal, "processors": chain, "requests": requests}
        want = verdict(judge.ask(case))
        refused = refusals[i]
        if want == "refused":
            counts["refused"] += 1
            if refused is None:
                found.append((chain, "accepts", (judge.ask(case), None)))
            continue
        if refused is not None:
            if want == "crashed":
                counts["crashed"] += 1
            else:
                found.append((chain, "refuses", (refused, None)))
            continue
        if want != "crashed" and any(verdict(judge.ask(case)) != want for _ in range(2)):
            counts["unsteady"] += 1
            wanted[i] = None
        elif want == "crashed":
            counts["crashed"] += 1
            wanted[i] = None
        else:
            wanted[i] = want
            counts["compared"] += 1
            counts["failed requests"] += want.count("failed")
        runs.append((i, chain))
    judge.close()

    # A program that does not compile is told from the others by halving.
    def replay(chains, level):
        got = whittle.replay(f"r{seed}.{level}", signal, chains, requests, level)
        if not isinstance(got, str):
            return got
        if len(chains) == 1:
            return {chains[0][0]: got}
        half = len(chains) // 2
        return {**replay(chains[:half], level), **replay(chains[half:], level)}

    results = [replay(runs, level) for level in a.levels] if runs else []
    for i, chain in runs:
        case = {"signal": signal, "processors": chain, "requests": requests}
        ran = [r[i] for r in results if r[i] is not None]
        counts["interpreted"] += "interpreted" in a.levels and results[a.levels.index("interpreted")][i] is not None
        if not ran:
            continue
        if len({json.dumps(r) for r in ran}) > 1:
            found.append((chain, "levels", (ran, case)))
        if isinstance(ran[-1], str):
            found.append((chain, "not run", (ran[-1], case)))
        elif wanted[i] is not None and ran[-1] != wanted[i]:
            # Where a request fails although nothing of it would be left.
            only = all(w == g or (w == "{}" and g == "failed") for w, g in zip(wanted[i], ran[-1]))
            found.append((chain, "fails" if only else "differs", (wanted[i], ran[-1], case)))
    return found, counts


def shown(want, got):
    """The first place where two answers differ, with some of what is around it."""
    for k, (w, g) in enumerate(zip(want, got)):
        if w != g:
            at = next((n for n, (x, y) in enumerate(zip(w, g)) if x != y), min(len(w), len(g)))
            at = max(0, at - 160)
            return f"request {k}\n    want ...{w[at:at + 420]}\n    got  ...{g[at:at + 420]}"
    return ""


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("whittle")
    ap.add_argument("tables")
    ap.add_argument("judge")
    ap.add_argument("interpret")
    ap.add_argument("--count", type=int, default=2000)
    ap.add_argument("--batch", type=int, default=BATCH)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--show", type=int, default=10)
    ap.add_argument("--levels", type=lambda t: t.split(","), default=LEVELS)
    ap.add_argument("--keep", help="a file for all that differs, as JSON lines")
    ap.add_argument("--jobs", type=int, default=2)
    a = ap.parse_args()
    skip_without(a.judge)
    tables = json.loads(subprocess.run([a.tables], capture_output=True, text=True, check=True).stdout)
    known = known_differences(os.path.join(os.path.dirname(os.path.abspath(__file__)), "differences.txt"))
    batches = (a.count + a.batch - 1) // a.batch
    totals, by_line, wrong = {}, {}, 0
    keep = open(a.keep, "w", encoding="utf-8") if a.keep else None
    folder = tempfile.mkdtemp(prefix="whittle-reference-")
    try:
        with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
            for found, counts in pool.map(lambda k: one_batch(a, tables, a.seed * 1_000_003 + k, folder), range(batches)):
                for k, n in counts.items():
                    totals[k] = totals.get(k, 0) + n
                for chain, what, sides in found:
                    program = json.dumps(chain, ensure_ascii=False)
                    text = str(sides[0]) if what in ("refuses", "not run") else program
                    line = next((k for k in known if k[0] == what and k[1].search(text)), None)
                    if line:
                        by_line[line[2]] = by_line.get(line[2], 0) + 1
                        continue
                    wrong += 1
                    if keep:
                        keep.write(json.dumps({"what": what, "sides": sides, "program": chain}, ensure_ascii=False) + "\n")
                        keep.flush()
                    if wrong <= a.show:
                        print(f"{what}: {program}")
                        print("   ", shown(sides[0], sides[1]) if what in ("differs", "fails") else shown(*sides[0][:2]) if what == "levels" and not any(isinstance(s, str) for s in sides[0]) else str(sides[0])[:700])
                        sys.stdout.flush()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for reason, n in sorted(by_line.items()):
        print(f"{n} known: {reason}")
    print(", ".join(f"{n} {k}" for k, n in totals.items()) + f"; {wrong} differ")
    # Most programs are nothing but record programs.
    idle = "interpreted" in a.levels and 2 * totals.get("interpreted", 0) < totals.get("compared", 0)
    if idle:
        print("the interpreter ran less than half of them")
    sys.exit(1 if wrong or idle or not totals.get("compared") else 0)


if __name__ == "__main__":
    main()
