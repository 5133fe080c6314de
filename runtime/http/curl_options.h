// SPDX-License-Identifier: Apache-2.0
// What a request asks for, as options of the handle that will carry it.
#pragma once

#include "runtime/http/curl_call.h"
#include "runtime/http/trusted_roots.h"

namespace whittle::curl {

// False when its trusted certificates cannot be read. The call has the request's body already.
bool set_options(Call& call, const HttpRequest& request, TrustedRoots& roots);

}  // namespace whittle::curl
