// SPDX-License-Identifier: Apache-2.0
// Addresses are taken as the reference's Go runtime takes them: a wildcard (":4317", "0.0.0.0:4317") listens on both IP
// versions unless the transport names one, a name listens on its first IPv4 address if it has one.
#include "runtime/http/listening_socket.h"

#include "runtime/http/header.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace whittle {

static constexpr int64_t kPause = 100'000'000;
// Descriptors that connections from outside never get: exporters, name lookups and files need some. And connections
// cost memory, however many descriptors there are.
static constexpr int kKeptBack = 64, kMostDescriptors = 8192;

bool split_endpoint(Text endpoint, Text& host, uint16_t& port) {
  const size_t colon = endpoint.rfind(':');
  if (colon == Text::npos) return false;
  host = endpoint.substr(0, colon);
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return false;
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != Text::npos) {
    return false;
  }
  const Text digits = endpoint.substr(colon + 1);
  if (digits.empty() || digits.size() > 5) return false;
  uint32_t value = 0;
  for (char c : digits) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<uint32_t>(c - '0');
  }
  if (value > 65535) return false;
  port = static_cast<uint16_t>(value);
  return true;
}

ListeningSocket::ListeningSocket(Runtime& runtime, Accepted accepted, void* self)
    : runtime_(runtime), accepted_(accepted), self_(self),
      watch_(
          *runtime.loop, [](void* l, uint32_t) { static_cast<ListeningSocket*>(l)->accept_all(); }, this),
      resume_(
          *runtime.loop,
          [](void* l) {
            auto* socket = static_cast<ListeningSocket*>(l);
            if (socket->fd_ >= 0) socket->watch_.wait_for(EPOLLIN);
          },
          this) {}

bool ListeningSocket::refuse(const char* message, Text endpoint, int error) {
  char text[128];
  text[0] = 0;
#ifdef __GLIBC__
  const char* reason = strerror_r(error, text, sizeof text);
#else
  strerror_r(error, text, sizeof text);
  const char* reason = text;
#endif
  runtime_.log->error(message, {{"component", component_}, {"endpoint", endpoint}, {"reason", reason}});
  close();
  return false;
}

bool ListeningSocket::bind_and_listen(const sockaddr* address, socklen_t size, bool both) {
  fd_ = socket(address->sa_family, type_ | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0) return false;
  const int on = 1, off = 0;
  if (address->sa_family != AF_UNIX && type_ == SOCK_STREAM) setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address->sa_family == AF_INET6) {
    setsockopt(fd_, IPPROTO_IPV6, IPV6_V6ONLY, both ? &off : &on, sizeof on);
  }
  if (bind(fd_, address, size) == 0 && (type_ == SOCK_DGRAM || listen(fd_, SOMAXCONN) == 0)) return true;
  const int error = errno;
  ::close(fd_);
  fd_ = -1;
  errno = error;
  return false;
}

bool ListeningSocket::open_tcp(Text endpoint, Text transport) {
  Text host;
  uint16_t port;
  if (!split_endpoint(endpoint, host, port)) return refuse("endpoint is not of the form host:port", endpoint, EINVAL);
  const bool only4 = transport.ends_with('4'), only6 = transport.ends_with('6');
  sockaddr_in v4 = {};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  sockaddr_in6 v6 = {};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);

  char name[256];
  if (host.size() >= sizeof name) return refuse("the endpoint's host is too long", endpoint, EINVAL);
  memcpy(name, host.data(), host.size());
  name[host.size()] = 0;

  bool is4 = false, is6 = false;
  if (host.empty() || host == "0.0.0.0" || host == "::") {
    if (only4) {
      is4 = true;
    } else if (only6) {
      is6 = true;
    } else {
      if (bind_and_listen(reinterpret_cast<sockaddr*>(&v6), sizeof v6, true)) return true;
      if (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL) return refuse("cannot listen", endpoint, errno);
      is4 = true;  // a kernel without IPv6
    }
  } else if (equal_ignoring_case(host, "localhost")) {
    // Known without a resolver: a scratch image may lack /etc/hosts.
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    v6.sin6_addr = in6addr_loopback;
    (only6 ? is6 : is4) = true;
  } else if (inet_pton(AF_INET, name, &v4.sin_addr) == 1) {
    is4 = true;
  } else {
    addrinfo hints = {};
    hints.ai_socktype = type_;
    hints.ai_family = only4 ? AF_INET : only6 ? AF_INET6 : AF_UNSPEC;
    addrinfo* found = nullptr;
    const int code = getaddrinfo(name, nullptr, &hints, &found);  // also for "fe80::1%eth0"
    if (code != 0) {
      runtime_.log->error("cannot resolve the endpoint's host",
                          {{"component", component_}, {"endpoint", endpoint}, {"reason", gai_strerror(code)}});
      return false;
    }
    for (const addrinfo* a = found; a && !is4; a = a->ai_next) {
      if (a->ai_family == AF_INET) {
        v4.sin_addr = reinterpret_cast<sockaddr_in*>(a->ai_addr)->sin_addr;
        is4 = true;
      } else if (a->ai_family == AF_INET6 && !is6) {
        v6.sin6_addr = reinterpret_cast<sockaddr_in6*>(a->ai_addr)->sin6_addr;
        v6.sin6_scope_id = reinterpret_cast<sockaddr_in6*>(a->ai_addr)->sin6_scope_id;
        is6 = true;
      }
    }
    freeaddrinfo(found);
  }
  if (!is4 && !is6) return refuse("the endpoint's host has no address of the wanted kind", endpoint, EADDRNOTAVAIL);
  const bool ok = is4 ? bind_and_listen(reinterpret_cast<sockaddr*>(&v4), sizeof v4)
                      : bind_and_listen(reinterpret_cast<sockaddr*>(&v6), sizeof v6);
  return ok ? true : refuse("cannot listen", endpoint, errno);
}

bool ListeningSocket::open_unix(Text path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return refuse("the path of the Unix socket is empty or too long", path, ENAMETOOLONG);
  memcpy(address.sun_path, path.data(), path.size());
  auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  if (path[0] == '@') {  // the abstract namespace
    address.sun_path[0] = 0;
    --size;
    return bind_and_listen(reinterpret_cast<sockaddr*>(&address), size) || refuse("cannot listen", path, errno);
  }
  if (!bind_and_listen(reinterpret_cast<sockaddr*>(&address), size)) {
    if (errno != EADDRINUSE) return refuse("cannot listen", path, errno);
    // A socket that nobody answers on is left over from a process that was killed.
    const int probe = socket(AF_UNIX, type_ | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const bool dead =
        probe >= 0 && connect(probe, reinterpret_cast<sockaddr*>(&address), size) < 0 && errno == ECONNREFUSED;
    if (probe >= 0) ::close(probe);
    if (!dead) return refuse("cannot listen", path, EADDRINUSE);
    unlink(address.sun_path);
    if (!bind_and_listen(reinterpret_cast<sockaddr*>(&address), size)) return refuse("cannot listen", path, errno);
  }
  memcpy(unlink_, address.sun_path, sizeof unlink_);
  return true;
}

bool ListeningSocket::open(Text endpoint, Text transport, Text component) {
  close();
  component_ = component;
  port_ = 0;
  rlimit limit = {};
  most_descriptors_ = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < kMostDescriptors
                          ? static_cast<int>(limit.rlim_cur)
                          : kMostDescriptors;
  type_ = transport.starts_with("udp") || transport == "unixgram" ? SOCK_DGRAM : SOCK_STREAM;
  if (transport == "unix" || transport == "unixgram") {
    if (!open_unix(endpoint)) return false;
  } else if (transport.empty() || transport == "tcp" || transport == "tcp4" || transport == "tcp6" ||
             transport == "udp" || transport == "udp4" || transport == "udp6") {
    if (!open_tcp(endpoint, transport)) return false;
    sockaddr_storage bound = {};
    socklen_t size = sizeof bound;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&bound), &size);
    port_ = ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port
                                              : reinterpret_cast<sockaddr_in*>(&bound)->sin_port);
  } else {
    runtime_.log->error("transport cannot be listened on", {{"component", component}, {"transport", transport}});
    return false;
  }
  if (type_ == SOCK_STREAM && !watch_.start(fd_, EPOLLIN)) return refuse("cannot watch the socket", endpoint, errno);
  return true;
}

void ListeningSocket::close() {
  watch_.stop();
  resume_.cancel();
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  if (unlink_[0]) unlink(unlink_);
  unlink_[0] = 0;
}

void ListeningSocket::accept_all() {
  // A few at a time: the connections there are have their turn too.
  for (int i = 0; i < 16 && fd_ >= 0; ++i) {
    const int fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return;
      // Out of descriptors or memory: the waiting connection would wake the loop at once again.
      runtime_.log->warn("cannot accept a connection", {{"component", component_}, {"errno", errno}});
      watch_.wait_for(0);
      resume_.in(kPause);
      return;
    }
    // The lowest number that is free is given: it says how many are in use.
    if (fd >= most_descriptors_ - kKeptBack) {
      ::close(fd);
      runtime_.log->warn("too many connections: a new one was closed",
                         {{"component", component_}, {"descriptors", most_descriptors_}, {"kept back", kKeptBack}});
      continue;
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // fails on Unix sockets, which do not need it
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    accepted_(self_, fd);
  }
}

}  // namespace whittle
