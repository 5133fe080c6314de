// SPDX-License-Identifier: Apache-2.0
#include "stdlib/receiver/prometheus/scrape.h"

#include "runtime/base/hash.h"
#include "runtime/base/utf8.h"
#include "runtime/codec/compress.h"

#include <algorithm>
#include <math.h>
#include <string.h>

namespace whittle::prometheus {

namespace {

constexpr uint64_t kNoPoint = 0, kDropped = 1;
constexpr int64_t kAhead = 600'000;     // milliseconds that a sample may be ahead of its scrape
constexpr uint32_t kKeepMetadata = 10;  // scrapes
constexpr int32_t kLowestSchema = -4;

uint64_t hash_of(const std::vector<Label>& labels, uint64_t seed) {
  for (const Label& l : labels) seed = hash_text(l.value, hash_text(l.name, seed));
  return seed > kDropped ? seed : seed + 2;
}

bool before(const Label& a, const Label& b) {
  const int by_name = a.name.compare(b.name);
  return by_name != 0 ? by_name < 0 : a.value < b.value;
}

bool is_token(char c) {
  return c > ' ' && c < 0x7F && !strchr("()<>@,;:\\\"/[]?=", c);
}

// "; version=0.0.4; charset=\"utf-8\"", as Go's mime package reads it.
bool good_parameters(Text t) {
  auto spaces = [&] {
    while (!t.empty() && (t[0] == ' ' || (t[0] >= '\t' && t[0] <= '\r'))) t.remove_prefix(1);
  };
  auto token = [&] {
    size_t n = 0;
    while (n < t.size() && is_token(t[n])) ++n;
    t.remove_prefix(n);
    return n > 0;
  };
  for (;;) {
    spaces();
    if (t.empty()) return true;
    if (t[0] != ';') return false;
    t.remove_prefix(1);
    spaces();
    if (t.empty()) return true;  // nothing behind the last semicolon
    if (!token()) return false;
    spaces();
    if (!t.starts_with('=')) return false;
    t.remove_prefix(1);
    spaces();
    if (!t.starts_with('"')) {
      if (!token()) return false;
      continue;
    }
    size_t i = 1;
    for (; i < t.size() && t[i] != '"'; ++i)
      if (t[i] == '\\' && i + 1 < t.size()) ++i;
    if (i >= t.size()) return false;
    t.remove_prefix(i + 1);
  }
}

}  // namespace

std::optional<Format> format_of(Text content_type) {
  Text media = content_type.substr(0, content_type.find(';'));
  if (!good_parameters(content_type.substr(media.size()))) return std::nullopt;
  while (media.starts_with(' ')) media.remove_prefix(1);
  while (media.ends_with(' ') || media.ends_with('\t')) media.remove_suffix(1);
  auto is = [&](Text t) {
    if (t.size() != media.size()) return false;
    for (size_t i = 0; i < t.size(); ++i)
      if ((media[i] >= 'A' && media[i] <= 'Z' ? media[i] | 32 : media[i]) != t[i]) return false;
    return true;
  };
  if (is("application/openmetrics-text")) return Format::OpenMetrics;
  if (is("application/vnd.google.protobuf")) return Format::Protobuf;
  if (is("text/plain")) return Format::Text;
  return std::nullopt;
}

TargetScrape::TargetScrape(const ScrapeSettings& settings, const TransactionContext& transaction, uint64_t seed)
    : settings_(settings), context_(transaction), seed_(seed), table_(transaction.metadata), series_(64) {}

uint64_t TargetScrape::held() const {
  return series_.size() * sizeof(Series) + held_.capacity() + table_->held() + texts_.held() + line_.held();
}

// ---- the table of series

TargetScrape::Series* TargetScrape::find(uint64_t written) {
  for (size_t i = written & (series_.size() - 1);; i = (i + 1) & (series_.size() - 1)) {
    if (series_[i].written == written) return &series_[i];
    if (series_[i].written == 0) return nullptr;
  }
}

TargetScrape::Series& TargetScrape::insert(uint64_t written) {
  if (used_ * 4 >= series_.size() * 3) rebuild(series_.size() * 2, false);
  size_t i = written & (series_.size() - 1);
  while (series_[i].written != 0) i = (i + 1) & (series_.size() - 1);
  ++used_;
  series_[i].written = written;
  series_[i].seen = scrape_;
  ++seen_;
  return series_[i];
}

void TargetScrape::rebuild(size_t slots, bool seen_only) {
  std::vector<Series> old(slots);
  old.swap(series_);
  used_ = 0;
  for (const Series& s : old) {
    if (s.written == 0 || (seen_only && s.seen != scrape_)) continue;
    size_t i = s.written & (series_.size() - 1);
    while (series_[i].written != 0) i = (i + 1) & (series_.size() - 1);
    series_[i] = s;
    ++used_;
  }
}

void TargetScrape::next_scrape(bool flush) {
  const uint64_t entries = used_ + table_->size();
  if (flush) good_ = entries;
  else flush = entries > good_ * 2 + 1000;
  if (flush) {
    if (seen_ != used_) {
      size_t slots = 64;
      while (slots * 3 < seen_ * 4 + 4) slots *= 2;
      rebuild(slots, true);
    }
    table_->erase_if([&](const Metadata& m) { return scrape_ - m.last > kKeepMetadata; });
  }
  seen_ = 0;
  ++scrape_;
}

// ---- labels

// Fills `labels_`, which is empty where the series is dropped.
bool TargetScrape::labels_of(Exposition& e) {
  line_.reset();
  builder_.clear();
  e.labels(builder_, line_);
  builder_.begin();
  if (settings_.honor_labels) {
    for (const Label& l : *context_.target)
      if (!l.name.starts_with("__") && !builder_.has(l.name)) builder_.set(l.name, l.value);
  } else {
    exposed_.clear();
    for (const Label& l : *context_.target) {
      if (l.name.starts_with("__")) continue;
      if (const Text there = builder_.get(l.name); !there.empty()) exposed_.push_back({l.name, there});
      builder_.set(l.name, l.value);
    }
    // Shorter names first, so that `exported_x` of the target does not take the place of its `x`.
    for (size_t i = 1; i < exposed_.size(); ++i)
      for (size_t j = i; j > 0 && exposed_[j].name.size() < exposed_[j - 1].name.size(); --j) {
        const Label swapped = exposed_[j];
        exposed_[j] = exposed_[j - 1];
        exposed_[j - 1] = swapped;
      }
    for (const Label& l : exposed_) {
      Writer name;
      do {
        name.insert(0, 9);
        if (name.size() == 9) name.append(l.name);
        memcpy(name.data(), "exported_", 9);
      } while (!builder_.get(name.text()).empty());
      builder_.set(line_.copy(name.text()), l.value);
    }
  }
  if (settings_.relabel && !settings_.relabel->apply(builder_, line_)) {
    labels_.clear();
    return false;
  }
  builder_.finish(labels_);
  return !labels_.empty();
}

const char* TargetScrape::wrong_labels() const {
  bool named = false;
  for (const Label& l : labels_) {
    const bool name = l.name == kName;
    named |= name;
    const bool good = settings_.legacy_names ? is_legacy_name(l.name, false) && (!name || is_legacy_name(l.value, true))
                                             : is_utf8(as_bytes(l.name));
    if (!good || !is_utf8(as_bytes(l.value))) return "a metric or a label has a name that is none";
  }
  if (!named) return "a metric has lost its name";
  if (settings_.label_limit > 0 && labels_.size() > settings_.label_limit)
    return "a series has more labels than `label_limit`";
  for (const Label& l : labels_) {
    if (settings_.label_name_limit > 0 && l.name.size() > settings_.label_name_limit)
      return "a label's name is longer than `label_name_length_limit`";
    if (settings_.label_value_limit > 0 && l.value.size() > settings_.label_value_limit)
      return "a label's value is longer than `label_value_length_limit`";
  }
  return nullptr;
}

void TargetScrape::metadata(Exposition::Entry entry, const Exposition& e) {
  bool made;
  Metadata& m = table_->get(as_bytes(e.family), made);
  m.last = scrape_;
  if (entry == Exposition::Entry::Type) {
    m.type = e.type;
    return;
  }
  Writer& text = entry == Exposition::Entry::Help ? m.help : m.unit;
  if (text.text() == e.text) return;
  Writer exact;
  exact.append(e.text);
  text.swap(exact);
}

// ---- a scrape

// The histogram, or `reduced`, which is made of it with buckets as wide as the limits want them; null when it has too
// many all the same.
static const NativeHistogram* reduced_to_limits(const ScrapeSettings& settings, const NativeHistogram& histogram,
                                                NativeHistogram& reduced) {
  const NativeHistogram* h = &histogram;
  if (h->schema != kCustomBuckets && h->schema > settings.max_schema) {
    reduced = *h;
    reduced.reduce(settings.max_schema);
    h = &reduced;
  }
  if (settings.bucket_limit == 0) return h;
  while (h->buckets() > settings.bucket_limit && h->schema != kCustomBuckets && h->schema > kLowestSchema) {
    if (h != &reduced) reduced = *h;
    reduced.reduce(h->schema - 1);
    h = &reduced;
  }
  return h->buckets() > settings.bucket_limit ? nullptr : h;
}

TargetScrape::Added TargetScrape::append(Transaction& transaction, const Answer& answer, int64_t now_ms,
                                         Outcome& outcome) {
  using Entry = Exposition::Entry;
  Added out;
  if (answer.body.empty()) {
    mark_gone(transaction, now_ms);
    next_scrape(false);
    return out;
  }
  texts_.reset();
  const auto reader = read_exposition(answer.format, answer.body, settings_.read, texts_);
  uint64_t samples = 0;
  const char* limit = nullptr;
  NativeHistogram reduced;
  for (;;) {
    const Entry entry = reader->next();
    if (entry == Entry::End) break;
    if (entry == Entry::Wrong) {
      out.wrong = reader->wrong;
      out.wrong_at = reader->wrong_at;
      break;
    }
    if (entry == Entry::Comment) continue;
    if (entry != Entry::Series && entry != Entry::Histogram) {
      metadata(entry, *reader);
      transaction.metadata_changed();
      continue;
    }
    ++out.total;
    const bool timed = reader->has_time && settings_.honor_timestamps;
    const int64_t time_ms = timed ? reader->time_ms : now_ms;
    uint64_t written = hash_text(reader->series, seed_);
    if (written == 0) written = 1;
    Series* known = find(written);
    const bool again = known && known->seen == scrape_;
    if (known && !again) known->seen = scrape_, ++seen_;
    if (known && known->labels == kDropped) continue;
    if (!labels_of(*reader)) {
      if (!known) insert(written).labels = kDropped;
      continue;
    }
    if (!known) {
      out.wrong = wrong_labels();
      if (out.wrong) break;
    }
    bool added = false;
    if (again && !timed) {
      ++outcome.duplicates;
    } else {
      const NativeHistogram* h = entry == Entry::Histogram ? reader->histogram : nullptr;
      if (h && !(h = reduced_to_limits(settings_, *h, reduced))) {
        if (!limit) limit = "a histogram has more buckets than `native_histogram_bucket_limit`";
      } else if (settings_.sample_limit > 0 && ++samples > settings_.sample_limit) {
        limit = "there are more samples than `sample_limit`";
      } else if (time_ms > now_ms + kAhead) {
        ++outcome.late;
      } else {
        const Transaction::Added stored = transaction.add(labels_, time_ms, reader->value, h);
        if (stored == Transaction::Added::TwoNames) out.wrong = "a series has two labels of one name";
        if (stored == Transaction::Added::NoName) out.wrong = "a metric has lost its name";
        if (stored == Transaction::Added::NoJob) out.wrong = "a series has no job or instance";
        if (out.wrong) break;
        added = true;
        add_exemplars(*reader, transaction, h != nullptr, time_ms);
        const uint64_t labels = stored == Transaction::Added::Stored ? hash_of(transaction.labels(), seed_) : kNoPoint;
        if (!known) {
          known = &insert(written);
          known->labels = labels;
          if (!limit) ++out.series;
        } else if (labels != kNoPoint) {
          known->labels = labels;
        }
      }
    }
    if (added && known && known->labels != kNoPoint && (!timed || settings_.track_timestamps)) {
      new_tracked_ += known->tracked != scrape_ && known->tracked != scrape_ - 1;
      known->tracked = scrape_;
    }
    ++out.added;
  }
  if (!out.wrong) out.wrong = limit;
  if (!out.wrong) {
    mark_gone(transaction, now_ms);
    next_scrape(true);
  }
  return out;
}

// Those of a native histogram have no time but their own.
void TargetScrape::add_exemplars(Exposition& e, Transaction& transaction, bool native, int64_t time_ms) {
  exemplars_.clear();
  for (Exemplar x; e.exemplar(x, line_);) {
    if (!x.has_time && native) continue;
    if (!x.has_time) x.time_ms = time_ms;
    exemplars_.push_back(static_cast<Exemplar&&>(x));
  }
  std::sort(exemplars_.begin(), exemplars_.end(), [](const Exemplar& a, const Exemplar& b) {
    if (a.time_ms != b.time_ms) return a.time_ms < b.time_ms;
    if (a.value < b.value || a.value > b.value) return a.value < b.value;
    return std::lexicographical_compare(a.labels.begin(), a.labels.end(), b.labels.begin(), b.labels.end(), before);
  });
  for (const Exemplar& x : exemplars_) transaction.exemplar(x);
}

// Markers for series of the last scrape that are not in this one.
void TargetScrape::mark_gone(Transaction& transaction, int64_t now_ms) {
  bool any = false;
  for (const Series& s : series_) any |= s.written != 0 && s.tracked == scrape_ - 1;
  if (!any || held_size_ == 0) return;
  // Of several series that relabelling made one, each stands for it.
  std::vector<uint64_t> there(64);
  size_t used = 0;
  auto put = [&](uint64_t hash) {
    if (used * 2 >= there.size()) {
      std::vector<uint64_t> old(there.size() * 2);
      old.swap(there);
      for (const uint64_t h : old) {
        if (h == 0) continue;
        size_t i = h & (there.size() - 1);
        while (there[i] != 0) i = (i + 1) & (there.size() - 1);
        there[i] = h;
      }
    }
    size_t i = hash & (there.size() - 1);
    while (there[i] != 0 && there[i] != hash) i = (i + 1) & (there.size() - 1);
    if (there[i] == hash) return false;
    there[i] = hash;
    ++used;
    return true;
  };
  for (const Series& s : series_)
    if (s.written != 0 && s.tracked == scrape_) put(s.labels);
  const auto body = decompress(Coding::Zlib, held_.bytes(), held_size_);
  if (!body) return;
  Arena texts;
  const auto reader = read_exposition(held_format_, {body->buffer.data(), body->size}, settings_.read, texts);
  for (;;) {
    const Exposition::Entry entry = reader->next();
    if (entry == Exposition::Entry::End || entry == Exposition::Entry::Wrong) return;
    if (entry != Exposition::Entry::Series && entry != Exposition::Entry::Histogram) continue;
    const uint64_t hash = hash_text(reader->series, seed_);
    const Series* s = find(hash == 0 ? 1 : hash);
    if (!s || s->tracked != scrape_ - 1 || !labels_of(*reader) || !put(s->labels)) continue;
    transaction.add(labels_, now_ms, stale_marker(), nullptr);
  }
}

void TargetScrape::hold(const Answer& answer) {
  held_size_ = answer.body.size();
  held_format_ = answer.format;
  Writer compressed, exact;
  compress(Coding::Zlib, 1, answer.body, compressed);
  exact.append(compressed.bytes());
  held_.swap(exact);
}

void TargetScrape::report(Transaction& transaction, Text name, int64_t now_ms, double value) {
  builder_.clear();
  builder_.add(kName, name);
  builder_.begin();
  for (const Label& l : *context_.target)
    if (!l.name.starts_with("__")) builder_.set(l.name, l.value);
  builder_.finish(labels_);
  transaction.add(labels_, now_ms, value, nullptr);
}

TargetScrape::Outcome TargetScrape::take(const Answer& answer, int64_t now_ns,
                                         std::optional<Transaction>& transaction) {
  const int64_t now_ms = now_ns / 1'000'000;
  Outcome out;
  out.wrong = answer.wrong;
  new_tracked_ = 0;
  const Added added = append(*transaction, answer, now_ms, out);
  if (added.wrong) {
    out.wrong = added.wrong;
    out.wrong_at = added.wrong_at;
    // Nothing of it counts, and what it had before is gone.
    transaction.emplace(context_);
    Outcome ignored;
    append(*transaction, {}, now_ms, ignored);
  }
  if (new_tracked_ > 0) hold(answer);
  line_.reset();
  texts_.reset();
  report(*transaction, "up", now_ms, out.wrong ? 0 : 1);
  report(*transaction, "scrape_duration_seconds", now_ms, answer.duration_s);
  report(*transaction, "scrape_samples_scraped", now_ms, static_cast<double>(added.total));
  report(*transaction, "scrape_samples_post_metric_relabeling", now_ms, static_cast<double>(added.added));
  report(*transaction, "scrape_series_added", now_ms, static_cast<double>(added.series));
  if (settings_.extra_metrics) {
    report(*transaction, "scrape_timeout_seconds", now_ms, answer.timeout_s);
    report(*transaction, "scrape_sample_limit", now_ms, static_cast<double>(settings_.sample_limit));
    report(*transaction, "scrape_body_size_bytes", now_ms,
           answer.too_large ? -1 : static_cast<double>(answer.body.size()));
  }
  return out;
}

void TargetScrape::finish(int64_t now_ns, Transaction& transaction) {
  const int64_t now_ms = now_ns / 1'000'000;
  mark_gone(transaction, now_ms);
  next_scrape(false);
  static constexpr Text kReports[] = {"up",
                                      "scrape_duration_seconds",
                                      "scrape_samples_scraped",
                                      "scrape_samples_post_metric_relabeling",
                                      "scrape_series_added",
                                      "scrape_timeout_seconds",
                                      "scrape_sample_limit",
                                      "scrape_body_size_bytes"};
  for (size_t i = 0; i < (settings_.extra_metrics ? 8 : 5); ++i)
    report(transaction, kReports[i], now_ms, stale_marker());
}

}  // namespace whittle::prometheus
