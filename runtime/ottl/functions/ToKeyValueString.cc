// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/arguments.h"

#include <algorithm>

namespace whittle::ottl {

namespace {

void put(Writer& out, Text text, Text delimiter, Text between) {
  Writer escaped;
  for (char c : text) {
    if (c == '"') escaped.byte('\\');
    escaped.byte(static_cast<uint8_t>(c));
  }
  const Text t = escaped.text();
  const bool quoted = t.find(between) != Text::npos || t.find(delimiter) != Text::npos;
  if (quoted) out.byte('"');
  out.append(t);
  if (quoted) out.byte('"');
}

}  // namespace

// target, delimiter, pair_delimiter, sort_output
extern "C" bool rt_ottl_ToKeyValueString(Run* run, const Value* args, Value* out) {
  Text delimiter = "=", between = " ";
  if (given(args[1])) delimiter = args[1].as_text();
  if (given(args[2])) between = args[2].as_text();
  EditedMap m;
  if (!edit_map(*run, args[0], 0, m)) return false;
  if (given(args[3]) && args[3].integer)
    std::sort(m.members, m.members + m.size, [](const Member& a, const Member& b) { return a.name() < b.name(); });
  Writer w;
  for (uint32_t i = 0; i < m.size; ++i) {
    if (i > 0) w.append(between);
    put(w, m.members[i].name(), delimiter, between);
    w.append(delimiter);
    Writer value;
    append_as_string(value, m.members[i].value);
    put(w, value.text(), delimiter, between);
  }
  *out = made_text(*run, w);
  return true;
}

}  // namespace whittle::ottl
