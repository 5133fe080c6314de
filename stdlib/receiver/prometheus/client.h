// SPDX-License-Identifier: Apache-2.0
// How a job asks its targets, and those who list targets: authorisation, TLS, headers (common/config's
// HTTPClientConfig).
#pragma once

#include "runtime/base/arena.h"
#include "runtime/http/client.h"
#include "stdlib/receiver/prometheus/prometheus_config.h"

namespace whittle::prometheus {

class ScrapeClient {
public:
  explicit ScrapeClient(const config::ScrapeClient& config);
  ScrapeClient(const ScrapeClient&) = delete;

  // Adds to a request what the settings say. Secrets in files are read now, so that new ones count. False, with a
  // reason in `why`: a file cannot be read.
  bool prepare(HttpRequest& request, Arena& arena, Text& why) const;

private:
  config::ScrapeClient config_;
  ClientTls tls_;
};

}  // namespace whittle::prometheus
