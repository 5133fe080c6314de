// SPDX-License-Identifier: Apache-2.0
#include "compiler/aws/iam/grant.h"

#include "compiler/aws/unknown.h"
#include "compiler/source/json.h"

#include <algorithm>
#include <map>
#include <set>

namespace whittle::aws::iam {

namespace {

bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}

// "log retention" and "awsemf/main" as "LogRetention" and "AwsemfMain".
std::string camel(std::string_view text) {
  std::string out;
  bool big = true;
  for (char c : text) {
    if (!letter(c) && !digit(c)) {
      big = true;
      continue;
    }
    out += big && c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
    big = false;
  }
  return out;
}

void add(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

std::string value_json(std::span<const std::string> texts, size_t indent, size_t step) {
  if (texts.size() == 1) return source::json_quote(texts[0]);
  std::string out = "[";
  for (size_t i = 0; i < texts.size(); ++i)
    out += (i == 0 ? "\n" : ",\n") + std::string(indent + step, ' ') + source::json_quote(texts[i]);
  return out + "\n" + std::string(indent, ' ') + "]";
}

}  // namespace

std::vector<Grant> merge(std::span<const Need> needs, std::span<const std::string> taken) {
  struct Part {
    std::set<std::string> resources;
    std::vector<const Need*> because;
  };
  std::map<std::string, Part> by_action;
  for (const Need& n : needs) {
    Part& p = by_action[n.action];
    p.resources.insert(n.written.empty() ? without_names(n.resource) : n.written);
    p.because.push_back(&n);
  }
  std::map<std::set<std::string>, std::pair<Grant, std::vector<const Need*>>> by_resources;
  for (auto& [action, part] : by_action) {
    auto& [grant, because] = by_resources[part.resources];
    grant.actions.push_back(action);
    because.insert(because.end(), part.because.begin(), part.because.end());
  }
  std::vector<Grant> out;
  std::set<std::string> sids(taken.begin(), taken.end());
  std::vector<std::pair<Grant, std::vector<const Need*>>> grants;
  for (auto& [resources, entry] : by_resources) {
    entry.first.resources.assign(resources.begin(), resources.end());
    grants.push_back(std::move(entry));
  }
  // Statements on everything come last; a reader looks for those first.
  std::sort(grants.begin(), grants.end(), [](const auto& a, const auto& b) {
    bool a_all = a.first.resources == std::vector<std::string>{"*"},
         b_all = b.first.resources == std::vector<std::string>{"*"};
    return std::tie(a_all, a.first.actions, a.first.resources) < std::tie(b_all, b.first.actions, b.first.resources);
  });
  for (auto& [grant, because] : grants) {
    std::vector<std::string> names, reasons;
    grant.sure = false;
    // By name, so that the order of the config does not show.
    std::sort(because.begin(), because.end(),
              [](const Need* a, const Need* b) { return std::tie(a->who, a->action) < std::tie(b->who, b->action); });
    for (const Need* n : because) {
      add(grant.who, n->who);
      if (!n->why.empty()) add(grant.why, n->why);
      // What ECS itself calls for, "image of `collector`", the reason says already.
      add(names, n->component == nullptr ? std::string() : camel(n->id));
      add(reasons, camel(n->why));
      grant.sure = grant.sure || n->sure;
    }
    std::string sid, reason;
    if (names.size() <= 2) {
      for (const std::string& n : names) sid += (sid.empty() || n.empty() ? "" : "And") + n;
    }
    if (reasons.size() <= 3) {
      for (const std::string& r : reasons) reason += (reason.empty() || r.empty() ? "" : "And") + r;
    } else {
      reason = camel(grant.actions[0].substr(0, grant.actions[0].find(':')));
    }
    sid += reason;
    if (sid.empty()) sid = "Needed";
    std::string unique = sid;
    for (int i = 2; !sids.insert(unique).second; ++i) unique = sid + std::to_string(i);
    grant.sid = unique;
    out.push_back(std::move(grant));
  }
  return out;
}

std::string narrowed(const std::string& arn, std::string_view account, std::string_view partition) {
  std::string out;
  size_t from = 0;
  for (int part = 0; part < 5; ++part) {
    size_t colon = arn.find(':', from);
    if (colon == std::string::npos || (part == 0 && arn.substr(0, colon) != "arn")) return arn;
    std::string_view here = std::string_view(arn).substr(from, colon - from);
    std::string_view known = part == 1 ? partition : part == 4 ? account : std::string_view();
    out += here == "*" && !known.empty() ? known : here;
    out += ':';
    from = colon + 1;
  }
  return out + arn.substr(from);
}

std::string statement_json(const Grant& grant, size_t indent, size_t step) {
  std::string inner = ",\n" + std::string(indent + step, ' ');
  std::string out = "{\n" + std::string(indent + step, ' ');
  if (!grant.sid.empty()) out += "\"Sid\": " + source::json_quote(grant.sid) + inner;
  out += "\"Effect\": \"Allow\"" + inner + "\"Action\": " + value_json(grant.actions, indent + step, step) + inner +
         "\"Resource\": " + value_json(grant.resources, indent + step, step);
  if (!grant.condition.empty()) {
    out += inner + "\"Condition\": ";
    for (char c : grant.condition) out += c == '\n' ? "\n" + std::string(indent + step, ' ') : std::string(1, c);
  }
  return out + "\n" + std::string(indent, ' ') + "}";
}

std::string statements_text(std::span<const Grant> grants, bool yaml) {
  std::string out;
  if (!yaml) {
    for (const Grant& g : grants) out += (out.empty() ? "" : ",\n") + statement_json(g);
    return out;
  }
  auto values = [&](std::string_view key, const std::vector<std::string>& texts) {
    out += "\n  " + std::string(key) + ":";
    if (texts.size() == 1) {
      out += " " + source::json_quote(texts[0]);
      return;
    }
    for (const std::string& t : texts) out += "\n    - " + source::json_quote(t);
  };
  for (const Grant& g : grants) {
    out += (out.empty() ? "" : "\n") + std::string("- Sid: ") + g.sid + "\n  Effect: Allow";
    values("Action", g.actions);
    values("Resource", g.resources);
    if (g.keeps_condition) out += "\n  Condition: # as it is";
  }
  return out;
}

std::string policy_json(std::span<const Grant> grants, size_t indent) {
  std::string in(indent, ' ');
  std::string out = "{\n" + in + "  \"Version\": \"2012-10-17\",\n" + in + "  \"Statement\": [";
  for (size_t i = 0; i < grants.size(); ++i)
    out += (i == 0 ? "\n    " : ",\n    ") + in + statement_json(grants[i], indent + 4);
  return out + (grants.empty() ? "]\n" : "\n" + in + "  ]\n") + in + "}";
}

// "IAM roles for Amazon ECS: confused deputy", ECS developer guide: the service principal, and conditions on where it
// acts for.
std::string trust_json(const Surroundings& surroundings, size_t indent) {
  std::string in(indent, ' ');
  std::string out = "{\n" + in + "  \"Version\": \"2012-10-17\",\n" + in + "  \"Statement\": [\n" + in + "    {\n" +
                    in + "      \"Sid\": \"EcsTasks\",\n" + in + "      \"Effect\": \"Allow\",\n" + in +
                    "      \"Principal\": {\n" + in + "        \"Service\": \"ecs-tasks.amazonaws.com\"\n" + in +
                    "      },\n" + in + "      \"Action\": \"sts:AssumeRole\"";
  if (!surroundings.account.empty()) {
    std::string partition =
        surroundings.partition.empty() ? std::string(partition_of(surroundings.region)) : surroundings.partition;
    std::string region = surroundings.region.empty() ? "*" : surroundings.region;
    out += ",\n" + in + "      \"Condition\": {\n" + in + "        \"StringEquals\": {\n" + in +
           "          \"aws:SourceAccount\": " + source::json_quote(surroundings.account) + "\n" + in + "        },\n" +
           in + "        \"ArnLike\": {\n" + in + "          \"aws:SourceArn\": " +
           source::json_quote("arn:" + partition + ":ecs:" + region + ":" + surroundings.account + ":*") + "\n" + in +
           "        }\n" + in + "      }";
  }
  return out + "\n" + in + "    }\n" + in + "  ]\n" + in + "}";
}

std::string listed(std::span<const std::string> texts) {
  std::string out;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i != 0) out += i + 1 == texts.size() ? " and " : ", ";
    out += "`" + texts[i] + "`";
  }
  return out;
}

}  // namespace whittle::aws::iam
