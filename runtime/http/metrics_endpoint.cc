// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/metrics_endpoint.h"

namespace whittle {

static constexpr int64_t kTimeout = 30'000'000'000;

static ServerOptions options(Text endpoint) {
  ServerOptions o;
  o.component = "telemetry";
  o.endpoint = endpoint;
  o.read_timeout = o.write_timeout = kTimeout;
  o.idle_timeout = 4 * kTimeout;
  return o;
}

MetricsEndpoint::MetricsEndpoint(Runtime& runtime, Text endpoint, const MetricStyle& style)
    : runtime_(runtime), style_(style), server_(runtime, options(endpoint), {this, head, nullptr, nullptr}) {}

bool MetricsEndpoint::head(void* self, ServerRequest& request, ServerReply& reply) {
  auto& endpoint = *static_cast<MetricsEndpoint*>(self);
  if (request.path != "/metrics") {
    reply.status = 404;
    reply.header("content-type", "text/plain; charset=utf-8");
    reply.body.append(Text("404 page not found\n"));
    return false;
  }
  if (request.method != "GET" && request.method != "HEAD") {
    reply.status = 405;
    reply.header("allow", "GET, HEAD");
    return false;
  }
  reply.header("content-type", "text/plain; version=0.0.4; charset=utf-8");
  endpoint.runtime_.metrics->write(reply.body, endpoint.style_);
  return false;
}

}  // namespace whittle
