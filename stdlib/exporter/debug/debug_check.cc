// SPDX-License-Identifier: Apache-2.0
// Paths for the output that count only without the collector's own log.
#include "compiler/check/checks.h"

namespace whittle::check {

namespace {

constexpr diag::Diag<> kIgnoredPaths{"E0741", "`output_paths` needs `use_internal_logger: false`"};
constexpr diag::Diag<> kNoPaths{"E0742", "`output_paths` is empty"};

}  // namespace

void check_exporter_debug(Check& check, Instance& instance, schema::SignalSet) {
  const Value* paths = instance.config.find("output_paths");
  if (paths == nullptr || !paths->present || paths->items.empty()) return;
  if (instance.config.at("use_internal_logger").late || paths->wrong) return;
  if (instance.config.at("use_internal_logger").boolean) {
    check.diags()
        .emit(kIgnoredPaths, paths->key)
        .note("the collector's own log goes where `service::telemetry::logs` says");
  } else if (paths->items[0].items.empty()) {
    check.diags().emit(kNoPaths, paths->span).help("leave it out for standard output");
  }
}

}  // namespace whittle::check
