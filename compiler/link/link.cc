// SPDX-License-Identifier: Apache-2.0
// What makes the result small: archive members are taken only when something names them, sections are garbage collected
// after LTO has inlined across components, and identical functions are folded. What makes it the same every time: no
// build id from paths, no timestamps, no symbol table, one LTO partition.
#include "compiler/link/link.h"

#include <lld/Common/CommonLinkerContext.h>
#include <lld/Common/Driver.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <unistd.h>

LLD_HAS_DRIVER(elf)

namespace whittle::link {
namespace {

// A folder that goes away with its files.
class TemporaryFolder {
public:
  TemporaryFolder() {
    const char* base = getenv("TMPDIR");
    path_ = std::string(base && *base ? base : "/tmp") + "/whittle-XXXXXX";
    if (!mkdtemp(path_.data())) path_.clear();
  }
  ~TemporaryFolder() {
    for (auto& file : files_) unlink(file.c_str());
    if (!path_.empty()) rmdir(path_.c_str());
  }
  bool good() const { return !path_.empty(); }
  std::string file(const char* name) { return files_.emplace_back(path_ + "/" + name); }

private:
  std::string path_;
  std::vector<std::string> files_;
};

bool write_file(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return static_cast<bool>(out.flush());
}

bool read_file(const std::string& path, std::string& bytes) {
  std::ifstream in(path, std::ios::binary);
  bytes.assign(std::istreambuf_iterator<char>(in), {});
  return in.good() || in.eof();
}

// The files of `dir` that a link map names: it lists the sections that are left, each with where it came from, as
// "...:(.text.x)" after "/lib/libcurl.a(url.c.o)" or "/lib/rcrt1.o".
std::vector<std::string> archives_in(const std::string& map, const std::string& dir) {
  std::vector<std::string> found;
  for (size_t at = map.find(dir); at != std::string::npos; at = map.find(dir, at)) {
    at += dir.size();
    std::string file = map.substr(at, map.find_first_of("(:\n", at) - at);
    if (std::find(found.begin(), found.end(), file) == found.end()) found.push_back(file);
  }
  std::sort(found.begin(), found.end());
  return found;
}

// A line of a map for what comes from one file: `VMA LMA Size Align FILE:(SECTION)`, in hex. What has no bytes in the
// file is left out.
void add_piece(std::string_view line, const std::string& dir, std::vector<Piece>& out) {
  std::string_view columns[4];
  for (std::string_view& c : columns) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const size_t end = std::min(line.find(' '), line.size());
    c = line.substr(0, end);
    line.remove_prefix(end);
  }
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const size_t at = line.rfind(":(.");
  if (at == std::string_view::npos || !line.ends_with(')')) return;
  std::string_view file = line.substr(0, at), section = line.substr(at + 2);
  section.remove_suffix(1);
  Piece piece;
  std::from_chars(columns[2].data(), columns[2].data() + columns[2].size(), piece.bytes, 16);
  if (piece.bytes == 0 || section.starts_with(".bss") || section.starts_with(".tbss")) return;
  if (file.starts_with(dir)) {
    piece.from = file.substr(dir.size());
  } else if (!file.starts_with('<')) {
    piece.own = true;
    for (std::string_view kind : {".text.", ".rodata.", ".data.rel.ro.", ".data.", ".L"})
      if (section.starts_with(kind)) section.remove_prefix(kind.size());
    piece.from = section;
  }
  out.push_back(std::move(piece));
}

std::vector<Piece> pieces_in(std::string_view map, const std::string& dir) {
  std::vector<Piece> out;
  while (!map.empty()) {
    const size_t end = std::min(map.find('\n'), map.size());
    add_piece(map.substr(0, end), dir, out);
    map.remove_prefix(std::min(end + 1, map.size()));
  }
  return out;
}

}  // namespace

bool link(const Input& input, Output& output, std::string& error) {
  TemporaryFolder folder;
  if (!folder.good()) {
    error = "cannot make a temporary folder";
    return false;
  }
  std::string module = folder.file("module.bc"), out = folder.file("collector"), map = folder.file("map");
  if (!write_file(module, input.module_bitcode)) {
    error = "cannot write " + module;
    return false;
  }
  std::string dir = input.library_dir + "/" + input.target + "/";
  std::vector<std::string> args = {"ld.lld",
                                   "-m",
                                   input.target == "aarch64" ? "aarch64linux" : "elf_x86_64",
                                   "-static",
                                   "-pie",
                                   "--no-dynamic-linker",
                                   "-z",
                                   "text",
                                   "-z",
                                   "relro",
                                   "-z",
                                   "now",
                                   "-z",
                                   "noexecstack",
                                   "-z",
                                   "max-page-size=4096",
                                   "--pack-dyn-relocs=relr",
                                   "--gc-sections",
                                   "--icf=all",
                                   "--strip-all",
                                   "--build-id=none",
                                   "--hash-style=gnu",
                                   "--no-eh-frame-hdr",
                                   input.optimise ? "--lto-O2" : "--lto-O0",
                                   "--lto-partitions=1",
                                   "--threads=1",
                                   "-o",
                                   out,
                                   dir + "rcrt1.o",
                                   module};
  if (input.say_archives) args.push_back("--Map=" + map);
  for (auto& symbol : input.symbols) args.push_back("--undefined=" + symbol);
  for (auto& archive : input.archives) args.push_back(dir + "lib" + archive + ".a");
  std::vector<const char*> argv;
  for (auto& a : args) argv.push_back(a.c_str());

  std::string said;
  llvm::raw_string_ostream stream(said);
  lld::Result result = lld::lldMain(argv, llvm::nulls(), stream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0) {
    error = said;
    return false;
  }
  if (!read_file(out, output.executable)) {
    error = "cannot read " + out;
    return false;
  }
  std::string text;
  if (input.say_archives && read_file(map, text)) {
    output.archives = archives_in(text, dir);
    output.pieces = pieces_in(text, dir);
  }
  return true;
}

}  // namespace whittle::link
