// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/decode.h"

#include "compiler/check/formats.h"
#include "compiler/check/rules.h"
#include "compiler/check/words.h"
#include "compiler/diag/near.h"
#include "compiler/regex/dfa.h"
#include "compiler/source/duration.h"

#include <algorithm>
#include <cmath>

namespace whittle::check {

using diag::Diag;
using schema::Type;
using schema::TypeKind;
using source::Span;
using syntax::Node;
using syntax::NodeId;
using Kind = Node::Kind;

namespace {

constexpr Diag<std::string_view, std::string_view> kUnknownKey{"E0201", "`{}` has no setting `{}`"};
constexpr Diag<std::string_view, std::string_view, std::string_view> kWrongType{"E0202", "`{}` takes {}, not {}"};
constexpr Diag<std::string_view, std::string_view> kBadDuration{"E0203", "`{}` is not a duration: {}"};
constexpr Diag<std::string_view, std::string_view> kUnknownValue{"E0204", "`{}` cannot be `{}`"};
constexpr Diag<std::string_view, std::string_view> kOutOfRange{"E0205", "`{}` cannot be {}"};
constexpr Diag<std::string_view> kBareNumber{"W0207", "`{}` is a duration without a unit"};
constexpr Diag<std::string_view> kRefused{"E0208", "`{}` cannot be compiled"};
constexpr Diag<std::string_view> kInert{"W0209", "`{}` has no effect"};
constexpr Diag<std::string_view> kMixed{"E0210", "{} are either strings or groups, not both"};
constexpr Diag<std::string_view> kDeprecated{"W0211", "`{}` is deprecated"};
constexpr Diag<std::string_view, std::string_view> kBadRegexp{"E0212", "`{}` is not a regular expression: {}"};
constexpr Diag<std::string_view> kTruncated{"W0213", "`{}` takes whole numbers"};
constexpr Diag<std::string_view, std::string_view> kNullIsZero{"W0214", "null makes `{}` {}"};
constexpr Diag<std::string_view> kNotLate{"E0106", "`{}` must be known when the collector is compiled"};
constexpr Diag<std::string_view, std::string_view, std::string_view> kBadDefault{
    "E0110", "the default of `{}` is {}, and `{}` cannot be that"};
constexpr Diag<std::string_view, std::string_view> kTwiceInPairs{"E0215", "`{}` has two values named `{}`"};

std::string_view duration_problem(source::DurationError e) {
  switch (e) {
  case source::DurationError::Empty: return "there is nothing in it";
  case source::DurationError::NotANumber: return "it does not begin with a number";
  case source::DurationError::NoUnit: return "the unit is missing";
  case source::DurationError::UnknownUnit: return "there is no such unit";
  case source::DurationError::TooLarge: return "it is longer than 292 years";
  }
  return "";
}

std::string list_of(std::span<const schema::EnumValue> values) {
  std::string out;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!out.empty()) out += i + 1 == values.size() ? " or " : ", ";
    out += values[i].name.empty() ? "an empty string" : "`" + std::string(values[i].name) + "`";
  }
  return out;
}

std::string small(std::string_view s) {
  std::string out(s);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

class Decoder {
public:
  explicit Decoder(CheckContext& context) : c_(context) {}

  // Decodes into `v`, which holds the default.
  void decode(Value& v, NodeId id, Span key, const std::string& what) {
    const Node& n = c_.tree.at(id);
    v.written = true;
    v.span = n.span;
    v.key = key;
    if (v.span.begin == v.span.end && key) v.span = key;  // nothing stands there: show the key
    v.place = c_.sources.place(v.span);
    if (n.poisoned) {
      v.wrong = true;
      return;
    }
    if (n.late) {
      late(v, n, what);
      return;
    }
    switch (v.type->kind) {
    case TypeKind::Optional: optional(v, id, key, what); return;
    case TypeKind::Struct: structure(v, n, what); return;
    case TypeKind::List: list(v, n, what); return;
    case TypeKind::Map: map(v, n, what); return;
    default: break;
    }
    if (n.kind == Kind::Null) {
      null_scalar(v, what);
      return;
    }
    switch (v.type->kind) {
    case TypeKind::Bool:
      if (n.kind != Kind::Bool) return wrong_type(v, n, what);
      v.boolean = n.boolean;
      return;
    case TypeKind::Int: integer(v, n, what); return;
    case TypeKind::Double:
      if (n.kind != Kind::Int && n.kind != Kind::Float) return wrong_type(v, n, what);
      v.real = n.kind == Kind::Int && !n.too_large ? static_cast<double>(n.integer) : n.real;
      return;
    case TypeKind::Duration: duration(v, n, what); return;
    case TypeKind::String:
      if (n.kind != Kind::String && !(v.type->loose && n.is_scalar())) return wrong_type(v, n, what);
      v.text = n.text;
      check_format(c_, v);
      return;
    case TypeKind::Regexp: regexp(v, n, what); return;
    case TypeKind::Enum: enumeration(v, n, what); return;
    case TypeKind::Any: any(v, n, what); return;
    default: return;
    }
  }

private:
  void wrong_type(Value& v, const Node& n, const std::string& what) {
    v.wrong = true;
    auto d = c_.diags.emit(kWrongType, v.span, last_part(what), article_of(*v.type), syntax::describe(n));
    d.here("expected {}", short_name_of(*v.type));
    if (v.type->kind == TypeKind::String && v.type->format == schema::Format::Endpoint && n.kind == Kind::Int) {
      d.help("write the host too: `0.0.0.0:{}`", n.text);
    } else if (v.type->kind == TypeKind::String && n.is_scalar() && n.kind != Kind::Null) {
      d.help("in quotes it is a string: `\"{}\"`", n.text).suggest(n.span, "\"" + n.text + "\"");
    } else if ((v.type->kind == TypeKind::Int || v.type->kind == TypeKind::Double || v.type->kind == TypeKind::Bool) &&
               n.kind == Kind::String) {
      Node plain;
      plain.text = n.text;
      syntax::resolve_scalar(plain);
      bool fits = v.type->kind == TypeKind::Bool
                      ? plain.kind == Kind::Bool
                      : plain.kind == Kind::Int || (plain.kind == Kind::Float && v.type->kind == TypeKind::Double);
      std::string word = small(n.text);
      if (n.quoted && fits) d.help("without quotes it is {}: `{}`", short_name_of(*v.type), n.text);
      else if (v.type->kind == TypeKind::Bool && (word == "yes" || word == "on" || word == "y"))
        d.help("write `true`").suggest(n.span, "true");
      else if (v.type->kind == TypeKind::Bool && (word == "no" || word == "off" || word == "n"))
        d.help("write `false`").suggest(n.span, "false");
    } else if (v.type->kind == TypeKind::Struct && n.kind == Kind::Sequence && !n.items.empty() &&
               c_.tree.at(n.items[0]).kind == Kind::Mapping) {
      d.help("leave the dashes out: the settings stand directly under `{}`", last_part(what));
    } else if (v.type->kind == TypeKind::Struct && n.kind == Kind::Sequence && !n.items.empty() &&
               std::all_of(n.items.begin(), n.items.end(), [&](NodeId i) {
                 return c_.tree.at(i).kind == Kind::String && v.type->fields->find(c_.tree.at(i).text) >= 0;
               })) {
      std::string keys;
      for (NodeId i : n.items) keys += (keys.empty() ? "" : ", ") + c_.tree.at(i).text + ": ";
      d.help("write keys without values: `{}`", "{" + keys + "}");
    } else if (v.type->kind == TypeKind::Struct && v.type->fields->settings.size() == 1 && n.kind == Kind::String &&
               v.type->fields->settings[0].type->kind == TypeKind::String) {
      d.help("write `{}: {}` under it", v.type->fields->settings[0].name, n.text);
    } else if (v.type->kind == TypeKind::List && n.is_scalar() && n.kind != Kind::Null) {
      d.help("write a list with one element: `[{}]`", n.text);
    }
  }

  void null_scalar(Value& v, const std::string& what) {
    // The Collector's decoder makes null the type's zero value, not the default.
    if (v.type->kind == TypeKind::Enum) {
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
      return;
    }
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

  void integer(Value& v, const Node& n, const std::string& what) {
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

  void duration(Value& v, const Node& n, const std::string& what) {
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
      if (parsed.error() == source::DurationError::UnknownUnit && n.text.find('d') != std::string::npos)
        d.help("there is no unit for days: `24h` is one");
      else
        d.help("durations look like `200ms`, `30s`, `1m30s` or `2h`; the units are `ns`, `us`, `ms`, `s`, `m` and `h`");
      return;
    }
    v.integer = *parsed;
  }

  void regexp(Value& v, const Node& n, const std::string& what) {
    if (n.kind != Kind::String && !(v.type->whole && n.is_scalar())) return wrong_type(v, n, what);
    v.text = n.text;
    check_regexp(c_, v, n.text, v.type->whole);
  }

  void enumeration(Value& v, const Node& n, const std::string& what) {
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

  void any(Value& v, const Node& n, const std::string& what) {
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

  void any_item(Value& v, NodeId id, Span key, const std::string& what) {
    v.items.push_back(default_value(*v.type, {}));
    decode(v.items.back(), id, key, what);
    v.wrong = v.wrong || v.items.back().wrong;
  }

  void list(Value& v, const Node& n, const std::string& what) {
    if (n.kind == Kind::Null) {
      if (v.type->flat.empty()) return;  // keeps the default, as the Collector does
      return wrong_type(v, n, what);
    }
    bool of_texts = v.type->element->kind == TypeKind::String || v.type->element->kind == TypeKind::Enum ||
                    v.type->element->kind == TypeKind::Regexp;
    if (n.kind == Kind::String && of_texts && v.type->flat.empty() && !v.type->loose) {
      // "a,b" for a list of texts.
      v.items.clear();
      for (size_t from = 0; !n.text.empty();) {
        size_t comma = n.text.find(',', from);
        Value item = default_value(*v.type->element, {});
        Node part = n;
        part.text = n.text.substr(from, comma - from);
        if (std::string_view raw = c_.sources.text(n.span); raw == n.text) {
          part.span.begin = n.span.begin + static_cast<uint32_t>(from);
          part.span.end = part.span.begin + static_cast<uint32_t>(part.text.size());
        }
        item.written = true;
        item.span = part.span;
        item.place = c_.sources.place(item.span);
        if (item.type->kind == TypeKind::Enum) enumeration(item, part, what);
        else if (item.type->kind == TypeKind::Regexp) regexp(item, part, what);
        else item.text = part.text, check_format(c_, item);
        v.items.push_back(std::move(item));
        if (comma == std::string::npos) break;
        from = comma + 1;
      }
      return;
    }
    if (n.kind != Kind::Sequence) return wrong_type(v, n, what);
    v.items.clear();
    if (!v.type->flat.empty()) return flat_list(v, n, what);
    for (NodeId i : n.items) {
      Value item = default_value(*v.type->element, {});
      decode(item, i, {}, what);
      v.items.push_back(std::move(item));
    }
  }

  // Texts in a list of structs are one struct's list: [a, b] means [{conditions: [a, b]}].
  void flat_list(Value& v, const Node& n, const std::string& what) {
    Value* group = nullptr;
    bool texts_first = false, texts = false;
    for (NodeId i : n.items) {
      const Node& item = c_.tree.at(i);
      if (item.kind == Kind::Mapping) {
        texts_first = texts_first || texts;
        Value element = default_value(*v.type->element, {});
        decode(element, i, {}, what);
        v.items.push_back(std::move(element));
        group = nullptr;
        continue;
      }
      texts = true;
      if (item.kind != Kind::String) {
        Value element = default_value(*v.type->element, {});
        element.span = item.span;
        wrong_type(element, item, what);
        v.wrong = true;
        continue;
      }
      if (group == nullptr) {
        Value element = default_value(*v.type->element, {});
        element.written = true;
        element.span = n.span;
        element.place = c_.sources.place(n.span);
        v.items.push_back(std::move(element));
        group = &v.items.back();
      }
      int at = v.type->element->fields->find(v.type->flat);
      Value& list = group->items[static_cast<size_t>(at)];
      list.written = true;
      list.span = n.span;
      Value text = default_value(*list.type->element, {});
      decode(text, i, {}, what);
      list.items.push_back(std::move(text));
    }
    if (texts_first) {
      v.wrong = true;
      c_.diags.emit(kMixed, v.span, v.type->flat).here("strings and maps in one list");
    }
  }

  void map(Value& v, const Node& n, const std::string& what) {
    if (n.kind == Kind::Null) return;
    v.items.clear();
    v.keys.clear();
    if (n.kind == Kind::Sequence && v.type->pairs) {
      for (NodeId i : n.items) pair(v, c_.tree.at(i), what);
      return;
    }
    if (n.kind != Kind::Mapping) return wrong_type(v, n, what);
    std::vector<const syntax::Entry*> entries;
    for (const syntax::Entry& e : n.entries) entries.push_back(&e);
    if (v.type->pairs) std::sort(entries.begin(), entries.end(), [](auto* a, auto* b) { return a->key < b->key; });
    for (const syntax::Entry* e : entries) {
      Value item = default_value(*v.type->element, {});
      decode(item, e->value, e->key_span, what + "::" + e->key);
      v.keys.push_back(e->key);
      v.items.push_back(std::move(item));
    }
  }

  void pair(Value& v, const Node& n, const std::string& what) {
    const syntax::Entry* name = n.kind == Kind::Mapping ? n.find("name") : nullptr;
    const syntax::Entry* value = n.kind == Kind::Mapping ? n.find("value") : nullptr;
    if (name == nullptr || c_.tree.at(name->value).kind != Kind::String) {
      v.wrong = true;
      auto d = c_.diags.emit(kWrongType, n.span, last_part(what), "a map, or a list of `name` and `value`",
                             syntax::describe(n));
      d.here("expected `name` and `value`");
      if (n.kind == Kind::Mapping && name == nullptr && value == nullptr)
        d.help("leave the dash out: names and values stand directly under `{}`", last_part(what));
      return;
    }
    for (const syntax::Entry& e : n.entries) {
      if (&e != name && &e != value) unknown_key(v, last_part(what), e.key, e.key_span, {"name", "value"});
    }
    const std::string& key = c_.tree.at(name->value).text;
    if (std::find(v.keys.begin(), v.keys.end(), key) != v.keys.end()) {
      v.wrong = true;
      c_.diags.emit(kTwiceInPairs, c_.tree.at(name->value).span, last_part(what), key).here("again");
    }
    Value item = default_value(*v.type->element, {});
    if (value != nullptr) decode(item, value->value, value->key_span, what + "::" + key);
    v.keys.push_back(key);
    v.items.push_back(std::move(item));
  }

  void unknown_key(Value& v, const std::string& owner, const std::string& key, Span span,
                   const std::vector<std::string_view>& known) {
    v.wrong = true;
    auto d = c_.diags.emit(kUnknownKey, span, owner, key);
    const std::string below = v.type->kind == TypeKind::Struct ? deeper(key, *v.type->fields) : "";
    const std::string_view near = diag::nearest(key, known);
    const std::string around = near.empty() ? shallower(key) : "";
    if (!below.empty()) d.here("it belongs under {}", below);
    else if (!near.empty()) d.here("did you mean `{}`?", near).suggest(span, near);
    else if (!around.empty()) d.here("it belongs directly under {}", around);
    else if (key == "address" && !enclosing_.empty() && enclosing_.back().second == "service::telemetry::metrics")
      d.here("the Collector has it no longer")
          .help("write `readers`, whose `pull` exporter has `host` and `port` in place of it");
    else if (known.empty()) d.note("it has no settings");
    else if (known.size() <= 12) {
      std::string all;
      for (size_t i = 0; i < known.size(); ++i)
        all += (i == 0 ? "`" : i + 1 == known.size() ? " and `" : ", `") + std::string(known[i]) + "`";
      d.help(known.size() == 1 ? diag::Text<std::string>("its only setting is {}")
                               : diag::Text<std::string>("its settings are {}"),
             all);
    }
  }

  // Which settings of `scope`, up to two levels down, hold one of that name: "`tls`". Empty for none, and for many.
  static std::string deeper(std::string_view key, const schema::Struct& scope) {
    std::vector<std::string> paths;
    auto down = [&](auto& self, const schema::Struct& s, const std::string& path, int depth) -> void {
      for (const schema::Setting& x : s.settings) {
        const Type* t = x.type->kind == TypeKind::Optional ? x.type->element : x.type;
        if (t->kind != TypeKind::Struct) continue;
        std::string own = path + (path.empty() ? "" : "::") + std::string(x.name);
        const int i = t->fields->find(key);
        if (i >= 0 && i != t->fields->rest) paths.push_back("`" + own + "`");
        else if (depth > 1) self(self, *t->fields, own, depth - 1);
      }
    };
    down(down, scope, {}, 2);
    if (paths.size() == 1) return paths[0];
    return paths.size() == 2 ? paths[0] + " or " + paths[1] : "";
  }

  // Which of the structs around what is decoded has a setting of that name.
  std::string shallower(std::string_view key) const {
    for (auto it = enclosing_.rbegin(); it != enclosing_.rend(); ++it) {
      const int i = it->first->find(key);
      if (i >= 0 && i != it->first->rest) return "`" + last_part(it->second) + "`";
    }
    return {};
  }

  void optional(Value& v, NodeId id, Span key, const std::string& what) {
    const Node& n = c_.tree.at(id);
    const Type& inner = *v.type->element;
    if (n.kind == Kind::Null) {
      if (v.type->named && !v.present) {
        v.present = true;
        v.items.push_back(default_value(inner, {}));
      } else if (inner.kind != TypeKind::Struct && v.present) {
        v.present = false;
        v.items.clear();
      }
      return;
    }
    const syntax::Entry* enabled = v.type->switched && n.kind == Kind::Mapping ? n.find("enabled") : nullptr;
    if (!v.present || v.items.empty()) v.items = {default_value(inner, {})};
    v.present = true;
    if (enabled == nullptr) {
      decode(v.items[0], id, key, what);
    } else {
      Node rest = n;
      std::erase_if(rest.entries, [](const syntax::Entry& e) { return e.key == "enabled"; });
      v.items[0].written = true;
      v.items[0].span = v.span;
      v.items[0].place = v.place;
      const Node& on = c_.tree.at(enabled->value);
      if (on.kind != Kind::Bool || on.late) {
        v.wrong = true;
        c_.diags.emit(kWrongType, on.span ? on.span : enabled->key_span, "enabled", "`true` or `false`",
                      syntax::describe(on));
      } else if (on.boolean) {
        structure(v.items[0], rest, what);
      } else {
        off_ = true;  // what is off needs no certificate
        structure(v.items[0], rest, what);
        off_ = false;
        v.wrong = v.items[0].wrong;
        v.present = false;
        v.items.clear();
        return;
      }
    }
    v.wrong = v.wrong || v.items[0].wrong;
    v.late = false;
  }

  void structure(Value& v, const Node& n, const std::string& what) {
    if (n.kind == Kind::Null) return finish(v, what);
    if (n.kind != Kind::Mapping) return wrong_type(v, n, what);
    const schema::Struct& fields = *v.type->fields;
    enclosing_.emplace_back(&fields, what);
    for (const syntax::Entry& e : n.entries) {
      int i = fields.find(e.key);
      if (i >= 0 && i == fields.rest) i = -1;
      if (i < 0 && fields.rest >= 0) {
        Value& rest = v.items[static_cast<size_t>(fields.rest)];
        Value item = default_value(*rest.type->element, {});
        decode(item, e.value, e.key_span, what + "::" + e.key);
        rest.written = true;
        rest.keys.push_back(e.key);
        rest.items.push_back(std::move(item));
        continue;
      }
      if (i < 0) {
        std::vector<std::string_view> known;
        for (const schema::Setting& s : fields.settings) known.push_back(s.name);
        unknown_key(v, last_part(what), e.key, e.key_span, known);
        continue;
      }
      setting(v.items[static_cast<size_t>(i)], fields.settings[static_cast<size_t>(i)], e, what + "::" + e.key);
      v.wrong = v.wrong || v.items[static_cast<size_t>(i)].wrong;
    }
    enclosing_.pop_back();
    finish(v, what);
  }

  void setting(Value& v, const schema::Setting& s, const syntax::Entry& e, const std::string& what) {
    const Node& n = c_.tree.at(e.value);
    std::string before = canonical_text(v);
    if (c_.meant == Meant::Whittle ? !s.refused.empty() || !s.inert.empty()
                                   : c_.meant == Meant::Best && !s.inert.empty()) {
      // What it holds is of no account, as long as it is the default.
      bool free_form = v.type->kind == TypeKind::Any ||
                       (v.type->kind == TypeKind::Optional && v.type->element->kind == TypeKind::Any);
      bool said = false;
      if (free_form) {
        said = n.kind == Kind::Null ? v.type->named : n.kind != Kind::Sequence || !n.items.empty();
        if (v.type->kind == TypeKind::Optional && v.type->switched && n.kind == Kind::Mapping) {
          const syntax::Entry* enabled = n.find("enabled");
          said =
              enabled == nullptr || c_.tree.at(enabled->value).kind != Kind::Bool || c_.tree.at(enabled->value).boolean;
        }
        v.written = true;
        v.span = n.span;
      } else {
        decode(v, e.value, e.key_span, what);
        said = v.late || canonical_text(v) != before || (v.type->kind == TypeKind::Optional && v.present);
      }
      if (v.wrong || !said) return;
      if (!s.refused.empty()) {
        v.wrong = true;
        c_.diags.emit(kRefused, e.key_span, last_part(what)).here("not supported").note("{}", s.refused);
      } else {
        c_.diags.emit(kInert, e.key_span, last_part(what)).note("{}", s.inert);
        check_constraints(c_, v, s, last_part(what));
      }
      return;
    }
    bool refused = !s.refused.empty();
    if (!s.deprecated.empty()) c_.diags.emit(kDeprecated, e.key_span, last_part(what)).help("{}", s.deprecated);
    decode(v, e.value, e.key_span, what);
    check_constraints(c_, v, s, last_part(what));
    if (!refused || v.wrong) return;
    bool there = v.type->kind == TypeKind::Optional && v.present;
    if (v.late || there || canonical_text(v) != before) c_.not_ours(v, "`" + last_part(what) + "`", s.refused);
  }

  // What can only be said when all settings of a struct are known.
  void finish(Value& v, const std::string& what) {
    if (off_) return;
    check_addresses(c_, v);
    if (v.wrong) return;
    for (size_t i = 0; i < v.items.size(); ++i) {  // sections that are not there have requirements too
      Value& x = v.items[i];
      if (x.type->kind != TypeKind::Struct || x.written) continue;
      if (!x.key) x.key = v.key;
      finish(x, what + "::" + std::string(v.type->fields->settings[i].name));
      v.wrong = v.wrong || x.wrong;
    }
    for (const StructCheck& own : struct_checks()) {
      if (own.name == v.type->fields->name) own.check(c_, v);
    }
    check_requirements(c_, v);
  }

  void late(Value& v, const Node& n, const std::string& what) {
    TypeKind kind = v.type->kind;
    if (kind == TypeKind::Optional && v.type->element->kind != TypeKind::Struct) {
      v.items = {default_value(*v.type->element, {})};
      v.present = true;
      Value& inner = v.items[0];
      inner.written = true;
      inner.span = v.span;
      inner.place = v.place;
      late(inner, n, what);
      v.wrong = inner.wrong;
      return;
    }
    bool text = kind == TypeKind::String || kind == TypeKind::Duration || kind == TypeKind::Any;
    bool scalar = kind == TypeKind::Bool || kind == TypeKind::Int || kind == TypeKind::Double;
    if (!text && !scalar) {
      // The Collector takes it; compiling it would need the value.
      if (n.whole && n.has_default && kind == TypeKind::Enum) {
        Node probe = n;
        probe.late = false;
        probe.text = n.default_text;
        enumeration(v, probe, what);
        if (v.wrong) return;
      }
      if (c_.not_compiled != nullptr) {
        c_.not_compiled->push_back(
            {v.span, v.place, "an environment variable for `" + last_part(what) + "`", kDecidesCode});
        v.late = true;
        v.text = n.text;
        return;
      }
      v.wrong = true;
      auto d = c_.diags.emit(kNotLate, v.span, last_part(what));
      d.here("known only when the collector starts");
      d.note(kind == TypeKind::Enum || kind == TypeKind::Regexp
                 ? diag::Text<>("its value decides which code the collector is made of")
                 : diag::Text<>("an environment variable can stand for a string, a number, a boolean or a duration"));
      if (n.whole && n.has_default && !n.default_text.empty())
        d.help("write the value itself, for example its default `{}`", n.default_text);
      else d.help("write the value itself, or compile one collector for each value");
      return;
    }
    if (scalar && !n.whole) {
      v.wrong = true;
      c_.diags.emit(kWrongType, v.span, last_part(what), article_of(*v.type), "a string with a reference in it")
          .here("expected {}", short_name_of(*v.type))
          .note("only a reference that stands alone can be {}", article_of(*v.type));
      return;
    }
    v.late = true;
    v.text = n.text;
    if (n.whole && n.has_default && !n.default_text.empty()) check_default(v, n, what);
  }

  // The default in `${env:X:-default}` must fit too; the rest is known when the collector starts.
  void check_default(Value& v, const Node& n, const std::string& what) {
    Node d;
    d.text = n.default_text;
    d.span = n.span;
    syntax::resolve_scalar(d);
    bool good = true;
    switch (v.type->kind) {
    case TypeKind::Bool: good = d.kind == Kind::Bool; break;
    case TypeKind::Int:
      good = (d.kind == Kind::Int && !d.too_large && d.integer >= v.type->min && d.integer <= v.type->max) ||
             d.kind == Kind::Float;
      break;
    case TypeKind::Double: good = d.kind == Kind::Int || d.kind == Kind::Float; break;
    case TypeKind::Any: break;
    case TypeKind::Duration: good = d.kind == Kind::Int || source::parse_duration(d.text).has_value(); break;
    default: {
      Value probe = default_value(*v.type, {});
      probe.written = true;
      probe.span = v.span;
      probe.text = n.default_text;
      check_format(c_, probe);
      v.wrong = probe.wrong;
      return;
    }
    }
    if (good) return;
    v.wrong = true;
    c_.diags.emit(kBadDefault, v.span, n.variable, syntax::describe(d), last_part(what))
        .here("expected {}", short_name_of(*v.type));
  }

  CheckContext& c_;
  std::vector<std::pair<const schema::Struct*, std::string>>
      enclosing_;     // structs around what is decoded, and their paths
  bool off_ = false;  // within a section that is switched off
};

}  // namespace

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
  c.diags.emit(kBadRegexp, at, pattern, parsed.error().message).note("the syntax is Go's `regexp`, which is RE2's");
}

Value decode(CheckContext& context, const Type& type, NodeId node, Span key, const std::string& what) {
  Value v = default_value(type, {});
  v.type = &type;
  Decoder(context).decode(v, node, key, what);
  return v;
}

}  // namespace whittle::check
