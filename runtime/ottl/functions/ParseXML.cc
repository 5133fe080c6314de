// SPDX-License-Identifier: Apache-2.0
// ParseXML: the first element as a map of its tag, its attributes, its text and its children.
#include "runtime/ottl/sequence.h"
#include "runtime/ottl/xml_reader.h"

namespace whittle::ottl {

namespace {

// An element and what it holds; read without recursion, as documents may be nested deep.
struct Element {
  Element* around;
  Text tag;
  MapMaker attributes;
  ListMaker children;
  Text content;
};

Value as_map(Run& run, const Element& e) {
  MapMaker made(run.arena);
  made.put("tag", text(e.tag));
  if (!e.content.empty()) made.put("content", text(e.content));
  if (e.attributes.size() > 0) made.put("attributes", e.attributes.give());
  if (const Value children = e.children.give(ValueKind::Slice); children.size > 0) made.put("children", children);
  return made.give();
}

}  // namespace

// The first element; what stands in front of it is not looked at, and nothing may stand behind it.
extern "C" bool rt_ottl_ParseXML(Run* run, const Value* args, Value* out) {
  Text document;
  if (!want_text(*run, args[0], document)) return false;
  XmlReader reader(document, false, run->arena);
  Element* open = nullptr;
  for (XmlPiece piece; reader.next(piece);) {
    if (piece.kind == XmlPiece::Kind::Start) {
      open = run->arena.make<Element>(open, piece.name.local, MapMaker(run->arena), ListMaker(run->arena), Text());
      for (uint32_t i = 0; i < piece.attribute_count; ++i)
        open->attributes.put(piece.attributes[i].name.local, text(piece.attributes[i].value));
    } else if (piece.kind == XmlPiece::Kind::Text && open) {
      const Text more = trim_space(piece.text);
      if (open->content.empty()) {
        open->content = more;
      } else if (!more.empty()) {
        Writer w;
        w.append(open->content), w.append(more);
        open->content = run->arena.copy(w.text());
      }
    } else if (piece.kind == XmlPiece::Kind::End) {
      const Value made = as_map(*run, *open);
      open = open->around;
      if (open) {
        open->children.add(made);
        continue;
      }
      if (reader.offset() != document.size()) return run->fail("something stands behind the element");
      *out = made;
      return true;
    }
  }
  return run->fail(reader.error() ? reader.error() : "the text has no element of XML");
}

}  // namespace whittle::ottl
