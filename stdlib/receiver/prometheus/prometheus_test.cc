// SPDX-License-Identifier: Apache-2.0
// Expositions as entries, steps on labels, and what becomes of a target's answers scrape after scrape.
#include "runtime/base/regex_compile.h"
#include "runtime/prometheus/exposition.h"
#include "runtime/wire/json.h"
#include "runtime/wire/validate.h"
#include "stdlib/receiver/prometheus/discovery.h"
#include "stdlib/receiver/prometheus/settings.h"
#include "tests/support/scripted_client.h"

#include <gtest/gtest.h>
#include <string>

using namespace whittle;
using namespace whittle::prometheus;

namespace {

std::string number(double v) {
  char text[64];
  snprintf(text, sizeof text, "%g", v);
  return text;
}

// "T a counter|S a{x=1} 3 @5|!" for a type, a sample with its time, and a line that is none.
std::string entries(Text body, bool open_metrics = false) {
  Arena texts, line;
  auto reader = read_text(as_bytes(body), open_metrics, texts);
  std::string out;
  for (;;) {
    const auto e = reader->next();
    using Entry = Exposition::Entry;
    if (e == Entry::End) return out;
    if (e == Entry::Wrong) return out + "!";
    if (e == Entry::Comment) continue;
    if (e == Entry::Type) out += "T " + std::string(reader->family) + " " + std::string(name_of(reader->type));
    if (e == Entry::Help) out += "H " + std::string(reader->family) + " " + std::string(reader->text);
    if (e == Entry::Unit) out += "U " + std::string(reader->family) + " " + std::string(reader->text);
    if (e == Entry::Series) {
      Labels builder;
      std::vector<Label> labels;
      reader->labels(builder, line);
      builder.begin();
      builder.finish(labels);
      out += "S " + std::string(value_of(labels, kName)) + "{";
      for (const Label& l : labels)
        if (l.name != kName) out += std::string(l.name) + "=" + std::string(l.value) + ",";
      out += "} " + number(reader->value);
      if (reader->has_time) out += " @" + std::to_string(reader->time_ms);
      Exemplar x;
      if (reader->exemplar(x, line)) {
        out += " #" + std::to_string(x.labels.size()) + " " + number(x.value);
        if (x.has_time) out += " @" + std::to_string(x.time_ms);
      }
    }
    out += "|";
  }
}

struct Read {
  const char* what;
  Text body;
  const char* entries;
};

TEST(Exposition, Text) {
  static constexpr Read kCases[] = {
      {"nothing", "", ""},
      {"a sample", "a 1\n", "S a{} 1|"},
      {"no end of line", "a 1", "S a{} 1|"},
      {"labels, by name", "a{y=\"2\",x=\"1\"} 1.5\n", "S a{x=1,y=2,} 1.5|"},
      {"blanks anywhere", "  a  { x = \"1\" , } 1  2 \n", "S   a{x=1,} 1 @2|"},
      {"no commas", "a{x=\"1\"y=\"2\"} 1\n", "S a{x=1,y=2,} 1|"},
      {"escapes", "a{x=\"\\\\ \\\" \\n \\t\"} 1\n", "S a{x=\\ \" \n \\t,} 1|"},
      {"any characters in quotes", "{\"a.b\",\"c d\"=\"1\"} 1\n", "S a.b{c d=1,} 1|"},
      {"values", "a +Inf\na -inf\na nan\na 1e3\na .5\n", "S a{} inf|S a{} -inf|S a{} nan|S a{} 1000|S a{} 0.5|"},
      {"type and help", "# TYPE a counter\n# HELP a x\\ny  \n", "T a counter|H a x\ny  |"},
      {"help without text", "# HELP a\n# HELP a   \n", "H a |H a |"},
      {"untyped", "# TYPE a untyped\n", "T a unknown|"},
      {"comments", "#\n# x\n#HELP\n# HELPa\n\na 1\n", "S a{} 1|"},
      {"bounds are written one way", "# TYPE a histogram\na_bucket{le=\"1\"} 1\n",
       "T a histogram|S a_bucket{le=1.0,} 1|"},
      {"two names", "{\"a\",\"b\"} 1\n", "!"},
      {"no name", "{x=\"1\"} 1\n", "!"},
      {"a type of OpenMetrics", "# TYPE a info\n", "!"},
      {"a time that is a fraction", "a 1 1.5\n", "!"},
      {"two times", "a 1 1 1\n", "!"},
      {"no value", "a\n", "!"},
      {"hexadecimal", "a 0x1p3\n", "!"},
      {"beyond what a double has", "a 1e400\n", "!"},
      {"text that is not UTF-8", "a{x=\"\xFF\"} 1\n", "!"},
      {"what was before counts as said", "a 1\n-\n", "S a{} 1|!"},
  };
  for (const Read& c : kCases) EXPECT_EQ(entries(c.body), c.entries) << c.what;
}

TEST(Exposition, OpenMetrics) {
  static constexpr Read kCases[] = {
      {"nothing", "# EOF\n", ""},
      {"no end of line", "# EOF", ""},
      {"times are seconds", "a 1 2.5\n# EOF\n", "S a{} 1 @2500|"},
      {"an exemplar", "a 1 # {t=\"x\"} 2 3.5\n# EOF\n", "S a{} 1 #1 2 @3500|"},
      {"one without labels and time", "a 1 5 # {} 2\n# EOF\n", "S a{} 1 @5000 #0 2|"},
      {"a unit", "# UNIT a_s s\n# EOF\n", "U a_s s|"},
      {"all types", "# TYPE a stateset\n# TYPE b gaugehistogram\n# EOF\n", "T a stateset|T b gaugehistogram|"},
      {"a unit that is not in the name", "# UNIT a s\n# EOF\n", "!"},
      {"no end", "a 1\n", "S a{} 1|!"},
      {"more behind the end", "# EOF\na 1\n", "!"},
      {"two blanks", "a  1\n# EOF\n", "!"},
      {"an empty line", "a 1\n\n# EOF\n", "S a{} 1|!"},
      {"a comment", "# x\n# EOF\n", "!"},
      {"a name in an exemplar", "a 1 # {\"t\"} 2\n# EOF\n", "!"},
  };
  for (const Read& c : kCases) EXPECT_EQ(entries(c.body, true), c.entries) << c.what;
}

TEST(Exposition, CutShort) {
  static constexpr Text kGood = "# TYPE a histogram\n# HELP a \\\\\na_bucket{le=\"1\",x=\"\\\"\"} 1 2 # {t=\"x\"} 2 3\n"
                                "{\"b.c\",d=\"e\"} 4\n# EOF\n";
  EXPECT_FALSE(entries(kGood, true).ends_with('!'));
  for (size_t n = 0; n + 1 < kGood.size(); ++n) EXPECT_TRUE(entries(kGood.substr(0, n), true).ends_with('!')) << n;
}

struct Step {
  RelabelAction action;
  const char *sources, *regex, *target, *replacement;
  const char* expected;  // labels, or "-" for dropped
};

TEST(Relabel, Actions) {
  static constexpr Step kCases[] = {
      {RelabelAction::Replace, "a;b", "(.*);(.*)", "c", "$2-$1", "a=x b=Y c=Y-x"},
      {RelabelAction::Replace, "a", "y", "c", "z", "a=x b=Y"},
      {RelabelAction::Replace, "a", "x", "a", "", "b=Y"},
      {RelabelAction::Replace, "a", "(.*)", "${1}_t", "v", "a=x b=Y x_t=v"},
      {RelabelAction::Replace, "none", "(.*)", "c", "v", "a=x b=Y c=v"},
      {RelabelAction::Keep, "a", "x|y", "", "", "a=x b=Y"},
      {RelabelAction::Keep, "a", "y", "", "", "-"},
      {RelabelAction::Drop, "a", "x.", "", "", "a=x b=Y"},
      {RelabelAction::Drop, "a", ".", "", "", "-"},
      {RelabelAction::KeepEqual, "a", "(.*)", "b", "$1", "-"},
      {RelabelAction::DropEqual, "a", "(.*)", "b", "$1", "a=x b=Y"},
      {RelabelAction::HashMod, "a", "(.*)", "h", "$1", "a=x b=Y h=6"},
      {RelabelAction::LabelMap, "", "(a)", "", "m_$1", "a=x b=Y m_a=x"},
      {RelabelAction::LabelDrop, "", "a", "", "", "b=Y"},
      {RelabelAction::LabelKeep, "", "a", "", "", "a=x"},
      {RelabelAction::Lowercase, "b", "(.*)", "l", "$1", "a=x b=Y l=y"},
      {RelabelAction::Uppercase, "a", "(.*)", "u", "$1", "a=x b=Y u=X"},
  };
  for (const Step& c : kCases) {
    RelabelStep step;
    step.action = c.action;
    std::vector<Str> sources;
    for (Text rest = c.sources; !rest.empty();) {
      const size_t end = rest.find(';');
      sources.push_back({rest.data(), end == Text::npos ? rest.size() : end});
      rest = end == Text::npos ? Text() : rest.substr(end + 1);
    }
    step.sources = {sources.data(), sources.size()};
    step.any_text = Text(c.regex) == "(.*)";
    step.pattern = compile_regex("^(?s:" + std::string(c.regex) + ")$");
    step.target = c.target;
    step.replacement = c.replacement;
    step.modulus = 8;
    Relabel relabel({step}, false);
    Labels labels;
    labels.add("b", "Y");
    labels.add("a", "x");
    labels.begin();
    Arena arena;
    std::string out;
    std::vector<Label> made;
    if (relabel.apply(labels, arena)) {
      labels.finish(made);
      for (const Label& l : made) out += (out.empty() ? "" : " ") + std::string(l.name) + "=" + std::string(l.value);
    } else {
      out = "-";
    }
    EXPECT_EQ(out, c.expected) << static_cast<int>(c.action) << " " << c.regex;
  }
}

TEST(Settings, DurationsAndSizes) {
  EXPECT_EQ(parse_prometheus_duration("1h30m"), 5'400'000);
  EXPECT_EQ(parse_prometheus_duration("0"), 0);
  EXPECT_EQ(parse_prometheus_duration("1d2ms"), 86'400'002);
  for (const Text bad : {"", "1", "1.5s", "s", "1m1h", "1s1s", "-1s", "9999999999y"})
    EXPECT_EQ(parse_prometheus_duration(bad), std::nullopt) << bad;
  for (const auto& [ms, text] : {std::pair<int64_t, Text>{0, "0s"},
                                 {90'000, "1m30s"},
                                 {1500, "1s500ms"},
                                 {604'800'000, "1w"},
                                 {86'400'000 * 10, "10d"}}) {
    Writer out;
    append_duration(out, ms);
    EXPECT_EQ(out.text(), text);
  }
  EXPECT_EQ(parse_size("10MB"), 10u << 20);
  EXPECT_EQ(parse_size("1KiB"), 1024u);
  EXPECT_EQ(parse_size("1.5KB1B"), 1537u);
  for (const Text bad : {"", "1", "MB", "1M", "1XB"}) EXPECT_EQ(parse_size(bad), std::nullopt) << bad;
}

TEST(Discovery, Groups) {
  for (const auto& [yaml, text] :
       {std::pair<bool, Text>{false, R"([{"targets": ["a:1", "b:2"], "labels": {"x": "y"}}, {"targets": []}])"},
        {true, "- targets: ['a:1', b:2]\n  labels: {x: y}\n- targets: []\n"}}) {
    TargetList list;
    ASSERT_TRUE(read_groups(text, yaml, "__meta_url", "u", list));
    ASSERT_EQ(list.targets.size(), 2u);
    EXPECT_EQ(value_of(list.targets[1], "__address__"), "b:2");
    EXPECT_EQ(value_of(list.targets[1], "x"), "y");
    EXPECT_EQ(value_of(list.targets[1], "__meta_url"), "u");
  }
  for (const Text bad : {"", "{}", "[1]", "[{\"targets\": [1]}]", "[{\"labels\": {\"a\": 1}}]", "[", "[null]"}) {
    TargetList list;
    EXPECT_FALSE(read_groups(bad, false, "l", "v", list)) << bad;
  }
}

// ---- scrapes

class Scrapes : public testing::Test {
protected:
  // What is handed on, a line a point: "a{x=1} 3".
  std::string scrape(Text body, const char* wrong = nullptr) {
    if (!scrape_) {
      context_.target = &target_;
      context_.metadata = &metadata_;
      context_.scheme = "http";
      context_.scope = "s";
      context_.version = "1";
      scrape_ = std::make_unique<TargetScrape>(settings_, context_, 5);
    }
    TargetScrape::Answer answer;
    answer.body = as_bytes(body);
    answer.wrong = wrong;
    std::string out;
    now_ += 1'000'000'000;
    outcome_ = scrape_->scraped(answer, now_, [&](Writer& piece, uint64_t points) {
      auto counts = wire::validate(Signal::Metrics, piece.bytes());
      ASSERT_TRUE(counts.has_value());
      EXPECT_EQ(counts->items, points);
      ++pieces_;
      points_ += points;
      Writer json;
      wire::proto_to_json(Signal::Metrics, piece.bytes(), json);
      out += json.text();
    });
    return out;
  }
  static size_t count(const std::string& text, Text what) {
    size_t n = 0;
    for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++n;
    return n;
  }

  Runtime runtime_;
  MetadataTable metadata_{runtime_};
  std::vector<Label> target_{{"__address__", "a:1"}, {"instance", "a:1"}, {"job", "j"}};
  ScrapeSettings settings_;
  TransactionContext context_;
  std::unique_ptr<TargetScrape> scrape_;
  TargetScrape::Outcome outcome_;
  int64_t now_ = 1'700'000'000'000'000'000;
  uint64_t pieces_ = 0, points_ = 0;
};

TEST_F(Scrapes, MarksWhatIsGoneOnce) {
  scrape("a 1\nb 2\n");
  EXPECT_EQ(count(scrape("a 1\nb 2\n"), "\"flags\":1"), 0u);
  EXPECT_EQ(count(scrape("a 1\n"), "\"flags\":1"), 1u);
  EXPECT_EQ(count(scrape("a 1\n"), "\"flags\":1"), 0u);
  EXPECT_EQ(count(scrape("", "down"), "\"flags\":1"), 1u);
  EXPECT_EQ(count(scrape("", "down"), "\"flags\":1"), 0u);
  EXPECT_EQ(count(scrape("a 1\nb 2\n"), "\"flags\":1"), 0u);
  EXPECT_EQ(count(scrape(""), "\"flags\":1"), 2u);
}

TEST_F(Scrapes, AWrongLineMarksWhatDidNotComeBeforeIt) {
  scrape("a 1\nb 2\n");
  EXPECT_EQ(count(scrape("a 1\nc 1\n-\nb 2\n"), "\"flags\":1"), 1u);
  EXPECT_NE(outcome_.wrong, nullptr);
  // What was read of the wrong one is what there was.
  EXPECT_EQ(count(scrape("b 2\n"), "\"flags\":1"), 2u);
}

TEST_F(Scrapes, SeriesThatBecameOneAreGoneTogether) {
  RelabelStep step;
  step.action = RelabelAction::LabelDrop;
  step.any_text = false;
  step.pattern = compile_regex("^(?s:k)$");
  Relabel relabel({step}, false);
  settings_.relabel = &relabel;
  scrape("a{k=\"1\"} 1\na{k=\"2\"} 2\n");
  EXPECT_EQ(count(scrape("a{k=\"1\"} 1\n"), "\"flags\":1"), 0u);
  EXPECT_EQ(count(scrape("b 1\n"), "\"flags\":1"), 1u);
}

TEST_F(Scrapes, LimitsAndTimes) {
  settings_.sample_limit = 2;
  EXPECT_EQ(count(scrape("a 1\nb 2\n"), "\"name\":\"b\""), 1u);
  EXPECT_EQ(count(scrape("a 1\nb 2\nc 3\n"), "\"name\":\"c\""), 0u);
  EXPECT_NE(outcome_.wrong, nullptr);
  scrape("a 1\na 2\n");
  EXPECT_EQ(outcome_.duplicates, 1u);
  scrape("a 1 99999999999999\n");
  EXPECT_EQ(outcome_.late, 1u);
}

TEST_F(Scrapes, ManySeriesTakeLittleAndGoInPieces) {
  std::string body = "# TYPE a counter\n";
  for (int i = 0; i < 50'000; ++i) body += "a{path=\"/x/" + std::to_string(i) + "\",code=\"200\"} 1\n";
  scrape(body);
  EXPECT_GT(pieces_, 2u);
  EXPECT_EQ(points_, 50'005u);
  EXPECT_LT(scrape_->held(), 5u << 20);
  points_ = 0;
  scrape("");
  EXPECT_EQ(points_, 50'005u);
}

}  // namespace
