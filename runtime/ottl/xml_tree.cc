// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/xml_tree.h"

#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

namespace {

using Kind = XmlNode::Kind;

void add_sibling(XmlNode* of, XmlNode* n) {
  if (of->parent) of = of->parent->last;
  n->parent = of->parent;
  of->next = n;
  n->previous = of;
  if (of->parent) of->parent->last = n;
}

// A name as it is written: in two parts where it has a colon.
XmlName parts_of(Text name) {
  const size_t colon = name.find(':');
  if (colon == Text::npos || colon == 0) return {{}, name};
  return {name.substr(0, colon), name.substr(colon + 1)};
}

class Builder {
public:
  Builder(Run& run, Text document) : run_(run), reader_(document, true, run.arena) {
    document_ = run.arena.make<XmlNode>();
    last_ = behind_ = document_;
    prefixes_ = run.arena.make<Prefix>(nullptr, Text("http://www.w3.org/XML/1998/namespace"), Text("xml"), 0);
  }

  XmlNode* build() {
    XmlPiece piece;
    while (reader_.next(piece)) {
      switch (piece.kind) {
      case XmlPiece::Kind::Start:
        if (!element(piece)) return nullptr;
        break;
      case XmlPiece::Kind::End: --level_; break;
      case XmlPiece::Kind::Text: place(node(is_section(piece.written) ? Kind::Section : Kind::Text, piece.text)); break;
      case XmlPiece::Kind::Comment: place(node(Kind::Comment, piece.text)); break;
      case XmlPiece::Kind::Instruction: instruction(piece); break;
      case XmlPiece::Kind::Directive: place(node(Kind::Directive, piece.text)); break;
      }
    }
    if (reader_.error()) {
      run_.fail(reader_.error());
      return nullptr;
    }
    for (XmlNode* n = document_->first; n; n = n->next)
      if (n->kind == Kind::Element) return document_;
    run_.fail("the document of XML has no element");
    return nullptr;
  }

private:
  struct Prefix {  // what a namespace is called
    Prefix* before;
    Text space, name;
    int32_t level;
  };

  // Text is taken for a section by how it begins.
  static bool is_section(Text written) {
    if (written.starts_with('<')) written.remove_prefix(1);
    constexpr Text kBegin = "![CDATA[";
    for (size_t i = 0; i < kBegin.size(); ++i) {
      if (i >= written.size()) return false;
      const char c = written[i];
      if ((c >= 'a' && c <= 'z' ? c - 32 : c) != kBegin[i]) return false;
    }
    return true;
  }

  XmlNode* node(Kind kind, Text data) {
    auto* n = run_.arena.make<XmlNode>();
    n->kind = kind;
    n->data = data;
    n->level = level_;
    return n;
  }

  // Hangs a node where the level says.
  void place(XmlNode* n) {
    if (n->level == last_->level) {
      // What stands in front of the first element is not in the document but behind it.
      add_sibling(last_ == document_ ? behind_ : last_, n);
      if (last_ == document_) behind_ = n;
    } else if (n->level > last_->level) {
      add_child(last_, n);
    } else {
      for (int32_t i = last_->level - n->level; i > 1; --i) last_ = last_->parent;
      add_sibling(last_->parent, n);
    }
  }

  Prefix* prefix_of(Text space) const {
    for (Prefix* p = prefixes_; p; p = p->before)
      if (p->space == space) return p;
    return nullptr;
  }
  void call(Text space, Text name) {
    if (Prefix* p = prefix_of(space)) p->name = name, p->level = level_;
    else prefixes_ = run_.arena.make<Prefix>(prefixes_, space, name, level_);
  }

  bool element(const XmlPiece& piece) {
    if (level_ == 0) {
      auto* declaration = node(Kind::Declaration, "xml");
      declaration->attributes = run_.arena.make<XmlNode::Attribute>(Text(), Text("version"), Text("1.0"), Text());
      declaration->attribute_count = 1;
      declaration->level = 1;
      add_child(last_, declaration);
      level_ = 1;
      last_ = declaration;
    }
    for (uint32_t i = 0; i < piece.attribute_count; ++i) {
      const XmlAttribute& a = piece.attributes[i];
      if (a.name.local == "xmlns") {
        const Prefix* known = prefix_of(a.value);
        if (!known || known->level >= level_) call(a.value, {});
      } else if (a.name.space == "xmlns") {
        call(a.value, a.name.local);
      }
    }
    const Prefix* prefix = piece.name.space.empty() ? nullptr : prefix_of(piece.name.space);
    if (!prefix && !piece.name.space.empty()) return run_.fail("the document of XML has a prefix that is not declared");
    XmlNode* n = node(Kind::Element, piece.name.local);
    n->space = piece.name.space;
    if (prefix && !prefix->name.empty() && prefix->name == piece.prefix) n->prefix = prefix->name;
    n->attributes = run_.arena.array<XmlNode::Attribute>(piece.attribute_count);
    n->attribute_count = piece.attribute_count;
    for (uint32_t i = 0; i < piece.attribute_count; ++i) {
      const XmlAttribute& a = piece.attributes[i];
      const Prefix* p = prefix_of(a.name.space);
      n->attributes[i] = {p ? p->name : a.name.space, a.name.local, a.value, a.name.space};
    }
    place(n);
    last_ = n;
    ++level_;
    return true;
  }

  void instruction(const XmlPiece& piece) {
    XmlNode* n = node(piece.name.local == "xml" ? Kind::Declaration : Kind::Instruction, piece.name.local);
    if (last_ == document_) ++n->level;
    n->instruction = trim_space(piece.text);
    // What looks like attributes is taken for such.
    uint32_t most = 0;
    for (char c : piece.text) most += c == '=';
    n->attributes = run_.arena.array<XmlNode::Attribute>(most);
    for (Text rest = piece.text; !rest.empty();) {
      const size_t space = rest.find(' ');
      const Text pair = trim_space(rest.substr(0, space));
      rest = space == Text::npos ? Text() : rest.substr(space + 1);
      const size_t equal = pair.find('=');
      if (equal == Text::npos || equal == 0) continue;
      const XmlName name = parts_of(pair.substr(0, equal));
      Text value = pair.substr(equal + 1);
      while (value.starts_with('"') || value.starts_with('\'')) value.remove_prefix(1);
      while (value.ends_with('"') || value.ends_with('\'')) value.remove_suffix(1);
      bool there = false;
      for (uint32_t i = 0; i < n->attribute_count; ++i)
        there = there || (n->attributes[i].prefix == name.space && n->attributes[i].local == name.local);
      if (!there && n->attribute_count < most)
        n->attributes[n->attribute_count++] = {name.space, name.local, value, {}};
    }
    place(n);
    last_ = n;
    level_ = n->level;
  }

  Run& run_;
  XmlReader reader_;
  XmlNode *document_, *behind_;
  XmlNode* last_;  // the last element or instruction
  Prefix* prefixes_;
  int32_t level_ = 0;
};

class Output {
public:
  bool children(const XmlNode& n, bool spaces, uint32_t depth) {
    if (depth > kMaxXmlDepth + 1) return false;
    for (const XmlNode* c = n.first; c; c = c->next)
      if (!node(*c, spaces, depth)) return false;
    return true;
  }
  static bool keeps_spaces(const XmlNode& n, bool before) {
    for (uint32_t i = 0; i < n.attribute_count; ++i) {
      const XmlNode::Attribute& a = n.attributes[i];
      if (a.prefix == "xml" && a.local == "space") return a.value == "preserve" || (a.value != "default" && before);
    }
    return before;
  }

  Writer out;

private:
  static constexpr size_t kMost = 64 << 20;

  void escaped(Text t) {
    for (char c : t) {
      switch (c) {
      case '&': out.append(Text("&amp;")); break;
      case '<': out.append(Text("&lt;")); break;
      case '>': out.append(Text("&gt;")); break;
      case '"': out.append(Text("&#34;")); break;
      case '\'': out.append(Text("&#39;")); break;
      default: out.byte(static_cast<uint8_t>(c));
      }
    }
  }
  void name(Text prefix, Text local) {
    if (!prefix.empty()) out.append(prefix), out.byte(':');
    out.append(local);
  }

  bool node(const XmlNode& n, bool spaces, uint32_t depth) {
    if (out.size() > kMost) return false;
    switch (n.kind) {
    case Kind::Text: escaped(spaces ? n.data : trim_space(n.data)); return true;
    case Kind::Section:
      out.append(Text("<![CDATA["));
      out.append(n.data);
      out.append(Text("]]>"));
      return true;
    case Kind::Comment:
      out.append(Text("<!--"));
      out.append(n.data);
      out.append(Text("-->"));
      return true;
    case Kind::Directive:
      out.append(Text("<!"));
      out.append(n.data);
      out.byte('>');
      return true;
    case Kind::Instruction:
      out.append(Text("<?"));
      out.append(n.data);
      if (!n.instruction.empty()) out.byte(' '), out.append(n.instruction);
      out.append(Text("?>"));
      return true;
    default: break;
    }
    const bool declaration = n.kind == Kind::Declaration;
    out.append(declaration ? Text("<?") : Text("<"));
    name(declaration ? Text() : n.prefix, n.data);
    for (uint32_t i = 0; i < n.attribute_count; ++i) {
      out.byte(' ');
      name(n.attributes[i].prefix, n.attributes[i].local);
      out.append(Text("=\""));
      escaped(n.attributes[i].value);
      out.byte('"');
    }
    out.append(declaration ? Text("?>") : Text(">"));
    if (!children(n, keeps_spaces(n, spaces), depth + 1)) return false;
    if (declaration) return true;
    out.append(Text("</"));
    name(n.prefix, n.data);
    out.byte('>');
    return true;
  }
};

void append_inner(Writer& out, const XmlNode& n) {
  if (n.kind == Kind::Text || n.kind == Kind::Section) return out.append(n.data);
  if (n.kind == Kind::Comment) return;
  for (const XmlNode* c = n.first; c; c = c->next) append_inner(out, *c);
}

}  // namespace

XmlNode* parse_xml(Run& run, Text document) {
  XmlNode* top = Builder(run, document).build();
  if (top && !document.starts_with("<?xml") && top->first) remove_from_tree(top->first);
  return top;
}

void add_child(XmlNode* parent, XmlNode* child) {
  // Adding the last one again would make it follow itself.
  if (parent->first && parent->last == child) return;
  child->parent = parent;
  child->next = nullptr;
  if (!parent->first) {
    parent->first = child;
    child->previous = nullptr;
  } else {
    parent->last->next = child;
    child->previous = parent->last;
  }
  parent->last = child;
}

void remove_from_tree(XmlNode* n) {
  XmlNode* parent = n->parent;
  if (!parent) return;
  if (parent->first == n) parent->first = n->next;
  if (parent->last == n) parent->last = n->previous;
  if (n->previous) n->previous->next = n->next;
  if (n->next) n->next->previous = n->previous;
  n->parent = n->previous = n->next = nullptr;
}

void remove_attribute(XmlNode* n, Text name) {
  const XmlName wanted = parts_of(name);
  for (uint32_t i = 0; i < n->attribute_count; ++i) {
    if (n->attributes[i].prefix != wanted.space || n->attributes[i].local != wanted.local) continue;
    for (uint32_t k = i + 1; k < n->attribute_count; ++k) n->attributes[k - 1] = n->attributes[k];
    --n->attribute_count;
    return;
  }
}

XmlNode* make_text(Arena& arena, Text content) {
  auto* n = arena.make<XmlNode>();
  n->kind = Kind::Text;
  n->data = content;
  return n;
}

Text inner_text(const XmlNode& n, Arena& arena) {
  if (n.kind == Kind::Text || n.kind == Kind::Section) return n.data;
  const XmlNode* only = n.first;
  if (only && !only->next && (only->kind == Kind::Text || only->kind == Kind::Section)) return only->data;
  Writer w;
  append_inner(w, n);
  return arena.copy(w.text());
}

bool write_xml(Run& run, const XmlNode& n, Value* out) {
  Output o;
  if (!o.children(n, Output::keeps_spaces(n, true), 0)) return run.fail("the document of XML grows too large");
  *out = made_text(run, o.out);
  return true;
}

}  // namespace whittle::ottl
