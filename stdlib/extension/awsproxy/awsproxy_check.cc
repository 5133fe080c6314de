// SPDX-License-Identifier: Apache-2.0
// The endpoint is a URL.
#include "compiler/check/checks.h"

namespace whittle::check {

namespace {

constexpr diag::Diag<std::string_view> kBadUrl{"E0603", "`{}` is not a URL to send to"};

}  // namespace

// What Go's url.Parse refuses: a colon before any scheme.
void check_extension_awsproxy(Check& check, Instance& instance, schema::SignalSet) {
  if (instance.config.items.empty()) return;
  const Value& url = instance.config.at("aws_endpoint");
  if (!url.late && !url.wrong && url.text.starts_with(':'))
    check.diags().emit(kBadUrl, url.span, url.text).here("the scheme is missing");
}

}  // namespace whittle::check
