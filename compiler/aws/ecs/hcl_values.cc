// SPDX-License-Identifier: Apache-2.0
// What expressions come to. What cannot be known before deploying is an unknown part of a text and goes on being one.
#include "compiler/aws/ecs/hcl_module.h"

#include <algorithm>

namespace whittle::aws::ecs {

namespace {

constexpr std::string_view kElement = "*";  // of a splat, in a scope

}  // namespace

NodeId Module::eval(const hcl::File& f, ExprId id, int depth, bool structure) {
  if (id == hcl::kNone || depth > kMaxDepth) return unknown({});
  const Expr& e = f.at(id);
  switch (e.kind) {
  case Expr::Kind::Null: return null(e.span);
  case Expr::Kind::Bool:
  case Expr::Kind::Number: return scalar(e.span, e.text);
  case Expr::Kind::Literal: return text(e.span, e.text);
  case Expr::Kind::Template: return joined(f, e, depth);
  case Expr::Kind::List: {
    std::vector<NodeId> items;
    for (ExprId c : e.children) items.push_back(eval(f, c, depth + 1));
    return list(e.span, std::move(items));
  }
  case Expr::Kind::Object: return object(f, e, depth);
  case Expr::Kind::Name:
  case Expr::Kind::Attribute:
  case Expr::Kind::Index: return reference(f, id, depth, structure);
  case Expr::Kind::Call: return call(f, e, depth, structure);
  case Expr::Kind::Unary: {
    NodeId inner = eval(f, e.children[0], depth + 1);
    if (!is_known(at(inner))) return unknown(e.span);
    if (e.text == "!" && at(inner).kind == Kind::Bool) return scalar(e.span, at(inner).boolean ? "false" : "true");
    if (e.text == "-" && at(inner).kind == Kind::Int) return scalar(e.span, "-" + at(inner).text);
    return unknown(e.span);
  }
  case Expr::Kind::Binary: return binary(f, e, depth);
  case Expr::Kind::Condition: {
    NodeId condition = eval(f, e.children[0], depth + 1);
    if (at(condition).kind != Kind::Bool) return unknown(e.span);
    return eval(f, e.children[at(condition).boolean ? 1 : 2], depth + 1, structure);
  }
  case Expr::Kind::For: return comprehension(f, e, depth);
  case Expr::Kind::Splat: return splat(f, e, depth);
  case Expr::Kind::Each: {
    const NodeId* element = in_scope(kElement);
    return element == nullptr ? unknown(e.span) : *element;
  }
  case Expr::Kind::Unknown: return unknown(e.span);
  }
  return unknown(e.span);
}

const NodeId* Module::in_scope(std::string_view name) const {
  for (size_t i = scope_.size(); i-- > 0;) {
    if (scope_[i].first == name) return &scope_[i].second;
  }
  return nullptr;
}

NodeId Module::comprehension(const hcl::File& f, const Expr& e, int depth) {
  NodeId collection = eval(f, e.children[0], depth + 1);
  bool is_map = at(collection).kind == Kind::Mapping;
  if (e.text.ends_with("...") || (!is_map && at(collection).kind != Kind::Sequence)) return unknown(e.span);
  std::vector<std::pair<NodeId, NodeId>> pairs;
  if (is_map) {
    std::vector<Entry> entries = at(collection).entries;
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
    for (const Entry& x : entries) pairs.emplace_back(text(x.key_span, x.key), x.value);
  } else {
    const std::vector<NodeId> items = at(collection).items;
    for (NodeId i : items) pairs.emplace_back(scalar(e.span, std::to_string(pairs.size())), i);
  }
  if (!spend(pairs.size() + 1)) return unknown(e.span);
  size_t comma = e.text.find(',');
  const std::string key_name = comma == std::string::npos ? "" : e.text.substr(0, comma),
                    value_name = comma == std::string::npos ? e.text : e.text.substr(comma + 1);
  Node out;
  out.kind = e.children[1] == hcl::kNone ? Kind::Sequence : Kind::Mapping;
  out.span = e.span;
  const size_t outer = scope_.size();
  bool open = false;
  for (auto& [key, value] : pairs) {
    scope_.resize(outer);
    // A part of a list that is not known may be any number of elements.
    if (!is_map && is_unknown(at(value)) && out.kind == Kind::Sequence) {
      out.items.push_back(unknown(e.span));
      continue;
    }
    if (!key_name.empty()) scope_.emplace_back(key_name, key);
    scope_.emplace_back(value_name, value);
    if (e.children[3] != hcl::kNone) {
      NodeId condition = eval(f, e.children[3], depth + 1);
      if (at(condition).kind == Kind::Bool && !at(condition).boolean) continue;
      if (at(condition).kind != Kind::Bool) {
        open = true;
        if (out.kind == Kind::Sequence) out.items.push_back(unknown(e.span));
        continue;
      }
    }
    NodeId made = eval(f, e.children[2], depth + 1);
    if (out.kind == Kind::Sequence) {
      out.items.push_back(made);
      continue;
    }
    NodeId name = eval(f, e.children[1], depth + 1);
    if (!is_known(at(name))) open = true;
    else out.entries.push_back({at(name).text, e.span, made});
  }
  scope_.resize(outer);
  if (open && out.kind == Kind::Mapping) return unknown(e.span);  // what else is there cannot be known
  return tree_.add(std::move(out));
}

NodeId Module::splat(const hcl::File& f, const Expr& e, int depth) {
  NodeId of = eval(f, e.children[0], depth + 1);
  if (is_unknown(at(of))) {
    // Of resources the attribute itself may be known, however many there are.
    return unknown(e.span);
  }
  std::vector<NodeId> items, made;
  if (at(of).kind == Kind::Sequence) items = at(of).items;
  else if (at(of).kind != Kind::Null) items = {of};
  if (!spend(items.size() + 1)) return unknown(e.span);
  for (NodeId i : items) {
    if (is_unknown(at(i))) {
      made.push_back(unknown(e.span));
      continue;
    }
    scope_.emplace_back(std::string(kElement), i);
    made.push_back(eval(f, e.children[1], depth + 1));
    scope_.pop_back();
  }
  return list(e.span, std::move(made));
}

NodeId Module::joined(const hcl::File& f, const Expr& e, int depth) {
  if (e.children.empty()) return text(e.span, "");
  std::string out;
  for (ExprId c : e.children) {
    NodeId part = eval(f, c, depth + 1);
    // "${x}" alone is x.
    if (e.children.size() == 1 && f.at(c).kind != Expr::Kind::Literal) return placed(part, e.span);
    out += at(part).is_scalar() ? at(part).text : std::string(1, kUnknownPart);
    if (out.size() > kMostText || !spend(1)) return unknown(e.span);
  }
  return text(e.span, std::move(out));
}

NodeId Module::object(const hcl::File& f, const Expr& e, int depth) {
  Node n;
  n.kind = Kind::Mapping;
  n.span = e.span;
  for (size_t i = 0; i + 1 < e.children.size(); i += 2) {
    NodeId key = eval(f, e.children[i], depth + 1);
    NodeId value = eval(f, e.children[i + 1], depth + 1);
    if (!is_known(at(key))) return unknown(e.span);  // what else is there cannot be known
    std::string name = at(key).text;
    std::erase_if(n.entries, [&](const Entry& x) { return x.key == name; });
    n.entries.push_back({std::move(name), f.at(e.children[i]).span, value});
  }
  return tree_.add(std::move(n));
}

NodeId Module::named(const std::map<std::string, Local>& from, std::string_view what, const std::string& name,
                     Span span, int depth, bool structure) {
  auto it = from.find(name);
  std::string key = std::string(what) + name;
  if (it == from.end() || !open_.insert(key).second) return unknown(span);
  auto cached = cache_.find({key, structure});
  Scope before = std::move(scope_);  // what is named elsewhere knows nothing of where it is used
  scope_.clear();
  NodeId value =
      cached != cache_.end() ? cached->second : eval(*it->second.file, it->second.value, depth + 1, structure);
  scope_ = std::move(before);
  cache_[{key, structure}] = value;
  open_.erase(key);
  return value;
}

NodeId Module::reference(const hcl::File& f, ExprId id, int depth, bool structure) {
  const Expr& e = f.at(id);
  if (e.kind == Expr::Kind::Name) {
    const NodeId* found = in_scope(e.text);
    return found == nullptr ? unknown(e.span) : placed(*found, e.span);
  }
  // var.x and local.x are where a path begins; everything else is walked from its left.
  if (e.kind == Expr::Kind::Attribute && f.at(e.children[0]).kind == Expr::Kind::Name) {
    const std::string& root = f.at(e.children[0]).text;
    if (root == "module") return module_value(e.text, e.span);
    if (root == "path" && !folder_.empty()) return text(e.span, e.text == "module" ? folder_ : shared_.root);
    if (root == "var") {
      auto it = given.find(e.text);
      if (it != given.end()) return it->second;  // its place is where it is given
      bool known = variables_.find(e.text) != variables_.end();
      if (!known) return text(e.span, same("var." + e.text));
      return placed(named(variables_, "var.", e.text, e.span, depth, structure), e.span);
    }
    if (root == "local") return named(locals_, "local.", e.text, e.span, depth, structure);
  }
  std::string path = path_of(f, id);
  if (path.starts_with("data.")) return data(path.substr(5), e.span, depth);
  size_t dot = path.find('.'), second = dot == std::string::npos ? dot : path.find('.', dot + 1);
  const std::string root = path.substr(0, dot);
  bool resource_path = root != "var" && root != "local" && root != "module" && root != "each" && root != "count" &&
                       root != "path" && root != "terraform" && root != "self" && in_scope(root) == nullptr;
  if (second != std::string::npos && path.find('.', second + 1) == std::string::npos && resource_path)
    return attribute(path.substr(0, second), path.substr(second + 1), e.span, depth);
  NodeId inner = eval(f, e.children[0], depth + 1);
  std::string key;
  if (e.kind == Expr::Kind::Attribute) {
    key = e.text;
  } else {
    NodeId index = eval(f, e.children[1], depth + 1);
    if (!is_known(at(index))) return unknown(e.span);
    key = at(index).text;
  }
  if (at(inner).kind == Kind::Mapping) {
    const Entry* found = at(inner).find(key);
    return found == nullptr ? unknown(e.span) : found->value;
  }
  if (at(inner).kind == Kind::Sequence && !key.empty() && key.size() < 7 &&
      key.find_first_not_of("0123456789") == std::string::npos && std::stoul(key) < at(inner).items.size())
    return at(inner).items[std::stoul(key)];
  return unknown(e.span);
}

NodeId Module::attribute(const std::string& address, const std::string& name, Span span, int depth) {
  const Found* found = resource(address);
  if (found == nullptr) return unknown(span);
  const Attribute* a = found->block->find(name);
  std::string key = address + "." + name;
  bool copies = found->block->find("count") != nullptr || found->block->find("for_each") != nullptr;
  if (a == nullptr) return copies ? unknown(span) : text(span, made_by_aws(address, name, span, depth));
  if (!open_.insert(key).second) return unknown(span);
  Scope before = std::move(scope_);
  scope_.clear();
  NodeId value = eval(*found->file, a->value, depth + 1);
  scope_ = std::move(before);
  open_.erase(key);
  return placed(value, span);
}

std::string Module::made_by_aws(const std::string& address, const std::string& name, Span span, int depth) {
  const std::string open(1, kUnknownPart);
  auto own = [&](std::string_view attribute_name) {
    std::string key(attribute_name);
    NodeId n = resource(address)->block->find(key) == nullptr ? kNoNode : attribute(address, key, span, depth + 1);
    return n == kNoNode || !at(n).is_scalar() ? same(address + "." + key) : at(n).text;
  };
  const bool secret = address.starts_with("aws_secretsmanager_secret.");
  if (name == "arn" || (name == "id" && secret)) {
    std::string begin = "arn:" + open + ":";
    if (address.starts_with("aws_cloudwatch_log_group."))
      return begin + "logs:" + open + ":" + open + ":log-group:" + own("name");
    if (address.starts_with("aws_iam_role.")) {
      const Found* found = resource(address);
      std::string path = found->block->find("path") == nullptr ? "/" : own("path");
      return begin + "iam::" + open + ":role" + path + own("name");
    }
    if (address.starts_with("aws_ecr_repository."))
      return begin + "ecr:" + open + ":" + open + ":repository/" + own("name");
    if (address.starts_with("aws_s3_bucket.")) return begin + "s3:::" + own("bucket");
    if (address.starts_with("aws_ssm_parameter.")) {
      const std::string parameter = own("name");
      if (!parameter.empty() && parameter[0] != kUnknownPart)
        return begin + "ssm:" + open + ":" + open + ":parameter" + (parameter[0] == '/' ? "" : "/") + parameter;
    }
    if (secret)
      return begin + "secretsmanager:" + open + ":" + open + ":secret:" + own("name") + "-" + same(address + ".suffix");
  }
  if (name == "repository_url" && address.starts_with("aws_ecr_repository."))
    return open + ".dkr.ecr." + open + ".amazonaws.com/" + own("name");
  return same(address + "." + name);
}

NodeId Module::data(const std::string& path, Span span, int depth) {
  size_t last = path.rfind('.');
  auto it = last == std::string::npos ? data_.end() : data_.find(path.substr(0, last));
  if (it == data_.end() || !path.starts_with("aws_iam_policy_document.") || path.substr(last) != ".json")
    return unknown(span);
  const auto& [file, block] = it->second;
  if (block->find("source_policy_documents") != nullptr || block->find("override_policy_documents") != nullptr)
    return unknown(span);
  std::vector<NodeId> statements;
  for (const Block& s : block->blocks) {
    if (s.type != "statement") return unknown(span);
    Node n;
    n.kind = Kind::Mapping;
    n.span = s.span;
    n.entries.push_back({"Effect", s.span, text(s.span, "Allow")});
    static constexpr std::pair<std::string_view, std::string_view> kNames[] = {{"sid", "Sid"},
                                                                               {"effect", "Effect"},
                                                                               {"actions", "Action"},
                                                                               {"resources", "Resource"},
                                                                               {"not_actions", "NotAction"},
                                                                               {"not_resources", "NotResource"}};
    for (const Attribute& a : s.attributes) {
      for (auto& [from, to] : kNames) {
        if (from != a.name) continue;
        std::erase_if(n.entries, [&](const Entry& x) { return x.key == to; });
        n.entries.push_back({std::string(to), a.span, eval(*file, a.value, depth + 1)});
      }
    }
    Node conditions, principals;
    conditions.kind = principals.kind = Kind::Mapping;
    conditions.span = principals.span = s.span;
    for (const Block& x : s.blocks) {
      auto part = [&](std::string_view name) {
        const Attribute* a = x.find(name);
        return a == nullptr ? kNoNode : eval(*file, a->value, depth + 1);
      };
      if (x.type == "condition") {
        NodeId test = part("test"), variable = part("variable"), values = part("values");
        if (test == kNoNode || variable == kNoNode || values == kNoNode || !is_known(at(test)) ||
            !is_known(at(variable)))
          return unknown(span);
        NodeId one = map(x.span, {{at(variable).text, values}});
        const Entry* same = conditions.find(at(test).text);
        if (same != nullptr) tree_.nodes[same->value].entries.push_back(at(one).entries[0]);
        else conditions.entries.push_back({at(test).text, x.span, one});
      } else if (x.type == "principals") {
        NodeId type = part("type"), names = part("identifiers");
        if (type == kNoNode || names == kNoNode || !is_known(at(type))) return unknown(span);
        principals.entries.push_back({at(type).text, x.span, names});
      } else {
        return unknown(span);
      }
    }
    if (!conditions.entries.empty()) n.entries.push_back({"Condition", s.span, tree_.add(std::move(conditions))});
    if (!principals.entries.empty()) n.entries.push_back({"Principal", s.span, tree_.add(std::move(principals))});
    statements.push_back(tree_.add(std::move(n)));
  }
  return map(block->span, {{"Version", text(block->span, "2012-10-17")}, {"Statement", list(block->span, statements)}});
}

NodeId Module::binary(const hcl::File& f, const Expr& e, int depth) {
  NodeId left = eval(f, e.children[0], depth + 1), right = eval(f, e.children[1], depth + 1);
  const Node &l = at(left), &r = at(right);
  auto truth = [&](bool v) { return scalar(e.span, v ? "true" : "false"); };
  if (e.text == "&&" || e.text == "||") {
    bool decides = e.text == "||";
    if ((l.kind == Kind::Bool && l.boolean == decides) || (r.kind == Kind::Bool && r.boolean == decides))
      return truth(decides);
    return l.kind == Kind::Bool && r.kind == Kind::Bool ? truth(!decides) : unknown(e.span);
  }
  if (!is_known(l) || !is_known(r)) return unknown(e.span);
  if (e.text == "==" || e.text == "!=")
    return truth((l.text == r.text && (l.kind == Kind::Null) == (r.kind == Kind::Null)) == (e.text == "=="));
  if (l.kind != Kind::Int || r.kind != Kind::Int || l.too_large || r.too_large) return unknown(e.span);
  int64_t a = l.integer, b = r.integer, out = 0;
  if (e.text == "<") return truth(a < b);
  if (e.text == ">") return truth(a > b);
  if (e.text == "<=") return truth(a <= b);
  if (e.text == ">=") return truth(a >= b);
  bool overflow = e.text == "+"   ? __builtin_add_overflow(a, b, &out)
                  : e.text == "-" ? __builtin_sub_overflow(a, b, &out)
                  : e.text == "*" ? __builtin_mul_overflow(a, b, &out)
                                  : b <= 0 || a % b != 0;
  if (e.text == "/" && !overflow) out = a / b;
  if (e.text == "%" || overflow) return unknown(e.span);
  return scalar(e.span, std::to_string(out));
}

}  // namespace whittle::aws::ecs
