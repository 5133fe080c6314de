// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/dns.h"

#include "runtime/base/number.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

namespace whittle {

namespace {

constexpr int64_t kPatience = 2'000'000'000;
constexpr size_t kDatagram = 4096;  // that we say we take (RFC 6891)
constexpr size_t kMostRecords = 10'000;

uint16_t read16(const uint8_t* p) {
  return static_cast<uint16_t>(p[0] << 8 | p[1]);
}
void put16(Writer& out, uint32_t v) {
  out.byte(static_cast<uint8_t>(v >> 8));
  out.byte(static_cast<uint8_t>(v));
}

// Moves `at` behind a name, which is appended with a dot behind each label. Compressed names point backwards only
// (RFC 1035, section 4.1.4), so following them ends.
bool read_name(Bytes m, size_t& at, Writer* out) {
  size_t p = at, before = at;
  bool jumped = false;
  for (size_t length = 0;;) {
    if (p >= m.size()) return false;
    const uint8_t n = m[p];
    if ((n & 0xC0) == 0xC0) {
      if (p + 1 >= m.size()) return false;
      const size_t to = static_cast<size_t>(n & 0x3F) << 8 | m[p + 1];
      if (!jumped) at = p + 2;
      if (to >= before) return false;
      jumped = true;
      before = p = to;
      continue;
    }
    if (n & 0xC0) return false;
    ++p;
    if (n == 0) {
      if (!jumped) at = p;
      if (out && length == 0) out->byte('.');
      return true;
    }
    length += n + 1u;
    if (length > 254 || p + n > m.size()) return false;
    if (out) {
      out->append(m.subspan(p, n));
      out->byte('.');
    }
    p += n;
  }
}

}  // namespace

bool append_dns_question(Writer& out, uint16_t id, Text name, DnsType type) {
  while (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > 253) return false;
  put16(out, id);
  put16(out, 0x0100);  // recursion desired
  put16(out, 1);
  put16(out, 0);
  put16(out, 0);
  put16(out, 1);
  for (;;) {
    const size_t dot = name.find('.');
    const Text label = name.substr(0, dot);
    if (label.empty() || label.size() > 63) return false;
    out.byte(static_cast<uint8_t>(label.size()));
    out.append(label);
    if (dot == Text::npos) break;
    name.remove_prefix(dot + 1);
  }
  out.byte(0);
  put16(out, static_cast<uint16_t>(type));
  put16(out, 1);  // IN
  out.byte(0);    // OPT: the root, and how long a datagram may be
  put16(out, 41);
  put16(out, kDatagram);
  put16(out, 0);
  put16(out, 0);
  put16(out, 0);
  return true;
}

std::optional<DnsAnswer> read_dns_answer(Bytes m, uint16_t id, DnsType type, Arena& arena) {
  if (m.size() < 12 || read16(m.data()) != id || !(m[2] & 0x80)) return std::nullopt;
  DnsAnswer out;
  out.cut = m[2] & 0x02;
  out.code = m[3] & 0x0F;
  size_t at = 12;
  for (uint32_t i = read16(&m[4]); i > 0; --i) {
    if (!read_name(m, at, nullptr) || at + 4 > m.size()) return std::nullopt;
    at += 4;
  }
  Writer name;
  for (uint32_t i = read16(&m[6]); i > 0 && out.records.size() < kMostRecords; --i) {
    if (!read_name(m, at, nullptr) || at + 10 > m.size()) return out.cut ? std::optional(out) : std::nullopt;
    const uint16_t kind = read16(&m[at]), size = read16(&m[at + 8]);
    at += 10;
    if (at + size > m.size()) return out.cut ? std::optional(out) : std::nullopt;
    const size_t data = at;
    at += size;
    if (kind != static_cast<uint16_t>(type)) continue;  // CNAMEs on the way
    DnsRecord r;
    size_t where = data;
    char text[INET6_ADDRSTRLEN] = {};
    switch (type) {
    case DnsType::A:
      if (size != 4 || !inet_ntop(AF_INET, &m[data], text, sizeof text)) return std::nullopt;
      r.address = arena.copy(text);
      break;
    case DnsType::Aaaa:
      if (size != 16 || !inet_ntop(AF_INET6, &m[data], text, sizeof text)) return std::nullopt;
      r.address = arena.copy(text);
      break;
    case DnsType::Srv:
      if (size < 7) return std::nullopt;
      r.port = read16(&m[data + 4]);
      where += 6;
      break;
    case DnsType::Mx:
      if (size < 3) return std::nullopt;
      where += 2;
      break;
    case DnsType::Ns: break;
    }
    if (r.address.empty()) {
      name.clear();
      if (!read_name(m, where, &name)) return std::nullopt;
      r.name = arena.copy(name.text());
    }
    out.records.push_back(r);
  }
  return out;
}

DnsLookup::DnsLookup(Runtime& runtime, Done done, void* self)
    : runtime_(runtime), done_(done), self_(self),
      watch_(
          *runtime.loop, [](void* s, uint32_t events) { static_cast<DnsLookup*>(s)->ready(events); }, this),
      timer_(*runtime.loop, [](void* s) { static_cast<DnsLookup*>(s)->next_server(); }, this) {}

DnsLookup::~DnsLookup() {
  cancel();
}

void DnsLookup::cancel() {
  asking_ = false;
  timer_.cancel();
  close_socket();
}

void DnsLookup::close_socket() {
  if (fd_ < 0) return;
  watch_.stop();
  close(fd_);
  fd_ = -1;
}

bool DnsLookup::read_configuration() {
  const int fd = open("/etc/resolv.conf", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char content[8192];
  const ssize_t n = read(fd, content, sizeof content);
  close(fd);
  if (n < 0) return false;
  for (Text rest(content, static_cast<size_t>(n)); !rest.empty();) {
    const size_t end = rest.find('\n');
    Text line = rest.substr(0, end);
    rest = end == Text::npos ? Text() : rest.substr(end + 1);
    auto word = [&] {
      const size_t begin = line.find_first_not_of(" \t\r");
      if (begin == Text::npos) return line = {}, Text();
      line.remove_prefix(begin);
      const Text w = line.substr(0, line.find_first_of(" \t\r"));
      line.remove_prefix(w.size());
      return w;
    };
    const Text key = word();
    if (key == "nameserver") {
      if (const Text w = word(); !w.empty() && servers_.size() < 3) servers_.push_back(texts_.copy(w));
    } else if (key == "search" || key == "domain") {
      search_.clear();
      for (Text w = word(); !w.empty() && search_.size() < 6; w = word()) search_.push_back(texts_.copy(w));
    } else if (key == "options") {
      for (Text w = word(); !w.empty(); w = word())
        if (w.starts_with("ndots:"))
          if (const auto dots = parse_uint(w.substr(6)); dots && *dots < 16) ndots_ = static_cast<uint32_t>(*dots);
    }
  }
  return !servers_.empty();
}

void DnsLookup::ask(Text name, DnsType type) {
  cancel();
  texts_.reset();
  servers_.clear(), search_.clear(), names_.clear();
  ndots_ = 1;
  type_ = type;
  name_ = server_ = 0;
  failed_ = tcp_ = false;
  asking_ = true;
  if (!read_configuration()) return finish(nullptr);
  name = texts_.copy(name);
  if (name.ends_with('.')) {
    names_.push_back(name);
  } else {
    uint32_t labels = 1;
    for (const char c : name) labels += c == '.';
    if (labels > ndots_) names_.push_back(name);
    Writer whole;
    for (const Text domain : search_) {
      whole.clear();
      whole.append(name);
      whole.byte('.');
      whole.append(domain);
      names_.push_back(texts_.copy(whole.text()));
    }
    if (labels <= ndots_) names_.push_back(name);
  }
  send();
}

void DnsLookup::finish(const std::vector<DnsRecord>* records) {
  cancel();
  done_(self_, records);
}

// The name does not exist (or nobody says so): the next one may.
void DnsLookup::next_name(bool missing) {
  failed_ |= !missing;
  server_ = 0;
  tcp_ = false;
  if (++name_ < names_.size()) return send();
  const std::vector<DnsRecord> none;
  finish(failed_ ? nullptr : &none);
}

void DnsLookup::next_server() {
  tcp_ = false;
  if (++server_ < servers_.size()) return send();
  next_name(false);
}

void DnsLookup::send() {
  close_socket();
  out_.clear(), in_.clear();
  sent_ = 0;
  runtime_.random(&id_, sizeof id_);
  if (tcp_) put16(out_, 0);
  if (!append_dns_question(out_, id_, names_[name_], type_)) return next_name(true);
  if (tcp_) {
    out_.data()[0] = static_cast<uint8_t>((out_.size() - 2) >> 8);
    out_.data()[1] = static_cast<uint8_t>(out_.size() - 2);
  }
  timer_.in(kPatience);
  sockaddr_storage to{};
  socklen_t size = 0;
  if (auto* v4 = reinterpret_cast<sockaddr_in*>(&to);
      inet_pton(AF_INET, servers_[server_].data(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET, v4->sin_port = htons(53), size = sizeof *v4;
  } else if (auto* v6 = reinterpret_cast<sockaddr_in6*>(&to);
             inet_pton(AF_INET6, servers_[server_].data(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6, v6->sin6_port = htons(53), size = sizeof *v6;
  }
  fd_ = size == 0 ? -1 : socket(to.ss_family, (tcp_ ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  // What cannot be sent is found out by the timer, like what is lost.
  if (fd_ < 0) return;
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&to), size) != 0 && errno != EINPROGRESS) return close_socket();
  if (!watch_.start(fd_, tcp_ ? EPOLLOUT : EPOLLIN)) return close_socket();
  if (!tcp_) (void)!::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
}

void DnsLookup::ready(uint32_t events) {
  if (tcp_ && (events & EPOLLOUT) && sent_ < out_.size()) {
    const ssize_t n = ::send(fd_, out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN ? void() : next_server();
    sent_ += static_cast<size_t>(n);
    if (sent_ == out_.size()) watch_.wait_for(EPOLLIN);
    return;
  }
  const size_t room = tcp_ ? 65537 : kDatagram;
  const ssize_t n = recv(fd_, in_.room(room), room, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n < 0 || (tcp_ && n == 0)) return next_server();
  in_.advance(static_cast<size_t>(n));
  if (!tcp_) {
    take(in_.bytes());
    return;
  }
  if (in_.size() < 2) return;
  const size_t whole = read16(in_.data());
  if (in_.size() - 2 >= whole) take(in_.bytes().subspan(2, whole));
}

void DnsLookup::take(Bytes message) {
  Arena texts;
  const auto answer = read_dns_answer(message, id_, type_, texts);
  if (!answer) {
    in_.clear();
    if (tcp_) next_server();
    return;  // of a datagram that is none, nothing is believed: the answer may still come
  }
  if (answer->cut && !tcp_) {
    tcp_ = true;
    return send();
  }
  if (answer->code == 0) return finish(&answer->records);
  if (answer->code == 3) return next_name(true);
  next_server();
}

}  // namespace whittle
