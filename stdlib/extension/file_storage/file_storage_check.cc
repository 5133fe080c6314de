// SPDX-License-Identifier: Apache-2.0
// Permissions in octal, and thresholds that are reached before the store is full.
#include "stdlib/common/settings.h"

#include <algorithm>

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<std::string_view> kPermissions{"E1302", "`{}` is no permission"};
constexpr Diag<std::string_view> kThreshold{"E1303", "`{}` must not be more than `max_size`"};

}  // namespace

void check_extension_file_storage(Check& check, Instance& instance, schema::SignalSet) {
  const Value& c = instance.config;
  if (c.items.empty()) return;
  const Value& mode = c.at("directory_permissions");
  if (c.at("create_directory").boolean && !mode.late && !mode.wrong) {
    bool octal = !mode.text.empty() && mode.text.size() <= 5 &&
                 std::all_of(mode.text.begin(), mode.text.end(), [](char ch) { return ch >= '0' && ch <= '7'; });
    bool fits = octal && std::stoi(mode.text, nullptr, 8) <= 0777;
    if (!fits) check.diags().emit(kPermissions, mode.span, mode.text).help("write it as octal text: `\"0750\"`");
  }
  const Value& most = c.at("max_size");
  const Value& compaction = c.at("compaction");
  if (most.late || most.wrong || most.integer <= 0 || !compaction.at("on_rebound").boolean) return;
  for (const char* name : {"rebound_needed_threshold_mib", "rebound_trigger_threshold_mib"}) {
    const Value& v = compaction.at(name);
    if (!v.late && !v.wrong && v.integer > (most.integer >> 20))
      check.diags()
          .emit(kThreshold, v.written ? v.span : most.span, name)
          .note("it is {} MiB, and `max_size` {} bytes", v.integer, most.integer);
  }
}

}  // namespace whittle::check
