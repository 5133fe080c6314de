// SPDX-License-Identifier: Apache-2.0
// Whether ECS tasks may take a role: its trust policy must let ecs-tasks.amazonaws.com call sts:AssumeRole ("Amazon ECS
// task IAM role", ECS developer guide, which also names the two conditions that guard against a confused deputy).
#include "compiler/aws/iam/grant.h"
#include "compiler/aws/iam/role.h"
#include "compiler/source/sources.h"

#include <algorithm>

namespace whittle::aws::iam {

using diag::Diag;

namespace {

constexpr std::string_view kTasks = "ecs-tasks.amazonaws.com";

constexpr Diag<std::string_view> kNotTrusted{
    "E0915", "{} cannot be used by ECS tasks: its trust policy does not let them take it"};
constexpr Diag<std::string_view> kTrustDenied{"E0915", "{} cannot be used by ECS tasks: its trust policy denies it"};
constexpr Diag<std::string_view> kTrustCondition{
    "E0915", "{} cannot be used by ECS tasks here: a condition of its trust policy does not hold"};
constexpr Diag<std::string_view> kTrustUnknown{"N0915", "cannot tell whether ECS tasks may take {}"};
constexpr Diag<std::string_view> kEverybody{"W0916", "everybody may take {}"};

Truth names_tasks(const Statement& s, const Principal** which) {
  Truth named = Truth::False;
  for (const Principal& p : s.principals) {
    bool open = p.id.text.find(static_cast<char>(kUnknownChar)) != std::string::npos;
    bool is = p.kind == Principal::Kind::Everybody || (p.kind == Principal::Kind::Service && p.id.text == kTasks);
    if (open && named == Truth::False) named = Truth::Unknown;
    if (!is || open) continue;
    named = Truth::True;
    if (which != nullptr) *which = &p;
  }
  return s.not_principals ? opposite(named) : named;
}

std::string named_account(const Policy& policy) {
  std::string found;
  for (const Statement& st : policy.statements) {
    for (const Test& t : st.tests) {
      for (const Text& v : t.values) {
        size_t from = 0;
        for (int i = 0; i < 4 && v.text.starts_with("arn:") && from != std::string::npos; ++i)
          from = v.text.find(':', from) + 1;
        std::string text = v.text.substr(from, v.text.find(':', from) - from);
        if (text.size() != 12 || text.find_first_not_of("0123456789") != std::string::npos) continue;
        if (!found.empty() && found != text) return "*";
        found = text;
      }
    }
  }
  return found.empty() ? "*" : found;
}

std::string value_text(const RequestContext& context, std::string_view key) {
  const ContextValue* v = context.find(key);
  return v == nullptr || v->values.size() != 1 ? std::string() : v->values[0];
}

constexpr std::string_view kStarts = "the task does not start: ECS says that it is unable to assume the role";

// ECS's request. An account that nobody told is the one that the conditions name, if they name one only.
RequestContext context_of(const Policy& policy, const Surroundings& s) {
  std::string account = s.account.empty() ? named_account(policy) : s.account,
              region = s.region.empty() ? "*" : s.region;
  std::string partition = !s.partition.empty() ? s.partition
                          : s.region.empty()   ? "*"
                                               : std::string(partition_of(s.region));
  RequestContext context;
  context.set("aws:SourceAccount", account);
  context.set("aws:SourceArn", "arn:" + partition + ":ecs:" + region + ":" + account + ":*");
  context.set("aws:PrincipalIsAWSService", "true");
  context.set("aws:PrincipalServiceName", std::string(kTasks));
  context.set("aws:SecureTransport", "true");
  context.set_absent("aws:PrincipalArn");
  context.set_absent("aws:MultiFactorAuthPresent");
  context.set_absent("sts:ExternalId");
  context.set_absent("aws:username");
  return context;
}

// What the statements come to.
struct Verdict {
  const Statement *denied = nullptr, *unsure = nullptr, *failed = nullptr;
  const Test *failed_test = nullptr, *unsure_test = nullptr;
  bool allowed = false;
};

Verdict judge(const Policy& policy, const RequestContext& context, const RoleDocuments& documents,
              const source::Sources& sources, diag::Diagnostics& diags) {
  Verdict v;
  for (const Statement& st : policy.statements) {
    if (st.broken) continue;
    const Principal* principal = nullptr;
    Truth named = names_tasks(st, &principal);
    if (named == Truth::False || !names_action(st, "sts:AssumeRole")) continue;
    const Test* test = nullptr;
    Truth condition = holds(st, context, &test);
    if (condition == Truth::False) {
      if (st.allow && v.failed == nullptr) {
        v.failed = &st;
        v.failed_test = test;
      }
    } else if (condition == Truth::Unknown || named == Truth::Unknown) {
      if (v.unsure == nullptr || st.allow) {
        v.unsure = &st;
        v.unsure_test = condition == Truth::Unknown ? test : nullptr;
      }
    } else if (!st.allow) {
      v.denied = &st;
    } else {
      v.allowed = true;
      if (principal != nullptr && principal->kind == Principal::Kind::Everybody && st.tests.empty()) {
        diags.emit(kEverybody, principal->id.span, documents.name)
            .here("every account's every principal")
            .help("name the service: {}", "{\"Service\": \"ecs-tasks.amazonaws.com\"}")
            .suggest(with_quotes(sources, st.principals_span), "{\"Service\": \"ecs-tasks.amazonaws.com\"}");
      }
    }
  }
  return v;
}

void tell_unsure(const Verdict& v, const RequestContext& context, const RoleDocuments& documents, const Surroundings& s,
                 diag::Diagnostics& diags) {
  auto d = diags.emit(kTrustUnknown, v.unsure_test != nullptr ? v.unsure_test->span : v.unsure->principals_span,
                      documents.name);
  if (v.unsure_test == nullptr) {
    d.here("depends on a value that the template leaves open");
    return;
  }
  d.here("depends on this condition");
  if (context.find(v.unsure_test->key.text) == nullptr) {
    d.note("`{}` is not known before the task starts", v.unsure_test->key.text);
    return;
  }
  bool no_account = s.account.empty(), no_region = s.region.empty();
  if (no_account && no_region) d.help("`--account` and `--region` say where the task runs");
  else if (no_account) d.help("`--account` says in which account the task runs");
  else if (no_region) d.help("`--region` says where the task runs");
  else d.note("it is `{}`, where `*` stands for the task", value_text(context, v.unsure_test->key.text));
}

void tell_failed(const Verdict& v, const RequestContext& context, const RoleDocuments& documents,
                 diag::Diagnostics& diags) {
  auto d = diags.emit(kTrustCondition, v.failed_test->span, documents.name);
  d.here("does not hold");
  const ContextValue* value = context.find(v.failed_test->key.text);
  if (value != nullptr && !value->may_be_present)
    d.note("`{}` is never part of ECS's request", v.failed_test->key.text);
  else d.note("`{}` is `{}`", v.failed_test->key.text, value_text(context, v.failed_test->key.text));
  d.note("{}", kStarts);
}

void tell_untrusted(const Policy& policy, const RoleDocuments& documents, const Surroundings& s,
                    const source::Sources& sources, diag::Diagnostics& diags) {
  // Whom it names in place of the tasks.
  const Statement* near = nullptr;
  const Principal* wrong = nullptr;
  for (const Statement& st : policy.statements) {
    if (!st.allow) continue;
    if (near == nullptr) near = &st;
    for (const Principal& p : st.principals) {
      if (p.kind != Principal::Kind::Service) continue;
      bool like = p.id.text.starts_with("ecs") || p.id.text.starts_with("ec2.");
      if (wrong == nullptr || like) {
        wrong = &p;
        near = &st;
      }
    }
  }
  source::Span at = wrong != nullptr ? wrong->id.span : near != nullptr ? near->principals_span : policy.span;
  auto d = diags.emit(kNotTrusted, at, documents.name);
  if (near != nullptr && names_tasks(*near, nullptr) == Truth::True) {
    const Text* first = near->actions.empty() ? nullptr : &near->actions[0];
    d.here("they are named");
    if (first != nullptr)
      d.label(first->span, "but not allowed `sts:AssumeRole`")
          .suggest(with_quotes(sources, near->actions_span), "\"sts:AssumeRole\"");
  } else if (wrong != nullptr && wrong->id.text == "ecs.amazonaws.com") {
    d.here("this is ECS itself; its tasks are `ecs-tasks.amazonaws.com`");
  } else if (wrong != nullptr && wrong->id.text == "ec2.amazonaws.com") {
    d.here("this lets EC2 instances take it, not tasks on Fargate");
  } else if (wrong != nullptr) {
    d.here("another service");
  } else {
    d.here("ECS tasks are not among them");
  }
  d.note("{}", kStarts);
  bool replace = wrong != nullptr && (wrong->id.text == "ecs.amazonaws.com" || wrong->id.text == "ec2.amazonaws.com");
  if (replace) d.suggest(wrong->id.span, in_place(sources, wrong->id.span, kTasks));
  d.help("the whole trust policy:\n{}", trust_json(s));
}

}  // namespace

std::vector<std::string> other_takers(const RoleDocuments& documents, const syntax::Tree& tree,
                                      const source::Sources& sources) {
  std::vector<std::string> out;
  if (!documents.trust) return out;
  diag::Diagnostics nobody;  // what is wrong with it is told elsewhere
  for (const Statement& s : read_policy(tree, *documents.trust, PolicyKind::Trust, sources, nobody).statements) {
    if (!s.allow || s.broken || s.not_principals) continue;
    for (const Principal& p : s.principals) {
      const bool known = p.id.text.find(static_cast<char>(kUnknownChar)) == std::string::npos;
      const bool ecs = p.kind == Principal::Kind::Service && p.id.text.starts_with("ecs");
      const std::string who = "`" + p.id.text + "`";
      if (known && !ecs && p.kind != Principal::Kind::Everybody && std::find(out.begin(), out.end(), who) == out.end())
        out.push_back(who);
    }
  }
  return out;
}

void check_trust(const RoleDocuments& documents, const syntax::Tree& tree, const RoleOptions& options,
                 const source::Sources& sources, diag::Diagnostics& diags) {
  if (!documents.trust) return;
  const Policy policy = read_policy(tree, *documents.trust, PolicyKind::Trust, sources, diags);
  const Surroundings& s = options.surroundings;
  const RequestContext context = context_of(policy, s);
  const Verdict v = judge(policy, context, documents, sources, diags);
  if (policy.broken) return;
  if (v.denied != nullptr) {
    diags.emit(kTrustDenied, v.denied->principals_span, documents.name)
        .here("denied here")
        .note("an explicit deny wins over every allow");
    return;
  }
  if (v.allowed && (v.unsure == nullptr || v.unsure->allow)) return;
  if (v.unsure != nullptr) tell_unsure(v, context, documents, s, diags);
  else if (v.failed != nullptr) tell_failed(v, context, documents, diags);
  else tell_untrusted(policy, documents, s, sources, diags);
}

}  // namespace whittle::aws::iam
