// SPDX-License-Identifier: Apache-2.0
// Shares that there can be.
#include "stdlib/common/settings.h"

#include <cmath>

namespace whittle::check {

namespace {

constexpr diag::Diag<std::string_view, std::string_view> kOutOfRange{"E0205", "`{}` cannot be {}"};
constexpr std::string_view kSources[] = {"traceID", "record"};
constexpr int64_t kMostDigits = 14;

}  // namespace

void check_processor_probabilistic_sampler(Check& check, Instance& instance, schema::SignalSet) {
  const Value& c = instance.config;
  if (c.items.empty()) return;
  const Value& share = c.at("sampling_percentage");
  if (!share.late && !share.wrong) {
    // The Collector holds it in 32 bits, and chances are multiples of 1 in 2^56.
    auto percent = static_cast<double>(static_cast<float>(share.real));
    auto refuse = [&](std::string_view what, std::string_view why) {
      check.diags().emit(kOutOfRange, share.span, "sampling_percentage", what).here("{}", why);
    };
    if (!std::isfinite(percent)) refuse("this", "not a share");
    else if (percent < 0) refuse("negative", "100 passes everything, 0 nothing");
    else if (percent > 0 && percent / 100 < 0x1p-56) refuse("so small", "less than 1 in 2^56");
  }
  const Value& digits = c.at("sampling_precision");
  if (!digits.late && !digits.wrong && (digits.integer == 0 || digits.integer > kMostDigits))
    check.diags()
        .emit(kOutOfRange, digits.span, "sampling_precision", std::to_string(digits.integer))
        .here("must be from 1 to {}", kMostDigits);
  const Value& source = c.at("attribute_source");
  if (says(source)) one_of(check, source, "attribute_source", kSources);
}

}  // namespace whittle::check
