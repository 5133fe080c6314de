// SPDX-License-Identifier: Apache-2.0
// SHA-256 on x86 without instructions for it: the message schedule is computed four words at a time beside the rounds,
// and the rounds rotate by BMI2's rorx, which leaves its operand alone. Three times as fast as the plain rounds, a
// quarter of the instructions' speed.
#if defined(__x86_64__)
#include "runtime/aws/sha256.h"

#include <bit>
#include <immintrin.h>
#include <string.h>

namespace whittle {

namespace {

using Words = __m128i;  // four words of the message schedule

inline Words words_at(const void* p) {
  return _mm_loadu_si128(static_cast<const Words*>(p));
}

// The schedule's sigma 1 of the words 0 and 1 of `pairs`, in which each stands twice: a shift of both together is a
// rotation of the lower one. `where` puts the two into their places and zeros elsewhere.
__attribute__((target("ssse3"))) inline Words sigma_1(Words pairs, Words where) {
  const Words rotated = _mm_xor_si128(_mm_srli_epi64(pairs, 17), _mm_srli_epi64(pairs, 19));
  return _mm_shuffle_epi8(_mm_xor_si128(rotated, _mm_srli_epi32(pairs, 10)), where);
}

// The four words behind sixteen: w[0] to w[3] are the sixteen in order.
__attribute__((target("ssse3"))) inline Words next_words(Words w0, Words w1, Words w2, Words w3) {
  const Words t = _mm_alignr_epi8(w1, w0, 4);
  const Words rotated_7 = _mm_or_si128(_mm_srli_epi32(t, 7), _mm_slli_epi32(t, 25));
  const Words rotated_18 = _mm_or_si128(_mm_srli_epi32(t, 18), _mm_slli_epi32(t, 14));
  const Words sigma_0 = _mm_xor_si128(_mm_xor_si128(rotated_7, rotated_18), _mm_srli_epi32(t, 3));
  const Words sum = _mm_add_epi32(_mm_add_epi32(w0, _mm_alignr_epi8(w3, w2, 4)), sigma_0);
  // The last two need the first two.
  const Words two = _mm_add_epi32(sum, sigma_1(_mm_shuffle_epi32(w3, 0xFA), _mm_set_epi64x(-1, 0x0b0a'0908'0302'0100)));
  return _mm_add_epi32(two, sigma_1(_mm_shuffle_epi32(two, 0x50), _mm_set_epi64x(0x0b0a'0908'0302'0100, -1)));
}

// Sixteen rounds, with the words that are due in them. Which of the eight words of state is `a` moves down by one each
// round, so that no word has to. `more`: the sixteen words behind these are made beside them, with these constants.
struct Rounds {
  uint32_t state[8];
  uint32_t b_and_c_differ;  // where they do, in the next round's words
  Words w[4];
  alignas(16) uint32_t due[16];

  template <bool more>
  __attribute__((target("ssse3,bmi,bmi2"), always_inline)) void sixteen(const uint32_t* constants) {
    using std::rotr;
#pragma clang loop unroll(full)
    for (int round = 0; round < 16; ++round) {
      const int four = round / 4;
      if (more && round % 4 == 0)
        w[four] = next_words(w[four], w[(four + 1) & 3], w[(four + 2) & 3], w[(four + 3) & 3]);
      auto word = [&](int which) -> uint32_t& { return state[(which - round) & 7]; };
      const uint32_t a = word(0), b = word(1), e = word(4);
      const uint32_t chosen = (e & word(5)) + (~e & word(6));
      const uint32_t one = word(7) + due[round] + chosen + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25));
      const uint32_t a_and_b_differ = a ^ b;
      const uint32_t majority = b ^ (a_and_b_differ & b_and_c_differ);
      b_and_c_differ = a_and_b_differ;
      word(3) += one;
      word(7) = one + (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + majority;
      if (more && round % 4 == 3) make_due(four, constants);
    }
  }

  __attribute__((target("ssse3"))) void make_due(int four, const uint32_t* constants) {
    _mm_store_si128(reinterpret_cast<Words*>(due + 4 * four), _mm_add_epi32(w[four], words_at(constants + 4 * four)));
  }
};

}  // namespace

__attribute__((target("ssse3,bmi,bmi2"))) void sha256_blocks_bmi2(uint32_t state[8], const uint8_t* data,
                                                                  size_t blocks) {
  const Words big_endian = _mm_set_epi64x(0x0c0d'0e0f'0809'0a0b, 0x0405'0607'0001'0203);
  for (; blocks > 0; --blocks, data += 64) {
    Rounds r;
    memcpy(r.state, state, sizeof r.state);
    r.b_and_c_differ = state[1] ^ state[2];
    for (int four = 0; four < 4; ++four) {
      r.w[four] = _mm_shuffle_epi8(words_at(data + 16 * four), big_endian);
      r.make_due(four, kSha256Rounds);
    }
#pragma clang loop unroll(disable)
    for (int k = 1; k < 4; ++k) r.sixteen<true>(kSha256Rounds + 16 * k);
    r.sixteen<false>(nullptr);
    for (int i = 0; i < 8; ++i) state[i] += r.state[i];
  }
}

}  // namespace whittle
#endif
