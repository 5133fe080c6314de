// SPDX-License-Identifier: Apache-2.0
// Patterns, and secrets that are long enough.
#include "stdlib/common/match.h"
#include "stdlib/common/settings.h"

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<std::string_view> kShortKey{"E0840", "the secret of `{}` is too short"};
constexpr Diag<> kNothingLeft{"W0841", "this removes every attribute"};

void check_key(Check& check, const Value& c) {
  const Value &function = c.at("hash_function"), &key = c.at("hmac_key");
  int64_t least = function.text == "hmac-sha256" ? 32 : function.text == "hmac-sha512" ? 64 : 0;
  if (least == 0 || function.late || function.wrong) return;
  std::string what = "the hash function `" + function.text + "`";
  if (!says(key)) {
    check.diags().emit(Diag<std::string_view>{"E0830", "{} needs `hmac_key`"}, function.span, what);
    return;
  }
  if (!key.late && !key.wrong && static_cast<int64_t>(key.text.size()) < least)
    check.diags().emit(kShortKey, key.span, function.text).here("at least {} bytes are needed", least);
}

}  // namespace

void check_processor_redaction(Check& check, Instance& instance, schema::SignalSet used_for) {
  const Value& c = instance.config;
  if (c.items.empty()) return;
  check_key(check, c);
  if (used_for == 0) return;
  for (std::string_view name : {"ignored_key_patterns", "blocked_values", "blocked_key_patterns", "allowed_values"})
    check_patterns(check, c.at(name));
  bool kept = says(c.at("allow_all_keys")) || says(c.at("allowed_keys")) || says(c.at("ignored_keys")) ||
              says(c.at("ignored_key_patterns"));
  if (!kept)
    check.diags()
        .emit(kNothingLeft, instance.key)
        .help("list those that stay in `allowed_keys`, or say `allow_all_keys: true` to mask values alone");
}

}  // namespace whittle::check
