// SPDX-License-Identifier: Apache-2.0
// What a config cannot know, the tools know: a partition, region or account that is `*` in an ARN becomes the
// template's own.
#include "compiler/aws/iam/print.h"

#include "compiler/source/json.h"

#include <algorithm>

namespace whittle::aws::iam {

namespace {

using Kind = PrintedRole::Kind;

// How a tool writes the three parts, and a text around them.
struct Style {
  std::string_view partition, region, account;
};
constexpr Style kTerraform = {"${data.aws_partition.current.partition}", "${data.aws_region.current.id}",
                              "${data.aws_caller_identity.current.account_id}"};
constexpr Style kCloudFormation = {"${AWS::Partition}", "${AWS::Region}", "${AWS::AccountId}"};
constexpr Style kCdk = {"${partition}", "${region}", "${account}"};

struct Used {
  bool partition = false, region = false, account = false;
  bool any() const { return partition || region || account; }
};

// `text` with what a tool would take for its own escaped, and with `*` in the first parts of an ARN filled in. `used`
// learns of what was.
std::string filled(const std::string& text, const Style& style, Used& used) {
  std::string parts[6];
  size_t from = 0;
  int count = 0;
  while (count < 5) {
    size_t colon = text.find(':', from);
    if (colon == std::string::npos) break;
    parts[count++] = text.substr(from, colon - from);
    from = colon + 1;
  }
  parts[count++] = text.substr(from);
  if (count != 6 || parts[0] != "arn") return text;
  auto fill = [](std::string& part, std::string_view by, bool& flag) {
    if (part != "*") return;
    part = by;
    flag = true;
  };
  fill(parts[1], style.partition, used.partition);
  fill(parts[3], style.region, used.region);
  fill(parts[4], style.account, used.account);
  std::string out = parts[0];
  for (int i = 1; i < 6; ++i) out += ":" + parts[i];
  return out;
}

Used uses(const std::vector<PrintedRole>& roles, const Style& style) {
  Used used;
  for (const PrintedRole& r : roles) {
    for (const Grant& g : r.grants) {
      for (const std::string& resource : g.resources) filled(resource, style, used);
    }
  }
  return used;
}

// "exporters::awsemf: log group and log stream".
std::string reason(const Grant& g) {
  std::string out;
  for (const std::string& w : g.who) out += (out.empty() ? "" : ", ") + w;
  std::string why;
  for (size_t i = 0; i < g.why.size(); ++i) why += (i == 0 ? "" : i + 1 == g.why.size() ? " and " : ", ") + g.why[i];
  if (!why.empty()) out += (out.empty() ? "" : ": ") + why;
  if (!g.sure) out += " (if a late-bound value asks for it)";
  std::string clean;
  for (char c : out) clean += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return clean;
}

std::string camel(std::string_view name) {
  std::string out;
  bool big = true;
  for (char c : name) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9' && !out.empty());
    if (!letter) {
      big = true;
      continue;
    }
    out += big && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    big = false;
  }
  return out.empty() ? "Collector" : out;
}

std::string snake(std::string_view name) {
  std::string out;
  for (char c : name)
    out += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9' && !out.empty()) ? c
           : c >= 'A' && c <= 'Z'                                           ? static_cast<char>(c + 32)
                                                                            : '_';
  return out.empty() || out[0] == '_' ? "collector" + out : out;
}

std::string comment_name(const PrintOptions& o) {
  std::string out;
  for (char c : o.config) out += static_cast<unsigned char>(c) < 0x20 || c == '`' || c == '*' ? '?' : c;
  return out;
}

// An HCL string: `${` and `%{` begin templates unless they are doubled; those that `filled` put in must stay.
std::string hcl(const std::string& text, const Style& style, Used& used) {
  std::string doubled;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((text[i] == '$' || text[i] == '%') && i + 1 < text.size() && text[i + 1] == '{') doubled += text[i];
    doubled += text[i];
  }
  return source::json_quote(filled(doubled, style, used));
}

std::string hcl_list(const std::vector<std::string>& texts, const Style& style) {
  Used used;
  if (texts.size() == 1) return "[" + hcl(texts[0], style, used) + "]";
  std::string out = "[\n";
  for (const std::string& t : texts) out += "      " + hcl(t, style, used) + ",\n";
  return out + "    ]";
}

// A CloudFormation value: in quotes, and substituted where something was filled in.
std::string cloudformation_text(const std::string& text) {
  Used used;
  std::string out = filled(text, kCloudFormation, used);
  if (!used.any()) return source::json_quote(text);
  // `${!` is how Fn::Sub writes a `${` that is meant.
  std::string escaped;
  for (size_t i = 0; i < text.size(); ++i)
    escaped += text.compare(i, 2, "${") == 0 ? (++i, std::string("${!")) : std::string(1, text[i]);
  Used again;
  return "!Sub " + source::json_quote(filled(escaped, kCloudFormation, again));
}

std::string yaml_value(const std::vector<std::string>& texts, const std::string& in) {
  if (texts.size() == 1) return " " + cloudformation_text(texts[0]) + "\n";
  std::string out = "\n";
  for (const std::string& t : texts) out += in + "  - " + cloudformation_text(t) + "\n";
  return out;
}

// A TypeScript text: a template literal where something was filled in.
std::string typescript(const std::string& text) {
  Used used;
  filled(text, kCdk, used);
  if (!used.any()) return source::json_quote(text);
  std::string escaped;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '`' || text[i] == '\\' || text.compare(i, 2, "${") == 0) escaped += '\\';
    escaped += text[i];
  }
  Used again;
  return "`" + filled(escaped, kCdk, again) + "`";
}

std::string typescript_list(const std::vector<std::string>& texts) {
  if (texts.size() == 1) return "[" + typescript(texts[0]) + "]";
  std::string out = "[\n";
  for (const std::string& t : texts) out += "          " + typescript(t) + ",\n";
  return out + "        ]";
}

std::string_view title(const PrintedRole& r) {
  return r.kind == Kind::Task        ? "what the collector calls"
         : r.kind == Kind::Execution ? "what ECS does before the collector starts"
                                     : "what the collector calls as another role";
}

bool any_assumed(const std::vector<PrintedRole>& roles) {
  return std::any_of(roles.begin(), roles.end(), [](const PrintedRole& r) { return r.kind == Kind::Assumed; });
}

// Lines for a role that belongs to somebody else, as comments: what it must allow.
std::string assumed_comments(const std::vector<PrintedRole>& roles, const std::string& mark) {
  std::string out;
  for (const PrintedRole& r : roles) {
    if (r.kind != Kind::Assumed) continue;
    out += "\n" + mark + "The task role takes on " +
           (r.arn == "*" ? "a role that is known when the collector starts" : r.arn) +
           ", which must allow and trust it:\n";
    std::string policy = policy_json(r.grants);
    size_t from = 0;
    while (from <= policy.size()) {
      size_t end = std::min(policy.find('\n', from), policy.size());
      out += mark + policy.substr(from, end - from) + "\n";
      from = end + 1;
    }
  }
  return out;
}

}  // namespace

std::string print_json(const std::vector<PrintedRole>& roles, const PrintOptions& options) {
  if (roles.size() == 1) return policy_json(roles[0].grants) + "\n";
  std::string out = "{\n";
  for (size_t i = 0; i < roles.size(); ++i) {
    const PrintedRole& r = roles[i];
    std::string key = r.kind == Kind::Task        ? "TaskRole"
                      : r.kind == Kind::Execution ? "ExecutionRole"
                                                  : "Assumed " + r.arn;
    out += "  " + source::json_quote(key) + ": {\n";
    if (r.kind != Kind::Assumed)
      out += "    \"AssumeRolePolicyDocument\": " + trust_json(options.surroundings, 4) + ",\n";
    out += "    \"PolicyDocument\": " + policy_json(r.grants, 4) + "\n  }" + (i + 1 < roles.size() ? ",\n" : "\n");
  }
  return out + "}\n";
}

std::string print_terraform(const std::vector<PrintedRole>& roles, const PrintOptions& o) {
  Used used = uses(roles, kTerraform);
  std::string name = snake(o.name);
  std::string out = "# The roles of an ECS task that runs the collector compiled from " + comment_name(o) +
                    ": made by `whittle iam`.\n";
  used.account = used.account || o.surroundings.account.empty();
  if (used.account) out += "\ndata \"aws_caller_identity\" \"current\" {}\n";
  if (used.partition) out += "\ndata \"aws_partition\" \"current\" {}\n";
  if (used.region) out += "\ndata \"aws_region\" \"current\" {}\n";
  std::string account = o.surroundings.account.empty() ? "data.aws_caller_identity.current.account_id"
                                                       : source::json_quote(o.surroundings.account);
  out +=
      "\ndata \"aws_iam_policy_document\" \"" + name +
      "_trust\" {\n  statement {\n    sid     = \"EcsTasks\"\n    actions = [\"sts:AssumeRole\"]\n\n    principals {\n "
      "     type        = \"Service\"\n"
      "      identifiers = [\"ecs-tasks.amazonaws.com\"]\n    }\n\n    condition {\n      test     = \"StringEquals\"\n"
      "      variable = \"aws:SourceAccount\"\n      values   = [" +
      account + "]\n    }\n  }\n}\n";
  for (const PrintedRole& r : roles) {
    if (r.kind == Kind::Assumed) continue;
    std::string id = name + (r.kind == Kind::Task ? "_task" : "_execution");
    std::string role_name = o.name + (r.kind == Kind::Task ? "-task" : "-execution");
    out += "\n# " + std::string(title(r)) + "\nresource \"aws_iam_role\" \"" + id +
           "\" {\n  name               = " + source::json_quote(role_name) +
           "\n  assume_role_policy = data.aws_iam_policy_document." + name + "_trust.json\n}\n";
    if (r.grants.empty()) continue;
    out += "\ndata \"aws_iam_policy_document\" \"" + id + "\" {\n";
    for (size_t i = 0; i < r.grants.size(); ++i) {
      const Grant& g = r.grants[i];
      out += std::string(i == 0 ? "" : "\n") + "  # " + reason(g) + "\n  statement {\n    sid = \"" + g.sid +
             "\"\n\n    actions = " + hcl_list(g.actions, kTerraform) +
             "\n\n    resources = " + hcl_list(g.resources, kTerraform) + "\n  }\n";
    }
    out += "}\n\nresource \"aws_iam_role_policy\" \"" + id + "\" {\n  name   = " + source::json_quote(o.name) +
           "\n  role   = aws_iam_role." + id + ".id\n  policy = data.aws_iam_policy_document." + id + ".json\n}\n";
  }
  if (any_assumed(roles)) out += assumed_comments(roles, "# ");
  return out;
}

std::string print_cloudformation(const std::vector<PrintedRole>& roles, const PrintOptions& o) {
  std::string out = "# Made by `whittle iam` from " + comment_name(o) +
                    ".\nAWSTemplateFormatVersion: \"2010-09-09\"\n"
                    "Description: The roles of an ECS task that runs a compiled collector\n\nResources:\n";
  std::string outputs;
  for (const PrintedRole& r : roles) {
    if (r.kind == Kind::Assumed) continue;
    std::string id = camel(o.name) + (r.kind == Kind::Task ? "TaskRole" : "ExecutionRole");
    out += "  # " + std::string(title(r)) + "\n  " + id +
           ":\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n"
           "        Version: \"2012-10-17\"\n        Statement:\n          - Sid: EcsTasks\n            Effect: "
           "Allow\n            Principal:\n"
           "              Service: ecs-tasks.amazonaws.com\n            Action: sts:AssumeRole\n            "
           "Condition:\n              StringEquals:\n"
           "                aws:SourceAccount: " +
           (o.surroundings.account.empty() ? std::string("!Ref AWS::AccountId")
                                           : source::json_quote(o.surroundings.account)) +
           "\n              ArnLike:\n                aws:SourceArn: ";
    std::string partition = !o.surroundings.partition.empty() ? o.surroundings.partition
                            : o.surroundings.region.empty()   ? "*"
                                                              : std::string(partition_of(o.surroundings.region));
    out += cloudformation_text("arn:" + partition +
                               ":ecs:" + (o.surroundings.region.empty() ? "*" : o.surroundings.region) + ":" +
                               (o.surroundings.account.empty() ? "*" : o.surroundings.account) + ":*") +
           "\n";
    if (!r.grants.empty()) {
      out += "      Policies:\n        - PolicyName: " + source::json_quote(o.name) +
             "\n          PolicyDocument:\n            Version: \"2012-10-17\"\n            Statement:\n";
      for (const Grant& g : r.grants) {
        const std::string in = "                ";
        out += "              # " + reason(g) + "\n              - Sid: " + g.sid + "\n" + in + "Effect: Allow\n" + in +
               "Action:" + yaml_value(g.actions, in) + in + "Resource:" + yaml_value(g.resources, in);
      }
    }
    outputs += "  " + id + "Arn:\n    Value: !GetAtt " + id + ".Arn\n";
    out += "\n";
  }
  out += "Outputs:\n" + outputs;
  if (any_assumed(roles)) out += assumed_comments(roles, "# ");
  return out;
}

std::string print_cdk(const std::vector<PrintedRole>& roles, const PrintOptions& o) {
  Used used = uses(roles, kCdk);
  std::string name = camel(o.name) + "Roles";
  std::string own;
  for (auto& [flag, word] : {std::pair{used.partition, "partition"}, {used.region, "region"}, {true, "account"}}) {
    if (flag) own += (own.empty() ? "" : ", ") + std::string(word);
  }
  std::string out = "// Made by `whittle iam` from " + comment_name(o) +
                    ".\nimport { Stack } from \"aws-cdk-lib\";\nimport * as iam from \"aws-cdk-lib/aws-iam\";\nimport "
                    "{ Construct } from \"constructs\";\n\n"
                    "/** The roles of an ECS task that runs the compiled collector. */\nexport class " +
                    name + " extends Construct {\n";
  for (const PrintedRole& r : roles) {
    if (r.kind == Kind::Assumed) continue;
    out += "  /** " + std::string(title(r)) + " */\n  readonly " +
           (r.kind == Kind::Task ? "taskRole" : "executionRole") + ": iam.Role;\n";
  }
  std::string account = o.surroundings.account.empty() ? "account" : source::json_quote(o.surroundings.account);
  if (!o.surroundings.account.empty()) {
    // The stack's own account is used only where an ARN leaves it open.
    if (!used.account) {
      size_t at = own.rfind("account");
      own = at == 0 ? "" : own.substr(0, at - 2);
    }
  }
  out += "\n  constructor(scope: Construct, id: string) {\n    super(scope, id);\n";
  if (!own.empty()) out += "    const { " + own + " } = Stack.of(this);\n";
  out += "    const assumedBy = new iam.ServicePrincipal(\"ecs-tasks.amazonaws.com\", {\n      conditions: { "
         "StringEquals: { \"aws:SourceAccount\": " +
         account + " } },\n    });\n";
  for (const PrintedRole& r : roles) {
    if (r.kind == Kind::Assumed) continue;
    std::string member = r.kind == Kind::Task ? "this.taskRole" : "this.executionRole";
    out += "\n    " + member + " = new iam.Role(this, \"" + (r.kind == Kind::Task ? "TaskRole" : "ExecutionRole") +
           "\", { assumedBy });\n";
    for (const Grant& g : r.grants) {
      out += "    // " + reason(g) + "\n    " + member +
             ".addToPolicy(\n      new iam.PolicyStatement({\n        sid: \"" + g.sid +
             "\",\n        actions: " + typescript_list(g.actions) +
             ",\n        resources: " + typescript_list(g.resources) + ",\n      }),\n    );\n";
    }
  }
  out += "  }\n}\n";
  if (own.empty()) {
    size_t at = out.find("import { Stack } from \"aws-cdk-lib\";\n");
    out.erase(at, std::string_view("import { Stack } from \"aws-cdk-lib\";\n").size());
  }
  if (any_assumed(roles)) out += assumed_comments(roles, "// ");
  return out;
}

}  // namespace whittle::aws::iam
