// SPDX-License-Identifier: Apache-2.0
#include "compiler/ottl/group.h"

#include "compiler/ottl/dialects.h"
#include "compiler/ottl/parse.h"

namespace whittle::ottl {

namespace {

using In = TextProblem::In;

struct Read {
  In in;
  size_t index;
  Tree tree;
};

// Parses texts of one kind; what cannot be parsed is a problem and left out.
void parse_all(std::span<const std::string_view> texts, In in, std::vector<Read>& out,
               std::vector<TextProblem>& problems) {
  for (size_t i = 0; i < texts.size(); ++i) {
    Problem problem;
    auto tree = parse(texts[i], in == In::Statement ? Unit::Statement : Unit::Condition, problem);
    if (tree) out.push_back({in, i, std::move(*tree)});
    else problems.push_back({in, i, std::move(problem)});
  }
}

// `names`: since when paths may say their own context (dialects.h).
bool check_one(Read& r, const Language& language, uint16_t names, std::vector<TextProblem>& problems) {
  std::vector<Problem> found;
  bool good = check(r.tree, language, found);
  if (good) tell_versions(r.tree, names, found);
  for (Problem& p : found) problems.push_back({r.in, r.index, std::move(p)});
  return good;
}

// Says why nothing was inferred, at the text where that shows.
void no_context(const Inferred& inferred, std::span<const Read> all, std::vector<TextProblem>& problems) {
  TextProblem p;
  p.problem = inferred.problem;
  for (const Read& r : all) {
    if (&r.tree == inferred.tree) p.in = r.in, p.index = r.index;
  }
  if (inferred.tree == nullptr && !all.empty()) {
    p.in = all[0].in, p.index = all[0].index;
    p.problem.place = {0, static_cast<uint32_t>(all[0].tree.text.size())};
  }
  problems.push_back(std::move(p));
}

std::vector<Candidate> candidates_of(std::span<const Context> contexts, Library library) {
  std::vector<Candidate> out;
  for (Context c : contexts) out.push_back({c, library});
  return out;
}

}  // namespace

ErrorMode error_mode_named(std::string_view text) {
  return text == "propagate" ? ErrorMode::Propagate : text == "silent" ? ErrorMode::Silent : ErrorMode::Ignore;
}

std::optional<Group> read_group(const GroupTexts& texts, std::span<const Context> contexts,
                                std::vector<TextProblem>& problems) {
  std::vector<Read> all;
  all.reserve(texts.statements.size() + texts.conditions.size());
  parse_all(texts.statements, In::Statement, all, problems);
  parse_all(texts.conditions, In::Condition, all, problems);
  bool good = all.size() == texts.statements.size() + texts.conditions.size();

  Group group;
  Inferred inferred;
  if (texts.stated) {
    group.context = *texts.stated;
  } else {
    std::vector<const Tree*> trees;
    for (const Read& r : all) trees.push_back(&r.tree);
    inferred = infer_context(trees, candidates_of(contexts, Library::Transform));
    if (!inferred.context && !inferred.named) {
      if (good || !all.empty()) no_context(inferred, all, problems);
      return std::nullopt;
    }
    group.context = inferred.context ? *inferred.context : *inferred.named;
  }
  for (Read& r : all) {
    bool statement = r.in == In::Statement;
    Language language{statement ? Library::Transform : Library::Filter, group.context,
                      !texts.stated ? Naming::Always
                      : statement   ? Naming::Prefixed
                                    : Naming::May};
    good = check_one(r, language, texts.stated ? kNamesInStatements : 0, problems) && good;
  }
  if (!good) return std::nullopt;
  if (!texts.stated && !inferred.context) {
    // Each of them is right by itself; only together, or by inference, they are not.
    no_context(inferred, all, problems);
    return std::nullopt;
  }
  for (Read& r : all) (r.in == In::Statement ? group.statements : group.conditions).push_back(std::move(r.tree));
  return group;
}

std::vector<Tree> read_conditions(const GroupTexts& texts, std::span<const Context> contexts,
                                  std::vector<TextProblem>& problems) {
  std::vector<Read> all;
  all.reserve(texts.conditions.size());
  parse_all(texts.conditions, In::Condition, all, problems);
  std::vector<Candidate> candidates = candidates_of(contexts, Library::Filter);
  std::vector<Tree> out;
  for (Read& r : all) {
    Context context = Context::Resource;
    Inferred inferred;
    if (texts.stated) {
      context = *texts.stated;
    } else {
      const Tree* tree = &r.tree;
      inferred = infer_context({&tree, 1}, candidates);
      if (!inferred.context && !inferred.named) {
        no_context(inferred, {&r, 1}, problems);
        continue;
      }
      context = inferred.context ? *inferred.context : *inferred.named;
    }
    Language language{Library::Filter, context, texts.stated ? Naming::Prefixed : Naming::Always};
    if (!check_one(r, language, 0, problems)) continue;
    if (texts.stated || inferred.context) out.push_back(std::move(r.tree));
    else no_context(inferred, {&r, 1}, problems);
  }
  return out;
}

std::vector<Tree> read_conditions_of(Context context, std::span<const std::string_view> texts,
                                     std::vector<TextProblem>& problems) {
  std::vector<Read> all;
  all.reserve(texts.size());
  parse_all(texts, In::Condition, all, problems);
  std::vector<Tree> out;
  for (Read& r : all) {
    if (check_one(r, {Library::Filter, context, Naming::May}, kNamesInConditions, problems))
      out.push_back(std::move(r.tree));
  }
  return out;
}

}  // namespace whittle::ottl
