// SPDX-License-Identifier: Apache-2.0
// Rotation, and what a disk that is full does.
#include "runtime/file/output_file.h"

#include "runtime/file/backup_name.h"

#include <algorithm>
#include <dirent.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace whittle {
namespace {

constexpr int64_t kNow = 1'795'560'000'123'000'000;  // 2026-11-24T22:40:00.123Z

struct Folder {
  std::string path = testing::TempDir() + "output_file_" + std::to_string(getpid()) + "_" +
                     testing::UnitTest::GetInstance()->current_test_info()->name();
  Logger log;
  Runtime runtime;

  Folder() {
    (void)system(("rm -rf '" + path + "' && mkdir '" + path + "'").c_str());
    runtime.log = &log;
    runtime.fixed_clock_ns = kNow;
  }
  ~Folder() { (void)system(("rm -rf '" + path + "'").c_str()); }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    DIR* dir = opendir(path.c_str());
    while (const dirent* e = readdir(dir))
      if (e->d_name[0] != '.') out.emplace_back(e->d_name);
    closedir(dir);
    std::sort(out.begin(), out.end());
    return out;
  }
  std::string content(const std::string& name) const {
    std::ostringstream s;
    s << std::ifstream(path + "/" + name).rdbuf();
    return s.str();
  }
};

bool put(OutputFile& f, const std::string& text) {
  return f.write({as_bytes(text), Signal::Logs, {}});
}

TEST(OutputFile, IsEmptiedOrNot) {
  Folder d;
  for (bool append : {false, true, false}) {
    OutputFile f(d.runtime, "file", d.path + "/out", append, std::nullopt);
    ASSERT_TRUE(f.open());
    EXPECT_TRUE(put(f, "a\n"));
    EXPECT_TRUE(f.waits()) << "until it is flushed";
    EXPECT_TRUE(f.flush());
    EXPECT_EQ(d.content("out"), append ? "a\na\n" : "a\n");
  }
}

TEST(OutputFile, RotatesBySize) {
  Folder d;
  {
    OutputFile f(d.runtime, "file", d.path + "/a/out.json", false, FileRotation{.max_bytes = 10});
    EXPECT_TRUE(put(f, "1234\n"));
    EXPECT_TRUE(put(f, "5678\n"));
    EXPECT_FALSE(f.waits());
    d.runtime.fixed_clock_ns += 1'000'000;
    EXPECT_TRUE(put(f, "9\n"));
    d.runtime.fixed_clock_ns += 1'000'000;
    EXPECT_TRUE(put(f, "larger than a file\n"));
    d.runtime.fixed_clock_ns += 1'000'000;
    EXPECT_TRUE(put(f, "x\n"));
  }
  d.path += "/a";
  EXPECT_EQ(d.names(),
            (std::vector<std::string>{"out-2026-11-24T22-40-00.124-size.json", "out-2026-11-24T22-40-00.125-size.json",
                                      "out-2026-11-24T22-40-00.126-size.json", "out.json"}));
  EXPECT_EQ(d.content("out-2026-11-24T22-40-00.124-size.json"), "1234\n5678\n");
  EXPECT_EQ(d.content("out-2026-11-24T22-40-00.125-size.json"), "9\n");
  EXPECT_EQ(d.content("out-2026-11-24T22-40-00.126-size.json"), "larger than a file\n");
  EXPECT_EQ(d.content("out.json"), "x\n");
  // What is there stays, and counts.
  OutputFile f(d.runtime, "file", d.path + "/out.json", false, FileRotation{.max_bytes = 10});
  EXPECT_TRUE(put(f, "y\n"));
  EXPECT_EQ(d.content("out.json"), "x\ny\n");
  d.path.resize(d.path.size() - 2);
}

TEST(OutputFile, DeletesOldOnes) {
  for (auto [backups, days, left] :
       {std::tuple{2, 0, 4}, std::tuple{0, 2, 4}, std::tuple{0, 0, 6}, std::tuple{1, 2, 3}}) {
    Folder d;
    for (const char* name :
         {"out-2026-11-24T00-00-00.000-size.json", "out-2026-11-23T00-00-00.000-size.json",
          "out-2026-11-22T00-00-00.000-size.json", "out-2026-11-01T00-00-00.000-time.json", "out-other.json"})
      std::ofstream(d.path + "/" + name) << "x";
    OutputFile f(d.runtime, "file", d.path + "/out.json", false,
                 FileRotation{.max_bytes = 10, .max_days = days, .max_backups = backups});
    EXPECT_TRUE(put(f, "y\n"));
    EXPECT_EQ(d.names().size(), static_cast<size_t>(left)) << backups << " " << days;
  }
}

TEST(OutputFile, AFolderThatComesLater) {
  Folder d;
  OutputFile f(d.runtime, "file", d.path + "/later/out", false, std::nullopt);
  EXPECT_FALSE(f.open());
  EXPECT_TRUE(put(f, "a\n"));
  EXPECT_FALSE(f.flush());
  EXPECT_TRUE(f.waits());
  EXPECT_FALSE(put(f, std::string(OutputFile::kMostWaiting, 'x')));
  mkdir((d.path + "/later").c_str(), 0755);
  EXPECT_TRUE(put(f, "b\n"));
  EXPECT_TRUE(f.flush());
  EXPECT_EQ(d.content("later/out"), "a\nb\n");
}

TEST(OutputFile, AFullDisk) {
  Folder d;
  OutputFile f(d.runtime, "file", "/dev/full", true, std::nullopt);
  if (!f.open()) GTEST_SKIP() << "there is no /dev/full";
  EXPECT_TRUE(put(f, "a\n"));
  EXPECT_FALSE(f.flush());
  EXPECT_TRUE(put(f, std::string(OutputFile::kMostWaiting - 2, 'x')));
  EXPECT_FALSE(put(f, "b\n")) << "enough waits";
}

TEST(BackupName, IsReadAsWritten) {
  for (bool local : {false, true})
    for (const char* path : {"/d/out.json", "/d.x/out", "out.tar.gz", "/d/.out"}) {
      Writer name;
      append_backup_name(name, path, kNow, local);
      auto last = [](Text t) { return t.substr(t.rfind('/') + 1); };
      EXPECT_EQ(backup_time(last(name.text()), last(path), local), kNow) << name.text();
      for (size_t n = 0; n < last(name.text()).find("-size"); ++n)
        EXPECT_FALSE(backup_time(last(name.text()).substr(0, n), last(path), local)) << n;
    }
  for (const char* name :
       {"out.json", "out-x-size.json", "out-2026-13-24T22-40-00.123-size.json", "out-2026-11-24T22:40:00.123-size.json",
        "outs-2026-11-24T22-40-00.123-size.json", "out-2026-11-24T22-40-00.123.json"})
    EXPECT_FALSE(backup_time(name, "out.json", false)) << name;
}

}  // namespace
}  // namespace whittle
