// SPDX-License-Identifier: Apache-2.0
// What a role allows for nothing, and more widely than needed: one finding a statement for each of the two, with the
// statement that would do. A grant is too wide when some text that it allows is none that a call may be made on, which
// is decided on the patterns; that a partition or an account is left open does not count.
#include "compiler/aws/iam/grant.h"
#include "compiler/aws/iam/role.h"
#include "compiler/source/json.h"
#include "compiler/source/letters.h"
#include "compiler/source/sources.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace whittle::aws::iam {

using diag::Diag;
using source::Span;

namespace {

constexpr Diag<std::string_view, std::string_view, std::string_view> kUnused{"W0911", "{} allows {} {}"};
constexpr Diag<std::string_view, std::string_view> kEverywhere{
    "W0912", "{} allows {} on every resource, and narrower ones are enough"};
constexpr Diag<std::string_view, std::string_view> kTooWide{"W0912", "{} allows {} on more than is needed"};
constexpr Diag<std::string_view, std::string_view> kElsewhere{"W0912", "{} allows {} on what is never used"};
constexpr Diag<std::string_view, std::string_view, std::string_view> kWildcard{"W0913",
                                                                               "{} allows {}, of which {} called"};
constexpr Diag<std::string_view, std::string_view, std::string_view> kManaged{"N0912",
                                                                              "`{}` allows {} more than is needed: {}"};
constexpr Diag<std::string_view, std::string_view> kManagedUnused{"N0912", "nothing that `{}` allows {} is needed"};
constexpr Diag<std::string_view> kPullsUnused{
    "N0913", "nothing that this task runs is pulled from a private ECR repository, so {} does not have to allow it"};

// Why roles so often allow what nobody calls: what belongs to the other role. Components say what people allow for them
// in vain (`never`).
struct Reason {
  RoleKind role;
  std::string_view pattern, text;
};
constexpr Reason kReasons[] = {
    {RoleKind::Execution, "secretsmanager:getsecretvalue", "nothing here is taken from Secrets Manager"},
    {RoleKind::Execution, "ssm:getparameter*", "nothing here is taken from SSM Parameter Store"},
    {RoleKind::Execution, "kms:decrypt", "nothing here is known to be encrypted with a key of your own"},
};
constexpr std::string_view kOtherRole = "the collector calls AWS with the task role, not with this one";

// Where telemetry goes: what is allowed there is allowed for a collector.
constexpr std::string_view kTelemetry[] = {"logs:", "xray:", "aps:", "cloudwatch:"};

constexpr std::string_view kPulls[] = {"ecr:getauthorizationtoken", "ecr:batchchecklayeravailability",
                                       "ecr:getdownloadurlforlayer", "ecr:batchgetimage"};

bool open_text(std::string_view text) {
  return text.find(static_cast<char>(kUnknownChar)) != std::string_view::npos ||
         text.find("${") != std::string_view::npos;
}

bool fits(std::string_view pattern, std::string_view action) {
  return matches(Glob::wild(source::small_letters(pattern)), source::small_letters(action));
}

std::vector<std::string> split_arn(const std::string& text) {
  std::vector<std::string> out;
  size_t from = 0;
  while (out.size() < 5) {
    size_t colon = text.find(':', from);
    if (colon == std::string::npos) break;
    out.push_back(text.substr(from, colon - from));
    from = colon + 1;
  }
  out.push_back(text.substr(from));
  return out;
}

std::string join_arn(const std::vector<std::string>& parts) {
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : ":") + parts[i];
  return out;
}

// A resource whose region is not known, in the one that a grant names.
std::string in_region_of(const std::string& resource, const std::string& granted) {
  std::vector<std::string> need = split_arn(resource), grant = split_arn(granted);
  const bool told = need.size() == 6 && grant.size() == 6 && need[3] == "*" && !grant[3].empty() &&
                    grant[3].find_first_of("*?") == std::string::npos;
  if (told) need[3] = grant[3];
  return told ? join_arn(need) : resource;
}

// What may be granted for a need without being too wide: the resource itself; of log groups the group with all in it;
// of secrets any suffix.
std::vector<Glob> room_for(const std::string& resource, const std::string& granted) {
  std::vector<std::string> need = split_arn(resource), grant = split_arn(granted);
  if (need.size() == 6 && grant.size() == 6) {
    for (size_t i : {size_t{1}, size_t{4}}) {
      if (grant[i].find_first_of("*?") != std::string::npos) need[i] = "*";
    }
  }
  std::vector<std::string> texts = {join_arn(need)};
  if (need.size() == 6 && need[2] == "logs" && need[5].starts_with("log-group:")) {
    std::string group = need[5].substr(10);
    if (size_t stream = group.find(":log-stream:"); stream != std::string::npos) group = group.substr(0, stream);
    else if (group.ends_with(":*")) group.resize(group.size() - 2);
    for (const char* end : {"", ":*"}) {
      need[5] = "log-group:" + group + end;
      texts.push_back(join_arn(need));
    }
  }
  constexpr std::string_view kSuffix = "-\?\?\?\?\?\?";
  if (need.size() == 6 && need[2] == "secretsmanager" && need[5].ends_with(kSuffix)) {
    need[5] = need[5].substr(0, need[5].size() - kSuffix.size()) + "-*";
    texts.push_back(join_arn(need));
  }
  std::vector<Glob> out;
  for (const std::string& t : texts) out.push_back(Glob::arn(t));
  return out;
}

class Teller {
public:
  Teller(const Role& role, const std::vector<Need>& needs, const std::vector<const Need*>& missing,
         const RoleOptions& options, const source::Sources& sources, diag::Diagnostics& diags, bool guesses)
      : role_(role), needs_(needs), missing_(missing), options_(options), sources_(sources), diags_(diags),
        guesses_(guesses) {
    for (const Need& n : needs_) requests_.push_back(request_of(n, role_, options_, role_.account));
  }

  void run() {
    for (const Policy* policy : role_.set.identity) {
      auto attached = std::find_if(role_.managed.begin(), role_.managed.end(),
                                   [&](const Role::Attached& a) { return a.policy == policy; });
      if (attached != role_.managed.end()) {
        if (!guesses_ && options_.unseen.empty()) managed(*attached);
        continue;
      }
      policy_ = policy;
      for (const Statement& s : policy->statements) {
        if (s.allow && !s.broken) statement(s);
      }
    }
    if (!pulls_.empty()) {
      auto d = diags_.emit(kPullsUnused, pulls_[0], role_.documents->name);
      for (size_t i = 1; i < pulls_.size(); ++i) d.label(pulls_[i], "");
      d.note("as soon as an image comes from ECR, as one that `whittle build --image` made usually does, these are "
             "needed");
    }
  }

private:
  // Whether a statement has a part in a need's being allowed.
  bool serves(const Statement& s, size_t i) const {
    const Request& r = requests_[i];
    if (!names_action(s, r.action)) return false;
    Glob wanted = Glob::request(r.resource);
    bool meets = false, inside = false;
    for (const Text& t : s.resources) {
      bool absent = false;
      Glob g = resource_pattern(t.text, s.variables, r.context, absent);
      if (absent) continue;
      meets = meets || overlap(wanted, g);
      inside = inside || within(wanted, g).value_or(false);
    }
    if (s.not_resources ? inside : !meets) return false;
    return holds(s, r.context, nullptr) != Truth::False;
  }

  bool is_pull(const Text& t) const {
    return role_.documents->kind == RoleKind::Execution &&
           std::find(std::begin(kPulls), std::end(kPulls), std::string_view(source::small_letters(t.text))) !=
               std::end(kPulls);
  }

  // Whether only the collector can be meant by an action: one of a service that it calls, or that people allow for it
  // in vain. The task role belongs to all containers of a task, so of everything else nobody here can say that it is
  // not needed.
  bool ours(std::string_view action) const {
    if (role_.documents->kind == RoleKind::Execution) return true;
    std::string text = source::small_letters(action), service = text.substr(0, text.find(':') + 1);
    if (service.empty() || service.find_first_of("*?") != std::string::npos) return false;
    if (std::find(std::begin(kTelemetry), std::end(kTelemetry), service) != std::end(kTelemetry)) return true;
    auto same = [&](const auto& a) { return source::small_letters(a.action).starts_with(service); };
    return std::any_of(needs_.begin(), needs_.end(), [&](const Need& n) {
      if (n.component == nullptr) return false;  // ECS calls it with a role that is the task's, too
      return same(n) || std::any_of(n.component->never.begin(), n.component->never.end(), same);
    });
  }

  // Whether nobody else has the role, as far as is to be seen.
  bool alone() const { return options_.others.empty(); }

  // A change to the file, where it can harm nobody: other containers of the task may call with the same role.
  void offer(diag::Builder& d, Span span, const std::string& text) {
    if (alone()) d.suggest(span, text);
  }
  // Says why nothing is offered.
  void mention_others(diag::Builder& d) const {
    if (alone()) return;
    std::string all;
    for (const std::string& o : options_.others) all += (all.empty() ? "" : ", ") + o;
    d.note("{} has this role too: whether it needs this is not to be seen here", all);
  }

  // Whether an action is one of a service that may be called for more than is known.
  bool unseen(std::string_view action) const {
    if (options_.unseen.empty()) return false;
    const std::string service = source::small_letters(action.substr(0, action.find(':')));
    return std::any_of(options_.unseen.begin(), options_.unseen.end(),
                       [&](const std::string& u) { return fits(service, u); });
  }

  void statement(const Statement& s) {
    if (s.not_actions ? !options_.unseen.empty()
                      : std::any_of(s.actions.begin(), s.actions.end(), [&](const Text& t) { return unseen(t.text); }))
      return;
    std::vector<const Need*> uses;
    for (size_t i = 0; i < needs_.size(); ++i) {
      if (serves(s, i)) uses.push_back(&needs_[i]);
    }
    bool pending =
        std::any_of(missing_.begin(), missing_.end(), [&](const Need* n) { return names_action(s, n->action); });
    // Actions that no need names, wherever it acts.
    std::vector<const Text*> unused, wild;
    bool some_named = s.not_actions, all_services = s.not_actions;
    for (const Text& t : s.actions) {
      if (s.not_actions || open_text(t.text)) {
        some_named = true;
        continue;
      }
      bool named = std::any_of(needs_.begin(), needs_.end(), [&](const Need& n) { return fits(t.text, n.action); });
      if (named) {
        some_named = true;
        bool open = t.text.find_first_of("*?") != std::string::npos;
        if (open) wild.push_back(&t);
        if (open && !ours(t.text)) all_services = true;
      } else if (is_pull(t)) {
        some_named = true;
        pulls_.push_back(t.span);
        keep_.push_back(&t);
      } else if (!ours(t.text) || opens_secrets(t.text)) {
        some_named = true;
        keep_.push_back(&t);
      } else {
        unused.push_back(&t);
      }
    }
    if (guesses_) {
      if (!unused.empty()) tell_unused(s, unused, uses, {});
      return;
    }
    bool wide = false, elsewhere = false;
    const Text* widest = nullptr;
    std::vector<const Text*> idle;
    if (!uses.empty()) {
      measure(s, uses, wide, widest, idle);
    } else if (some_named && !pending && unused.size() < s.actions.size() && !only_pulls(s)) {
      elsewhere = !s.not_actions;
    }
    std::string replacement;
    std::vector<Grant> grants;
    // What else the statement says must stay, so nothing is replaced as a whole when that cannot be seen.
    bool plain = !pending && (!all_services || role_.documents->kind == RoleKind::Execution) &&
                 std::none_of(s.actions.begin(), s.actions.end(), [](const Text& t) { return open_text(t.text); }) &&
                 std::none_of(s.resources.begin(), s.resources.end(), [](const Text& t) { return open_text(t.text); });
    if (!uses.empty() && (wide || s.not_actions || s.not_resources)) {
      grants = narrower(s, uses);
      if (same_resources(s, grants)) wide = false;
    }
    if (!uses.empty() && (wide || s.not_actions || s.not_resources)) {
      if (!keep_.empty()) grants.push_back(kept_pulls(s, grants));
      if (plain) replacement = in_file(s, grants);
    }
    if (!unused.empty()) tell_unused(s, unused, uses, replacement);
    if (elsewhere) tell_elsewhere(s);
    if (!wild.empty() || (s.not_actions && !uses.empty())) tell_wild(s, wild, unused, uses, wide, replacement);
    if (wide) tell_wide(s, uses, widest, idle, grants, replacement);
    keep_.clear();
  }

  // Whether an action may be what opens the task's secrets: which key a secret or a parameter is encrypted with is not
  // to be seen from its name.
  bool opens_secrets(std::string_view action) const {
    if (role_.documents->kind != RoleKind::Execution || !fits(action, "kms:Decrypt")) return false;
    return std::any_of(needs_.begin(), needs_.end(), [](const Need& n) {
      return n.action == "secretsmanager:GetSecretValue" || n.action == "ssm:GetParameters";
    });
  }

  bool only_pulls(const Statement& s) const {
    return std::all_of(s.actions.begin(), s.actions.end(), [&](const Text& t) { return is_pull(t); });
  }

  void measure(const Statement& s, const std::vector<const Need*>& uses, bool& wide, const Text*& widest,
               std::vector<const Text*>& idle) const {
    bool all_on_star = std::all_of(uses.begin(), uses.end(), [](const Need* n) { return n->resource == "*"; });
    if (s.not_resources) {
      wide = !all_on_star;
      widest = s.resources.empty() ? nullptr : &s.resources[0];
      return;
    }
    for (const Text& t : s.resources) {
      if (open_text(t.text)) continue;
      if (Glob::resource(t.text).is_everything()) {
        if (all_on_star) continue;
        wide = true;
        widest = &t;
        return;
      }
      std::vector<Glob> room;
      bool used = false;
      for (const Need* n : uses) {
        std::string resource = narrowed(n->resource, role_.account, role_.partition);
        if (resource == "*") continue;
        used = used || overlap(Glob::request(resource), Glob::resource(t.text));
        for (Glob& g : room_for(resource, t.text)) room.push_back(std::move(g));
      }
      std::vector<const Glob*> pointers;
      for (const Glob& g : room) pointers.push_back(&g);
      // What the actions that stay are allowed on stays too.
      if (!used && !keep_.empty()) continue;
      if (!used) {
        idle.push_back(&t);
        wide = true;
        if (widest == nullptr) widest = &t;
      } else if (!within(Glob::arn(t.text), pointers).value_or(true)) {
        wide = true;
        widest = &t;
      }
    }
  }

  // The statements that allow what is used of this one and nothing more.
  std::vector<Grant> narrower(const Statement& s, const std::vector<const Need*>& uses) const {
    std::vector<Need> kept;
    for (const Need* n : uses) {
      Need k = *n;
      k.resource = narrowed(n->resource, role_.account, role_.partition);
      // Where the statement allows less than what may be needed, it goes on doing so.
      Glob wanted = Glob::request(k.resource);
      bool whole = s.not_resources || std::any_of(s.resources.begin(), s.resources.end(), [&](const Text& t) {
                     return within(wanted, Glob::resource(t.text)).value_or(false);
                   });
      if (whole) {
        kept.push_back(std::move(k));
        continue;
      }
      for (const Text& t : s.resources) {
        if (!overlap(wanted, Glob::resource(t.text))) continue;
        Need part = k;
        part.resource = in_region_of(k.resource, t.text);
        if (!within(Glob::request(part.resource), Glob::resource(t.text)).value_or(false)) part.resource = t.text;
        kept.push_back(std::move(part));
      }
    }
    std::vector<std::string> taken;
    for (const Statement& other : policy_->statements) {
      if (&other != &s && !other.sid.text.empty()) taken.push_back(other.sid.text);
    }
    std::vector<Grant> out = merge(kept, taken);
    if (out.size() == 1 && !s.sid.text.empty()) out[0].sid = s.sid.text;
    for (Grant& g : out) {
      g.keeps_condition = bool(s.condition_span);
      if (g.keeps_condition) g.condition = condition_of(s);
    }
    return out;
  }

  // Whether nothing can be said more narrowly than the statement says it.
  static bool same_resources(const Statement& s, const std::vector<Grant>& grants) {
    if (s.not_resources) return false;
    std::set<std::string_view> own, now;
    for (const Text& t : s.resources) own.insert(t.text);
    for (const Grant& g : grants) now.insert(g.resources.begin(), g.resources.end());
    return own == now;
  }

  // Pulls from ECR that nothing here needs stay as they are, in a statement of their own.
  Grant kept_pulls(const Statement& s, const std::vector<Grant>& others) const {
    Grant g;
    const bool pulls = std::all_of(keep_.begin(), keep_.end(), [&](const Text* t) { return is_pull(*t); });
    g.sid = pulls && role_.documents->kind == RoleKind::Execution ? "PullImages" : "Others";
    const std::string first = g.sid;
    auto taken = [&] {
      return std::any_of(others.begin(), others.end(), [&](const Grant& o) { return o.sid == g.sid; }) ||
             std::any_of(policy_->statements.begin(), policy_->statements.end(),
                         [&](const Statement& o) { return &o != &s && o.sid.text == g.sid; });
    };
    for (int i = 2; taken(); ++i) g.sid = first + std::to_string(i);
    for (const Text* t : keep_) g.actions.push_back(t->text);
    for (const Text& t : s.resources) g.resources.push_back(t.text);
    g.keeps_condition = bool(s.condition_span);
    if (g.keeps_condition) g.condition = condition_of(s);
    return g;
  }

  bool is_json(Span span) const {
    std::string_view text = sources_.text(with_quotes(sources_, span));
    return text.starts_with('{') || text.starts_with('[') || text.starts_with('"');
  }

  // The blanks that the line of `offset` begins with.
  std::string_view margin(Span span) const {
    std::string_view line = sources_.at(span.file).line(sources_.locate(span.file, span.begin).line);
    return line.substr(0, std::min(line.find_first_not_of(" \t"), line.size()));
  }

  // The Condition as it is written, its lines moved to the left margin.
  std::string condition_of(const Statement& s) const {
    std::string_view text = sources_.text(s.condition_span);
    if (!text.starts_with('{')) return {};
    size_t most = margin(s.condition_span).size();
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
      out += text[i];
      if (text[i] != '\n') continue;
      for (size_t n = 0; n < most && i + 1 < text.size() && (text[i + 1] == ' ' || text[i + 1] == '\t'); ++n) ++i;
    }
    return out;
  }

  // Text for the place of statement `s`; empty when it is not in JSON, or when nothing would be left.
  std::string in_file(const Statement& s, const std::vector<Grant>& grants) const {
    if (grants.empty() || !is_json(s.span)) return {};
    std::string_view before = margin(s.span);
    bool tabs = before.find('\t') != std::string_view::npos;
    size_t step = tabs ? 1 : 2;
    std::string_view text = sources_.text(s.span);
    if (size_t line = text.find('\n'); line != std::string_view::npos && !tabs) {
      size_t deep = std::min(text.find_first_not_of(' ', line + 1), text.size()) - line - 1;
      if (deep > before.size() && deep - before.size() <= 8) step = deep - before.size();
    }
    bool alone = policy_->statements_span == s.span && grants.size() > 1;
    size_t indent = before.size() + (alone ? step : 0);
    std::string blanks(indent, ' '), out;
    for (const Grant& g : grants) out += (out.empty() ? "" : ",\n" + blanks) + statement_json(g, indent, step);
    if (alone) out = "[\n" + blanks + out + "\n" + std::string(before.size(), ' ') + "]";
    if (!tabs) return out;
    std::string with_tabs;
    bool start = false;
    for (char c : out) {
      with_tabs += start && c == ' ' ? '\t' : c;
      start = c == '\n' || (start && c == ' ');
    }
    return with_tabs;
  }

  // A list of texts in the shape of the one at `span`.
  std::string list_like(Span span, const std::vector<std::string>& texts) const {
    std::string_view now = sources_.text(with_quotes(sources_, span));
    if (now.starts_with('"') && texts.size() == 1) return source::json_quote(texts[0]);
    size_t line = now.find('\n');
    std::string between = ", ", open = "[", close = "]";
    if (line != std::string_view::npos) {
      size_t first = std::min(now.find_first_not_of(" \t\r\n", line), now.size());
      std::string blanks(now.substr(line, first - line)), end(margin({span.file, span.end - 1, span.end}));
      between = "," + blanks;
      open += blanks;
      close = "\n" + end + "]";
    }
    std::string out = open;
    for (size_t i = 0; i < texts.size(); ++i) out += (i == 0 ? "" : between) + source::json_quote(texts[i]);
    return out + close;
  }

  // What to take out so that a statement is gone; none when it is the only one.
  Span whole(const Statement& s) const {
    const std::vector<Statement>& all = policy_->statements;
    if (all.size() < 2 || policy_->statements_span == s.span || !is_json(s.span)) return {};
    auto i = static_cast<size_t>(&s - all.data());
    if (i + 1 < all.size()) return {s.span.file, s.span.begin, all[i + 1].span.begin};
    return {s.span.file, all[i - 1].span.end, s.span.end};
  }

  std::vector<std::string> kept_actions(const Statement& s, const std::vector<const Text*>& gone,
                                        const std::vector<const Text*>& wild,
                                        const std::vector<const Need*>& uses) const {
    std::vector<std::string> out;
    auto add = [&](const std::string& text) {
      if (std::none_of(out.begin(), out.end(),
                       [&](const std::string& o) { return source::small_letters(o) == source::small_letters(text); }))
        out.push_back(text);
    };
    for (const Text& t : s.actions) {
      if (std::find(gone.begin(), gone.end(), &t) != gone.end()) continue;
      if (std::find(wild.begin(), wild.end(), &t) == wild.end()) {
        add(t.text);
        continue;
      }
      std::vector<std::string> names;
      for (const Need* n : uses) {
        if (fits(t.text, n->action)) names.push_back(n->action);
      }
      std::sort(names.begin(), names.end());
      for (const std::string& n : names) add(n);
    }
    return out;
  }

  std::string who_calls() const {
    if (role_.documents->kind == RoleKind::Execution) return "nothing here needs";
    return options_.configs > 1 ? "none of these configs ever calls" : "this config never calls";
  }

  // Why an action that nobody calls is so often allowed; empty when it is not known.
  std::string_view reason_for(const std::string& action) const {
    if (action.find('*') != std::string::npos) return {};
    for (const Reason& r : kReasons) {
      if (r.role == role_.documents->kind && fits(r.pattern, action)) return r.text;
    }
    if (role_.documents->kind == RoleKind::Execution) return of_task(action) ? kOtherRole : std::string_view();
    for (const schema::Component* c : schema::components()) {
      bool used = std::any_of(needs_.begin(), needs_.end(), [&](const Need& n) { return n.component == c; });
      for (const schema::NeverCalled& never : c->never) {
        if (used && fits(never.action, action)) return never.why;
      }
    }
    return {};
  }

  // Whether an action is of a service that some component calls, and ECS itself for no task.
  static bool of_task(std::string_view action) {
    std::string service = source::small_letters(action.substr(0, action.find(':') + 1));
    static constexpr std::string_view kOfEcs[] = {"ecr:", "logs:", "ssm:", "secretsmanager:", "kms:"};
    if (std::find(std::begin(kOfEcs), std::end(kOfEcs), service) != std::end(kOfEcs)) return false;
    auto same = [&](const auto& a) { return source::small_letters(a.action).starts_with(service); };
    return std::any_of(schema::components().begin(), schema::components().end(), [&](const schema::Component* c) {
      return std::any_of(c->iam.begin(), c->iam.end(), same) || std::any_of(c->never.begin(), c->never.end(), same);
    });
  }

  void tell_unused(const Statement& s, const std::vector<const Text*>& unused, const std::vector<const Need*>& uses,
                   const std::string& replacement) {
    bool one = unused.size() == 1;
    std::string what = one ? "`" + unused[0]->text + "`," : std::to_string(unused.size()) + " actions";
    auto d =
        diags_.emit(kUnused, unused[0]->span, role_.documents->name, what, (one ? "which " : "that ") + who_calls());
    constexpr std::string_view kNever = "never called";
    d.here("{}", kNever);
    mention_others(d);
    for (size_t i = 1; i < unused.size(); ++i) d.label(unused[i]->span, "{}", kNever);
    std::vector<std::string_view> told;
    for (const Text* t : unused) {
      std::string_view reason = reason_for(t->text);
      if (reason.empty() || std::find(told.begin(), told.end(), reason) != told.end()) continue;
      told.push_back(reason);
      d.note("{}", reason);
    }
    if (unused.size() == s.actions.size()) {
      Span all = whole(s);
      if (all) {
        if (alone()) d.help("remove this statement");
        offer(d, all, "");
      } else if (policy_->statements.size() == 1 && alone()) {
        d.help("nothing else is in this policy: it can be taken off the role");
      }
      return;
    }
    if (!replacement.empty()) offer(d, s.span, replacement);
    if (!replacement.empty() || !is_json(s.actions_span)) return;
    // Wildcards have their own suggestion, which leaves these out too.
    bool wild = std::any_of(s.actions.begin(), s.actions.end(), [&](const Text& t) {
      return t.text.find_first_of("*?") != std::string::npos &&
             std::find(unused.begin(), unused.end(), &t) == unused.end();
    });
    if (wild && !uses.empty()) return;
    offer(d, with_quotes(sources_, s.actions_span), list_like(s.actions_span, kept_actions(s, unused, {}, uses)));
  }

  void tell_elsewhere(const Statement& s) {
    std::vector<std::string> names;
    for (const Text& t : s.actions) {
      if (std::any_of(needs_.begin(), needs_.end(), [&](const Need& n) { return fits(t.text, n.action); }))
        names.push_back(t.text);
    }
    if (names.empty()) return;
    auto d = diags_.emit(kElsewhere, s.resources.empty() ? s.span : s.resources[0].span, role_.documents->name,
                         listed(names));
    // Either the resources are others, or a condition rules them out.
    const Test* failing = nullptr;
    for (size_t i = 0; i < needs_.size(); ++i) {
      const Test* test = nullptr;
      if (names_action(s, needs_[i].action) && holds(s, requests_[i].context, &test) == Truth::False) failing = test;
    }
    d.here("no call is made on this");
    mention_others(d);
    if (failing != nullptr) d.label(failing->span, "never holds");
    for (size_t i = 1; i < s.resources.size(); ++i) d.label(s.resources[i].span, "nor on this");
    if (Span all = whole(s)) {
      if (alone()) d.help("remove this statement");
      offer(d, all, "");
    }
  }

  void tell_wild(const Statement& s, const std::vector<const Text*>& wild, const std::vector<const Text*>& unused,
                 const std::vector<const Need*>& uses, bool wide, const std::string& replacement) {
    std::vector<std::string> names;
    for (const Need& n : needs_) {
      bool fit = s.not_actions
                     ? names_action(s, n.action)
                     : std::any_of(wild.begin(), wild.end(), [&](const Text* t) { return fits(t->text, n.action); });
      if (fit && std::find(names.begin(), names.end(), n.action) == names.end()) names.push_back(n.action);
    }
    std::sort(names.begin(), names.end());
    std::string what;
    if (s.not_actions) {
      std::vector<std::string> but;
      for (const Text& t : s.actions) but.push_back(t.text);
      what = "everything but " + listed(but);
    } else {
      std::vector<std::string> texts;
      for (const Text* t : wild) texts.push_back(t->text);
      what = "all of " + listed(texts);
    }
    std::string count = names.size() == 1 ? "one action is" : std::to_string(names.size()) + " actions are";
    auto d = diags_.emit(kWildcard, s.not_actions ? s.actions_span : wild[0]->span, role_.documents->name, what, count);
    d.here("{} called", names.size() == 1 ? "one is" : std::to_string(names.size()) + " are");
    for (size_t i = 1; i < wild.size(); ++i) d.label(wild[i]->span, "and of these");
    mention_others(d);
    d.help("name what is called: {}", listed(names));
    if (!replacement.empty()) offer(d, s.span, replacement);
    else if (!wide && !s.not_actions && is_json(s.actions_span) && !uses.empty() &&
             std::all_of(wild.begin(), wild.end(), [&](const Text* t) { return ours(t->text); }))
      offer(d, with_quotes(sources_, s.actions_span), list_like(s.actions_span, kept_actions(s, unused, wild, uses)));
  }

  void tell_wide(const Statement& s, const std::vector<const Need*>& uses, const Text* widest,
                 const std::vector<const Text*>& idle, const std::vector<Grant>& grants,
                 const std::string& replacement) {
    std::vector<std::string> names;
    for (const Need* n : uses) {
      if (n->resource != "*" && std::find(names.begin(), names.end(), n->action) == names.end())
        names.push_back(n->action);
    }
    std::sort(names.begin(), names.end());
    Span at = widest != nullptr ? widest->span : s.resources_span;
    bool everywhere = widest != nullptr && !s.not_resources && Glob::resource(widest->text).is_everything();
    auto d = diags_.emit(everywhere ? kEverywhere : kTooWide, at, role_.documents->name, listed(names));
    bool is_idle = std::find(idle.begin(), idle.end(), widest) != idle.end();
    d.here("{}", s.not_resources ? "everything but this"
                 : everywhere    ? "everything"
                 : is_idle       ? "nothing is called on this"
                                 : "wider than needed");
    for (const Text* t : idle) {
      if (t != widest) d.label(t->span, "nothing is called on this");
    }
    std::vector<std::string> stars;
    for (const Need* n : uses) {
      if (n->resource == "*" && std::find(stars.begin(), stars.end(), n->action) == stars.end())
        stars.push_back(n->action);
    }
    mention_others(d);
    if (!stars.empty()) d.note("{} can be allowed on `*` only", listed(stars));
    std::string text = statements_text(grants, !is_json(s.span));
    if (!text.empty()) d.help("this is enough{}:\n{}", alone() ? "" : " for the collector", text);
    if (!replacement.empty()) offer(d, s.span, replacement);
  }

  void managed(const Role::Attached& a) {
    size_t all = 0, called = 0;
    bool more = false;
    for (const Statement& s : a.policy->statements) {
      for (const Text& t : s.actions) {
        ++all;
        bool wild = t.text.find('*') != std::string::npos;
        bool named = false;
        for (size_t i = 0; i < needs_.size(); ++i)
          named = named || (fits(t.text, needs_[i].action) != s.not_actions && serves(s, i));
        if (named) ++called;
        more = more || !named || wild || s.not_actions;
      }
    }
    std::string name = role_.documents->name;
    if (called == 0) {
      diags_.emit(kManagedUnused, a.span, a.policy->name, name)
          .here("version {}", a.known->version)
          .help("`whittle iam` prints a policy with just what is needed");
      return;
    }
    if (!more) return;
    std::string what = a.policy->statements[0].actions.size() == 1 && a.policy->statements[0].actions[0].text == "*"
                           ? "it allows everything"
                           : std::to_string(called) + " of its " + std::to_string(all) + " actions and patterns " +
                                 (called == 1 ? "is" : "are") + " called";
    diags_.emit(kManaged, a.span, a.policy->name, name, what)
        .here("version {}", a.known->version)
        .help("`whittle iam` prints a policy with just what is needed");
  }

  const Role& role_;
  const std::vector<Need>& needs_;
  const std::vector<const Need*>& missing_;
  const RoleOptions& options_;
  const source::Sources& sources_;
  diag::Diagnostics& diags_;
  bool guesses_;
  const Policy* policy_ = nullptr;
  std::vector<Request> requests_;
  std::vector<Span> pulls_;
  std::vector<const Text*> keep_;  // of the statement at hand: not needed, and left alone
};

}  // namespace

void tell_excess(const Role& role, const syntax::Tree& tree, const std::vector<Need>& needs,
                 const std::vector<const Need*>& missing, const RoleOptions& options, const source::Sources& sources,
                 diag::Diagnostics& diags, bool guesses) {
  (void)tree;
  Teller(role, needs, missing, options, sources, diags, guesses).run();
}

}  // namespace whittle::aws::iam
