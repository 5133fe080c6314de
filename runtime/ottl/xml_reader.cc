// SPDX-License-Identifier: Apache-2.0
#include "runtime/ottl/xml_reader.h"

#include "runtime/base/utf8.h"
#include "runtime/ottl/xml_names.h"

namespace whittle::ottl {

namespace {

constexpr const char* kCut = "the document of XML is cut short";

bool is_name_byte(char c) {
  const auto u = static_cast<uint8_t>(c);
  return u >= 0x80 || in_xml_name(u);
}

bool is_character(uint32_t c) {
  return c == 9 || c == 10 || c == 13 || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) ||
         (c >= 0x10000 && c <= 0x10FFFF);
}

bool same_letters(Text a, Text b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    const char x = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] + 32) : a[i];
    if (x != b[i]) return false;
  }
  return true;
}

// What `name="..."` says in an XML declaration, empty where it is not there.
Text declared_value(Text content, Text name) {
  for (size_t i = 0; i < content.size();) {
    const size_t found = content.find(name, i);
    if (found == Text::npos) return {};
    const size_t quote = found + name.size();
    if (quote >= content.size()) return {};
    i = quote + 1;
    if (content[quote] != '\'' && content[quote] != '"') continue;
    const size_t end = content.find(content[quote], i);
    return end == Text::npos ? Text() : content.substr(i, end - i);
  }
  return {};
}

// The characters of windows-1252 from 0x80 to 0x9F; the others are those of Latin-1.
constexpr uint16_t kWindows1252[] = {0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                     0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                                     0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                     0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

}  // namespace

bool XmlReader::spaces() {
  while (more() &&
         (document_[at_] == ' ' || document_[at_] == '\r' || document_[at_] == '\n' || document_[at_] == '\t'))
    ++at_;
  return more() || fail(kCut);
}

bool XmlReader::name(Text& out) {
  const size_t begin = at_;
  while (more() && is_name_byte(document_[at_])) ++at_;
  if (!more()) return fail(kCut);
  out = document_.substr(begin, at_ - begin);
  if (out.empty()) return fail("a name is missing in the document of XML");
  for (size_t i = 0, width; i < out.size(); i += width) {
    const uint32_t c = code_point_at(out, i, width);
    const bool whole = width > 1 || c < 0x80;
    if (!whole || !(i == 0 ? begins_xml_name(c) : in_xml_name(c)))
      return fail("a name of the document of XML holds what no name may");
  }
  return true;
}

bool XmlReader::qualified(XmlName& out) {
  Text whole;
  if (!name(whole)) return false;
  const size_t colon = whole.find(':');
  if (colon != Text::npos && whole.find(':', colon + 1) != Text::npos)
    return fail("a name of the document of XML has two colons");
  const bool parts = colon != Text::npos && colon > 0 && colon + 1 < whole.size();
  out = {parts ? whole.substr(0, colon) : Text(), parts ? whole.substr(colon + 1) : whole};
  return true;
}

// What stands behind an ampersand.
bool XmlReader::entity(Writer& out) {
  constexpr const char* kWrong = "the document of XML has an entity that is not known";
  if (more() && document_[at_] == '#') {
    ++at_;
    const bool hex = more() && document_[at_] == 'x';
    at_ += hex;
    uint64_t n = 0;
    size_t digits = 0;
    for (; more(); ++at_, ++digits) {
      const char c = document_[at_];
      int digit = c >= '0' && c <= '9' ? c - '0' : -1;
      if (hex && (c | 0x20) >= 'a' && (c | 0x20) <= 'f') digit = (c | 0x20) - 'a' + 10;
      if (digit < 0) break;
      n = n * (hex ? 16 : 10) + static_cast<uint64_t>(digit);
      if (n > 0x110000) n = 0x110000;
    }
    if (!more()) return fail(kCut);
    if (document_[at_] != ';' || digits == 0 || n > 0x10FFFF) return fail(kWrong);
    ++at_;
    append_code_point(out, n >= 0xD800 && n < 0xE000 ? 0xFFFD : static_cast<uint32_t>(n));
    return true;
  }
  const size_t end = document_.find(';', at_);
  const Text which = document_.substr(at_, end == Text::npos ? 0 : end - at_);
  const char c = which == "lt"     ? '<'
                 : which == "gt"   ? '>'
                 : which == "amp"  ? '&'
                 : which == "apos" ? '\''
                 : which == "quot" ? '"'
                                   : '\0';
  if (c == '\0') return fail(kWrong);
  at_ = end + 1;
  out.byte(static_cast<uint8_t>(c));
  return true;
}

// Text up to the next tag (`quote` negative), to the quote, or to the end of its section.
bool XmlReader::text(int quote, bool cdata, Text& out) {
  const size_t begin = at_;
  Writer made;
  bool changed = false;  // what is given is not what stands there
  size_t plain = at_;    // from where on nothing was copied yet
  size_t last = at_;     // what was read of `]]>` begins behind an entity
  size_t end;
  auto copy = [&](size_t to) { made.append(document_.substr(plain, to - plain)); };
  for (;; ++at_) {
    if (!more()) {
      if (cdata || quote >= 0) return fail(kCut);
      end = at_;
      break;
    }
    const char c = document_[at_];
    if (quote < 0 && c == '>' && at_ >= last + 2 && document_[at_ - 1] == ']' && document_[at_ - 2] == ']') {
      if (!cdata) return fail("the document of XML has `]]>` in its text");
      end = at_ - 2;
      break;
    }
    if (c == '<' && !cdata) {
      if (quote >= 0) return fail("the document of XML has `<` in the value of an attribute");
      end = at_;
      break;
    }
    if (quote >= 0 && c == static_cast<char>(quote)) {
      end = at_;
      break;
    }
    if (c == '&' && !cdata) {
      copy(at_++);
      changed = true;
      if (!entity(made)) return false;
      plain = last = at_--;
    } else if (c == '\r') {
      copy(at_);
      changed = true;
      made.byte('\n');
      plain = at_ + 1;
      if (plain < document_.size() && document_[plain] == '\n') plain = ++at_ + 1;
    }
  }
  if (changed) {
    copy(end);
    out = arena_.copy(made.text());
  } else {
    out = document_.substr(begin, end - begin);
  }
  if (cdata || quote >= 0) ++at_;
  if (!is_utf8(as_bytes(out))) return fail("the document of XML is no UTF-8");
  for (size_t i = 0, width; i < out.size(); i += width)
    if (!is_character(code_point_at(out, i, width))) return fail("the document of XML holds what no text may");
  return true;
}

void XmlReader::translate(XmlName& n, bool element) const {
  if (n.space == "xmlns" || (n.space.empty() && (!element || n.local == "xmlns"))) return;
  if (n.space == "xml") n.space = "http://www.w3.org/XML/1998/namespace";
  for (const Binding* b = bindings_; b; b = b->before) {
    if (b->prefix != n.space) continue;
    n.space = b->space;
    return;
  }
}

bool XmlReader::start(XmlPiece& piece) {
  constexpr uint32_t kMostAttributes = 10'000;
  if (++depth_ > kMaxXmlDepth) return fail("the document of XML is nested too deep");
  XmlName written;
  if (!qualified(written)) return false;
  uint32_t room = 0, count = 0;
  XmlAttribute* attributes = nullptr;
  for (;;) {
    if (!spaces()) return false;
    if (document_[at_] == '/') {
      if (++at_; !more()) return fail(kCut);
      if (document_[at_] != '>') return fail("a tag of the document of XML has a slash that does not end it");
      close_ = true;
    }
    if (document_[at_] == '>') {
      ++at_;
      break;
    }
    if (count == room) {
      if (room >= kMostAttributes) return fail("an element of the document of XML has too many attributes");
      room = room ? 4 * room : 4;
      auto* larger = arena_.array<XmlAttribute>(room);
      for (uint32_t i = 0; i < count; ++i) larger[i] = attributes[i];
      attributes = larger;
    }
    XmlAttribute& a = attributes[count++];
    a = {};
    if (!qualified(a.name) || !spaces()) return false;
    if (document_[at_] != '=') return fail("an attribute of the document of XML has no value");
    if (++at_; !spaces()) return false;
    const char quote = document_[at_++];
    if (quote != '"' && quote != '\'') return fail("an attribute of the document of XML has no quotes");
    if (!text(quote, false, a.value)) return false;
  }
  Binding* outside = bindings_;
  for (uint32_t i = 0; i < count; ++i) {
    const XmlName& n = attributes[i].name;
    if (n.space == "xmlns") bindings_ = arena_.make<Binding>(bindings_, n.local, attributes[i].value);
    if (n.space.empty() && n.local == "xmlns") bindings_ = arena_.make<Binding>(bindings_, Text(), attributes[i].value);
  }
  open_ = arena_.make<Open>(open_, written, outside);
  piece.kind = XmlPiece::Kind::Start;
  piece.prefix = written.space;
  piece.name = written;
  translate(piece.name, true);
  for (uint32_t i = 0; i < count; ++i) translate(attributes[i].name, false);
  piece.attributes = attributes;
  piece.attribute_count = count;
  return true;
}

bool XmlReader::end(XmlPiece& piece) {
  XmlName written;
  if (close_) {
    close_ = false;
    written = open_->name;
  } else {
    if (!qualified(written) || !spaces()) return false;
    if (document_[at_++] != '>') return fail("an end tag of the document of XML holds more than a name");
  }
  if (!open_ || open_->name != written) return fail("an end tag of the document of XML ends nothing");
  piece.kind = XmlPiece::Kind::End;
  piece.name = written;
  translate(piece.name, true);
  bindings_ = open_->bindings;
  open_ = open_->around;
  --depth_;
  return true;
}

// The rest of the document, which is in windows-1252, as UTF-8.
void XmlReader::recode() {
  Writer out;
  out.append(document_.substr(0, at_));
  for (char c : document_.substr(at_)) {
    const auto u = static_cast<uint8_t>(c);
    append_code_point(out, u >= 0x80 && u < 0xA0 ? kWindows1252[u - 0x80] : u);
  }
  document_ = arena_.copy(out.text());
}

bool XmlReader::declared(Text content) {
  const Text version = declared_value(content, "version="), encoding = declared_value(content, "encoding=");
  if (!version.empty() && version != "1.0") return fail("the document of XML is not of version 1.0");
  if (encoding.empty() || same_letters(encoding, "utf-8")) return true;
  if (legacy_) {
    if (same_letters(encoding, "utf8") || same_letters(encoding, "unicode-1-1-utf-8")) return true;
    for (Text known : {"ansi_x3.4-1968", "ascii", "cp1252", "cp819", "csisolatin1", "ibm819", "iso-8859-1",
                       "iso-ir-100", "iso8859-1", "iso88591", "iso_8859-1", "iso_8859-1:1987", "l1", "latin1",
                       "us-ascii", "windows-1252", "x-cp1252"}) {
      if (!same_letters(encoding, known)) continue;
      recode();
      return true;
    }
  }
  return fail("the document of XML has an encoding that is not known");
}

bool XmlReader::instruction(XmlPiece& piece) {
  Text target;
  if (!name(target) || !spaces()) return false;
  const size_t end = document_.find("?>", at_);
  if (end == Text::npos) return fail(kCut);
  piece.kind = XmlPiece::Kind::Instruction;
  piece.name = {{}, target};
  piece.text = document_.substr(at_, end - at_);
  at_ = end + 2;
  return target != "xml" || declared(piece.text);
}

bool XmlReader::comment(XmlPiece& piece) {
  const size_t end = document_.find("--", at_);
  if (end == Text::npos || end + 2 >= document_.size()) return fail(kCut);
  if (document_[end + 2] != '>') return fail("a comment of the document of XML holds `--`");
  piece.kind = XmlPiece::Kind::Comment;
  piece.text = document_.substr(at_, end - at_);
  at_ = end + 3;
  return true;
}

// A document type and its like: up to the bracket that closes it; comments in it become spaces.
bool XmlReader::directive(XmlPiece& piece) {
  Writer out;
  char quote = 0;
  uint32_t depth = 0;
  for (bool first = true;; first = false, ++at_) {
    if (!more()) return fail(kCut);
    const char c = document_[at_];
    if (!first && quote == 0 && c == '>' && depth == 0) break;
    // The first byte has no meaning.
    if (first) {
      out.byte(static_cast<uint8_t>(c));
    } else if (c == '<' && quote == 0 && document_.substr(at_).starts_with("<!--")) {
      const size_t end = document_.find("-->", at_ + 4);
      if (end == Text::npos) return fail(kCut);
      out.byte(' ');
      at_ = end + 2;
    } else {
      out.byte(static_cast<uint8_t>(c));
      if (c == quote) quote = 0;
      else if (quote != 0) continue;
      else if (c == '\'' || c == '"') quote = c;
      else if (c == '>') --depth;
      else if (c == '<') ++depth;
    }
  }
  ++at_;
  piece.kind = XmlPiece::Kind::Directive;
  piece.text = arena_.copy(out.text());
  return true;
}

bool XmlReader::next(XmlPiece& piece) {
  piece = {};
  if (error_) return false;
  piece.written = document_.substr(at_);
  if (close_) return end(piece);
  if (!more()) return open_ ? fail(kCut) : false;
  if (document_[at_] != '<') return text(-1, false, piece.text);
  if (++at_; !more()) return fail(kCut);
  switch (document_[at_]) {
  case '/': ++at_; return end(piece);
  case '?': ++at_; return instruction(piece);
  case '!': break;
  default: return start(piece);
  }
  if (++at_; !more()) return fail(kCut);
  const Text rest = document_.substr(at_);
  if (rest[0] == '-') {
    if (!rest.starts_with("--")) return fail("the document of XML has `<!-` that begins no comment");
    at_ += 2;
    return comment(piece);
  }
  if (rest[0] == '[') {
    if (!rest.starts_with("[CDATA[")) return fail("the document of XML has `<![` that begins no section");
    at_ += 7;
    return text(-1, true, piece.text);
  }
  return directive(piece);
}

}  // namespace whittle::ottl
