// SPDX-License-Identifier: Apache-2.0
// main() of a collector that was linked for `whittle replay`: OTLP/JSON requests from standard input go through the
// same pipelines as ever, the clock moves where a line says so, and what would have been sent is written to standard
// output. Lines, each an object of JSON:
//
//   {"signal": "traces", "body": OTLP/JSON}   a request to every pipeline of the signal; one that refuses it is named
//   {"mark": TEXT}                            comes out as it is: what stands before it comes of the lines before it
//   {"clock": SECONDS}                        the clock moves there; what is due until then happens first
//   {"to": ID, "datagram": PAYLOAD}           a packet to a component; `from`, "ADDRESS:PORT", tells senders apart, and
//                                             `on` says which of several listeners it comes to
//   {"to": ID, "stream": PAYLOAD}             what a connection's socket gives at once; `from` says which connection
//   {"to": ID, "http": {"method", "path", "headers", "body"}}   a request to a component that answers HTTP
//   {"scrape": {"target": "HOST:PORT", "path", "status", "content_type", "body"}}   a scrape of this target, which gets
//                                             this, or {"target", "error": "connection"}
//   {"env": {NAME: TEXT}}                     environment variables; the first line only
//   {"answers": {"METHOD URL": ANSWER}}       what requests get, also those at the start where it is among the first
//   lines:
//                                             {"status", "headers", "body"} or {"error": "connection"}, or a list of
//                                             such, of which the last repeats
//
// PAYLOAD is text, {"base64": TEXT}, or any other value for its JSON.
//
//   collector --clock SECONDS
#include "runtime/base/json.h"
#include "runtime/base/payload.h"
#include "runtime/base/self_metrics.h"
#include "runtime/http/client.h"
#include "runtime/loop/loop.h"
#include "runtime/main/collector.h"
#include "runtime/pipeline/receipt.h"
#include "runtime/replay/canned.h"
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yyjson.h>

namespace whittle {

void replay_write(Bytes line);
void replay_answers(yyjson_val* answers);
bool replay_http(Text component, yyjson_val* http, Bytes body);
bool replay_grpc(Text component, yyjson_val* call, Bytes message);
bool replay_scrape(Text target, Text path);
bool replay_arrives(Text component, Text on, bool stream, Text from, Bytes content);

namespace {

constexpr Text kSignals[] = {"traces", "metrics", "logs"};

// `pipeline`: the one that refused, if it was one.
void refuse(Text why, Text pipeline = {}) {
  Writer line;
  line.append(Text("{\"error\":"));
  append_json_text(line, why);
  if (!pipeline.empty()) {
    line.append(Text(",\"pipeline\":"));
    append_json_text(line, pipeline);
  }
  line.append(Text("}\n"));
  replay_write(line.bytes());
}

void mark(Text text) {
  Writer line;
  line.append(Text("{\"mark\":"));
  append_json_text(line, text);
  line.append(Text("}\n"));
  replay_write(line.bytes());
}

class Replay {
public:
  explicit Replay(Runtime& runtime) : runtime_(runtime), collector_(*runtime.collector) {}

  void line(Text text) {
    if (text.find_first_not_of(" \t\r") == Text::npos) return;
    yyjson_doc* doc = yyjson_read(text.data(), text.size(), 0);
    if (!doc) return refuse("the line is not JSON");
    yyjson_val* root = yyjson_doc_get_root(doc);
    if (yyjson_val* clock = yyjson_obj_get(root, "clock"))
      runtime_.loop->advance(static_cast<int64_t>(yyjson_get_num(clock) * 1e9 + 0.5));
    else if (yyjson_val* answers = yyjson_obj_get(root, "answers")) replay_answers(answers);
    else if (yyjson_val* text = yyjson_obj_get(root, "mark")) mark(text_of(text));
    else if (yyjson_obj_get(root, "to")) arrives(root);
    else if (yyjson_val* scrape = yyjson_obj_get(root, "scrape")) return scraped(scrape), yyjson_doc_free(doc);
    else object(root);
    yyjson_doc_free(doc);
    settle();
  }

  void end() {
    // Retries and the like have timers: the clock runs on until exporters hold nothing, for five minutes at most.
    pass_time([&] { return exporters_idle(); });
    runtime_.draining = true;
    drain_components(collector_);
    settle();
    pass_time([&] { return components_idle(collector_); });
    for (const Component& c : collector_.components)
      if (c.kind == ComponentKind::Extension && c.ops->drain) c.ops->drain(*c.instance);
    settle();
  }

private:
  void object(yyjson_val* root) {
    yyjson_val *signal = yyjson_obj_get(root, "signal"), *body = yyjson_obj_get(root, "body");
    if (!yyjson_is_str(signal) || !body) return refuse("a line holds `signal` and `body`");
    uint32_t s = 0;
    while (s < 3 && kSignals[s] != Text(yyjson_get_str(signal), yyjson_get_len(signal))) ++s;
    if (s == 3) return refuse("`signal` is traces, metrics or logs");
    size_t size;
    char* json = yyjson_val_write(body, 0, &size);
    if (!json) return refuse("the body is not JSON");
    Writer proto;
    auto transcoded = wire::json_to_proto(static_cast<Signal>(s), as_bytes(Text(json, size)), proto);
    free(json);
    if (!transcoded) return refuse(errc_text(transcoded.error().code));
    auto counts = wire::validate(static_cast<Signal>(s), proto.bytes());
    if (!counts) return refuse(errc_text(counts.error().code));
    Payload payload(static_cast<Signal>(s));
    BufferRef buffer = BufferRef::copy(proto.bytes());
    Bytes bytes{buffer.data(), proto.size()};
    payload.items = counts->items;
    if (!bytes.empty()) payload.add({static_cast<BufferRef&&>(buffer), bytes});
    bool taken = false;
    for (const PipelineEntry& p : collector_.pipelines) {
      if (p.signal != static_cast<Signal>(s)) continue;
      taken = true;
      Payload own = payload.clone();
      offer(p, own);
    }
    if (!taken) refuse("no pipeline takes this signal");
  }

  // As the otlp receiver does, which answers some requests later.
  struct Waiting {
    Receipt receipt;
    explicit Waiting(Loop& loop) : receipt(loop, ended, this) {}

    static void ended(void* self) {
      auto* waiting = static_cast<Waiting*>(self);
      if (waiting->receipt.status() != Status::Ok) refuse(waiting->receipt.why());
      delete waiting;
    }
  };

  void offer(const PipelineEntry& to, Payload& payload) {
    auto* waiting = new Waiting(*runtime_.loop);
    const Receipt::Scope scope(runtime_, &waiting->receipt);
    const Text name(to.name.data, to.name.size);
    const Status status = to.in.consume(to.in.self, &payload);
    if (status != Status::Ok) refuse("a pipeline refused the request", name);
    else if (waiting->receipt.wait()) return;
    else if (waiting->receipt.status() != Status::Ok) refuse(waiting->receipt.why(), name);
    delete waiting;
  }

  static Text text_of(yyjson_val* v) { return yyjson_is_str(v) ? Text(yyjson_get_str(v), yyjson_get_len(v)) : Text(); }

  // False, with the line refused, when it is none.
  static bool payload_of(yyjson_val* v, Writer& out) {
    if (yyjson_is_str(v)) return out.append(text_of(v)), true;
    if (yyjson_val* base64 = yyjson_obj_get(v, "base64")) {
      if (append_decoded_base64(out, text_of(base64))) return true;
      refuse("the payload is not base64");
      return false;
    }
    size_t size;
    char* text = yyjson_val_write(v, 0, &size);
    if (text) out.append(Text(text, size));
    free(text);
    return true;
  }

  void scraped(yyjson_val* scrape) {
    Canned canned;
    Writer body;
    if (yyjson_val* status = yyjson_obj_get(scrape, "status")) canned.status = static_cast<int>(yyjson_get_int(status));
    yyjson_val *type = yyjson_obj_get(scrape, "content_type"), *path = yyjson_obj_get(scrape, "path");
    canned.content_type = type ? text_of(type) : Text("text/plain; version=0.0.4; charset=utf-8");
    canned.failed = yyjson_obj_get(scrape, "error") != nullptr;
    yyjson_val* content = yyjson_obj_get(scrape, "body");
    if (content && !payload_of(content, body)) return;
    canned.body = body.bytes();
    settle();  // who lists targets may have been asked at the start
    replay_answer_with(&canned);
    const bool known =
        replay_scrape(text_of(yyjson_obj_get(scrape, "target")), path ? text_of(path) : Text("/metrics"));
    replay_answer_with(nullptr);
    settle();
    if (!known) refuse("nobody scrapes this target");
  }

  void arrives(yyjson_val* root) {
    yyjson_val *datagram = yyjson_obj_get(root, "datagram"), *stream = yyjson_obj_get(root, "stream");
    yyjson_val* http = yyjson_obj_get(root, "http");
    Writer content;
    if (http) {
      yyjson_val* body = yyjson_obj_get(http, "body");
      if (body && !payload_of(body, content)) return;
      if (!replay_http(text_of(yyjson_obj_get(root, "to")), http, content.bytes()))
        refuse("no component of that name answers HTTP");
      return;
    }
    if (yyjson_val* call = yyjson_obj_get(root, "grpc")) {
      yyjson_val* message = yyjson_obj_get(call, "message");
      if (message && !payload_of(message, content)) return;
      if (!replay_grpc(text_of(yyjson_obj_get(root, "to")), call, content.bytes()))
        refuse("no component of that name answers gRPC");
      return;
    }
    if (!datagram && !stream) return refuse("a line with `to` holds `datagram`, `stream`, `http` or `grpc`");
    if (!payload_of(datagram ? datagram : stream, content)) return;
    yyjson_val* from = yyjson_obj_get(root, "from");
    if (!replay_arrives(text_of(yyjson_obj_get(root, "to")), text_of(yyjson_obj_get(root, "on")), stream != nullptr,
                        from ? text_of(from) : Text("127.0.0.1:40000"), content.bytes()))
      refuse("no component of that name takes this in");
  }

  template <class F>
  void pass_time(F done) {
    const int64_t end = runtime_.loop->now() + 300'000'000'000;
    for (int i = 0; i < 100'000 && !done(); ++i) {
      const int64_t due = runtime_.loop->next_due();
      if (due > end) return;
      runtime_.loop->advance(due);
      settle();
    }
  }
  bool exporters_idle() const {
    for (const Component& c : collector_.components)
      if (c.kind == ComponentKind::Exporter && c.ops->idle && !c.ops->idle(*c.instance)) return false;
    return true;
  }

  // Lets everything happen that needs no time.
  void settle() {
    for (int i = 0; i < 8; ++i) runtime_.loop->step(0);
    while (runtime_.http->in_flight() > 0) runtime_.loop->step(0);
  }

  Runtime& runtime_;
  const Collector& collector_;
};

// Standard input, line by line. Lines of which the reader knows nothing yet are the input's own memory.
class Lines {
public:
  bool next(Text& out) {
    for (;;) {
      const size_t newline = input_.text().find('\n', from_);
      if (newline != Text::npos || ended_) {
        out = input_.text().substr(from_, newline == Text::npos ? newline : newline - from_);
        from_ = newline == Text::npos ? input_.size() : newline + 1;
        return newline != Text::npos || !out.empty();
      }
      const ssize_t n = read(STDIN_FILENO, input_.room(1 << 16), 1 << 16);
      if (n < 0) _exit(2);
      input_.advance(static_cast<size_t>(n));
      ended_ = n == 0;
    }
  }

  // Takes the lines that speak of what must be there before components are.
  void before_start() {
    for (;;) {
      const size_t here = from_;
      Text text;
      if (!next(text)) return;
      yyjson_doc* doc = yyjson_read(text.data(), text.size(), 0);
      yyjson_val *root = yyjson_doc_get_root(doc), *env = yyjson_obj_get(root, "env"), *key, *value;
      yyjson_val* answers = yyjson_obj_get(root, "answers");
      size_t i, n;
      yyjson_obj_foreach(env, i, n, key, value) {
        if (yyjson_is_str(value)) setenv(yyjson_get_str(key), yyjson_get_str(value), 1);
      }
      if (answers) replay_answers(answers);
      const bool ours = env || answers;
      if (doc) yyjson_doc_free(doc);
      if (ours) continue;
      from_ = here;
      return;
    }
  }

private:
  Writer input_;
  size_t from_ = 0;
  bool ended_ = false;
};

int run(int argc, char** argv) {
  Logger log;
  if (!configure_log(whittle_collector, log)) return 2;
  if (log.level == LogLevel::Info) log.level = LogLevel::Warn;
  Runtime runtime;
  runtime.collector = &whittle_collector;
  runtime.log = &log;
  runtime.offline = true;
  for (int i = 1; i + 1 < argc; ++i)
    if (strcmp(argv[i], "--clock") == 0) runtime.fixed_clock_ns = static_cast<int64_t>(atof(argv[i + 1]) * 1e9);
  // No call leaves the process, so any keys will do, and none from the environment are needed.
  setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
  setenv("AWS_REGION", "us-east-1", 0);
  Loop loop;
  if (!loop.open()) return 2;
  if (runtime.fixed_clock_ns == 0) runtime.fixed_clock_ns = runtime.now_ns();
  loop.hold_clock(runtime.fixed_clock_ns);
  runtime.loop = &loop;
  runtime.moving_clock_ns = &runtime.loop->now();
  Lines lines;
  lines.before_start();
  SelfMetrics metrics;
  runtime.metrics = &metrics;
  HttpClient http(runtime);
  runtime.http = &http;
  if (!resolve_late_values(whittle_collector, log) || !create_components(whittle_collector, runtime)) _exit(2);
  // Nothing listens.
  for (ComponentKind kind : {ComponentKind::Extension, ComponentKind::Exporter, ComponentKind::Processor,
                             ComponentKind::Connector, ComponentKind::Receiver})
    for (const Component& c : whittle_collector.components)
      if (c.kind == kind && c.ops->start && !c.ops->start(*c.instance)) _exit(2);

  Replay replay(runtime);
  for (Text line; lines.next(line);) replay.line(line);
  replay.end();
  return 0;
}

}  // namespace
}  // namespace whittle

int main(int argc, char** argv) {
  _exit(whittle::run(argc, argv));
}
