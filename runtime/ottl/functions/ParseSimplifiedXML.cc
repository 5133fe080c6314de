// SPDX-License-Identifier: Apache-2.0
// ParseSimplifiedXML: elements as maps, those of one name as a list; attributes are left out.
#include "runtime/ottl/sequence.h"
#include "runtime/ottl/xml_tree.h"

namespace whittle::ottl {

namespace {

using Kind = XmlNode::Kind;

// The elements of one parent by their names, in the order of the first of each name that holds something.
class Names {
public:
  struct Name {
    Text text;
    uint32_t count = 0;           // of elements
    Member* member = nullptr;     // what they become
    ListMaker* values = nullptr;  // where there are several
  };

  Names(const XmlNode& parent, Arena& arena) {
    uint32_t children = 0;
    for (const XmlNode* c = parent.first; c; c = c->next) children += c->kind == Kind::Element;
    if (children == 0) return;
    room_ = 4;
    while (room_ < 2 * children) room_ *= 2;
    slots_ = arena.array<Name>(room_);
    for (uint32_t i = 0; i < room_; ++i) slots_[i] = {};
    for (const XmlNode* c = parent.first; c; c = c->next)
      if (c->kind == Kind::Element) ++find(c->data).count;
    members = arena.array<Member>(children);
  }
  bool empty() const { return room_ == 0; }
  Name& find(Text name) {
    uint64_t hash = 14695981039346656037u;
    for (char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211u;
    for (uint64_t i = hash ^ hash >> 32;; ++i) {
      Name& n = slots_[i & (room_ - 1)];
      if (n.count == 0) n.text = name;
      if (n.text == name) return n;
    }
  }
  void put(Name& n, const Value& v) {
    if (!n.member) n.member = &members[size++];
    *n.member = {n.text.data(), static_cast<uint32_t>(n.text.size()), 0, v};
  }

  Member* members = nullptr;
  uint32_t size = 0;

private:
  Name* slots_ = nullptr;
  uint32_t room_ = 0;
};

// The text of an element that holds no others.
Text leaf(const XmlNode& n) {
  for (const XmlNode* c = n.first; c; c = c->next)
    if (c->kind == Kind::Element) return {};
  for (const XmlNode* c = n.first; c; c = c->next)
    if (c->kind == Kind::Text || c->kind == Kind::Section) return c->data;
  return {};
}

// At most as deep as the reader lets documents be.
Value map_of(Run& run, const XmlNode& parent) {
  Names names(parent, run.arena);
  for (const XmlNode* c = names.empty() ? nullptr : parent.first; c; c = c->next) {
    if (c->kind != Kind::Element || !c->first) continue;
    Names::Name& name = names.find(c->data);
    const bool several = name.count > 1;
    if (several && !name.values) {
      name.values = run.arena.make<ListMaker>(run.arena);
      names.put(name, {});
    }
    const Text t = leaf(*c);
    const Value v = t.empty() ? map_of(run, *c) : text(t);
    if (t.empty() && v.size == 0) continue;
    if (several) name.values->add(v);
    else names.put(name, v);
  }
  for (const XmlNode* c = names.size > 0 ? parent.first : nullptr; c; c = c->next) {
    if (c->kind != Kind::Element) continue;
    Names::Name& name = names.find(c->data);
    if (name.values) names.put(name, name.values->give(ValueKind::Slice));
    name.values = nullptr;
  }
  return map(names.members, names.size);
}

}  // namespace

extern "C" bool rt_ottl_ParseSimplifiedXML(Run* run, const Value* args, Value* out) {
  Text document;
  if (!want_text(*run, args[0], document)) return false;
  const XmlNode* top = parse_xml(*run, document);
  if (!top) return false;
  *out = map_of(*run, *top);
  return true;
}

}  // namespace whittle::ottl
