// SPDX-License-Identifier: Apache-2.0
// A document of XML, piece by piece, as Go's encoding/xml takes it (strict): well-formed as far as that looks, with the
// five entities of the standard, and namespaces in place of their prefixes. Nothing outside the document is ever read.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/writer.h"

namespace whittle::ottl {

// Elements within elements. Go takes some more, and then not.
inline constexpr uint32_t kMaxXmlDepth = 1000;

struct XmlName {
  Text space, local;
  bool operator==(const XmlName&) const = default;
};

struct XmlAttribute {
  XmlName name;
  Text value;
};

struct XmlPiece {
  enum class Kind : uint8_t { Start, End, Text, Comment, Instruction, Directive };
  Kind kind = Kind::Text;
  XmlName name;  // Start, End; of an Instruction its target is `local`
  Text prefix;   // Start: as it is written
  Text text;     // of Text, Comment, Instruction and Directive
  Text written;  // as it stands in the document, from its first byte
  const XmlAttribute* attributes = nullptr;
  uint32_t attribute_count = 0;
};

// What is given lives in the arena or is part of the document.
class XmlReader {
public:
  // `legacy`: documents may say that they are in windows-1252 or a part of it.
  XmlReader(Text document, bool legacy, Arena& arena) : document_(document), legacy_(legacy), arena_(arena) {}

  // The next piece. False at the end, and where the document is wrong.
  bool next(XmlPiece& piece);
  // Why next() gave false; null: the document has ended.
  const char* error() const { return error_; }
  // How much of the document has been read.
  size_t offset() const { return at_; }

private:
  struct Binding {  // what a prefix stands for
    Binding* before;
    Text prefix, space;
  };
  struct Open {
    Open* around;
    XmlName name;  // as written
    Binding* bindings;
  };

  bool fail(const char* why) {
    if (!error_) error_ = why;
    return false;
  }
  bool more() const { return at_ < document_.size(); }
  bool spaces();
  bool name(Text& out);
  bool qualified(XmlName& out);
  bool text(int quote, bool cdata, Text& out);
  bool entity(Writer& out);
  bool start(XmlPiece& piece);
  bool end(XmlPiece& piece);
  bool instruction(XmlPiece& piece);
  bool declared(Text content);
  bool comment(XmlPiece& piece);
  bool directive(XmlPiece& piece);
  void recode();
  void translate(XmlName& name, bool element) const;

  Text document_;
  const bool legacy_;
  Arena& arena_;
  size_t at_ = 0;
  const char* error_ = nullptr;
  Open* open_ = nullptr;
  Binding* bindings_ = nullptr;
  uint32_t depth_ = 0;
  bool close_ = false;  // an element that had no content ends next
};

}  // namespace whittle::ottl
