// SPDX-License-Identifier: Apache-2.0
// As much of HTTP/1.1 as the clients of a collector speak: requests with a length, one after the other.
#pragma once

#include <map>
#include <string>

namespace whittle::simulator {

struct Request {
  std::string method;
  std::string host;                            // of a request to a proxy, "GET http://host/path"; else empty
  std::string target;                          // "/path?query"
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  // Empty when it was not sent.
  std::string header(const char* name) const;
  // To one of OTLP's paths.
  bool is_otlp() const;
};

enum class Taken { Request, Nothing, NoHttp };

// Takes the first whole request from `in`. `out` gets what asks a client to go on, when it waits for that.
Taken take_request(std::string& in, std::string& out, Request& request);

std::string response(int status, const std::string& body, const std::string& type = "application/json");

}  // namespace whittle::simulator
