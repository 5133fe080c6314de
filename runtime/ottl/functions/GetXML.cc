// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/xpath.h"

namespace whittle::ottl {

// target, xpath: what it finds, one after the other; of attributes and sections their text.
extern "C" bool rt_ottl_GetXML(Run* run, const Value* args, Value* out) {
  Text document;
  if (!want_text(*run, args[0], document)) return false;
  if (document.empty()) {
    *out = text({});
    return true;
  }
  XmlNode* top = parse_xml(*run, document);
  XmlNodes found;
  if (!top || !find_xml(*run, top, args[1].as_text(), found)) return false;
  XmlNode result;
  for (XmlNode* n : found) {
    if (n->kind == XmlNode::Kind::Element || n->kind == XmlNode::Kind::Text) add_child(&result, n);
    if (n->kind == XmlNode::Kind::Attribute || n->kind == XmlNode::Kind::Section)
      add_child(&result, make_text(run->arena, inner_text(*n, run->arena)));
  }
  return write_xml(*run, result, out);
}

}  // namespace whittle::ottl
