// SPDX-License-Identifier: Apache-2.0
// Attributes of a message that is changed field by field (message.h). `number`: the field that they are in.
#pragma once

#include "runtime/ottl/value.h"
#include "runtime/record/message.h"

namespace whittle::record {

// The first attribute of that name. False: there is none.
bool get_attribute(const Message& m, uint32_t number, Text key, ottl::Value* out);
// Its text; empty where it is none or is no text, as pcommon.Value.Str.
Text attribute_text(const Message& m, uint32_t number, Text key);
// Replaces the value of that name, or adds it behind the others.
void put_attribute(Arena& arena, Message& m, uint32_t number, Text key, const ottl::Value& v);
void remove_attribute(Message& m, uint32_t number, Text key);

// Appends what attributes have in common that hold the same values, in whatever order they came.
void append_identity(Writer& out, const Message& m, uint32_t number);

// A KeyValue's content, in the arena.
Bytes pair_of(Arena& arena, Text key, const ottl::Value& v);

// All attributes anew: `f(key, value)` may change the value and says whether the attribute stays. Says whether anything
// changed.
enum class Kept { Same, Changed, Gone };
template <class F>
bool change_attributes(Arena& arena, Message& m, uint32_t number, F f) {
  const Message before = m;
  bool changed = false;
  m.erase(number);
  before.each(number, [&](Bytes content) {
    const Message pair(arena, content);
    ottl::Value v = ottl::from_any(pair.content(2));
    const Kept kept = f(pair.text(1), v);
    changed |= kept != Kept::Same;
    if (kept == Kept::Same) m.add(number, content);
    else if (kept == Kept::Changed) m.add(number, pair_of(arena, pair.text(1), v));
  });
  if (!changed) m = before;
  return changed;
}

}  // namespace whittle::record
