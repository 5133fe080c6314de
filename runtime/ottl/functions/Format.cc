// SPDX-License-Identifier: Apache-2.0
// Format: Go's fmt.Sprintf for the types that values have: verbs, flags, widths and its words for what does not fit.
#include "runtime/base/duration.h"
#include "runtime/base/json.h"
#include "runtime/base/number.h"
#include "runtime/base/utf8.h"
#include "runtime/ottl/sequence.h"
#include "runtime/ottl/zone.h"

#include <math.h>
#include <stdio.h>

namespace whittle::ottl {

namespace {

// Go's fmt.Sprintf for the types that values have.
class Printer {
public:
  Printer(Run& run, Text format, Items values) : run_(run), format_(format), values_(values) {}

  Text print() {
    while (!format_.empty()) {
      const size_t at = format_.find('%');
      out_.append(format_.substr(0, at));
      if (at == Text::npos) break;
      format_.remove_prefix(at + 1);
      if (!verb()) break;
    }
    if (!reordered_ && next_ < values_.size) extra();
    return out_.text();
  }

private:
  struct Spec {
    bool minus = false, plus = false, sharp = false, space = false, zero = false;
    bool has_width = false, has_precision = false;
    int64_t width = 0, precision = 0;
  };

  bool take(char c) {
    if (!format_.starts_with(c)) return false;
    format_.remove_prefix(1);
    return true;
  }

  void flags() {
    for (;; format_.remove_prefix(1)) {
      if (format_.starts_with('#')) s_.sharp = true;
      else if (format_.starts_with('0')) s_.zero = true;
      else if (format_.starts_with('+')) s_.plus = true;
      else if (format_.starts_with('-')) s_.minus = true;
      else if (format_.starts_with(' ')) s_.space = true;
      else return;
    }
  }

  static constexpr int64_t kTooLarge = 1000000;
  // False: too large a number, which is none.
  bool number(int64_t& out) {
    size_t n = 0;
    out = 0;
    for (; n < format_.size() && format_[n] >= '0' && format_[n] <= '9'; ++n) {
      if (out > kTooLarge) {
        format_ = {};
        return false;
      }
      out = out * 10 + (format_[n] - '0');
    }
    format_.remove_prefix(n);
    return n > 0;
  }
  // From an argument.
  bool number_from_value(int64_t& out) {
    out = 0;
    if (next_ >= values_.size) return false;
    const Value& v = values_[next_++];
    if (!v.is(ValueKind::Int) || v.integer > kTooLarge || v.integer < -kTooLarge) return false;
    out = v.integer;
    return true;
  }
  // "[2]"
  bool index() {
    if (!format_.starts_with('[')) return false;
    reordered_ = true;
    const size_t end = format_.find(']');
    if (end == Text::npos) {
      good_index_ = false;
      format_.remove_prefix(1);
      return false;
    }
    const auto n = parse_uint(format_.substr(1, end - 1));
    format_.remove_prefix(end + 1);
    if (!n || *n < 1 || *n > values_.size) good_index_ = false;
    else next_ = static_cast<uint32_t>(*n - 1);
    return good_index_;
  }

  bool verb() {
    s_ = {};
    good_index_ = true;
    flags();
    bool behind_index = index();
    if (take('*')) {
      s_.has_width = number_from_value(s_.width);
      if (!s_.has_width) out_.append(Text("%!(BADWIDTH)"));
      if (s_.width < 0) s_.width = -s_.width, s_.minus = true, s_.zero = false;
      behind_index = false;
    } else {
      s_.has_width = number(s_.width);
      if (behind_index && s_.has_width) good_index_ = false;
    }
    if (format_.size() > 1 && take('.')) {
      if (behind_index) good_index_ = false;
      behind_index = index();
      if (take('*')) {
        s_.has_precision = number_from_value(s_.precision);
        if (s_.precision < 0) s_.precision = 0, s_.has_precision = false;
        if (!s_.has_precision) out_.append(Text("%!(BADPREC)"));
        behind_index = false;
      } else {
        number(s_.precision);
        s_.has_precision = true;
      }
    }
    if (!behind_index) index();
    if (format_.empty()) {
      out_.append(Text("%!(NOVERB)"));
      return false;
    }
    size_t width;
    code_point_at(format_, 0, width);
    const Text letter = format_.substr(0, width);
    format_.remove_prefix(width);
    if (letter == "%") {
      out_.byte('%');
    } else if (!good_index_) {
      wrong(letter, "BADINDEX");
    } else if (next_ >= values_.size) {
      wrong(letter, "MISSING");
    } else {
      value(values_[next_++], letter);
    }
    return true;
  }

  void wrong(Text letter, Text what) {
    out_.append(Text("%!"));
    out_.append(letter);
    out_.byte('(');
    out_.append(what);
    out_.byte(')');
  }

  void extra() {
    s_ = {};
    out_.append(Text("%!(EXTRA "));
    for (uint32_t i = next_; i < values_.size; ++i) {
      if (i > next_) out_.append(Text(", "));
      if (values_[i].is(ValueKind::Nil)) {
        out_.append(Text("<nil>"));
        continue;
      }
      out_.append(type_of(values_[i]));
      out_.byte('=');
      value(values_[i], "v");
    }
    out_.byte(')');
  }

  static Text type_of(const Value& v) {
    switch (v.kind) {
    case ValueKind::Bool: return "bool";
    case ValueKind::Int: return "int64";
    case ValueKind::Double: return "float64";
    case ValueKind::String: return "string";
    case ValueKind::Bytes: return "[]uint8";
    case ValueKind::Map: return "pcommon.Map";
    case ValueKind::RawMap: return "map[string]interface {}";
    case ValueKind::Slice: return "pcommon.Slice";
    case ValueKind::Array: return "[]interface {}";
    case ValueKind::Strings: return "[]string";
    case ValueKind::Ints: return "[]int64";
    case ValueKind::Counts: return "[]uint64";
    case ValueKind::Doubles: return "[]float64";
    case ValueKind::Time: return "time.Time";
    case ValueKind::Duration: return "time.Duration";
    case ValueKind::TraceId: return "pcommon.TraceID";
    case ValueKind::SpanId: return "pcommon.SpanID";
    default: return "interface {}";
    }
  }

  void bad(const Value& v, Text letter) {
    out_.append(Text("%!"));
    out_.append(letter);
    out_.byte('(');
    if (v.is(ValueKind::Nil)) {
      out_.append(Text("<nil>"));
    } else {
      out_.append(type_of(v));
      out_.byte('=');
      const Spec kept = s_;
      s_ = {};
      value(v, "v");
      s_ = kept;
    }
    out_.byte(')');
  }

  void value(const Value& v, Text letter) {
    const char c = letter.size() == 1 ? letter[0] : '\0';
    if (c == 'T') return padded(v.is(ValueKind::Nil) ? Text("<nil>") : type_of(v));
    if (v.is(ValueKind::Nil)) return c == 'v' ? padded("<nil>") : bad(v, letter);
    if (v.is_list() || (v.is(ValueKind::Bytes) && (c == 'v' || c == 'd'))) return list_of(v, letter);
    if (v.is_map()) return map_of(v, letter);
    switch (v.kind) {
    case ValueKind::Bool:
      return c == 't' || c == 'v' ? padded(v.integer ? Text("true") : Text("false")) : bad(v, letter);
    case ValueKind::Int: return integer_of(v, letter);
    case ValueKind::Double: return double_of(v, letter);
    case ValueKind::String:
    case ValueKind::Bytes: return text_of(v, letter);
    default: break;
    }
    const bool as_text = c == 'v' || c == 's' || c == 'q' || c == 'x' || c == 'X';
    if (v.is(ValueKind::Duration) && !as_text) return integer_of(v, letter);
    Writer w;
    if (!as_text || !named_text(v, w)) return bad(v, letter);
    text_of(text(w.text()), letter);
  }

  // What has a String method of its own.
  bool named_text(const Value& v, Writer& w) const {
    if (v.is(ValueKind::Duration)) {
      append_duration(w, v.integer);
    } else if (v.is(ValueKind::Time)) {
      go_time(v, w);
    } else if (v.is_id()) {
      append_hex(w, v.as_bytes());
    } else {
      return append_string_like(w, v, run_.arena);
    }
    return true;
  }
  // "2006-01-02 15:04:05.999999999 -0700 MST"
  static void go_time(const Value& v, Writer& w) {
    const Civil c = civil_of(v);
    char room[96];
    const auto put = [&](int n) { w.append(Text(room, static_cast<size_t>(n))); };
    put(snprintf(room, sizeof room, "%04lld-%02u-%02u %02lld:%02lld:%02lld", static_cast<long long>(c.year), c.month,
                 c.day, static_cast<long long>(c.hour), static_cast<long long>(c.minute % 60),
                 static_cast<long long>(c.second)));
    if (c.nanosecond > 0) {
      int n = snprintf(room, sizeof room, ".%09u", c.nanosecond);
      while (room[n - 1] == '0') --n;
      put(n);
    }
    const int64_t minutes = offset_of(v) / 60, away = minutes < 0 ? -minutes : minutes;
    put(snprintf(room, sizeof room, " %c%02lld%02lld", minutes < 0 ? '-' : '+', static_cast<long long>(away / 60),
                 static_cast<long long>(away % 60)));
    const Text name = v.detail == 0 ? Text("UTC") : zone_at(v.detail, v.integer).name;
    w.append(name.empty() ? Text(room, 6) : Text(" "));
    w.append(name);
  }

  void list_of(const Value& v, Text letter) {
    out_.byte('[');
    if (v.is(ValueKind::Bytes)) {
      for (uint32_t i = 0; i < v.size; ++i) {
        if (i > 0) out_.byte(' ');
        value(integer(v.bytes[i]), letter);
      }
    } else {
      Items items = items_of(v, run_.arena);
      for (uint32_t i = 0; i < items.size; ++i) {
        if (i > 0) out_.byte(' ');
        value(items[i], letter);
      }
    }
    out_.byte(']');
  }
  // Keys in order.
  void map_of(const Value& v, Text letter) {
    out_.append(Text("map["));
    Members members = members_of(v, run_.arena);
    Text last;
    for (uint32_t n = 0; n < members.size; ++n) {
      const Member* next = nullptr;
      for (const Member& m : members)
        if ((n == 0 || m.name() > last) && (!next || m.name() < next->name())) next = &m;
      if (!next) break;
      if (n > 0) out_.byte(' ');
      last = next->name();
      value(text(last), letter == "v" ? Text("v") : letter);
      out_.byte(':');
      value(next->value, letter);
    }
    out_.byte(']');
  }

  void fill(int64_t n, char with) {
    for (; n > 0; --n) out_.byte(static_cast<uint8_t>(with));
  }
  static int64_t runes(Text t) {
    int64_t n = 0;
    for (size_t i = 0, width; i < t.size(); i += width, ++n) code_point_at(t, i, width);
    return n;
  }
  void padded(Text t) {
    const int64_t more = s_.width - runes(t);
    if (!s_.minus) fill(more, s_.zero ? '0' : ' ');
    out_.append(t);
    if (s_.minus) fill(more, ' ');
  }

  void integer_of(const Value& v, Text letter) {
    switch (letter.size() == 1 ? letter[0] : '\0') {
    case 'v':
    case 'd': return digits(v.integer, 10, false, letter[0]);
    case 'b': return digits(v.integer, 2, false, letter[0]);
    case 'o':
    case 'O': return digits(v.integer, 8, false, letter[0]);
    case 'x': return digits(v.integer, 16, false, letter[0]);
    case 'X': return digits(v.integer, 16, true, letter[0]);
    case 'c': {
      Writer w;
      append_code_point(w, rune(v.integer));
      return padded(w.text());
    }
    case 'q': {
      Writer w;
      quote_rune(w, rune(v.integer), s_.plus);
      return padded(w.text());
    }
    case 'U': return unicode(v.integer);
    default: return bad(v, letter);
    }
  }
  static uint32_t rune(int64_t i) {
    return i < 0 || i > 0x10FFFF || (i >= 0xD800 && i < 0xE000) ? 0xFFFD : static_cast<uint32_t>(i);
  }
  void digits(int64_t i, uint64_t base, bool upper, char letter) {
    const bool negative = i < 0;
    auto u = static_cast<uint64_t>(i);
    if (negative) u = 0 - u;
    int64_t least = 0;
    if (s_.has_precision) {
      least = s_.precision;
      if (least == 0 && u == 0) return fill(s_.width, ' ');
    } else if (s_.zero && !s_.minus && s_.has_width) {
      least = s_.width - (negative || s_.plus || s_.space);
    }
    char room[72];
    size_t at = sizeof room;
    do room[--at] = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[u % base], u /= base;
    while (u != 0);
    const Text number(room + at, sizeof room - at);
    Writer w;
    if (negative) w.byte('-');
    else if (s_.plus) w.byte('+');
    else if (s_.space) w.byte(' ');
    const bool leads = least > static_cast<int64_t>(number.size());
    if (letter == 'O') w.append(Text("0o"));
    if (s_.sharp && base == 2) w.append(Text("0b"));
    if (s_.sharp && base == 8 && !leads && number[0] != '0') w.byte('0');
    if (s_.sharp && base == 16) w.append(upper ? Text("0X") : Text("0x"));
    for (int64_t n = least - static_cast<int64_t>(number.size()); n > 0; --n) w.byte('0');
    w.append(number);
    const bool zero = s_.zero;
    s_.zero = false;
    padded(w.text());
    s_.zero = zero;
  }
  void unicode(int64_t i) {
    char room[64];
    const auto u = static_cast<unsigned long long>(i);
    int n = snprintf(room, sizeof room, "U+%0*llX",
                     static_cast<int>(s_.has_precision && s_.precision > 4 && s_.precision < 40 ? s_.precision : 4), u);
    Writer w;
    w.append(Text(room, static_cast<size_t>(n)));
    if (s_.sharp && i >= 0 && i <= 0x10FFFF && printable(static_cast<uint32_t>(i))) {
      w.append(Text(" '"));
      append_code_point(w, static_cast<uint32_t>(i));
      w.byte('\'');
    }
    const bool zero = s_.zero;
    s_.zero = false;
    padded(w.text());
    s_.zero = zero;
  }

  void double_of(const Value& v, Text letter) {
    char how = letter.size() == 1 ? letter[0] : '\0';
    if (how == 'F') how = 'f';
    if (how != 'v' && how != 'e' && how != 'E' && how != 'f' && how != 'g' && how != 'G') return bad(v, letter);
    Writer w;
    const double d = v.real < 0 || (v.real == 0 && signbit(v.real)) ? -v.real : v.real;
    const bool negative = signbit(v.real) && !isnan(v.real);
    if (negative) w.byte('-');
    else if (s_.plus || (isinf(d) && s_.plus)) w.byte('+');
    else if (s_.space) w.byte(' ');
    const bool finite = isfinite(d);
    if (isnan(d)) w.append(Text("NaN"));
    else if (isinf(d)) w.append(negative || s_.plus || s_.space ? Text("Inf") : Text("+Inf"));
    else if ((how == 'v' || how == 'g' || how == 'G') && !s_.has_precision) {
      char room[kNumberRoom];
      const size_t n = format_double_general(room, d);
      if (how == 'G')
        for (size_t i = 0; i < n; ++i)
          if (room[i] == 'e') room[i] = 'E';
      w.append(Text(room, n));
    } else {
      char with[] = "%.*e";
      with[3] = how == 'v' ? 'g' : how;
      const int64_t most = s_.precision > 1000 ? 1000 : s_.precision;
      char* room = run_.arena.array<char>(1500);
      const int n = snprintf(room, 1500, with, s_.has_precision ? static_cast<int>(most) : 6, d);
      w.append(Text(room, static_cast<size_t>(n)));
    }
    if (s_.zero && !s_.minus && finite) {
      const int64_t more = s_.width - static_cast<int64_t>(w.size());
      Text t = w.text();
      const bool sign = !t.empty() && (t[0] == '-' || t[0] == '+' || t[0] == ' ');
      if (sign) out_.byte(static_cast<uint8_t>(t[0])), t.remove_prefix(1);
      fill(more, '0');
      out_.append(t);
      return;
    }
    const bool zero = s_.zero;
    s_.zero = false;
    padded(w.text());
    s_.zero = zero;
  }

  static bool printable(uint32_t c) { return c >= 0x20 && c != 0x7F && !(c >= 0x80 && c < 0xA1) && c != 0xAD; }
  static void escape(Writer& w, uint32_t c, char quote, bool ascii) {
    constexpr Text kFrom = "\a\b\f\n\r\t\v\\", kTo = "abfnrtv\\";
    if (c < 0x80) {
      const size_t known = kFrom.find(static_cast<char>(c));
      if (c == static_cast<uint8_t>(quote) || (known != Text::npos && c != 0)) {
        w.byte('\\');
        w.byte(static_cast<uint8_t>(c == static_cast<uint8_t>(quote) ? quote : kTo[known]));
        return;
      }
    }
    if (c < 0x80 ? printable(c) : (printable(c) && !ascii)) return append_code_point(w, c);
    char room[16];
    const int n = c < 0x80      ? snprintf(room, sizeof room, "\\x%02x", c)
                  : c < 0x10000 ? snprintf(room, sizeof room, "\\u%04x", c)
                                : snprintf(room, sizeof room, "\\U%08x", c);
    w.append(Text(room, static_cast<size_t>(n)));
  }
  static void quote_rune(Writer& w, uint32_t c, bool ascii) {
    w.byte('\'');
    escape(w, c, '\'', ascii);
    w.byte('\'');
  }
  static void quote(Writer& w, Text t, bool ascii) {
    w.byte('"');
    for (size_t i = 0, width; i < t.size(); i += width) {
      const uint32_t c = code_point_at(t, i, width);
      if (width == 1 && c >= 0x80) {
        char room[8];
        const int n = snprintf(room, sizeof room, "\\x%02x", static_cast<uint8_t>(t[i]));
        w.append(Text(room, static_cast<size_t>(n)));
      } else {
        escape(w, c, '"', ascii);
      }
    }
    w.byte('"');
  }

  void text_of(const Value& v, Text letter) {
    Text t = as_text(v.as_bytes());
    const char c = letter.size() == 1 ? letter[0] : '\0';
    if (s_.has_precision && (c == 'v' || c == 's' || c == 'q')) {
      size_t end = 0, width;
      for (int64_t n = s_.precision; n > 0 && end < t.size(); --n, end += width) code_point_at(t, end, width);
      t = t.substr(0, end);
    }
    switch (c) {
    case 'v':
      if (!s_.sharp) return padded(t);
      [[fallthrough]];
    case 'q': {
      Writer w;
      if (s_.sharp && c == 'q' && !t.contains('`')) w.byte('`'), w.append(t), w.byte('`');
      else quote(w, t, s_.plus);
      return padded(w.text());
    }
    case 's': return padded(t);
    case 'x':
    case 'X': {
      if (s_.has_precision && s_.precision < static_cast<int64_t>(t.size()))
        t = t.substr(0, static_cast<size_t>(s_.precision));
      Writer w;
      const char* set = c == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
      for (size_t i = 0; i < t.size(); ++i) {
        if (s_.space && i > 0) w.byte(' ');
        if (s_.sharp && (i == 0 || s_.space)) w.append(c == 'X' ? Text("0X") : Text("0x"));
        const auto b = static_cast<uint8_t>(t[i]);
        w.byte(static_cast<uint8_t>(set[b >> 4])), w.byte(static_cast<uint8_t>(set[b & 15]));
      }
      return padded(w.text());
    }
    default: return bad(v, letter);
    }
  }

  Run& run_;
  Text format_;
  Items values_;
  Writer out_;
  Spec s_;
  uint32_t next_ = 0;
  bool reordered_ = false, good_index_ = true;
};

}  // namespace

extern "C" bool rt_ottl_Format(Run* run, const Value* args, Value* out) {
  Text format;
  if (!want_text(*run, args[0], format) || !want_list(*run, args[1])) return false;
  Printer printer(*run, format, items_of(args[1], run->arena));
  *out = text(run->arena.copy(printer.print()));
  return true;
}

}  // namespace whittle::ottl
