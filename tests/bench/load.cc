// SPDX-License-Identifier: Apache-2.0
// A load for a collector: one process that sends OTLP/HTTP requests of spans over a few connections as fast as they are
// answered, and one thread in it that takes what the collector sends on and counts the bytes. Everything on loopback,
// bounded in count.
//
//   load COLLECTOR_PORT SINK_PORT SPANS   prints seconds from the first request to the last answer
#include <arpa/inet.h>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

constexpr int kSpansEach = 1000, kConnections = 4;

void varint(std::string& out, uint64_t v) {
  for (; v >= 0x80; v >>= 7) out += static_cast<char>(v | 0x80);
  out += static_cast<char>(v);
}
void bytes(std::string& out, int field, const std::string& content) {
  varint(out, static_cast<uint64_t>(field) << 3 | 2);
  varint(out, content.size());
  out += content;
}
std::string attribute(const std::string& key, const std::string& value) {
  std::string any, kv;
  bytes(any, 1, value);
  bytes(kv, 1, key);
  bytes(kv, 2, any);
  return kv;
}

// A span of about 420 bytes, as an instrumented HTTP server makes it.
std::string span(int i) {
  std::string s, id(8, '\0'), trace(16, '\x11');
  memcpy(id.data(), &i, sizeof i);
  bytes(s, 1, trace);
  bytes(s, 2, id);
  bytes(s, 5, "GET /orders/{id}");
  s += std::string("\x30\x02", 2);
  uint64_t start = 1795360000000000000ull, end = start + 250000000;
  s += '\x39';
  s.append(reinterpret_cast<char*>(&start), 8);
  s += '\x41';
  s.append(reinterpret_cast<char*>(&end), 8);
  for (auto& [k, v] : {std::pair{"http.request.method", "GET"},
                       {"url.path", "/orders/17"},
                       {"http.route", "/orders/{id}"},
                       {"server.address", "shop.example.com"},
                       {"network.protocol.version", "1.1"},
                       {"client.address", "203.0.113.17"},
                       {"user_agent.original", "Mozilla/5.0 (X11; Linux x86_64)"},
                       {"tenant", "acme"},
                       {"http.response.status_code", "200"}})
    bytes(s, 9, attribute(k, v));
  return s;
}

int listen_on(int port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(static_cast<uint16_t>(port));
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) || listen(fd, 64)) perror("load: listen"), exit(2);
  return fd;
}

std::atomic<uint64_t> received{0};

// Answers every POST with 200; reads only what HTTP/1.1 framing needs.
void sink_connection(int fd) {
  std::vector<char> buffer(1 << 20);
  std::string head;
  uint64_t left = 0;
  bool in_body = false;
  for (ssize_t n; (n = read(fd, buffer.data(), buffer.size())) > 0;) {
    received += static_cast<uint64_t>(n);
    for (ssize_t at = 0; at < n;) {
      if (in_body) {
        uint64_t take = std::min<uint64_t>(left, static_cast<uint64_t>(n - at));
        at += static_cast<ssize_t>(take);
        left -= take;
      } else {
        head += buffer[static_cast<size_t>(at++)];
        if (!head.ends_with("\r\n\r\n")) continue;
        size_t length = head.find("ontent-Length: ");
        if (length == std::string::npos) length = head.find("ontent-length: ");
        left = length == std::string::npos ? 0 : strtoull(head.c_str() + length + 15, nullptr, 10);
        in_body = true;
        if (head.find("100-continue") != std::string::npos && write(fd, "HTTP/1.1 100 Continue\r\n\r\n", 25) < 0)
          return;
        head.clear();
      }
      if (in_body && left == 0) {
        in_body = false;
        static const char kAnswer[] =
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n";
        if (write(fd, kAnswer, sizeof kAnswer - 1) < 0) return;
      }
    }
  }
  close(fd);
}

void send_requests(int port, const std::string& request, int count, std::atomic<int>& refused) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(static_cast<uint16_t>(port));
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a)) perror("load: connect"), exit(2);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  char buffer[4096];
  for (int i = 0; i < count;) {
    for (size_t at = 0; at < request.size();) {
      ssize_t n = write(fd, request.data() + at, request.size() - at);
      if (n <= 0) perror("load: write"), exit(2);
      at += static_cast<size_t>(n);
    }
    std::string answer;
    size_t whole = std::string::npos;
    while (whole == std::string::npos || answer.size() < whole) {
      ssize_t n = read(fd, buffer, sizeof buffer);
      if (n <= 0) perror("load: read"), exit(2);
      answer.append(buffer, static_cast<size_t>(n));
      size_t end = answer.find("\r\n\r\n");
      if (end != std::string::npos && whole == std::string::npos) {
        size_t length = answer.find("ontent-Length: ");
        whole = end + 4 + (length < end ? strtoull(answer.c_str() + length + 15, nullptr, 10) : 0);
      }
    }
    if (answer.compare(9, 3, "200") == 0) {
      ++i;
    } else {  // told to come again
      ++refused;
      usleep(2000);
    }
  }
  close(fd);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return fprintf(stderr, "usage: load COLLECTOR_PORT SINK_PORT SPANS\n"), 2;
  int listener = listen_on(atoi(argv[2])), spans = atoi(argv[3]);
  std::thread([listener] {
    for (;;) {
      int fd = accept(listener, nullptr, nullptr);
      if (fd >= 0) std::thread(sink_connection, fd).detach();
    }
  }).detach();
  std::string scope, group, body, resource;
  for (int i = 0; i < kSpansEach; ++i) bytes(scope, 2, span(i));
  bytes(resource, 1, attribute("service.name", "orders"));
  bytes(group, 1, resource);
  bytes(group, 2, scope);
  bytes(body, 1, group);
  std::string request =
      "POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  std::atomic<int> refused{0};
  auto begun = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (int c = 0; c < kConnections; ++c)
    threads.emplace_back([&] { send_requests(atoi(argv[1]), request, spans / kSpansEach / kConnections, refused); });
  for (auto& t : threads) t.join();
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  printf("%.3f seconds, %d told to come again, %zu bytes a span\n", took.count(), refused.load(),
         body.size() / kSpansEach);
  fflush(stdout);
  _exit(0);  // the sink's threads are still reading
}
