// SPDX-License-Identifier: Apache-2.0
// Numbers as text, and back.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

#include <optional>
#include <stdint.h>

namespace whittle {

// Room that every function below needs at `out`. Each returns how much of it it used (32 at most), writes no NUL, and
// may have scribbled on the rest.
constexpr size_t kNumberRoom = 48;

size_t format_uint(char* out, uint64_t v);
size_t format_int(char* out, int64_t v);

// The shortest decimal that reads back as `v`, in the form of Go's encoding/json: an exponent below 1e-6 and from 1e21
// ("1e-7", "1e+21"), none in between ("0.000001", "100"). `v` is finite: JSON has no other numbers.
size_t format_double(char* out, double v);

// The same digits in the form of Go's FormatFloat(v, 'g', -1, 64): an exponent of at least two digits below 1e-4 and
// from 1e6 on ("1e-05", "1.5e+06").
size_t format_double_general(char* out, double v);

inline void append_uint(Writer& out, uint64_t v) {
  out.advance(format_uint(reinterpret_cast<char*>(out.room(kNumberRoom)), v));
}
inline void append_int(Writer& out, int64_t v) {
  out.advance(format_int(reinterpret_cast<char*>(out.room(kNumberRoom)), v));
}
inline void append_double(Writer& out, double v) {
  out.advance(format_double(reinterpret_cast<char*>(out.room(kNumberRoom)), v));
}

// The whole of `t` as a decimal integer, "-" allowed (and "+" where Go's ParseInt has it). Nothing when it is none or
// does not fit.
std::optional<int64_t> parse_int(Text t);
std::optional<uint64_t> parse_uint(Text t);

// The whole of `t` as a decimal floating-point number, correctly rounded; also "NaN" and "[+-]Inf[inity]" in any case.
// Nothing when it is none or overflows.
std::optional<double> parse_double(Text t);
// The same as Go's ParseFloat reads it: digits may have underscores between them, and hexadecimal numbers are taken.
std::optional<double> parse_go_double(Text t);

}  // namespace whittle
