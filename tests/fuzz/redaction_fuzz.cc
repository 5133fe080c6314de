// SPDX-License-Identifier: Apache-2.0
// Whatever a query or URL is, what is made of it is not much longer.
#include "runtime/base/check.h"
#include "stdlib/processor/redaction/cluster_url.h"
#include "stdlib/processor/redaction/query.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace whittle;
  using namespace whittle::redaction;
  const Text text(reinterpret_cast<const char*>(data), size);
  Writer w;
  append_cluster_url(w, text);
  CHECK(w.size() <= size);
  for (const bool mysql : {false, true}) {
    w.clear();
    append_anonymous_sql(w, text, mysql);
    CHECK(w.size() <= size);
  }
  w.clear();
  append_anonymous_redis(w, text);
  CHECK(w.size() <= 2 * size);
  CHECK(anonymous_memcached(text).size() <= size);
  w.clear();
  append_anonymous_json(w, text);
  CHECK(w.size() <= 3 * size + 3);
  return 0;
}
