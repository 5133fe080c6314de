// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/trusted_roots.h"

#include <mbedtls/error.h>
#include <stdlib.h>

namespace whittle::curl {

static constexpr const char* kSystemRoots = "/etc/ssl/certs/ca-certificates.crt";

TrustedRoots::~TrustedRoots() {
  for (Roots* r : known_) {
    mbedtls_x509_crt_free(&r->chain);
    delete r;
  }
}

Roots* TrustedRoots::of(const ClientTls* tls) {
  const Text file = tls ? tls->ca_file : Text();
  const Text pem = tls ? tls->ca_pem : Text();
  const bool own = !file.empty() || !pem.empty();
  const bool system = !own || tls->include_system_ca_certs_pool;
  Roots* found = nullptr;
  for (Roots* r : known_)
    if (r->file == file && r->pem == pem && r->system == system) found = r;
  if (found && found->ok) return found;
  if (!found) {
    // The texts live in the config, as long as the program.
    found = new Roots{file, pem, system, false, {}};
    known_.push_back(found);
  } else {
    mbedtls_x509_crt_free(&found->chain);  // tried again: the file may be there now
  }
  read(*found);
  return found;
}

void TrustedRoots::read(Roots& roots) {
  mbedtls_x509_crt_init(&roots.chain);
  roots.ok = true;
  auto report = [&](Text what, int code) {
    char reason[128];
    mbedtls_strerror(code, reason, sizeof reason);
    runtime_.log->error("cannot read CA certificates", {{"from", what}, {"reason", static_cast<const char*>(reason)}});
    roots.ok = false;
  };
  // A positive code counts certificates of a bundle that could not be parsed; the others serve.
  if (roots.system) {
    const char* path = getenv("SSL_CERT_FILE");
    if (!path || !*path) path = kSystemRoots;
    if (const int code = mbedtls_x509_crt_parse_file(&roots.chain, path); code < 0) report(path, code);
  }
  if (!roots.file.empty()) {
    if (const int code = mbedtls_x509_crt_parse_file(&roots.chain, roots.file.data()); code < 0)
      report(roots.file, code);
  }
  if (!roots.pem.empty()) {
    std::vector<unsigned char> copy(roots.pem.begin(), roots.pem.end());
    copy.push_back(0);
    if (const int code = mbedtls_x509_crt_parse(&roots.chain, copy.data(), copy.size()); code < 0)
      report("ca_pem", code);
  }
}

}  // namespace whittle::curl
