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
constexpr Diag<std::string_view> kNeverScraped{"W1418", "the target `{}` is never scraped"};
constexpr Diag<std::string_view> kScheme{"E1171", "targets are asked by `http` or `https`, not `{}`"};
constexpr Diag<std::string_view, std::string_view> kNeeds{"E0830", "{} needs `{}`"};
constexpr Diag<std::string_view, std::string_view> kNotOfAction{"E1180", "the action `{}` takes no `{}`"};
constexpr Diag<std::string_view> kLabelName{"E1181", "`{}` is not the name of a label"};
constexpr Diag<std::string_view> kSize{"E1182", "`{}` is not a size as Prometheus writes them"};
constexpr Diag<std::string_view> kFilePattern{"E1183", "`{}` names no file with targets"};
constexpr Diag<> kProtocols{"E1184", "`scrape_protocols` is empty"};
constexpr Diag<std::string_view> kProtocolTwice{"E1185", "`{}` is there twice"};
constexpr Diag<> kEscaping{"E1186", "names with any characters are asked for, and only legacy ones are taken"};
constexpr Diag<std::string_view> kListUrl{"E1187", "`{}` is not an URL that lists targets"};
constexpr Diag<std::string_view> kHeader{"E1188", "the header `{}` is not for a config to set"};
constexpr Diag<std::string_view> kBasic{"E1191", "credentials of the type `{}` are for `basic_auth`"};
constexpr Diag<> kRenamed{"W1189", "metrics that are renamed here become gauges without unit and description"};
constexpr Diag<std::string_view> kNoTargets{"W1190", "the job `{}` has no targets"};
constexpr Diag<> kDollar{"W1172", "this `$` is not written twice"};
constexpr Diag<std::string_view, std::string_view> kEmptyText{"W1419", "an empty `{}` is read as `{}`"};
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

bool legacy_name(std::string_view s) {
  for (size_t i = 0; i < s.size(); ++i) {
    bool letter = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || s[i] == '_';
    if (!letter && (i == 0 || s[i] < '0' || s[i] > '9')) return false;
  }
  return !s.empty();
}

// A legacy name in which `$1` and `${name}` stand for what a pattern matched.
bool legacy_template(std::string_view s) {
  std::string plain;
  auto word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  for (size_t i = 0; i < s.size();) {
    if (s[i] != '$') {
      plain += s[i++];
      continue;
    }
    bool braces = ++i < s.size() && s[i] == '{';
    size_t begin = i += braces;
    while (i < s.size() && word(s[i])) ++i;
    if (i == begin || (braces && (i == s.size() || s[i++] != '}'))) return false;
    plain += 'v';
  }
  return legacy_name(plain);
}

// What an action takes beside the labels that it reads and writes (model/relabel's Validate).
void takes(Check& check, const Value& step, const std::string& action) {
  bool equal = action == "keepequal" || action == "dropequal", name = action == "labeldrop" || action == "labelkeep";
  bool fold = action == "lowercase" || action == "uppercase";
  auto refuse = [&](std::string_view setting, bool says) {
    const Value& v = step.at(setting);
    if (says && v.written && !v.wrong && !v.late) check.diags().emit(kNotOfAction, place_of(v), action, setting);
  };
  if (equal) refuse("regex", true);
  if (name) refuse("source_labels", true), refuse("target_label", !step.at("target_label").text.empty());
  if (equal || name) {
    refuse("separator", step.at("separator").text != ";");
    refuse("modulus", step.at("modulus").integer != 0);
  }
  const Value& made = step.at("replacement");
  if (equal || name || fold) refuse("replacement", made.any != AnyKind::String || made.text != "$1");
}

// Empty texts that the reference loses, where that makes a difference.
void lost(Check& check, const Value& step) {
  auto tell = [&](const Value& v, std::string_view name, std::string_view read) {
    check.diags()
        .emit(kEmptyText, v.span, name, read)
        .note("the Collector writes these settings down and reads them again, without empty texts; collectors of "
              "whittle do as it does");
  };
  const size_t sources = step.at("source_labels").items.size();
  const Value &between = step.at("separator"), &made = step.at("replacement");
  if (sources > 1 && between.written && !between.late && !between.wrong && between.text.empty())
    tell(between, "separator", ";");
  const bool groups = step.at("regex").text.find('(') != std::string::npos;
  if (sources > 0 && groups && step.at("action").text == "replace" && made.written && !made.late &&
      made.any == AnyKind::String && made.text.empty())
    tell(made, "replacement", "$$1");
}

void relabelling(Check& check, const Value& list, bool legacy, bool metrics) {
  for (const Value& step : list.items) {
    if (step.wrong || step.items.empty()) continue;
    const Value &regex = step.at("regex"), &action = step.at("action"), &target = step.at("target_label");
    unescaped(check, step.at("replacement"));
    unescaped(check, regex);
    lost(check, step);
    if (metrics && target.text == "__name__" && !target.late)
      check.diags()
          .emit(kRenamed, target.span)
          .note("types are known by the names that targets write; rename metrics in a processor to keep them");
    for (const Value& source : step.at("source_labels").items)
      if (source.text.empty() && !source.late && !source.wrong)
        check.diags().emit(kLabelName, source.span, source.text);
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
    takes(check, step, action.text);
    bool varies = action.text == "replace" && target.text.find('$') != std::string::npos;
    if (legacy && writes && !target.late && !target.wrong && !target.text.empty() &&
        !(varies ? legacy_template(target.text) : legacy_name(target.text)))
      check.diags().emit(kLabelName, target.span, target.text);
    const Value& made = step.at("replacement");
    if (action.text == "labelmap" && made.written && !made.late && made.any == AnyKind::String &&
        (made.text.empty() || (legacy && !legacy_template(made.text))))
      check.diags().emit(kLabelName, made.span, made.text);
  }
}

// "10MB": numbers with units (alecthomas/units' Base2Bytes).
bool is_size(std::string_view s) {
  if (s == "0") return true;
  bool any = false;
  while (!s.empty()) {
    size_t n = s.find_first_not_of("0123456789.");
    if (n == 0 || n == std::string_view::npos) return false;
    s.remove_prefix(n);
    size_t end = std::min(s.find_first_of("0123456789."), s.size());
    std::string_view unit = s.substr(0, end);
    s.remove_prefix(end);
    if (!unit.ends_with('B')) return false;
    unit.remove_suffix(1);
    if (unit.size() == 2 && unit[1] == 'i') unit.remove_suffix(1);
    if (unit.size() > 1 || (unit.size() == 1 && std::string_view("KMGTPE").find(unit) == std::string_view::npos))
      return false;
    any = true;
  }
  return any;
}

void size_limit(Check& check, const Value& v) {
  if (v.late || v.wrong || v.any == AnyKind::Null || !v.written) return;
  std::string text = v.any == AnyKind::Int ? std::to_string(v.integer) : v.text;
  if ((v.any == AnyKind::String || v.any == AnyKind::Int) && is_size(text)) return;
  check.diags().emit(kSize, v.span, text).help("it looks like `10MB`: a number with its unit");
}

void protocols(Check& check, const Value& list) {
  if (!list.written || list.wrong || list.late) return;
  if (list.items.empty() && list.span) check.diags().emit(kProtocols, list.span);
  for (size_t i = 0; i < list.items.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (list.items[i].text == list.items[j].text && !list.items[i].late)
        check.diags().emit(kProtocolTwice, list.items[i].span, list.items[i].text);
}

// Headers that are the client's own (common/config's ReservedHeaders).
void headers(Check& check, const Value& client) {
  if (const Value* a = client.find("authorization"); a != nullptr && a->present && !a->wrong && !a->items.empty()) {
    const Value* type = client.at("authorization").find("type");
    if (type != nullptr && !type->late && small_letters(type->text) == "basic")
      check.diags().emit(kBasic, type->span, type->text);
  }
  static constexpr std::string_view kReserved[] = {"authorization",
                                                   "host",
                                                   "content-encoding",
                                                   "content-length",
                                                   "content-type",
                                                   "user-agent",
                                                   "connection",
                                                   "keep-alive",
                                                   "proxy-authenticate",
                                                   "proxy-authorization",
                                                   "www-authenticate",
                                                   "accept-encoding",
                                                   "x-prometheus-remote-write-version",
                                                   "x-prometheus-remote-read-version",
                                                   "x-prometheus-scrape-timeout-seconds",
                                                   "x-amz-date",
                                                   "x-amz-security-token",
                                                   "x-amz-content-sha256"};
  const Value& map = client.at("http_headers");
  for (size_t i = 0; i < map.items.size() && i < map.keys.size(); ++i) {
    std::string name = small_letters(map.keys[i]);
    if (std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved))
      check.diags().emit(kHeader, map.items[i].key ? map.items[i].key : map.span, map.keys[i]);
  }
}

void lists(Check& check, const Value& job) {
  for (const Value& files : job.at("file_sd_configs").items) {
    if (files.wrong || files.items.empty()) continue;
    duration(check, files.at("refresh_interval"));
    for (const Value& f : files.at("files").items) {
      if (f.late || f.wrong) continue;
      std::string_view name = f.text;
      size_t star = name.find('*');
      bool good = name.ends_with(".json") || name.ends_with(".yml") || name.ends_with(".yaml") ||
                  name.ends_with(".JSON") || name.ends_with(".YML") || name.ends_with(".YAML");
      good &= star == std::string_view::npos || name.find('/', star) == std::string_view::npos;
      if (!good)
        check.diags()
            .emit(kFilePattern, f.span, f.text)
            .help("it ends with `.json`, `.yml` or `.yaml`, and a `*` stands in the file's own name");
    }
  }
  for (const Value& http : job.at("http_sd_configs").items) {
    if (http.wrong || http.items.empty()) continue;
    duration(check, http.at("refresh_interval"));
    headers(check, http);
    const Value& url = http.at("url");
    if (url.late || url.wrong || url.text.empty()) continue;
    auto parsed = parse_url(url.text);
    if (!parsed || (parsed->scheme != "http" && parsed->scheme != "https") || parsed->host.empty())
      check.diags().emit(kListUrl, url.span, url.text).help("it begins with `http://` or `https://`");
  }
  for (const Value& dns : job.at("dns_sd_configs").items)
    if (!dns.wrong && !dns.items.empty()) duration(check, dns.at("refresh_interval"));
}

// Whether anybody lists targets.
bool has_targets(const Value& job) {
  const schema::Struct& fields = *job.type->fields;
  for (size_t i = 0; i < fields.settings.size(); ++i) {
    std::string_view name = fields.settings[i].name;
    bool finds = name.ends_with("_sd_configs") || name == "static_configs";
    if (finds && (!job.items[i].items.empty() || job.items[i].late || job.items[i].wrong)) return true;
  }
  return false;
}

void file_here(Check& check, const Value& v) {
  if (v.late || v.wrong || v.text.empty() || access(v.text.c_str(), F_OK) == 0) return;
  check.diags()
      .emit(kNoFile, v.span, v.text)
      .note("the Collector does not start without it: the image or a volume of the task has to bring the file");
}

// Whether relabelling may make another address of a target's.
bool moves_targets(const Value& steps) {
  return std::any_of(steps.items.begin(), steps.items.end(), [](const Value& step) {
    if (step.late || step.wrong || step.items.empty()) return true;
    const Value &target = step.at("target_label"), &action = step.at("action");
    return action.late || action.text == "labelmap" || target.late || target.text == "__address__" ||
           target.text.find('$') != std::string::npos;
  });
}

// A target with its variables left out.
std::string fixed_part(Check& check, const Value& target) {
  if (!target.late) return target.text;
  std::string out;
  std::string_view text = check.sources().text(target.span);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 == text.size() || text[i + 1] != '{') {
      if (text[i] != '"' && text[i] != '\'') out += text[i];
      continue;
    }
    int depth = 0;
    for (++i; i < text.size(); ++i) {
      depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
      if (depth == 0) break;
    }
  }
  return out;
}

// What is written in place of `host:port`: an URL, or an address with a path. Where nothing is relabelled the reference
// refuses it when it reads the config, and what relabelling leaves when it would scrape.
void targets(Check& check, const Value& job) {
  const Value& steps = job.at("relabel_configs");
  for (const Value& group : job.at("static_configs").items) {
    if (group.wrong || group.items.empty()) continue;
    const Value& labels = group.at("labels");
    for (size_t i = 0; i < labels.keys.size(); ++i)
      if (labels.keys[i].empty()) check.diags().emit(kLabelName, labels.items[i].span, labels.keys[i]);
    for (const Value& t : group.at("targets").items) {
      if (t.wrong || fixed_part(check, t).find('/') == std::string::npos || moves_targets(steps)) continue;
      const std::string text = t.late ? std::string(check.sources().text(t.span)) : t.text;
      const bool refused = steps.items.empty();
      auto d = refused ? check.diags().emit(kTarget, t.span, text) : check.diags().emit(kNeverScraped, t.span, text);
      size_t scheme = text.find("://");
      d.here(scheme == std::string::npos ? diag::Text<>("a target is `host:port`")
                                         : diag::Text<>("a target has no scheme"));
      if (t.late) {
        d.help("the path stands in `metrics_path`, and what is in front of the host in `scheme`");
        continue;
      }
      std::string rest = scheme == std::string::npos ? text : text.substr(scheme + 3);
      const size_t path = rest.find('/');
      const bool says = path != std::string::npos && path + 1 < rest.size();
      if (scheme == std::string::npos && says)
        d.help("write `{}`, and `metrics_path: {}` beside `static_configs`", rest.substr(0, path), rest.substr(path));
      else if (scheme != std::string::npos)
        d.help("write `{}`, and beside `static_configs` `scheme: {}`{}", rest.substr(0, path), text.substr(0, scheme),
               says ? " and `metrics_path: " + rest.substr(path) + "`" : std::string());
      else d.help("write `{}`", rest.substr(0, path));
    }
  }
}

void job(Check& check, const Value& j, const Value& global) {
  const Value &interval = j.at("scrape_interval"), &timeout = j.at("scrape_timeout");
  bool has_interval = interval.any != AnyKind::Null;
  if (timeout.written && timeout.any != AnyKind::Null)
    fits(check, timeout, has_interval ? interval : global.at("scrape_interval"));
  else if (has_interval) duration(check, interval);
  const Value& scheme = j.at("scheme");
  if (!scheme.late && !scheme.wrong && scheme.text != "http" && scheme.text != "https")
    check.diags().emit(kScheme, scheme.span, scheme.text);
  const Value &own = j.at("metric_name_validation_scheme"), &escaping = j.at("metric_name_escaping_scheme");
  bool inherits = own.text.empty();
  bool legacy = (inherits ? global.at("metric_name_validation_scheme") : own).text == "legacy";
  const Value& asked = escaping.text.empty() && inherits ? global.at("metric_name_escaping_scheme") : escaping;
  if (legacy && asked.text == "allow-utf-8")
    check.diags().emit(kEscaping, asked.span).help("write `underscores`, `dots` or `values`");
  relabelling(check, j.at("relabel_configs"), legacy, false);
  relabelling(check, j.at("metric_relabel_configs"), legacy, true);
  size_limit(check, j.at("body_size_limit"));
  protocols(check, j.at("scrape_protocols"));
  headers(check, j);
  lists(check, j);
  if (!has_targets(j)) check.diags().emit(kNoTargets, j.at("job_name").span, j.at("job_name").text);
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
  for (std::string_view name : {"evaluation_interval", "rule_query_offset"})
    if (global.at(name).written) duration(check, global.at(name));
  size_limit(check, global.at("body_size_limit"));
  protocols(check, global.at("scrape_protocols"));
  const Value& external = global.at("external_labels");
  for (size_t i = 0; i < external.items.size() && i < external.keys.size(); ++i) {
    bool legacy = global.at("metric_name_validation_scheme").text == "legacy";
    if (external.keys[i].empty() || (legacy && !legacy_name(external.keys[i])))
      check.diags().emit(kLabelName, external.items[i].key ? external.items[i].key : external.span, external.keys[i]);
  }
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
