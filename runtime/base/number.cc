// SPDX-License-Identifier: Apache-2.0
// Doubles are written with Schubfach (Raffaello Giulietti, "The Schubfach way to render doubles"): of all decimals that
// round to the double the shortest, and of those the closest. It needs 10^k to 126 bits, from a table that the compiler
// computes. Reading takes the exact short cut where mantissa and power of ten are both doubles, and strtod elsewhere.
#include "runtime/base/number.h"

#include <array>
#include <bit>
#include <stdlib.h>
#include <string.h>

namespace whittle {

namespace {

constexpr int kMinPower = -292, kMaxPower = 324;

struct Power {
  uint64_t hi, lo;
};

// floor(10^k * 2^s) + 1 with s such that the value has 128 bits.
consteval std::array<Power, kMaxPower - kMinPower + 1> powers_of_ten() {
  constexpr int kWords = 20;
  std::array<Power, kMaxPower - kMinPower + 1> table{};
  auto top = [](const uint64_t* w) {  // the 128 bits that begin with the highest one, plus 1
    int i = kWords - 1;
    while (w[i] == 0) --i;
    int z = std::countl_zero(w[i]);
    auto at = [&](int j) { return j >= 0 ? w[j] : 0; };
    auto word = [&](int j) { return z ? at(j) << z | at(j - 1) >> (64 - z) : at(j); };
    Power p{word(i), word(i - 1)};
    if (++p.lo == 0) ++p.hi;
    return p;
  };
  uint64_t w[kWords] = {1};
  for (int k = 0; k <= kMaxPower; ++k) {
    table[static_cast<size_t>(k - kMinPower)] = top(w);
    unsigned __int128 carry = 0;
    for (uint64_t& x : w) {
      carry += static_cast<unsigned __int128>(x) * 5;
      x = static_cast<uint64_t>(carry);
      carry >>= 64;
    }
  }
  // 5^-k to more than 500 bits, which leaves no doubt about the first 128.
  uint64_t f[kWords] = {};
  f[kWords - 1] = 1ull << 63;
  for (int k = -1; k >= kMinPower; --k) {
    unsigned __int128 rest = 0;
    for (int i = kWords - 1; i >= 0; --i) {
      rest = rest << 64 | f[i];
      f[i] = static_cast<uint64_t>(rest / 5);
      rest %= 5;
    }
    table[static_cast<size_t>(k - kMinPower)] = top(f);
  }
  return table;
}

constexpr auto kPowers = powers_of_ten();

constexpr char kPairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
                          "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
                          "8081828384858687888990919293949596979899";

struct Decimal {
  uint64_t digits;
  int exponent;
};

uint64_t round_to_odd(Power g, uint64_t cp) {
  unsigned __int128 x = static_cast<unsigned __int128>(g.lo) * cp;
  unsigned __int128 y = static_cast<unsigned __int128>(g.hi) * cp + static_cast<uint64_t>(x >> 64);
  return static_cast<uint64_t>(y >> 64) | (static_cast<uint64_t>(y) > 1);
}

// `v` is finite and positive.
Decimal shortest(double v) {
  uint64_t bits = std::bit_cast<uint64_t>(v);
  uint64_t fraction = bits & ((1ull << 52) - 1);
  int biased = static_cast<int>(bits >> 52);
  uint64_t c = biased ? fraction | 1ull << 52 : fraction;
  int q = (biased ? biased : 1) - 1075;
  if (q <= 0 && q > -53 && (c & ((1ull << -q) - 1)) == 0) return {c >> -q, 0};

  bool odd = c & 1;
  bool lower_is_closer = fraction == 0 && biased > 1;
  uint64_t low = 4 * c - 2 + lower_is_closer, mid = 4 * c, high = 4 * c + 2;
  int k = (q * 1262611 - (lower_is_closer ? 524031 : 0)) >> 22;  // floor(log10(the interval))
  int h = q + ((-k * 1741647) >> 19) + 1;                        // aligns the product
  Power g = kPowers[static_cast<size_t>(-k - kMinPower)];
  uint64_t from = round_to_odd(g, low << h) + odd;
  uint64_t here = round_to_odd(g, mid << h);
  uint64_t to = round_to_odd(g, high << h) - odd;

  uint64_t s = here / 4;
  if (s >= 10) {
    uint64_t tens = s / 10;
    bool below = from <= 40 * tens, above = 40 * tens + 40 <= to;
    if (below != above) return {tens + above, k + 1};
  }
  bool below = from <= 4 * s, above = 4 * s + 4 <= to;
  if (below != above) return {s + above, k};
  bool up = here > 4 * s + 2 || (here == 4 * s + 2 && (s & 1));
  return {s + up, k};
}

}  // namespace

size_t format_uint(char* out, uint64_t v) {
  // Copies here have fixed sizes, which the compiler does with a few instructions: what is copied too much is
  // overwritten or not counted.
  char digits[40];
  char* p = digits + 20;
  while (v >= 100) {
    p -= 2;
    memcpy(p, kPairs + v % 100 * 2, 2);
    v /= 100;
  }
  if (v >= 10) {
    p -= 2;
    memcpy(p, kPairs + v * 2, 2);
  } else {
    *--p = static_cast<char>('0' + v);
  }
  size_t n = static_cast<size_t>(digits + 20 - p);
  memcpy(out, p, 20);
  return n;
}

size_t format_int(char* out, int64_t v) {
  if (v >= 0) return format_uint(out, static_cast<uint64_t>(v));
  *out = '-';
  return 1 + format_uint(out + 1, 0 - static_cast<uint64_t>(v));
}

static size_t format_decimal(char* out, double v, bool general) {
  char* p = out;
  if (std::bit_cast<uint64_t>(v) >> 63) {
    *p++ = '-';
    v = -v;
  }
  if (v == 0) {
    *p++ = '0';
    return static_cast<size_t>(p - out);
  }
  Decimal d = shortest(v);
  char digits[kNumberRoom];
  size_t n = format_uint(digits, d.digits);
  memset(digits + n, '0', 24);                   // zeros may have to follow
  int point = static_cast<int>(n) + d.exponent;  // digits before the decimal point
  while (n > 1 && digits[n - 1] == '0') --n;

  bool with_exponent = general ? point < -3 || point > 6 : v < 1e-6 || v >= 1e21;
  if (with_exponent) {
    *p++ = digits[0];
    if (n > 1) {
      *p++ = '.';
      memcpy(p, digits + 1, 16);
      p += n - 1;
    }
    *p++ = 'e';
    int e = point - 1;
    *p++ = e < 0 ? '-' : '+';
    if (general && e > -10 && e < 10) *p++ = '0';
    p += format_uint(p, static_cast<uint64_t>(e < 0 ? -e : e));
  } else if (point <= 0) {
    memcpy(p, "0.00000", 8);
    p += 2 - point;
    memcpy(p, digits, 17);
    p += n;
  } else if (static_cast<size_t>(point) >= n) {
    memcpy(p, digits, 21);
    p += point;
  } else {
    memcpy(p, digits, 17);
    p[point] = '.';
    memcpy(p + point + 1, digits + point, 16);
    p += n + 1;
  }
  return static_cast<size_t>(p - out);
}

size_t format_double(char* out, double v) {
  return format_decimal(out, v, false);
}

size_t format_double_general(char* out, double v) {
  return format_decimal(out, v, true);
}

std::optional<uint64_t> parse_uint(Text t) {
  if (t.empty()) return std::nullopt;
  uint64_t v = 0;
  for (char c : t) {
    if (c < '0' || c > '9') return std::nullopt;
    if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, static_cast<uint64_t>(c - '0'), &v))
      return std::nullopt;
  }
  return v;
}

std::optional<int64_t> parse_int(Text t) {
  bool negative = t.starts_with('-');
  if (negative || t.starts_with('+')) t.remove_prefix(1);
  auto v = parse_uint(t);
  if (!v || *v > static_cast<uint64_t>(INT64_MAX) + negative) return std::nullopt;
  return static_cast<int64_t>(negative ? 0 - *v : *v);
}

static bool equals_ignoring_case(Text t, Text lower) {
  if (t.size() != lower.size()) return false;
  for (size_t i = 0; i < t.size(); ++i)
    if ((t[i] | 0x20) != lower[i]) return false;
  return true;
}

// What strtod makes of a text that is a number; nothing where it overflows.
static std::optional<double> read_double(Text t) {
  char small[128];
  Writer large;
  char* copy = small;
  if (t.size() >= sizeof small) copy = reinterpret_cast<char*>(large.room(t.size() + 1));
  memcpy(copy, t.data(), t.size());
  copy[t.size()] = 0;
  const double v = strtod(copy, nullptr);
  if (v - v != 0) return std::nullopt;
  return v;
}

std::optional<double> parse_double(Text t) {
  static constexpr double kExact[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  Text whole = t;
  bool negative = t.starts_with('-');
  if (negative || t.starts_with('+')) t.remove_prefix(1);
  if (equals_ignoring_case(t, "inf") || equals_ignoring_case(t, "infinity"))
    return negative ? -__builtin_inf() : __builtin_inf();
  if (equals_ignoring_case(whole, "nan")) return __builtin_nan("");

  uint64_t mantissa = 0;
  int digits = 0, exponent = 0;
  bool any = false, exact = true;
  size_t i = 0;
  auto digit = [&](char c, bool fraction) {
    any = true;
    if (digits < 19) {
      mantissa = mantissa * 10 + static_cast<uint64_t>(c - '0');
      if (mantissa) ++digits;
      exponent -= fraction;
    } else {
      exact &= c == '0';
      exponent += !fraction;
    }
  };
  for (; i < t.size() && t[i] >= '0' && t[i] <= '9'; ++i) digit(t[i], false);
  if (i < t.size() && t[i] == '.')
    for (++i; i < t.size() && t[i] >= '0' && t[i] <= '9'; ++i) digit(t[i], true);
  if (!any) return std::nullopt;
  if (i < t.size() && (t[i] | 0x20) == 'e') {
    bool down = false;
    if (++i < t.size() && (t[i] == '-' || t[i] == '+')) down = t[i++] == '-';
    if (i == t.size()) return std::nullopt;
    int e = 0;
    for (; i < t.size() && t[i] >= '0' && t[i] <= '9'; ++i)
      if (e < 100000) e = e * 10 + (t[i] - '0');
    exponent += down ? -e : e;
  }
  if (i != t.size()) return std::nullopt;

  if (exact && mantissa <= 1ull << 53 && exponent >= -22 && exponent <= 22) {
    double v = static_cast<double>(mantissa);
    v = exponent < 0 ? v / kExact[-exponent] : v * kExact[exponent];
    return negative ? -v : v;
  }
  return read_double(whole);
}

std::optional<double> parse_go_double(Text t) {
  const size_t sign = t.starts_with('-') || t.starts_with('+');
  const bool hex = t.size() >= sign + 2 && t[sign] == '0' && (t[sign + 1] | 0x20) == 'x';
  if (!hex && !t.contains('_')) return parse_double(t);
  auto is_digit = [&](char c) { return (c >= '0' && c <= '9') || (hex && (c | 0x20) >= 'a' && (c | 0x20) <= 'f'); };
  // Underscores stand between digits, of which the prefix counts as one.
  Writer plain;
  plain.append(t.substr(0, hex ? sign + 2 : 0));
  for (size_t i = plain.size(); i < t.size(); ++i) {
    if (t[i] != '_') {
      plain.byte(static_cast<uint8_t>(t[i]));
      continue;
    }
    const bool behind = i > 0 && (is_digit(t[i - 1]) || (hex && i == sign + 2));
    if (!behind || i + 1 == t.size() || !is_digit(t[i + 1])) return std::nullopt;
  }
  if (!hex) return parse_double(plain.text());
  // Digits, a point among them or not, and an exponent, which may not be left out.
  const Text rest = plain.text().substr(sign + 2);
  size_t i = 0, digits = 0;
  for (; i < rest.size() && is_digit(rest[i]); ++i) ++digits;
  if (i < rest.size() && rest[i] == '.')
    for (++i; i < rest.size() && is_digit(rest[i]); ++i) ++digits;
  if (digits == 0 || i == rest.size() || (rest[i] | 0x20) != 'p') return std::nullopt;
  if (++i < rest.size() && (rest[i] == '-' || rest[i] == '+')) ++i;
  if (i == rest.size()) return std::nullopt;
  for (; i < rest.size(); ++i)
    if (rest[i] < '0' || rest[i] > '9') return std::nullopt;
  return read_double(plain.text());
}

}  // namespace whittle
