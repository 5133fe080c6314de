// SPDX-License-Identifier: Apache-2.0
// One member of a span's trace_state, by key: W3C Trace Context, section 3.3, as strictly as OpenTelemetry's Go API
// (go.opentelemetry.io/otel/trace, tracestate.go) takes it. Of a state that is no such list there is nothing to be read
// and nothing is changed.
#include "runtime/ottl/arguments.h"
#include "runtime/record/frame.h"

#include <vector>

namespace whittle::record {

using ottl::Run;
using ottl::Value;
using ottl::ValueKind;

namespace {

constexpr uint32_t kTraceState = 3;  // of a Span
constexpr size_t kMost = 32;

struct Item {
  Text key, value;
};

bool small_letter(char c) {
  return c >= 'a' && c <= 'z';
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}

bool key_part(Text t, size_t more, bool digit_first) {
  if (t.empty() || t.size() > more + 1 || !(small_letter(t[0]) || (digit_first && digit(t[0])))) return false;
  for (char c : t.substr(1))
    if (!small_letter(c) && !digit(c) && !Text("_-*/").contains(c)) return false;
  return true;
}
bool is_key(Text t) {
  const size_t at = t.find('@');
  if (at == Text::npos) return key_part(t, 255, false);
  return key_part(t.substr(0, at), 240, true) && key_part(t.substr(at + 1), 13, false);
}
bool is_value(Text t) {
  if (t.empty() || t.size() > 256 || t.back() == ' ') return false;
  for (char c : t)
    if (c < 0x20 || c > 0x7E || c == ',' || c == '=') return false;
  return true;
}

bool parse(Text t, std::vector<Item>& out) {
  auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!t.empty()) {
    const size_t end = t.find(',');
    const Text member = t.substr(0, end);
    t.remove_prefix(end == Text::npos ? t.size() : end + 1);
    if (member.empty()) continue;
    const size_t equals = member.find('=');
    if (equals == Text::npos) return false;
    Item item{member.substr(0, equals), member.substr(equals + 1)};
    while (!item.key.empty() && blank(item.key.front())) item.key.remove_prefix(1);
    while (!item.value.empty() && blank(item.value.back())) item.value.remove_suffix(1);
    if (!is_key(item.key) || !is_value(item.value)) return false;
    for (const Item& before : out)
      if (before.key == item.key) return false;
    out.push_back(item);
    if (out.size() > kMost) return false;
  }
  return true;
}

bool key_of(Run& run, const Value& key, Text& out) {
  return key.is(ValueKind::String) ? (out = key.as_text(), true) : run.fail("the key of a trace state is not a string");
}

}  // namespace

extern "C" bool rt_get_trace_state(Run* run, const Frame* span, const Value* key, Value* out) {
  Value whole;
  rt_get(run, span, 0, kTraceState, How::Text, &whole);
  std::vector<Item> items;
  *out = ottl::nil();
  if (!parse(whole.as_text(), items)) return true;
  Text name;
  if (!key_of(*run, *key, name)) return false;
  *out = ottl::text({});
  for (const Item& item : items)
    if (item.key == name) *out = ottl::text(item.value);
  return true;
}

extern "C" bool rt_set_trace_state(Run* run, Frame* span, const Value* key, const Value* v) {
  if (!v->is(ValueKind::String)) return run->fail("the value is not a string");
  Value whole;
  rt_get(run, span, 0, kTraceState, How::Text, &whole);
  std::vector<Item> items;
  if (!parse(whole.as_text(), items)) return true;
  Text name;
  if (!key_of(*run, *key, name)) return false;
  if (!is_key(name) || !is_value(v->as_text())) return true;
  // The new one comes first; where there are as many as there may be, the last goes.
  Writer w;
  auto add = [&](Text k, Text value) {
    if (!w.empty()) w.byte(',');
    w.append(k);
    w.byte('=');
    w.append(value);
  };
  add(name, v->as_text());
  size_t n = 1;
  for (const Item& item : items)
    if (item.key != name && n < kMost) add(item.key, item.value), ++n;
  const Value made = ottl::text(run->arena.copy(w.text()));
  return rt_set(run, span, 0, kTraceState, How::Text, &made);
}

}  // namespace whittle::record
