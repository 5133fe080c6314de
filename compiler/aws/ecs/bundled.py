# SPDX-License-Identifier: Apache-2.0
"""Writes bundled_configs.cc, the configs that a stock collector's image holds, from stdlib/bundled: the path below it is the path in the
image.

usage: bundled.py OUT FOLDER
"""
import os
import sys

out, folder = sys.argv[1:]
paths = sorted(os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names if name.endswith(".yaml"))
rows = ""
for path in paths:
    with open(os.path.join(folder, path), encoding="utf-8") as f:
        text = f.read()
    if ")~" in text:
        sys.exit(f"{path}: holds the end of a C++ text")
    rows += f'    {{"/{path}", R"~({text})~"}},\n'
with open(out, "w", encoding="utf-8") as f:
    f.write(f"""// Generated from stdlib/bundled. Do not edit.
#include "compiler/aws/ecs/collector_image.h"

namespace whittle::aws::ecs {{

namespace {{
constexpr BundledConfig kConfigs[] = {{
{rows}}};
}}  // namespace

std::span<const BundledConfig> bundled_configs() {{
  return kConfigs;
}}

}}  // namespace whittle::aws::ecs
""")
