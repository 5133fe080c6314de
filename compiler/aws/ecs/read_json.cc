// SPDX-License-Identifier: Apache-2.0
// JSON task definitions: files for `aws ecs register-task-definition --cli-input-json`, and what
// `aws ecs describe-task-definition` prints.
#include "compiler/aws/ecs/files.h"
#include "compiler/aws/ecs/hcl.h"
#include "compiler/aws/ecs/read_task.h"
#include "compiler/syntax/document.h"
#include "compiler/syntax/load.h"

#include <algorithm>
#include <filesystem>

namespace whittle::aws::ecs {

using diag::Diag;
using syntax::kNoNode;
using syntax::NodeId;
using Kind = syntax::Node::Kind;

namespace {

constexpr Diag<std::string_view, std::string_view> kNone{"E1001", "`{}` holds no {}"};
constexpr Diag<std::string_view> kNotThis{"E1001", "`{}` is Terraform's own language"};
constexpr Diag<std::string_view, std::string_view> kCannotRead{"E0001", "cannot read `{}`: {}"};

}  // namespace

TaskFile read_task_definition(NodeId root, const std::string& path, Reading& r) {
  TaskFile file;
  file.path = path;
  const syntax::Node& n = r.tree.at(root);
  auto begin = [&](NodeId id) {  // of a whole file only its first line is marked
    source::Span s = r.tree.at(id).span;
    return source::Span{s.file, s.begin, std::min(s.end, s.begin + 1)};
  };
  if (const syntax::Entry* e = n.find("taskDefinition"); e != nullptr && r.tree.at(e->value).kind == Kind::Mapping)
    root = e->value;
  // A list of container definitions, as Terraform's `container_definitions` and the console's JSON have it.
  if (n.kind == Kind::Sequence && !n.items.empty() && r.tree.at(n.items[0]).kind == Kind::Mapping &&
      r.tree.at(n.items[0]).find("image") != nullptr) {
    TaskDefinition t;
    t.span = begin(root);
    t.parts_only = true;
    t.volumes_known = false;
    TaskReader(r.tree, Style::Json, r.diags).containers(root, t);
    file.tasks.push_back(std::move(t));
    return file;
  }
  const syntax::Node& task = r.tree.at(root);
  if (task.kind != Kind::Mapping || task.find("containerDefinitions") == nullptr) {
    auto d = r.diags.emit(kNone, begin(root), path, "task definition");
    if (task.kind == Kind::Mapping && task.find("Resources") != nullptr)
      d.here("this is a CloudFormation template").help("give it as `--cloudformation {}`", path);
    else if (task.kind == Kind::Mapping &&
             (task.find("planned_values") != nullptr || task.find("terraform_version") != nullptr))
      d.here("this is a Terraform plan").help("give it as `--terraform-plan {}`", path);
    else if (task.kind == Kind::Sequence)
      d.here("this is a list")
          .help("whole task definitions are checked: {\"family\": ..., \"containerDefinitions\": [...]}");
    else d.here("there are no `containerDefinitions` here");
    return file;
  }
  TaskReader reader(r.tree, Style::Json, r.diags);
  file.tasks.push_back(reader.task(root, begin(root)));
  if (file.tasks[0].family.written) file.tasks[0].span = file.tasks[0].family.span;
  return file;
}

static TaskFile read_root(FileKind kind, NodeId root, const std::string& path, Reading& r) {
  if (root == kNoNode) {
    TaskFile none;
    none.path = path;
    return none;
  }
  return kind == FileKind::TaskDefinition   ? read_task_definition(root, path, r)
         : kind == FileKind::CloudFormation ? read_cloudformation(root, path, r)
                                            : read_terraform(root, path, r, kind == FileKind::Module);
}

// Terraform writes JSON alone; the others are written by hand, and YAML is accepted.
static syntax::DocumentForm form_of(FileKind kind) {
  return kind == FileKind::Terraform ? syntax::DocumentForm::Json : syntax::DocumentForm::Either;
}

// What a file's ending says that it is, when it is given as something else.
static bool is_terraform_text(const std::string& path) {
  return path.ends_with(".tf");
}

TaskFile read_task_file(FileKind kind, const std::string& path, Reading& r) {
  if (kind == FileKind::Module) return read_module(path, r);
  if (is_terraform_text(path)) {
    r.diags.emit(kNotThis, {}, path)
        .help("give it, or the folder that it is in, as `--terraform {}`", path)
        .help("or let Terraform say what will be: `terraform plan -out plan.bin`, `terraform show -json plan.bin > "
              "plan.json`, `--terraform-plan plan.json`");
    TaskFile none;
    none.path = path;
    return none;
  }
  return read_root(kind, syntax::read_document(path, form_of(kind), r.sources, r.tree, r.diags, r.unreadable), path, r);
}

TaskFile read_task_text(FileKind kind, source::FileId file, Reading& r) {
  if (kind == FileKind::Module) return read_root(kind, read_hcl({file}, r), r.sources.at(file).name, r);
  return read_root(kind, syntax::read_document(file, form_of(kind), r.sources, r.tree, r.diags),
                   r.sources.at(file).name, r);
}

std::vector<source::FileId> module_files(const std::string& path, Reading& r) {
  std::vector<std::string> names;
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    for (auto it = std::filesystem::directory_iterator(path, error); it != std::filesystem::directory_iterator();
         it.increment(error)) {
      if (error) break;
      if (is_terraform_text(it->path().string())) names.push_back(it->path().string());
    }
    std::sort(names.begin(), names.end());
  } else {
    names.push_back(path);
  }
  std::vector<source::FileId> files;
  for (const std::string& name : names) {
    std::string text;
    uint64_t size = 0;
    source::ReadError problem = source::read_file(name, text, size);
    if (problem != source::ReadError::None) {
      r.diags.emit(kCannotRead, {}, name, source::words_of(problem));
      r.unreadable = true;
      return {};
    }
    source::FileId file = r.sources.add(name, std::move(text));
    if (!syntax::check_bytes(file, r.sources, r.diags)) return {};
    files.push_back(file);
  }
  if (files.empty()) r.diags.emit(kNone, {}, path, "file of a Terraform module").help("they end with `.tf`");
  return files;
}

TaskFile read_module(const std::string& path, Reading& r) {
  const std::vector<source::FileId> files = module_files(path, r);
  if (files.empty()) {
    TaskFile none;
    none.path = path;
    return none;
  }
  std::error_code error;
  std::string folder = path;
  bool alone = !std::filesystem::is_directory(path, error);
  if (alone) {
    folder = std::filesystem::path(path).parent_path().string();
    if (folder.empty()) folder = ".";
  }
  TaskFile file = read_root(FileKind::Module, read_hcl(files, r, folder), path, r);
  // Other files of the module may attach more to the roles of this one.
  if (alone) {
    for (Role& role : file.roles) role.documents.complete = false;
  }
  return file;
}

}  // namespace whittle::aws::ecs
