// SPDX-License-Identifier: Apache-2.0
// declc: reads the .wtl files of stdlib/ and writes C++, when whittle is built.
//
//   declc --stdlib stdlib --out build/stdlib
//
// For each component <out>/<folder>/<name>_config.h for its runtime half and <name>_decl.cc for the compiler; for the
// rest common/common_config.h, common/common_decl.{h,cc}, service/..., components_decl.cc with the registry, and
// component_checks.cc with the checks that components have. A file whose text would not change is left alone, so that
// nothing is rebuilt for it.
#include "compiler/schema/declc/model.h"
#include "compiler/syntax/antlr/wtl_reader.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace fs = std::filesystem;
using namespace whittle;

static std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

static bool write_if_changed(const fs::path& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (fs::exists(path, error) && read(path) == text) return true;
  std::ofstream out(path, std::ios::binary);
  out << text;
  return static_cast<bool>(out.flush());
}

int main(int argc, char** argv) {
  fs::path stdlib, out;
  for (int i = 1; i + 1 < argc; i += 2) {
    std::string flag = argv[i];
    if (flag == "--stdlib") stdlib = argv[i + 1];
    else if (flag == "--out") out = argv[i + 1];
  }
  if (stdlib.empty() || out.empty()) {
    std::fprintf(stderr, "usage: declc --stdlib DIR --out DIR\n");
    return 2;
  }
  std::vector<declc::InputFile> files;
  for (const auto& entry : fs::recursive_directory_iterator(stdlib)) {
    if (entry.path().extension() != ".wtl") continue;
    files.push_back({entry.path().string(),
                     fs::relative(entry.path().parent_path(), stdlib).generic_string(),
                     read(entry.path()),
                     {}});
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  std::vector<syntax::WtlProblem> problems;
  for (size_t i = 0; i < files.size(); ++i)
    files[i].tree = syntax::read_wtl(static_cast<source::FileId>(i), files[i].text, problems);
  declc::Model model;
  if (problems.empty()) model = declc::resolve(files, problems);
  for (const auto& p : problems) {
    const declc::InputFile& f = files[p.span.file];
    auto line = 1 + std::count(f.text.begin(), f.text.begin() + p.span.begin, '\n');
    size_t start = f.text.rfind('\n', p.span.begin == 0 ? 0 : p.span.begin - 1);
    std::fprintf(stderr, "%s:%ld:%zu: error: %s\n", f.path.c_str(), static_cast<long>(line),
                 p.span.begin - (start == std::string::npos ? 0 : start + 1) + 1, p.message.c_str());
  }
  if (!problems.empty()) return 1;

  bool good = write_if_changed(out / "common/common_config.h", config_header(model, "common")) &&
              write_if_changed(out / "common/common_decl.h", shared_tables_header(model)) &&
              write_if_changed(out / "common/common_decl.cc", shared_tables(model)) &&
              write_if_changed(out / "components_decl.cc", registry(model));
  std::vector<std::string> with_checks;
  for (const declc::ComponentModel& c : model.components) {
    if (fs::exists(stdlib / c.folder / (c.name + "_check.cc"))) with_checks.push_back(c.folder);
  }
  std::vector<std::string> checked_structs;
  for (const declc::StructModel* s : model.shared) {
    if (fs::exists(stdlib / "common" / (s->name + "_check.cc"))) checked_structs.push_back(s->name);
  }
  good = good && write_if_changed(out / "component_checks.cc", check_registry(model, with_checks, checked_structs));
  for (const declc::ComponentModel& c : model.components) {
    good = good && write_if_changed(out / c.folder / (c.name + "_config.h"), config_header(model, c.folder)) &&
           write_if_changed(out / c.folder / (c.name + "_decl.cc"), component_tables(model, c));
  }
  if (!good) std::fprintf(stderr, "declc: cannot write below %s\n", out.c_str());
  return good ? 0 : 2;
}
