// SPDX-License-Identifier: Apache-2.0
// The task metadata endpoint's documents: what becomes metrics is well-formed OTLP.
#include "runtime/base/check.h"
#include "runtime/wire/validate.h"
#include "stdlib/receiver/awsecscontainermetrics/task_metrics.h"

#include <string.h>

using namespace whittle;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Text both = as_text({data, size});
  const size_t middle = both.find('\n');
  if (middle == Text::npos) return 0;
  parse_image_name(both.substr(0, middle));
  __int128 time;
  parse_rfc3339(both.substr(0, middle), time);
  Writer out;
  const auto points = build_task_metrics(as_bytes(both.substr(0, middle)), as_bytes(both.substr(middle + 1)), 1, out);
  if (!points) return 0;
  const auto counts = wire::validate(Signal::Metrics, out.bytes());
  CHECK(counts && counts->items == *points);
  return 0;
}
