// SPDX-License-Identifier: Apache-2.0
// Actions on attributes, as several processors have them: what each kind of action needs, and what it cannot have.
#include "stdlib/common/attribute_actions.h"

#include "compiler/check/formats.h"
#include "compiler/regex/syntax.h"
#include "stdlib/common/metadata.h"
#include "stdlib/common/settings.h"

#include <algorithm>

namespace whittle::check {

using diag::Diag;

namespace {

constexpr Diag<std::string_view> kNoAction{"E0830", "the action on `{}` is missing"};
constexpr Diag<std::string_view> kNoValue{"E0830", "{} needs a value"};
constexpr Diag<std::string_view> kTwoValues{"E0832", "{} takes one value"};
constexpr Diag<> kNoGroups{"E0833", "this pattern has no groups, so there is nothing to extract"};
constexpr Diag<> kGroupWithoutName{"E0833", "each group of the pattern needs a name"};
constexpr Diag<std::string_view> kDate{"E0834", "`{}` cannot be a date"};

constexpr std::string_view kActions[] = {"insert", "update", "upsert", "delete", "hash", "extract", "convert"};
constexpr std::string_view kTypes[] = {"string", "int", "double"};

void check_value(Check& check, const Value& value, std::string_view name) {
  if (value.any == AnyKind::Date)
    check.diags().emit(kDate, value.span, name).here("a date").help("in quotes it is a string");
  for (const Value& item : value.items) check_value(check, item, name);
}

// Sets an attribute.
void check_setting(Check& check, const Value& action, std::string_view what) {
  const Value* first = nullptr;
  for (std::string_view name : {"value", "from_attribute", "from_context"}) {
    const Value& source = action.at(name);
    if (!says(source)) continue;
    if (first != nullptr)
      check.diags().emit(kTwoValues, place_of(source), what).here("another").label(place_of(*first), "one");
    else first = &source;
  }
  if (first == nullptr && !says(action.at("default_value")))
    check.diags()
        .emit(kNoValue, place_of(action), what)
        .help("say `value`, `from_attribute`, `from_context` or `default_value`");
  check_value(check, action.at("value"), "value");
  check_value(check, action.at("default_value"), "default_value");
  takes_none(check, action, what, {"pattern", "converted_type"});
}

void check_extract(Check& check, const Value& action, std::string_view what) {
  takes_none(check, action, what, {"value", "from_attribute", "from_context", "converted_type"});
  if (!needs(check, action, what, "pattern")) return;
  const Value& pattern = action.at("pattern");
  if (pattern.late || pattern.wrong) return;
  std::vector<std::string> groups;
  check_regexp(check.context, const_cast<Value&>(pattern), pattern.text, true);
  if (!regex::parse(pattern.text, &groups)) return;
  if (groups.empty()) check.diags().emit(kNoGroups, pattern.span).help("a group is named as in `(?P<name>...)`");
  else if (std::find(groups.begin(), groups.end(), "") != groups.end())
    check.diags()
        .emit(kGroupWithoutName, pattern.span)
        .help("write `(?P<name>...)`, or `(?:...)` where nothing is to be extracted");
}

void check_action(Check& check, const Value& action) {
  const Value& kind = action.at("action");
  if (kind.late || kind.wrong) return;
  const Value& key = action.at("key");
  if (kind.text.empty()) {
    check.diags()
        .emit(kNoAction, kind.written ? kind.span : place_of(action), key.text.empty() ? "an attribute" : key.text)
        .help("say `insert`, `update`, `upsert`, `delete`, `hash`, `extract` or `convert`");
    return;
  }
  if (!one_of(check, kind, "action", kActions, true)) return;
  std::string name = small_letters(kind.text);
  std::string what = "the action `" + name + "`";
  bool by_pattern = name == "delete" || name == "hash";
  if (!by_pattern || !says(action.at("pattern"))) needs(check, action, what, "key");
  if (by_pattern) {
    takes_none(check, action, what, {"value", "from_attribute", "converted_type"});
    const Value& pattern = action.at("pattern");
    if (!pattern.late && !pattern.wrong) check_regexp(check.context, const_cast<Value&>(pattern), pattern.text);
  } else if (name == "extract") {
    check_extract(check, action, what);
  } else if (name == "convert") {
    takes_none(check, action, what, {"value", "from_attribute", "from_context", "pattern"});
    if (needs(check, action, what, "converted_type"))
      one_of(check, action.at("converted_type"), "converted_type", kTypes);
  } else {
    check_setting(check, action, what);
  }
}

}  // namespace

void check_attribute_actions(Check& check, const Instance& instance, const Value& actions) {
  for (const Value& action : actions.items) {
    if (action.wrong || action.items.empty()) continue;
    check_action(check, action);
    const Value& source = action.at("from_context");
    if (!source.text.empty() && source.text != "client.address" && !source.text.starts_with("auth."))
      check_metadata(check, instance, source, source.text);
  }
}

}  // namespace whittle::check
