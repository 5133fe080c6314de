// SPDX-License-Identifier: Apache-2.0
#include "runtime/aws/sha256.h"

#include "runtime/base/check.h"

#include <mbedtls/md.h>
#include <mbedtls/sha256.h>

namespace whittle {

Digest sha256(Bytes data) {
  Digest d;
  CHECK(mbedtls_sha256(data.data(), data.size(), d.data(), 0) == 0);
  return d;
}

Digest hmac_sha256(Bytes key, Bytes data) {
  Digest d;
  CHECK(mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), key.data(), key.size(), data.data(), data.size(), d.data()) == 0);
  return d;
}

void hex(const Digest& digest, char* out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (uint8_t b : digest) {
    *out++ = kDigits[b >> 4];
    *out++ = kDigits[b & 15];
  }
}

}  // namespace whittle
