// SPDX-License-Identifier: Apache-2.0
// From a tree to the task model. The tree of a JSON task definition and of a CloudFormation resource whose intrinsic
// functions are resolved differ in how their keys begin, and in little else.
#pragma once

#include "compiler/aws/ecs/task.h"
#include "compiler/diag/diagnostics.h"
#include "compiler/syntax/yaml.h"

#include <functional>
#include <string>

namespace whittle::aws::ecs {

enum class Style : uint8_t {
  Json,            // "containerDefinitions", as the CLI and the console take it: types must be right
  CloudFormation,  // "ContainerDefinitions"; numbers may be texts
  Terraform,       // "containerDefinitions", and Terraform has seen to the types
};

// A node that stands for anything at all: the value is not known before deploying.
bool is_unknown(const syntax::Node& node);

class TaskReader {
public:
  // `resource_of` says which resource of a template a node stands for.
  TaskReader(const syntax::Tree& tree, Style style, diag::Diagnostics& diags,
             std::function<std::string(syntax::NodeId)> resource_of = {})
      : tree_(tree), style_(style), diags_(diags), resource_of_(std::move(resource_of)) {}

  // The parameters of RegisterTaskDefinition below `node`, a Mapping.
  TaskDefinition task(syntax::NodeId node, source::Span span);
  // A list of container definitions.
  void containers(syntax::NodeId list, TaskDefinition& task);

  // A list of volumes.
  void volumes(syntax::NodeId list, TaskDefinition& task);

  Text text(syntax::NodeId node, source::Span key, std::string_view what, bool strict = false);
  Texts texts(syntax::NodeId node, std::string_view what);
  Number number(syntax::NodeId node, std::string_view what);
  // "512", "0.5 vCPU"; "1024", "1 GB".
  Number cpu(syntax::NodeId node);
  Number memory(syntax::NodeId node);

  // The entry of a Mapping, by the API's spelling of its name; null when it is not there or null.
  const syntax::Entry* find(syntax::NodeId map, std::string_view name) const;

private:
  Container container(syntax::NodeId node);
  Flag flag(syntax::NodeId node, std::string_view what);
  std::vector<Variable> variables(syntax::NodeId list, std::string_view value, std::string_view what, bool& known);
  void options(syntax::NodeId node, LogConfiguration& log);
  void linux_parameters(syntax::NodeId node, Container& c);
  void environment_files(syntax::NodeId node, Container& c);
  void ports(syntax::NodeId node, Container& c);
  void health(syntax::NodeId node, Container& c);
  void mounts(syntax::NodeId node, Container& c);
  void volumes_from(syntax::NodeId node, Container& c);
  void dependencies(syntax::NodeId node, Container& c);
  void log(const syntax::Entry& e, Container& c);
  bool is_map(syntax::NodeId node, std::string_view what);
  bool is_list(syntax::NodeId node, std::string_view what);
  void wrong(syntax::NodeId node, std::string_view what, std::string_view wanted);
  std::string spelt(std::string_view name) const;
  const syntax::Node& at(syntax::NodeId id) const { return tree_.at(id); }

  const syntax::Tree& tree_;
  Style style_;
  diag::Diagnostics& diags_;
  std::function<std::string(syntax::NodeId)> resource_of_;
};

}  // namespace whittle::aws::ecs
