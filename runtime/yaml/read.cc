// SPDX-License-Identifier: Apache-2.0
// libyaml's events, put together without recursion: the open collections are a stack of fixed depth.
#include "runtime/yaml/read.h"

#include "runtime/base/number.h"

#include <new>
#include <yaml.h>

namespace whittle::yaml {

const Node* Node::find(Text key) const {
  if (kind() != Kind::Mapping) return nullptr;
  for (const Entry* e = first; e; e = e->next)
    if (e->key == key) return e->value;
  return nullptr;
}

void append(Node& node, Text key, const Node* value, Arena& arena) {
  auto* entry = arena.make<Entry>(Entry{key, value, nullptr});
  if (node.last) node.last->next = entry;
  else node.first = entry;
  node.last = entry;
  ++node.size;
}

namespace {

struct Anchor {
  Text name;
  Node* node;
  uint32_t weight;  // nodes below it, aliases expanded; 0 while it is open
  Anchor* next;
};

struct Frame {
  Node* node;
  Anchor* anchor;
  uint32_t weight;
  bool has_key, merging;
  Text key;
  Entry* merges;  // what `<<` named, first to last
  Entry* last_merge;
};

class Reader {
public:
  Reader(Text text, Arena& arena, Writer& why) : arena_(arena), why_(why) {
    good_ = yaml_parser_initialize(&parser_) == 1;
    if (!good_) return;
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~Reader() { yaml_parser_delete(&parser_); }

  Node* run() {
    if (!good_) return fail("memory is short", 0), nullptr;
    for (bool more = true; more && good_;) {
      yaml_event_t event;
      if (!yaml_parser_parse(&parser_, &event)) {
        fail(parser_.problem ? parser_.problem : "it is no YAML", parser_.problem_mark.line + 1);
        break;
      }
      more = take(event);
      yaml_event_delete(&event);
    }
    if (!good_) return nullptr;
    return root_ ? root_ : arena_.make<Node>();
  }

private:
  void fail(const char* why, size_t line) {
    if (!good_ && !why_.empty()) return;
    good_ = false;
    if (line > 0) {
      why_.append(Text("line "));
      append_uint(why_, line);
      why_.append(Text(": "));
    }
    why_.append(Text(why));
  }

  static Text text_of(const yaml_char_t* s) { return s ? Text(reinterpret_cast<const char*>(s)) : Text(); }

  bool take(const yaml_event_t& e) {
    size_t line = e.start_mark.line + 1;
    switch (e.type) {
    case YAML_SCALAR_EVENT: scalar(e, line); return true;
    case YAML_SEQUENCE_START_EVENT: open(Kind::Sequence, text_of(e.data.sequence_start.anchor), line); return true;
    case YAML_MAPPING_START_EVENT: open(Kind::Mapping, text_of(e.data.mapping_start.anchor), line); return true;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: close(line); return true;
    case YAML_ALIAS_EVENT: alias(text_of(e.data.alias.anchor), line); return true;
    case YAML_DOCUMENT_END_EVENT:  // what follows is not read by the Collector either
    case YAML_STREAM_END_EVENT:
    case YAML_NO_EVENT: return false;
    default: return true;
    }
  }

  Anchor* anchor(Text name, Node* node) {
    if (name.empty()) return nullptr;
    if (++anchor_count_ > kMostAnchors) return fail("it holds too many anchors", 0), nullptr;
    anchors_ = arena_.make<Anchor>(Anchor{arena_.copy(name), node, 0, anchors_});
    return anchors_;
  }

  bool key_is_due() const {
    return depth_ > 0 && stack_[depth_ - 1].node->kind() == Kind::Mapping && !stack_[depth_ - 1].has_key;
  }

  void open(Kind kind, Text name, size_t line) {
    if (key_is_due()) return fail("a key is no text", line);
    if (depth_ == kMostDepth) return fail("it is nested too deep", line);
    auto* node = arena_.make<Node>();
    node->scalar.kind = kind;
    node->line = static_cast<uint32_t>(line);
    stack_[depth_++] = {node, anchor(name, node), 1, false, false, {}, nullptr, nullptr};
  }

  void close(size_t line) {
    Frame frame = stack_[--depth_];
    for (Entry* m = frame.merges; m && good_; m = m->next) {
      if (m->value->kind() == Kind::Mapping) {
        merge(*frame.node, *m->value);
      } else if (m->value->kind() == Kind::Sequence) {
        for (Entry* item = m->value->first; item && good_; item = item->next) {
          if (item->value->kind() == Kind::Mapping) merge(*frame.node, *item->value);
          else fail("`<<` merges maps only", line);
        }
      } else {
        fail("`<<` merges maps only", line);
      }
    }
    if (frame.anchor) frame.anchor->weight = frame.weight;
    value(frame.node, frame.weight, line);
  }

  void merge(Node& into, const Node& from) {
    for (Entry* e = from.first; e; e = e->next) {
      if (into.find(e->key)) continue;
      if (into.size >= kMostKeys) return fail("a map holds too many keys", into.line);
      append(into, e->key, e->value, arena_);
    }
  }

  void scalar(const yaml_event_t& e, size_t line) {
    const auto& s = e.data.scalar;
    Text raw(reinterpret_cast<const char*>(s.value), s.length), tag = text_of(s.tag);
    bool quoted = s.style != YAML_PLAIN_SCALAR_STYLE || tag == "!" || tag == "tag:yaml.org,2002:str";
    if (key_is_due()) {
      Frame& top = stack_[depth_ - 1];
      top.has_key = true;
      top.merging = raw == "<<" && !quoted;
      top.key = arena_.copy(raw);
      if (top.node->size >= kMostKeys) return fail("a map holds too many keys", line);
      if (!top.merging && top.node->find(raw)) return fail("a key stands twice in one map", line);
      return;
    }
    auto* node = arena_.make<Node>();
    node->line = static_cast<uint32_t>(line);
    node->text = arena_.copy(raw);
    node->quoted = quoted;
    if (quoted) node->scalar.kind = Kind::String;
    else node->scalar = resolve(node->text);
    if (Anchor* a = anchor(text_of(s.anchor), node)) a->weight = 1;
    value(node, 1, line);
  }

  void alias(Text name, size_t line) {
    if (key_is_due()) return fail("a key is no text", line);
    for (Anchor* a = anchors_; a; a = a->next) {
      if (a->name != name) continue;
      if (a->weight == 0) return fail("an alias stands inside of what it stands for", line);
      return value(a->node, a->weight, line);
    }
    fail("an alias has no anchor", line);
  }

  void value(Node* node, uint32_t weight, size_t line) {
    if (!good_) return;
    if (depth_ == 0) {
      root_ = node;
      return;
    }
    Frame& top = stack_[depth_ - 1];
    if (weight > kMostNodes - top.weight)
      return fail("it holds too many values (aliases count as what they stand for)", line);
    top.weight += weight;
    if (top.node->kind() == Kind::Sequence) return append(*top.node, {}, node, arena_);
    top.has_key = false;
    if (!top.merging) return append(*top.node, top.key, node, arena_);
    auto* m = arena_.make<Entry>(Entry{{}, node, nullptr});
    if (top.last_merge) top.last_merge->next = m;
    else top.merges = m;
    top.last_merge = m;
  }

  Arena& arena_;
  Writer& why_;
  yaml_parser_t parser_;
  bool good_ = false;
  Node* root_ = nullptr;
  Anchor* anchors_ = nullptr;
  uint32_t anchor_count_ = 0;
  uint32_t depth_ = 0;
  Frame stack_[kMostDepth];
};

}  // namespace

Node* read(Text text, Arena& arena, Writer& why) {
  if (text.size() > kMostBytes) {
    why.append(Text("it is larger than 1 MiB"));
    return nullptr;
  }
  Reader* reader = new (arena.allocate(sizeof(Reader), alignof(Reader))) Reader(text, arena, why);
  Node* root = reader->run();
  reader->~Reader();
  return root;
}

static const Node* join(const Node* under, const Node* over, Arena& arena, uint32_t& budget) {
  if (under->kind() != Kind::Mapping || over->kind() != Kind::Mapping) return over;
  auto* out = arena.make<Node>(*over);
  out->first = out->last = nullptr;
  out->size = 0;
  for (const Entry* e = under->first; e; e = e->next) {
    if (budget == 0) return out;
    --budget;
    const Node* other = over->find(e->key);
    append(*out, e->key, other ? join(e->value, other, arena, budget) : e->value, arena);
  }
  for (const Entry* e = over->first; e; e = e->next) {
    if (budget == 0) return out;
    --budget;
    if (!under->find(e->key)) append(*out, e->key, e->value, arena);
  }
  return out;
}

const Node* merge(const Node* under, const Node* over, Arena& arena, Writer& why) {
  uint32_t budget = kMostNodes;
  const Node* out = join(under, over, arena, budget);
  if (budget > 0) return out;
  why.append(Text("it holds too many values"));
  return nullptr;
}

}  // namespace whittle::yaml
