// SPDX-License-Identifier: Apache-2.0
// What is needed and not allowed. Needs that fail for one reason at one place are one finding, with the statement to
// add.
#include "compiler/aws/iam/grant.h"
#include "compiler/aws/iam/role.h"
#include "compiler/source/sources.h"

#include <algorithm>
#include <set>

namespace whittle::aws::iam {

using diag::Diag;
using source::Span;

namespace {

constexpr Diag<std::string_view, std::string_view> kMissing{"E0911", "{} does not allow {}"};
constexpr Diag<std::string_view, std::string_view> kDenied{"E0912", "{} is denied {}"};
constexpr Diag<std::string_view, std::string_view> kBounded{"E0913",
                                                            "the permissions boundary of {} does not allow {}"};
constexpr Diag<std::string_view, std::string_view> kMaybeMissing{"W0914", "{} does not allow {}, which may be needed"};
constexpr Diag<std::string_view, std::string_view> kCannotTell{"N0911", "cannot tell whether {} allows {}"};
constexpr Diag<std::string_view, std::string_view> kAccounts{"N0914", "the policies of {} name {} different accounts"};

enum class Failure : uint8_t { Missing, MaybeMissing, Denied, Bounded, CannotTell, NotSeen };

struct Finding {
  Failure failure = Failure::Missing;
  Span span;
  const Statement* near = nullptr;  // that a label points at
  Obstacle::Kind kind = Obstacle::Kind::Resource;
  const Test* test = nullptr;
  const Policy* boundary = nullptr;
  std::vector<const Need*> needs;
};

std::string actions_of(const std::vector<const Need*>& needs) {
  std::vector<std::string> names;
  for (const Need* n : needs) {
    if (std::find(names.begin(), names.end(), n->action) == names.end()) names.push_back(n->action);
  }
  return listed(names);
}

std::vector<Need> copies(const std::vector<const Need*>& needs, const Role& role) {
  std::vector<Need> out;
  for (const Need* n : needs) {
    out.push_back(*n);
    out.back().resource = narrowed(n->resource, role.account, role.partition);
  }
  return out;
}

bool same_reason(const Need& a, const Need& b) {
  return a.who == b.who;
}

class Teller {
public:
  Teller(const Role& role, const RoleOptions& options, const source::Sources& sources, diag::Diagnostics& diags)
      : role_(role), options_(options), sources_(sources), diags_(diags) {}

  // The best outcome over the accounts that may be meant.
  Outcome decide(const Need& need) {
    std::vector<std::string> accounts = {role_.account};
    if (role_.account.empty()) {
      for (const Text& a : role_.accounts) accounts.push_back(a.text);
    }
    Outcome best;
    bool first = true;
    for (const std::string& account : accounts) {
      Outcome o = evaluate(role_.set, request_of(need, role_, options_, account));
      auto rank = [](Decision d) {
        return d == Decision::Allowed ? 3 : d == Decision::CannotTell ? 2 : d == Decision::ExplicitDeny ? 1 : 0;
      };
      if (first || rank(o.decision) > rank(best.decision)) best = std::move(o);
      first = false;
    }
    return best;
  }

  bool take(const Need& need) {
    Outcome o = decide(need);
    if (o.decision == Decision::Allowed) return true;
    if (o.decision == Decision::ImplicitDeny && o.boundary == nullptr && need.allowed_by_resource) return true;
    // A malformed statement may be meant to allow it.
    if (o.decision == Decision::ImplicitDeny && role_.broken) return true;
    Finding f;
    f.span = need.span;
    f.boundary = o.boundary;
    const Obstacle* first = o.obstacles.empty() ? nullptr : &o.obstacles[0];
    bool more = !role_.documents->complete || !role_.not_known.empty();
    switch (o.decision) {
    case Decision::ExplicitDeny:
      f.failure = Failure::Denied;
      f.near = o.statement;
      break;
    case Decision::CannotTell:
      for (const Obstacle& x : o.obstacles) {
        if (x.kind == Obstacle::Kind::Broken) return true;
      }
      f.failure = Failure::CannotTell;
      break;
    default:
      f.failure = o.boundary != nullptr ? Failure::Bounded
                  : more                ? Failure::NotSeen
                  : need.sure           ? Failure::Missing
                                        : Failure::MaybeMissing;
      break;
    }
    if (first != nullptr) {
      f.near = first->statement;
      f.kind = first->kind;
      f.test = first->test;
    }
    for (Finding& g : findings_) {
      if (g.failure != f.failure || g.span != f.span || g.near != f.near || g.test != f.test ||
          g.boundary != f.boundary || !same_reason(*g.needs[0], need))
        continue;
      g.needs.push_back(&need);
      return f.failure == Failure::CannotTell || f.failure == Failure::NotSeen;
    }
    f.needs.push_back(&need);
    findings_.push_back(std::move(f));
    return findings_.back().failure == Failure::CannotTell || findings_.back().failure == Failure::NotSeen;
  }

  void tell() {
    for (const Finding& f : findings_) tell(f);
    if (!role_.account.empty() || role_.accounts.size() < 2 || !options_.surroundings.account.empty()) return;
    auto d =
        diags_.emit(kAccounts, role_.accounts[0].span, role_.documents->name, std::to_string(role_.accounts.size()));
    d.here("{}", role_.accounts[0].text);
    for (size_t i = 1; i < role_.accounts.size(); ++i) d.label(role_.accounts[i].span, "{}", role_.accounts[i].text);
    d.help("`--account` says which one the task runs in; without it, either is taken for it");
  }

private:
  static std::string article(std::string_view why) {
    return why.empty() ? "needed here" : "needed for its " + std::string(why);
  }

  void tell(const Finding& f) {
    std::string actions = actions_of(f.needs), name = role_.documents->name;
    const Need& need = *f.needs[0];
    bool task = need.role == RoleKind::Task;
    auto emit = [&](const auto& kind) {
      return diags_.emit(kind, f.span ? f.span : role_.documents->span, name, actions);
    };
    auto d = f.failure == Failure::Missing        ? emit(kMissing)
             : f.failure == Failure::MaybeMissing ? emit(kMaybeMissing)
             : f.failure == Failure::Denied       ? emit(kDenied)
             : f.failure == Failure::Bounded      ? emit(kBounded)
                                                  : emit(kCannotTell);
    std::set<std::string> whys;
    for (const Need* n : f.needs) whys.insert(n->why);
    d.here("{}", whys.size() == 1 && need.component != nullptr ? article(*whys.begin()) : "needed here");
    point(d, f, need);
    if (f.failure == Failure::MaybeMissing)
      d.note("whether {} calls it depends on a value that is filled in when the collector starts", need.shown());
    if (f.failure == Failure::NotSeen) {
      if (!role_.not_known.empty()) {
        for (const RoleDocuments::Managed* m : role_.not_known)
          d.label(m->span, "what this policy allows is not known here");
        std::vector<std::string> arns;
        for (const RoleDocuments::Managed* m : role_.not_known) arns.push_back(m->arn);
        d.note("{} may allow it: its statements are not known here", listed(arns));
      } else {
        d.note("more policies may be attached to it than are seen here");
      }
    }
    if (f.failure == Failure::CannotTell) {
      ask(d, f, need);
      return;
    }
    if (f.failure == Failure::NotSeen) return;
    if (f.failure != Failure::MaybeMissing) consequence(d, task, f.needs);
    if (f.failure == Failure::Denied) {
      d.help("an explicit deny wins over every allow, so the deny itself has to make an exception");
      return;
    }
    std::vector<Grant> grants = merge(copies(f.needs, role_));
    std::string statements = statements_text(grants, is_yaml(f));
    if (f.failure == Failure::Bounded) d.help("the boundary must allow it too:\n{}", statements);
    else d.help("add to {}:\n{}", name, statements);
  }

  // The statement that nearly allows it, or the one that forbids it.
  void point(diag::Builder& d, const Finding& f, const Need& need) {
    if (f.near == nullptr && f.failure == Failure::Bounded) {
      Span all = f.boundary->statements_span;
      d.label(all, "no statement here allows it");
    }
    if (f.near == nullptr) return;
    const Statement& s = *f.near;
    bool managed = role_.is_managed(s);
    const Text* text = Role::text_for(s, need.action);
    Span at = text != nullptr ? text->span : s.span;
    if (f.failure == Failure::Denied) {
      if (managed) return;
      d.label(at, "{}", s.not_actions ? "everything but this is denied here" : "denied here");
      if (!s.tests.empty()) d.label(s.tests[0].span, "this holds");
      return;
    }
    switch (f.kind) {
    case Obstacle::Kind::Resource: {
      if (managed || s.resources.empty()) return;
      // The ARN that comes nearest: the one that has the most in common with what is needed.
      std::string wanted = without_names(narrowed(need.resource, role_.account, role_.partition));
      bool cases = false;  // capital letters make the difference
      const Text* best = &s.resources[0];
      size_t most = 0;
      for (const Text& t : s.resources) {
        auto alike = [](char a, char b) {
          return a == b || ((a ^ b) == 0x20 && ((a | 0x20) >= 'a' && (a | 0x20) <= 'z'));
        };
        auto same = static_cast<size_t>(
            std::mismatch(t.text.begin(), t.text.end(), wanted.begin(), wanted.end(), alike).first - t.text.begin());
        if (same > most) {
          most = same;
          best = &t;
        }
        cases = cases || std::equal(t.text.begin(), t.text.end(), wanted.begin(), wanted.end(), alike);
      }
      if (need.resource == "*") d.label(best->span, "it knows no resources, so only `*` allows it");
      else d.label(best->span, "{}", s.not_resources ? "allowed, but not on this" : elsewhere(best->text, wanted));
      if (need.resource != "*") d.note("it is called on `{}`{}", wanted, cases ? ", and capital letters count" : "");
      // What functions and variables of a template come to.
      const std::string granted = without_names(as_needed(best->text));
      if (need.resource != "*" && sources_.text(best->span).find(granted) == std::string_view::npos)
        d.note("and allowed on `{}`", granted);
      return;
    }
    case Obstacle::Kind::Condition:
    case Obstacle::Kind::UnknownCondition:
      if (managed || f.test == nullptr) return;
      if (f.kind == Obstacle::Kind::Condition)
        d.label(f.test->span, "allowed only under this condition, which does not hold");
      else d.label(f.test->span, "depends on this condition");
      value_of(d, *f.test, need);
      return;
    case Obstacle::Kind::PartOfResource:
      if (!managed)
        d.label(s.resources.empty() ? s.span : s.resources[0].span, "{}",
                s.allow ? "allows it on some of them" : "denies it on some of them");
      d.note("it is called on `{}`, where `*` is not known before the collector runs",
             without_names(narrowed(need.resource, role_.account, role_.partition)));
      return;
    case Obstacle::Kind::UnknownText: d.label(at, "depends on a value that the template leaves open"); return;
    case Obstacle::Kind::TooComplex:
      d.label(s.resources.empty() ? s.span : s.resources[0].span, "this pattern is too intricate to decide");
      return;
    case Obstacle::Kind::Broken: return;
    }
  }

  // Whether the policy to be changed is in YAML, as it is in templates.
  bool is_yaml(const Finding& f) const {
    const std::vector<const Policy*>& list = f.failure == Failure::Bounded ? role_.set.boundaries : role_.set.identity;
    for (const Policy* p : list) {
      if (p->name.empty() && p->span) return !sources_.text(p->span).starts_with('{');
    }
    return false;
  }

  // In what a resource differs from the one that is needed.
  static std::string_view elsewhere(const std::string& granted, const std::string& wanted) {
    auto with_any = [](const std::string& arn, int which) {
      std::string out;
      size_t from = 0;
      for (int i = 0; i < 5; ++i) {
        size_t colon = arn.find(':', from);
        if (colon == std::string::npos) return arn;
        out += i == which ? "*:" : arn.substr(from, colon - from + 1);
        from = colon + 1;
      }
      return out + arn.substr(from);
    };
    if (overlap(Glob::request(with_any(wanted, 3)), Glob::arn(with_any(granted, 3))))
      return "allowed here, in another region";
    if (overlap(Glob::request(with_any(wanted, 4)), Glob::arn(with_any(granted, 4))))
      return "allowed here, in another account";
    return "allowed here, on another resource";
  }

  // What is known of the key that a condition tests.
  void value_of(diag::Builder& d, const Test& test, const Need& need) {
    Request r = request_of(need, role_, options_, role_.account);
    const ContextValue* v = r.context.find(test.key.text);
    if (v == nullptr && r.context.never_has(test.key.text)) d.note("`{}` is part of no such call", test.key.text);
    else if (v == nullptr) d.note("`{}` is not known before the collector runs", test.key.text);
    else if (!v->may_be_present) d.note("`{}` is never part of a request that a task makes", test.key.text);
    else if (v->unknown || v->values.size() != 1 || v->values[0].find('*') != std::string::npos)
      d.note("`{}` is part of each request, with a value that is not known here", test.key.text);
    else d.note("`{}` is `{}`", test.key.text, v->values[0]);
  }

  void ask(diag::Builder& d, const Finding& f, const Need& need) {
    bool region = need.region.empty() && options_.surroundings.region.empty() && need.resource != "*";
    bool account = role_.account.empty() && need.resource != "*";
    std::string key = f.test == nullptr ? "" : f.test->key.text;
    std::transform(key.begin(), key.end(), key.begin(),
                   [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    if (f.test != nullptr) {
      region = key == "aws:requestedregion";
      account = key == "aws:principalaccount" || key == "aws:resourceaccount" || key == "aws:principalarn";
    }
    if (region) d.help("`--region` says where the task runs");
    else if (account && options_.surroundings.account.empty())
      d.help("`--account` says in which account the task runs");
  }

  void consequence(diag::Builder& d, bool task, const std::vector<const Need*>& needs) {
    if (task) {
      bool optional =
          std::all_of(needs.begin(), needs.end(), [](const Need* n) { return n->action == "logs:PutRetentionPolicy"; });
      bool tags =
          std::any_of(needs.begin(), needs.end(), [](const Need* n) { return n->action == "logs:TagResource"; });
      if (optional)
        d.note("the call is refused at run time; telemetry still flows, and the log group keeps its events for ever");
      else if (tags && needs.size() == 1)
        d.note("tags are given when a log group is created: without this permission `CreateLogGroup` is refused, and "
               "where there is no group yet, no telemetry arrives");
      else d.note("the task starts all the same: each call is refused at run time, and telemetry is lost");
      return;
    }
    bool logs = std::all_of(needs.begin(), needs.end(), [](const Need* n) { return n->action.starts_with("logs:"); });
    bool images = std::all_of(needs.begin(), needs.end(), [](const Need* n) { return n->action.starts_with("ecr:"); });
    d.note("the task does not start: {}", logs     ? "ECS cannot open the container's log"
                                          : images ? "ECS stops it with `CannotPullContainerError`"
                                                   : "ECS stops it with `ResourceInitializationError`");
  }

  const Role& role_;
  const RoleOptions& options_;
  const source::Sources& sources_;
  diag::Diagnostics& diags_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<const Need*> tell_missing(const Role& role, const std::vector<Need>& needs, const RoleOptions& options,
                                      const source::Sources& sources, diag::Diagnostics& diags) {
  Teller teller(role, options, sources, diags);
  std::vector<const Need*> missing;
  for (const Need& n : needs) {
    if (!teller.take(n)) missing.push_back(&n);
  }
  teller.tell();
  return missing;
}

}  // namespace whittle::aws::iam
