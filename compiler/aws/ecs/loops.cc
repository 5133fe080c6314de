// SPDX-License-Identifier: Apache-2.0
#include "compiler/aws/ecs/loops.h"

#include "compiler/aws/ecs/intrinsics.h"
#include "compiler/aws/ecs/read_task.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace whittle::aws::ecs {

using syntax::Entry;
using syntax::kNoNode;
using syntax::Node;
using syntax::NodeId;
using syntax::Tree;
using Kind = Node::Kind;

namespace {

constexpr std::string_view kLoop = "Fn::ForEach";
constexpr int kMaxDepth = 60;
constexpr size_t kMaxValues = 1000;
constexpr size_t kMaxNodes = 1u << 20;  // a template that expands to more is not worth knowing

// What the variables of the loops around are in this round.
using Variables = std::vector<std::pair<std::string, std::string>>;

std::string letters_and_digits(const std::string& s) {
  std::string out;
  for (char c : s) {
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == kUnknownPart) out += c;
  }
  return out;
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
}

std::string filled_in(std::string text, const Variables& variables) {
  for (const auto& [name, value] : variables) {
    replace_all(text, "${" + name + "}", value);
    replace_all(text, "&{" + name + "}", letters_and_digits(value));
  }
  return text;
}

class Loops {
public:
  Loops(Tree& tree, NodeId root, const Surroundings& surroundings)
      : tree_(tree), values_(tree, root, surroundings, nobody_), most_(tree.nodes.size() + kMaxNodes) {}

  NodeId expanded(NodeId id, const Variables& variables, int depth) {
    if (id == kNoNode || depth > kMaxDepth || tree_.nodes.size() > most_) return id;
    Node n = tree_.at(id);
    if (n.is_scalar()) return scalar(id, std::move(n), variables);
    if (n.kind == Kind::Sequence) {
      bool same = true;
      for (NodeId& item : n.items) {
        NodeId now = expanded(item, variables, depth + 1);
        same = same && now == item;
        item = now;
      }
      return same ? id : tree_.add(std::move(n));
    }
    if (n.entries.size() == 1 && n.entries[0].key == "Ref" && tree_.at(n.entries[0].value).is_scalar()) {
      if (const std::string* value = value_of(tree_.at(n.entries[0].value).text, variables))
        return text(std::move(n), *value);
    }
    std::vector<Entry> entries;
    bool same = true;
    for (const Entry& e : n.entries) {
      if (e.key.starts_with(kLoop)) {
        same = false;
        loop(e, variables, depth + 1, entries);
        continue;
      }
      Entry now{filled_in(e.key, variables), e.key_span, expanded(e.value, variables, depth + 1)};
      same = same && now.value == e.value && now.key == e.key;
      entries.push_back(std::move(now));
    }
    if (same) return id;
    n.entries = std::move(entries);
    return tree_.add(std::move(n));
  }

private:
  static const std::string* value_of(const std::string& name, const Variables& variables) {
    auto found = std::find_if(variables.rbegin(), variables.rend(),
                              [&](const auto& variable) { return variable.first == name; });
    return found == variables.rend() ? nullptr : &found->second;
  }

  NodeId text(Node n, const std::string& value) {
    Node out;
    out.kind = Kind::String;
    out.span = n.span;
    out.text = value;
    return tree_.add(std::move(out));
  }

  NodeId scalar(NodeId id, Node n, const Variables& variables) {
    if (n.tag == "!Ref") {
      const std::string* value = value_of(n.text, variables);
      return value == nullptr ? id : text(std::move(n), *value);
    }
    std::string now = filled_in(n.text, variables);
    if (now == n.text) return id;
    n.text = std::move(now);
    return tree_.add(std::move(n));
  }

  std::vector<std::string> values(NodeId list, const Variables& variables, int depth) {
    NodeId resolved = values_.resolve(expanded(list, variables, depth));
    const Node& n = tree_.at(resolved);
    std::vector<std::string> out;
    for (NodeId item : n.items) {
      if (tree_.at(item).is_scalar() && out.size() < kMaxValues) out.push_back(tree_.at(item).text);
    }
    if (n.kind != Kind::Sequence) out = {std::string(1, kUnknownPart)};
    return out;
  }

  void loop(const Entry& e, const Variables& variables, int depth, std::vector<Entry>& entries) {
    const std::vector<NodeId> parts = tree_.at(e.value).items;
    if (parts.size() != 3 || !tree_.at(parts[0]).is_scalar() || tree_.at(parts[2]).kind != Kind::Mapping) return;
    const std::string name = tree_.at(parts[0]).text;
    for (std::string& value : values(parts[1], variables, depth)) {
      Variables inner = variables;
      inner.emplace_back(name, std::move(value));
      const NodeId round = expanded(parts[2], inner, depth + 1);
      for (const Entry& made : tree_.at(round).entries) {
        auto same = [&](const Entry& x) { return x.key == made.key; };
        if (std::none_of(entries.begin(), entries.end(), same)) entries.push_back(made);
      }
    }
  }

  Tree& tree_;
  diag::Diagnostics nobody_;
  Intrinsics values_;
  size_t most_;
};

}  // namespace

NodeId without_loops(Tree& tree, NodeId root, const Surroundings& surroundings) {
  const bool any = std::any_of(tree.nodes.begin(), tree.nodes.end(), [](const Node& n) {
    return std::any_of(n.entries.begin(), n.entries.end(), [](const Entry& e) { return e.key.starts_with(kLoop); });
  });
  return any ? Loops(tree, root, surroundings).expanded(root, {}, 0) : root;
}

}  // namespace whittle::aws::ecs
