// SPDX-License-Identifier: Apache-2.0
#include "stdlib/receiver/statsd/line.h"

#include "runtime/base/number.h"

#include <algorithm>
#include <math.h>

namespace whittle::statsd {

namespace {

// Takes what is in front of `separator` off `rest`; all of it where there is none.
Text cut(Text& rest, char separator) {
  const size_t at = rest.find(separator);
  const Text front = rest.substr(0, at);
  rest = at == Text::npos ? Text() : rest.substr(at + 1);
  return front;
}

bool type_of(Text t, Type& out) {
  if (t == "c") out = Type::Counter;
  else if (t == "g") out = Type::Gauge;
  else if (t == "h") out = Type::Histogram;
  else if (t == "ms") out = Type::Timing;
  else if (t == "d") out = Type::Distribution;
  else return false;
  return true;
}

const char* parse_tags(Text tags, bool simple, std::vector<Tag>& out) {
  while (!tags.empty()) {
    const Text tag = cut(tags, ',');
    if (tag.empty()) continue;
    Text value = tag;
    const Text key = cut(value, ':');
    if (key.empty()) return "a tag has no name";
    if (value.empty() && !simple) return "a tag has no value";
    out.push_back({key, value});
  }
  return nullptr;
}

// Few, and mostly in order.
void sort_tags(std::vector<Tag>& tags) {
  for (size_t i = 1; i < tags.size(); ++i) {
    const Tag t = tags[i];
    size_t at = i;
    for (; at > 0 && tags[at - 1].key > t.key; --at) tags[at] = tags[at - 1];
    tags[at] = t;
  }
  size_t kept = 0;
  for (size_t i = 0; i < tags.size(); ++i)
    if (i + 1 == tags.size() || tags[i].key != tags[i + 1].key) tags[kept++] = tags[i];
  tags.resize(kept);
}

}  // namespace

Text name_of(Type type) {
  static constexpr Text kNames[] = {"counter", "gauge", "histogram", "timing", "distribution"};
  return kNames[static_cast<size_t>(type)];
}

const char* parse(Text line, bool simple_tags, bool metric_type, Line& out) {
  out.tags.clear();
  out.rate = 0, out.timestamp = 0;
  Text rest = line;
  if (rest.find('|') == Text::npos) return "no type";
  Text value = cut(rest, '|');
  if (value.find(':') == Text::npos) return "no value";
  out.name = cut(value, ':');
  if (out.name.empty()) return "no name";
  if (value.empty()) return "no value";
  out.addition = value[0] == '-' || value[0] == '+';
  if (!type_of(cut(rest, '|'), out.type)) return "a type that is not known";
  for (Text part = cut(rest, '|'); !part.empty(); part = cut(rest, '|')) {
    if (part[0] == '@') {
      const auto rate = parse_go_double(part.substr(1));
      if (!rate) return "the sample rate is no number";
      out.rate = *rate;
    } else if (part[0] == '#') {
      if (const char* wrong = parse_tags(part.substr(1), simple_tags, out.tags)) return wrong;
    } else if (part.starts_with("c:")) {
      if (part.size() > 2) out.tags.push_back({"container.id", part.substr(2)});
    } else if (part[0] == 'T') {
      if (out.type != Type::Counter && out.type != Type::Gauge) return "only counters and gauges have times";
      const auto seconds = parse_uint(part.substr(1));
      if (!seconds) return "the time is no number";
      out.timestamp = *seconds * 1'000'000'000;
    } else {
      return "a part that is not known";
    }
  }
  const auto number = parse_go_double(value);
  if (!number) return "the value is no number";
  if (!isfinite(*number)) return "the value is not finite";
  out.value = *number;
  if (metric_type) out.tags.push_back({"metric_type", name_of(out.type)});
  sort_tags(out.tags);
  return nullptr;
}

}  // namespace whittle::statsd
