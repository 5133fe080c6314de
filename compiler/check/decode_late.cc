// SPDX-License-Identifier: Apache-2.0
// Settings that hold a reference to the environment: typed unknowns, whose default has to fit.
#include "compiler/check/decoder.h"

#include "compiler/check/formats.h"
#include "compiler/check/words.h"
#include "compiler/source/duration.h"

namespace whittle::check {

using diag::Diag;
using schema::TypeKind;
using syntax::Node;
using Kind = Node::Kind;

constexpr Diag<std::string_view> kNotLate{"E0106", "`{}` must be known when the collector is compiled"};
constexpr Diag<std::string_view, std::string_view, std::string_view> kBadDefault{
    "E0110", "the default of `{}` is {}, and `{}` cannot be that"};

void Decoder::late(Value& v, const Node& n, const std::string& what) {
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
  if (!text && !scalar) return late_decision(v, n, what);
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

// What stands there decides which code the collector is made of. The Collector takes it; compiling it would need the
// value.
void Decoder::late_decision(Value& v, const Node& n, const std::string& what) {
  if (n.whole && n.has_default && v.type->kind == TypeKind::Enum) {
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
  d.note(v.type->kind == TypeKind::Enum || v.type->kind == TypeKind::Regexp
             ? diag::Text<>("its value decides which code the collector is made of")
             : diag::Text<>("an environment variable can stand for a string, a number, a boolean or a duration"));
  if (n.whole && n.has_default && !n.default_text.empty())
    d.help("write the value itself, for example its default `{}`", n.default_text);
  else d.help("write the value itself, or compile one collector for each value");
}

// The default in `${env:X:-default}` must fit too; the rest is known when the collector starts.
void Decoder::check_default(Value& v, const Node& n, const std::string& what) {
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

}  // namespace whittle::check
