// SPDX-License-Identifier: Apache-2.0
// Attributes as exporters look at them. A value of another type than the one asked for reads as the type's zero, as it
// does in the Collector.
#pragma once

#include "runtime/base/nested_json.h"
#include "runtime/wire/otlp_views.h"

#include <optional>

namespace whittle {

using ValueCase = views::AnyValue::ValueCase;

inline Text string_of(const views::AnyValue& v) {
  return v.value_case == ValueCase::StringValue ? v.string_value : Text();
}
inline int64_t int_of(const views::AnyValue& v) {
  return v.value_case == ValueCase::IntValue ? v.int_value : 0;
}

using Attributes = views::Repeated<views::KeyValue>;

// The first attribute of that name.
std::optional<views::AnyValue> find_attribute(const Attributes& attributes, Text key);

// Appends the value as a string: scalars in their usual form, bytes in base64, lists and maps in JSON.
void append_as_string(Writer& out, const views::AnyValue& v);

// Appends the value as JSON of a nested document; an unset value is null.
void nested_value(NestedJson& out, const views::AnyValue& v);

// Appends the value as JSON.
void json_value(Writer& out, const views::AnyValue& v);

}  // namespace whittle
