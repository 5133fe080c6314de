// SPDX-License-Identifier: Apache-2.0
#include "runtime/aws/log_events.h"

#include <algorithm>

namespace whittle {

// Most names are the same text at the same place.
static bool same(Text a, Text b) {
  return a.size() == b.size() && (a.data() == b.data() || a == b);
}

bool sent_before(const LogEvent& a, const LogEvent& b) {
  if (!same(a.log_group, b.log_group)) return a.log_group < b.log_group;
  if (!same(a.log_stream, b.log_stream)) return a.log_stream < b.log_stream;
  return a.timestamp_ms < b.timestamp_ms;
}

void ListedLogEvents::sort() {
  std::sort(list.begin(), list.end(), [](const Listed& a, const Listed& b) {
    if (sent_before(a.event, b.event)) return true;
    return !sent_before(b.event, a.event) && a.begin < b.begin;
  });
}

bool ListedLogEvents::next(LogEvent& event) {
  if (at_ == list.size()) return false;
  event = list[at_++].event;
  return true;
}

size_t ListedLogEvents::write(Writer& out) {
  const Listed& l = list[at_ - 1];
  out.append(messages.text().substr(l.begin, l.end - l.begin));
  return l.size;
}

}  // namespace whittle
