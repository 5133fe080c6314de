// SPDX-License-Identifier: Apache-2.0
// Arguments as the reference's getters give them (pkg/ottl/expression.go): of one type or a failure, or converted. Each
// returns false, having noted why, when the argument will not do.
#pragma once

#include "runtime/base/number.h"
#include "runtime/ottl/value.h"

namespace whittle::ottl {

inline bool given(const Value& v) {
  return !v.is(ValueKind::Absent);
}

inline bool want_text(Run& run, const Value& v, Text& out) {
  if (!v.is(ValueKind::String)) return run.fail("the argument is not a string");
  out = v.as_text();
  return true;
}
inline bool want_int(Run& run, const Value& v, int64_t& out) {
  if (!v.is(ValueKind::Int) || v.detail) return run.fail("the argument is not an int");
  out = v.integer;
  return true;
}
// What does not fit is what amd64 makes of it.
inline int64_t to_int(double d) {
  return d >= -9223372036854775808.0 && d < 9223372036854775808.0 ? static_cast<int64_t>(d) : INT64_MIN;
}
inline bool want_double(Run& run, const Value& v, double& out) {
  if (!v.is(ValueKind::Double)) return run.fail("the argument is not a double");
  out = v.real;
  return true;
}
inline bool want_bool(Run& run, const Value& v, bool& out) {
  if (!v.is(ValueKind::Bool)) return run.fail("the argument is not a bool");
  out = v.integer != 0;
  return true;
}
inline bool want_time(Run& run, const Value& v) {
  return v.is(ValueKind::Time) || run.fail("the argument is not a time");
}
inline bool want_duration(Run& run, const Value& v, int64_t& out) {
  if (!v.is(ValueKind::Duration)) return run.fail("the argument is not a duration");
  out = v.integer;
  return true;
}
inline bool want_map(Run& run, const Value& v) {
  return v.is_map() || run.fail("the argument is not a map");
}
inline bool want_list(Run& run, const Value& v) {
  return v.is_list() || run.fail("the argument is not a list");
}
// Whether pcommon.Value.FromRaw takes it: of lists and maps those of Go, and nothing else within them.
inline bool is_raw(Run& run, const Value& v) {
  if (v.is(ValueKind::RawMap) || v.is(ValueKind::Int)) return true;
  if (!v.is(ValueKind::Array)) return !v.is_list() && !v.is_map() && storable(v);
  for (const Value& item : items_of(v, run.arena))
    if (!is_raw(run, item)) return false;
  return true;
}
// As ottl.PSliceGetter, which makes lists of Go into those of pdata.
inline bool want_slice(Run& run, const Value& v, Items& out) {
  if (!want_list(run, v)) return false;
  if (v.is(ValueKind::Array) && !is_raw(run, v)) return run.fail("an element of the argument cannot be part of a list");
  out = items_of(v, run.arena);
  return true;
}
// A list of texts, as a parameter that is a list of strings.
inline bool want_texts(Run& run, const Value& v, Items& out) {
  if (!want_list(run, v)) return false;
  out = items_of(v, run.arena);
  for (const Value& item : out)
    if (!item.is(ValueKind::String)) return run.fail("an element of the argument is not a string");
  return true;
}

// The StringLike getter: whatever has a text. Nil is left to the caller.
inline bool as_text_like(Run& run, const Value& v, Text& out) {
  if (v.is(ValueKind::String)) {
    out = v.as_text();
    return true;
  }
  Writer w;
  if (!append_string_like(w, v, run.arena)) return run.fail("the argument has no text");
  out = run.arena.copy(w.text());
  return true;
}

// A text that was made, in the arena.
inline Value made_text(Run& run, const Writer& w) {
  return text(run.arena.copy(w.text()));
}

// An editor's old value where it must be a map, and room for as many members and `more`.
struct EditedMap {
  Member* members;
  uint32_t size;
};
inline bool edit_map(Run& run, const Value& v, uint32_t more, EditedMap& out) {
  if (!v.is(ValueKind::Map) && !v.is(ValueKind::RawMap)) return run.fail("the target is not a map");
  Members m = members_of(v, run.arena);
  out.members = run.arena.array<Member>(m.size + more);
  for (uint32_t i = 0; i < m.size; ++i) out.members[i] = m.first[i];
  out.size = m.size;
  return true;
}

}  // namespace whittle::ottl
