// SPDX-License-Identifier: Apache-2.0
// Policies from anywhere: read, evaluated for a request, compared with needs, and fixed. Whatever the bytes say,
// nothing may be read out of bounds, a decision is made, and what --fix writes is JSON that can be read again.
#include "compiler/aws/iam/fix.h"
#include "compiler/aws/iam/role.h"
#include "compiler/syntax/document.h"

#include <cstdlib>

using namespace whittle;

static std::vector<aws::Need> needs() {
  auto need = [](const char* action, const char* resource) {
    aws::Need n;
    n.action = action;
    n.resource = resource;
    n.region = "us-east-1";
    n.who = "exporters::awsemf";
    n.why = "metrics";
    return n;
  };
  return {need("logs:PutLogEvents", "arn:aws:logs:us-east-1:*:log-group:/m/*:log-stream:s-*"),
          need("logs:CreateLogStream", "arn:aws:logs:us-east-1:*:log-group:/m/*:*"), need("xray:PutTraceSegments", "*"),
          need("secretsmanager:GetSecretValue", "arn:*:secretsmanager:*:*:secret:a-\?\?\?\?\?\?")};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 4096) return 0;
  std::string text(reinterpret_cast<const char*>(data), size);
  // What the text is taken for follows from its length, so that policies in files are seeds as they are.
  size_t flags = size;
  static const std::vector<aws::Need> all = needs();
  for (int round = 0; round < 4; ++round) {
    source::Sources sources;
    syntax::Tree tree;
    diag::Diagnostics diags;
    syntax::NodeId root =
        syntax::read_document(sources.add("p.json", text), syntax::DocumentForm::Either, sources, tree, diags);
    if (root == syntax::kNoNode) return 0;
    aws::RoleDocuments role;
    role.name = "the role";
    if ((flags & 1) != 0) role.kind = aws::RoleKind::Execution;
    if ((flags & 2) != 0) role.trust = root;
    if ((flags & 4) != 0) role.boundaries.push_back(root);
    role.policies.push_back(root);
    aws::RoleOptions options;
    if ((flags & 8) != 0) options.surroundings = {"aws", "us-east-1", "123456789012"};
    aws::check_role(role, tree, all, options, sources, diags);
    std::vector<aws::iam::Fixed> fixed = aws::iam::fix(diags, sources, {"p.json"});
    if (fixed.empty()) return 0;
    source::Sources again;
    syntax::Tree second;
    diag::Diagnostics complaints;
    if (syntax::read_document(again.add("p.json", fixed[0].text), syntax::DocumentForm::Json, again, second,
                              complaints) == syntax::kNoNode)
      abort();
    text = fixed[0].text;
  }
  return 0;
}
