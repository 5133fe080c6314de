// SPDX-License-Identifier: Apache-2.0
// Golden tests of `check`: each tests/golden/check/NAME.yaml is checked, and what is printed must be NAME.stderr,
// letter by letter.
//
// A first line `# check: FLAGS` gives flags; NAME.over.yaml is merged over NAME.yaml. Names begin with `fail_` if and
// only if there are errors. Where NAME.json, NAME.sarif or NAME.github exist, those formats are compared too.
//
//   golden_test FOLDER            compares
//   golden_test FOLDER --bless    writes what there is now; the diff is the review
#include "compiler/diag/catalog.h"
#include "compiler/report/commands.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <set>

namespace fs = std::filesystem;

namespace whittle {
namespace {

bool bless = false;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void compare(const fs::path& golden, const std::string& is) {
  if (bless) {
    std::ofstream(golden, std::ios::binary) << is;
    return;
  }
  EXPECT_TRUE(fs::exists(golden)) << golden << " is missing";
  EXPECT_EQ(read(golden), is) << golden;
}

struct Printed {
  std::string text;
  int code;
};

Printed run(const std::string& name, diag::Format format) {
  check::CheckOptions options;
  options.files = {name + ".yaml"};
  if (fs::exists(name + ".over.yaml")) options.files.push_back(name + ".over.yaml");
  std::string first = read(name + ".yaml").substr(0, 200);
  first = first.substr(0, first.find('\n'));
  if (first.starts_with("# check:")) {
    options.strict = first.find("--strict") != std::string::npos;
    options.to_compile = first.find("--to-compile") != std::string::npos;
    if (size_t at = first.find("--for "); at != std::string::npos)
      options.distribution = schema::distribution_of(first.substr(at + 6, first.find(' ', at + 6) - at - 6));
    if (first.find("--stop-timeout 120s") != std::string::npos) options.stop_timeout_s = 120;
  }
  check::CheckResult result = check::check_files(options);
  diag::RenderOptions render;
  render.format = format;
  render.version = "0.0.0";
  EXPECT_EQ(result.config.has_value(), !result.diagnostics.has_errors());
  return {diag::render(result.diagnostics, *result.sources, render), result.exit_code()};
}

std::vector<std::string> cases() {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(".")) {
    std::string name = entry.path().filename().string();
    if (name.ends_with(".yaml") && !name.ends_with(".over.yaml")) out.push_back(name.substr(0, name.size() - 5));
  }
  std::sort(out.begin(), out.end());
  return out;
}

TEST(Golden, Check) {
  for (const std::string& name : cases()) {
    SCOPED_TRACE(name);
    Printed text = run(name, diag::Format::Text);
    EXPECT_EQ(text.code == 1, name.starts_with("fail_"));
    compare(name + ".stderr", text.text);
    struct {
      const char* end;
      diag::Format format;
    } formats[] = {{".json", diag::Format::Json}, {".sarif", diag::Format::Sarif}, {".github", diag::Format::Github}};
    for (auto& f : formats) {
      if (fs::exists(name + f.end)) compare(name + f.end, run(name, f.format).text);
    }
  }
}

// Codes that no config in a small file can bring about; other tests do.
constexpr std::string_view kElsewhere[] = {"E0001", "E0002", "E0016"};

TEST(Golden, EveryCodeIsExplainedAndShown) {
  std::set<std::string> seen;
  // Those of whole commands (tests/golden/command_test.cc) count too.
  for (const auto& entry : fs::recursive_directory_iterator("..")) {
    if (entry.path().extension() != ".stderr" && entry.path().extension() != ".out") continue;
    std::string text = read(entry.path());
    for (size_t at = text.find('['); at != std::string::npos; at = text.find('[', at + 1)) {
      if (at + 6 < text.size() && text[at + 6] == ']') seen.insert(text.substr(at + 1, 5));
    }
  }
  for (const diag::Explanation& e : diag::catalog()) {
    bool elsewhere = std::find(std::begin(kElsewhere), std::end(kElsewhere), e.code) != std::end(kElsewhere);
    EXPECT_TRUE(elsewhere || seen.count(std::string(e.code)) != 0) << e.code << " is in no golden file";
    EXPECT_FALSE(e.title.empty() || e.text.empty()) << e.code;
  }
  for (const std::string& code : seen) {
    bool a_code = code.size() == 5 && (code[0] == 'E' || code[0] == 'W' || code[0] == 'N') &&
                  code.find_first_not_of("0123456789", 1) == std::string::npos;
    if (a_code) EXPECT_NE(diag::explain(code), nullptr) << code << " has no explanation";
  }
}

// docs/reference holds what `whittle components NAME --markdown` prints.
TEST(Golden, ReferencePages) {
  fs::path folder = fs::path("../../../docs/reference");
  if (bless) fs::create_directories(folder);
  std::string index =
      "# Reference\n\nMade from the declarations in stdlib/ by `whittle components NAME --markdown`.\n\n";
  for (const schema::Component* c : schema::components()) {
    std::string name = std::string(schema::name_of(c->kind)) + "_" + std::string(c->name) + ".md";
    compare(folder / name, report::reference_page(*c, true));
    index += "- [" + std::string(schema::name_of(c->kind)) + " " + std::string(c->name) + "](" + name +
             "): " + std::string(c->doc) + "\n";
  }
  compare(folder / "service.md", report::service_page(true));
  const std::string language = report::ottl_page();
  compare(folder / "ottl.md", language);
  EXPECT_TRUE(language.contains("None is missing.")) << "some path or function of the language is not compiled";
  index += "- [service](service.md)\n- [ottl](ottl.md): the paths and functions of the transformation language\n"
           "- [codes](codes.md)\n";
  compare(folder / "README.md", index);
  std::string codes = "# Codes\n\nWhat `whittle explain CODE` says.\n";
  for (const diag::Explanation& e : diag::catalog())
    codes += "\n## " + std::string(e.code) + ": " + std::string(e.title) + "\n\n" + std::string(e.text);
  compare(folder / "codes.md", codes);
}

}  // namespace
}  // namespace whittle

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--bless") whittle::bless = true;
    else fs::current_path(argv[i]);
  }
  return RUN_ALL_TESTS();
}
