// SPDX-License-Identifier: Apache-2.0
// Answers that a replay has ready for what the collector asks for.
#pragma once

#include "runtime/base/bytes.h"

namespace whittle {

// The answer that a line of a replay gives to a scrape.
struct Canned {
  int status = 200;
  Text content_type;
  Bytes body;
  bool failed = false;
};

// Requests get this until it is null. It lives until they are answered.
void replay_answer_with(const Canned* canned);

}  // namespace whittle
