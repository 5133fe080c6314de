// SPDX-License-Identifier: Apache-2.0
// What CloudWatch's OTLP endpoints take in a request, before compression (Amazon CloudWatch User Guide, "OTLP
// Endpoints"). The one place of these numbers, for the compiler and for collectors.
#pragma once

#include <cstdint>
#include <string_view>

namespace whittle {

struct CloudwatchLimit {
  uint64_t items = 0, bytes = 0;  // 0: none
};

// Of the endpoint `url` for a signal: 0 traces, 1 metrics, 2 logs. None for what is not CloudWatch's.
constexpr CloudwatchLimit cloudwatch_limit(std::string_view url, unsigned signal) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::string_view host = url.substr(scheme + 3, url.find('/', scheme + 3) - scheme - 3);
  if (host.find(".amazonaws.com") == std::string_view::npos) return {};
  if (signal == 0 && host.starts_with("xray.")) return {10'000, 5'000'000};
  if (signal == 1 && host.starts_with("monitoring.")) return {1'000, 0};
  if (signal == 2 && host.starts_with("logs.")) return {10'000, 0};
  return {};
}

}  // namespace whittle
