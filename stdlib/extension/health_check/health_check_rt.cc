// SPDX-License-Identifier: Apache-2.0
// Tells over HTTP whether the collector is up: 200 while it runs, 503 once it drains. And below its path, at
// `delivering`, whether what it takes arrives: JSON of how each exporter fares, with 503 once one has only failed for a
// minute.
#include "runtime/base/duration.h"
#include "runtime/base/runtime.h"
#include "runtime/http/configured.h"
#include "stdlib/extension/health_check/ask.h"
#include "stdlib/extension/health_check/health_check_config.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

namespace whittle {
namespace {

// RFC 3339 with as many decimals as there are.
void append_time(Writer& out, int64_t ns) {
  const time_t seconds = ns / 1'000'000'000;
  tm t;
  gmtime_r(&seconds, &t);
  char text[64];
  int n = snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%09lld", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
                   t.tm_hour, t.tm_min, t.tm_sec, static_cast<long long>(ns % 1'000'000'000));
  while (text[n - 1] == '0') --n;
  if (text[n - 1] == '.') --n;
  out.append(Text(text, static_cast<size_t>(n)));
  out.byte('Z');
}

constexpr Text kDelivering = "/delivering";

class HealthCheck {
public:
  explicit HealthCheck(const ComponentContext& context)
      : runtime_(*context.runtime), config_(*static_cast<const config::HealthCheck*>(context.config)),
        server_(runtime_, server_options(config_.as_http_server(), view(context.id), tls_),
                {this, answer, nullptr, nullptr}) {}

  bool start() {
    up_since_ = runtime_.now_ns();
    up_monotonic_ = monotonic_ns();
    return server_.start();
  }

private:
  // A path that ends in a slash stands for everything below it.
  bool covers(Text path) const {
    const Text own = view(config_.path);
    return own.ends_with('/') ? path.starts_with(own) : path == own;
  }

  bool asks_for_delivery(Text path) const {
    Text own = view(config_.path);
    if (own.ends_with('/')) own.remove_suffix(1);
    return path.starts_with(own) && path.substr(own.size()) == kDelivering;
  }

  static bool answer(void* me, ServerRequest& request, ServerReply& reply) {
    auto& self = *static_cast<HealthCheck*>(me);
    if (self.asks_for_delivery(request.path) && self.runtime_.delivery) {
      reply.header("content-type", "application/json");
      reply.status = self.runtime_.delivery(self.runtime_, reply.body) ? 200 : 503;
      return false;
    }
    if (!self.covers(request.path)) {
      reply.status = 404;
      reply.header("content-type", "text/plain; charset=utf-8");
      reply.body.append(Text("404 page not found\n"));
      return false;
    }
    const bool healthy = !self.runtime_.draining;
    reply.status = healthy ? 200 : 503;
    if (self.config_.response_body) {
      reply.header("content-type", "text/plain; charset=utf-8");
      reply.body.append(view(healthy ? self.config_.response_body->healthy : self.config_.response_body->unhealthy));
      return false;
    }
    reply.header("content-type", "application/json");
    if (!healthy) {
      reply.body.append(
          Text("{\"status\":\"Server not available\",\"upSince\":\"0001-01-01T00:00:00Z\",\"uptime\":\"\"}"));
      return false;
    }
    reply.body.append(Text("{\"status\":\"Server available\",\"upSince\":\""));
    append_time(reply.body, self.up_since_);
    reply.body.append(Text("\",\"uptime\":\""));
    append_duration(reply.body, monotonic_ns() - self.up_monotonic_);
    reply.body.append(Text("\"}"));
    return false;
  }

  Runtime& runtime_;
  const config::HealthCheck& config_;
  TlsServerOptions tls_;
  HttpServer server_;
  int64_t up_since_ = 0;
  int64_t up_monotonic_ = 0;
};

}  // namespace
}  // namespace whittle

// Neither drain nor idle: it answers until the process ends.
extern "C" const whittle::ComponentOps extension_health_check_ops = {
    .create = [](const whittle::ComponentContext* context) -> void* { return new whittle::HealthCheck(*context); },
    .start = [](void* self) { return static_cast<whittle::HealthCheck*>(self)->start(); },
    .drain = nullptr,
    .idle = nullptr,
    .ask_health = [](const whittle::ComponentContext* context, bool delivering) -> int {
      using namespace whittle;
      const auto& c = *static_cast<const config::HealthCheck*>(context->config);
      Writer told;
      bool unix_socket = c.transport == config::ListenAddressTransport::Unix;
      Writer path;
      path.append(view(c.path));
      if (delivering) {
        if (path.text().ends_with('/')) path.truncate(path.size() - 1);
        path.append(kDelivering);
      }
      int code = ask_health(view(c.endpoint), unix_socket, static_cast<bool>(c.tls), path.text(), 4'000'000'000, told);
      dprintf(STDOUT_FILENO, "%.*s\n", static_cast<int>(told.size()), reinterpret_cast<const char*>(told.data()));
      return code;
    },
};
