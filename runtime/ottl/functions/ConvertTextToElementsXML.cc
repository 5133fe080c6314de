// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/xpath.h"

namespace whittle::ottl {

// Texts that stand beside others, or beside elements, become elements of that name.
static void convert(Arena& arena, XmlNode* parent, Text name) {
  using Kind = XmlNode::Kind;
  if (parent->kind != Kind::Element && parent->kind != Kind::Document) return;
  uint32_t texts = 0, elements = 0;
  for (XmlNode* c = parent->first; c; c = c->next) {
    if (c->kind == Kind::Element) convert(arena, c, name), ++elements;
    if (c->kind == Kind::Text) ++texts;
  }
  if (texts == 0 || texts + elements <= 1) return;
  for (XmlNode* c = parent->first; c; c = c->next) {
    if (c->kind != Kind::Text) continue;
    c->first = c->last = make_text(arena, c->data);
    c->kind = Kind::Element;
    c->data = name;
  }
}

// target, xpath (the document), element_name ("value").
extern "C" bool rt_ottl_ConvertTextToElementsXML(Run* run, const Value* args, Value* out) {
  Text document;
  if (!want_text(*run, args[0], document)) return false;
  auto or_else = [](const Value& v, Text otherwise) { return given(v) && v.size > 0 ? v.as_text() : otherwise; };
  XmlNode* top = parse_xml(*run, document);
  XmlNodes found;
  if (!top || !find_xml(*run, top, or_else(args[1], "/"), found)) return false;
  for (XmlNode* n : found) convert(run->arena, n, or_else(args[2], "value"));
  return write_xml(*run, *top, out);
}

}  // namespace whittle::ottl
