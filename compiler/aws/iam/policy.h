// SPDX-License-Identifier: Apache-2.0
// IAM policy documents as they were written, with the place of every text.
//
// The grammar is that of the IAM user guide, "Grammar of the IAM JSON policy language": identity policies, permissions
// boundaries and service control policies name no principal, trust policies name no resource.
#pragma once

#include "compiler/diag/diagnostics.h"
#include "compiler/syntax/yaml.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::aws::iam {

struct Text {
  std::string text;
  source::Span span;
};

enum class Operator : uint8_t {
  StringEquals,
  StringNotEquals,
  StringEqualsIgnoreCase,
  StringNotEqualsIgnoreCase,
  StringLike,
  StringNotLike,
  NumericEquals,
  NumericNotEquals,
  NumericLessThan,
  NumericLessThanEquals,
  NumericGreaterThan,
  NumericGreaterThanEquals,
  DateEquals,
  DateNotEquals,
  DateLessThan,
  DateLessThanEquals,
  DateGreaterThan,
  DateGreaterThanEquals,
  Bool,
  BinaryEquals,
  IpAddress,
  NotIpAddress,
  ArnEquals,
  ArnNotEquals,
  ArnLike,
  ArnNotLike,
  Null,
};

enum class Quantifier : uint8_t { None, ForAllValues, ForAnyValue };

// One key of one operator of a Condition: all of a statement's tests must hold.
struct Test {
  Operator op = Operator::StringEquals;
  Quantifier quantifier = Quantifier::None;
  bool if_exists = false;
  Text written;  // "ForAllValues:StringLike"
  Text key;      // "aws:RequestedRegion"
  std::vector<Text> values;
  source::Span span;  // of the key and its values
};

struct Principal {
  enum class Kind : uint8_t { Everybody, Aws, Service, Federated, CanonicalUser };
  Kind kind = Kind::Everybody;
  Text id;
};

struct Statement {
  source::Span span;  // of the whole map
  syntax::NodeId node = syntax::kNoNode;
  Text sid;  // empty when there is none
  bool allow = true;
  bool not_actions = false;
  std::vector<Text> actions;
  source::Span actions_span;  // of the value of Action or NotAction
  bool not_resources = false;
  std::vector<Text> resources;
  source::Span resources_span;  // of the value of Resource or NotResource
  std::vector<Test> tests;
  source::Span condition_span;
  bool not_principals = false;
  std::vector<Principal> principals;
  source::Span principals_span;
  bool variables = false;  // of the document: `${...}` is replaced
  bool broken = false;     // something is wrong in here and has been said: it stands for any statement
};

enum class PolicyKind : uint8_t { Identity, Boundary, Trust, Scp };

struct Policy {
  PolicyKind kind = PolicyKind::Identity;
  source::Span span;
  source::Span statements_span;  // of the value of Statement
  std::vector<Statement> statements;
  std::string name;     // of managed policies: "AWSXrayWriteOnlyAccess"
  bool broken = false;  // not all of it could be understood; what is wrong has been said
};

// Reads the document at `node` and says what is wrong in it. What `aws iam get-role-policy` and its relatives print
// around a document is looked through.
Policy read_policy(const syntax::Tree& tree, syntax::NodeId node, PolicyKind kind, const source::Sources& sources,
                   diag::Diagnostics& diags);

// The name of an operator, and of what is written before and behind it.
std::string_view name_of(Operator op);
bool is_negated(Operator op);

// What to put at `span` so that it says `text`: spans of texts leave out the quotes that stand around them.
std::string in_place(const source::Sources& sources, source::Span span, std::string_view text);

// The span with the quotes around it, where there are any.
source::Span with_quotes(const source::Sources& sources, source::Span span);

}  // namespace whittle::aws::iam
