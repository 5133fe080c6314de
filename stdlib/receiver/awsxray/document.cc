// SPDX-License-Identifier: Apache-2.0
#include "stdlib/receiver/awsxray/document.h"

#include "runtime/http/header.h"

#include <string.h>

namespace whittle::xray {

namespace {

// What a member has to be.
enum class Is : uint8_t { Text, Texts, Number, Int, Bool, Object, Objects, Any, Map, MapOfMaps, Cause };

struct Schema;
struct Member {
  Text name;  // with a NUL behind it
  Is is;
  const Schema* of = nullptr;
};

struct Schema {
  const Member* members;
  uint32_t size;
  template <size_t N>
  constexpr Schema(const Member (&m)[N]) : members(m), size(N) {}
};

extern const Schema kSegment;

// Those that are used come first, in the order of their enums.
constexpr Member kServiceMembers[] = {{"version", Is::Text}, {"compiler_version", Is::Text}, {"compiler", Is::Text}};
constexpr Schema kService(kServiceMembers);

constexpr Member kRequestMembers[] = {{"x_forwarded_for", Is::Bool},
                                      {"method", Is::Text},
                                      {"url", Is::Text},
                                      {"user_agent", Is::Text},
                                      {"client_ip", Is::Text}};
constexpr Schema kRequest(kRequestMembers);
constexpr Member kResponseMembers[] = {{"status", Is::Int}, {"content_length", Is::Any}};
constexpr Schema kResponse(kResponseMembers);
constexpr Member kHttpMembers[] = {{"request", Is::Object, &kRequest}, {"response", Is::Object, &kResponse}};
constexpr Schema kHttp(kHttpMembers);

constexpr Member kFrameMembers[] = {{"path", Is::Text}, {"line", Is::Int}, {"label", Is::Text}};
constexpr Schema kFrame(kFrameMembers);
constexpr Member kExceptionMembers[] = {{"id", Is::Text},     {"message", Is::Text},          {"type", Is::Text},
                                        {"remote", Is::Bool}, {"truncated", Is::Int},         {"skipped", Is::Int},
                                        {"cause", Is::Text},  {"stack", Is::Objects, &kFrame}};
constexpr Schema kException(kExceptionMembers);
constexpr Member kCauseMembers[] = {
    {"exceptions", Is::Objects, &kException}, {"working_directory", Is::Text}, {"paths", Is::Texts}};
constexpr Schema kCause(kCauseMembers);

constexpr Member kBeanstalkMembers[] = {
    {"environment_name", Is::Text}, {"version_label", Is::Text}, {"deployment_id", Is::Int}};
constexpr Schema kBeanstalk(kBeanstalkMembers);
constexpr Member kLogsMembers[] = {{"log_group", Is::Text}, {"arn", Is::Text}};
constexpr Schema kLogs(kLogsMembers);
constexpr Member kEcsMembers[] = {
    {"container", Is::Text},   {"container_id", Is::Text}, {"availability_zone", Is::Text}, {"task_arn", Is::Text},
    {"task_family", Is::Text}, {"cluster_arn", Is::Text},  {"container_arn", Is::Text},     {"launch_type", Is::Text}};
constexpr Schema kEcs(kEcsMembers);
constexpr Member kEc2Members[] = {
    {"instance_id", Is::Text}, {"availability_zone", Is::Text}, {"instance_size", Is::Text}, {"ami_id", Is::Text}};
constexpr Schema kEc2(kEc2Members);
constexpr Member kEksMembers[] = {{"cluster_name", Is::Text}, {"pod", Is::Text}, {"container_id", Is::Text}};
constexpr Schema kEks(kEksMembers);
constexpr Member kSdkMembers[] = {{"sdk", Is::Text}, {"sdk_version", Is::Text}, {"auto_instrumentation", Is::Bool}};
constexpr Schema kSdk(kSdkMembers);
constexpr Member kAwsMembers[] = {{"elastic_beanstalk", Is::Object, &kBeanstalk},
                                  {"cloudwatch_logs", Is::Objects, &kLogs},
                                  {"ecs", Is::Object, &kEcs},
                                  {"ec2", Is::Object, &kEc2},
                                  {"eks", Is::Object, &kEks},
                                  {"xray", Is::Object, &kSdk},
                                  {"account_id", Is::Text},
                                  {"operation", Is::Text},
                                  {"region", Is::Text},
                                  {"request_id", Is::Text},
                                  {"queue_url", Is::Text},
                                  {"table_name", Is::Text},
                                  {"retries", Is::Int},
                                  {"table_names", Is::Texts}};
constexpr Schema kAws(kAwsMembers);
constexpr Member kSqlMembers[] = {{"url", Is::Text},
                                  {"sanitized_query", Is::Text},
                                  {"database_type", Is::Text},
                                  {"user", Is::Text},
                                  {"connection_string", Is::Text},
                                  {"database_version", Is::Text},
                                  {"driver_version", Is::Text},
                                  {"preparation", Is::Text}};
constexpr Schema kSql(kSqlMembers);
constexpr Member kLinkMembers[] = {{"trace_id", Is::Text}, {"id", Is::Text}, {"attributes", Is::Map}};
constexpr Schema kLink(kLinkMembers);

constexpr Member kSegmentMembers[] = {{"name", Is::Text},
                                      {"id", Is::Text},
                                      {"start_time", Is::Number},
                                      {"service", Is::Object, &kService},
                                      {"user", Is::Text},
                                      {"resource_arn", Is::Text},
                                      {"trace_id", Is::Text},
                                      {"end_time", Is::Number},
                                      {"in_progress", Is::Bool},
                                      {"http", Is::Object, &kHttp},
                                      {"cause", Is::Cause, &kCause},
                                      {"aws", Is::Object, &kAws},
                                      {"annotations", Is::Map},
                                      {"metadata", Is::MapOfMaps},
                                      {"subsegments", Is::Objects, &kSegment},
                                      {"namespace", Is::Text},
                                      {"parent_id", Is::Text},
                                      {"type", Is::Text},
                                      {"traced", Is::Bool},
                                      {"sql", Is::Object, &kSql},
                                      {"origin", Is::Text},
                                      {"links", Is::Objects, &kLink},
                                      {"fault", Is::Bool},
                                      {"error", Is::Bool},
                                      {"throttle", Is::Bool},
                                      {"precursor_ids", Is::Texts}};
constexpr Schema kSegment(kSegmentMembers);

bool all_texts(yyjson_val* list) {
  if (!yyjson_is_arr(list)) return false;
  yyjson_val* element;
  size_t i, n;
  yyjson_arr_foreach(list, i, n, element) {
    if (!yyjson_is_str(element) && !yyjson_is_null(element)) return false;
  }
  return true;
}

bool all_maps(yyjson_val* map) {
  if (!yyjson_is_obj(map)) return false;
  yyjson_val *key, *value;
  size_t i, n;
  yyjson_obj_foreach(map, i, n, key, value) {
    if (!yyjson_is_obj(value) && !yyjson_is_null(value)) return false;
  }
  return true;
}

bool fits_int(yyjson_val* v) {
  return yyjson_is_sint(v) || (yyjson_is_uint(v) && yyjson_get_uint(v) <= INT64_MAX);
}

const char* read_into(const Schema& schema, yyjson_val* value, Arena& arena, Object& out);

void clear(const Schema& schema, Arena& arena, Object& out) {
  out.members = arena.array<Object::Member>(schema.size);
  memset(out.members, 0, schema.size * sizeof *out.members);
}

bool take_list(const Schema& schema, yyjson_val* list, Arena& arena, Object::Member& out) {
  if (!yyjson_is_arr(list)) return false;
  out.size = yyjson_arr_size(list);
  out.objects = arena.array<Object>(out.size);
  yyjson_val* element;
  size_t i, n;
  yyjson_arr_foreach(list, i, n, element) {
    clear(schema, arena, out.objects[i]);
    if (!yyjson_is_null(element) && read_into(schema, element, arena, out.objects[i])) return false;
  }
  return true;
}

bool take(const Member& m, yyjson_val* v, Arena& arena, Object::Member& out) {
  switch (m.is) {
  case Is::Text: return yyjson_is_str(v);
  case Is::Texts: return all_texts(v);
  case Is::Number: return yyjson_is_num(v);
  case Is::Int: return fits_int(v);
  case Is::Bool: return yyjson_is_bool(v);
  case Is::Any: return true;
  case Is::Map: return yyjson_is_obj(v);
  case Is::MapOfMaps: return all_maps(v);
  case Is::Objects: return take_list(*m.of, v, arena, out);
  case Is::Cause:
    if (yyjson_is_str(v)) return true;
    [[fallthrough]];
  case Is::Object:
    if (!out.objects) {
      out.objects = arena.array<Object>(1);
      clear(*m.of, arena, *out.objects);
    }
    return read_into(*m.of, v, arena, *out.objects) == nullptr;
  }
  return false;
}

const char* read_into(const Schema& schema, yyjson_val* value, Arena& arena, Object& out) {
  if (!yyjson_is_obj(value)) return "";
  yyjson_val *key, *v;
  size_t i, n;
  yyjson_obj_foreach(value, i, n, key, v) {
    for (uint32_t k = 0; k < schema.size; ++k) {
      const Member& m = schema.members[k];
      if (!equal_ignoring_case(text_of(key), m.name)) continue;
      if (yyjson_is_null(v)) {
        out.members[k] = {};
        break;
      }
      if (!take(m, v, arena, out.members[k])) return m.name.data();
      out.members[k].value = v;
      break;
    }
  }
  return nullptr;
}

}  // namespace

const char* read(yyjson_val* value, Arena& arena, Object& out) {
  clear(kSegment, arena, out);
  return read_into(kSegment, value, arena, out);
}

bool too_deep(Text json) {
  // Most documents open less in all.
  size_t opened = 0;
  for (char c : json) opened += c == '{' || c == '[';
  if (opened <= kDeepest) return false;
  uint32_t depth = 0;
  bool text = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (text) {
      if (c == '\\') ++i;
      else if (c == '"') text = false;
    } else if (c == '"') {
      text = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kDeepest) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

}  // namespace whittle::xray
