// SPDX-License-Identifier: Apache-2.0
// Names of spans made of attributes, and attributes made of names (contrib's spanprocessor). Each function is an
// ottl::FunctionCode whose last argument is followed by one that is Absent.
#include "runtime/base/captures.h"
#include "runtime/base/json.h"
#include "runtime/ottl/arguments.h"
#include "runtime/wire/value_text.h"

namespace whittle::record {

using namespace ottl;

namespace {

void append_plain(Writer& out, const Value& v) {
  switch (v.kind) {
  case ValueKind::String: out.append(v.as_text()); return;
  case ValueKind::Bool: out.append(Text(v.integer ? "true" : "false")); return;
  case ValueKind::Int: {
    char room[kNumberRoom];
    out.append(Text(room, format_int(room, v.integer)));
    return;
  }
  case ValueKind::Double: append_plain_double(out, v.real); return;
  default: out.append(Text("<unknown-attribute-type>"));
  }
}

// Attributes with room for more.
struct Growing {
  Run& run;
  Member* members;
  uint32_t size, room;

  void put(Text key, const Value& value) {
    for (uint32_t i = 0; i < size; ++i)
      if (members[i].name() == key) {
        members[i].value = value;
        return;
      }
    if (size == room) {
      auto* more = run.arena.array<Member>(room *= 2);
      for (uint32_t i = 0; i < size; ++i) more[i] = members[i];
      members = more;
    }
    members[size++] = {key.data(), static_cast<uint32_t>(key.size()), 0, value};
  }
};

}  // namespace

extern "C" {

// A separator and values: the values' texts with the separator between them.
bool rt_span_joined(Run* run, const Value* args, Value* out) {
  Writer w;
  for (const Value* v = args + 1; given(*v); ++v) {
    if (v > args + 1) w.append(args[0].as_text());
    append_plain(w, *v);
  }
  *out = made_text(*run, w);
  return true;
}

// name, attributes, whether to stop at the first match, whether to keep the name, patterns: a list of the new name
// (nil: as it was) and the new attributes. What a group matched becomes the attribute of its name, and `{name}` in the
// name.
bool rt_span_taken_apart(Run* run, const Value* args, Value* out) {
  EditedMap m;
  if (!edit_map(*run, args[1], 16, m)) return false;
  Growing attributes{*run, m.members, m.size, m.size + 16};
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
  items[1] = matched ? map(attributes.members, attributes.size) : nil();
  *out = list(items, 2, ValueKind::Array);
  return true;
}

}  // extern "C"

}  // namespace whittle::record
