// SPDX-License-Identifier: Apache-2.0
// A job: its targets, and when each is asked. Targets of one job are spread over the interval, each always at the same
// place in it (scrape/target.go's offset).
#pragma once

#include "runtime/base/memory.h"
#include "runtime/loop/loop.h"
#include "stdlib/receiver/prometheus/client.h"
#include "stdlib/receiver/prometheus/scrape.h"

namespace whittle::prometheus {

// Targets that somebody lists, with the labels that they have before relabelling.
struct TargetList {
  Arena arena;
  std::vector<std::vector<Label>> targets;
};

class Job;
class Discovery;

// What jobs need of the receiver that has them.
struct JobOwner {
  Runtime* runtime = nullptr;
  Str id{};
  const config::Prometheus* config = nullptr;
  std::vector<Label> external;
  Text version, user_agent;
  uint64_t seed = 0;
  void (*emit)(void* self, Writer& piece, uint64_t points) = nullptr;
  void* self = nullptr;
};

class Target {
public:
  explicit Target(Job& job);
  Target(const Target&) = delete;

private:
  friend class Job;
  void tick();
  void ask();
  void answered(const HttpResponse& response);
  void take(const TargetScrape::Answer& answer);
  void failed(Text why, const char* message);
  void leave();

  Job& job_;
  Arena texts_;
  std::vector<Label> labels_, resource_;
  Text url_, scheme_, address_, path_, timeout_text_;
  uint64_t hash_ = 0;
  int64_t interval_ns_ = 0, timeout_ns_ = 0;
  MetadataTable metadata_;
  std::unique_ptr<TargetScrape> scrape_;
  Timer timer_;
  int64_t due_ = 0, started_ns_ = 0, started_at_ = 0, stale_ns_ = 0;
  bool asking_ = false, overdue_ = false, leaving_ = false, scraped_ = false, wanted_ = false;
  Booking booking_;
};

class Job {
public:
  // Null, with the reason logged: a setting that was known only now is none.
  static std::unique_ptr<Job> make(const JobOwner& owner, const config::ScrapeConfig& config);
  ~Job();
  Job(const Job&) = delete;

  // Begins to look for targets and to scrape them.
  void start();
  void drain();
  bool idle() const { return asking_ == 0; }
  // Of a replay: asks what has this address and path.
  bool scrape_now(Text address, Text path);
  // The targets of list `at`, which a discovery has found anew.
  void found(size_t at, std::unique_ptr<TargetList> list);

  const JobOwner& owner;
  const config::ScrapeConfig& config;
  ScrapeClient client;

private:
  friend class Target;
  Job(const JobOwner& o, const config::ScrapeConfig& c);
  bool configure();
  bool bad(Text setting, Text value);
  bool read_duration(const Any& any, Text setting, int64_t& out);
  bool read_times();
  bool read_limits();
  void read_switches();
  uint32_t read_names();
  void write_accept(uint32_t escaping);
  bool find_targets();
  void sync();
  std::unique_ptr<Target> target_of(const std::vector<Label>& found);
  void add_defaults(Labels& labels, Arena& texts) const;
  void begin_scraping(Target& target) const;
  void forget(Target* target);
  size_t active() const;

  ScrapeSettings settings_;
  std::unique_ptr<Relabel> relabel_, metric_relabel_;
  int64_t interval_ms_ = 0, timeout_ms_ = 0;
  uint64_t body_limit_ = 0, target_limit_ = 0;
  Format fallback_ = Format::Text;
  Writer accept_, interval_text_, timeout_text_;
  Arena texts_;
  std::vector<std::unique_ptr<TargetList>> lists_;
  std::vector<std::unique_ptr<Discovery>> discoveries_;
  std::vector<std::unique_ptr<Target>> targets_;
  bool started_ = false, over_limit_ = false;
  uint32_t asking_ = 0;
};

}  // namespace whittle::prometheus
