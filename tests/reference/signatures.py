#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the compiler's table of functions against the signatures that the reference states of its own.

usage: signatures.py OTTL_TABLES JUDGE

Two times: against those of the version that whittle follows, as the judge's program prints them, where nothing may differ; and against the file
in which a later version keeps its stable ones, where each difference is a line of later_versions.txt. Skipped (77), visibly, without Go.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

MODULE = "github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl"
LATER = "v1.4.1"

# A parameter's kind by the type of its field.
KINDS = {"Getter": "Value", "StringGetter": "String", "IntGetter": "Int", "FloatGetter": "Double", "BoolGetter": "Bool", "TimeGetter": "Time", "DurationGetter": "Duration", "PMapGetter": "Map",
         "PSliceGetter": "List", "StringLikeGetter": "StringLike", "IntLikeGetter": "IntLike", "FloatLikeGetter": "DoubleLike", "BoolLikeGetter": "BoolLike", "ByteSliceLikeGetter": "BytesLike",
         "GetSetter": "Target", "Setter": "Target", "PMapGetSetter": "MapTarget", "PSliceGetSetter": "ListTarget", "FunctionGetter": "Function", "string": "ConstString", "int64": "ConstInt", "float64": "ConstDouble", "bool": "ConstBool",
         "Enum": "ConstEnum"}


def parameter(text):
    """`Name type` as `Name kind`, with `[]` and `?` where it is a list or optional."""
    name, _, kind = text.partition(" ")
    optional = many = False
    while True:
        bare = re.sub(r"^(?:\w+\.)+", "", kind)
        if bare.startswith("Optional["):
            optional, kind = True, bare[len("Optional["):-1]
        elif bare.startswith("SliceGetter["):
            many, kind = True, bare[len("SliceGetter["):-1].split(",", 1)[1]
        elif kind.startswith("[]"):
            many, kind = True, kind[2:]
        else:
            break
    bare = re.sub(r"\[.*", "", re.sub(r"^(?:\w+\.)+", "", kind))
    return name + " " + ("[]" if many else "") + KINDS.get(bare, bare) + ("?" if optional else "")


def split_top(text):
    """The parts between commas that stand in no brackets."""
    out, depth = [""], 0
    for c in text:
        depth += (c in "[{(") - (c in "]})")
        if c == "," and depth == 0:
            out.append("")
        else:
            out[-1] += c
    return [p.strip() for p in out if p.strip()]


def theirs(text):
    out = {}
    for line in text.splitlines():
        name, _, rest = line.strip().partition("(")
        if name:
            out[name] = [parameter(p) for p in split_top(rest[:-1])]
    return out


def ours(tables):
    out = {}
    for f in json.loads(subprocess.run([tables], capture_output=True, text=True, check=True).stdout)["functions"]:
        if f["library"] == "standard":
            out[f["name"]] = [p["field"] + " " + ("[]" if p["list"] else "") + p["kind"] + ("?" if p["optional"] else "") for p in f["parameters"]]
    return out


def differences(a, b):
    """What `b` has otherwise than `a`, as lines."""
    out = []
    for name in sorted(a.keys() | b.keys()):
        if name not in b:
            out.append(f"{name} is gone")
        elif name not in a:
            out.append(f"{name} is new")
        elif a[name] != b[name]:
            out.append(f"{name}({', '.join(a[name])}) is ({', '.join(b[name])})")
    return out


def main():
    go = shutil.which("go") or "/usr/local/go/bin/go"
    if not os.path.exists(go) or not os.path.exists(sys.argv[2]):
        print("skipped: there is no Go here, or the judge was not built")
        sys.exit(77)
    mine = ours(sys.argv[1])
    bad = [("now", line) for line in differences(theirs(subprocess.run([sys.argv[2], "signatures"], capture_output=True, text=True, check=True).stdout), mine)]
    env = {**os.environ, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"}
    with tempfile.TemporaryDirectory() as tmp:
        if "HOME" not in env and "GOPATH" not in env:
            env["GOPATH"] = os.path.join(os.path.dirname(sys.argv[2]), "go")
        r = subprocess.run([go, "mod", "download", "-json", f"{MODULE}@{LATER}"], capture_output=True, text=True, cwd=tmp, env=env)
        folder = json.loads(r.stdout or "{}").get("Dir")
        if not folder:
            print("skipped: the later version cannot be had:", r.stdout[-300:] + r.stderr[-300:])
            sys.exit(77)
        later = theirs(open(os.path.join(folder, "ottlfuncs", "testdata", "stable_function_signatures.txt"), encoding="utf-8").read())
    here = os.path.dirname(os.path.abspath(__file__))
    known = {line.rstrip("\n").split("  ")[0] for line in open(os.path.join(here, "later_versions.txt"), encoding="utf-8") if line.strip() and not line.startswith("#")}
    found = set(differences(mine, later))
    bad += [("later", line) for line in sorted(found - known)] + [("no longer", line) for line in sorted(known - found)]
    for where, line in bad:
        print(f"{where}: {line}")
    print(f"{len(mine)} functions; {len(later)} stable ones of {LATER}, {len(found)} differences of versions; {len(bad)} lines are wrong")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
