// SPDX-License-Identifier: Apache-2.0
#include "compiler/simulator/others.h"

#include <arpa/inet.h>
#include <cstdlib>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace whittle::simulator {

static constexpr size_t kLargest = 8 << 20;

std::string answer_others(const Request& request, Call& call) {
  const std::string& target = request.target;
  call.others = true;
  call.service = request.host.empty() ? "this machine" : request.host;
  call.action = request.method + " " + target;
  if (target.starts_with("/grpc/")) {
    call.service = "grpc";
    call.action = target.substr(target.rfind('/') + 1);
  }
  const std::string kind = request.header("content-type");
  // Who asks for a token gets one.
  if (kind.starts_with("application/x-www-form-urlencoded") && request.body.find("grant_type=") != std::string::npos)
    return response(200, "{\"access_token\":\"try\",\"token_type\":\"Bearer\",\"expires_in\":3600}");
  return kind == "application/json" ? response(200, "{}") : response(200, "", kind.empty() ? "text/plain" : kind);
}

// Asks a server of this machine for what it serves; empty when there is none.
static std::string ask(const std::string& host, const std::string& target) {
  const size_t colon = host.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(colon == std::string::npos ? 80 : atoi(host.c_str() + colon + 1)));
  const std::string name = host.substr(0, colon);
  if (name != "localhost" && !name.starts_with("127.")) return "";
  if (inet_pton(AF_INET, name == "localhost" ? "127.0.0.1" : name.c_str(), &address.sin_addr) != 1) return "";
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{2, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const std::string request = "GET " + target + " HTTP/1.0\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
  std::string answer;
  if (fd >= 0 && connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
      write(fd, request.data(), request.size()) == static_cast<ssize_t>(request.size())) {
    char buffer[65536];
    for (ssize_t n; answer.size() < kLargest && (n = read(fd, buffer, sizeof buffer)) > 0;)
      answer.append(buffer, static_cast<size_t>(n));
  }
  if (fd >= 0) close(fd);
  const size_t head = answer.find("\r\n\r\n");
  return answer.starts_with("HTTP/1.") && answer.find(" 200 ") < 16 && head != std::string::npos
             ? answer.substr(head + 4)
             : "";
}

std::string Scraped::answer(const Request& request) {
  std::string body = ask(request.host, request.target);
  if (body.empty()) body = exposition;
  const int n = ++scrapes_;
  if (body.empty())
    body = "# HELP http_requests_total Requests that were served.\n# TYPE http_requests_total counter\n"
           "http_requests_total{method=\"get\",code=\"200\"} " +
           std::to_string(12 * n) + "\nhttp_requests_total{method=\"post\",code=\"500\"} " + std::to_string(n) +
           "\n# TYPE queue_length gauge\nqueue_length 3\n";
  return response(200, body, "text/plain; version=0.0.4");
}

}  // namespace whittle::simulator
