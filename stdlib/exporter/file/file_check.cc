// SPDX-License-Identifier: Apache-2.0
// A path with one `*` where files are grouped, files that can be open at all, and permissions in octal.
#include "stdlib/common/settings.h"

#include <algorithm>

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<> kOneStar{"E1161", "with `group_by` the path has one `*`, and does not begin with it"};
constexpr Diag<int64_t> kOpenFiles{"E1220", "no file can be open with `max_open_files: {}`"};
constexpr Diag<std::string_view> kPermissions{"E1162", "`{}` is no permission"};

}  // namespace

void check_exporter_file(Check& check, Instance& instance, schema::SignalSet) {
  const Value& c = instance.config;
  if (c.items.empty()) return;
  const Value& path = c.at("path");
  const Value& grouped = c.at("group_by").at("enabled");
  if (!path.late && !path.wrong && grouped.boolean && !grouped.late) {
    bool good = std::count(path.text.begin(), path.text.end(), '*') == 1 && path.text[0] != '*';
    if (!good)
      check.diags().emit(kOneStar, path.span).label(grouped.span, "asked for here").help("write `/data/*.json`");
  }
  const Value& open = c.at("group_by").at("max_open_files");
  if (grouped.boolean && !grouped.late && !open.late && !open.wrong && open.integer <= 0)
    check.diags()
        .emit(kOpenFiles, open.span, open.integer)
        .label(grouped.span, "asked for here")
        .note("the Collector does not start with it")
        .help("leave it out for 100");
  const Value& mode = c.at("directory_permissions");
  if (c.at("create_directory").boolean && says(mode) && !mode.late && !mode.wrong) {
    bool octal = mode.text.size() <= 5 &&
                 std::all_of(mode.text.begin(), mode.text.end(), [](char ch) { return ch >= '0' && ch <= '7'; });
    bool fits = octal && std::stoi(mode.text, nullptr, 8) <= 0777;
    if (!fits) check.diags().emit(kPermissions, mode.span, mode.text).help("write it as octal text: `\"0755\"`");
  }
}

}  // namespace whittle::check
