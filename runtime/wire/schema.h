// SPDX-License-Identifier: Apache-2.0
// OTLP's messages as tables. The tables are generated from the .proto files when whittle is built (wire/generate/), and
// serve whatever treats all messages alike: checking, repairing, and JSON in both directions.
#pragma once

#include "runtime/base/bytes.h"

#include <stdint.h>

namespace whittle::wire {

enum class FieldKind : uint8_t {
  Unknown,
  Bool,
  Int32,
  Int64,
  Uint32,
  Uint64,
  Sint32,
  Enum,
  Fixed32,
  Fixed64,
  Sfixed64,
  Double,
  String,
  Bytes,
  Message,
};

struct EnumName {
  const char* name;
  int32_t value;
};

struct MessageType;

struct Field {
  const char* json_name;   // "traceId"
  const char* proto_name;  // "trace_id"
  const MessageType* message;
  const EnumName* names;
  uint8_t name_count;
  uint8_t number;
  FieldKind kind;
  bool repeated;
  bool in_oneof;    // a message has at most one oneof; setting a member unsets the others
  bool presence;    // kept when it holds its default
  uint8_t id_size;  // of bytes that are an id (hex in JSON): 16 or 8, or none; 0 for other bytes
};

// What validate() has to know of a field, by its number.
struct WireField {
  FieldKind kind = FieldKind::Unknown;
  bool repeated = false;
  uint8_t id_size = 0;
  uint8_t index = 0;  // into MessageType::fields
};

constexpr uint32_t kMaxFieldNumber = 16;

struct MessageType {
  const char* name;
  const Field* fields;  // by number
  uint32_t field_count;
  // Of a resource's message: the repeated field that its first version had under number 1000.
  uint32_t deprecated_1000_is;
  // Singular messages come before the repeated ones that they describe (resource before scopes, scope before spans).
  bool container;
  // Counted: span, data point, log record.
  bool item;
  WireField by_number[kMaxFieldNumber + 1];
};

}  // namespace whittle::wire
