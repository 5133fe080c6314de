// SPDX-License-Identifier: Apache-2.0
// A load for a collector and the backend behind it, in one process: clients that send OTLP as fast as it is answered
// (or at a rate), and a thread that takes what the collector sends on, answers it, and counts. On loopback, bounded in
// count.
//
//   load --to PORT --sink PORT --items N [--grpc] [--signal traces|metrics|logs] [--each 100] [--connections 4]
//        [--rate ITEMS_A_SECOND] [--same] [--gzip] [--marker TEXT] [--wait SECONDS]
//   load --to PORT --sink PORT --items N --rate ... --signal statsd|segments
//   load --to PORT --sink PORT --signal targets --targets N --each SERIES --seconds S
//
// statsd: lines, as many a datagram as fit 1,400 bytes; segments: of the X-Ray daemon's protocol, one a datagram.
// targets: N servers from --to on, to be scraped for that long; the items are the samples that were asked for.
//
// Items are distinct (ids, times, names, attributes from a fixed seed) unless --same: then one request is sent again
// and again, which flatters whatever compresses or caches. What was refused is sent again after 2 ms, and counted.
// --marker: what stands once in each item as the sink gets it, by which it counts.
//
// --wait: how long the sink may take for the rest after the last answer. Prints one line of JSON.
#include <arpa/inet.h>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <random>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>
#include <zlib.h>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  int to = 0, sink = 0, each = 100, connections = 4, wait = 15, targets = 0, seconds = 30;
  int64_t items = 100'000, rate = 0;
  bool grpc = false, same = false, gzip = false;
  std::string signal = "traces", marker = "bench.seq";
} options;

// ---- what is sent

void varint(std::string& out, uint64_t v) {
  for (; v >= 0x80; v >>= 7) out += static_cast<char>(v | 0x80);
  out += static_cast<char>(v);
}
void bytes(std::string& out, int field, const std::string& content) {
  varint(out, static_cast<uint64_t>(field) << 3 | 2);
  varint(out, content.size());
  out += content;
}
void number(std::string& out, int field, uint64_t v) {
  varint(out, static_cast<uint64_t>(field) << 3);
  varint(out, v);
}
void fixed(std::string& out, int field, uint64_t v) {
  varint(out, static_cast<uint64_t>(field) << 3 | 1);
  out.append(reinterpret_cast<const char*>(&v), sizeof v);
}
std::string attribute(const std::string& key, const std::string& value) {
  std::string any, kv;
  bytes(any, 1, value);
  bytes(kv, 1, key);
  bytes(kv, 2, any);
  return kv;
}
std::string attribute(const std::string& key, uint64_t value) {
  std::string any, kv;
  number(any, 3, value);
  bytes(kv, 1, key);
  bytes(kv, 2, any);
  return kv;
}

class Maker {
public:
  std::string request(int items) {
    std::string scope, group, body, resource, list;
    bytes(scope, 1, named("bench"));
    for (int i = 0; i < items; ++i)
      bytes(scope, 2, options.signal == "metrics" ? metric() : options.signal == "logs" ? log() : span());
    for (auto& [k, v] : {std::pair{"service.name", "orders"},
                         {"service.version", "1.14.2"},
                         {"deployment.environment.name", "production"},
                         {"cloud.region", "eu-west-1"},
                         {"telemetry.sdk.language", "java"}})
      bytes(resource, 1, attribute(k, v));
    bytes(group, 1, resource);
    bytes(group, 2, scope);
    bytes(body, 1, group);
    return body;
  }

private:
  static std::string named(const std::string& name) {
    std::string s;
    bytes(s, 1, name);
    return s;
  }
  uint64_t any(uint64_t below) { return random_() % below; }
  template <size_t N>
  std::string one_of(const char* const (&list)[N]) {
    return list[any(N)];
  }
  std::string id(size_t size) {
    std::string s(size, 0);
    for (char& c : s) c = static_cast<char>(random_());
    return s;
  }
  std::string hex(size_t digits) {
    std::string s;
    for (size_t i = 0; i < digits; ++i) s += "0123456789abcdef"[any(16)];
    return s;
  }
  uint64_t next_time() { return time_ += 1000 + any(1'000'000); }

  // About 420 bytes with twelve attributes, as an instrumented HTTP server makes it.
  std::string span() {
    std::string s;
    bytes(s, 1, id(16));
    bytes(s, 2, id(8));
    bytes(s, 4, id(8));
    const std::string route = one_of({"/orders/{id}", "/orders", "/users/{id}", "/carts/{id}/items"});
    const std::string method = one_of({"GET", "GET", "POST", "PUT"});
    bytes(s, 5, method + " " + route);
    number(s, 6, 2);
    const uint64_t start = next_time();
    fixed(s, 7, start);
    fixed(s, 8, start + 100'000 + any(1'000'000'000));
    bytes(s, 9, attribute("http.request.method", method));
    bytes(s, 9, attribute("url.path", "/orders/" + std::to_string(any(1'000'000))));
    bytes(s, 9, attribute("http.route", route));
    bytes(s, 9, attribute("server.address", "shop" + std::to_string(any(8)) + ".example.com"));
    bytes(s, 9, attribute("server.port", 8080));
    bytes(s, 9, attribute("client.address", "203.0." + std::to_string(any(256)) + "." + std::to_string(any(256))));
    bytes(s, 9,
          attribute("user_agent.original", one_of({"Mozilla/5.0 (X11; Linux x86_64)", "curl/8.5.0", "okhttp/4.12.0",
                                                   "Mozilla/5.0 (Macintosh)"})));
    bytes(s, 9, attribute("tenant", one_of({"acme", "globex", "initech", "umbrella"})));
    bytes(s, 9, attribute("http.response.status_code", std::vector<uint64_t>{200, 200, 200, 404, 500}[any(5)]));
    bytes(s, 9, attribute("thread.id", 1 + any(64)));
    bytes(s, 9, attribute("enduser.id", hex(12)));
    bytes(s, 9, attribute("bench.seq", sequence_++));
    return s;
  }

  // A sum of one point, about 190 bytes.
  std::string metric() {
    std::string point, sum, s;
    bytes(point, 7, attribute("http.route", one_of({"/orders/{id}", "/orders", "/users/{id}", "/carts/{id}/items"})));
    bytes(point, 7, attribute("http.request.method", one_of({"GET", "POST", "PUT"})));
    bytes(point, 7, attribute("tenant", "tenant-" + std::to_string(any(50))));
    bytes(point, 7, attribute("bench.seq", any(4)));
    const uint64_t now = next_time();
    fixed(point, 2, now - 10'000'000'000);
    fixed(point, 3, now);
    fixed(point, 6, any(1'000'000));
    bytes(sum, 1, point);
    number(sum, 2, 1);
    number(sum, 3, 1);
    bytes(s, 1, "http.server.requests." + std::to_string(any(40)));
    bytes(s, 2, "requests that were served");
    bytes(s, 3, "{request}");
    bytes(s, 7, sum);
    return s;
  }

  std::string log() {
    std::string s, body;
    const uint64_t now = next_time();
    fixed(s, 1, now);
    fixed(s, 11, now + 5000);
    const bool wrong = any(20) == 0;
    number(s, 2, wrong ? 17 : 9);
    bytes(s, 3, wrong ? "ERROR" : "INFO");
    bytes(body, 1,
          "order " + std::to_string(any(1'000'000)) + " of " + hex(12) + " " +
              one_of({"was accepted", "was shipped", "was cancelled by the customer", "waits for payment"}));
    bytes(s, 5, body);
    bytes(s, 6, attribute("tenant", one_of({"acme", "globex", "initech", "umbrella"})));
    bytes(s, 6, attribute("code.function", one_of({"accept", "ship", "cancel", "pay"})));
    bytes(s, 6, attribute("bench.seq", sequence_++));
    bytes(s, 9, id(16));
    bytes(s, 10, id(8));
    return s;
  }

  std::mt19937_64 random_{20261126};
  uint64_t time_ = 1'795'360'000'000'000'000, sequence_ = 0;
};

std::string gzipped(const std::string& in) {
  z_stream z = {};
  deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, in.size()) + 64, 0);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  z.avail_in = static_cast<uInt>(in.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

// ---- what takes it

std::atomic<uint64_t> sink_bytes{0}, sink_items{0}, sink_requests{0};

uint64_t count_items(const std::string& body) {
  uint64_t n = 0;
  for (const char *at = body.data(), *end = at + body.size();;) {
    at = static_cast<const char*>(
        memmem(at, static_cast<size_t>(end - at), options.marker.data(), options.marker.size()));
    if (!at) return n;
    ++n, at += options.marker.size();
  }
}

std::string inflated(const std::string& in) {
  z_stream z = {};
  inflateInit2(&z, 47);
  std::string out;
  std::vector<char> room(1 << 18);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  z.avail_in = static_cast<uInt>(in.size());
  for (int r = Z_OK; r == Z_OK;) {
    z.next_out = reinterpret_cast<Bytef*>(room.data());
    z.avail_out = static_cast<uInt>(room.size());
    r = inflate(&z, Z_NO_FLUSH);
    out.append(room.data(), room.size() - z.avail_out);
  }
  inflateEnd(&z);
  return out;
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

// The value of a header, in a head whose names may be in any case.
std::string header(const std::string& head, const char* name) {
  const char* at = strcasestr(head.c_str(), name);
  if (!at) return {};
  at += strlen(name);
  const char* end = strstr(at, "\r\n");
  return end ? std::string(at, end) : std::string(at);
}

// An OTLP backend, X-Ray and CloudWatch Logs in one: 200 to all, with the body that each would send.
void sink_connection(int fd) {
  std::vector<char> buffer(1 << 20);
  std::string in;
  for (ssize_t n; (n = read(fd, buffer.data(), buffer.size())) > 0;) {
    in.append(buffer.data(), static_cast<size_t>(n));
    for (;;) {
      size_t end = in.find("\r\n\r\n");
      if (end == std::string::npos) break;
      const std::string head = in.substr(0, end + 2);
      const size_t length = strtoull(header(head, "\r\ncontent-length: ").c_str(), nullptr, 10);
      if (!header(head, "\r\nexpect: ").empty() && in.size() < end + 4 + length &&
          write(fd, "HTTP/1.1 100 Continue\r\n\r\n", 25) < 0)
        return;
      in.reserve(end + 4 + length);
      while (in.size() < end + 4 + length && (n = read(fd, buffer.data(), buffer.size())) > 0)
        in.append(buffer.data(), static_cast<size_t>(n));
      if (in.size() < end + 4 + length) return;
      std::string body = in.substr(end + 4, length);
      in.erase(0, end + 4 + length);
      sink_bytes += body.size();
      ++sink_requests;
      if (!header(head, "\r\ncontent-encoding: ").empty()) body = inflated(body);
      sink_items += count_items(body);
      const bool xray = head.find("/TraceSegments") != std::string::npos;
      const bool aws = xray || head.find("Logs_20140328") != std::string::npos;
      const std::string answer = xray ? R"({"UnprocessedTraceSegments":[]})" : aws ? "{}" : "";
      const std::string whole = std::string("HTTP/1.1 200 OK\r\nContent-Type: ") +
                                (aws ? "application/x-amz-json-1.1" : "application/x-protobuf") +
                                "\r\nContent-Length: " + std::to_string(answer.size()) + "\r\n\r\n" + answer;
      if (write(fd, whole.data(), whole.size()) < 0) return;
    }
  }
  close(fd);
}

// ---- who sends it

int connect_to(int port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(static_cast<uint16_t>(port));
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a)) perror("load: connect"), exit(2);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

std::vector<std::string> bodies;
std::atomic<int64_t> next_request{0};
std::atomic<uint64_t> refused{0}, accepted{0};
Clock::time_point begun;

// Waits until request `n` is due.
void pace(int64_t n) {
  if (options.rate == 0) return;
  std::this_thread::sleep_until(begun + std::chrono::nanoseconds(n * options.each * 1'000'000'000 / options.rate));
}

void send_http(int64_t requests) {
  const int fd = connect_to(options.to);
  char buffer[4096];
  for (int64_t n; (n = next_request++) < requests;) {
    pace(n);
    const std::string& body = bodies[static_cast<size_t>(n) % bodies.size()];
    const std::string request = "POST /v1/" + options.signal +
                                " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\n" +
                                (options.gzip ? "Content-Encoding: gzip\r\n" : "") +
                                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    for (bool taken = false; !taken;) {
      for (size_t at = 0; at < request.size();) {
        ssize_t w = write(fd, request.data() + at, request.size() - at);
        if (w <= 0) perror("load: write"), exit(2);
        at += static_cast<size_t>(w);
      }
      std::string answer;
      size_t whole = std::string::npos;
      while (whole == std::string::npos || answer.size() < whole) {
        ssize_t r = read(fd, buffer, sizeof buffer);
        if (r <= 0) perror("load: read"), exit(2);
        answer.append(buffer, static_cast<size_t>(r));
        size_t end = answer.find("\r\n\r\n");
        if (end != std::string::npos && whole == std::string::npos)
          whole = end + 4 + strtoull(header(answer.substr(0, end + 2), "\r\ncontent-length: ").c_str(), nullptr, 10);
      }
      taken = answer.compare(9, 3, "200") == 0;
      if (taken) accepted += static_cast<uint64_t>(options.each);
      else ++refused, usleep(2000);
    }
  }
  close(fd);
}

// One HTTP/2 connection with up to ten calls at once.
class GrpcClient {
public:
  explicit GrpcClient(int64_t requests) : requests_(requests), fd_(connect_to(options.to)) {
    nghttp2_session_callbacks* calls;
    nghttp2_session_callbacks_new(&calls);
    nghttp2_session_callbacks_set_on_header_callback(calls, [](nghttp2_session*, const nghttp2_frame* f,
                                                               const uint8_t* name, size_t n, const uint8_t* value,
                                                               size_t v, uint8_t, void* self) {
      if (std::string(reinterpret_cast<const char*>(name), n) == "grpc-status")
        static_cast<GrpcClient*>(self)->status_[f->hd.stream_id] =
            atoi(std::string(reinterpret_cast<const char*>(value), v).c_str());
      return 0;
    });
    nghttp2_session_callbacks_set_on_stream_close_callback(calls,
                                                           [](nghttp2_session*, int32_t stream, uint32_t, void* self) {
                                                             static_cast<GrpcClient*>(self)->closed(stream);
                                                             return 0;
                                                           });
    nghttp2_session_client_new(&session_, calls, this);
    nghttp2_session_callbacks_del(calls);
    nghttp2_submit_settings(session_, 0, nullptr, 0);
  }

  void run() {
    std::vector<uint8_t> buffer(1 << 16);
    for (;;) {
      while (calls_.size() < 10) {
        int64_t n;
        if (!again_.empty()) n = again_.back(), again_.pop_back();
        else if ((n = next_request++) >= requests_) break;
        else pace(n);
        start(n);
      }
      if (calls_.empty()) break;
      const uint8_t* out;
      for (nghttp2_ssize n; (n = nghttp2_session_mem_send2(session_, &out)) > 0;)
        for (nghttp2_ssize at = 0; at < n;) {
          ssize_t w = write(fd_, out + at, static_cast<size_t>(n - at));
          if (w <= 0) perror("load: write"), exit(2);
          at += w;
        }
      ssize_t r = read(fd_, buffer.data(), buffer.size());
      if (r <= 0) perror("load: read"), exit(2);
      if (nghttp2_session_mem_recv2(session_, buffer.data(), static_cast<size_t>(r)) < 0)
        fprintf(stderr, "load: the collector does not speak HTTP/2\n"), exit(2);
    }
    close(fd_);
  }

private:
  struct Call {
    int64_t n;
    size_t at = 0;
    std::string prefix;
  };

  void start(int64_t n) {
    const std::string& body = bodies[static_cast<size_t>(n) % bodies.size()];
    auto* call = new Call{n, 0, std::string(5, 0)};
    call->prefix[0] = options.gzip;
    for (size_t i = 0; i < 4; ++i) call->prefix[1 + i] = static_cast<char>(body.size() >> (24 - 8 * i));
    const std::string path = options.signal == "metrics"
                                 ? "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"
                             : options.signal == "logs" ? "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
                                                        : "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    std::vector<std::pair<std::string, std::string>> headers = {
        {":method", "POST"},         {":scheme", "http"}, {":path", path},
        {":authority", "localhost"}, {"te", "trailers"},  {"content-type", "application/grpc"}};
    if (options.gzip) headers.push_back({"grpc-encoding", "gzip"});
    std::vector<nghttp2_nv> list;
    for (auto& [k, v] : headers)
      list.push_back(
          {reinterpret_cast<uint8_t*>(k.data()), reinterpret_cast<uint8_t*>(v.data()), k.size(), v.size(), 0});
    nghttp2_data_provider2 data;
    data.source.ptr = call;
    data.read_callback = [](nghttp2_session*, int32_t, uint8_t* to, size_t room, uint32_t* flags,
                            nghttp2_data_source* source, void*) -> nghttp2_ssize {
      auto& c = *static_cast<Call*>(source->ptr);
      const std::string& message = bodies[static_cast<size_t>(c.n) % bodies.size()];
      size_t given = 0;
      while (given < room && c.at < 5 + message.size()) {
        const bool head = c.at < 5;
        const char* from = head ? c.prefix.data() + c.at : message.data() + c.at - 5;
        const size_t n = std::min(room - given, head ? 5 - c.at : 5 + message.size() - c.at);
        memcpy(to + given, from, n);
        given += n, c.at += n;
      }
      if (c.at == 5 + message.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
      return static_cast<nghttp2_ssize>(given);
    };
    const int32_t stream = nghttp2_submit_request2(session_, nullptr, list.data(), list.size(), &data, nullptr);
    if (stream < 0) fprintf(stderr, "load: %s\n", nghttp2_strerror(stream)), exit(2);
    calls_[stream] = call;
  }

  void closed(int32_t stream) {
    auto found = calls_.find(stream);
    if (found == calls_.end()) return;
    auto status = status_.find(stream);
    if (status != status_.end() && status->second == 0) {
      accepted += static_cast<uint64_t>(options.each);
    } else {
      ++refused;
      again_.push_back(found->second->n);
      usleep(2000);
    }
    if (status != status_.end()) status_.erase(status);
    delete found->second;
    calls_.erase(found);
  }

  int64_t requests_;
  int fd_;
  nghttp2_session* session_ = nullptr;
  std::map<int32_t, Call*> calls_;
  std::map<int32_t, int> status_;
  std::vector<int64_t> again_;
};

// ---- what is not OTLP

// Datagrams at the rate, each made by `make`, which says how many items it holds.
template <class F>
void send_datagrams(F make) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(static_cast<uint16_t>(options.to));
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a)) perror("load: connect"), exit(2);
  std::string datagram;
  for (int64_t sent = 0; sent < options.items;) {
    datagram.clear();
    const int64_t n = make(datagram);
    if (options.rate)
      std::this_thread::sleep_until(begun + std::chrono::nanoseconds(sent * 1'000'000'000 / options.rate));
    if (send(fd, datagram.data(), datagram.size(), 0) == static_cast<ssize_t>(datagram.size()))
      accepted += static_cast<uint64_t>(n);
    sent += n;
  }
  close(fd);
}

// Of 2,000 series.
void send_statsd() {
  std::mt19937_64 random{20261126};
  send_datagrams([&](std::string& out) {
    int64_t n = 0;
    for (; out.size() < 1330; ++n) {
      const uint64_t r = random();
      static const char* const kTypes[] = {"c", "c", "g", "ms"};
      char line[96];
      snprintf(line, sizeof line, "%shttp.server.%llu:%llu|%s|#route:/r%llu,tenant:t%llu", n ? "\n" : "",
               static_cast<unsigned long long>(r % 20), static_cast<unsigned long long>(r >> 8 & 1023),
               kTypes[r % 20 % 4], static_cast<unsigned long long>(r >> 20 & 9),
               static_cast<unsigned long long>((r >> 32) % 25));
      out += line;
    }
    return n;
  });
}

void send_segments() {
  std::mt19937_64 random{20261126};
  double now = 1'795'360'000;
  send_datagrams([&](std::string& out) {
    const uint64_t a = random(), b = random(), c = random();
    now += 0.001;
    char text[1024];
    snprintf(text, sizeof text,
             "{\"format\":\"json\",\"version\":1}\n{\"name\":\"orders\",\"id\":\"%016llx\",\"trace_id\":\"1-%08llx-%"
             "016llx%08llx\","
             "\"start_time\":%.6f,\"end_time\":%.6f,\"http\":{\"request\":{\"method\":\"GET\",\"url\":\"http://"
             "shop.example.com/orders/%llu\","
             "\"client_ip\":\"203.0.113.%llu\"},\"response\":{\"status\":%d,\"content_length\":%llu}},\"annotations\":{"
             "\"tenant\":\"t%llu\","
             "\"seq\":%llu},\"aws\":{\"ecs\":{\"container\":\"app\"},\"xray\":{\"sdk\":\"X-Ray for "
             "Python\",\"sdk_version\":\"2.14.0\"}},"
             "\"service\":{\"runtime\":\"CPython\",\"runtime_version\":\"3.11.7\"}}",
             static_cast<unsigned long long>(a), static_cast<unsigned long long>(now),
             static_cast<unsigned long long>(b), static_cast<unsigned long long>(c & 0xFFFFFFFF), now, now + 0.125,
             static_cast<unsigned long long>(a % 1'000'000), static_cast<unsigned long long>(b % 256),
             c % 20 ? 200 : 500, static_cast<unsigned long long>(c % 10'000), static_cast<unsigned long long>(a % 50),
             static_cast<unsigned long long>(c));
    out = text;
    return int64_t{1};
  });
}

// What a target says: gauges and counters, whose values move.
std::string exposition(int target, uint64_t time) {
  std::string out;
  char line[192];
  for (int i = 0; i < options.each; ++i) {
    const int metric = i / 50;
    if (i % 50 == 0) {
      snprintf(line, sizeof line, "# HELP app_m%d_total what was done\n# TYPE app_m%d_total counter\n", metric, metric);
      out += line;
    }
    snprintf(line, sizeof line, "app_m%d_total{route=\"/orders/%d\",method=\"%s\",shard=\"%d\"} %llu\n", metric, i % 50,
             i % 3 ? "GET" : "POST", target, static_cast<unsigned long long>(time * 7 + static_cast<uint64_t>(i)));
    out += line;
  }
  return out;
}

void serve_target(int target) {
  const int listener = listen_on(options.to + target);
  for (uint64_t time = 0;;) {
    const int fd = accept(listener, nullptr, nullptr);
    if (fd < 0) continue;
    char buffer[4096];
    std::string in;
    for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;) {
      in.append(buffer, static_cast<size_t>(n));
      if (in.find("\r\n\r\n") == std::string::npos) continue;
      in.clear();
      const std::string body = exposition(target, ++time);
      const std::string whole = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: " +
                                std::to_string(body.size()) + "\r\n\r\n" + body;
      for (size_t at = 0; at < whole.size();) {
        const ssize_t w = write(fd, whole.data() + at, whole.size() - at);
        if (w <= 0) break;
        at += static_cast<size_t>(w);
      }
      accepted += static_cast<uint64_t>(options.each);
    }
    close(fd);
  }
}

bool parse(int argc, char** argv) {
  const std::map<std::string, int*> numbers = {{"--to", &options.to},           {"--sink", &options.sink},
                                               {"--each", &options.each},       {"--connections", &options.connections},
                                               {"--targets", &options.targets}, {"--seconds", &options.seconds},
                                               {"--wait", &options.wait}};
  for (int i = 1; i < argc; ++i) {
    const std::string a = argv[i];
    if (a == "--grpc") options.grpc = true;
    else if (a == "--same") options.same = true;
    else if (a == "--gzip") options.gzip = true;
    else if (i + 1 == argc) return false;
    else if (auto n = numbers.find(a); n != numbers.end()) *n->second = atoi(argv[++i]);
    else if (a == "--items") options.items = atoll(argv[++i]);
    else if (a == "--rate") options.rate = atoll(argv[++i]);
    else if (a == "--signal") options.signal = argv[++i];
    else if (a == "--marker") options.marker = argv[++i];
    else return false;
  }
  return options.to && options.sink && options.each > 0 && options.items >= options.each;
}

std::chrono::duration<double> took{};

int say(double each) {
  const std::chrono::duration<double> all = Clock::now() - begun;
  printf("{\"seconds\":%.3f,\"until_delivered\":%.3f,\"accepted\":%llu,\"refusals\":%llu,\"delivered\":%llu,"
         "\"sink_requests\":%llu,\"sink_bytes\":%llu,\"bytes_each\":%.0f}\n",
         took.count(), all.count(), static_cast<unsigned long long>(accepted), static_cast<unsigned long long>(refused),
         static_cast<unsigned long long>(sink_items), static_cast<unsigned long long>(sink_requests),
         static_cast<unsigned long long>(sink_bytes), each);
  fflush(stdout);
  _exit(0);  // the sink's threads are still reading
}

}  // namespace

int main(int argc, char** argv) {
  if (!parse(argc, argv)) return fprintf(stderr, "load: see the head of tests/bench/load.cc\n"), 2;
  const int listener = listen_on(options.sink);
  std::thread([listener] {
    for (;;) {
      int fd = accept(listener, nullptr, nullptr);
      if (fd >= 0) std::thread(sink_connection, fd).detach();
    }
  }).detach();

  begun = Clock::now();
  if (options.signal == "statsd" || options.signal == "segments") {
    options.signal == "statsd" ? send_statsd() : send_segments();
    sleep(static_cast<unsigned>(options.wait));
    return say(0);
  }
  if (options.signal == "targets") {
    for (int t = 0; t < options.targets; ++t) std::thread(serve_target, t).detach();
    sleep(static_cast<unsigned>(options.seconds));
    return say(0);
  }

  // Distinct over far more than any compressor's window or any batch; sent in a circle.
  const int64_t requests = options.items / options.each;
  Maker maker;
  uint64_t size = 0;
  for (int64_t i = 0; i < (options.same ? 1 : std::min<int64_t>(requests, std::max(1, 100'000 / options.each))); ++i) {
    bodies.push_back(maker.request(options.each));
    size += bodies.back().size();
    if (options.gzip) bodies.back() = gzipped(bodies.back());
  }
  const double each = static_cast<double>(size) / static_cast<double>(bodies.size()) / options.each;

  begun = Clock::now();
  std::vector<std::thread> threads;
  for (int c = 0; c < options.connections; ++c)
    threads.emplace_back([requests] { options.grpc ? GrpcClient(requests).run() : send_http(requests); });
  for (auto& t : threads) t.join();
  took = Clock::now() - begun;
  for (int i = 0; i < options.wait * 100 && sink_items < accepted; ++i) usleep(10'000);
  return say(each);
}
