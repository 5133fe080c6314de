// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

// strconv.ParseInt to any base but the ones that a prefix says.
static bool parse(Text t, int64_t base, int64_t& out) {
  bool negative = false;
  if (t[0] == 43 || t[0] == 45) {
    negative = t[0] == 45;
    t.remove_prefix(1);
  }
  const bool any = base == 0;
  bool prefixed = false;
  if (any) {
    base = 10;
    if (t.size() > 1 && t[0] == 48) {
      prefixed = true;
      const char kind = static_cast<char>(t[1] | 32);
      base = kind == 120 ? 16 : kind == 98 ? 2 : 8;
      t.remove_prefix(kind == 120 || kind == 98 || kind == 111 ? 2 : 1);
    }
  }
  if (base < 2 || base > 36 || t.empty()) return false;
  const uint64_t most = negative ? uint64_t{1} << 63 : INT64_MAX;
  uint64_t n = 0;
  char before = prefixed ? '0' : 0;
  for (char c : t) {
    if (any && c == 95 && before != 95 && before != 0) {
      before = c;
      continue;
    }
    before = c;
    const int digit = c >= 48 && c <= 57 ? c - 48 : (c | 32) >= 97 && (c | 32) <= 122 ? (c | 32) - 87 : 99;
    if (digit >= base) return false;
    const auto d = static_cast<uint64_t>(digit), b = static_cast<uint64_t>(base);
    if (n > (most - d) / b) return false;
    n = n * b + d;
  }
  if (before == '_') return false;
  out = static_cast<int64_t>(negative ? 0 - n : n);
  return true;
}

extern "C" bool rt_ottl_ParseInt(Run* run, const Value* args, Value* out) {
  Text t;
  int64_t base;
  if (!want_text(*run, args[0], t) || !want_int(*run, args[1], base)) return false;
  int64_t n;
  if (t.empty() || !parse(t, base, n)) return run->fail("the text is no int to that base");
  *out = integer(n);
  return true;
}

}  // namespace whittle::ottl
