// SPDX-License-Identifier: Apache-2.0
// What becomes of the answers of one target, scrape after scrape (prometheus/scrape: scrape.go, scrape_append_v2.go).
//
// Prometheus keeps the labels of every series, to know them again and to mark those that are gone. Here a series that
// is there takes 24 bytes: hashes of what the target wrote and of its labels, and when it was last seen. When one is
// gone, its labels are read once more from the exposition that last brought new series, which is kept compressed.
#pragma once

#include "stdlib/receiver/prometheus/relabel.h"
#include "stdlib/receiver/prometheus/transaction.h"

#include <optional>

namespace whittle::prometheus {

// What a job says of all its targets.
struct ScrapeSettings {
  ReadOptions read;
  bool honor_labels = false, honor_timestamps = true, track_timestamps = false;
  bool legacy_names = false, extra_metrics = false;
  uint64_t sample_limit = 0, bucket_limit = 0;
  uint64_t label_limit = 0, label_name_limit = 0, label_value_limit = 0;
  int32_t max_schema = INT32_MAX;
  Relabel* relabel = nullptr;
};

class TargetScrape {
public:
  // `transaction` names the labels of the target and the metadata table, which is this object's to fill.
  TargetScrape(const ScrapeSettings& settings, const TransactionContext& transaction, uint64_t seed);

  struct Answer {
    Bytes body;
    Format format = Format::Text;
    const char* wrong = nullptr;  // why there is none; the body is empty then
    bool too_large = false;       // of the body
    double duration_s = 0, timeout_s = 0;
  };
  struct Outcome {
    const char* wrong = nullptr;  // null: the target is up
    size_t wrong_at = 0;
    uint64_t late = 0, duplicates = 0;  // samples left out for their time, or for being there twice
  };
  // Adds what one scrape said to a transaction, which is `fresh()` once more where it was wrong.
  template <class F>
  Outcome scraped(const Answer& answer, int64_t now_ns, F emit) {
    std::optional<Transaction> transaction;
    transaction.emplace(context_);
    Outcome out = take(answer, now_ns, transaction);
    transaction->write(emit);
    return out;
  }
  // The target is there no more: markers for all of its series.
  template <class F>
  void gone(int64_t now_ns, F emit) {
    Transaction transaction(context_);
    finish(now_ns, transaction);
    transaction.write(emit);
  }

  // Bytes that are held between scrapes.
  uint64_t held() const;

private:
  struct Series {
    uint64_t written = 0;  // hash of what the target wrote; 0: the slot is free
    uint64_t labels = 0;   // hash of the labels; 0: it has no point of its own; 1: it is dropped
    uint32_t seen = 0, tracked = 0;
  };
  struct Added {
    uint64_t total = 0, added = 0, series = 0;
    const char* wrong = nullptr;
    size_t wrong_at = 0;
  };

  Outcome take(const Answer& answer, int64_t now_ns, std::optional<Transaction>& transaction);
  Added append(Transaction& transaction, const Answer& answer, int64_t now_ms, Outcome& outcome);
  void mark_gone(Transaction& transaction, int64_t now_ms);
  void add_exemplars(Exposition& e, Transaction& transaction, bool native, int64_t time_ms);
  void finish(int64_t now_ns, Transaction& transaction);
  void report(Transaction& transaction, Text name, int64_t now_ms, double value);
  bool labels_of(Exposition& e);
  const char* wrong_labels() const;
  void metadata(Exposition::Entry entry, const Exposition& e);
  void next_scrape(bool flush);
  void hold(const Answer& answer);

  Series* find(uint64_t written);
  Series& insert(uint64_t written);
  void rebuild(size_t slots, bool seen_only);

  ScrapeSettings settings_;
  TransactionContext context_;
  uint64_t seed_;
  MetadataTable* table_;
  std::vector<Series> series_;
  size_t used_ = 0, seen_ = 0;
  uint64_t good_ = 0;    // entries after the last good scrape
  uint32_t scrape_ = 2;  // counts scrapes
  uint64_t new_tracked_ = 0;
  Writer held_;  // compressed
  size_t held_size_ = 0;
  Format held_format_ = Format::Text;
  Arena texts_, line_;
  std::vector<Exemplar> exemplars_;
  Labels builder_;
  std::vector<Label> labels_;
  std::vector<Label> exposed_;
};

// The format that an answer's Content-Type means; nothing: it means none that is known.
std::optional<Format> format_of(Text content_type);

}  // namespace whittle::prometheus
