// SPDX-License-Identifier: Apache-2.0
// One blocking request with a deadline. It shares nothing with the collector's own client: that one lives in the loop,
// which the process that asks does not have.
#include "stdlib/extension/health_check/ask.h"

#include "runtime/base/runtime.h"
#include "runtime/http/header.h"
#include "runtime/http/listening_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace whittle {

static bool wait_until(int fd, short events, int64_t deadline) {
  for (;;) {
    const int64_t left = (deadline - monotonic_ns()) / 1'000'000;
    if (left <= 0) return false;
    pollfd p = {fd, events, 0};
    const int n = poll(&p, 1, static_cast<int>(left));
    if (n > 0) return true;
    if (n < 0 && errno != EINTR) return false;
  }
}

static int connect_to(const sockaddr* address, socklen_t size, int64_t deadline) {
  const int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  if (connect(fd, address, size) == 0) return fd;
  if (errno == EINPROGRESS && wait_until(fd, POLLOUT, deadline)) {
    int error = 0;
    socklen_t error_size = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_size);
    if (error == 0) return fd;
  }
  close(fd);
  return -1;
}

static int connect_tcp(Text host, uint16_t port, int64_t deadline) {
  char name[256], service[8];
  if (host.empty() || host == "0.0.0.0" || equal_ignoring_case(host, "localhost")) host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.size() >= sizeof name) return -1;
  memcpy(name, host.data(), host.size());
  name[host.size()] = 0;
  snprintf(service, sizeof service, "%u", static_cast<unsigned>(port));
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(name, service, &hints, &found) != 0) return -1;
  int fd = -1;
  for (const addrinfo* a = found; a && fd < 0; a = a->ai_next) fd = connect_to(a->ai_addr, a->ai_addrlen, deadline);
  freeaddrinfo(found);
  return fd;
}

static int connect_unix(Text path, int64_t deadline) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return -1;
  memcpy(address.sun_path, path.data(), path.size());
  auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  if (path[0] == '@') {
    address.sun_path[0] = 0;
    --size;
  }
  return connect_to(reinterpret_cast<sockaddr*>(&address), size, deadline);
}

int ask_health(Text endpoint, bool unix_socket, bool tls, Text path, int64_t timeout_ns, Writer& told) {
  const int64_t deadline = monotonic_ns() + timeout_ns;
  Text host;
  uint16_t port = 0;
  if (!unix_socket && !split_endpoint(endpoint, host, port)) {
    told.append(Text("the extension's endpoint is not of the form host:port"));
    return 1;
  }
  const int fd = unix_socket ? connect_unix(endpoint, deadline) : connect_tcp(host, port, deadline);
  if (fd < 0) {
    told.append(Text("nothing answers at "));
    told.append(endpoint);
    return 1;
  }
  if (tls) {
    close(fd);
    told.append(Text("the port is open; with TLS nothing more is asked"));
    return 0;
  }
  Writer request;
  for (Text t :
       {Text("GET "), path.empty() ? Text("/") : path, Text(" HTTP/1.1\r\nHost: "),
        unix_socket ? Text("localhost") : endpoint, Text("\r\nUser-Agent: healthcheck\r\nConnection: close\r\n\r\n")})
    request.append(t);
  Bytes rest = request.bytes();
  while (!rest.empty() && wait_until(fd, POLLOUT, deadline)) {
    const ssize_t n = send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) break;
    if (n > 0) rest = rest.subspan(static_cast<size_t>(n));
  }
  Writer answer;
  static constexpr size_t kMost = 64 * 1024;
  while (answer.size() < kMost && wait_until(fd, POLLIN, deadline)) {
    const ssize_t n = recv(fd, answer.room(4096), 4096, 0);
    if (n == 0) break;
    if (n < 0 && errno != EAGAIN && errno != EINTR) break;
    if (n > 0) answer.advance(static_cast<size_t>(n));
  }
  close(fd);
  const Text text = answer.text();
  const size_t end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.") || text.size() < 12 || end == Text::npos) {
    told.append(Text("no HTTP answer came from "));
    told.append(endpoint);
    return 1;
  }
  told.append(text.substr(end + 4));
  return text[9] == '2' ? 0 : 1;
}

}  // namespace whittle
