// SPDX-License-Identifier: Apache-2.0
// CA roots, parsed once and shared by all connections: curl by itself would parse and hold the whole bundle for each.
#pragma once

#include "runtime/base/runtime.h"
#include "runtime/http/client.h"

#include <mbedtls/x509_crt.h>
#include <vector>

namespace whittle::curl {

// Trusted certificates, by what they were made of.
struct Roots {
  Text file, pem;
  bool system = false;
  bool ok = false;
  mbedtls_x509_crt chain;
};

class TrustedRoots {
public:
  explicit TrustedRoots(Runtime& runtime) : runtime_(runtime) {}
  ~TrustedRoots();

  // Those that a client trusts: its own, the system's where it has none, or both. Not `ok`, and in the log, when they
  // cannot be read; asked again they are read again.
  Roots* of(const ClientTls* tls);

private:
  void read(Roots& roots);

  Runtime& runtime_;
  std::vector<Roots*> known_;
};

}  // namespace whittle::curl
