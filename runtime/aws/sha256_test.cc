// SPDX-License-Identifier: Apache-2.0
// The instructions and the portable rounds against mbedTLS, at every length around the block size.
#include "runtime/aws/sha256.h"

#include <gtest/gtest.h>
#include <mbedtls/sha256.h>
#include <string>
#include <vector>

namespace whittle {
namespace {

std::vector<Sha256Blocks> ways() {
  std::vector<Sha256Blocks> out{sha256_blocks};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("bmi2")) out.push_back(sha256_blocks_bmi2);
#endif
  return out;
}

// FIPS 180-4's examples.
TEST(Sha256, Published) {
  const std::string kMillion(1'000'000, 'a');
  const struct {
    Text text;
    const char* digest;
  } kCases[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {kMillion, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  for (auto& c : kCases) {
    char out[64];
    hex(sha256(as_bytes(c.text)), out);
    EXPECT_EQ(std::string(out, 64), c.digest);
    for (Sha256Blocks way : ways()) {
      hex(sha256_by(way, as_bytes(c.text)), out);
      EXPECT_EQ(std::string(out, 64), c.digest);
    }
  }
}

TEST(Sha256, AgreesWithMbedTls) {
  for (size_t n = 0; n < 400; ++n) {
    std::vector<uint8_t> data(n);
    for (size_t i = 0; i < n; ++i) data[i] = static_cast<uint8_t>(i * 131 + n);
    Digest want;
    ASSERT_EQ(mbedtls_sha256(data.data(), n, want.data(), 0), 0);
    EXPECT_EQ(sha256(data), want) << n;
    for (Sha256Blocks way : ways()) EXPECT_EQ(sha256_by(way, data), want) << n;
  }
}

// Any number of pieces, of lengths that end in one lane while others go on.
TEST(Sha256, SideBySide) {
  std::vector<Sha256Lanes> all{{}, sha256_lanes(false, true), sha256_lanes(true, true), sha256_lanes(false, false)};
  uint32_t seed = 1;
  for (size_t n = 0; n < 40; ++n) {
    std::vector<std::vector<uint8_t>> pieces(n);
    for (auto& p : pieces) {
      seed = seed * 1664525 + 1013904223;
      p.resize(n % 3 == 0 ? 1000 : seed >> 20);
      for (size_t i = 0; i < p.size(); ++i) p[i] = static_cast<uint8_t>(i * 131 + seed);
    }
    std::vector<Bytes> data(pieces.begin(), pieces.end());
    std::vector<Digest> want(n);
    for (size_t i = 0; i < n; ++i) ASSERT_EQ(mbedtls_sha256(data[i].data(), data[i].size(), want[i].data(), 0), 0);
    for (const Sha256Lanes& lanes : all) {
      std::vector<Digest> got(n);
      sha256_each(lanes, sha256_blocks, data, got.data());
      EXPECT_EQ(got, want) << n;
    }
    std::vector<Digest> got(n);
    sha256_each(data, got.data());
    EXPECT_EQ(got, want) << n;
  }
}

}  // namespace
}  // namespace whittle
