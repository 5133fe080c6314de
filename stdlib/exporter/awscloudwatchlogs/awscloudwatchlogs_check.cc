// SPDX-License-Identifier: Apache-2.0
// Placeholders, which the exporter refuses when it does not know them, and tags.
#include "stdlib/common/log_group_tags.h"

#include <algorithm>
#include <iterator>

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<std::string_view> kUnknownPlaceholder{"E1159", "nothing stands for `{}`"};
constexpr Diag<std::string_view> kOpenPlaceholder{"W1160", "`{}` is never closed"};

// awscloudwatchlogsexporter's patternKeyToAttributeMap.
constexpr std::string_view kPlaceholders[] = {
    "ClusterName", "TaskId",      "NodeName", "ContainerInstanceId", "TaskDefinitionFamily", "InstanceId",
    "PodName",     "ServiceName", "FaasName", "FaasVersion"};

void placeholders(Check& check, const Value& v) {
  if (v.late || v.wrong) return;
  std::string_view t = v.text;
  for (size_t open = t.find('{'); open != t.npos; open = t.find('{', open + 1)) {
    size_t end = t.find_first_of("{}", open + 1);
    if (end == t.npos || t[end] == '{') {
      check.diags().emit(kOpenPlaceholder, v.span, t.substr(open)).here("stays as it is written");
      continue;
    }
    std::string_view name = t.substr(open + 1, end - open - 1);
    if (std::find(std::begin(kPlaceholders), std::end(kPlaceholders), name) != std::end(kPlaceholders)) continue;
    check.diags()
        .emit(kUnknownPlaceholder, v.span, t.substr(open, end + 1 - open))
        .help("what stands in braces is one of `ClusterName`, `TaskId`, `NodeName`, `ContainerInstanceId`, "
              "`TaskDefinitionFamily`, "
              "`InstanceId`, `PodName`, `ServiceName`, `FaasName` and `FaasVersion`");
  }
}

}  // namespace

void check_exporter_awscloudwatchlogs(Check& check, Instance& instance, schema::SignalSet) {
  const Value& c = instance.config;
  if (c.items.empty()) return;
  placeholders(check, c.at("log_group_name"));
  placeholders(check, c.at("log_stream_name"));
  check_log_names(check, c.at("log_group_name"), c.at("log_stream_name"));
  if (!c.at("tags").wrong) check_log_group_tags(check, c.at("tags"));
}

}  // namespace whittle::check
