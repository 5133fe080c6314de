// SPDX-License-Identifier: Apache-2.0
// A Terraform module while it is read, as one class in several files: hcl.cc knows its blocks, copies and the modules
// that it calls, hcl_values.cc what expressions come to, hcl_functions.cc what functions do.
#pragma once

#include "compiler/aws/ecs/hcl.h"
#include "compiler/aws/ecs/hcl_parse.h"
#include "compiler/aws/ecs/read_task.h"
#include "compiler/syntax/document.h"

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whittle::aws::ecs {

using hcl::Attribute;
using hcl::Block;
using hcl::Expr;
using hcl::ExprId;
using source::Span;
using syntax::Entry;
using syntax::kNoNode;
using syntax::Node;
using syntax::NodeId;
using Kind = syntax::Node::Kind;

inline constexpr int kMaxDepth = 100;
inline constexpr size_t kMostText = 1 << 20;
using Scope = std::vector<std::pair<std::string, NodeId>>;  // names and what they stand for, the innermost last

// What all modules of one root share.
struct Shared {
  size_t spent = 0;
  std::map<std::string, size_t> names;                         // of what only AWS knows
  std::string root;                                            // the folder of the first module
  std::map<std::string, std::optional<source::FileId>> texts;  // that functions read, by their paths
  std::map<std::string, std::vector<source::FileId>> files;    // of folders
};

// A copy that `count` or `for_each` makes: the index of its address, and what `count` or `each` is in it.
struct Copy {
  std::string index;
  Scope scope;
};

class Module {
public:
  Module(Reading& reading, Shared& shared, std::string folder, std::string address, int depth)
      : r_(reading), tree_(reading.tree), shared_(shared), folder_(std::move(folder)), address_(std::move(address)),
        depth_(depth) {}

  // The values of its variables, where whoever calls it gives some.
  std::map<std::string, NodeId> given;
  bool read(const std::vector<source::FileId>& files);

  // As a plan has it: {"resources", "child_modules", "address"}.
  NodeId planned();

  // {"resources", "module_calls", "outputs"}, each with what its expressions refer to.
  NodeId configuration();

  // Says which modules that it calls are not read, those within others too.
  void tell_unread();

private:
  struct Found {
    const hcl::File* file;
    const Block* block;
  };
  struct Local {
    const hcl::File* file;
    ExprId value;
  };
  struct Call {
    const hcl::File* file;
    const Block* block;
    bool unread = false;  // it may make something, and its files are not to be had
  };
  struct Child {
    std::string index;
    std::unique_ptr<Module> module;
  };
  NodeId references(const hcl::File& f, ExprId value);
  NodeId expressions_of(const hcl::File& f, const Block& b);

  // The copies of a block that `count` or `for_each` makes; one where neither is there, and one whose `count.index` and
  // `each` are unknown where they are.
  std::vector<Copy> copies_of(const hcl::File& f, const Block& b);

  // The module that a call makes, once for each copy. None: its files are not to be had.
  std::vector<Child>& children_of(const std::string& name);
  void make_children(const std::string& name, std::vector<Child>& out);

  // What a module says of itself: its outputs; a list or a map of them where there are several.
  NodeId module_value(const std::string& name, Span span);
  NodeId outputs();
  void gather(const hcl::File& f);

  // ---- nodes

  const Node& at(NodeId id) const { return tree_.at(id); }
  NodeId text(Span span, std::string value);
  NodeId unknown(Span span) { return text(span, std::string(1, kUnknownPart)); }

  // What only AWS knows, and what is the same wherever it stands.
  std::string same(const std::string& what);
  NodeId scalar(Span span, std::string value);
  NodeId null(Span span);
  NodeId list(Span span, std::vector<NodeId> items);
  NodeId map(Span span, const std::vector<std::pair<std::string, NodeId>>& entries);

  // The same value where it is used.
  NodeId placed(NodeId id, Span span);
  static bool is_known(const Node& n) { return n.is_scalar() && n.text.find(kUnknownPart) == std::string::npos; }
  bool spend(size_t parts);

  // The settings of a block; blocks within are lists, as in a plan.
  NodeId body(const hcl::File& f, const Block& b, int depth);

  // ---- references

  // "aws_iam_role.task.arn", through locals.
  std::vector<std::string> references_of(const hcl::File& f, ExprId id, int depth);
  static std::string path_of(const hcl::File& f, ExprId id);
  void collect(const hcl::File& f, ExprId id, int depth, std::vector<std::string>& out);
  const Found* resource(const std::string& address) const;

  // ---- values

  // `structure`: what jsonencode() makes is wanted as a value and not as a text.
  NodeId eval(const hcl::File& f, ExprId id, int depth, bool structure = false);
  const NodeId* in_scope(std::string_view name) const;
  NodeId comprehension(const hcl::File& f, const Expr& e, int depth);
  NodeId splat(const hcl::File& f, const Expr& e, int depth);
  NodeId joined(const hcl::File& f, const Expr& e, int depth);
  NodeId object(const hcl::File& f, const Expr& e, int depth);
  NodeId named(const std::map<std::string, Local>& from, std::string_view what, const std::string& name, Span span,
               int depth, bool structure);
  NodeId reference(const hcl::File& f, ExprId id, int depth, bool structure);

  // What a resource says of itself: its `name`, not its `arn`.
  NodeId attribute(const std::string& address, const std::string& name, Span span, int depth);

  // What AWS gives a resource, as far as its form is known: an ARN with the name in it.
  std::string made_by_aws(const std::string& address, const std::string& name, Span span, int depth);

  // A policy document that is written as a data source.
  NodeId data(const std::string& path, Span span, int depth);
  NodeId binary(const hcl::File& f, const Expr& e, int depth);

  // Functions that look into one list or map; kNoNode: it is none of them, or there is none.
  NodeId call_on_list(const Expr& e, const std::vector<NodeId>& a);
  void flatten(NodeId id, int depth, std::vector<NodeId>& out);

  // A file of the module that is read when Terraform plans, such as `${path.module}/containers.json`. Nothing when it
  // is not there, or elsewhere.
  std::optional<source::FileId> text_file(NodeId path);
  NodeId from_template(NodeId path, NodeId variables, Span span, int depth);
  NodeId call(const hcl::File& f, const Expr& e, int depth, bool structure);

  // Functions by their names (`attempt`: try), of values of which there is one at least.
  NodeId concat(Span span, const std::vector<NodeId>& a);
  NodeId split(Span span, const std::vector<NodeId>& a);
  NodeId trimspace(Span span, const std::vector<NodeId>& a);
  NodeId attempt(Span span, const std::vector<NodeId>& a);
  NodeId length(Span span, const std::vector<NodeId>& a);
  NodeId merge(Span span, const std::vector<NodeId>& a);
  NodeId coalesce(Span span, const std::vector<NodeId>& a);
  NodeId lookup(Span span, const std::vector<NodeId>& a);
  NodeId join(Span span, const std::vector<NodeId>& a);
  NodeId format(Span span, const std::vector<NodeId>& a);
  NodeId lower(Span span, const std::vector<NodeId>& a);
  NodeId upper(Span span, const std::vector<NodeId>& a);

  Reading& r_;
  syntax::Tree& tree_;
  std::vector<hcl::File> files_;
  std::list<hcl::File> templates_;
  Shared& shared_;
  std::string folder_, address_;  // "" and "module.a." where it is called by another
  int depth_;
  std::map<std::string, Local> locals_, variables_, outputs_;
  std::map<std::string, Call> calls_;
  std::map<std::string, std::vector<Child>> children_;
  Scope scope_;
  std::vector<std::pair<std::string, Found>> resources_;
  std::map<std::string, Found> data_;
  std::map<std::pair<std::string, bool>, NodeId> cache_;
  std::set<std::string> open_, followed_;
};

}  // namespace whittle::aws::ecs
