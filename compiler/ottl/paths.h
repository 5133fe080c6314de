// SPDX-License-Identifier: Apache-2.0
// The paths of every context, stated once: what the parser's check, the lowering, the reference pages and the table of
// what is done are made from.
#pragma once

#include "compiler/ottl/types.h"

#include <optional>
#include <span>
#include <string_view>

namespace whittle::ottl {

// Contexts in which statements are evaluated, and OtelCol, which only gives paths.
enum class Context : uint8_t { Resource, Scope, Span, SpanEvent, Metric, DataPoint, Exemplar, Log, OtelCol };
inline constexpr int kContexts = static_cast<int>(Context::OtelCol) + 1;

// "metric", as paths name it.
std::string_view name_of(Context context);
// The context that paths call so: `instrumentation_scope` is the scope too.
std::optional<Context> context_named(std::string_view name);

// What may follow a path in brackets.
enum class Keys : uint8_t {
  None,
  Map,    // any number; the first picks from a map, what follows from what it finds
  Value,  // the same, of a value that may be a list or a map: the body
  One,    // one literal text: trace_state
};

// How a field's bytes and the value of a path stand to each other.
enum class Form : uint8_t {
  Plain,         // as the field's own type says: integers of all widths and enums are ints
  Text,          // body.string: the value in the text form of the reference
  Time,          // fixed64 nanoseconds as a time
  Nanoseconds,   // fixed64 nanoseconds as an int
  Id,            // 16 or 8 bytes
  IdText,        // an id in hex
  KindText,      // span.kind as "Server"
  KindConstant,  // span.kind as "SPAN_KIND_SERVER"
  TraceState,    // its text or, with a key, one member
  MetricType,    // which member of Metric.data there is
  Points,        // the data points of a metric
  NumberAsInt,   // as_int, and 0 where a number point holds a double
  NumberAsDouble,
  Index,     // of a span event within its span
  Schema,    // schema_url of the message that holds the resource or scope
  Cache,     // a map that lives as long as one record and group
  External,  // of the request: metadata, client address
};

// A field of OTLP: the message that the context's record is, and the numbers of the fields from there.
struct FieldPath {
  std::string_view message;  // "Span", "NumberDataPoint"
  uint8_t number = 0;        // 0: the message itself
  uint8_t inner = 0;         // of a field in that one: status.code
};

struct PathEntry {
  Context context;
  std::string_view name;  // without the context: "status.code"
  TypeSet reads;          // what reading without keys gives
  TypeSet writes;         // what may be written without keys; nothing: writing always fails
  Keys keys = Keys::None;
  Form form = Form::Plain;
  std::span<const FieldPath> fields{};  // the alternatives: data points are of four messages; empty: no field of OTLP
  std::string_view doc{};
  bool ignores_writes = false;  // writing does nothing: metric.type
  bool unsigned_only = false;   // a number that does not fit 32 bits without a sign fails: span.flags
};

// All paths of a context, `cache` included, in the order of the reference pages.
std::span<const PathEntry> paths_of(Context context);

// By the name without its context: "status.code".
const PathEntry* find_path(Context context, std::string_view name);

// Contexts whose paths may be named from `context`, itself first, then outwards.
std::span<const Context> reachable_from(Context context);
bool reaches(Context context, Context other);

// What reading a path with keys gives, and what may be written there.
inline constexpr TypeSet kKeyed = kAnyValue;
inline constexpr TypeSet kStorable =
    kAnyValue | TypeSet{Type::RawMap, Type::Array, Type::Strings, Type::Ints, Type::Doubles};

}  // namespace whittle::ottl
