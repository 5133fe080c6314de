// SPDX-License-Identifier: Apache-2.0
// XPath over a tree of XML, as antchfx/xpath has it: XPath 1.0 with some functions of 2.0, and its own order of
// results.
//
//   xpath_parse.cc   text to a tree of expressions
//   xpath_build.cc   that to queries
//   xpath_query.cc   what queries find, node by node; xpath_function.cc what is computed
#pragma once

#include "runtime/ottl/xml_tree.h"

namespace whittle::ottl {

// What a path finds, in the order in which it does. An attribute is a node of its own, of kind Attribute, whose parent
// is the element that has it and whose one child is its value.
struct XmlNodes {
  XmlNode** nodes = nullptr;
  uint32_t size = 0, room = 0;
  XmlNode** begin() const { return nodes; }
  XmlNode** end() const { return nodes + size; }
  void add(XmlNode* n, Arena& arena);
};

// False, with the reason in the run: the path is none, compares what cannot be compared, or takes too long.
bool find_xml(Run& run, XmlNode* top, Text path, XmlNodes& out);

// Patterns of `matches` and `replace`, for paths that call them: set by what the compiler calls before the function.
extern const Regex* (*xpath_pattern)(Text);

}  // namespace whittle::ottl
