// SPDX-License-Identifier: Apache-2.0
#include "compiler/source/sources.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace whittle::source {

std::string_view File::line(uint32_t number) const {
  if (number == 0 || number > line_starts.size()) return {};
  uint32_t begin = line_starts[number - 1];
  uint32_t end = number < line_starts.size() ? line_starts[number] : static_cast<uint32_t>(text.size());
  if (begin == 0 && text.starts_with("\xef\xbb\xbf")) begin = 3;
  while (end > begin && (text[end - 1] == '\n' || text[end - 1] == '\r')) --end;
  return std::string_view(text).substr(begin, end - begin);
}

FileId Sources::add(std::string name, std::string text) {
  File& file = files_.emplace_back();
  file.name = std::move(name);
  file.text = std::move(text);
  file.line_starts.push_back(0);
  for (size_t i = 0; i < file.text.size(); ++i) {
    if (file.text[i] == '\n') file.line_starts.push_back(static_cast<uint32_t>(i + 1));
  }
  uint32_t count = 0;
  for (size_t i = 0; i <= file.text.size(); ++i) {
    if (i % File::kStep == 0) file.code_points.push_back(count);
    if (i < file.text.size()) count += (static_cast<unsigned char>(file.text[i]) & 0xc0) != 0x80;
  }
  return static_cast<FileId>(files_.size() - 1);
}

Location Sources::locate(FileId id, uint32_t offset) const {
  const File& file = files_[id];
  offset = std::min(offset, static_cast<uint32_t>(file.text.size()));
  auto after = std::upper_bound(file.line_starts.begin(), file.line_starts.end(), offset);
  auto line = static_cast<uint32_t>(after - file.line_starts.begin());
  uint32_t begin = file.line_starts[line - 1];
  if (begin == 0 && file.text.starts_with("\xef\xbb\xbf"))
    begin = std::min(3u, offset);  // a byte-order mark is no column
  auto points = [&](uint32_t to) {
    uint32_t n = file.code_points[to / File::kStep];
    for (uint32_t i = to - to % File::kStep; i < to; ++i)
      n += (static_cast<unsigned char>(file.text[i]) & 0xc0) != 0x80;
    return n;
  };
  return {line, points(offset) - points(std::min(begin, offset)) + 1};
}

std::string Sources::place(Span span) const {
  if (!span) return {};
  Location at = locate(span.file, span.begin);
  return files_[span.file].name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

std::string_view Sources::text(Span span) const {
  if (!span) return {};
  return std::string_view(files_[span.file].text).substr(span.begin, span.end - span.begin);
}

ReadError read_file(const std::string& path, std::string& text, uint64_t& size, uint64_t most) {
  bool standard_input = path == "-";
  int fd = standard_input ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return errno == ENOENT || errno == ENOTDIR ? ReadError::NotFound
           : errno == EACCES                   ? ReadError::Denied
                                               : ReadError::Failed;
  ReadError error = ReadError::None;
  struct stat info;
  if (fstat(fd, &info) != 0) error = ReadError::Failed;
  else if (S_ISDIR(info.st_mode)) error = ReadError::NotAFile;
  else if (S_ISREG(info.st_mode) && static_cast<uint64_t>(info.st_size) > most) {
    size = static_cast<uint64_t>(info.st_size);
    error = ReadError::TooLarge;
  }
  text.clear();
  if (error == ReadError::None) {
    if (S_ISREG(info.st_mode)) text.reserve(static_cast<size_t>(info.st_size) + 1);
    if (!S_ISREG(info.st_mode)) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    char buffer[65536];
    for (;;) {
      ssize_t n = read(fd, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) error = ReadError::Failed;
      if (n <= 0) break;
      text.append(buffer, static_cast<size_t>(n));
      if (text.size() > most) {
        size = text.size();
        error = ReadError::TooLarge;
        break;
      }
    }
  }
  if (!standard_input) close(fd);
  return error;
}

std::string_view words_of(ReadError error) {
  switch (error) {
  case ReadError::NotFound: return "no such file";
  case ReadError::Denied: return "permission denied";
  case ReadError::NotAFile: return "it is a folder";
  case ReadError::TooLarge: return "it is too large";
  default: return "reading failed";
  }
}

size_t find_bad_utf8(std::string_view s) {
  size_t i = 0;
  while (i < s.size()) {
    auto byte = [&](size_t at) { return static_cast<unsigned char>(s[at]); };
    unsigned char c = byte(i);
    if (c < 0x80) {
      ++i;
      continue;
    }
    size_t length = c >= 0xc2 && c <= 0xdf ? 2 : (c & 0xf0) == 0xe0 ? 3 : c >= 0xf0 && c <= 0xf4 ? 4 : 0;
    if (length == 0 || i + length > s.size()) return i;
    for (size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xc0) != 0x80) return i;
    }
    unsigned char d = byte(i + 1);
    if ((c == 0xe0 && d < 0xa0) || (c == 0xed && d > 0x9f) || (c == 0xf0 && d < 0x90) || (c == 0xf4 && d > 0x8f))
      return i;
    i += length;
  }
  return std::string_view::npos;
}

}  // namespace whittle::source
