// SPDX-License-Identifier: Apache-2.0
// Any metrics request that is valid becomes documents that are JSON, under all settings that change their shape.
#include "runtime/base/check.h"
#include "runtime/wire/validate.h"
#include "stdlib/exporter/awsemf/awsemf_encode.h"

#include <yyjson.h>

using namespace whittle;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  Bytes request(data + 1, size - 1);
  auto counts = wire::validate(Signal::Metrics, request);
  if (!counts) return 0;
  Writer normal;
  if (!counts->regular) {
    CHECK(wire::normalize(Signal::Metrics, request, normal));
    request = normal.bytes();
  }
  static const Str kParsed[] = {{"a", 1}};
  config::Awsemf c{};
  c.version = {data[0] & 1 ? "0" : "1", 1};
  c.detailed_metrics = data[0] & 2;
  c.retain_initial_value_of_delta_metric = data[0] & 4;
  c.resource_to_telemetry_conversion.enabled = data[0] & 8;
  c.dimension_rollup_option = static_cast<config::AwsemfDimensionRollupOption>((data[0] >> 4) % 3);
  c.parse_json_encoded_attr_values = {kParsed, 1};
  if (data[0] & 128) c.log_group_name = {"/{ClusterName}{TaskId}", 22};
  awsemf::Encoder encoder(c, "stream");
  for (int round = 0; round < 2; ++round) {
    awsemf::Documents documents(encoder);
    encoder.begin(documents, 1);
    encoder.translate(request);
    documents.sort();
    for (LogEvent event; documents.next(event);) {
      Writer out;
      const size_t size = documents.write(out);
      if (size == 0) continue;
      yyjson_doc* text = yyjson_read(reinterpret_cast<const char*>(out.data()), out.size(), 0);
      CHECK(text);
      yyjson_val* root = yyjson_doc_get_root(text);
      CHECK(yyjson_get_len(root) == size);
      yyjson_doc* document = yyjson_read(yyjson_get_str(root), yyjson_get_len(root), 0);
      CHECK(document && yyjson_is_obj(yyjson_doc_get_root(document)));
      yyjson_doc_free(document);
      yyjson_doc_free(text);
    }
    encoder.expire(INT64_MAX);
  }
  return 0;
}
