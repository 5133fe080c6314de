// SPDX-License-Identifier: Apache-2.0
#include "runtime/export/otlp_grpc.h"

#include "runtime/export/otlp_answer.h"

namespace whittle {

Text otlp_method(Signal signal) {
  static constexpr Text kMethods[] = {"/opentelemetry.proto.collector.trace.v1.TraceService/Export",
                                      "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
                                      "/opentelemetry.proto.collector.logs.v1.LogsService/Export"};
  return kMethods[static_cast<uint32_t>(signal)];
}

bool otlp_may_pass(const GrpcReply& reply) {
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

void otlp_answered(ExportQueue& queue, Outgoing& item, Runtime& runtime, Text exporter, const GrpcReply& reply) {
  if (reply.code == GrpcCode::Ok) return otlp_taken(queue, item, runtime, exporter, reply.answer);
  const auto number = static_cast<uint32_t>(reply.code);
  Writer why;
  why.append(number < std::size(kGrpcCodeNames) ? kGrpcCodeNames[number] : Text("a code that gRPC has not"));
  why.append(Text(": "));
  why.append(reply.message.substr(0, 300));
  item.code = number;
  if (otlp_may_pass(reply)) queue.again(item, why.text(), reply.retry_delay.value_or(0));
  else queue.failed(item, why.text());
}

}  // namespace whittle
