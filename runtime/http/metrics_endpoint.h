// SPDX-License-Identifier: Apache-2.0
// The collector's own metrics for Prometheus: GET /metrics at `service.telemetry.metrics`.
#pragma once

#include "runtime/base/self_metrics.h"
#include "runtime/http/server.h"

namespace whittle {

class MetricsEndpoint {
public:
  // `endpoint` is borrowed.
  MetricsEndpoint(Runtime& runtime, Text endpoint, const MetricStyle& style);
  // Listens. Returns false with the reason logged.
  bool start() { return server_.start(); }
  void drain() { server_.drain(); }
  bool idle() const { return server_.idle(); }
  uint16_t port() const { return server_.port(); }

private:
  static bool head(void* self, ServerRequest& request, ServerReply& reply);

  Runtime& runtime_;
  MetricStyle style_;
  HttpServer server_;
};

}  // namespace whittle
