// SPDX-License-Identifier: Apache-2.0
// Terraform plans and states as `terraform show -json` prints them (Terraform documentation, "JSON Output Format").
//
// What a resource will be stands under planned_values, without what is known only after apply. Which role a task
// definition names is usually such a value, so the ties come from the expressions under `configuration`: references are
// followed through module inputs and outputs.
#include "compiler/aws/ecs/embedded.h"
#include "compiler/aws/ecs/files.h"
#include "compiler/aws/ecs/read_task.h"
#include "compiler/syntax/document.h"

#include <algorithm>
#include <map>
#include <optional>

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
constexpr Diag<std::string_view> kAfterApply{"N1005", "the containers of `{}` are known only after apply"};
constexpr Diag<std::string_view> kNotSeen{"N1361", "the containers of `{}` cannot be known from the text alone"};

constexpr int kMaxDepth = 20;
const std::string kUnknown(1, kUnknownPart);

// "module.a[0].aws_iam_role.task[\"x\"]" without its indices.
std::string without_indices(std::string_view address) {
  std::string out;
  int depth = 0;
  for (char c : address) {
    if (c == '[') ++depth;
    if (depth == 0) out += c;
    if (c == ']' && depth > 0) --depth;
  }
  return out;
}

struct Resource {
  std::string address, module, type;  // module: "module.a." or nothing, without indices
  NodeId values = kNoNode;
  NodeId unknown = kNoNode;  // after_unknown
  Span span;
};

class PlanReader {
public:
  PlanReader(NodeId root, const std::string& path, Reading& reading, bool written)
      : r_(reading), root_(root), written_(written), reader_(r_.tree, Style::Terraform, r_.diags) {
    file_.path = path;
  }

  TaskFile run(NodeId planned) {
    module(planned, "", 0);
    for (const Entry& e : at(root_).entries) {
      if (e.key == "resource_changes") after_unknown(e.value);
    }
    for (const Resource& x : resources_) {
      if (x.type == "aws_ecs_task_definition") task(x);
      if (x.type == "aws_ecs_service") service(x);
      if (x.type == "aws_iam_role") role(x);
      if (x.type == "aws_ssm_parameter") parameter(x);
      if (x.type == "aws_cloudwatch_log_group") {
        if (Text name = attribute(x, "name"); name.has_text()) file_.log_groups.push_back(name.text);
      }
    }
    for (const Resource& x : resources_) policy(x);
    for (Service& s : services_) {
      for (TaskDefinition& t : file_.tasks) {
        if (s.refers_to == t.id ||
            (s.refers_to.empty() && t.family.has_text() && s.task_definition.text == t.family.text))
          t.services.push_back(s);
      }
    }
    return std::move(file_);
  }

private:
  const Node& at(NodeId id) const { return r_.tree.at(id); }

  NodeId child(NodeId map, std::string_view name) const {
    if (map == kNoNode || at(map).kind != Kind::Mapping) return kNoNode;
    const Entry* e = at(map).find(name);
    return e == nullptr ? kNoNode : e->value;
  }

  std::string text_of(NodeId map, std::string_view name) const {
    NodeId n = child(map, name);
    return n == kNoNode || !at(n).is_scalar() || at(n).kind == Kind::Null ? std::string() : at(n).text;
  }

  void module(NodeId m, const std::string& prefix, int depth) {
    if (depth > kMaxDepth || m == kNoNode) return;
    if (NodeId list = child(m, "resources"); list != kNoNode && at(list).kind == Kind::Sequence) {
      for (NodeId i : at(list).items) {
        if (text_of(i, "mode") == "data") continue;
        Resource x;
        x.address = text_of(i, "address");
        x.type = text_of(i, "type");
        if (without_indices(x.address).starts_with(prefix)) x.module = prefix;
        x.values = child(i, "values");
        NodeId address = child(i, "address");
        x.span = address == kNoNode ? at(i).span : at(address).span;
        if (x.values != kNoNode && at(x.values).kind == Kind::Mapping) resources_.push_back(std::move(x));
      }
    }
    if (NodeId list = child(m, "child_modules"); list != kNoNode && at(list).kind == Kind::Sequence) {
      for (NodeId i : at(list).items) {
        std::string inner = without_indices(text_of(i, "address")) + ".";
        // What is not called as modules are has no expressions to follow.
        module(i, inner.starts_with(prefix + "module.") ? inner : std::string(), depth + 1);
      }
    }
  }

  void after_unknown(NodeId list) {
    if (at(list).kind != Kind::Sequence) return;
    std::map<std::string, NodeId> by_address;
    for (NodeId i : at(list).items) by_address[text_of(i, "address")] = child(child(i, "change"), "after_unknown");
    for (Resource& x : resources_) {
      if (auto it = by_address.find(x.address); it != by_address.end()) x.unknown = it->second;
    }
  }

  // Whether an attribute is known only after apply.
  bool later(const Resource& x, std::string_view name) const {
    NodeId n = child(x.unknown, name);
    return n != kNoNode && (at(n).kind != Kind::Bool || at(n).boolean);
  }

  Text attribute(const Resource& x, std::string_view name) {
    const Entry* e = at(x.values).find(name);
    if (e != nullptr && at(e->value).is_scalar() && at(e->value).kind != Kind::Null)
      return reader_.text(e->value, e->key_span, name);
    Text out;
    if (later(x, name)) {
      out.written = true;
      out.text = kUnknown;
      out.span = x.span;
    }
    return out;
  }

  // ---- ties

  // The expressions of a resource in `configuration`.
  NodeId expressions(const Resource& x) const {
    NodeId m = configuration(x.module);
    std::string own = without_indices(x.address).substr(x.module.size());
    NodeId list = child(m, "resources");
    if (list == kNoNode || at(list).kind != Kind::Sequence) return kNoNode;
    for (NodeId i : at(list).items) {
      if (text_of(i, "address") == own) return child(i, "expressions");
    }
    return kNoNode;
  }

  // The configuration of the module "module.a.module.b.".
  NodeId configuration(const std::string& module) const {
    NodeId m = child(child(root_, "configuration"), "root_module");
    for (size_t i = 0; i < module.size();) {
      size_t begin = i + 7;  // "module."
      size_t end = module.find('.', begin);
      if (end == std::string::npos) break;
      m = child(child(child(m, "module_calls"), module.substr(begin, end - begin)), "module");
      i = end + 1;
    }
    return m;
  }

  // All resources that an expression of a module leads to, as "module.a.aws_iam_role.task".
  void follow(NodeId expression, const std::string& module, int depth, std::vector<std::string>& out) const {
    NodeId list = child(expression, "references");
    if (list == kNoNode || at(list).kind != Kind::Sequence || depth > kMaxDepth) return;
    for (NodeId i : at(list).items) {
      if (!at(i).is_scalar()) continue;
      std::string r = without_indices(at(i).text);
      if (r.starts_with("var.")) {
        if (module.empty()) continue;
        size_t last = module.rfind("module.");
        std::string parent = module.substr(0, last), name = module.substr(last + 7, module.size() - last - 8);
        NodeId call = child(child(configuration(parent), "module_calls"), name);
        follow(child(child(call, "expressions"), r.substr(4)), parent, depth + 1, out);
      } else if (r.starts_with("module.")) {
        size_t dot = r.find('.', 7);
        if (dot == std::string::npos) continue;
        std::string inner = module + r.substr(0, dot) + ".", output = r.substr(dot + 1);
        output = output.substr(0, output.find('.'));
        follow(child(child(child(configuration(inner), "outputs"), output), "expression"), inner, depth + 1, out);
      } else if (!r.starts_with("local.") && !r.starts_with("data.") && !r.starts_with("each.")) {
        size_t first = r.find('.');
        size_t second = first == std::string::npos ? first : r.find('.', first + 1);
        out.push_back(module + r.substr(0, second));
      }
    }
  }

  // The address of the first resource of `type` that an attribute leads to.
  std::string tie(const Resource& x, std::string_view name, std::string_view type) const {
    std::vector<std::string> found;
    NodeId e = expressions(x);
    follow(child(e, name), x.module, 0, found);
    for (const std::string& f : found) {
      size_t dot = f.rfind('.');
      size_t begin = dot == std::string::npos ? 0 : f.rfind('.', dot - 1);
      std::string_view own = std::string_view(f).substr(begin == std::string::npos ? 0 : begin + 1);
      if (own.substr(0, own.find('.')) == type) return f;
    }
    return {};
  }

  // ---- resources

  void task(const Resource& x) {
    TaskDefinition t;
    t.id = without_indices(x.address);
    t.name = x.address;
    t.span = x.span;
    t.family = attribute(x, "family");
    t.network_mode = attribute(x, "network_mode");
    t.task_role = attribute(x, "task_role_arn");
    t.execution_role = attribute(x, "execution_role_arn");
    t.pid_mode = attribute(x, "pid_mode");
    t.task_role_id = tie(x, "task_role_arn", "aws_iam_role");
    t.execution_role_id = tie(x, "execution_role_arn", "aws_iam_role");
    if (NodeId n = child(x.values, "cpu"); n != kNoNode) t.cpu = reader_.cpu(n);
    if (NodeId n = child(x.values, "memory"); n != kNoNode) t.memory = reader_.memory(n);
    if (later(x, "cpu")) t.cpu = {true, false, 0, kUnknown, x.span};
    if (later(x, "memory")) t.memory = {true, false, 0, kUnknown, x.span};
    if (NodeId n = child(x.values, "requires_compatibilities"); n != kNoNode)
      t.compatibilities = reader_.texts(n, "requires_compatibilities");
    if (NodeId list = child(x.values, "runtime_platform");
        list != kNoNode && at(list).kind == Kind::Sequence && !at(list).items.empty()) {
      NodeId p = at(list).items[0];
      auto part = [&](std::string_view name) {
        const Entry* e = at(p).kind == Kind::Mapping ? at(p).find(name) : nullptr;
        return e == nullptr ? Text{} : reader_.text(e->value, e->key_span, name);
      };
      t.cpu_architecture = part("cpu_architecture");
      t.operating_system = part("operating_system_family");
    }
    if (NodeId list = child(x.values, "volume"); list != kNoNode) reader_.volumes(list, t);
    if (later(x, "volume")) t.volumes_known = false;
    NodeId definitions = child(x.values, "container_definitions");
    NodeId seen = written_ ? structure(definitions, "container_definitions") : kNoNode;
    if (seen != kNoNode && at(seen).kind == Kind::Sequence) {
      reader_.containers(seen, t);
    } else if (written_) {
      t.containers_known = false;
      r_.diags.emit(kNotSeen, x.span, x.address)
          .note("they come from a file, another module, or a function that is not evaluated here")
          .help("`terraform plan -out plan.bin`, `terraform show -json plan.bin > plan.json`, and `--terraform-plan "
                "plan.json`");
    } else if (definitions != kNoNode && at(definitions).kind == Kind::String) {
      NodeId list = read_embedded(definitions, "container_definitions of " + x.address, r_.sources, r_.tree, r_.diags);
      if (list == kNoNode) t.containers_known = false;
      else reader_.containers(list, t);
    } else {
      t.containers_known = false;
      r_.diags.emit(kAfterApply, x.span, x.address)
          .note("some part of them, often the repository of an image, is made by the same apply, and then the plan "
                "shows nothing of them")
          .help("apply once and check `terraform show -json` of the state, or give the image as a variable");
    }
    file_.tasks.push_back(std::move(t));
  }

  void service(const Resource& x) {
    Service s;
    s.name = x.address;
    s.span = x.span;
    s.task_definition = attribute(x, "task_definition");
    s.launch_type = attribute(x, "launch_type");
    s.platform_version = attribute(x, "platform_version");
    s.refers_to = tie(x, "task_definition", "aws_ecs_task_definition");
    if (NodeId list = child(x.values, "capacity_provider_strategy");
        list != kNoNode && at(list).kind == Kind::Sequence) {
      s.capacity_providers.written = !at(list).items.empty();
      for (NodeId i : at(list).items) {
        const Entry* e = at(i).kind == Kind::Mapping ? at(i).find("capacity_provider") : nullptr;
        if (e != nullptr)
          s.capacity_providers.items.push_back(reader_.text(e->value, e->key_span, "capacity_provider"));
      }
    }
    services_.push_back(std::move(s));
  }

  void parameter(const Resource& x) {
    StoredParameter p;
    p.span = x.span;
    p.name = attribute(x, "name");
    p.value = attribute(x, "value");
    p.tier = attribute(x, "tier");
    file_.parameters.push_back(std::move(p));
  }

  // What an attribute of a module's text holds: the value within jsonencode(), or JSON in a text, whose unknown parts
  // are within its strings. kNoNode when that is not to be seen.
  NodeId structure(NodeId node, std::string_view what) {
    if (node == kNoNode || !at(node).is_scalar()) return node;
    if (at(node).kind != Kind::String || is_unknown(at(node))) return kNoNode;
    diag::Diagnostics nobody;
    const std::string text = at(node).text;
    if (text.find(kUnknownPart) == std::string::npos) return read_embedded(node, what, r_.sources, r_.tree, r_.diags);
    // What is unknown outside of the texts of JSON is a value.
    Node escaped = at(node);
    escaped.text.clear();
    bool within = false;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == kUnknownPart) {
        size_t name = name_at(text, i + 1);
        const std::string part = "\\u001a" + text.substr(i + 1, name);
        escaped.text += within ? part : "\"" + part + "\"";
        i += name;
        continue;
      }
      if (text[i] == '"') within = !within;
      if (text[i] == '\\' && i + 1 < text.size()) escaped.text += text[i++];
      escaped.text += text[i];
    }
    return read_embedded(r_.tree.add(std::move(escaped)), what, r_.sources, r_.tree, nobody);
  }

  // The policy document in an attribute; nothing, with the role marked as not to be seen whole, when it is not known.
  std::optional<NodeId> document(NodeId node, const std::string& what) {
    if (node == kNoNode || (at(node).kind != Kind::String && !written_)) return std::nullopt;
    NodeId n = written_ ? structure(node, what) : read_embedded(node, what, r_.sources, r_.tree, r_.diags);
    if (n == kNoNode || at(n).kind != Kind::Mapping) return std::nullopt;
    return n;
  }

  void role(const Resource& x) {
    Role role;
    role.id = without_indices(x.address);
    role.role_name = text_of(x.values, "name");
    role.arn = text_of(x.values, "arn");
    role.documents.name = "`" + x.address + "`";
    role.documents.span = x.span;
    role.documents.trust = document(child(x.values, "assume_role_policy"), "assume_role_policy of " + x.address);
    if (NodeId list = child(x.values, "inline_policy"); list != kNoNode && at(list).kind == Kind::Sequence) {
      const std::vector<NodeId> items = at(list).items;
      for (NodeId i : items) {
        if (is_unknown(at(i))) role.documents.complete = false;
        if (text_of(i, "name").empty() && text_of(i, "policy").empty()) continue;
        auto d = document(child(i, "policy"), "inline_policy of " + x.address);
        if (d) role.documents.policies.push_back(*d);
        else role.documents.complete = false;
      }
    }
    if (NodeId list = child(x.values, "managed_policy_arns"); list != kNoNode && at(list).kind == Kind::Sequence) {
      for (NodeId i : at(list).items) role.documents.managed.push_back({at(i).text, at(i).span});
    } else if (list != kNoNode && is_unknown(at(list))) {
      role.documents.complete = false;
    }
    if (!text_of(x.values, "permissions_boundary").empty() || later(x, "permissions_boundary")) {
      std::string boundary = tie(x, "permissions_boundary", "aws_iam_policy");
      const Resource* p = find(boundary, "");
      auto d = p == nullptr ? std::nullopt : document(child(p->values, "policy"), "policy of " + p->address);
      if (d) role.documents.boundaries.push_back(*d);
      else role.documents.complete = false;
    }
    file_.roles.push_back(std::move(role));
  }

  const Resource* find(const std::string& id, const std::string& address) const {
    for (const Resource& x : resources_) {
      if (!id.empty() ? without_indices(x.address) == id : x.address == address) return &x;
    }
    return nullptr;
  }

  Role* role_of(const Resource& x) {
    std::string id = tie(x, "role", "aws_iam_role"), name = text_of(x.values, "role");
    for (Role& r : file_.roles) {
      if (!id.empty() ? r.id == id : !name.empty() && r.role_name == name) return &r;
    }
    return nullptr;
  }

  // A policy of which it is not to be seen whose it is may be anybody's.
  void of_anybody() {
    for (Role& r : file_.roles) r.documents.complete = false;
  }

  void policy(const Resource& x) {
    if (x.type == "aws_iam_policy_attachment") return of_anybody();
    if (x.type == "aws_iam_role_policy") {
      Role* role = role_of(x);
      if (role == nullptr) return written_ ? of_anybody() : void();
      auto d = document(child(x.values, "policy"), "policy of " + x.address);
      if (d) role->documents.policies.push_back(*d);
      else role->documents.complete = false;
    } else if (x.type == "aws_iam_role_policy_attachment") {
      Role* role = role_of(x);
      if (role == nullptr) return written_ ? of_anybody() : void();
      const Resource* p = find(tie(x, "policy_arn", "aws_iam_policy"), "");
      std::string arn = text_of(x.values, "policy_arn");
      if (p != nullptr && p->type == "aws_iam_policy") {
        auto d = document(child(p->values, "policy"), "policy of " + p->address);
        if (d) role->documents.policies.push_back(*d);
        else role->documents.complete = false;
      } else if (!arn.empty()) {
        role->documents.managed.push_back({arn, at(child(x.values, "policy_arn")).span});
      } else {
        role->documents.complete = false;
      }
    }
  }

  Reading& r_;
  NodeId root_;
  bool written_;
  TaskReader reader_;
  TaskFile file_;
  std::vector<Resource> resources_;
  std::vector<Service> services_;
};

}  // namespace

TaskFile read_terraform(NodeId root, const std::string& path, Reading& r, bool written) {
  TaskFile file;
  file.path = path;
  const Node& n = r.tree.at(root);
  Span begin{n.span.file, n.span.begin, std::min(n.span.end, n.span.begin + 1)};
  NodeId planned = kNoNode;
  for (std::string_view name : {"planned_values", "values"}) {
    const Entry* e = n.kind == Kind::Mapping ? n.find(name) : nullptr;
    const Entry* m =
        e == nullptr || r.tree.at(e->value).kind != Kind::Mapping ? nullptr : r.tree.at(e->value).find("root_module");
    if (m != nullptr && planned == kNoNode) planned = m->value;
  }
  if (planned == kNoNode) {
    r.diags.emit(kNone, begin, path, "Terraform plan")
        .here("there are no `planned_values` here")
        .help("`terraform plan -out plan.bin`, then `terraform show -json plan.bin > plan.json`");
    return file;
  }
  file = PlanReader(root, path, r, written).run(planned);
  if (file.tasks.empty() && written)
    r.diags.emit(kNone, {}, path, "task definition")
        .note("no `aws_ecs_task_definition` is written here; modules that it calls are not read")
        .help("`terraform show -json PLAN` shows those of all modules: `--terraform-plan`");
  else if (file.tasks.empty())
    r.diags.emit(kNone, begin, path, "task definition").here("no `aws_ecs_task_definition` is planned here");
  return file;
}

}  // namespace whittle::aws::ecs
