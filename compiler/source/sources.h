// SPDX-License-Identifier: Apache-2.0
// The texts that diagnostics point into.
#pragma once

#include "compiler/source/span.h"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::source {

// Line and column count from 1; columns count code points, as editors do.
struct Location {
  uint32_t line = 0;
  uint32_t column = 0;
};

struct File {
  std::string name;  // as the user gave it
  std::string text;
  std::vector<uint32_t> line_starts;
  std::vector<uint32_t> code_points;  // before each kStep-th byte, so that columns cost the same on long lines
  static constexpr uint32_t kStep = 1024;

  // The bytes of a line without its end, counting from 1.
  std::string_view line(uint32_t number) const;
};

class Sources {
public:
  // Takes the text over. Spans into it stay valid for the life of this object.
  FileId add(std::string name, std::string text);

  const File& at(FileId id) const { return files_[id]; }
  size_t size() const { return files_.size(); }

  // Offsets past the end count as the end.
  Location locate(FileId id, uint32_t offset) const;

  // "collector.yaml:12:3"; empty for no span.
  std::string place(Span span) const;

  std::string_view text(Span span) const;

private:
  std::deque<File> files_;
};

// What reading a file can come to.
enum class ReadError : uint8_t { None, NotFound, Denied, NotAFile, TooLarge, Failed };

// Largest config that is read.
inline constexpr uint64_t kMaxFileSize = 4u << 20;

// Largest document of another kind: plans of large deployments.
inline constexpr uint64_t kMaxDocumentSize = 64u << 20;

// Reads a file, or standard input for "-". `size` is the file's size when it is larger than `most`.
ReadError read_file(const std::string& path, std::string& text, uint64_t& size, uint64_t most = kMaxFileSize);

// "no such file", "permission denied".
std::string_view words_of(ReadError error);

// The byte at which `text` stops being UTF-8, or npos.
size_t find_bad_utf8(std::string_view text);

}  // namespace whittle::source
