#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes runtime/ottl/user_agent_patterns.h of uap-core's patterns, as the Go module that the reference links has them, or says whether it is so.

usage: user_agents.py HEADER [--write]

Exit code 77, skipped, where there is no Go or the module cannot be had. A pattern's text is a literal that every match holds, the longest there is:
where it is not in a user agent, the pattern is neither compiled nor run.
"""
import json
import os
import re._constants as constants
import re._parser as parser
import re
import shutil
import subprocess
import sys
import tempfile

MODULE = "github.com/ua-parser/uap-go@v0.0.0-20251207011819-db9adb27a0b8"


def entries(text):
    """section -> list of entries; the file's YAML is flat."""
    out, current = {}, None
    for line in text.splitlines():
        section = re.match(r"^(?:[^#]*`)?(user_agent_parsers|os_parsers|device_parsers):", line)
        if section:
            current = out.setdefault(section.group(1), [])
            continue
        m = re.match(r"^\s*(-)?\s*(\w+): *(.*?)\s*$", line)
        if not m or current is None or line.lstrip().startswith("#"):
            continue
        value = m.group(3)
        if value[:1] == "'":
            value = value[1:value.rindex("'")].replace("''", "'")
        elif value[:1] == '"':
            value = json.loads(value[:value.rindex('"') + 1])
        if m.group(1):
            current.append({})
        current[-1][m.group(2)] = value
    return out


def literal_of(pattern):
    runs = [""]

    def walk(nodes):
        for op, arg in nodes:
            if op is constants.LITERAL and arg < 128:
                runs[-1] += chr(arg)
            elif op is constants.SUBPATTERN and not arg[1]:
                walk(arg[3])
            elif op is constants.AT and arg in (constants.AT_BEGINNING, constants.AT_END, constants.AT_BOUNDARY):
                continue
            elif op in (constants.MAX_REPEAT, constants.MIN_REPEAT) and arg[0] >= 1:
                runs.append("")
                walk(arg[2])
                runs.append("")
            else:
                runs.append("")

    if "(?i" in pattern:
        return ""
    walk(parser.parse(pattern))
    return max(runs, key=len)


def header(text):
    def lines(section, names):
        out = ""
        for e in found[section]:
            fields = [e["regex"], literal_of(e["regex"])] + [e.get(n, "") for n in names] + [""] * (5 - len(names))
            assert not any("\n" in f for f in fields)
            out += "    " + json.dumps("".join(f + "\n" for f in fields), ensure_ascii=False) + "\n"
        return out[:-1] + ";\n"
    found = entries(text)
    return """// SPDX-License-Identifier: Apache-2.0
// Patterns of user agents: uap-core's (https://github.com/ua-parser/uap-core, Copyright 2009 Google Inc., Apache-2.0),
// in the state that the reference has. Made by tests/reference/user_agents.py. Seven lines each: the pattern; a literal
// that every match holds, or none; what a match's parts make: the name, `$1` where the line is empty, and the four
// parts of the version, `$2` to `$5`. The first pattern that gives a name counts.
#pragma once

namespace whittle::ottl {

// clang-format off
inline constexpr char kUserAgents[] =
""" + lines("user_agent_parsers", ["family_replacement", "v1_replacement", "v2_replacement", "v3_replacement"]) + """inline constexpr char kSystems[] =
""" + lines("os_parsers", ["os_replacement", "os_v1_replacement", "os_v2_replacement", "os_v3_replacement", "os_v4_replacement"]) + """// clang-format on

}  // namespace whittle::ottl
"""


def main():
    go = shutil.which("go") or "/usr/local/go/bin/go"
    if not os.path.exists(go):
        print("skipped: there is no Go here")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as tmp:
        env = {**os.environ, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"}
        if "HOME" not in env and "GOPATH" not in env:
            env["GOPATH"] = os.path.join(tmp, "go")
        r = subprocess.run([go, "mod", "download", "-json", MODULE], capture_output=True, text=True, cwd=tmp, env={**env, "GOFLAGS": "-mod=mod -modcacherw"})
        folder = json.loads(r.stdout or "{}").get("Dir")
        if not folder:
            print("skipped: the module cannot be had:", r.stdout[-300:] + r.stderr[-300:])
            sys.exit(77)
        made = header(open(os.path.join(folder, "uaparser", "yaml.go"), encoding="utf-8").read())
    if "--write" in sys.argv:
        open(sys.argv[1], "w", encoding="utf-8").write(made)
    same = open(sys.argv[1], encoding="utf-8").read() == made
    print("as the module has them" if same else "differs from what the module has")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
