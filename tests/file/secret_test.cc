// SPDX-License-Identifier: Apache-2.0
// A secret in a file is what stands there now, and what stood there last when it cannot be read.
#include "runtime/file/secret.h"

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>

namespace whittle {
namespace {

struct World {
  Logger log;
  Runtime runtime;
  std::string path;

  World() {
    log.to(open("/dev/null", O_WRONLY));
    runtime.log = &log;
    char name[] = "/tmp/secret_testXXXXXX";
    close(mkstemp(name));
    path = name;
  }
  ~World() { remove(path.c_str()); }
  void write(const std::string& text) {
    FILE* f = fopen(path.c_str(), "w");
    fputs(text.c_str(), f);
    fclose(f);
  }
};

void wait_a_look() {
  usleep(1'100'000);
}

TEST(Secret, StandsInTheConfig) {
  World w;
  Secret s(w.runtime, "basicauth", " as it is ", "");
  EXPECT_TRUE(s.start());
  EXPECT_EQ(s.get(), " as it is ");
}

TEST(Secret, IsReadWithoutWhatIsBlankAroundIt) {
  World w;
  w.write("\n one two\t\r\n");
  Secret s(w.runtime, "basicauth", "not this", w.path);
  EXPECT_TRUE(s.start());
  EXPECT_EQ(s.get(), "one two");
}

TEST(Secret, IsReadAgainWhenTheFileHasChanged) {
  World w;
  w.write("old");
  Secret s(w.runtime, "basicauth", "", w.path);
  ASSERT_TRUE(s.start());
  EXPECT_EQ(s.get(), "old");
  w.write("newer");
  wait_a_look();
  EXPECT_EQ(s.get(), "newer");
  remove(w.path.c_str());
  wait_a_look();
  EXPECT_EQ(s.get(), "newer");
  w.write("last");
  wait_a_look();
  EXPECT_EQ(s.get(), "last");
}

TEST(Secret, NeedsItsFileAtTheStart) {
  World w;
  remove(w.path.c_str());
  Secret s(w.runtime, "basicauth", "", w.path);
  EXPECT_FALSE(s.start());
  w.write(std::string(Secret::kMost + 1, 'x'));
  Secret large(w.runtime, "basicauth", "", w.path);
  EXPECT_FALSE(large.start());
}

}  // namespace
}  // namespace whittle
