// SPDX-License-Identifier: Apache-2.0
// OTLP/HTTP out: the slices of a payload in one body, compressed, posted to the signal's URL. What answers may be tried
// again follows the OTLP specification ("OTLP/HTTP Response"): 429, 502, 503 and 504, with Retry-After.
#include "runtime/base/arena.h"
#include "runtime/base/log.h"
#include "runtime/base/number.h"
#include "runtime/codec/compress.h"
#include "runtime/export/otlp_answer.h"
#include "runtime/grpc/code.h"
#include "runtime/http/authenticator.h"
#include "runtime/http/client.h"
#include "runtime/http/configured.h"
#include "runtime/http/date.h"
#include "runtime/wire/json.h"
#include "runtime/wire/otlp_schema.h"

#include "stdlib/exporter/otlphttp/cloudwatch_limits.h"
#include "stdlib/exporter/otlphttp/otlphttp_config.h"

namespace whittle {
namespace {

constexpr Text kPaths[] = {"/v1/traces", "/v1/metrics", "/v1/logs"};

RequestLimit limit_of(Text url, Signal signal) {
  const CloudwatchLimit limit = cloudwatch_limit(url, static_cast<unsigned>(signal));
  return {limit.items, limit.bytes};
}

// What gRPC says where HTTP has answered so.
GrpcCode code_of(int http_status) {
  switch (http_status) {
  case 400: return GrpcCode::InvalidArgument;
  case 401: return GrpcCode::Unauthenticated;
  case 403: return GrpcCode::PermissionDenied;
  case 404: return GrpcCode::Unimplemented;
  case 429: return GrpcCode::ResourceExhausted;
  case 502:
  case 503:
  case 504: return GrpcCode::Unavailable;
  default: return GrpcCode::Unknown;
  }
}

struct Otlphttp {
  const ComponentContext& context;
  const config::Otlphttp& config;
  Runtime& runtime;
  Arena arena;
  Text urls[3];
  Coding coding = Coding::Identity;
  ClientTls tls;
  Authenticator authenticator;
  ExportQueue queue;

  explicit Otlphttp(const ComponentContext& c)
      : context(c), config(*static_cast<const config::Otlphttp*>(c.config)), runtime(*c.runtime),
        queue(
            c, config.sending_queue ? &*config.sending_queue : nullptr, &config.retry_on_failure,
            [](void* self, Outgoing& item) { static_cast<Otlphttp*>(self)->send(item); }, this) {
    const Str own[] = {config.traces_endpoint, config.metrics_endpoint, config.logs_endpoint};
    for (int s = 0; s < 3; ++s) {
      urls[s] = view(own[s]);
      if (!urls[s].empty()) continue;
      Writer url;
      Text base = view(config.endpoint);
      url.append(base);
      url.append(base.ends_with('/') ? kPaths[s].substr(1) : kPaths[s]);
      urls[s] = arena.copy(url.text());
    }
    for (uint32_t s = 0; s < 3; ++s) queue.limit(static_cast<Signal>(s), limit_of(urls[s], static_cast<Signal>(s)));
    switch (config.compression) {
    case config::OtlphttpCompression::Gzip: coding = Coding::Gzip; break;
    case config::OtlphttpCompression::Zstd: coding = Coding::Zstd; break;
    case config::OtlphttpCompression::Zlib:
    case config::OtlphttpCompression::Deflate: coding = Coding::Zlib; break;
    default: break;  // the others are refused when the config is checked
    }
    tls = client_tls(config.tls);
  }

  bool start() {
    return !config.auth || config.auth->authenticator.size == 0 ||
           authenticator.find(context, config.auth->authenticator);
  }

  // A request that has no signature yet, and what it borrows.
  struct Unsigned {
    Otlphttp& self;
    Outgoing& item;
    HttpRequest request;
    Writer joined;
  };

  void send(Outgoing& item) {
    auto s = static_cast<uint32_t>(item.payload.signal);
    bool json = config.encoding == config::OtlphttpEncoding::Json;
    HttpRequest request;
    request.url = urls[s];
    Writer joined, text;
    if (!json && coding == Coding::Identity) {
      request.slices = item.payload.slices;  // as they were received
    } else {
      const int level = static_cast<int>(config.compression_params.level);
      if (json || runtime.offline) {
        item.payload.flatten(joined);
        request.plain_body = joined.bytes();
      }
      if (json) {
        wire::proto_to_json(item.payload.signal, joined.bytes(), text);
        compress(coding, level, text.bytes(), request.body);
      } else {
        compress(coding, level, item.payload.slices, request.body);
      }
    }
    queue.holds(item, item.payload.held() + request.body.capacity());
    request.headers.push_back({"Content-Type", json ? "application/json" : "application/x-protobuf"});
    if (coding != Coding::Identity) request.headers.push_back({"Content-Encoding", coding_name(coding)});
    configure_request(request, config, tls);
    request.exporter = view(context.id);
    request.call = path_of_url(urls[s]);
    request.plain_is_otlp = true;
    request.otlp_signal = item.payload.signal;
    request.metadata = &item.payload.metadata;
    if (!authenticator) return post(item, static_cast<HttpRequest&&>(request));
    auto* waiting = new Unsigned{*this, item, static_cast<HttpRequest&&>(request), static_cast<Writer&&>(joined)};
    authenticator.authenticate(
        waiting->request,
        [](void* u, const char* wrong) {
          auto* w = static_cast<Unsigned*>(u);
          if (wrong) w->self.queue.again(w->item, wrong, 0);
          else w->self.post(w->item, static_cast<HttpRequest&&>(w->request));
          delete w;
        },
        waiting);
  }

  void post(Outgoing& item, HttpRequest&& request) {
    runtime.http->send(
        static_cast<HttpRequest&&>(request),
        [](void* i, const HttpResponse& r) {
          auto& outgoing = *static_cast<Outgoing*>(i);
          static_cast<Otlphttp*>(outgoing.user)->answered(outgoing, r);
        },
        (item.user = this, &item));
  }

  void answered(Outgoing& item, const HttpResponse& r) {
    if (r.status >= 200 && r.status < 300) return taken(item, r);
    item.code = 0;
    if (r.status == 0) return queue.again(item, r.error_text, 0);
    item.code = static_cast<uint32_t>(code_of(r.status));
    Writer why;
    why.append(Text("HTTP status "));
    append_int(why, r.status);
    if (!r.body.empty()) {
      why.append(Text(": "));
      why.append(as_text(r.body).substr(0, 300));
    }
    if (r.status >= 300 && r.status < 400)
      for (const HttpHeader& h : r.headers)
        if (h.name == "location") {
          why.append(Text(": redirected to "));
          why.append(h.value.substr(0, 300));
          why.append(Text(", which requests are not sent to: write that URL as the endpoint"));
        }
    if (r.status != 429 && r.status != 502 && r.status != 503 && r.status != 504) return queue.failed(item, why.text());
    int64_t after = 0;
    for (const HttpHeader& h : r.headers)
      if (h.name == "retry-after") after = parse_retry_after(h.value, runtime.now_ns());
    queue.again(item, why.text(), after);
  }

  void taken(Outgoing& item, const HttpResponse& r) {
    static constexpr const wire::MessageType* kAnswers[] = {
        &wire::kExportTraceServiceResponse, &wire::kExportMetricsServiceResponse, &wire::kExportLogsServiceResponse};
    const wire::MessageType& type = *kAnswers[static_cast<uint32_t>(item.payload.signal)];
    Text media;
    for (const HttpHeader& h : r.headers)
      if (h.name == "content-type") media = trim_blanks(h.value.substr(0, h.value.find(';')));
    Writer transcoded;
    Bytes answer;
    if (equal_ignoring_case(media, "application/x-protobuf")) answer = r.body;
    else if (equal_ignoring_case(media, "application/json") && wire::json_to_proto(type, r.body, transcoded))
      answer = transcoded.bytes();
    otlp_taken(queue, item, runtime, view(context.id), answer);
  }
};

void* create(const ComponentContext* context) {
  return new Otlphttp(*context);
}
bool start(void* self) {
  auto& otlphttp = *static_cast<Otlphttp*>(self);
  return otlphttp.start() && otlphttp.queue.start();
}
void drain(void* self) {
  static_cast<Otlphttp*>(self)->queue.drain();
}
bool idle(void* self) {
  return static_cast<Otlphttp*>(self)->queue.idle();
}

}  // namespace

extern "C" Status exporter_otlphttp_consume(void* self, Payload* payload) {
  return static_cast<Otlphttp*>(self)->queue.offer(*payload);
}
extern "C" const ComponentOps exporter_otlphttp_ops = {create, start, drain, idle, nullptr, nullptr};

}  // namespace whittle
