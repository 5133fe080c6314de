// SPDX-License-Identifier: Apache-2.0
#include "runtime/prometheus/names.h"

#include <gtest/gtest.h>
#include <string>

namespace whittle::prometheus {
namespace {

TEST(MetricNames, FollowUnitsAndKinds) {
  struct Case {
    const char *name, *unit;
    NameKind kind;
    const char* want;  // empty: refused
  };
  using enum NameKind;
  const Case kCases[] = {
      {"http.server.duration", "s", Other, "http_server_duration_seconds"},
      {"requests.count", "1", MonotonicCounter, "requests_count_total"},
      {"memory.usage", "By", Gauge, "memory_usage_bytes"},
      {"cpu.utilisation", "1", Gauge, "cpu_utilisation_ratio"},
      {"cpu.utilisation", "1", Other, "cpu_utilisation"},
      {"io", "By/s", Gauge, "io_bytes_per_second"},
      {"io", "/s", Gauge, "io_per_second"},
      {"io", "{packets}/s", Gauge, "io_per_second"},
      {"io", "{packets}", MonotonicCounter, "io_total"},
      {"io", "By/{op}", Gauge, "io_bytes"},
      {"total.requests", "", MonotonicCounter, "requests_total"},
      {"ratio.of.x", "1", Gauge, "of_x_ratio"},
      {"system.seconds.idle", "s", Gauge, "system_seconds_idle"},
      {"x", "m/m", Gauge, "x_meters_per_minute"},
      {"x", "mo/w", Gauge, "x_mo_per_week"},
      {"x", " s / s ", Gauge, "x_seconds_per_second"},
      {"x", "_x_/_y_", Gauge, "x_x_per_y"},
      {"x", "°", Gauge, "x"},
      {"x", "s/°", Gauge, "x_seconds"},
      {"x", "%", Gauge, "x_percent"},
      {"x", "TiBy", Gauge, "x_tibibytes"},
      {"1st.try", "", Gauge, "_1st_try"},
      {"a..b--c", "", Gauge, "a_b_c"},
      {"a:b", "", Gauge, "a:b"},
      {"größe", "", Gauge, "gr_e"},
      {"___", "", Gauge, ""},
      {"", "", Gauge, ""},
      {"...", "", MonotonicCounter, "total"},
  };
  for (const Case& k : kCases) {
    Writer out;
    const bool made = append_metric_name(out, {{}, true}, k.name, k.unit, k.kind);
    EXPECT_EQ(std::string(out.text()), k.want) << k.name << " " << k.unit;
    EXPECT_EQ(made, *k.want != 0) << k.name;
  }
}

TEST(MetricNames, NamespacesAndNoSuffixes) {
  const auto name = [](MetricNaming naming, Text name, Text unit) {
    Writer out;
    append_metric_name(out, naming, name, unit, NameKind::MonotonicCounter);
    return std::string(out.text());
  };
  EXPECT_EQ(name({"my.shop-1", true}, "g", "s"), "my.shop-1_g_seconds_total");
  EXPECT_EQ(name({"my.shop-1", false}, "g", "s"), "my_shop_1_g");
  EXPECT_EQ(name({"ns", true}, "1st", ""), "ns_1st_total");
  EXPECT_EQ(name({"ns", false}, "1st", ""), "ns_1st");
  EXPECT_EQ(name({{}, false}, "1st.try", "s"), "_1st_try");
  EXPECT_EQ(name({{}, false}, "a..b__c", "s"), "a_b__c");
  EXPECT_EQ(name({{}, false}, "__", "s"), "__") << "a name that is its own is let be";
  EXPECT_EQ(name({{}, false}, "._.", "s"), "");
}

TEST(LabelNames, AreSanitised) {
  struct Case {
    const char *name, *collapsed, *preserved;
  };
  const Case kCases[] = {
      {"http.method", "http_method", "http_method"},
      {"a..b", "a_b", "a__b"},
      {"a__b", "a_b", "a__b"},
      {"1st", "key_1st", "key_1st"},
      {"_x", "key_x", "_x"},
      {"__x", "key_x", "__x"},
      {"__x.y__", "__x_y__", "__x_y__"},
      {"__name__", "__name__", "__name__"},
      {"größe", "gr_e", "gr__e"},
      {"a:b", "a_b", "a_b"},
      {"", "", ""},
      {"_", "", ""},
      {"____", "", ""},
      {"..", "", ""},
  };
  for (const Case& k : kCases) {
    for (const LabelNaming naming : {LabelNaming::Collapsed, LabelNaming::Preserved}) {
      const char* want = naming == LabelNaming::Collapsed ? k.collapsed : k.preserved;
      Writer out;
      EXPECT_EQ(append_label_name(out, k.name, naming), *want != 0) << k.name;
      EXPECT_EQ(std::string(out.text()), want) << k.name;
    }
  }
}

TEST(Units, AreWords) {
  const std::pair<const char*, const char*> kCases[] = {{"s", "seconds"},
                                                        {"By/s", "bytes_per_second"},
                                                        {"1", ""},
                                                        {"{x}", ""},
                                                        {"requests/s", "requests_per_second"},
                                                        {"/h", "per_hour"},
                                                        {"", ""},
                                                        {"a°", "a"}};
  for (const auto& [unit, want] : kCases) {
    Writer out;
    append_unit(out, unit);
    EXPECT_EQ(std::string(out.text()), want) << unit;
  }
}

}  // namespace
}  // namespace whittle::prometheus
