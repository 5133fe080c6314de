// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/checks.h"
#include "stdlib/common/metadata.h"
#include "stdlib/common/settings.h"

#include <map>

namespace whittle::check {

namespace {

constexpr diag::Diag<std::string_view> kKeyTwice{"E0711", "the metadata key `{}` is there twice"};

}  // namespace

void check_processor_batch(Check& check, Instance& instance, schema::SignalSet used_for) {
  const Value& keys = instance.config.at("metadata_keys");
  std::map<std::string, source::Span> seen;
  for (const Value& key : keys.items) {
    if (key.late || key.wrong) continue;
    auto [first, added] = seen.emplace(small_letters(key.text), key.span);
    if (!added)
      check.diags()
          .emit(kKeyTwice, key.span, key.text)
          .here("again")
          .label(first->second, "first here")
          .note("capitals and small letters are the same in header names");
  }
  if (keys.items.empty() || used_for == 0) return;
  check_metadata(check, instance, keys, "metadata_keys");
}

}  // namespace whittle::check
