// SPDX-License-Identifier: Apache-2.0
#include "compiler/report/fix_policies.h"

#include "compiler/aws/iam/fix.h"
#include "compiler/report/diff.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <unistd.h>

namespace whittle::report {

namespace fs = std::filesystem;

namespace {

// A change may open the way for another, so it goes on until nothing is left to change.
constexpr int kMostRounds = 20;

struct Copy {
  std::string of, path;
};

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A folder that goes away with everything in it.
struct Folder {
  std::string path;
  Folder() {
    std::error_code none;
    std::string name = (fs::temp_directory_path(none) / "whittle-fix-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path = name;
  }
  ~Folder() {
    std::error_code none;
    if (!path.empty()) fs::remove_all(path, none);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

bool fix_policies(const RoleInputs& roles, bool task_seen, const CheckFn& check, std::string& changes,
                  std::string& error) {
  Folder folder;
  if (folder.path.empty()) return error = "no temporary folder can be made", false;
  std::vector<Copy> copies;
  RoleInputs with = roles;
  auto copy = [&](std::string& file) {
    if (file.empty() || file == "-" || file.starts_with("arn:")) return;
    auto known = std::find_if(copies.begin(), copies.end(), [&](const Copy& c) { return c.of == file; });
    if (known == copies.end()) {
      Copy c{file, folder.path + "/" + std::to_string(copies.size()) + fs::path(file).extension().string()};
      std::error_code failed;
      fs::copy_file(file, c.path, failed);
      if (failed) return;  // checking says what is wrong with it
      copies.push_back(std::move(c));
      known = copies.end() - 1;
    }
    file = known->path;
  };
  for (auto* list : {&with.policies.task_policies, &with.policies.execution_policies, &with.policies.boundaries}) {
    for (std::string& file : *list) copy(file);
  }
  for (auto* list : {&with.policies.assumed_policies, &with.policies.assumed_trusts}) {
    for (auto& [arn, file] : *list) copy(file);
  }
  copy(with.policies.task_trust);
  copy(with.policies.execution_trust);

  std::string done;
  bool narrower = false;
  for (int round = 0; round < kMostRounds; ++round) {
    std::vector<check::CheckResult> results = check(with);
    std::vector<aws::iam::Fixed> fixed = aws::iam::fix(results[0].diagnostics, *results[0].sources, with.files());
    if (fixed.empty()) break;
    for (const aws::iam::Fixed& f : fixed) {
      if (!aws::iam::write_file(f.path, f.text, error)) return false;
      for (const std::string& what : f.what) {
        done += "fixed: " + what + "\n";
        narrower = narrower || what.find("[W091") != std::string::npos;
      }
    }
  }
  std::string diffs;
  for (const Copy& c : copies) {
    std::string now = read(c.path);
    std::string diff = unified_diff(c.of, read(c.of), now);
    replace_all(done, c.path, c.of);
    if (diff.empty()) continue;
    diffs += diff;
    if (roles.write && !aws::iam::write_file(c.of, now, error)) return false;
  }
  changes = roles.write ? done : diffs;
  if (!diffs.empty() && !roles.write) changes += "nothing is changed yet: `--write` changes the files\n";
  if (narrower && !task_seen && !roles.policies.task_policies.empty())
    changes += "an application of the task has the task role too: only with `--task-definition` is it seen\n";
  return true;
}

}  // namespace whittle::report
