// SPDX-License-Identifier: Apache-2.0
// Scalars, and what may be anything.
#include "compiler/check/decoder.h"

#include "compiler/check/formats.h"
#include "compiler/check/rules.h"
#include "compiler/check/words.h"
#include "compiler/diag/near.h"
#include "compiler/regex/dfa.h"
#include "compiler/source/duration.h"

#include <cmath>

namespace whittle::check {

using diag::Diag;
using schema::TypeKind;
using source::Span;
using syntax::Node;
using syntax::NodeId;
using Kind = Node::Kind;

constexpr Diag<std::string_view, std::string_view> kBadDuration{"E0203", "`{}` is not a duration: {}"};
constexpr Diag<std::string_view, std::string_view> kUnknownValue{"E0204", "`{}` cannot be `{}`"};
constexpr Diag<std::string_view, std::string_view> kOutOfRange{"E0205", "`{}` cannot be {}"};
constexpr Diag<std::string_view> kBareNumber{"W0207", "`{}` is a duration without a unit"};
constexpr Diag<std::string_view, std::string_view> kBadRegexp{"E0212", "`{}` is not a regular expression: {}"};
constexpr Diag<std::string_view> kTruncated{"W0213", "`{}` takes whole numbers"};
constexpr Diag<std::string_view, std::string_view> kNullIsZero{"W0214", "null makes `{}` {}"};

static std::string_view duration_problem(source::DurationError e) {
  switch (e) {
  case source::DurationError::Empty: return "there is nothing in it";
  case source::DurationError::NotANumber: return "it does not begin with a number";
  case source::DurationError::NoUnit: return "the unit is missing";
  case source::DurationError::UnknownUnit: return "there is no such unit";
  case source::DurationError::TooLarge: return "it is longer than 292 years";
  }
  return "";
}

static std::string list_of(std::span<const schema::EnumValue> values) {
  std::string out;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!out.empty()) out += i + 1 == values.size() ? " or " : ", ";
    out += values[i].name.empty() ? "an empty string" : "`" + std::string(values[i].name) + "`";
  }
  return out;
}

static std::string small(std::string_view s) {
  std::string out(s);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

void Decoder::scalar(Value& v, const Node& n, const std::string& what) {
  if (n.kind == Kind::Null) return null_scalar(v, what);
  switch (v.type->kind) {
  case TypeKind::Bool:
    if (n.kind != Kind::Bool) return wrong_type(v, n, what);
    v.boolean = n.boolean;
    return;
  case TypeKind::Int: return integer(v, n, what);
  case TypeKind::Double:
    if (n.kind != Kind::Int && n.kind != Kind::Float) return wrong_type(v, n, what);
    v.real = n.kind == Kind::Int && !n.too_large ? static_cast<double>(n.integer) : n.real;
    return;
  case TypeKind::Duration: return duration(v, n, what);
  case TypeKind::String:
    if (n.kind != Kind::String && !(v.type->loose && n.is_scalar())) return wrong_type(v, n, what);
    v.text = n.text;
    check_format(c_, v);
    return;
  case TypeKind::Regexp: return regexp(v, n, what);
  case TypeKind::Enum: return enumeration(v, n, what);
  case TypeKind::Any: return any(v, n, what);
  default: return;
  }
}

// The Collector's decoder makes null the type's zero value, not the default.
void Decoder::null_scalar(Value& v, const std::string& what) {
  if (v.type->kind == TypeKind::Enum) return null_enum(v, what);
  std::string before = canonical_text(v);
  std::string zero;
  switch (v.type->kind) {
  case TypeKind::Bool: v.boolean = false, zero = "`false`"; break;
  case TypeKind::Int: v.integer = 0, zero = "0"; break;
  case TypeKind::Duration: v.integer = 0, zero = "0s"; break;
  case TypeKind::Double: v.real = 0, zero = "0"; break;
  default: v.text.clear(), zero = "an empty string"; break;
  }
  if (canonical_text(v) == before || v.type->kind == TypeKind::Any) return;
  c_.diags.emit(kNullIsZero, v.span, last_part(what), zero)
      .here("nothing is written here")
      .help("leave the whole line out for the default");
}

void Decoder::null_enum(Value& v, const std::string& what) {
  if (v.type->zero >= 0) {
    v.integer = v.type->zero;
    v.text = v.type->values[static_cast<size_t>(v.type->zero)].name;
    return;
  }
  for (size_t i = 0; i < v.type->values.size(); ++i) {
    if (v.type->values[i].name.empty()) {
      v.integer = static_cast<int64_t>(i);
      v.text.clear();
      return;
    }
  }
  v.wrong = true;
  c_.diags.emit(kUnknownValue, v.span, last_part(what), "null")
      .here("nothing is written here")
      .help("write {}", list_of(v.type->values));
}

void Decoder::integer(Value& v, const Node& n, const std::string& what) {
  if (n.kind == Kind::Float && std::isfinite(n.real) && std::fabs(n.real) < 9e18) {
    v.integer = static_cast<int64_t>(n.real);
    if (static_cast<double>(v.integer) != n.real) {
      c_.diags.emit(kTruncated, v.span, last_part(what)).here("counts as {}", v.integer);
    }
  } else if (n.kind == Kind::Int && !n.too_large) {
    v.integer = n.integer;
  } else if (n.kind == Kind::Int || n.kind == Kind::Float) {
    v.wrong = true;
    c_.diags.emit(kOutOfRange, v.span, last_part(what), n.text).here("too large");
    return;
  } else {
    return wrong_type(v, n, what);
  }
  if (v.integer < v.type->min || v.integer > v.type->max) {
    v.wrong = true;
    auto d =
        c_.diags.emit(kOutOfRange, v.span, last_part(what), v.integer < 0 && v.type->min == 0 ? "negative" : n.text);
    d.here("must be from {} to {}", v.type->min, v.type->max);
  }
}

// "5s" for "5 seconds"; empty when it is no number with the name of a unit.
static std::string in_units(std::string_view text) {
  size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  std::string_view unit = text.substr(digits);
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (digits == 0 || digits > 6 || unit.empty()) return {};
  struct Unit {
    std::string_view name, unit;
    int times = 1;
  };
  static constexpr Unit kUnits[] = {
      {"s", "s"},       {"sec", "s"},           {"secs", "s"},  {"second", "s"},  {"seconds", "s"},
      {"m", "m"},       {"min", "m"},           {"mins", "m"},  {"minute", "m"},  {"minutes", "m"},
      {"h", "h"},       {"hour", "h"},          {"hours", "h"}, {"ms", "ms"},     {"msec", "ms"},
      {"millis", "ms"}, {"milliseconds", "ms"}, {"d", "h", 24}, {"day", "h", 24}, {"days", "h", 24}};
  for (const Unit& u : kUnits) {
    if (u.name == unit)
      return std::to_string(std::stoi(std::string(text.substr(0, digits))) * u.times) + std::string(u.unit);
  }
  return {};
}

void Decoder::duration(Value& v, const Node& n, const std::string& what) {
  if (n.kind == Kind::Int || n.kind == Kind::Float) {
    if (n.too_large || !(std::fabs(n.real) < 9.2e18) || (n.kind == Kind::Int && n.too_large)) {
      v.wrong = true;
      c_.diags.emit(kBadDuration, v.span, n.text, "it is longer than 292 years");
      return;
    }
    v.integer = n.kind == Kind::Int ? n.integer : static_cast<int64_t>(n.real);
    if (v.integer == 0 && n.real == 0) return;
    auto d = c_.diags.emit(kBareNumber, v.span, last_part(what));
    d.here("these are nanoseconds: {}", source::format_duration(v.integer));
    d.help("for seconds write `{}s`", n.text).suggest(n.span, n.text + "s");
    return;
  }
  if (n.kind != Kind::String) return wrong_type(v, n, what);
  auto parsed = source::parse_duration(n.text);
  if (!parsed) {
    v.wrong = true;
    auto d = c_.diags.emit(kBadDuration, v.span, n.text, duration_problem(parsed.error()));
    d.here("not a duration");
    if (std::string as = in_units(n.text); !as.empty()) d.help("write `{}`", as).suggest(v.span, as);
    else if (parsed.error() == source::DurationError::UnknownUnit && n.text.find('d') != std::string::npos)
      d.help("there is no unit for days: `24h` is one");
    else
      d.help("durations look like `200ms`, `30s`, `1m30s` or `2h`; the units are `ns`, `us`, `ms`, `s`, `m` and `h`");
    return;
  }
  v.integer = *parsed;
}

void Decoder::regexp(Value& v, const Node& n, const std::string& what) {
  if (n.kind != Kind::String && !(v.type->whole && n.is_scalar())) return wrong_type(v, n, what);
  v.text = n.text;
  check_regexp(c_, v, n.text, v.type->whole);
}

void Decoder::enumeration(Value& v, const Node& n, const std::string& what) {
  if (n.kind == Kind::Int && v.type->zero >= 0 && !n.too_large && n.integer + v.type->zero >= 0 &&
      n.integer + v.type->zero < static_cast<int64_t>(v.type->values.size())) {
    v.integer = n.integer + v.type->zero;
    v.text = v.type->values[static_cast<size_t>(v.integer)].name;
    return;
  }
  if (n.kind != Kind::String) return wrong_type(v, n, what);
  std::string text = v.type->any_case ? small(n.text) : n.text;
  for (size_t i = 0; i < v.type->values.size(); ++i) {
    if (v.type->values[i].name == text) {
      v.integer = static_cast<int64_t>(i);
      v.text = text;
      return;
    }
  }
  v.wrong = true;
  std::vector<std::string_view> names;
  for (const schema::EnumValue& x : v.type->values) names.push_back(x.name);
  auto d = c_.diags.emit(kUnknownValue, v.span, last_part(what), n.text);
  std::string_view near = diag::nearest(n.text, names);
  if (!near.empty()) d.here("did you mean `{}`?", near).suggest(n.span, near);
  d.help("it is one of {}", list_of(v.type->values));
}

void Decoder::any(Value& v, const Node& n, const std::string& what) {
  switch (n.kind) {
  case Kind::Null: v.any = AnyKind::Null; return;
  case Kind::Bool: v.any = AnyKind::Bool, v.boolean = n.boolean; return;
  case Kind::Int:
    if (n.too_large) v.any = AnyKind::Double, v.real = n.real;
    else v.any = AnyKind::Int, v.integer = n.integer;
    return;
  case Kind::Float: v.any = AnyKind::Double, v.real = n.real; return;
  case Kind::Date: v.any = AnyKind::Date, v.text = n.text; return;
  case Kind::String: v.any = AnyKind::String, v.text = n.text; return;
  case Kind::Sequence:
  case Kind::Mapping:
    v.any = n.kind == Kind::Sequence ? AnyKind::List : AnyKind::Map;
    for (NodeId i : n.items) any_item(v, i, {}, what);
    for (const syntax::Entry& e : n.entries) {
      any_item(v, e.value, e.key_span, what + "::" + e.key);
      v.keys.push_back(e.key);
    }
    return;
  }
}

void Decoder::any_item(Value& v, NodeId id, Span key, const std::string& what) {
  v.items.push_back(default_value(*v.type, {}));
  decode(v.items.back(), id, key, what);
  v.wrong = v.wrong || v.items.back().wrong;
}

void check_regexp(CheckContext& c, Value& v, const std::string& pattern, bool places) {
  auto parsed = regex::parse(pattern);
  if (parsed) {
    if (!regex::fits(**parsed, places))
      c.not_ours(v, "a pattern of this size", "repetitions of large groups are what makes it large");
    return;
  }
  v.wrong = true;
  Span at = v.span;
  std::string_view raw = c.sources.text(v.span);
  if (raw == pattern && parsed.error().offset < pattern.size())
    at = {at.file, at.begin + static_cast<uint32_t>(parsed.error().offset), at.end};
  auto d = c.diags.emit(kBadRegexp, at, pattern, parsed.error().message);
  d.note("the syntax is Go's `regexp`, which is RE2's");
  if (std::string_view advice = regex::advice_on(pattern); !advice.empty()) d.help("{}", advice);
}

}  // namespace whittle::check
