// SPDX-License-Identifier: Apache-2.0
// What a simulated task has called.
#pragma once

#include <string>

namespace whittle::simulator {

struct Call {
  std::string service;  // "logs", "xray", from the signature's scope; of others their host
  std::string action;   // "PutLogEvents", "PutTraceSegments", "POST /v1/traces"
  std::string body;     // as text: OTLP and remote write as JSON
  bool others = false;  // no call of AWS: nothing has to sign it
  bool signature_good = false;
  std::string problem;  // when not good
  int status = 0;       // what was answered
};

}  // namespace whittle::simulator
