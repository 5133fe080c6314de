// SPDX-License-Identifier: Apache-2.0
// Patterns on texts, a line each: the pattern, the text and a template in hex. Prints the places of all groups of all
// matches as Go's FindAllStringSubmatchIndex gives them, and the text with its matches replaced; `error` for what is no
// pattern. go_lines.go does the same.
#include "runtime/base/captures.h"
#include "runtime/base/regex_tables.h"

#include <iostream>
#include <sstream>
#include <string>

using namespace whittle;

namespace {

std::string from_hex(const std::string& hex) {
  std::string out;
  for (size_t i = 1; i + 1 < hex.size(); i += 2)  // one letter stands in front, so that no word is empty
    out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return out;
}

struct Machine {
  regex::Tables tables;
  std::vector<Str> names;
  Regex regex;

  explicit Machine(regex::Tables t) : tables(std::move(t)), regex(regex_of(tables, names)) {}
};

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string pattern, text, form;
    words >> pattern >> text >> form;
    pattern = from_hex(pattern), text = from_hex(text), form = from_hex(form);
    auto tables = regex::compile_captures(pattern);
    if (!tables) {
      std::cout << "error\n";
      continue;
    }
    Machine r(std::move(*tables));
    Arena arena;
    Captures captures(r.regex, arena);
    Writer out;
    std::string places;
    replace_matches(captures, text, out, [&](Captures& c) {
      for (uint32_t g = 0; g < c.groups(); ++g)
        for (uint32_t p : {c.begin(g), c.end(g)})
          places += std::to_string(p == kNoPlace ? -1 : static_cast<int>(p)) + ",";
      places += ";";
      expand_template(out, form, text, c);
    });
    std::cout << places << " ";
    for (char c : std::string(out.text())) {
      constexpr char kHex[] = "0123456789abcdef";
      std::cout << kHex[c >> 4 & 15] << kHex[c & 15];
    }
    std::cout << "\n";
  }
}
