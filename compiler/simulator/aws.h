// SPDX-License-Identifier: Apache-2.0
// AWS's endpoints, which check signatures, remember what was created and answer as the services do.
#pragma once

#include "compiler/simulator/call.h"
#include "compiler/simulator/http.h"

#include <set>
#include <string>

namespace whittle::simulator {

class Aws {
public:
  // The response; `call` gets what was called.
  std::string answer(const Request& request, Call& call);

private:
  std::string logs(const Request& request, const Call& call);

  std::set<std::string> groups_, streams_;  // a stream after its group and a newline
};

}  // namespace whittle::simulator
