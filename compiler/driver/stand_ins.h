// SPDX-License-Identifier: Apache-2.0
// A config's backends, turned to what stands in for them on this machine: `whittle try` takes what they would get.
#pragma once

#include "compiler/check/config.h"

#include <string>
#include <utility>
#include <vector>

namespace whittle::driver {

struct StandIns {
  std::string proxy;  // "127.0.0.1:1234": for whoever is called over HTTP, as a proxy and under its own address
  std::string grpc;   // the same, of gRPC servers
};

// Whether it calls gRPC servers.
bool calls_grpc(const check::Config& config);

// Exporters and extensions speak without TLS, so that a proxy sees what they say: `https://host/path` becomes
// `http://host/path`, and a host of this machine the stand-in. gRPC clients call the stand-in, and scrapes go through
// the proxy.
void turn_to(check::Config& config, const StandIns& to);

// For the collector's environment: variables that the config needs and that are not set, with what is taken for them,
// and URLs that are set as turn_to() would have them. `said` gets a line for each of the first kind.
std::vector<std::pair<std::string, std::string>> variables(const check::Config& config, std::vector<std::string>& said);

}  // namespace whittle::driver
