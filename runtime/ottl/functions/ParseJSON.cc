// SPDX-License-Identifier: Apache-2.0
// ParseJSON: a map or a list from JSON, with numbers as Go's encoding/json reads them.
#include "runtime/base/json_memory.h"
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

// Numbers are doubles, as encoding/json reads them; of equal keys the last one counts.
// Beyond some depth, which would take the stack, it is an error.
static Value value_of(Run& run, yyjson_val* v, uint32_t depth, bool& deep) {
  constexpr uint32_t kMaxDepth = 1000;
  deep = deep || depth > kMaxDepth;
  if (deep) return nil();
  switch (yyjson_get_type(v)) {
  case YYJSON_TYPE_BOOL: return boolean(yyjson_get_bool(v));
  case YYJSON_TYPE_NUM: return real(yyjson_get_num(v));
  case YYJSON_TYPE_STR: return text(Text(yyjson_get_str(v), yyjson_get_len(v)));
  case YYJSON_TYPE_ARR: {
    ListMaker items(run.arena);
    size_t i, n;
    yyjson_val* item;
    yyjson_arr_foreach(v, i, n, item) items.add(value_of(run, item, depth + 1, deep));
    return items.give(ValueKind::Slice);
  }
  case YYJSON_TYPE_OBJ: {
    MapMaker made(run.arena);
    size_t i, n;
    yyjson_val *key, *item;
    yyjson_obj_foreach(v, i, n, key, item) {
      made.put(Text(yyjson_get_str(key), yyjson_get_len(key)), value_of(run, item, depth + 1, deep));
    }
    return made.give();
  }
  default: return nil();
  }
}

// The text without zeros in front of other digits, which the reference's reader lets by.
static Text without_zeros(Run& run, Text t) {
  Writer w;
  bool quoted = false;
  for (size_t i = 0; i < t.size(); ++i) {
    const char c = t[i];
    if (quoted && c == '\\' && i + 1 < t.size()) {
      w.append(t.substr(i++, 2));
      continue;
    }
    if (c == '"') quoted = !quoted;
    auto digit = [&](size_t at) { return at < t.size() && t[at] >= '0' && t[at] <= '9'; };
    const bool begins = i == 0 || !(digit(i - 1) || Text(".eE+").contains(t[i - 1]));
    if (!quoted && c == '0' && begins && digit(i + 1)) {
      while (t[i] == '0' && digit(i + 1)) ++i;
    }
    w.byte(static_cast<uint8_t>(t[i]));
  }
  return run.arena.copy(w.text());
}

extern "C" bool rt_ottl_ParseJSON(Run* run, const Value* args, Value* out) {
  Text t;
  if (!want_text(*run, args[0], t)) return false;
  yyjson_doc* doc = read_json(t, run->arena);
  if (!doc) {
    t = without_zeros(*run, t);
    doc = read_json(t, run->arena);
  }
  if (!doc) return run->fail("the text is no JSON");
  yyjson_val* root = yyjson_doc_get_root(doc);
  const bool good = yyjson_is_obj(root) || yyjson_is_arr(root);
  bool deep = false;
  const Value made = good ? value_of(*run, root, 0, deep) : nil();
  if (deep) return run->fail("the text is nested too deep");
  if (good) *out = made;
  return good || run->fail("the text is neither a map nor a list in JSON");
}

}  // namespace whittle::ottl
