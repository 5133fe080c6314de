// SPDX-License-Identifier: Apache-2.0
// Whether a role may be taken on by the task role: its trust policy must let it call sts:AssumeRole. One that names the
// task role itself needs no permission on the other side when both are of one account; one that names the account
// leaves it to the account's policies (IAM user guide, "Granting a user permissions to switch roles" and "Cross-account
// policy evaluation logic").
#include "compiler/aws/iam/role.h"
#include "compiler/aws/unknown.h"
#include "compiler/source/sources.h"

#include <algorithm>

namespace whittle::aws::iam {

using diag::Diag;

namespace {

constexpr Diag<std::string_view, std::string_view> kNotTaken{
    "E1430", "{} cannot be taken on by {}: its trust policy does not let it"};
constexpr Diag<std::string_view, std::string_view> kDenied{"E1430",
                                                           "{} cannot be taken on by {}: its trust policy denies it"};
constexpr Diag<std::string_view, std::string_view> kCondition{
    "E1430", "{} cannot be taken on by {}: a condition of its trust policy does not hold"};
constexpr Diag<std::string_view, std::string_view> kCannotTell{"N1430", "cannot tell whether {} may be taken on by {}"};
constexpr Diag<std::string_view> kEverybody{"W0916", "everybody may take {}"};

constexpr std::string_view kAction = "sts:AssumeRole";

std::string part(std::string_view arn, int index) {
  size_t from = 0;
  for (int i = 0; i < index; ++i) {
    size_t colon = arn.find(':', from);
    if (colon == std::string_view::npos) return {};
    from = colon + 1;
  }
  return std::string(arn.substr(from, arn.find(':', from) - from));
}

std::string with_part(const std::string& arn, int index, const std::string& text) {
  size_t from = 0;
  for (int i = 0; i < index; ++i) from = arn.find(':', from) + 1;
  return arn.substr(0, from) + text + arn.substr(std::min(arn.find(':', from), arn.size()));
}

bool is_open(std::string_view text) {
  return text.find_first_of("*\x1a") != std::string_view::npos;
}

// How a principal is the task role.
enum class Match : uint8_t { None, Account, Itself, Open };

Match match(const Principal& p, const Taker& taker, const RequestContext& context) {
  if (p.kind == Principal::Kind::Everybody) return Match::Account;
  if (p.kind != Principal::Kind::Aws) return Match::None;
  const std::string& id = p.id.text;
  if (id == "*") return Match::Account;
  if (wholly_unknown(id) && id.size() > 1) return Match::Open;  // a parameter
  std::string own = part(taker.arn, 4);
  bool bare = id.find(':') == std::string::npos;
  if (bare || (part(id, 5) == "root" && part(id, 2) == "iam")) {
    std::string account = bare ? id : part(id, 4);
    if (is_open(account) || own.empty() || is_open(own)) return Match::Account;
    return account == own ? Match::Account : Match::None;
  }
  if (part(id, 2) == "sts") return Match::None;  // one session, whose name nobody knows before
  bool absent = false;
  // A partition or an account that nobody named is the one that the policy names.
  std::string arn = taker.arn;
  for (int i : {1, 4}) {
    if (part(arn, i) == "*" && !is_open(part(id, i))) arn = with_part(arn, i, part(id, i));
  }
  Glob pattern = resource_pattern(id, false, context, absent), role = Glob::request(arn);
  if (!overlap(role, pattern)) return Match::None;
  Glob exact = pattern.with_names();
  return !exact.unknown && within(role.with_names(), exact).value_or(false) ? Match::Itself : Match::Open;
}

struct Decided {
  Taken taken = Taken::No;
  const Statement* statement = nullptr;  // that decides, or that an answer hangs on
  const Test* test = nullptr;
  const Principal* principal = nullptr;
};

RequestContext context_of(const Taker& taker, const Need& need, const RoleDocuments& documents,
                          const RoleOptions& options) {
  Role role;
  role.documents = &documents;
  std::string account = part(taker.arn, 4);
  Request request = request_of(need, role, options, is_open(account) ? options.surroundings.account : account);
  RequestContext& c = request.context;
  c.set("aws:PrincipalArn", taker.arn);
  c.set_present("sts:RoleSessionName");
  c.set_absent("sts:SourceIdentity");
  c.set_absent("sts:ExternalId");
  if (need.external_id == "*") c.set_present("sts:ExternalId");
  else if (!need.external_id.empty()) c.set("sts:ExternalId", need.external_id);
  return c;
}

Decided decide(const Policy& policy, const Taker& taker, const RequestContext& context) {
  Decided allowed, unsure, failed;
  bool is_allowed = false, is_unsure = false, has_failed = false;
  for (const Statement& st : policy.statements) {
    if (st.broken || !names_action(st, kAction)) continue;
    Match best = Match::None;
    const Principal* who = nullptr;
    for (const Principal& p : st.principals) {
      Match m = match(p, taker, context);
      bool better = m == Match::Itself || (m == Match::Account && best != Match::Itself) ||
                    (m == Match::Open && best == Match::None);
      if (!better) continue;
      best = m;
      who = &p;
    }
    if (st.not_principals)
      best = best == Match::None ? Match::Account : best == Match::Open ? Match::Open : Match::None;
    if (best == Match::None) continue;
    const Test* test = nullptr;
    Truth condition = holds(st, context, &test);
    if (condition == Truth::False) {
      if (st.allow && !has_failed) failed = {Taken::No, &st, test, who};
      has_failed = has_failed || st.allow;
    } else if (condition == Truth::Unknown || best == Match::Open) {
      if (!is_unsure || st.allow) unsure = {Taken::Open, &st, condition == Truth::Unknown ? test : nullptr, who};
      is_unsure = true;
    } else if (!st.allow) {
      return {Taken::No, &st, nullptr, who};
    } else if (!is_allowed || best == Match::Itself) {
      allowed = {best == Match::Itself ? Taken::Itself : Taken::Account, &st, nullptr, who};
      is_allowed = true;
    }
  }
  if (is_allowed && (!is_unsure || unsure.statement->allow)) return allowed;
  if (is_unsure) return unsure;
  if (has_failed) return failed;
  return {};
}

}  // namespace

Taken taken_by(const RoleDocuments& documents, const Taker& taker, const syntax::Tree& tree, const RoleOptions& options,
               const source::Sources& sources) {
  if (!documents.trust) return Taken::Open;
  diag::Diagnostics nobody;
  Policy policy = read_policy(tree, *documents.trust, PolicyKind::Trust, sources, nobody);
  if (policy.broken) return Taken::Open;
  return decide(policy, taker, context_of(taker, taker.need, documents, options)).taken;
}

bool needs_no_permission(Taken taken, const Taker& taker) {
  std::string role = part(taker.need.resource, 4), own = part(taker.arn, 4);
  return taken != Taken::Account && (role == own || is_open(role) || is_open(own));
}

void check_taken(const RoleDocuments& documents, const syntax::Tree& tree, const RoleOptions& options,
                 const source::Sources& sources, diag::Diagnostics& diags) {
  if (!documents.trust) return;
  Policy policy = read_policy(tree, *documents.trust, PolicyKind::Trust, sources, diags);
  if (policy.broken) return;
  for (const Taker& taker : documents.takers) {
    RequestContext context = context_of(taker, taker.need, documents, options);
    Decided d = decide(policy, taker, context);
    if (d.taken == Taken::Itself || d.taken == Taken::Account) {
      if (d.principal != nullptr && d.statement->tests.empty() &&
          (d.principal->kind == Principal::Kind::Everybody || d.principal->id.text == "*"))
        diags.emit(kEverybody, d.principal->id.span, documents.name)
            .here("every account's every principal")
            .help("name the task role: {}", "{\"AWS\": \"arn:aws:iam::ACCOUNT:role/TASK-ROLE\"}");
      continue;
    }
    auto takes = [&](diag::Builder& b) { b.label(taker.need.span, "{} takes it on here", taker.need.shown()); };
    if (d.taken == Taken::Open) {
      auto b = diags.emit(kCannotTell, d.test != nullptr ? d.test->span : d.statement->principals_span, documents.name,
                          taker.who);
      takes(b);
      if (d.test == nullptr) {
        b.here("whether this is it is not known before deploying");
        continue;
      }
      b.here("depends on this condition");
      const ContextValue* v = context.find(d.test->key.text);
      if (v == nullptr || v->unknown) b.note("`{}` is not known before the collector runs", d.test->key.text);
      continue;
    }
    constexpr std::string_view kLost =
        "`sts:AssumeRole` is refused at run time, and what is sent with this role is lost";
    if (d.statement != nullptr && !d.statement->allow) {
      auto b = diags.emit(kDenied, d.statement->principals_span, documents.name, taker.who);
      b.here("denied here");
      takes(b);
      b.note("{}", kLost);
      continue;
    }
    if (d.statement != nullptr) {
      auto b = diags.emit(kCondition, d.test->span, documents.name, taker.who);
      b.here("does not hold");
      takes(b);
      const ContextValue* v = context.find(d.test->key.text);
      bool id = d.test->key.text == "sts:ExternalId";
      if (v != nullptr && !v->may_be_present)
        b.note("`{}` is no part of the call{}", d.test->key.text,
               std::string_view(id ? ": the config has no `external_id`" : ""));
      else if (v != nullptr && v->values.size() == 1)
        b.note("`{}` is `{}`", d.test->key.text, without_names(v->values[0]));
      b.note("{}", kLost);
      continue;
    }
    const Statement* near = nullptr;
    for (const Statement& st : policy.statements) {
      if (st.allow && (near == nullptr || names_action(st, kAction))) near = &st;
    }
    auto b = diags.emit(kNotTaken, near != nullptr ? near->principals_span : policy.span, documents.name, taker.who);
    bool tasks =
        near != nullptr && std::any_of(near->principals.begin(), near->principals.end(), [](const Principal& p) {
          return p.kind == Principal::Kind::Service && p.id.text == "ecs-tasks.amazonaws.com";
        });
    if (near == nullptr) b.here("nobody may take it on");
    else if (!names_action(*near, kAction)) b.here("`sts:AssumeRole` is not allowed");
    else if (tasks) b.here("this lets ECS give it to tasks, not a task take it on by itself");
    else b.here("the task role is not among them");
    takes(b);
    b.note("{}", kLost);
    std::string arn = without_names(taker.arn);
    if (!is_open(arn)) b.help("`\"Principal\": {\"AWS\": \"{}\"}` lets it", arn);
    else b.help("name the task role under `Principal`, as `AWS`");
  }
}

}  // namespace whittle::aws::iam
