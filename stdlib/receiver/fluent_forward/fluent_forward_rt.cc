// SPDX-License-Identifier: Apache-2.0
// Receives what Fluent Bit and Fluentd forward, as ECS' FireLens does it: by TCP with heartbeats by UDP on the same
// port, or by a Unix socket.
//
// A message is acknowledged, where its sender wants that, when the pipeline has taken it. When the pipeline is full the
// connection is read no further, so that senders keep what they have.
#include "runtime/base/log.h"
#include "runtime/base/self_metrics.h"
#include "runtime/msgpack/reader.h"
#include "runtime/net/inlet.h"
#include "runtime/pipeline/intake.h"
#include "runtime/pipeline/room.h"
#include "stdlib/receiver/fluent_forward/fluent_forward_config.h"
#include "stdlib/receiver/fluent_forward/message.h"

#include <string.h>

namespace whittle {
namespace {

constexpr Text kScope = "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/fluentforwardreceiver";
// Of one message, and of what all connections have sent in part.
constexpr size_t kMostMessage = 32 << 20, kMostTogether = 64 << 20;
// Messages that come together become one request of about this size.
constexpr size_t kTogether = 1 << 20;
// Memory that a connection may keep between messages.
constexpr size_t kKept = 256 << 10;

constexpr Text kUnix = "unix://";

bool is_unix(Text endpoint) {
  return endpoint.starts_with('/') || endpoint.starts_with(kUnix);
}
Text path_of(Text endpoint) {
  return endpoint.starts_with(kUnix) ? endpoint.substr(kUnix.size()) : endpoint;
}

class Fluent {
public:
  explicit Fluent(const ComponentContext& context)
      : context_(context), runtime_(*context.runtime), endpoint_(view(config(context).endpoint)),
        intake_(context, Signal::Logs, "http", kScope),  // the reference calls it that
        inlet_(runtime_,
               {.component = view(context_.id),
                .name = "forward",
                .endpoint = path_of(endpoint_),
                .transport = is_unix(endpoint_) ? Text("unix") : Text("tcp"),
                .began = began,
                .ended = ended},
               arrived, this),
        heartbeats_(runtime_,
                    {.component = view(context_.id), .name = "heartbeat", .endpoint = endpoint_, .transport = "udp"},
                    heartbeat, this),
        waiter_(*runtime_.loop, [](void* self) { static_cast<Fluent*>(self)->try_again(); }, this) {
    auto counter = [&](Text name, Text help) {
      return runtime_.metrics->counter({name, help, "1", kScope}, {{"receiver", view(context_.id)}});
    };
    opened_ =
        counter("otelcol_fluent_opened_connections", "Number of connections opened to the fluentforward receiver");
    closed_ =
        counter("otelcol_fluent_closed_connections", "Number of connections closed to the fluentforward receiver");
    parsed_ = counter("otelcol_fluent_events_parsed", "Number of Fluent events parsed successfully");
    failures_ = counter("otelcol_fluent_parse_failures", "Number of times Fluent messages failed to be decoded");
    records_ = counter("otelcol_fluent_records_generated", "Number of log records generated from Fluent forward input");
  }

  bool start() {
    if (!inlet_.open() || (!is_unix(endpoint_) && !heartbeats_.open())) return false;
    runtime_.log->info("Fluent forward protocol", {{"component", context_.id}, {"endpoint", endpoint_}});
    return true;
  }

  void drain() {
    draining_ = true;
    for (Connection* c : connections_) take(*c);
    inlet_.close();
    heartbeats_.close();
  }
  bool idle() const { return late_.empty(); }

private:
  struct Connection {
    explicit Connection(Peer& p) : peer(p) {}
    Peer& peer;
    msgpack::Scan scan;  // of what begins with peer.rest
    bool held = false;   // the pipeline had no room for the first message in peer.rest
  };
  // What came before the end and had no room then.
  struct Late {
    Writer request;
    size_t records = 0;
  };

  static const config::FluentForward& config(const ComponentContext& context) {
    return *static_cast<const config::FluentForward*>(context.config);
  }

  static bool heartbeat(void* self, Peer& peer, Bytes content) {
    static_cast<Fluent*>(self)->heartbeats_.reply(peer, content.first(1));
    return true;
  }

  static void began(void* self, Peer& peer) {
    auto& fluent = *static_cast<Fluent*>(self);
    auto* c = new Connection(peer);
    peer.state = c;
    fluent.connections_.push_back(c);
    *fluent.opened_ += 1;
  }
  static void ended(void* self, Peer& peer) {
    auto& fluent = *static_cast<Fluent*>(self);
    auto* c = static_cast<Connection*>(peer.state);
    fluent.together_ -= peer.rest.size();
    std::erase(fluent.connections_, c);
    delete c;
    *fluent.closed_ += 1;
  }

  static bool arrived(void* self, Peer& peer, Bytes content) {
    auto& fluent = *static_cast<Fluent*>(self);
    peer.rest.append(content);
    fluent.together_ += content.size();
    return fluent.take(*static_cast<Connection*>(peer.state));
  }

  // Takes in the messages that are whole, those that came together in one request. False: the connection is of no use
  // any more.
  bool take(Connection& c) {
    Writer& rest = c.peer.rest;
    const bool was_held = c.held;
    c.held = false;
    size_t done = 0;
    const char* wrong = nullptr;
    for (bool more = true; more && !wrong && !c.held;) {
      Several several;
      more = read(c, rest.bytes().subspan(done), several, wrong);
      if (!hand_on(c, several)) return false;
      if (!c.held) done += several.size;
    }
    forget(rest, done);
    if (c.held) {
      c.scan.reset();
      if (!was_held) inlet_.hold(c.peer);
      waiter_.wait(runtime_);
      return true;
    }
    if (!wrong && rest.size() > kMostMessage) wrong = "it is larger than 32 MiB";
    if (!wrong && together_ > kMostTogether && !rest.empty()) wrong = "messages that are not whole take 64 MiB";
    return !wrong || refuse(c, wrong);
  }

  // Messages that came one behind the other.
  struct Several {
    Writer records;
    size_t count = 0, messages = 0;
    size_t size = 0;  // of the messages
    std::vector<Text> chunks;
  };

  // False: what is left of `all` is no whole message.
  bool read(Connection& c, Bytes all, Several& to, const char*& wrong) {
    while (to.records.size() < kTogether) {
      const Bytes rest = all.subspan(to.size);
      switch (c.scan.go(rest)) {
      case msgpack::Read::Short: return false;
      case msgpack::Read::Malformed: wrong = "it is no MessagePack"; return false;
      case msgpack::Read::Ok: break;
      }
      const fluent::Message m = fluent::read(rest.first(c.scan.end()), to.records);
      if ((wrong = m.wrong)) return false;
      if (m.cut)
        runtime_.log->warn("the entries of a message end too early: the last one is lost",
                           {{"component", context_.id}, {"from", c.peer.address}});
      to.size += c.scan.end();
      c.scan.reset();
      to.count += m.records;
      ++to.messages;
      if (!m.chunk.empty()) to.chunks.push_back(m.chunk);
    }
    return true;
  }

  // True although they were not taken, when the connection is held.
  bool hand_on(Connection& c, const Several& several) {
    Writer request;
    fluent::finish(several.records, request);
    switch (intake_.try_to_take(request, several.count)) {
    case Status::Refused:
      if (!draining_) return c.held = true;
      // Not acknowledged: should it be lost after all, its sender still has it.
      late_.push_back(new Late{static_cast<Writer&&>(request), several.count});
      waiter_.wait(runtime_);
      return true;
    case Status::Invalid:
      runtime_.log->warn("the pipeline does not accept log records",
                         {{"component", context_.id}, {"records", several.count}});
      break;
    case Status::Ok: break;
    }
    *parsed_ += static_cast<int64_t>(several.messages);
    *records_ += static_cast<int64_t>(several.count);
    for (const Text chunk : several.chunks)
      if (!acknowledge(c, chunk)) return false;
    return true;
  }

  bool acknowledge(Connection& c, Text chunk) {
    Writer answer;
    answer.append(Text("\x81\xa3"
                       "ack"));
    const size_t n = chunk.size();
    if (n < 32) {
      answer.byte(static_cast<uint8_t>(0xA0 | n));
    } else if (n < 256) {
      answer.byte(0xD9);
      answer.byte(static_cast<uint8_t>(n));
    } else {
      answer.byte(0xDB);
      for (int shift = 24; shift >= 0; shift -= 8) answer.byte(static_cast<uint8_t>(n >> shift));
    }
    answer.append(chunk);
    if (inlet_.reply(c.peer, answer.bytes())) return true;
    runtime_.log->warn("an acknowledgement cannot be sent: its connection is closed",
                       {{"component", context_.id}, {"from", c.peer.address}});
    return false;
  }

  bool refuse(Connection& c, const char* why) {
    *failures_ += 1;
    runtime_.log->warn("a message is not taken in, and its connection is closed",
                       {{"component", context_.id}, {"from", c.peer.address}, {"reason", why}});
    return false;
  }

  void forget(Writer& rest, size_t done) {
    if (done == 0) return;
    const size_t left = rest.size() - done;
    if (left > 0) memmove(rest.data(), rest.data() + done, left);
    rest.truncate(left);
    together_ -= done;
    if (left == 0 && rest.capacity() > kKept) {
      Writer nothing;
      rest.swap(nothing);
    }
  }

  // There is room again.
  void try_again() {
    while (!late_.empty()) {
      Late* first = late_.front();
      if (intake_.try_to_take(first->request, first->records) == Status::Refused) return waiter_.wait(runtime_);
      late_.erase(late_.begin());
      delete first;
    }
    for (size_t i = 0; i < connections_.size(); ++i) {
      Connection& c = *connections_[i];
      if (!c.held) continue;
      if (!take(c)) {
        inlet_.end(c.peer);
        --i;
        continue;
      }
      if (c.held) return;
      inlet_.go_on(c.peer);
    }
  }

  ComponentContext context_;
  Runtime& runtime_;
  Text endpoint_;
  Intake intake_;
  Inlet inlet_, heartbeats_;
  Waiter waiter_;
  std::vector<Connection*> connections_;
  std::vector<Late*> late_;
  size_t together_ = 0;  // bytes in the rests of all connections
  bool draining_ = false;
  int64_t *opened_, *closed_, *parsed_, *failures_, *records_;
};

}  // namespace
}  // namespace whittle

extern "C" const whittle::ComponentOps receiver_fluent_forward_ops = {
    .create = [](const whittle::ComponentContext* context) -> void* { return new whittle::Fluent(*context); },
    .start = [](void* self) { return static_cast<whittle::Fluent*>(self)->start(); },
    .drain = [](void* self) { static_cast<whittle::Fluent*>(self)->drain(); },
    .idle = [](void* self) { return static_cast<whittle::Fluent*>(self)->idle(); },
};
