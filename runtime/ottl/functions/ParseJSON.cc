// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

#include <yyjson.h>

namespace whittle::ottl {

// Numbers are doubles, as encoding/json reads them; of equal keys the last one counts.
static Value value_of(Run& run, yyjson_val* v) {
  switch (yyjson_get_type(v)) {
  case YYJSON_TYPE_BOOL: return boolean(yyjson_get_bool(v));
  case YYJSON_TYPE_NUM: return real(yyjson_get_num(v));
  case YYJSON_TYPE_STR: return text(run.arena.copy({yyjson_get_str(v), yyjson_get_len(v)}));
  case YYJSON_TYPE_ARR: {
    ListMaker items(run.arena);
    size_t i, n;
    yyjson_val* item;
    yyjson_arr_foreach(v, i, n, item) items.add(value_of(run, item));
    return items.give(ValueKind::Slice);
  }
  case YYJSON_TYPE_OBJ: {
    MapMaker made(run.arena);
    size_t i, n;
    yyjson_val *key, *item;
    yyjson_obj_foreach(v, i, n, key, item) {
      made.put(run.arena.copy({yyjson_get_str(key), yyjson_get_len(key)}), value_of(run, item));
    }
    return made.give();
  }
  default: return nil();
  }
}

extern "C" bool rt_ottl_ParseJSON(Run* run, const Value* args, Value* out) {
  Text t;
  if (!want_text(*run, args[0], t)) return false;
  yyjson_doc* doc = yyjson_read(t.data(), t.size(), 0);
  if (!doc) return run->fail("the text is no JSON");
  yyjson_val* root = yyjson_doc_get_root(doc);
  const bool good = yyjson_is_obj(root) || yyjson_is_arr(root);
  if (good) *out = value_of(*run, root);
  yyjson_doc_free(doc);
  return good || run->fail("the text is neither a map nor a list in JSON");
}

}  // namespace whittle::ottl
