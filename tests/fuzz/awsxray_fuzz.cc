// SPDX-License-Identifier: Apache-2.0
// Any request that is valid becomes documents that are JSON, whatever its texts hold.
#include "runtime/base/check.h"
#include "runtime/wire/validate.h"
#include "stdlib/exporter/awsxray/awsxray_encode.h"

#include <yyjson.h>

using namespace whittle;

static void is_json(const char* text, size_t size, bool nested) {
  yyjson_doc* doc = yyjson_read(text, size, 0);
  CHECK(doc);
  yyjson_val* root = yyjson_doc_get_root(doc);
  if (nested) CHECK(yyjson_is_obj(root));
  else is_json(yyjson_get_str(root), yyjson_get_len(root), true);
  yyjson_doc_free(doc);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Bytes request(data, size);
  auto counts = wire::validate(Signal::Traces, request);
  if (!counts) return 0;
  Writer normal;
  if (!counts->regular) {
    CHECK(wire::normalize(Signal::Traces, request, normal));
    request = normal.bytes();
  }
  static const Str kIndexed[] = {{"a", 1}, {"otel.resource.a", 15}};
  for (bool all : {false, true}) {
    awsxray::Encoder encoder({{kIndexed, 2}, all, {}});
    Slice slice{{}, request};
    awsxray::SpanWalk walk({&slice, 1}, awsxray::IdSource(1));
    Writer out;
    auto done = [](void* o, size_t begin, size_t end) {
      is_json(reinterpret_cast<const char*>(static_cast<Writer*>(o)->data()) + begin, end - begin, false);
    };
    while (encoder.next(walk, {out, done, &out})) out.clear();
  }
  return 0;
}
