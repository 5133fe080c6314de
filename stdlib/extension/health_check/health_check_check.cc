// SPDX-License-Identifier: Apache-2.0
// The path is one.
#include "compiler/check/checks.h"

namespace whittle::check {

namespace {

constexpr diag::Diag<std::string_view> kNoSlash{"E0751", "`{}` is not a URL path"};

}  // namespace

void check_extension_health_check(Check& check, Instance& instance, schema::SignalSet) {
  const Value& path = instance.config.at("path");
  if (path.late || path.wrong || path.text.starts_with('/')) return;
  check.diags()
      .emit(kNoSlash, path.span, path.text)
      .here("it begins with a slash")
      .help("write `/{}`", path.text)
      .suggest(path.span, "/" + path.text);
}

}  // namespace whittle::check
