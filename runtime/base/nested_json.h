// SPDX-License-Identifier: Apache-2.0
// JSON that travels as a string within JSON: X-Ray's segment documents, CloudWatch's log events. It is written in its
// final form at once, every quote as \" and every backslash as \\, so that no second pass has to escape it.
#pragma once

#include "runtime/base/json.h"

#include <stddef.h>

namespace whittle {

// Appends `t` (valid UTF-8) escaped for a string within a document within a string.
void append_nested_escaped(Writer& out, Text t);

// How many bytes the document has of which `quoted` is the nested form, between its quotes.
size_t nested_size(Text quoted);

// A literal piece of a document, with ' where the document has a quote.
template <size_t kSize>
struct NestedLiteral {
  char text[2 * kSize]{};
  size_t size = 0;

  consteval NestedLiteral(const char (&s)[kSize]) {
    for (size_t i = 0; i + 1 < kSize; ++i) {
      if (s[i] == '\'') {
        text[size++] = '\\';
        text[size++] = '"';
      } else {
        text[size++] = s[i];
      }
    }
  }
};

class NestedJson {
public:
  explicit NestedJson(Writer& out) : out(out) {}

  template <NestedLiteral kLiteral>
  void put() {
    static constexpr auto kText = kLiteral;
    out.append(Text(kText.text, kText.size));
  }
  // A string value.
  void text(Text t) {
    put<"'">();
    append_nested_escaped(out, t);
    put<"'">();
  }
  void boolean(bool v) { out.append(v ? Text("true") : Text("false")); }
  void integer(int64_t v) { append_int(out, v); }
  // Numbers that JSON has not become strings: "NaN", "Infinity", "-Infinity".
  void real(double v);

  void comma() { out.byte(','); }
  // Ends an object or a list whose members were each followed by a comma.
  void close(char bracket) {
    if (out.data()[out.size() - 1] == ',') out.data()[out.size() - 1] = static_cast<uint8_t>(bracket);
    else out.byte(static_cast<uint8_t>(bracket));
  }

  Writer& out;
};

}  // namespace whittle
