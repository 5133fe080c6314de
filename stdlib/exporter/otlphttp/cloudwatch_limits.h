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

// Which signal the endpoint `url` takes: 0 traces, 1 metrics, 2 logs. -1 for what is not CloudWatch's.
constexpr int cloudwatch_signal(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return -1;
  const std::string_view host = url.substr(scheme + 3, url.find('/', scheme + 3) - scheme - 3);
  if (host.find(".amazonaws.com") == std::string_view::npos) return -1;
  return host.starts_with("xray.") ? 0 : host.starts_with("monitoring.") ? 1 : host.starts_with("logs.") ? 2 : -1;
}

// Of the endpoint `url` for a signal. None for what is not CloudWatch's.
constexpr CloudwatchLimit cloudwatch_limit(std::string_view url, unsigned signal) {
  if (cloudwatch_signal(url) != static_cast<int>(signal)) return {};
  return signal == 0   ? CloudwatchLimit{10'000, 5'000'000}
         : signal == 1 ? CloudwatchLimit{1'000, 0}
                       : CloudwatchLimit{10'000, 0};
}

}  // namespace whittle
