// SPDX-License-Identifier: Apache-2.0
// Receives Jaeger's spans: protobuf by gRPC, thrift by HTTP as Jaeger's collector takes it, thrift in datagrams as its
// agent does.
#include "runtime/base/log.h"
#include "runtime/base/self_metrics.h"
#include "runtime/grpc/service.h"
#include "runtime/http/configured.h"
#include "runtime/http/header.h"
#include "runtime/loop/loop.h"
#include "runtime/net/inlet.h"
#include "runtime/pipeline/intake.h"
#include "stdlib/receiver/jaeger/jaeger_config.h"
#include "stdlib/receiver/jaeger/spans.h"

namespace whittle {
namespace {

constexpr Text kScope = "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/jaegerreceiver";
constexpr int64_t kAskLost = 60'000'000'000;
constexpr int64_t kRetryAfter = 1'000'000'000;
constexpr uint64_t kDefaultMaxMessage = 4 * 1024 * 1024;

// What a datagram is in one of thrift's protocols.
class Agent {
public:
  Agent(const ComponentContext& context, const config::JaegerUdp& config, Text name, Text transport,
        thrift::Protocol protocol)
      : context_(context), runtime_(*context.runtime), config_(config), name_(name), protocol_(protocol),
        intake_(context, Signal::Traces, transport, kScope), inlet_(runtime_,
                                                                    {.component = view(context_.id),
                                                                     .name = name,
                                                                     .endpoint = view(config.endpoint),
                                                                     .transport = "udp",
                                                                     .buffer = config.socket_buffer_size},
                                                                    arrived, this),
        timer_(*runtime_.loop, [](void* self) { static_cast<Agent*>(self)->ask_lost(); }, this) {
    auto counter = [&](Text metric, Text help) {
      return runtime_.metrics->counter({metric, help, "{datagram}", kScope},
                                       {{"receiver", view(context_.id)}, {"transport", transport}});
    };
    lost_ =
        counter("whittle_receiver_lost_datagrams", "Datagrams that the system threw away because they came too fast.");
    malformed_ = counter("whittle_receiver_malformed_datagrams", "Datagrams that could not be read.");
  }

  bool start() {
    if (!inlet_.open()) return false;
    runtime_.log->info("Jaeger spans over UDP",
                       {{"component", context_.id}, {"protocol", name_}, {"endpoint", config_.endpoint}});
    timer_.in(kAskLost);
    return true;
  }
  void drain() {
    timer_.cancel();
    inlet_.close();
    tell_lost();
  }

private:
  static bool arrived(void* self, Peer& from, Bytes content) {
    static_cast<Agent*>(self)->datagram(from, content);
    return true;
  }

  void datagram(Peer& from, Bytes content) {
    if (config_.max_packet_size >= 0 && content.size() > static_cast<uint64_t>(config_.max_packet_size))
      return refuse(from, "it is larger than `max_packet_size`");
    Writer spans;
    const jaeger::Translated done = jaeger::from_datagram(content, protocol_, spans);
    if (done.wrong) return refuse(from, done.wrong);
    if (intake_.take(spans, done.spans) != Status::Ok)
      runtime_.log->warn("the pipeline is full: spans of a datagram are lost",
                         {{"component", context_.id}, {"spans", done.spans}});
  }
  void refuse(const Peer& from, const char* why) {
    *malformed_ += 1;
    runtime_.log->warn("a datagram is not taken in",
                       {{"component", context_.id}, {"protocol", name_}, {"from", from.address}, {"reason", why}});
  }

  void ask_lost() {
    tell_lost();
    timer_.in(kAskLost);
  }
  void tell_lost() {
    const uint64_t lost = inlet_.lost();
    if (lost == 0) return;
    *lost_ += static_cast<int64_t>(lost);
    runtime_.log->warn("spans came faster than they were taken in, and are lost",
                       {{"component", context_.id}, {"protocol", name_}, {"datagrams", lost}});
  }

  ComponentContext context_;
  Runtime& runtime_;
  const config::JaegerUdp& config_;
  Text name_;
  thrift::Protocol protocol_;
  Intake intake_;
  Inlet inlet_;
  Timer timer_;
  int64_t *lost_, *malformed_;
};

// Thrift's binary protocol, posted to /api/traces.
class Http {
public:
  Http(const ComponentContext& context, const config::HttpServer& config)
      : context_(context), runtime_(*context.runtime), config_(config),
        intake_(context, Signal::Traces, "collector_http", kScope),
        front_(*runtime_.loop, config_, {this, head, whole, nullptr}, error),
        server_(runtime_, server_options(config_, view(context_.id), tls_), front_.handler()) {}

  bool start() {
    if (!server_.start()) return false;
    runtime_.log->info("Jaeger spans over HTTP", {{"component", context_.id}, {"endpoint", config_.endpoint}});
    return true;
  }
  void drain() { server_.drain(); }
  bool idle() const { return server_.idle(); }

private:
  static bool head(void* self, ServerRequest& request, ServerReply& reply) {
    if (request.path != "/api/traces") {
      error(self, request, reply, 404, "404 page not found");
      return false;
    }
    if (request.method != "POST") {
      reply.status = 405;
      return false;
    }
    return true;
  }

  static void whole(void* self, ServerRequest& request, ServerReply& reply) {
    static_cast<Http*>(self)->take(request, reply);
  }

  void take(ServerRequest& request, ServerReply& reply) {
    const Text content_type = request.header("content-type");
    const Text type = trim_blanks(content_type.substr(0, content_type.find(';')));
    if (type.empty()) return error(this, request, reply, 400, "Cannot parse content type: there is none");
    if (!equal_ignoring_case(type, "application/x-thrift") &&
        !equal_ignoring_case(type, "application/vnd.apache.thrift.binary"))
      return error(this, request, reply, 400, "Unsupported content type: not application/x-thrift");
    Writer spans;
    const jaeger::Translated done = jaeger::from_thrift(request.body.bytes(), spans);
    if (done.wrong) {
      runtime_.log->debug("a request is not taken in", {{"component", context_.id}, {"reason", done.wrong}});
      return error(this, request, reply, 400, done.wrong);
    }
    Metadata metadata;
    collect_peer(request, metadata);
    if (config_.include_metadata) collect_metadata(request, metadata);
    if (intake_.take(spans, done.spans, static_cast<Metadata&&>(metadata)) != Status::Ok)
      return error(this, request, reply, 500, "Cannot submit Jaeger batch: the pipeline is full");
    reply.status = 202;
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
  const config::HttpServer& config_;
  Intake intake_;
  HttpFront front_;
  TlsServerOptions tls_;
  HttpServer server_;
};

// jaeger.api_v2.CollectorService
class Grpc {
public:
  Grpc(const ComponentContext& context, const config::GrpcServer& config)
      : context_(context), runtime_(*context.runtime), config_(config),
        intake_(context, Signal::Traces, "grpc", kScope), service_(*runtime_.loop, max_message(config)),
        server_(runtime_, server_options(config_, view(context_.id), tls_), service_.handler()) {
    service_.add({"jaeger.api_v2.CollectorService", "PostSpans", post_spans, this});
  }

  bool start() {
    if (!server_.start()) return false;
    runtime_.log->info("Jaeger spans over gRPC", {{"component", context_.id}, {"endpoint", config_.endpoint}});
    return true;
  }
  void drain() { server_.drain(); }
  bool idle() const { return server_.idle(); }

private:
  static uint64_t max_message(const config::GrpcServer& config) {
    const int64_t mib = config.max_recv_msg_size_mib;
    // A message's length has 32 bits.
    return mib <= 0 ? kDefaultMaxMessage : mib >= 4096 ? UINT32_MAX : static_cast<uint64_t>(mib) * 1024 * 1024;
  }

  static GrpcStatus post_spans(void* self, ServerRequest& request, const BufferRef&, Bytes message, Writer&) {
    return static_cast<Grpc*>(self)->take(request, message);
  }
  GrpcStatus take(ServerRequest& request, Bytes message) {
    Writer spans;
    const jaeger::Translated done = jaeger::from_protobuf(message, spans);
    if (done.wrong) {
      runtime_.log->debug("a call is not taken in", {{"component", context_.id}, {"reason", done.wrong}});
      return {GrpcCode::Internal, done.wrong};
    }
    Metadata metadata;
    collect_peer(request, metadata);
    if (config_.include_metadata) collect_metadata(request, metadata);
    switch (intake_.take(spans, done.spans, static_cast<Metadata&&>(metadata))) {
    case Status::Ok: return {};
    case Status::Refused: return {GrpcCode::Unavailable, "the pipeline is full", kRetryAfter};
    case Status::Invalid: return {GrpcCode::Unknown, "Permanent error: the pipeline does not accept the spans"};
    }
    return {GrpcCode::Unknown, {}};
  }

  ComponentContext context_;
  Runtime& runtime_;
  const config::GrpcServer& config_;
  Intake intake_;
  GrpcService service_;
  TlsServerOptions tls_;
  HttpServer server_;
};

// Whatever the config names; as long as the process.
struct Jaeger {
  explicit Jaeger(const ComponentContext& context) {
    const auto& p = static_cast<const config::Jaeger*>(context.config)->protocols;
    if (p.thrift_binary)
      binary = new Agent(context, *p.thrift_binary, "thrift_binary", "udp_thrift_binary", thrift::Protocol::Binary);
    if (p.thrift_compact)
      compact =
          new Agent(context, *p.thrift_compact, "thrift_compact", "udp_thrift_compact", thrift::Protocol::Compact);
    if (p.thrift_http) http = new Http(context, *p.thrift_http);
    if (p.grpc) grpc = new Grpc(context, *p.grpc);
  }

  bool start() {
    return (!binary || binary->start()) && (!compact || compact->start()) && (!http || http->start()) &&
           (!grpc || grpc->start());
  }
  void drain() {
    if (binary) binary->drain();
    if (compact) compact->drain();
    if (http) http->drain();
    if (grpc) grpc->drain();
  }
  bool idle() const { return (!http || http->idle()) && (!grpc || grpc->idle()); }

  Agent *binary = nullptr, *compact = nullptr;
  Http* http = nullptr;
  Grpc* grpc = nullptr;
};

}  // namespace
}  // namespace whittle

extern "C" const whittle::ComponentOps receiver_jaeger_ops = {
    .create = [](const whittle::ComponentContext* context) -> void* { return new whittle::Jaeger(*context); },
    .start = [](void* self) { return static_cast<whittle::Jaeger*>(self)->start(); },
    .drain = [](void* self) { static_cast<whittle::Jaeger*>(self)->drain(); },
    .idle = [](void* self) { return static_cast<whittle::Jaeger*>(self)->idle(); },
};
