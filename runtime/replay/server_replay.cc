// SPDX-License-Identifier: Apache-2.0
// Servers of a replay: requests are in its lines, and answers are written to standard output.
#include "runtime/base/json.h"
#include "runtime/base/utf8.h"
#include "runtime/http/server.h"

#include <stdlib.h>
#include <vector>
#include <yyjson.h>

namespace whittle {

void replay_write(Bytes line);

namespace {

std::vector<HttpServer*>& servers() {
  static auto* list = new std::vector<HttpServer*>;
  return *list;
}

constexpr size_t kGrpcPrefix = 5;

// A request on its way; a session of one.
struct Exchange {
  Text to;
  ServerRequest request;
  ServerReply reply;

  bool grpc = false;

  void answered() {
    if (grpc) return call_answered();
    Writer line;
    line.append(Text("{\"to\":"));
    append_json_text(line, to);
    line.append(Text(",\"response\":{\"status\":"));
    append_int(line, reply.status);
    line.append(Text(",\"headers\":{"));
    bool first = true;
    for (const HttpHeader& h : reply.headers) {
      if (!first) line.byte(',');
      first = false;
      append_json_text(line, h.name);
      line.byte(':');
      append_json_text(line, h.value);
    }
    line.append(Text("},\"body\":"));
    append_replayed_body(line, reply.body.bytes());
    line.append(Text("}}\n"));
    replay_write(line.bytes());
    delete this;
  }

  // Of a call the status is gRPC's, and the body its message.
  void call_answered() {
    Text status = "2", message;
    for (const auto* headers : {&reply.headers, &reply.trailers})
      for (const HttpHeader& h : *headers) {
        if (h.name == "grpc-status") status = h.value;
        if (h.name == "grpc-message") message = h.value;
      }
    Writer line;
    line.append(Text("{\"to\":"));
    append_json_text(line, to);
    line.append(Text(",\"response\":{\"status\":"));
    line.append(status);
    if (!message.empty()) {
      line.append(Text(",\"message\":"));
      append_json_text(line, message);
    }
    if (reply.body.size() > kGrpcPrefix) {
      line.append(Text(",\"body\":{\"base64\":\""));
      append_base64(line, reply.body.bytes().subspan(kGrpcPrefix));
      line.append(Text("\"}"));
    }
    line.append(Text("}}\n"));
    replay_write(line.bytes());
    delete this;
  }

  // A body as a value: JSON where it is that, text where it is UTF-8, base64 otherwise.
  static void append_replayed_body(Writer& out, Bytes body) {
    const Text t = as_text(body);
    yyjson_doc* doc = yyjson_read(t.data(), t.size(), 0);
    if (doc && (yyjson_is_obj(yyjson_doc_get_root(doc)) || yyjson_is_arr(yyjson_doc_get_root(doc)))) {
      size_t size;
      char* text = yyjson_write(doc, 0, &size);
      out.append(Text(text, size));
      free(text);
    } else if (is_utf8(body)) {
      append_json_text(out, t);
    } else {
      out.append(Text("{\"base64\":\""));
      append_base64(out, body);
      out.append(Text("\"}"));
    }
    if (doc) yyjson_doc_free(doc);
  }
};

Text text_of(yyjson_val* v) {
  return yyjson_is_str(v) ? Text(yyjson_get_str(v), yyjson_get_len(v)) : Text();
}

}  // namespace

void append_replayed_body(Writer& out, Bytes body) {
  Exchange::append_replayed_body(out, body);
}

extern "C" void rt_replay_server(HttpServer& server) {
  servers().push_back(&server);
}

static void add_headers(ServerRequest& request, yyjson_val* headers) {
  yyjson_val *key, *value;
  size_t i, n;
  yyjson_obj_foreach(headers, i, n, key, value) {
    const Text name = request.arena.copy(text_of(key));
    for (char& c : std::span(const_cast<char*>(name.data()), name.size())) c = lower_case(c);
    request.headers.push_back({name, request.arena.copy(text_of(value))});
  }
}

static void ask(HttpServer& server, Exchange* e, Bytes body) {
  const ServerHandler& handler = server.handler();
  if (!handler.head(handler.self, e->request, e->reply)) return e->answered();
  if (!e->request.body.append(body)) handler.too_large(handler.self, e->request, e->reply);
  else handler.whole(handler.self, e->request, e->reply);
  if (!e->reply.later) return e->answered();
  e->reply.later->wait(
      e->reply, &e->reply.later, [](void* exchange, void*) { static_cast<Exchange*>(exchange)->answered(); }, e,
      nullptr);
}

// False: no component of that name answers HTTP.
bool replay_http(Text component, yyjson_val* http, Bytes body) {
  for (HttpServer* server : servers()) {
    if (server->options().component != component || server->options().grpc) continue;
    auto* e = new Exchange;
    Arena& arena = e->request.arena;
    e->to = server->options().component;
    const Text method = text_of(yyjson_obj_get(http, "method")), target = text_of(yyjson_obj_get(http, "path"));
    e->request.method = method.empty() ? Text("POST") : arena.copy(method);
    const size_t question = target.find('?');
    e->request.path = arena.copy(target.substr(0, question));
    if (question != Text::npos) e->request.query = arena.copy(target.substr(question + 1));
    e->request.authority = "localhost";
    e->request.length = body.size();
    add_headers(e->request, yyjson_obj_get(http, "headers"));
    ask(*server, e, body);
    return true;
  }
  return false;
}

// False: no component of that name answers gRPC.
bool replay_grpc(Text component, yyjson_val* call, Bytes message) {
  for (HttpServer* server : servers()) {
    if (server->options().component != component || !server->options().grpc) continue;
    auto* e = new Exchange;
    e->to = server->options().component;
    e->grpc = true;
    e->request.method = "POST";
    e->request.path = e->request.arena.copy(text_of(yyjson_obj_get(call, "path")));
    e->request.authority = "localhost";
    e->request.http2 = true;
    e->request.headers.push_back({"content-type", "application/grpc"});
    add_headers(e->request, yyjson_obj_get(call, "metadata"));
    Writer body;
    const auto size = static_cast<uint32_t>(message.size());
    body.byte(0);
    for (int shift = 24; shift >= 0; shift -= 8) body.byte(static_cast<uint8_t>(size >> shift));
    body.append(message);
    ask(*server, e, body.bytes());
    return true;
  }
  return false;
}

}  // namespace whittle
