// SPDX-License-Identifier: Apache-2.0
// main() of a collector that was linked for `whittle replay`: OTLP/JSON requests from standard input go through the
// same pipelines as ever, the clock stands still, and what would have been sent is written to standard output.
//
//   collector --clock SECONDS
#include "runtime/base/json.h"
#include "runtime/base/payload.h"
#include "runtime/base/self_metrics.h"
#include "runtime/http/client.h"
#include "runtime/loop/loop.h"
#include "runtime/main/collector.h"
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yyjson.h>

namespace whittle {

void replay_write(Bytes line);

namespace {

constexpr Text kSignals[] = {"traces", "metrics", "logs"};

void refuse(Text why) {
  Writer line;
  line.append(Text("{\"error\":"));
  append_json_text(line, why);
  line.append(Text("}\n"));
  replay_write(line.bytes());
}

class Replay {
public:
  explicit Replay(Runtime& runtime) : runtime_(runtime), program_(*runtime.program) {}

  void line(Text text) {
    if (text.find_first_not_of(" \t\r") == Text::npos) return;
    yyjson_doc* doc = yyjson_read(text.data(), text.size(), 0);
    if (!doc) return refuse("the line is not JSON");
    object(yyjson_doc_get_root(doc));
    yyjson_doc_free(doc);
    settle();
  }

  void end() {
    runtime_.draining = true;
    drain_components(program_);
    settle();
    // Retries and the like have timers; a clock that stands still would never reach them.
    for (int i = 0; i < 1000 && !components_idle(program_); ++i) runtime_.loop->step(monotonic_ns() + 10'000'000);
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
    for (const PipelineEntry& p : program_.pipelines) {
      if (p.signal != static_cast<Signal>(s)) continue;
      taken = true;
      Payload own = payload.clone();
      if (p.in.consume(p.in.self, &own) != Status::Ok) refuse("a pipeline refused the request");
    }
    if (!taken) refuse("no pipeline takes this signal");
  }

  // Lets everything happen that needs no time.
  void settle() {
    for (int i = 0; i < 8; ++i) runtime_.loop->step(0);
    while (runtime_.http->in_flight() > 0) runtime_.loop->step(0);
  }

  Runtime& runtime_;
  const Program& program_;
};

int run(int argc, char** argv) {
  Logger log;
  if (!configure_log(whittle_program, log)) return 2;
  if (log.level == LogLevel::Info) log.level = LogLevel::Warn;
  Runtime runtime;
  runtime.program = &whittle_program;
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
  runtime.loop = &loop;
  SelfMetrics metrics;
  runtime.metrics = &metrics;
  HttpClient http(runtime);
  runtime.http = &http;
  if (!resolve_late_values(whittle_program, log) || !create_components(whittle_program, runtime)) return 2;
  // Exporters look up what they need before the first request; receivers and extensions stay as they are.
  for (const Component& c : whittle_program.components)
    if ((c.kind == ComponentKind::Exporter || c.kind == ComponentKind::Processor) && c.ops->start &&
        !c.ops->start(*c.instance))
      return 2;

  Replay replay(runtime);
  Writer input;
  size_t from = 0;
  for (;;) {
    ssize_t n = read(STDIN_FILENO, input.room(1 << 16), 1 << 16);
    if (n < 0) return 2;
    input.advance(static_cast<size_t>(n));
    for (size_t newline; (newline = input.text().find('\n', from)) != Text::npos; from = newline + 1)
      replay.line(input.text().substr(from, newline - from));
    if (n == 0) break;
  }
  replay.line(input.text().substr(from));
  replay.end();
  return 0;
}

}  // namespace
}  // namespace whittle

int main(int argc, char** argv) {
  _exit(whittle::run(argc, argv));
}
