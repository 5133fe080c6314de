// SPDX-License-Identifier: Apache-2.0
#include "stdlib/common/settings.h"

#include "compiler/diag/near.h"

namespace whittle::check {

using diag::Diag;

namespace {

constexpr Diag<std::string_view, std::string_view> kNeeds{"E0830", "{} needs `{}`"};
constexpr Diag<std::string_view, std::string_view> kTakesNo{"E0831", "{} takes no `{}`"};
constexpr Diag<std::string_view, std::string_view> kUnknownValue{"E0204", "`{}` cannot be `{}`"};

}  // namespace

source::Span place_of(const Value& v) {
  return v.key ? v.key : v.span;
}

bool says(const Value& v) {
  using schema::TypeKind;
  if (v.late || v.wrong) return true;
  switch (v.type->kind) {
  case TypeKind::Bool: return v.boolean;
  case TypeKind::Int:
  case TypeKind::Duration: return v.integer != 0;
  case TypeKind::Double: return v.real != 0;
  case TypeKind::Any: return v.any != AnyKind::Null;
  case TypeKind::List:
  case TypeKind::Map: return !v.items.empty();
  case TypeKind::Optional: return v.present;
  case TypeKind::Struct: return v.written;
  default: return !v.text.empty();
  }
}

bool needs(Check& check, const Value& owner, std::string_view what, std::string_view name) {
  const Value& v = owner.at(name);
  if (says(v)) return true;
  check.diags().emit(kNeeds, v.written ? place_of(v) : place_of(owner), what, name);
  return false;
}

void takes_none(Check& check, const Value& owner, std::string_view what,
                std::initializer_list<std::string_view> names) {
  for (std::string_view name : names) {
    const Value& v = owner.at(name);
    if (says(v) && !v.wrong) check.diags().emit(kTakesNo, place_of(v), what, name);
  }
}

bool one_of(Check& check, const Value& v, std::string_view name, std::span<const std::string_view> choices,
            bool any_case) {
  if (v.late || v.wrong) return false;
  std::string text = any_case ? small_letters(v.text) : v.text;
  std::string all;
  for (std::string_view choice : choices) {
    if (text == choice) return true;
    if (!all.empty()) all += choice == choices.back() ? " or " : ", ";
    all += "`" + std::string(choice) + "`";
  }
  auto d = check.diags().emit(kUnknownValue, v.span, name, v.text);
  std::string_view near = diag::nearest(v.text, choices);
  if (!near.empty()) d.here("did you mean `{}`?", near).suggest(v.span, near);
  d.help("it is one of {}", all);
  return false;
}

}  // namespace whittle::check
