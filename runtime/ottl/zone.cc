// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/zone.h"

#include "runtime/ottl/value.h"

#include <string.h>

namespace whittle::ottl {

namespace {

constexpr int64_t kDay = 86400;

// A time zone file of version 2 or later, taken apart: RFC 8536, section 3.
struct File {
  uint32_t times = 0, types = 0, names = 0;
  const uint8_t *at = nullptr, *type_of = nullptr, *type = nullptr, *name = nullptr;
  Text footer;

  static uint32_t u32(const uint8_t* p) {
    return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | p[3];
  }
  int64_t time(uint32_t i) const {
    const uint8_t* p = at + size_t{i} * 8;
    return static_cast<int64_t>(uint64_t{u32(p)} << 32 | u32(p + 4));
  }
  InZone in(uint32_t t) const {
    const uint8_t* p = type + size_t{t} * 6;
    const char* n = reinterpret_cast<const char*>(name) + p[5];
    return {Text(n, strnlen(n, names - p[5])), static_cast<int32_t>(u32(p)), INT64_MIN, INT64_MAX};
  }
};

bool take_apart(Bytes tzif, File& out) {
  struct Counts {
    uint32_t utc, standard, leap, times, types, names;
    size_t size(size_t time) const {
      return times * (time + 1) + types * size_t{6} + names + leap * (time + 4) + standard + utc;
    }
  };
  constexpr size_t kHeader = 44;
  auto header = [&](size_t from, Counts& c) {
    if (tzif.size() < from + kHeader || memcmp(tzif.data() + from, "TZif", 4) != 0) return false;
    const uint8_t* p = tzif.data() + from + 20;
    c = {File::u32(p), File::u32(p + 4), File::u32(p + 8), File::u32(p + 12), File::u32(p + 16), File::u32(p + 20)};
    return tzif.size() - from - kHeader >= c.size(from == 0 ? 4 : 8);
  };
  Counts first{}, c{};
  if (!header(0, first)) return false;
  const size_t second = kHeader + first.size(4);
  if (tzif[4] < '2' || !header(second, c) || c.types == 0) return false;
  const uint8_t* p = tzif.data() + second + kHeader;
  out.times = c.times, out.types = c.types, out.names = c.names;
  out.at = p;
  out.type_of = p + size_t{c.times} * 8;
  out.type = out.type_of + c.times;
  out.name = out.type + size_t{c.types} * 6;
  const size_t end = second + kHeader + c.size(8);
  out.footer = as_text({tzif.data() + end, tzif.size() - end});
  if (out.footer.starts_with('\n')) out.footer.remove_prefix(1);
  out.footer = out.footer.substr(0, out.footer.find('\n'));
  for (uint32_t i = 0; i < c.times; ++i)
    if (out.type_of[i] >= c.types) return false;
  for (uint32_t i = 0; i < c.types; ++i)
    if (out.type[size_t{i} * 6 + 5] >= c.names) return false;
  return true;
}

// The rule for all times to come, as POSIX writes it in TZ: "EST5EDT,M3.2.0,M11.1.0".
class Rule {
public:
  explicit Rule(Text t) : t_(t) {}

  bool at(int64_t instant, InZone& out) {
    InZone standard, summer;
    if (!name(standard.name) || !signed_time(standard.offset)) return false;
    standard.offset = -standard.offset;
    out = standard;
    if (t_.empty()) return true;
    if (!name(summer.name)) return false;
    summer.offset = standard.offset + 3600;
    if (!t_.empty() && t_[0] != ',') {
      if (!signed_time(summer.offset)) return false;
      summer.offset = -summer.offset;
    }
    int64_t year;
    uint32_t month, day;
    const int64_t local = instant + standard.offset;
    civil_from_days(local / kDay - (local % kDay < 0), year, month, day);
    Text from, to;
    if (!date(from) || !date(to)) return false;
    int64_t edges[6];
    for (int i = 0; i < 3; ++i) {
      edges[2 * i] = when(from, year - 1 + i) - standard.offset;
      edges[2 * i + 1] = when(to, year - 1 + i) - summer.offset;
    }
    // In order, whichever of the two comes first in a year.
    bool starts = true;
    if (edges[0] > edges[1]) {
      for (int i = 0; i < 6; i += 2) {
        const int64_t e = edges[i];
        edges[i] = edges[i + 1], edges[i + 1] = e;
      }
      starts = false;
    }
    int last = -1;
    for (int i = 0; i < 6; ++i)
      if (edges[i] <= instant) last = i;
    const bool is_summer = last >= 0 ? (last % 2 == 0) == starts : !starts;
    out = is_summer ? summer : standard;
    out.start = last >= 0 ? edges[last] : INT64_MIN;
    out.end = last < 5 ? edges[last + 1] : INT64_MAX;
    return true;
  }

private:
  static bool digit(char c) { return c >= '0' && c <= '9'; }
  bool take(char c) {
    if (!t_.starts_with(c)) return false;
    t_.remove_prefix(1);
    return true;
  }
  bool number(int64_t& out) {
    out = 0;
    size_t n = 0;
    for (; n < t_.size() && n < 4 && digit(t_[n]); ++n) out = out * 10 + (t_[n] - '0');
    t_.remove_prefix(n);
    return n > 0;
  }
  bool name(Text& out) {
    size_t n = 0;
    const bool quoted = take('<');
    while (n < t_.size() && (quoted ? t_[n] != '>' : ((t_[n] | 32) >= 'a' && (t_[n] | 32) <= 'z'))) ++n;
    out = t_.substr(0, n);
    t_.remove_prefix(n);
    return quoted ? take('>') : n >= 3;
  }
  // hh[:mm[:ss]] with a sign, in seconds.
  bool signed_time(int64_t& out) {
    const bool negative = take('-');
    if (!negative) take('+');
    int64_t h = 0, m = 0, s = 0;
    if (!number(h) || (take(':') && (!number(m) || (take(':') && !number(s))))) return false;
    out = h * 3600 + m * 60 + s;
    if (negative) out = -out;
    return true;
  }
  bool date(Text& out) {
    if (!take(',')) return false;
    out = t_.substr(0, t_.find(','));
    t_.remove_prefix(out.size());
    return true;
  }
  // Seconds since 1970 of a rule's date in a year, as if it were in Greenwich.
  static int64_t when(Text rule, int64_t year) {
    Rule r(rule);
    int64_t month = 0, week = 0, weekday = 0, n = 0, time = 7200, days;
    const int64_t first = days_from_civil(year, 1, 1);
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (r.take('M')) {
      r.number(month), r.take('.'), r.number(week), r.take('.'), r.number(weekday);
      if (month < 1 || month > 12) month = 1;
      const int64_t begin = days_from_civil(year, static_cast<uint32_t>(month), 1);
      const int64_t end =
          month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, static_cast<uint32_t>(month) + 1, 1);
      days = begin + (weekday - ((begin % 7) + 11) % 7 + 7) % 7 + (week - 1) * 7;
      while (days >= end) days -= 7;
    } else if (r.take('J')) {
      r.number(n);
      days = first + n - 1 + (leap && n >= 60);
    } else {
      r.number(n);
      days = first + n;
    }
    if (r.take('/')) r.signed_time(time);
    return days * kDay + time;
  }

  Text t_;
};

InZone in_file(Bytes tzif, int64_t instant) {
  File f;
  if (!take_apart(tzif, f)) return {"UTC"};
  uint32_t low = 0, high = f.times;  // the first transition after `instant`
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    if (f.time(middle) <= instant) low = middle + 1;
    else high = middle;
  }
  InZone z = f.in(low == 0 ? 0 : f.type_of[low - 1]);
  if (low > 0) z.start = f.time(low - 1);
  if (low < f.times) z.end = f.time(low);
  if (low == f.times && !f.footer.empty()) {
    InZone by_rule;
    if (Rule(f.footer).at(instant, by_rule)) {
      if (by_rule.start < z.start) by_rule.start = z.start;
      return by_rule;
    }
  }
  return z;
}

// Zones that times in this process have been in. Numbers from kMinutes on are offsets in minutes without a name.
constexpr uint16_t kZones = 1024, kMinutes = 4096, kGreenwich = kMinutes + 2048;
struct Zone {
  Bytes tzif;
  int64_t offset;
  char name[8];
  uint8_t name_size;
};
Zone zones[kZones] = {};
uint16_t zone_count = 0;

int64_t offset_at(uint16_t zone, int64_t instant) {
  return zone_at(zone, instant).offset;
}

template <class F>
uint16_t zone_like(F same, const Zone& made) {
  for (uint16_t i = 0; i < zone_count; ++i)
    if (same(zones[i])) return static_cast<uint16_t>(i + 1);
  if (zone_count == kZones) return 0;
  zones[zone_count++] = made;
  return zone_count;
}

}  // namespace

InZone zone_at(uint16_t zone, int64_t unix_seconds) {
  if (zone == 0) return {"UTC"};
  if (zone > kZones) return {{}, (int64_t{zone} - kGreenwich) * 60};
  const Zone& z = zones[zone - 1];
  if (!z.tzif.empty()) return in_file(z.tzif, unix_seconds);
  return {Text(z.name, z.name_size), z.offset};
}

uint16_t zone_of(Bytes tzif) {
  File f;
  if (!take_apart(tzif, f)) return 0;
  zone_offset = offset_at;
  return zone_like([&](const Zone& z) { return z.tzif.data() == tzif.data(); }, {tzif, 0, {}, 0});
}

uint16_t zone_fixed(Text name, int64_t offset) {
  zone_offset = offset_at;
  Zone made{{}, offset, {}, static_cast<uint8_t>(name.size() > 8 ? 8 : name.size())};
  memcpy(made.name, name.data(), made.name_size);
  const bool minutes = offset % 60 == 0 && name.empty();
  if (!minutes) {
    const uint16_t z = zone_like(
        [&](const Zone& z) {
          return z.tzif.empty() && z.offset == offset && Text(z.name, z.name_size) == Text(made.name, made.name_size);
        },
        made);
    if (z != 0) return z;
  }
  return static_cast<uint16_t>(kGreenwich + offset / 60);
}

bool zone_offset_named(uint16_t zone, Text name, int64_t local, int64_t& offset) {
  if (zone == 0 || zone > kZones || zones[zone - 1].tzif.empty()) {
    const InZone z = zone_at(zone, local);
    if (z.name != name) return false;
    offset = z.offset;
    return true;
  }
  File f;
  if (!take_apart(zones[zone - 1].tzif, f)) return false;
  for (bool holds : {true, false}) {
    for (uint32_t i = 0; i < f.types; ++i) {
      const InZone z = f.in(i);
      if (z.name != name || (holds && zone_at(zone, local - z.offset).name != name)) continue;
      offset = z.offset;
      if (holds) offset = zone_at(zone, local - z.offset).offset;
      return true;
    }
  }
  return false;
}

namespace {

// The first entry of a table, which is left behind.
bool next_zone(Text& table, Text& name, Bytes& file) {
  if (table.empty()) return false;
  const auto n = static_cast<uint8_t>(table[0]);
  if (table.size() < size_t{n} + 5) return false;
  name = table.substr(1, n);
  size_t size = 0;
  for (size_t i = 0; i < 4; ++i) size |= size_t{static_cast<uint8_t>(table[1 + n + i])} << (8 * i);
  table.remove_prefix(size_t{n} + 5);
  if (table.size() < size) return false;
  file = as_bytes(table.substr(0, size));
  table.remove_prefix(size);
  return true;
}

}  // namespace

Bytes zone_in(Text table, Text name) {
  Text entry;
  Bytes file;
  while (next_zone(table, entry, file))
    if (entry == name) return file;
  return {};
}

Text first_zone(Text table) {
  Text name;
  Bytes file;
  return next_zone(table, name, file) ? name : Text{};
}

}  // namespace whittle::ottl
