// SPDX-License-Identifier: Apache-2.0
// The instructions against mbedTLS, at every length around the block size.
#include "runtime/aws/sha256.h"

#include <gtest/gtest.h>
#include <mbedtls/sha256.h>
#include <string>
#include <vector>

namespace whittle {
namespace {

TEST(Sha256, Published) {
  auto digest = [](Text t) {
    char out[64];
    hex(sha256(as_bytes(t)), out);
    return std::string(out, 64);
  };
  EXPECT_EQ(digest(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, AgreesWithMbedTls) {
  for (size_t n = 0; n < 400; ++n) {
    std::vector<uint8_t> data(n);
    for (size_t i = 0; i < n; ++i) data[i] = static_cast<uint8_t>(i * 131 + n);
    Digest want;
    ASSERT_EQ(mbedtls_sha256(data.data(), n, want.data(), 0), 0);
    EXPECT_EQ(sha256(data), want) << n;
  }
}

}  // namespace
}  // namespace whittle
