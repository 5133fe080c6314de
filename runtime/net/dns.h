// SPDX-License-Identifier: Apache-2.0
// Questions to the name servers of /etc/resolv.conf on the event loop, for what getaddrinfo() does not ask: SRV records
// and their like (RFC 1035, RFC 2782), over UDP, and over TCP where an answer is too long for it.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/runtime.h"
#include "runtime/base/writer.h"
#include "runtime/loop/loop.h"

#include <optional>
#include <vector>

namespace whittle {

enum class DnsType : uint16_t { A = 1, Ns = 2, Mx = 15, Aaaa = 28, Srv = 33 };

struct DnsRecord {
  Text name;          // of Ns, Mx and Srv, with the dot at its end
  uint16_t port = 0;  // of Srv
  Text address;       // of A and Aaaa, as text
};

struct DnsAnswer {
  uint16_t code = 0;  // 0: good; 3: the name does not exist
  bool cut = false;   // there is more: ask over TCP
  std::vector<DnsRecord> records;
};

// Appends a question. False: `name` is none (a label is longer than 63 bytes, all of it longer than 253).
bool append_dns_question(Writer& out, uint16_t id, Text name, DnsType type);

// What a message answers to the question with that id; nothing: it is no answer to it, or malformed. Texts are in the
// arena.
std::optional<DnsAnswer> read_dns_answer(Bytes message, uint16_t id, DnsType type, Arena& arena);

class DnsLookup {
public:
  // `records` live until the call returns; null: no server gave an answer. No records: there are none.
  using Done = void (*)(void* self, const std::vector<DnsRecord>* records);

  DnsLookup(Runtime& runtime, Done done, void* self);
  ~DnsLookup();
  DnsLookup(const DnsLookup&) = delete;

  // Asks for a name, with the search domains where it has no dot at its end, as Prometheus does. `done` is called from
  // the loop, or from here where nothing can be asked.
  void ask(Text name, DnsType type);
  bool asking() const { return asking_; }
  void cancel();

private:
  bool read_configuration();
  void next_name(bool missing);
  void next_server();
  void send();
  void ready(uint32_t events);
  void take(Bytes message);
  void finish(const std::vector<DnsRecord>* records);
  void close_socket();

  Runtime& runtime_;
  Done done_;
  void* self_;
  Watch watch_;
  Timer timer_;
  Arena texts_;
  std::vector<Text> servers_, search_, names_;
  uint32_t ndots_ = 1;
  size_t name_ = 0, server_ = 0;
  DnsType type_ = DnsType::Srv;
  bool asking_ = false, failed_ = false, tcp_ = false;
  int fd_ = -1;
  uint16_t id_ = 0;
  Writer out_, in_;
  size_t sent_ = 0;
};

}  // namespace whittle
