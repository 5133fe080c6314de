// SPDX-License-Identifier: Apache-2.0
// Secrets that stand in a config as they are.
#pragma once

#include "compiler/check/checks.h"

#include <string_view>

namespace whittle::check {

// Whether a URL names somebody with a password: "https://user:password@host".
bool has_password(std::string_view url);

// Says so of settings that are never printed, and of headers that carry credentials, unless a variable fills them in.
void check_secrets(Check& check);

}  // namespace whittle::check
