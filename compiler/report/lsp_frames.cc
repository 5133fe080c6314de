// SPDX-License-Identifier: Apache-2.0
#include "compiler/report/lsp_frames.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace whittle::report {

namespace {

constexpr size_t kMostMessage = 64u << 20;
constexpr size_t kPiece = 64u << 10;

}  // namespace

bool read_message(std::FILE* in, std::string& body) {
  size_t length = 0;
  bool known = false;
  std::string line;
  for (;;) {
    int c = std::fgetc(in);
    if (c == EOF) return false;
    if (c != '\n') {
      if (line.size() > 4096) return false;
      line += static_cast<char>(c);
      continue;
    }
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) break;
    constexpr std::string_view kLength = "Content-Length:";
    if (line.starts_with(kLength)) {
      size_t from = line.find_first_not_of(' ', kLength.size());
      if (from == std::string::npos) return false;
      auto [end, error] = std::from_chars(line.data() + from, line.data() + line.size(), length);
      if (error != std::errc() || length > kMostMessage) return false;
      known = true;
    }
    line.clear();
  }
  if (!known) return false;
  body.clear();
  while (body.size() < length) {
    size_t have = body.size(), more = std::min(kPiece, length - have);
    body.resize(have + more);
    size_t got = std::fread(body.data() + have, 1, more, in);
    if (got != more) return false;
  }
  return true;
}

void write_message(std::FILE* out, const std::string& body) {
  std::fprintf(out, "Content-Length: %zu\r\n\r\n", body.size());
  std::fwrite(body.data(), 1, body.size(), out);
}

}  // namespace whittle::report
