// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/xpath.h"

namespace whittle::ottl {

// target, xpath (all attributes): the document with those that are found as elements.
extern "C" bool rt_ottl_ConvertAttributesToElementsXML(Run* run, const Value* args, Value* out) {
  Text document;
  if (!want_text(*run, args[0], document)) return false;
  const Text path = given(args[1]) && args[1].size > 0 ? args[1].as_text() : Text("//@*");
  XmlNode* top = parse_xml(*run, document);
  XmlNodes found;
  if (!top || !find_xml(*run, top, path, found)) return false;
  for (XmlNode* n : found) {
    if (n->kind != XmlNode::Kind::Attribute) continue;
    auto* element = run->arena.make<XmlNode>();
    element->kind = XmlNode::Kind::Element;
    element->data = n->data;
    element->first = element->last = make_text(run->arena, inner_text(*n, run->arena));
    add_child(n->parent, element);
    remove_attribute(n->parent, n->data);
  }
  return write_xml(*run, *top, out);
}

}  // namespace whittle::ottl
