// SPDX-License-Identifier: Apache-2.0
// Inlets of a replay: what arrives is in its lines.
#include "runtime/net/inlet.h"

#include <string.h>
#include <vector>

namespace whittle {

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
}
uint64_t Inlet::lost() {
  return 0;
}

// False: no component of that name takes in such things. `on`: the name of an inlet, where there is more than one.
bool replay_arrives(Text component, Text on, bool stream, Text from, Bytes content) {
  for (InletImpl* inlet : inlets()) {
    if (inlet->settings.component != component || !inlet->open) continue;
    if (!on.empty() && inlet->settings.name != on) continue;
    if (stream != inlet->settings.transport.starts_with("tcp")) continue;
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
      inlet->streams.push_back(connection);
    }
    if (!inlet->arrived(inlet->self, connection->peer, content)) {
      std::erase(inlet->streams, connection);
      delete connection;
    }
    return true;
  }
  return false;
}

}  // namespace whittle
