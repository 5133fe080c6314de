// SPDX-License-Identifier: Apache-2.0
// The evaluator held against AWS's published evaluation logic, one line a case.
//
// Policies are written a statement a line and become JSON before they are read, so the reader is part of what is
// tested:
//
//   Allow logs:PutLogEvents, logs:Create* on arn:.. if StringEquals aws:RequestedRegion us-east-1|us-west-2 and Bool
//   aws:SecureTransport true Deny not iam:* on not arn:..           NotAction, NotResource
//   ---                                     the next document
//   boundary                                what follows is a permissions boundary, `---` begins another one
//   2008                                    this document is of 2008-10-17
//
// A context is `key=value`, `key=a|b` for many values, `key=-` for absent, `key=?` for a value that is not known,
// `key=-|a` for absent or a. Keys that are not there are not known at all.
#include "compiler/aws/iam/evaluate.h"

#include "compiler/source/json.h"
#include "compiler/source/sources.h"
#include "compiler/syntax/document.h"

#include <gtest/gtest.h>
#include <list>
#include <set>
#include <sstream>

namespace whittle::aws::iam {
namespace {

using enum Decision;

std::vector<std::string> split(const std::string& text, const std::string& by) {
  std::vector<std::string> out;
  size_t from = 0;
  while (true) {
    size_t at = text.find(by, from);
    out.push_back(text.substr(from, at - from));
    if (at == std::string::npos) return out;
    from = at + by.size();
  }
}

std::string strip(std::string text) {
  while (text.starts_with(' ')) text.erase(0, 1);
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

std::string list(const std::string& key, std::string text, const char* by) {
  text = strip(text);
  bool negated = text.starts_with("not ");
  if (negated) text = text.substr(4);
  std::string out;
  for (const std::string& t : split(text, by)) out += (out.empty() ? "" : ",") + source::json_quote(strip(t));
  return source::json_quote((negated ? "Not" : "") + key) + ":[" + out + "]";
}

std::string statement_json(const std::string& line) {
  size_t on = line.find(" on "), condition = line.find(" if ");
  std::string effect = line.substr(0, line.find(' '));
  std::string out =
      "{\"Effect\":" + source::json_quote(effect) + "," +
      list("Action", line.substr(effect.size(), on - effect.size()), ", ") + "," +
      list("Resource", line.substr(on + 4, condition == std::string::npos ? std::string::npos : condition - on - 4),
           ", ");
  if (condition == std::string::npos) return out + "}";
  std::string tests;
  for (const std::string& test : split(line.substr(condition + 4), " and ")) {
    std::istringstream in(strip(test));
    std::string op, key, values;
    in >> op >> key;
    std::getline(in, values);
    std::string many;
    for (const std::string& v : split(strip(values), "|")) many += (many.empty() ? "" : ",") + source::json_quote(v);
    tests += (tests.empty() ? "" : ",") + source::json_quote(op) + ":{" + source::json_quote(key) + ":[" + many + "]}";
  }
  return out + ",\"Condition\":{" + tests + "}}";
}

struct Case {
  const char* name;
  const char* policies;
  const char* action;
  const char* resource;
  const char* context;
  Decision expected;
};

struct World {
  source::Sources sources;
  syntax::Tree tree;
  diag::Diagnostics diags;
  std::list<Policy> documents;
  PolicySet set;
};

void load(World& w, const std::string& text) {
  bool boundary = false;
  std::string version = "2012-10-17", statements;
  auto finish = [&] {
    if (statements.empty()) return;
    std::string json = "{\"Version\":\"" + version + "\",\"Statement\":[" + statements + "]}";
    source::FileId file = w.sources.add("policy.json", json);
    syntax::NodeId root = syntax::read_document(file, syntax::DocumentForm::Json, w.sources, w.tree, w.diags);
    ASSERT_NE(root, syntax::kNoNode) << json;
    w.documents.push_back(
        read_policy(w.tree, root, boundary ? PolicyKind::Boundary : PolicyKind::Identity, w.sources, w.diags));
    (boundary ? w.set.boundaries : w.set.identity).push_back(&w.documents.back());
    statements.clear();
    version = "2012-10-17";
  };
  for (std::string line : split(text, "\n")) {
    line = strip(line);
    if (line.empty()) continue;
    if (line == "---" || line == "boundary") {
      finish();
      boundary = boundary || line == "boundary";
    } else if (line == "2008") {
      version = "2008-10-17";
    } else {
      statements += (statements.empty() ? "" : ",") + statement_json(line);
    }
  }
  finish();
}

RequestContext context_of(const std::string& text) {
  RequestContext out;
  std::istringstream in(text);
  for (std::string word; in >> word;) {
    size_t equals = word.find('=');
    std::string key = word.substr(0, equals), value = word.substr(equals + 1);
    if (value == "-") out.set_absent(key);
    else if (value == "?") out.set_present(key);
    else if (value.starts_with("-|")) out.set_maybe(key, value.substr(2));
    else out.set_list(key, value.empty() ? std::vector<std::string>() : split(value, "|"));
  }
  return out;
}

// Names of unknown parts of a template (compiler/aws/unknown.h).
#define NAME_1 "\xf4\x80\x80\x81"
#define NAME_2 "\xf4\x80\x80\x82"
#define LOG "arn:aws:logs:us-east-1:123456789012:log-group:"

// clang-format off: one line a case
constexpr Case kCases[] = {
    // The published order: everything is denied, an allow opens, an explicit deny closes for good.
    {"nothing is allowed by default", "", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"an allow allows", "Allow logs:PutLogEvents on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"another action is not allowed", "Allow logs:PutLogEvents on *", "logs:CreateLogGroup", LOG "a", "", ImplicitDeny},
    {"another service is not allowed", "Allow logs:* on *", "xray:PutTraceSegments", "*", "", ImplicitDeny},
    {"a deny alone denies explicitly", "Deny logs:* on *", "logs:PutLogEvents", LOG "a", "", ExplicitDeny},
    {"a deny wins after an allow", "Allow logs:* on *\nDeny logs:PutLogEvents on *", "logs:PutLogEvents", LOG "a", "", ExplicitDeny},
    {"a deny wins before an allow", "Deny logs:PutLogEvents on *\nAllow logs:* on *", "logs:PutLogEvents", LOG "a", "", ExplicitDeny},
    {"a deny wins over a narrower allow", "Deny * on *\nAllow logs:PutLogEvents on " LOG "a", "logs:PutLogEvents", LOG "a", "", ExplicitDeny},
    {"a deny of another action is none", "Allow logs:* on *\nDeny logs:DeleteLogGroup on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"a deny on another resource is none", "Allow logs:* on *\nDeny logs:* on " LOG "b", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"everything is allowed", "Allow * on *", "aps:RemoteWrite", "arn:aws:aps:us-east-1:123456789012:workspace/ws-1", "", Allowed},
    {"all actions of all services", "Allow *:* on *", "aps:RemoteWrite", "arn:aws:aps:us-east-1:123456789012:workspace/ws-1", "", Allowed},
    {"two allows are as good as one", "Allow logs:* on *\nAllow logs:PutLogEvents on *", "logs:PutLogEvents", LOG "a", "", Allowed},

    // Several documents are read as one.
    {"the second document allows", "Allow xray:* on *\n---\nAllow logs:* on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"neither document allows", "Allow xray:* on *\n---\nAllow s3:* on *", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"a deny in another document wins", "Allow logs:* on *\n---\nDeny logs:PutLogEvents on *", "logs:PutLogEvents", LOG "a", "", ExplicitDeny},
    {"a deny in the first of three wins", "Deny logs:* on *\n---\nAllow * on *\n---\nAllow logs:* on *", "logs:PutLogEvents", LOG "a", "", ExplicitDeny},

    // Permissions boundaries: the intersection.
    {"a boundary that allows changes nothing", "Allow logs:* on *\nboundary\nAllow * on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"a boundary alone grants nothing", "boundary\nAllow * on *", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"a boundary without the action", "Allow logs:* on *\nboundary\nAllow xray:* on *", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"a boundary on another resource", "Allow logs:* on *\nboundary\nAllow logs:* on " LOG "b*", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"a boundary that denies", "Allow logs:* on *\nboundary\nAllow * on *\nDeny logs:PutLogEvents on *", "logs:PutLogEvents", LOG "a", "", ExplicitDeny},
    {"a boundary's deny without any allow", "boundary\nDeny logs:* on *", "logs:PutLogEvents", LOG "a", "", ExplicitDeny},
    {"both boundaries must allow", "Allow * on *\nboundary\nAllow logs:* on *\n---\nAllow xray:* on *", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"both boundaries allow", "Allow * on *\nboundary\nAllow logs:* on *\n---\nAllow logs:Put* on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"a boundary with an unknown condition", "Allow logs:* on *\nboundary\nAllow logs:* on * if StringEquals x:y z", "logs:PutLogEvents", LOG "a", "", CannotTell},
    {"identity's deny is told before the boundary", "Deny logs:* on *\nboundary\nAllow xray:* on *", "logs:PutLogEvents", LOG "a", "", ExplicitDeny},
    {"a boundary with NotAction", "Allow * on *\nboundary\nAllow not iam:* on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"a boundary with NotAction on it", "Allow * on *\nboundary\nAllow not iam:*, sts:* on *", "sts:AssumeRole", "arn:aws:iam::123456789012:role/x", "", ImplicitDeny},

    // Actions: wildcards anywhere, case does not count.
    {"a prefix", "Allow logs:Put* on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"a prefix that does not fit", "Allow logs:Get* on *", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"a wildcard in the middle", "Allow logs:Put*Events on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"a wildcard in the middle that does not fit", "Allow logs:Put*Event on *", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"a wildcard at both ends", "Allow logs:*Log* on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"a wildcard for nothing", "Allow logs:PutLogEvents* on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"several wildcards", "Allow logs:*u*og*s on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"a question mark is one letter", "Allow logs:PutLogEvent? on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"a question mark is not none", "Allow logs:PutLogEvents? on *", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"actions ignore case", "Allow LOGS:putlogevents on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"actions ignore case with wildcards", "Allow Logs:PUT* on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"denied actions ignore case", "Allow * on *\nDeny logs:PUTLOGEVENTS on *", "logs:PutLogEvents", LOG "a", "", ExplicitDeny},
    {"a list of actions", "Allow xray:*, logs:CreateLogGroup, logs:PutLogEvents on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"a longer name is another action", "Allow ssm:GetParameter on *", "ssm:GetParameters", LOG "a", "", ImplicitDeny},
    {"a shorter name is another action", "Allow ssm:GetParameters on *", "ssm:GetParameter", LOG "a", "", ImplicitDeny},

    // NotAction.
    {"NotAction allows the others", "Allow not iam:* on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"NotAction does not allow what it names", "Allow not logs:* on *", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"NotAction with several", "Allow not iam:*, logs:Put* on *", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"NotAction with Deny denies the others", "Allow * on *\nDeny not logs:* on *", "xray:PutTraceSegments", "*", "", ExplicitDeny},
    {"NotAction with Deny spares what it names", "Allow * on *\nDeny not logs:* on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"NotAction with Deny grants nothing", "Deny not logs:* on *", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"NotAction ignores case", "Allow not LOGS:* on *", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"Deny NotAction unless in the region", "Allow * on *\nDeny not iam:*, sts:* on * if StringNotEquals aws:RequestedRegion us-east-1", "logs:PutLogEvents", LOG "a", "aws:RequestedRegion=us-east-1", Allowed},
    {"Deny NotAction outside of the region", "Allow * on *\nDeny not iam:*, sts:* on * if StringNotEquals aws:RequestedRegion eu-west-1", "logs:PutLogEvents", LOG "a", "aws:RequestedRegion=us-east-1", ExplicitDeny},

    // Resources: case counts.
    {"the very resource", "Allow logs:* on " LOG "a", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"resources are case-sensitive", "Allow logs:* on " LOG "App", "logs:PutLogEvents", LOG "app", "", ImplicitDeny},
    {"another resource", "Allow logs:* on " LOG "b", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"another region", "Allow logs:* on arn:aws:logs:eu-west-1:123456789012:*", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"another account", "Allow logs:* on arn:aws:logs:us-east-1:999999999999:*", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"another partition", "Allow logs:* on arn:aws-cn:logs:us-east-1:123456789012:*", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"a resource prefix", "Allow logs:* on " LOG "/ecs/*", "logs:PutLogEvents", LOG "/ecs/app", "", Allowed},
    {"a resource wildcard goes over slashes", "Allow s3:* on arn:aws:s3:::b/*/test/*", "s3:GetObject", "arn:aws:s3:::b/1/2/test/3/o", "", Allowed},
    {"a resource wildcard may be empty", "Allow s3:* on arn:aws:s3:::b/*/test/*", "s3:GetObject", "arn:aws:s3:::b//test/", "", Allowed},
    {"a resource wildcard needs its letters", "Allow s3:* on arn:aws:s3:::b/*/test/*", "s3:GetObject", "arn:aws:s3:::b/1-test/o", "", ImplicitDeny},
    {"a wildcard in the middle of a part", "Allow logs:* on " LOG "/ecs/*/app", "logs:PutLogEvents", LOG "/ecs/prod/app", "", Allowed},
    {"a wildcard in the middle stays within its part", "Allow logs:* on " LOG "/ecs/*pp", "logs:PutLogEvents", LOG "/ecs/x:log-stream:app", "", ImplicitDeny},
    {"a wildcard at the end of a part goes beyond", "Allow logs:* on arn:aws:logs:*:log-group:a", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"a wildcard at the end goes beyond", "Allow logs:* on arn:aws:logs:*", "logs:PutLogEvents", LOG "a:log-stream:b", "", Allowed},
    {"a region wildcard", "Allow logs:* on arn:aws:logs:*:123456789012:log-group:a", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"part of a region", "Allow logs:* on arn:aws:logs:us-*-1:123456789012:log-group:a", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"a question mark in a resource", "Allow logs:* on arn:aws:logs:us-east-?:123456789012:log-group:a", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"a question mark is no colon", "Allow logs:* on arn:aws:logs:us-east-1:123456789012:log-group?a", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"the group's ARN with its streams", "Allow logs:* on " LOG "a:*", "logs:PutLogEvents", LOG "a:log-stream:b", "", Allowed},
    {"the bare group is not its streams", "Allow logs:* on " LOG "a", "logs:PutLogEvents", LOG "a:log-stream:b", "", ImplicitDeny},
    {"a list of resources", "Allow logs:* on " LOG "b, " LOG "a", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"no letter of a longer name is dropped", "Allow logs:* on " LOG "ab", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},

    // Actions that know no resources are requested on "*".
    {"no resource on a star", "Allow xray:PutTraceSegments on *", "xray:PutTraceSegments", "*", "", Allowed},
    {"no resource on an ARN", "Allow xray:PutTraceSegments on arn:aws:xray:us-east-1:123456789012:group/x", "xray:PutTraceSegments", "*", "", ImplicitDeny},
    {"no resource on an ARN with wildcards", "Allow xray:PutTraceSegments on arn:aws:xray:*:*:*", "xray:PutTraceSegments", "*", "", ImplicitDeny},
    {"no resource and NotResource", "Allow xray:* on not arn:aws:s3:::b", "xray:PutTraceSegments", "*", "", Allowed},

    // NotResource.
    {"NotResource allows the others", "Allow logs:* on not " LOG "b", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"NotResource does not allow what it names", "Allow logs:* on not " LOG "a", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"NotResource with wildcards", "Allow logs:* on not " LOG "*", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"Deny NotResource denies the others", "Allow * on *\nDeny logs:* on not " LOG "b*", "logs:PutLogEvents", LOG "a", "", ExplicitDeny},
    {"Deny NotResource spares what it names", "Allow * on *\nDeny logs:* on not " LOG "a*", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"Deny NotAction NotResource", "Allow * on *\nDeny not s3:* on not " LOG "a", "logs:PutLogEvents", LOG "a", "", Allowed},

    // Requests that stand for many.
    {"an unknown account within a wildcard", "Allow logs:* on arn:aws:logs:us-east-1:*:log-group:a", "logs:PutLogEvents", "arn:aws:logs:us-east-1:*:log-group:a", "", Allowed},
    {"an unknown account and a concrete one", "Allow logs:* on " LOG "a", "logs:PutLogEvents", "arn:aws:logs:us-east-1:*:log-group:a", "", CannotTell},
    {"an unknown account is no other group", "Allow logs:* on " LOG "b", "logs:PutLogEvents", "arn:aws:logs:us-east-1:*:log-group:a", "", ImplicitDeny},
    {"an unknown name within a prefix", "Allow logs:* on " LOG "/m/*", "logs:PutLogEvents", LOG "/m/*/x", "", Allowed},
    {"an unknown name that may be outside", "Allow logs:* on " LOG "/m/prod*", "logs:PutLogEvents", LOG "/m/*", "", CannotTell},
    {"an unknown name that cannot be inside", "Allow logs:* on " LOG "/n/*", "logs:PutLogEvents", LOG "/m/*", "", ImplicitDeny},
    {"two grants together cover it", "Allow logs:* on " LOG "/m/?*\nAllow logs:* on " LOG "/m/", "logs:PutLogEvents", LOG "/m/*", "", Allowed},
    {"two grants together do not cover it", "Allow logs:* on " LOG "/m/??*\nAllow logs:* on " LOG "/m/", "logs:PutLogEvents", LOG "/m/*", "", CannotTell},
    {"two resources of one statement cover it", "Allow logs:* on " LOG "/m/?*, " LOG "/m/", "logs:PutLogEvents", LOG "/m/*", "", Allowed},
    {"a deny that may hit", "Allow logs:* on *\nDeny logs:* on " LOG "/m/secret", "logs:PutLogEvents", LOG "/m/*", "", CannotTell},
    {"a deny that hits all", "Allow logs:* on *\nDeny logs:* on " LOG "*", "logs:PutLogEvents", LOG "/m/*", "", ExplicitDeny},
    {"a deny that cannot hit", "Allow logs:* on *\nDeny logs:* on " LOG "/n/*", "logs:PutLogEvents", LOG "/m/*", "", Allowed},
    {"NotResource that may hit", "Allow logs:* on not " LOG "/m/a", "logs:PutLogEvents", LOG "/m/*", "", CannotTell},
    {"an unknown part does not go over a colon", "Allow logs:* on arn:aws:logs:us-east-1:1*:log-group:a\nAllow logs:* on arn:aws:logs:us-east-1:??????*:log-group:a", "logs:PutLogEvents", "arn:aws:logs:us-east-1:1*:log-group:a", "", Allowed},
    {"an unknown name has no colon", "Allow logs:* on " LOG "/m/*/x:*", "logs:PutLogEvents", LOG "/m/*/x:log-stream:*", "", Allowed},
    {"an unknown last part may be anything", "Allow logs:* on " LOG "/m/x:log-stream:*", "logs:PutLogEvents", LOG "/m/x:*", "", CannotTell},
    {"an unknown region", "Allow logs:* on arn:aws:logs:us-*:123456789012:log-group:a", "logs:PutLogEvents", "arn:aws:logs:*:123456789012:log-group:a", "", CannotTell},

    // Templates.
    {"a template's text in a resource", "Allow logs:* on " LOG "\x1a", "logs:PutLogEvents", LOG "a", "", CannotTell},
    {"a template's text is equal to itself", "Allow logs:* on " LOG "\x1a" NAME_1, "logs:PutLogEvents", LOG "*" NAME_1, "",
     Allowed},
    {"a template's text with more around it", "Allow logs:* on " LOG "x\x1a" NAME_1 ":*", "logs:PutLogEvents",
     LOG "x*" NAME_1 ":log-stream:s", "", Allowed},
    {"another text of a template", "Allow logs:* on " LOG "\x1a" NAME_2, "logs:PutLogEvents", LOG "*" NAME_1, "", CannotTell},
    {"a template's text within a pattern", "Allow logs:* on " LOG "a*", "logs:PutLogEvents", LOG "a*" NAME_1, "", Allowed},
    {"a template's text is no single letter", "Allow logs:* on " LOG "?", "logs:PutLogEvents", LOG "*" NAME_1, "", CannotTell},
    {"a deny that a template's text may meet", "Allow logs:* on *\nDeny logs:* on " LOG "a", "logs:PutLogEvents", LOG "*" NAME_1,
     "", CannotTell},
    {"a deny of the same text of a template", "Allow logs:* on *\nDeny logs:* on " LOG "\x1a" NAME_1, "logs:PutLogEvents",
     LOG "*" NAME_1, "", ExplicitDeny},
    {"a template's text that cannot fit", "Allow logs:* on " LOG "b\x1a", "logs:PutLogEvents", LOG "a", "", ImplicitDeny},
    {"a template's account is the role's", "Allow logs:* on arn:aws:logs:us-east-1:\x1a:log-group:a", "logs:PutLogEvents", LOG "a", "aws:PrincipalAccount=123456789012", Allowed},
    {"a template's account stands for an unknown one", "Allow logs:* on arn:\x1a:logs:us-east-1:\x1a:log-group:a", "logs:PutLogEvents", "arn:aws:logs:us-east-1:*:log-group:a", "", Allowed},
    {"a template's text in an action", "Allow logs:\x1a on *", "logs:PutLogEvents", LOG "a", "", CannotTell},
    {"a template's deny", "Allow logs:* on *\nDeny logs:* on " LOG "\x1a", "logs:PutLogEvents", LOG "a", "", CannotTell},
    {"a template's value in a condition", "Allow logs:* on * if StringEquals aws:RequestedRegion \x1a", "logs:PutLogEvents", LOG "a", "aws:RequestedRegion=us-east-1", CannotTell},

    // String conditions.
    {"StringEquals", "Allow logs:* on * if StringEquals aws:RequestedRegion us-east-1", "logs:PutLogEvents", LOG "a", "aws:RequestedRegion=us-east-1", Allowed},
    {"StringEquals of another", "Allow logs:* on * if StringEquals aws:RequestedRegion us-west-2", "logs:PutLogEvents", LOG "a", "aws:RequestedRegion=us-east-1", ImplicitDeny},
    {"any of several values", "Allow logs:* on * if StringEquals aws:RequestedRegion us-west-2|us-east-1", "logs:PutLogEvents", LOG "a", "aws:RequestedRegion=us-east-1", Allowed},
    {"StringEquals minds case", "Allow logs:* on * if StringEquals k:k Value", "logs:PutLogEvents", LOG "a", "k:k=value", ImplicitDeny},
    {"StringEquals knows no wildcards", "Allow logs:* on * if StringEquals k:k v*", "logs:PutLogEvents", LOG "a", "k:k=value", ImplicitDeny},
    {"StringEqualsIgnoreCase", "Allow logs:* on * if StringEqualsIgnoreCase k:k VALUE", "logs:PutLogEvents", LOG "a", "k:k=value", Allowed},
    {"StringNotEqualsIgnoreCase", "Allow logs:* on * if StringNotEqualsIgnoreCase k:k VALUE", "logs:PutLogEvents", LOG "a", "k:k=value", ImplicitDeny},
    {"StringLike", "Allow logs:* on * if StringLike k:k v*e", "logs:PutLogEvents", LOG "a", "k:k=value", Allowed},
    {"StringLike with a question mark", "Allow logs:* on * if StringLike k:k valu?", "logs:PutLogEvents", LOG "a", "k:k=value", Allowed},
    {"StringLike minds case", "Allow logs:* on * if StringLike k:k V*", "logs:PutLogEvents", LOG "a", "k:k=value", ImplicitDeny},
    {"StringNotLike", "Allow logs:* on * if StringNotLike k:k v*", "logs:PutLogEvents", LOG "a", "k:k=value", ImplicitDeny},
    {"StringNotEquals means none of them", "Allow logs:* on * if StringNotEquals k:k a|value", "logs:PutLogEvents", LOG "a", "k:k=value", ImplicitDeny},
    {"StringNotEquals of others", "Allow logs:* on * if StringNotEquals k:k a|b", "logs:PutLogEvents", LOG "a", "k:k=value", Allowed},
    {"keys ignore case", "Allow logs:* on * if StringEquals AWS:requestedregion us-east-1", "logs:PutLogEvents", LOG "a", "aws:RequestedRegion=us-east-1", Allowed},
    {"all tests must hold", "Allow logs:* on * if StringEquals k:a x and StringLike k:b y", "logs:PutLogEvents", LOG "a", "k:a=x k:b=z", ImplicitDeny},
    {"all tests hold", "Allow logs:* on * if StringEquals k:a x and StringLike k:b y", "logs:PutLogEvents", LOG "a", "k:a=x k:b=y", Allowed},
    {"one test fails, another is unknown", "Allow logs:* on * if StringEquals k:a x and StringLike k:b y", "logs:PutLogEvents", LOG "a", "k:b=z", ImplicitDeny},
    {"one test holds, another is unknown", "Allow logs:* on * if StringEquals k:a x and StringLike k:b y", "logs:PutLogEvents", LOG "a", "k:b=y", CannotTell},
    {"a conditional deny that holds", "Allow * on *\nDeny logs:* on * if StringEquals k:k value", "logs:PutLogEvents", LOG "a", "k:k=value", ExplicitDeny},
    {"a conditional deny that does not", "Allow * on *\nDeny logs:* on * if StringEquals k:k other", "logs:PutLogEvents", LOG "a", "k:k=value", Allowed},
    {"a conditional deny that is unknown", "Allow * on *\nDeny logs:* on * if StringEquals k:k other", "logs:PutLogEvents", LOG "a", "", CannotTell},
    {"an unknown allow beside a sure one", "Allow logs:* on * if StringEquals k:k v\nAllow logs:* on *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"an unknown allow before a sure deny", "Allow logs:* on * if StringEquals k:k v\nDeny logs:* on *", "logs:PutLogEvents", LOG "a", "", ExplicitDeny},

    // Keys that are missing, or may be.
    {"a missing key does not match", "Allow logs:* on * if StringEquals k:k v", "logs:PutLogEvents", LOG "a", "k:k=-", ImplicitDeny},
    {"a missing key does not equal", "Allow logs:* on * if StringNotEquals k:k v", "logs:PutLogEvents", LOG "a", "k:k=-", Allowed},
    {"a missing key is not like", "Allow logs:* on * if StringNotLike k:k v", "logs:PutLogEvents", LOG "a", "k:k=-", Allowed},
    {"a missing key in a negated deny", "Allow * on *\nDeny * on * if StringNotEquals aws:SourceVpce vpce-1", "logs:PutLogEvents", LOG "a", "aws:SourceVpce=-", ExplicitDeny},
    {"IfExists with a missing key", "Allow logs:* on * if StringEqualsIfExists k:k v", "logs:PutLogEvents", LOG "a", "k:k=-", Allowed},
    {"IfExists with a key that fits", "Allow logs:* on * if StringEqualsIfExists k:k v", "logs:PutLogEvents", LOG "a", "k:k=v", Allowed},
    {"IfExists with a key that does not", "Allow logs:* on * if StringEqualsIfExists k:k v", "logs:PutLogEvents", LOG "a", "k:k=w", ImplicitDeny},
    {"negated IfExists denies a missing key", "Allow * on *\nDeny * on * if StringNotEqualsIfExists k:k v", "logs:PutLogEvents", LOG "a", "k:k=-", ExplicitDeny},
    {"IfExists with a key that is not known", "Allow logs:* on * if StringEqualsIfExists k:k v", "logs:PutLogEvents", LOG "a", "", CannotTell},
    {"IfExists and a pattern for everything", "Allow logs:* on * if StringLikeIfExists k:k *", "logs:PutLogEvents", LOG "a", "", Allowed},
    {"a present value that nobody knows", "Allow logs:* on * if StringEquals k:k v", "logs:PutLogEvents", LOG "a", "k:k=?", CannotTell},
    {"a present value and a pattern for everything", "Allow logs:* on * if StringLike k:k *", "logs:PutLogEvents", LOG "a", "k:k=?", Allowed},
    {"BoolIfExists false when absent or false", "Allow * on *\nDeny * on * if BoolIfExists aws:MultiFactorAuthPresent false", "logs:PutLogEvents", LOG "a", "aws:MultiFactorAuthPresent=-|false", ExplicitDeny},
    {"Bool false when absent or false", "Allow * on *\nDeny * on * if Bool aws:MultiFactorAuthPresent false", "logs:PutLogEvents", LOG "a", "aws:MultiFactorAuthPresent=-|false", CannotTell},
    {"Null true for a missing key", "Allow logs:* on * if Null k:k true", "logs:PutLogEvents", LOG "a", "k:k=-", Allowed},
    {"Null true for a key that is there", "Allow logs:* on * if Null k:k true", "logs:PutLogEvents", LOG "a", "k:k=v", ImplicitDeny},
    {"Null false for a key that is there", "Allow logs:* on * if Null aws:TokenIssueTime false", "logs:PutLogEvents", LOG "a", "aws:TokenIssueTime=?", Allowed},
    {"Null false for a missing key", "Allow logs:* on * if Null k:k false", "logs:PutLogEvents", LOG "a", "k:k=-", ImplicitDeny},
    {"Null for a key that is not known", "Allow logs:* on * if Null k:k true", "logs:PutLogEvents", LOG "a", "", CannotTell},

    // Sets of values.
    {"ForAllValues: all fit", "Allow logs:* on * if ForAllValues:StringEquals aws:TagKeys a|b|c", "logs:TagResource", LOG "a", "aws:TagKeys=a|b", Allowed},
    {"ForAllValues: one does not", "Allow logs:* on * if ForAllValues:StringEquals aws:TagKeys a|b", "logs:TagResource", LOG "a", "aws:TagKeys=a|x", ImplicitDeny},
    {"ForAllValues with a missing key", "Allow logs:* on * if ForAllValues:StringEquals aws:TagKeys a", "logs:TagResource", LOG "a", "aws:TagKeys=-", Allowed},
    {"ForAllValues of an empty set", "Allow logs:* on * if ForAllValues:StringEquals aws:TagKeys a", "logs:TagResource", LOG "a", "aws:TagKeys=", Allowed},
    {"ForAllValues and Null guard", "Allow logs:* on * if ForAllValues:StringEquals aws:TagKeys a and Null aws:TagKeys false", "logs:TagResource", LOG "a", "aws:TagKeys=-", ImplicitDeny},
    {"ForAnyValue: one fits", "Allow logs:* on * if ForAnyValue:StringEquals aws:TagKeys a|b", "logs:TagResource", LOG "a", "aws:TagKeys=x|b", Allowed},
    {"ForAnyValue: none fits", "Allow logs:* on * if ForAnyValue:StringEquals aws:TagKeys a|b", "logs:TagResource", LOG "a", "aws:TagKeys=x|y", ImplicitDeny},
    {"ForAnyValue with a missing key", "Allow logs:* on * if ForAnyValue:StringEquals aws:TagKeys a", "logs:TagResource", LOG "a", "aws:TagKeys=-", ImplicitDeny},
    {"ForAnyValue negated with a missing key", "Allow logs:* on * if ForAnyValue:StringNotEquals aws:TagKeys a", "logs:TagResource", LOG "a", "aws:TagKeys=-", ImplicitDeny},
    {"ForAnyValue with StringLike", "Allow logs:* on * if ForAnyValue:StringLike aws:TagKeys te*", "logs:TagResource", LOG "a", "aws:TagKeys=x|team", Allowed},
    {"ForAllValues denied when no value has the prefix", "Allow * on *\nDeny * on * if ForAllValues:StringNotLike aws:TagKeys key1*", "logs:TagResource", LOG "a", "aws:TagKeys=key2:audit", ExplicitDeny},
    {"ForAllValues not denied when one has it", "Allow * on *\nDeny * on * if ForAllValues:StringNotLike aws:TagKeys key1*", "logs:TagResource", LOG "a", "aws:TagKeys=key1:legal", Allowed},
    {"ForAllValues denied with a missing key", "Allow * on *\nDeny * on * if ForAllValues:StringNotLike aws:TagKeys key1*", "logs:TagResource", LOG "a", "aws:TagKeys=-", ExplicitDeny},
    {"ForAnyValue negated: one differs", "Allow * on *\nDeny * on * if ForAnyValue:StringNotEquals aws:TagKeys a", "logs:TagResource", LOG "a", "aws:TagKeys=a|b", ExplicitDeny},

    // Numbers, dates, truth, addresses, ARNs.
    {"NumericLessThanEquals", "Allow s3:* on * if NumericLessThanEquals s3:max-keys 10", "s3:ListBucket", "arn:aws:s3:::b", "s3:max-keys=10", Allowed},
    {"NumericLessThan", "Allow s3:* on * if NumericLessThan s3:max-keys 10", "s3:ListBucket", "arn:aws:s3:::b", "s3:max-keys=10", ImplicitDeny},
    {"NumericGreaterThan compares numbers", "Allow s3:* on * if NumericGreaterThan s3:max-keys 9", "s3:ListBucket", "arn:aws:s3:::b", "s3:max-keys=10", Allowed},
    {"NumericEquals sees through writing", "Allow s3:* on * if NumericEquals s3:max-keys 10.0", "s3:ListBucket", "arn:aws:s3:::b", "s3:max-keys=10", Allowed},
    {"NumericNotEquals with a missing key", "Allow s3:* on * if NumericNotEquals s3:max-keys 10", "s3:ListBucket", "arn:aws:s3:::b", "s3:max-keys=-", Allowed},
    {"DateGreaterThan", "Allow logs:* on * if DateGreaterThan aws:CurrentTime 2026-01-01T00:00:00Z", "logs:PutLogEvents", LOG "a", "aws:CurrentTime=2026-06-01T00:00:00Z", Allowed},
    {"DateLessThan with another zone", "Allow logs:* on * if DateLessThan aws:CurrentTime 2026-01-01T02:00:00+02:00", "logs:PutLogEvents", LOG "a", "aws:CurrentTime=2026-01-01T00:00:00Z", ImplicitDeny},
    {"dates may be seconds", "Allow logs:* on * if DateEquals aws:EpochTime 1767225600", "logs:PutLogEvents", LOG "a", "aws:EpochTime=2026-01-01T00:00:00Z", Allowed},
    {"a date that nobody knows", "Allow logs:* on * if DateLessThan aws:CurrentTime 2027-01-01T00:00:00Z", "logs:PutLogEvents", LOG "a", "aws:CurrentTime=?", CannotTell},
    {"Bool", "Allow * on *\nDeny * on * if Bool aws:SecureTransport false", "logs:PutLogEvents", LOG "a", "aws:SecureTransport=true", Allowed},
    {"Bool that denies", "Allow * on *\nDeny * on * if Bool aws:SecureTransport false", "logs:PutLogEvents", LOG "a", "aws:SecureTransport=false", ExplicitDeny},
    {"Bool ignores case", "Allow logs:* on * if Bool aws:SecureTransport TRUE", "logs:PutLogEvents", LOG "a", "aws:SecureTransport=true", Allowed},
    {"IpAddress in a range", "Allow logs:* on * if IpAddress aws:SourceIp 203.0.113.0/24", "logs:PutLogEvents", LOG "a", "aws:SourceIp=203.0.113.77", Allowed},
    {"IpAddress outside", "Allow logs:* on * if IpAddress aws:SourceIp 203.0.113.0/24", "logs:PutLogEvents", LOG "a", "aws:SourceIp=203.0.114.1", ImplicitDeny},
    {"IpAddress without a prefix", "Allow logs:* on * if IpAddress aws:SourceIp 203.0.113.7", "logs:PutLogEvents", LOG "a", "aws:SourceIp=203.0.113.7", Allowed},
    {"IpAddress of version 6", "Allow logs:* on * if IpAddress aws:SourceIp 2001:DB8:1234:5678::/64", "logs:PutLogEvents", LOG "a", "aws:SourceIp=2001:db8:1234:5678::1", Allowed},
    {"IpAddress through a VPC endpoint", "Allow logs:* on * if IpAddress aws:SourceIp 203.0.113.0/24", "logs:PutLogEvents", LOG "a", "aws:SourceIp=-", ImplicitDeny},
    {"NotIpAddress in a deny", "Allow * on *\nDeny * on * if NotIpAddress aws:SourceIp 203.0.113.0/24", "logs:PutLogEvents", LOG "a", "aws:SourceIp=198.51.100.1", ExplicitDeny},
    {"NotIpAddress of mixed versions", "Allow * on *\nDeny * on * if NotIpAddress aws:SourceIp 203.0.113.0/24|2001:db8::/32", "logs:PutLogEvents", LOG "a", "aws:SourceIp=2001:db8::5", Allowed},
    {"an address that nobody knows", "Allow * on *\nDeny * on * if NotIpAddress aws:SourceIp 203.0.113.0/24", "logs:PutLogEvents", LOG "a", "", CannotTell},
    {"ArnLike part by part", "Allow sqs:* on * if ArnLike aws:SourceArn arn:aws:someservice:*:111122223333:finance/*", "sqs:SendMessage", "arn:aws:sqs:us-east-2:123456789012:q", "aws:SourceArn=arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt", ImplicitDeny},
    {"StringLike goes over colons", "Allow sqs:* on * if StringLike aws:SourceArn arn:aws:someservice:*:111122223333:finance/*", "sqs:SendMessage", "arn:aws:sqs:us-east-2:123456789012:q", "aws:SourceArn=arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt", Allowed},
    {"ArnEquals knows wildcards too", "Allow sqs:* on * if ArnEquals aws:SourceArn arn:aws:sns:*:123456789012:*", "sqs:SendMessage", "arn:aws:sqs:us-east-2:123456789012:q", "aws:SourceArn=arn:aws:sns:us-east-2:123456789012:topic", Allowed},
    {"ArnLike's sixth part has colons", "Allow sqs:* on * if ArnLike k:k arn:aws:logs:*:*:log-group:*:end", "sqs:SendMessage", "arn:aws:sqs:us-east-2:123456789012:q", "k:k=arn:aws:logs:us-east-1:123456789012:log-group:a:b:end", Allowed},
    {"ArnNotLike", "Allow sqs:* on * if ArnNotLike aws:PrincipalArn arn:aws:iam::*:role/admin", "sqs:SendMessage", "arn:aws:sqs:us-east-2:123456789012:q", "aws:PrincipalArn=arn:aws:iam::123456789012:role/task", Allowed},
    {"ArnLike of a set of ARNs", "Allow sts:* on * if ArnLike aws:SourceArn arn:aws:ecs:us-east-1:123456789012:*", "sts:AssumeRole", "arn:aws:iam::123456789012:role/x", "aws:SourceArn=arn:aws:ecs:us-east-1:123456789012:*", Allowed},
    {"ArnLike of some of a set", "Allow sts:* on * if ArnLike aws:SourceArn arn:aws:ecs:us-east-1:123456789012:cluster/*", "sts:AssumeRole", "arn:aws:iam::123456789012:role/x", "aws:SourceArn=arn:aws:ecs:us-east-1:123456789012:*", CannotTell},
    {"BinaryEquals", "Allow k:* on * if BinaryEquals k:k QmluYXJ5", "k:Do", "*", "k:k=QmluYXJ5", Allowed},

    // Policy variables.
    {"a variable", "Allow s3:* on arn:aws:s3:::b/${aws:username}/*", "s3:GetObject", "arn:aws:s3:::b/ann/x", "aws:username=ann", Allowed},
    {"a variable of another", "Allow s3:* on arn:aws:s3:::b/${aws:username}/*", "s3:GetObject", "arn:aws:s3:::b/bob/x", "aws:username=ann", ImplicitDeny},
    {"a variable that a role has not", "Allow s3:* on arn:aws:s3:::b/${aws:username}/*", "s3:GetObject", "arn:aws:s3:::b//x", "aws:username=-", ImplicitDeny},
    {"a missing variable spoils a deny too", "Allow * on *\nDeny s3:* on arn:aws:s3:::b/${aws:username}*", "s3:GetObject", "arn:aws:s3:::b/x", "aws:username=-", Allowed},
    {"a variable that nobody knows", "Allow s3:* on arn:aws:s3:::b/${aws:userid}/*", "s3:GetObject", "arn:aws:s3:::b/x/y", "", CannotTell},
    {"a variable that cannot fit", "Allow s3:* on arn:aws:s3:::b/${aws:userid}/*", "s3:GetObject", "arn:aws:s3:::c/x/y", "", ImplicitDeny},
    {"a variable ignores case", "Allow s3:* on arn:aws:s3:::b/${AWS:UserName}/*", "s3:GetObject", "arn:aws:s3:::b/ann/x", "aws:username=ann", Allowed},
    {"a default value", "Allow s3:* on arn:aws:s3:::b/${aws:PrincipalTag/team,'all'}/*", "s3:GetObject", "arn:aws:s3:::b/all/x", "aws:PrincipalTag/team=-", Allowed},
    {"a default value is not used", "Allow s3:* on arn:aws:s3:::b/${aws:PrincipalTag/team,'all'}/*", "s3:GetObject", "arn:aws:s3:::b/red/x", "aws:PrincipalTag/team=red", Allowed},
    {"a default value that may be used", "Allow s3:* on arn:aws:s3:::b/${aws:PrincipalTag/team,'all'}/*", "s3:GetObject", "arn:aws:s3:::b/all/x", "", CannotTell},
    {"${*} is a star", "Allow s3:* on arn:aws:s3:::b/${*}", "s3:GetObject", "arn:aws:s3:::b/x", "", ImplicitDeny},
    {"${?} is a question mark", "Allow s3:* on arn:aws:s3:::b/${?}x", "s3:GetObject", "arn:aws:s3:::b/yx", "", ImplicitDeny},
    {"${?} in a condition", "Allow s3:* on * if StringLike k:k ${?}x", "s3:GetObject", "arn:aws:s3:::b/yx", "k:k=yx", ImplicitDeny},
    {"${$} is a dollar", "Allow s3:* on arn:aws:s3:::b/${$}x", "s3:GetObject", "arn:aws:s3:::b/$x", "", Allowed},
    {"a value's wildcards are letters", "Allow s3:* on arn:aws:s3:::b/${k:v}", "s3:GetObject", "arn:aws:s3:::b/xy", "k:v=x?", ImplicitDeny},
    {"2008 knows no variables", "2008\nAllow s3:* on arn:aws:s3:::b/${aws:username}/*", "s3:GetObject", "arn:aws:s3:::b/ann/x", "aws:username=ann", ImplicitDeny},
    {"2008 takes variables for letters", "2008\nAllow s3:* on arn:aws:s3:::b/${aws:username}/*", "s3:GetObject", "arn:aws:s3:::b/${aws:username}/x", "aws:username=ann", Allowed},
    {"a variable in a condition", "Allow logs:* on * if StringEquals aws:ResourceAccount ${aws:PrincipalAccount}", "logs:PutLogEvents", LOG "a", "aws:ResourceAccount=123456789012 aws:PrincipalAccount=123456789012", Allowed},
    {"a variable in a condition that fails", "Allow * on *\nDeny logs:* on * if StringNotEquals aws:ResourceAccount ${aws:PrincipalAccount}", "logs:PutLogEvents", LOG "a", "aws:ResourceAccount=999999999999 aws:PrincipalAccount=123456789012", ExplicitDeny},
    {"a missing variable in a condition", "Allow logs:* on * if StringNotEquals k:k ${aws:username}", "logs:PutLogEvents", LOG "a", "k:k=v aws:username=-", CannotTell},
    {"a missing variable beside a value", "Allow logs:* on * if StringEquals k:k ${aws:username}|v", "logs:PutLogEvents", LOG "a", "k:k=v aws:username=-", Allowed},
    {"a wildcard beside a variable", "Allow s3:* on arn:aws:s3:::b/${aws:username}*/x", "s3:GetObject", "arn:aws:s3:::b/ann-2/x", "aws:username=ann", Allowed},
};

// clang-format on

std::string_view name_of_decision(Decision d) {
  constexpr std::string_view names[] = {"Allowed", "ImplicitDeny", "ExplicitDeny", "CannotTell"};
  return names[static_cast<size_t>(d)];
}

TEST(Evaluate, Table) {
  static_assert(std::size(kCases) >= 150);
  std::set<std::string> names;
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    EXPECT_TRUE(names.insert(c.name).second) << "two cases have one name";
    World w;
    load(w, c.policies);
    for (const diag::Diagnostic& d : w.diags.all()) EXPECT_NE(d.severity, diag::Severity::Error) << d.message;
    Outcome out = evaluate(w.set, {c.action, c.resource, context_of(c.context)});
    EXPECT_EQ(name_of_decision(out.decision), name_of_decision(c.expected));
  }
}

// What decided is what a person is shown.
TEST(Evaluate, SaysWhichStatement) {
  World w;
  load(w, "Allow logs:* on " LOG "b\nAllow logs:Put* on * if StringEquals k:k v\nDeny logs:Delete* on *");
  Outcome out = evaluate(w.set, {"logs:PutLogEvents", LOG "a", context_of("k:k=w")});
  ASSERT_EQ(out.obstacles.size(), 2u);
  EXPECT_EQ(out.obstacles[0].kind, Obstacle::Kind::Condition);
  EXPECT_EQ(out.obstacles[0].statement, &w.documents.front().statements[1]);
  EXPECT_EQ(out.obstacles[0].test->key.text, "k:k");
  EXPECT_EQ(out.obstacles[1].kind, Obstacle::Kind::Resource);
  out = evaluate(w.set, {"logs:DeleteLogGroup", LOG "a", {}});
  EXPECT_EQ(out.decision, ExplicitDeny);
  EXPECT_EQ(out.statement, &w.documents.front().statements[2]);
}

// A broken statement stands for any statement.
TEST(Evaluate, BrokenStatementsDecideNothing) {
  World w;
  load(w, "Allow logs;Put on *");
  EXPECT_TRUE(w.diags.has_errors());
  EXPECT_EQ(evaluate(w.set, {"logs:PutLogEvents", LOG "a", {}}).decision, CannotTell);
}

struct GlobCase {
  const char *a, *b;
  bool meet, inside;  // inside: a within b
};
constexpr GlobCase kGlobs[] = {
    {"", "", true, true},           {"", "*", true, true},         {"*", "", true, false},
    {"a", "a", true, true},         {"a", "b", false, false},      {"a*", "*a", true, false},
    {"a*a", "a*", true, true},      {"a*b*c", "a*c", true, true},  {"a*c", "a*b*c", true, false},
    {"*a*", "*", true, true},       {"*", "*a*", true, false},     {"a?c", "a*c", true, true},
    {"a*c", "a?c", true, false},    {"??*", "?*", true, true},     {"?*", "??*", true, false},
    {"?*?", "??*", true, true},     {"*?", "?*", true, true},      {"**", "*", true, true},
    {"*", "**", true, true},        {"ab*", "*ba", true, false},   {"abab", "*ab", true, true},
    {"aXb", "a*b", true, true},     {"a*b", "aXb", true, false},   {"*ab*", "*a*b*", true, true},
    {"*a*b*", "*ab*", true, false}, {"\xc3\xa4", "?", true, true}, {"x*y", "z*", false, false},
    {"*x", "*y", false, false},
};

TEST(Glob, Table) {
  for (const GlobCase& c : kGlobs) {
    SCOPED_TRACE(std::string(c.a) + " and " + c.b);
    Glob a = Glob::wild(c.a), b = Glob::wild(c.b);
    EXPECT_EQ(overlap(a, b), c.meet);
    EXPECT_EQ(overlap(b, a), c.meet);
    EXPECT_EQ(within(a, b), std::optional(c.inside));
  }
}

// Every pair of short patterns over two letters, against trying every short text.
TEST(Glob, AgreesWithTryingAll) {
  std::vector<std::string> patterns = {""}, texts = {""};
  for (size_t i = 0; i < patterns.size() && patterns[i].size() < 4; ++i) {
    for (char c : {'a', 'b', '?', '*'}) patterns.push_back(patterns[i] + c);
  }
  for (size_t i = 0; i < texts.size() && texts[i].size() < 6; ++i) {
    for (char c : {'a', 'b', 'c'}) texts.push_back(texts[i] + c);
  }
  // Reference: the textbook recursion.
  auto match = [](auto& self, const char* p, const char* t) -> bool {
    if (*p == 0) return *t == 0;
    if (*p == '*') return self(self, p + 1, t) || (*t != 0 && self(self, p, t + 1));
    return *t != 0 && (*p == '?' || *p == *t) && self(self, p + 1, t + 1);
  };
  std::vector<Glob> globs;
  std::vector<std::vector<bool>> hits;
  for (const std::string& p : patterns) {
    globs.push_back(Glob::wild(p));
    std::vector<bool>& h = hits.emplace_back();
    for (const std::string& t : texts) h.push_back(match(match, p.c_str(), t.c_str()));
  }
  uint32_t random = 1;
  for (int n = 0; n < 20000; ++n) {
    random = random * 1664525 + 1013904223;
    size_t i = (random >> 8) % globs.size(), j = (random >> 20) % globs.size();
    bool meet = false, inside = true;
    for (size_t k = 0; k < texts.size(); ++k) {
      meet = meet || (hits[i][k] && hits[j][k]);
      inside = inside && (!hits[i][k] || hits[j][k]);
    }
    ASSERT_EQ(overlap(globs[i], globs[j]), meet) << patterns[i] << " and " << patterns[j];
    ASSERT_EQ(within(globs[i], globs[j]), std::optional(inside)) << patterns[i] << " in " << patterns[j];
  }
}

TEST(Glob, GivesUpInsteadOfRunningForever) {
  std::string hard = "*a" + std::string(40, '?') + "*b" + std::string(40, '?');
  EXPECT_EQ(within(Glob::wild("*" + std::string(80, '?') + "*"), Glob::wild(hard)), std::optional(false));
  std::optional<bool> answer =
      within(Glob::wild("*a*b" + std::string(60, '?') + "*"), Glob::wild("*a" + std::string(59, '?') + "*c*"));
  EXPECT_TRUE(!answer.has_value() || !*answer);
}

TEST(Glob, PartsOfResources) {
  EXPECT_FALSE(matches(Glob::resource("a*b:c"), "axx:b:c"));
  EXPECT_TRUE(matches(Glob::resource("a*:c"), "axx:b:c"));
  EXPECT_FALSE(matches(Glob::arn("arn:aws:s:*:1:r"), "arn:aws:s:x:y:1:r"));
  EXPECT_TRUE(matches(Glob::arn("arn:aws:s:*:1:r*x"), "arn:aws:s:x:1:r:y:x"));
  EXPECT_TRUE(within(Glob::request("arn:aws:s:*:1:r"), Glob::resource("arn:aws:s:*:1:r")).value_or(false));
  EXPECT_FALSE(matches(Glob::request("*"), "arn:aws:s:::r"));
}

}  // namespace
}  // namespace whittle::aws::iam
