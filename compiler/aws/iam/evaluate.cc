// SPDX-License-Identifier: Apache-2.0
#include "compiler/aws/iam/evaluate.h"

#include <algorithm>

namespace whittle::aws::iam {

namespace {

// How much of what the request stands for a statement's resources cover.
enum class Cover : uint8_t { None, Some, All };

struct Covered {
  Cover cover = Cover::None;
  bool unknown = false;  // a template's text is in it
  bool too_complex = false;
  std::vector<Glob> sure;  // patterns that certainly are granted, for joining with those of other statements
};

// Parts of a template that are equal on both sides count as equal; `request` is without that, `exact` with it.

Covered covered_by(const Statement& s, const Glob& request, const Glob& exact, const RequestContext& context) {
  Covered out;
  std::vector<Glob> patterns;
  for (const Text& t : s.resources) {
    bool absent = false;
    Glob g = resource_pattern(t.text, s.variables, context, absent);
    if (absent) continue;  // a variable has no value, so this one matches nothing
    patterns.push_back(std::move(g));
  }
  bool some = false;
  std::vector<const Glob*> known;
  for (Glob& g : patterns) {
    if (!overlap(request, g)) continue;
    some = true;
    out.unknown = out.unknown || g.unknown;
    g = g.with_names();
    if (!g.unknown) known.push_back(&g);
  }
  std::optional<bool> all = known.empty() ? std::optional(false) : within(exact, known);
  out.too_complex = !all.has_value();
  if (s.not_resources) out.cover = !some ? Cover::All : all && *all ? Cover::None : Cover::Some;
  else out.cover = !some ? Cover::None : all && *all ? Cover::All : Cover::Some;
  if (!s.not_resources) {
    for (const Glob* g : known) out.sure.push_back(*g);
  }
  return out;
}

Truth about_action(const Statement& s, std::string_view action) {
  Glob wanted = Glob::literal(action);
  wanted.fold_case();
  Truth named = Truth::False;
  for (const Text& t : s.actions) {
    Glob g = Glob::wild(t.text);
    g.fold_case();
    if (!overlap(wanted, g)) continue;
    if (!g.unknown) {
      named = Truth::True;
      break;
    }
    named = Truth::Unknown;
  }
  return s.not_actions ? opposite(named) : named;
}

Obstacle::Kind kind_of(const Covered& c, Truth condition, Truth action) {
  if (condition == Truth::Unknown) return Obstacle::Kind::UnknownCondition;
  if (c.too_complex) return Obstacle::Kind::TooComplex;
  if (c.unknown || action == Truth::Unknown) return Obstacle::Kind::UnknownText;
  return Obstacle::Kind::PartOfResource;
}

Outcome decide(std::span<const Policy* const> policies, const Request& request) {
  Glob resource = Glob::request(request.resource), exact = resource.with_names();
  Outcome out;
  std::vector<Obstacle> failed, open, denies;
  const Statement* allowed_by = nullptr;
  std::vector<Glob> sure;
  std::vector<const Statement*> partly;
  for (const Policy* policy : policies) {
    for (const Statement& s : policy->statements) {
      if (s.broken) {
        (s.allow ? open : denies).push_back({Obstacle::Kind::Broken, &s, nullptr});
        continue;
      }
      Truth action = about_action(s, request.action);
      if (action == Truth::False) continue;
      Covered covered = covered_by(s, resource, exact, request.context);
      if (covered.cover == Cover::None) {
        if (s.allow) failed.push_back({Obstacle::Kind::Resource, &s, nullptr});
        continue;
      }
      const Test* test = nullptr;
      Truth condition = holds(s, request.context, &test);
      if (condition == Truth::False) {
        if (s.allow) failed.push_back({Obstacle::Kind::Condition, &s, test});
        continue;
      }
      bool certain = condition == Truth::True && action == Truth::True;
      if (certain && covered.cover == Cover::All) {
        if (!s.allow) {
          out.decision = Decision::ExplicitDeny;
          out.statement = &s;
          return out;
        }
        if (allowed_by == nullptr) allowed_by = &s;
        continue;
      }
      Obstacle o{kind_of(covered, condition, action), &s, condition == Truth::Unknown ? test : nullptr};
      (s.allow ? open : denies).push_back(o);
      if (s.allow && certain) {
        partly.push_back(&s);
        for (Glob& g : covered.sure) sure.push_back(std::move(g));
      }
    }
  }
  bool allowed = allowed_by != nullptr;
  if (!allowed && partly.size() > 1) {
    std::vector<const Glob*> together;
    for (const Glob& g : sure) together.push_back(&g);
    std::optional<bool> all = within(exact, together);
    allowed = all && *all;
  }
  if (allowed && denies.empty()) {
    out.decision = Decision::Allowed;
    out.statement = allowed_by;
  } else if (!allowed && open.empty()) {
    out.decision = Decision::ImplicitDeny;
    // A condition that fails is nearer than other resources.
    for (bool conditions : {true, false}) {
      for (const Obstacle& o : failed) {
        if ((o.kind == Obstacle::Kind::Condition) == conditions) out.obstacles.push_back(o);
      }
    }
  } else {
    out.decision = Decision::CannotTell;
    out.statement = allowed_by;
    if (!allowed) out.obstacles = std::move(open);
    out.obstacles.insert(out.obstacles.end(), denies.begin(), denies.end());
  }
  return out;
}

}  // namespace

bool names_action(const Statement& statement, std::string_view action) {
  return about_action(statement, action) != Truth::False;
}

Outcome evaluate(const PolicySet& policies, const Request& request) {
  Outcome out = decide(policies.identity, request);
  std::vector<Outcome> bounds;
  for (const Policy* boundary : policies.boundaries) bounds.push_back(decide(std::span(&boundary, 1), request));
  auto first = [&](Decision d) {
    return std::find_if(bounds.begin(), bounds.end(), [&](const Outcome& b) { return b.decision == d; });
  };
  auto take = [&](std::vector<Outcome>::iterator bound) {
    bound->boundary = policies.boundaries[static_cast<size_t>(bound - bounds.begin())];
    return std::move(*bound);
  };
  if (out.decision == Decision::ExplicitDeny) return out;
  if (auto b = first(Decision::ExplicitDeny); b != bounds.end()) return take(b);
  if (out.decision == Decision::ImplicitDeny) return out;
  if (auto b = first(Decision::ImplicitDeny); b != bounds.end()) return take(b);
  if (out.decision == Decision::CannotTell) return out;
  if (auto b = first(Decision::CannotTell); b != bounds.end()) return take(b);
  return out;
}

}  // namespace whittle::aws::iam
