// SPDX-License-Identifier: Apache-2.0
// Reads a policy document. Every mistake is said at its place and the rest is read on: a broken statement stands for
// any statement, so that nothing is concluded from what it fails to say.
#include "compiler/aws/iam/policy.h"

#include "compiler/aws/iam/glob.h"
#include "compiler/aws/iam/names.h"
#include "compiler/aws/iam/read_condition.h"
#include "compiler/diag/near.h"
#include "compiler/source/json.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace whittle::aws::iam {

using diag::Diag;
using source::Span;
using syntax::Node;
using syntax::NodeId;

namespace {

constexpr Diag<std::string_view> kNotAPolicy{"E0901", "this is not a policy document: {}"};
constexpr Diag<> kBareStatement{"E0901", "this is not a policy document: it is a statement without one around it"};
constexpr Diag<std::string_view, std::string_view> kUnknownElement{"E0902", "a {} has no element `{}`"};
constexpr Diag<std::string_view, std::string_view> kMissing{"E0903", "this {} has no `{}`"};
constexpr Diag<> kNoStatements{"E0903", "this policy has no statement"};
constexpr Diag<std::string_view, std::string_view> kBoth{"E0904", "a statement has either `{}` or `{}`, not both"};
constexpr Diag<std::string_view, std::string_view> kNotHere{"E0904", "`{}` has no place in {}"};
constexpr Diag<std::string_view, std::string_view> kWrongValue{"E0905", "`{}` {}"};
constexpr Diag<std::string_view, std::string_view> kNotAnAction{"E0906", "`{}` is no action: {}"};
constexpr Diag<std::string_view, std::string_view> kNotAResource{"E0907", "`{}` is no resource: {}"};
constexpr Diag<std::string_view> kNoPrincipalKind{"E0909", "`{}` does not say what kind of principal it is"};
constexpr Diag<std::string_view> kUnknownPrincipalKind{"E0909", "there is no kind of principal `{}`"};
constexpr Diag<std::string_view> kNotAService{"E0909", "`{}` is no service principal"};
constexpr Diag<> kNoVersion{"W0901", "this policy has no `Version`, so AWS reads it as the policy language of 2008"};
constexpr Diag<> kOldVersion{"W0901", "this policy is written in the policy language of 2008"};
constexpr Diag<std::string_view> kUnknownAction{"W0902", "there is no action `{}`"};

constexpr std::string_view kDocumentElements[] = {"Version", "Id", "Statement"};
constexpr std::string_view kStatementElements[] = {"Sid",       "Effect",   "Principal",   "NotPrincipal", "Action",
                                                   "NotAction", "Resource", "NotResource", "Condition"};
constexpr std::string_view kPartitions[] = {"aws",       "aws-cn",    "aws-us-gov", "aws-iso",
                                            "aws-iso-b", "aws-iso-e", "aws-iso-f",  "aws-eusc"};

bool has_unknown(std::string_view text) {
  return text.find(static_cast<char>(kUnknownChar)) != std::string_view::npos;
}

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool all_of(std::string_view text, std::string_view letters) {
  return text.find_first_not_of(letters) == std::string_view::npos;
}

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kAlphanumeric = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

class Reader {
public:
  Reader(const syntax::Tree& tree, PolicyKind kind, const source::Sources& sources, diag::Diagnostics& diags)
      : tree_(tree), kind_(kind), sources_(sources), diags_(diags) {
    policy_.kind = kind;
  }

  Policy run(NodeId id) {
    document(look_through(id));
    for (const Statement& s : policy_.statements) policy_.broken = policy_.broken || s.broken;
    return std::move(policy_);
  }

private:
  const Node& at(NodeId id) const { return tree_.at(id); }

  std::string_view what() const {
    return kind_ == PolicyKind::Trust      ? "a trust policy"
           : kind_ == PolicyKind::Boundary ? "a permissions boundary"
           : kind_ == PolicyKind::Scp      ? "a service control policy"
                                           : "an identity policy";
  }

  // What the AWS CLI prints: {"RoleName": .., "PolicyDocument": {..}}, {"PolicyVersion": {"Document": ..}}, {"Role":
  // {"AssumeRolePolicyDocument": ..}}.
  NodeId look_through(NodeId id) const {
    for (int depth = 0; depth < 4; ++depth) {
      const Node& n = at(id);
      if (n.kind != Node::Kind::Mapping || n.find("Statement") != nullptr) return id;
      const syntax::Entry* inner = nullptr;
      for (std::string_view key : {"PolicyDocument", "PolicyVersion", "Document", "Role", "AssumeRolePolicyDocument"}) {
        const syntax::Entry* e = n.find(key);
        if (e != nullptr && at(e->value).kind == Node::Kind::Mapping) inner = e;
      }
      if (inner == nullptr) return id;
      id = inner->value;
    }
    return id;
  }

  void document(NodeId id) {
    const Node& n = at(id);
    policy_.span = n.span;
    if (n.poisoned) {
      policy_.broken = true;
      return;
    }
    if (n.kind != Node::Kind::Mapping) {
      policy_.broken = true;
      if (n.kind == Node::Kind::Null) {
        diags_.emit(kNotAPolicy, n.span, "there is nothing in it")
            .help("a policy is a map with `Version` and `Statement`");
        return;
      }
      auto d = diags_.emit(kNotAPolicy, n.span, "it is " + syntax::describe(n))
                   .help("a policy is a map with `Version` and `Statement`");
      if (n.kind == Node::Kind::Sequence) d.note("a list of statements belongs under `Statement`");
      return;
    }
    if (n.find("Statement") == nullptr && n.find("Effect") != nullptr) {
      bare_statement(id);
      return;
    }
    for (const syntax::Entry& e : n.entries) unknown_element(e, "policy", kDocumentElements, n);
    version(n);
    if (const syntax::Entry* e = n.find("Id"); e != nullptr && at(e->value).kind != Node::Kind::String)
      wrong(e->value, "Id", "is a text, not " + syntax::describe(at(e->value)));
    const syntax::Entry* s = n.find("Statement");
    if (s == nullptr) {
      policy_.broken = true;
      if (!said_near_)
        diags_.emit(kMissing, n.span, "policy", "Statement").help("a policy is a map with `Version` and `Statement`");
      return;
    }
    const Node& list = at(s->value);
    policy_.statements_span = list.span;
    if (list.kind == Node::Kind::Mapping) {
      statement(s->value);
    } else if (list.kind == Node::Kind::Sequence) {
      if (list.items.empty()) {
        policy_.broken = true;
        diags_.emit(kNoStatements, list.span).here("an empty list").note("IAM refuses a policy without a statement");
      }
      for (NodeId item : list.items) statement(item);
    } else {
      policy_.broken = true;
      wrong(s->value, "Statement", "is a statement or a list of statements, not " + syntax::describe(list));
    }
    sids();
  }

  void bare_statement(NodeId id) {
    const Node& n = at(id);
    policy_.statements_span = n.span;
    auto d = diags_.emit(kBareStatement, n.span);
    d.here("a statement")
        .help("a policy document holds it in a list: {\"Version\": \"2012-10-17\", \"Statement\": [...]}");
    std::string_view text = sources_.text(n.span);
    if (text.starts_with('{')) {
      std::string indented;
      for (char c : text) {
        indented += c;
        if (c == '\n') indented += "    ";
      }
      d.suggest(n.span, "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    " + indented + "\n  ]\n}");
    }
    variables_ = true;
    statement(id);
    // What it means is clear, so the rest of the checks go on.
  }

  // `e` is a key that the grammar does not have here.
  void unknown_element(const syntax::Entry& e, std::string_view of, std::span<const std::string_view> known,
                       const Node& around) {
    if (contains(known, e.key)) return;
    auto d = diags_.emit(kUnknownElement, e.key_span, of, e.key);
    std::string_view near = diag::nearest(e.key, known);
    if (!near.empty() && around.find(near) == nullptr) {
      d.help("did you mean `{}`?", near).suggest(e.key_span, in_place(sources_, e.key_span, near));
      if (near.size() == e.key.size()) d.note("element names are written exactly so, capital letters included");
      said_near_ = true;
    } else {
      std::string list;
      for (std::string_view k : known) list += (list.empty() ? "`" : ", `") + std::string(k) + "`";
      d.note("its elements are {}", list);
    }
    said_near_ = said_near_ || near == "Statement";
  }

  void version(const Node& n) {
    const syntax::Entry* e = n.find("Version");
    bool uses = false;
    uses = mentions_variables(n);
    if (e == nullptr) {
      if (misspelt_version(n)) return;
      auto d = diags_.emit(kNoVersion, n.span);
      if (uses)
        d.note("policy variables such as `${aws:PrincipalAccount}` are then plain text, and what they stand in never "
               "matches");
      else d.note("policy variables do not work in it");
      d.help("begin with \"Version\": \"2012-10-17\"");
      std::string_view text = sources_.text(n.span);
      if (text.starts_with('{') && text.size() > 1 && !n.entries.empty()) {
        std::string between(text.substr(1, text.find_first_not_of(" \t\r\n", 1) - 1));
        Span open{n.span.file, n.span.begin, n.span.begin + 1};
        d.suggest(open, "{" + between + "\"Version\": \"2012-10-17\"," + (between.empty() ? " " : ""));
      }
      return;
    }
    const Node& v = at(e->value);
    // YAML reads it as a date when it is not in quotes; CloudFormation takes both.
    std::string_view text = v.is_scalar() ? std::string_view(v.text) : std::string_view();
    if (text == "2012-10-17") {
      variables_ = true;
    } else if (text == "2008-10-17") {
      auto d = diags_.emit(kOldVersion, v.span);
      if (uses)
        d.note("policy variables such as `${aws:PrincipalAccount}` are plain text in it, and what they stand in never "
               "matches");
      d.help("the present one is \"2012-10-17\"").suggest(v.span, in_place(sources_, v.span, "2012-10-17"));
    } else if (has_unknown(text)) {
      variables_ = true;
    } else {
      policy_.broken = true;
      diags_.emit(kWrongValue, v.span, "Version", "is \"2012-10-17\" or \"2008-10-17\", not " + syntax::describe(v))
          .note("it names the policy language, not a revision of this policy")
          .suggest(v.span, in_place(sources_, v.span, "2012-10-17"));
      variables_ = true;
    }
  }

  bool misspelt_version(const Node& n) {
    for (const syntax::Entry& e : n.entries) {
      std::string_view one[] = {"Version"};
      if (!contains(kDocumentElements, e.key) && !diag::nearest(e.key, one).empty()) return variables_ = true;
    }
    return false;
  }

  bool mentions_variables(const Node& n) const {
    if (n.kind == Node::Kind::String) return n.text.find("${") != std::string::npos;
    return std::any_of(n.items.begin(), n.items.end(), [&](NodeId i) { return mentions_variables(at(i)); }) ||
           std::any_of(n.entries.begin(), n.entries.end(),
                       [&](const syntax::Entry& e) { return mentions_variables(at(e.value)); });
  }

  void wrong(NodeId id, std::string_view element, std::string problem) {
    if (at(id).poisoned) return;
    diags_.emit(kWrongValue, at(id).span, element, problem);
  }

  void statement(NodeId id) {
    const Node& n = at(id);
    Statement s;
    s.span = n.span;
    s.node = id;
    s.variables = variables_;
    if (n.kind != Node::Kind::Mapping) {
      s.broken = true;
      wrong(id, "Statement", "is a statement or a list of statements; this is " + syntax::describe(n));
      policy_.statements.push_back(std::move(s));
      return;
    }
    s.broken = n.poisoned;
    said_near_ = false;
    bool misspelt = false;
    for (const syntax::Entry& e : n.entries) {
      bool known = contains(kStatementElements, e.key);
      unknown_element(e, "statement", kStatementElements, n);
      misspelt = misspelt || !known;
    }
    s.broken = s.broken || misspelt;
    sid(n, s);
    effect(n, s, misspelt);
    actions(n, s, misspelt);
    resources(n, s, misspelt);
    principals(n, s, misspelt);
    if (const syntax::Entry* e = n.find("Condition")) {
      s.condition_span = at(e->value).span;
      if (!read_condition(tree_, e->value, s.variables, s.tests, sources_, diags_)) s.broken = true;
    }
    policy_.statements.push_back(std::move(s));
  }

  void sid(const Node& n, Statement& s) {
    const syntax::Entry* e = n.find("Sid");
    if (e == nullptr) return;
    const Node& v = at(e->value);
    if (v.kind != Node::Kind::String && v.kind != Node::Kind::Int) {
      s.broken = true;
      wrong(e->value, "Sid", "is a text, not " + syntax::describe(v));
      return;
    }
    s.sid = {v.text, v.span};
    if (has_unknown(v.text) || all_of(v.text, kAlphanumeric)) return;
    std::string good;
    bool big = false;
    for (char c : v.text) {
      if (kAlphanumeric.find(c) == std::string_view::npos) {
        big = true;
        continue;
      }
      good += big && c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
      big = false;
    }
    auto d = diags_.emit(kWrongValue, v.span, "Sid", "has letters A-Z, a-z and digits only, not `" + v.text + "`");
    if (!good.empty()) d.help("for example `{}`", good).suggest(v.span, in_place(sources_, v.span, good));
  }

  void sids() {
    std::map<std::string, Span> seen;
    for (Statement& s : policy_.statements) {
      if (s.sid.text.empty() || has_unknown(s.sid.text)) continue;
      auto [other, fresh] = seen.emplace(s.sid.text, s.sid.span);
      if (fresh) continue;
      diags_.emit(kWrongValue, s.sid.span, "Sid", "`" + s.sid.text + "` is there twice")
          .here("the same again")
          .label(other->second, "first here")
          .note("IAM refuses a policy in which two statements have one name");
    }
  }

  void effect(const Node& n, Statement& s, bool misspelt) {
    const syntax::Entry* e = n.find("Effect");
    if (e == nullptr) {
      s.broken = true;
      if (!misspelt)
        diags_.emit(kMissing, n.span, "statement", "Effect")
            .help("\"Effect\" is \"Allow\" or \"Deny\"; there is no default");
      return;
    }
    const Node& v = at(e->value);
    if (v.kind == Node::Kind::String && (v.text == "Allow" || v.text == "Deny")) {
      s.allow = v.text == "Allow";
      return;
    }
    s.broken = true;
    if (has_unknown(v.text) || v.poisoned) return;
    constexpr std::string_view names[] = {"Allow", "Deny"};
    std::string_view near = v.kind == Node::Kind::String ? diag::nearest(v.text, names) : std::string_view();
    auto d = diags_.emit(kWrongValue, v.span, "Effect", "is `Allow` or `Deny`, not " + syntax::describe(v));
    if (!near.empty()) d.help("did you mean `{}`?", near).suggest(v.span, in_place(sources_, v.span, near));
  }

  // The texts of an element that is a text or a list of texts. False: not all of it is.
  bool texts(std::string_view element, NodeId id, std::vector<Text>& out) {
    const Node& n = at(id);
    if (n.kind == Node::Kind::String) {
      out.push_back({n.text, n.span});
      return true;
    }
    if (n.poisoned) return false;
    if (n.kind != Node::Kind::Sequence) {
      wrong(id, element, "is a text or a list of texts, not " + syntax::describe(n));
      return false;
    }
    if (n.items.empty()) {
      diags_.emit(kWrongValue, n.span, element, "is empty")
          .here("nothing in it")
          .note("IAM refuses a statement with an empty list");
      return false;
    }
    bool good = true;
    for (NodeId item : n.items) {
      if (at(item).kind == Node::Kind::String) {
        out.push_back({at(item).text, at(item).span});
      } else {
        good = false;
        wrong(item, element, "holds texts, not " + syntax::describe(at(item)));
      }
    }
    return good;
  }

  // Which of an element and its negation is there; null with what is wrong said.
  const syntax::Entry* either(const Node& n, std::string_view one, std::string_view other, bool& negated) {
    const syntax::Entry *a = n.find(one), *b = n.find(other);
    if (a != nullptr && b != nullptr)
      diags_.emit(kBoth, b->key_span, one, other).here("and this").label(a->key_span, "this");
    negated = a == nullptr && b != nullptr;
    return a != nullptr && b != nullptr ? nullptr : a != nullptr ? a : b;
  }

  void actions(const Node& n, Statement& s, bool misspelt) {
    const syntax::Entry* e = either(n, "Action", "NotAction", s.not_actions);
    if (e == nullptr) {
      s.broken = true;
      if (n.find("Action") == nullptr && !misspelt)
        diags_.emit(kMissing, n.span, "statement", "Action")
            .help("name what it is about: \"Action\": [\"logs:PutLogEvents\"]");
      return;
    }
    s.actions_span = at(e->value).span;
    if (!texts(e->key, e->value, s.actions)) s.broken = true;
    for (const Text& t : s.actions) {
      if (!action(t)) s.broken = true;
    }
  }

  bool action(const Text& t) {
    std::string_view a = t.text;
    if (a == "*" || has_unknown(a)) return true;
    auto no = [&](std::string problem) { return diags_.emit(kNotAnAction, t.span, a, problem); };
    if (a.empty()) {
      diags_.emit(kWrongValue, t.span, "Action", "has an empty text in it");
      return false;
    }
    if (a.find("${") != std::string_view::npos) {
      no("policy variables work in `Resource` and `Condition` only");
      return false;
    }
    size_t colon = a.find(':');
    if (colon == std::string_view::npos) {
      size_t separator = a.find_first_of(".;/,|");
      auto d = no("it must be `service:Name`");
      if (separator != std::string_view::npos && separator > 0 && separator + 1 < a.size()) {
        std::string good = std::string(a.substr(0, separator)) + ":" + std::string(a.substr(separator + 1));
        d.help("did you mean `{}`?", good).suggest(t.span, in_place(sources_, t.span, good));
      } else {
        d.help("for example `logs:PutLogEvents`; `*` alone is every action of every service");
      }
      return false;
    }
    std::string_view service = a.substr(0, colon), name = a.substr(colon + 1);
    size_t bad = std::string_view::npos;
    if (service.empty() || name.empty()) {
      no(service.empty() ? "no service stands before the colon" : "no name stands behind the colon")
          .help("for example `{}`", service.empty() ? "logs:" + std::string(name) : std::string(service) + ":*");
      return false;
    }
    if (service != "*" && service.find_first_of("*?") != std::string_view::npos) {
      no("the service before the colon cannot have wildcards").note("only the name behind the colon can");
      return false;
    }
    std::string service_letters = std::string(kAlphanumeric) + "-*", name_letters = std::string(kAlphanumeric) + "*?-_";
    if ((bad = service.find_first_not_of(service_letters)) == std::string_view::npos &&
        (bad = name.find_first_not_of(name_letters)) != std::string_view::npos)
      bad += colon + 1;
    if (bad != std::string_view::npos) {
      std::string_view c = a.substr(bad, 1);
      std::string what = c == " " ? "a space" : c == ":" ? "a second colon" : "`" + std::string(c) + "`";
      auto d = no("it has " + what + " in it");
      std::string trimmed(a);
      std::erase(trimmed, ' ');
      if (c == " " && trimmed.find_first_not_of(std::string(kAlphanumeric) + "-:*?_") == std::string::npos)
        d.suggest(t.span, in_place(sources_, t.span, trimmed));
      return false;
    }
    bool nothing = false;
    std::string near = near_action(a, nothing);
    if (nothing) {
      diags_.emit(kUnknownAction, t.span, a)
          .here("IAM takes it and it matches nothing")
          .help("did you mean `{}`?", near)
          .suggest(t.span, in_place(sources_, t.span, near));
    }
    return true;
  }

  void resources(const Node& n, Statement& s, bool misspelt) {
    if (kind_ == PolicyKind::Trust) {
      for (std::string_view key : {"Resource", "NotResource"}) {
        const syntax::Entry* e = n.find(key);
        if (e == nullptr) continue;
        s.broken = true;
        diags_.emit(kNotHere, e->key_span, key, what())
            .here("remove it")
            .note("a trust policy is about the role that it belongs to");
      }
      return;
    }
    const syntax::Entry* e = either(n, "Resource", "NotResource", s.not_resources);
    if (e == nullptr) {
      s.broken = true;
      if (n.find("Resource") == nullptr && !misspelt)
        diags_.emit(kMissing, n.span, "statement", "Resource")
            .help("name what it is about, or say \"Resource\": \"*\"");
      return;
    }
    s.resources_span = at(e->value).span;
    if (!texts(e->key, e->value, s.resources)) s.broken = true;
    for (const Text& t : s.resources) {
      if (!resource(t)) s.broken = true;
    }
  }

  bool resource(const Text& t) {
    std::string_view r = t.text;
    // IAM takes a lone wildcard of any length for everything.
    if (!r.empty() && all_of(r, "*")) return true;
    auto no = [&](std::string problem) { return diags_.emit(kNotAResource, t.span, r, problem); };
    std::string_view parts[6];
    size_t count = 0, from = 0;
    while (count < 5) {
      size_t colon = r.find(':', from);
      if (colon == std::string_view::npos) break;
      parts[count++] = r.substr(from, colon - from);
      from = colon + 1;
    }
    parts[count++] = r.substr(from);
    if (r.empty()) {
      diags_.emit(kWrongValue, t.span, "Resource", "has an empty text in it").help("`*` is every resource");
      return false;
    }
    if (parts[0] != "arn") {
      if (has_unknown(parts[0])) return true;
      auto d = no("it must be an ARN or `*`");
      std::string small(parts[0]);
      std::transform(small.begin(), small.end(), small.begin(),
                     [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
      if (small == "arn")
        d.help("`arn` is written in small letters")
            .suggest(t.span, in_place(sources_, t.span, "arn" + std::string(r.substr(3))));
      else
        d.help("an ARN is `arn:partition:service:region:account:resource`, for example "
               "`arn:aws:logs:us-east-1:123456789012:log-group:/ecs/app:*`");
      return false;
    }
    if (has_unknown(r) && count < 6) return true;
    // A `*` that ends the text may stand for all the parts that follow.
    if (count < 6 && r.ends_with('*')) return service_is_plain(t, count > 2 ? parts[2] : std::string_view());
    if (count < 6) {
      no("an ARN has six parts and this has " + std::to_string(count))
          .help("it is `arn:partition:service:region:account:resource`; region and account may be empty: "
                "`arn:aws:s3:::bucket/*`");
      return false;
    }
    if (!contains(kPartitions, parts[1]) && parts[1].find_first_of("*?") == std::string_view::npos &&
        !has_unknown(parts[1])) {
      std::string_view near = diag::nearest(parts[1], kPartitions);
      auto d = no(parts[1].empty() ? "it names no partition" : "there is no partition `" + std::string(parts[1]) + "`");
      std::string_view good = near.empty() ? std::string_view("aws") : near;
      d.help("the second part is `aws`, `aws-cn` or `aws-us-gov`")
          .suggest(t.span,
                   in_place(sources_, t.span, "arn:" + std::string(good) + std::string(r.substr(4 + parts[1].size()))));
      return false;
    }
    if (!service_is_plain(t, parts[2])) return false;
    std::string_view account = parts[4];
    bool digits = !account.empty() && all_of(account, kDigits);
    if (digits && account.size() != 12) {
      no("its account id has " + std::to_string(account.size()) + " digits").help("account ids have twelve");
      return false;
    }
    if (parts[5].empty()) {
      no("nothing stands behind the last colon").help("name a resource, or `*`");
      return false;
    }
    return true;
  }

  bool service_is_plain(const Text& t, std::string_view service) {
    if (service.find_first_of("*?") == std::string_view::npos) return true;
    diags_.emit(kNotAResource, t.span, t.text, "the service in an ARN cannot have wildcards")
        .note("the third part of `arn:partition:service:region:account:resource` is a service's name; `*` alone is "
              "every resource");
    return false;
  }

  void principals(const Node& n, Statement& s, bool misspelt) {
    if (kind_ != PolicyKind::Trust) {
      for (std::string_view key : {"Principal", "NotPrincipal"}) {
        const syntax::Entry* e = n.find(key);
        if (e == nullptr) continue;
        s.broken = true;
        diags_.emit(kNotHere, e->key_span, key, what())
            .here("remove it")
            .note("who may act is whoever the policy is attached to; principals belong in trust policies and in "
                  "policies of resources");
      }
      return;
    }
    const syntax::Entry* e = either(n, "Principal", "NotPrincipal", s.not_principals);
    if (e == nullptr) {
      s.broken = true;
      if (n.find("Principal") == nullptr && !misspelt)
        diags_.emit(kMissing, n.span, "statement", "Principal")
            .help("for ECS tasks: \"Principal\": {\"Service\": \"ecs-tasks.amazonaws.com\"}");
      return;
    }
    const Node& v = at(e->value);
    s.principals_span = v.span;
    if (v.kind == Node::Kind::String) {
      if (v.text == "*" || has_unknown(v.text)) {
        s.principals.push_back({Principal::Kind::Everybody, {v.text, v.span}});
        return;
      }
      s.broken = true;
      bool service = v.text.ends_with(".amazonaws.com") || v.text.ends_with(".amazonaws.com.cn");
      std::string kind = service ? "Service" : "AWS";
      diags_.emit(kNoPrincipalKind, v.span, v.text)
          .help("did you mean {}?", "{" + source::json_quote(kind) + ": " + source::json_quote(v.text) + "}")
          .suggest(with_quotes(sources_, v.span),
                   "{" + source::json_quote(kind) + ": " + source::json_quote(v.text) + "}");
      return;
    }
    if (v.kind != Node::Kind::Mapping || v.entries.empty()) {
      s.broken = true;
      wrong(e->value, e->key,
            "is `*` or a map such as {\"Service\": \"ecs-tasks.amazonaws.com\"}, not " + syntax::describe(v));
      return;
    }
    constexpr std::string_view kinds[] = {"AWS", "Service", "Federated", "CanonicalUser"};
    for (const syntax::Entry& p : v.entries) {
      const auto* known = std::find(std::begin(kinds), std::end(kinds), p.key);
      if (known == std::end(kinds)) {
        s.broken = true;
        auto d = diags_.emit(kUnknownPrincipalKind, p.key_span, p.key);
        std::string_view near = diag::nearest(p.key, kinds);
        if (!near.empty()) d.help("did you mean `{}`?", near).suggest(p.key_span, in_place(sources_, p.key_span, near));
        else d.note("there are `AWS`, `Service`, `Federated` and `CanonicalUser`");
        continue;
      }
      std::vector<Text> ids;
      if (!texts(e->key, p.value, ids)) s.broken = true;
      for (Text& id : ids) {
        if (p.key == "Service" && id.text.find('.') == std::string::npos && id.text != "*" && !has_unknown(id.text)) {
          s.broken = true;
          diags_.emit(kNotAService, id.span, id.text)
              .help("services are called `name.amazonaws.com`: did you mean `{}.amazonaws.com`?", id.text)
              .suggest(id.span, in_place(sources_, id.span, id.text + ".amazonaws.com"));
        }
        auto kind = static_cast<Principal::Kind>(1 + (known - std::begin(kinds)));
        if (p.key == "AWS" && id.text == "*") kind = Principal::Kind::Everybody;
        s.principals.push_back({kind, std::move(id)});
      }
    }
  }

  const syntax::Tree& tree_;
  PolicyKind kind_;
  const source::Sources& sources_;
  diag::Diagnostics& diags_;
  Policy policy_;
  bool variables_ = false;
  bool said_near_ = false;  // a misspelling explains what is missing
};

}  // namespace

Policy read_policy(const syntax::Tree& tree, NodeId node, PolicyKind kind, const source::Sources& sources,
                   diag::Diagnostics& diags) {
  return Reader(tree, kind, sources, diags).run(node);
}

source::Span with_quotes(const source::Sources& sources, source::Span span) {
  if (!span) return span;
  const std::string& text = sources.at(span.file).text;
  char before = span.begin > 0 ? text[span.begin - 1] : 0, behind = span.end < text.size() ? text[span.end] : 0;
  if (before == behind && (before == '"' || before == '\'')) return {span.file, span.begin - 1, span.end + 1};
  return span;
}

std::string in_place(const source::Sources& sources, source::Span span, std::string_view text) {
  source::Span outer = with_quotes(sources, span);
  if (outer == span || sources.text(outer).starts_with('\'')) return std::string(text);
  std::string quoted = source::json_quote(text);
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace whittle::aws::iam
