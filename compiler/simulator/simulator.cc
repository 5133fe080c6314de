// SPDX-License-Identifier: Apache-2.0
#include "compiler/simulator/simulator.h"

#include "compiler/simulator/readable.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace whittle::simulator {

static constexpr size_t kLargest = 8 << 20;

Simulator::Simulator() = default;
Simulator::~Simulator() {
  for (auto& c : connections_) close(c.fd);
  if (listener_ >= 0) close(listener_);
}

bool Simulator::open(std::string& error) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 64) != 0 || getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    error = std::string("cannot listen on loopback: ") + strerror(errno);
    return false;
  }
  port_ = ntohs(address.sin_port);
  return true;
}

void Simulator::serve(const std::function<bool()>& until, const std::function<void(const Call&)>& called) {
  while (!until()) {
    std::vector<pollfd> fds{{listener_, POLLIN, 0}};
    for (auto& c : connections_) fds.push_back({c.fd, static_cast<short>(c.out.empty() ? POLLIN : POLLOUT), 0});
    if (poll(fds.data(), fds.size(), 50) < 0 && errno != EINTR) return;
    for (size_t i = connections_.size(); i-- > 0;) {
      Connection& c = connections_[i];
      if (!fds[i + 1].revents) continue;
      bool alive = true;
      if (!c.out.empty()) {
        ssize_t n = write(c.fd, c.out.data(), c.out.size());
        if (n > 0) c.out.erase(0, static_cast<size_t>(n));
        alive = n > 0 || errno == EAGAIN;
        if (c.out.empty() && c.close_after) alive = false;
      } else {
        char buffer[65536];
        ssize_t n = read(c.fd, buffer, sizeof buffer);
        if (n > 0) c.in.append(buffer, static_cast<size_t>(n));
        alive = (n > 0 || (n < 0 && errno == EAGAIN)) && c.in.size() < kLargest && take_requests(c, called);
      }
      if (!alive) {
        close(c.fd);
        connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
    if (fds[0].revents & POLLIN) {
      int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd >= 0) connections_.push_back({fd, "", ""});
    }
  }
}

// Answers every whole request in `c.in`; false for what is no HTTP/1.1.
bool Simulator::take_requests(Connection& c, const std::function<void(const Call&)>& called) {
  for (;;) {
    Request request;
    const Taken taken = take_request(c.in, c.out, request);
    if (taken != Taken::Request) return taken == Taken::Nothing;
    c.out += answer(request, called);
  }
}

std::string Simulator::answer(const Request& request, const std::function<void(const Call&)>& called) {
  if (request.method == "GET" && !request.host.empty()) return scraped_.answer(request);
  if (Task::serves(request)) return task_.answer(request);
  Call call;
  call.body = readable(request);
  const bool of_aws = request.header("authorization").starts_with("AWS4-") || request.headers.count("x-amz-target") ||
                      request.host.ends_with(".amazonaws.com") || (request.host.empty() && !request.is_otlp());
  std::string out = of_aws ? aws_.answer(request, call) : answer_others(request, call);
  call.status = atoi(out.c_str() + 9);
  called(call);
  return out;
}

}  // namespace whittle::simulator
