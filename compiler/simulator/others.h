// SPDX-License-Identifier: Apache-2.0
// Backends that are not AWS, which take whatever they get, and what is scraped.
#pragma once

#include "compiler/simulator/call.h"
#include "compiler/simulator/http.h"

#include <string>

namespace whittle::simulator {

std::string answer_others(const Request& request, Call& call);

class Scraped {
public:
  // What is served to whoever scrapes something that is not there.
  std::string exposition;

  // What a server of this machine says, or else `exposition`, or else one whose counters grow.
  std::string answer(const Request& request);

private:
  int scrapes_ = 0;
};

}  // namespace whittle::simulator
