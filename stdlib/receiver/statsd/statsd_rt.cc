// SPDX-License-Identifier: Apache-2.0
// Adds up what lines say, and hands it on every aggregation_interval: a request for each sender, and each metric in a
// scope of its own, as the reference does.
//
// What is added up is all there is of it, so a table that is full is handed on before its time: values are those of a
// shorter interval, and none is lost.
#include "runtime/base/exponential.h"
#include "runtime/base/keyed.h"
#include "runtime/base/log.h"
#include "runtime/base/payload.h"
#include "runtime/base/regex.h"
#include "runtime/base/self_metrics.h"
#include "runtime/loop/loop.h"
#include "runtime/net/inlet.h"
#include "runtime/record/message.h"

#include "stdlib/receiver/statsd/line.h"
#include "stdlib/receiver/statsd/statsd_config.h"

#include <math.h>
#include <memory>
#include <stdlib.h>

namespace whittle {
namespace {

using statsd::Line;
using statsd::Type;
using Observer = config::StatsdMappingObserverType;
namespace metric = record::metric;

constexpr Text kScope = "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/statsdreceiver";
constexpr uint64_t kMostHeld = 8 * 1024 * 1024;  // bytes that an interval's values may take
constexpr size_t kLongestLine = 64 * 1024;       // of a stream
constexpr int32_t kBuckets = 160;                // of an exponential histogram, where the config does not say
constexpr double kPercentiles[] = {0, 10, 50, 90, 95, 100};

// As Go converts on amd64: what does not fit becomes the lowest number.
int64_t to_int(double v) {
  return v >= -0x1p63 && v < 0x1p63 ? static_cast<int64_t>(v) : INT64_MIN;
}
uint64_t to_count(double v) {
  return v < 0x1p64 ? static_cast<uint64_t>(v) : UINT64_MAX;
}

struct Weighted {
  double value, weight;
};

// Counts under upper bounds.
struct Bounded {
  const List<double>* bounds;
  std::vector<uint64_t> counts;  // one more than there are bounds
  uint64_t count = 0;
  double sum = 0, min = 0, max = 0;

  explicit Bounded(const List<double>& b) : bounds(&b), counts(b.size + 1) {}
  void add(double value, uint64_t times) {
    if (times == 0) return;
    sum += value * static_cast<double>(times);
    if (count == 0) min = max = value;
    if (value < min) min = value;
    if (value > max) max = value;
    count += times;
    size_t i = 0;
    while (i < bounds->size && value > (*bounds)[i]) ++i;
    counts[i] += times;
  }
};

// All values of one name, type and set of tags.
struct Series {
  Writer name, attributes;  // attributes: KeyValues as fields of a NumberDataPoint
  Type type = Type::Counter;
  bool observed = false;  // each value is a gauge of its own
  int64_t whole = 0;      // of a counter
  double real = 0;        // of a counter, or a gauge
  uint64_t time = 0;      // of a gauge; of a counter where its first line says so
  std::vector<Weighted> values;
  std::unique_ptr<Bounded> bounded;
  std::unique_ptr<ExponentialHistogram> exponential;
};

struct Observation {
  const Series* series;
  double value;
  uint64_t time;
};

struct Sender {
  explicit Sender(const Runtime& runtime) : table(runtime) {}
  Keyed<Series> table;
  std::vector<Series*> series;  // in the order in which they came
  std::vector<Observation> observations;
};

// Writes metrics, each in a scope of its own.
class Request {
public:
  Request(Text version) : version_(version) {
    group_ = wire::begin_len(out_, 1);
    wire::put_len(out_, 1, {});
  }

  // `f(out)` writes the fields of a Gauge, Sum or the like, field `data` of a Metric.
  template <class F>
  void add(const Series& s, uint32_t data, F f) {
    const size_t scope_metrics = wire::begin_len(out_, 2);
    const size_t scope = wire::begin_len(out_, 1);
    wire::put_len(out_, 1, as_bytes(kScope));
    wire::put_len(out_, 2, as_bytes(version_));
    wire::end_len(out_, scope);
    const size_t metric = wire::begin_len(out_, 2);
    wire::put_len(out_, metric::kName, s.name.bytes());
    const size_t content = wire::begin_len(out_, data);
    const size_t point = wire::begin_len(out_, metric::kPoints);
    for (const uint8_t *p = s.attributes.data(), *end = p + s.attributes.size(); p < end;)
      wire::put_len(out_, metric::attributes_of(data), wire::next_field(p).content());
    f(out_);
    wire::end_len(out_, point);
    if (data == metric::kSum || data == metric::kHistogram || data == metric::kExponential)
      number(metric::kTemporality, metric::kDelta);
    if (data == metric::kSum && monotonic) number(metric::kMonotonic, 1);
    wire::end_len(out_, content);
    wire::end_len(out_, metric);
    wire::end_len(out_, scope_metrics);
    ++points_;
  }
  void number(uint32_t field, uint64_t v) {
    wire::put_tag(out_, field, wire::kVarint);
    wire::put_varint(out_, v);
  }
  void fixed(uint32_t field, uint64_t v) {
    wire::put_tag(out_, field, wire::kI64);
    wire::put_i64(out_, v);
  }
  void real(uint32_t field, double v) { fixed(field, std::bit_cast<uint64_t>(v)); }

  uint64_t points() const { return points_; }
  Payload payload() {
    wire::end_len(out_, group_);
    Payload made(Signal::Metrics);
    made.items = points_;
    BufferRef buffer = BufferRef::copy(out_.bytes());
    const Bytes bytes = {buffer.data(), out_.size()};
    made.add({static_cast<BufferRef&&>(buffer), bytes});
    return made;
  }

  bool monotonic = false;

private:
  Writer out_;
  Text version_;
  size_t group_;
  uint64_t points_ = 0;
};

class Statsd {
public:
  explicit Statsd(const ComponentContext& context)
      : context_(context), runtime_(*context.runtime), config_(*static_cast<const config::Statsd*>(context.config)),
        senders_(runtime_), inlet_(runtime_, inlet_settings(), arrived, this),
        timer_(*runtime_.loop, [](void* self) { static_cast<Statsd*>(self)->tick(); }, this) {
    for (const config::StatsdMapping& m : config_.timer_histogram_mapping) choose(m);
    runtime_.random(&seed_, sizeof seed_);
    auto counter = [&](Text name, Text help, Text unit) {
      return runtime_.metrics->counter({name, help, unit, kScope},
                                       {{"receiver", view(context_.id)}, {"transport", transport()}});
    };
    accepted_ = counter("otelcol_receiver_accepted_metric_points",
                        "Number of items successfully pushed into the pipeline.", "{datapoint}");
    refused_ = counter("otelcol_receiver_refused_metric_points",
                       "Number of items that could not be pushed into the pipeline.", "{datapoint}");
    auto lines = [&](Text parsed) {
      return runtime_.metrics->counter(
          {"otelcol_receiver_received_statsd_metrics", "Number of statsd metrics received.", "1", kScope},
          {{"receiver", view(context_.id)}, {"parse_success", parsed}});
    };
    good_ = lines("true"), bad_ = lines("false");
    lost_ = runtime_.metrics->counter({"whittle_receiver_lost_datagrams",
                                       "Datagrams that the system threw away because they came too fast.", "{datagram}",
                                       kScope},
                                      {{"receiver", view(context_.id)}});
  }

  bool start() {
    since_ = runtime_.now_ns();
    if (!inlet_.open()) return false;
    runtime_.log->info("StatsD", {{"component", context_.id}, {"endpoint", endpoint()}, {"transport", transport()}});
    due_ = runtime_.loop->now() + config_.aggregation_interval;
    timer_.at(due_);
    return true;
  }

  // What came since the last interval goes out too: a task's last minute counts as much as the others.
  void drain() {
    timer_.cancel();
    inlet_.close();
    hand_on();
  }

private:
  Text transport() const {
    static constexpr Text kNames[] = {"udp", "udp4", "udp6", "tcp", "tcp4", "tcp6", "unixgram"};
    const auto i = static_cast<size_t>(config_.transport);
    return i < std::size(kNames) ? kNames[i] : kNames[0];
  }
  Text endpoint() const {
    if (config_.endpoint.size > 0) return view(config_.endpoint);
    return transport() == "unixgram" ? Text("/var/run/statsd-receiver.sock") : Text("localhost:8125");
  }
  InletSettings inlet_settings() const {
    return {view(context_.id),         {}, endpoint(), transport(), static_cast<uint32_t>(config_.socket_permissions),
            config_.socket_buffer_size};
  }

  // ---- what becomes of timings, histograms and distributions

  struct Choice {
    bool any = false;  // otherwise their values are left out
    Observer observer = Observer::Gauge;
    int32_t buckets = kBuckets;
    const List<config::StatsdBuckets>* explicit_buckets = nullptr;
    const List<double>* percentiles = nullptr;
  };

  // The reference has buckets in one place for all types, and the size of exponential histograms for timings alone,
  // whichever mapping says them.
  void choose(const config::StatsdMapping& m) {
    using Of = config::StatsdMappingStatsdType;
    const bool timing = m.statsd_type == Of::Timing || m.statsd_type == Of::Timer;
    Choice& choice = timing ? timings_ : histograms_;
    choice.any = true;
    choice.observer = m.observer_type;
    choice.percentiles = &m.summary.percentiles;
    if (m.histogram.explicit_buckets.size > 0) histograms_.explicit_buckets = &m.histogram.explicit_buckets;
    timings_.buckets = m.histogram.max_size >= 2 ? static_cast<int32_t>(m.histogram.max_size) : kBuckets;
  }

  // ---- taking in

  static bool arrived(void* self, Peer& peer, Bytes content) {
    auto& s = *static_cast<Statsd*>(self);
    return s.transport().starts_with("tcp") ? s.stream(peer, as_text(content))
                                            : (s.lines(peer.address, as_text(content)), true);
  }

  void lines(Text from, Text text) {
    while (!text.empty()) {
      const size_t end = text.find('\n');
      if (const Text one = text.substr(0, end); !one.empty()) line(from, one);
      text = end == Text::npos ? Text() : text.substr(end + 1);
    }
  }

  // A line counts when its end has come.
  bool stream(Peer& peer, Text text) {
    for (;;) {
      const size_t end = text.find('\n');
      if (end == Text::npos) break;
      if (peer.rest.empty()) {
        trimmed(peer.address, text.substr(0, end));
      } else {
        peer.rest.append(text.substr(0, end));
        trimmed(peer.address, peer.rest.text());
        peer.rest.clear();
      }
      text = text.substr(end + 1);
    }
    peer.rest.append(text);
    if (peer.rest.size() <= kLongestLine) return true;
    bad(peer.rest.text(), "longer than a line may be: the connection is closed");
    return false;
  }
  void trimmed(Text from, Text one) {
    while (!one.empty() && blank(one.front())) one.remove_prefix(1);
    while (!one.empty() && blank(one.back())) one.remove_suffix(1);
    if (!one.empty()) line(from, one);
  }
  static bool blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

  void line(Text from, Text text) {
    if (const char* wrong = statsd::parse(text, config_.enable_simple_tags, config_.enable_metric_type, line_))
      return bad(text, wrong);
    ++*good_;
    const Choice* choice = line_.type == Type::Timing                                 ? &timings_
                           : line_.type == Type::Counter || line_.type == Type::Gauge ? nullptr
                                                                                      : &histograms_;
    if (choice && !choice->any) return;
    bool made;
    Sender& sender = sender_of(from);
    Series& s = series_of(sender, made);
    if (!choice && line_.type == Type::Gauge) gauge(s, made);
    else if (!choice) count(s, made);
    else observe(sender, s, *choice, made);
    if (held_ > kMostHeld) {
      runtime_.log->warn("more came than is kept for an interval: what there is goes out before its time",
                         {{"component", context_.id}});
      hand_on();
    }
  }

  void bad(Text text, const char* wrong) {
    ++*bad_;
    runtime_.log->warn("a line is no StatsD",
                       {{"component", context_.id}, {"reason", wrong}, {"line", text.substr(0, 200)}});
  }

  Sender& sender_of(Text from) {
    if (config_.ignore_host) from = {};
    else if (config_.enable_ip_only_aggregation) {
      if (const size_t colon = from.rfind(':'); colon != Text::npos) from = from.substr(0, colon);
    }
    bool made;
    auto& sender = senders_.get(as_bytes(from), made);
    if (made) {
      sender = std::make_unique<Sender>(runtime_);
      order_.push_back(sender.get());
      held_ += sizeof(Sender) + 512;
    }
    return *sender;
  }

  Series& series_of(Sender& sender, bool& made) {
    key_.clear();
    key_.byte(static_cast<uint8_t>(line_.type));
    wire::put_varint(key_, line_.name.size());
    key_.append(line_.name);
    const size_t attributes = key_.size();
    for (const statsd::Tag& t : line_.tags) {
      const size_t pair = wire::begin_len(key_, 7);
      wire::put_len(key_, 1, as_bytes(t.key));
      const size_t value = wire::begin_len(key_, 2);
      wire::put_len(key_, 1, as_bytes(t.value));
      wire::end_len(key_, value);
      wire::end_len(key_, pair);
    }
    Series& s = sender.table.get(key_.bytes(), made);
    if (made) {
      s.type = line_.type;
      s.name.append(line_.name);
      s.attributes.append(key_.bytes().subspan(attributes));
      sender.series.push_back(&s);
      held_ += sizeof(Series) + 2 * key_.size() + 64;
    }
    return s;
  }

  void gauge(Series& s, bool made) {
    if (!made && line_.addition) {
      s.real += line_.value;
      return;
    }
    s.real = line_.value;
    s.time = static_cast<uint64_t>(runtime_.now_ns());
  }

  void count(Series& s, bool made) {
    const double v = line_.counted();
    if (made) s.time = line_.timestamp;
    switch (config_.counter_type) {
    case config::StatsdCounterType::Float: s.real += v; return;
    case config::StatsdCounterType::StochasticInt: {
      const double whole = floor(v);
      s.whole = add(s.whole, add(to_int(whole), chance() < v - whole ? 1 : 0));
      return;
    }
    default: s.whole = add(s.whole, to_int(v)); return;
    }
  }
  static int64_t add(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  }
  // Uniform in [0, 1): xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators").
  double chance() {
    if (seed_ == 0) seed_ = 1;
    seed_ ^= seed_ >> 12, seed_ ^= seed_ << 25, seed_ ^= seed_ >> 27;
    return static_cast<double>(seed_ * 2685821657736338717u >> 11) * 0x1p-53;
  }

  void observe(Sender& sender, Series& s, const Choice& choice, bool made) {
    switch (choice.observer) {
    case Observer::Gauge:
      s.observed = true;
      sender.observations.push_back({&s, line_.value, static_cast<uint64_t>(runtime_.now_ns())});
      held_ += sizeof(Observation);
      return;
    case Observer::Summary:
      s.values.push_back({line_.value, line_.count()});
      held_ += sizeof(Weighted);
      return;
    case Observer::Histogram: break;
    default: return;
    }
    if (made) {
      for (size_t i = 0; choice.explicit_buckets && i < choice.explicit_buckets->size && !s.bounded; ++i) {
        const config::StatsdBuckets& b = (*choice.explicit_buckets)[i];
        if (regex_match(b.matcher_pattern, line_.name)) s.bounded = std::make_unique<Bounded>(b.buckets);
      }
      if (s.bounded) held_ += sizeof(Bounded) + 8 * s.bounded->counts.size();
      else s.exponential = std::make_unique<ExponentialHistogram>(choice.buckets), held_ += sizeof(*s.exponential);
    }
    const uint64_t times = to_count(line_.count());
    if (s.bounded) return s.bounded->add(line_.value, times);
    const size_t before = s.exponential->held();
    s.exponential->add(line_.value, times);
    held_ += s.exponential->held() - before;
  }

  // ---- handing on

  void tick() {
    if (const uint64_t lost = inlet_.lost()) {
      *lost_ += static_cast<int64_t>(lost);
      runtime_.log->warn(
          "datagrams came faster than they were taken in, and are lost: `socket_buffer_size` is how much "
          "may wait",
          {{"component", context_.id}, {"datagrams", lost}});
    }
    hand_on();
    due_ += config_.aggregation_interval;
    if (due_ < runtime_.loop->now()) due_ = runtime_.loop->now() + config_.aggregation_interval;
    timer_.at(due_);
  }

  void hand_on() {
    const int64_t now = runtime_.now_ns();
    for (Sender* sender : order_) hand_on(*sender, static_cast<uint64_t>(since_), static_cast<uint64_t>(now));
    order_.clear();
    senders_.erase_if([](auto&) { return true; });
    held_ = 0;
    since_ = now;
  }

  void hand_on(const Sender& sender, uint64_t since, uint64_t now) {
    Request out(view(runtime_.collector->version));
    out.monotonic = config_.is_monotonic_counter;
    for (const Series* s : sender.series)
      if (s->type == Type::Gauge) put_gauge(out, *s, s->real, s->time);
    for (const Observation& o : sender.observations) put_gauge(out, *o.series, o.value, o.time);
    for (const Series* s : sender.series)
      if (s->type == Type::Counter) put_counter(out, *s, since, now);
    for (const Series* s : sender.series)
      if (!s->values.empty()) put_summary(out, *s, since, now);
    for (const Series* s : sender.series) {
      if (s->bounded) put_bounded(out, *s, since, now);
      if (s->exponential) put_exponential(out, *s, since, now);
    }
    const auto points = static_cast<int64_t>(out.points());
    if (points == 0) return;
    Payload payload = out.payload();
    const Consumer& next = context_.out[static_cast<uint32_t>(Signal::Metrics)];
    if (next.consume && next.consume(next.self, &payload) == Status::Ok) {
      *accepted_ += points;
      return;
    }
    *refused_ += points;
    runtime_.log->warn("the pipeline is full: what StatsD said of an interval is lost",
                       {{"component", context_.id}, {"data_points", points}});
  }

  void put_gauge(Request& out, const Series& s, double value, uint64_t time) {
    out.add(s, metric::kGauge, [&](Writer&) {
      out.fixed(metric::kTime, time);
      out.real(metric::kAsDouble, value);
    });
  }
  void put_counter(Request& out, const Series& s, uint64_t since, uint64_t now) {
    out.add(s, metric::kSum, [&](Writer&) {
      out.fixed(metric::kStart, since);
      out.fixed(metric::kTime, s.time != 0 ? s.time : now);
      if (config_.counter_type == config::StatsdCounterType::Float) out.real(metric::kAsDouble, s.real);
      else out.fixed(metric::kAsInt, static_cast<uint64_t>(s.whole));
    });
  }

  void put_summary(Request& out, const Series& s, uint64_t since, uint64_t now) {
    double count = 0, sum = 0;
    for (const Weighted& v : s.values) count += v.weight, sum += v.value * v.weight;
    std::vector<Weighted> sorted = s.values;
    qsort(sorted.data(), sorted.size(), sizeof(Weighted), [](const void* a, const void* b) {
      const double x = static_cast<const Weighted*>(a)->value, y = static_cast<const Weighted*>(b)->value;
      return x < y ? -1 : x > y ? 1 : 0;
    });
    const List<double>* asked = (s.type == Type::Timing ? timings_ : histograms_).percentiles;
    const List<double> percentiles =
        asked && asked->size > 0 ? *asked : List<double>{kPercentiles, std::size(kPercentiles)};
    out.add(s, metric::kSummary, [&](Writer& w) {
      out.fixed(metric::kStart, since);
      out.fixed(metric::kTime, now);
      out.fixed(metric::kCount, to_count(count));
      out.real(metric::kPointSum, sum);
      for (const double percentile : percentiles) {
        const size_t quantile = wire::begin_len(w, 6);
        out.real(1, percentile / 100);
        out.real(2, quantile_of(sorted, percentile / 100, count));
        wire::end_len(w, quantile);
      }
    });
  }
  // The smallest value of which and below which there is that much of the weight.
  static double quantile_of(const std::vector<Weighted>& sorted, double p, double weight) {
    double sum = 0;
    for (const Weighted& v : sorted) {
      sum += v.weight;
      if (sum >= p * weight) return v.value;
    }
    return sorted.back().value;
  }

  void put_bounded(Request& out, const Series& s, uint64_t since, uint64_t now) {
    const Bounded& b = *s.bounded;
    out.add(s, metric::kHistogram, [&](Writer& w) {
      out.fixed(metric::kStart, since);
      out.fixed(metric::kTime, now);
      out.fixed(metric::kCount, b.count);
      out.real(metric::kPointSum, b.sum);
      const size_t counts = wire::begin_len(w, 6);
      for (const uint64_t n : b.counts) wire::put_i64(w, n);
      wire::end_len(w, counts);
      if (b.bounds->size > 0) {
        const size_t bounds = wire::begin_len(w, 7);
        for (const double bound : *b.bounds) wire::put_i64(w, std::bit_cast<uint64_t>(bound));
        wire::end_len(w, bounds);
      }
      if (b.count != 0) out.real(11, b.min), out.real(12, b.max);
    });
  }

  void put_exponential(Request& out, const Series& s, uint64_t since, uint64_t now) {
    const ExponentialHistogram& h = *s.exponential;
    out.add(s, metric::kExponential, [&](Writer& w) {
      out.fixed(metric::kStart, since);
      out.fixed(metric::kTime, now);
      out.fixed(metric::kCount, h.count());
      out.real(metric::kPointSum, h.sum());
      out.number(6, zigzag(h.scale()));
      out.fixed(7, h.zeros());
      put_buckets(out, w, 8, h.positive());
      put_buckets(out, w, 9, h.negative());
      if (h.count() != 0) out.real(12, h.min()), out.real(13, h.max());
    });
  }
  static void put_buckets(Request& out, Writer& w, uint32_t field, const ExponentialHistogram::Buckets& b) {
    const size_t buckets = wire::begin_len(w, field);
    if (b.offset != 0) out.number(1, zigzag(b.offset));
    if (!b.counts.empty()) {
      const size_t counts = wire::begin_len(w, 2);
      for (const uint64_t n : b.counts) wire::put_varint(w, n);
      wire::end_len(w, counts);
    }
    wire::end_len(w, buckets);
  }
  static uint64_t zigzag(int32_t v) { return static_cast<uint32_t>(v) << 1 ^ static_cast<uint32_t>(v >> 31); }

  ComponentContext context_;
  Runtime& runtime_;
  const config::Statsd& config_;
  Choice timings_, histograms_;
  Keyed<std::unique_ptr<Sender>> senders_;
  std::vector<Sender*> order_;
  uint64_t held_ = 0;
  int64_t since_ = 0, due_ = 0;
  uint64_t seed_ = 1;
  Line line_;
  Writer key_;
  Inlet inlet_;
  Timer timer_;
  int64_t *accepted_, *refused_, *good_, *bad_, *lost_;
};

}  // namespace
}  // namespace whittle

extern "C" const whittle::ComponentOps receiver_statsd_ops = {
    .create = [](const whittle::ComponentContext* context) -> void* { return new whittle::Statsd(*context); },
    .start = [](void* self) { return static_cast<whittle::Statsd*>(self)->start(); },
    .drain = [](void* self) { static_cast<whittle::Statsd*>(self)->drain(); },
};
