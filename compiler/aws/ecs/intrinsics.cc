// SPDX-License-Identifier: Apache-2.0
#include "compiler/aws/ecs/intrinsics.h"

#include "compiler/aws/ecs/read_task.h"
#include "compiler/diag/near.h"

#include <algorithm>
#include <vector>

namespace whittle::aws::ecs {

using diag::Diag;
using source::Span;
using syntax::Entry;
using syntax::kNoNode;
using syntax::Node;
using syntax::NodeId;
using Kind = syntax::Node::Kind;

namespace {

constexpr Diag<std::string_view> kUndefined{"E1006", "the template has nothing named `{}`"};
constexpr Diag<std::string_view> kLoop{"E1007", "`{}` is defined by itself"};

constexpr int kMaxDepth = 60;
constexpr size_t kMaxText = 1 << 20;    // a text that grows beyond is not worth knowing
constexpr size_t kMaxNodes = 4u << 20;  // nor is a template that expands to this much

const std::string kUnknown(1, kUnknownPart);

// "Sub" for the tag "!Sub" and for the key "Fn::Sub"; empty when it is no function.
std::string_view function_of_tag(std::string_view tag) {
  return tag.starts_with("!") ? tag.substr(1) : std::string_view();
}

std::string_view function_of_key(std::string_view key) {
  if (key == "Ref" || key == "Condition") return key;
  return key.starts_with("Fn::") ? key.substr(4) : std::string_view();
}

std::vector<std::string> split(const std::string& text, const std::string& by) {
  std::vector<std::string> out;
  size_t at = 0;
  for (size_t end; !by.empty() && (end = text.find(by, at)) != std::string::npos; at = end + by.size())
    out.push_back(text.substr(at, end - at));
  out.push_back(text.substr(at));
  return out;
}

std::string base64(const std::string& in) {
  static constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < in.size(); i += 3) {
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) bits = bits << 8 | (i + k < in.size() ? static_cast<unsigned char>(in[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += i + k > in.size() ? '=' : kLetters[bits >> (18 - 6 * k) & 63];
  }
  return out;
}

}  // namespace

Intrinsics::Intrinsics(syntax::Tree& tree, NodeId root, const Surroundings& surroundings, diag::Diagnostics& diags)
    : tree_(tree), root_(root), surroundings_(surroundings), diags_(diags) {
  if (surroundings_.partition.empty() && !surroundings_.region.empty())
    surroundings_.partition = partition_of(surroundings_.region);
}

NodeId Intrinsics::section(std::string_view name) const {
  const Entry* e = at(root_).find(name);
  return e == nullptr || at(e->value).kind != Kind::Mapping ? kNoNode : e->value;
}

NodeId Intrinsics::text(NodeId where, std::string value) {
  Node n;
  n.kind = Kind::String;
  n.span = at(where).span;
  n.quoted = true;
  n.text = value.size() > kMaxText ? kUnknown : std::move(value);
  return tree_.add(std::move(n));
}

NodeId Intrinsics::unknown(NodeId where) {
  return text(where, kUnknown);
}

std::string Intrinsics::same(const std::string& what) {
  return named_part(names_.emplace(what, names_.size()).first->second);
}

// AWS::NoValue: takes out the property or element that it stands for.
NodeId Intrinsics::nothing(NodeId where) {
  Node n;
  n.span = at(where).span;
  n.tag = "AWS::NoValue";
  return tree_.add(std::move(n));
}

bool Intrinsics::is_nothing(NodeId node) const {
  return at(node).tag == "AWS::NoValue";
}

std::string Intrinsics::resource_of(NodeId resolved) const {
  auto it = resources_.find(resolved);
  return it == resources_.end() ? std::string() : it->second;
}

NodeId Intrinsics::resolve(NodeId node) {
  return resolve(node, 0);
}

NodeId Intrinsics::resolve(NodeId id, int depth) {
  if (auto known = done_.find(id); known != done_.end()) return known->second;
  if (depth > kMaxDepth || tree_.nodes.size() > kMaxNodes) return unknown(id);
  NodeId out = resolved(id, depth);
  done_[id] = out;
  done_[out] = out;
  return out;
}

NodeId Intrinsics::resolved(NodeId id, int depth) {
  const Node n = at(id);
  if (std::string_view name = function_of_tag(n.tag); !name.empty()) return function(id, std::string(name), id, depth);
  if (n.kind == Kind::Mapping && n.entries.size() == 1) {
    std::string_view name = function_of_key(n.entries[0].key);
    // "Condition" alone is a function within Conditions only: elsewhere it is a key like any other.
    if (!name.empty() && name != "Condition") return function(id, std::string(name), n.entries[0].value, depth);
  }
  if (n.kind == Kind::Sequence) {
    Node out = n;
    out.items.clear();
    for (NodeId i : n.items) {
      NodeId now = resolve(i, depth + 1);
      if (!is_nothing(now)) out.items.push_back(now);
    }
    return tree_.add(std::move(out));
  }
  if (n.kind == Kind::Mapping) {
    Node out = n;
    out.entries.clear();
    for (const Entry& e : n.entries) {
      NodeId now = resolve(e.value, depth + 1);
      if (!is_nothing(now)) out.entries.push_back({e.key, e.key_span, now});
    }
    return tree_.add(std::move(out));
  }
  if (n.kind == Kind::String && n.text.find("{{resolve:") != std::string::npos) {
    // Dynamic references are looked up by AWS when the stack is made.
    std::string t = n.text;
    for (size_t begin; (begin = t.find("{{resolve:")) != std::string::npos;) {
      size_t end = t.find("}}", begin);
      size_t length = end == std::string::npos ? std::string::npos : end + 2 - begin;
      t.replace(begin, length, same(t.substr(begin, length)));
    }
    return text(id, t);
  }
  return id;
}

NodeId Intrinsics::item(NodeId list, size_t i) const {
  return at(list).kind == Kind::Sequence && i < at(list).items.size() ? at(list).items[i] : kNoNode;
}

size_t Intrinsics::size_of(NodeId list) const {
  return at(list).kind == Kind::Sequence ? at(list).items.size() : 0;
}

NodeId Intrinsics::get_att(NodeId where, NodeId plain, int depth) {
  if (at(plain).is_scalar()) {
    std::string t = at(plain).text;
    size_t dot = t.find('.');
    return dot == std::string::npos ? unknown(where) : attribute(where, t.substr(0, dot), t.substr(dot + 1), depth);
  }
  if (size_of(plain) != 2 || !at(item(plain, 0)).is_scalar()) return unknown(where);
  NodeId attribute_name = resolve(item(plain, 1), depth + 1);
  return attribute(where, at(item(plain, 0)).text, at(attribute_name).text, depth);
}

NodeId Intrinsics::choose(NodeId where, NodeId plain, int depth) {
  if (size_of(plain) != 3 || !at(item(plain, 0)).is_scalar()) return unknown(where);
  Truth t = condition(at(item(plain, 0)).text);
  if (t != Truth::Unknown) return resolve(item(plain, t == Truth::True ? 1 : 2), depth + 1);
  NodeId yes = resolve(item(plain, 1), depth + 1), no = resolve(item(plain, 2), depth + 1);
  if (at(yes).is_scalar() && at(no).is_scalar() && at(yes).text == at(no).text && !is_nothing(yes) && !is_nothing(no))
    return yes;
  // A structure is worth a look even when it is not sure to be there.
  if (!at(yes).is_scalar()) return yes;
  if (!at(no).is_scalar()) return no;
  return unknown(where);
}

NodeId Intrinsics::join(NodeId where, NodeId plain, int depth) {
  if (size_of(plain) != 2) return unknown(where);
  NodeId by = resolve(item(plain, 0), depth + 1), list = resolve(item(plain, 1), depth + 1);
  if (!at(by).is_scalar() || at(list).kind != Kind::Sequence) return unknown(where);
  std::string out;
  for (size_t i = 0; i < at(list).items.size() && out.size() <= kMaxText; ++i) {
    const Node& part = at(at(list).items[i]);
    out += (i == 0 ? "" : at(by).text) + (part.is_scalar() ? part.text : kUnknown);
  }
  return text(where, out);
}

NodeId Intrinsics::select(NodeId where, NodeId plain, int depth) {
  if (size_of(plain) != 2) return unknown(where);
  NodeId index = resolve(item(plain, 0), depth + 1), list = resolve(item(plain, 1), depth + 1);
  const std::string digits = at(index).text;
  if (digits.empty() || digits.size() > 6 || digits.find_first_not_of("0123456789") != std::string::npos)
    return unknown(where);
  size_t i = std::stoul(digits);
  return at(list).kind == Kind::Sequence && i < at(list).items.size() ? at(list).items[i] : unknown(where);
}

NodeId Intrinsics::split_text(NodeId where, NodeId plain, int depth) {
  if (size_of(plain) != 2) return unknown(where);
  NodeId by = resolve(item(plain, 0), depth + 1), whole = resolve(item(plain, 1), depth + 1);
  if (!at(by).is_scalar() || !at(whole).is_scalar() || is_unknown(at(whole)) || at(by).text.empty())
    return unknown(where);
  Node list;
  list.kind = Kind::Sequence;
  list.span = at(where).span;
  std::vector<std::string> parts = split(at(whole).text, at(by).text);
  if (parts.size() > 10'000) return unknown(where);
  for (std::string& part : parts) list.items.push_back(text(where, std::move(part)));
  return tree_.add(std::move(list));
}

NodeId Intrinsics::function(NodeId where, std::string name, NodeId argument, int depth) {
  // With a tag the argument is the node itself without its tag.
  NodeId plain = argument;
  if (argument == where) {
    Node bare = at(where);
    bare.tag.clear();
    plain = tree_.add(std::move(bare));
  }
  if (name == "Ref") return at(plain).is_scalar() ? reference(where, at(plain).text, depth) : unknown(where);
  if (name == "GetAtt") return get_att(where, plain, depth);
  if (name == "Sub") return substitute(where, plain, depth);
  if (name == "If") return choose(where, plain, depth);
  if (name == "Join") return join(where, plain, depth);
  if (name == "Select") return select(where, plain, depth);
  if (name == "Split") return split_text(where, plain, depth);
  if (name == "FindInMap") return find_in_map(where, plain, depth);
  if (name == "Base64") {
    NodeId inner = resolve(plain, depth + 1);
    if (!at(inner).is_scalar() || at(inner).text.find(kUnknownPart) != std::string::npos) return unknown(where);
    return text(where, base64(at(inner).text));
  }
  if (name == "Equals" || name == "And" || name == "Or" || name == "Not") {
    Truth t = truth(where, depth);
    return t == Truth::Unknown ? unknown(where) : text(where, t == Truth::True ? "true" : "false");
  }
  if (name == "ImportValue") {
    NodeId import = resolve(plain, depth + 1);
    if (at(import).is_scalar() && all_named(at(import).text)) return text(where, same("import " + at(import).text));
  }
  return unknown(where);  // Transform, GetAZs, Cidr, Length, ToJsonString ...
}

// What !Ref of a parameter, a pseudo parameter or a resource is.
NodeId Intrinsics::reference(NodeId where, std::string name, int depth) {
  if (name.starts_with("AWS::")) {
    auto known = [&](const std::string& s) { return s.empty() ? unknown(where) : text(where, s); };
    if (name == "AWS::NoValue") return nothing(where);
    if (name == "AWS::Region") return known(surroundings_.region);
    if (name == "AWS::AccountId") return known(surroundings_.account);
    if (name == "AWS::Partition") return known(surroundings_.partition);
    if (name == "AWS::StackName" || name == "AWS::StackId") return text(where, same(name));
    if (name == "AWS::URLSuffix" && !surroundings_.partition.empty())
      return text(where, surroundings_.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com");
    return unknown(where);
  }
  if (NodeId parameters = section("Parameters"); parameters != kNoNode) {
    if (const Entry* e = at(parameters).find(name)) {
      const Node& p = at(e->value);
      const Entry* type = p.find("Type");
      const Entry* initial = p.find("Default");
      std::string kind = type == nullptr ? "String" : at(type->value).text;
      // The default of those is the name of the parameter.
      if (kind.starts_with("AWS::SSM::") || initial == nullptr || !at(initial->value).is_scalar())
        return text(where, same(name));
      // The place is that of the reference, because that is where it takes effect.
      std::string value = at(initial->value).text;
      if (kind == "CommaDelimitedList" || kind.starts_with("List<")) {
        Node list;
        list.kind = Kind::Sequence;
        list.span = at(where).span;
        for (std::string& part : split(value, ",")) {
          size_t from = part.find_first_not_of(' '), to = part.find_last_not_of(' ');
          list.items.push_back(text(where, from == std::string::npos ? "" : part.substr(from, to - from + 1)));
        }
        return tree_.add(std::move(list));
      }
      return text(where, value);
    }
  }
  NodeId resources = section("Resources");
  const Entry* e = resources == kNoNode ? nullptr : at(resources).find(name);
  if (e == nullptr) {
    std::vector<std::string_view> names;
    for (std::string_view s : {"Parameters", "Resources"}) {
      if (NodeId id = section(s); id != kNoNode) {
        for (const Entry& x : at(id).entries) names.push_back(x.key);
      }
    }
    std::string_view near = diag::nearest(name, names);
    auto d = diags_.emit(kUndefined, at(where).span, name);
    if (!near.empty()) d.help("`{}` is similar", near);
    d.note("CloudFormation refuses the template");
    return unknown(where);
  }
  const Entry* type_entry = at(e->value).find("Type");
  std::string type = type_entry == nullptr ? "" : at(type_entry->value).text;
  // What Ref returns is in each resource's page of the template reference.
  std::string value = type == "AWS::IAM::Role"         ? property(name, "RoleName", depth)
                      : type == "AWS::Logs::LogGroup"  ? property(name, "LogGroupName", depth)
                      : type == "AWS::SSM::Parameter"  ? property(name, "Name", depth)
                      : type == "AWS::ECR::Repository" ? property(name, "RepositoryName", depth)
                      : type == "AWS::S3::Bucket"      ? property(name, "BucketName", depth)
                      : type == "AWS::SecretsManager::Secret" || type == "AWS::APS::Workspace"
                          ? std::string(at(attribute(where, name, "Arn", depth)).text)
                          : same(name);
  NodeId out = text(where, value);
  resources_[out] = name;
  return out;
}

// A property of a resource as a text; when it is not written, a name that AWS makes up.
std::string Intrinsics::property(const std::string& resource, std::string_view name, int depth) {
  NodeId resources = section("Resources");
  const Entry* r = resources == kNoNode ? nullptr : at(resources).find(resource);
  const Entry* properties = r == nullptr ? nullptr : at(r->value).find("Properties");
  const Entry* e = properties == nullptr ? nullptr : at(properties->value).find(name);
  std::string key = resource + "." + std::string(name);
  if (e == nullptr) return same(key);
  if (!open_.insert(key).second) {
    diags_.emit(kLoop, e->key_span, key).note("CloudFormation refuses circular dependencies");
    return kUnknown;
  }
  NodeId value = resolve(e->value, depth + 1);
  open_.erase(key);
  return at(value).is_scalar() ? at(value).text : kUnknown;
}

NodeId Intrinsics::attribute(NodeId where, std::string resource, std::string name, int depth) {
  NodeId resources = section("Resources");
  const Entry* e = resources == kNoNode ? nullptr : at(resources).find(resource);
  if (e == nullptr) {
    diags_.emit(kUndefined, at(where).span, resource).note("CloudFormation refuses the template");
    return unknown(where);
  }
  const Entry* type_entry = at(e->value).find("Type");
  std::string type = type_entry == nullptr ? "" : at(type_entry->value).text;
  auto known = [](const std::string& s) { return s.empty() ? kUnknown : s; };
  std::string partition = known(surroundings_.partition), region = known(surroundings_.region),
              account = known(surroundings_.account);
  std::string value = same(resource + "." + name);
  if (type == "AWS::IAM::Role" && name == "Arn") {
    const Entry* properties = at(e->value).find("Properties");
    bool has_path = properties != nullptr && at(properties->value).find("Path") != nullptr;
    value = "arn:" + partition + ":iam::" + account + ":role" + (has_path ? property(resource, "Path", depth) : "/") +
            property(resource, "RoleName", depth);
  } else if (type == "AWS::S3::Bucket" && name == "Arn") {
    value = "arn:" + partition + ":s3:::" + property(resource, "BucketName", depth);
  } else if (type == "AWS::APS::Workspace" && name == "Arn") {
    value = "arn:" + partition + ":aps:" + region + ":" + account + ":workspace/" + same(resource + ".WorkspaceId");
  } else if (type == "AWS::APS::Workspace" && name == "PrometheusEndpoint") {
    value = "https://aps-workspaces." + region + ".amazonaws.com/workspaces/" + same(resource + ".WorkspaceId") + "/";
  } else if (type == "AWS::Logs::LogGroup" && name == "Arn") {
    value = "arn:" + partition + ":logs:" + region + ":" + account +
            ":log-group:" + property(resource, "LogGroupName", depth) + ":*";
  } else if (type == "AWS::SecretsManager::Secret" && (name == "Arn" || name == "Id")) {
    // AWS adds a dash and six letters.
    value = "arn:" + partition + ":secretsmanager:" + region + ":" + account +
            ":secret:" + property(resource, "Name", depth) + "-" + same(resource + ".suffix");
  } else if (type == "AWS::ECR::Repository" && name == "Arn") {
    value = "arn:" + partition + ":ecr:" + region + ":" + account + ":repository/" +
            property(resource, "RepositoryName", depth);
  } else if (type == "AWS::ECR::Repository" && name == "RepositoryUri") {
    std::string suffix = surroundings_.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
    value = account + ".dkr.ecr." + region + "." + suffix + "/" + property(resource, "RepositoryName", depth);
  }
  NodeId out = text(where, value);
  resources_[out] = resource;
  return out;
}

NodeId Intrinsics::substitute(NodeId where, NodeId argument, int depth) {
  std::string pattern;
  NodeId names = kNoNode;
  if (at(argument).is_scalar()) {
    pattern = at(argument).text;
  } else if (at(argument).kind == Kind::Sequence && !at(argument).items.empty() &&
             at(at(argument).items[0]).is_scalar()) {
    pattern = at(at(argument).items[0]).text;
    if (at(argument).items.size() > 1) names = at(argument).items[1];
  } else {
    return unknown(where);
  }
  std::string out, only;
  size_t references = 0;
  for (size_t i = 0; i < pattern.size() && out.size() <= kMaxText;) {
    size_t begin = pattern.find("${", i);
    size_t end = begin == std::string::npos ? begin : pattern.find('}', begin);
    if (end == std::string::npos) {
      out += pattern.substr(i);
      break;
    }
    out += pattern.substr(i, begin - i);
    std::string inside = pattern.substr(begin + 2, end - begin - 2);
    i = end + 1;
    if (inside.starts_with("!")) {
      out += "${" + inside.substr(1) + "}";
      continue;
    }
    const Entry* own = names == kNoNode ? nullptr : at(names).find(inside);
    size_t dot = inside.find('.');
    NodeId value = own != nullptr             ? resolve(own->value, depth + 1)
                   : dot == std::string::npos ? reference(where, inside, depth)
                                              : attribute(where, inside.substr(0, dot), inside.substr(dot + 1), depth);
    out += at(value).is_scalar() ? at(value).text : kUnknown;
    only = resource_of(value);
    ++references;
  }
  NodeId result = text(where, out);
  if (references == 1 && !only.empty()) resources_[result] = only;
  return result;
}

NodeId Intrinsics::find_in_map(NodeId where, NodeId argument, int depth) {
  NodeId mappings = section("Mappings");
  if (mappings == kNoNode || at(argument).kind != Kind::Sequence || at(argument).items.size() < 3)
    return unknown(where);
  std::vector<NodeId> items = at(argument).items;
  NodeId found = mappings;
  for (size_t i = 0; i < 3; ++i) {
    NodeId key = resolve(items[i], depth + 1);
    const Entry* e = at(key).is_scalar() ? at(found).find(at(key).text) : nullptr;
    if (e == nullptr) return unknown(where);
    found = e->value;
  }
  return resolve(found, depth + 1);
}

Truth Intrinsics::condition(std::string name) {
  if (auto it = conditions_.find(name); it != conditions_.end()) return it->second;
  conditions_[name] = Truth::Unknown;  // for conditions that lead back to themselves
  NodeId all = section("Conditions");
  const Entry* e = all == kNoNode ? nullptr : at(all).find(name);
  if (e == nullptr) return Truth::Unknown;
  return conditions_[name] = truth(e->value, 0);
}

Truth Intrinsics::truth(NodeId id, int depth) {
  if (depth > kMaxDepth) return Truth::Unknown;
  const Node n = at(id);
  std::string_view name = function_of_tag(n.tag);
  NodeId argument = id;
  if (name.empty() && n.kind == Kind::Mapping && n.entries.size() == 1) {
    name = function_of_key(n.entries[0].key);
    argument = n.entries[0].value;
  }
  const Node a = at(argument);
  if (name == "Condition") return a.is_scalar() ? condition(a.text) : Truth::Unknown;
  if (name == "Equals") {
    if (a.items.size() != 2) return Truth::Unknown;
    NodeId left = resolve(a.items[0], depth + 1), right = resolve(a.items[1], depth + 1);
    if (!at(left).is_scalar() || !at(right).is_scalar()) return Truth::Unknown;
    const std::string &l = at(left).text, &r = at(right).text;
    if (l.find(kUnknownPart) != std::string::npos || r.find(kUnknownPart) != std::string::npos) return Truth::Unknown;
    return truth_of(l == r);
  }
  if (name == "Not") return a.items.size() == 1 ? opposite(truth(a.items[0], depth + 1)) : Truth::Unknown;
  if (name == "And" || name == "Or") {
    if (a.items.empty()) return Truth::Unknown;
    Truth out = truth_of(name == "And");
    for (NodeId i : a.items) out = name == "And" ? both(out, truth(i, depth + 1)) : either(out, truth(i, depth + 1));
    return out;
  }
  if (n.is_scalar() && n.tag.empty())
    return n.text == "true" ? Truth::True : n.text == "false" ? Truth::False : Truth::Unknown;
  return Truth::Unknown;
}

}  // namespace whittle::aws::ecs
