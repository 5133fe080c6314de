// SPDX-License-Identifier: Apache-2.0
// Fields, the time zone, and conditions.
#include "compiler/diag/near.h"
#include "compiler/ottl/names.h"
#include "stdlib/common/conditions.h"
#include "stdlib/common/metadata.h"
#include "stdlib/common/settings.h"

#include <map>

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<> kWholeBody{"E0870", "the body as a whole cannot be named here"};
constexpr Diag<std::string_view> kField{"E0870", "`{}` is no field of the body or the attributes"};
constexpr Diag<std::string_view> kFieldTwice{"E0870", "the field `{}` is there twice"};
constexpr Diag<std::string_view> kZone{"E0871", "no time zone is named `{}`"};
constexpr Diag<std::string_view> kKeyTwice{"E0711", "the metadata key `{}` is there twice"};

void check_fields(Check& check, const Value& fields) {
  std::map<std::string_view, source::Span> seen;
  for (const Value& field : fields.items) {
    if (field.late || field.wrong) continue;
    std::string_view first = std::string_view(field.text).substr(0, field.text.find('.'));
    auto [before, added] = seen.emplace(field.text, field.span);
    if (field.text == "body")
      check.diags().emit(kWholeBody, field.span).help("name a field of it, for example `body.message`");
    else if (first != "body" && first != "attributes")
      check.diags().emit(kField, field.span, field.text).help("it begins with `body.` or `attributes.`");
    else if (!added)
      check.diags().emit(kFieldTwice, field.span, field.text).here("again").label(before->second, "first here");
  }
}

}  // namespace

void check_processor_log_dedup(Check& check, Instance& instance, schema::SignalSet used_for) {
  const Value& c = instance.config;
  if (c.items.empty()) return;
  check_fields(check, c.at("exclude_fields"));
  check_fields(check, c.at("include_fields"));
  const Value& zone = c.at("timezone");
  if (says(zone) && !zone.late && !zone.wrong && zone.text != "Local" && !ottl::is_time_zone(zone.text)) {
    auto d = check.diags().emit(kZone, zone.span, zone.text);
    std::string_view near = diag::nearest(zone.text, ottl::time_zones());
    if (!near.empty()) d.here("did you mean `{}`?", near).suggest(zone.span, near);
  }
  std::map<std::string, source::Span> seen;
  for (const Value& key : c.at("metadata_keys").items) {
    auto [before, added] = seen.emplace(small_letters(key.text), key.span);
    if (!added)
      check.diags()
          .emit(kKeyTwice, key.span, key.text)
          .here("again")
          .label(before->second, "first here")
          .note("capitals and small letters are the same in header names");
  }
  if (used_for == 0) return;
  if (zone.late || (says(zone) && !zone.wrong && zone.text != "UTC" && zone.text != "Local"))
    check.not_compiled(zone.span, "times in another time zone than UTC");
  if (!c.at("metadata_keys").items.empty()) check_metadata(check, instance, c.at("metadata_keys"), "metadata_keys");
  check_conditions(check, c, "conditions");
}

}  // namespace whittle::check
