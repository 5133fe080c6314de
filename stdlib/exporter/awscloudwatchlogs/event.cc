// SPDX-License-Identifier: Apache-2.0
#include "stdlib/exporter/awscloudwatchlogs/event.h"

#include "runtime/aws/log_names.h"
#include "runtime/base/json.h"
#include "runtime/base/json_memory.h"
#include "runtime/http/header.h"
#include "runtime/wire/attributes.h"
#include "runtime/wire/value_text.h"

#include <algorithm>

namespace whittle::cloudwatch_logs {

namespace {

// What a resource says of all its records.
struct Source {
  Text group, stream;
  Bytes resource;
  bool has_attributes;
};

Text name_for(const Attributes& attributes, Text name, Writer& scratch, Arena& names) {
  scratch.clear();
  append_log_name(scratch, name, kLogPlaceholders, [&](Text key, Writer& out) {
    // Of two equal keys the last counts.
    std::optional<views::AnyValue> found;
    for (views::KeyValue kv : attributes)
      if (kv.key == key) found = kv.value.get();
    if (found) append_as_string(out, *found);
    return found.has_value();
  });
  return names.copy(scratch.text());
}

bool is_set(Bytes id) {
  return std::any_of(id.begin(), id.end(), [](uint8_t b) { return b != 0; });
}

// Members of an object, of which those that say nothing are left out.
struct Object {
  Writer& out;
  bool first = true;

  void key(Text name) {
    out.append(first ? Text("{\"") : Text(",\""));
    out.append(name);
    out.append(Text("\":"));
    first = false;
  }
  void number(Text name, int64_t v) {
    if (v == 0) return;
    key(name);
    append_int(out, v);
  }
  void text(Text name, Text v) {
    if (v.empty()) return;
    key(name);
    append_json_html(out, v);
  }
  void id(Text name, Bytes v) {
    if (!is_set(v)) return;
    key(name);
    out.byte('"');
    append_hex(out, v);
    out.byte('"');
  }
  bool attributes(Text name, Bytes message, uint32_t field) {
    key(name);
    return append_json_raw_attributes(out, message, field);
  }
  void end() { out.append(first ? Text("{}") : Text("}")); }
};

// False when JSON cannot say it.
bool append_document(Writer& out, const Source& source, Bytes scope_bytes, Bytes record_bytes) {
  const views::LogRecord record(record_bytes);
  Object document{out};
  if (record.body.present && views::AnyValue(record.body.bytes).value_case != ValueCase::None) {
    document.key("body");
    if (!append_json_raw(out, record.body.bytes)) return false;
  }
  document.number("severity_number", record.severity_number);
  document.text("severity_text", record.severity_text);
  document.number("dropped_attributes_count", record.dropped_attributes_count);
  document.number("flags", record.flags);
  document.id("trace_id", record.trace_id);
  document.id("span_id", record.span_id);
  constexpr uint32_t kOfRecord = 6, kOfScope = 3, kOfResource = 1;
  if (!record.attributes.empty() && !document.attributes("attributes", record_bytes, kOfRecord)) return false;
  const views::InstrumentationScope scope(scope_bytes);
  if (!scope.name.empty()) {
    document.key("scope");
    Object inner{out};
    inner.text("name", scope.name);
    inner.text("version", scope.version);
    if (!scope.attributes.empty() && !inner.attributes("attributes", scope_bytes, kOfScope)) return false;
    inner.end();
  }
  if (source.has_attributes && !document.attributes("resource", source.resource, kOfResource)) return false;
  document.end();
  return true;
}

// CloudWatch Logs has no larger events. Cuts between characters.
void truncate(Writer& message) {
  size_t n = kMostEventBytes - kTruncated.size();
  while (n > 0 && (message.data()[n] & 0xC0) == 0x80) --n;
  message.truncate(n);
  message.append(kTruncated);
}

}  // namespace

// As encoding/json fills a struct: capitals and small letters are the same, of two equal names the last counts, null
// changes nothing, and a value of another kind spoils the whole.
void read_destination(Text body, Arena& names, Arena& scratch, Text& group, Text& stream) {
  const size_t at = body.find_first_not_of(" \t\r\n");
  if (at == Text::npos || body[at] != '{') return;
  yyjson_doc* doc = read_json(body, scratch);
  if (!doc) return;
  Text found[2][2];  // group and stream, in `_aws` and beside it
  bool good = true;
  auto take = [&](yyjson_val* object, Text group_name, Text stream_name, Text(&into)[2]) {
    yyjson_val *key, *value;
    size_t i, n;
    yyjson_obj_foreach(object, i, n, key, value) {
      const Text name(yyjson_get_str(key), yyjson_get_len(key));
      const bool is_group = equal_ignoring_case(name, group_name);
      if (!is_group && !equal_ignoring_case(name, stream_name)) continue;
      if (yyjson_is_str(value)) into[!is_group] = Text(yyjson_get_str(value), yyjson_get_len(value));
      else good &= yyjson_is_null(value);
    }
  };
  yyjson_val *root = yyjson_doc_get_root(doc), *key, *value;
  size_t i, n;
  take(root, "log_group_name", "log_stream_name", found[1]);
  yyjson_obj_foreach(root, i, n, key, value) {
    if (!equal_ignoring_case(Text(yyjson_get_str(key), yyjson_get_len(key)), "_aws")) continue;
    if (yyjson_is_obj(value)) take(value, "logGroupName", "logStreamName", found[0]);
    else if (yyjson_is_null(value)) found[0][0] = found[0][1] = Text();
    else good = false;
  }
  for (const auto& [g, s] : found) {
    if (!good || g.empty()) continue;
    group = names.copy(g);
    if (!s.empty()) stream = names.copy(s);
    break;
  }
}

void add_events(const config::Awscloudwatchlogs& config, Bytes request, int64_t now_ms, Events& out) {
  Writer message, scratch;
  Arena document;  // of one body
  for (views::ResourceLogs rl : views::ExportLogsServiceRequest(request).resource_logs) {
    const views::Resource resource = rl.resource.get();
    const Source source{name_for(resource.attributes, view(config.log_group_name), scratch, out.names),
                        name_for(resource.attributes, view(config.log_stream_name), scratch, out.names),
                        rl.resource.bytes, !resource.attributes.empty()};
    for (views::ScopeLogs sl : rl.scope_logs) {
      for (auto it = sl.log_records.begin(); it != sl.log_records.end(); ++it) {
        const views::LogRecord record(it.bytes());
        LogEvent event{};
        event.log_group = source.group;
        event.log_stream = source.stream;
        message.clear();
        if (config.raw_log) {
          append_as_string(message, record.body.get());
          if (message.empty()) {
            ++out.losses.empty;
            continue;
          }
          document.recycle();
          read_destination(message.text(), out.names, document, event.log_group, event.log_stream);
        } else if (!append_document(message, source, sl.scope.bytes, it.bytes())) {
          ++out.losses.not_finite;
          continue;
        }
        if (message.size() > kMostEventBytes) {
          truncate(message);
          ++out.losses.truncated;
        }
        event.timestamp_ms = static_cast<int64_t>(record.time_unix_nano) / 1'000'000;
        if (event.timestamp_ms == 0) event.timestamp_ms = now_ms;
        const size_t begin = out.log.messages.size();
        append_json_text(out.log.messages, message.text());
        out.log.list.push_back({event, begin, out.log.messages.size(), message.size()});
      }
    }
  }
}

}  // namespace whittle::cloudwatch_logs
