// SPDX-License-Identifier: Apache-2.0
// Renames, aggregates, scales and regroups metrics, step by step, within each scope. Metrics whose names no step has
// are not taken apart: they stay the bytes that they were.
#include "runtime/base/captures.h"
#include "runtime/base/fdlibm.h"
#include "runtime/base/hash.h"
#include "runtime/base/log.h"
#include "runtime/base/regex.h"
#include "runtime/base/regex_compile.h"
#include "runtime/base/runtime.h"
#include "runtime/ottl/arguments.h"
#include "runtime/record/aggregate.h"
#include "runtime/record/attributes.h"
#include "runtime/record/reshape.h"

#include "stdlib/processor/metrics_transform/metrics_transform_config.h"

#include <algorithm>
#include <math.h>

namespace whittle {
namespace {

using namespace record;
using config::MetricsTransformOperation;
using config::MetricsTransformStep;
using ottl::Value;
using ottl::ValueKind;

enum class Action : uint8_t { Insert, Update, Combine, Group };

bool contains(const List<Str>& list, Text t) {
  return std::any_of(list.begin(), list.end(), [&](Str s) { return view(s) == t; });
}

uint64_t point_count(Arena& arena, const Message& m) {
  uint64_t n = 0;
  const uint32_t data = metric::data_of(m);
  if (data != 0) Message(arena, m.content(data)).each(metric::kPoints, [&](Bytes) { ++n; });
  return n;
}

// A pattern, or a text to be equal to.
struct Matcher {
  Text key, text;
  const Regex* pattern = nullptr;
  bool matches(Text t) const { return pattern ? regex_match(*pattern, t) : t == text; }
};

// The names that steps have, to tell at a glance the many metrics that no step is about.
class Names {
public:
  void add(const Matcher& m) {
    if (m.pattern) {
      patterns_.push_back(m.pattern);
      return;
    }
    texts_.push_back(m.text);
    size_t size = 8;
    while (size < texts_.size() * 4) size *= 2;
    slots_.assign(size, nullptr);
    for (const Text& t : texts_) {
      size_t at = hash_text(t) & (size - 1);
      while (slots_[at]) at = (at + 1) & (size - 1);
      slots_[at] = &t;
    }
  }
  bool have(Text name) const {
    if (!slots_.empty())
      for (size_t at = hash_text(name) & (slots_.size() - 1); slots_[at]; at = (at + 1) & (slots_.size() - 1))
        if (*slots_[at] == name) return true;
    return std::any_of(patterns_.begin(), patterns_.end(), [&](const Regex* p) { return regex_match(*p, name); });
  }

private:
  std::vector<const Regex*> patterns_;
  std::vector<Text> texts_;
  std::vector<const Text*> slots_;
};

// One step of the config, ready to be taken.
struct Step {
  const MetricsTransformStep* config;
  Action action;
  Matcher name;
  std::vector<Matcher> labels;

  bool fits(const Message& point, uint32_t data) const {
    return std::all_of(labels.begin(), labels.end(), [&](const Matcher& m) {
      return m.matches(attribute_text(point, metric::attributes_of(data), m.key));
    });
  }
};

class Transform {
public:
  explicit Transform(const ComponentContext& c) : context_(c) {
    for (const MetricsTransformStep& s : static_cast<const config::MetricsTransform*>(c.config)->transforms) {
      const bool patterns = view(s.match_type) == "regexp";
      auto matcher = [&](Text key, Text text) { return Matcher{key, text, patterns ? compile_regex(text) : nullptr}; };
      const Text action = view(s.action);
      Step step{&s,
                action == "insert"    ? Action::Insert
                : action == "update"  ? Action::Update
                : action == "combine" ? Action::Combine
                                      : Action::Group,
                matcher({}, view(s.include)),
                {}};
      for (const Entry<Str>& e : s.experimental_match_labels)
        step.labels.push_back(matcher(view(e.key), view(e.value)));
      names_.add(step.name);
      only_renames_ &= step.action == Action::Update && s.operations.size == 0;
      steps_.push_back(step);
    }
  }

  Status consume(Payload* payload) {
    Payload made(Signal::Metrics);
    groups_.clear();
    const bool changed = reshape(*payload, made, [&](Bytes g, Writer& out) { return group(g, out); }, only_renames_);
    const Consumer& next = context_.out[static_cast<uint32_t>(Signal::Metrics)];
    Status status;
    if (!changed && groups_.empty()) {
      status = next.consume(next.self, payload);
    } else {
      made.join(payload_of(Signal::Metrics, groups_));
      status = hand_on(next, payload, static_cast<Payload&&>(made));
    }
    arena_.reset();
    return status;
  }

private:
  // A metric that some step has the name of.
  struct Metric : Message {
    size_t place = SIZE_MAX;  // in `ours_`; behind all of them when it was made
    Metric(const Message& m) : Message(m) {}
    Metric(Arena& arena, Bytes content, size_t at) : Message(arena, content), place(at) {}
  };
  using Metrics = std::vector<Metric>;

  static Text name_of(Bytes metric) {
    Text name;
    for (const uint8_t *p = metric.data(), *end = p + metric.size(); p < end;) {
      const wire::RawField f = wire::next_field(p);
      if (f.number() == metric::kName) name = as_text(f.content());
    }
    return name;
  }

  Reshaped group(Bytes content, Writer& out) {
    bool changed = false;
    uint64_t scopes = 0;
    Message resource(arena_);
    for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
      const wire::RawField f = wire::next_field(p);
      if (f.number() == kResource) resource = Message(arena_, f.content());
    }
    for (const uint8_t *p = content.data(), *end = p + content.size(); p < end;) {
      const wire::RawField f = wire::next_field(p);
      if (f.number() != kScopes) {
        out.append(f.whole());
        continue;
      }
      Metrics metrics;
      size_t all = 0;
      ours_.clear();
      each_metric(f.content(), [&](const wire::RawField& m) {
        if (names_.have(name_of(m.content()))) {
          metrics.emplace_back(arena_, m.content(), ours_.size());
          ours_.push_back(m.whole());
        }
        ++all;
      });
      const size_t others = all - metrics.size();
      const bool ours = take_steps(metrics, resource, f.content());
      changed |= ours || all == 0;
      if (others + metrics.size() == 0) {
        changed = true;
        continue;
      }
      ++scopes;
      if (ours) write_scope(f.content(), metrics, out);
      else out.append(f.whole());
    }
    return scopes == 0 ? Reshaped::Gone : changed ? Reshaped::Changed : Reshaped::Same;
  }

  template <class F>
  static void each_metric(Bytes scope, F f) {
    for (const uint8_t *p = scope.data(), *end = p + scope.size(); p < end;) {
      const wire::RawField m = wire::next_field(p);
      if (m.number() == kRecords) f(m);
    }
  }

  // The scope with what has become of `metrics` where they stood, and what was made behind all others.
  void write_scope(Bytes scope, const Metrics& metrics, Writer& out) {
    const size_t start = wire::begin_len(out, kScopes);
    auto next = metrics.begin();
    const uint8_t *from = scope.data(), *end = from + scope.size();
    for (size_t k = 0; k < ours_.size(); ++k) {
      out.append(Bytes(from, ours_[k].data()));
      from = ours_[k].data() + ours_[k].size();
      for (; next != metrics.end() && next->place == k; ++next) wire::put_len(out, kRecords, next->bytes());
    }
    out.append(Bytes(from, end));
    for (; next != metrics.end(); ++next) wire::put_len(out, kRecords, next->bytes());
    wire::end_len(out, start);
  }

  bool take_steps(Metrics& metrics, const Message& resource, Bytes scope) {
    bool changed = false;
    for (const Step& s : steps_) {
      switch (s.action) {
      case Action::Group: changed |= regroup(s, metrics, resource, scope); break;
      case Action::Combine: changed |= combine(s, metrics); break;
      case Action::Insert: changed |= insert(s, metrics); break;
      case Action::Update: changed |= update(s, metrics); break;
      }
    }
    return changed;
  }

  // ---- which metrics

  bool named(const Step& s, const Message& m) const { return s.name.matches(m.text(metric::kName)); }

  // How many of a metric's points there are, and how many of them fit.
  void count(const Step& s, const Message& m, uint64_t& all, uint64_t& fitting) {
    all = fitting = 0;
    if (s.labels.empty()) return;  // all do
    const uint32_t data = metric::data_of(m);
    if (data == 0) return;
    Message(arena_, m.content(data)).each(metric::kPoints, [&](Bytes p) {
      ++all;
      fitting += s.fits(Message(arena_, p), data);
    });
  }

  bool matches(const Step& s, const Message& m) {
    uint64_t all, fitting;
    if (!named(s, m)) return false;
    count(s, m, all, fitting);
    return all == 0 || fitting > 0;
  }

  // The metric with the points that fit. False: there is none such. `whole`: all of its points do.
  bool extract(const Step& s, const Message& m, Message& out, bool& whole) {
    uint64_t all, fitting;
    if (!named(s, m)) return false;
    count(s, m, all, fitting);
    out = m;
    whole = fitting == all;
    if (whole) return true;
    if (fitting == 0) return false;
    out = described(m);
    const uint32_t data = metric::data_of(m);
    const Message before(arena_, m.content(data));
    Message of(arena_, out.content(data));
    before.each(metric::kPoints, [&](Bytes p) {
      if (s.fits(Message(arena_, p), data)) of.add(metric::kPoints, p);
    });
    metric::set_data(out, data, of);
    return true;
  }

  // The name, description, unit and kind of data, without points.
  Message described(const Message& m) {
    Message out(arena_);
    for (uint32_t n : {metric::kName, metric::kDescription, metric::kUnit}) out.set_text(n, m.text(n));
    const uint32_t data = metric::data_of(m);
    if (data == 0) return out;
    const Message before(arena_, m.content(data));
    Message of(arena_);
    if (data != metric::kGauge && data != metric::kSummary)
      of.set_varint(metric::kTemporality, before.varint(metric::kTemporality));
    if (data == metric::kSum) of.set_varint(metric::kMonotonic, before.varint(metric::kMonotonic));
    metric::set_data(out, data, of);
    return out;
  }

  // Takes out what fits; a metric of which a part fits stays, whole, beside it... as the reference has it: it goes.
  Metrics take_out(const Step& s, Metrics& metrics) {
    Metrics out, kept;
    for (const Metric& m : metrics) {
      Message taken(arena_);
      bool whole;
      if (extract(s, m, taken, whole)) out.push_back(taken);
      else kept.push_back(m);
    }
    metrics = kept;
    return out;
  }

  // ---- actions

  bool regroup(const Step& s, Metrics& metrics, const Message& resource, Bytes scope) {
    const Metrics taken = take_out(s, metrics);
    Message made(arena_), own = resource, with(arena_);
    if (s.config->group_resource_labels.present)
      for (const Entry<Str>& e : *s.config->group_resource_labels)
        put_attribute(arena_, own, 1, view(e.key), ottl::text(view(e.value)));
    made.add(kResource, own);
    with.add(kScope, Message(arena_, scope).content(kScope));
    for (const Message& m : taken) with.add(kRecords, m);
    made.add(kScopes, with);
    wire::put_len(groups_, 1, made.bytes());
    return !taken.empty();
  }

  bool insert(const Step& s, Metrics& metrics) {
    const size_t n = metrics.size();
    for (size_t i = 0; i < n; ++i) {
      Message made(arena_);
      bool whole;
      if (extract(s, metrics[i], made, whole) && transform(s, made)) metrics.push_back(made);
    }
    return metrics.size() != n;
  }

  bool update(const Step& s, Metrics& metrics) {
    bool changed = false;
    std::erase_if(metrics, [&](Message& m) {
      if (!matches(s, m)) return false;
      changed = true;
      return !transform(s, m);
    });
    return changed;
  }

  bool combine(const Step& s, Metrics& metrics) {
    Metrics matched;
    for (const Message& m : metrics)
      if (matches(s, m)) matched.push_back(m);
    if (matched.empty()) return false;
    if (const char* why = cannot_be_combined(matched)) {
      context_.runtime->log->warn(why, {{"processor", context_.id}, {"include", s.config->include}});
      return false;
    }
    Metrics taken = take_out(s, metrics);
    if (taken.empty()) return false;
    Message made = described(taken[0]);
    made.set_text(metric::kName, view(s.config->new_name));
    const uint32_t data = metric::data_of(made);
    if (data != 0 && data != metric::kSummary) {  // of a summary no points are left, as in the reference
      Message all(arena_, made.content(data));
      for (Message& m : taken) {
        if (s.name.pattern) label_by_groups(s, m);
        all.add_all(metric::kPoints, Message(arena_, m.content(metric::data_of(m))), metric::kPoints);
      }
      metric::set_data(made, data, all);
      aggregate(arena_, made, aggregation_named(view(s.config->aggregation_type)));
    }
    if (transform(s, made)) metrics.push_back(made);
    return true;
  }

  // What the groups of the pattern matched of the metric's name becomes labels.
  void label_by_groups(const Step& s, Message& m) {
    Captures captures(*s.name.pattern, arena_);
    const Text name = m.text(metric::kName), how = view(s.config->submatch_case);
    if (!captures.find(name, 0)) return;
    for (uint32_t g = 1; g < captures.groups(); ++g) {
      Text value = captures.group(name, g);
      if (value.empty()) continue;
      Text key = view(s.name.pattern->groups[g]);
      if (key.empty()) {
        Writer w;
        w.byte('$');
        append_uint(w, g);
        key = arena_.copy(w.text());
      }
      if (how == "lower" || how == "upper") value = in_case(value, how == "upper");
      change_points(arena_, m, [&](Message& point, uint32_t data) {
        put_attribute(arena_, point, metric::attributes_of(data), key, ottl::text(value));
      });
    }
  }
  Text in_case(Text t, bool upper) {
    Writer w;
    for (char c : t) {
      const bool letter = upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z';
      w.byte(static_cast<uint8_t>(letter ? c ^ 32 : c));
    }
    return arena_.copy(w.text());
  }

  // Why not; null: they can.
  const char* cannot_be_combined(const Metrics& metrics) {
    if (metrics.size() <= 1) return nullptr;
    const Message& first = metrics[0];
    const uint32_t data = metric::data_of(first);
    const std::vector<Text> keys = label_keys(first);
    const Message of(arena_, first.content(data));
    for (const Message& m : metrics) {
      const uint32_t other = metric::data_of(m);
      if (other == metric::kSummary) return "summaries cannot be combined";
      if (other != data) return "metrics of different types cannot be combined";
      if (m.text(metric::kUnit) != first.text(metric::kUnit)) return "metrics of different units cannot be combined";
      if (label_keys(m) != keys) return "metrics with different labels cannot be combined";
      const Message with(arena_, m.content(other));
      if (data != metric::kGauge && with.varint(metric::kTemporality) != of.varint(metric::kTemporality))
        return "metrics of different aggregation temporalities cannot be combined";
      if (data == metric::kSum && with.varint(metric::kMonotonic) != of.varint(metric::kMonotonic))
        return "monotonic sums and others cannot be combined";
    }
    return nullptr;
  }
  std::vector<Text> label_keys(const Message& m) {
    std::vector<Text> out;
    const uint32_t data = metric::data_of(m);
    Message(arena_, m.content(data)).each(metric::kPoints, [&](Bytes p) {
      Message(arena_, p).each(metric::attributes_of(data), [&](Bytes pair) {
        const Text key = Message(arena_, pair).text(1);
        if (std::find(out.begin(), out.end(), key) == out.end()) out.push_back(key);
      });
    });
    std::sort(out.begin(), out.end(), [](Text a, Text b) { return a < b; });
    return out;
  }

  // ---- what is done to one metric. False: none of its points is left.

  bool transform(const Step& s, Message& m) {
    // Only operations take points away.
    const bool was_empty = s.config->operations.size == 0 || point_count(arena_, m) == 0;
    uint64_t all, fitting;
    count(s, m, all, fitting);
    const bool may = s.action != Action::Update || all == fitting;
    if (s.config->new_name.size > 0 && may) rename(s, m);
    for (const MetricsTransformOperation& op : s.config->operations) operate(s, m, op, may);
    return was_empty || point_count(arena_, m) > 0;
  }

  void rename(const Step& s, Message& m) {
    Writer w;
    if (s.name.pattern) {
      Captures captures(*s.name.pattern, arena_);
      const Text name = m.text(metric::kName);
      if (captures.find(name, 0)) expand_template(w, view(s.config->new_name), name, captures);
    }
    m.set_text(metric::kName, w.empty() ? view(s.config->new_name) : arena_.copy(w.text()));
  }

  void operate(const Step& s, Message& m, const MetricsTransformOperation& op, bool may) {
    const Text action = view(op.action);
    if (action == "update_label") update_label(s, m, op);
    else if (action == "toggle_scalar_data_type") toggle(s, m);
    else if (action == "experimental_scale_value") scale_values(s, m, op.experimental_scale);
    else if (!may) return;
    else if (action == "aggregate_labels") aggregate_labels(m, op);
    else if (action == "aggregate_label_values") aggregate_label_values(m, op);
    else if (action == "add_label") add_label(m, op);
    else if (action == "delete_label_value") delete_label_value(m, op);
  }

  // `{{version}}` is this collector's.
  Text with_version(Str s) {
    constexpr Text kVersion = "{{version}}";
    Text t = view(s);
    if (!t.contains(kVersion)) return t;
    Writer w;
    for (size_t at; (at = t.find(kVersion)) != Text::npos; t.remove_prefix(at + kVersion.size())) {
      w.append(t.substr(0, at));
      w.append(view(context_.runtime->collector->version));
    }
    w.append(t);
    return arena_.copy(w.text());
  }

  void update_label(const Step& s, Message& m, const MetricsTransformOperation& op) {
    change_points(arena_, m, [&](Message& point, uint32_t data) {
      if (!s.fits(point, data)) return;
      const uint32_t number = metric::attributes_of(data);
      Text key = view(op.label);
      Value v;
      if (!get_attribute(point, number, key, &v)) return;
      if (op.new_label.size > 0) {
        put_attribute(arena_, point, number, view(op.new_label), v);
        remove_attribute(point, number, key);
        key = view(op.new_label);
      }
      const Text text = v.is(ValueKind::String) ? v.as_text() : Text();
      for (uint64_t i = op.value_actions.size; i-- > 0;) {
        const auto& a = op.value_actions[i];
        if (view(a.value) != text) continue;
        put_attribute(arena_, point, number, key, ottl::text(with_version(a.new_value)));
        return;
      }
    });
  }

  void toggle(const Step& s, Message& m) {
    change_points(arena_, m, [&](Message& p, uint32_t data) {
      if ((data != metric::kGauge && data != metric::kSum) || !s.fits(p, data)) return;
      if (p.has(metric::kAsInt)) {
        const auto v = static_cast<double>(static_cast<int64_t>(p.fixed(metric::kAsInt)));
        p.erase(metric::kAsInt);
        p.set_real(metric::kAsDouble, v, true);
      } else if (p.has(metric::kAsDouble)) {
        const int64_t v = ottl::to_int(p.real(metric::kAsDouble));
        p.erase(metric::kAsDouble);
        p.set_fixed(metric::kAsInt, static_cast<uint64_t>(v), true);
      }
    });
  }

  // ---- scaling

  static void scale_number(Message& m, uint32_t as_double, uint32_t as_int, double by) {
    if (m.has(as_int)) {
      const double d = static_cast<double>(static_cast<int64_t>(m.fixed(as_int))) * by;
      m.set_fixed(as_int, static_cast<uint64_t>(ottl::to_int(d)), true);
    } else if (m.has(as_double)) {
      m.set_real(as_double, m.real(as_double) * by, true);
    }
  }
  void scale_exemplars(Message& point, uint32_t data, double by) {
    const uint32_t number = metric::exemplars_of(data);
    const Message before = point;
    point.erase(number);
    before.each(number, [&](Bytes content) {
      Message e(arena_, content);
      scale_number(e, 3, 6, by);
      point.add(number, e);
    });
  }

  void scale_values(const Step& s, Message& m, double by) {
    change_points(arena_, m, [&](Message& p, uint32_t data) {
      if (data == metric::kSummary || !s.fits(p, data)) return;
      if (data == metric::kGauge || data == metric::kSum) return scale_number(p, metric::kAsDouble, metric::kAsInt, by);
      const bool exponential = data == metric::kExponential;
      const uint32_t min = exponential ? 12 : 11, max = exponential ? 13 : 12;
      for (uint32_t n : {uint32_t{metric::kPointSum}, min, max})
        if (p.has(n)) p.set_real(n, p.real(n) * by, true);
      if (exponential) {
        scale_buckets(p, by);
      } else {
        constexpr uint32_t kBounds = 7;
        std::vector<double> bounds = p.reals(kBounds);
        for (double& b : bounds) b *= by;
        p.set_reals(kBounds, bounds);
      }
      scale_exemplars(p, data, by);
    });
  }

  // Counts and scale stay, the first bucket moves.
  void scale_buckets(Message& p, double by) {
    constexpr uint32_t kScale = 6, kThreshold = 14;
    p.set_real(kThreshold, p.real(kThreshold) * by);
    const int64_t scale = wire::zigzag(p.varint(kScale));
    for (uint32_t half : {8, 9}) {
      Message buckets(arena_, p.content(half));
      if (buckets.varints(2).empty()) continue;
      const double base = pow(2, pow(2, static_cast<double>(-scale)));
      const auto offset = static_cast<double>(wire::zigzag(buckets.varint(1)));
      const double middle = (pow(base, offset) + pow(base, offset + 1)) / 2 * by;
      const double index = ceil(fdlibm_log(middle) * ldexp(M_LOG2E, static_cast<int>(scale))) - 1;
      const int64_t moved = ottl::to_int(index);
      buckets.set_varint(1, static_cast<uint64_t>(moved << 1) ^ static_cast<uint64_t>(moved >> 63));
      p.erase(half);
      p.add(half, buckets);
    }
  }

  // ---- labels

  void aggregate_labels(Message& m, const MetricsTransformOperation& op) {
    change_points(arena_, m, [&](Message& point, uint32_t data) {
      change_attributes(arena_, point, metric::attributes_of(data),
                        [&](Text key, Value&) { return contains(op.label_set, key) ? Kept::Same : Kept::Gone; });
    });
    join(m, op);
  }

  void aggregate_label_values(Message& m, const MetricsTransformOperation& op) {
    change_points(arena_, m, [&](Message& point, uint32_t data) {
      const uint32_t number = metric::attributes_of(data);
      Value v;
      if (!get_attribute(point, number, view(op.label), &v)) return;
      if (contains(op.aggregated_values, v.is(ValueKind::String) ? v.as_text() : Text()))
        put_attribute(arena_, point, number, view(op.label), ottl::text(with_version(op.new_value)));
    });
    join(m, op);
  }

  // The points of a summary are lost, as in the reference.
  void join(Message& m, const MetricsTransformOperation& op) {
    if (metric::data_of(m) == metric::kSummary) m = described(m);
    else aggregate(arena_, m, aggregation_named(view(op.aggregation_type)));
  }

  void add_label(Message& m, const MetricsTransformOperation& op) {
    change_points(arena_, m, [&](Message& point, uint32_t data) {
      const uint32_t number = metric::attributes_of(data);
      Value ignored;
      if (get_attribute(point, number, view(op.new_label), &ignored)) return;
      put_attribute(arena_, point, number, view(op.new_label), ottl::text(with_version(op.new_value)));
    });
  }

  void delete_label_value(Message& m, const MetricsTransformOperation& op) {
    const uint32_t data = metric::data_of(m);
    if (data == 0) return;
    const Message before(arena_, m.content(data));
    Message of = before;
    of.erase(metric::kPoints);
    before.each(metric::kPoints, [&](Bytes content) {
      Value v;
      const bool has = get_attribute(Message(arena_, content), metric::attributes_of(data), view(op.label), &v);
      if (has && (v.is(ValueKind::String) ? v.as_text() : Text()) == view(op.label_value)) return;
      of.add(metric::kPoints, content);
    });
    metric::set_data(m, data, of);
  }

  const ComponentContext& context_;
  std::vector<Step> steps_;
  Names names_;
  bool only_renames_ = true;  // no step changes how many points there are
  std::vector<Bytes> ours_;   // of the scope at hand, the metrics that steps are about, as fields
  Writer groups_;             // new ones, behind those that came
  Arena arena_;
};

}  // namespace

extern "C" Status processor_metrics_transform_consume(void* self, Payload* payload) {
  return static_cast<Transform*>(self)->consume(payload);
}

extern "C" const ComponentOps processor_metrics_transform_ops = {
    [](const ComponentContext* context) -> void* { return new Transform(*context); }};

}  // namespace whittle
