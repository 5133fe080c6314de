// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/captures.h"
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

extern "C" bool rt_ottl_Bool(Run* run, const Value* args, Value* out);

// What a field of that type is; of one that cannot be, and of types that nobody knows, nothing.
static bool typed(Run& run, Text type, Text found, Value* out) {
  if (type.empty() || type == "string") {
    *out = text(found);
    return true;
  }
  if (type == "int" || type == "long") {
    const auto n = parse_int(found);
    if (n) *out = integer(*n);
    return n || run.fail("a field is no int");
  }
  if (type == "float" || type == "double") {
    const auto d = parse_go_double(found);
    if (d) *out = real(*d);
    return d || run.fail("a field is no number");
  }
  if (type == "bool" || type == "boolean") {
    const Value v = text(found);
    return rt_ottl_Bool(&run, &v, out);
  }
  return run.fail("a field has a type that is not known");
}

// target, pattern: the fields of the first match that hold something. The groups are named `field` or `field:type`.
extern "C" bool rt_ottl_ExtractGrokPatterns(Run* run, const Value* args, Value* out) {
  Text t;
  if (!want_text(*run, args[0], t)) return false;
  const Regex& pattern = *args[1].pattern;
  Captures captures(pattern, run->arena);
  MapMaker fields(run->arena);
  if (captures.find(t, 0)) {
    for (uint32_t g = 1; g < captures.groups(); ++g) {
      const Text found = captures.group(t, g);
      if (found.empty()) continue;
      const Str& name = pattern.groups.data[g];
      const Text field(name.data, static_cast<size_t>(name.size));
      const size_t colon = field.find(':');
      Value v;
      if (!typed(*run, colon == Text::npos ? Text() : field.substr(colon + 1), found, &v)) return false;
      fields.put(field.substr(0, colon), v);
    }
  }
  *out = fields.give();
  return true;
}

}  // namespace whittle::ottl
