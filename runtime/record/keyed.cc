// SPDX-License-Identifier: Apache-2.0
// Parts of values by key, and operators, as functions that machine code calls. The rules are those of the reference's
// ctxutil (pkg/ottl/contexts/internal/ctxutil): a missing key of a map is nil, an index out of range an error.
#include "runtime/base/log.h"
#include "runtime/base/runtime.h"
#include "runtime/ottl/value.h"
#include "runtime/record/program.h"

#include <algorithm>

namespace whittle::record {

using ottl::Run;
using ottl::Value;
using ottl::ValueKind;

namespace {

bool index_of(Run& run, const Value& key, uint32_t size, uint32_t& index) {
  if (!key.is(ValueKind::Int)) return run.fail("the index of a list is not an int");
  if (key.integer < 0 || key.integer >= size) return run.fail("an index is out of bounds");
  index = static_cast<uint32_t>(key.integer);
  return true;
}

bool put(Run& run, const Value& of, bool there, const Value* keys, uint32_t count, const Value& v, Value* out) {
  if (count == 0) {
    *out = of;
    if (v.is(ValueKind::Nil)) return true;
    if (!ottl::storable(v)) return run.fail("a value of that type cannot be stored");
    *out = v;
    return true;
  }
  if (of.is_list()) {
    ottl::Items items = ottl::items_of(of, run.arena);
    uint32_t at;
    *out = of;
    if (!index_of(run, keys[0], items.size, at)) return false;
    auto* copy = run.arena.array<Value>(items.size);
    std::copy(items.begin(), items.end(), copy);
    const bool good = put(run, items[at], true, keys + 1, count - 1, v, &copy[at]);
    *out = ottl::list(copy, items.size, ValueKind::Slice);
    return good;
  }
  // What is not there yet, or is empty, becomes a map or a list, as the key asks.
  if (!of.is_map()) {
    if (there && !of.is(ValueKind::Nil)) {
      *out = of;
      return run.fail("the value has no parts");
    }
    if (!keys[0].is(ValueKind::String)) {
      *out = of;
      if (!keys[0].is(ValueKind::Int)) return run.fail("a key is neither a string nor an int");
      if (keys[0].integer < 0) return run.fail("an index is out of bounds");
      const auto size = static_cast<uint32_t>(std::min<int64_t>(keys[0].integer, 10'000)) + 1;
      if (keys[0].integer > 10'000) return run.fail("an index is too large");
      auto* items = run.arena.array<Value>(size);
      std::fill_n(items, size, Value{});
      const bool good = put(run, {}, false, keys + 1, count - 1, v, &items[size - 1]);
      *out = ottl::list(items, size, ValueKind::Slice);
      return good;
    }
  }
  if (!keys[0].is(ValueKind::String)) {
    *out = of;
    return run.fail("the key of a map is not a string");
  }
  ottl::Members members = ottl::members_of(of, run.arena);
  auto* copy = run.arena.array<ottl::Member>(members.size + 1);
  std::copy(members.begin(), members.end(), copy);
  uint32_t at = 0;
  while (at < members.size && copy[at].name() != keys[0].as_text()) ++at;
  const bool known = at < members.size;
  if (!known) copy[at] = {keys[0].text, keys[0].size, 0, {}};
  const bool good = put(run, copy[at].value, known, keys + 1, count - 1, v, &copy[at].value);
  *out = ottl::map(copy, members.size + !known);
  return good;
}

}  // namespace

extern "C" {

bool rt_get_keyed(Run* run, const Value* of, const Value* keys, uint32_t count, uint32_t how, Value* out) {
  Value at = *of;
  if (how == 1 && at.is(ValueKind::Nil) && at.detail == 0) {
    *out = at;
    return true;
  }
  for (uint32_t i = 0; i < count; ++i) {
    if (at.is_map()) {
      if (!keys[i].is(ValueKind::String)) return run->fail("the key of a map is not a string");
      Value next;
      if (!ottl::find(at, keys[i].as_text(), &next)) {
        if (how == 2) return run->fail("the map has no such key");
        *out = ottl::nil();
        return true;
      }
      at = next;
    } else if (at.is_list()) {
      ottl::Items items = ottl::items_of(at, run->arena);
      uint32_t index;
      if (!index_of(*run, keys[i], items.size, index)) return false;
      at = items[index];
    } else if (how == 2 && at.is(ValueKind::Bytes)) {
      uint32_t index;
      if (!index_of(*run, keys[i], at.size, index)) return false;
      at = ottl::integer(at.bytes[index]);
      at.detail = 1;  // a byte, which is no int of the language
    } else {
      return run->fail("the value has no parts");
    }
  }
  *out = at;
  return true;
}

bool rt_put_keyed(Run* run, const Value* of, const Value* keys, uint32_t count, const Value* v, Value* out) {
  if (v->is(ValueKind::Nil)) return *out = *v, true;
  return put(*run, *of, true, keys, count, *v, out);
}

bool rt_compare(Run* run, const Value* a, const Value* b, uint32_t how) {
  return ottl::compare(*a, *b, static_cast<ottl::Comparison>(how), run->arena);
}
bool rt_arithmetic(Run* run, const Value* a, const Value* b, uint32_t how, Value* out) {
  return ottl::arithmetic(*run, *a, *b, static_cast<ottl::Arithmetic>(how), out);
}
bool rt_negate(Run* run, const Value* v, Value* out) {
  return ottl::negate(*run, *v, out);
}

void rt_make_list(Run* run, const Value* items, uint32_t count, Value* out) {
  auto* copy = run->arena.array<Value>(count);
  std::copy_n(items, count, copy);
  *out = ottl::list(copy, count, ValueKind::Array);
}

// What pcommon.Value.FromRaw takes, and maps.
static bool storable_in_map(Run& run, const Value& v) {
  switch (v.kind) {
  case ValueKind::Slice:
  case ValueKind::Strings:
  case ValueKind::Ints:
  case ValueKind::Doubles: return false;
  case ValueKind::Array:
    for (const Value& item : ottl::items_of(v, run.arena))
      if (!item.is_map() && !storable_in_map(run, item)) return false;
    return true;
  default: return ottl::storable(v);
  }
}

bool rt_make_map(Run* run, const List<Str>* keys, const Value* items, Value* out) {
  for (uint64_t i = 0; i < keys->size; ++i)
    if (!storable_in_map(*run, items[i])) return run->fail("a value of that type cannot be part of a map");
  auto* members = run->arena.array<ottl::Member>(keys->size);
  uint32_t n = 0;
  for (uint64_t i = 0; i < keys->size; ++i) {
    const Str key = (*keys)[i];
    uint32_t at = 0;
    while (at < n && members[at].name() != Text(key.data, key.size)) ++at;
    members[at] = {key.data, static_cast<uint32_t>(key.size), 0, items[i]};
    if (at == n) ++n;
  }
  *out = ottl::map(members, n);
  return true;
}

bool rt_set_cache(Run* run, Value* cache, const Value* v) {
  if (!v->is_map()) return run->fail("the value is not a map");
  *cache = *v;
  cache->kind = ValueKind::Map;
  return true;
}

void rt_not_a_bool(Run* run) {
  run->fail("the value is not a bool");
}
void rt_cannot_write(Run* run) {
  run->fail("this cannot be written");
}

void rt_statement_failed(Run* run, const Str* statement, const Str* place) {
  if (!run->runtime || !run->runtime->log) return;
  run->runtime->log->warn("a statement failed and was left out",
                          {{"statement", *statement}, {"error", run->error ? run->error : ""}, {"config", *place}});
}

}  // extern "C"

}  // namespace whittle::record
