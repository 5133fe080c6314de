// SPDX-License-Identifier: Apache-2.0
// Intrinsic functions of CloudFormation templates: what `!Ref`, `!Sub`, `!If` and their relatives come to before
// anything is deployed (CloudFormation user guide, "Intrinsic function reference").
//
// Parameters count with their defaults. What cannot be known (parameters without one, attributes that only AWS gives)
// is kUnknownPart within a text, or the whole of it; with a name where the same reference is the same text. Values keep
// the places of what was written.
#pragma once

#include "compiler/aws/needs.h"
#include "compiler/diag/diagnostics.h"
#include "compiler/source/truth.h"
#include "compiler/syntax/yaml.h"

#include <map>
#include <set>
#include <string>

namespace whittle::aws::ecs {

class Intrinsics {
public:
  // `template_root` is a Mapping with Resources. New nodes are added to `tree`.
  Intrinsics(syntax::Tree& tree, syntax::NodeId template_root, const Surroundings& surroundings,
             diag::Diagnostics& diags);

  // The node with all functions in it replaced by their values.
  syntax::NodeId resolve(syntax::NodeId node);

  // The resource that a resolved node stands for, by its logical id (it was a !Ref or !GetAtt); empty for none.
  std::string resource_of(syntax::NodeId resolved) const;

  // What !Ref and !GetAtt X.Arn of a resource come to.
  std::string reference_text(const std::string& resource) { return at(reference(root_, resource, 0)).text; }
  std::string arn_text(const std::string& resource) { return at(attribute(root_, resource, "Arn", 0)).text; }

  // Of a condition by its name. Names are taken by value: resolving adds nodes, and texts of nodes move.
  Truth condition(std::string name);

private:
  syntax::NodeId resolve(syntax::NodeId node, int depth);
  syntax::NodeId resolved(syntax::NodeId node, int depth);
  syntax::NodeId function(syntax::NodeId node, std::string name, syntax::NodeId argument, int depth);
  // The functions that take a list, `plain`.
  syntax::NodeId get_att(syntax::NodeId where, syntax::NodeId plain, int depth);
  syntax::NodeId choose(syntax::NodeId where, syntax::NodeId plain, int depth);
  syntax::NodeId join(syntax::NodeId where, syntax::NodeId plain, int depth);
  syntax::NodeId select(syntax::NodeId where, syntax::NodeId plain, int depth);
  syntax::NodeId split_text(syntax::NodeId where, syntax::NodeId plain, int depth);
  // kNoNode: it is no list, or has not so many.
  syntax::NodeId item(syntax::NodeId list, size_t i) const;
  size_t size_of(syntax::NodeId list) const;
  syntax::NodeId reference(syntax::NodeId at, std::string name, int depth);
  syntax::NodeId attribute(syntax::NodeId at, std::string resource, std::string name, int depth);
  syntax::NodeId substitute(syntax::NodeId at, syntax::NodeId argument, int depth);
  syntax::NodeId find_in_map(syntax::NodeId at, syntax::NodeId argument, int depth);
  Truth truth(syntax::NodeId node, int depth);
  syntax::NodeId text(syntax::NodeId at, std::string text);
  syntax::NodeId unknown(syntax::NodeId at);
  // What `what` stands for is not known, and is the same everywhere: "Group.LogGroupName".
  std::string same(const std::string& what);
  syntax::NodeId nothing(syntax::NodeId at);
  bool is_nothing(syntax::NodeId node) const;
  std::string property(const std::string& resource, std::string_view name, int depth);
  const syntax::Node& at(syntax::NodeId id) const { return tree_.at(id); }
  syntax::NodeId section(std::string_view name) const;

  syntax::Tree& tree_;
  syntax::NodeId root_;
  Surroundings surroundings_;
  diag::Diagnostics& diags_;
  std::map<syntax::NodeId, syntax::NodeId> done_;  // aliases share nodes, so that each is resolved once
  std::map<syntax::NodeId, std::string> resources_;
  std::map<std::string, size_t> names_;  // of what is not known
  std::map<std::string, Truth> conditions_;
  std::set<std::string> open_;  // what is being resolved: a loop is a mistake, not the end of the stack
};

}  // namespace whittle::aws::ecs
