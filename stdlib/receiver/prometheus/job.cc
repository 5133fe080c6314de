// SPDX-License-Identifier: Apache-2.0
#include "stdlib/receiver/prometheus/job.h"

#include "runtime/base/hash.h"
#include "runtime/base/number.h"
#include "runtime/base/utf8.h"
#include "runtime/codec/decompress.h"
#include "stdlib/receiver/prometheus/discovery.h"
#include "stdlib/receiver/prometheus/settings.h"

#include <bit>
#include <math.h>
#include <string.h>

namespace whittle::prometheus {

namespace {

constexpr uint64_t kMostBody = 64 * 1024 * 1024;  // of an exposition, whatever the config says
constexpr Text kScope = "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/prometheusreceiver";

struct Protocol {
  Text media;
  bool escapes;
};
// In the order of the config's words.
constexpr Protocol kProtocols[] = {
    {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", false},
    {"application/openmetrics-text;version=0.0.1", false},
    {"application/openmetrics-text;version=1.0.0", true},
    {"text/plain;version=0.0.4", false},
    {"text/plain;version=1.0.0", true}};
constexpr uint32_t kDefaultProtocols[] = {0, 2, 1, 4, 3};  // the first where native histograms are asked for

constexpr Label kKubernetes[] = {{"__meta_kubernetes_pod_name", "k8s.pod.name"},
                                 {"__meta_kubernetes_pod_uid", "k8s.pod.uid"},
                                 {"__meta_kubernetes_pod_container_name", "k8s.container.name"},
                                 {"__meta_kubernetes_namespace", "k8s.namespace.name"},
                                 {"__meta_kubernetes_pod_node_name", "k8s.node.name"},
                                 {"__meta_kubernetes_node_name", "k8s.node.name"},
                                 {"__meta_kubernetes_endpoint_node_name", "k8s.node.name"}};
constexpr Label kControllers[] = {{"ReplicaSet", "k8s.replicaset.name"},
                                  {"DaemonSet", "k8s.daemonset.name"},
                                  {"StatefulSet", "k8s.statefulset.name"},
                                  {"Job", "k8s.job.name"},
                                  {"CronJob", "k8s.cronjob.name"}};

uint64_t natural(int64_t v) {
  return v > 0 ? static_cast<uint64_t>(v) : 0;
}
uint64_t either(int64_t own, int64_t global) {
  return natural(own != 0 ? own : global);
}

// The largest schema whose buckets grow by that factor or more. With 8 or more nothing is joined, the reserved ones
// above it included.
int32_t schema_of(double factor) {
  if (factor <= 1) return INT32_MAX;
  const double schema = floor(-log2(log2(factor)));
  return schema >= 8 ? INT32_MAX : schema <= -4 ? -4 : static_cast<int32_t>(schema);
}

}  // namespace

// ---- a target

Target::Target(Job& job)
    : job_(job), metadata_(*job.owner.runtime),
      timer_(*job.owner.runtime->loop, [](void* self) { static_cast<Target*>(self)->tick(); }, this) {}

void Target::tick() {
  if (leaving_) {
    scrape_->gone(stale_ns_, [&](Writer& piece, uint64_t points) { job_.owner.emit(job_.owner.self, piece, points); });
    return job_.forget(this);
  }
  due_ += interval_ns_;
  if (due_ < job_.owner.runtime->loop->now()) due_ = job_.owner.runtime->loop->now() + interval_ns_;
  timer_.at(due_);
  if (asking_) overdue_ = true;
  else ask();
}

void Target::failed(Text why, const char* message) {
  job_.owner.runtime->log->warn(
      message, {{"component", job_.owner.id}, {"job", job_.config.job_name}, {"target", url_}, {"reason", why}});
}

void Target::ask() {
  const JobOwner& owner = job_.owner;
  started_ns_ = owner.runtime->now_ns();
  started_at_ = owner.runtime->loop->now();
  TargetScrape::Answer answer;
  if (job_.over_limit_) {
    answer.wrong = "there are more targets than `target_limit`";
    return take(answer);
  }
  HttpRequest request;
  Arena arena;
  request.method = "GET";
  request.url = url_;
  request.headers.push_back({"Accept", job_.accept_.text()});
  request.headers.push_back({"Accept-Encoding", job_.config.enable_compression ? Text("gzip") : Text("identity")});
  request.headers.push_back({"User-Agent", owner.user_agent});
  request.headers.push_back({"X-Prometheus-Scrape-Timeout-Seconds", timeout_text_});
  request.timeout_ns = timeout_ns_;
  request.most_body = job_.body_limit_ > 0 && job_.body_limit_ < kMostBody ? job_.body_limit_ : kMostBody;
  request.exporter = view(owner.id);
  request.kind = "receiver";
  request.call = request.url;
  Text file;
  if (!job_.client.prepare(request, arena, file)) {
    failed(file, "a file with a secret cannot be read");
    answer.wrong = "a file with a secret cannot be read";
    return take(answer);
  }
  asking_ = true;
  ++job_.asking_;
  owner.runtime->http->send(
      static_cast<HttpRequest&&>(request),
      [](void* self, const HttpResponse& r) { static_cast<Target*>(self)->answered(r); }, this);
}

void Target::answered(const HttpResponse& response) {
  asking_ = false;
  --job_.asking_;
  TargetScrape::Answer answer;
  Decompressed unpacked;
  Text type, coding;
  for (const HttpHeader& h : response.headers) {
    if (equal_ignoring_case(h.name, "content-type")) type = h.value;
    if (equal_ignoring_case(h.name, "content-encoding")) coding = h.value;
  }
  const uint64_t limit = job_.body_limit_ > 0 && job_.body_limit_ < kMostBody ? job_.body_limit_ : kMostBody;
  answer.format = format_of(type).value_or(job_.fallback_);
  answer.body = response.body;
  if (response.status != 200) {
    answer.wrong = response.status == 0 ? "there was no answer" : "the status is not 200";
    char status[kNumberRoom];
    failed(response.status == 0 ? response.error_text : Text(status, format_int(status, response.status)),
           "a target cannot be scraped");
  } else if (coding == "gzip") {
    auto body = decompress(Coding::Gzip, response.body, limit);
    if (body) {
      unpacked = static_cast<Decompressed&&>(*body);
      answer.body = {unpacked.buffer.data(), unpacked.size};
    } else if (body.error().code == Errc::TooLarge) {
      answer.too_large = true;
    } else {
      answer.wrong = "the answer is not in gzip, as it says";
    }
  }
  if (!answer.wrong && (answer.too_large || response.cut || answer.body.size() >= limit)) {
    answer.too_large = true;
    answer.wrong = "the answer is larger than `body_size_limit`";
  }
  if (answer.wrong) answer.body = {};
  if (answer.wrong && response.status == 200) failed(answer.wrong, "a target cannot be scraped");
  take(answer);
}

void Target::take(const TargetScrape::Answer& given) {
  Runtime& runtime = *job_.owner.runtime;
  TargetScrape::Answer answer = given;
  answer.duration_s = static_cast<double>(runtime.loop->clock() - started_at_) / 1e9;
  if (runtime.offline) answer.duration_s = 0;
  answer.timeout_s = static_cast<double>(timeout_ns_) / 1e9;
  const TargetScrape::Outcome outcome = scrape_->scraped(
      answer, started_ns_, [&](Writer& piece, uint64_t points) { job_.owner.emit(job_.owner.self, piece, points); });
  scraped_ = true;
  booking_.set(scrape_->held());
  if (outcome.wrong && !answer.wrong) {
    runtime.log->warn("what a target says is wrong, and none of it counts", {{"component", job_.owner.id},
                                                                             {"job", job_.config.job_name},
                                                                             {"target", url_},
                                                                             {"reason", outcome.wrong},
                                                                             {"offset", outcome.wrong_at}});
  }
  if (outcome.late > 0 || outcome.duplicates > 0) {
    runtime.log->warn("samples are left out: they are there twice, or from the future", {{"component", job_.owner.id},
                                                                                         {"job", job_.config.job_name},
                                                                                         {"target", url_},
                                                                                         {"twice", outcome.duplicates},
                                                                                         {"future", outcome.late}});
  }
  if (leaving_ || !overdue_) return;
  overdue_ = false;
  if (!runtime.draining) ask();
}

// It is listed no more. It may come back within two intervals; then nothing happened.
void Target::leave() {
  leaving_ = true;
  const int64_t now = job_.owner.runtime->loop->now();
  stale_ns_ = job_.owner.runtime->now_ns() + (due_ - now);
  timer_.at(due_ + interval_ns_ + interval_ns_ / 10);
}

// ---- a job

Job::Job(const JobOwner& o, const config::ScrapeConfig& c) : owner(o), config(c), client(c.as_scrape_client()) {}
Job::~Job() = default;

std::unique_ptr<Job> Job::make(const JobOwner& owner, const config::ScrapeConfig& config) {
  std::unique_ptr<Job> job(new Job(owner, config));
  if (!job->configure()) return nullptr;
  return job;
}

bool Job::bad(Text setting, Text value) {
  owner.runtime->log->error(
      "a setting is not what it must be",
      {{"component", owner.id}, {"job", config.job_name}, {"setting", setting}, {"value", value}});
  return false;
}

// False, with the reason logged, when it is none; null changes nothing.
bool Job::read_duration(const Any& any, Text setting, int64_t& out) {
  if (any.kind == AnyKind::Null) return true;
  const Text t = text_of(any, texts_);
  const auto ms = parse_prometheus_duration(t);
  if (!ms) return bad(setting, t);
  out = *ms;
  return true;
}

bool Job::read_times() {
  const config::ScrapeGlobal& global = owner.config->config.global;
  int64_t global_interval = 60'000, global_timeout = 0;
  if (!read_duration(global.scrape_interval, "scrape_interval", global_interval) ||
      !read_duration(global.scrape_timeout, "scrape_timeout", global_timeout))
    return false;
  if (global_interval == 0) global_interval = 60'000;
  if (global_timeout == 0) global_timeout = global_interval < 10'000 ? global_interval : 10'000;
  if (!read_duration(config.scrape_interval, "scrape_interval", interval_ms_) ||
      !read_duration(config.scrape_timeout, "scrape_timeout", timeout_ms_))
    return false;
  if (interval_ms_ == 0) interval_ms_ = global_interval;
  if (timeout_ms_ == 0) timeout_ms_ = global_timeout < interval_ms_ ? global_timeout : interval_ms_;
  if (timeout_ms_ > interval_ms_) return bad("scrape_timeout", "it is longer than scrape_interval");
  append_duration(interval_text_, interval_ms_);
  append_duration(timeout_text_, timeout_ms_);
  return true;
}

bool Job::read_limits() {
  const config::ScrapeGlobal& global = owner.config->config.global;
  for (const Any* any : {&config.body_size_limit, &global.body_size_limit}) {
    if (any->kind == AnyKind::Null || body_limit_ > 0) continue;
    const Text t = text_of(*any, texts_);
    const auto size = parse_size(t);
    if (!size) return bad("body_size_limit", t);
    body_limit_ = *size;
  }
  target_limit_ = either(config.target_limit, global.target_limit);
  settings_.sample_limit = either(config.sample_limit, global.sample_limit);
  settings_.label_limit = either(config.label_limit, global.label_limit);
  settings_.label_name_limit = either(config.label_name_length_limit, global.label_name_length_limit);
  settings_.label_value_limit = either(config.label_value_length_limit, global.label_value_length_limit);
  settings_.bucket_limit = natural(config.native_histogram_bucket_limit);
  settings_.max_schema = schema_of(config.native_histogram_min_bucket_factor);
  return true;
}

void Job::read_switches() {
  const config::ScrapeGlobal& global = owner.config->config.global;
  settings_.honor_labels = config.honor_labels;
  settings_.honor_timestamps = config.honor_timestamps;
  settings_.track_timestamps = config.track_timestamps_staleness;
  auto chosen = [](const Opt<bool>& own, bool otherwise) { return own ? own.value : otherwise; };
  settings_.extra_metrics = chosen(config.extra_scrape_metrics, chosen(global.extra_scrape_metrics, false));
  settings_.read.native = chosen(config.scrape_native_histograms, chosen(global.scrape_native_histograms, false));
  settings_.read.keep_classic =
      chosen(config.always_scrape_classic_histograms, global.always_scrape_classic_histograms);
  settings_.read.to_custom =
      chosen(config.convert_classic_histograms_to_nhcb, global.convert_classic_histograms_to_nhcb);
  using Fallback = config::ScrapeConfigFallbackScrapeProtocol;
  switch (config.fallback_scrape_protocol) {
  case Fallback::PrometheusProto: fallback_ = Format::Protobuf; break;
  case Fallback::OpenMetricsText001:
  case Fallback::OpenMetricsText100: fallback_ = Format::OpenMetrics; break;
  default: break;
  }
}

// Which names are taken; returns how others are to be escaped.
uint32_t Job::read_names() {
  const config::ScrapeGlobal& global = owner.config->config.global;
  using Validation = config::ScrapeConfigMetricNameValidationScheme;
  using GlobalValidation = config::ScrapeGlobalMetricNameValidationScheme;
  const bool own_validation = config.metric_name_validation_scheme != Validation::Empty;
  const bool global_legacy = global.metric_name_validation_scheme == GlobalValidation::Legacy;
  settings_.legacy_names = own_validation ? config.metric_name_validation_scheme == Validation::Legacy : global_legacy;
  // Both enumerations have the same words.
  auto escaping = static_cast<uint32_t>(config.metric_name_escaping_scheme);
  if (escaping == 0 && !own_validation) escaping = static_cast<uint32_t>(global.metric_name_escaping_scheme);
  if (escaping == 0) escaping = (own_validation ? settings_.legacy_names : global_legacy) ? 2 : 1;
  return escaping;
}

void Job::write_accept(uint32_t escaping) {
  static constexpr Text kEscapings[] = {"", "allow-utf-8", "underscores", "dots", "values"};
  const config::ScrapeGlobal& global = owner.config->config.global;
  uint32_t weight = 6;
  auto accept = [&](uint32_t protocol) {
    const Protocol& p = kProtocols[protocol];
    accept_.append(p.media);
    if (p.escapes) accept_.append(Text(";escaping=")), accept_.append(kEscapings[escaping]);
    accept_.append(Text(";q=0."));
    append_uint(accept_, weight--);
    accept_.byte(',');
  };
  if (config.scrape_protocols.size > 0) {
    for (const auto p : config.scrape_protocols) accept(static_cast<uint32_t>(p));
  } else if (global.scrape_protocols.size > 0) {
    for (const auto p : global.scrape_protocols) accept(static_cast<uint32_t>(p));
  } else {
    for (const uint32_t p : kDefaultProtocols)
      if (p != 0 || settings_.read.native) accept(p);
  }
  accept_.append(Text("*/*;q=0."));
  append_uint(accept_, weight);
}

static std::unique_ptr<Relabel> relabel_of(const List<config::Relabel>& list, bool legacy_names, Arena& texts) {
  std::vector<RelabelStep> steps;
  for (const config::Relabel& r : list) {
    RelabelStep s;
    s.action = static_cast<RelabelAction>(r.action);
    s.sources = r.source_labels;
    // The reference writes the settings down and reads them again, which leaves empty texts out.
    if (r.separator.size > 0) s.separator = view(r.separator);
    s.target = view(r.target_label);
    if (const Text made = text_of(r.replacement, texts); !made.empty()) s.replacement = made;
    s.modulus = natural(r.modulus);
    s.pattern = &r.regex;
    s.any_text = view(r.regex.pattern) == "^(?s:(.*))$";
    steps.push_back(s);
  }
  return std::make_unique<Relabel>(static_cast<std::vector<RelabelStep>&&>(steps), legacy_names);
}

bool Job::find_targets() {
  auto fixed = std::make_unique<TargetList>();
  for (const config::StaticTargets& group : config.static_configs) {
    for (const Str address : group.targets) {
      std::vector<Label> labels{{"__address__", view(address)}};
      for (const Entry<Any>& l : group.labels)
        if (view(l.key) != "__address__") labels.push_back({view(l.key), text_of(l.value, fixed->arena)});
      fixed->targets.push_back(static_cast<std::vector<Label>&&>(labels));
    }
  }
  lists_.push_back(static_cast<std::unique_ptr<TargetList>&&>(fixed));
  for (const config::FileTargets& f : config.file_sd_configs)
    discoveries_.push_back(discover_files(*this, lists_.size() + discoveries_.size(), f));
  for (const config::HttpTargets& h : config.http_sd_configs)
    discoveries_.push_back(discover_by_http(*this, lists_.size() + discoveries_.size(), h));
  for (const config::DnsTargets& d : config.dns_sd_configs)
    discoveries_.push_back(discover_by_dns(*this, lists_.size() + discoveries_.size(), d));
  for (const auto& d : discoveries_) {
    if (!d) return false;
    lists_.push_back(nullptr);
  }
  return true;
}

bool Job::configure() {
  if (!read_times() || !read_limits()) return false;
  read_switches();
  write_accept(read_names());
  relabel_ = relabel_of(config.relabel_configs, settings_.legacy_names, texts_);
  metric_relabel_ = relabel_of(config.metric_relabel_configs, settings_.legacy_names, texts_);
  settings_.relabel = metric_relabel_->empty() ? nullptr : metric_relabel_.get();
  return find_targets();
}

void Job::start() {
  started_ = true;
  sync();
  for (const auto& d : discoveries_) d->start();
}

void Job::drain() {
  for (const auto& d : discoveries_) d->drain();
  for (const auto& t : targets_) {
    t->timer_.cancel();
    t->overdue_ = false;
    if (owner.config->scrape_on_shutdown && !owner.runtime->offline && !t->asking_ && !t->leaving_) t->ask();
  }
}

void Job::found(size_t at, std::unique_ptr<TargetList> list) {
  lists_[at] = static_cast<std::unique_ptr<TargetList>&&>(list);
  if (started_ && !owner.runtime->draining) sync();
}

bool Job::scrape_now(Text address, Text path) {
  bool any = false;
  for (const auto& t : targets_) {
    if (t->leaving_ || t->address_ != address || t->path_ != path) continue;
    any = true;
    if (!t->asking_) t->ask();
  }
  return any;
}

size_t Job::active() const {
  size_t n = 0;
  for (const auto& t : targets_) n += !t->leaving_;
  return n;
}

void Job::forget(Target* target) {
  for (size_t i = 0; i < targets_.size(); ++i) {
    if (targets_[i].get() != target) continue;
    targets_.erase(targets_.begin() + static_cast<ptrdiff_t>(i));
    return;
  }
}

void Job::sync() {
  for (const auto& t : targets_) t->wanted_ = false;
  const int64_t now = owner.runtime->loop->now();
  for (const auto& list : lists_) {
    if (!list) continue;
    for (const std::vector<Label>& labels : list->targets) {
      auto made = target_of(labels);
      if (!made) continue;
      Target* there = nullptr;
      for (const auto& t : targets_)
        if (t->hash_ == made->hash_) there = t.get();
      if (there) {
        there->wanted_ = true;
        if (!there->leaving_) continue;
        there->leaving_ = false;
        if (there->due_ < now) there->due_ = now;
        if (!owner.runtime->offline) there->timer_.at(there->due_);
        continue;
      }
      Target* t = made.get();
      t->wanted_ = true;
      targets_.push_back(static_cast<std::unique_ptr<Target>&&>(made));
      // Each target has its place in the interval, by the clock and for good.
      const int64_t wall = owner.runtime->now_ns();
      int64_t next = t->interval_ns_ - wall % t->interval_ns_ +
                     static_cast<int64_t>((t->hash_ ^ owner.seed) % static_cast<uint64_t>(t->interval_ns_));
      if (next > t->interval_ns_) next -= t->interval_ns_;
      t->due_ = now + next + owner.config->initial_scrape_offset;
      if (!owner.runtime->offline) t->timer_.at(t->due_);
    }
  }
  for (size_t i = 0; i < targets_.size();) {
    Target& t = *targets_[i];
    if (!t.wanted_ && !t.leaving_) {
      if (!t.scraped_ && !t.asking_) {
        targets_.erase(targets_.begin() + static_cast<ptrdiff_t>(i));
        continue;
      }
      t.leave();
    }
    ++i;
  }
  over_limit_ = target_limit_ > 0 && active() > target_limit_;
}

// What a target is taken for where discovery says nothing.
void Job::add_defaults(Labels& b, Arena& texts) const {
  auto otherwise = [&](Text name, Text value) {
    if (b.get(name).empty()) b.set(name, value);
  };
  otherwise("job", view(config.job_name));
  otherwise("__scrape_interval__", interval_text_.text());
  otherwise("__scrape_timeout__", timeout_text_.text());
  otherwise("__metrics_path__", view(config.metrics_path));
  otherwise("__scheme__", view(config.scheme));
  Writer name;
  for (const Entry<List<Any>>& p : config.params) {
    if (p.value.size == 0) continue;
    name.clear();
    name.append(Text("__param_"));
    name.append(view(p.key));
    otherwise(texts.copy(name.text()), text_of(p.value[0], texts));
  }
}

// What the resource of its metrics says, of labels that relabelling may take away.
static void add_resource(const Labels& b, Arena& texts, std::vector<Label>& resource) {
  for (const Label& k : kKubernetes)
    if (const Text v = b.get(k.name); !v.empty()) resource.push_back({k.value, texts.copy(v)});
  for (const Label& k : kControllers) {
    const Text v = b.get("__meta_kubernetes_pod_controller_name");
    if (b.get("__meta_kubernetes_pod_controller_kind") == k.name && !v.empty())
      resource.push_back({k.value, texts.copy(v)});
  }
}

// Why it is no target; null when it is one.
static const char* wrong_target(const Labels& b, int64_t& interval_ms, int64_t& timeout_ms) {
  const Text address = b.get("__address__");
  if (address.empty()) return "it has no address";
  if (address.find('/') != Text::npos) return "its address has a slash in it";
  const auto interval = parse_prometheus_duration(b.get("__scrape_interval__"));
  const auto timeout = parse_prometheus_duration(b.get("__scrape_timeout__"));
  if (!interval || *interval == 0) return "its interval is no duration";
  if (!timeout || *timeout == 0) return "its timeout is no duration";
  if (*timeout > *interval) return "its timeout is longer than its interval";
  interval_ms = *interval;
  timeout_ms = *timeout;
  return nullptr;
}

// Null: relabelling drops it, or it is none.
std::unique_ptr<Target> Job::target_of(const std::vector<Label>& found) {
  auto target = std::make_unique<Target>(*this);
  Arena& texts = target->texts_;
  Labels b;
  b.begin();
  for (const Label& l : found) b.set(l.name, l.value);
  add_defaults(b, texts);
  target->scheme_ = texts.copy(b.get("__scheme__"));
  add_resource(b, texts, target->resource_);
  if (!relabel_->apply(b, texts)) return nullptr;

  auto bad = [&](Text why) {
    owner.runtime->log->error("this is no target", {{"component", owner.id},
                                                    {"job", config.job_name},
                                                    {"target", value_of(found, "__address__")},
                                                    {"reason", why}});
    return std::unique_ptr<Target>();
  };
  int64_t interval_ms, timeout_ms;
  if (const char* why = wrong_target(b, interval_ms, timeout_ms)) return bad(why);
  target->interval_ns_ = interval_ms * 1'000'000;
  target->timeout_ns_ = timeout_ms * 1'000'000;
  Writer seconds;
  append_double(seconds, static_cast<double>(timeout_ms) / 1000);
  target->timeout_text_ = texts.copy(seconds.text());
  b.each([&](Text n, Text) {
    if (n.starts_with("__meta_")) b.erase(n);
  });
  if (b.get("instance").empty()) b.set("instance", b.get("__address__"));
  b.finish(target->labels_);
  for (Label& l : target->labels_) {
    if (!is_utf8(as_bytes(l.value))) return bad("a label's value is not UTF-8");
    l = {texts.copy(l.name), texts.copy(l.value)};
  }
  target->address_ = value_of(target->labels_, "__address__");
  target->path_ = value_of(target->labels_, "__metrics_path__");
  Writer url;
  append_target_url(url, target->labels_, config.params, texts);
  target->url_ = texts.copy(url.text());
  target->hash_ = hash_text(target->url_);
  for (const Label& l : target->labels_) target->hash_ = hash_text(l.value, hash_text(l.name, target->hash_));
  begin_scraping(*target);
  return target;
}

void Job::begin_scraping(Target& target) const {
  TransactionContext context;
  context.external = &owner.external;
  context.target = &target.labels_;
  context.resource = &target.resource_;
  context.scheme = target.scheme_;
  context.metadata = &target.metadata_;
  context.scope = kScope;
  context.version = owner.version;
  context.trim_suffixes = owner.config->trim_metric_suffixes;
  uint64_t seed;
  owner.runtime->random(&seed, sizeof seed);
  target.scrape_ = std::make_unique<TargetScrape>(settings_, context, seed);
}

}  // namespace whittle::prometheus
