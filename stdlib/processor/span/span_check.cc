// SPDX-License-Identifier: Apache-2.0
// Which spans, their new names and their status.
#include "compiler/check/formats.h"
#include "stdlib/common/match.h"
#include "stdlib/common/settings.h"

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<> kNothing{"E0836", "this processor has nothing to do"};
constexpr Diag<std::string_view> kDescription{"E0837", "the status `{}` takes no `description`"};
constexpr std::string_view kCodes[] = {"Ok", "Error", "Unset"};

void check_status(Check& check, const Value& status) {
  if (status.wrong || status.items.empty()) return;
  const Value& code = status.at("code");
  if (!needs(check, status, "a status", "code") || !one_of(check, code, "code", kCodes)) return;
  const Value& description = status.at("description");
  if (says(description) && code.text != "Error")
    check.diags().emit(kDescription, place_of(description), code.text).help("only `Error` does");
}

}  // namespace

void check_processor_span(Check& check, Instance& instance, schema::SignalSet used_for) {
  const Value& c = instance.config;
  if (used_for == 0 || c.items.empty()) return;
  const Value& name = c.at("name");
  const Value* to_attributes = name.find("to_attributes");
  const Value* status = c.find("status");
  bool renames = says(name.at("from_attributes"));
  if (to_attributes != nullptr && to_attributes->present && !to_attributes->items.empty()) {
    const Value& rules = to_attributes->at("rules");
    renames = renames || says(rules);
    check_patterns(check, rules, true);
  }
  if (status->present && !status->items.empty()) check_status(check, status->items[0]);
  else if (!renames && !c.wrong)
    check.diags()
        .emit(kNothing, instance.key)
        .help("say `name: {from_attributes: [...]}`, `name: {to_attributes: {rules: [...]}}` or `status`");
  check_include_exclude(check, c, used_for);
}

}  // namespace whittle::check
