// SPDX-License-Identifier: Apache-2.0
#include "compiler/simulator/http.h"
#include "compiler/source/letters.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace whittle::simulator {

std::string Request::header(const char* name) const {
  auto it = headers.find(name);
  return it == headers.end() ? std::string() : it->second;
}

bool Request::is_otlp() const {
  return target.ends_with("/v1/traces") || target.ends_with("/v1/metrics") || target.ends_with("/v1/logs");
}

// Lines from `begin` to `end`; false when one is no header.
static bool read_headers(const std::string& in, size_t begin, size_t end, Request& request) {
  for (size_t at = begin; at < end;) {
    size_t next = in.find("\r\n", at);
    std::string line = in.substr(at, next - at);
    size_t colon = line.find(':');
    if (colon == std::string::npos) return false;
    size_t value = line.find_first_not_of(' ', colon + 1);
    request.headers[source::small_letters(line.substr(0, colon))] =
        value == std::string::npos ? "" : line.substr(value);
    at = next + 2;
  }
  return true;
}

Taken take_request(std::string& in, std::string& out, Request& request) {
  size_t end = in.find("\r\n\r\n");
  if (end == std::string::npos) return Taken::Nothing;
  size_t line_end = in.find("\r\n");
  std::string first = in.substr(0, line_end);
  if (!read_headers(in, line_end + 2, end + 2, request)) return Taken::NoHttp;
  size_t length = strtoul(request.header("content-length").c_str(), nullptr, 10);
  if (in.size() < end + 4 + length) {
    if (request.headers.count("expect") && out.empty()) out = "HTTP/1.1 100 Continue\r\n\r\n";
    return Taken::Nothing;
  }
  size_t space = first.find(' '), second = first.find(' ', space + 1);
  if (space == std::string::npos || second == std::string::npos) return Taken::NoHttp;
  request.body = in.substr(end + 4, length);
  in.erase(0, end + 4 + length);
  request.method = first.substr(0, space);
  request.target = first.substr(space + 1, second - space - 1);
  if (request.target.starts_with("http://")) {
    const std::string whole = request.target;
    const size_t slash = std::min(whole.find('/', 7), whole.size());
    request.host = whole.substr(7, slash - 7);
    request.target = slash < whole.size() ? whole.substr(slash) : "/";
  }
  return Taken::Request;
}

std::string response(int status, const std::string& body, const std::string& type) {
  const char* reason = status == 200   ? "OK"
                       : status == 400 ? "Bad Request"
                       : status == 403 ? "Forbidden"
                       : status == 404 ? "Not Found"
                                       : "Error";
  return "HTTP/1.1 " + std::to_string(status) + " " + reason + "\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace whittle::simulator
