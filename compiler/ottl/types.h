// SPDX-License-Identifier: Apache-2.0
// What kinds of values there are when a statement runs, and sets of them: what is known of an expression when
// compiling.
//
// The kinds are those that the reference's evaluator tells apart, not those of OTLP's AnyValue: a list written in a
// statement, a list of a record and a list of texts that a function made compare and convert differently.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace whittle::ottl {

enum class Type : uint8_t {
  Nil,
  Bool,
  Int,     // int64
  Double,  // float64
  String,
  Bytes,
  Map,       // of any values: attributes, what is written in braces
  RawMap,    // a map of URL and UserAgent: ints of it are no ints to a comparison
  Slice,     // a list of any values, as records hold it
  Array,     // a list as statements write it and some functions make it: elements keep the types they were made with
  Strings,   // a list of texts: of Split
  Ints,      // a list of int64
  Counts,    // a list of uint64: bucket_counts
  Doubles,   // a list of float64: explicit_bounds
  Time,      // with a time zone when a function made it
  Duration,  // nanoseconds
  TraceId,
  SpanId,
  ProfileId,
  Status,      // of a span
  Events,      // of a span
  Links,       // of a span
  DataPoints,  // of a metric
  Exemplars,   // of a data point
  Buckets,     // of an exponential histogram
  Quantiles,   // of a summary
};
inline constexpr int kTypes = static_cast<int>(Type::Quantiles) + 1;

// "a string", "an int": as diagnostics call a value of that type.
std::string_view words_for(Type type);
// "string", "int": as tables and reference pages call it.
std::string_view name_of(Type type);

class TypeSet {
public:
  constexpr TypeSet() = default;
  constexpr TypeSet(Type type) : bits_(1u << static_cast<unsigned>(type)) {}
  constexpr TypeSet(std::initializer_list<Type> types) {
    for (Type t : types) bits_ |= TypeSet(t).bits_;
  }

  constexpr bool has(Type type) const { return (bits_ & TypeSet(type).bits_) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool meets(TypeSet other) const { return (bits_ & other.bits_) != 0; }
  constexpr bool within(TypeSet other) const { return (bits_ & ~other.bits_) == 0; }
  constexpr bool single() const { return bits_ != 0 && (bits_ & (bits_ - 1)) == 0; }
  constexpr TypeSet without(TypeSet other) const { return from_bits(bits_ & ~other.bits_); }
  constexpr TypeSet operator|(TypeSet other) const { return from_bits(bits_ | other.bits_); }
  constexpr TypeSet operator&(TypeSet other) const { return from_bits(bits_ & other.bits_); }
  constexpr TypeSet& operator|=(TypeSet other) { return *this = *this | other; }
  constexpr bool operator==(const TypeSet&) const = default;
  constexpr uint32_t bits() const { return bits_; }

private:
  static constexpr TypeSet from_bits(uint32_t bits) {
    TypeSet s;
    s.bits_ = bits;
    return s;
  }
  uint32_t bits_ = 0;
};

// What an AnyValue can hold, nil for an empty one or one that is not there.
inline constexpr TypeSet kAnyValue{Type::Nil,    Type::Bool,  Type::Int, Type::Double,
                                   Type::String, Type::Bytes, Type::Map, Type::Slice};
inline constexpr TypeSet kNumbers{Type::Int, Type::Double};
inline constexpr TypeSet kMaps{Type::Map, Type::RawMap};
inline constexpr TypeSet kLists{Type::Slice, Type::Array, Type::Strings, Type::Ints, Type::Counts, Type::Doubles};

// "an int or a string", "nil": the members in words, at most four of them.
std::string words_for(TypeSet set);
// "int | string".
std::string names_of(TypeSet set);

}  // namespace whittle::ottl
