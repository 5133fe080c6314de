// SPDX-License-Identifier: Apache-2.0
// OTLP/gRPC out: the slices of a payload as one message. What may be tried again follows the OTLP specification
// ("OTLP/gRPC Response"): RESOURCE_EXHAUSTED only with a RetryInfo.
#include "runtime/base/log.h"
#include "runtime/export/otlp_answer.h"
#include "runtime/grpc/channel.h"
#include "stdlib/exporter/otlp/otlp_config.h"

namespace whittle {
namespace {

constexpr Text kMethods[] = {"/opentelemetry.proto.collector.trace.v1.TraceService/Export",
                             "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
                             "/opentelemetry.proto.collector.logs.v1.LogsService/Export"};

bool may_pass(const GrpcReply& reply) {
  switch (reply.code) {
  case GrpcCode::Cancelled:
  case GrpcCode::DeadlineExceeded:
  case GrpcCode::Aborted:
  case GrpcCode::OutOfRange:
  case GrpcCode::Unavailable:
  case GrpcCode::DataLoss: return true;
  case GrpcCode::ResourceExhausted: return reply.retry_delay.has_value();
  default: return false;
  }
}

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
    request.method = kMethods[static_cast<uint32_t>(item.payload.signal)];
    request.slices = item.payload.slices;
    request.timeout_ns = config.timeout;
    request.otlp_signal = item.payload.signal;
    request.metadata = &item.payload.metadata;
    item.user = this;
    const uint64_t held = channel.call(
        static_cast<GrpcRequest&&>(request),
        [](void* i, const GrpcReply& reply) {
          auto& outgoing = *static_cast<Outgoing*>(i);
          static_cast<Otlp*>(outgoing.user)->answered(outgoing, reply);
        },
        &item);
    queue.holds(item, item.payload.held() + held);
  }

  void answered(Outgoing& item, const GrpcReply& reply) {
    if (reply.code == GrpcCode::Ok) return otlp_taken(queue, item, runtime, view(context.id), reply.answer);
    const auto number = static_cast<uint32_t>(reply.code);
    Writer why;
    why.append(number < std::size(kGrpcCodeNames) ? kGrpcCodeNames[number] : Text("a code that gRPC has not"));
    why.append(Text(": "));
    why.append(reply.message.substr(0, 300));
    item.code = number;
    if (may_pass(reply)) queue.again(item, why.text(), reply.retry_delay.value_or(0));
    else queue.failed(item, why.text());
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
