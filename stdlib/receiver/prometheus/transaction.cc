// SPDX-License-Identifier: Apache-2.0
#include "stdlib/receiver/prometheus/transaction.h"

#include "runtime/base/hash.h"
#include "runtime/base/number.h"
#include "runtime/record/message.h"

#include <arpa/inet.h>
#include <bit>
#include <math.h>
#include <stdlib.h>
#include <string.h>

namespace whittle::prometheus {

namespace metric = record::metric;

namespace {

constexpr size_t kPiece = 1024 * 1024;
constexpr uint64_t kMostBuckets = 65536;  // from the first to the last one that is not empty
constexpr Text kScopePrefix = "otel_scope_";

struct Own {
  Text name, help, unit;
};
constexpr Own kOwn[] = {
    {"up", "The scraping was successful", ""},
    {"scrape_duration_seconds", "Duration of the scrape", "seconds"},
    {"scrape_samples_scraped", "The number of samples the target exposed", ""},
    {"scrape_series_added", "The approximate number of new series in this scrape", ""},
    {"scrape_samples_post_metric_relabeling", "The number of samples remaining after metric relabeling was applied",
     ""},
};

// Without the ending that parts of a family have.
Text normal_name(Text name) {
  for (const Text s : {Text("_bucket"), Text("_count"), Text("_sum"), Text("_total"), Text("_info"), Text("_created")})
    if (name.ends_with(s) && name != s) return name.substr(0, name.size() - s.size());
  return name;
}

// As Go converts on amd64: what does not fit is 2^63.
uint64_t to_count(double v) {
  if (v >= -0x1p63 && v < 0x1p63) return static_cast<uint64_t>(static_cast<int64_t>(v));
  if (v >= 0x1p63 && v < 0x1p64) return static_cast<uint64_t>(v);
  return 1ull << 63;
}
uint64_t from_ms(int64_t ms) {
  return static_cast<uint64_t>(ms) * 1'000'000;
}
uint64_t from_seconds(double s) {
  const int64_t whole = s >= -0x1p63 && s < 0x1p63 ? static_cast<int64_t>(s) : INT64_MIN;
  const double rest = (s - static_cast<double>(whole)) * 1e9;
  const int64_t nanos = rest >= -0x1p63 && rest < 0x1p63 ? static_cast<int64_t>(rest) : INT64_MIN;
  return static_cast<uint64_t>(whole) * 1'000'000'000 + static_cast<uint64_t>(nanos);
}

void put_fixed(Writer& out, uint32_t field, uint64_t v) {
  wire::put_tag(out, field, wire::kI64);
  wire::put_i64(out, v);
}
void put_real(Writer& out, uint32_t field, double v) {
  put_fixed(out, field, std::bit_cast<uint64_t>(v));
}
void put_number(Writer& out, uint32_t field, uint64_t v) {
  wire::put_tag(out, field, wire::kVarint);
  wire::put_varint(out, v);
}
void put_pair(Writer& out, uint32_t field, Text key, Text value) {
  const size_t pair = wire::begin_len(out, field);
  wire::put_len(out, 1, as_bytes(key));
  const size_t any = wire::begin_len(out, 2);
  wire::put_len(out, 1, as_bytes(value));
  wire::end_len(out, any);
  wire::end_len(out, pair);
}
uint64_t zigzag(int32_t v) {
  return static_cast<uint32_t>(v) << 1 ^ static_cast<uint32_t>(v >> 31);
}

// Labels that are told by the resource, or that are no labels of the point.
bool is_own(Text name) {
  return name == kName || name == "job" || name == "instance" || name == "__scheme__" || name == "__metrics_path__";
}

// "host:port", where a host with colons stands in brackets; false: it is none.
bool split_host(Text address, Text& host, Text& port) {
  const size_t colon = address.rfind(':');
  if (colon == Text::npos) return false;
  Text h = address.substr(0, colon);
  if (h.starts_with('[')) {
    if (!h.ends_with(']')) return false;
    h = h.substr(1, h.size() - 2);
  } else if (h.find(':') != Text::npos) {
    return false;
  }
  if (h.find_first_of("[]") != Text::npos) return false;
  host = h;
  port = address.substr(colon + 1);
  return true;
}

// Not this machine, and not all of its addresses.
bool means_something(Text host) {
  if (host == "localhost") return false;
  char text[64];
  if (host.size() >= sizeof text) return true;
  memcpy(text, host.data(), host.size());
  text[host.size()] = 0;
  uint8_t a[16];
  if (inet_pton(AF_INET, text, a) == 1) return a[0] != 127 && (a[0] | a[1] | a[2] | a[3]) != 0;
  if (inet_pton(AF_INET6, text, a) != 1) return true;
  static constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (memcmp(a, kMapped, 12) == 0) return a[12] != 127 && (a[12] | a[13] | a[14] | a[15]) != 0;
  uint8_t any = 0;
  for (size_t i = 0; i < 15; ++i) any |= a[i];
  return any != 0 || a[15] > 1;
}

// "trace_id" in hexadecimal, right-aligned; false: it is none.
bool decode_id(Text hex, uint8_t* out, size_t size) {
  memset(out, 0, size);
  auto digit = [](char c) -> int {
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
  };
  const size_t n = hex.size() / 2;
  if (n >= size) hex = hex.substr(0, 2 * size);
  else out += size - n;
  if (hex.size() % 2 != 0) return false;
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]), low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return false;
    out[i / 2] = static_cast<uint8_t>(high << 4 | low);
  }
  return true;
}

bool equals_small(Text t, Text small) {
  if (t.size() != small.size()) return false;
  for (size_t i = 0; i < t.size(); ++i)
    if ((t[i] >= 'A' && t[i] <= 'Z' ? t[i] | 32 : t[i]) != small[i]) return false;
  return true;
}

void put_exemplar(Writer& out, const Exemplar& e) {
  put_fixed(out, 2, from_ms(e.time_ms));
  put_real(out, 3, e.value);
  for (const Label& l : e.labels) {
    uint8_t id[16];
    if (equals_small(l.name, "trace_id") && decode_id(l.value, id, 16)) wire::put_len(out, 5, {id, 16});
    else if (equals_small(l.name, "span_id") && decode_id(l.value, id, 8)) wire::put_len(out, 4, {id, 8});
    else put_pair(out, 7, l.name, l.value);
  }
}

struct Word {
  Text word, ucum;
};
constexpr Word kWords[] = {
    {"days", "d"},          {"hours", "h"},        {"minutes", "min"},   {"seconds", "s"},      {"milliseconds", "ms"},
    {"microseconds", "us"}, {"nanoseconds", "ns"}, {"bytes", "By"},      {"kibibytes", "KiBy"}, {"mebibytes", "MiBy"},
    {"gibibytes", "GiBy"},  {"tibibytes", "TiBy"}, {"kilobytes", "KBy"}, {"megabytes", "MBy"},  {"gigabytes", "GBy"},
    {"terabytes", "TBy"},   {"meters", "m"},       {"volts", "V"},       {"amperes", "A"},      {"joules", "J"},
    {"watts", "W"},         {"grams", "g"},        {"celsius", "Cel"},   {"hertz", "Hz"},       {"ratio", "1"},
    {"percent", "%"},
};
constexpr Word kPerWords[] = {{"second", "s"}, {"minute", "m"}, {"hour", "h"}, {"day", "d"},
                              {"week", "w"},   {"month", "mo"}, {"year", "y"}};

template <size_t N>
Text ucum_of(const Word (&words)[N], Text word) {
  for (const Word& w : words)
    if (w.word == word) return w.ucum;
  return word;
}

}  // namespace

void append_ucum(Writer& out, Text unit) {
  const size_t per = unit.find("_per_");
  out.append(ucum_of(kWords, unit.substr(0, per)));
  if (per == Text::npos || per + 5 == unit.size()) return;
  out.byte('/');
  out.append(ucum_of(kPerWords, unit.substr(per + 5)));
}

uint32_t* Transaction::Index::find(uint64_t key) {
  for (size_t i = key & (slots.size() - 1); slots[i].key != 0; i = (i + 1) & (slots.size() - 1))
    if (slots[i].key == key) return &slots[i].value;
  return nullptr;
}

void Transaction::Index::put(uint64_t key, uint32_t value) {
  if (used * 4 >= slots.size() * 3) {
    std::vector<Slot> old(slots.size() * 2);
    old.swap(slots);
    for (const Slot& s : old) {
      if (s.key == 0) continue;
      size_t i = s.key & (slots.size() - 1);
      while (slots[i].key != 0) i = (i + 1) & (slots.size() - 1);
      slots[i] = s;
    }
  }
  size_t i = key & (slots.size() - 1);
  while (slots[i].key != 0 && slots[i].key != key) i = (i + 1) & (slots.size() - 1);
  used += slots[i].key == 0;
  slots[i] = {key, value};
}

Transaction::Transaction(const TransactionContext& context)
    : context_(context), seed_(hash_mix(reinterpret_cast<uintptr_t>(this), reinterpret_cast<uintptr_t>(&context))) {
  scopes_.emplace_back();
}

// ---- what a sample belongs to

bool Transaction::resource_of(const std::vector<Label>& labels, uint32_t& out) {
  Text job = value_of(labels, "job"), instance = value_of(labels, "instance");
  if (job.empty()) job = value_of(*context_.target, "job");
  if (instance.empty()) instance = value_of(*context_.target, "instance");
  if (job.empty() || instance.empty()) return false;
  if (!resources_.empty() && resources_.back().job == job && resources_.back().instance == instance)
    return out = static_cast<uint32_t>(resources_.size() - 1), true;
  // As a family of no scope, in the same table.
  uint64_t key = hash_text(instance, hash_text(job, seed_ ^ 1)) | 1;
  if (const uint32_t* found = family_index_.find(key)) return out = *found, true;
  Resource r{arena_.copy(job), arena_.copy(instance), {}};
  Text host = r.instance, port;
  if (!split_host(r.instance, host, port)) host = r.instance, port = {};
  r.attributes.push_back({"service.name", r.job});
  if (means_something(host)) r.attributes.push_back({"server.address", host});
  r.attributes.push_back({"service.instance.id", r.instance});
  r.attributes.push_back({"server.port", port});
  r.attributes.push_back({"url.scheme", context_.scheme});
  if (context_.resource)
    for (const Label& l : *context_.resource) r.attributes.push_back(l);
  out = static_cast<uint32_t>(resources_.size());
  family_index_.put(key, out);
  resources_.push_back(static_cast<Resource&&>(r));
  return true;
}

uint32_t Transaction::scope_of(const std::vector<Label>& labels) {
  bool any = false;
  for (const Label& l : labels) any |= l.name.starts_with(kScopePrefix);
  if (!any) return 0;
  Scope s;
  for (const Label& l : labels) {
    if (l.name == "otel_scope_name") s.name = l.value;
    else if (l.name == "otel_scope_version") s.version = l.value;
    else if (l.name == "otel_scope_schema_url") s.schema = l.value;
    else if (l.name.starts_with(kScopePrefix)) s.attributes.push_back({l.name.substr(kScopePrefix.size()), l.value});
  }
  uint64_t key = hash_text(s.schema, hash_text(s.version, hash_text(s.name, seed_ ^ 2)));
  for (const Label& l : s.attributes) key = hash_text(l.value, hash_text(l.name, key));
  key |= 1;
  if (const uint32_t* found = family_index_.find(key)) return *found;
  for (Text* t : {&s.name, &s.version, &s.schema}) *t = arena_.copy(*t);
  for (Label& l : s.attributes) l = {arena_.copy(l.name), arena_.copy(l.value)};
  const auto at = static_cast<uint32_t>(scopes_.size());
  family_index_.put(key, at);
  scopes_.push_back(static_cast<Scope&&>(s));
  return at;
}

uint64_t Transaction::family_key(uint32_t resource, uint32_t scope, bool native, Text name) const {
  return hash_text(name, hash_mix(seed_ ^ (native ? 3 : 4), static_cast<uint64_t>(resource) << 32 | scope)) | 1;
}

bool Transaction::includes(const Family& f, Text name) const {
  if (f.kind == Kind::Sum) return normal_name(name) == f.metadata_name;
  if (f.kind != Kind::Gauge || f.type == MetricType::GaugeHistogram) return normal_name(name) == f.name;
  return name == f.name;
}

uint32_t Transaction::family_of(uint32_t resource, uint32_t scope, Text name, bool native, bool custom) {
  for (const Known& k : known_.at)
    if (k.family != kNone && k.name == name && k.resource == resource && k.scope == scope && k.native == native)
      return k.family;
  uint32_t family = kNone;
  if (const uint32_t* found = family_index_.find(family_key(resource, scope, native, name))) {
    family = *found;
  } else {
    Text normal = name;
    Writer total;
    if (!context_.metadata->find(as_bytes(name))) {
      normal = normal_name(name);
      const Metadata* m = name.ends_with("_created") ? context_.metadata->find(as_bytes(normal)) : nullptr;
      if (m && m->type == MetricType::Counter) {
        total.append(normal);
        total.append(Text("_total"));
        normal = total.text();
      }
    }
    const uint32_t* merged = family_index_.find(family_key(resource, scope, native, normal));
    family =
        merged && includes(families_[*merged], name) ? *merged : make_family(resource, scope, name, native, custom);
  }
  // One that took the place of another for this name does so for its next series too.
  if (families_[family].name != name && !includes(families_[family], name)) return family;
  Known& k = known_.at[known_.next++ % 4];
  k = {resource, scope, family, native, arena_.copy(name)};
  return family;
}

uint32_t Transaction::make_family(uint32_t resource, uint32_t scope, Text name, bool native, bool custom) {
  Family f{};
  f.resource = resource, f.scope = scope, f.native = native;
  f.first = f.last = kNone;
  f.name = f.metadata_name = arena_.copy(name);
  const Own* own = nullptr;
  for (const Own& o : kOwn)
    if (o.name == name) own = &o;
  if (own) {
    f.type = MetricType::Gauge;
    f.help = own->help, f.unit = own->unit;
  } else {
    const Metadata* m = context_.metadata->find(as_bytes(name));
    if (!m) {
      const Text normal = normal_name(f.name);
      m = context_.metadata->find(as_bytes(normal));
      if (m) {
        f.metadata_name = normal;
        if (m->type != MetricType::Counter) {
          f.name = normal;
        } else if (name.ends_with("_created")) {
          Writer total;
          total.append(normal);
          total.append(Text("_total"));
          f.name = arena_.copy(total.text());
        }
      }
    }
    if (m) f.type = m->type, f.help = arena_.copy(m->help.text()), f.unit = arena_.copy(m->unit.text());
  }
  if (native) f.type = MetricType::Histogram;
  switch (f.type) {
  case MetricType::Counter: f.kind = Kind::Sum, f.monotonic = true; break;
  case MetricType::Info:
  case MetricType::StateSet: f.kind = Kind::Sum; break;
  case MetricType::Histogram: f.kind = native && !custom ? Kind::Exponential : Kind::Histogram; break;
  case MetricType::Summary: f.kind = Kind::Summary; break;
  default: f.kind = Kind::Gauge; break;
  }
  const uint64_t key = family_key(resource, scope, native, f.name);
  const auto at = static_cast<uint32_t>(families_.size());
  // One that has the name and none of these series gives way, as in the reference.
  if (const uint32_t* before = family_index_.find(key)) families_[*before].gone = true;
  family_index_.put(key, at);
  families_.push_back(f);
  known_.fill({});
  return at;
}

uint32_t Transaction::group_of(uint32_t family, const std::vector<Label>& labels, int64_t time_ms) {
  Family& f = families_[family];
  uint64_t key = hash_mix(seed_, family);
  for (const Label& l : labels) {
    if (is_own(l.name) || l.name.starts_with(kScopePrefix)) continue;
    if ((f.kind == Kind::Histogram && l.name == "le") || (f.kind == Kind::Summary && l.name == "quantile")) continue;
    key = hash_text(l.value, hash_text(l.name, key));
  }
  key |= 1;
  if (const uint32_t* found = group_index_.find(key)) return *found;
  const auto at = static_cast<uint32_t>(groups_.size());
  group_index_.put(key, at);
  Group g{};
  g.key = key;
  g.time_ms = time_ms;
  g.next = kNone;
  g.exemplars = kNone;
  g.attributes = static_cast<uint32_t>(encoded_.size());
  const bool bounded = f.kind == Kind::Histogram || f.kind == Kind::Exponential;
  const uint32_t field = f.kind == Kind::Histogram ? 9 : f.kind == Kind::Exponential ? 1 : 7;
  for (const Label& l : labels) {
    if (is_own(l.name) || l.name.starts_with(kScopePrefix)) continue;
    if ((bounded && l.name == "le") || (f.kind == Kind::Summary && l.name == "quantile")) continue;
    put_pair(encoded_, field, l.name, l.value);
  }
  g.attributes_size = static_cast<uint32_t>(encoded_.size()) - g.attributes;
  groups_.push_back(g);
  if (f.last == kNone) f.first = at;
  else groups_[f.last].next = at;
  f.last = at;
  return at;
}

Transaction::Parts& Transaction::parts_of(Group& g) {
  if (g.more == 0) {
    Parts p{};
    p.bounds = p.last_bound = kNone;
    parts_.push_back(p);
    g.more = static_cast<uint32_t>(parts_.size());
  }
  return parts_[g.more - 1];
}

void Transaction::target_info(Resource& r, const std::vector<Label>& labels) {
  for (const Label& l : labels) {
    if (l.name == kName || l.name == "job" || l.name == "instance") continue;
    Label* there = nullptr;
    for (Label& a : r.attributes)
      if (a.name == l.name) there = &a;
    if (there) there->value = arena_.copy(l.value);
    else r.attributes.push_back({arena_.copy(l.name), arena_.copy(l.value)});
  }
}

bool Transaction::add_native(Family& f, Group& g, const NativeHistogram& h) {
  const bool custom = h.schema == kCustomBuckets;
  if (f.kind != (custom ? Kind::Histogram : Kind::Exponential)) return false;
  const auto at = static_cast<uint32_t>(encoded_.size());
  if (custom) {
    std::vector<uint64_t> counts(h.custom.size() + 1);
    int64_t index = 0;
    size_t i = 0;
    for (const NativeHistogram::Span& s : h.positive) {
      index += s.offset;
      for (uint32_t n = 0; n < s.length && i < h.positive_counts.size(); ++n, ++index, ++i)
        if (index >= 0 && index < static_cast<int64_t>(counts.size()))
          counts[static_cast<size_t>(index)] = to_count(h.positive_counts[i]);
    }
    const size_t packed = wire::begin_len(encoded_, 6);
    for (const uint64_t n : counts) wire::put_i64(encoded_, n);
    wire::end_len(encoded_, packed);
    const size_t bounds = wire::begin_len(encoded_, 7);
    for (const double b : h.custom) wire::put_i64(encoded_, std::bit_cast<uint64_t>(b));
    wire::end_len(encoded_, bounds);
  } else if (!is_stale(h.sum)) {
    if (h.schema != 0) put_number(encoded_, 6, zigzag(h.schema));
    put_fixed(encoded_, 7, to_count(h.zero_count));
    auto side = [&](uint32_t field, const std::vector<NativeHistogram::Span>& spans,
                    const std::vector<double>& counts) {
      const size_t buckets = wire::begin_len(encoded_, field);
      Writer packed;
      int64_t index = 0, first = 0, last = 0;  // of buckets that are not empty
      size_t i = 0;
      bool any = false, good = true;
      for (const NativeHistogram::Span& s : spans) {
        index += s.offset;
        for (uint32_t n = 0; n < s.length && i < counts.size() && good; ++n, ++index, ++i) {
          if (counts[i] == 0) continue;
          if (!any) first = last = index, any = true;
          good = index - first < static_cast<int64_t>(kMostBuckets) && index >= last;
          for (; good && last < index - 1; ++last) packed.byte(0);
          wire::put_varint(packed, to_count(counts[i]));
          last = index;
        }
      }
      if (any) {
        if (first != 1) put_number(encoded_, 1, zigzag(static_cast<int32_t>(first - 1)));
        wire::put_len(encoded_, 2, packed.bytes());
      }
      wire::end_len(encoded_, buckets);
      return good;
    };
    if (!side(8, h.positive, h.positive_counts) || !side(9, h.negative, h.negative_counts)) {
      encoded_.truncate(at);
      return false;
    }
    if (h.zero_threshold != 0) put_real(encoded_, 14, h.zero_threshold);
  }
  Parts& p = parts_of(g);
  p.count = h.count, p.sum = h.sum;
  p.has_count = p.has_sum = true;
  p.custom = true;
  p.native = at;
  p.native_size = static_cast<uint32_t>(encoded_.size()) - at;
  if (custom && h.custom.empty()) p.has_count = false;  // nothing but the overflow: the reference leaves it out
  return true;
}

Transaction::Added Transaction::add(const std::vector<Label>& given, int64_t time_ms, double value,
                                    const NativeHistogram* h) {
  last_group_ = kNone;
  const std::vector<Label>* labels = &given;
  if (context_.external && !context_.external->empty()) {
    Labels b;
    for (const Label& l : given) b.add(l.name, l.value);
    b.begin();
    for (const Label& l : *context_.external) b.set(l.name, l.value);
    b.finish(merged_);
    labels = &merged_;
  }
  last_labels_ = labels;
  uint32_t resource;
  if (!resource_of(*labels, resource)) return Added::NoJob;
  for (size_t i = 1; i < labels->size(); ++i)
    if ((*labels)[i].name == (*labels)[i - 1].name) return Added::TwoNames;
  const Text name = value_of(*labels, kName);
  if (name.empty()) return Added::NoName;
  if (encoded_.size() > UINT32_MAX / 2) return Added::Left;
  if (!h && name == "target_info") {
    target_info(resources_[resource], *labels);
    return Added::Left;
  }
  const uint32_t scope = scope_of(*labels);
  NativeHistogram gone;
  if (!h && is_stale(value)) {
    if (const Metadata* m = context_.metadata->find(as_bytes(name)); m && m->type == MetricType::Histogram) {
      gone.sum = value;
      h = &gone;
    }
  }
  const uint32_t family = family_of(resource, scope, name, h != nullptr, h && h->schema == kCustomBuckets);
  const uint32_t at = group_of(family, *labels, time_ms);
  Family& f = families_[family];
  Group& g = groups_[at];
  last_group_ = at;
  if (g.time_ms != time_ms) return Added::Left;
  if (h) return add_native(f, g, *h) && h != &gone ? Added::Stored : Added::Left;
  const bool created =
      name.size() == f.metadata_name.size() + 8 && name.starts_with(f.metadata_name) && name.ends_with("_created");
  switch (f.kind) {
  case Kind::Histogram:
  case Kind::Summary: {
    if (name.ends_with("_sum")) {
      Parts& p = parts_of(g);
      p.sum = value, p.has_sum = true;
    } else if (name.ends_with("_count")) {
      Parts& p = parts_of(g);
      p.count = value, p.has_count = true;
    } else if (created) {
      g.created = value;
    } else {
      const auto bound = parse_double(value_of(*labels, f.kind == Kind::Histogram ? Text("le") : Text("quantile")));
      if (!bound) return Added::Left;
      Parts& p = parts_of(g);
      const auto b = static_cast<uint32_t>(bounds_.size());
      bounds_.push_back({*bound, value, kNone});
      if (p.last_bound == kNone) p.bounds = b;
      else bounds_[p.last_bound].next = b;
      p.last_bound = b;
    }
    break;
  }
  case Kind::Exponential:
    if (created) g.created = value;
    break;
  case Kind::Sum:
    if (created) g.created = value;
    else g.value = value, g.has_value = true;
    break;
  case Kind::Gauge: g.value = value, g.has_value = true; break;
  }
  return Added::Stored;
}

void Transaction::exemplar(const Exemplar& e) {
  // The reference looks for the series without the external labels, and finds none.
  if (last_group_ == kNone || (context_.external && !context_.external->empty())) return;
  Group& g = groups_[last_group_];
  const auto at = static_cast<uint32_t>(encoded_.size());
  put_exemplar(encoded_, e);
  exemplars_.push_back({at, static_cast<uint32_t>(encoded_.size()) - at, g.exemplars});
  g.exemplars = static_cast<uint32_t>(exemplars_.size() - 1);
}

// ---- writing

bool Transaction::has_point(const Family& f, const Group& g) const {
  if (f.kind == Kind::Gauge || f.kind == Kind::Sum) return g.has_value;
  return g.more != 0 && parts_[g.more - 1].has_count;
}

uint64_t Transaction::points() const {
  uint64_t n = 0;
  for (const Family& f : families_) {
    if (f.gone) continue;
    for (uint32_t g = f.first; g != kNone; g = groups_[g].next) n += has_point(f, groups_[g]);
  }
  return n;
}

void Transaction::write_exemplars(Writer& out, uint32_t field, uint32_t first) const {
  // They are chained with the newest in front.
  std::vector<uint32_t> order;
  for (uint32_t e = first; e != kNone; e = exemplars_[e].next) order.push_back(e);
  for (size_t i = order.size(); i-- > 0;) {
    const StoredExemplar& e = exemplars_[order[i]];
    wire::put_len(out, field, encoded_.bytes().subspan(e.at, e.size));
  }
}

// Equal ones as they came.
std::vector<Transaction::Bound> Transaction::sorted_bounds(uint32_t first) const {
  std::vector<Bound> out;
  for (uint32_t b = first; b != kNone; b = bounds_[b].next) out.push_back(bounds_[b]);
  if (out.size() < 2) return out;
  // Each points to a later one, and the last to none, which is the greatest number.
  qsort(out.data(), out.size(), sizeof(Bound), [](const void* x, const void* y) {
    const auto &a = *static_cast<const Bound*>(x), &b = *static_cast<const Bound*>(y);
    if (a.bound != b.bound) return a.bound < b.bound ? -1 : 1;
    return a.next < b.next ? -1 : a.next != b.next;
  });
  return out;
}

void Transaction::write_histogram(Writer& out, const Group& g, const Parts& p) const {
  const bool stale = is_stale(p.sum) || is_stale(p.count);
  if (stale) {
    put_number(out, 10, 1);
  } else {
    put_fixed(out, 4, to_count(p.count));
    if (p.has_sum) put_real(out, 5, p.sum);
  }
  if (p.custom) {
    out.append(encoded_.bytes().subspan(p.native, p.native_size));
  } else {
    std::vector<Bound> bounds = sorted_bounds(p.bounds);
    if (!bounds.empty() && bounds.back().bound == INFINITY) bounds.pop_back();
    const size_t counts = wire::begin_len(out, 6);
    double below = 0;
    for (const Bound& b : bounds) {
      wire::put_i64(out, stale ? 0 : to_count(b.value - below));
      below = b.value;
    }
    wire::put_i64(out, stale ? 0 : to_count(p.count - below));
    wire::end_len(out, counts);
    if (!bounds.empty()) {
      const size_t packed = wire::begin_len(out, 7);
      for (const Bound& b : bounds) wire::put_i64(out, std::bit_cast<uint64_t>(b.bound));
      wire::end_len(out, packed);
    }
  }
  write_exemplars(out, 8, g.exemplars);
}

bool Transaction::write_point(Writer& out, const Family& f, const Group& g) const {
  if (!has_point(f, g)) return false;
  const size_t point = wire::begin_len(out, metric::kPoints);
  out.append(encoded_.bytes().subspan(g.attributes, g.attributes_size));
  if (g.created != 0 && f.kind != Kind::Gauge) put_fixed(out, metric::kStart, from_seconds(g.created));
  put_fixed(out, metric::kTime, from_ms(g.time_ms));
  switch (f.kind) {
  case Kind::Gauge:
  case Kind::Sum:
    if (is_stale(g.value)) put_number(out, 8, 1);
    else put_real(out, metric::kAsDouble, g.value);
    write_exemplars(out, 5, g.exemplars);
    break;
  case Kind::Histogram: write_histogram(out, g, parts_[g.more - 1]); break;
  case Kind::Exponential: {
    const Parts& p = parts_[g.more - 1];
    if (is_stale(p.sum)) {
      put_number(out, 10, 1);
      wire::put_len(out, 8, {});
      wire::put_len(out, 9, {});
    } else {
      put_fixed(out, 4, to_count(p.count));
      put_real(out, 5, p.sum);
      out.append(encoded_.bytes().subspan(p.native, p.native_size));
    }
    write_exemplars(out, 11, g.exemplars);
    break;
  }
  case Kind::Summary: {
    const Parts& p = parts_[g.more - 1];
    const bool stale = is_stale(p.sum) || is_stale(p.count);
    if (stale) {
      put_number(out, 8, 1);
    } else {
      put_fixed(out, 4, to_count(p.count));
      if (p.has_sum && p.sum != 0) put_real(out, 5, p.sum);
    }
    for (const Bound& q : sorted_bounds(p.bounds)) {
      const size_t quantile = wire::begin_len(out, 6);
      if (q.bound != 0) put_real(out, 1, q.bound);
      if (!stale && q.value != 0) put_real(out, 2, q.value);
      wire::end_len(out, quantile);
    }
    break;
  }
  }
  wire::end_len(out, point);
  return true;
}

// Writes a metric with points from `group` on, which is then the first that found no room.
void Transaction::write_family(Writer& out, const Family& f, uint32_t& group, uint64_t& points) const {
  const size_t m = wire::begin_len(out, 2);
  Text name = f.name;
  if (context_.trim_suffixes && name.find('_') != Text::npos) {
    if (f.kind == Kind::Sum && name.ends_with("_total")) name.remove_suffix(6);
    if (name.size() > f.unit.size() && name.ends_with(f.unit) && name[name.size() - f.unit.size() - 1] == '_')
      name.remove_suffix(f.unit.size() + 1);
  }
  wire::put_len(out, metric::kName, as_bytes(name));
  if (!f.help.empty()) wire::put_len(out, metric::kDescription, as_bytes(f.help));
  if (!f.unit.empty()) {
    const size_t unit = wire::begin_len(out, metric::kUnit);
    append_ucum(out, f.unit);
    wire::end_len(out, unit);
  }
  static constexpr uint32_t kData[] = {metric::kGauge, metric::kSum, metric::kHistogram, metric::kExponential,
                                       metric::kSummary};
  const size_t data = wire::begin_len(out, kData[static_cast<size_t>(f.kind)]);
  for (; group != kNone && out.size() < kPiece; group = groups_[group].next)
    points += write_point(out, f, groups_[group]);
  if (f.kind != Kind::Gauge && f.kind != Kind::Summary) put_number(out, metric::kTemporality, metric::kCumulative);
  if (f.monotonic) put_number(out, metric::kMonotonic, 1);
  wire::end_len(out, data);
  put_pair(out, metric::kMetadata, "prometheus.type", prometheus::name_of(f.type));
  wire::end_len(out, m);
}

void Transaction::write_pieces(Emit emit, void* context) {
  // By resource and scope; a few keys, mostly one.
  std::vector<std::pair<uint64_t, uint32_t>> sorted;
  for (uint32_t i = 0; i < families_.size(); ++i)
    if (!families_[i].gone)
      sorted.push_back({static_cast<uint64_t>(families_[i].resource) << 32 | families_[i].scope, i});
  if (sorted.size() > 1)
    qsort(sorted.data(), sorted.size(), sizeof(sorted[0]), [](const void* x, const void* y) {
      const auto &a = *static_cast<const std::pair<uint64_t, uint32_t>*>(x),
                 &b = *static_cast<const std::pair<uint64_t, uint32_t>*>(y);
      if (a.first != b.first) return a.first < b.first ? -1 : 1;
      return a.second < b.second ? -1 : a.second > b.second ? 1 : 0;
    });
  Writer out;
  uint64_t points = 0;
  size_t resource_at = 0, scope_at = 0;
  uint32_t resource = kNone, scope = kNone;
  auto close = [&](bool all) {
    if (scope != kNone) {
      if (!scopes_[scope].schema.empty()) wire::put_len(out, 3, as_bytes(scopes_[scope].schema));
      wire::end_len(out, scope_at);
      scope = kNone;
    }
    if (all && resource != kNone) {
      wire::end_len(out, resource_at);
      resource = kNone;
    }
  };
  for (const auto& [key, i] : sorted) {
    const Family& f = families_[i];
    uint32_t group = f.first;
    while (group != kNone && !has_point(f, groups_[group])) group = groups_[group].next;
    while (group != kNone) {
      if (resource != f.resource) {
        close(true);
        resource = f.resource;
        resource_at = wire::begin_len(out, 1);
        const size_t r = wire::begin_len(out, 1);
        for (const Label& a : resources_[resource].attributes) put_pair(out, 1, a.name, a.value);
        wire::end_len(out, r);
      }
      if (scope != f.scope) {
        close(false);
        scope = f.scope;
        scope_at = wire::begin_len(out, 2);
        const Scope& s = scopes_[scope];
        const size_t at = wire::begin_len(out, 1);
        wire::put_len(out, 1, as_bytes(s.empty() ? context_.scope : s.name));
        wire::put_len(out, 2, as_bytes(s.empty() ? context_.version : s.version));
        for (const Label& a : s.attributes) put_pair(out, 3, a.name, a.value);
        wire::end_len(out, at);
      }
      write_family(out, f, group, points);
      while (group != kNone && !has_point(f, groups_[group])) group = groups_[group].next;
      if (out.size() < kPiece) continue;
      close(true);
      emit(context, out, points);
      out.clear();
      points = 0;
    }
  }
  close(true);
  if (points > 0) emit(context, out, points);
}

}  // namespace whittle::prometheus
