// SPDX-License-Identifier: Apache-2.0
// The OTLP receiver by itself, for tests and measurements over real sockets: counts what it is given and tells when it
// ends.
//
//   otlp_server [--grpc ENDPOINT] [--http ENDPOINT] [--metrics ENDPOINT] [--cert FILE --key FILE [--client-ca FILE]]
//               [--answer ok|refused|invalid] [--transport tcp|unix] [--seconds N] [--echo ENDPOINT]
//
// --echo: HTTP/2 alone, where whatever is asked is answered with a body once the whole request is there, as h2spec
// wants it.
#include "runtime/base/memory.h"
#include "runtime/base/payload.h"
#include "runtime/base/self_metrics.h"
#include "runtime/http/metrics_endpoint.h"
#include "runtime/http/server.h"
#include "runtime/loop/loop.h"
#include "stdlib/receiver/otlp/otlp_config.h"

#include <memory>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

using namespace whittle;

extern "C" const ComponentOps receiver_otlp_ops;

namespace {

struct Sink {
  Status answer = Status::Ok;
  uint64_t requests = 0, items = 0, bytes = 0;
};

Status consume(void* self, Payload* payload) {
  auto& sink = *static_cast<Sink*>(self);
  ++sink.requests;
  sink.items += payload->items;
  sink.bytes += payload->bytes;
  if (sink.answer == Status::Ok) payload->slices.clear();
  return sink.answer;
}

Str text(const char* t) {
  return {t, strlen(t)};
}

}  // namespace

int main(int argc, char** argv) {
  const char *grpc = "127.0.0.1:4317", *http = "127.0.0.1:4318", *metrics_at = nullptr, *cert = "", *key = "",
             *client_ca = "", *echo = nullptr;
  Sink sink;
  int seconds = 3600;
  auto transport = config::ListenAddressTransport::Tcp;
  for (int i = 1; i + 1 < argc; i += 2) {
    const Text flag = argv[i];
    char* value = argv[i + 1];
    if (flag == "--grpc") grpc = value;
    if (flag == "--http") http = value;
    if (flag == "--metrics") metrics_at = value;
    if (flag == "--cert") cert = value;
    if (flag == "--key") key = value;
    if (flag == "--client-ca") client_ca = value;
    if (flag == "--echo") echo = value;
    if (flag == "--seconds") seconds = atoi(value);
    if (flag == "--transport" && Text(value) == "unix") transport = config::ListenAddressTransport::Unix;
    if (flag == "--answer")
      sink.answer = Text(value) == "refused"   ? Status::Refused
                    : Text(value) == "invalid" ? Status::Invalid
                                               : Status::Ok;
  }

  Logger log;
  Loop loop;
  SelfMetrics metrics;
  Runtime runtime;
  runtime.log = &log;
  runtime.loop = &loop;
  runtime.metrics = &metrics;
  if (!loop.open()) return 2;
  metrics.observe_process();
  const MetricLabel target[] = {{"service_name", "test"}, {"service_version", "0"}, {"service_instance_id", "1"}};
  metrics.target(target);

  static const Str kOrigins[] = {{"http://*.example.com", 20}};
  config::Otlp settings = {};
  auto& g = settings.protocols.grpc;
  g.present = true;
  g.value.endpoint = text(grpc);
  g.value.transport = transport;
  auto& h = settings.protocols.http;
  h.present = true;
  h.value.endpoint = text(http);
  h.value.transport = transport;
  h.value.keep_alives_enabled = true;
  h.value.traces_url_path = text("/v1/traces");
  h.value.metrics_url_path = text("/v1/metrics");
  h.value.logs_url_path = text("/v1/logs");
  h.value.cors.present = true;
  h.value.cors.value.allowed_origins = {kOrigins, 1};
  if (*cert) {
    config::TlsServer tls = {};
    tls.cert_file = text(cert);
    tls.key_file = text(key);
    tls.client_ca_file = text(client_ca);
    g.value.tls.present = h.value.tls.present = true;
    g.value.tls.value = h.value.tls.value = tls;
  }

  ComponentContext context = {};
  context.runtime = &runtime;
  context.id = text("otlp");
  context.place = text("test:1:1");
  context.config = &settings;
  context.out[0] = context.out[2] = {consume, &sink};  // no pipeline for metrics
  void* receiver = receiver_otlp_ops.create(&context);
  if (!receiver || !receiver_otlp_ops.start(receiver)) return 1;
  std::unique_ptr<MetricsEndpoint> endpoint;
  if (metrics_at) {
    endpoint = std::make_unique<MetricsEndpoint>(runtime, metrics_at, MetricStyle{});
    if (!endpoint->start()) return 1;
  }

  std::unique_ptr<HttpServer> echoing;
  if (echo) {
    ServerOptions options;
    options.component = "echo";
    options.endpoint = echo;
    options.grpc = true;
    options.max_concurrent_streams = 100;
    ServerHandler handler;
    handler.head = [](void*, ServerRequest& request, ServerReply&) {
      request.body.expect(request.length, 1 << 20);
      return true;
    };
    handler.whole = [](void*, ServerRequest& request, ServerReply& reply) {
      reply.header("content-type", "text/plain");
      reply.body.append(Text("it is answered: "));
      reply.body.append(request.path);
    };
    handler.too_large = [](void*, ServerRequest&, ServerReply& reply) { reply.status = 413; };
    echoing = std::make_unique<HttpServer>(runtime, options, handler);
    if (!echoing->start()) return 1;
  }

  Timer end(loop, [](void* l) { static_cast<Loop*>(l)->stop(); }, &loop);
  end.in(int64_t{seconds} * 1'000'000'000);
  loop.on_signal([](void* l, int) { static_cast<Loop*>(l)->stop(); }, &loop);
  loop.run();
  receiver_otlp_ops.drain(receiver);
  const int64_t deadline = monotonic_ns() + 5'000'000'000;
  while (!receiver_otlp_ops.idle(receiver) && monotonic_ns() < deadline) loop.step(deadline);
  printf("requests %llu items %llu bytes %llu buffers %llu idle %d\n", static_cast<unsigned long long>(sink.requests),
         static_cast<unsigned long long>(sink.items), static_cast<unsigned long long>(sink.bytes),
         static_cast<unsigned long long>(memory_held()), receiver_otlp_ops.idle(receiver));
  fflush(stdout);
  _Exit(0);
}
