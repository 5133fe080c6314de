// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/time_layout.h"

#include "runtime/ottl/sequence.h"
#include "runtime/ottl/zone.h"

#include <string.h>

namespace whittle::ottl {

namespace {

constexpr Text kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                            "July",    "August",   "September", "October", "November", "December"};
constexpr Text kDays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

bool digit(Text t, size_t i) {
  return i < t.size() && t[i] >= '0' && t[i] <= '9';
}

Text joined(Arena& arena, Text a, Text b) {
  auto* to = arena.array<char>(a.size() + b.size());
  memcpy(to, a.data(), a.size());
  memcpy(to + a.size(), b.data(), b.size());
  return {to, a.size() + b.size()};
}

// ---- elements of a layout (Go's package time, "Layout")
// ------------------------------------------------------------------

enum class Element : uint8_t {
  None,
  LongMonth,
  Month,
  NumMonth,
  ZeroMonth,
  LongWeekday,
  Weekday,
  Day,
  UnderDay,
  ZeroDay,
  UnderYearDay,
  ZeroYearDay,
  Hour,
  Hour12,
  ZeroHour12,
  Minute,
  ZeroMinute,
  Second,
  ZeroSecond,
  LongYear,
  Year,
  UpperHalf,  // AM, PM
  LowerHalf,
  Zone,         // MST
  Offset,       // -0700 and its like: `colon`, `seconds`, `hours`, `or_z`
  FractionOf,   // .000
  FractionCut,  // .999
};

struct Chunk {
  Text before;   // literal text in front
  Text written;  // the element
  Text rest;
  Element element = Element::None;
  bool colon = false, seconds = false, hours = false, or_z = false;
};

struct Named {
  Text text;
  Element element;
};
// Longer ones first.
constexpr Named kElements[] = {
    {"January", Element::LongMonth},
    {"Jan", Element::Month},
    {"Monday", Element::LongWeekday},
    {"Mon", Element::Weekday},
    {"MST", Element::Zone},
    {"002", Element::ZeroYearDay},
    {"01", Element::ZeroMonth},
    {"02", Element::ZeroDay},
    {"03", Element::ZeroHour12},
    {"04", Element::ZeroMinute},
    {"05", Element::ZeroSecond},
    {"06", Element::Year},
    {"15", Element::Hour},
    {"1", Element::NumMonth},
    {"2006", Element::LongYear},
    {"2", Element::Day},
    {"__2", Element::UnderYearDay},
    {"_2", Element::UnderDay},
    {"3", Element::Hour12},
    {"4", Element::Minute},
    {"5", Element::Second},
    {"PM", Element::UpperHalf},
    {"pm", Element::LowerHalf},
};

// "-070000" and its like, without what stands for the sign.
bool offset_element(Text t, Chunk& out) {
  constexpr Text kForms[] = {"070000", "07:00:00", "0700", "07:00", "07"};
  for (Text form : kForms) {
    if (!t.substr(1).starts_with(form)) continue;
    out.element = Element::Offset;
    out.written = t.substr(0, 1 + form.size());
    out.colon = form.contains(':');
    out.hours = form.size() == 2;
    out.seconds = form.size() == 6 || form.size() == 8;
    out.or_z = t[0] == 'Z';
    return true;
  }
  return false;
}

bool fraction_element(Text t, Chunk& out) {
  if (t.size() < 2 || (t[1] != '0' && t[1] != '9')) return false;
  size_t end = 1;
  while (end < t.size() && t[end] == t[1]) ++end;
  if (digit(t, end)) return false;
  out.element = t[1] == '0' ? Element::FractionOf : Element::FractionCut;
  out.written = t.substr(0, end);
  return true;
}

bool element_at(Text t, Chunk& out) {
  if (t[0] == '-' || t[0] == 'Z') return offset_element(t, out);
  if (t[0] == '.' || t[0] == ',') return fraction_element(t, out);
  for (const Named& e : kElements) {
    if (!t.starts_with(e.text)) continue;
    const bool short_name = e.element == Element::Month || e.element == Element::Weekday;
    if (short_name && t.size() > 3 && t[3] >= 'a' && t[3] <= 'z') return false;
    // "_2006" is an underscore and a year.
    if (e.element == Element::UnderDay && t.substr(1).starts_with("2006")) return false;
    out.element = e.element;
    out.written = t.substr(0, e.text.size());
    return true;
  }
  return false;
}

Chunk next_chunk(Text layout) {
  Chunk c;
  for (size_t i = 0; i < layout.size(); ++i) {
    if (!element_at(layout.substr(i), c)) continue;
    c.before = layout.substr(0, i);
    c.rest = layout.substr(i + c.written.size());
    return c;
  }
  c.before = layout;
  return c;
}

// ---- writing
// ---------------------------------------------------------------------------------------------------------------------

void put_number(Writer& out, int64_t n, size_t width) {
  char room[24];
  size_t at = sizeof room;
  const bool negative = n < 0;
  auto u = static_cast<uint64_t>(n);
  if (negative) u = 0 - u;
  do room[--at] = static_cast<char>('0' + u % 10), u /= 10;
  while (u != 0);
  if (negative) out.byte('-');
  for (size_t i = sizeof room - at; i < width; ++i) out.byte('0');
  out.append(Text(room + at, sizeof room - at));
}

void put_offset(Writer& out, int64_t offset, const Chunk& c) {
  if (offset == 0 && c.or_z) return out.byte('Z');
  const int64_t minutes = offset / 60;  // towards zero, so the sign is that of whole minutes
  const int64_t all = minutes < 0 ? -offset : offset, whole = minutes < 0 ? -minutes : minutes;
  out.byte(minutes < 0 ? '-' : '+');
  put_number(out, whole / 60, 2);
  if (c.hours) return;
  if (c.colon) out.byte(':');
  put_number(out, whole % 60, 2);
  if (!c.seconds) return;
  if (c.colon) out.byte(':');
  put_number(out, all % 60, 2);
}

void put_fraction(Writer& out, uint32_t nanoseconds, const Chunk& c) {
  const bool cut = c.element == Element::FractionCut;
  size_t digits = c.written.size() - 1;
  if (cut && nanoseconds == 0) return;
  char room[16];
  room[0] = c.written[0];
  for (size_t i = 9; i > 0; --i) room[i] = static_cast<char>('0' + nanoseconds % 10), nanoseconds /= 10;
  if (digits > 9) digits = 9;
  size_t n = 1 + digits;
  if (cut) {
    while (n > 1 && room[n - 1] == '0') --n;
    if (n == 1) return;
  }
  out.append(Text(room, n));
}

uint32_t day_of_year(const Civil& c) {
  return static_cast<uint32_t>(days_from_civil(c.year, c.month, c.day) - days_from_civil(c.year, 1, 1)) + 1;
}

void put_spaced(Writer& out, int64_t n, size_t width) {
  int64_t top = 1;
  for (size_t i = 1; i < width; ++i) top *= 10;
  for (; top > 1 && n < top; top /= 10) out.byte(' ');
  put_number(out, n, 0);
}

void put_element(Writer& out, const Value& time, const Civil& now, const Chunk& c) {
  const int64_t hour12 = now.hour % 12 == 0 ? 12 : now.hour % 12;
  switch (c.element) {
  case Element::Year: return put_number(out, (now.year < 0 ? -now.year : now.year) % 100, 2);
  case Element::LongYear: return put_number(out, now.year, 4);
  case Element::Month: return out.append(kMonths[now.month - 1].substr(0, 3));
  case Element::LongMonth: return out.append(kMonths[now.month - 1]);
  case Element::NumMonth: return put_number(out, now.month, 0);
  case Element::ZeroMonth: return put_number(out, now.month, 2);
  case Element::Weekday: return out.append(kDays[now.weekday].substr(0, 3));
  case Element::LongWeekday: return out.append(kDays[now.weekday]);
  case Element::Day: return put_number(out, now.day, 0);
  case Element::UnderDay: return put_spaced(out, now.day, 2);
  case Element::ZeroDay: return put_number(out, now.day, 2);
  case Element::UnderYearDay: return put_spaced(out, day_of_year(now), 3);
  case Element::ZeroYearDay: return put_number(out, day_of_year(now), 3);
  case Element::Hour: return put_number(out, now.hour, 2);
  case Element::Hour12: return put_number(out, hour12, 0);
  case Element::ZeroHour12: return put_number(out, hour12, 2);
  case Element::Minute: return put_number(out, now.minute, 0);
  case Element::ZeroMinute: return put_number(out, now.minute, 2);
  case Element::Second: return put_number(out, now.second, 0);
  case Element::ZeroSecond: return put_number(out, now.second, 2);
  case Element::UpperHalf: return out.append(now.hour >= 12 ? Text("PM") : Text("AM"));
  case Element::LowerHalf: return out.append(now.hour >= 12 ? Text("pm") : Text("am"));
  case Element::Offset: return put_offset(out, offset_of(time), c);
  case Element::FractionOf:
  case Element::FractionCut: return put_fraction(out, now.nanosecond, c);
  case Element::Zone: {
    const InZone in = zone_at(time.detail, time.integer);
    if (!in.name.empty()) return out.append(in.name);
    return put_offset(out, in.offset, {});
  }
  case Element::None: return;
  }
}

// ---- reading
// ---------------------------------------------------------------------------------------------------------------------

// Where a text did not fit: the element and what was left.
struct Misfit {
  Text element, left;
};

struct Fields {
  int64_t year = 0, month = -1, day = -1, year_day = -1, hour = 0, minute = 0, second = 0, nanosecond = 0;
  bool am = false, pm = false, utc = false, has_offset = false;
  int64_t offset = 0;
  Text zone;
};

class Reader {
public:
  Reader(Text layout, Text value) : layout_(layout), value_(value) {}

  bool read(Fields& f, Misfit& misfit) {
    for (;;) {
      const Chunk c = next_chunk(layout_);
      if (!skip(c.before)) return misfit = {c.before, value_}, false;
      if (c.element == Element::None) {
        if (!value_.empty()) return misfit = {{}, value_}, false;
        return true;
      }
      layout_ = c.rest;
      const Text hold = value_;
      range_ = false;
      const bool good = element(c, f);
      if (range_) return misfit = {c.written, value_}, false;
      if (!good) return misfit = {c.written, hold}, false;
    }
  }

private:
  bool skip(Text before) {
    while (!before.empty()) {
      if (before[0] == ' ') {
        if (!value_.empty() && value_[0] != ' ') return false;
        while (before.starts_with(' ')) before.remove_prefix(1);
        while (value_.starts_with(' ')) value_.remove_prefix(1);
        continue;
      }
      if (value_.empty() || value_[0] != before[0]) return false;
      before.remove_prefix(1), value_.remove_prefix(1);
    }
    return true;
  }

  // One or two digits; with `fixed`, two.
  bool number(int64_t& out, bool fixed) {
    if (!digit(value_, 0) || (fixed && !digit(value_, 1))) return false;
    const size_t n = digit(value_, 1) ? 2 : 1;
    out = 0;
    for (size_t i = 0; i < n; ++i) out = out * 10 + (value_[i] - '0');
    value_.remove_prefix(n);
    return true;
  }
  // A number from `low` to below `high`; another is out of range.
  bool number(int64_t& out, bool fixed, int64_t low, int64_t high) {
    if (!number(out, fixed)) return false;
    range_ = out < low || out >= high;
    return true;
  }
  bool digits(int64_t& out, size_t n) {
    out = 0;
    for (size_t i = 0; i < n; ++i) {
      if (!digit(value_, i)) return false;
      out = out * 10 + (value_[i] - '0');
    }
    value_.remove_prefix(n);
    return true;
  }

  static bool same_letters(Text a, Text b) {
    for (size_t i = 0; i < b.size(); ++i)
      if (a[i] != b[i] && ((a[i] | 32) != (b[i] | 32) || (a[i] | 32) < 'a' || (a[i] | 32) > 'z')) return false;
    return true;
  }
  bool one_of(const Text* names, size_t n, size_t length, int64_t& out) {
    for (size_t i = 0; i < n; ++i) {
      const Text name = names[i].substr(0, length);
      if (value_.size() < name.size() || !same_letters(value_, name)) continue;
      out = static_cast<int64_t>(i);
      value_.remove_prefix(name.size());
      return true;
    }
    return false;
  }

  // A separator and digits: `n` characters.
  bool fraction(Fields& f, size_t n) {
    if (value_.size() < n || (value_[0] != '.' && value_[0] != ',')) return false;
    int64_t out = 0;
    for (size_t i = 1; i < n; ++i)
      if (!digit(value_, i)) return false;
    for (size_t i = 1; i <= 9; ++i) out = out * 10 + (i < n ? value_[i] - '0' : 0);
    f.nanosecond = out;
    value_.remove_prefix(n);
    return true;
  }
  size_t fraction_size() const {
    size_t n = 1;
    while (digit(value_, n)) ++n;
    return n;
  }

  bool half(Fields& f, Text am, Text pm) {
    if (value_.size() < 2) return false;
    const Text v = value_.substr(0, 2);
    value_.remove_prefix(2);
    if (v == pm) f.pm = true;
    else if (v == am) f.am = true;
    else return false;
    return true;
  }

  bool offset(const Chunk& c, Fields& f) {
    if (c.or_z && value_.starts_with('Z')) {
      value_.remove_prefix(1);
      return f.utc = true;
    }
    const size_t size = c.hours ? 3 : c.seconds ? (c.colon ? 9 : 7) : (c.colon ? 6 : 5);
    if (value_.size() < size) return false;
    const char sign = value_[0];
    if (c.colon && (value_[3] != ':' || (c.seconds && value_[6] != ':'))) return false;
    value_.remove_prefix(1);
    int64_t h = 0, m = 0, s = 0;
    const bool hour_good = digits(h, 2);
    if (!hour_good) return false;
    if (!c.hours) {
      if (c.colon) value_.remove_prefix(1);
      if (!digits(m, 2)) return false;
    }
    if (c.seconds) {
      if (c.colon) value_.remove_prefix(1);
      if (!digits(s, 2)) return false;
    }
    range_ = h > 24 || m > 60 || s > 60;
    f.offset = (h * 60 + m) * 60 + s;
    if (sign == '-') f.offset = -f.offset;
    f.has_offset = f.offset != -1;  // Go's mark for none
    return sign == '-' || sign == '+';
  }

  // Letters that look like a zone's: parseTimeZone of Go's package time.
  bool zone(Fields& f) {
    if (value_.starts_with("UTC")) {
      value_.remove_prefix(3);
      return f.utc = true;
    }
    size_t n = 0;
    if (value_.size() < 3) return false;
    if (value_.starts_with("ChST") || value_.starts_with("MeST")) n = 4;
    else if (value_.starts_with("GMT")) n = 3 + signed_hours(3);
    else if (value_[0] == '+' || value_[0] == '-') n = signed_hours(0);
    else {
      while (n < 6 && n < value_.size() && value_[n] >= 'A' && value_[n] <= 'Z') ++n;
      const bool good =
          n == 3 || (n == 4 && (value_[3] == 'T' || value_.starts_with("WITA"))) || (n == 5 && value_[4] == 'T');
      if (!good) n = 0;
    }
    if (n == 0) return false;
    f.zone = value_.substr(0, n);
    value_.remove_prefix(n);
    return true;
  }
  // The length of a sign and an hour up to 23 at `at`, 0 where there is none.
  size_t signed_hours(size_t at) const {
    if (at >= value_.size() || (value_[at] != '+' && value_[at] != '-')) return 0;
    size_t n = at + 1;
    int64_t hours = 0;
    for (; digit(value_, n); ++n)
      if (hours < 1000) hours = hours * 10 + (value_[n] - '0');
    return n == at + 1 || hours > 23 ? 0 : n - at;
  }

  bool second(const Chunk& c, Fields& f) {
    if (!number(f.second, c.element == Element::ZeroSecond, 0, 60)) return false;
    if (range_ || value_.size() < 2 || (value_[0] != '.' && value_[0] != ',') || !digit(value_, 1)) return true;
    // A fraction for which the layout has no element is taken with the seconds.
    const Element next = next_chunk(layout_).element;
    if (next == Element::FractionOf || next == Element::FractionCut) return true;
    return fraction(f, fraction_size());
  }

  bool element(const Chunk& c, Fields& f) {
    int64_t ignored;
    switch (c.element) {
    case Element::Year:
      if (!digits(f.year, 2)) return false;
      f.year += f.year >= 69 ? 1900 : 2000;
      return true;
    case Element::LongYear: return value_.size() >= 4 && digits(f.year, 4);
    case Element::Month: return one_of(kMonths, 12, 3, f.month) && ++f.month > 0;
    case Element::LongMonth: return one_of(kMonths, 12, 16, f.month) && ++f.month > 0;
    case Element::NumMonth:
    case Element::ZeroMonth: return number(f.month, c.element == Element::ZeroMonth, 1, 13);
    case Element::Weekday: return one_of(kDays, 7, 3, ignored);
    case Element::LongWeekday: return one_of(kDays, 7, 16, ignored);
    case Element::UnderDay:
      if (value_.starts_with(' ')) value_.remove_prefix(1);
      return number(f.day, false);
    case Element::Day:
    case Element::ZeroDay: return number(f.day, c.element == Element::ZeroDay);
    case Element::UnderYearDay:
      for (int i = 0; i < 2 && value_.starts_with(' '); ++i) value_.remove_prefix(1);
      return year_day(f, false);
    case Element::ZeroYearDay: return year_day(f, true);
    case Element::Hour: return number(f.hour, false, 0, 24);
    case Element::Hour12:
    case Element::ZeroHour12: return number(f.hour, c.element == Element::ZeroHour12, 0, 13);
    case Element::Minute:
    case Element::ZeroMinute: return number(f.minute, c.element == Element::ZeroMinute, 0, 60);
    case Element::Second:
    case Element::ZeroSecond: return second(c, f);
    case Element::UpperHalf: return half(f, "AM", "PM");
    case Element::LowerHalf: return half(f, "am", "pm");
    case Element::Offset: return offset(c, f);
    case Element::Zone: return zone(f);
    case Element::FractionOf: return fraction(f, c.written.size());
    case Element::FractionCut:
      if (value_.size() < 2 || (value_[0] != '.' && value_[0] != ',') || !digit(value_, 1)) return true;
      return fraction(f, fraction_size());
    case Element::None: return false;
    }
    return false;
  }
  bool year_day(Fields& f, bool fixed) {
    size_t n = 0;
    while (n < 3 && digit(value_, n)) ++n;
    return n > 0 && (!fixed || n == 3) && digits(f.year_day, n);
  }

  Text layout_, value_;
  bool range_ = false;
};

bool leap(int64_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

// The day of the month from that of the year, and whether there is such a day.
bool settle_date(Fields& f) {
  if (f.year_day >= 0) {
    if (f.year_day < 1 || f.year_day > 365 + leap(f.year)) return false;
    int64_t year;
    uint32_t month, day;
    civil_from_days(days_from_civil(f.year, 1, 1) + f.year_day - 1, year, month, day);
    if ((f.month >= 0 && f.month != month) || (f.day >= 0 && f.day != day)) return false;
    f.month = month, f.day = day;
  }
  if (f.month < 0) f.month = 1;
  if (f.day < 0) f.day = 1;
  constexpr uint8_t kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return f.day >= 1 && f.day <= kLengths[f.month - 1] + (f.month == 2 && leap(f.year));
}

// Seconds since 1970 of a local time in a zone: within a gap or a fold, what Go's Date gives.
int64_t in_zone(int64_t local, uint16_t zone) {
  const InZone in = zone_at(zone, local);
  if (in.offset == 0) return local;
  const int64_t guess = local - in.offset;
  if (guess >= in.start && guess < in.end) return guess;
  return local - zone_at(zone, guess).offset;
}

struct Where {
  Text zones, locale;
  int64_t now;
  Arena& arena;
};

// Go's ParseInLocation.
bool parse_in(Text layout, Text value, uint16_t zone, Value* out, Misfit& misfit, Text& zone_name, Fields& f) {
  f = {};
  if (!Reader(layout, value).read(f, misfit)) return false;
  misfit = {{}, {}};
  if (f.pm && f.hour < 12) f.hour += 12;
  else if (f.am && f.hour == 12) f.hour = 0;
  if (!settle_date(f)) return false;
  const int64_t local = days_from_civil(f.year, static_cast<uint32_t>(f.month), static_cast<uint32_t>(f.day)) * 86400 +
                        f.hour * 3600 + f.minute * 60 + f.second;
  zone_name = {};
  if (f.utc) {
    *out = time_of(local, f.nanosecond);
    zone_name = "UTC";
    return true;
  }
  if (f.has_offset) {
    const int64_t at = local - f.offset;
    const InZone here = zone_at(zone, at);
    const bool same = here.offset == f.offset && (f.zone.empty() || here.name == f.zone);
    *out = time_of(at, f.nanosecond, same ? zone : zone_fixed(f.zone, f.offset));
    zone_name = same ? here.name : f.zone;
    return true;
  }
  if (!f.zone.empty()) {
    zone_name = f.zone;
    int64_t offset = 0;
    if (zone_offset_named(zone, f.zone, local, offset)) {
      *out = time_of(local - offset, f.nanosecond, zone);
      return true;
    }
    if (f.zone.size() > 3 && f.zone.starts_with("GMT")) {
      for (size_t i = 4; i < f.zone.size(); ++i) offset = offset * 10 + (f.zone[i] - '0');
      offset *= f.zone[3] == '-' ? -3600 : 3600;
    }
    *out = time_of(local, f.nanosecond, zone_fixed(f.zone, offset));
    return true;
  }
  const int64_t at = in_zone(local, zone);
  *out = time_of(at, f.nanosecond, zone);
  zone_name = zone_at(zone, at).name;
  return true;
}

// A year that is not given is this one, or the last one for dates that are more than a week ahead.
void set_year(Value* time, const Fields& f, int64_t now) {
  const Civil c = civil_of(*time);
  if (c.year > 0) return;
  const Civil today = civil_of(time_of(0, now));
  auto at = [&](int64_t year) {
    const int64_t day = days_from_civil(year, c.month, 1) + c.day - 1;
    return in_zone(day * 86400 + c.hour * 3600 + c.minute * 60 + c.second, time->detail);
  };
  int64_t then = at(today.year);
  const int64_t week = nanoseconds_of(time_of(0, now)) / 1000000000 + 7 * 86400;
  if (then > week) then = at(today.year - 1);
  *time = time_of(then, f.nanosecond, time->detail);
}

bool parse_layout(Text layout, Text value, const Where& where, Value* out, Misfit& misfit) {
  const Text home = first_zone(where.zones);
  const uint16_t zone = home.empty() ? 0 : zone_of(zone_in(where.zones, home));
  Text name;
  Fields f;
  if (!where.locale.empty()) {
    Writer english;
    Text element;
    if (!translate_time(english, layout, value, where.locale, element)) return misfit = {element, {}}, false;
    value = where.arena.copy(english.text());
  }
  if (!parse_in(layout, value, zone, out, misfit, name, f)) return false;
  // A zone that is known by its letters alone has no offset yet.
  if (offset_of(*out) == 0 && name != "UTC" && name != zone_at(zone, out->integer).name) {
    uint16_t named = 0;
    if (!name.empty()) {
      const Bytes file = zone_in(where.zones, name);
      if (file.empty()) return misfit = {{}, {}}, false;
      named = zone_of(file);
    }
    Value again;
    Misfit ignored;
    if (parse_in(layout, value, named, &again, ignored, name, f)) *out = again;
  }
  set_year(out, f, where.now);
  return true;
}

// ---- directives
// -----------------------------------------------------------------------------------------------------------------

struct Directive {
  char letter;
  Text layout;   // for writing
  Text to_read;  // the elements to read by, with '|' between them, where they differ
  Text other{};  // a second way
};
constexpr Directive kDirectives[] = {
    {'Y', "2006", {}},
    {'y', "06", {}},
    {'m', "01", "1"},
    {'o', "_1", "1"},
    {'q', "1", "1"},
    {'b', "Jan", {}},
    {'h', "Jan", {}},
    {'B', "January", {}},
    {'d', "02", "2"},
    {'e', "_2", "2"},
    {'g', "2", "2"},
    {'a', "Mon", {}},
    {'A', "Monday", {}},
    {'H', "15", {}},
    {'l', "3", {}},
    {'I', "03", "3"},
    {'p', "PM", {}},
    {'P', "pm", {}},
    {'M', "04", "4"},
    {'S', "05", "5"},
    {'L', "999", {}},
    {'f', "999999", {}},
    {'s', "999999999", {}},
    {'Z', "MST", {}},
    {'z', "Z0700", {}},
    {'w', "-070000", {}},
    {'i', "-07", {}},
    {'j', "-07:00", {}},
    {'k', "-07:00:00", {}},
    {'D', "01/02/2006", "1|/|2|/|2006", "1|/|2|/|06"},
    {'x', "01/02/2006", "1|/|2|/|2006", "1|/|2|/|06"},
    {'F', "2006-01-02", "2006|-|1|-|2"},
    {'T', "15:04:05", "15|:|4|:|5"},
    {'X', "15:04:05", "15|:|4|:|5"},
    {'r', "03:04:05 pm", "3|:|4|:|5| |pm"},
    {'R', "15:04", "15|:|4"},
    {'n', "\n", {}},
    {'t', "\t", {}},
    {'%', "%", {}},
    {'c', "Mon Jan 02 15:04:05 2006", "Mon| |Jan| |2| |15|:|4|:|5| |2006"},
};

const Directive* directive(char letter) {
  for (const Directive& d : kDirectives)
    if (d.letter == letter) return &d;
  return nullptr;
}

// Reading is by trial: each directive has some layouts to read by, and where the text has spaces before a number the
// layout gets them too.
class Trial {
public:
  Trial(Text value, const Where& where, Value* out) : value_(value), where_(where), out_(out) {}

  bool read(Text layout, Text format) {
    const size_t at = format.find('%');
    if (at == Text::npos || at + 1 >= format.size())
      return parse_layout(joined(where_.arena, layout, format), value_, where_, out_, misfit_);
    layout = joined(where_.arena, layout, format.substr(0, at));
    const Text written = format.substr(at, 2), rest = format.substr(at + 2);
    const Directive* d = directive(format[at + 1]);
    if (d == nullptr) return misfit_ = {{}, {}}, false;
    if (d->letter == 'z') {
      for (Text way : {Text("Z0700"), Text("Z07:00"), Text("Z07")}) {
        bool ours;
        if (by(layout, &way, 1, rest, written, ours)) return true;
        if (!ours) return false;
      }
      return false;
    }
    for (Text way : {d->to_read.empty() ? d->layout : d->to_read, d->other}) {
      if (way.empty()) break;
      Text elements[16];
      size_t n = 0;
      if (d->to_read.empty()) elements[n++] = way;
      else
        for (size_t bar; n < 16; way.remove_prefix(bar + 1)) {
          bar = way.find('|');
          elements[n++] = way.substr(0, bar);
          if (bar == Text::npos) break;
        }
      bool ours;
      if (by(layout, elements, n, rest, written, ours)) return true;
      if (!ours) return false;
    }
    return false;
  }

private:
  // `ours`: whether it was one of the elements that did not fit.
  bool by(Text layout, const Text* elements, size_t n, Text rest, Text written, bool& ours) {
    Text spaces[16] = {};
    for (;;) {
      Text with = layout;
      for (size_t i = 0; i < n; ++i) with = joined(where_.arena, joined(where_.arena, with, spaces[i]), elements[i]);
      ours = false;
      if (read(with, rest)) return true;
      size_t at = 0;
      while (at < n && elements[at] != misfit_.element) ++at;
      if (misfit_.element.empty() || at == n) return false;
      ours = true;
      misfit_.element = written;
      const char first = elements[at][0];
      size_t white = 0;
      while (white < misfit_.left.size() && Text(" \t\n\f\r").contains(misfit_.left[white])) ++white;
      if (white == 0 || !((first >= '0' && first <= '9') || first == 'Z')) return false;
      spaces[at] = joined(where_.arena, spaces[at], misfit_.left.substr(0, white));
    }
  }

  Text value_;
  const Where& where_;
  Value* out_;
  Misfit misfit_;
};

}  // namespace

void append_time(Writer& out, const Value& time, Text format, Arena& arena) {
  Text layout;
  for (size_t at; (at = format.find('%')) != Text::npos && at + 1 < format.size(); format.remove_prefix(at + 2)) {
    layout = joined(arena, layout, format.substr(0, at));
    if (const Directive* d = directive(format[at + 1])) layout = joined(arena, layout, d->layout);
  }
  layout = joined(arena, layout, format);
  const Civil now = civil_of(time);
  for (;;) {
    const Chunk c = next_chunk(layout);
    out.append(c.before);
    if (c.element == Element::None) return;
    put_element(out, time, now, c);
    layout = c.rest;
  }
}

Translate translate_time = nullptr;

bool parse_time(Text value, Text format, Text zones, Text locale, int64_t now, Arena& arena, Value* out) {
  const Where where{zones, locale, now, arena};
  return Trial(value, where, out).read({}, format);
}

}  // namespace whittle::ottl
