// SPDX-License-Identifier: Apache-2.0
// The grammar of image references:
//
//   reference := name [":" tag] ["@" digest]
//   name      := [domain ["port"] "/"] component *("/" component)
//   component := alphanumeric *(separator alphanumeric)     lower case; separators: "." "_" "__" "-"+
#include "stdlib/receiver/awsecscontainermetrics/task_metrics.h"

namespace whittle {

static bool is_lower(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
static bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_component(Text t) {
  size_t i = 0;
  for (;;) {
    const size_t start = i;
    while (i < t.size() && is_lower(t[i])) ++i;
    if (i == start) return false;
    if (i == t.size()) return true;
    if (t[i] == '.') {
      ++i;
    } else if (t[i] == '_') {
      ++i;
      if (i < t.size() && t[i] == '_') ++i;
    } else if (t[i] == '-') {
      while (i < t.size() && t[i] == '-') ++i;
    } else {
      return false;
    }
  }
}

static bool is_domain(Text t) {
  if (const size_t colon = t.rfind(':'); colon != Text::npos && t.find(']', colon) == Text::npos) {
    const Text port = t.substr(colon + 1);
    if (port.empty()) return false;
    for (char c : port)
      if (!is_digit(c)) return false;
    t = t.substr(0, colon);
  }
  if (t.starts_with('[')) {
    if (t.size() < 3 || !t.ends_with(']')) return false;
    for (char c : t.substr(1, t.size() - 2))
      if (!is_hex(c) && c != ':') return false;
    return true;
  }
  for (;;) {
    const size_t dot = t.find('.');
    const Text label = t.substr(0, dot);
    if (label.empty() || label.front() == '-' || label.back() == '-') return false;
    for (char c : label)
      if (!is_letter(c) && !is_digit(c) && c != '-') return false;
    if (dot == Text::npos) return true;
    t.remove_prefix(dot + 1);
  }
}

static bool is_name(Text t) {
  for (bool first = true;; first = false) {
    const size_t slash = t.find('/');
    const Text part = t.substr(0, slash);
    if (!is_component(part) && !(first && slash != Text::npos && is_domain(part))) return false;
    if (slash == Text::npos) return true;
    t.remove_prefix(slash + 1);
  }
}

static bool is_tag(Text t) {
  if (t.empty() || t.size() > 128 || t[0] == '.' || t[0] == '-') return false;
  for (char c : t)
    if (!is_letter(c) && !is_digit(c) && c != '_' && c != '.' && c != '-') return false;
  return true;
}

static bool is_digest(Text t) {
  const size_t colon = t.find(':');
  if (colon == Text::npos) return false;
  const Text algorithm = t.substr(0, colon), hex = t.substr(colon + 1);
  const size_t size = algorithm == "sha256" ? 64 : algorithm == "sha384" ? 96 : algorithm == "sha512" ? 128 : 0;
  if (size == 0 || hex.size() != size) return false;
  for (char c : hex)
    if (!is_digit(c) && !(c >= 'a' && c <= 'f')) return false;
  return true;
}

ImageName parse_image_name(Text image) {
  static constexpr size_t kMostPath = 255;
  Text name = image;
  if (const size_t at = name.find('@'); at != Text::npos) {
    if (!is_digest(name.substr(at + 1))) return {};
    name = name.substr(0, at);
  }
  Text tag = "latest";
  const size_t colon = name.rfind(':');
  if (colon != Text::npos && name.find('/', colon) == Text::npos) {
    tag = name.substr(colon + 1);
    name = name.substr(0, colon);
    if (!is_tag(tag)) return {};
  }
  if (!is_name(name) || name.size() > kMostPath + 256) return {};
  Text path = name;
  if (const size_t slash = name.find('/'); slash != Text::npos && is_domain(name.substr(0, slash)))
    path = name.substr(slash + 1);
  if (path.size() > kMostPath) return {};
  return {name, tag};
}

}  // namespace whittle
