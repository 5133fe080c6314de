// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/rules.h"

#include "compiler/diag/near.h"
#include "compiler/source/duration.h"

#include <algorithm>

namespace whittle::check {

using diag::Diag;
using schema::TypeKind;
using source::Span;

namespace {

constexpr Diag<std::string_view, std::string_view> kOutOfRange{"E0205", "`{}` cannot be {}"};
constexpr Diag<std::string_view, std::string_view> kOddValue{"W0206", "`{}` should not be {}"};
constexpr Diag<std::string_view, std::string_view> kNoKey{"E0201", "`{}` has no setting `{}`"};
constexpr Diag<std::string_view> kRequirement{"E0210", "{}"};

int order(const Value& v, const schema::Literal& l) {
  auto compare = [](auto a, auto b) { return a < b ? -1 : a > b ? 1 : 0; };
  switch (v.type->kind) {
  case TypeKind::Double: return compare(v.real, l.real);
  case TypeKind::String:
  case TypeKind::Enum:
  case TypeKind::Regexp: return compare(std::string_view(v.text), l.text);
  case TypeKind::Bool: return compare(static_cast<int64_t>(v.boolean), l.number);
  default: return compare(v.integer, l.number);
  }
}

std::string shown(const Value& v, const schema::Literal& l) {
  switch (v.type->kind) {
  case TypeKind::Double: {
    std::string s = std::to_string(l.real);
    while (s.back() == '0') s.pop_back();
    if (s.back() == '.') s.pop_back();
    return s;
  }
  case TypeKind::Duration: return source::format_duration(l.number);
  case TypeKind::String:
  case TypeKind::Enum:
  case TypeKind::Regexp: return l.text.empty() ? "an empty string" : "`" + std::string(l.text) + "`";
  default: return std::to_string(l.number);
  }
}

void constraint(CheckContext& c, Value& setting, const Value& v, const schema::Constraint& x, const std::string& name) {
  bool good = false;
  std::string expected;
  std::vector<std::string_view> names;
  switch (x.kind) {
  case schema::Constraint::Kind::OneOf:
    for (size_t i = 0; i < x.values.size(); ++i) {
      good = good || order(v, x.values[i]) == 0;
      if (!expected.empty()) expected += i + 1 == x.values.size() ? " or " : ", ";
      expected += shown(v, x.values[i]);
      names.push_back(x.values[i].text);
    }
    expected = "one of " + expected;
    break;
  case schema::Constraint::Kind::Range:
    good = order(v, x.values[0]) >= 0 && (!x.has_max || order(v, x.values[1]) <= 0);
    expected = "from " + shown(v, x.values[0]) + (x.has_max ? " to " + shown(v, x.values[1]) : " on");
    break;
  case schema::Constraint::Kind::Compare: {
    int o = order(v, x.values[0]);
    static constexpr std::string_view kWords[] = {"less than", "at most", "more than", "at least", "", "other than"};
    switch (x.compare) {
    case schema::Compare::Less: good = o < 0; break;
    case schema::Compare::LessEqual: good = o <= 0; break;
    case schema::Compare::Greater: good = o > 0; break;
    case schema::Compare::GreaterEqual: good = o >= 0; break;
    case schema::Compare::Equal: good = o == 0; break;
    case schema::Compare::NotEqual: good = o != 0; break;
    }
    expected = std::string(kWords[static_cast<int>(x.compare)]) + (x.compare == schema::Compare::Equal ? "" : " ") +
               shown(v, x.values[0]);
    break;
  }
  }
  if (good) return;
  std::string is = v.type->kind == TypeKind::Duration ? source::format_duration(v.integer)
                   : v.type->kind == TypeKind::Int    ? std::to_string(v.integer)
                   : v.text.empty()                   ? std::string(c.sources.text(v.span))
                                                      : "`" + v.text + "`";
  if (is.empty()) is = "empty";
  if (x.severity == schema::Severity::Ours && c.meant != Meant::Whittle) {
    std::erase(is, '`');
    c.not_ours(v, "`" + name + ": " + is + "`", x.reason);
    return;
  }
  if (x.severity == schema::Severity::OurWarning && c.meant == Meant::Stock) return;
  bool warn = x.severity == schema::Severity::Warning || x.severity == schema::Severity::OurWarning;
  auto d = warn ? c.diags.emit(kOddValue, v.span, name, is) : c.diags.emit(kOutOfRange, v.span, name, is);
  std::string_view near = names.empty() ? std::string_view() : diag::nearest(v.text, names);
  if (!near.empty()) d.here("did you mean `{}`?", near).suggest(v.span, near);
  else if (x.values.size() <= 4) d.here("must be {}", expected);
  if (near.empty() ? x.values.size() > 4 : true) d.help("it is {}", expected);
  if (!x.reason.empty()) d.note("{}", x.reason);
  if (!warn) setting.wrong = true;
}

// `in [...]` of a map: which keys it may have.
void keys(CheckContext& c, Value& setting, const Value& map, const schema::Constraint& x, const std::string& name) {
  std::vector<std::string_view> names;
  for (const schema::Literal& l : x.values) names.push_back(l.text);
  for (size_t i = 0; i < map.keys.size(); ++i) {
    if (std::find(names.begin(), names.end(), map.keys[i]) != names.end()) continue;
    auto d = c.diags.emit(kNoKey, map.items[i].key, name, map.keys[i]);
    std::string_view near = diag::nearest(map.keys[i], names);
    if (!near.empty()) d.here("did you mean `{}`?", near).suggest(map.items[i].key, near);
    if (!x.reason.empty()) d.note("{}", x.reason);
    setting.wrong = true;
  }
}

std::string default_shown(const Value& v) {
  return v.type->kind == TypeKind::Duration ? source::format_duration(v.integer) : canonical_text(v);
}

std::string name_in(const Value& scope, const Value& v) {
  for (size_t i = 0; i < scope.items.size(); ++i) {
    if (&scope.items[i] == &v) return std::string(scope.type->fields->settings[i].name);
  }
  return "it";
}

void collect(const schema::SettingExpression& e, const Value& scope, std::vector<const Value*>& out) {
  if (!e.path.empty()) {
    const Value* v = &scope;
    for (std::string_view name : e.path) {
      v = v->find(name);
      if (v == nullptr) break;
    }
    if (v != nullptr && std::find(out.begin(), out.end(), v) == out.end()) out.push_back(v);
  }
  if (e.left != nullptr) collect(*e.left, scope, out);
  if (e.right != nullptr) collect(*e.right, scope, out);
}

}  // namespace

void check_constraints(CheckContext& c, Value& v, const schema::Setting& s, const std::string& name) {
  if (v.wrong || v.late) return;
  const Value* scalar = &v;
  while (scalar->type->kind == TypeKind::Optional) {
    if (!scalar->present) return;
    scalar = &scalar->items[0];
  }
  if (scalar->type->kind == TypeKind::Map) {
    for (const schema::Constraint& x : s.constraints) keys(c, v, *scalar, x, name);
    return;
  }
  if (scalar->type->kind == TypeKind::List) return;
  for (const schema::Constraint& x : s.constraints) constraint(c, v, *scalar, x, name);
}

void check_requirements(CheckContext& c, Value& v) {
  for (const schema::Requirement& r : v.type->fields->requirements) {
    if (evaluate(*r.condition, v) != Truth::False) continue;
    if (r.ours && c.meant != Meant::Whittle) {
      c.not_ours(v, "what is set here", r.message);
      continue;
    }
    v.wrong = true;
    std::vector<const Value*> named;
    collect(*r.condition, v, named);
    std::vector<const Value*> written;
    for (const Value* x : named) {
      if (x->written && x->span && std::find(written.begin(), written.end(), x) == written.end()) written.push_back(x);
    }
    Span at = written.empty() ? (v.key ? v.key : v.span) : written[0]->span;
    auto d = c.diags.emit(kRequirement, at, r.message);
    for (size_t i = 1; i < written.size(); ++i) d.label(written[i]->span, "and this");
    if (written.size() < named.size() && !written.empty()) {
      for (const Value* x : named) {
        if (!x->written && x->type->kind != TypeKind::Optional)
          d.note("`{}` is {} unless it is written", name_in(v, *x), default_shown(*x));
      }
    }
  }
}

}  // namespace whittle::check
