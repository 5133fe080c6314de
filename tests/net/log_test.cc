// SPDX-License-Identifier: Apache-2.0
// The collector's log: sampling as zap does it, fields of all records, outputs.
#include "runtime/base/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>

namespace whittle {
namespace {

// A pipe that a logger writes into.
struct Output {
  int ends[2];
  Output() { EXPECT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0); }
  ~Output() {
    close(ends[0]);
    close(ends[1]);
  }
  std::string text() {
    std::string out;
    char buffer[4096];
    for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;) out.append(buffer, static_cast<size_t>(n));
    return out;
  }
  size_t lines() {
    size_t n = 0;
    for (char c : text()) n += c == '\n';
    return n;
  }
};

TEST(Log, SamplesByMessage) {
  struct {
    int64_t tick;
    uint64_t initial, thereafter;
    int records;
    size_t lines;
  } cases[] = {
      {10'000'000'000, 10, 100, 10, 10},
      {10'000'000'000, 10, 100, 109, 10},
      {10'000'000'000, 10, 100, 110, 11},
      {10'000'000'000, 10, 100, 310, 13},
      {10'000'000'000, 3, 0, 50, 3},
      {10'000'000'000, 0, 5, 50, 10},
      {10'000'000'000, 1, 1, 20, 20},
      {0, 1, 0, 50, 50},
      {1, 2, 0, 50, 50},  // each record begins a period
  };
  for (auto& c : cases) {
    Output output;
    Logger log;
    log.to(output.ends[1]);
    log.tick_ns = c.tick;
    log.initial = c.initial;
    log.thereafter = c.thereafter;
    for (int i = 0; i < c.records; ++i) log.warn("again");
    EXPECT_EQ(output.lines(), c.lines) << c.initial << " " << c.thereafter << " " << c.records;
    log.error("another message");
    EXPECT_EQ(output.lines(), c.initial == 0 && c.tick > 0 ? 0u : 1u);
  }
}

TEST(Log, SaysHowManyWereLeftOut) {
  Output output;
  Logger log;
  log.to(output.ends[1]);
  log.initial = 1;
  log.thereafter = 10;
  for (int i = 0; i < 11; ++i) log.warn("again");
  EXPECT_NE(output.text().find("again dropped_before=9\n"), std::string::npos);
  for (int i = 0; i < 4; ++i) log.warn("again");
  log.flush();
  EXPECT_NE(output.text().find("again dropped_before=4\n"), std::string::npos);
}

TEST(Log, FieldsOfAllRecords) {
  for (bool json : {false, true}) {
    Output output;
    Logger log;
    log.json = json;
    log.to(output.ends[1]);
    log.add_field({"service", "a \"b\""});
    log.add_field({"n", 7});
    log.add_field({"yes", true});
    log.add_null_field("none");
    log.info("x", {{"k", 1}});
    std::string text = output.text();
    EXPECT_TRUE(
        text.ends_with(json ? "\"msg\":\"x\",\"service\":\"a \\\"b\\\"\",\"n\":7,\"yes\":true,\"none\":null,\"k\":1}\n"
                            : " info x service=\"a \\\"b\\\"\" n=7 yes=true none=null k=1\n"))
        << text;
  }
}

TEST(Log, GoesToAllOutputs) {
  Output a, b;
  Logger log;
  log.to(a.ends[1]);
  log.to(b.ends[1]);
  log.info("x");
  std::string text = a.text();
  EXPECT_FALSE(text.empty());
  EXPECT_EQ(text, b.text());
}

// A reader that is away stops nobody: what it misses is counted, and told in its place.
TEST(Log, WaitsForNobody) {
  for (bool blocking : {true, false}) {
    Output output;
    if (blocking) fcntl(output.ends[1], F_SETFL, 0);
    fcntl(output.ends[1], F_SETPIPE_SZ, 4096);
    Logger log;
    int stuck = 0;
    log.stuck_context = &stuck;
    log.stuck = [](void* n) { ++*static_cast<int*>(n); };
    log.to(output.ends[1]);
    log.tick_ns = 0;
    std::string all;
    int written = 0;
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < 3000; ++i) log.info("something happened", {{"number", written++}});
      EXPECT_GT(stuck, 0);
      do all += output.text();  // the reader is back
      while (!log.drain());
      all += output.text();
    }
    log.info("something happened", {{"number", written++}});
    all += output.text();
    log.flush();
    all += output.text();
    int next = 0, told = 0;
    for (size_t at = 0; at < all.size();) {
      const size_t end = all.find('\n', at);
      ASSERT_NE(end, std::string::npos);
      const std::string line = all.substr(at, end - at);
      at = end + 1;
      if (const size_t n = line.find("nobody read the log in time: lines were left out lines=");
          n != std::string::npos) {
        next += atoi(line.c_str() + line.rfind('=') + 1);
        ++told;
        continue;
      }
      ASSERT_EQ(line.substr(line.rfind('=') + 1), std::to_string(next++)) << line;
    }
    EXPECT_EQ(next, written);
    EXPECT_GE(told, 3);
  }
}

}  // namespace
}  // namespace whittle
