// SPDX-License-Identifier: Apache-2.0
// A process in miniature for tests over loopback sockets: a loop, a log that is quiet, and plain blocking-free clients.
#pragma once

#include "runtime/base/self_metrics.h"
#include "runtime/http/server.h"
#include "runtime/loop/loop.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <string.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace whittle {

struct TestProcess {
  Loop loop;
  Logger log;
  SelfMetrics metrics;
  Runtime runtime;
  TestProcess() {
    log.level = LogLevel::Error;
    runtime.loop = &loop;
    runtime.log = &log;
    runtime.metrics = &metrics;
    EXPECT_TRUE(loop.open());
  }
  // Handles events until `done` or for at most ten seconds.
  template <class F>
  bool until(F done) {
    const int64_t end = monotonic_ns() + 10'000'000'000;
    while (!done()) {
      if (monotonic_ns() > end) return false;
      loop.step(monotonic_ns() + 5'000'000);
    }
    return true;
  }
};

class TestClient {
public:
  explicit TestClient(uint16_t port) {
    fd_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    fcntl(fd_, F_SETFL, O_NONBLOCK);
  }
  explicit TestClient(const std::string& unix_path) {
    fd_ = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    EXPECT_LT(unix_path.size(), sizeof address.sun_path);
    memcpy(address.sun_path, unix_path.data(), unix_path.size());
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    fcntl(fd_, F_SETFL, O_NONBLOCK);
  }
  ~TestClient() { close(fd_); }
  void send(std::string_view text) {
    EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  void end() { shutdown(fd_, SHUT_WR); }
  // What has come so far.
  const std::string& received() {
    char buffer[65536];
    for (;;) {
      const ssize_t n = recv(fd_, buffer, sizeof buffer, 0);
      if (n > 0) {
        received_.append(buffer, static_cast<size_t>(n));
        continue;
      }
      if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) closed_ = true;
      return received_;
    }
  }
  bool closed() {
    received();
    return closed_;
  }

private:
  int fd_;
  bool closed_ = false;
  std::string received_;
};

}  // namespace whittle
