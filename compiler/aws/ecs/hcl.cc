// SPDX-License-Identifier: Apache-2.0
#include "compiler/aws/ecs/hcl.h"

#include "compiler/aws/ecs/hcl_parse.h"
#include "compiler/aws/ecs/read_task.h"
#include "compiler/syntax/document.h"

#include <algorithm>
#include <map>
#include <set>

namespace whittle::aws::ecs {

using hcl::Attribute;
using hcl::Block;
using hcl::Expr;
using hcl::ExprId;
using source::Span;
using syntax::Entry;
using syntax::kNoNode;
using syntax::Node;
using syntax::NodeId;
using Kind = syntax::Node::Kind;

namespace {

constexpr int kMaxDepth = 100;
constexpr size_t kMostParts = 200'000;  // of lists, objects and texts that functions make
constexpr size_t kMostText = 1 << 20;

class Module {
public:
  explicit Module(Reading& reading) : r_(reading), tree_(reading.tree) {}

  NodeId run(const std::vector<source::FileId>& files) {
    bool good = true;
    files_.reserve(files.size());  // blocks of it are pointed at
    for (source::FileId f : files) {
      files_.push_back(hcl::parse(f, r_.sources, r_.diags));
      good = good && files_.back().good;
    }
    if (!good) return kNoNode;
    for (const hcl::File& f : files_) gather(f);
    std::vector<NodeId> resources, configuration;
    for (auto& [address, found] : resources_) {
      const auto& [file, block] = found;
      if (is_none(*file, *block)) continue;
      NodeId name = text(block->span, address);
      resources.push_back(map(block->span, {{"address", name},
                                            {"mode", text({}, "managed")},
                                            {"type", text({}, block->labels[0])},
                                            {"values", body(*file, *block, 0)}}));
      std::vector<std::pair<std::string, NodeId>> expressions;
      for (const Attribute& a : block->attributes) {
        std::vector<NodeId> references;
        for (const std::string& x : references_of(*file, a.value, 0)) references.push_back(text({}, x));
        expressions.emplace_back(a.name, map({}, {{"references", list({}, std::move(references))}}));
      }
      configuration.push_back(map({}, {{"address", text({}, address)}, {"expressions", map({}, expressions)}}));
    }
    NodeId planned = map({}, {{"root_module", map({}, {{"resources", list({}, std::move(resources))}})}});
    NodeId written = map({}, {{"root_module", map({}, {{"resources", list({}, std::move(configuration))}})}});
    Span begin = files.empty() ? Span{} : Span{files[0], 0, 1};
    return map(begin, {{"planned_values", planned}, {"configuration", written}});
  }

private:
  struct Found {
    const hcl::File* file;
    const Block* block;
  };
  struct Local {
    const hcl::File* file;
    ExprId value;
  };

  void gather(const hcl::File& f) {
    for (const Block& b : f.body.blocks) {
      if (b.type == "locals") {
        for (const Attribute& a : b.attributes) locals_[a.name] = {&f, a.value};
      } else if (b.type == "variable" && b.labels.size() == 1) {
        if (const Attribute* a = b.find("default")) variables_[b.labels[0]] = {&f, a->value};
      } else if (b.type == "resource" && b.labels.size() == 2) {
        resources_.emplace_back(b.labels[0] + "." + b.labels[1], Found{&f, &b});
      } else if (b.type == "data" && b.labels.size() == 2) {
        data_[b.labels[0] + "." + b.labels[1]] = {&f, &b};
      }
    }
  }

  // ---- nodes

  const Node& at(NodeId id) const { return tree_.at(id); }

  NodeId text(Span span, std::string value) {
    Node n;
    n.kind = Kind::String;
    n.span = span;
    n.text = std::move(value);
    return tree_.add(std::move(n));
  }
  NodeId unknown(Span span) { return text(span, std::string(1, kUnknownPart)); }
  NodeId scalar(Span span, std::string value) {  // a number, true, false
    Node n;
    n.span = span;
    n.text = std::move(value);
    syntax::resolve_scalar(n);
    return tree_.add(std::move(n));
  }
  NodeId null(Span span) {
    Node n;
    n.span = span;
    return tree_.add(std::move(n));
  }
  NodeId list(Span span, std::vector<NodeId> items) {
    Node n;
    n.kind = Kind::Sequence;
    n.span = span;
    n.items = std::move(items);
    return tree_.add(std::move(n));
  }
  NodeId map(Span span, const std::vector<std::pair<std::string, NodeId>>& entries) {
    Node n;
    n.kind = Kind::Mapping;
    n.span = span;
    for (auto& [key, value] : entries) n.entries.push_back({key, at(value).span, value});
    return tree_.add(std::move(n));
  }
  // The same value where it is used.
  NodeId placed(NodeId id, Span span) {
    if (!at(id).is_scalar()) return id;
    Node n = at(id);
    n.span = span;
    return tree_.add(std::move(n));
  }
  static bool is_known(const Node& n) { return n.is_scalar() && n.text.find(kUnknownPart) == std::string::npos; }
  bool spend(size_t parts) {
    spent_ += parts;
    return spent_ <= kMostParts;
  }

  // Whether `count` or `for_each` makes nothing of a block.
  bool is_none(const hcl::File& f, const Block& b) {
    if (const Attribute* count = b.find("count")) {
      NodeId n = eval(f, count->value, 0);
      if (at(n).kind == Kind::Int && at(n).integer == 0) return true;
    }
    const Attribute* each = b.find("for_each");
    if (each == nullptr) return false;
    NodeId n = eval(f, each->value, 0);
    return (at(n).kind == Kind::Sequence && at(n).items.empty()) ||
           (at(n).kind == Kind::Mapping && at(n).entries.empty());
  }

  // The settings of a block; blocks within are lists, as in a plan.
  NodeId body(const hcl::File& f, const Block& b, int depth) {
    Node n;
    n.kind = Kind::Mapping;
    n.span = b.span;
    std::map<std::string, std::vector<NodeId>> inner;
    std::map<std::string, Span> inner_spans;
    for (const Attribute& a : b.attributes) {
      if (a.name == "count" || a.name == "for_each" || a.name == "provider") continue;
      NodeId value = eval(f, a.value, depth + 1, true);
      n.entries.push_back({a.name, a.span, value});
    }
    for (const Block& x : b.blocks) {
      if (x.type == "dynamic" && !x.labels.empty()) {
        inner[x.labels[0]].push_back(unknown(x.span));
        inner_spans.try_emplace(x.labels[0], x.span);
      } else if (x.type != "lifecycle" && x.type != "provisioner" && x.type != "timeouts") {
        inner[x.type].push_back(body(f, x, depth + 1));
        inner_spans.try_emplace(x.type, x.span);
      }
    }
    for (auto& [name, items] : inner) {
      if (n.find(name) == nullptr) n.entries.push_back({name, inner_spans[name], list(inner_spans[name], items)});
    }
    return tree_.add(std::move(n));
  }

  // ---- references

  // "aws_iam_role.task.arn", through locals.
  std::vector<std::string> references_of(const hcl::File& f, ExprId id, int depth) {
    std::vector<std::string> out;
    followed_.clear();
    collect(f, id, depth, out);
    return out;
  }

  static std::string path_of(const hcl::File& f, ExprId id) {
    const Expr& e = f.at(id);
    if (e.kind == Expr::Kind::Name) return e.text;
    if (e.kind == Expr::Kind::Attribute) {
      std::string inner = path_of(f, e.children[0]);
      return inner.empty() ? inner : inner + "." + e.text;
    }
    return e.kind == Expr::Kind::Index || e.kind == Expr::Kind::Unknown
               ? e.children.empty() ? std::string() : path_of(f, e.children[0])
               : std::string();
  }

  void collect(const hcl::File& f, ExprId id, int depth, std::vector<std::string>& out) {
    if (depth > kMaxDepth || id == hcl::kNone || out.size() > 1000) return;
    std::string path = path_of(f, id);
    if (path.empty()) {
      for (ExprId c : f.at(id).children) collect(f, c, depth + 1, out);
      return;
    }
    if (path.starts_with("local.")) {
      std::string name = path.substr(6, path.find('.', 6) - 6);
      auto it = locals_.find(name);
      if (it == locals_.end() || !followed_.insert(name).second) return;  // each once
      collect(*it->second.file, it->second.value, depth + 1, out);
      return;
    }
    if (path.find('.') != std::string::npos) out.push_back(path);
  }

  const Found* resource(const std::string& address) const {
    for (auto& [name, found] : resources_) {
      if (name == address) return &found;
    }
    return nullptr;
  }

  // ---- values

  // `structure`: what jsonencode() makes is wanted as a value and not as a text.
  NodeId eval(const hcl::File& f, ExprId id, int depth, bool structure = false) {
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
    case Expr::Kind::Unknown: return unknown(e.span);
    }
    return unknown(e.span);
  }

  NodeId joined(const hcl::File& f, const Expr& e, int depth) {
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

  NodeId object(const hcl::File& f, const Expr& e, int depth) {
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

  NodeId named(const std::map<std::string, Local>& from, std::string_view what, const std::string& name, Span span,
               int depth, bool structure) {
    auto it = from.find(name);
    std::string key = std::string(what) + name;
    if (it == from.end() || !open_.insert(key).second) return unknown(span);
    auto cached = cache_.find({key, structure});
    NodeId value =
        cached != cache_.end() ? cached->second : eval(*it->second.file, it->second.value, depth + 1, structure);
    cache_[{key, structure}] = value;
    open_.erase(key);
    return value;
  }

  NodeId reference(const hcl::File& f, ExprId id, int depth, bool structure) {
    const Expr& e = f.at(id);
    if (e.kind == Expr::Kind::Name) return unknown(e.span);
    // var.x and local.x are where a path begins; everything else is walked from its left.
    if (e.kind == Expr::Kind::Attribute && f.at(e.children[0]).kind == Expr::Kind::Name) {
      const std::string& root = f.at(e.children[0]).text;
      if (root == "var") return placed(named(variables_, "var.", e.text, e.span, depth, structure), e.span);
      if (root == "local") return named(locals_, "local.", e.text, e.span, depth, structure);
    }
    std::string path = path_of(f, id);
    if (path.starts_with("data.")) return data(path.substr(5), e.span, depth);
    size_t dot = path.find('.'), second = dot == std::string::npos ? dot : path.find('.', dot + 1);
    if (second != std::string::npos && path.find('.', second + 1) == std::string::npos && !path.starts_with("var.") &&
        !path.starts_with("local."))
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

  // What a resource says of itself: its `name`, not its `arn`.
  NodeId attribute(const std::string& address, const std::string& name, Span span, int depth) {
    const Found* found = resource(address);
    const Attribute* a = found == nullptr ? nullptr : found->block->find(name);
    std::string key = address + "." + name;
    if (a == nullptr || !open_.insert(key).second) return unknown(span);
    NodeId value = eval(*found->file, a->value, depth + 1);
    open_.erase(key);
    return placed(value, span);
  }

  // A policy document that is written as a data source.
  NodeId data(const std::string& path, Span span, int depth) {
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
    return map(block->span,
               {{"Version", text(block->span, "2012-10-17")}, {"Statement", list(block->span, statements)}});
  }

  NodeId binary(const hcl::File& f, const Expr& e, int depth) {
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

  NodeId call(const hcl::File& f, const Expr& e, int depth, bool structure) {
    if (e.text == "jsonencode" && e.children.size() == 1)
      return structure ? eval(f, e.children[0], depth + 1) : unknown(e.span);
    std::vector<NodeId> a;
    for (ExprId c : e.children) a.push_back(eval(f, c, depth + 1));
    if (a.empty()) return unknown(e.span);
    if (e.text == "tostring" || e.text == "tonumber" || e.text == "tobool" || e.text == "tolist" || e.text == "toset" ||
        e.text == "tomap" || e.text == "sensitive" || e.text == "nonsensitive")
      return a[0];
    if (e.text == "concat") {
      std::vector<NodeId> items;
      for (NodeId x : a) {
        if (at(x).kind != Kind::Sequence) {  // there may be something more
          items.push_back(unknown(e.span));
          continue;
        }
        if (!spend(at(x).items.size())) return unknown(e.span);
        items.insert(items.end(), at(x).items.begin(), at(x).items.end());
      }
      return list(e.span, std::move(items));
    }
    if (e.text == "length") {
      const Node& n = at(a[0]);
      bool open = std::any_of(n.items.begin(), n.items.end(), [&](NodeId i) { return is_unknown(at(i)); });
      if (n.kind == Kind::Sequence && !open) return scalar(e.span, std::to_string(n.items.size()));
      if (n.kind == Kind::Mapping) return scalar(e.span, std::to_string(n.entries.size()));
      return unknown(e.span);
    }
    if (e.text == "merge") {
      Node n;
      n.kind = Kind::Mapping;
      n.span = e.span;
      for (NodeId x : a) {
        if (at(x).kind == Kind::Null) continue;
        if (at(x).kind != Kind::Mapping || !spend(at(x).entries.size())) return unknown(e.span);
        for (const Entry& entry : at(x).entries) {
          std::erase_if(n.entries, [&](const Entry& y) { return y.key == entry.key; });
          n.entries.push_back(entry);
        }
      }
      return tree_.add(std::move(n));
    }
    if (e.text == "coalesce") {
      for (NodeId x : a) {
        if (at(x).kind == Kind::Null || (at(x).is_scalar() && at(x).text.empty())) continue;
        return a[0] == x || is_known(at(x)) ? x : unknown(e.span);
      }
      return unknown(e.span);
    }
    if (e.text == "lookup" && a.size() >= 2 && at(a[0]).kind == Kind::Mapping && is_known(at(a[1]))) {
      const Entry* found = at(a[0]).find(at(a[1]).text);
      return found != nullptr ? found->value : a.size() > 2 ? a[2] : unknown(e.span);
    }
    if (e.text == "join" && a.size() == 2 && at(a[0]).is_scalar() && at(a[1]).kind == Kind::Sequence) {
      std::string out;
      for (size_t i = 0; i < at(a[1]).items.size(); ++i) {
        const Node& x = at(at(a[1]).items[i]);
        out += (i != 0 ? at(a[0]).text : "") + (x.is_scalar() ? x.text : std::string(1, kUnknownPart));
        if (out.size() > kMostText || !spend(1)) return unknown(e.span);
      }
      return text(e.span, std::move(out));
    }
    if (e.text == "format" && at(a[0]).is_scalar()) {
      std::string out;
      size_t next = 1;
      const std::string pattern = at(a[0]).text;
      for (size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '%' || i + 1 >= pattern.size()) {
          out += pattern[i];
        } else if (pattern[++i] == '%') {
          out += '%';
        } else if ((pattern[i] == 's' || pattern[i] == 'd' || pattern[i] == 'v') && next < a.size()) {
          out += at(a[next]).is_scalar() ? at(a[next]).text : std::string(1, kUnknownPart);
          ++next;
        } else {
          return unknown(e.span);
        }
      }
      return out.size() > kMostText || !spend(1) ? unknown(e.span) : text(e.span, std::move(out));
    }
    if ((e.text == "lower" || e.text == "upper") && at(a[0]).is_scalar()) {
      std::string out = at(a[0]).text;
      for (char& c : out) {
        if (e.text == "lower" && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (e.text == "upper" && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      }
      return text(e.span, std::move(out));
    }
    return unknown(e.span);
  }

  Reading& r_;
  syntax::Tree& tree_;
  std::vector<hcl::File> files_;
  std::map<std::string, Local> locals_, variables_;
  std::vector<std::pair<std::string, Found>> resources_;
  std::map<std::string, Found> data_;
  std::map<std::pair<std::string, bool>, NodeId> cache_;
  std::set<std::string> open_, followed_;
  size_t spent_ = 0;
};

}  // namespace

NodeId read_hcl(const std::vector<source::FileId>& files, Reading& reading) {
  return Module(reading).run(files);
}

}  // namespace whittle::aws::ecs
