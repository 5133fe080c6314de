// SPDX-License-Identifier: Apache-2.0
// Any logs request that is valid becomes log events that are JSON strings, and documents that are JSON; any text is
// read as an EMF document that names where it wants to go.
#include "runtime/base/check.h"
#include "runtime/wire/validate.h"
#include "stdlib/exporter/awscloudwatchlogs/event.h"

#include <yyjson.h>

using namespace whittle;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  Bytes request(data + 1, size - 1);
  {
    Arena names;
    Text group = "g", stream = "s";
    cloudwatch_logs::read_destination(as_text(request), names, names, group, stream);
    CHECK(!group.empty() && !stream.empty());
  }
  auto counts = wire::validate(Signal::Logs, request);
  if (!counts) return 0;
  Writer normal;
  if (!counts->regular) {
    CHECK(wire::normalize(Signal::Logs, request, normal));
    request = normal.bytes();
  }
  config::Awscloudwatchlogs c{};
  c.log_group_name = {"/{ClusterName}{", 15};
  c.log_stream_name = {"{TaskId}", 8};
  c.raw_log = data[0] & 1;
  cloudwatch_logs::Events events;
  add_events(c, request, 1, events);
  CHECK(events.log.list.size() + events.losses.empty + events.losses.not_finite == counts->items);
  for (const ListedLogEvents::Listed& e : events.log.list) {
    CHECK(!e.event.log_group.empty() && !e.event.log_stream.empty());
    const Text message = events.log.messages.text().substr(e.begin, e.end - e.begin);
    yyjson_doc* text = yyjson_read(message.data(), message.size(), 0);
    CHECK(text);
    yyjson_val* root = yyjson_doc_get_root(text);
    CHECK(yyjson_get_len(root) == e.size);
    if (!c.raw_log) {
      yyjson_doc* document = yyjson_read(yyjson_get_str(root), yyjson_get_len(root), 0);
      CHECK(document && yyjson_is_obj(yyjson_doc_get_root(document)));
      yyjson_doc_free(document);
    }
    yyjson_doc_free(text);
  }
  return 0;
}
