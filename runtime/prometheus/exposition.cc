// SPDX-License-Identifier: Apache-2.0
// Both text formats. They differ in what may stand between tokens: in the text format blanks and tabs, in OpenMetrics
// one blank where it is said.
#include "runtime/prometheus/exposition.h"

#include "runtime/base/number.h"
#include "runtime/base/utf8.h"

#include <bit>
#include <math.h>
#include <string.h>

namespace whittle::prometheus {

Text name_of(MetricType type) {
  static constexpr Text kNames[] = {"unknown",        "counter", "gauge", "histogram",
                                    "gaugehistogram", "summary", "info",  "stateset"};
  return kNames[static_cast<size_t>(type)];
}

double stale_marker() {
  return std::bit_cast<double>(kStaleBits);
}
bool is_stale(double v) {
  return std::bit_cast<uint64_t>(v) == kStaleBits;
}

Text format_bound(double v, Arena& arena) {
  if (isnan(v)) return "NaN";
  if (isinf(v)) return v < 0 ? "-Inf" : "+Inf";
  char text[kNumberRoom + 2];
  size_t n = format_double_general(text, v);
  if (Text(text, n).find_first_of(".e") == Text::npos) text[n++] = '.', text[n++] = '0';
  return arena.copy({text, n});
}

void NativeHistogram::clear() {
  schema = 0;
  real = false;
  count = zero_count = zero_threshold = sum = 0;
  positive.clear(), negative.clear();
  positive_counts.clear(), negative_counts.clear();
  custom.clear();
}

uint64_t NativeHistogram::buckets() const {
  const uint64_t most_between = schema == kCustomBuckets && !real ? 2 : 0;
  uint64_t out = 0;
  for (const std::vector<double>* counts : {&positive_counts, &negative_counts}) {
    uint64_t empty = 0;
    bool any = false;
    for (const double n : *counts) {
      if (n == 0) {
        ++empty;
        continue;
      }
      if (any && empty <= most_between) out += empty;
      ++out;
      empty = 0;
      any = true;
    }
  }
  return out;
}

void NativeHistogram::reduce(int32_t to) {
  if (schema <= to || schema == kCustomBuckets) return;
  const uint32_t shift = static_cast<uint32_t>(schema - to);
  auto side = [&](std::vector<Span>& spans, std::vector<double>& counts) {
    std::vector<Span> made;
    std::vector<double> sums;
    int64_t index = 0, last = INT64_MIN;
    size_t at = 0;
    for (const Span& s : spans) {
      index += s.offset;
      for (uint32_t i = 0; i < s.length && at < counts.size(); ++i, ++index) {
        const int64_t joined = ((index - 1) >> shift) + 1;
        if (joined == last) {
          sums.back() += counts[at++];
          continue;
        }
        if (made.empty() || joined != last + 1) {
          const int64_t offset = made.empty() ? joined : joined - last - 1;
          made.push_back({static_cast<int32_t>(offset), 1});
        } else {
          ++made.back().length;
        }
        sums.push_back(counts[at++]);
        last = joined;
      }
    }
    spans.swap(made);
    counts.swap(sums);
  };
  side(positive, positive_counts);
  side(negative, negative_counts);
  schema = to;
}

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// `\\` and `\n`, in labels and in OpenMetrics also `\"`; any other backslash is one.
Text unescape(Text t, bool quotes, Arena& arena) {
  const size_t first = t.find('\\');
  if (first == Text::npos) return t;
  char* out = arena.array<char>(t.size());
  memcpy(out, t.data(), first);
  size_t n = first;
  for (size_t i = first; i < t.size(); ++i) {
    const char next = t[i] == '\\' && i + 1 < t.size() ? t[i + 1] : 0;
    if (next == '\\' || next == 'n' || (quotes && next == '"')) {
      out[n++] = next == 'n' ? '\n' : next;
      ++i;
    } else {
      out[n++] = t[i];
    }
  }
  return {out, n};
}

class TextExposition final : public Exposition {
public:
  TextExposition(Bytes body, bool open_metrics, Arena& arena)
      : begin_(as_text(body).data()), at_(begin_), end_(begin_ + body.size()), open_(open_metrics), arena_(arena) {}

  Entry next() override {
    exemplar_ = false;
    if (open_) return next_open();
    for (;;) {
      const char* start = at_;
      blanks();
      if (at_ == end_ || *at_ == 0) return Entry::End;
      if (*at_ == '\n') {
        ++at_;
        continue;
      }
      if (*at_ == '#') return comment();
      return sample(start);
    }
  }

  void labels(Labels& out, Arena& arena) override {
    out.add(kName, unescape(name_, true, arena));
    for (const Label& l : labels_) {
      const Text name = unescape(l.name, true, arena);
      Text v = unescape(l.value, true, arena);
      if ((type == MetricType::Histogram && name == "le") || (type == MetricType::Summary && name == "quantile")) {
        if (const auto bound = parse_double(v)) v = format_bound(*bound, arena);
      }
      out.add(name, v);
    }
  }

  bool exemplar(Exemplar& out, Arena&) override {
    if (!exemplar_) return false;
    exemplar_ = false;
    out.labels = exemplar_labels_;
    sort_labels(out.labels);
    out.value = exemplar_value_;
    out.has_time = exemplar_has_time_;
    out.time_ms = exemplar_time_;
    return true;
  }

private:
  Entry bad(const char* why) {
    wrong = why;
    wrong_at = static_cast<size_t>(at_ - begin_);
    return Entry::Wrong;
  }
  void blanks() {
    if (open_) return;
    while (at_ < end_ && is_blank(*at_)) ++at_;
  }
  bool take(Text t) {
    if (static_cast<size_t>(end_ - at_) < t.size() || memcmp(at_, t.data(), t.size()) != 0) return false;
    at_ += t.size();
    return true;
  }
  const char* line_end() const {
    const void* newline = memchr(at_, '\n', static_cast<size_t>(end_ - at_));
    return newline ? static_cast<const char*>(newline) : end_;
  }
  Text until(const char* to) const { return {at_, static_cast<size_t>(to - at_)}; }

  // A quoted text with its quotes; empty: there is none.
  Text quoted(bool newlines) {
    if (at_ == end_ || *at_ != '"') return {};
    for (const char* p = at_ + 1; p < end_; ++p) {
      if (*p == '"') {
        const Text t = until(p + 1);
        at_ = p + 1;
        return t;
      }
      if (*p == '\\') {
        if (++p == end_ || *p == '\n') return {};
      } else if (*p == '\n' && !newlines) {
        return {};
      }
    }
    return {};
  }
  Text word(bool colons) {
    const char* p = at_;
    if (p < end_ && (begins_name(*p) || (colons && *p == ':'))) {
      ++p;
      while (p < end_ && (begins_name(*p) || is_digit(*p) || (colons && *p == ':'))) ++p;
    }
    const Text t = until(p);
    at_ = p;
    return t;
  }

  // ---- comments

  Entry comment() {
    ++at_;
    if (at_ < end_ && is_blank(*at_)) {
      blanks();
      const char* p = at_;
      const bool help = take("HELP"), typed = !help && take("TYPE");
      if ((help || typed) && at_ < end_ && is_blank(*at_)) {
        blanks();
        return metadata(help ? Entry::Help : Entry::Type);
      }
      at_ = p;
    }
    text = until(line_end());
    at_ = line_end();
    if (at_ < end_) ++at_;
    return Entry::Comment;
  }

  Entry metadata(Entry kind) {
    const bool is_quoted = at_ < end_ && *at_ == '"';
    family = is_quoted ? quoted(true) : word(true);
    if (family.empty()) return bad("a metric's name is expected");
    if (is_quoted) family = family.substr(1, family.size() - 2);
    const char* end = line_end();
    text = until(end);
    if (open_) {
      if (end == end_ || text.empty() || text[0] != ' ') return bad("a blank and text are expected");
    } else if (text.find_first_not_of(" \t") == Text::npos) {
      text = {};
    }
    if (!text.empty()) text.remove_prefix(1);
    if (kind == Entry::Type && !set_type()) return bad("this is no type of a metric");
    if (kind == Entry::Help) {
      if (!is_utf8(as_bytes(text))) return bad("help is not UTF-8");
      text = unescape(text, open_, arena_);
    }
    if (kind == Entry::Unit && !text.empty()) {
      const bool suffix =
          family.size() > text.size() && family.ends_with(text) && family[family.size() - text.size() - 1] == '_';
      if (!suffix) return bad("the unit is not the end of the metric's name");
    }
    at_ = end < end_ ? end + 1 : end;
    return kind;
  }

  bool set_type() {
    static constexpr struct {
      Text word;
      MetricType type;
      bool text, open;
    } kTypes[] = {{"counter", MetricType::Counter, true, true},
                  {"gauge", MetricType::Gauge, true, true},
                  {"histogram", MetricType::Histogram, true, true},
                  {"summary", MetricType::Summary, true, true},
                  {"untyped", MetricType::Unknown, true, false},
                  {"unknown", MetricType::Unknown, false, true},
                  {"gaugehistogram", MetricType::GaugeHistogram, false, true},
                  {"info", MetricType::Info, false, true},
                  {"stateset", MetricType::StateSet, false, true}};
    for (const auto& t : kTypes) {
      if (t.word != text || !(open_ ? t.open : t.text)) continue;
      type = t.type;
      return true;
    }
    return false;
  }

  // ---- samples

  Entry next_open() {
    for (;;) {
      const Entry e = entry_open();
      if (e == Entry::Series && skip_created && name_.ends_with("_created") &&
          (type == MetricType::Counter || type == MetricType::Histogram || type == MetricType::Summary))
        continue;
      return e;
    }
  }

  Entry entry_open() {
    if (cut_) return bad("the end of the line is expected");
    if (at_ == end_) return bad("the end, `# EOF`, is missing");
    if (*at_ != '#') return sample(at_);
    if (!take("# ")) return bad("a comment that OpenMetrics does not have");
    if (take("EOF")) {
      take("\n");
      return at_ == end_ ? Entry::End : bad("something follows the end, `# EOF`");
    }
    if (take("HELP ")) return metadata(Entry::Help);
    if (take("TYPE ")) return metadata(Entry::Type);
    if (take("UNIT ")) return metadata(Entry::Unit);
    return bad("a comment that OpenMetrics does not have");
  }

  Entry sample(const char* start) {
    labels_.clear();
    name_ = {};
    bool named = false;
    if (*at_ != '{') {
      if (word(true).empty()) return bad("a metric's name is expected");
      name_ = {start, static_cast<size_t>(at_ - start)};
      named = true;
    }
    series = {start, static_cast<size_t>(at_ - start)};
    blanks();
    if (at_ < end_ && *at_ == '{') {
      ++at_;
      if (!read_labels(labels_, &named, true)) return Entry::Wrong;
      series = {start, static_cast<size_t>(at_ - start)};
      blanks();
    }
    if (!named) return bad("a series has no name");
    if (!number(value)) return bad("a number is expected");
    has_time = false;
    return open_ ? end_open() : end_text();
  }

  // Behind the opening brace.
  bool read_labels(std::vector<Label>& out, bool* named, bool newlines) {
    for (;;) {
      blanks();
      if (take("}")) return true;
      const bool is_quoted = at_ < end_ && *at_ == '"';
      Text name = is_quoted ? quoted(newlines) : word(false);
      if (name.empty()) return bad("a label's name is expected"), false;
      if (is_quoted) name = name.substr(1, name.size() - 2);
      blanks();
      const char next = at_ < end_ ? *at_ : 0;
      if (is_quoted && named && (next == ',' || next == '}')) {
        if (*named) return bad("a series has two names"), false;
        *named = true;
        name_ = name;
        ++at_;
        if (next == '}') return true;
        continue;
      }
      if (!take("=")) return bad("`=` is expected"), false;
      blanks();
      const Text v = quoted(!open_);
      if (v.empty()) return bad("a label's value is expected"), false;
      if (!is_utf8(as_bytes(v))) return bad("a label's value is not UTF-8"), false;
      out.push_back({name, v.substr(1, v.size() - 2)});
      blanks();
      if (take(",")) continue;
      if (open_ && (at_ == end_ || *at_ != '}')) return bad("`,` or `}` is expected"), false;
    }
  }

  // The next run of characters that may be a number, behind blanks.
  Text run() {
    if (open_ && !take(" ")) return {};
    blanks();
    const char* p = at_;
    while (p < end_ && *p != ' ' && *p != '\n' && (open_ || (*p != '\t' && *p != '{'))) ++p;
    const Text t = until(p);
    at_ = p;
    return t;
  }
  bool number(double& out) {
    const auto v = parse_double(run());
    if (!v) return false;
    out = isnan(*v) ? std::bit_cast<double>(kNormalNaN) : *v;
    return true;
  }

  Entry end_text() {
    blanks();
    if (at_ == end_) return Entry::Series;
    if (*at_ != '\n') {
      const Text t = run();
      const auto ms = t.find_first_not_of("0123456789") == Text::npos ? parse_int(t) : std::nullopt;
      if (!ms) return bad("a time in milliseconds, or the end of the line, is expected");
      has_time = true;
      time_ms = *ms;
      blanks();
      if (at_ < end_ && *at_ != '\n') return bad("the end of the line is expected");
    }
    if (at_ < end_) ++at_;
    return Entry::Series;
  }

  bool seconds(int64_t& out) {
    double v;
    if (!number(v) || !isfinite(v)) return false;
    v *= 1000;
    out = v >= -0x1p63 && v < 0x1p63 ? static_cast<int64_t>(v) : INT64_MIN;
    return true;
  }

  Entry end_open() {
    if (take("\n")) return Entry::Series;
    // As Prometheus has it, the sample counts, and what follows is wrong.
    if (at_ < end_ && (end_ - at_ == 1 || at_[1] == ' ' || at_[1] == '\n')) return cut_ = true, Entry::Series;
    const Text rest(at_, static_cast<size_t>(end_ - at_));
    if (rest.starts_with(" # ") && !rest.starts_with(" # {")) return cut_ = true, Entry::Series;
    if (!rest.starts_with(" # {")) {
      if (!seconds(time_ms)) return bad("a time in seconds, or the end of the line, is expected");
      has_time = true;
      if (take("\n")) return Entry::Series;
    }
    if (!take(" # {")) return bad("an exemplar, or the end of the line, is expected");
    exemplar_labels_.clear();
    if (!read_labels(exemplar_labels_, nullptr, false)) return Entry::Wrong;
    if (!number(exemplar_value_)) return bad("a number is expected");
    exemplar_has_time_ = false;
    if (!take("\n")) {
      if (!seconds(exemplar_time_) || !take("\n")) return bad("a time in seconds and the end of the line are expected");
      exemplar_has_time_ = true;
    }
    exemplar_ = true;
    return Entry::Series;
  }

  const char *begin_, *at_, *end_;
  bool open_;
  Arena& arena_;
  Text name_;
  std::vector<Label> labels_, exemplar_labels_;
  double exemplar_value_ = 0;
  int64_t exemplar_time_ = 0;
  bool exemplar_ = false, exemplar_has_time_ = false, cut_ = false;
};

}  // namespace

std::unique_ptr<Exposition> read_text(Bytes body, bool open_metrics, Arena& arena) {
  return std::make_unique<TextExposition>(body, open_metrics, arena);
}

std::unique_ptr<Exposition> read_exposition(Format format, Bytes body, const ReadOptions& options, Arena& arena) {
  if (format == Format::Protobuf) return read_protobuf(body, options, arena);
  auto text = read_text(body, format == Format::OpenMetrics, arena);
  if (!options.to_custom) return text;
  return with_custom_buckets(static_cast<std::unique_ptr<Exposition>&&>(text), options.keep_classic, arena);
}

}  // namespace whittle::prometheus
