// SPDX-License-Identifier: Apache-2.0
// The table that the compiler writes and the walk over it: what is the same, what differs, and how it is told.
#include "compiler/check/front_end.h"
#include "compiler/plan/drift_table.h"
#include "compiler/syntax/yaml.h"
#include "runtime/drift/compare.h"
#include "runtime/drift/drift.h"
#include "runtime/drift/split_keys.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace whittle {
namespace {

constexpr const char* kCompiled = R"(receivers:
  otlp:
    protocols:
      grpc: {endpoint: 0.0.0.0:4317}
      http:
        endpoint: 0.0.0.0:4318
        cors: {allowed_origins: [https://a.example, https://b.example]}
processors:
  batch: {timeout: 60s, send_batch_size: 512}
  filter/x: {metrics: {exclude: {match_type: strict, metric_names: [a, b]}}}
exporters:
  otlphttp/up: {endpoint: "${env:DRIFT_TEST_HOST:-https://a.example}", headers: {Authorization: Bearer x, team: shop}, retry_on_failure: {enabled: false}}
  awsemf: {region: us-east-1, log_retention: 14, tags: {team: shop}}
  debug: {verbosity: detailed}
extensions:
  health_check:
service:
  telemetry: {logs: {level: warn}}
  extensions: [health_check]
  pipelines:
    traces: {receivers: [otlp], processors: [batch], exporters: [otlphttp/up, debug]}
    metrics: {receivers: [otlp], processors: [filter/x, batch], exporters: [awsemf]}
)";

std::string table_of(const std::string& text) {
  check::CheckResult r = check::check_text("c.yaml", text, {});
  EXPECT_TRUE(r.config) << text;
  return r.config ? plan::drift_table(*r.config) : "";
}

// One difference a line, or why there is nothing to compare.
std::string differences(const std::string& table, const std::string& given) {
  Arena arena;
  Writer why;
  const yaml::Node* root = yaml::read(given, arena, why);
  if (root) root = drift::split_keys(root, arena, why);
  if (!root) return "refused: " + std::string(why.text());
  std::string out;
  drift::compare(
      as_bytes(Text(table)), root, arena,
      [](void* o, const drift::Difference& d) {
        *static_cast<std::string*>(o) +=
            std::string(d.path) + ": compiled " + std::string(d.compiled) + ", given " + std::string(d.given) + "\n";
      },
      &out);
  return out;
}

// The compiled config with something replaced.
std::string with(std::string what, const std::string& by, std::string in = kCompiled) {
  size_t at = in.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? in : in.replace(at, what.size(), by);
}

struct Case {
  const char* name;
  const char *what, *by;
  const char* told;
};

constexpr Case kSame[] = {
    {"a duration", "timeout: 60s", "timeout: 1m", ""},
    {"a duration in nanoseconds", "timeout: 60s", "timeout: 60000000000", ""},
    {"a number in hex", "send_batch_size: 512", "send_batch_size: 0x200", ""},
    {"a number with underscores", "send_batch_size: 512", "send_batch_size: 5_12.0", ""},
    {"a default written out", "timeout: 60s", "timeout: 60s, send_batch_max_size: 0", ""},
    {"quotes", "verbosity: detailed", "verbosity: \"detailed\"", ""},
    {"another case where it does not matter", "level: warn", "level: WARN", ""},
    {"a comment", "extensions:\n  health_check:", "# x\nextensions: # y\n  health_check: {}", ""},
    {"a list as one text", "metric_names: [a, b]", "metric_names: \"a,b\"", ""},
    {"a list over several lines", "metric_names: [a, b]}}}", "metric_names: [\n    a,\n    b\n    ]}}}", ""},
    {"the variable by its value", "\"${env:DRIFT_TEST_HOST:-https://a.example}\"", "https://a.example", ""},
    {"the variable in its old form", "${env:DRIFT_TEST_HOST:-https://a.example}",
     "${DRIFT_TEST_HOST:-https://a.example}", ""},
    {"a value by a variable", "log_retention: 14", "log_retention: \"${env:DRIFT_TEST_NONE:-14}\"", ""},
    {"a list by a variable", "metric_names: [a, b]", "metric_names: \"${env:DRIFT_TEST_NONE:-[a, b]}\"", ""},
    {"an alias of a component", "otlphttp/up: {", "otlp_http / up: {", ""},
    {"extensions twice", "extensions: [health_check]", "extensions: [health_check, health_check]", ""},
    {"exporters in another order", "exporters: [otlphttp/up, debug]", "exporters: [debug, otlphttp/up]", ""},
    {"something that nothing uses", "exporters:\n",
     "exporters:\n  awsxray: {region: eu-west-1}\n  debug/2: {verbosity: basic}\n", ""},
    {"an anchor", "timeout: 60s", "timeout: &t 60s", ""},
    {"keys with colons", "protocols:\n      grpc: {endpoint: 0.0.0.0:4317}",
     "protocols::grpc::endpoint: 0.0.0.0:4317\n    protocols:", ""},
    {"an inert setting", "region: us-east-1", "region: us-east-1, local_mode: true", ""},
    {"null for a default", "send_batch_size: 512", "send_batch_size: 512, send_batch_max_size: null", ""},
};

constexpr Case kDifferent[] = {
    {"a duration", "timeout: 60s", "timeout: 10s", "processors::batch::timeout: compiled 1m, given 10s\n"},
    {"left out", "{timeout: 60s, ", "{", "processors::batch::timeout: compiled 1m, given 200ms (the default)\n"},
    {"written in", "region: us-east-1", "region: us-east-1, namespace: Shop",
     "exporters::awsemf::namespace: compiled \"\", given Shop\n"},
    {"of another type", "timeout: 60s", "timeout: [1]", "processors::batch::timeout: compiled 1m, given [1]\n"},
    {"a setting that does not exist", "timeout: 60s", "tiemout: 60s, timeout: 60s",
     "processors::batch::tiemout: compiled (not in the compiled config), given (set)\n"},
    {"an element", "metric_names: [a, b]", "metric_names: [a, c]",
     "processors::filter/x::metrics::exclude::metric_names::1: compiled b, given c\n"},
    {"one more element", "metric_names: [a, b]", "metric_names: [a, b, c]",
     "processors::filter/x::metrics::exclude::metric_names: compiled [a, b], given [a, b, c]\n"},
    {"a secret", "Authorization: Bearer x", "Authorization: Bearer y",
     "exporters::otlphttp/up::headers::Authorization: compiled (hidden), given (hidden)\n"},
    {"a secret that is gone", "Authorization: Bearer x, ", "",
     "exporters::otlphttp/up::headers::Authorization: compiled (hidden), given (not set)\n"},
    {"a secret that is new", "Authorization: Bearer x", "Authorization: Bearer x, b: c",
     "exporters::otlphttp/up::headers::b: compiled (not set), given (hidden)\n"},
    {"a tag", "tags: {team: shop}", "tags: {team: other, b: c}",
     "exporters::awsemf::tags::team: compiled shop, given other\nexporters::awsemf::tags::b: compiled (not set), given "
     "c\n"},
    {"a section that is new", "endpoint: 0.0.0.0:4318",
     "endpoint: 0.0.0.0:4318\n        tls: {cert_file: a, key_file: b}",
     "receivers::otlp::protocols::http::tls: compiled (not set), given (set)\n"},
    {"a section that is gone", "      grpc: {endpoint: 0.0.0.0:4317}\n", "",
     "receivers::otlp::protocols::grpc: compiled (set), given (not set)\n"},
    {"a variable's value", "\"${env:DRIFT_TEST_HOST:-https://a.example}\"", "https://b.example",
     "exporters::otlphttp/up::endpoint: compiled ${env:DRIFT_TEST_HOST:-https://a.example}, given https://b.example\n"},
    {"by a variable", "log_retention: 14", "log_retention: \"${env:DRIFT_TEST_NONE:-30}\"",
     "exporters::awsemf::log_retention: compiled 14, given ${env:DRIFT_TEST_NONE:-30}\n"},
    {"turned on", "retry_on_failure: {enabled: false}", "retry_on_failure: {enabled: true}",
     "exporters::otlphttp/up::retry_on_failure::enabled: compiled false, given true\n"},
    {"the service", "level: warn", "level: debug", "service::telemetry::logs::level: compiled warn, given debug\n"},
    {"processors in another order", "[filter/x, batch]", "[batch, filter/x]",
     "service::pipelines::metrics::processors: compiled [filter/x, batch], given [batch, filter/x]\n"},
    {"an exporter more", "exporters: [awsemf]", "exporters: [awsemf, awsxray]",
     "service::pipelines::metrics::exporters: compiled [awsemf], given [awsemf, awsxray]\n"},
    {"an exporter less", "[otlphttp/up, debug]", "[otlphttp/up]",
     "service::pipelines::traces::exporters: compiled [otlphttp/up, debug], given [otlphttp/up]\n"},
    {"a pipeline more", "  pipelines:\n", "  pipelines:\n    logs: {receivers: [otlp], exporters: [debug]}\n",
     "service::pipelines::logs: compiled (not in the compiled config), given (set)\n"},
    {"no extensions", "extensions: [health_check]", "extensions: []",
     "service::extensions: compiled [health_check], given []\n"},
    {"a definition is missing", "  debug: {verbosity: detailed}\n", "",
     "exporters::debug: compiled (set), given (not set)\n"},
    {"a section of its own", "extensions:\n", "x: 1\nextensions:\n",
     "x: compiled (not in the compiled config), given (set)\n"},
    {"no map", "batch: {timeout: 60s, send_batch_size: 512}", "batch: 5",
     "processors::batch: compiled (set), given (no map)\n"},
};

TEST(Drift, Itself) {
  std::string table = table_of(kCompiled);
  EXPECT_EQ(differences(table, kCompiled), "");
}

TEST(Drift, WhatMeansTheSame) {
  std::string table = table_of(kCompiled);
  for (const Case& c : kSame) EXPECT_EQ(differences(table, with(c.what, c.by)), "") << c.name;
}

TEST(Drift, WhatDiffers) {
  std::string table = table_of(kCompiled);
  for (const Case& c : kDifferent) EXPECT_EQ(differences(table, with(c.what, c.by)), c.told) << c.name;
}

TEST(Drift, NothingOfIt) {
  std::string table = table_of(kCompiled);
  std::string all = differences(table, "");
  EXPECT_EQ(all, "service::telemetry::logs::level: compiled warn, given info (the default)\n"
                 "service::extensions: compiled [health_check], given []\n"
                 "service::pipelines::traces: compiled (set), given (not set)\n"
                 "service::pipelines::metrics: compiled (set), given (not set)\n");
}

TEST(Drift, VariablesAreLookedUp) {
  std::string table = table_of(kCompiled),
              given = with("\"${env:DRIFT_TEST_HOST:-https://a.example}\"", "https://b.example");
  EXPECT_NE(differences(table, given), "");
  setenv("DRIFT_TEST_HOST", "https://b.example", 1);
  EXPECT_EQ(differences(table, given), "");
  EXPECT_EQ(differences(table, with("https://a.example}\"", "https://c.example}\"")),
            "");  // the default does not count then
  unsetenv("DRIFT_TEST_HOST");
}

// Every config that the front end accepts is the one that it was compiled from.
TEST(Drift, EveryAcceptedConfigIsItself) {
  int seen = 0;
  auto look = [&](const std::filesystem::path& path) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    check::CheckResult r = check::check_text("c.yaml", text.str(), {});
    if (!r.config || !r.config->not_compiled.empty()) return;
    ++seen;
    EXPECT_EQ(differences(plan::drift_table(*r.config), text.str()), "") << path;
  };
  for (auto& entry : std::filesystem::directory_iterator(GOLDEN))
    if (entry.path().extension() == ".yaml") look(entry.path());
  look(EXAMPLE);
  EXPECT_GT(seen, 15);
}

TEST(Drift, TruncatedAnywhere) {
  std::string table = table_of(kCompiled), whole = kCompiled;
  for (size_t n = 0; n < whole.size(); ++n) differences(table, whole.substr(0, n));
}

TEST(Yaml, LimitsAreSaid) {
  std::string table = table_of(kCompiled);
  EXPECT_EQ(differences(table, std::string((1 << 20) + 1, ' ')), "refused: it is larger than 1 MiB");
  EXPECT_EQ(differences(table, std::string(200, '[')), "refused: line 1: it is nested too deep");
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c < 'z'; ++c) {
    std::string before(1, static_cast<char>(c - 1));
    bomb += std::string(1, c) + ": &" + c + " [*" + before + ", *" + before + ", *" + before + ", *" + before + "]\n";
  }
  EXPECT_TRUE(differences(table, bomb).ends_with("it holds too many values (aliases count as what they stand for)"))
      << differences(table, bomb);
  std::string keys;
  for (int i = 0; i < 3000; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  EXPECT_TRUE(differences(table, keys).ends_with("a map holds too many keys"));
  std::string colons;
  for (int i = 0; i < 1000; ++i) colons += "k" + std::to_string(i) + "::a: 1\n";
  EXPECT_EQ(differences(table, colons), "refused: too many of its keys hold `::`");
  std::string anchors = "[";
  for (int i = 0; i < 2000; ++i) anchors += "&a" + std::to_string(i) + " x, ";
  EXPECT_EQ(differences(table, anchors + "]"), "refused: it holds too many anchors");
}

TEST(Yaml, WhatIsNone) {
  std::string table = table_of(kCompiled);
  for (const char* text : {"a: [", "a: b: c", "\ta: 1", "{a: *b}", "a: 1\na: 2", "? [a]\n: 1", "a: \"\\q\"", "\xff\xfe",
                           "a: &a [*a]", "<<: 1", "- %", "@", "\x01"})
    EXPECT_TRUE(differences(table, text).starts_with("refused: ")) << text << "\n" << differences(table, text);
}

// The compiler and the collector must take a scalar for the same.
TEST(Yaml, ScalarsAsTheCompilerReadsThem) {
  for (const char* text : {"",
                           "~",
                           "null",
                           "Null",
                           "nULL",
                           "true",
                           "TRUE",
                           "tRUE",
                           "yes",
                           "False",
                           "0",
                           "-0",
                           "+1",
                           "12",
                           "1_000",
                           "_1",
                           "0x1F",
                           "0X1f",
                           "0x",
                           "0o17",
                           "017",
                           "08",
                           "0b101",
                           "0b2",
                           "-0x10",
                           "9223372036854775807",
                           "9223372036854775808",
                           "-9223372036854775808",
                           "-9223372036854775809",
                           "18446744073709551616",
                           "1.5",
                           ".5",
                           "5.",
                           ".",
                           "-.5e3",
                           "1e3",
                           "1e",
                           "1e+",
                           "1.5e-7",
                           ".inf",
                           "-.Inf",
                           "+.INF",
                           ".nan",
                           "-.nan",
                           "NaN",
                           "inf",
                           "2024-01-02",
                           "2024-1-2",
                           "2024-01-02T03:04:05Z",
                           "2024-01-02 03:04:05",
                           "2024-01-02 03:04:05Z",
                           "2024-01",
                           "1:30",
                           "60s",
                           "1m",
                           "a",
                           "0.0.0.0:4317",
                           "127.0.0.1",
                           "1.2.3",
                           "-",
                           "+",
                           "--1",
                           "1__0",
                           "1e400",
                           "-1e400"}) {
    syntax::Node compiler;
    compiler.text = text;
    syntax::resolve_scalar(compiler);
    yaml::Scalar collector = yaml::resolve(text);
    EXPECT_EQ(static_cast<int>(compiler.kind), static_cast<int>(collector.kind)) << text;
    EXPECT_EQ(compiler.boolean, collector.boolean) << text;
    EXPECT_EQ(compiler.too_large, collector.too_large) << text;
    if (collector.kind == yaml::Kind::Int && !collector.too_large) {
      EXPECT_EQ(compiler.integer, collector.integer) << text;
    }
    if (collector.kind == yaml::Kind::Int || collector.kind == yaml::Kind::Float) {
      EXPECT_TRUE(compiler.real == collector.real ||
                  (compiler.real != compiler.real && collector.real != collector.real))
          << text;
    }
  }
}

TEST(Yaml, Merging) {
  auto merged = [](const char* a, const char* b) {
    Arena arena;
    Writer why;
    const yaml::Node* m = yaml::merge(yaml::read(a, arena, why), yaml::read(b, arena, why), arena, why);
    std::string out;
    for (const yaml::Entry* e = m->first; e; e = e->next) {
      out += std::string(e->key) + "=" + std::string(e->value->text);
      for (const yaml::Entry* i = e->value->first; i; i = i->next)
        out += std::string(i->key) + "." + std::string(i->value->text) + ",";
      out += " ";
    }
    return out;
  };
  EXPECT_EQ(merged("{a: {x: 1, y: 2}, b: 1}", "{a: {y: 3, z: 4}, c: 5}"), "a=x.1,y.3,z.4, b=1 c=5 ");
  EXPECT_EQ(merged("{a: [1, 2], b: {x: 1}}", "{a: [3], b: }"), "a=.3, b= ");
}

}  // namespace
}  // namespace whittle
