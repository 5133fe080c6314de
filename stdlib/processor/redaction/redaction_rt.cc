// SPDX-License-Identifier: Apache-2.0
// Removes attributes whose names are not allowed, and masks in values what patterns match (processor/redactionprocessor
// of the reference).
#include "runtime/aws/sha256.h"
#include "runtime/base/captures.h"
#include "runtime/base/json.h"
#include "runtime/base/md5.h"
#include "runtime/base/regex.h"
#include "runtime/base/regex_compile.h"
#include "runtime/base/runtime.h"
#include "runtime/ottl/cases.h"
#include "runtime/record/attributes.h"
#include "runtime/record/reshape.h"

#include "stdlib/processor/redaction/cluster_url.h"
#include "stdlib/processor/redaction/query.h"
#include "stdlib/processor/redaction/redaction_config.h"
#include "stdlib/processor/redaction/sha3.h"

#include <algorithm>
#include <mbedtls/sha1.h>
#include <mbedtls/sha512.h>
#include <string.h>
#include <vector>

namespace whittle {
namespace {

using namespace record;
using namespace redaction;
using Hash = config::RedactionHashFunction;

// opentelemetry/proto/common/v1/common.proto, AnyValue
enum Any : uint32_t { kString = 1, kArray = 5, kKvlist = 6 };

constexpr uint32_t kSpanAttributes = 9;

// RFC 2104
void hmac_sha512(Text key, Text data, uint8_t out[64]) {
  constexpr size_t kBlock = 128;
  uint8_t padded[kBlock] = {};
  if (key.size() > kBlock) mbedtls_sha512(as_bytes(key).data(), key.size(), padded, 0);
  else memcpy(padded, key.data(), key.size());
  Writer inner, outer;
  for (const uint8_t b : padded) inner.byte(b ^ 0x36), outer.byte(b ^ 0x5c);
  inner.append(data);
  uint8_t digest[64];
  mbedtls_sha512(inner.data(), inner.size(), digest, 0);
  outer.append(Bytes(digest, sizeof digest));
  mbedtls_sha512(outer.data(), outer.size(), out, 0);
}

// A kind of database whose queries are made anonymous.
struct Database {
  enum class Language : uint8_t { Sql, Redis, Memcached, Json };
  Language language;
  Text systems;  // what `db.system.name` says, with a space before and after each
  const List<Str>* attributes;

  bool is(Text system) const {
    const size_t at = system.empty() || system.contains(' ') ? Text::npos : systems.find(system);
    return at != Text::npos && systems[at - 1] == ' ' && systems[at + system.size()] == ' ';
  }
};

// What was done to the attributes of one thing.
struct Done {
  std::vector<Text> redacted, masked, allowed, ignored;
};

class Redactor {
public:
  explicit Redactor(const ComponentContext& c)
      : context_(c), config_(*static_cast<const config::Redaction*>(c.config)), all_(compile_regex(".*")) {
    compile(config_.ignored_key_patterns, ignored_keys_);
    compile(config_.blocked_key_patterns, blocked_keys_);
    compile(config_.blocked_values, blocked_values_);
    compile(config_.allowed_values, allowed_values_);
    const Text summary = view(config_.summary);
    using L = Database::Language;
    const config::RedactionDbSanitizer& db = config_.db_sanitizer;
    auto add = [&](const config::RedactionDatabase& d, L language, Text systems, bool attributes = true) {
      static const List<Str> none{};
      if (!d.enabled) return;
      databases_.push_back({language, systems, attributes ? &d.attributes : &none});
      in_attributes_ |= attributes && d.attributes.size > 0;
    };
    add(db.sql, L::Sql, " other_sql mysql postgresql mariadb sqlite ");
    add(db.redis, L::Redis, " redis ");
    add(db.valkey, L::Redis, " valkey ");
    add(db.memcached, L::Memcached, " memcached ");
    add(db.mongo, L::Json, " mongodb ");
    // Of these two the reference passes over the attributes.
    add(db.opensearch, L::Json, " opensearch ", false);
    add(db.es, L::Json, " elasticsearch ", false);
    names_ = summary == "debug";
    counts_ = names_ || summary == "info";
  }

  Status consume(Payload* payload) {
    signal_ = payload->signal;
    const Status status = consume_reshaped(context_.out[static_cast<uint32_t>(signal_)], payload,
                                           [&](Bytes g, Writer& out) { return group(g, out); });
    arena_.reset();
    return status;
  }

private:
  static void compile(const List<Str>& patterns, std::vector<const Regex*>& out) {
    for (const Str& p : patterns)
      if (const Regex* r = compile_regex(view(p))) out.push_back(r);  // others are refused when the config is checked
  }

  // ---- the levels of a request

  Reshaped group(Bytes content, Writer& out) {
    changed_ = false;
    Message group(arena_, content);
    inside(group, kResource, 1);
    replace_each(group, kScopes, [&](Message& scope) {
      inside(scope, kScope, 3);
      replace_each(scope, kRecords, [&](Message& m) { record(m); });
    });
    if (!changed_) return Reshaped::Same;
    out.append(group.bytes());
    return Reshaped::Changed;
  }

  void record(Message& m) {
    switch (signal_) {
    case Signal::Traces:
      attributes(m, kSpanAttributes);
      replace_each(m, 11, [&](Message& event) { attributes(event, 3); });
      span_name(m);
      return;
    case Signal::Metrics: {
      const uint32_t data = metric::data_of(m);
      if (data == 0) return;
      Message of(arena_, m.content(data));
      const bool before = changed_;
      changed_ = false;
      replace_each(of, metric::kPoints, [&](Message& point) { attributes(point, metric::attributes_of(data)); });
      if (changed_) metric::set_data(m, data, of);
      changed_ |= before;
      return;
    }
    case Signal::Logs:
      attributes(m, 6);
      body(m);
      return;
    }
  }

  // Attributes of the message in field `number`, which may be absent.
  void inside(Message& m, uint32_t number, uint32_t attributes_number) {
    if (!m.has(number)) return;
    Message of(arena_, m.content(number));
    const bool before = changed_;
    changed_ = false;
    attributes(of, attributes_number);
    if (changed_) {
      m.erase(number);
      m.add(number, of);
    }
    changed_ |= before;
  }

  template <class F>
  void replace_each(Message& m, uint32_t number, F f) {
    const bool before = changed_;
    changed_ = false;
    std::vector<Bytes> made;
    m.each(number, [&](Bytes content) {
      const bool so_far = changed_;
      changed_ = false;
      Message one(arena_, content);
      f(one);
      made.push_back(changed_ ? one.bytes() : content);
      changed_ |= so_far;
    });
    if (changed_) {
      m.erase(number);
      for (const Bytes content : made) m.add(number, content);
    }
    changed_ |= before;
  }

  // ---- names of spans

  void span_name(Message& m) {
    constexpr uint32_t kName = 5, kKind = 6, kInternal = 1, kServer = 2, kClient = 3;
    const bool by_url = sanitizes_names(config_.url_sanitizer.enabled, config_.url_sanitizer.sanitize_span_name);
    const bool by_database = sanitizes_names(!databases_.empty(), config_.db_sanitizer.sanitize_span_name);
    if (!by_url && !by_database) return;
    const Text name = m.text(kName);
    const uint64_t kind = m.varint(kKind);
    if (any(allowed_values_, name) || (kind != kInternal && kind != kServer && kind != kClient)) return;
    Text made = by_url && kind != kInternal && of_http(m, name) ? clustered(name) : name;
    if (only_asterisks(made)) made = name;
    if (made == name && by_database) made = anonymous_name(name, system_of(m, kSpanAttributes));
    if (made == name || made.empty() || made == "...") return;
    m.erase(kName);
    m.add(kName, as_bytes(made));
    changed_ = true;
  }
  static bool sanitizes_names(bool enabled, const Opt<bool>& names) { return enabled && (!names || *names); }

  static bool of_http(const Message& m, Text name) {
    for (const Text key :
         {"http.route", "http.request.method", "http.request.method_original", "http.response.status_code", "url.full",
          "http.scheme", "http.target", "http.method", "http.url"}) {
      ottl::Value v;
      if (get_attribute(m, kSpanAttributes, key, &v)) return true;
    }
    return name.contains('/');
  }
  // Nothing is left but what stands for something else.
  static bool only_asterisks(Text t) {
    bool any = false;
    for (size_t i = 0; i < t.size(); ++i) {
      if (t[i] == '/') continue;
      const bool alone = (i == 0 || t[i - 1] == '/') && (i + 1 == t.size() || t[i + 1] == '/');
      if (t[i] != '*' || !alone) return false;
      any = true;
    }
    return any;
  }

  Text anonymous_name(Text name, Text system) {
    for (const Database& d : databases_) {
      if (!d.is(system)) continue;
      if (d.language == Database::Language::Sql) mysql_ = system == "mysql";
      return anonymous(name, d);
    }
    return name;
  }

  // ---- URLs and queries

  Text clustered(Text url) {
    Writer w;
    append_cluster_url(w, url);
    return arena_.copy(w.text());
  }

  // The database that a span or record says it is about, in small letters; empty when it is about none.
  Text system_of(const Message& m, uint32_t number) {
    for (const Text key : {"db.system.name", "db.system"}) {
      ottl::Value v;
      if (!get_attribute(m, number, key, &v) || !v.is(ottl::ValueKind::String) || v.size == 0) continue;
      Writer w;
      ottl::to_lower(w, v.as_text());
      return arena_.copy(w.text());
    }
    return {};
  }

  // SQL is read as that of the system that the name of the last span before was of: the reference keeps it, too.
  Text anonymous(Text query, const Database& d) {
    Writer w;
    switch (d.language) {
    case Database::Language::Sql: append_anonymous_sql(w, query, mysql_); break;
    case Database::Language::Redis: append_anonymous_redis(w, query); break;
    case Database::Language::Memcached: return anonymous_memcached(query);
    case Database::Language::Json:
      if (!append_anonymous_json(w, query)) return query;
    }
    return arena_.copy(w.text());
  }

  Text sanitized_attribute(Text text, Text key, Text system) {
    if (config_.url_sanitizer.enabled && among(config_.url_sanitizer.attributes, key)) text = clustered(text);
    if (!in_attributes_) return text;
    // Of a log record that does not say which database it is about any may be meant.
    if (system.empty() && signal_ != Signal::Logs) return text;
    for (const Database& d : databases_) {
      if (!among(*d.attributes, key) || !(system.empty() || d.is(system))) continue;
      text = anonymous(text, d);
      if (!system.empty()) break;
    }
    return text;
  }
  Text sanitized_body(Text text) {
    text = mask_values(text);
    if (config_.url_sanitizer.enabled) text = clustered(text);
    for (const Database& d : databases_) text = anonymous(text, d);
    return text;
  }

  // ---- attributes

  void attributes(Message& m, uint32_t number) {
    Done done;
    const Text system = in_attributes_ ? system_of(m, number) : Text();
    changed_ |= change_attributes(arena_, m, number, [&](Text key, ottl::Value& v) {
      if (ignored(key)) return done.ignored.push_back(key), Kept::Same;
      if (removed(key)) return done.redacted.push_back(key), Kept::Gone;
      Text text = v.is(ottl::ValueKind::String) ? v.as_text() : Text();
      if (config_.redact_all_types) text = as_string(v);
      if (any(allowed_values_, text)) return done.allowed.push_back(key), Kept::Same;
      Text masked;
      if (any(blocked_keys_, key)) masked = mask(text, *all_);
      else if (masked = sanitized_attribute(mask_values(text), key, system); masked == text) return Kept::Same;
      done.masked.push_back(key);
      v = ottl::text(masked);
      return Kept::Changed;
    });
    tell(m, number, done.redacted, "redaction.redacted.keys", "redaction.redacted.count");
    tell(m, number, done.masked, "redaction.masked.keys", "redaction.masked.count");
    tell(m, number, done.allowed, "redaction.allowed.keys", "redaction.allowed.count");
    tell(m, number, done.ignored, {}, "redaction.ignored.count");
  }

  // Adds what was done, as `summary` wants it. `names` is empty where it is only counted.
  void tell(Message& m, uint32_t number, std::vector<Text>& keys, Text names, Text count) {
    if (keys.empty()) return;
    auto many = static_cast<int64_t>(keys.size());
    if (names_ && !names.empty()) {
      Text before = attribute_text(m, number, names);
      while (!before.empty()) {
        const size_t comma = before.find(',');
        keys.push_back(before.substr(0, comma));
        before = comma == Text::npos ? Text() : before.substr(comma + 1);
        if (comma != Text::npos && before.empty()) keys.push_back({});
      }
      std::sort(keys.begin(), keys.end(), [](Text a, Text b) { return a < b; });
      Writer joined;
      for (size_t i = 0; i < keys.size(); ++i) {
        if (i > 0) joined.byte(',');
        joined.append(keys[i]);
      }
      put_attribute(arena_, m, number, names, ottl::text(arena_.copy(joined.text())));
    }
    if (!counts_) return;
    ottl::Value there;
    if (get_attribute(m, number, count, &there) && there.is(ottl::ValueKind::Int)) many += there.integer;
    put_attribute(arena_, m, number, count, ottl::integer(many));
    changed_ = true;
  }

  // ---- bodies of log records

  void body(Message& m) {
    const Bytes value = m.content(5);
    Done done;
    Writer out;
    const Message any_value(arena_, value);
    if (any_value.has(kKvlist) || any_value.has(kArray)) {
      if (inside_body({}, value, out, done)) replace_body(m, out);
    } else {
      const Text text = as_string(ottl::from_any(value));
      // The reference says nothing of a body that is allowed.
      if (any(allowed_values_, text)) return;
      const Text masked = sanitized_body(text);
      if (masked != text) {
        wire::put_len(out, kString, as_bytes(masked));
        done.masked.push_back("body");
        replace_body(m, out);
      }
    }
    tell(m, 6, done.redacted, "redaction.body.redacted.keys", "redaction.body.redacted.count");
    tell(m, 6, done.masked, "redaction.body.masked.keys", "redaction.body.masked.count");
    tell(m, 6, done.allowed, "redaction.body.allowed.keys", "redaction.body.allowed.count");
    tell(m, 6, done.ignored, {}, "redaction.body.ignored.count");
  }
  void replace_body(Message& m, const Writer& out) {
    m.erase(5);
    m.add(5, out.bytes());
    changed_ = true;
  }

  Text joined(Text path, Text key) {
    if (path.empty()) return arena_.copy(key);
    Writer w;
    w.append(path);
    w.byte('.');
    w.append(key);
    return arena_.copy(w.text());
  }

  // An AnyValue anew. False: it stays as it is, and what was written is of no use.
  bool inside_body(Text path, Bytes value, Writer& out, Done& done) {
    const Message v(arena_, value);
    if (v.has(kKvlist)) return map_in_body(path, v.content(kKvlist), out, done);
    if (v.has(kArray)) return list_in_body(path, v.content(kArray), out, done);
    const Text text = as_string(ottl::from_any(value));
    if (any(allowed_values_, text)) return done.allowed.push_back(path), false;
    const Text masked = sanitized_body(text);
    if (masked == text) return false;
    done.masked.push_back(path);
    wire::put_len(out, kString, as_bytes(masked));
    return true;
  }

  bool map_in_body(Text path, Bytes map, Writer& out, Done& done) {
    bool changed = false;
    const size_t begin = wire::begin_len(out, kKvlist);
    Message(arena_, map).each(1, [&](Bytes content) {
      const Message pair(arena_, content);
      const Text key = pair.text(1), at = joined(path, key);
      Writer made;
      if (ignored(key)) {
        done.ignored.push_back(at);
      } else if (removed(key)) {
        done.redacted.push_back(at);
        changed = true;
        return;
      } else if (any(blocked_keys_, key)) {
        done.masked.push_back(at);
        wire::put_len(made, kString, as_bytes(mask(Message(arena_, pair.content(2)).text(kString), *all_)));
      } else if (!inside_body(at, pair.content(2), made, done)) {
        made.clear();
      }
      if (made.empty()) {
        wire::put_len(out, 1, content);
        return;
      }
      changed = true;
      const size_t entry = wire::begin_len(out, 1);
      wire::put_len(out, 1, as_bytes(key));
      wire::put_len(out, 2, made.bytes());
      wire::end_len(out, entry);
    });
    wire::end_len(out, begin);
    return changed;
  }

  bool list_in_body(Text path, Bytes list, Writer& out, Done& done) {
    bool changed = false;
    int64_t i = 0;
    const size_t begin = wire::begin_len(out, kArray);
    Message(arena_, list).each(1, [&](Bytes content) {
      Writer made, place;
      place.byte('[');
      append_int(place, i++);
      place.byte(']');
      const bool anew = inside_body(joined(path, place.text()), content, made, done);
      changed |= anew;
      wire::put_len(out, 1, anew ? made.bytes() : content);
    });
    wire::end_len(out, begin);
    return changed;
  }

  // ---- what is done to a text

  static bool any(const std::vector<const Regex*>& patterns, Text t) {
    for (const Regex* r : patterns)
      if (regex_match(*r, t)) return true;
    return false;
  }
  static bool among(const List<Str>& list, Text key) {
    for (const Str& s : list)
      if (view(s) == key) return true;
    return false;
  }
  bool ignored(Text key) const { return among(config_.ignored_keys, key) || any(ignored_keys_, key); }
  bool removed(Text key) const {
    // What the processor says itself stays.
    static constexpr Text kOwn[] = {"redaction.redacted.keys", "redaction.redacted.count", "redaction.masked.keys",
                                    "redaction.masked.count", "redaction.ignored.count"};
    if (config_.allow_all_keys || among(config_.allowed_keys, key)) return false;
    for (const Text own : kOwn)
      if (own == key) return false;
    return true;
  }

  Text as_string(const ottl::Value& v) {
    Writer w;
    ottl::append_as_string(w, v);
    return arena_.copy(w.text());
  }

  Text mask_values(Text text) {
    for (const Regex* r : blocked_values_)
      if (regex_match(*r, text)) text = mask(text, *r);
    return text;
  }

  Text mask(Text text, const Regex& pattern) {
    Captures captures(pattern, arena_);
    Writer out;
    replace_matches(captures, text, out,
                    [&](const Captures& c) { put_mask(out, text.substr(c.begin(0), c.end(0) - c.begin(0))); });
    return arena_.copy(out.text());
  }

  void put_mask(Writer& out, Text match) const {
    uint8_t digest[64];
    const uint8_t* data = as_bytes(match).data();
    size_t size = 0;
    switch (config_.hash_function) {
    case Hash::Sha1: mbedtls_sha1(data, match.size(), digest), size = 20; break;
    case Hash::Md5: md5(as_bytes(match), digest), size = 16; break;
    case Hash::Sha3: sha3_256(as_bytes(match), digest), size = 32; break;
    case Hash::HmacSha256: {
      const Digest d = hmac_sha256(as_bytes(view(config_.hmac_key)), as_bytes(match));
      memcpy(digest, d.data(), size = 32);
      break;
    }
    case Hash::HmacSha512: hmac_sha512(view(config_.hmac_key), match, digest), size = 64; break;
    default: out.append(Text("****")); return;
    }
    append_hex(out, {digest, size});
  }

  const ComponentContext& context_;
  const config::Redaction& config_;
  const Regex* all_;
  std::vector<Database> databases_;
  bool in_attributes_ = false;  // some databases have attributes
  bool mysql_ = false;
  std::vector<const Regex*> ignored_keys_, blocked_keys_, blocked_values_, allowed_values_;
  bool names_ = false, counts_ = false, changed_ = false;
  Signal signal_ = Signal::Traces;
  Arena arena_;
};

}  // namespace

extern "C" Status processor_redaction_consume(void* self, Payload* payload) {
  return static_cast<Redactor*>(self)->consume(payload);
}

extern "C" const ComponentOps processor_redaction_ops = {
    .create = [](const ComponentContext* context) -> void* { return new Redactor(*context); },
};

}  // namespace whittle
