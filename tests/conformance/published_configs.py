#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds `whittle check` against the configs that components of the AWS distribution publish for their own tests.

usage: published_configs.py WHITTLE MODULES_TXT EXPECTED_TXT

Each line of MODULES_TXT names a kind, a type and a Go module; the module's testdata/config.yaml holds settings by id, or several files
of testdata do, and an id is then called FILE:ID. They are read by
`go mod download`, so the test is skipped (77), visibly, where there is no Go or no module can be had. Each id must pass for one of its signals, but those that
EXPECTED_TXT lists: `KIND/TYPE ID refused` for what the reference refuses as well, `KIND/TYPE ID differs REASON` for the rest.
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

VERSION = "v0.156.0"


def module_folder(go, module, cache):
    env = dict(os.environ, GOFLAGS="-mod=mod", GOMODCACHE=cache, GOTOOLCHAIN="local")
    try:
        r = subprocess.run([go, "mod", "download", "-json", f"{module}@{VERSION}"], capture_output=True, text=True, timeout=120, env=env, cwd=cache)
        return json.loads(r.stdout).get("Dir")
    except (subprocess.TimeoutExpired, ValueError):
        return None


def top_level(text):
    """(id, the lines of its settings) of a file that maps ids to settings"""
    ids, lines = [], []
    for line in text.splitlines():
        bare = line.split("#")[0].rstrip() if line.startswith("#") else line.rstrip()
        if line.startswith("---"):
            continue
        if bare and not line[0].isspace() and not line.startswith("#"):
            if ids:
                yield ids[-1], lines
            key, _, rest = line.partition(":")
            ids.append(key.strip().strip("\"'"))
            lines = [rest] if rest.split("#")[0].strip() else []
        elif ids:
            lines.append(line)
    if ids:
        yield ids[-1], lines


def settings(name, text):
    """(id, the lines of its settings); the id `-` for a whole config. Some files hold the settings of one instance, without an id."""
    found = list(top_level(text))
    if any(key == "service" for key, _ in found):
        return [("-", [])]
    plain = name.replace("_", "")
    if all(key.split("/")[0].replace("_", "").startswith(plain[:8]) for key, _ in found):
        return found
    return [(name, ["  " + line for line in text.splitlines()])]


def meant(signals, lines):
    """Of the signals those that a section of the settings is named for, `metrics:` or `trace_conditions:`; all where none is."""
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip() and not line.strip().startswith("#")]
    top = [line.strip() for line in lines if indents and len(line) - len(line.lstrip()) == min(indents)]
    words = {"traces": ("trace", "span"), "metrics": ("metric",), "logs": ("log",)}
    named = [s for s in signals if any(line.startswith(words.get(s, ())) for line in top)]
    return named or signals


def config(kind, component, lines, signal):
    body = "\n".join("    " + line for line in lines if line.strip()) if len(lines) != 1 or lines[0][:1].isspace() and "\n" not in lines[0] and ":" in lines[0] else ""
    value = "\n" + body if body else " " + (lines[0].strip() if lines else "")
    out = {"receivers": "  otlp: {protocols: {grpc: }}", "processors": "", "exporters": "  debug: {}", "extensions": ""}
    own = f"  {component}:{value}"
    section = kind + "s"
    if kind == "receiver":
        out["receivers"] = ""
    if component == "debug":
        out["exporters"] = ""
    out[section] = (out[section] + "\n" if out[section] else "") + own
    text = "".join(f"{name}:\n{settings}\n" for name, settings in out.items() if settings)
    text += "service:\n"
    if kind == "extension":
        text += f"  extensions: [{component}]\n"
    text += "  pipelines:\n"
    receivers = component if kind == "receiver" else "otlp"
    exporters = component if kind == "exporter" else "debug"
    processors = f", processors: [{component}]" if kind == "processor" else ""
    return text + f"    {signal}: {{receivers: [{receivers}]{processors}, exporters: [{exporters}]}}\n"


def main():
    whittle = os.path.abspath(sys.argv[1])
    go = shutil.which("go") or ("/usr/local/go/bin/go" if os.path.exists("/usr/local/go/bin/go") else None)
    if go is None:
        print("skipped: there is no Go to read modules with")
        return 77
    cache = os.environ.get("WHITTLE_GO_CACHE") or os.path.join(tempfile.gettempdir(), "whittle-go-modules")
    os.makedirs(cache, exist_ok=True)
    with open(sys.argv[2], encoding="utf-8") as f:
        modules = [line.split() for line in f if line.strip() and not line.startswith("#")]
    with open(sys.argv[3], encoding="utf-8") as f:
        expected = {tuple(line.split()[:2]): line.split()[2] for line in f if line.strip() and not line.startswith("#")}
    cases, missing = [], []
    for kind, name, module, signals in modules:
        folder = module_folder(go, module, cache)
        paths = glob.glob(os.path.join(folder or "/nowhere", "testdata", "config.yaml")) or sorted(glob.glob(os.path.join(folder or "/nowhere", "testdata", "*.yaml")))
        if not paths:
            missing.append(f"{kind}/{name}")
            continue
        for path in paths:
            file = "" if os.path.basename(path) == "config.yaml" else os.path.basename(path) + ":"
            with open(path, encoding="utf-8") as f:
                text = f.read()
            for component, lines in settings(name, text):
                for signal in meant(signals.split(","), lines) if signals != "-" else ["traces"]:
                    cases.append((f"{kind}/{name}", file + component, text if component == "-" else config(kind, component, lines, signal)))
    if not cases:
        print("skipped: no module can be had")
        return 77
    with tempfile.TemporaryDirectory(prefix="whittle-published-") as folder:
        for i, (_, _, text) in enumerate(cases):
            with open(os.path.join(folder, f"{i}.yaml"), "w", encoding="utf-8") as out:
                out.write(text)
        r = subprocess.run([whittle, "check", "--format", "json", *[f"{i}.yaml" for i in range(len(cases))]], capture_output=True, text=True,
                           timeout=300, cwd=folder)
    if r.returncode not in (0, 1):
        sys.exit(f"whittle check ended with {r.returncode}: {r.stderr[-2000:]}")
    said = {}
    for d in json.loads(r.stdout)["diagnostics"]:
        if d["severity"] == "error":
            said.setdefault(os.path.basename(d.get("file", "")), []).append(f"{d['code']} {d['message']}")
    # What is right for one signal may have no meaning for another, so one must pass.
    verdicts = {}
    for i, (owner, component, _) in enumerate(cases):
        verdicts.setdefault((owner, component), []).append(said.get(f"{i}.yaml", []))
    wrong = 0
    for key, all_errors in verdicts.items():
        errors = [] if [] in all_errors else all_errors[0]
        want = expected.get(key)
        if bool(errors) == (want is not None):
            continue
        wrong += 1
        print(f"{' '.join(key)}: " + ("; ".join(errors) if errors else "passes, and is listed as " + want))
    for key in sorted(set(expected) - set(verdicts)):
        if key[0] not in missing:
            wrong += 1
            print(f"{' '.join(key)}: is listed, and not there")
    if missing:
        print("without a published config, or not to be had: " + ", ".join(missing))
    print(f"{len(verdicts) - wrong} of {len(verdicts)} are as they should be")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
