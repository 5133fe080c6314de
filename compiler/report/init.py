# SPDX-License-Identifier: Apache-2.0
"""Writes init_template.cc, the text that `whittle init` fills in, from stdlib/init.

usage: init.py OUT TEMPLATE
"""
import sys

out, template = sys.argv[1:]
with open(template, encoding="utf-8") as f:
    text = f.read()
if ")~" in text:
    sys.exit(f"{template}: holds the end of a C++ text")
with open(out, "w", encoding="utf-8") as f:
    f.write(f"""// Generated from stdlib/init. Do not edit.
#include <string_view>

namespace whittle::report {{

std::string_view init_template() {{
  return R"~({text})~";
}}

}}  // namespace whittle::report
""")
