// SPDX-License-Identifier: Apache-2.0
// OTLP/gRPC out: the slices of a payload as one message.
#include "runtime/base/log.h"
#include "runtime/export/otlp_grpc.h"
#include "stdlib/exporter/otlp/otlp_config.h"

namespace whittle {
namespace {

struct Otlp {
  const ComponentContext& context;
  const config::Otlp& config;
  Runtime& runtime;
  GrpcChannel channel;
  ExportQueue queue;

  explicit Otlp(const ComponentContext& c)
      : context(c), config(*static_cast<const config::Otlp*>(c.config)), runtime(*c.runtime),
        channel(c, grpc_settings(config.as_grpc_client())),
        queue(
            c, config.sending_queue ? &*config.sending_queue : nullptr, &config.retry_on_failure,
            [](void* self, Outgoing& item) { static_cast<Otlp*>(self)->send(item); }, this) {}

  void send(Outgoing& item) {
    GrpcRequest request;
    request.method = otlp_method(item.payload.signal);
    request.slices = item.payload.slices;
    request.timeout_ns = config.timeout;
    request.otlp_signal = item.payload.signal;
    request.metadata = &item.payload.metadata;
    item.user = this;
    const uint64_t held = channel.call(
        static_cast<GrpcRequest&&>(request),
        [](void* i, const GrpcReply& reply) {
          auto& outgoing = *static_cast<Outgoing*>(i);
          auto& otlp = *static_cast<Otlp*>(outgoing.user);
          otlp_answered(otlp.queue, outgoing, otlp.runtime, view(otlp.context.id), reply);
        },
        &item);
    queue.holds(item, item.payload.held() + held);
  }
};

void* create(const ComponentContext* context) {
  return new Otlp(*context);
}
bool start(void* self) {
  auto& otlp = *static_cast<Otlp*>(self);
  return otlp.channel.check() && otlp.queue.start();
}
void drain(void* self) {
  static_cast<Otlp*>(self)->queue.drain();
}
bool idle(void* self) {
  return static_cast<Otlp*>(self)->queue.idle();
}

}  // namespace

extern "C" Status exporter_otlp_consume(void* self, Payload* payload) {
  return static_cast<Otlp*>(self)->queue.offer(*payload);
}
extern "C" const ComponentOps exporter_otlp_ops = {create, start, drain, idle, nullptr, nullptr};

}  // namespace whittle
