// SPDX-License-Identifier: Apache-2.0
#include "runtime/wire/value_text.h"

#include "runtime/base/json.h"
#include "runtime/base/number.h"
#include "runtime/wire/wire.h"

#include <algorithm>
#include <math.h>
#include <string.h>
#include <vector>

namespace whittle {

void append_value_double(Writer& out, double d) {
  if (isnan(d)) return out.append(Text("NaN"));
  if (isinf(d)) return out.append(Text(d > 0 ? "Infinity" : "-Infinity"));
  append_double(out, d);
}

void append_plain_double(Writer& out, double d) {
  if (isnan(d)) return out.append(Text("NaN"));
  if (isinf(d)) return out.append(Text(d > 0 ? "+Inf" : "-Inf"));
  char room[kNumberRoom];
  Text text(room, format_double(room, d));
  size_t e = text.find('e');
  if (e == Text::npos) return out.append(text);

  // d.ddde+-x with its point moved.
  Text digits = text.substr(0, e);
  int exponent = static_cast<int>(*parse_int(text.substr(e + 1)));
  if (digits[0] == '-') {
    out.byte('-');
    digits.remove_prefix(1);
  }
  char all[kNumberRoom];
  size_t n = 0;
  for (char c : digits)
    if (c != '.') all[n++] = c;
  if (exponent < 0) {
    out.append(Text("0."));
    for (int i = 1; i < -exponent; ++i) out.byte('0');
    return out.append(Text(all, n));
  }
  for (size_t i = 0; i < n || i <= static_cast<size_t>(exponent); ++i) {
    if (i == static_cast<size_t>(exponent) + 1) out.byte('.');
    out.byte(static_cast<uint8_t>(i < n ? all[i] : '0'));
  }
}

namespace {

// Whether what HTML would take for its own is escaped.
enum class Escape : bool { Plain, Html };

template <Escape kEscape>
void text(Writer& out, Text t) {
  if constexpr (kEscape == Escape::Html) append_json_html(out, t);
  else append_json_text(out, t);
}

// False when JSON cannot say it: not a number, or infinite.
template <Escape kEscape>
bool json_value(Writer& out, Bytes any);

template <Escape kEscape>
bool json_array(Writer& out, Bytes content) {
  out.byte('[');
  bool first = true;
  for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
    wire::RawField f = wire::next_field(p);
    if (f.number() != 1) continue;
    if (!first) out.byte(',');
    first = false;
    if (!json_value<kEscape>(out, f.content())) return false;
  }
  out.byte(']');
  return true;
}

template <Escape kEscape>
bool json_map(Writer& out, Bytes content, uint32_t field = 1) {
  struct Pair {
    Text key;
    Bytes value;
  };
  std::vector<Pair> pairs;
  for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
    wire::RawField f = wire::next_field(p);
    if (f.number() != field) continue;
    Pair pair;
    Bytes entry = f.content();
    for (const uint8_t *q = entry.data(), *entry_end = q + entry.size(); q < entry_end;) {
      wire::RawField part = wire::next_field(q);
      if (part.number() == 1) pair.key = as_text(part.content());
      if (part.number() == 2) pair.value = part.content();
    }
    pairs.push_back(pair);
  }
  // By key, then by place: the last of equal keys counts.
  std::sort(pairs.begin(), pairs.end(),
            [](const Pair& a, const Pair& b) { return a.key != b.key ? a.key < b.key : a.key.data() < b.key.data(); });
  out.byte('{');
  bool first = true;
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (i + 1 < pairs.size() && pairs[i].key == pairs[i + 1].key) continue;
    if (!first) out.byte(',');
    first = false;
    text<kEscape>(out, pairs[i].key);
    out.byte(':');
    if (!json_value<kEscape>(out, pairs[i].value)) return false;
  }
  out.byte('}');
  return true;
}

template <Escape kEscape>
bool json_value(Writer& out, Bytes any) {
  size_t start = out.size();
  bool good = true;
  for (const uint8_t *p = any.data(), *end = p + any.size(); p < end;) {
    wire::RawField f = wire::next_field(p);
    const uint8_t* at = f.value;
    if (f.number() >= 1 && f.number() <= 7) out.truncate(start);
    switch (f.number()) {
    case 1: text<kEscape>(out, as_text(wire::len(at))); break;
    case 2: out.append(Text(wire::varint(at) ? "true" : "false")); break;
    case 3: append_int(out, static_cast<int64_t>(wire::varint(at))); break;
    case 4: {
      double d = wire::f64(at);
      if (!isfinite(d)) return false;
      append_double(out, d);
      break;
    }
    case 5: good = json_array<kEscape>(out, wire::len(at)); break;
    case 6: good = json_map<kEscape>(out, wire::len(at)); break;
    case 7: {
      Bytes content = wire::len(at);
      if (content.empty()) {  // to the reference no bytes are a slice that is nil
        out.append(Text("null"));
        break;
      }
      out.byte('"');
      append_base64(out, content);
      out.byte('"');
      break;
    }
    default: break;
    }
    if (!good) return false;
  }
  if (out.size() == start) out.append(Text("null"));
  return true;
}

}  // namespace

bool append_json_raw(Writer& out, Bytes any) {
  return json_value<Escape::Html>(out, any);
}

bool append_json_raw_attributes(Writer& out, Bytes message, uint32_t field) {
  return json_map<Escape::Html>(out, message, field);
}

void append_value_text(Writer& out, SlotKind kind, Bytes content) {
  size_t start = out.size();
  bool good = true;
  if (kind == SlotKind::Bytes) append_base64(out, content);
  if (kind == SlotKind::Array) good = json_array<Escape::Plain>(out, content);
  if (kind == SlotKind::Map) good = json_map<Escape::Plain>(out, content);
  if (!good) out.truncate(start);  // the reference drops the text when JSON cannot hold a number in it
}

}  // namespace whittle
