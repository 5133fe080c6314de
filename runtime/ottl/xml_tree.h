// SPDX-License-Identifier: Apache-2.0
// A document of XML as a tree, as antchfx/xmlquery builds, changes and writes it.
//
// The document's children are its declaration, made up where it has none, and its elements; what stands in front of the
// first element stands beside the document, and is not written. Nodes may hang in two places: adding a node to another
// parent leaves it where it was, so `parent` is the last one that it was added to.
#pragma once

#include "runtime/ottl/arguments.h"
#include "runtime/ottl/xml_reader.h"

namespace whittle::ottl {

struct XmlNode {
  enum class Kind : uint8_t {
    Document,
    Declaration,
    Element,
    Text,
    Section,
    Comment,
    Attribute,
    Directive,
    Instruction
  };
  struct Attribute {
    Text prefix, local, value, space;
  };
  Kind kind = Kind::Document;
  Text data;  // the local name of what has one, else the content
  XmlNode *parent = nullptr, *first = nullptr, *last = nullptr, *previous = nullptr, *next = nullptr;
  Text prefix, space;
  Attribute* attributes = nullptr;
  uint32_t attribute_count = 0;
  int32_t level = 0;
  Text instruction{};  // of an Instruction: what follows its target
};

// The document; null, with the reason in the run, where there is none. A declaration that was made up is left out.
XmlNode* parse_xml(Run& run, Text document);

void add_child(XmlNode* parent, XmlNode* child);
void remove_from_tree(XmlNode* n);
// Without a prefix: those that have one stay.
void remove_attribute(XmlNode* n, Text name);
XmlNode* make_text(Arena& arena, Text content);

// The text within a node, of all its elements.
Text inner_text(const XmlNode& n, Arena& arena);

// Everything below a node, as a text in the arena. False: it is nested too deep or grows without end.
bool write_xml(Run& run, const XmlNode& n, Value* out);

}  // namespace whittle::ottl
