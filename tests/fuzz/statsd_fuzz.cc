// SPDX-License-Identifier: Apache-2.0
// Lines of StatsD: texts lie within the line, values are finite, tags are sorted and each there once.
#include "runtime/base/check.h"
#include "runtime/base/exponential.h"
#include "runtime/base/writer.h"
#include "stdlib/receiver/statsd/line.h"

#include <math.h>
#include <string.h>

using namespace whittle;

namespace {

void parse(Text line, bool simple, bool type) {
  static statsd::Line l;
  if (statsd::parse(line, simple, type, l)) return;
  CHECK(!l.name.empty() && l.name.data() == line.data());
  CHECK(isfinite(l.value));
  for (size_t i = 0; i < l.tags.size(); ++i) {
    CHECK(!l.tags[i].key.empty() && (simple || !l.tags[i].value.empty()));
    CHECK(i == 0 || l.tags[i - 1].key < l.tags[i].key);
  }
}

// However values lie, no side has more buckets than it may, and none is lost.
void histogram(const uint8_t* data, size_t size) {
  if (size < 9) return;
  const int32_t most = 2 + data[0] % 30;
  ExponentialHistogram h(most);
  uint64_t count = 0;
  for (size_t i = 1; i + 8 <= size; i += 8) {
    double v;
    memcpy(&v, data + i, 8);
    if (!isfinite(v)) continue;
    h.add(v, 1 + data[i] % 3);
    count += 1 + data[i] % 3;
  }
  uint64_t sum = h.zeros();
  for (const auto* b : {&h.positive(), &h.negative()}) {
    CHECK(b->counts.size() <= static_cast<size_t>(most));
    CHECK(b->counts.empty() || (b->counts.front() > 0 && b->counts.back() > 0));
    for (const uint64_t n : b->counts) sum += n;
  }
  CHECK(sum == count && h.count() == count);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Text t = as_text({data, size});
  for (const bool simple : {false, true}) parse(t, simple, simple);
  static constexpr Text kPieces[] = {"a",    ":", "1.5", "|", "c",   "g",  "ms", "h", "d",
                                     "@0.5", "#", "k",   ",", "T12", "c:", "-",  "+", "x:y"};
  Writer made;
  for (size_t i = 0; i < size; ++i) made.append(kPieces[data[i] % std::size(kPieces)]);
  parse(made.text(), false, false);
  parse(made.text(), true, true);
  histogram(data, size);
  return 0;
}
