// SPDX-License-Identifier: Apache-2.0
// `whittle replay` for pipelines that hold record programs alone, without making any machine code: the same lines come
// in ({"signal", "body"} and {"mark"}, see runtime/replay/main_replay.cc), the same go out. In front of them stands
// {"unfit": PIPELINE, "why"} for each pipeline that holds something else, which then does nothing.
//
//   interpret CONFIG [--clock SECONDS] [-O0|-O2]
//
// -O0 leaves out the rewrites of record programs. Exits with 1 where the config has errors and with 3 where no pipeline
// is fit.
#include "compiler/check/front_end.h"
#include "compiler/plan/plan.h"
#include "compiler/record/rewrite.h"
#include "runtime/base/json.h"
#include "runtime/base/payload.h"
#include "runtime/base/runtime.h"
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"
#include "tests/record/interpreter.h"

#include <stdlib.h>
#include <yyjson.h>

#include <algorithm>
#include <iostream>
#include <list>

namespace whittle {
namespace {

struct Pipeline {
  std::string name;
  Signal signal;
  std::vector<std::string> exporters;
  std::list<Interpreter> programs;
  Runtime* runtime;
};

// What stands behind the first `passed` programs of a pipeline.
struct Rest {
  Pipeline* pipeline;
  std::list<Interpreter>::iterator next;

  static Status consume(void* self, Payload* payload) { return static_cast<Rest*>(self)->take(*payload); }

  Status take(Payload& payload) {
    if (next != pipeline->programs.end()) {
      Rest rest{pipeline, std::next(next)};
      return next->run(*pipeline->runtime, payload, {consume, &rest});
    }
    Writer request, json;
    payload.flatten(request);
    wire::proto_to_json(pipeline->signal, request.bytes(), json);
    for (const std::string& e : pipeline->exporters)
      std::cout << "{\"exporter\":\"" << e << "\",\"body\":" << std::string_view(json.text()) << "}\n";
    payload.clear();
    return Status::Ok;
  }
};

int unfit(std::string_view why) {
  std::cerr << "not interpreted: " << why << "\n";
  return 3;
}

// Adds what the plan says of one pipeline. Returns why it cannot be run; empty: it can.
std::string read(const plan::Plan& plan, const plan::Pipeline& from, Pipeline& to) {
  for (plan::StageId id : from.exporters) to.exporters.push_back(plan.stages[id].instance->id);
  for (plan::StageId id : from.processors) {
    const plan::Stage& stage = plan.stages[id];
    if (!stage.program) return stage.instance->id + " has an instance while it runs";
    const Interpreter& program = to.programs.emplace_back(*stage.program);
    if (!program.fault().empty()) return program.fault();
  }
  return "";
}

constexpr std::string_view kSignals[] = {"traces", "metrics", "logs"};

// False: the line is none that is known here.
bool line(std::string_view text, std::list<Pipeline>& pipelines) {
  yyjson_doc* doc = yyjson_read(text.data(), text.size(), 0);
  yyjson_val *root = yyjson_doc_get_root(doc), *signal = yyjson_obj_get(root, "signal");
  if (yyjson_val* mark = yyjson_obj_get(root, "mark")) {
    std::cout << "{\"mark\":\"" << yyjson_get_str(mark) << "\"}\n";
    yyjson_doc_free(doc);
    return true;
  }
  const auto* which = std::ranges::find(kSignals, signal ? std::string_view(yyjson_get_str(signal)) : "");
  if (which == std::end(kSignals)) return false;
  const auto s = static_cast<Signal>(which - kSignals);
  char* body = yyjson_val_write(yyjson_obj_get(root, "body"), 0, nullptr);
  Writer proto;
  const auto transcoded = wire::json_to_proto(s, as_bytes(Text(body)), proto);
  free(body);
  yyjson_doc_free(doc);
  const auto counts =
      transcoded ? wire::validate(s, proto.bytes()) : Result<wire::Counts>(std::unexpected(transcoded.error()));
  if (!counts) {
    std::cout << "{\"error\":\"" << errc_text(counts.error().code) << "\"}\n";
    return true;
  }
  Payload payload(s);
  BufferRef buffer = BufferRef::copy(proto.bytes());
  const Bytes bytes{buffer.data(), proto.size()};
  payload.items = counts->items;
  if (!bytes.empty()) payload.add({std::move(buffer), bytes});
  for (Pipeline& p : pipelines) {
    if (p.signal != s) continue;
    Payload own = payload.clone();
    if (Rest{&p, p.programs.begin()}.take(own) != Status::Ok)
      std::cout << "{\"error\":\"a pipeline refused the request\",\"pipeline\":\"" << p.name << "\"}\n";
  }
  return true;
}

int run(int argc, char** argv) {
  check::CheckOptions options;
  options.to_compile = true;
  bool rewritten = true;
  Logger log;
  Runtime runtime;
  runtime.log = &log;
  log.level = LogLevel::Warn;
  for (int i = 1; i < argc; ++i) {
    const std::string_view a = argv[i];
    if (a == "-O0" || a == "-O2") rewritten = a == "-O2";
    else if (a == "--clock" && i + 1 < argc) runtime.fixed_clock_ns = static_cast<int64_t>(atof(argv[++i]) * 1e9);
    else options.files.emplace_back(a);
  }
  const check::CheckResult checked = check::check_files(options);
  if (!checked.config) return std::cerr << "the config has errors\n", 1;
  auto plan = plan::build(*checked.config);
  if (!plan) return unfit(plan.error());
  if (rewritten)
    if (std::string fault = plan::optimise(*plan, ir::all_rewrites()); !fault.empty()) return unfit(fault);
  std::list<Pipeline> pipelines;
  std::string why;
  for (const plan::Pipeline& p : plan->pipelines) {
    Pipeline& made = pipelines.emplace_back(std::string(p.source->name), static_cast<Signal>(p.signal()));
    made.runtime = &runtime;
    why = read(*plan, p, made);
    if (why.empty()) continue;
    std::cout << R"({"unfit":")" << made.name << R"(","why":")" << why << "\"}\n";
    pipelines.pop_back();
  }
  if (pipelines.empty()) return unfit(why);
  for (std::string text; std::getline(std::cin, text);)
    if (text.find_first_not_of(" \t\r") != std::string::npos && !line(text, pipelines)) return unfit(text);
  return 0;
}

}  // namespace
}  // namespace whittle

int main(int argc, char** argv) {
  return whittle::run(argc, argv);
}
