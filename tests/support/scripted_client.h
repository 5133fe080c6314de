// SPDX-License-Identifier: Apache-2.0
// An HTTP client that answers from a script in the test, in place of runtime/http/client_curl.cc, and the runtime
// around an exporter under test. Include it in one source file of a test program.
#pragma once

#include "runtime/base/log.h"
#include "runtime/base/payload.h"
#include "runtime/base/self_metrics.h"
#include "runtime/http/client.h"
#include "runtime/loop/loop.h"
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"

#include <functional>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <string>
#include <vector>

namespace whittle {

struct Recorded {
  std::string call, body, date;  // X-Amz-Date
  std::string address = {}, headers = {}, url = {};
};

struct Script {
  struct Answer {
    int status = 200;
    std::string body = "{}";
    std::vector<std::pair<std::string, std::string>> headers = {};  // names in lower case
    bool unsent = false;
  };
  std::vector<Recorded> requests;
  std::function<Answer(const Recorded&)> answer = [](const Recorded&) { return Answer{}; };
};
inline Script* script = nullptr;

struct ClientImpl {
  struct Pending {
    HttpDone done;
    void* context;
    Script::Answer answer;
  };
  HttpClient& client;
  std::vector<Pending> pending;
  Task task;

  ClientImpl(HttpClient& c, Loop& loop)
      : client(c), task(loop, [](void* self) { static_cast<ClientImpl*>(self)->run(); }, this) {}
  void run() {
    std::vector<Pending> now;
    now.swap(pending);
    for (Pending& p : now) {
      HttpResponse response;
      response.status = p.answer.status;
      response.unsent = p.answer.unsent;
      response.body = as_bytes(p.answer.body);
      for (auto& [name, value] : p.answer.headers) response.headers.push_back({name, value});
      --client.in_flight_;
      p.done(p.context, response);
    }
  }
  void send(HttpRequest&& request, HttpDone done, void* context) {
    ++client.in_flight_;
    Recorded r{std::string(request.call),
               std::string(request.plain_body.empty() ? request.body.text() : as_text(request.plain_body)), ""};
    if (r.body.empty())
      for (const Slice& s : request.slices) r.body += as_text(s.bytes);
    r.address = request.address;
    r.url = request.url;
    for (const HttpHeader& h : request.headers) {
      if (h.name == "X-Amz-Date") r.date = h.value;
      r.headers += std::string(h.name) + ": " + std::string(h.value) + "\n";
    }
    script->requests.push_back(r);
    pending.push_back({done, context, script->answer(r)});
    task.post();
  }
};

HttpClient::HttpClient(Runtime& runtime) : impl_(new ClientImpl(*this, *runtime.loop)) {}
HttpClient::~HttpClient() {
  delete impl_;
}
void HttpClient::send(HttpRequest&& request, HttpDone done, void* context) {
  impl_->send(static_cast<HttpRequest&&>(request), done, context);
}

// The runtime, and one exporter.
template <class Config>
struct Harness {
  Script own;
  Loop loop;
  Logger log;
  SelfMetrics metrics;
  Runtime runtime;
  HttpClient* http = nullptr;
  ComponentContext context{};
  const ComponentOps& ops;
  ConsumeFn consume;
  void* self = nullptr;

  Harness(const ComponentOps& o, ConsumeFn c, const Config& config, const char* id) : ops(o), consume(c) {
    setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    script = &own;
    EXPECT_TRUE(loop.open());
    runtime.loop = &loop;
    runtime.log = &log;
    runtime.metrics = &metrics;
    runtime.fixed_clock_ns = 1'795'360'000'000'000'000;
    http = new HttpClient(runtime);
    runtime.http = http;
    context = {&runtime, {id, strlen(id)}, {"test", 4}, &config, {}};
    self = ops.create(&context);
    EXPECT_TRUE(ops.start == nullptr || ops.start(self));
  }
  ~Harness() {
    // The exporter lives as long as the process, as in a collector.
    static auto* kept = new std::vector<void*>;
    kept->push_back(self);
    delete http;
  }

  Status send(Signal signal, const std::string& json) {
    Writer request;
    EXPECT_TRUE(wire::json_to_proto(signal, as_bytes(json), request));
    auto counts = wire::validate(signal, request.bytes());
    EXPECT_TRUE(counts && counts->regular);
    Payload payload(signal);
    payload.items = counts->items;
    Slice slice{BufferRef::copy(request.bytes()), {}};
    slice.bytes = {slice.owner.data(), request.size()};
    payload.add(static_cast<Slice&&>(slice));
    return consume(self, &payload);
  }
  // Handles events until nothing is in flight.
  void settle() {
    for (int i = 0; i < 100000 && !ops.idle(self); ++i) loop.step(monotonic_ns() + 50'000'000);
    EXPECT_TRUE(ops.idle(self));
    loop.step(0);
  }
  std::string own_metrics() {
    Writer out;
    metrics.write(out);
    return std::string(out.text());
  }
};

}  // namespace whittle
