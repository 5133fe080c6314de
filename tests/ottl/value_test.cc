// SPDX-License-Identifier: Apache-2.0
// Values of the transformation language: what is compared, added and written as the reference does it.
#include "runtime/ottl/value.h"
#include "runtime/wire/wire.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace whittle::ottl {
namespace {

struct Compared {
  const char* name;
  Value a, b;
  const char* holds;  // of == != < <= > >=, those that do
};

TEST(Values, Compare) {
  const Value one = integer(1), one_and = real(1.5), t = text("a"), u = text("b");
  const Compared kTable[] = {
      {"nil is nil", nil(), nil(), "== <= >="},
      {"nil is nothing else", nil(), one, "!="},
      {"nothing else is nil", t, nil(), "!="},
      {"int and double", one, one_and, "!= < <="},
      {"double and int", one_and, one, "!= > >="},
      {"the same number", one, real(1), "== <= >="},
      {"texts", t, u, "!= < <="},
      {"text and int", t, one, "!="},
      {"false and true", boolean(false), boolean(true), "!= < <="},
      {"durations", duration(2), duration(1), "!= > >="},
      {"duration and int", duration(1), one, "!="},
      {"times", time_of(1, 5), time_of(1, 6), "!= < <="},
      {"a carried time", time_of(0, 1'000'000'000), time_of(1, 0), "== <= >="},
      {"bytes", bytes(as_bytes(Text("a"))), bytes(as_bytes(Text("ab"))), "!= < <="},
      {"bytes and text", bytes(as_bytes(Text("a"))), t, "!="},
  };
  const char* names[] = {"==", "!=", "<", "<=", ">", ">="};
  Arena arena;
  for (const Compared& c : kTable) {
    std::string holds;
    for (uint32_t how = 0; how < 6; ++how)
      if (compare(c.a, c.b, static_cast<Comparison>(how), arena))
        holds += (holds.empty() ? "" : " ") + std::string(names[how]);
    EXPECT_EQ(holds, c.holds) << c.name;
  }
}

TEST(Values, Arithmetic) {
  Arena arena;
  ottl::Run run{arena, nullptr};
  Value v;
  ASSERT_TRUE(arithmetic(run, integer(INT64_MAX), integer(1), Arithmetic::Add, &v));
  EXPECT_EQ(v.integer, INT64_MIN);
  ASSERT_TRUE(arithmetic(run, integer(INT64_MIN), integer(-1), Arithmetic::Divide, &v));
  EXPECT_EQ(v.integer, INT64_MIN);
  ASSERT_TRUE(arithmetic(run, integer(7), real(2), Arithmetic::Divide, &v));
  EXPECT_EQ(v.real, 3.5);
  EXPECT_FALSE(arithmetic(run, integer(7), integer(0), Arithmetic::Divide, &v));
  EXPECT_STREQ(run.error, "attempted to divide by 0");
  EXPECT_FALSE(arithmetic(run, real(7), real(0), Arithmetic::Divide, &v));
  EXPECT_FALSE(arithmetic(run, text("a"), integer(1), Arithmetic::Add, &v));
  ASSERT_TRUE(arithmetic(run, time_of(10, 5), duration(-6), Arithmetic::Add, &v));
  EXPECT_EQ(v.integer, 9);
  EXPECT_EQ(v.size, 999'999'999u);
  ASSERT_TRUE(arithmetic(run, time_of(INT64_MAX / 2, 0), time_of(0, 0), Arithmetic::Subtract, &v));
  EXPECT_EQ(v.integer, INT64_MAX) << "saturates";
}

// A value survives being stored and read again.
TEST(Values, AnyValuesAndBack) {
  Arena arena;
  Value items[] = {integer(-1), text("x"), nil(), real(0.5)};
  Member members[] = {{"k", 1, 0, list(items, 4, ValueKind::Array)}, {"b", 1, 0, boolean(true)}};
  const Value all[] = {nil(),           boolean(false),
                       integer(-5),     real(1e300),
                       text("hello"),   bytes(as_bytes(Text("\x00\xff", 2))),
                       map(members, 2), list(items, 4, ValueKind::Array)};
  for (const Value& v : all) {
    Writer w;
    put_any(w, v);
    const Value back = from_any(w.bytes());
    EXPECT_TRUE(compare(v, back, Comparison::Equal, arena));
  }
}

TEST(Values, Text) {
  Arena arena;
  auto like = [&](const Value& v) {
    Writer w;
    EXPECT_TRUE(append_string_like(w, v, arena));
    return std::string(w.text());
  };
  Member members[] = {{"z", 1, 0, integer(1)}, {"a", 1, 0, text("<&>")}};
  EXPECT_EQ(like(integer(-3)), "-3");
  EXPECT_EQ(like(bytes(as_bytes(Text("\x01\xab")))), "01ab");
  EXPECT_EQ(like(map(members, 2)), "{\"a\":\"\\u003c\\u0026\\u003e\",\"z\":1}");
  EXPECT_EQ(like(bytes(as_bytes(Text("\x01\x02")), ValueKind::SpanId)), "[1,2]");
  EXPECT_EQ(like(time_of(951868799, 500'000'000)), "\"2000-02-29T23:59:59.5Z\"");
  Writer w;
  EXPECT_FALSE(append_string_like(w, real(__builtin_inf()), arena));
}

TEST(Values, DatesAndDays) {
  for (int64_t day = -800'000; day < 800'000; day += 37) {
    int64_t year;
    uint32_t month, date;
    civil_from_days(day, year, month, date);
    ASSERT_EQ(days_from_civil(year, month, date), day);
    ASSERT_TRUE(month >= 1 && month <= 12 && date >= 1 && date <= 31);
  }
}

TEST(Values, OfWireMapsTheFirstKeyCounts) {
  Writer w;
  put_pair(w, 1, "k", integer(1));
  put_pair(w, 1, "k", integer(2));
  put_pair(w, 2, "other", integer(3));
  const Value m = wire_map(w.bytes(), 1);
  Value v;
  ASSERT_TRUE(find(m, "k", &v));
  EXPECT_EQ(v.integer, 1);
  EXPECT_FALSE(find(m, "other", &v));
  EXPECT_EQ(length_of(m), 2u);
}

}  // namespace
}  // namespace whittle::ottl
