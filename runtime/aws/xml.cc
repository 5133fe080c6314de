// SPDX-License-Identifier: Apache-2.0
// Extensible Markup Language 1.0, as far as tags, comments, CDATA, processing instructions and references go. No
// document type is read, so there are no entities but the five that XML itself defines.
#include "runtime/aws/xml.h"

#include "runtime/base/utf8.h"

#include <stdint.h>

namespace whittle {
namespace {

bool starts_at(Text t, size_t at, Text with) {
  return t.size() - at >= with.size() && t.substr(at, with.size()) == with;
}

// Behind the next `what`, or the document's end.
size_t behind(Text t, size_t at, Text what) {
  size_t found = t.find(what, at);
  return found == Text::npos ? t.size() : found + what.size();
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// The reference at `at`, where an ampersand stands; returns what is behind it. What is none is taken as it stands.
size_t reference(Writer& out, Text t, size_t at) {
  struct Known {
    Text name;
    char character;
  };
  static constexpr Known kKnown[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
  for (const Known& k : kKnown)
    if (starts_at(t, at, k.name)) return out.byte(static_cast<uint8_t>(k.character)), at + k.name.size();
  if (starts_at(t, at, "&#")) {
    bool hex = starts_at(t, at, "&#x");
    uint32_t code = 0;
    size_t i = at + (hex ? 3 : 2), digits = 0;
    for (; i < t.size() && digits < 8; ++i, ++digits) {
      char c = t[i];
      uint32_t digit = c >= '0' && c <= '9'                        ? static_cast<uint32_t>(c - '0')
                       : hex && (c | 32) >= 'a' && (c | 32) <= 'f' ? static_cast<uint32_t>((c | 32) - 'a' + 10)
                                                                   : 99;
      if (digit == 99) break;
      code = code * (hex ? 16 : 10) + digit;
    }
    bool real = code > 0 && code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
    if (digits > 0 && i < t.size() && t[i] == ';' && real) return append_code_point(out, code), i + 1;
  }
  out.byte('&');
  return at + 1;
}

}  // namespace

bool append_xml_element(Writer& out, Text document, Text name) {
  for (size_t at = 0; (at = document.find('<', at)) != Text::npos;) {
    if (starts_at(document, at, "<!--")) {
      at = behind(document, at, "-->");
      continue;
    }
    if (starts_at(document, at, "<![CDATA[")) {
      at = behind(document, at, "]]>");
      continue;
    }
    size_t end = behind(document, at, ">");
    if (end - at < 3 || document[end - 1] != '>') return false;
    Text tag = document.substr(at + 1, end - at - 2);
    at = end;
    if (tag.front() == '/' || tag.front() == '?' || tag.front() == '!' || tag.back() == '/') continue;
    size_t stop = 0;
    while (stop < tag.size() && !is_space(tag[stop])) ++stop;
    Text found = tag.substr(0, stop);
    if (size_t colon = found.rfind(':'); colon != Text::npos) found.remove_prefix(colon + 1);
    if (found != name) continue;

    size_t begun = out.size();
    while (at < document.size() && !starts_at(document, at, "</")) {
      if (starts_at(document, at, "<![CDATA[")) {
        size_t close = document.find("]]>", at);
        if (close == Text::npos) break;
        out.append(document.substr(at + 9, close - at - 9));
        at = close + 3;
      } else if (starts_at(document, at, "<!--")) {
        at = behind(document, at, "-->");
      } else if (document[at] == '<') {
        break;
      } else if (document[at] == '&') {
        at = reference(out, document, at);
      } else {
        out.byte(static_cast<uint8_t>(document[at++]));
      }
    }
    if (starts_at(document, at < document.size() ? at : document.size(), "</")) return true;
    out.truncate(begun);
    return false;
  }
  return false;
}

}  // namespace whittle
