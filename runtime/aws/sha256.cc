// SPDX-License-Identifier: Apache-2.0
// Every byte that an exporter sends to AWS is hashed for its signature, so this is worth the instructions that
// processors have for it. On x86 (SHA extensions, 2016; asked for, as not every machine has them) they keep the eight
// words of state in two registers, as ABEF and CDGH, do two rounds at a time and compute the message schedule four
// words at a time. On ARM (every machine that collectors are built for has them) the registers are ABCD and EFGH, and
// four rounds are done at a time.
//
// x86 without them has a way of its own (sha256_bmi2.cc), and several pieces of data are taken side by side where that
// is faster (sha256_lanes.h). WHITTLE_CPU=-sha in the environment makes a machine one of Intel's servers before 2021,
// and -sha-avx512 one before 2017, to measure it.
#include "runtime/aws/sha256.h"

#include "runtime/base/check.h"

#include <mbedtls/md.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#elif defined(__ARM_FEATURE_SHA2)
#include <arm_neon.h>
#endif

namespace whittle {
namespace {

// How this machine does it fastest.
struct Ways {
  Sha256Blocks blocks;
  Sha256Lanes lanes{};
};

#if defined(__x86_64__)

__attribute__((target("sha,sse4.1,ssse3"))) void blocks_of(uint32_t state[8], const uint8_t* data, size_t blocks) {
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
      __m128i input = _mm_add_epi32(now, load(kSha256Rounds + 4 * i));
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

// What has either of the two ways has SSSE3 and SSE 4.1, which collectors are built for.
const Ways& ways() {
  static Ways known = {};  // asking takes long in a virtual machine
  if (!known.blocks) {
    unsigned a, b = 0, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) b = 0;
    const char* without = getenv("WHITTLE_CPU");
    if (!without) without = "";
    const bool sha = (b & bit_SHA) && !strstr(without, "-sha");
    known.lanes = sha256_lanes(sha, !strstr(without, "-avx512"));
    known.blocks = sha ? blocks_of : (b & bit_BMI) && (b & bit_BMI2) ? sha256_blocks_bmi2 : sha256_blocks;
  }
  return known;
}

#elif defined(__ARM_FEATURE_SHA2)

void blocks_of(uint32_t state[8], const uint8_t* data, size_t blocks) {
  uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4);
  for (; blocks > 0; --blocks, data += 64) {
    const uint32x4_t abcd_before = abcd, efgh_before = efgh;
    uint32x4_t w[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; ++i) {  // four rounds each; w holds the last sixteen words of the schedule
      uint32x4_t& now = w[i & 3];
      if (i < 4) now = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(data + 16 * i)));
      else now = vsha256su1q_u32(vsha256su0q_u32(now, w[(i + 1) & 3]), w[(i + 2) & 3], w[(i + 3) & 3]);
      uint32x4_t input = vaddq_u32(now, vld1q_u32(kSha256Rounds + 4 * i)), abcd_now = abcd;
      abcd = vsha256hq_u32(abcd, efgh, input);
      efgh = vsha256h2q_u32(efgh, abcd_now, input);
    }
    abcd = vaddq_u32(abcd, abcd_before);
    efgh = vaddq_u32(efgh, efgh_before);
  }
  vst1q_u32(state, abcd);
  vst1q_u32(state + 4, efgh);
}

const Ways& ways() {
  static constexpr Ways kWays{blocks_of};
  return kWays;
}

#else

const Ways& ways() {
  static constexpr Ways kWays{sha256_blocks};
  return kWays;
}

#endif

}  // namespace

Digest sha256(Bytes data) {
  return sha256_by(ways().blocks, data);
}

void sha256_each(std::span<const Bytes> data, Digest* out) {
  sha256_each(ways().lanes, ways().blocks, data, out);
}

Digest hmac_sha256(Bytes key, Bytes data) {
  Digest d;
  CHECK(mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), key.data(), key.size(), data.data(), data.size(),
                        d.data()) == 0);
  return d;
}

}  // namespace whittle
