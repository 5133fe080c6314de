// SPDX-License-Identifier: Apache-2.0
// extract_percentile_metric: a gauge with a percentile of each point of a histogram, interpolated within its bucket.
#include "runtime/base/fdlibm.h"
#include "runtime/base/number.h"
#include "runtime/record/edits.h"

#include <math.h>

namespace whittle::record {

namespace {

// What a data point gives: a value, nothing, or a failure.
enum class Found : uint8_t { Value, Nothing, Wrong };

Found wrong(Run& run, const char* why) {
  run.fail(why);
  return Found::Wrong;
}

Found linear(Run& run, double low, double high, double ratio, double& out) {
  if (ratio < 0 || ratio > 1) return wrong(run, "the counts of a histogram do not fit each other");
  out = low + ratio * (high - low);
  return Found::Value;
}

Found logarithmic(Run& run, double low, double high, double ratio, double& out) {
  if (ratio < 0 || ratio > 1) return wrong(run, "the counts of a histogram do not fit each other");
  if (low <= 0 || high <= 0) return wrong(run, "the bounds of a histogram are not positive");
  const double from = fdlibm_log2(low), to = fdlibm_log2(high);
  out = fdlibm_exp2(from + (to - from) * ratio);
  return Found::Value;
}

double count_of(uint64_t n) {
  return static_cast<double>(n);
}

Found of_histogram(Run& run, const Message& p, double percentile, double& out) {
  constexpr uint32_t kCounts = 6, kBounds = 7, kMin = 11, kMax = 12;
  const std::vector<uint64_t> counts = p.fixeds(kCounts);
  const std::vector<double> bounds = p.reals(kBounds);
  const uint64_t count = p.fixed(metric::kCount);
  if (count == 0 || counts.empty()) return Found::Nothing;
  if (counts.size() != bounds.size() + 1) return wrong(run, "a histogram has not one bucket more than bounds");
  const auto target = static_cast<uint64_t>(ceil(count_of(count) * (percentile / 100.0)));
  if (bounds.empty()) {
    if (!p.has(kMin) || !p.has(kMax)) return Found::Nothing;
    return linear(run, p.real(kMin), p.real(kMax), count_of(target) / count_of(counts[0]), out);
  }
  uint64_t before = 0;
  for (size_t i = 0; i < counts.size(); before += counts[i++]) {
    if (before + counts[i] < target) continue;
    double low = 0, high;
    if (i == 0) {
      high = bounds[0];
      if (p.has(kMin) && p.real(kMin) < high) low = p.real(kMin);
      else if (0 > high) return out = high, Found::Value;
    } else {
      low = bounds[i - 1];
      if (i < bounds.size()) high = bounds[i];
      else if (!p.has(kMax) || p.real(kMax) <= low) return out = low, Found::Value;
      else high = p.real(kMax);
    }
    return linear(run, low, high, count_of(target - before) / count_of(counts[i]), out);
  }
  return wrong(run, "the buckets of a histogram hold less than it counts");
}

// The bound of an exponential histogram's bucket: (2^2^-scale)^index.
double bound_of(int64_t index, int scale) {
  if (scale <= 0) {
    const int64_t exponent = -scale < 40 ? index * (int64_t{1} << -scale) : (index < 0 ? -100000 : 100000);
    return ldexp(1, static_cast<int>(exponent > 100000 ? 100000 : exponent < -100000 ? -100000 : exponent));
  }
  return exp(static_cast<double>(index) * ldexp(M_LN2, -scale));
}

struct Buckets {
  int64_t offset;
  std::vector<uint64_t> counts;
  Buckets(Run& run, Bytes content) {
    const Message m(run.arena, content);
    offset = wire::zigzag(m.varint(1));
    counts = m.varints(2);
  }
};

Found of_exponential(Run& run, const Message& p, double percentile, double& out) {
  constexpr uint32_t kScale = 6, kZeros = 7, kPositive = 8, kNegative = 9, kThreshold = 14;
  const Buckets negative(run, p.content(kNegative)), positive(run, p.content(kPositive));
  const uint64_t count = p.fixed(metric::kCount), zeros = p.fixed(kZeros);
  if (count == 0 || (negative.counts.empty() && positive.counts.empty() && zeros == 0)) return Found::Nothing;
  const auto target = static_cast<uint64_t>(ceil(count_of(count) * (percentile / 100.0)));
  const auto scale = static_cast<int>(wire::zigzag(p.varint(kScale)));
  uint64_t before = 0;
  for (size_t i = negative.counts.size(); i-- > 0; before += negative.counts[i]) {
    if (before + negative.counts[i] < target) continue;
    const int64_t index = negative.offset + static_cast<int64_t>(i);
    const double low = bound_of(index, scale), high = bound_of(index + 1, scale);
    if (low >= high) return wrong(run, "the bounds of a histogram are not in order");
    const double ratio = count_of(target - before) / count_of(negative.counts[i]);
    const Found found = logarithmic(run, low, high, 1 - ratio, out);
    out = -out;
    return found;
  }
  if (before + zeros >= target) {
    const double threshold = p.real(kThreshold);
    const bool below = !negative.counts.empty(), above = !positive.counts.empty();
    const double low = !below && above ? 0 : -threshold, high = below && !above ? 0 : threshold;
    return linear(run, low, high, count_of(target - before) / count_of(zeros), out);
  }
  before += zeros;
  for (size_t i = 0; i < positive.counts.size(); before += positive.counts[i++]) {
    if (before + positive.counts[i] < target) continue;
    const int64_t index = positive.offset + static_cast<int64_t>(i);
    const double ratio = count_of(target - before) / count_of(positive.counts[i]);
    return logarithmic(run, bound_of(index, scale), bound_of(index + 1, scale), ratio, out);
  }
  return wrong(run, "the buckets of a histogram hold less than it counts");
}

}  // namespace

// percentile, suffix
extern "C" bool rt_edit_extract_percentile_metric(Run* run, Frame* const* frames, const Value* args) {
  const Message m = message_of(*run, record_frame(frames));
  const uint32_t data = metric::data_of(m);
  if (data != metric::kHistogram && data != metric::kExponential) return true;
  char digits[kNumberRoom];
  const Text percentile(digits, format_double_general(digits, args[0].real));
  Writer suffix, description;
  if (given(args[1]) && !args[1].as_text().empty()) {
    suffix.append(args[1].as_text());
  } else {
    suffix.append(Text("_p"));
    suffix.append(percentile);
  }
  bool any = false;
  Found found = Found::Nothing;
  Message made = derived(*run, frames, m, data, metric::kGauge, suffix.text(), [&](const Message& point, Message& out) {
    if (found == Found::Wrong) return false;
    double value = 0;
    found = data == metric::kHistogram ? of_histogram(*run, point, args[0].real, value)
                                       : of_exponential(*run, point, args[0].real, value);
    if (found != Found::Value) return false;
    out.set_real(metric::kAsDouble, value, true);
    return any = true;
  });
  if (found == Found::Wrong) return false;
  const Text own = m.text(metric::kDescription);
  description.append(own);
  description.append(own.empty() ? Text("p") : Text(" (p"));
  description.append(percentile);
  if (!own.empty()) description.byte(')');
  made.set_text(metric::kDescription, run->arena.copy(description.text()));
  return !any || add_metric(*run, made);
}

}  // namespace whittle::record
