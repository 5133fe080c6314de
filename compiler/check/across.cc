// SPDX-License-Identifier: Apache-2.0
// Checks that no single component can make.
#include "compiler/check/checks.h"
#include "compiler/check/formats.h"
#include "compiler/check/listeners.h"
#include "compiler/check/metric_names.h"
#include "compiler/check/worst_case.h"
#include "compiler/diag/near.h"
#include "compiler/source/duration.h"

#include <algorithm>
#include <map>

namespace whittle::check {

using diag::Diag;
using schema::ComponentKind;
using schema::Format;
using schema::TypeKind;
using source::Span;

namespace {

constexpr Diag<std::string_view> kPortTwice{"E0501", "{} is listened on twice"};
constexpr Diag<std::string_view> kPortTwiceByDefault{"W0501", "{} is listened on twice"};
constexpr Diag<std::string_view, std::string_view> kNeverEmitted{"W0502", "no metric that comes here {} `{}`"};
constexpr Diag<std::string_view, std::string_view> kNowhere{"N0503", "`{}` takes {} that go nowhere"};
constexpr Diag<std::string_view, std::string_view> kLongAttempt{"W1304", "an attempt of `{}` may take {}"};
constexpr Diag<std::string_view, std::string_view> kLongQueue{"W1415", "a full queue of `{}` is not sent within {}"};
constexpr Diag<std::string_view, std::string_view> kTooSlowToStop{
    "W0504", "`{}` may hold telemetry for {}, which a task that ends without notice loses"};
constexpr Diag<std::string_view> kLoop{"W0505", "`{}` sends to the collector itself"};

std::string shown(const Listener& l) {
  if (!l.socket.empty()) return "`" + l.socket + "`";
  return (l.udp ? "UDP port " : "port ") + std::to_string(l.port);
}

bool overlap(const Listener& a, const Listener& b) {
  if (!a.socket.empty() || !b.socket.empty()) return a.socket == b.socket;
  if (a.port != b.port || a.port == 0 || a.udp != b.udp) return false;
  auto everywhere = [](const std::string& h) { return h.empty() || h == "0.0.0.0" || h == "::" || h == "*"; };
  auto local = [](const std::string& h) { return h == "localhost" || h == "127.0.0.1" || h == "::1"; };
  return everywhere(a.host) || everywhere(b.host) || a.host == b.host || (local(a.host) && local(b.host));
}

// The metrics that reach a processor or exporter by names that are known, or nothing when any may come.
const std::vector<std::string_view>* emitted(const Config& config, const Pipeline& p,
                                             std::vector<std::string_view>& out) {
  for (InstanceId id : p.receivers) {
    const schema::Component& c = *config.instances[id].component;
    if (c.emits.empty()) return nullptr;
    for (const schema::EmittedMetric& m : c.emits) out.push_back(m.name);
  }
  return p.receivers.empty() ? nullptr : &out;
}

// What is meant by a name that nobody emits.
std::string_view meant(const Config& config, const Pipeline& p, const std::string& name,
                       const std::vector<std::string_view>& names) {
  for (InstanceId id : p.receivers) {
    for (const schema::EmittedMetric& m : config.instances[id].component->emits) {
      if (m.mistaken == name) return m.name;
    }
  }
  return diag::nearest(name, names);
}

}  // namespace

void check_ports(Check& check) {
  std::vector<Listener> all = listeners(check.config);
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t k = 0; k < i; ++k) {
      const Listener &a = all[k], &b = all[i];
      if (!overlap(a, b)) continue;
      // Two components that were left at the same default are a warning: at least one was not meant to be there.
      bool meant = (a.written && b.written) || a.instance == b.instance;
      const Listener& second = b.written || !a.written ? b : a;
      const Listener& first = &second == &b ? a : b;
      auto d = meant ? check.diags().emit(kPortTwice, second.span, shown(second))
                     : check.diags().emit(kPortTwiceByDefault, second.span, shown(second));
      d.here("by `{}`", second.section);
      if (first.span && !(first.span == second.span)) d.label(first.span, "and by `{}`", first.section);
      else d.note("it is also the default of `{}`", first.section);
      d.note("the second one to start finds the address in use, and the collector stops");
      break;
    }
  }
}

void check_unfed_signals(Check& check) {
  const std::vector<Listener> all = listeners(check.config);
  for (const Instance& i : check.config.instances) {
    bool for_sdks = std::any_of(all.begin(), all.end(), [&](const Listener& l) {
      return l.instance == &i && (l.understands("grpc") || l.understands("http/protobuf"));
    });
    if (!i.used || i.component->kind != ComponentKind::Receiver || !for_sdks) continue;
    schema::SignalSet fed = 0;
    const Pipeline* first = nullptr;
    auto id = static_cast<InstanceId>(&i - check.config.instances.data());
    for (const Pipeline& p : check.config.pipelines) {
      if (std::find(p.receivers.begin(), p.receivers.end(), id) == p.receivers.end()) continue;
      fed |= schema::bit(p.signal);
      if (first == nullptr) first = &p;
    }
    std::string missing;
    std::string_view example;
    static constexpr std::string_view kVariables[] = {"TRACES", "METRICS", "LOGS"};
    for (int s = 0; s < schema::kSignals; ++s) {
      if ((i.component->produces & (1u << s)) == 0 || (fed & (1u << s)) != 0) continue;
      if (example.empty()) example = kVariables[s];
      missing += (missing.empty() ? "" : " and ") + std::string(schema::name_of(static_cast<schema::Signal>(s)));
    }
    if (missing.empty() || first == nullptr) continue;
    std::string own = setting_path(i);
    auto d = check.diags().emit(kNowhere, i.key, own, missing);
    d.label(first->key, "only `{}` takes from it", first->name);
    d.note("SDKs send all they have: {} get 404 over HTTP and `UNIMPLEMENTED` over gRPC, and the SDK logs an error "
           "each time",
           missing);
    d.help("add pipelines for them, or set `OTEL_{}_EXPORTER=none` in the application", example);
  }
}

// An exporter whose attempt may outlast the time to stop: what comes last is cut off where one hangs.
static void check_attempts(Check& check) {
  const StopTimes times = stop_times(check.config);
  for (const Attempt& a : attempts(check.config)) {
    if (!a.setting->written || a.fit(times) > 0) continue;
    const std::string time = a.ns == 0 ? "as long as the backend likes" : source::format_duration(a.ns);
    check.diags()
        .emit(kLongAttempt, a.setting->span, setting_path(*a.exporter), time)
        .here("longer than the {} that there are for what comes last",
              source::format_duration(times.send - times.linger))
        .note("a task that is told to stop has {}s: receivers take for {} of them, and the last 5s are for the report; "
              "an "
              "attempt that hangs then is cut off, and what it sends is lost",
              check.config.stop_timeout_s, source::format_duration(times.linger))
        .help(
            "a few seconds are enough for an attempt; say `--stop-timeout` if the task has longer: Fargate gives 120s "
            "at most");
  }
}

// A queue that nobody's backend takes within the time to stop.
static void check_drains(Check& check) {
  constexpr int64_t kSoonest = 10'000'000;  // in which a backend may be hoped to answer
  const StopTimes times = stop_times(check.config);
  for (const Drain& d : drains(check.config)) {
    if (!d.size->written && !d.consumers->written) continue;
    if (d.answer(times) >= kSoonest) continue;
    const int64_t rounds = (times.send - times.linger) / kSoonest;
    const std::string time = source::format_duration(times.send - times.linger);
    check.diags()
        .emit(kLongQueue, (d.size->written ? d.size : d.consumers)->span, setting_path(*d.exporter), time)
        .here("{} requests, {} at a time", d.requests(), d.at_a_time())
        .note("a task that is told to stop has {}s, of which {} are left for what waits; where each answer takes 10ms, "
              "{} "
              "requests are sent in them, and the others are lost",
              check.config.stop_timeout_s, time, rounds * d.at_a_time())
        .help("let `queue_size` be what can be sent, or send more at a time (`num_consumers`); with `storage` what is "
              "left is kept");
  }
}

void check_stop_time(Check& check) {
  int64_t limit = check.options.stop_timeout_s;
  if (limit <= 0) return;
  check_attempts(check);
  check_drains(check);
  for (const Instance& i : check.config.instances) {
    const Value* delay = i.used && !i.component->delays.empty() ? setting_at(i.config, i.component->delays) : nullptr;
    if (delay == nullptr) continue;
    const Value& timeout = *delay;
    if (timeout.late || timeout.wrong || timeout.integer < limit * 1'000'000'000) continue;
    std::string own = setting_path(i);
    auto d = check.diags().emit(kTooSlowToStop, timeout.written ? timeout.span : i.key, own,
                                source::format_duration(timeout.integer));
    d.here("at least the {}s that the task has to stop", limit);
    d.note("what is held is sent when the task is told to stop; a host that fails, or a container that is killed for "
           "its memory, is not told");
    d.help("a few seconds are enough to fill batches; say `--stop-timeout` if the task has longer");
  }
}

void check_loops(Check& check) {
  std::vector<Listener> all = listeners(check.config);
  for (const Instance& i : check.config.instances) {
    if (!i.used || i.component->kind != ComponentKind::Exporter) continue;
    for (const Value& v : i.config.items) {
      if (v.type->kind != TypeKind::String || v.type->format != Format::Url || v.late || v.wrong) continue;
      auto url = parse_url(v.text);
      if (!url || (url->host != "localhost" && url->host != "127.0.0.1" && url->host != "[::1]")) continue;
      for (const Listener& l : all) {
        if (l.port != url->port || l.signals == 0) continue;
        check.diags()
            .emit(kLoop, v.span, setting_path(i))
            .here("port {} of this host", url->port)
            .label(l.span, "`{}` listens there", l.section)
            .note("what it sends comes in again, without end");
      }
    }
  }
}

void check_metric_names(Check& check) {
  Config& config = check.config;
  for (const Pipeline& p : config.pipelines) {
    if (p.signal != schema::Signal::Metrics) continue;
    std::vector<std::string_view> names;
    if (emitted(config, p, names) == nullptr) continue;
    auto say = [&](const MetricNameUse& use) {
      for (std::string_view n : names) {
        if (use.matches(n)) return;
      }
      std::string_view verb = use.regexp ? "matches" : "is named";
      auto d = check.diags().emit(kNeverEmitted, use.value->span, verb, use.value->text);
      std::string_view near = use.regexp ? std::string_view() : meant(config, p, use.value->text, names);
      if (!near.empty()) d.here("did you mean `{}`?", near).suggest(use.value->span, near);
      else d.here("this never matches");
      for (InstanceId r : p.receivers) d.label(config.instances[r].key, "what comes in is from here");
      if (near.empty()) {
        const Instance& r = config.instances[p.receivers[0]];
        d.help("`whittle components {}` lists the metrics", r.component->name);
      }
    };
    bool known = true;  // false: something may have renamed them, and what comes after is anybody's guess
    for (size_t k = 0; k < p.processors.size() && known; ++k) {
      const Instance& i = config.instances[p.processors[k]];
      for (const MetricNameUse& use : metric_names_in(i)) say(use);
      known = i.component->passes_names;
    }
    if (!known) continue;
    for (InstanceId id : p.exporters) {
      for (const MetricNameUse& use : metric_names_in(config.instances[id])) say(use);
    }
  }
}

}  // namespace whittle::check
