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

TaskFile read_task_definition(const std::string& path, Reading& r) {
  TaskFile file;
  file.path = path;
  NodeId root = syntax::read_document(path, syntax::DocumentForm::Either, r.sources, r.tree, r.diags, r.unreadable);
  if (root == kNoNode) return file;
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
    else if (task.kind == Kind::Mapping && (task.find("planned_values") != nullptr || task.find("terraform_version") != nullptr))
      d.here("this is a Terraform plan").help("give it as `--terraform-plan {}`", path);
    else if (task.kind == Kind::Sequence)
      d.here("this is a list").help("whole task definitions are checked: {\"family\": ..., \"containerDefinitions\": [...]}");
    else
      d.here("there are no `containerDefinitions` here");
    return file;
  }
  TaskReader reader(r.tree, Style::Json, r.diags);
  file.tasks.push_back(reader.task(root, begin(root)));
  if (file.tasks[0].family.written) file.tasks[0].span = file.tasks[0].family.span;
  return file;
}

}  // namespace whittle::aws::ecs
