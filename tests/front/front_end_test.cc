// SPDX-License-Identifier: Apache-2.0
// The front end by tables: what texts mean, how files merge, what the typed config holds.
#include "compiler/check/checks.h"
#include "compiler/check/component_id.h"
#include "compiler/check/formats.h"
#include "compiler/check/front_end.h"
#include "compiler/check/known_components.h"
#include "compiler/diag/near.h"
#include "compiler/diag/render.h"
#include "compiler/ottl/parse.h"
#include "compiler/report/commands.h"
#include "compiler/report/options.h"
#include "compiler/source/duration.h"
#include "compiler/syntax/load.h"
#include "compiler/syntax/references.h"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace whittle {
namespace {

using check::Value;

constexpr const char* kSmall =
    "receivers:\n  otlp:\n    protocols:\n      grpc:\n        endpoint: localhost:4317\n"
    "processors:\n  batch:\n    timeout: 5s\n"
    "exporters:\n  otlphttp:\n    endpoint: https://${env:HOST:-a}/x\n    headers: {b: '2', a: '1'}\n"
    "service:\n  pipelines:\n    traces: {receivers: [otlp], processors: [batch], exporters: [otlphttp]}\n";

check::CheckResult run(std::string text, check::CheckOptions options = {}) {
  return check::check_text("c.yaml", std::move(text), options);
}

std::string codes(const check::CheckResult& r) {
  std::string out;
  for (const diag::Diagnostic& d : r.diagnostics.all()) out += (out.empty() ? "" : " ") + d.code;
  return out;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Duration, Parses) {
  struct {
    const char* text;
    int64_t nanoseconds;
  } good[] = {{"0", 0},
              {"0s", 0},
              {"5s", 5'000'000'000},
              {"1h30m", 5'400'000'000'000},
              {"1.5s", 1'500'000'000},
              {".5s", 500'000'000},
              {"-2ms", -2'000'000},
              {"+3us", 3'000},
              {"4\xc2\xb5s", 4'000},
              {"7ns", 7},
              {"1m0.5s", 60'500'000'000},
              {"2540400h10m10.000000000s", 9145440610000000000}};
  for (auto& c : good) {
    auto r = source::parse_duration(c.text);
    ASSERT_TRUE(r.has_value()) << c.text;
    EXPECT_EQ(*r, c.nanoseconds) << c.text;
  }
  struct {
    const char* text;
    source::DurationError error;
  } bad[] = {{"", source::DurationError::Empty},
             {"-", source::DurationError::Empty},
             {"s", source::DurationError::NotANumber},
             {"5", source::DurationError::NoUnit},
             {"5x", source::DurationError::UnknownUnit},
             {"1d", source::DurationError::UnknownUnit},
             {" 5s", source::DurationError::NotANumber},
             {".s", source::DurationError::NotANumber},
             {"9999999999h", source::DurationError::TooLarge},
             {"9223372036854775808ns", source::DurationError::TooLarge}};
  for (auto& c : bad) {
    auto r = source::parse_duration(c.text);
    ASSERT_FALSE(r.has_value()) << c.text;
    EXPECT_EQ(r.error(), c.error) << c.text;
  }
  EXPECT_EQ(source::parse_duration("-9223372036854775808ns"), INT64_MIN);
}

TEST(Duration, Formats) {
  EXPECT_EQ(source::format_duration(0), "0s");
  EXPECT_EQ(source::format_duration(90'000'000'000), "1m30s");
  EXPECT_EQ(source::format_duration(200'000'000), "200ms");
  EXPECT_EQ(source::format_duration(-1), "-1ns");
  EXPECT_EQ(source::parse_duration(source::format_duration(INT64_MIN)), INT64_MIN);
}

TEST(Near, FindsWhatWasMeant) {
  constexpr std::string_view kNames[] = {"timeout", "send_batch_size",          "send_batch_max_size",
                                         "memory",  "ecs.task.memory.utilized", "awsxray"};
  struct {
    const char* typed;
    const char* meant;
  } cases[] = {{"time_out", "timeout"},
               {"Timeout", "timeout"},
               {"tiemout", "timeout"},
               {"batch_send_size", "send_batch_size"},
               {"awsxry", "awsxray"},
               {"ecs.task.memory.utilised", "ecs.task.memory.utilized"},
               {"zzz", ""},
               {"", ""},
               {"timeout", ""}};
  for (auto& c : cases) EXPECT_EQ(diag::nearest(c.typed, kNames), c.meant) << c.typed;
  EXPECT_EQ(diag::edit_distance("abcd", "abdc"), 1);
  EXPECT_EQ(diag::edit_distance("", "abc"), 3);
}

TEST(Scalars, MeanWhatTheCollectorReads) {
  using Kind = syntax::Node::Kind;
  struct {
    const char* text;
    Kind kind;
  } cases[] = {{"", Kind::Null},
               {"~", Kind::Null},
               {"null", Kind::Null},
               {"nULL", Kind::String},
               {"true", Kind::Bool},
               {"False", Kind::Bool},
               {"yes", Kind::String},
               {"5", Kind::Int},
               {"-5", Kind::Int},
               {"+5", Kind::Int},
               {"0x1F", Kind::Int},
               {"0o17", Kind::Int},
               {"0b11", Kind::Int},
               {"0777", Kind::Int},
               {"089", Kind::Float},
               {"1_000", Kind::Int},
               {"1.5", Kind::Float},
               {".5", Kind::Float},
               {"1e3", Kind::Float},
               {".inf", Kind::Float},
               {"-.INF", Kind::Float},
               {".nan", Kind::Float},
               {"2001-01-01", Kind::Date},
               {"2001-1-1 1:2:3", Kind::Date},
               {"2001-01-01T01:02:03Z", Kind::Date},
               {"20010101", Kind::Int},
               {"5s", Kind::String},
               {"-", Kind::String},
               {"1.2.3", Kind::String}};
  for (auto& c : cases) {
    syntax::Node n;
    n.text = c.text;
    syntax::resolve_scalar(n);
    EXPECT_EQ(n.kind, c.kind) << c.text;
  }
  syntax::Node large;
  large.text = "9223372036854775808";
  syntax::resolve_scalar(large);
  EXPECT_TRUE(large.too_large);
}

TEST(References, AreFoundAsTheCollectorFindsThem) {
  struct {
    const char* text;
    const char* inside;  // null: none
    bool nested, stopped;
  } cases[] = {{"${env:A}", "env:A", false, false},
               {"x${A}y", "A", false, false},
               {"$A", nullptr, false, false},
               {"${A", nullptr, false, false},
               {"$${A}", nullptr, false, true},
               {"$$${A}", "A", false, false},
               {"${env:${B}}", "B", true, false},
               {"} ${A}", "A", false, false},
               {"${env:A:-x}", "env:A:-x", false, false},
               {"${}", "", false, false}};
  for (auto& c : cases) {
    auto found = syntax::find_reference(c.text, 0);
    EXPECT_EQ(found.stopped_by_escape, c.stopped) << c.text;
    ASSERT_EQ(found.reference.has_value(), c.inside != nullptr) << c.text;
    if (!found.reference) continue;
    EXPECT_EQ(found.reference->inside, c.inside) << c.text;
    EXPECT_EQ(found.reference->nested, c.nested) << c.text;
  }
}

TEST(Ids, Parse) {
  for (const char* good : {"otlp", "otlp/2", " otlp / a-b.c#d ", "otlp/a/b", "o_1/\xc3\xa9"})
    EXPECT_TRUE(check::parse_id(good).has_value()) << good;
  for (const char* bad :
       {"", "/a", "otlp/", "otlp/ ", "1otlp", "_otlp", "ot-lp", "otlp/a b", "otlp/a+b", "otlp/\xe2\x82\xac"})
    EXPECT_FALSE(check::parse_id(bad).has_value()) << bad;
  EXPECT_EQ(check::parse_id(" otlp / x ")->text(), "otlp/x");
}

TEST(Formats, Addresses) {
  struct {
    const char* text;
    const char* host;  // null: not an address
    int port;
  } cases[] = {{"0.0.0.0:4317", "0.0.0.0", 4317},
               {":80", "", 80},
               {"[::1]:80", "::1", 80},
               {"localhost:http", "localhost", 80},
               {"a", nullptr, 0},
               {"a:", nullptr, 0},
               {"a:65536", nullptr, 0},
               {"::1:80", nullptr, 0},
               {"[::1", nullptr, 0},
               {"a b:80", nullptr, 0},
               {"a:x", nullptr, 0},
               {"", nullptr, 0},
               {"[]:80", nullptr, 0}};
  for (auto& c : cases) {
    auto a = check::parse_address(c.text);
    ASSERT_EQ(a.has_value(), c.host != nullptr) << c.text;
    if (!a) continue;
    EXPECT_EQ(a->host, c.host);
    EXPECT_EQ(a->port, c.port);
  }
  auto url = check::parse_url("https://user@Example.com:8443/a?b");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "Example.com");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/a?b");
  for (const char* bad : {"", "a", "://a", "http://", "http://a:99999", "http://a b", "http://[::1"})
    EXPECT_FALSE(check::parse_url(bad)) << bad;
}

TEST(Merge, MapsJoinAndEverythingElseIsReplaced) {
  struct {
    const char *under, *over, *key, *is;
  } cases[] = {{"a: {b: 1, c: 2}", "a: {c: 3}", "a", "{b: 1, c: 3}"},
               {"a: [1, 2]", "a: [3]", "a", "[3]"},
               {"a: {b: 1}", "a:", "a", "null"},
               {"a:", "a: {b: 1}", "a", "{b: 1}"},
               {"a: 1", "b: 2", "a", "1"},
               {"a: {b: {c: 1}}", "a::b::d: 2", "a", "{b: {c: 1, d: 2}}"}};
  struct Shown {
    static std::string of(const syntax::Tree& t, syntax::NodeId id) {
      const syntax::Node& n = t.at(id);
      std::string out;
      if (n.kind == syntax::Node::Kind::Mapping) {
        for (auto& e : n.entries) out += (out.empty() ? "{" : ", ") + e.key + ": " + of(t, e.value);
        return out + "}";
      }
      if (n.kind == syntax::Node::Kind::Sequence) {
        for (auto i : n.items) out += (out.empty() ? "[" : ", ") + of(t, i);
        return out + "]";
      }
      return n.kind == syntax::Node::Kind::Null ? "null" : n.text;
    }
  };
  for (auto& c : cases) {
    source::Sources sources;
    diag::Diagnostics diags;
    auto loaded = syntax::load_config({std::string("yaml:") + c.under, std::string("yaml:") + c.over}, sources, diags);
    ASSERT_NE(loaded.root, syntax::kNoNode) << c.under;
    auto* entry = loaded.tree.at(loaded.root).find(c.key);
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(Shown::of(loaded.tree, entry->value), c.is) << c.under << " / " << c.over;
  }
}

TEST(Files, OddBytesAndSizesGetAnError) {
  EXPECT_EQ(codes(run(std::string("a: b\0c\n", 7))), "E0004");
  EXPECT_EQ(codes(run("a: \xff\n")), "E0003");
  EXPECT_EQ(codes(run("a: \xed\xa0\x80\n")), "E0003");  // half of a surrogate pair
  EXPECT_EQ(codes(run(std::string(10'000, '['))), "E0008");
  std::string deep;
  for (int i = 0; i < 1500; ++i) deep += std::string(static_cast<size_t>(i), ' ') + "a:\n";
  EXPECT_EQ(codes(run(deep)), "E0008");
  EXPECT_EQ(codes(run("\xef\xbb\xbf" + std::string(kSmall))), codes(run(kSmall)));
  std::string windows;
  for (char c : std::string(kSmall)) windows += c == '\n' ? "\r\n" : std::string(1, c);
  EXPECT_EQ(codes(run(windows)), codes(run(kSmall)));

  std::string path = testing::TempDir() + "large-" + std::to_string(getpid()) + ".yaml";
  std::ofstream(path) << std::string(10 << 20, 'a');
  check::CheckOptions options;
  options.files = {path};
  auto large = check::check_files(options);
  EXPECT_EQ(codes(large), "E0002");
  EXPECT_EQ(large.exit_code(), 1);
  unlink(path.c_str());
  options.files = {"/there/is/no/such.yaml"};
  auto missing = check::check_files(options);
  EXPECT_EQ(codes(missing), "E0001");
  EXPECT_EQ(missing.exit_code(), 2);
  options.files = {"/"};
  EXPECT_EQ(codes(check::check_files(options)), "E0001");
}

TEST(Files, EveryTruncationIsAnswered) {
  std::string text = kSmall;
  for (size_t n = 0; n < text.size(); ++n) {
    auto r = run(text.substr(0, n));
    if (!r.config) EXPECT_TRUE(r.diagnostics.has_errors()) << n;
  }
}

TEST(Config, HoldsTypesDefaultsAndPlaces) {
  auto r = run(kSmall);
  ASSERT_TRUE(r.config.has_value()) << codes(r);
  const check::Config& c = *r.config;
  ASSERT_EQ(c.instances.size(), 3u);
  EXPECT_EQ(c.instances[0].place, "c.yaml:2:3");
  const Value& protocols = c.instances[0].config.at("protocols");
  EXPECT_FALSE(protocols.find("http")->present);
  EXPECT_EQ(protocols.at("grpc").at("endpoint").text, "localhost:4317");
  EXPECT_EQ(protocols.at("grpc").at("keepalive").at("server_parameters").at("time").integer, 0);
  const Value& batch = c.instances[1].config;
  EXPECT_EQ(batch.at("timeout").integer, 5'000'000'000);
  EXPECT_EQ(batch.at("timeout").place, "c.yaml:8:14");
  EXPECT_EQ(batch.at("send_batch_size").integer, 8192);
  EXPECT_FALSE(batch.at("send_batch_size").written);
  EXPECT_EQ(batch.items.size(), batch.type->fields->settings.size());
  const Value& otlphttp = c.instances[2].config;
  EXPECT_TRUE(otlphttp.at("endpoint").late);
  EXPECT_EQ(otlphttp.at("endpoint").text, "https://${env:HOST:-a}/x");
  EXPECT_EQ(otlphttp.at("headers").keys, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(otlphttp.at("compression").text, "gzip");
  EXPECT_TRUE(otlphttp.find("sending_queue")->present);
  ASSERT_EQ(c.pipelines.size(), 1u);
  EXPECT_EQ(c.pipelines[0].processors, (std::vector<check::InstanceId>{1}));
  EXPECT_EQ(c.service.at("telemetry")
                .at("metrics")
                .at("readers")
                .items[0]
                .at("pull")
                .at("exporter")
                .at("prometheus")
                .at("port")
                .integer,
            8888);
}

TEST(Config, CanonicalTextIsTheSameForTheSameMeaning) {
  std::string first = run(kSmall).config->canonical;
  EXPECT_EQ(run(replaced(kSmall, "timeout: 5s", "timeout: 5000ms # five")).config->canonical, first);
  EXPECT_EQ(run(replaced(kSmall, "    timeout: 5s", "    send_batch_size: 8192\n    timeout: 5s")).config->canonical,
            first);
  EXPECT_EQ(run(std::string(kSmall) + "  telemetry: {logs: {level: INFO}}\n").config->canonical, first);
  EXPECT_NE(run(replaced(kSmall, "timeout: 5s", "timeout: 6s")).config->canonical, first);
  EXPECT_NE(run(replaced(kSmall, "HOST", "OTHER")).config->canonical, first);
}

TEST(Config, NothingOfTheEnvironmentCounts) {
  setenv("HOST", "elsewhere", 1);
  std::string with = run(kSmall).config->canonical;
  unsetenv("HOST");
  EXPECT_EQ(run(kSmall).config->canonical, with);
}

TEST(Config, IsNotThereWithErrors) {
  EXPECT_FALSE(run(replaced(kSmall, "timeout: 5s", "timeout: 5x")).config.has_value());
  check::CheckOptions strict;
  strict.strict = true;
  EXPECT_FALSE(run(replaced(kSmall, "timeout: 5s", "timeout: 5"), strict).config.has_value());
  EXPECT_TRUE(run(replaced(kSmall, "timeout: 5s", "timeout: 5")).config.has_value());
}

TEST(Decode, DeprecatedSettingsAreWarnedOf) {
  using namespace schema;
  static constexpr Type kBool{.kind = TypeKind::Bool, .name = "bool"};
  static constexpr Setting kSettings[] = {{.name = "old", .type = &kBool, .doc = "", .deprecated = "write `new`"}};
  static constexpr Struct kStruct{.name = "s", .cpp_name = "S", .settings = kSettings};
  static constexpr Type kType{.kind = TypeKind::Struct, .name = "s", .cpp_name = "S", .fields = &kStruct};
  source::Sources sources;
  diag::Diagnostics diags;
  auto loaded = syntax::load_text("c.yaml", "old: true\n", sources, diags);
  check::CheckContext context{loaded.tree, sources, diags, nullptr};
  EXPECT_TRUE(check::decode(context, kType, loaded.root, {}, "s").at("old").boolean);
  ASSERT_EQ(diags.all().size(), 1u);
  EXPECT_EQ(diags.all()[0].code, "W0211");
}

TEST(Ottl, NestingAndSizeAreBounded) {
  ottl::Problem problem;
  for (std::string text : {std::string(100'000, '('), std::string(60'000, '['), std::string(60'000, '-'),
                           std::string("()=>") + std::string(60'000, '(')}) {
    for (ottl::Unit unit : {ottl::Unit::Condition, ottl::Unit::Statement, ottl::Unit::Value})
      EXPECT_FALSE(ottl::parse(text, unit, problem).has_value());
  }
  std::string lambdas;
  for (int i = 0; i < 90; ++i) lambdas += "()=>";
  EXPECT_FALSE(ottl::parse("Len(" + lambdas + "1 ==", ottl::Unit::Condition, problem).has_value());
}

TEST(Report, SchemaAndPagesCoverEveryComponent) {
  std::string schema = report::json_schema();
  for (const schema::Component* c : schema::components()) {
    EXPECT_NE(schema.find("\"" + std::string(schema::name_of(c->kind)) + "." + std::string(c->name) + "\""),
              std::string::npos);
    for (bool markdown : {false, true}) {
      std::string page = report::reference_page(*c, markdown);
      for (const schema::Setting& s : c->config->fields->settings)
        EXPECT_NE(page.find(s.name), std::string::npos) << c->name << " " << s.name;
    }
  }
  EXPECT_NE(report::service_page(true).find("telemetry"), std::string::npos);
}

// JSON is YAML, so our own reader holds the formats for tools against their structure.
struct Json {
  source::Sources sources;
  diag::Diagnostics diags;
  syntax::Tree tree;
  syntax::NodeId root = syntax::kNoNode;

  explicit Json(const std::string& text) { root = syntax::read_yaml(sources.add("j", text), sources, tree, diags); }
  const syntax::Node* at(const syntax::Node& n, std::initializer_list<const char*> path) const {
    const syntax::Node* node = &n;
    for (const char* key : path) {
      const syntax::Entry* e = node->find(key);
      if (e == nullptr) return nullptr;
      node = &tree.at(e->value);
    }
    return node;
  }
};

TEST(Render, SarifHasWhatTheStandardRequires) {
  std::string broken = replaced(replaced(kSmall, "timeout: 5s", "timeout: \"5\\e[31mx\""), "protocols", "protocol");
  for (const std::string& text : {std::string(kSmall), broken, std::string("a: {"), std::string()}) {
    auto r = run(text);
    diag::RenderOptions options;
    options.format = diag::Format::Sarif;
    options.version = "1.2.3";
    Json j(diag::render(r.diagnostics, *r.sources, options));
    ASSERT_NE(j.root, syntax::kNoNode);
    const syntax::Node& root = j.tree.at(j.root);
    EXPECT_EQ(j.at(root, {"version"})->text, "2.1.0");
    ASSERT_EQ(j.at(root, {"runs"})->items.size(), 1u);
    const syntax::Node& one = j.tree.at(j.at(root, {"runs"})->items[0]);
    EXPECT_EQ(j.at(one, {"tool", "driver", "name"})->text, "whittle");
    const auto& rules = j.at(one, {"tool", "driver", "rules"})->items;
    const auto& results = j.at(one, {"results"})->items;
    EXPECT_EQ(results.size(), r.diagnostics.all().size());
    for (syntax::NodeId id : results) {
      const syntax::Node& result = j.tree.at(id);
      EXPECT_FALSE(j.at(result, {"message", "text"})->text.empty());
      auto index = static_cast<size_t>(j.at(result, {"ruleIndex"})->integer);
      ASSERT_LT(index, rules.size());
      EXPECT_EQ(j.at(j.tree.at(rules[index]), {"id"})->text, j.at(result, {"ruleId"})->text);
      std::string level = j.at(result, {"level"})->text;
      EXPECT_TRUE(level == "error" || level == "warning" || level == "note") << level;
      for (syntax::NodeId place : j.at(result, {"locations"})->items) {
        const syntax::Node& location = j.tree.at(place);
        EXPECT_EQ(j.at(location, {"physicalLocation", "artifactLocation", "uri"})->text, "c.yaml");
        EXPECT_GE(j.at(location, {"physicalLocation", "region", "startLine"})->integer, 1);
        EXPECT_GE(j.at(location, {"physicalLocation", "region", "startColumn"})->integer, 1);
      }
    }
    options.format = diag::Format::Json;
    Json plain(diag::render(r.diagnostics, *r.sources, options));
    ASSERT_NE(plain.root, syntax::kNoNode);
    EXPECT_EQ(plain.at(plain.tree.at(plain.root), {"diagnostics"})->items.size(), r.diagnostics.all().size());
    options.format = diag::Format::Text;
    EXPECT_EQ(diag::render(r.diagnostics, *r.sources, options).find('\x1b'),
              std::string::npos);  // nothing that a terminal obeys
  }
}

TEST(Render, LongTextsAreCut) {
  auto r = run(replaced(kSmall, "timeout: 5s", "timeout: " + std::string(100'000, 'x')));
  EXPECT_LT(diag::render(r.diagnostics, *r.sources, {}).size(), 5000u);
}

TEST(Report, TheSchemaIsJson) {
  EXPECT_NE(Json(report::json_schema()).root, syntax::kNoNode);
}

TEST(Report, ArgumentsAreUnderstood) {
  std::vector<report::OptionSpec> specs = report::with_config_options({{"--format", "text|json", ""}});
  report::CommandLine line;
  check::CheckOptions options;
  std::string error;
  ASSERT_TRUE(report::read_command_line({"a.yaml", "--config=b.yaml", "--config", "c.yaml", "--strict",
                                         "--stop-timeout", "2m", "--format", "json", "-", "--", "--d"},
                                        specs, line, error))
      << error;
  ASSERT_TRUE(report::read_config_options(line, options, error)) << error;
  EXPECT_EQ(line.files, (std::vector<std::string>{"a.yaml", "-", "--d"}));
  EXPECT_EQ(options.files, (std::vector<std::string>{"b.yaml", "c.yaml"}));
  EXPECT_TRUE(options.strict);
  EXPECT_EQ(options.stop_timeout_s, 120);
  EXPECT_EQ(line.get("--format"), "json");
  for (std::vector<std::string> bad : {std::vector<std::string>{"--config"},
                                       {"--stop-timeout", "x"},
                                       {"--stop-timeout=-5s"},
                                       {"--format", "xml"},
                                       {"--fromat=json"},
                                       {"--strict=1"}}) {
    report::CommandLine other;
    EXPECT_FALSE(report::read_command_line(bad, specs, other, error) &&
                 report::read_config_options(other, options, error))
        << bad[0];
    EXPECT_FALSE(error.empty());
  }
  report::Output output;
  EXPECT_EQ(report::check_command({}, output), 2);
  constexpr std::string_view kUnknown[] = {"E9999"};
  EXPECT_EQ(report::explain_command(kUnknown, output), 2);
  constexpr std::string_view kKnown[] = {"e0301"};
  EXPECT_EQ(report::explain_command(kKnown, output), 0);
}

// Each config is told of as if it were alone, whatever was checked beside it.
TEST(Report, ManyConfigsAtOnce) {
  char folder[] = "/tmp/whittle-many-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  std::vector<std::string> names;
  std::string one_by_one;
  for (int i = 0; i < 64; ++i) {
    names.push_back(std::string(folder) + "/" + std::to_string(i) + ".yaml");
    std::string text =
        i % 3 == 0 ? std::string(kSmall) : replaced(kSmall, "timeout: 5s", i % 3 == 1 ? "timout: 5s" : "timeout: 90s");
    std::ofstream(names.back()) << text;
    std::string_view alone[] = {names.back(), "--format", "github"};
    report::Output output;
    EXPECT_EQ(report::check_command(alone, output), i % 3 == 1 ? 1 : 0);
    one_by_one += output.out;
  }
  std::vector<std::string_view> words(names.begin(), names.end());
  words.insert(words.end(), {"--format", "github"});
  report::Output output;
  EXPECT_EQ(report::check_command(words, output), 1);
  EXPECT_EQ(output.out, one_by_one + "64 configs checked: 21 with errors, 21 with warnings only\n");
  std::string missing = std::string(folder) + "/none.yaml";
  words.push_back(missing);
  EXPECT_EQ(report::check_command(words, output), 2);
  for (const std::string& n : names) unlink(n.c_str());
  rmdir(folder);
}

TEST(Declarations, DefaultsSatisfyTheirOwnRules) {
  for (const schema::Component* c : schema::components()) {
    Value v = check::default_value(*c->config, {});
    EXPECT_EQ(v.items.size(), c->config->fields->settings.size()) << c->name;
    EXPECT_FALSE(c->doc.empty());
    for (const schema::Setting& s : c->config->fields->settings)
      EXPECT_FALSE(s.doc.empty()) << c->name << " " << s.name;
  }
}

// Who adds a component takes its name out of the list of those that whittle has not.
TEST(KnownComponents, AreNotOurs) {
  for (const schema::Component* c : schema::components()) {
    for (std::string_view name : check::known_elsewhere(c->kind)) {
      EXPECT_NE(name, c->name);
      for (const schema::Alias& a : c->aliases) EXPECT_NE(name, a.name);
    }
  }
}

}  // namespace
}  // namespace whittle
