// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/fields.h"

namespace whittle::lower {

using ottl::Form;
using ottl::Type;
using record::How;

namespace {

// Integers that are no uint32 (opentelemetry-proto's trace.proto, metrics.proto, logs.proto).
struct Odd {
  std::string_view message;
  uint8_t number, inner;
  How how;
};
constexpr Odd kOdd[] = {
    {"Span", 6, 0, How::Int32},
    {"Span", 15, 3, How::Int32},
    {"Span", 16, 0, How::Fixed32},
    {"LogRecord", 2, 0, How::Int32},
    {"Metric", 7, 2, How::Int32},
    {"Metric", 9, 2, How::Int32},
    {"Metric", 10, 2, How::Int32},
    {"LogRecord", 8, 0, How::Fixed32},
    {"HistogramDataPoint", 4, 0, How::Fixed64},
    {"ExponentialHistogramDataPoint", 4, 0, How::Fixed64},
    {"ExponentialHistogramDataPoint", 6, 0, How::SInt32},
    {"ExponentialHistogramDataPoint", 7, 0, How::Fixed64},
    {"ExponentialHistogramDataPoint", 8, 1, How::SInt32},
    {"ExponentialHistogramDataPoint", 9, 1, How::SInt32},
    {"SummaryDataPoint", 4, 0, How::Fixed64},
};

How integer_how(const ottl::FieldPath& field) {
  for (const Odd& o : kOdd)
    if (o.message == field.message && o.number == field.number && o.inner == field.inner) return o.how;
  return How::UInt32;
}

}  // namespace

How how_of(const ottl::PathEntry& path, const ottl::FieldPath& field) {
  switch (path.form) {
  case Form::Time: return How::Time;
  case Form::Nanoseconds: return How::Fixed64;
  case Form::Text: return How::AnyText;
  case Form::Id: return path.reads.has(Type::TraceId) ? How::Id16 : How::Id8;
  case Form::IdText: return path.name.starts_with("trace_id") ? How::IdText16 : How::IdText8;
  case Form::KindText: return How::KindText;
  case Form::KindConstant: return How::KindConstant;
  case Form::TraceState: return How::Text;
  default: break;
  }
  if (path.keys == ottl::Keys::Value) return How::Any;
  const ottl::TypeSet type = path.reads.without(Type::Nil);
  if (type == Type::Int) return path.unsigned_only ? How::RangedFixed32 : integer_how(field);
  if (type == Type::Double) return How::OptionalDouble;
  if (type == Type::Bool) return How::Bool;
  if (type == Type::String) return How::Text;
  if (type == Type::Counts) return field.inner ? How::PackedVarints : How::PackedFixed;
  if (type == Type::Doubles) return How::PackedDoubles;
  return How::Messages;
}

bool is_messages(const ottl::PathEntry& path) {
  return how_of(path, path.fields[0]) == How::Messages;
}

uint32_t message_kind(const ottl::PathEntry& path) {
  for (int t = 0; t < ottl::kTypes; ++t)
    if (path.reads.without(Type::Nil) == ottl::TypeSet(static_cast<Type>(t))) return static_cast<uint32_t>(t);
  return static_cast<uint32_t>(Type::Nil);
}

uint32_t members_of(const ottl::PathEntry& path) {
  uint32_t out = 0;
  for (const ottl::FieldPath& f : path.fields) out |= 1u << f.number;
  return out;
}

uint32_t point_index(std::string_view message) {
  if (message == "HistogramDataPoint") return 1;
  if (message == "ExponentialHistogramDataPoint") return 2;
  if (message == "SummaryDataPoint") return 3;
  return 0;
}

}  // namespace whittle::lower
