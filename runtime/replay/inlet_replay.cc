// SPDX-License-Identifier: Apache-2.0
// Inlets of a replay: what arrives is in its lines.
#include "runtime/net/inlet.h"

#include "runtime/base/json.h"

#include <string.h>
#include <vector>

namespace whittle {

void replay_write(Bytes line);
void append_replayed_body(Writer& out, Bytes body);

struct InletImpl {
  InletSettings settings;
  Inlet::Arrived arrived;
  void* self;
  bool open = false;
  struct Stream {
    char* from;
    Peer peer;
  };
  std::vector<Stream*> streams;

  void end(Stream* stream) {
    if (settings.ended) settings.ended(self, stream->peer);
    std::erase(streams, stream);
    delete stream;
  }
};

namespace {
std::vector<InletImpl*>& inlets() {
  static auto* list = new std::vector<InletImpl*>;
  return *list;
}
}  // namespace

Inlet::Inlet(Runtime&, const InletSettings& settings, Arrived arrived, void* self)
    : impl_(new InletImpl{settings, arrived, self, false, {}}) {
  inlets().push_back(impl_);
}
Inlet::~Inlet() = default;  // a replay ends with its process
bool Inlet::open() {
  return impl_->open = true;
}
void Inlet::close() {
  impl_->open = false;
  while (!impl_->streams.empty()) impl_->end(impl_->streams.back());
}
// What is sent back is a line: {"to", "from", "reply"}.
bool Inlet::reply(Peer& peer, Bytes content) {
  Writer line;
  line.append(Text("{\"to\":"));
  append_json_text(line, impl_->settings.component);
  line.append(Text(",\"from\":"));
  append_json_text(line, peer.address);
  line.append(Text(",\"reply\":"));
  append_replayed_body(line, content);
  line.append(Text("}\n"));
  replay_write(line.bytes());
  return true;
}
// Whoever sends goes on sending: the lines have come already.
void Inlet::hold(Peer&) {}
void Inlet::go_on(Peer&) {}
void Inlet::end(Peer& peer) {
  impl_->end(static_cast<InletImpl::Stream*>(peer.connection));
}
uint64_t Inlet::lost() {
  return 0;
}

// False: no component of that name takes in such things. `on`: the name of an inlet, where there is more than one.
bool replay_arrives(Text component, Text on, bool stream, Text from, Bytes content) {
  for (InletImpl* inlet : inlets()) {
    if (inlet->settings.component != component || !inlet->open) continue;
    if (!on.empty() && inlet->settings.name != on) continue;
    if (stream == inlet->settings.in_datagrams()) continue;
    if (!stream) {
      Peer peer;
      peer.address = from;
      inlet->arrived(inlet->self, peer, content);
      return true;
    }
    InletImpl::Stream* connection = nullptr;
    for (InletImpl::Stream* s : inlet->streams)
      if (Text(s->from) == from) connection = s;
    if (!connection) {
      connection = new InletImpl::Stream{strndup(from.data(), from.size()), {}};
      connection->peer.address = connection->from;
      connection->peer.connection = connection;
      inlet->streams.push_back(connection);
      if (inlet->settings.began) inlet->settings.began(inlet->self, connection->peer);
    }
    if (!inlet->arrived(inlet->self, connection->peer, content)) inlet->end(connection);
    return true;
  }
  return false;
}

}  // namespace whittle
