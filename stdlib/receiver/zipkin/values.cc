// SPDX-License-Identifier: Apache-2.0
#include "stdlib/receiver/zipkin/values.h"

#include "runtime/base/json.h"
#include "runtime/base/number.h"

#include <math.h>

namespace whittle::zipkin {

static bool digits(Text t) {
  for (const char c : t)
    if (c < '0' || c > '9') return false;
  return !t.empty();
}

bool go_int(Text t, int64_t& out) {
  const auto v = parse_int(t);
  if (v) out = *v;
  return v.has_value();
}

bool go_uint32(Text t, uint32_t& out) {
  const auto v = digits(t) ? parse_uint(t) : std::nullopt;
  if (!v || *v > UINT32_MAX) return false;
  out = static_cast<uint32_t>(*v);
  return true;
}

void put_tag(wire::AttributeMap& to, Text key, Text value, bool parse) {
  if (parse && (value == "true" || value == "false")) return to.boolean(key, value == "true");
  const bool negative = value.starts_with('-');
  const Text number = value.substr(negative);
  if (parse && digits(number))  // what does not fit is the nearest that does
    return to.integer(key, parse_int(value).value_or(negative ? INT64_MIN : INT64_MAX));
  const size_t point = number.find('.');
  if (parse && point != Text::npos && digits(number.substr(0, point)) && digits(number.substr(point + 1)))
    return to.real(key, parse_double(value).value_or(negative ? -HUGE_VAL : HUGE_VAL));
  to.text(key, value);
}

bool hex_number(Text t, uint64_t& out) {
  uint64_t v = 0;
  for (const char c : t) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0 || v >> 60 != 0) return false;
    v = v << 4 | static_cast<uint64_t>(digit);
  }
  out = v;
  return !t.empty();
}

void append_address(Writer& out, Bytes address) {
  static constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (address.size() == 16 && memcmp(address.data(), kMapped, 12) == 0) address = address.subspan(12);
  if (address.size() == 4) {
    for (size_t i = 0; i < 4; ++i) {
      if (i > 0) out.byte('.');
      append_uint(out, address[i]);
    }
    return;
  }
  if (address.size() != 16) {
    out.byte('?');
    return append_hex(out, address);
  }
  // RFC 5952: the longest run of zeros, the first of several, is left out.
  uint32_t groups[8];
  for (size_t i = 0; i < 8; ++i) groups[i] = uint32_t{address[2 * i]} << 8 | address[2 * i + 1];
  size_t from = 8, length = 1;
  for (size_t i = 0; i < 8; ++i) {
    size_t end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i > length) from = i, length = end - i;
  }
  for (size_t i = 0; i < 8; ++i) {
    if (i == from) {
      out.append(Text("::"));
      i += length - 1;
      continue;
    }
    if (i > 0 && i != from + length) out.byte(':');
    static constexpr char kHex[] = "0123456789abcdef";
    for (int shift = 12, begun = 0; shift >= 0; shift -= 4) {
      const uint32_t digit = groups[i] >> shift & 15;
      begun |= digit != 0 || shift == 0;
      if (begun) out.byte(static_cast<uint8_t>(kHex[digit]));
    }
  }
}

}  // namespace whittle::zipkin
