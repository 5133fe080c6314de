// SPDX-License-Identifier: Apache-2.0
// Which file a group goes to, and what stands in it.
#include "runtime/codec/decompress.h"
#include "runtime/file/output_file.h"
#include "stdlib/exporter/file/file_config.h"
#include "stdlib/exporter/file/group_path.h"
#include "tests/support/scripted_client.h"

#include <map>

namespace whittle {
extern "C" Status exporter_file_consume(void* self, Payload* payload);
extern "C" const ComponentOps exporter_file_ops;

namespace {
struct Disk {
  std::map<std::string, std::string> files;
  std::string opened;  // in their order; ">" before those that are emptied
  bool full = false;
};
Disk* disk = nullptr;
}  // namespace

OutputFile::OutputFile(Runtime& runtime, Text exporter, Text path, bool append,
                       const std::optional<FileRotation>& rotation)
    : runtime_(runtime), exporter_(exporter), append_(append), rotation_(rotation) {
  path_.append(path);
}
OutputFile::~OutputFile() = default;
bool OutputFile::open() {
  disk->opened += (append_ ? "" : ">") + std::string(path()) + " ";
  if (!append_) disk->files[std::string(path())].clear();
  return true;
}
bool OutputFile::flush() {
  return true;
}
bool OutputFile::write(const FileRecord& record) {
  if (disk->full) return false;
  disk->files[std::string(path())] += as_text(record.bytes);
  return true;
}
bool make_folders_of(Runtime&, Text, Text, uint32_t) {
  return true;
}

namespace {

TEST(GroupPath, Clean) {
  struct Case {
    const char *path, *clean;
  };
  constexpr Case kCases[] = {{"", "."},
                             {".", "."},
                             {"a", "a"},
                             {"a/", "a"},
                             {"a//b/./c", "a/b/c"},
                             {"a/..", "."},
                             {"a/../b", "b"},
                             {"../a", "../a"},
                             {"a/../../b", "../b"},
                             {"../../a", "../../a"},
                             {"/", "/"},
                             {"/..", "/"},
                             {"/../a", "/a"},
                             {"/a/../..", "/"},
                             {"/a/b/../c", "/a/c"},
                             {"a/b/..", "a"},
                             {"../a/../..", "../.."},
                             {"/a//", "/a"}};
  for (const Case& k : kCases) {
    Writer out;
    file_exporter::append_clean_path(out, k.path);
    EXPECT_EQ(out.text(), k.clean) << k.path;
  }
}

TEST(GroupPath, StaysInItsFolder) {
  struct Case {
    const char *pattern, *group, *path;
  };
  constexpr Case kCases[] = {
      {"/data/*.json", "a", "/data/a.json"},
      {"/data/*.json", "a/b", "/data/a/b.json"},
      {"/data/*.json", "", "/data/.json"},
      {"/data/out-*.json", "a", "/data/out-a.json"},
      {"/data/*.json", "../etc/passwd", "/data/etc/passwd.json"},
      {"/data/*.json", "./a", "/data/a.json"},
      {"/data/*.json", "a/../../etc/x", "/data/etc/x.json"},
      {"/data/*.json", "a/../../../../etc/x", "/data/etc/x.json"},
      {"/data/*.json", "/etc/x", "/data/etc/x.json"},
      {"/data/*/log", "..", "/data/log"},
      {"./data/*.json", "a", "data/a.json"},
      {"/data//./*.json", "a", "/data/a.json"},
      {"/data/out-*.json", "x/../../../e", "/data/out-/e.json"},
  };
  for (const Case& k : kCases) {
    Writer out;
    file_exporter::append_group_path(out, k.pattern, k.group);
    EXPECT_EQ(out.text(), k.path) << k.group;
  }
}

config::File usual() {
  config::File c{};
  c.path = {"/d/out", 6};
  c.flush_interval = 1'000'000'000;
  c.group_by.resource_attribute = {"f", 1};
  c.group_by.max_open_files = 2;
  return c;
}

struct Files : Harness<config::File> {
  Disk own_disk;
  explicit Files(const config::File& c, Disk* d = nullptr)
      : Harness((disk = d ? d : new Disk, exporter_file_ops), exporter_file_consume, c, "file") {}
  void expect(int sent, int failed) {
    const std::string text = own_metrics();
    EXPECT_NE(text.find("otelcol_exporter_sent_log_records{exporter=\"file\"} " + std::to_string(sent) + "\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("otelcol_exporter_send_failed_log_records{exporter=\"file\"} " + std::to_string(failed) + "\n"),
              std::string::npos)
        << text;
  }
};

std::string of(const std::string& group) {
  const std::string attribute = group.empty() ? "" : R"({"key":"f","value":{"stringValue":")" + group + "\"}}";
  return R"({"resource":{"attributes":[)" + attribute +
         R"(]},"scopeLogs":[{"scope":{},"logRecords":[{"severityNumber":1}]}]})";
}
std::string logs(const std::string& groups) {
  return R"({"resourceLogs":[)" + groups + "]}";
}

TEST(File, ALineARequest) {
  const config::File c = usual();
  Files f(c);
  f.send(Signal::Logs, logs(of("")));
  f.send(Signal::Logs, logs(of("")));
  const std::string line =
      R"({"resourceLogs":[{"resource":{},"scopeLogs":[{"scope":{},"logRecords":[{"severityNumber":1,"body":{}}]}]}]})";
  EXPECT_EQ(disk->files["/d/out"], line + "\n" + line + "\n");
  f.expect(2, 0);
}

TEST(File, LengthsStandInFront) {
  for (auto compression : {config::FileCompression::Empty, config::FileCompression::Zstd}) {
    config::File c = usual();
    c.format = config::FileFormat::Proto;
    c.compression = compression;
    Files f(c);
    f.send(Signal::Logs, logs(of("a")));
    f.send(Signal::Logs, logs(of("bb")));
    Text rest = disk->files["/d/out"];
    for (const char* group : {"a", "bb"}) {
      ASSERT_GT(rest.size(), 4u);
      size_t n = 0;
      for (int i = 0; i < 4; ++i) n = n << 8 | static_cast<uint8_t>(rest[static_cast<size_t>(i)]);
      ASSERT_LE(n + 4, rest.size());
      Writer want;
      EXPECT_TRUE(wire::json_to_proto(Signal::Logs, as_bytes(logs(of(group))), want));
      Bytes got = as_bytes(rest.substr(4, n));
      if (compression == config::FileCompression::Zstd) {
        auto plain = decompress(Coding::Zstd, got, 1 << 20);
        ASSERT_TRUE(plain);
        EXPECT_EQ(as_text({plain->buffer.data(), plain->size}), want.text());
      } else {
        EXPECT_EQ(as_text(got), want.text());
      }
      rest.remove_prefix(n + 4);
    }
    EXPECT_TRUE(rest.empty());
  }
}

TEST(File, GroupsHaveFilesOfTheirOwn) {
  config::File c = usual();
  c.path = {"/d/*.json", 9};
  c.group_by.enabled = true;
  Files f(c);
  f.send(Signal::Logs, logs(of("a") + "," + of("") + "," + of("b") + "," + of("a")));
  EXPECT_EQ(disk->opened, ">/d/a.json >/d/b.json ");
  EXPECT_EQ(std::count(disk->files["/d/a.json"].begin(), disk->files["/d/a.json"].end(), '\n'), 1);
  f.expect(3, 1);
  // Two are open at a time, and the one that was closed is not emptied when it is opened again.
  f.send(Signal::Logs, logs(of("c")));
  f.send(Signal::Logs, logs(of("a") + "," + of("b")));
  EXPECT_EQ(disk->opened, ">/d/a.json >/d/b.json >/d/c.json /d/a.json /d/b.json ");
  EXPECT_EQ(std::count(disk->files["/d/a.json"].begin(), disk->files["/d/a.json"].end(), '\n'), 2);
  f.send(Signal::Logs, logs(of("x\\u0000y")));
  f.expect(6, 2);
}

TEST(File, WhatDoesNotFitIsCounted) {
  const config::File c = usual();
  Files f(c);
  disk->full = true;
  f.send(Signal::Logs, logs(of("")));
  f.expect(0, 1);
}

}  // namespace
}  // namespace whittle
