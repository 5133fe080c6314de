// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/xpath.h"

namespace whittle::ottl {

// target, xpath: the document without what it finds.
extern "C" bool rt_ottl_RemoveXML(Run* run, const Value* args, Value* out) {
  Text document;
  if (!want_text(*run, args[0], document)) return false;
  if (document.empty()) {
    *out = text({});
    return true;
  }
  XmlNode* top = parse_xml(*run, document);
  XmlNodes found;
  if (!top || !find_xml(*run, top, args[1].as_text(), found)) return false;
  for (XmlNode* n : found) {
    switch (n->kind) {
    case XmlNode::Kind::Element:
    case XmlNode::Kind::Comment:
    case XmlNode::Kind::Section: remove_from_tree(n); break;
    case XmlNode::Kind::Attribute: remove_attribute(n->parent, n->data); break;
    case XmlNode::Kind::Text: n->data = {}; break;
    default: break;
    }
  }
  return write_xml(*run, *top, out);
}

}  // namespace whittle::ottl
