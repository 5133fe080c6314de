// SPDX-License-Identifier: Apache-2.0
// What is to be said when AWS denies a call: which action on what was denied, for which line of the config, and the
// statement that is missing; or that the fault has nothing to do with permissions.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/runtime.h"
#include "runtime/base/writer.h"

#include <vector>

namespace whittle {

struct Denial {
  const ComponentContext* component = nullptr;  // whose call it was
  Text service, call;                           // "logs", "PutLogEvents"
  Text resource;  // what the call was made on, as far as the caller knows: an ARN in which `*` stands for what is not
                  // known; may be empty
  Text region;    // in which it was made
  Text role;      // the role that was taken on for it; empty: the task role
  Text type, message;  // the fault, as the service named it
  Text date;           // the answer's Date header: what time it is there
};

// True when the fault is about who calls and not about what is called. The services that speak JSON answer 400 to
// these, too.
bool is_denial(int status, Text type);

// Says each thing once, and 64 things at the most.
class Denials {
public:
  void tell(Runtime& runtime, const Denial& denial);

private:
  // Whether this has not been said yet; from now on it has.
  bool is_new(Runtime& runtime, Text known);

  Arena arena_;
  std::vector<Text> known_;
};

// The pattern with its partition, region and account filled in where it has `*` there and they are known.
void append_completed_arn(Writer& out, Text pattern, Text region, Text account);

// {"Effect":"Allow","Action":"logs:PutLogEvents","Resource":"arn:..."}
void append_statement(Writer& out, Text action, Text resource);

}  // namespace whittle
