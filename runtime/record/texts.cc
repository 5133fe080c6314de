// SPDX-License-Identifier: Apache-2.0
// Values as texts, where processors compare texts.
#include "runtime/base/number.h"
#include "runtime/base/regex.h"
#include "runtime/ottl/value.h"
#include "runtime/record/program.h"
#include "runtime/wire/value_text.h"

#include <string.h>

namespace whittle::record {

using ottl::Run;
using ottl::Value;
using ottl::ValueKind;

extern "C" {

void rt_text_of(Run* run, const Value* v, bool anything, const Str* otherwise, Value* out) {
  switch (v->kind) {
  case ValueKind::String: *out = *v; return;
  case ValueKind::Nil:
    *out = anything ? ottl::text({otherwise->data, static_cast<size_t>(otherwise->size)}) : ottl::nil();
    return;
  case ValueKind::Bool: *out = ottl::text(v->integer ? "true" : "false"); return;
  case ValueKind::Int: {
    char* room = run->arena.array<char>(kNumberRoom);
    *out = ottl::text({room, format_int(room, v->integer)});
    return;
  }
  case ValueKind::Double: {
    Writer text;
    anything ? append_value_double(text, v->real) : append_plain_double(text, v->real);
    *out = ottl::text(run->arena.copy(text.text()));
    return;
  }
  default: {
    if (!anything) {
      *out = ottl::nil();
      return;
    }
    Writer text;
    ottl::append_as_string(text, *v);
    *out = ottl::text(run->arena.copy(text.text()));
  }
  }
}

void rt_value_of_any(const Any* any, Value* out) {
  switch (any->kind) {
  case AnyKind::Null: *out = ottl::nil(); return;
  case AnyKind::Bool: *out = ottl::boolean(any->bits != 0); return;
  case AnyKind::Int: *out = ottl::integer(static_cast<int64_t>(any->bits)); return;
  case AnyKind::Double: {
    double d;
    memcpy(&d, &any->bits, sizeof d);
    *out = ottl::real(d);
    return;
  }
  case AnyKind::String: *out = ottl::text({any->text.data, static_cast<size_t>(any->text.size)}); return;
  }
}

bool rt_text_matches(const Value* v, const Regex* pattern) {
  return v->is(ValueKind::String) && regex_match(*pattern, v->as_text());
}

}  // extern "C"

}  // namespace whittle::record
