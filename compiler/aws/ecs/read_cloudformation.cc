// SPDX-License-Identifier: Apache-2.0
// CloudFormation templates: written by hand in YAML or JSON, or synthesised by CDK and SAM. Conditions count with the
// parameters' defaults, but what a condition would leave out is read all the same: somebody will switch it on.
#include "compiler/aws/ecs/files.h"
#include "compiler/aws/ecs/intrinsics.h"
#include "compiler/aws/ecs/loops.h"
#include "compiler/aws/ecs/read_task.h"
#include "compiler/syntax/document.h"

#include <algorithm>
#include <map>

namespace whittle::aws::ecs {

using diag::Diag;
using source::Span;
using syntax::Entry;
using syntax::kNoNode;
using syntax::Node;
using syntax::NodeId;
using Kind = syntax::Node::Kind;

namespace {

constexpr Diag<std::string_view, std::string_view> kNone{"E1001", "`{}` holds no {}"};

class TemplateReader {
public:
  TemplateReader(NodeId root, const std::string& path, Reading& reading)
      : r_(reading), root_(root), values_(reading.tree, root, reading.surroundings, reading.diags),
        reader_(r_.tree, Style::CloudFormation, r_.diags, [this](NodeId n) { return values_.resource_of(n); }) {
    file_.path = path;
  }

  TaskFile run() {
    const std::vector<Entry> resources = at(at(root_).find("Resources")->value).entries;
    for (const Entry& e : resources) {
      const Node& resource = at(e.value);
      if (resource.kind != Kind::Mapping) continue;
      const Entry* type = resource.find("Type");
      const Entry* written = resource.find("Properties");
      if (type == nullptr || !at(type->value).is_scalar()) continue;
      const std::string t = at(type->value).text;
      if (t != "AWS::ECS::TaskDefinition" && t != "AWS::ECS::Service" && t != "AWS::SSM::Parameter" &&
          t != "AWS::Logs::LogGroup" && !t.starts_with("AWS::IAM::"))
        continue;
      NodeId unresolved = written == nullptr ? kNoNode : written->value;
      const Entry* condition = resource.find("Condition");
      bool left_out = condition != nullptr && at(condition->value).is_scalar() &&
                      values_.condition(at(condition->value).text) == Truth::False;
      if (t == "AWS::Logs::LogGroup" && !left_out) log_group(e.key);
      NodeId properties = unresolved == kNoNode ? kNoNode : values_.resolve(unresolved);
      if (properties == kNoNode || at(properties).kind != Kind::Mapping) continue;
      if (t == "AWS::ECS::TaskDefinition") task(e, properties);
      else if (t == "AWS::ECS::Service") service(e, properties);
      else if (t == "AWS::IAM::Role") role(e, properties);
      else if (t == "AWS::SSM::Parameter") parameter(e, properties);
      else if ((t == "AWS::IAM::Policy" || t == "AWS::IAM::RolePolicy" || t == "AWS::IAM::ManagedPolicy") && !left_out)
        policies_.push_back({e.key, properties, t == "AWS::IAM::ManagedPolicy"});
    }
    tie_services();
    attach_policies();
    return std::move(file_);
  }

private:
  struct Policy {
    std::string id;
    NodeId properties;
    bool managed;
  };

  const Node& at(NodeId id) const { return r_.tree.at(id); }

  void task(const Entry& e, NodeId properties) {
    TaskDefinition t = reader_.task(properties, e.key_span);
    t.id = e.key;
    t.name = e.key;
    auto role_of = [&](std::string_view name) {
      const Entry* p = at(properties).find(name);
      return p == nullptr ? std::string() : values_.resource_of(p->value);
    };
    t.task_role_id = role_of("TaskRoleArn");
    t.execution_role_id = role_of("ExecutionRoleArn");
    file_.tasks.push_back(std::move(t));
  }

  void service(const Entry& e, NodeId properties) {
    Service s;
    s.name = e.key;
    s.span = e.key_span;
    auto plain = [&](std::string_view name, Text& out) {
      if (const Entry* p = at(properties).find(name)) out = reader_.text(p->value, p->key_span, name);
    };
    plain("TaskDefinition", s.task_definition);
    plain("LaunchType", s.launch_type);
    plain("PlatformVersion", s.platform_version);
    if (const Entry* p = at(properties).find("TaskDefinition")) s.refers_to = values_.resource_of(p->value);
    if (const Entry* p = at(properties).find("CapacityProviderStrategy");
        p != nullptr && at(p->value).kind == Kind::Sequence) {
      s.capacity_providers.written = true;
      for (NodeId i : at(p->value).items) {
        if (const Entry* x = reader_.find(i, "capacityProvider"))
          s.capacity_providers.items.push_back(reader_.text(x->value, x->key_span, "capacityProvider"));
      }
    }
    services_.push_back(std::move(s));
  }

  void parameter(const Entry& e, NodeId properties) {
    StoredParameter p;
    p.id = e.key;
    p.span = e.key_span;
    auto plain = [&](std::string_view name, Text& out) {
      if (const Entry* x = at(properties).find(name); x != nullptr && at(x->value).is_scalar())
        out = reader_.text(x->value, x->key_span, name);
    };
    plain("Name", p.name);
    plain("Value", p.value);
    plain("Tier", p.tier);
    file_.parameters.push_back(std::move(p));
  }

  void log_group(const std::string& id) {
    std::string name = values_.reference_text(id);
    if (!name.empty() && all_named(name) && name.find("{{") == std::string::npos)
      file_.log_groups.push_back(as_needed(name));
  }

  void role(const Entry& e, NodeId properties) {
    Role role;
    role.id = e.key;
    role.documents.name = "`" + e.key + "`";
    role.documents.span = e.key_span;
    role.arn = values_.arn_text(e.key);
    if (const Entry* p = at(properties).find("RoleName"); p != nullptr && at(p->value).is_scalar())
      role.role_name = at(p->value).text;
    if (const Entry* p = at(properties).find("AssumeRolePolicyDocument");
        p != nullptr && at(p->value).kind == Kind::Mapping)
      role.documents.trust = p->value;
    if (const Entry* p = at(properties).find("Policies")) {
      if (at(p->value).kind != Kind::Sequence) role.documents.complete = false;
      for (NodeId i : at(p->value).items) {
        const Entry* document = at(i).kind == Kind::Mapping ? at(i).find("PolicyDocument") : nullptr;
        if (document != nullptr && at(document->value).kind == Kind::Mapping)
          role.documents.policies.push_back(document->value);
        else role.documents.complete = false;
      }
    }
    if (const Entry* p = at(properties).find("ManagedPolicyArns")) {
      if (at(p->value).kind != Kind::Sequence) role.documents.complete = false;
      for (NodeId i : at(p->value).items) {
        if (std::string id = values_.resource_of(i); !id.empty()) wanted_.push_back({role.id, id, false});
        else if (at(i).is_scalar() && !is_unknown(at(i))) role.documents.managed.push_back({at(i).text, at(i).span});
        else role.documents.complete = false;
      }
    }
    if (const Entry* p = at(properties).find("PermissionsBoundary")) {
      if (std::string id = values_.resource_of(p->value); !id.empty()) wanted_.push_back({role.id, id, true});
      else role.documents.complete = false;  // what it allows stands elsewhere
    }
    file_.roles.push_back(std::move(role));
  }

  Role* find_role(const std::string& id, const std::string& name) {
    for (Role& r : file_.roles) {
      if (!id.empty() ? r.id == id : !name.empty() && r.role_name == name) return &r;
    }
    return nullptr;
  }

  void attach_policies() {
    for (const Policy& p : policies_) {
      const Entry* document = at(p.properties).find("PolicyDocument");
      bool readable = document != nullptr && at(document->value).kind == Kind::Mapping;
      auto attach = [&](NodeId i) {
        Role* role = find_role(values_.resource_of(i), at(i).is_scalar() ? at(i).text : "");
        if (role == nullptr) return;
        if (readable) role->documents.policies.push_back(document->value);
        else role->documents.complete = false;
      };
      if (const Entry* roles = at(p.properties).find("Roles"); roles != nullptr) {
        const std::vector<NodeId> items = at(roles->value).items;
        for (NodeId i : items) attach(i);
      }
      if (const Entry* one = at(p.properties).find("RoleName")) attach(one->value);
      for (const Wanted& w : wanted_) {
        if (w.policy != p.id) continue;
        Role* role = find_role(w.role, "");
        if (role == nullptr || !readable) continue;
        (w.boundary ? role->documents.boundaries : role->documents.policies).push_back(document->value);
      }
    }
    for (const Wanted& w : wanted_) {
      bool found = std::any_of(policies_.begin(), policies_.end(), [&](const Policy& p) { return p.id == w.policy; });
      if (Role* role = find_role(w.role, ""); role != nullptr && !found) role->documents.complete = false;
    }
  }

  void tie_services() {
    for (Service& s : services_) {
      for (TaskDefinition& t : file_.tasks) {
        bool same =
            !s.refers_to.empty() ? s.refers_to == t.id : t.family.has_text() && s.task_definition.text == t.family.text;
        if (same) t.services.push_back(s);
      }
    }
  }

  struct Wanted {
    std::string role, policy;
    bool boundary;
  };

  Reading& r_;
  NodeId root_;
  Intrinsics values_;
  TaskReader reader_;
  TaskFile file_;
  std::vector<Service> services_;
  std::vector<Policy> policies_;
  std::vector<Wanted> wanted_;
};

}  // namespace

TaskFile read_cloudformation(NodeId written, const std::string& path, Reading& r) {
  TaskFile file;
  file.path = path;
  const NodeId root = without_loops(r.tree, written, r.surroundings);
  const Node& n = r.tree.at(root);
  Span begin{n.span.file, n.span.begin, std::min(n.span.end, n.span.begin + 1)};
  const Entry* resources = n.kind == Kind::Mapping ? n.find("Resources") : nullptr;
  if (resources == nullptr || r.tree.at(resources->value).kind != Kind::Mapping) {
    auto d = r.diags.emit(kNone, begin, path, "CloudFormation template");
    if (n.kind == Kind::Mapping && n.find("containerDefinitions") != nullptr)
      d.here("this is a task definition").help("give it as `--task-definition {}`", path);
    else d.here("there are no `Resources` here");
    return file;
  }
  Span at_resources = resources->key_span;
  file = TemplateReader(root, path, r).run();
  file.repeats = root != written;
  if (file.tasks.empty()) {
    r.diags.emit(kNone, at_resources, path, "task definition").here("none of these is an `AWS::ECS::TaskDefinition`");
  }
  return file;
}

}  // namespace whittle::aws::ecs
