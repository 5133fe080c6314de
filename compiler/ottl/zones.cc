// SPDX-License-Identifier: Apache-2.0
#include "compiler/ottl/zones.h"

#include "compiler/ottl/names.h"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace whittle::ottl {

namespace {

// Where tzdata has its files on every system that collectors are compiled on.
std::optional<std::string> file_of(std::string_view name) {
  std::ifstream in("/usr/share/zoneinfo/" + std::string(name), std::ios::binary);
  std::string out(std::istreambuf_iterator<char>(in), {});
  if (!out.starts_with("TZif")) return std::nullopt;
  return out;
}

void append(std::string& table, std::string_view name, std::string_view file) {
  table += static_cast<char>(name.size());
  table += name;
  for (int i = 0; i < 4; ++i) table += static_cast<char>(file.size() >> (8 * i));
  table += file;
}

// Names that Go takes for the abbreviation of a zone, and that its database has a file of.
bool abbreviation(std::string_view name) {
  return name.size() == 3 && std::all_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

std::optional<std::string> zone_table(std::string_view location, bool named) {
  std::string out;
  const bool utc = location.empty() || location == "Local" || location == "UTC";
  if (!utc) {
    auto file = file_of(location);
    if (!file) return std::nullopt;
    append(out, location, *file);
  } else if (named) {
    append(out, "", "");
  }
  if (!named) return out;
  for (std::string_view name : time_zones()) {
    if (!abbreviation(name) && name != "GMT+0" && name != "GMT-0") continue;
    auto file = file_of(name);
    if (!file) return std::nullopt;
    append(out, name, *file);
  }
  return out;
}

}  // namespace whittle::ottl
