// SPDX-License-Identifier: Apache-2.0
// Attributes of an open message: one by one, by key, and as a whole.
#include "runtime/record/frame.h"

#include <algorithm>

namespace whittle::record {

using ottl::Run;
using ottl::Value;
using ottl::ValueKind;

namespace {

Value value_of(const Entry& e) {
  return e.raw.empty() ? e.value : ottl::from_any(e.any);
}

// Calls `f` with each attribute as it is now, whether or not they are looked at by keys, until it says that it has
// enough.
template <class F>
void each_entry(const Frame& frame, F f) {
  if (!frame.looks.keys) {
    for (const Entry& e : frame.entries)
      if (f(e)) return;
    return;
  }
  const Keys& keys = *frame.looks.keys;
  const std::span<const Change> changes = changes_of(frame);
  const Change *next = changes.data(), *last = next + changes.size();
  const uint32_t tag = wire::tag_of(frame.attributes_number, wire::kLen);
  for (const uint8_t *p = frame.content.data(), *end = p + frame.content.size(); p < end;) {
    const wire::RawField field = wire::next_field(p);
    if (field.tag != tag) continue;
    while (next < last && next->place.data() < field.begin) ++next;  // other fields
    if (next < last && next->place.data() == field.begin) {
      const Change& c = *next++;
      if (c.by && f(Entry{c.key, {}, {}, c.by->value})) return;
    } else if (f(entry_of(field.whole(), field.content()))) {
      return;
    }
  }
  for (uint32_t k : frame.added)
    if (f(Entry{view(keys.keys[k]), {}, {}, frame.keyed[k].value})) return;
}

size_t count_of(const Frame& frame) {
  return frame.looks.keys ? frame.received - frame.removed.size() + frame.added.size() : frame.entries.size();
}

}  // namespace

extern "C" {

void rt_get_attribute(Run*, const Frame* frame, const char* key, uint64_t size, Value* out) {
  const Text name(key, size);
  for (const Entry& e : frame->entries)
    if (e.key == name) {
      *out = value_of(e);
      if (out->is(ValueKind::Nil)) out->detail = 1;  // it is there, and empty
      return;
    }
  *out = ottl::nil();
}

bool rt_has_attribute(const Frame* frame, const char* key, uint64_t size) {
  const Text name(key, size);
  for (const Entry& e : frame->entries)
    if (e.key == name) return true;
  return false;
}

// A nil value creates an empty attribute where there is none and leaves one that is there.
bool rt_put_attribute(Run* run, Frame* frame, const char* key, uint64_t size, const Value* v) {
  const Text name(key, size);
  const bool good = ottl::storable(*v);
  Entry* at = nullptr;
  for (Entry& e : frame->entries)
    if (e.key == name) {
      at = &e;
      break;
    }
  if (!at) {
    // The reference makes the key before it looks at the value.
    frame->attributes_written = true;
    frame->entries.push_back({name, {}, {}, good ? *v : ottl::nil()});
  } else if (good && !v->is(ValueKind::Nil)) {
    frame->attributes_written = true;
    *at = {at->key, {}, {}, *v};
  }
  return good || run->fail("a value of that type cannot be stored");
}

bool rt_copy_attribute(Run* run, Frame* frame, const char* key, uint64_t size, const Value* v) {
  const bool there = rt_has_attribute(frame, key, size);
  if (!there || !v->is(ValueKind::Nil)) return rt_put_attribute(run, frame, key, size, v);
  for (Entry& e : frame->entries)
    if (e.key == Text(key, size)) {
      frame->attributes_written = true;
      e = {e.key, {}, {}, ottl::nil()};
      break;
    }
  return true;
}

void rt_delete_attribute(Frame* frame, const char* key, uint64_t size) {
  const Text name(key, size);
  for (size_t i = 0; i < frame->entries.size(); ++i) {
    if (frame->entries[i].key != name) continue;
    frame->entries.erase(frame->entries.begin() + static_cast<ptrdiff_t>(i));
    frame->attributes_written = true;
    return;
  }
}

void rt_get_key(Run*, const Frame* frame, uint32_t key, Value* out) {
  const KeyedAttribute& attribute = frame->keyed[key];
  if (attribute.state != KeyedAttribute::State::Received) {
    *out = attribute.value;
  } else if (attribute.at) {
    *out = ottl::from_any(attribute.any);
  } else {
    *out = ottl::nil();
    return;
  }
  if (out->is(ValueKind::Nil)) out->detail = 1;  // it is there, and empty
}

bool rt_has_key(const Frame* frame, uint32_t key) {
  const KeyedAttribute& attribute = frame->keyed[key];
  return attribute.at || attribute.state != KeyedAttribute::State::Received;
}

static void change(Frame& frame, uint32_t key, const Value& v) {
  KeyedAttribute& attribute = frame.keyed[key];
  frame.attributes_written = true;
  attribute.value = v;
  if (attribute.state != KeyedAttribute::State::Received) return;
  attribute.state = attribute.at ? KeyedAttribute::State::Changed : KeyedAttribute::State::Added;
  if (!attribute.at) frame.added.push_back(key);
}

bool rt_put_key(Run* run, Frame* frame, uint32_t key, const Value* v) {
  const bool good = ottl::storable(*v);
  // The reference makes the key before it looks at the value.
  if (!rt_has_key(frame, key)) change(*frame, key, good ? *v : ottl::nil());
  else if (good && !v->is(ValueKind::Nil)) change(*frame, key, *v);
  return good || run->fail("a value of that type cannot be stored");
}

bool rt_copy_key(Run* run, Frame* frame, uint32_t key, const Value* v) {
  if (!v->is(ValueKind::Nil) || !rt_has_key(frame, key)) return rt_put_key(run, frame, key, v);
  change(*frame, key, ottl::nil());
  return true;
}

void rt_delete_key(Frame* frame, uint32_t key) {
  KeyedAttribute& attribute = frame->keyed[key];
  if (!rt_has_key(frame, key)) return;
  frame->attributes_written = true;
  if (attribute.state == KeyedAttribute::State::Added) {
    std::erase(frame->added, key);
    attribute = {};
    return;
  }
  const Bytes gone{attribute.at, attribute.end};
  frame->removed.push_back(gone);
  attribute = {};
  if (!frame->doubled) return;
  // The next one of that key counts now.
  for (const uint8_t *p = gone.data() + gone.size(), *end = frame->content.data() + frame->content.size(); p < end;) {
    const wire::RawField f = wire::next_field(p);
    if (f.number() != frame->attributes_number) continue;
    const Entry e = entry_of(f.whole(), f.content());
    if (e.key != view(frame->looks.keys->keys[key])) continue;
    attribute.at = f.begin, attribute.end = f.end, attribute.any = e.any;
    return;
  }
}

void rt_get_attributes(Run* run, const Frame* frame, Value* out) {
  auto* members = run->arena.array<ottl::Member>(count_of(*frame));
  uint32_t n = 0;
  each_entry(*frame, [&](const Entry& e) {
    members[n++] = {e.key.data(), static_cast<uint32_t>(e.key.size()), 0, value_of(e)};
    return false;
  });
  *out = ottl::map(members, n);
}

bool rt_set_attributes(Run* run, Frame* frame, const Value* v) {
  if (v->is(ValueKind::Nil)) return true;
  if (!v->is_map()) return run->fail("the value is not a map");
  ottl::Members members = ottl::members_of(*v, run->arena);
  if (!frame->looks.keys) {
    frame->entries.clear();
    frame->attributes_written = true;
    for (const ottl::Member& m : members) frame->entries.push_back({m.name(), {}, {}, m.value});
    return true;
  }
  Writer now;
  const uint32_t tag = wire::tag_of(frame->attributes_number, wire::kLen);
  for (const uint8_t *p = frame->content.data(), *end = p + frame->content.size(); p < end;) {
    const wire::RawField f = wire::next_field(p);
    if (f.tag != tag) now.append(f.whole());
  }
  for (const ottl::Member& m : members) ottl::put_pair(now, frame->attributes_number, m.name(), m.value);
  replace_content(*frame, as_bytes(run->arena.copy(now.text())));
  return true;
}

bool rt_more_attributes(const Frame* frame, int64_t count) {
  return static_cast<int64_t>(count_of(*frame)) > count;
}

bool rt_longer_attribute(const Frame* frame, int64_t size) {
  auto longer = [&](const Value& v) { return v.is(ValueKind::String) && static_cast<int64_t>(v.size) > size; };
  // No text is longer than what it was received in.
  if (static_cast<int64_t>(frame->longest) <= size) {
    if (!frame->attributes_written) return false;
    if (frame->looks.keys) {
      for (const KeyedAttribute& attribute : frame->keyed)
        if (attribute.state != KeyedAttribute::State::Received && longer(attribute.value)) return true;
      return false;
    }
  }
  bool found = false;
  each_entry(*frame, [&](const Entry& e) { return found = longer(value_of(e)); });
  return found;
}

}  // extern "C"

}  // namespace whittle::record
