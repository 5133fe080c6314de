// SPDX-License-Identifier: Apache-2.0
// The samples of one scrape as OTLP metrics: series of one family become points of one metric, the parts of a classic
// histogram or summary one point, `target_info` the resource's attributes, `otel_scope_*` the scope (the reference's
// internal/transaction.go and metricfamily.go, whose rules these are).
//
// Nothing is known before the last line: it may be wrong, or say something of the resource. So a scrape is held, as
// compactly as goes (a point of a counter takes 72 bytes beside its attributes), and written in pieces of about a
// mebibyte.
#pragma once

#include "runtime/base/keyed.h"
#include "runtime/prometheus/exposition.h"

#include <vector>

namespace whittle::prometheus {

// What targets have said of their metrics. Kept between scrapes: a marker of a series that is gone needs its type.
struct Metadata {
  MetricType type = MetricType::Unknown;
  Writer help, unit;
  uint32_t last = 0;  // the scrape that said something of it
};
using MetadataTable = Keyed<Metadata>;

// What stays the same from one scrape of a target to the next. Borrowed.
struct TransactionContext {
  const std::vector<Label>* external = nullptr;  // labels that all series get
  const std::vector<Label>* target = nullptr;    // the target's own, `job` and `instance` among them
  const std::vector<Label>* resource = nullptr;  // more attributes of the resource: "k8s.pod.name"
  Text scheme;
  MetadataTable* metadata = nullptr;
  Text scope, version;
  bool trim_suffixes = false;
};

class Transaction {
public:
  enum class Added : uint8_t {
    Stored,
    Left,      // it is no point of its own, or does not fit the others
    TwoNames,  // two labels have one name
    NoName,
    NoJob,  // neither it nor its target say of which job and instance it is
  };

  explicit Transaction(const TransactionContext& context);

  // `labels` are sorted and have values; `h` is null unless it is a native histogram. Everything is copied.
  Added add(const std::vector<Label>& labels, int64_t time_ms, double value, const NativeHistogram* h);
  // The labels of the series that was added last, external ones among them. Valid until the next one.
  const std::vector<Label>& labels() const { return *last_labels_; }
  // An exemplar of the series that was added last.
  void exemplar(const Exemplar& e);
  // The target's metadata has changed.
  void metadata_changed() { known_.fill({}); }

  uint64_t points() const;
  // Calls emit(Writer&, points) with each piece: whole `resource_metrics` fields, which it may take.
  template <class F>
  void write(F emit) {
    write_pieces([](void* f, Writer& piece, uint64_t points) { (*static_cast<F*>(f))(piece, points); }, &emit);
  }

private:
  using Emit = void (*)(void* context, Writer& piece, uint64_t points);
  enum class Kind : uint8_t { Gauge, Sum, Histogram, Exponential, Summary };

  struct Resource {
    Text job, instance;
    std::vector<Label> attributes;
  };
  struct Scope {
    Text name, version, schema;
    std::vector<Label> attributes;
    bool empty() const { return name.empty() && version.empty() && schema.empty() && attributes.empty(); }
  };
  struct Family {
    uint32_t resource, scope;
    uint32_t first, last;  // of its groups
    bool native, monotonic, gone;
    Kind kind;
    MetricType type;
    Text name, metadata_name, help, unit;
  };
  // What becomes one point.
  struct Group {
    uint64_t key;
    int64_t time_ms;
    double value, created;
    uint32_t next;
    uint32_t attributes, attributes_size;
    uint32_t more;  // index in `parts_` + 1 of a histogram's or summary's
    uint32_t exemplars;
    bool has_value, stale;
  };
  struct Parts {
    double count, sum;
    bool has_count, has_sum, custom;
    uint32_t bounds, last_bound;   // index in `bounds_`
    uint32_t native, native_size;  // of encoded buckets in `encoded_`
  };
  struct Bound {
    double bound, value;
    uint32_t next;
  };
  struct StoredExemplar {
    uint32_t at, size, next;
  };
  // Open addressing, by hashes that are taken for what they are of.
  struct Index {
    struct Slot {
      uint64_t key = 0;
      uint32_t value = 0;
    };
    std::vector<Slot> slots = std::vector<Slot>(64);
    size_t used = 0;
    uint32_t* find(uint64_t key);
    void put(uint64_t key, uint32_t value);
  };
  struct Known {
    uint32_t resource = 0, scope = 0, family = kNone;
    bool native = false;
    Text name;
  };
  template <size_t N>
  struct KnownList {
    Known at[N];
    size_t next = 0;
    void fill(const Known& k) {
      for (Known& x : at) x = k;
    }
  };
  static constexpr uint32_t kNone = UINT32_MAX;

  bool resource_of(const std::vector<Label>& labels, uint32_t& out);
  uint32_t scope_of(const std::vector<Label>& labels);
  uint32_t family_of(uint32_t resource, uint32_t scope, Text name, bool native, bool custom);
  uint32_t make_family(uint32_t resource, uint32_t scope, Text name, bool native, bool custom);
  bool includes(const Family& f, Text name) const;
  uint64_t family_key(uint32_t resource, uint32_t scope, bool native, Text name) const;
  uint32_t group_of(uint32_t family, const std::vector<Label>& labels, int64_t time_ms);
  Parts& parts_of(Group& g);
  bool add_native(Family& f, Group& g, const NativeHistogram& h);
  void target_info(Resource& r, const std::vector<Label>& labels);

  void write_pieces(Emit emit, void* context);
  void write_family(Writer& out, const Family& f, uint32_t& group, uint64_t& points) const;
  bool write_point(Writer& out, const Family& f, const Group& g) const;
  std::vector<Bound> sorted_bounds(uint32_t first) const;
  void write_histogram(Writer& out, const Group& g, const Parts& p) const;
  void write_exemplars(Writer& out, uint32_t field, uint32_t first) const;
  bool has_point(const Family& f, const Group& g) const;

  TransactionContext context_;
  uint64_t seed_;
  Arena arena_;
  std::vector<Resource> resources_;
  std::vector<Scope> scopes_;
  std::vector<Family> families_;
  std::vector<Group> groups_;
  std::vector<Parts> parts_;
  std::vector<Bound> bounds_;
  std::vector<StoredExemplar> exemplars_;
  Writer encoded_;  // attributes, buckets, exemplars
  Index family_index_, group_index_;
  KnownList<4> known_;
  std::vector<Label> merged_;
  const std::vector<Label>* last_labels_ = nullptr;
  uint32_t last_group_ = kNone;
};

// "seconds" as "s", "bytes_per_second" as "By/s".
void append_ucum(Writer& out, Text unit);

}  // namespace whittle::prometheus
