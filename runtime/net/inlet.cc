// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/inlet.h"

#include "runtime/base/log.h"
#include "runtime/base/number.h"
#include "runtime/http/listening_socket.h"
#include "runtime/loop/loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace whittle {

namespace {

// Datagrams that are read before others have their turn.
constexpr int kAtOnce = 64;
// The largest there are: IPv6 without jumbograms (RFC 8200, section 4.5).
constexpr size_t kLargest = 65535;
constexpr size_t kMostConnections = 1024;

// As Go prints addresses: an IPv4 address inside an IPv6 one is an IPv4 address.
Text write_address(const sockaddr_storage& from, char (&out)[80]) {
  char text[INET6_ADDRSTRLEN] = {};
  uint16_t port = 0;
  bool brackets = false;
  if (from.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    port = ntohs(v4.sin_port);
  } else if (from.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      inet_ntop(AF_INET, v6.sin6_addr.s6_addr + 12, text, sizeof text);
    } else {
      inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
      brackets = true;
    }
    port = ntohs(v6.sin6_port);
  } else {
    return {};
  }
  size_t n = 0;
  if (brackets) out[n++] = '[';
  const size_t length = strlen(text);
  memcpy(out + n, text, length);
  n += length;
  if (brackets) out[n++] = ']';
  out[n++] = ':';
  char digits[kNumberRoom];
  const size_t written = format_uint(digits, port);
  memcpy(out + n, digits, written);
  return {out, n + written};
}

}  // namespace

struct InletImpl {
  struct Connection {
    Connection(InletImpl& i, int descriptor)
        : inlet(i), fd(descriptor), watch(
                                        *i.runtime.loop,
                                        [](void* self, uint32_t) {
                                          auto* c = static_cast<Connection*>(self);
                                          c->inlet.read_stream(*c);
                                        },
                                        this) {
      sockaddr_storage from = {};
      socklen_t size = sizeof from;
      getpeername(fd, reinterpret_cast<sockaddr*>(&from), &size);
      peer.address = write_address(from, address);
      if (peer.address.empty()) peer.address = inlet.settings.endpoint;
      peer.connection = this;
    }
    ~Connection() {
      watch.stop();
      ::close(fd);
    }
    InletImpl& inlet;
    int fd;
    Watch watch;
    char address[80];
    Peer peer;
  };

  Runtime& runtime;
  InletSettings settings;
  Inlet::Arrived arrived;
  void* self;
  ListeningSocket listening;
  Watch datagrams;
  std::vector<Connection*> connections;
  uint32_t lost_now = 0, lost_before = 0;  // as the socket counts: modulo 2^32

  InletImpl(Runtime& r, const InletSettings& s, Inlet::Arrived a, void* of)
      : runtime(r), settings(s), arrived(a), self(of),
        listening(
            r, [](void* inlet, int fd) { static_cast<InletImpl*>(inlet)->accept(fd); }, this),
        datagrams(
            *r.loop, [](void* inlet, uint32_t) { static_cast<InletImpl*>(inlet)->read_datagrams(kAtOnce); }, this) {}

  bool open() {
    if (!listening.open(settings.endpoint, settings.transport, settings.component)) return false;
    if (settings.in_datagrams()) {
      const int on = 1, size = static_cast<int>(settings.buffer < INT32_MAX ? settings.buffer : INT32_MAX);
      setsockopt(listening.fd(), SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
      if (settings.buffer > 0) setsockopt(listening.fd(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
      if (!datagrams.start(listening.fd(), EPOLLIN)) return refuse("cannot watch the socket");
    }
    if (settings.transport == "unixgram" && settings.permissions != 0) {
      char path[108] = {};
      memcpy(path, settings.endpoint.data(), settings.endpoint.size());  // as long as an address at most
      if (path[0] != '@' && chmod(path, settings.permissions) != 0)
        return refuse("cannot set the permissions of the socket");
    }
    return true;
  }
  bool refuse(const char* why) {
    runtime.log->error(why, {{"component", settings.component}, {"endpoint", settings.endpoint}, {"errno", errno}});
    close();
    return false;
  }

  void close() {
    if (datagrams.fd() >= 0) {
      for (int i = 0; i < 64 && read_datagrams(kAtOnce); ++i) {
      }
      datagrams.stop();
    }
    listening.close();
    while (!connections.empty()) {
      Connection& c = *connections.back();
      for (int i = 0; i < 64 && c.watch.fd() >= 0; ++i)
        if (!read_stream(c)) break;
      if (!connections.empty() && connections.back() == &c) end(c);
    }
  }

  // False when there was nothing more to read.
  bool read_datagrams(int most) {
    for (int i = 0; i < most; ++i) {
      sockaddr_storage from = {};
      iovec place = {runtime.loop->scratch(), kLargest};
      alignas(cmsghdr) char control[CMSG_SPACE(sizeof(uint32_t))];
      msghdr message = {};
      message.msg_name = &from;
      message.msg_namelen = sizeof from;
      message.msg_iov = &place;
      message.msg_iovlen = 1;
      message.msg_control = control;
      message.msg_controllen = sizeof control;
      const ssize_t n = recvmsg(datagrams.fd(), &message, 0);
      if (n < 0) {
        if (errno == EINTR) continue;
        return errno != EAGAIN && errno != EWOULDBLOCK;
      }
      const cmsghdr* c = CMSG_FIRSTHDR(&message);
      if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
        memcpy(&lost_now, CMSG_DATA(c), sizeof lost_now);
      if (n == 0) continue;
      char address[80];
      Peer peer;
      peer.address = write_address(from, address);
      if (peer.address.empty()) peer.address = settings.endpoint;
      peer.from = &from;
      peer.from_size = message.msg_namelen;
      arrived(self, peer, {runtime.loop->scratch(), static_cast<size_t>(n)});
    }
    return true;
  }

  void accept(int fd) {
    if (connections.size() >= kMostConnections) {
      runtime.log->warn("a connection is refused: there are as many as are taken in",
                        {{"component", settings.component}, {"connections", kMostConnections}});
      ::close(fd);
      return;
    }
    auto* c = new Connection(*this, fd);
    connections.push_back(c);
    if (settings.began) settings.began(self, c->peer);
    if (!c->watch.start(fd, EPOLLIN)) end(*c);
  }
  // False when there is nothing more to read; the connection may have ended.
  bool read_stream(Connection& c) {
    const ssize_t n = read(c.fd, runtime.loop->scratch(), Loop::kScratch);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (n > 0 && arrived(self, c.peer, {runtime.loop->scratch(), static_cast<size_t>(n)})) return true;
    end(c);
    return false;
  }
  void end(Connection& c) {
    if (settings.ended) settings.ended(self, c.peer);
    std::erase(connections, &c);
    delete &c;
  }
};

Inlet::Inlet(Runtime& runtime, const InletSettings& settings, Arrived arrived, void* self)
    : impl_(new InletImpl(runtime, settings, arrived, self)) {}
Inlet::~Inlet() {
  impl_->close();
  delete impl_;
}
bool Inlet::open() {
  return impl_->open();
}
void Inlet::close() {
  impl_->close();
}
bool Inlet::reply(Peer& peer, Bytes content) {
  const auto* to = static_cast<const sockaddr*>(peer.from);
  const int fd = to ? impl_->datagrams.fd() : static_cast<InletImpl::Connection*>(peer.connection)->fd;
  const ssize_t n = sendto(fd, content.data(), content.size(), MSG_NOSIGNAL | MSG_DONTWAIT, to, peer.from_size);
  return n == static_cast<ssize_t>(content.size());
}
void Inlet::hold(Peer& peer) {
  static_cast<InletImpl::Connection*>(peer.connection)->watch.stop();
}
void Inlet::go_on(Peer& peer) {
  auto& c = *static_cast<InletImpl::Connection*>(peer.connection);
  if (c.watch.fd() < 0 && !c.watch.start(c.fd, EPOLLIN)) impl_->end(c);
}
void Inlet::end(Peer& peer) {
  impl_->end(*static_cast<InletImpl::Connection*>(peer.connection));
}
uint64_t Inlet::lost() {
  const uint32_t since = impl_->lost_now - impl_->lost_before;
  impl_->lost_before = impl_->lost_now;
  return since;
}

}  // namespace whittle
