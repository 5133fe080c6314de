// SPDX-License-Identifier: Apache-2.0
#include "compiler/regex/grok.h"

#include <algorithm>
#include <optional>

namespace whittle::regex {

namespace {

constexpr int kMaxDepth = 50;             // of references within definitions
constexpr size_t kMaxText = 1u << 20;     // of what a pattern expands to
constexpr std::string_view kDot = "___";  // stands for a dot in names of groups, which cannot hold one

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// What stands at `%{`: the name, the field and its type, and where it ends; `end` is 0 when it is no reference.
struct Reference {
  std::string_view name, field, type;
  size_t end = 0;
};

Reference reference_at(std::string_view s, size_t i) {
  if (!s.substr(i).starts_with("%{")) return {};
  size_t n = i + 2;
  auto part = [&](bool field) {
    const size_t start = n;
    while (n < s.size() && (is_word(s[n]) || (field && (s[n] == '+' || s[n] == '.')))) ++n;
    return s.substr(start, n - start);
  };
  auto more = [&] { return n < s.size() && s[n] == ':' ? ++n : 0; };
  Reference r;
  r.name = part(false);
  if (r.name.empty()) return {};
  if (more()) {
    r.field = part(true);
    if (r.field.empty()) return {};
    if (more()) {
      r.type = part(false);
      if (r.type.empty()) return {};
    }
  }
  if (n >= s.size() || s[n] != '}') return {};
  r.end = n + 1;
  return r;
}

class Expander {
public:
  Expander(std::span<const std::string> definitions, bool named_only)
      : definitions_(definitions), named_only_(named_only) {}

  Grok out;
  std::optional<GrokError> error;

  void expand(std::string_view s, int depth) {
    for (size_t i = 0; i < s.size() && !error;) {
      const Reference r = reference_at(s, i);
      if (r.end == 0) {
        out.pattern += s[i++];
        continue;
      }
      group(r, depth);
      if (error && depth > 0) return;
      if (error && error->unknown.empty()) error->begin = i, error->end = r.end;
      if (error && !error->unknown.empty()) {
        const bool here = error->unknown.data() == r.name.data();
        error->begin = here ? i + 2 : i;
        error->end = here ? i + 2 + r.name.size() : r.end;
      }
      i = r.end;
    }
  }

private:
  void group(const Reference& r, int depth) {
    if (depth >= kMaxDepth) return fail("this is made of itself");
    std::string name(r.field.empty() ? r.name : r.field);
    for (size_t dot; (dot = name.find('.')) != std::string::npos;) name.replace(dot, 1, kDot);
    if (!r.type.empty()) {
      std::erase_if(out.hints, [&](const GrokHint& h) { return h.group == name; });
      out.hints.push_back({name, std::string(r.type)});
    }
    out.pattern += named_only_ && r.field.empty() ? "(" : "(?P<" + name + ">";
    const std::optional<std::string_view> body = find(r.name);
    if (!body) {
      fail("no Grok pattern is named `" + std::string(r.name) + "`");
      error->unknown = r.name;
      return;
    }
    expand(*body, depth + 1);
    if (out.pattern.size() > kMaxText) return fail("this grows too large");
    out.pattern += ')';
  }

  void fail(std::string message) {
    if (!error) error = GrokError{std::move(message), 0, 0, {}};
  }

  std::optional<std::string_view> find(std::string_view name) const {
    for (size_t i = definitions_.size(); i-- > 0;) {
      const std::string_view d = definitions_[i];
      const size_t equal = d.find('=');
      if (equal != std::string_view::npos && d.substr(0, equal) == name) return d.substr(equal + 1);
    }
    const auto all = grok_patterns();
    const auto at = std::lower_bound(all.begin(), all.end(), name,
                                     [](const GrokPattern& p, std::string_view n) { return p.name < n; });
    if (at == all.end() || at->name != name) return std::nullopt;
    return at->pattern;
  }

  std::span<const std::string> definitions_;
  bool named_only_;
};

}  // namespace

std::expected<Grok, GrokError> expand_grok(std::string_view pattern, std::span<const std::string> definitions,
                                           bool named_only) {
  Expander e(definitions, named_only);
  e.expand(pattern, 0);
  if (e.error) return std::unexpected(std::move(*e.error));
  return std::move(e.out);
}

std::expected<Tables, SyntaxError> compile_grok(std::string_view pattern, std::span<const std::string> definitions,
                                                bool named_only, size_t most_work) {
  auto grok = expand_grok(pattern, definitions, named_only);
  if (!grok) return std::unexpected(SyntaxError{std::move(grok.error().message), grok.error().begin});
  auto out = compile_named_captures(grok->pattern, most_work);
  if (!out) return out;
  for (std::string& group : out->groups) {
    std::string_view type;
    for (const GrokHint& h : grok->hints)
      if (h.group == group) type = h.type;
    for (size_t at; (at = group.find(kDot)) != std::string::npos;) group.replace(at, kDot.size(), 1, '.');
    if (!type.empty()) group += ":" + std::string(type);
  }
  return out;
}

}  // namespace whittle::regex
