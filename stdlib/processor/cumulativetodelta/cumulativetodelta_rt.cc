// SPDX-License-Identifier: Apache-2.0
// Monotonic cumulative sums and cumulative histograms as what came since the last point of the same series.
#include "runtime/base/fdlibm.h"
#include "runtime/base/keyed.h"
#include "runtime/base/regex.h"
#include "runtime/base/regex_compile.h"
#include "runtime/loop/loop.h"
#include "runtime/pipeline/holder.h"
#include "runtime/record/attributes.h"
#include "runtime/record/reshape.h"

#include "stdlib/processor/cumulativetodelta/cumulativetodelta_config.h"

#include <math.h>

namespace whittle {
namespace {

using namespace record;
using config::CumulativetodeltaInitialValue;

constexpr uint64_t kNoValue = 1;              // of a point's flags: it has none
constexpr uint32_t kCounts = 6, kBounds = 7;  // of a histogram's point
constexpr uint32_t kScale = 6, kZeros = 7, kPositive = 8, kNegative = 9, kThreshold = 14;  // of an exponential one's

struct Buckets {
  int64_t offset = 0;
  std::vector<uint64_t> counts;

  // As with a scale that is smaller by so much.
  void coarsen(int64_t by) {
    if (by > 62) by = 62;
    Buckets out{offset >> by, {}};
    for (size_t i = 0; i < counts.size(); ++i) {
      const auto at = static_cast<size_t>(((offset + static_cast<int64_t>(i)) >> by) - out.offset);
      if (at >= out.counts.size()) out.counts.resize(at + 1);
      out.counts[at] += counts[i];
    }
    *this = static_cast<Buckets&&>(out);
  }
  // Takes off the buckets up to that one, and gives what was in them.
  uint64_t trim(int64_t bucket) {
    const int64_t last = bucket - offset;
    if (last < 0) return 0;
    const size_t n = static_cast<uint64_t>(last) + 1 < counts.size() ? static_cast<size_t>(last) + 1 : counts.size();
    uint64_t out = 0;
    for (size_t i = 0; i < n; ++i) out += counts[i];
    counts.erase(counts.begin(), counts.begin() + static_cast<ptrdiff_t>(n));
    offset += static_cast<int64_t>(n);
    return out;
  }
  // What is more than before. False: somewhere there is less.
  bool since(const Buckets& before, Buckets& out) const {
    out = {};
    for (size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] == 0) continue;
      const int64_t bucket = offset + static_cast<int64_t>(i), at = bucket - before.offset;
      const uint64_t old =
          at >= 0 && at < static_cast<int64_t>(before.counts.size()) ? before.counts[static_cast<size_t>(at)] : 0;
      if (counts[i] == old) continue;
      if (counts[i] < old) return false;
      if (out.counts.empty()) out.offset = bucket;
      out.counts.resize(static_cast<size_t>(bucket - out.offset) + 1);
      out.counts.back() = counts[i] - old;
    }
    return true;
  }
};

// The last point of a series.
struct Series {
  uint64_t time = 0;
  uint64_t bits = 0;  // of a sum: an int, or a double's
  uint64_t count = 0;
  double sum = 0;
  std::vector<double> bounds;
  std::vector<uint64_t> counts;
  int64_t scale = 0;
  uint64_t zeros = 0;
  double threshold = 0;
  Buckets positive, negative;
};

Buckets buckets_of(Arena& arena, const Message& p, uint32_t number) {
  const Message m(arena, p.content(number));
  return {wire::zigzag(m.varint(1)), m.varints(2)};
}
void set_buckets(Arena& arena, Message& p, uint32_t number, const Buckets& b) {
  Message m(arena);
  m.set_varint(1, static_cast<uint64_t>(b.offset << 1) ^ static_cast<uint64_t>(b.offset >> 63));
  m.set_varints(2, b.counts);
  p.erase(number);
  p.add(number, m);
}

// Which metrics `include` or `exclude` means.
struct Choice {
  List<Str> names;
  std::vector<const Regex*> patterns;
  uint32_t types = 0;  // bits by the number of Metric.data's member; 0: all

  explicit Choice(const config::CumulativetodeltaMatch& c) : names(c.metrics) {
    if (view(c.match_type) == "regexp")
      for (Str s : c.metrics) patterns.push_back(compile_regex(view(s)));
    for (Str s : c.metric_types) {
      Writer small;
      for (char x : view(s)) small.byte(static_cast<uint8_t>(x >= 'A' && x <= 'Z' ? x | 32 : x));
      types |= small.text() == "sum"         ? 1u << metric::kSum
               : small.text() == "histogram" ? 1u << metric::kHistogram
                                             : 1u << metric::kExponential;
    }
  }
  bool has_names() const { return names.size > 0; }
  bool named(Text name) const {
    if (!patterns.empty()) {
      for (const Regex* r : patterns)
        if (r && regex_match(*r, name)) return true;
      return false;
    }
    for (Str s : names)
      if (view(s) == name) return true;
    return false;
  }
};

class Converter {
public:
  explicit Converter(const ComponentContext& c)
      : context_(c), config_(*static_cast<const config::Cumulativetodelta*>(c.config)), include_(config_.include),
        exclude_(config_.exclude), holder_(c, Signal::Metrics), series_(*c.runtime), start_(c.runtime->now_ns()),
        timer_(*c.runtime->loop, [](void* self) { static_cast<Converter*>(self)->sweep(); }, this) {
    if (config_.max_staleness > 0) timer_.in(config_.max_staleness);
  }

  void drain() { timer_.cancel(); }
  bool idle() const { return holder_.idle(); }

  Status consume(Payload* payload) {
    if (!holder_.idle()) return holder_.refuse();
    Payload made(Signal::Metrics);
    if (reshape(*payload, made, [&](Bytes g, Writer& out) { return group(g, out); })) {
      made.metadata = payload->metadata;
      made.compact();
      payload->clear();
      holder_.give(static_cast<Payload&&>(made));
    } else {
      holder_.give(static_cast<Payload&&>(*payload));
    }
    arena_.reset();
    return Status::Ok;
  }

private:
  // Series of which nothing has come for so long.
  void sweep() {
    const auto before = static_cast<uint64_t>(context_.runtime->now_ns() - config_.max_staleness);
    series_.erase_if([&](const Series& s) { return s.time < before; });
    timer_.in(config_.max_staleness);
  }

  Reshaped group(Bytes content, Writer& out) {
    Writer resource;
    for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
      const wire::RawField f = wire::next_field(p);
      if (f.number() == kResource) append_identity(resource, Message(arena_, f.content()), 1);
    }
    bool changed = false;
    uint64_t scopes = 0;
    for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
      const wire::RawField f = wire::next_field(p);
      if (f.number() != kScopes) {
        out.append(f.whole());
        continue;
      }
      Message scope(arena_, f.content());
      const Message before = scope, own(arena_, scope.content(kScope));
      Writer place;
      wire::put_len(place, 1, resource.bytes());
      wire::put_len(place, 2, own.content(1));
      wire::put_len(place, 3, own.content(2));
      scope.erase(kRecords);
      uint64_t metrics = 0;
      bool ours = false;
      before.each(kRecords, [&](Bytes record) {
        Message m(arena_, record);
        const Reshaped how = convert(m, place);
        ours |= how != Reshaped::Same;
        if (how == Reshaped::Gone) return;
        ++metrics;
        if (how == Reshaped::Changed) scope.add(kRecords, m);
        else scope.add(kRecords, record);
      });
      changed |= ours || metrics == 0;
      if (metrics == 0) continue;
      ++scopes;
      if (ours) wire::put_len(out, kScopes, scope.bytes());
      else out.append(f.whole());
    }
    return scopes == 0 ? Reshaped::Gone : changed ? Reshaped::Changed : Reshaped::Same;
  }

  bool chosen(Text name, uint32_t data) const {
    return (!include_.has_names() || include_.named(name)) && (include_.types == 0 || include_.types >> data & 1) &&
           (!exclude_.has_names() || !exclude_.named(name)) && (exclude_.types == 0 || !(exclude_.types >> data & 1));
  }

  Reshaped convert(Message& m, const Writer& place) {
    const uint32_t data = metric::data_of(m);
    if (data == 0 || !chosen(m.text(metric::kName), data)) return Reshaped::Same;
    if (data != metric::kSum && data != metric::kHistogram && data != metric::kExponential) return Reshaped::Same;
    const Message before(arena_, m.content(data));
    if (before.varint(metric::kTemporality) != metric::kCumulative) return Reshaped::Same;
    if (data == metric::kSum && before.varint(metric::kMonotonic) == 0) return Reshaped::Same;
    if (data != metric::kSum && !before.has(metric::kPoints)) return Reshaped::Same;
    Writer key;
    key.append(place.bytes());
    key.byte(static_cast<uint8_t>(data));
    wire::put_len(key, 4, m.content(metric::kName));
    wire::put_len(key, 5, m.content(metric::kUnit));
    Message of = before;
    of.erase(metric::kPoints);
    before.each(metric::kPoints, [&](Bytes content) {
      Message point(arena_, content);
      if (convert_point(point, data, key)) of.add(metric::kPoints, point);
    });
    of.set_varint(metric::kTemporality, metric::kDelta);
    metric::set_data(m, data, of);
    return of.has(metric::kPoints) ? Reshaped::Changed : Reshaped::Gone;
  }

  // False: the point goes.
  bool convert_point(Message& p, uint32_t data, Writer& key) {
    if (p.varint(metric::flags_of(data)) & kNoValue) return false;
    const bool real = data == metric::kSum && p.has(metric::kAsDouble) && !p.has(metric::kAsInt);
    if (real && isnan(p.real(metric::kAsDouble))) return true;
    const size_t whole = key.size();
    key.byte(data != metric::kSum ? 2 : real ? 1 : p.has(metric::kAsInt) ? 2 : 0);
    wire::put_i64(key, p.fixed(metric::kStart));
    append_identity(key, p, metric::attributes_of(data));
    bool first;
    Series& s = series_.get(key.bytes(), first);
    key.truncate(whole);
    Series now = read(p, data, real);
    const char* lost = nullptr;
    if (first) {
      lost = first_point(p);
      s = static_cast<Series&&>(now);
    } else if (data == metric::kSum) {
      lost = sum(p, s, now, real);
    } else if (data == metric::kHistogram) {
      lost = histogram(p, s, now);
    } else {
      lost = exponential(p, s, now);
    }
    if (lost) {
      count("otelcol_cumulativetodelta_datapoints_dropped", "Number of datapoints dropped", data, lost);
      return false;
    }
    count("otelcol_cumulativetodelta_datapoints", "Number of datapoints processed", data, nullptr);
    if (data == metric::kSum && first && !real)
      p.set_fixed(metric::kAsInt, p.fixed(metric::kAsInt), true);  // of no value it makes 0
    if (data == metric::kHistogram) p.erase(11), p.erase(12);
    if (data == metric::kExponential) p.erase(12), p.erase(13);
    return true;
  }

  Series read(const Message& p, uint32_t data, bool real) {
    Series s;
    s.time = p.fixed(metric::kTime);
    if (data == metric::kSum) {
      s.bits = p.fixed(real ? metric::kAsDouble : metric::kAsInt);
      return s;
    }
    s.count = p.fixed(metric::kCount);
    s.sum = p.real(metric::kPointSum);
    if (data == metric::kHistogram) {
      s.bounds = p.reals(kBounds);
      s.counts = p.fixeds(kCounts);
      return s;
    }
    s.scale = wire::zigzag(p.varint(kScale));
    s.zeros = p.fixed(kZeros);
    s.threshold = p.real(kThreshold);
    s.positive = buckets_of(arena_, p, kPositive);
    s.negative = buckets_of(arena_, p, kNegative);
    return s;
  }

  // Each of these gives why the point is lost, or null.

  const char* first_point(Message& p) {
    const uint64_t start = p.fixed(metric::kStart);
    switch (config_.initial_value) {
    case CumulativetodeltaInitialValue::Keep: p.set_fixed(metric::kStart, 0); return nullptr;
    case CumulativetodeltaInitialValue::Drop: return "initial";
    default: return start < static_cast<uint64_t>(start_) || p.fixed(metric::kTime) == start ? "initial" : nullptr;
    }
  }

  const char* sum(Message& p, Series& s, Series& now, bool real) {
    bool reset;
    if (real) {
      const double value = std::bit_cast<double>(now.bits), before = std::bit_cast<double>(s.bits);
      reset = value < before;
      p.set_real(metric::kAsDouble, value - before, true);
    } else {
      reset = static_cast<int64_t>(now.bits) < static_cast<int64_t>(s.bits);
      p.set_fixed(metric::kAsInt, now.bits - s.bits, true);
    }
    p.set_fixed(metric::kStart, s.time);
    s = static_cast<Series&&>(now);
    return reset ? "reset" : nullptr;
  }

  const char* histogram(Message& p, Series& s, Series& now) {
    const bool has_sum = p.has(metric::kPointSum) && !isnan(p.real(metric::kPointSum));
    if (isnan(now.sum)) now.sum = s.sum;
    if (now.counts.size() != s.counts.size() || now.bounds != s.bounds) {
      context_.runtime->log->warn("points of a histogram series have different buckets: the later one is dropped",
                                  {{"processor", context_.id}});
      s = static_cast<Series&&>(now);
      return "bucket_mismatch";
    }
    bool reset = now.count < s.count;
    for (size_t i = 0; i < s.counts.size(); ++i) reset |= now.counts[i] < s.counts[i];
    if (reset) return "reset";  // and the reference goes on from the point before
    std::vector<uint64_t> counts = now.counts;
    for (size_t i = 0; i < counts.size(); ++i) counts[i] -= s.counts[i];
    p.set_fixed(metric::kCount, now.count - s.count);
    if (has_sum) p.set_real(metric::kPointSum, now.sum - s.sum, true);
    p.set_fixeds(kCounts, counts);
    p.set_fixed(metric::kStart, s.time);
    s = static_cast<Series&&>(now);
    return nullptr;
  }

  const char* exponential(Message& p, Series& s, Series& now) {
    if (now.count < s.count || now.threshold < s.threshold || now.scale > s.scale) return "reset";
    if (now.threshold > s.threshold) {
      // The bucket of the earlier histogram that the threshold falls into.
      const double index = ceil(fdlibm_log(now.threshold) * ldexp(M_LOG2E, static_cast<int>(s.scale))) - 1;
      const auto bucket = static_cast<int64_t>(index);
      s.zeros += s.positive.trim(bucket);
      s.zeros += s.negative.trim(bucket);
    }
    if (now.scale < s.scale) {
      const int64_t lost = s.scale - now.scale;
      s.scale = now.scale;
      s.positive.coarsen(lost);
      s.negative.coarsen(lost);
    }
    Buckets positive, negative;
    if (!now.positive.since(s.positive, positive) || !now.negative.since(s.negative, negative)) return "reset";
    if (p.has(metric::kPointSum) && !isnan(p.real(metric::kPointSum)))
      p.set_real(metric::kPointSum, now.sum - s.sum, true);
    p.set_fixed(metric::kCount, now.count - s.count);
    p.set_fixed(kZeros, now.zeros - s.zeros);
    set_buckets(arena_, p, kPositive, positive);
    set_buckets(arena_, p, kNegative, negative);
    p.set_fixed(metric::kStart, s.time);
    s = static_cast<Series&&>(now);
    return nullptr;
  }

  void count(Text name, Text help, uint32_t data, const char* reason) {
    const Text type = data == metric::kSum ? "sum" : data == metric::kHistogram ? "histogram" : "exponential_histogram";
    const MetricInfo info{
        name, help, "{datapoint}",
        "github.com/open-telemetry/opentelemetry-collector-contrib/processor/cumulativetodeltaprocessor"};
    SelfMetrics& m = *context_.runtime->metrics;
    ++*(reason ? m.counter(info, {{"metric_type", type}, {"reason", reason}})
               : m.counter(info, {{"metric_type", type}}));
  }

  const ComponentContext& context_;
  const config::Cumulativetodelta& config_;
  Choice include_, exclude_;
  Holder holder_;
  Keyed<Series> series_;
  int64_t start_;
  Timer timer_;
  Arena arena_;
};

}  // namespace

extern "C" Status processor_cumulativetodelta_consume(void* self, Payload* payload) {
  return static_cast<Converter*>(self)->consume(payload);
}

extern "C" const ComponentOps processor_cumulativetodelta_ops = {
    .create = [](const ComponentContext* context) -> void* { return new Converter(*context); },
    .drain = [](void* self) { static_cast<Converter*>(self)->drain(); },
    .idle = [](void* self) { return static_cast<Converter*>(self)->idle(); },
};

}  // namespace whittle
