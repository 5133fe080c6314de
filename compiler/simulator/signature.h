// SPDX-License-Identifier: Apache-2.0
// The credentials that a simulated task has, and whether a call is signed with them.
#pragma once

#include "compiler/simulator/call.h"
#include "compiler/simulator/http.h"

namespace whittle::simulator {

struct Credentials {
  const char *key, *secret, *token;
};
inline constexpr Credentials kTaskRole = {"ASIAWHITTLETRYEXAMPL", "whittle/try/knows/this/secret/and/nobody",
                                          "whittle-try-session-token"};
// Of a role that was taken on.
inline constexpr Credentials kOtherRole = {"ASIAWHITTLETRYROLEXA", "whittle/try/role/knows/this/and/nobody",
                                           "whittle-try-role-session-token"};

// Says in `call` which service it is, and whether the signature is good or what is wrong with it.
bool check_signature(const Request& request, Call& call);

}  // namespace whittle::simulator
