// SPDX-License-Identifier: Apache-2.0
// merge_histogram_buckets: a bound taken out, or neighbours joined until there are no more buckets than wanted.
#include "runtime/record/edits.h"

#include <math.h>

namespace whittle::record {

namespace {

void remove_bound(std::vector<double>& bounds, std::vector<uint64_t>& counts, double target) {
  for (size_t i = 0; i < bounds.size(); ++i) {
    if (!(fabs(bounds[i] - target) < 1e-12)) continue;
    counts[i + 1] += counts[i];
    bounds.erase(bounds.begin() + static_cast<ptrdiff_t>(i));
    counts.erase(counts.begin() + static_cast<ptrdiff_t>(i));
    return;
  }
}

// As many neighbours in one as leaves at most `most` buckets.
void limit(std::vector<double>& bounds, std::vector<uint64_t>& counts, uint64_t most) {
  if (counts.size() <= most) return;
  for (size_t i = 1; i < bounds.size(); ++i)
    if (!(bounds[i] > bounds[i - 1])) return;
  const size_t by = (counts.size() - 1) / most + 1;
  std::vector<uint64_t> fewer;
  std::vector<double> edges;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (i % by == 0) fewer.push_back(0);
    fewer.back() += counts[i];
  }
  for (size_t i = by - 1; i < bounds.size(); i += by) edges.push_back(bounds[i]);
  counts = fewer, bounds = edges;
}

// The FloatLike getter.
bool number_of(Run& run, const Value& v, double& out) {
  switch (v.kind) {
  case ValueKind::Double: out = v.real; return true;
  case ValueKind::Int: out = static_cast<double>(v.integer); return true;
  case ValueKind::Bool: out = v.integer ? 1 : 0; return true;
  case ValueKind::String:
    if (auto d = parse_go_double(v.as_text())) return out = *d, true;
    return run.fail("the text is no number");
  case ValueKind::Nil: return run.fail("the target value is nil");
  default: return run.fail("the target value is no number");
  }
}

}  // namespace

// target_value, method
extern "C" bool rt_edit_merge_histogram_buckets(Run* run, Frame* const* frames, const Value* args) {
  constexpr uint32_t kCounts = 6, kBounds = 7;
  Frame& frame = point_frame(frames);
  if (frame.kind != Kind::HistogramPoint) return true;
  double target;
  if (!number_of(*run, args[0], target)) return false;
  Message point = message_of(*run, frame);
  std::vector<double> bounds = point.reals(kBounds);
  std::vector<uint64_t> counts = point.fixeds(kCounts);
  const bool limits = given(args[1]) && args[1].as_text() == "limit_buckets";
  if (limits && !(target >= 1 && trunc(target) == target && target <= 9223372036854775807.0))
    return run->fail("the target value is not a positive whole number");
  if (bounds.size() + 1 != counts.size() || counts.size() == 1) return true;
  if (limits) limit(bounds, counts, target >= 9223372036854775807.0 ? INT64_MAX : static_cast<uint64_t>(target));
  else remove_bound(bounds, counts, target);
  point.set_reals(kBounds, bounds);
  point.set_fixeds(kCounts, counts);
  reopen(frame, point);
  return true;
}

}  // namespace whittle::record
