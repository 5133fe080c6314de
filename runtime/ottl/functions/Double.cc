// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

// Without underscores between digits, which Go's ParseFloat lets by.
static Text without_separators(Run& run, Text t) {
  if (!t.contains('_')) return t;
  auto digit = [&](size_t i) { return i < t.size() && t[i] >= '0' && t[i] <= '9'; };
  Writer w;
  for (size_t i = 0; i < t.size(); ++i) {
    if (t[i] != '_') w.byte(static_cast<uint8_t>(t[i]));
    else if (i == 0 || !digit(i - 1) || !digit(i + 1)) return t;
  }
  return run.arena.copy(w.text());
}

extern "C" bool rt_ottl_Double(Run* run, const Value* args, Value* out) {
  const Value& v = args[0];
  switch (v.kind) {
  case ValueKind::Nil: *out = nil(); return true;
  case ValueKind::Double: *out = v; return true;
  case ValueKind::Int:
  case ValueKind::Bool: *out = real(static_cast<double>(v.integer)); return true;
  case ValueKind::String: {
    auto d = parse_double(without_separators(*run, v.as_text()));
    if (!d) return run->fail("the text is no number");
    *out = real(*d);
    return true;
  }
  default: return run->fail("the argument cannot be a double");
  }
}

}  // namespace whittle::ottl
