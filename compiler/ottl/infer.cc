// SPDX-License-Identifier: Apache-2.0
#include "compiler/ottl/infer.h"

#include "compiler/ottl/enums.h"

#include <algorithm>

namespace whittle::ottl {

namespace {

using diag::Diag;
using Words = std::string_view;

constexpr Diag<> kNothingSaid{"E0805", "no path says what these run for"};
constexpr Diag<> kContextMissing{"E0805", "this path does not say its context"};
constexpr Diag<Words, Words> kNotKnownThere{"E0805", "`{}` is not known where statements run for each {}"};
constexpr Diag<Words> kNoContext{"E0805", "there is no context `{}`"};
constexpr Diag<Words> kNotForThese{"E0805", "`{}` is not a context that these can run for"};

// From the innermost to the outermost; what is not here comes last.
constexpr std::string_view kPriority[] = {
    "log",     "exemplar", "datapoint", "metric", "spanevent", "span", "profile", "scope", "instrumentation_scope",
    "resource"};

size_t priority(std::string_view name) {
  return static_cast<size_t>(std::find(std::begin(kPriority), std::end(kPriority), name) - std::begin(kPriority));
}

struct Hint {
  std::string_view name;
  const Tree* tree;
  Place place;
};

struct Hints {
  std::vector<Hint> paths, functions, enums;
};

class Collector {
public:
  Collector(const Tree& tree, Hints& hints) : tree_(tree), hints_(hints) {}

  void visit(NodeId id) {
    if (id == kNoNode) return;
    const Node& n = tree_.at(id);
    switch (n.kind) {
    case Kind::Path: {
      const Segment& first = tree_.segments[n.names.first];
      bool dotted = n.names.count > 1 && first.keys.count == 0;
      hints_.paths.push_back({dotted ? std::string_view(first.name) : std::string_view(), &tree_, n.name_place});
      for (size_t i = 0; i < n.names.count; ++i) all(tree_.list(tree_.segments[n.names.first + i].keys));
      return;
    }
    case Kind::Local: all(tree_.keys(n)); return;
    case Kind::Call:
      hints_.functions.push_back({tree_.text_of(n), &tree_, n.name_place});
      all(tree_.children(n));
      // The reference does not look at what indexes an editor; there is nothing to index, either.
      all(tree_.keys(n));
      return;
    case Kind::Enum: hints_.enums.push_back({tree_.text_of(n), &tree_, n.place}); return;
    default: all(tree_.children(n)); return;
    }
  }

private:
  void all(std::span<const NodeId> ids) {
    for (NodeId id : ids) visit(id);
  }

  const Tree& tree_;
  Hints& hints_;
};

// The path with the context that is likely meant, if one of them has such a path.
std::string with_context(const Hint& path, std::span<const Candidate> candidates) {
  static constexpr Context kLikely[] = {Context::Log,       Context::Span,     Context::Metric, Context::DataPoint,
                                        Context::SpanEvent, Context::Exemplar, Context::Scope,  Context::Resource};
  std::string_view text = std::string_view(path.tree->text).substr(path.place.begin, path.place.end - path.place.begin);
  std::string_view first = text.substr(0, text.find_first_of(".["));
  for (Context c : kLikely) {
    bool candidate = false;
    for (const Candidate& x : candidates) candidate = candidate || x.context == c;
    if (!candidate) continue;
    for (const PathEntry& e : paths_of(c)) {
      if (e.name.substr(0, e.name.find('.')) == first) return std::string(name_of(c)) + "." + std::string(text);
    }
  }
  return {};
}

// Contexts further in whose paths may name it, from the innermost.
std::vector<const Candidate*> further_in(std::string_view name, std::span<const Candidate> candidates) {
  std::vector<const Candidate*> lower;
  auto context = context_named(name);
  bool old = context && name_of(*context) != name;
  for (const Candidate& c : candidates) {
    if (!context || name_of(c.context) == name || !reaches(c.context, *context)) continue;
    if (old && (c.context == Context::Scope || c.context == Context::Resource)) continue;
    lower.push_back(&c);
  }
  std::sort(lower.begin(), lower.end(), [](const Candidate* a, const Candidate* b) {
    return priority(name_of(a->context)) < priority(name_of(b->context));
  });
  return lower;
}

std::string listed(std::span<const Candidate> candidates) {
  std::string names;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (i > 0) names += i + 1 == candidates.size() ? " or " : ", ";
    names += "`" + std::string(name_of(candidates[i].context)) + "`";
  }
  return names;
}

// What stands in the way of running there, if anything.
const Hint* obstacle(const Hints& hints, const Candidate& c) {
  for (const Hint& h : hints.functions) {
    if (find_function(c.library, c.context, h.name) == nullptr) return &h;
  }
  for (const Hint& h : hints.enums) {
    if (find_enum(c.context, h.name) == nullptr) return &h;
  }
  return nullptr;
}

const Candidate* candidate_named(std::string_view name, std::span<const Candidate> candidates) {
  for (const Candidate& c : candidates) {
    if (name_of(c.context) == name) return &c;
  }
  return nullptr;
}

}  // namespace

Inferred infer_context(std::span<const Tree* const> trees, std::span<const Candidate> candidates) {
  Hints hints;
  for (const Tree* t : trees) {
    Collector collector(*t, hints);
    collector.visit(t->editor);
    collector.visit(t->where);
    collector.visit(t->value);
  }
  Inferred out;
  const Hint* chosen = nullptr;
  for (const Hint& h : hints.paths) {
    if (chosen == nullptr || chosen->name.empty() || priority(h.name) < priority(chosen->name)) chosen = &h;
  }
  std::string help, near;
  auto stop = [&](Problem why, const Hint* at) {
    out.problem = std::move(why);
    out.problem.help = std::move(help);
    out.problem.near = std::move(near);
    if (at != nullptr) out.tree = at->tree, out.problem.place = at->place;
    return out;
  };
  help = "paths begin with their context: " + listed(candidates);
  if (chosen == nullptr || chosen->name.empty()) {
    if (chosen != nullptr) near = with_context(*chosen, candidates);
    return stop(problem_of(chosen == nullptr ? kNothingSaid : kContextMissing, {}), chosen);
  }

  const Candidate* own = candidate_named(chosen->name, candidates);
  bool needs = !hints.functions.empty() || !hints.enums.empty();
  const Hint* in_the_way = own != nullptr && needs ? obstacle(hints, *own) : nullptr;
  if (own != nullptr && in_the_way == nullptr) {
    out.context = own->context;
    return out;
  }
  if (needs) {
    for (const Candidate* c : further_in(chosen->name, candidates)) {
      if (obstacle(hints, *c) != nullptr) continue;
      out.context = c->context;
      return out;
    }
  }
  if (in_the_way != nullptr) {
    out.named = own->context;
    help = "the paths say that these run for each " + std::string(chosen->name);
    return stop(problem_of(kNotKnownThere, {}, in_the_way->name, chosen->name), in_the_way);
  }
  return stop(problem_of(context_named(chosen->name) ? kNotForThese : kNoContext, {}, chosen->name), chosen);
}

}  // namespace whittle::ottl
