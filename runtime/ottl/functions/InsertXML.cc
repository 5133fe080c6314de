// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/xpath.h"

namespace whittle::ottl {

// target, xpath, sub_document: the document with the nodes of another one at the end of each element that is found.
extern "C" bool rt_ottl_InsertXML(Run* run, const Value* args, Value* out) {
  Text document, more;
  if (!want_text(*run, args[0], document)) return false;
  XmlNode* top = document.empty() ? run->arena.make<XmlNode>() : parse_xml(*run, document);
  if (!top) return false;
  if (document.empty()) top->kind = XmlNode::Kind::Element;
  if (!want_text(*run, args[2], more)) return false;
  XmlNode* inserted = parse_xml(*run, more);
  XmlNodes found;
  if (!inserted || !find_xml(*run, top, args[1].as_text(), found)) return false;
  for (XmlNode* n : found) {
    if (n->kind != XmlNode::Kind::Element && n->kind != XmlNode::Kind::Document)
      return run->fail("the XPath finds what is no element");
    for (XmlNode *c = inserted->first, *next; c; c = next) {
      next = c->next;
      add_child(n, c);
    }
  }
  return write_xml(*run, *top, out);
}

}  // namespace whittle::ottl
