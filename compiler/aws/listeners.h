// SPDX-License-Identifier: Apache-2.0
// Where a compiled collector listens and what it understands there, from the `listens` statements of the declarations.
#pragma once

#include "compiler/check/config.h"

#include <string>
#include <vector>

namespace whittle::aws {

struct Listener {
  const check::Instance* instance = nullptr;  // null: the collector's own metrics
  std::string setting;                        // "receivers::otlp::protocols::grpc::endpoint"
  std::string address;                        // "0.0.0.0:4317", late: as written
  std::string host;                           // "0.0.0.0"; empty: all addresses
  uint16_t port = 0;                          // 0: not known (late-bound), or a unix socket
  // What is spoken: "grpc", "http/protobuf", "http/json" (as OTEL_EXPORTER_OTLP_PROTOCOL says it), "health",
  // "prometheus".
  std::vector<std::string> protocols;
  schema::SignalSet signals = 0;  // receivers: what some pipeline takes from it
  bool tls = false;
  source::Span span;  // of the address, else of the component's key

  // On loopback only: nothing outside of the task (containers of a task share it) reaches it.
  bool loopback() const;
};

// Of all components in use, in the order of the config.
std::vector<Listener> listeners(const check::Config& config);

}  // namespace whittle::aws
