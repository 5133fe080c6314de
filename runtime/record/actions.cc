// SPDX-License-Identifier: Apache-2.0
// What the actions of processors on attributes call beside what statements call: contrib's
// internal/coreinternal/attraction. Each is an ottl::FunctionCode.
#include "runtime/aws/sha256.h"
#include "runtime/base/json.h"
#include "runtime/base/payload.h"
#include "runtime/base/regex.h"
#include "runtime/ottl/arguments.h"

#include <string.h>

namespace whittle::record {

using namespace ottl;

namespace {

// SHA-256 in hex of a text, a truth value as one byte, a number as eight bytes from the lowest; an empty text for
// everything else.
Value hashed(Run& run, const Value& v) {
  uint8_t bytes[8];
  Bytes data;
  switch (v.kind) {
  case ValueKind::String: data = v.as_bytes(); break;
  case ValueKind::Bool:
    bytes[0] = v.integer != 0;
    data = {bytes, 1};
    break;
  case ValueKind::Int:
  case ValueKind::Double:
    memcpy(bytes, &v.integer, 8);  // both targets are little-endian
    data = {bytes, 8};
    break;
  default: return text({});
  }
  Writer hex;
  const auto digest = sha256(data);
  append_hex(hex, {digest.data(), digest.size()});
  return made_text(run, hex);
}

}  // namespace

extern "C" {

bool rt_action_hash(Run* run, const Value* args, Value* out) {
  *out = hashed(*run, args[0]);
  return true;
}

// args[0]: attributes, args[1]: the pattern of those whose values are hashed.
bool rt_action_hash_matching(Run* run, const Value* args, Value* out) {
  EditedMap m;
  if (!edit_map(*run, args[0], 0, m)) return false;
  bool any = false;
  for (uint32_t i = 0; i < m.size; ++i) {
    if (!regex_match(*args[1].pattern, m.members[i].name())) continue;
    m.members[i].value = hashed(*run, m.members[i].value);
    any = true;
  }
  *out = any ? map(m.members, m.size) : args[0];
  return true;
}

bool rt_action_to_string(Run* run, const Value* args, Value* out) {
  *out = args[0];
  if (args[0].is(ValueKind::String)) return true;
  Writer w;
  append_as_string(w, args[0]);
  *out = made_text(*run, w);
  return true;
}

bool rt_action_to_int(Run*, const Value* args, Value* out) {
  const Value& v = *out = args[0];
  if (v.is(ValueKind::Bool)) *out = integer(v.integer);
  else if (v.is(ValueKind::Double)) *out = integer(to_int(v.real));
  else if (v.is(ValueKind::String))
    if (auto n = parse_int(v.as_text())) *out = integer(*n);
  return true;
}

bool rt_action_to_double(Run*, const Value* args, Value* out) {
  const Value& v = *out = args[0];
  if (v.is(ValueKind::Bool) || v.is(ValueKind::Int)) *out = real(static_cast<double>(v.integer));
  else if (v.is(ValueKind::String))
    if (auto n = parse_go_double(v.as_text())) *out = real(*n);
  return true;
}

}  // extern "C"

}  // namespace whittle::record
