// SPDX-License-Identifier: Apache-2.0
// The addresses of a name. getaddrinfo() blocks for as long as a DNS server is silent, so each look-up has a thread,
// which touches nothing of ours.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/loop/loop.h"

#include <vector>

namespace whittle {

constexpr size_t kAddressRoom = 48;  // of the text of an address, in brackets where it has colons
struct Address {
  char text[kAddressRoom];
};

class Lookup {
public:
  // `addresses` in the order in which the system has them, each once; empty: there are none, and `why` says so.
  using Done = void (*)(void* context, const std::vector<Address>& addresses, Text why);

  Lookup(Loop& loop, Done done, void* context);
  ~Lookup();
  Lookup(const Lookup&) = delete;

  // Looks `host` up; `done` is called once, from the loop. One at a time: false, and nothing happens, while it runs, or
  // when the system has no thread for it.
  bool start(Text host);
  bool running() const { return job_ != nullptr; }

private:
  struct Job;
  void finished();

  Done done_;
  void* context_;
  Job* job_ = nullptr;
  Watch watch_;
};

// True for "127.0.0.1" and "[::1]", which need no look-up.
bool is_address(Text host);

}  // namespace whittle
