// SPDX-License-Identifier: Apache-2.0
#include "runtime/net/dns.h"

#include <gtest/gtest.h>
#include <string>

using namespace whittle;

namespace {

std::string u16(unsigned v) {
  return {static_cast<char>(v >> 8), static_cast<char>(v)};
}

// An answer to the question for a.b with these records, each behind a pointer to the name of the question.
std::string answer(const std::string& records, unsigned count, unsigned flags = 0x8180) {
  return u16(7) + u16(flags) + u16(1) + u16(count) + u16(0) + u16(0) + std::string("\1a\1b\0", 5) + u16(33) + u16(1) +
         records;
}
std::string record(unsigned type, const std::string& data) {
  return "\xC0\x0C" + u16(type) + u16(1) + u16(0) + u16(5) + u16(static_cast<unsigned>(data.size())) + data;
}
const std::string kSrv = u16(0) + u16(0) + u16(9100) + std::string("\4task\xC0\x0C", 7);

TEST(Dns, Question) {
  Writer out;
  ASSERT_TRUE(append_dns_question(out, 7, "a.b.", DnsType::Srv));
  EXPECT_EQ(std::string(out.text().substr(0, 21)),
            u16(7) + u16(0x100) + u16(1) + u16(0) + u16(0) + u16(1) + std::string("\1a\1b\0", 5) + u16(33) + u16(1));
  for (const std::string& bad :
       {std::string(), std::string("."), std::string("a..b"), std::string(64, 'x'), std::string(250, 'x') + ".abc"})
    EXPECT_FALSE(append_dns_question(out, 7, bad, DnsType::A)) << bad;
}

TEST(Dns, Answer) {
  Arena arena;
  auto read = [&](const std::string& m, DnsType type = DnsType::Srv, uint16_t id = 7) {
    return read_dns_answer(as_bytes(Text(m)), id, type, arena);
  };
  const auto srv = read(answer(record(5, "\1x\xC0\x0C") + record(33, kSrv), 2));
  ASSERT_TRUE(srv.has_value());
  ASSERT_EQ(srv->records.size(), 1u);
  EXPECT_EQ(srv->records[0].name, "task.a.b.");
  EXPECT_EQ(srv->records[0].port, 9100);
  const auto v4 = read(answer(record(1, "\x0A\1\2\3"), 1), DnsType::A);
  ASSERT_TRUE(v4 && v4->records.size() == 1);
  EXPECT_EQ(v4->records[0].address, "10.1.2.3");
  EXPECT_EQ(read(answer("", 0, 0x8183))->code, 3);
  EXPECT_TRUE(read(answer("", 1, 0x8380))->cut);

  EXPECT_FALSE(read(answer("", 0), DnsType::Srv, 8));  // another question's
  EXPECT_FALSE(read(answer("", 0, 0x0100)));           // a question
  EXPECT_FALSE(read(answer(record(1, "\1\2\3"), 1), DnsType::A));
  EXPECT_FALSE(read(answer(record(33, u16(0) + u16(0) + u16(1) + "\xC0\x27"), 1)));  // a name that points at itself
  const std::string good = answer(record(33, kSrv) + record(33, kSrv), 2);
  for (size_t n = 0; n < good.size(); ++n) EXPECT_FALSE(read(good.substr(0, n))) << n;
}

}  // namespace
