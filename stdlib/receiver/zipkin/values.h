// SPDX-License-Identifier: Apache-2.0
// What both versions of Zipkin's format have in common: addresses, values of tags, members of JSON objects as
// encoding/json reads them into a struct.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"
#include "runtime/http/header.h"
#include "runtime/wire/attribute_map.h"

#include <yyjson.h>

namespace whittle::zipkin {

// opentelemetry/proto/trace/v1/trace.proto
enum Kind : uint64_t { kUnspecified, kInternal, kServer, kClient, kProducer, kConsumer };
enum StatusCode : uint64_t { kUnset, kOk, kError };

// What a body of that size may make of itself while it is read; what clients send is far below.
constexpr size_t most_memory(size_t body) {
  return (8 << 20) + 3 * body;
}

constexpr Text kStartAbsent = "otel.zipkin.absentField.startTime";

// Puts a tag: as it is, or as the number or boolean that it looks like.
void put_tag(wire::AttributeMap& to, Text key, Text value, bool parse);

// Appends an address as Go's net.IP prints one of so many bytes.
void append_address(Writer& out, Bytes address);

// The number that hexadecimal digits are; false when they are none, or too many.
bool hex_number(Text t, uint64_t& out);

// The whole of `t` as Go's ParseInt(t, 10, 64) and ParseUint(t, 10, 32) read it.
bool go_int(Text t, int64_t& out);
bool go_uint32(Text t, uint32_t& out);

inline Text text_of(yyjson_val* v) {
  return {yyjson_get_str(v), yyjson_get_len(v)};
}

// Calls f(name, value) for each member that is not null.
template <class F>
void each_member(yyjson_val* object, F f) {
  yyjson_val *key, *value;
  size_t i, n;
  yyjson_obj_foreach(object, i, n, key, value) {
    if (!yyjson_is_null(value)) f(text_of(key), value);
  }
}

// Read a value into a field of that type; false when it is of another.
inline bool read(yyjson_val* v, Text& out) {
  if (!yyjson_is_str(v)) return false;
  out = text_of(v);
  return true;
}
inline bool read(yyjson_val* v, uint64_t& out) {
  if (!yyjson_is_uint(v)) return false;
  out = yyjson_get_uint(v);
  return true;
}
inline bool read(yyjson_val* v, int64_t& out) {
  if (!yyjson_is_int(v) || (yyjson_is_uint(v) && yyjson_get_uint(v) > INT64_MAX)) return false;
  out = yyjson_get_sint(v);
  return true;
}

}  // namespace whittle::zipkin
