// SPDX-License-Identifier: Apache-2.0
// The answers of all three signals have one shape: field 1 with the count of rejected items in 1 and a message in 2.
#include "runtime/export/otlp_answer.h"

#include "runtime/base/log.h"
#include "runtime/wire/otlp_schema.h"
#include "runtime/wire/otlp_views.h"
#include "runtime/wire/validate.h"

namespace whittle {

void otlp_taken(ExportQueue& queue, Outgoing& item, Runtime& runtime, Text exporter, Bytes answer) {
  if (answer.empty() || !wire::validate_message(wire::kExportTraceServiceResponse, answer)) return queue.sent(item);
  const views::ExportTracePartialSuccess partial = views::ExportTraceServiceResponse(answer).partial_success.get();
  const int64_t rejected = partial.rejected_spans;
  const Text message = partial.error_message;
  if (rejected > 0) return queue.sent_in_part(item, static_cast<uint64_t>(rejected), message);
  if (!message.empty())
    runtime.log->warn("the backend has something to say of a request that it took",
                      {{"exporter", exporter}, {"message", message}});
  queue.sent(item);
}

}  // namespace whittle
