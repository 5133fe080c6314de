// SPDX-License-Identifier: Apache-2.0
#include "stdlib/exporter/prometheus/names.h"

namespace whittle::prometheus_exporter {

using prometheus::NameKind;

namespace {

bool is_letter(char c) {
  return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == ':';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// `name` without `suffix` and what stands before it, where more would be left.
Text without(Text name, Text suffix) {
  if (!name.ends_with(suffix) || name.size() <= suffix.size() + 1) return name;
  return name.substr(0, name.size() - suffix.size() - 1);
}

// otlptranslator's names with UTF-8: suffixes only, each once, at the end.
void append_with_suffixes(Writer& out, Text name, Text unit, NameKind kind) {
  const bool ratio = unit == "1" && kind == NameKind::Gauge, total = kind == NameKind::MonotonicCounter;
  if (ratio) name = without(name, "ratio");
  if (total) name = without(name, "total");
  const size_t slash = unit.find('/');
  Writer main, per;
  prometheus::append_unit(main, unit.substr(0, slash));
  if (slash != Text::npos) prometheus::append_unit(per, unit.substr(slash));
  if (!per.empty()) name = without(name, per.text());
  out.append(name);
  if (!main.empty() && !name.ends_with(main.text())) {
    out.byte('_');
    out.append(main.text());
  }
  if (!per.empty()) {
    out.byte('_');
    out.append(per.text());
  }
  if (total) out.append(Text("_total"));
  if (ratio) out.append(Text("_ratio"));
}

// The character that begins at `i`, and how many bytes it has. Names are UTF-8.
uint32_t character(Text name, size_t i, size_t& size) {
  const auto c = static_cast<uint8_t>(name[i]);
  size = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
  uint32_t v = size == 1 ? c : c & (0x7F >> size);
  for (size_t k = 1; k < size && i + k < name.size(); ++k) v = v << 6 | (static_cast<uint8_t>(name[i + k]) & 0x3F);
  return v;
}

void append_hex(Writer& out, uint32_t v) {
  char digits[8];
  int n = 0;
  do digits[n++] = "0123456789abcdef"[v & 15];
  while (v >>= 4);
  while (n > 0) out.byte(static_cast<uint8_t>(digits[--n]));
}

}  // namespace

bool append_name(Writer& out, const Naming& naming, Text name, Text unit, NameKind kind) {
  if (!naming.utf8) return prometheus::append_metric_name(out, {naming.name_space, naming.suffixes}, name, unit, kind);
  Writer whole;
  if (!naming.name_space.empty()) {
    whole.append(naming.name_space);
    whole.byte('_');
  }
  whole.append(name);
  if (whole.empty()) return false;
  if (naming.suffixes) append_with_suffixes(out, whole.text(), unit, kind);
  else out.append(whole.text());
  return true;
}

bool append_label(Writer& out, const Naming& naming, Text name) {
  const size_t begin = out.size();
  if (naming.utf8) {
    if (name.find_first_not_of('_') == Text::npos) return false;
    out.append(name);
  } else if (!prometheus::append_label_name(out, name, prometheus::LabelNaming::Preserved)) {
    return false;
  }
  if (!out.text().substr(begin).starts_with("__")) return true;
  out.truncate(begin);
  return false;
}

Text escaping_name(Escaping e) {
  constexpr Text kNames[] = {"underscores", "allow-utf-8", "dots", "values"};
  return kNames[static_cast<int>(e)];
}

bool is_plain_name(Text name) {
  if (name.empty() || !is_letter(name[0])) return false;
  for (char c : name)
    if (!is_letter(c) && !is_digit(c)) return false;
  return true;
}

void append_escaped_name(Writer& out, Text name, Escaping e) {
  if (e == Escaping::AllowUtf8 || is_plain_name(name)) return out.append(name);
  if (e == Escaping::Values) out.append(Text("U__"));
  for (size_t i = 0, size; i < name.size(); i += size) {
    const uint32_t c = character(name, i, size);
    const bool plain = c < 0x80 && (is_letter(static_cast<char>(c)) || (i > 0 && is_digit(static_cast<char>(c))));
    if (e == Escaping::Dots && c == '.') out.append(Text("_dot_"));
    else if (e != Escaping::Underscores && c == '_') out.append(Text("__"));
    else if (plain) out.byte(static_cast<uint8_t>(c));
    else if (e == Escaping::Underscores) out.byte('_');
    else if (e == Escaping::Dots) out.append(Text("__"));
    else {
      out.byte('_');
      append_hex(out, c);
      out.byte('_');
    }
  }
}

}  // namespace whittle::prometheus_exporter
