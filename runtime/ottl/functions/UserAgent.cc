// SPDX-License-Identifier: Apache-2.0
// What a user agent says of itself, as uap-core's patterns tell it (ottlfuncs/func_useragent.go). There are hundreds:
// one is compiled when the first text comes that holds its literal, and of them all only a few ever are.
#include "runtime/base/captures.h"
#include "runtime/base/regex.h"
#include "runtime/base/regex_compile.h"
#include "runtime/ottl/sequence.h"
#include "runtime/ottl/user_agent_patterns.h"

namespace whittle::ottl {

namespace {

constexpr size_t kParts = 5;  // the name, and up to four of the version

struct Agent {
  Text parts[kParts];

  Text version(Run& run) const {
    Writer w;
    w.append(parts[1]);
    for (size_t i = 2; i < kParts; ++i) {
      if (parts[i].empty()) continue;
      w.byte('.');
      w.append(parts[i]);
    }
    return run.arena.copy(w.text());
  }
};

Text next_line(Text& from) {
  const size_t end = from.find('\n');
  Text out = from.substr(0, end);
  from = from.substr(end + 1);
  return out;
}

// What the first pattern makes of it that gives a name. `used`: how many parts these patterns have.
Agent look_for(Run& run, Text patterns, size_t used, Text agent) {
  static constexpr Text kPlaces[kParts] = {"$1", "$2", "$3", "$4", "$5"};
  Agent out;
  while (!patterns.empty()) {
    const Text pattern = next_line(patterns), literal = next_line(patterns);
    Text forms[kParts];
    for (size_t i = 0; i < kParts; ++i) {
      forms[i] = next_line(patterns);
      if (forms[i].empty()) forms[i] = kPlaces[i];
    }
    if (agent.find(literal) == Text::npos) continue;
    const Regex* regex = compile_regex(pattern);
    if (!regex || !regex_match(*regex, agent)) continue;
    Captures captures(*regex, run.arena);
    if (!captures.find(agent, 0)) continue;
    for (size_t i = 0; i < used; ++i) {
      Writer w;
      expand_template(w, forms[i], agent, captures);
      out.parts[i] = run.arena.copy(w.text());
    }
    if (!out.parts[0].empty()) return out;
  }
  out.parts[0] = "Other";
  return out;
}

}  // namespace

extern "C" bool rt_ottl_UserAgent(Run* run, const Value* args, Value* out) {
  Text agent;
  if (!want_text(*run, args[0], agent)) return false;
  const Agent browser = look_for(*run, kUserAgents, kParts - 1, agent);
  const Agent system = look_for(*run, kSystems, kParts, agent);
  MapMaker made(run->arena);
  made.put("user_agent.name", text(browser.parts[0]));
  made.put("user_agent.original", text(agent));
  made.put("user_agent.version", text(browser.version(*run)));
  made.put("os.name", text(system.parts[0]));
  if (const Text version = system.version(*run); !version.empty()) made.put("os.version", text(version));
  *out = made.give(ValueKind::RawMap);
  return true;
}

}  // namespace whittle::ottl
