// SPDX-License-Identifier: Apache-2.0
// Numbers and JSON text.
#include "runtime/base/json.h"
#include "runtime/base/number.h"

#include <bit>
#include <charconv>
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <string>

namespace whittle {
namespace {

std::string text(double v) {
  char out[kNumberRoom];
  return {out, format_double(out, v)};
}

TEST(Number, DoublesAsGoWritesThem) {
  struct Case {
    double v;
    const char* want;
  };
  constexpr Case kCases[] = {
      {0, "0"},
      {-0.0, "-0"},
      {1, "1"},
      {-1.5, "-1.5"},
      {100, "100"},
      {0.1, "0.1"},
      {1e-6, "0.000001"},
      {1.5e-6, "0.0000015"},
      {9.99e-7, "9.99e-7"},
      {1e-7, "1e-7"},
      {1e20, "100000000000000000000"},
      {1e21, "1e+21"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {5e-324, "5e-324"},
      {2.2250738585072014e-308, "2.2250738585072014e-308"},
      {1795360000.2499998, "1795360000.2499998"},
      {123456789012345680.0, "123456789012345680"},
      {9007199254740993.0, "9007199254740992"},
      {1e23, "1e+23"},
      {9.5367431640625e-07, "9.5367431640625e-7"},
      {2.0 / 3, "0.6666666666666666"},
      {1e10, "10000000000"},
      {4.35, "4.35"},
      {0.3, "0.3"},
      {2e-9, "2e-9"},
      {1.0E-10, "1e-10"},
  };
  for (const Case& c : kCases) EXPECT_EQ(text(c.v), c.want);
}

// The shortest digits that read back, against the standard library's.
TEST(Number, DoublesAreShortest) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 300000; ++i) {
    uint64_t bits = random();
    if (i % 3 == 1) bits = std::bit_cast<uint64_t>(static_cast<double>(random() >> 20) / 1000.0);
    if (i % 3 == 2) bits &= ~((1ull << (random() % 53)) - 1);  // few significant bits: the uneven intervals
    double v = std::bit_cast<double>(bits & ~(1ull << 63));
    if (v - v != 0) continue;
    char want[64];
    auto fixed = v == 0 || (v >= 1e-6 && v < 1e21);
    auto end = std::to_chars(want, want + sizeof want, v, std::chars_format::scientific).ptr;
    std::string digits;
    for (char* p = want; p < end && *p != 'e'; ++p)
      if (*p != '.') digits += *p;
    while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
    std::string ours = text(v), our_digits;
    for (char c : ours) {
      if (c == 'e') break;
      if (c != '.') our_digits += c;
    }
    our_digits.erase(0, std::min(our_digits.find_first_not_of('0'), our_digits.size() - 1));
    if (fixed)
      while (our_digits.size() > 1 && our_digits.back() == '0') our_digits.pop_back();
    ASSERT_EQ(our_digits, digits) << ours;
    ASSERT_EQ(strtod(ours.c_str(), nullptr), v) << ours;
    ASSERT_EQ(parse_double(ours), v) << ours;
  }
}

TEST(Number, DoublesInGeneralForm) {
  char out[kNumberRoom];
  auto general = [&](double v) { return std::string(out, format_double_general(out, v)); };
  EXPECT_EQ(general(0), "0");
  EXPECT_EQ(general(0.99), "0.99");
  EXPECT_EQ(general(0.0001), "0.0001");
  EXPECT_EQ(general(0.00001), "1e-05");
  EXPECT_EQ(general(123456), "123456");
  EXPECT_EQ(general(1234567), "1.234567e+06");
  EXPECT_EQ(general(1e100), "1e+100");
}

TEST(Number, Integers) {
  char out[kNumberRoom];
  auto signed_text = [&](int64_t v) { return std::string(out, format_int(out, v)); };
  EXPECT_EQ(signed_text(0), "0");
  EXPECT_EQ(signed_text(INT64_MIN), "-9223372036854775808");
  EXPECT_EQ(signed_text(INT64_MAX), "9223372036854775807");
  EXPECT_EQ(std::string(out, format_uint(out, UINT64_MAX)), "18446744073709551615");
  EXPECT_EQ(parse_int("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(parse_int("+7"), 7);
  for (Text bad : {"", "-", "1x", " 1", "9223372036854775808", "-9223372036854775809", "1.0"})
    EXPECT_FALSE(parse_int(bad)) << bad;
  EXPECT_EQ(parse_uint("18446744073709551615"), UINT64_MAX);
  for (Text bad : {"", "-1", "+1", "18446744073709551616"}) EXPECT_FALSE(parse_uint(bad)) << bad;
}

TEST(Number, ParseDouble) {
  EXPECT_EQ(parse_double("1.5"), 1.5);
  EXPECT_EQ(parse_double("-.5e1"), -5);
  EXPECT_EQ(parse_double("1e22"), 1e22);
  EXPECT_EQ(parse_double("123456789012345678901234567890"), 123456789012345678901234567890.0);
  EXPECT_EQ(parse_double("0." + std::string(400, '0') + "1"), 0);
  EXPECT_EQ(parse_double("-Infinity"), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(*parse_double("NaN") != *parse_double("NaN"));
  for (Text bad : {"", ".", "e5", "1e", "1e+", "x", "1.5x", "0x1p3", "1e999", "--1", "+nan"})
    EXPECT_FALSE(parse_double(bad)) << bad;
}

TEST(Number, ParseGoDouble) {
  EXPECT_EQ(parse_go_double("1.5"), 1.5);
  EXPECT_EQ(parse_go_double("1_000.2_5e1_0"), 1000.25e10);
  EXPECT_EQ(parse_go_double("0x1p-2"), 0.25);
  EXPECT_EQ(parse_go_double("-0X_1.8p+1"), -3);
  EXPECT_EQ(parse_go_double("0x.8p0"), 0.5);
  EXPECT_EQ(parse_go_double("0xdeadBEEFp0"), 0xDEADBEEF);
  for (Text bad : {"",      "_1",   "1_",    "1__0",   "1_.0",   "1._0", "1e_1",      "0x1", "0x",   "0xp1",
                   "0x.p1", "0x1p", "0x1p+", "0x1p1_", "0x1_p1", "0x1g", "0x1p99999", "-",   "i_nf", "0x1p1f"})
    EXPECT_FALSE(parse_go_double(bad)) << bad;
}

TEST(JsonText, Escapes) {
  auto escaped = [](Text t) {
    Writer out;
    append_json_text(out, t);
    return std::string(out.text());
  };
  EXPECT_EQ(escaped(""), "\"\"");
  EXPECT_EQ(escaped("0123456789 plain text ü"), "\"0123456789 plain text ü\"");
  EXPECT_EQ(escaped("\"\\\b\f\n\r\t\x01\x1f"), R"("\"\\\b\f\n\r\t\u0001\u001f")");
  for (size_t at = 0; at < 20; ++at) {
    std::string s(20, 'a'), want = s;
    s[at] = '\n';
    want.replace(at, 1, "\\n");
    EXPECT_EQ(escaped(s), '"' + want + '"');
  }
  EXPECT_EQ(escaped(std::string(3000, '"')).size(), 6002u);
}

TEST(JsonText, HalvesOfSurrogatePairsAreReplaced) {
  struct Case {
    const char *json, *want;
  };
  constexpr Case kCases[] = {
      {"", ""},
      {R"("\u0041\n")", R"("\u0041\n")"},
      {R"("\ud83d\ude00")", R"("\ud83d\ude00")"},
      {R"("\uD83d")", R"("\uFFFD")"},
      {R"("\ude00\ud83d")", R"("\uFFFD\uFFFD")"},
      {R"("\ud83d\ud83d\ude00")", R"("\uFFFD\ud83d\ude00")"},
      {R"("\\ud83d")", R"("\\ud83d")"},
      {R"("\\\ud83d")", R"("\\\uFFFD")"},
      {R"("\ud83)", R"("\ud83)"},
      {R"("\ud83d\u)", R"("\uFFFD\u)"},
      {R"(\)", R"(\)"},
  };
  Arena arena;
  for (const Case& c : kCases) EXPECT_EQ(with_whole_surrogates(c.json, arena), c.want) << c.json;
}

TEST(JsonText, Base64) {
  for (auto [plain, coded] :
       {std::pair<Text, Text>{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}}) {
    Writer out, back;
    append_base64(out, as_bytes(plain));
    EXPECT_EQ(out.text(), coded);
    EXPECT_TRUE(append_decoded_base64(back, coded));
    EXPECT_EQ(back.text(), plain);
  }
  for (Text bad : {"Z", "Zg", "Zg=", "Zg==Zg==", "Z===", "====", "Zg=a", "Z-=="}) {
    Writer out;
    EXPECT_FALSE(append_decoded_base64(out, bad)) << bad;
  }
}

}  // namespace
}  // namespace whittle
