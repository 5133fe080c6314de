// SPDX-License-Identifier: Apache-2.0
// Names of spans made of attributes, and attributes made of names (contrib's spanprocessor). Each function is an
// ottl::FunctionCode whose last argument is followed by one that is Absent.
#include "runtime/base/captures.h"
#include "runtime/ottl/sequence.h"
#include "runtime/record/program.h"

namespace whittle::record {

using namespace ottl;

extern "C" {

// A separator and values: the values' texts with the separator between them.
bool rt_span_joined(Run* run, const Value* args, Value* out) {
  Writer w;
  for (const Value* v = args + 1; given(*v); ++v) {
    if (v > args + 1) w.append(args[0].as_text());
    Value plain;
    rt_text_of(run, v, false, nullptr, &plain);
    w.append(plain.is(ValueKind::Nil) ? Text("<unknown-attribute-type>") : plain.as_text());
  }
  *out = made_text(*run, w);
  return true;
}

// name, attributes, whether to stop at the first match, whether to keep the name, patterns: a list of the new name
// (nil: as it was) and the new attributes. What a group matched becomes the attribute of its name, and `{name}` in the
// name.
bool rt_span_taken_apart(Run* run, const Value* args, Value* out) {
  if (!want_map(*run, args[1])) return false;
  MapMaker attributes(run->arena, args[1]);
  Text name = args[0].as_text();
  bool matched = false;
  for (const Value* p = args + 4; !name.empty() && given(*p); ++p) {
    Captures captures(*p->pattern, run->arena);
    if (!captures.find(name, 0)) continue;
    matched = true;
    Writer made;
    size_t copied = 0;
    for (uint32_t g = 1; g < captures.groups(); ++g) {
      const Str& group = p->pattern->groups.data[g];
      const Text key(group.data, static_cast<size_t>(group.size));
      attributes.put(key, text(captures.group(name, g)));
      // A group within another, and one that took no part, has no place of its own; the reference dies of them.
      if (captures.begin(g) == kNoPlace || captures.begin(g) < copied) continue;
      made.append(name.substr(copied, captures.begin(g) - copied));
      made.append(Text("{"));
      made.append(key);
      made.append(Text("}"));
      copied = captures.end(g);
    }
    made.append(name.substr(copied));
    if (!args[3].integer) name = run->arena.copy(made.text());
    if (args[2].integer) break;
  }
  auto* items = run->arena.array<Value>(2);
  items[0] = matched && !args[3].integer ? text(name) : nil();
  items[1] = matched ? attributes.give() : nil();
  *out = list(items, 2, ValueKind::Array);
  return true;
}

}  // extern "C"

}  // namespace whittle::record
