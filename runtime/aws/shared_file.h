// SPDX-License-Identifier: Apache-2.0
// The file of credentials that AWS's tools share (AWS SDKs and Tools Reference Guide, "Shared config and credentials
// files").
#pragma once

#include "runtime/base/bytes.h"

namespace whittle {

struct SharedKeys {
  bool found = false;  // there is such a profile
  Text access_key, secret_key, session_token;
};

// The keys of a profile, borrowed from the file's text: sections in brackets, `name = value` lines, comments by `#` and
// `;`. Names are in any case, what stands twice counts as it stands last, lines that begin with a space belong to a
// nested setting.
SharedKeys shared_keys(Text file, Text profile);

// Whether keys may be asked for at this URL (AWS_CONTAINER_CREDENTIALS_FULL_URI): by https, or from this machine: a
// loopback or link-local address, or localhost. As the SDKs do ("Container credential provider").
bool may_give_keys(Text url);
// Whether it is one of those addresses, which no proxy leads to.
bool is_of_this_machine(Text url);

}  // namespace whittle
