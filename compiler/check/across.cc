// SPDX-License-Identifier: Apache-2.0
// Checks that no single component can make.
#include "compiler/check/checks.h"
#include "compiler/check/formats.h"
#include "compiler/check/metric_names.h"
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
constexpr Diag<std::string_view, std::string_view, int64_t> kTooSlowToStop{
    "W0504", "`{}` may hold telemetry for {}, and the task is killed {}s after it is told to stop"};
constexpr Diag<std::string_view> kLoop{"W0505", "`{}` sends to the collector itself"};

// Something that is listened on.
struct Listener {
  std::string what;   // "receivers::otlp::protocols::grpc"
  std::string owner;  // "receivers::otlp"
  std::string host;
  uint16_t port = 0;
  std::string socket;  // path; then there is no port
  Span span;           // of the address, or of the component when it is the default
  bool written = false;
};

std::string shown(const Listener& l) {
  return l.socket.empty() ? "port " + std::to_string(l.port) : "`" + l.socket + "`";
}

bool overlap(const Listener& a, const Listener& b) {
  if (!a.socket.empty() || !b.socket.empty()) return a.socket == b.socket;
  if (a.port != b.port || a.port == 0) return false;
  auto everywhere = [](const std::string& h) { return h.empty() || h == "0.0.0.0" || h == "::" || h == "*"; };
  auto local = [](const std::string& h) { return h == "localhost" || h == "127.0.0.1" || h == "::1"; };
  return everywhere(a.host) || everywhere(b.host) || a.host == b.host || (local(a.host) && local(b.host));
}

void collect(const Value& v, const std::string& what, const Instance& owner, std::vector<Listener>& out) {
  if (v.type->kind == TypeKind::Optional) {
    if (v.present && !v.items.empty()) collect(v.items[0], what, owner, out);
    return;
  }
  if (v.type->kind != TypeKind::Struct || v.wrong) return;
  for (size_t i = 0; i < v.items.size(); ++i) {
    const Value& x = v.items[i];
    std::string name = what + "::" + std::string(v.type->fields->settings[i].name);
    if (x.type->kind == TypeKind::Struct || x.type->kind == TypeKind::Optional) collect(x, name, owner, out);
    if (x.type->kind != TypeKind::String || x.type->format != Format::Endpoint || x.late || x.wrong) continue;
    Listener l;
    l.what = what;
    l.owner = setting_path(owner);
    l.written = x.written;
    l.span = x.written ? x.span : v.key ? v.key : owner.key;
    const Value* transport = v.find("transport");
    if (transport != nullptr && transport->text == "unix") {
      l.socket = x.text;
    } else {
      auto address = parse_address(x.text);
      if (!address) continue;
      l.host = address->host;
      l.port = address->port;
    }
    out.push_back(std::move(l));
  }
}

std::vector<Listener> listeners(const Config& config) {
  std::vector<Listener> out;
  for (const Instance& i : config.instances) {
    if (i.used) collect(i.config, setting_path(i), i, out);
  }
  // The collector's own metrics.
  const Value* metrics = config.service.at("telemetry").find("metrics");
  if (metrics == nullptr || metrics->wrong || metrics->at("level").text == "none") return out;
  const Value& readers = metrics->at("readers");
  for (const Value& r : readers.items) {
    const Value* pull = r.find("pull");
    const Value* exporter = pull == nullptr ? nullptr : pull->find("exporter");
    const Value* prometheus = exporter == nullptr ? nullptr : exporter->find("prometheus");
    if (prometheus == nullptr || !prometheus->present) continue;
    const Value* host = prometheus->find("host");
    const Value* port = prometheus->find("port");
    Listener l;
    l.what = l.owner = "service::telemetry::metrics";
    if (host != nullptr && host->present && !host->items.empty()) l.host = host->items[0].text;
    if (port == nullptr || !port->present || port->items.empty() || port->items[0].late) continue;
    l.port = static_cast<uint16_t>(port->items[0].integer);
    l.written = port->written;
    l.span = port->written ? port->span : metrics->key;
    out.push_back(std::move(l));
  }
  return out;
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
      bool meant = (a.written && b.written) || a.owner == b.owner;
      const Listener& second = b.written || !a.written ? b : a;
      const Listener& first = &second == &b ? a : b;
      auto d = meant ? check.diags().emit(kPortTwice, second.span, shown(second))
                     : check.diags().emit(kPortTwiceByDefault, second.span, shown(second));
      d.here("by `{}`", second.what);
      if (first.span && !(first.span == second.span)) d.label(first.span, "and by `{}`", first.what);
      else d.note("it is also the default of `{}`", first.what);
      d.note("the second one to start finds the address in use, and the collector stops");
      break;
    }
  }
}

void check_unfed_signals(Check& check) {
  for (const Instance& i : check.config.instances) {
    if (!i.used || i.component->kind != ComponentKind::Receiver || !i.component->emits.empty()) continue;
    schema::SignalSet fed = 0;
    const Pipeline* first = nullptr;
    auto id = static_cast<InstanceId>(&i - check.config.instances.data());
    for (const Pipeline& p : check.config.pipelines) {
      if (std::find(p.receivers.begin(), p.receivers.end(), id) == p.receivers.end()) continue;
      fed |= schema::bit(p.signal);
      if (first == nullptr) first = &p;
    }
    std::string missing, example;
    for (int s = 0; s < schema::kSignals; ++s) {
      if ((i.component->produces & (1u << s)) == 0 || (fed & (1u << s)) != 0) continue;
      missing += (missing.empty() ? "" : " and ") + std::string(schema::name_of(static_cast<schema::Signal>(s)));
    }
    if (missing.empty() || first == nullptr) continue;
    std::string own = setting_path(i);
    auto d = check.diags().emit(kNowhere, i.key, own, missing);
    d.label(first->key, "only `{}` takes from it", first->name);
    d.note("SDKs send all they have: {} get 404 over HTTP and `UNIMPLEMENTED` over gRPC, and the SDK logs an error "
           "each time",
           missing);
    d.help("add pipelines for them, or set `OTEL_{}_EXPORTER=none` in the application",
           missing.starts_with("traces")    ? "TRACES"
           : missing.starts_with("metrics") ? "METRICS"
                                            : "LOGS");
  }
}

void check_stop_time(Check& check) {
  int64_t limit = check.options.stop_timeout_s;
  if (limit <= 0) return;
  for (const Instance& i : check.config.instances) {
    const Value* delay = i.used && !i.component->delays.empty() ? setting_at(i.config, i.component->delays) : nullptr;
    if (delay == nullptr) continue;
    const Value& timeout = *delay;
    if (timeout.late || timeout.wrong || timeout.integer < limit * 1'000'000'000) continue;
    std::string own = setting_path(i);
    auto d = check.diags().emit(kTooSlowToStop, timeout.written ? timeout.span : i.key, own,
                                source::format_duration(timeout.integer), limit);
    d.here("longer than the task has to stop");
    d.note("a task that is killed without warning loses up to {} of telemetry; the container's `stopTimeout` is taken "
           "to be {}s, and can be 120s",
           source::format_duration(timeout.integer), limit);
    d.help("a few seconds are enough to fill batches; say `--stop-timeout` if the task has longer");
  }
}

void check_loops(Check& check) {
  std::vector<Listener> all = listeners(check.config);
  for (const Instance& i : check.config.instances) {
    if (!i.used || i.component->kind != ComponentKind::Exporter) continue;
    const Value* endpoint = i.config.find("endpoint");
    if (endpoint == nullptr || endpoint->type->format != Format::Url || endpoint->late || endpoint->wrong) continue;
    auto url = parse_url(endpoint->text);
    if (!url || (url->host != "localhost" && url->host != "127.0.0.1" && url->host != "[::1]")) continue;
    for (const Listener& l : all) {
      if (l.port != url->port || !l.owner.starts_with("receivers::")) continue;
      std::string own = setting_path(i);
      check.diags()
          .emit(kLoop, endpoint->span, own)
          .here("port {} of this host", url->port)
          .label(l.span, "`{}` listens there", l.what)
          .note("what it sends comes in again, without end");
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
    for (InstanceId id : p.processors) {
      const Instance& i = config.instances[id];
      bool known = false;
      for (const MetricNameUse& use : metric_names_in(i, known)) say(use);
      if (!known) break;  // it may rename metrics: what comes after is anybody's guess
    }
    for (InstanceId id : p.exporters) {
      bool known = false;
      for (const MetricNameUse& use : metric_names_in(config.instances[id], known)) say(use);
    }
  }
}

}  // namespace whittle::check
