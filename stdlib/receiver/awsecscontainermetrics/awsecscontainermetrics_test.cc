// SPDX-License-Identifier: Apache-2.0
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"
#include "stdlib/receiver/awsecscontainermetrics/task_metrics.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <yyjson.h>

using namespace whittle;

namespace {

constexpr int64_t kNow = 1'772'441'075'000'000'000;

std::filesystem::path folder() {
  return TEST_DIRECTORY;
}

std::string file(const char* name) {
  std::ifstream in(folder() / "../../../tests/fargate" / name);
  return {std::istreambuf_iterator<char>(in), {}};
}

// One line for each attribute and data point: "resource 0: container.name=app", "resource 0: container.memory.usage
// [Bytes] gauge 123".
std::string lines_of(Bytes request) {
  Writer json;
  wire::proto_to_json(Signal::Metrics, request, json);
  yyjson_doc* doc = yyjson_read(reinterpret_cast<const char*>(json.data()), json.size(), 0);
  std::string out;
  auto text = [](yyjson_val* v) { return yyjson_is_str(v) ? std::string(yyjson_get_str(v)) : std::string(); };
  size_t i, n, j, m;
  yyjson_val *resource, *v;
  yyjson_arr_foreach(yyjson_obj_get(yyjson_doc_get_root(doc), "resourceMetrics"), i, n, resource) {
    const std::string head = std::to_string(i) + " ";
    yyjson_arr_foreach(yyjson_obj_get(yyjson_obj_get(resource, "resource"), "attributes"), j, m, v) {
      yyjson_val* value = yyjson_obj_get(v, "value");
      yyjson_val* number = yyjson_obj_get(value, "intValue");
      out += head + text(yyjson_obj_get(v, "key")) + "=" +
             (number ? text(number) + "i" : text(yyjson_obj_get(value, "stringValue"))) + "\n";
    }
    out += head + "schema " + text(yyjson_obj_get(resource, "schemaUrl")) + "\n";
    yyjson_arr_foreach(yyjson_obj_get(resource, "scopeMetrics"), j, m, v) {
      yyjson_val* metric = yyjson_arr_get_first(yyjson_obj_get(v, "metrics"));
      const char* kind = yyjson_obj_get(metric, "sum") ? "sum" : "gauge";
      yyjson_val* data = yyjson_obj_get(metric, kind);
      yyjson_val* point = yyjson_arr_get_first(yyjson_obj_get(data, "dataPoints"));
      EXPECT_EQ(text(yyjson_obj_get(point, "timeUnixNano")), std::to_string(kNow));
      if (kind[0] == 's') {
        EXPECT_EQ(yyjson_get_int(yyjson_obj_get(data, "aggregationTemporality")), 2);
      }
      EXPECT_EQ(yyjson_obj_get(data, "isMonotonic"), nullptr);
      out +=
          head + text(yyjson_obj_get(metric, "name")) + " [" + text(yyjson_obj_get(metric, "unit")) + "] " + kind + " ";
      char number[40];
      if (yyjson_val* integer = yyjson_obj_get(point, "asInt")) {
        out += text(integer);
      } else {
        snprintf(number, sizeof number, "%.17g", yyjson_get_num(yyjson_obj_get(point, "asDouble")));
        out += std::string(number) + "f";
      }
      out += "\n";
    }
  }
  yyjson_doc_free(doc);
  return out;
}

std::string build(const std::string& task, const std::string& stats, Errc* why = nullptr) {
  Writer out;
  auto points = build_task_metrics(as_bytes(task), as_bytes(stats), kNow, out);
  if (!points) {
    EXPECT_EQ(out.size(), 0u);
    if (why) *why = points.error().code;
    return "error";
  }
  auto counts = wire::validate(Signal::Metrics, out.bytes());
  EXPECT_TRUE(counts);
  if (!counts) return "invalid";
  EXPECT_EQ(counts->items, *points);
  EXPECT_TRUE(counts->regular);
  return lines_of(out.bytes());
}

// What the receiver makes of a whole task: a running container with limits, one without, and one that has stopped.
TEST(TaskMetrics, Fargate) {
  const std::string got = build(file("task.json"), file("task_stats.json"));
  const auto path = folder() / "testdata/fargate.txt";
  if (getenv("WHITTLE_BLESS")) std::ofstream(path) << got;
  std::ifstream golden(path);
  const std::string expected = {std::istreambuf_iterator<char>(golden), {}};
  EXPECT_EQ(got, expected);
}

TEST(TaskMetrics, EmptyTask) {
  const std::string got = build("{}", "{}");
  EXPECT_NE(got.find("0 aws.ecs.task.arn=\n"), std::string::npos);
  EXPECT_NE(got.find("0 ecs.task.memory.usage [Bytes] gauge 0\n"), std::string::npos);
  EXPECT_EQ(got.find("\n1 "), std::string::npos);
}

struct Wrong {
  const char* name;
  const char* task;
  const char* stats;
};

constexpr Wrong kWrong[] = {
    {"no JSON", "{", "{}"},
    {"no JSON of stats", "{}", "x"},
    {"a list", "[]", "{}"},
    {"containers that are none", R"({"Containers": 1})", "{}"},
    {"a container that is none", R"({"Containers": ["x"]})", "{}"},
    {"a name that is a number", R"({"Containers": [{"DockerId": "a", "Name": 1}]})", R"({"a": {"id": "a"}})"},
    {"a negative counter", R"({"Containers": [{"DockerId": "a"}]})",
     R"({"a": {"id": "a", "memory_stats": {"usage": -1}}})"},
    {"a fraction of a byte", R"({"Containers": [{"DockerId": "a"}]})",
     R"({"a": {"id": "a", "memory_stats": {"usage": 1.5}}})"},
    {"stats that are a list", R"({"Containers": [{"DockerId": "a"}]})", R"({"a": []})"},
    {"no time", R"({"Containers": [{"DockerId": "a"}]})", R"({"a": {"id": "a", "read": "yesterday"}})"},
    {"limits as text", R"({"Limits": {"CPU": "0.5"}})", "{}"},
};

TEST(TaskMetrics, WrongTypesSpoilTheReading) {
  for (const Wrong& w : kWrong) {
    Errc why = Errc::System;
    EXPECT_EQ(build(w.task, w.stats, &why), "error") << w.name;
    EXPECT_EQ(why, Errc::Malformed) << w.name;
  }
}

TEST(TaskMetrics, EveryTruncationFails) {
  const std::string task = file("task.json"), stats = file("task_stats.json");
  const size_t end = task.rfind('}');
  for (size_t n = 0; n < end; n += 7) EXPECT_EQ(build(task.substr(0, n), stats), "error");
  const size_t stats_end = stats.rfind('}');
  for (size_t n = 0; n < stats_end; n += 7) EXPECT_EQ(build(task, stats.substr(0, n)), "error");
}

TEST(TaskMetrics, CountersThatStartAgainGiveNothing) {
  const std::string got = build(R"({"Containers": [{"DockerId": "a", "Limits": {"CPU": 512}}]})",
                                R"({"a": {"id": "a", "read": "2026-01-01T00:00:10Z", "preread": "2026-01-01T00:00:00Z",
                                    "cpu_stats": {"cpu_usage": {"total_usage": 5}}, "precpu_stats": {"cpu_usage": {"total_usage": 9}},
                                    "memory_stats": {"usage": 5, "stats": {"cache": 9}}}})");
  EXPECT_NE(got.find("container.cpu.usage.vcpu [vCPU] gauge 0f\n"), std::string::npos) << got;
  EXPECT_NE(got.find("container.memory.utilized [MiB] gauge 0\n"), std::string::npos);
}

TEST(TaskMetrics, NullsAreAbsent) {
  const std::string got = build(
      R"({"Containers": [{"DockerId": "a", "ExitCode": null, "Limits": null}], "EphemeralStorageMetrics": null})",
      R"({"a": {"id": "a", "memory_stats": null, "cpu_stats": null, "networks": {"eth0": null}, "blkio_stats": {"io_service_bytes_recursive": null},
                                    "network_rate_stats": {"rx_bytes_per_sec": null}}, "b": null})");
  EXPECT_NE(got.find("container.memory.usage [Bytes] gauge 0\n"), std::string::npos);
  EXPECT_EQ(got.find("exit_code"), std::string::npos);
}

struct Image {
  const char *text, *repository, *tag;
};

constexpr Image kImages[] = {
    {"alpine", "alpine", "latest"},
    {"alpine:3.20", "alpine", "3.20"},
    {"localhost:5000", "localhost", "5000"},
    {"localhost:5000/app", "localhost:5000/app", "latest"},
    {"registry.example.com:5000/team/app:v1_2-x", "registry.example.com:5000/team/app", "v1_2-x"},
    {"123456789012.dkr.ecr.us-east-1.amazonaws.com/orders:4.12.1",
     "123456789012.dkr.ecr.us-east-1.amazonaws.com/orders", "4.12.1"},
    {"app@sha256:9f1c1f3b1b0e0f6a9d3f7b8f3a8b6a2f6f1f0a4c9d8e7b6a5f4e3d2c1b0a9988", "app", "latest"},
    {"app:1@sha256:9f1c1f3b1b0e0f6a9d3f7b8f3a8b6a2f6f1f0a4c9d8e7b6a5f4e3d2c1b0a9988", "app", "1"},
    {"[::1]:5000/a__b/c---d:x", "[::1]:5000/a__b/c---d", "x"},
    {"HOST/app", "HOST/app", "latest"},
    {"App", "", ""},
    {"", "", ""},
    {"app:", "", ""},
    {"app@sha256:12", "", ""},
    {"app@md5:9f1c1f3b1b0e0f6a9d3f7b8f3a8b6a2f", "", ""},
    {"a..b", "", ""},
    {"a/", "", ""},
    {"/a", "", ""},
    {"a___b", "", ""},
    {"a:-x", "", ""},
};

TEST(ImageNames, Table) {
  for (const Image& c : kImages) {
    const ImageName got = parse_image_name(c.text);
    EXPECT_EQ(got.repository, c.repository) << c.text;
    EXPECT_EQ(got.tag, c.tag) << c.text;
  }
}

TEST(Times, Table) {
  __int128 t = 1;
  ASSERT_TRUE(parse_rfc3339("1970-01-01T00:00:00Z", t));
  EXPECT_TRUE(t == 0);
  ASSERT_TRUE(parse_rfc3339("2026-03-02T08:44:30.500000000Z", t));
  EXPECT_TRUE(t == static_cast<__int128>(1772441070) * 1'000'000'000 + 500'000'000);
  ASSERT_TRUE(parse_rfc3339("2026-03-02T10:44:30.5+02:00", t));
  EXPECT_TRUE(t == static_cast<__int128>(1772441070) * 1'000'000'000 + 500'000'000);
  ASSERT_TRUE(parse_rfc3339("0001-01-01T00:00:00Z", t));
  EXPECT_TRUE(t == static_cast<__int128>(-62135596800) * 1'000'000'000);
  ASSERT_TRUE(parse_rfc3339("2024-02-29T00:00:00Z", t));
  for (const char* bad :
       {"", "2026-03-02", "2026-13-02T08:44:30Z", "2023-02-29T00:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T08:44:30",
        "2026-03-02T08:44:30.Z", "2026-03-02T08:44:30+2:00", "2026-03-02 08:44:30Z", "2026-03-02T08:44:30Zx"})
    EXPECT_FALSE(parse_rfc3339(bad, t)) << bad;
}

}  // namespace
