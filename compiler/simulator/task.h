// SPDX-License-Identifier: Apache-2.0
// The task metadata endpoint v4 of a Fargate task of two containers, one of them the collector (ECS Developer Guide,
// "Task metadata endpoint version 4"), and the endpoint of its credentials.
#pragma once

#include "compiler/simulator/http.h"

#include <string>
#include <vector>

namespace whittle::simulator {

class Task {
public:
  // Whether it is asked, and not somebody else.
  static bool serves(const Request& request);
  std::string answer(const Request& request);

  // What a container of it has in its environment. `base`: "http://127.0.0.1:1234".
  static std::vector<std::string> environment(const std::string& base);

private:
  std::string stats();

  int polls_ = 0;
};

}  // namespace whittle::simulator
