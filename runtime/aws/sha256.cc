// SPDX-License-Identifier: Apache-2.0
// Every byte that an exporter sends to AWS is hashed for its signature, so this is worth the instructions that x86
// processors have for it (SHA extensions, 2016). They keep the eight words of state in two registers, as ABEF and CDGH,
// do two rounds at a time and compute the message schedule four words at a time. Elsewhere mbedTLS, which uses the
// corresponding instructions on ARM.
#include "runtime/aws/sha256.h"

#include "runtime/base/check.h"

#include <mbedtls/md.h>
#include <mbedtls/sha256.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace whittle {

#if defined(__x86_64__)
namespace {

constexpr uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

bool has_sha_instructions() {
  static int8_t known = 0;  // asking takes long in a virtual machine
  if (known == 0) {
    unsigned a, b, c, d;
    bool has = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSSE3) && (c & bit_SSE4_1);
    has = has && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
    known = has ? 1 : -1;
  }
  return known > 0;
}

// Takes `blocks` blocks of 64 bytes into the state.
__attribute__((target("sha,sse4.1,ssse3"))) void compress(uint32_t state[8], const uint8_t* data, size_t blocks) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  auto load = [](const void* p)
                  __attribute__((target("sse2"))) { return _mm_loadu_si128(static_cast<const __m128i*>(p)); };
  __m128i low = _mm_shuffle_epi32(load(state), 0xB1);       // CDAB
  __m128i high = _mm_shuffle_epi32(load(state + 4), 0x1B);  // EFGH
  __m128i abef = _mm_alignr_epi8(low, high, 8);
  __m128i cdgh = _mm_blend_epi16(high, low, 0xF0);
  for (; blocks > 0; --blocks, data += 64) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i w[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; ++i) {  // four rounds each; w holds the last sixteen words of the schedule
      __m128i& now = w[i & 3];
      if (i < 4) {
        now = _mm_shuffle_epi8(load(data + 16 * i), big_endian);
      } else {
        const __m128i& last = w[(i + 3) & 3];
        now = _mm_sha256msg1_epu32(now, w[(i + 1) & 3]);
        now = _mm_add_epi32(now, _mm_alignr_epi8(last, w[(i + 2) & 3], 4));
        now = _mm_sha256msg2_epu32(now, last);
      }
      __m128i input = _mm_add_epi32(now, load(kRound + 4 * i));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, input);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(input, 0x0E));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  low = _mm_shuffle_epi32(abef, 0x1B);   // FEBA
  high = _mm_shuffle_epi32(cdgh, 0xB1);  // DCHG
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state), _mm_blend_epi16(low, high, 0xF0));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(state + 4), _mm_alignr_epi8(high, low, 8));
}

Digest fast_sha256(Bytes data) {
  uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  size_t whole = data.size() / 64;
  if (whole > 0) compress(state, data.data(), whole);
  // The rest, a one bit, zeros, and the length in bits.
  uint8_t last[128] = {};
  size_t rest = data.size() % 64, size = rest < 56 ? 64 : 128;
  if (rest > 0) memcpy(last, data.data() + whole * 64, rest);
  last[rest] = 0x80;
  uint64_t bits = __builtin_bswap64(static_cast<uint64_t>(data.size()) * 8);
  memcpy(last + size - 8, &bits, 8);
  compress(state, last, size / 64);
  Digest d;
  for (int i = 0; i < 8; ++i) {
    uint32_t word = __builtin_bswap32(state[i]);
    memcpy(d.data() + 4 * i, &word, 4);
  }
  return d;
}

}  // namespace
#endif

Digest sha256(Bytes data) {
#if defined(__x86_64__)
  if (has_sha_instructions()) return fast_sha256(data);
#endif
  Digest d;
  CHECK(mbedtls_sha256(data.data(), data.size(), d.data(), 0) == 0);
  return d;
}

Digest hmac_sha256(Bytes key, Bytes data) {
  Digest d;
  CHECK(mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), key.data(), key.size(), data.data(), data.size(),
                        d.data()) == 0);
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
