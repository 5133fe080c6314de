// SPDX-License-Identifier: Apache-2.0
// JSON task definitions: files for `aws ecs register-task-definition --cli-input-json`, and what
// `aws ecs describe-task-definition` prints.
#include "compiler/aws/ecs/files.h"
#include "compiler/aws/ecs/read_task.h"
#include "compiler/syntax/document.h"

namespace whittle::aws::ecs {

using diag::Diag;
using syntax::kNoNode;
using syntax::NodeId;
using Kind = syntax::Node::Kind;

namespace {

constexpr Diag<std::string_view, std::string_view> kNone{"E1001", "`{}` holds no {}"};

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
                                            : read_terraform(root, path, r);
}

// Terraform writes JSON alone; the others are written by hand, and YAML is accepted.
static syntax::DocumentForm form_of(FileKind kind) {
  return kind == FileKind::Terraform ? syntax::DocumentForm::Json : syntax::DocumentForm::Either;
}

TaskFile read_task_file(FileKind kind, const std::string& path, Reading& r) {
  return read_root(kind, syntax::read_document(path, form_of(kind), r.sources, r.tree, r.diags, r.unreadable), path, r);
}

TaskFile read_task_text(FileKind kind, source::FileId file, Reading& r) {
  return read_root(kind, syntax::read_document(file, form_of(kind), r.sources, r.tree, r.diags),
                   r.sources.at(file).name, r);
}

}  // namespace whittle::aws::ecs
