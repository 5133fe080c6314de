// SPDX-License-Identifier: Apache-2.0
// A glob as a regular expression. What a separator is, `*` and `?` do not go beyond; `**` does.
#include "compiler/regex/glob.h"

namespace whittle::regex {

std::string pattern_of_glob(std::string_view glob, char separator) {
  const std::string any = separator ? std::string("[^\\") + separator + "]" : ".";
  std::string out = "(?s)\\A";
  int braces = 0;
  auto literal = [&](std::string_view c) {
    if (c.size() == 1 && std::string_view("\\.+*?()|[]{}^$").contains(c[0])) out += '\\';
    out += c;
  };
  for (size_t i = 0; i < glob.size(); ++i) {
    const char c = glob[i];
    switch (c) {
    case '*':
      if (i + 1 < glob.size() && glob[i + 1] == '*') out += ".*", ++i;
      else out += any + "*";
      break;
    case '?': out += any; break;
    case '\\':
      if (i + 1 < glob.size()) literal(glob.substr(++i, 1));
      break;
    case '{': out += "(?:", ++braces; break;
    case '}':
      if (braces > 0) out += ")", --braces;
      else literal("}");
      break;
    case ',': out += braces > 0 ? "|" : ","; break;
    case '[': {
      const size_t end = glob.find(']', i + 1);
      if (end == std::string_view::npos) {
        literal("[");
        break;
      }
      std::string_view inside = glob.substr(i + 1, end - i - 1);
      out += '[';
      if (inside.starts_with('!')) out += '^', inside.remove_prefix(1);
      for (size_t k = 0; k < inside.size(); ++k) {
        if (std::string_view("\\[]^").contains(inside[k])) out += '\\';
        out += inside[k];
      }
      out += ']';
      i = end;
      break;
    }
    default: literal(glob.substr(i, 1));
    }
  }
  while (braces-- > 0) out += ")";  // one that is not closed ends with the glob
  return out + "\\z";
}

}  // namespace whittle::regex
