// SPDX-License-Identifier: Apache-2.0
// Receives Zipkin's spans over HTTP: version 1 where the path has `api/v1/spans` in it, version 2 on every other path,
// whatever the method.
#include "runtime/base/log.h"
#include "runtime/http/configured.h"
#include "runtime/pipeline/intake.h"
#include "stdlib/receiver/zipkin/spans.h"
#include "stdlib/receiver/zipkin/zipkin_config.h"

namespace whittle {
namespace {

constexpr Text kScope = "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/zipkinreceiver";

class Zipkin {
public:
  explicit Zipkin(const ComponentContext& context)
      : context_(context), runtime_(*context.runtime), config_(*static_cast<const config::Zipkin*>(context.config)),
        v1_thrift_(context, Signal::Traces, "http_v1_thrift", kScope),
        v1_json_(context, Signal::Traces, "http_v1_json", kScope),
        v2_json_(context, Signal::Traces, "http_v2_json", kScope),
        v2_protobuf_(context, Signal::Traces, "http_v2_proto", kScope),
        front_(*runtime_.loop, http_settings_, {this, head, whole, nullptr}, error) {}

  bool start() {
    server_ = new HttpServer(runtime_, server_options(http_settings_, view(context_.id), tls_), front_.handler());
    if (!server_->start()) return false;
    runtime_.log->info("Zipkin spans over HTTP", {{"component", context_.id}, {"endpoint", config_.endpoint}});
    return true;
  }
  void drain() { server_->drain(); }
  bool idle() const { return !server_ || server_->idle(); }

private:
  static bool head(void*, ServerRequest&, ServerReply&) { return true; }

  static void whole(void* self, ServerRequest& request, ServerReply& reply) {
    static_cast<Zipkin*>(self)->take(request, reply);
  }

  void take(ServerRequest& request, ServerReply& reply) {
    const Bytes body = request.body.bytes();
    const Text type = request.header("content-type");
    const bool parse = config_.parse_string_tags;
    Writer spans;
    zipkin::Translated done;
    Intake* intake;
    if (request.path.find("api/v1/spans") != Text::npos) {
      const bool thrift = type == "application/x-thrift";
      intake = thrift ? &v1_thrift_ : &v1_json_;
      done = thrift ? zipkin::from_v1_thrift(body, spans) : zipkin::from_v1_json(body, parse, runtime_.now_ns(), spans);
    } else {
      const bool protobuf = type == "application/x-protobuf";
      intake = protobuf ? &v2_protobuf_ : &v2_json_;
      done = protobuf ? zipkin::from_v2_protobuf(body, parse, spans) : zipkin::from_v2_json(body, parse, spans);
    }
    if (done.wrong) {
      runtime_.log->debug("a request is not taken in", {{"component", context_.id}, {"reason", done.wrong}});
      return error(this, request, reply, 400, done.wrong);
    }
    Metadata metadata;
    collect_peer(request, metadata);
    if (config_.include_metadata) collect_metadata(request, metadata);
    switch (intake->take(spans, done.spans, static_cast<Metadata&&>(metadata))) {
    case Status::Ok: reply.status = 202; return;
    case Status::Refused:
      reply.status = 500;
      reply.body.append(Text("\"Internal Server Error\""));
      return;
    case Status::Invalid:
      reply.status = 400;
      reply.body.append(Text("\"Bad Request\""));
      return;
    }
  }

  static void error(void*, ServerRequest&, ServerReply& reply, int status, Text message) {
    reply.status = status;
    reply.header("content-type", "text/plain; charset=utf-8");
    reply.header("x-content-type-options", "nosniff");
    reply.body.append(message);
    reply.body.byte('\n');
  }

  ComponentContext context_;
  Runtime& runtime_;
  const config::Zipkin& config_;
  config::HttpServer http_settings_ = config_.as_http_server();
  Intake v1_thrift_, v1_json_, v2_json_, v2_protobuf_;
  HttpFront front_;
  TlsServerOptions tls_;
  HttpServer* server_ = nullptr;  // as long as the process
};

}  // namespace
}  // namespace whittle

extern "C" const whittle::ComponentOps receiver_zipkin_ops = {
    .create = [](const whittle::ComponentContext* context) -> void* { return new whittle::Zipkin(*context); },
    .start = [](void* self) { return static_cast<whittle::Zipkin*>(self)->start(); },
    .drain = [](void* self) { static_cast<whittle::Zipkin*>(self)->drain(); },
    .idle = [](void* self) { return static_cast<whittle::Zipkin*>(self)->idle(); },
};
