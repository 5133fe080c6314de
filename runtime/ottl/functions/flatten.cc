// SPDX-License-Identifier: Apache-2.0
// flatten: maps and lists within a map become keys of the outermost, joined by dots, down to a depth.
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

namespace {

struct Flattener {
  Run& run;
  MapMaker made, met;  // met: how often a key was there already
  bool resolve;
  int64_t depth;

  Text joined(Text a, Text b) {
    Writer w;
    w.append(a);
    w.append(b);
    return run.arena.copy(w.text());
  }
  Text numbered(Text a, uint64_t i) {
    Writer w;
    w.append(a);
    w.byte(46);
    append_uint(w, i);
    return run.arena.copy(w.text());
  }

  void map(const Value& m, Text prefix, int64_t level) {
    if (!prefix.empty()) prefix = joined(prefix, ".");
    for (const Member& member : members_of(m, run.arena)) value(member.name(), member.value, level, prefix);
  }
  void slice(const Value& list, Text prefix, int64_t level) {
    uint64_t i = 0;
    for (const Value& v : items_of(list, run.arena)) {
      Writer w;
      append_uint(w, i++);
      value(run.arena.copy(w.text()), v, level + 1, prefix);
    }
  }
  void value(Text key, const Value& v, int64_t level, Text prefix) {
    if (v.is_map() && level < depth) return map(v, joined(prefix, key), level + 1);
    if (!v.is_list() || level >= depth) return put(joined(prefix, key), v);
    uint64_t i = 0;
    for (const Value& item : items_of(v, run.arena)) {
      const Text at = numbered(joined(prefix, key), i++);
      if (item.is_map() && level + 1 < depth) map(item, at, level + 2);
      else if (item.is_list() && level + 1 < depth) slice(item, at, level + 2);
      else if (resolve) put(joined(prefix, key), item);
      else made.put(at, item);
    }
  }
  void put(Text key, const Value& v) {
    if (!resolve) return made.put(key, v);
    if (made.find(key)) {
      Value* times = met.find(key);
      const uint64_t n = times ? static_cast<uint64_t>(times->integer) : 0;
      met.put(key, integer(static_cast<int64_t>(n + 1)));
      made.put(numbered(key, n), v);
      return;
    }
    met.put(key, integer(0));
    made.put(key, v);
  }
};

}  // namespace

extern "C" bool rt_ottl_flatten(Run* run, const Value* args, Value* out) {
  if (!args[0].is_map()) return run->fail("the target is not a map");
  Flattener f{*run, MapMaker(run->arena), MapMaker(run->arena), given(args[3]) && args[3].integer,
              given(args[2]) ? args[2].integer : INT64_MAX};
  f.map(args[0], given(args[1]) ? args[1].as_text() : Text(), 0);
  *out = f.made.give();
  return true;
}

}  // namespace whittle::ottl
