// SPDX-License-Identifier: Apache-2.0
// Decides what a file of cases asks, one JSON document a line, and prints a line for each request:
//   {"policies": [...], "boundary": {...} or null, "action": "...", "resource": "arn:...", "context": {"key":
//   ["value"]}}
// What the context does not name is absent: the request is known whole.
#include "compiler/aws/iam/evaluate.h"
#include "compiler/syntax/document.h"

#include <cstdio>
#include <fstream>
#include <list>
#include <string>

using namespace whittle;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::ifstream in(argv[1], std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    source::Sources sources;
    syntax::Tree tree;
    diag::Diagnostics diags;
    syntax::NodeId root =
        syntax::read_document(sources.add("case", line), syntax::DocumentForm::Json, sources, tree, diags);
    if (root == syntax::kNoNode) return 2;
    auto child = [&](std::string_view name) { return tree.at(root).find(name)->value; };
    std::list<aws::iam::Policy> read;
    aws::iam::PolicySet set;
    for (syntax::NodeId p : tree.at(child("policies")).items) {
      read.push_back(aws::iam::read_policy(tree, p, aws::iam::PolicyKind::Identity, sources, diags));
      set.identity.push_back(&read.back());
    }
    if (syntax::NodeId b = child("boundary"); tree.at(b).kind == syntax::Node::Kind::Mapping) {
      read.push_back(aws::iam::read_policy(tree, b, aws::iam::PolicyKind::Boundary, sources, diags));
      set.boundaries.push_back(&read.back());
    }
    aws::iam::Request request;
    request.action = tree.at(child("action")).text;
    request.resource = tree.at(child("resource")).text;
    for (const syntax::Entry& e : tree.at(child("context")).entries) {
      if (tree.at(e.value).kind == syntax::Node::Kind::Null) {
        request.context.set_absent(e.key);
        continue;
      }
      std::vector<std::string> values;
      for (syntax::NodeId v : tree.at(e.value).items) values.push_back(tree.at(v).text);
      request.context.set_list(e.key, std::move(values));
    }
    aws::iam::Outcome outcome = aws::iam::evaluate(set, request);
    static constexpr const char* kNames[] = {"Allowed", "ImplicitlyDenied", "ExplicitlyDenied", "CannotTell"};
    std::printf("%s%s\n", kNames[static_cast<int>(outcome.decision)], diags.has_errors() ? " (malformed)" : "");
  }
}
