# SPDX-License-Identifier: Apache-2.0
"""Writes catalog_codes.cc, the explanations of all codes, from the codes.md beside the code that emits them: each is a heading
`## E0721: a wrong tag` and the text up to the next heading.

usage: codes.py OUT CODES.MD...
"""
import os
import re
import sys

out, files = sys.argv[1], sys.argv[2:]
codes = {}
for name in files:
    with open(name, encoding="utf-8") as f:
        before, *sections = re.split(r"^## ", f.read(), flags=re.M)
    if before.strip():
        sys.exit(f"{name}: text before the first code")
    for section in sections:
        heading, _, text = section.partition("\n")
        match = re.fullmatch(r"([EWN]\d{4}): (\S.*)", heading)
        if match is None:
            sys.exit(f"{name}: `## {heading}` is not a code and its title")
        code, title = match.groups()
        text = text.strip("\n") + "\n"
        if not text.strip():
            sys.exit(f"{name}: {code} is not explained")
        if code in codes:
            sys.exit(f"{name}: {code} is explained twice")
        codes[code] = (title, text, "true" if "/compiler/aws/" in os.path.abspath(name) else "false")
rows = "".join(
    f'    {{"{code}", R"~({title})~",\n     R"~({text})~", {deployed}}},\n'
    for code, (title, text, deployed) in sorted(codes.items(), key=lambda item: (item[0][1:], item[0])))
with open(out, "w", encoding="utf-8") as f:
    f.write(f"""// Generated from the codes.md files. Do not edit.
#include "compiler/diag/catalog.h"

namespace whittle::diag {{

namespace {{
constexpr Explanation kCodes[] = {{
{rows}}};
}}  // namespace

std::span<const Explanation> catalog() {{
  return kCodes;
}}

}}  // namespace whittle::diag
""")
