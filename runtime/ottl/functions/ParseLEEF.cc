// SPDX-License-Identifier: Apache-2.0
// ParseLEEF: the header of a LEEF event as a map, its attributes as one within.
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

namespace {

// What is before the next `|`, which goes; false where there is none, and `out` is all.
bool cut(Text& t, Text by, Text& out) {
  const size_t at = t.find(by);
  out = t.substr(0, at);
  t.remove_prefix(at == Text::npos ? t.size() : at + by.size());
  return at != Text::npos;
}

int hex(char c) {
  return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

// One character, or two digits behind `0x`.
bool delimiter_of(Run& run, Text t, Text& out) {
  if (t.empty()) return true;
  if (t.starts_with("0x") || t.starts_with("0X")) {
    if (t.size() != 4 || hex(t[2]) < 0 || hex(t[3]) < 0) return false;
    const auto c = static_cast<char>(hex(t[2]) << 4 | hex(t[3]));
    out = run.arena.copy(Text(&c, 1));
    return true;
  }
  out = t;
  return t.size() == 1;
}

}  // namespace

// IBM's Log Event Extended Format, versions 1.0 and 2.0, behind whatever is in front of it.
extern "C" bool rt_ottl_ParseLEEF(Run* run, const Value* args, Value* out) {
  Text t, version;
  if (!want_text(*run, args[0], t)) return false;
  const size_t at = t.find("LEEF:");
  if (at == Text::npos) return run->fail("there is no `LEEF:`");
  t.remove_prefix(at + 5);
  if (!cut(t, "|", version)) return run->fail("the header of LEEF is cut short");
  if (version != "1.0" && version != "2.0") return run->fail("the version of LEEF is neither 1.0 nor 2.0");
  Text fields[4], by = "\t";
  for (int i = 0; i < 4; ++i) {
    const bool more = cut(t, "|", fields[i]);
    if (!more && i < 3) return run->fail("the header of LEEF is cut short");
  }
  if (version == "2.0") {
    Text rest = t, spec;
    cut(rest, "|", spec);
    // An attribute in its place: the delimiter was left out.
    if (!spec.contains('=')) {
      if (!delimiter_of(*run, spec, by)) return run->fail("the delimiter of LEEF is no character");
      t = rest;
    }
  }
  MapMaker attributes(run->arena);
  while (!t.empty()) {
    Text pair, key;
    cut(t, by, pair);
    if (cut(pair, "=", key) && !key.empty()) attributes.put(key, text(pair));
  }
  MapMaker made(run->arena);
  made.put("leef.version", text(version));
  constexpr Text kNames[] = {"leef.vendor", "leef.product.name", "leef.product.version", "leef.event.id"};
  for (int i = 0; i < 4; ++i) made.put(kNames[i], text(fields[i]));
  made.put("leef.attributes", attributes.give());
  *out = made.give();
  return true;
}

}  // namespace whittle::ottl
