// SPDX-License-Identifier: Apache-2.0
// What Prometheus says of its configuration when it reads it: durations in its own form, names of jobs, targets,
// relabelling (prometheus/config, common/model's ParseDuration, model/relabel's Validate).
#include "compiler/check/formats.h"
#include "stdlib/common/settings.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <unistd.h>

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<std::string_view> kDuration{"E1167", "`{}` is not a duration as Prometheus writes them"};
constexpr Diag<std::string_view> kTwoJobs{"E1168", "two jobs are named `{}`"};
constexpr Diag<std::string_view, std::string_view> kTimeout{"E1169",
                                                            "a scrape may take {}, and the next one begins after {}"};
constexpr Diag<std::string_view> kTarget{"E1170", "`{}` is not the address of a target"};
constexpr Diag<std::string_view> kScheme{"E1171", "targets are asked by `http` or `https`, not `{}`"};
constexpr Diag<std::string_view, std::string_view> kNeeds{"E0830", "{} needs `{}`"};
constexpr Diag<> kDollar{"W1172", "this `$` is not written twice"};
constexpr Diag<std::string_view> kNoFile{"W0602", "the file `{}` is not here"};

// "1h30m" in milliseconds; units in falling order, each once.
std::optional<int64_t> prometheus_duration(std::string_view s) {
  struct Unit {
    std::string_view name;
    int64_t ms;
  };
  static constexpr Unit kUnits[] = {{"y", 31'536'000'000}, {"w", 604'800'000}, {"d", 86'400'000}, {"h", 3'600'000},
                                    {"m", 60'000},         {"s", 1000},        {"ms", 1}};
  if (s == "0") return 0;
  if (s.empty()) return std::nullopt;
  int64_t out = 0;
  size_t next = 0;
  while (!s.empty()) {
    size_t n = 0;
    int64_t value = 0;
    for (; n < s.size() && s[n] >= '0' && s[n] <= '9'; ++n) {
      if (n > 9) return std::nullopt;
      value = value * 10 + (s[n] - '0');
    }
    size_t end = n;
    while (end < s.size() && !(s[end] >= '0' && s[end] <= '9')) ++end;
    std::string_view unit = s.substr(n, end - n);
    while (next < std::size(kUnits) && kUnits[next].name != unit) ++next;
    if (n == 0 || next == std::size(kUnits)) return std::nullopt;
    out += value * kUnits[next++].ms;
    s.remove_prefix(end);
  }
  return out;
}

// The duration in a setting, if one is written and is one.
std::optional<int64_t> duration(Check& check, const Value& v) {
  if (v.late || v.wrong || v.any == AnyKind::Null) return std::nullopt;
  std::string text = v.any == AnyKind::Int ? std::to_string(v.integer) : v.text;
  auto parsed = v.any == AnyKind::String || v.any == AnyKind::Int ? prometheus_duration(text) : std::nullopt;
  if (!parsed && v.written)
    check.diags().emit(kDuration, v.span, text).help("it looks like `15s`, `1m` or `1h30m`: whole numbers with units");
  return parsed;
}

std::string shown(const Value& v) {
  return v.any == AnyKind::Int ? std::to_string(v.integer) : v.text;
}

// Both are known; `timeout` is written.
void fits(Check& check, const Value& timeout, const Value& interval) {
  auto t = duration(check, timeout), i = duration(check, interval);
  if (!t || !i || *i == 0 || *t <= *i) return;
  auto d = check.diags().emit(kTimeout, timeout.span, shown(timeout), shown(interval));
  d.here("longer than the interval");
  if (interval.span && !(interval.span == timeout.span)) d.label(interval.span, "the interval");
}

// A `$` that the Collector might take for a variable: `$1` in place of `$$1`.
void unescaped(Check& check, const Value& v) {
  if (!v.written || v.late || v.any != AnyKind::String) return;
  std::string_view text = check.sources().text(v.span);
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] != '$') continue;
    if (text[i + 1] == '$') {
      ++i;
    } else if ((text[i + 1] >= '0' && text[i + 1] <= '9') || text[i + 1] == '{') {
      check.diags()
          .emit(kDollar, v.span)
          .here("write `$$`")
          .note("the Collector reads `$$` as `$`, and variables behind a single one");
      return;
    }
  }
}

void relabelling(Check& check, const Value& list) {
  for (const Value& step : list.items) {
    if (step.wrong || step.items.empty()) continue;
    const Value &regex = step.at("regex"), &action = step.at("action"), &target = step.at("target_label");
    if (regex.any == AnyKind::String && !regex.late && regex.written)
      check_regexp(check.context, const_cast<Value&>(regex), regex.text);
    unescaped(check, step.at("replacement"));
    unescaped(check, regex);
    if (action.late || action.wrong) continue;
    std::string what = "the action `" + action.text + "`";
    auto needs_setting = [&](std::string_view name) {
      check.diags().emit(kNeeds, action.written ? action.span : place_of(step), what, name);
    };
    static constexpr std::string_view kWrite[] = {"replace",   "hashmod",   "lowercase",
                                                  "uppercase", "keepequal", "dropequal"};
    bool writes = std::find(std::begin(kWrite), std::end(kWrite), action.text) != std::end(kWrite);
    if (writes && target.text.empty() && !target.late && !target.wrong) needs_setting("target_label");
    if (action.text == "hashmod" && step.at("modulus").integer == 0 && !step.at("modulus").late)
      needs_setting("modulus");
  }
}

void file_here(Check& check, const Value& v) {
  if (v.late || v.wrong || v.text.empty() || access(v.text.c_str(), F_OK) == 0) return;
  check.diags()
      .emit(kNoFile, v.span, v.text)
      .note("the Collector does not start without it: the image or a volume of the task has to bring the file");
}

void targets(Check& check, const Value& job) {
  for (const Value& group : job.at("static_configs").items) {
    if (group.wrong || group.items.empty()) continue;
    for (const Value& t : group.at("targets").items) {
      if (t.late || t.wrong || t.text.find('/') == std::string::npos) continue;
      auto d = check.diags().emit(kTarget, t.span, t.text);
      size_t scheme = t.text.find("://");
      std::string rest = scheme == std::string::npos ? t.text : t.text.substr(scheme + 3);
      d.here(scheme == std::string::npos ? diag::Text<>("a target is `host:port`")
                                         : diag::Text<>("a target has no scheme"));
      d.help("write `{}`, and the rest in `scheme` and `metrics_path`", rest.substr(0, rest.find('/')));
    }
  }
}

void job(Check& check, const Value& j, const Value& global) {
  const Value &interval = j.at("scrape_interval"), &timeout = j.at("scrape_timeout");
  bool own = interval.any != AnyKind::Null;
  if (timeout.written && timeout.any != AnyKind::Null)
    fits(check, timeout, own ? interval : global.at("scrape_interval"));
  else if (own) duration(check, interval);
  const Value& scheme = j.at("scheme");
  if (!scheme.late && !scheme.wrong && scheme.text != "http" && scheme.text != "https")
    check.diags().emit(kScheme, scheme.span, scheme.text);
  relabelling(check, j.at("relabel_configs"));
  relabelling(check, j.at("metric_relabel_configs"));
  targets(check, j);
  for (std::string_view name : {"ca_file", "cert_file", "key_file"}) file_here(check, j.at("tls_config").at(name));
  if (const Value* a = j.find("authorization"); a != nullptr && a->present) file_here(check, a->at("credentials_file"));
  file_here(check, j.at("bearer_token_file"));
}

}  // namespace

void check_receiver_prometheus(Check& check, Instance& instance, schema::SignalSet) {
  if (instance.config.items.empty() || instance.config.at("config").wrong) return;
  const Value& c = instance.config.at("config");
  if (c.items.empty()) return;
  const Value& global = c.at("global");
  if (global.wrong || global.items.empty()) return;
  if (global.at("scrape_timeout").written) fits(check, global.at("scrape_timeout"), global.at("scrape_interval"));
  else if (global.at("scrape_interval").written) duration(check, global.at("scrape_interval"));
  std::map<std::string, source::Span> names;
  for (const Value& j : c.at("scrape_configs").items) {
    if (j.wrong || j.items.empty()) continue;
    const Value& name = j.at("job_name");
    auto [first, added] = names.emplace(name.text, name.span);
    if (!added && !name.late) check.diags().emit(kTwoJobs, name.span, name.text).label(first->second, "first here");
    job(check, j, global);
  }
}

}  // namespace whittle::check
