// SPDX-License-Identifier: Apache-2.0
// Messages of the language server as they go over a stream: headers as in HTTP, of which only Content-Length counts,
// and that many bytes.
#pragma once

#include <cstdio>
#include <string>

namespace whittle::report {

// The next message; false at the end of the input or when it makes no sense. Memory is taken for what has come, not for
// what is claimed.
bool read_message(std::FILE* in, std::string& body);

void write_message(std::FILE* out, const std::string& body);

}  // namespace whittle::report
