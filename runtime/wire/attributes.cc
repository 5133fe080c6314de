// SPDX-License-Identifier: Apache-2.0
// Maps are written with their keys in order and, of equal keys, the last: texts made of them can then be compared.
#include "runtime/wire/attributes.h"

#include <algorithm>
#include <vector>

namespace whittle {

static std::vector<views::KeyValue> sorted(Bytes list) {
  std::vector<views::KeyValue> entries;
  views::KeyValueList map(list);
  entries.reserve(map.values.size());
  for (views::KeyValue kv : map.values) entries.push_back(kv);
  // Later entries lie behind earlier ones, so the place of the value bytes orders equal keys.
  std::sort(entries.begin(), entries.end(), [](const views::KeyValue& a, const views::KeyValue& b) {
    return a.key != b.key ? a.key < b.key : a.key.data() < b.key.data();
  });
  size_t n = 0;
  for (const views::KeyValue& kv : entries) {
    if (n > 0 && entries[n - 1].key == kv.key) --n;
    entries[n++] = kv;
  }
  entries.resize(n);
  return entries;
}

std::optional<views::AnyValue> find_attribute(const Attributes& attributes, Text key) {
  for (auto it = attributes.begin(); it != attributes.end(); ++it) {
    views::KeyValue kv = *it;
    if (kv.key == key) return kv.value.get();
  }
  return std::nullopt;
}

static void append_real(Writer& out, double v, bool quoted) {
  if (v - v == 0) {
    append_double(out, v);
    return;
  }
  if (quoted) out.byte('"');
  out.append(v != v ? Text("NaN") : v > 0 ? Text("Infinity") : Text("-Infinity"));
  if (quoted) out.byte('"');
}

void json_value(Writer& out, const views::AnyValue& v) {
  switch (v.value_case) {
  case ValueCase::StringValue: append_json_text(out, v.string_value); break;
  case ValueCase::BoolValue: out.append(v.bool_value ? Text("true") : Text("false")); break;
  case ValueCase::IntValue: append_int(out, v.int_value); break;
  case ValueCase::DoubleValue: append_real(out, v.double_value, true); break;
  case ValueCase::BytesValue:
    out.byte('"');
    append_base64(out, v.bytes_value);
    out.byte('"');
    break;
  case ValueCase::ArrayValue: {
    bool first = true;
    out.byte('[');
    for (views::AnyValue item : views::ArrayValue(v.array_value).values) {
      if (!first) out.byte(',');
      first = false;
      json_value(out, item);
    }
    out.byte(']');
    break;
  }
  case ValueCase::KvlistValue: {
    bool first = true;
    out.byte('{');
    for (const views::KeyValue& kv : sorted(v.kvlist_value)) {
      if (!first) out.byte(',');
      first = false;
      append_json_text(out, kv.key);
      out.byte(':');
      json_value(out, kv.value.get());
    }
    out.byte('}');
    break;
  }
  default: out.append(Text("null"));
  }
}

void append_as_string(Writer& out, const views::AnyValue& v) {
  switch (v.value_case) {
  case ValueCase::StringValue: out.append(v.string_value); break;
  case ValueCase::DoubleValue: append_real(out, v.double_value, false); break;
  case ValueCase::BytesValue: append_base64(out, v.bytes_value); break;
  case ValueCase::BoolValue:
  case ValueCase::IntValue:
  case ValueCase::ArrayValue:
  case ValueCase::KvlistValue: json_value(out, v); break;
  default: break;
  }
}

void nested_value(NestedJson& out, const views::AnyValue& v) {
  switch (v.value_case) {
  case ValueCase::StringValue: out.text(v.string_value); break;
  case ValueCase::BoolValue: out.boolean(v.bool_value); break;
  case ValueCase::IntValue: out.integer(v.int_value); break;
  case ValueCase::DoubleValue: out.real(v.double_value); break;
  case ValueCase::BytesValue:
    out.put<"'">();
    append_base64(out.out, v.bytes_value);
    out.put<"'">();
    break;
  case ValueCase::ArrayValue:
    out.put<"[">();
    for (views::AnyValue item : views::ArrayValue(v.array_value).values) {
      nested_value(out, item);
      out.comma();
    }
    out.close(']');
    break;
  case ValueCase::KvlistValue:
    out.put<"{">();
    for (const views::KeyValue& kv : sorted(v.kvlist_value)) {
      out.text(kv.key);
      out.put<":">();
      nested_value(out, kv.value.get());
      out.comma();
    }
    out.close('}');
    break;
  default: out.put<"null">();
  }
}

}  // namespace whittle
