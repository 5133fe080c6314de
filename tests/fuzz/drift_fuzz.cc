// SPDX-License-Identifier: Apache-2.0
// Whatever a collector is given as a config: it is compared with one that has every kind of setting, or refused with a
// reason.
#include "compiler/check/front_end.h"
#include "compiler/plan/drift_table.h"
#include "runtime/base/check.h"
#include "runtime/drift/compare.h"
#include "runtime/drift/split_keys.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace whittle;
  static const std::string* table = [] {
    check::CheckResult r =
        check::check_text("c.yaml",
                          "receivers:\n  otlp: {protocols: {grpc: , http: {cors: {allowed_origins: [a, b]}, tls: "
                          "{cert_file: a, key_file: b}}}}\n"
                          "processors:\n  batch: {timeout: 1m}\n  filter: {metrics: {exclude: {match_type: strict, "
                          "metric_names: [a, b]}}}\n"
                          "exporters:\n  otlphttp: {endpoint: 'https://${env:HOST:-a}/x', headers: {a: b}, "
                          "sending_queue: {enabled: false}}\n"
                          "  awsemf: {region: us-east-1, tags: {a: b}, metric_declarations: [{dimensions: [[a, b], "
                          "[c]], metric_name_selectors: ['.*']}]}\n"
                          "extensions:\n  health_check:\n"
                          "service:\n  extensions: [health_check]\n  pipelines:\n    traces: {receivers: [otlp], "
                          "processors: [batch], exporters: [otlphttp]}\n"
                          "    metrics: {receivers: [otlp], processors: [filter, batch], exporters: [awsemf]}\n",
                          {});
    CHECK(r.config);
    return new std::string(plan::drift_table(*r.config));
  }();
  Arena arena;
  Writer why;
  const yaml::Node* root = yaml::read({reinterpret_cast<const char*>(data), size}, arena, why);
  CHECK(root || !why.empty());
  if (root) root = drift::split_keys(root, arena, why);
  CHECK(root || !why.empty());
  if (!root) return 0;
  uint32_t told = 0;
  uint32_t count = drift::compare(
      as_bytes(Text(*table)), root, arena,
      [](void* n, const drift::Difference& d) {
        CHECK(!d.path.empty());
        CHECK(d.compiled != d.given || d.compiled == Text("(hidden)"));
        ++*static_cast<uint32_t*>(n);
      },
      &told);
  CHECK(told == count);
  return 0;
}
