// SPDX-License-Identifier: Apache-2.0
// What programs ask of the request that brought their telemetry. Each is an ottl::FunctionCode.
#include "runtime/base/payload.h"
#include "runtime/ottl/sequence.h"

#include <arpa/inet.h>

namespace whittle::record {

using namespace ottl;

namespace {

void append_address(Writer& out, const PeerAddress& p, bool with_port) {
  if (p.size == 0) return;
  char room[INET6_ADDRSTRLEN] = {};
  inet_ntop(p.size == 4 ? AF_INET : AF_INET6, p.bytes, room, sizeof room);
  with_port = with_port && p.port != 0;
  const bool brackets = with_port && p.size == 16;
  if (brackets) out.byte('[');
  out.append(Text(room));
  if (brackets) out.byte(']');
  if (!with_port) return;
  out.byte(':');
  append_uint(out, p.port);
}

bool of_grpc(const Metadata& m) {
  for (const Metadata::Header& h : m.headers)
    if (h.name == "content-type" && h.value.starts_with("application/grpc")) return true;
  return false;
}

// All headers of that name; nil where there is none.
Value values_of(Run& run, const Metadata& m, Text name) {
  ListMaker values(run.arena);
  for (const Metadata::Header& h : m.headers)
    if (h.name == name) values.add(text(h.value));
  const Value v = values.give(ValueKind::Slice);
  return v.size > 0 ? v : nil();
}

}  // namespace

extern "C" {

// The client's address; nil where it is not known.
bool rt_client_address(Run* run, const Value*, Value* out) {
  *out = nil();
  if (!run->metadata || run->metadata->peer.size == 0) return true;
  Writer w;
  append_address(w, run->metadata->peer, true);
  *out = made_text(*run, w);
  return true;
}

// The same without a port; an empty text where it is not known.
bool rt_client_ip(Run* run, const Value*, Value* out) {
  Writer w;
  if (run->metadata) append_address(w, run->metadata->peer, false);
  *out = made_text(*run, w);
  return true;
}

// What came with the request, by name. args[0]: whether only that of gRPC counts.
bool rt_client_metadata(Run* run, const Value* args, Value* out) {
  MapMaker made(run->arena);
  if (run->metadata && (args[0].integer == 0 || of_grpc(*run->metadata)))
    for (const Metadata::Header& h : run->metadata->headers)
      if (!made.find(h.name)) made.put(h.name, values_of(*run, *run->metadata, h.name));
  *out = made.give();
  return true;
}

// The same of one name, args[1], whatever its letters; nil where there is none.
bool rt_client_metadata_of(Run* run, const Value* args, Value* out) {
  Text name;
  if (!want_text(*run, args[1], name)) return false;
  *out = nil();
  if (!run->metadata || (args[0].integer != 0 && !of_grpc(*run->metadata))) return true;
  Writer small;
  for (const char c : name) small.byte(static_cast<uint8_t>(c >= 'A' && c <= 'Z' ? c + 32 : c));
  *out = values_of(*run, *run->metadata, small.text());
  return true;
}

// The request's header of that name, in small letters; several values joined by semicolons; nil where there is none.
bool rt_request_header(Run* run, const Value* args, Value* out) {
  *out = nil();
  if (!run->metadata) return true;
  Writer joined;
  bool any = false;
  for (const Metadata::Header& h : run->metadata->headers) {
    if (h.name != args[0].as_text()) continue;
    if (any) joined.append(Text(";"));
    joined.append(h.value);
    any = true;
  }
  if (any) *out = made_text(*run, joined);
  return true;
}

}  // extern "C"

}  // namespace whittle::record
