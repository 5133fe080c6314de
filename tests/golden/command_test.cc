// SPDX-License-Identifier: Apache-2.0
// Golden tests of whole commands: each NAME.cmd holds command lines as a user types them behind `whittle`, and NAME.out
// is what they print and their exit codes, letter by letter. Lines that begin with # are comments; `cat FILE` shows a
// file; `# only 09` behind a command leaves out the findings whose codes have other numbers.
//
// Commands with `--fix` run in a copy of the folder, so that nothing is changed here. Names begin with `fail_` if and
// only if the last command's exit code is 1.
//
//   command_test FOLDER            compares
//   command_test FOLDER --bless    writes what there is now; the diff is the review
#include "compiler/report/commands.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <sstream>
#include <unistd.h>

namespace fs = std::filesystem;

namespace whittle {
namespace {

bool bless = false;
fs::path folder;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The paragraphs of `text` that begin with a code of these first two digits, and those without a code.
std::string only(const std::string& text, const std::string& digits) {
  std::string out;
  for (size_t from = 0; from < text.size();) {
    size_t end = text.find("\n\n", from);
    end = end == std::string::npos ? text.size() : end + 2;
    std::string paragraph = text.substr(from, end - from);
    size_t code = paragraph.find('[');
    bool finding = code != std::string::npos && code < paragraph.find(':') && paragraph.size() > code + 6 &&
                   paragraph[code + 6] == ']';
    bool totals = paragraph.starts_with("error: ") || paragraph.starts_with("warning: ");
    if (!totals && (!finding || paragraph.compare(code + 2, 2, digits) == 0)) out += paragraph;
    from = end;
  }
  return out;
}

int run(std::string line, std::string& out) {
  std::string digits;
  if (size_t at = line.find(" # only "); at != std::string::npos) {
    digits = line.substr(at + 8);
    line.resize(at);
  }
  std::istringstream in(line);
  std::vector<std::string> words{std::istream_iterator<std::string>(in), {}};
  out += "$ " + line + "\n";
  if (words[0] == "cat") {
    out += read(words.at(1));
    return 0;
  }
  std::vector<std::string_view> arguments(words.begin() + 1, words.end());
  report::Output output;
  output.version = "0.0.0";
  int code = words[0] == "iam"            ? report::iam_command(arguments, output)
             : words[0] == "taskdef"      ? report::taskdef_command(arguments, output)
             : words[0] == "graph"        ? report::graph_command(arguments, output)
             : words[0] == "init"         ? report::init_command(arguments, output)
             : words[0] == "print-config" ? report::print_config_command(arguments, output)
                                          : report::check_command(arguments, output);
  out += (digits.empty() ? output.out : only(output.out, digits)) + output.err + "exit code " + std::to_string(code) +
         "\n";
  return code;
}

TEST(Golden, Commands) {
  std::vector<fs::path> cases;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".cmd") cases.push_back(entry.path());
  }
  std::sort(cases.begin(), cases.end());
  EXPECT_FALSE(cases.empty());
  fs::path work = fs::temp_directory_path() / ("whittle_command_test." + std::to_string(getpid()));
  for (const fs::path& path : cases) {
    SCOPED_TRACE(path.stem());
    std::string commands = read(path);
    bool writes = commands.find("--fix") != std::string::npos;
    if (writes) {
      fs::remove_all(work);
      fs::copy(folder, work, fs::copy_options::recursive);
    }
    fs::current_path(writes ? work : folder);
    std::istringstream lines(commands);
    std::string out;
    int code = 0;
    for (std::string line; std::getline(lines, line);) {
      if (line.empty() || line.starts_with("#")) continue;
      if (!out.empty()) out += "\n";
      code = run(line, out);
    }
    EXPECT_EQ(code == 1, path.filename().string().starts_with("fail_"));
    fs::path golden = path;
    golden.replace_extension(".out");
    if (bless) std::ofstream(golden, std::ios::binary) << out;
    else EXPECT_EQ(read(golden), out) << golden;
  }
  fs::current_path(folder);
  fs::remove_all(work);
}

}  // namespace
}  // namespace whittle

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--bless") whittle::bless = true;
    else whittle::folder = fs::absolute(argv[i]);
  }
  return RUN_ALL_TESTS();
}
