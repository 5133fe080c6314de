// SPDX-License-Identifier: Apache-2.0
// OTLP/gRPC to several servers: what belongs together goes to the same one, found on a ring (ring.h) by a key (key.h).
//
// Each server has a channel and a queue of its own, so that one that does not answer holds up nobody else. When the
// list changes, what waits for a server that left is divided anew among those that are there; what is on its way may
// still arrive, and is divided anew when it does not. Until the first list is known everyone is told to come again.
#include "runtime/base/log.h"
#include "runtime/base/number.h"
#include "runtime/export/otlp_grpc.h"
#include "runtime/net/lookup.h"
#include "stdlib/exporter/loadbalancing/divide.h"

#include <algorithm>
#include <memory>

namespace whittle {

namespace {

constexpr Text kScope = "github.com/open-telemetry/opentelemetry-collector-contrib/exporter/loadbalancingexporter";
constexpr Text kUsualPort = ":4317";

class Balancer;

// One server: as the resolver names it, and as it is called.
struct Server {
  Balancer& balancer;
  Writer endpoint, name;  // "10.0.0.1:4317"; "loadbalancing 10.0.0.1:4317"
  GrpcChannel channel;
  ExportQueue queue;
  bool gone = false;
  std::vector<Outgoing*> to_divide;
  Task divide_task;
  int64_t *good, *bad;
  MetricHistogram* latency;

  Server(Balancer& b, Text called);
};

class Balancer {
public:
  explicit Balancer(const ComponentContext& c)
      : context_(c), config_(*static_cast<const config::Loadbalancing*>(c.config)), runtime_(*c.runtime),
        timer_(
            *runtime_.loop, [](void* self) { static_cast<Balancer*>(self)->look_up(); }, this),
        late_(
            *runtime_.loop, [](void* self) { static_cast<Balancer*>(self)->is_late(); }, this),
        sweep_(
            *runtime_.loop, [](void* self) { static_cast<Balancer*>(self)->sweep(); }, this),
        lookup_(
            *runtime_.loop,
            [](void* self, const std::vector<Address>& found, Text why) {
              static_cast<Balancer*>(self)->looked_up(found, why);
            },
            this) {
    const Text kind = config_.resolver.dns ? "dns" : "static";
    backends_ = runtime_.metrics->gauge(
        {"otelcol_loadbalancer_num_backends", "Current number of backends in use.", "{backends}", kScope},
        {{"resolver", kind}});
    updates_ = runtime_.metrics->counter({"otelcol_loadbalancer_num_backend_updates",
                                          "Number of times the list of backends was updated.", "{updates}", kScope},
                                         {{"resolver", kind}});
    for (bool good : {false, true})
      resolutions_[good] = runtime_.metrics->counter(
          {"otelcol_loadbalancer_num_resolutions", "Number of times the resolver has triggered new resolutions.",
           "{resolutions}", kScope},
          {{"resolver", kind}, {"success", good ? Text("true") : Text("false")}});
    if (config_.resolver.static_) {
      ++*resolutions_[true];
      std::vector<Text> names;
      for (const Str name : config_.resolver.static_->hostnames) names.push_back(view(name));
      set(static_cast<std::vector<Text>&&>(names));
    } else if (runtime_.offline) {
      set({endpoint_of(view(config_.resolver.dns->hostname))});
    }
  }

  bool start() {
    for (auto& s : servers_)
      if (!s->channel.check()) return false;
    started_ = true;
    if (config_.resolver.dns && !runtime_.offline) look_up();
    return true;
  }

  // `own`: what of the payload is held here already.
  Status consume(Payload& payload, uint64_t own = 0) {
    if (payload.items == 0) return payload.clear(), Status::Ok;
    if (ring_.empty()) return room_.refuse(runtime_, false, awaited());
    uint64_t held = 0;
    for (const auto& s : servers_) held += s->queue.held();
    held -= std::min(held, own);
    if (held > 0 && held + payload.held() > ExportQueue::kMostBytes) {
      runtime_.log->warn("the sending queues are full", {{"exporter", context_.id}, {"bytes", held}});
      return room_.refuse(runtime_, false, awaited());
    }
    std::vector<Payload> parts;
    if (!divide(runtime_, config_, ring_, payload, parts)) {
      runtime_.log->error("a request is refused: with what it came with for each server it is too large",
                          {{"exporter", context_.id}, {"items", payload.items}, {"limit", kMostDivided}});
      return Status::Invalid;
    }
    join_of_one_server(parts);
    for (size_t i = 0; i < parts.size(); ++i)
      if (parts[i].items > 0 && !of_name_[i]->queue.has_room(parts[i])) return of_name_[i]->queue.refuse();
    // Each takes its own.
    for (size_t i = 0; i < parts.size(); ++i)
      if (parts[i].items > 0) of_name_[i]->queue.offer(parts[i]);
    payload.clear();
    return Status::Ok;
  }

  // Two names may mean one server ("host" and "host:4317"), whose queue is to be asked once.
  void join_of_one_server(std::vector<Payload>& parts) const {
    for (size_t i = 0; i < parts.size(); ++i) {
      size_t first = 0;
      while (of_name_[first] != of_name_[i]) ++first;
      if (first != i && parts[i].items > 0) parts[first].join(static_cast<Payload&&>(parts[i]));
    }
  }

  void drain() {
    for (auto& s : servers_) s->queue.drain();
  }
  bool idle() const {
    return std::all_of(servers_.begin(), servers_.end(), [](const auto& s) { return s->queue.idle(); });
  }

private:
  friend struct Server;

  // Queues and repetition are those of `protocol::otlp`, where these are on.
  const config::Queue* queue_settings() const {
    const auto& inner = config_.protocol.otlp.sending_queue;
    if (inner) return &*inner;
    return config_.sending_queue ? &*config_.sending_queue : nullptr;
  }
  bool awaited() const { return !queue_settings() || queue_settings()->wait_for_result; }
  const config::Retry* retry_settings() const {
    const config::Retry& inner = config_.protocol.otlp.retry_on_failure;
    return inner.enabled ? &inner : &config_.retry_on_failure;
  }
  int64_t timeout() const {
    const int64_t inner = config_.protocol.otlp.timeout, outer = config_.timeout;
    if (queue_settings() || outer == 0) return inner;
    return inner == 0 ? outer : std::min(inner, outer);
  }

  // An address or a name, with the port of `dns`. Lives as long as the ring's names do.
  Text endpoint_of(Text host) {
    Writer text;
    text.append(host);
    const Any& port = config_.resolver.dns->port;
    const bool number = port.kind == AnyKind::Int;
    if (number || (port.kind == AnyKind::String && port.text.size > 0)) {
      text.byte(':');
      if (number) append_int(text, static_cast<int64_t>(port.bits));
      else text.append(view(port.text));
    }
    return next_names_.copy(text.text());
  }

  Server& server(Text endpoint) {
    for (auto& s : servers_)
      if (s->endpoint.text() == endpoint) return *s;
    servers_.push_back(std::make_unique<Server>(*this, endpoint));
    if (started_) servers_.back()->channel.check();
    return *servers_.back();
  }

  // What there is from now on. Takes the order of the reference.
  void set(std::vector<Text>&& names) {
    std::sort(names.begin(), names.end());
    Ring ring(names);
    if (!ring_.empty() && names == names_of_ring()) return;
    ring_ = static_cast<Ring&&>(ring);
    for (auto& s : servers_) s->gone = true;
    of_name_.clear();
    names_.clear();
    for (const Text name : names) {
      Writer endpoint;
      endpoint.append(name);
      if (name.find(':') == Text::npos) endpoint.append(kUsualPort);
      Server& s = server(endpoint.text());
      s.gone = false;
      of_name_.push_back(&s);
      names_.emplace_back().append(name);
    }
    for (auto& s : servers_)
      if (s->gone) s->queue.hurry();
    *backends_ = static_cast<int64_t>(names.size());
    ++*updates_;
    sweep_.post();
    room_.made();
  }
  std::vector<Text> names_of_ring() const {
    std::vector<Text> names;
    for (const Writer& w : names_) names.push_back(w.text());
    return names;
  }

  // Forgets servers that have left and have nothing any more.
  void sweep() {
    std::erase_if(servers_, [](const auto& s) { return s->gone && s->queue.idle() && s->to_divide.empty(); });
  }

  void look_up() {
    const auto& dns = *config_.resolver.dns;
    timer_.in(dns.interval > 0 ? dns.interval : 5'000'000'000);
    if (lookup_.running() || runtime_.draining) return;
    if (lookup_.start(view(dns.hostname))) late_.in(dns.timeout > 0 ? dns.timeout : 1'000'000'000);
    else failed("the system has no thread for it");
  }
  void is_late() { failed("no answer within the timeout"); }
  void failed(Text why) {
    ++*resolutions_[false];
    runtime_.log->warn("the name of the servers was not found; what is known of them stands",
                       {{"exporter", context_.id},
                        {"name", config_.resolver.dns->hostname},
                        {"servers", static_cast<int64_t>(of_name_.size())},
                        {"error", why}});
  }
  void looked_up(const std::vector<Address>& found, Text why) {
    late_.cancel();
    if (found.empty()) return failed(why);
    ++*resolutions_[true];
    next_names_.reset();
    std::vector<Text> names;
    for (const Address& a : found) names.push_back(endpoint_of(a.text));
    set(static_cast<std::vector<Text>&&>(names));
  }

  void send(Server& s, Outgoing& item) {
    item.user = &s;
    if (s.gone && may_move(item)) return divide_later(s, item);
    GrpcRequest request;
    request.method = otlp_method(item.payload.signal);
    request.slices = item.payload.slices;
    request.timeout_ns = timeout();
    request.otlp_signal = item.payload.signal;
    request.metadata = &item.payload.metadata;
    const uint64_t held = s.channel.call(
        static_cast<GrpcRequest&&>(request),
        [](void* i, const GrpcReply& reply) {
          auto& outgoing = *static_cast<Outgoing*>(i);
          auto& server = *static_cast<Server*>(outgoing.user);
          server.balancer.answered(server, outgoing, reply);
        },
        &item);
    s.queue.holds(item, item.payload.held() + held);
  }
  void answered(Server& s, Outgoing& item, const GrpcReply& reply) {
    s.latency->record(static_cast<double>((runtime_.loop->now() - item.attempted) / 1'000'000));
    ++*(reply.code == GrpcCode::Ok ? s.good : s.bad);
    if (s.gone && reply.code != GrpcCode::Ok && otlp_may_pass(reply) && may_move(item)) divide_later(s, item);
    else otlp_answered(s.queue, item, runtime_, s.name.text(), reply);
    if (s.gone) sweep_.post();
    room_.made();
  }

  // Of a batch of several requests each sender would have to hear of its own: it stays with its server.
  static bool may_move(const Outgoing& item) { return item.shares.size() <= 1; }
  static void divide_later(Server& s, Outgoing& item) {
    s.to_divide.push_back(&item);
    s.divide_task.post();
  }
  void divide_anew(Server& s) {
    std::vector<Outgoing*> items;
    items.swap(s.to_divide);
    for (Outgoing* item : items) {
      Payload payload = item->payload.clone();
      Status status;
      {
        Receipt::Scope scope(runtime_, item->shares.empty() ? nullptr : item->shares[0].receipt.get());
        status = consume(payload, item->held);
      }
      if (status == Status::Ok) s.queue.moved(*item);
      else s.queue.again(*item, "the server has left, and the others have no room", 0);
    }
    sweep_.post();
  }

  const ComponentContext& context_;
  const config::Loadbalancing& config_;
  Runtime& runtime_;
  std::vector<std::unique_ptr<Server>> servers_;  // those that are there, and those that left and still hold something
  Ring ring_;
  std::vector<Writer> names_;     // of the ring
  std::vector<Server*> of_name_;  // by the ring's names
  Arena next_names_;
  Timer timer_, late_;
  Task sweep_;
  Lookup lookup_;
  Room room_;
  bool started_ = false;
  int64_t *backends_, *updates_, *resolutions_[2];
};

Writer text_of(std::initializer_list<Text> parts) {
  Writer out;
  for (Text t : parts) out.append(t);
  return out;
}

GrpcSettings settings_of(const config::Loadbalancing& config, Text endpoint) {
  GrpcSettings s = grpc_settings(config.protocol.otlp.as_grpc_client());
  s.endpoint = endpoint;
  return s;
}

Server::Server(Balancer& b, Text called)
    : balancer(b), endpoint(text_of({called})), name(text_of({view(b.context_.id), " ", called})),
      channel(b.context_, settings_of(b.config_, endpoint.text())),
      queue(
          b.context_, b.queue_settings(), b.retry_settings(),
          [](void* self, Outgoing& item) {
            auto& server = *static_cast<Server*>(self);
            server.balancer.send(server, item);
          },
          this, ExportQueue::kMostBytes, name.text()),
      divide_task(
          *b.runtime_.loop,
          [](void* self) {
            auto& server = *static_cast<Server*>(self);
            server.balancer.divide_anew(server);
          },
          this) {
  SelfMetrics& metrics = *b.runtime_.metrics;
  for (bool success : {false, true})
    (success ? good : bad) =
        metrics.counter({"otelcol_loadbalancer_backend_outcome", "Number of successes and failures for each endpoint.",
                         "{outcomes}", kScope},
                        {{"endpoint", endpoint.text()}, {"success", success ? Text("true") : Text("false")}});
  latency = metrics.histogram(
      {"otelcol_loadbalancer_backend_latency", "Response latency in ms for the backends.", "ms", kScope},
      {{"endpoint", endpoint.text()}}, {5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000});
}

}  // namespace

extern "C" Status exporter_loadbalancing_consume(void* self, Payload* payload) {
  return static_cast<Balancer*>(self)->consume(*payload);
}
extern "C" const ComponentOps exporter_loadbalancing_ops = {
    [](const ComponentContext* context) -> void* { return new Balancer(*context); },
    [](void* self) { return static_cast<Balancer*>(self)->start(); },
    [](void* self) { static_cast<Balancer*>(self)->drain(); },
    [](void* self) { return static_cast<Balancer*>(self)->idle(); },
    nullptr,
    nullptr};

}  // namespace whittle
