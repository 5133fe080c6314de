// SPDX-License-Identifier: Apache-2.0
#include "compiler/aws/ecs/shape.h"

#include "compiler/source/json.h"

#include <algorithm>

namespace whittle::aws::ecs {

namespace {

constexpr char kBegin = '\x01', kEnd = '\x02';

std::string spaces(int n) {
  return std::string(static_cast<size_t>(n), ' ');
}

// A list of short scalars goes on one line.
bool is_short(const Shape& s) {
  if (s.items.size() > 6) return false;
  size_t length = 0;
  for (const Shape& i : s.items) {
    if (i.kind == Shape::Kind::List || i.kind == Shape::Kind::Map) return false;
    length += i.text.size() + 4;
  }
  return length < 80;
}

// {"name": .., "value": ..} and the like.
bool is_short_map(const Shape& s) {
  if (s.members.empty() || s.members.size() > 2) return false;
  size_t length = 0;
  for (const auto& [key, value] : s.members) {
    if (value.kind == Shape::Kind::List || value.kind == Shape::Kind::Map) return false;
    length += key.size() + value.text.size() + 8;
  }
  return length < 110;
}

std::string scalar(const Shape& s, const TextWriter& text) {
  if (s.kind == Shape::Kind::Number) return std::to_string(s.number);
  if (s.kind == Shape::Kind::Bool) return s.boolean ? "true" : "false";
  return text(s.text);
}

bool is_identifier(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? true : (c >= '0' && c <= '9') || c == '_';
  }) && !(key[0] >= '0' && key[0] <= '9');
}

}  // namespace

Shape Shape::list(std::vector<Shape> items) {
  Shape s;
  s.kind = Kind::List;
  s.items = std::move(items);
  return s;
}

Shape Shape::map(std::vector<std::pair<std::string, Shape>> members) {
  Shape s;
  s.kind = Kind::Map;
  s.members = std::move(members);
  return s;
}

Shape& Shape::add(std::string key, Shape value) {
  members.emplace_back(std::move(key), std::move(value));
  return *this;
}

std::string reference(std::string_view name) {
  return kBegin + std::string(name) + kEnd;
}

bool has_reference(std::string_view text) {
  return text.find(kBegin) != std::string_view::npos;
}

std::vector<Part> parts(std::string_view text) {
  std::vector<Part> out;
  while (!text.empty()) {
    size_t begin = text.find(kBegin);
    if (begin != 0) out.push_back({false, std::string(text.substr(0, begin))});
    if (begin == std::string_view::npos) break;
    size_t end = text.find(kEnd, begin);
    out.push_back({true, std::string(text.substr(begin + 1, end - begin - 1))});
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return out;
}

std::string print_json(const Shape& s, const TextWriter& text, int indent) {
  if (s.kind == Shape::Kind::List) {
    if (s.items.empty()) return "[]";
    bool one_line = is_short(s);
    std::string out = "[";
    for (size_t i = 0; i < s.items.size(); ++i) {
      out += i == 0 ? "" : one_line ? ", " : ",";
      if (!one_line) out += "\n" + spaces(indent + 2);
      out += print_json(s.items[i], text, indent + 2);
    }
    return out + (one_line ? "" : "\n" + spaces(indent)) + "]";
  }
  if (s.kind == Shape::Kind::Map) {
    if (s.members.empty()) return "{}";
    bool one_line = is_short_map(s);
    std::string out = "{";
    for (size_t i = 0; i < s.members.size(); ++i) {
      out += i == 0 ? "" : one_line ? ", " : ",";
      if (!one_line) out += "\n" + spaces(indent + 2);
      out += source::json_quote(s.members[i].first) + ": " + print_json(s.members[i].second, text, indent + 2);
    }
    return out + (one_line ? "" : "\n" + spaces(indent)) + "}";
  }
  return scalar(s, text);
}

std::string print_yaml(const Shape& s, const TextWriter& text, int indent) {
  std::string out;
  if (s.kind == Shape::Kind::Map) {
    for (const auto& [key, value] : s.members) {
      std::string name = key.find_first_of(":#{}[],&*!|>'\"%@` ") == std::string::npos ? key : source::json_quote(key);
      bool nested = (value.kind == Shape::Kind::Map && !value.members.empty()) ||
                    (value.kind == Shape::Kind::List && !value.items.empty() && !is_short(value));
      out += spaces(indent) + name + ":";
      if (nested) out += "\n" + print_yaml(value, text, indent + 2);
      else out += " " + print_yaml(value, text, 0) + "\n";
    }
    return out.empty() ? "{}" : out;
  }
  if (s.kind == Shape::Kind::List) {
    if (s.items.empty()) return "[]";
    if (is_short(s)) {
      for (const Shape& i : s.items) out += (out.empty() ? "[" : ", ") + scalar(i, text);
      return out + "]";
    }
    for (const Shape& i : s.items) {
      bool nested = i.kind == Shape::Kind::Map && !i.members.empty();
      std::string body = print_yaml(i, text, nested ? indent + 2 : 0);
      // The first key stands on the dash's own line.
      if (nested) out += spaces(indent) + "- " + body.substr(static_cast<size_t>(indent) + 2);
      else out += spaces(indent) + "- " + body + "\n";
    }
    return out;
  }
  return scalar(s, text);
}

std::string print_hcl(const Shape& s, const TextWriter& text, int indent) {
  if (s.kind == Shape::Kind::List) {
    if (s.items.empty()) return "[]";
    bool one_line = is_short(s);
    std::string out = "[";
    for (size_t i = 0; i < s.items.size(); ++i) {
      if (one_line) out += (i == 0 ? "" : ", ") + print_hcl(s.items[i], text, indent + 2);
      else out += "\n" + spaces(indent + 2) + print_hcl(s.items[i], text, indent + 2) + ",";
    }
    return out + (one_line ? "" : "\n" + spaces(indent)) + "]";
  }
  if (s.kind == Shape::Kind::Map) {
    if (s.members.empty()) return "{}";
    auto name = [](const std::string& key) { return is_identifier(key) ? key : "\"" + key + "\""; };
    if (is_short_map(s)) {
      std::string out = "{ ";
      for (size_t i = 0; i < s.members.size(); ++i)
        out += (i == 0 ? "" : ", ") + name(s.members[i].first) + " = " + scalar(s.members[i].second, text);
      return out + " }";
    }
    // `terraform fmt` aligns the signs of neighbouring lines; a value over several lines ends a group.
    std::string out = "{";
    for (size_t i = 0; i < s.members.size();) {
      size_t end = i, widest = 0;
      std::vector<std::string> values;
      while (end < s.members.size()) {
        values.push_back(print_hcl(s.members[end].second, text, indent + 2));
        bool several = values.back().find('\n') != std::string::npos;
        if (several && end > i) {
          values.pop_back();
          break;
        }
        widest = std::max(widest, name(s.members[end].first).size());
        ++end;
        if (several) break;
      }
      for (size_t k = i; k < end; ++k) {
        std::string key = name(s.members[k].first);
        out += "\n" + spaces(indent + 2) + key + std::string(widest - key.size(), ' ') + " = " + values[k - i];
      }
      i = end;
    }
    return out + "\n" + spaces(indent) + "}";
  }
  return scalar(s, text);
}

Shape pascal(const Shape& s, const std::vector<std::string>& free) {
  Shape out = s;
  for (Shape& i : out.items) i = pascal(i, free);
  for (auto& [key, value] : out.members) {
    bool keep = std::find(free.begin(), free.end(), key) != free.end();
    if (!key.empty() && key[0] >= 'a' && key[0] <= 'z') key[0] = static_cast<char>(key[0] - 'a' + 'A');
    if (!keep) value = pascal(value, free);
  }
  return out;
}

}  // namespace whittle::aws::ecs
