// SPDX-License-Identifier: Apache-2.0
// convert_exponential_histogram_to_histogram: the counts of exponential buckets shared out among explicit ones.
#include "runtime/base/runtime.h"
#include "runtime/record/edits.h"

#include <math.h>

namespace whittle::record {

namespace {

using Counts = std::vector<uint64_t>;
using Bounds = std::vector<double>;

// How a bucket that is not within one of the new ones is shared out.
class Share {
public:
  Share(Run& run, Text how, const Bounds& bounds, Counts& counts)
      : run_(run), how_(how), bounds_(bounds), counts_(counts) {}

  void add(uint64_t n, double high, double low) {
    if (how_ == "upper") upper(n, high);
    else if (how_ == "midpoint") middle(n, (high + low) / 2);
    else if (how_ == "uniform") uniform(n, high, low);
    else random(n, high, low);
  }

private:
  size_t last() const { return bounds_.size() - 1; }
  // The first bound that is not below.
  size_t first_from(size_t at, double v) const {
    while (at < bounds_.size() && bounds_[at] < v) ++at;
    return at;
  }

  void upper(uint64_t n, double high) {
    const size_t at = first_from(0, high);
    counts_[at < bounds_.size() ? at : last()] += n;
  }
  void middle(uint64_t n, double v) {
    const size_t at = first_from(0, v);
    counts_[at == bounds_.size() ? last() : at > 0 ? at - 1 : 0] += n;
  }

  // The new buckets that it reaches into.
  bool reach(double high, double low, size_t& start, size_t& end) const {
    start = first_from(0, low);
    end = first_from(start, high);
    if (end > last()) end = last();
    if (start > last()) start = last();
    return end > start;
  }
  void uniform(uint64_t n, double high, double low) {
    size_t start, end;
    if (!reach(high, low, start, end)) {
      counts_[start] += n;
      return;
    }
    const uint64_t parts = end - start + 1, each = n / parts;
    uint64_t rest = n % parts;
    for (size_t i = start; i <= end; ++i) {
      counts_[i] += each + (rest > 0);
      if (rest > 0) --rest;
    }
  }
  double chance() const { return run_.runtime ? static_cast<double>(run_.runtime->random32()) / 4294967296.0 : 0.5; }
  void random(uint64_t n, double high, double low) {
    size_t start, end;
    if (!reach(high, low, start, end)) {
      counts_[start] += n;
      return;
    }
    uint64_t given = 0;
    for (size_t i = start; i <= end; ++i) {
      const double from = i == 0 ? low : bounds_[i - 1];
      const double overlap = fmin(bounds_[i], high) - fmax(from, low);
      const double share = static_cast<double>(n) * (overlap / (high - low));
      const auto some = share > 0 ? static_cast<uint64_t>(chance() * floor(share)) : 0;
      counts_[i] += some;
      given += some;
    }
    // What is left goes one by one in the reference; a count may be 2^63, so the most of it goes in even parts.
    const uint64_t parts = end - start + 1;
    uint64_t left = n - given;
    if (left > 100'000) {
      for (size_t i = start; i <= end; ++i) counts_[i] += left / parts;
      left %= parts;
    }
    for (; left > 0; --left) counts_[start + static_cast<size_t>(chance() * static_cast<double>(parts))] += 1;
  }

  Run& run_;
  Text how_;
  const Bounds& bounds_;
  Counts& counts_;
};

Counts counts_of(Run& run, const Message& p, const Bounds& bounds, Text how) {
  constexpr uint32_t kScale = 6, kZeros = 7, kPositive = 8;
  Counts out(bounds.size());
  Share share(run, how, bounds, out);
  if (bounds[0] == 0) out[0] += p.fixed(kZeros);
  const double factor = ldexp(M_LN2, static_cast<int>(-wire::zigzag(p.varint(kScale))));
  const Message positive(run.arena, p.content(kPositive));
  auto index = static_cast<int32_t>(wire::zigzag(positive.varint(1)));
  for (uint64_t n : positive.varints(2)) {
    const double low = exp(static_cast<double>(index) * factor);
    index = static_cast<int32_t>(static_cast<uint32_t>(index) + 1);
    const double high = exp(static_cast<double>(index) * factor);
    if (low > bounds.back()) {
      out.back() += n;
      continue;
    }
    size_t at = 1;
    while (at < bounds.size() && !(low > bounds[at - 1] && high <= bounds[at])) ++at;
    if (at < bounds.size()) out[at - 1] += n;
    else share.add(n, high, low);
  }
  return out;
}

}  // namespace

// distribution_fn, explicit_bounds
extern "C" bool rt_edit_convert_exponential_histogram_to_histogram(Run* run, Frame* const* frames, const Value* args) {
  constexpr uint32_t kExponentialMin = 12, kExponentialMax = 13, kMin = 11, kMax = 12, kCounts = 6, kBounds = 7;
  const Message m = message_of(*run, record_frame(frames));
  if (metric::data_of(m) != metric::kExponential) return true;
  Bounds bounds;
  for (const Value& v : ottl::items_of(args[1], run->arena)) bounds.push_back(v.real);
  const Message of(run->arena, m.content(metric::kExponential));
  Message made(run->arena), histogram(run->arena);
  for (uint32_t number : {metric::kName, metric::kDescription, metric::kUnit}) made.set_text(number, m.text(number));
  histogram.set_varint(metric::kTemporality, of.varint(metric::kTemporality));
  of.each(metric::kPoints, [&](Bytes content) {
    const Message from(run->arena, content);
    Message point(run->arena);
    point.set_fixed(metric::kStart, from.fixed(metric::kStart));
    point.set_fixed(metric::kTime, from.fixed(metric::kTime));
    point.set_fixed(metric::kCount, from.fixed(metric::kCount));
    point.set_real(metric::kPointSum, from.real(metric::kPointSum), true);
    point.set_real(kMin, from.real(kExponentialMin), true);
    point.set_real(kMax, from.real(kExponentialMax), true);
    point.add_all(metric::exemplars_of(metric::kHistogram), from, metric::exemplars_of(metric::kExponential));
    point.set_reals(kBounds, bounds);
    point.set_fixeds(kCounts, counts_of(*run, from, bounds, args[0].as_text()));
    point.add_all(metric::attributes_of(metric::kHistogram), from, metric::attributes_of(metric::kExponential));
    histogram.add(metric::kPoints, point);
  });
  metric::set_data(made, metric::kHistogram, histogram);
  reopen(record_frame(frames), made);
  return true;
}

}  // namespace whittle::record
