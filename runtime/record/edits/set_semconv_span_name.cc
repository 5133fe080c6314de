// SPDX-License-Identifier: Apache-2.0
// set_semconv_span_name: a span's name by the semantic conventions.
#include "runtime/record/edits.h"

namespace whittle::record {

namespace {

// Names of spans by the semantic conventions for HTTP, RPC, databases and messaging
// (opentelemetry.io/docs/specs/semconv). Each gives an empty text where its own do not apply.
class Namer {
public:
  Namer(Run& run, const Frame& span) : run_(run), span_(span) {}

  Text name(uint64_t kind) {
    constexpr uint64_t kServer = 2, kClient = 3, kConsumer = 5;
    Text out;
    if (kind == kServer || kind == kClient) out = http(kind == kServer ? "http.route" : "url.template");
    if (out.empty() && (kind == kServer || kind == kClient)) out = rpc();
    if (out.empty() && kind == kClient) out = database();
    if (out.empty() && kind >= kServer && kind <= kConsumer) out = messaging();
    return out;
  }

private:
  bool get(Text key, Text& out) {
    if (!rt_has_attribute(&span_, key.data(), key.size())) return false;
    Value v;
    rt_get_attribute(&run_, &span_, key.data(), key.size(), &v);
    Writer w;
    ottl::append_as_string(w, v);
    out = run_.arena.copy(w.text());
    return true;
  }
  // By today's name or by an older one.
  bool get(Text key, Text older, Text& out) { return get(key, out) || get(older, out); }
  bool is_true(Text key) {
    Value v;
    rt_get_attribute(&run_, &span_, key.data(), key.size(), &v);
    return v.is(ValueKind::Bool) && v.integer;
  }
  Text joined(Text a, Text between, Text b) {
    Writer w;
    w.append(a);
    w.append(between);
    w.append(b);
    return run_.arena.copy(w.text());
  }

  Text http(Text subject) {
    Text method, what;
    if (!get("http.request.method", "http.method", method)) return {};
    return get(subject, what) ? joined(method, " ", what) : method;
  }

  Text rpc() {
    Text system, method, service;
    if (!get("rpc.system.name", "rpc.system", system)) return {};
    const bool has_method = get("rpc.method", "rpc.grpc.method", method);
    const bool has_service = get("rpc.service", "rpc.grpc.service", service);
    if (has_method) return has_service ? joined(service, "/", method) : method;
    return has_service ? joined(service, "/", "*") : system;
  }

  Text server() {
    Text address, port;
    if (!get("server.address", address)) return {};
    return get("server.port", port) ? joined(address, ":", port) : address;
  }

  Text database() {
    Text system, summary, operation;
    if (!get("db.system.name", "db.system", system)) return {};
    if (get("db.query.summary", summary)) return summary;
    get("db.operation.name", "db.operation", operation);
    const Text target = database_target();
    if (!operation.empty()) return target.empty() ? operation : joined(operation, " ", target);
    return target.empty() ? system : target;
  }
  Text database_target() {
    Text space, what;
    get("db.namespace", "db.name", space);
    if (get("db.collection.name", what) || get("db.stored_procedure.name", what))
      return space.empty() ? what : joined(space, ".", what);
    return space.empty() ? server() : space;
  }

  Text messaging() {
    Text system, operation;
    if (!get("messaging.system", system)) return {};
    const bool has_operation = get("messaging.operation.name", "messaging.operation", operation);
    const Text to = destination();
    if (!to.empty()) return has_operation ? joined(operation, " ", to) : to;
    return has_operation ? operation : system;
  }
  Text destination() {
    Text out;
    if (is_true("messaging.destination.temporary")) return "(temporary)";
    if (is_true("messaging.destination.anonymous")) return "(anonymous)";
    if (get("messaging.destination.template", out)) return out;
    if (get("messaging.destination.name", "messaging.destination", out)) return out;
    return server();
  }

  Run& run_;
  const Frame& span_;
};

}  // namespace

// semconv_version, original_span_name_attribute
extern "C" bool rt_edit_set_semconv_span_name(Run* run, Frame* const* frames, const Value* args) {
  constexpr uint32_t kName = 5, kKind = 6;
  Frame& span = record_frame(frames);
  Value kind, before;
  rt_get(run, &span, 0, kKind, How::Int32, &kind);
  rt_get(run, &span, 0, kName, How::Text, &before);
  const Text name = Namer(*run, span).name(static_cast<uint64_t>(kind.integer));
  if (name.empty() || name == before.as_text()) return true;
  const Value made = ottl::text(name);
  if (!rt_set(run, &span, 0, kName, How::Text, &made)) return false;
  if (!given(args[1])) return true;
  const Text key = args[1].as_text();
  return rt_put_attribute(run, &span, key.data(), key.size(), &before);
}

}  // namespace whittle::record
