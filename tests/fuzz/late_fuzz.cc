// SPDX-License-Identifier: Apache-2.0
// Environment variables of any text in settings of every type: each is taken as the type, or told and the collector
// does not start. A line is a variable's text; the last is the setting's own, with its references.
#include "runtime/base/check.h"
#include "runtime/base/log.h"
#include "runtime/main/collector.h"

#include <cmath>
#include <fcntl.h>
#include <stdlib.h>
#include <string>

using namespace whittle;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Logger& log = *[] {
    auto* l = new Logger;
    l->to(open("/dev/null", O_WRONLY));
    return l;
  }();
  std::string rest(reinterpret_cast<const char*>(data), size);
  for (const char* name : {"A", "B"}) {
    const size_t line = rest.find('\n');
    if (line == std::string::npos) {
      unsetenv(name);
      continue;
    }
    // An environment variable ends at its first zero.
    setenv(name, rest.substr(0, line).c_str(), 1);
    rest = rest.substr(line + 1);
  }
  for (const std::string& text : {std::string("${env:A}"), rest}) {
    Str string{};
    bool boolean = false;
    int64_t integer = 0, duration = 0;
    double real = 0;
    Any any{};
    for (const auto& [kind, slot] : {std::pair<LateKind, void*>{LateKind::String, &string},
                                     {LateKind::Bool, &boolean},
                                     {LateKind::Int, &integer},
                                     {LateKind::Double, &real},
                                     {LateKind::Duration, &duration},
                                     {LateKind::Any, &any}}) {
      const LateValue late{kind, slot, {text.data(), text.size()}, {"a::b", 4}, {"c.yaml:1:1", 10}};
      Collector collector{};
      collector.late = {&late, 1};
      const bool good = resolve_late_values(collector, log);
      if (good && kind == LateKind::String) {
        CHECK(string.data && string.data[string.size] == 0);
        free(const_cast<char*>(string.data));
      }
      if (kind != LateKind::Any || !any.text.data) continue;
      CHECK(any.text.data[any.text.size] == 0);
      free(const_cast<char*>(any.text.data));
    }
  }
  return 0;
}
