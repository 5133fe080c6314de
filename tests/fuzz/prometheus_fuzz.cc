// SPDX-License-Identifier: Apache-2.0
// Any metrics request that is valid becomes series whose memory is all given back, and an exposition in each form; any
// Accept header is read.
#include "runtime/base/check.h"
#include "runtime/wire/validate.h"
#include "stdlib/exporter/prometheus/buckets.h"
#include "stdlib/exporter/prometheus/exposition.h"

using namespace whittle;
using namespace whittle::prometheus_exporter;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  Bytes request(data + 2, size - 2);
  negotiate(as_text(request), true);
  auto counts = wire::validate(Signal::Metrics, request);
  if (!counts) return 0;
  Writer normal;
  if (!counts->regular) {
    CHECK(wire::normalize(Signal::Metrics, request, normal));
    request = normal.bytes();
  }
  static const Entry<Str> kLabels[] = {{{"job", 3}, {"j", 1}}};
  config::Prometheus c{};
  c.metric_expiration = 10;
  c.without_scope_info = data[0] & 1;
  c.resource_to_telemetry_conversion.enabled = data[0] & 2;
  c.resource_to_telemetry_conversion.exclude_service_attributes = data[0] & 4;
  if (data[0] & 8) c.namespace_ = {"a.b", 3};
  if (data[0] & 16) c.const_labels = {kLabels, 1};
  c.translation_strategy = static_cast<config::PrometheusTranslationStrategy>(data[1] % 5);
  prometheus_exporter::Store store(c);
  for (int64_t now : {1, 2}) store.add(request, now);
  for (Form form : {Form::Text, Form::OpenMetrics001, Form::OpenMetrics100, Form::Protobuf})
    for (Escaping escaping : {Escaping::Underscores, Escaping::AllowUtf8, Escaping::Dots, Escaping::Values}) {
      Writer out;
      Exposition e(out, {form, escaping}, data[0] & 32);
      store.each([&](const Series& s) {
        if (!s.shape || (s.kind == views::Metric::DataCase::ExponentialHistogram && !is_native(*s.more))) return;
        CHECK(!s.shape->name.empty());
        e.family(s.shape->name, s.shape->help, s.type());
        e.series(s);
        if (s.resource->shown) e.sample(s.resource->labels, 1);
      });
      e.end();
    }
  store.expire(100);
  CHECK(store.size() == 0 && store.held() == 0);
  return 0;
}
