// SPDX-License-Identifier: Apache-2.0
// Who lists targets: files, URLs and name servers. Each is asked at the start and then every `refresh_interval`; what
// it said last stands as long as it says nothing else.
#pragma once

#include "stdlib/receiver/prometheus/job.h"

namespace whittle::prometheus {

class Discovery {
public:
  virtual ~Discovery() = default;
  virtual void start() = 0;
  virtual void drain() = 0;
};

// `at` is the list of the job that is theirs. Null, with the reason logged: `refresh_interval` is no duration.
std::unique_ptr<Discovery> discover_files(Job& job, size_t at, const config::FileTargets& config);
std::unique_ptr<Discovery> discover_by_http(Job& job, size_t at, const config::HttpTargets& config);
std::unique_ptr<Discovery> discover_by_dns(Job& job, size_t at, const config::DnsTargets& config);

// Adds the groups of a list in JSON, or in YAML: [{"targets": ["host:port"], "labels": {}}]. False: it is none.
bool read_groups(Text text, bool yaml, Text own_label, Text own_value, TargetList& out);

}  // namespace whittle::prometheus
