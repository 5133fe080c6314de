// SPDX-License-Identifier: Apache-2.0
#include "runtime/prometheus/names.h"

namespace whittle::prometheus {
namespace {

struct Word {
  Text unit, word;
};

constexpr Word kUnits[] = {
    {"d", "days"},          {"h", "hours"},        {"min", "minutes"},   {"s", "seconds"},      {"ms", "milliseconds"},
    {"us", "microseconds"}, {"ns", "nanoseconds"}, {"By", "bytes"},      {"KiBy", "kibibytes"}, {"MiBy", "mebibytes"},
    {"GiBy", "gibibytes"},  {"TiBy", "tibibytes"}, {"KBy", "kilobytes"}, {"MBy", "megabytes"},  {"GBy", "gigabytes"},
    {"TBy", "terabytes"},   {"m", "meters"},       {"V", "volts"},       {"A", "amperes"},      {"J", "joules"},
    {"W", "watts"},         {"g", "grams"},        {"Cel", "celsius"},   {"Hz", "hertz"},       {"1", ""},
    {"%", "percent"},
};
constexpr Word kPerUnits[] = {{"s", "second"}, {"m", "minute"}, {"h", "hour"}, {"d", "day"},
                              {"w", "week"},   {"mo", "month"}, {"y", "year"}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_label_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
}
bool is_metric_char(char c) {
  return is_label_char(c) || c == ':';
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
Text trimmed(Text t) {
  while (!t.empty() && is_space(t.front())) t.remove_prefix(1);
  while (!t.empty() && is_space(t.back())) t.remove_suffix(1);
  return t;
}

// One side of a unit in words; empty where it is an annotation in braces.
template <size_t N>
Text word_of(Text unit, const Word (&words)[N]) {
  unit = trimmed(unit);
  if (unit.find_first_of("{}") != Text::npos) return {};
  for (const Word& w : words)
    if (w.unit == unit) return w.word;
  return unit;
}

// `unit` in a name's characters: runs of underscores are one, and there is none in front.
void append_clean(Writer& out, Text unit) {
  const size_t begin = out.size();
  for (const char c : unit) {
    if (is_metric_char(c)) out.byte(static_cast<uint8_t>(c));
    else if (out.size() > begin && out.data()[out.size() - 1] != '_') out.byte('_');
  }
}

// The two sides of a unit as a name has them: "seconds", "per_second".
struct UnitWords {
  Writer main, per;

  explicit UnitWords(Text unit) {
    const size_t slash = unit.find('/');
    append_clean(main, word_of(unit.substr(0, slash), kUnits));
    if (slash == Text::npos) return;
    const Text word = word_of(unit.substr(slash + 1), kPerUnits);
    if (word.empty()) return;
    per.append(Text("per_"));
    append_clean(per, word);  // whose own underscore in front would be the second
  }
};

Text without_last_underscore(Text t) {
  if (t.ends_with('_')) t.remove_suffix(1);
  return t;
}

// Whether there is more than underscores from `begin` on; takes it back otherwise. A name that needed no change may be
// what it likes.
bool is_name(Writer& out, size_t begin, Text name) {
  const Text made = out.text().substr(begin);
  if (made.find_first_not_of('_') != Text::npos || (!made.empty() && made == name)) return true;
  out.truncate(begin);
  return false;
}

// The runs of characters for which `keep` holds, joined with underscores.
template <class Keep>
void append_runs(Writer& out, Text name, Keep keep) {
  bool first = true;
  for (size_t i = 0; i < name.size();) {
    size_t end = i;
    while (end < name.size() && keep(name[end])) ++end;
    if (end > i) {
      if (!first) out.byte('_');
      first = false;
      out.append(name.substr(i, end - i));
    }
    i = end + 1;
  }
}

}  // namespace

bool append_metric_name(Writer& out, const MetricNaming& naming, Text name, Text unit, NameKind kind) {
  const size_t begin = out.size();
  if (!naming.suffixes) {
    const auto keep = [](char c) { return is_metric_char(c) || c == '_'; };
    if (!naming.name_space.empty()) {
      append_runs(out, naming.name_space, keep);
      out.byte('_');
    }
    const size_t own = out.size();
    append_runs(out, name, keep);
    if (own == begin && out.size() > own && is_digit(static_cast<char>(out.data()[own]))) {
      out.insert(own, 1);
      out.data()[own] = '_';
    }
    return is_name(out, begin, name);
  }

  bool has_main = false, has_per = false;
  const UnitWords words(unit);
  Text main = words.main.text(), per = words.per.text();
  if (per == "per_") per = {};
  per = without_last_underscore(per);
  const bool total = kind == NameKind::MonotonicCounter, ratio = unit == "1" && kind == NameKind::Gauge;
  bool first = true;
  const auto add = [&](Text token) {
    if (!first) out.byte('_');
    first = false;
    out.append(token);
  };
  const auto each_token = [&](auto&& f) {
    for (size_t i = 0; i < name.size();) {
      size_t end = i;
      while (end < name.size() && is_metric_char(name[end])) ++end;
      if (end > i) f(name.substr(i, end - i));
      i = end + 1;
    }
  };
  if (!naming.name_space.empty()) add(naming.name_space);
  each_token([&](Text token) {
    has_main |= token == main;
    has_per |= token == per;
  });
  if (has_main) main = {};
  if (has_per) per = {};
  if (!per.empty()) main = without_last_underscore(main);
  // "total" and "ratio" go to the end, wherever they were.
  const auto kept = [&](Text token) { return !(total && token == "total") && !(ratio && token == "ratio"); };
  each_token([&](Text token) {
    if (kept(token)) add(token);
  });
  for (const Text token : {main, per})
    if (!token.empty() && kept(token)) add(token);
  if (total) add("total");
  if (ratio) add("ratio");
  if (out.size() > begin && is_digit(static_cast<char>(out.data()[begin]))) {
    out.insert(begin, 1);
    out.data()[begin] = '_';
  }
  return is_name(out, begin, name);
}

bool append_label_name(Writer& out, Text name, LabelNaming naming) {
  if (name.empty()) return false;
  const size_t begin = out.size();
  if (naming == LabelNaming::Preserved) {
    for (const char c : name) {
      if (is_label_char(c)) out.byte(static_cast<uint8_t>(c));
      else if ((static_cast<uint8_t>(c) & 0xC0) != 0x80) out.byte('_');  // once for a character of several bytes
    }
  } else {
    const bool reserved = name.size() >= 4 && name.starts_with("__") && name.ends_with("__");
    if (reserved) {
      name = name.substr(2, name.size() - 4);
      out.append(Text("__"));
    }
    const size_t inner = out.size();
    for (const char c : name) {
      if (is_label_char(c)) out.byte(static_cast<uint8_t>(c));
      else if (out.size() == inner || out.data()[out.size() - 1] != '_') out.byte('_');
    }
    if (reserved) out.append(Text("__"));
  }
  const Text made = out.text().substr(begin);
  if (made.find_first_not_of('_') == Text::npos) {
    out.truncate(begin);
    return false;
  }
  Text prefix;
  if (is_digit(made[0])) prefix = "key_";
  else if (naming == LabelNaming::Collapsed && made[0] == '_' && !made.starts_with("__")) prefix = "key";
  if (!prefix.empty()) {
    out.insert(begin, prefix.size());
    memcpy(out.data() + begin, prefix.data(), prefix.size());
  }
  return true;
}

void append_unit(Writer& out, Text unit) {
  const UnitWords words(unit);
  Text main = words.main.text(), per = words.per.text();
  if (main.empty()) main = per, per = {};
  const size_t begin = out.size();
  out.append(main);
  if (!per.empty()) {
    out.byte('_');
    out.append(per);
  }
  if (out.size() > begin && out.data()[out.size() - 1] == '_') out.truncate(out.size() - 1);
}

}  // namespace whittle::prometheus
