// SPDX-License-Identifier: Apache-2.0
// The network, replaced by standard output: each request that a collector would send becomes one line of JSON, and is
// answered with 200 from the loop.
#include "runtime/http/client.h"

#include "runtime/base/json.h"
#include "runtime/loop/loop.h"
#include "runtime/wire/json.h"

#include <unistd.h>
#include <vector>

namespace whittle {

struct ClientImpl {
  struct Answer {
    HttpDone done;
    void* context;
  };
  HttpClient& client;
  std::vector<Answer> answers;
  Task task;

  ClientImpl(HttpClient& c, Loop& loop)
      : client(c), task(loop, [](void* self) { static_cast<ClientImpl*>(self)->answer(); }, this) {}

  void answer() {
    std::vector<Answer> now = static_cast<std::vector<Answer>&&>(answers);
    answers.clear();
    for (const Answer& a : now) {
      HttpResponse response;
      response.status = 200;
      response.body = as_bytes("{}");
      --client.in_flight_;
      a.done(a.context, response);
    }
  }
};

HttpClient::HttpClient(Runtime& runtime) : impl_(new ClientImpl(*this, *runtime.loop)) {}
HttpClient::~HttpClient() {
  delete impl_;
}

void replay_write(Bytes line) {
  while (!line.empty()) {
    ssize_t n = write(STDOUT_FILENO, line.data(), line.size());
    if (n <= 0) _exit(2);
    line = line.subspan(static_cast<size_t>(n));
  }
}

void HttpClient::send(HttpRequest&& request, HttpDone done, void* context) {
  ++in_flight_;
  if (!request.call.empty()) {
    Writer line;
    line.append(Text("{\"exporter\":"));
    append_json_text(line, request.exporter);
    line.append(Text(",\"call\":"));
    append_json_text(line, request.call);
    line.append(Text(",\"body\":"));
    Writer joined;
    if (request.plain_body.empty()) {
      for (const Slice& s : request.slices) joined.append(s.bytes);
      request.plain_body = joined.bytes();
    }
    if (request.plain_is_otlp) wire::proto_to_json(request.otlp_signal, request.plain_body, line);
    else line.append(request.plain_body);
    line.append(Text("}\n"));
    replay_write(line.bytes());
  }
  impl_->answers.push_back({done, context});
  impl_->task.post();
}

}  // namespace whittle
