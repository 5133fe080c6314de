// SPDX-License-Identifier: Apache-2.0
// Decides requests against policies as AWS does for a role within one account: an explicit deny wins, a boundary must
// allow what the identity policies allow, everything else is denied (IAM user guide, "Policy evaluation logic").
//
// A request may stand for many: its resource is a pattern and its context may be known in part. It is Allowed when
// every one of them is, denied when none is allowed, and CannotTell otherwise.
#pragma once

#include "compiler/aws/iam/glob.h"
#include "compiler/aws/iam/policy.h"
#include "compiler/source/truth.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::aws::iam {

// What is known of one key of a request's context.
struct ContextValue {
  bool may_be_absent = false;
  bool may_be_present = true;
  bool unknown = false;             // present with a value that nobody knows
  std::vector<std::string> values;  // all of them, when the key has many; otherwise one
};

// The context of a request. Keys are compared without regard to case; those that are not set are not known at all.
class RequestContext {
public:
  void set(std::string_view key, std::string value) { set_list(key, {std::move(value)}); }
  void set_list(std::string_view key, std::vector<std::string> values);
  void set_absent(std::string_view key);
  void set_present(std::string_view key);                   // with a value that is not known
  void set_maybe(std::string_view key, std::string value);  // that value, or absent
  const ContextValue* find(std::string_view key) const;

  // The service that is called, "logs". Keys of other services are then absent: no request carries them.
  void set_service(std::string_view service) { service_ = service; }
  // All tags of the request are set: other keys `aws:RequestTag/...` are absent.
  void set_all_tags() { all_tags_ = true; }
  // Whether a key that is not set is certainly absent.
  bool never_has(std::string_view key) const;

private:
  std::string service_;
  bool all_tags_ = false;
  std::map<std::string, ContextValue, std::less<>> values_;
};

struct Request {
  std::string action;    // "logs:PutLogEvents"
  std::string resource;  // an ARN with `*` for what is not known; "*": the action knows no resources
  RequestContext context;
};

enum class Decision : uint8_t { Allowed, ImplicitDeny, ExplicitDeny, CannotTell };

// Why a statement that is about the action did not decide.
struct Obstacle {
  enum class Kind : uint8_t {
    Resource,          // its resources are others
    PartOfResource,    // its resources are some of those that the request stands for
    Condition,         // `test` does not hold
    UnknownCondition,  // whether `test` holds is not known
    UnknownText,       // it depends on a template's value
    TooComplex,        // deciding would take too long
    Broken,            // the statement is malformed
  };
  Kind kind = Kind::Resource;
  const Statement* statement = nullptr;
  const Test* test = nullptr;
};

struct Outcome {
  Decision decision = Decision::ImplicitDeny;
  const Statement* statement = nullptr;  // that allows or denies; null when several allow together, or none does
  std::vector<Obstacle>
      obstacles;  // for ImplicitDeny and CannotTell, those that a person would look at first come first
  const Policy* boundary = nullptr;  // decides: the policies themselves allow
};

// The documents that a role has, borrowed.
struct PolicySet {
  std::vector<const Policy*> identity;
  std::vector<const Policy*> boundaries;  // each must allow
};

Outcome evaluate(const PolicySet& policies, const Request& request);

// Whether a statement is about an action, resources aside.
bool names_action(const Statement& statement, std::string_view action);

// Whether a single test, or all of a statement's, hold.
Truth holds(const Test& test, bool variables, const RequestContext& context);
Truth holds(const Statement& statement, const RequestContext& context, const Test** which);

// A policy's text as a pattern, its variables replaced. `absent` is set when a variable has no value, so that the
// statement cannot match. `resource`: as Resource, otherwise as StringLike.
enum class PatternKind : uint8_t { Resource, Wild, Literal, Arn };
Glob pattern_of(std::string_view text, PatternKind kind, bool variables, const RequestContext& context, bool& absent);

// The pattern of a Resource, where partition, account and region that a template leaves open are those of the request.
Glob resource_pattern(std::string_view text, bool variables, const RequestContext& context, bool& absent);

}  // namespace whittle::aws::iam
