// SPDX-License-Identifier: Apache-2.0
// Receives OTLP: gRPC on one port, HTTP with protobuf and JSON on another.
//
// A request body is checked once and handed on as it lies in its buffer; only JSON, and protobuf that no exporter
// writes that way (wire/validate.h: not regular), is written anew.
//
// Where an exporter has no queue, or one with `wait_for_result`, a request is answered when it is known what became of
// it (pipeline/receipt.h); until then only its sender waits.
#include "runtime/base/payload.h"
#include "runtime/base/self_metrics.h"
#include "runtime/grpc/service.h"
#include "runtime/http/configured.h"
#include "runtime/pipeline/receipt.h"
#include "runtime/wire/json.h"
#include "runtime/wire/rpc_status.h"
#include "runtime/wire/validate.h"
#include "stdlib/receiver/otlp/otlp_config.h"

#include <stdio.h>
#include <string.h>

namespace whittle {
namespace {

constexpr int64_t kRetryAfter = 1'000'000'000;
constexpr uint64_t kDefaultMaxMessage = 4 * 1024 * 1024;
constexpr uint32_t kSignals = 3;

struct SignalNames {
  Text service;
  Text accepted, refused, failed;
  Text unit, things;
};

constexpr SignalNames kNames[kSignals] = {
    {"opentelemetry.proto.collector.trace.v1.TraceService", "otelcol_receiver_accepted_spans",
     "otelcol_receiver_refused_spans", "otelcol_receiver_failed_spans", "{span}", "spans"},
    {"opentelemetry.proto.collector.metrics.v1.MetricsService", "otelcol_receiver_accepted_metric_points",
     "otelcol_receiver_refused_metric_points", "otelcol_receiver_failed_metric_points", "{datapoint}", "metric points"},
    {"opentelemetry.proto.collector.logs.v1.LogsService", "otelcol_receiver_accepted_log_records",
     "otelcol_receiver_refused_log_records", "otelcol_receiver_failed_log_records", "{record}", "log records"},
};

class Receiver;

// One signal over one transport.
struct Intake {
  Receiver* receiver = nullptr;
  Signal signal = Signal::Traces;
  bool metadata = false;
  int64_t* accepted = nullptr;
  int64_t* refused = nullptr;
};

enum class Outcome { Ok, Malformed, Refused, Invalid, Later };

// Why a request failed that was not malformed.
struct Failure {
  uint32_t code = 0;  // of gRPC, from the backend; 0: none
  Text why;           // in the request's arena, or a literal
};

// A request that is answered when its delivery has ended.
struct Waiting {
  Intake& intake;
  ServerRequest& request;  // lives until it has been answered
  const bool grpc;
  int64_t items = 0;
  Receipt receipt;
  Later later;

  Waiting(Loop& loop, Intake& i, ServerRequest& r, bool g, Receipt::Ended ended)
      : intake(i), request(r), grpc(g), receipt(loop, ended, this),
        later([](void* self) { static_cast<Waiting*>(self)->receipt.leave(); }, this) {}
};

class Receiver {
public:
  explicit Receiver(const ComponentContext& context)
      : context_(context), runtime_(*context.runtime), config_(*static_cast<const config::Otlp*>(context.config)),
        grpc_service_(*runtime_.loop, max_message(config_)),
        front_(*runtime_.loop, http_settings_, {this, http_head, http_whole, nullptr}, http_error) {
    const auto& protocols = config_.protocols;
    if (protocols.grpc) {
      open_intakes(grpc_, "grpc", protocols.grpc->include_metadata);
      for (Intake& intake : grpc_)
        if (intake.receiver) grpc_service_.add({kNames[index(intake.signal)].service, "Export", grpc_call, &intake});
    }
    if (protocols.http) open_intakes(http_, "http", protocols.http->include_metadata);
  }

  ~Receiver() {
    delete grpc_server_;
    delete http_server_;
  }

  bool start() {
    const auto& protocols = config_.protocols;
    const Text id = view(context_.id);
    if (protocols.grpc) {
      grpc_server_ = new HttpServer(runtime_, server_options(*protocols.grpc, id, grpc_tls_), grpc_service_.handler());
      if (!grpc_server_->start()) return false;
      runtime_.log->info("OTLP over gRPC", {{"component", id}, {"endpoint", protocols.grpc->endpoint}});
    }
    if (protocols.http) {
      http_server_ = new HttpServer(runtime_, server_options(http_settings_, id, http_tls_), front_.handler());
      if (!http_server_->start()) return false;
      runtime_.log->info("OTLP over HTTP", {{"component", id}, {"endpoint", protocols.http->endpoint}});
    }
    return true;
  }

  void drain() {
    if (grpc_server_) grpc_server_->drain();
    if (http_server_) http_server_->drain();
  }

  bool idle() const { return (!grpc_server_ || grpc_server_->idle()) && (!http_server_ || http_server_->idle()); }

private:
  static uint32_t index(Signal signal) { return static_cast<uint32_t>(signal); }

  static uint64_t max_message(const config::Otlp& config) {
    const int64_t mib = config.protocols.grpc ? config.protocols.grpc->max_recv_msg_size_mib : 0;
    // A message's length has 32 bits.
    return mib <= 0 ? kDefaultMaxMessage : mib >= 4096 ? UINT32_MAX : static_cast<uint64_t>(mib) * 1024 * 1024;
  }

  void open_intakes(Intake (&intakes)[kSignals], Text transport, bool metadata) {
    for (uint32_t i = 0; i < kSignals; ++i) {
      if (!context_.out[i].consume) continue;
      const SignalNames& names = kNames[i];
      Intake& intake = intakes[i];
      intake.receiver = this;
      intake.signal = static_cast<Signal>(i);
      intake.metadata = metadata;
      static constexpr Text kScope = "go.opentelemetry.io/collector/receiver/otlpreceiver";
      auto counter = [&](Text name, Text help) {
        return runtime_.metrics->counter({name, help, names.unit, kScope},
                                         {{"receiver", view(context_.id)}, {"transport", transport}});
      };
      intake.accepted = counter(names.accepted, "Number of items successfully pushed into the pipeline.");
      intake.refused = counter(names.refused, "Number of items that could not be pushed into the pipeline.");
      counter(names.failed, "The number of items that failed to be processed by the receiver due to internal errors.");
    }
  }

  // Checks a request and hands it on. `why` is set for Malformed, `failure` for Refused and Invalid, `later` for Later.
  Outcome take(Intake& intake, ServerRequest& request, bool grpc, const BufferRef& owner, Bytes message, Error& why,
               Failure& failure, Later*& later) {
    auto counts = wire::validate(intake.signal, message);
    if (!counts) {
      why = counts.error();
      return Outcome::Malformed;
    }
    BufferRef holder = owner;
    if (!counts->regular) {
      Writer anew;
      counts = wire::normalize(intake.signal, message, anew);
      if (!counts) {
        why = counts.error();
        return Outcome::Malformed;
      }
      holder = BufferRef::copy(anew.bytes());
      message = {holder.data(), anew.size()};
    }
    if (counts->items == 0) return Outcome::Ok;
    Payload payload(intake.signal);
    payload.items = counts->items;
    payload.add({static_cast<BufferRef&&>(holder), message});
    collect_peer(request, payload.metadata);
    if (intake.metadata) collect_metadata(request, payload.metadata);
    const Consumer& out = context_.out[index(intake.signal)];
    const auto items = static_cast<int64_t>(counts->items);
    if (!runtime_.senders_wait) return counted(intake, items, out.consume(out.self, &payload));
    auto* waiting = new Waiting(*runtime_.loop, intake, request, grpc, ended);
    waiting->items = items;
    Status status;
    {
      const Receipt::Scope scope(runtime_, &waiting->receipt);
      status = out.consume(out.self, &payload);
    }
    if (status == Status::Ok && waiting->receipt.wait()) {
      later = &waiting->later;
      return Outcome::Later;
    }
    if (status == Status::Ok) status = told(*waiting, failure);
    delete waiting;
    return counted(intake, items, status);
  }

  static Outcome counted(Intake& intake, int64_t items, Status status) {
    *(status == Status::Ok ? intake.accepted : intake.refused) += items;
    return status == Status::Ok ? Outcome::Ok : status == Status::Refused ? Outcome::Refused : Outcome::Invalid;
  }

  // What the receipt says, for an answer.
  static Status told(Waiting& waiting, Failure& failure) {
    failure = {waiting.receipt.code(), waiting.request.arena.copy(waiting.receipt.why())};
    return waiting.receipt.status();
  }

  static void ended(void* self) {
    auto& waiting = *static_cast<Waiting*>(self);
    counted(waiting.intake, waiting.items, waiting.receipt.status());
    if (ServerReply* reply = waiting.later.reply()) {
      ServerRequest& request = waiting.request;
      Failure failure;
      const Status status = told(waiting, failure);
      if (waiting.grpc) {
        Writer answer;
        GrpcStatus grpc;
        if (status == Status::Ok) put_success(answer);
        else grpc = grpc_failure(status == Status::Invalid, failure);
        GrpcService::finish(request, *reply, grpc, answer.bytes());
      } else if (status == Status::Ok) {
        http_success(request, *reply);
      } else {
        http_failure(request, *reply, grpc_failure(status == Status::Invalid, failure));
      }
      waiting.later.done();
    }
    delete &waiting;
  }

  // What to say of a request that was not taken. Senders come again where that may help.
  static GrpcStatus grpc_failure(bool for_good, const Failure& failure) {
    GrpcStatus status;
    status.code = failure.code ? static_cast<GrpcCode>(failure.code)
                  : for_good   ? GrpcCode::Internal
                               : GrpcCode::Unavailable;
    status.message = !failure.why.empty() ? failure.why
                     : for_good           ? Text("Permanent error: the pipeline does not accept the request")
                                          : Text("the pipeline is full");
    status.retry_after_ns = for_good ? 0 : kRetryAfter;
    return status;
  }

  // An answer that says: all of it was taken (`partial_success` is there and empty).
  static void put_success(Writer& out) { out.append(Text("\x0a\x00", 2)); }

  static GrpcStatus grpc_call(void* self, ServerRequest& request, const BufferRef& owner, Bytes message,
                              Writer& answer) {
    auto& intake = *static_cast<Intake*>(self);
    Error why = {Errc::Malformed};
    Failure failure;
    Later* later = nullptr;
    const Outcome outcome = intake.receiver->take(intake, request, true, owner, message, why, failure, later);
    switch (outcome) {
    case Outcome::Ok: put_success(answer); return {};
    case Outcome::Malformed:
      return {GrpcCode::Internal, prefixed(request, "grpc: error unmarshalling request: ", describe(request, why))};
    case Outcome::Refused:
    case Outcome::Invalid: return grpc_failure(outcome == Outcome::Invalid, failure);
    case Outcome::Later: return {.later = later};
    }
    return {GrpcCode::Internal, {}};
  }

  static Text prefixed(ServerRequest& request, Text a, Text b) {
    char* text = request.arena.array<char>(a.size() + b.size());
    memcpy(text, a.data(), a.size());
    memcpy(text + a.size(), b.data(), b.size());
    return {text, a.size() + b.size()};
  }

  // "truncated at byte 120 of the message"
  static Text describe(ServerRequest& request, const Error& error) {
    char text[96];
    const int n = snprintf(text, sizeof text, "%s at byte %llu of the message", errc_text(error.code),
                           static_cast<unsigned long long>(error.offset));
    return request.arena.copy(Text(text, static_cast<size_t>(n)));
  }

  enum class Media { Protobuf, Json, Other };
  static Media media_of(Text content_type) {
    const Text type = trim_blanks(content_type.substr(0, content_type.find(';')));
    if (equal_ignoring_case(type, "application/x-protobuf")) return Media::Protobuf;
    if (equal_ignoring_case(type, "application/json")) return Media::Json;
    return Media::Other;
  }

  Intake* find(Text path) {
    const auto& http = *config_.protocols.http;
    const Str* paths[kSignals] = {&http.traces_url_path, &http.metrics_url_path, &http.logs_url_path};
    for (uint32_t i = 0; i < kSignals; ++i)
      if (http_[i].receiver && view(*paths[i]) == path) return &http_[i];
    return nullptr;
  }

  static void plain(ServerReply& reply, int status, Text content_type, Text text) {
    reply.status = status;
    reply.header("content-type", content_type);
    reply.body.append(text);
  }

  static bool http_head(void* self, ServerRequest& request, ServerReply& reply) {
    if (!static_cast<Receiver*>(self)->find(request.path)) {
      plain(reply, 404, "text/plain; charset=utf-8", "404 page not found\n");
      reply.header("x-content-type-options", "nosniff");
      return false;
    }
    if (request.method != "POST") {
      plain(reply, 405, "text/plain", "405 method not allowed, supported: [POST]");
      return false;
    }
    if (media_of(request.header("content-type")) == Media::Other) {
      plain(reply, 415, "text/plain",
            "415 unsupported media type, supported: [application/json, application/x-protobuf]");
      return false;
    }
    return true;
  }

  static void http_whole(void* self, ServerRequest& request, ServerReply& reply) {
    auto& receiver = *static_cast<Receiver*>(self);
    Intake& intake = *receiver.find(request.path);
    const bool json = media_of(request.header("content-type")) == Media::Json;
    BufferRef owner = request.body.owner();
    Bytes message = request.body.bytes();
    if (json) {
      Writer proto;
      if (auto done = wire::json_to_proto(intake.signal, message, proto); !done)
        return http_error(self, request, reply, 400, describe(request, done.error()));
      request.body.clear();
      owner = BufferRef::copy(proto.bytes());
      message = {owner.data(), proto.size()};
    }
    Error why = {Errc::Malformed};
    Failure failure;
    const Outcome outcome = receiver.take(intake, request, false, owner, message, why, failure, reply.later);
    switch (outcome) {
    case Outcome::Ok: return http_success(request, reply);
    case Outcome::Malformed: return http_error(self, request, reply, 400, describe(request, why));
    case Outcome::Refused:
    case Outcome::Invalid: return http_failure(request, reply, grpc_failure(outcome == Outcome::Invalid, failure));
    case Outcome::Later: return;
    }
  }

  static void http_success(ServerRequest& request, ServerReply& reply) {
    const bool json = media_of(request.header("content-type")) == Media::Json;
    reply.header("content-type", json ? "application/json" : "application/x-protobuf");
    if (json) reply.body.append(Text("{\"partialSuccess\":{}}"));
    else put_success(reply.body);
  }

  // The status of HTTP that says what gRPC's does (collector receiver/otlpreceiver internal/errors).
  static int http_status_of(GrpcCode code) {
    switch (code) {
    case GrpcCode::Cancelled:
    case GrpcCode::DeadlineExceeded:
    case GrpcCode::Aborted:
    case GrpcCode::OutOfRange:
    case GrpcCode::Unavailable:
    case GrpcCode::DataLoss: return 503;
    case GrpcCode::ResourceExhausted: return 429;
    case GrpcCode::InvalidArgument: return 400;
    case GrpcCode::Unauthenticated: return 401;
    case GrpcCode::PermissionDenied: return 403;
    case GrpcCode::Unimplemented: return 404;
    default: return 500;
    }
  }

  static void http_failure(ServerRequest& request, ServerReply& reply, const GrpcStatus& failure) {
    put_status(request, reply, http_status_of(failure.code), failure);
  }

  // A google.rpc.Status in the form that the request came in.
  static void http_error(void*, ServerRequest& request, ServerReply& reply, int status, Text message) {
    GrpcCode code = GrpcCode::Unknown;
    if (status == 400) code = GrpcCode::InvalidArgument;
    if (status == 500) code = GrpcCode::Internal;
    if (status == 503) code = GrpcCode::Unavailable;
    put_status(request, reply, status, {code, message, status == 503 ? kRetryAfter : 0});
  }

  static void put_status(ServerRequest& request, ServerReply& reply, int status, const GrpcStatus& said) {
    reply.status = status;
    if (said.retry_after_ns > 0 && (status == 503 || status == 429)) reply.header("retry-after", "1");
    const auto code = static_cast<int32_t>(said.code);
    if (media_of(request.header("content-type")) == Media::Protobuf) {
      reply.header("content-type", "application/x-protobuf");
      wire::put_rpc_status(reply.body, code, said.message, said.retry_after_ns);
    } else {
      reply.header("content-type", "application/json");
      wire::put_rpc_status_json(reply.body, code, said.message, said.retry_after_ns);
    }
  }

  ComponentContext context_;
  Runtime& runtime_;
  const config::Otlp& config_;
  config::HttpServer http_settings_ =
      config_.protocols.http ? config_.protocols.http->as_http_server() : config::HttpServer{};
  Intake grpc_[kSignals];
  Intake http_[kSignals];
  GrpcService grpc_service_;
  HttpFront front_;
  TlsServerOptions grpc_tls_;
  TlsServerOptions http_tls_;
  HttpServer* grpc_server_ = nullptr;
  HttpServer* http_server_ = nullptr;
};

}  // namespace
}  // namespace whittle

extern "C" const whittle::ComponentOps receiver_otlp_ops = {
    .create = [](const whittle::ComponentContext* context) -> void* { return new whittle::Receiver(*context); },
    .start = [](void* self) { return static_cast<whittle::Receiver*>(self)->start(); },
    .drain = [](void* self) { static_cast<whittle::Receiver*>(self)->drain(); },
    .idle = [](void* self) { return static_cast<whittle::Receiver*>(self)->idle(); },
};
