// SPDX-License-Identifier: Apache-2.0
#include "compiler/aws/ecs/hcl.h"

#include "compiler/aws/ecs/hcl_parse.h"
#include "compiler/aws/ecs/read_task.h"
#include "compiler/syntax/document.h"
#include "compiler/syntax/load.h"

#include <algorithm>
#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <optional>
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
constexpr std::string_view kElement = "*";  // of a splat, in a scope
constexpr size_t kMostParts = 200'000;      // of lists, objects and texts that functions make
constexpr size_t kMostText = 1 << 20;
constexpr int kMostModules = 8;      // within each other
constexpr size_t kMostCopies = 100;  // of a resource or module by `count` or `for_each`

constexpr diag::Diag<std::string_view> kNotRead{"N1440", "{} not read here"};

using Scope = std::vector<std::pair<std::string, NodeId>>;  // names and what they stand for, the innermost last

// What all modules of one root share.
struct Shared {
  size_t spent = 0;
  std::map<std::string, size_t> names;                         // of what only AWS knows
  std::string root;                                            // the folder of the first module
  std::map<std::string, std::optional<source::FileId>> texts;  // that functions read, by their paths
  std::map<std::string, std::vector<source::FileId>> files;    // of folders
};

// A copy that `count` or `for_each` makes: the index of its address, and what `count` or `each` is in it.
struct Copy {
  std::string index;
  Scope scope;
};

class Module {
public:
  Module(Reading& reading, Shared& shared, std::string folder, std::string address, int depth)
      : r_(reading), tree_(reading.tree), shared_(shared), folder_(std::move(folder)), address_(std::move(address)),
        depth_(depth) {}

  // The values of its variables, where whoever calls it gives some.
  std::map<std::string, NodeId> given;

  bool read(const std::vector<source::FileId>& files) {
    bool good = true;
    files_.reserve(files.size());  // blocks of it are pointed at
    for (source::FileId f : files) {
      files_.push_back(hcl::parse(f, r_.sources, r_.diags));
      good = good && files_.back().good;
    }
    for (const hcl::File& f : files_) gather(f);
    return good;
  }

  // As a plan has it: {"resources", "child_modules", "address"}.
  NodeId planned() {
    std::vector<NodeId> resources, children;
    for (auto& [address, found] : resources_) {
      const auto& [file, block] = found;
      for (Copy& copy : copies_of(*file, *block)) {
        scope_ = std::move(copy.scope);
        NodeId name = text(block->span, address_ + address + copy.index);
        resources.push_back(map(block->span, {{"address", name},
                                              {"mode", text({}, "managed")},
                                              {"type", text({}, block->labels[0])},
                                              {"values", body(*file, *block, 0)}}));
        scope_.clear();
      }
    }
    for (auto& [name, call] : calls_) {
      for (Child& c : children_of(name)) children.push_back(c.module->planned());
    }
    std::string own = address_.empty() ? address_ : address_.substr(0, address_.size() - 1);
    return map({}, {{"address", text({}, own)},
                    {"resources", list({}, std::move(resources))},
                    {"child_modules", list({}, std::move(children))}});
  }

  // {"resources", "module_calls", "outputs"}, each with what its expressions refer to.
  NodeId configuration() {
    std::vector<NodeId> resources;
    for (auto& [address, found] : resources_) {
      const auto& [file, block] = found;
      resources.push_back(map({}, {{"address", text({}, address)}, {"expressions", expressions_of(*file, *block)}}));
    }
    std::vector<std::pair<std::string, NodeId>> calls, outputs;
    for (auto& [name, call] : calls_) {
      std::vector<Child>& children = children_of(name);
      if (children.empty()) continue;
      calls.emplace_back(name, map({}, {{"expressions", expressions_of(*call.file, *call.block)},
                                        {"module", children[0].module->configuration()}}));
    }
    for (auto& [name, value] : outputs_)
      outputs.emplace_back(name, map({}, {{"expression", references(*value.file, value.value)}}));
    return map({}, {{"resources", list({}, std::move(resources))},
                    {"module_calls", map({}, calls)},
                    {"outputs", map({}, outputs)}});
  }

  // Says which modules that it calls are not read, those within others too.
  void tell_unread() {
    std::vector<std::string> names;
    Span first;
    for (auto& [name, call] : calls_) {
      for (Child& c : children_of(name)) c.module->tell_unread();
      if (!call.unread) continue;
      names.push_back("`" + name + "`");
      if (!first) first = call.block->span;
    }
    if (names.empty()) return;
    std::string all;
    for (size_t i = 0; i < names.size(); ++i) all += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
    r_.diags
        .emit(kNotRead, first,
              (names.size() == 1 ? "module " : "modules ") + all + (names.size() == 1 ? " is" : " are"))
        .note(
            "modules are read where `source` is a folder beside this one: `./x`, `../x`; what others make is not known")
        .help("`terraform show -json PLAN` shows the resources of all modules: `--terraform-plan`");
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

  struct Call {
    const hcl::File* file;
    const Block* block;
    bool unread = false;  // it may make something, and its files are not to be had
  };
  struct Child {
    std::string index;
    std::unique_ptr<Module> module;
  };

  NodeId references(const hcl::File& f, ExprId value) {
    std::vector<NodeId> out;
    for (const std::string& x : references_of(f, value, 0)) out.push_back(text({}, x));
    return map({}, {{"references", list({}, std::move(out))}});
  }

  NodeId expressions_of(const hcl::File& f, const Block& b) {
    std::vector<std::pair<std::string, NodeId>> out;
    for (const Attribute& a : b.attributes) out.emplace_back(a.name, references(f, a.value));
    return map({}, out);
  }

  // The copies of a block that `count` or `for_each` makes; one where neither is there, and one whose `count.index` and
  // `each` are unknown where they are.
  std::vector<Copy> copies_of(const hcl::File& f, const Block& b) {
    std::vector<Copy> out;
    if (const Attribute* count = b.find("count")) {
      NodeId n = eval(f, count->value, 0);
      bool known = at(n).kind == Kind::Int && !at(n).too_large && at(n).integer >= 0;
      if (!known || static_cast<size_t>(at(n).integer) > kMostCopies) return {{"", {}}};
      for (int64_t i = 0; i < at(n).integer; ++i) {
        std::string index = std::to_string(i);
        out.push_back({"[" + index + "]", {{"count", map({}, {{"index", scalar(count->span, index)}})}}});
      }
      return out;
    }
    const Attribute* each = b.find("for_each");
    if (each == nullptr) return {{"", {}}};
    NodeId n = eval(f, each->value, 0);
    auto add = [&](const std::string& key, NodeId value) {
      out.push_back({"[\"" + key + "\"]", {{"each", map({}, {{"key", text(each->span, key)}, {"value", value}})}}});
    };
    if (at(n).kind == Kind::Sequence && at(n).items.size() <= kMostCopies) {
      const std::vector<NodeId> items = at(n).items;
      for (NodeId i : items) {
        if (!is_known(at(i))) return {{"", {}}};
        add(at(i).text, i);
      }
    } else if (at(n).kind == Kind::Mapping && at(n).entries.size() <= kMostCopies) {
      const std::vector<Entry> entries = at(n).entries;
      for (const Entry& e : entries) add(e.key, e.value);
    } else {
      return {{"", {}}};
    }
    return out;
  }

  // The module that a call makes, once for each copy. None: its files are not to be had.
  std::vector<Child>& children_of(const std::string& name) {
    auto [it, is_new] = children_.try_emplace(name);
    if (!is_new) return it->second;
    Scope before = std::move(scope_);
    scope_.clear();
    make_children(name, it->second);
    scope_ = std::move(before);
    return it->second;
  }

  void make_children(const std::string& name, std::vector<Child>& out) {
    Call& call = calls_.at(name);
    const Attribute* source = call.block->find("source");
    NodeId where = source == nullptr ? kNoNode : eval(*call.file, source->value, 0);
    bool local = where != kNoNode && is_known(at(where)) &&
                 (at(where).text.starts_with("./") || at(where).text.starts_with("../")) && !folder_.empty();
    std::vector<Copy> copies = copies_of(*call.file, *call.block);
    call.unread = !copies.empty();
    if (!local || depth_ >= kMostModules) return;
    std::string folder = std::filesystem::path(folder_ + "/" + at(where).text).lexically_normal().string();
    while (folder.ends_with('/')) folder.pop_back();
    auto [files, unseen] = shared_.files.try_emplace(folder);
    if (unseen) files->second = module_files(folder, r_);
    if (files->second.empty()) return;
    call.unread = false;
    for (Copy& copy : copies) {
      if (!spend(files->second.size())) break;
      auto module =
          std::make_unique<Module>(r_, shared_, folder, address_ + "module." + name + copy.index + ".", depth_ + 1);
      scope_ = copy.scope;
      for (const Attribute& a : call.block->attributes) {
        if (a.name != "source" && a.name != "version" && a.name != "count" && a.name != "for_each")
          module->given[a.name] = eval(*call.file, a.value, 0);
      }
      module->read(files->second);
      out.push_back({copy.index, std::move(module)});
    }
  }

  // What a module says of itself: its outputs; a list or a map of them where there are several.
  NodeId module_value(const std::string& name, Span span) {
    auto it = calls_.find(name);
    std::string key = "module." + name;
    if (it == calls_.end() || !open_.insert(key).second) return unknown(span);
    if (auto cached = cache_.find({key, false}); cached != cache_.end()) {
      open_.erase(key);
      return cached->second;
    }
    std::vector<Child>& children = children_of(name);
    NodeId value = kNoNode;
    if (it->second.unread) value = unknown(span);
    else if (children.size() == 1 && children[0].index.empty()) value = children[0].module->outputs();
    else {
      std::vector<NodeId> items;
      std::vector<std::pair<std::string, NodeId>> entries;
      for (Child& c : children) {
        NodeId one = c.module->outputs();
        items.push_back(one);
        if (c.index.starts_with("[\"")) entries.emplace_back(c.index.substr(2, c.index.size() - 4), one);
      }
      value = it->second.block->find("for_each") != nullptr ? map(span, entries) : list(span, std::move(items));
    }
    open_.erase(key);
    cache_[{key, false}] = value;
    return value;
  }

  NodeId outputs() {
    std::vector<std::pair<std::string, NodeId>> out;
    Scope before = std::move(scope_);
    scope_.clear();
    for (auto& [name, value] : outputs_) out.emplace_back(name, eval(*value.file, value.value, 0));
    scope_ = std::move(before);
    return map({}, out);
  }

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
      } else if (b.type == "module" && b.labels.size() == 1) {
        calls_[b.labels[0]] = {&f, &b};
      } else if (b.type == "output" && b.labels.size() == 1) {
        if (const Attribute* a = b.find("value")) outputs_[b.labels[0]] = {&f, a->value};
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
  // What only AWS knows, and what is the same wherever it stands.
  std::string same(const std::string& what) {
    return named_part(shared_.names.emplace(address_ + what, shared_.names.size()).first->second);
  }
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
    shared_.spent += parts;
    return shared_.spent <= kMostParts;
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
    if (e.kind == Expr::Kind::Splat) return path_of(f, e.children[1]);
    return e.kind == Expr::Kind::Index || e.kind == Expr::Kind::Each ? path_of(f, e.children[0]) : std::string();
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

  const NodeId* in_scope(std::string_view name) const {
    for (size_t i = scope_.size(); i-- > 0;) {
      if (scope_[i].first == name) return &scope_[i].second;
    }
    return nullptr;
  }

  NodeId comprehension(const hcl::File& f, const Expr& e, int depth) {
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

  NodeId splat(const hcl::File& f, const Expr& e, int depth) {
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
    Scope before = std::move(scope_);  // what is named elsewhere knows nothing of where it is used
    scope_.clear();
    NodeId value =
        cached != cache_.end() ? cached->second : eval(*it->second.file, it->second.value, depth + 1, structure);
    scope_ = std::move(before);
    cache_[{key, structure}] = value;
    open_.erase(key);
    return value;
  }

  NodeId reference(const hcl::File& f, ExprId id, int depth, bool structure) {
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

  // What a resource says of itself: its `name`, not its `arn`.
  NodeId attribute(const std::string& address, const std::string& name, Span span, int depth) {
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

  // What AWS gives a resource, as far as its form is known: an ARN with the name in it.
  std::string made_by_aws(const std::string& address, const std::string& name, Span span, int depth) {
    const std::string open(1, kUnknownPart);
    auto own = [&](std::string_view attribute_name) {
      std::string key(attribute_name);
      NodeId n = resource(address)->block->find(key) == nullptr ? kNoNode : attribute(address, key, span, depth + 1);
      return n == kNoNode || !at(n).is_scalar() ? same(address + "." + key) : at(n).text;
    };
    if (name == "arn") {
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
      if (address.starts_with("aws_secretsmanager_secret."))
        return begin + "secretsmanager:" + open + ":" + open + ":secret:" + own("name") + "-" +
               same(address + ".suffix");
    }
    if (name == "repository_url" && address.starts_with("aws_ecr_repository."))
      return open + ".dkr.ecr." + open + ".amazonaws.com/" + own("name");
    return same(address + "." + name);
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

  // Functions that look into one list or map; kNoNode: it is none of them, or there is none.
  NodeId call_on_list(const Expr& e, const std::vector<NodeId>& a) {
    const Node of = at(a[0]);
    if (of.kind == Kind::Mapping && (e.text == "keys" || e.text == "values")) {
      std::vector<Entry> entries = of.entries;
      std::sort(entries.begin(), entries.end(), [](const Entry& x, const Entry& y) { return x.key < y.key; });
      if (!spend(entries.size())) return unknown(e.span);
      std::vector<NodeId> out;
      for (const Entry& x : entries) out.push_back(e.text == "keys" ? text(x.key_span, x.key) : x.value);
      return list(e.span, std::move(out));
    }
    if (of.kind != Kind::Sequence) return kNoNode;
    if (!spend(of.items.size())) return unknown(e.span);
    bool open = std::any_of(of.items.begin(), of.items.end(), [&](NodeId i) { return is_unknown(at(i)); });
    if (e.text == "flatten") {
      std::vector<NodeId> out;
      flatten(a[0], 0, out);
      return list(e.span, std::move(out));
    }
    if (e.text == "compact") {
      std::vector<NodeId> out;
      for (NodeId i : of.items) {
        if (at(i).kind != Kind::Null && !(at(i).is_scalar() && at(i).text.empty())) out.push_back(i);
      }
      return list(e.span, std::move(out));
    }
    // Where a part of the list is not known, neither is which element is where.
    if (e.text == "one" && !open && of.items.size() < 2) return of.items.empty() ? null(e.span) : of.items[0];
    if (e.text == "element" && a.size() == 2) {
      const Node& i = at(a[1]);
      if (open || of.items.empty() || i.kind != Kind::Int || i.too_large || i.integer < 0) return unknown(e.span);
      return of.items[static_cast<size_t>(i.integer) % of.items.size()];
    }
    return kNoNode;
  }

  void flatten(NodeId id, int depth, std::vector<NodeId>& out) {
    const std::vector<NodeId> items = at(id).items;
    for (NodeId i : items) {
      if (at(i).kind == Kind::Sequence && depth < kMaxDepth && spend(at(i).items.size())) flatten(i, depth + 1, out);
      else out.push_back(i);
    }
  }

  // A file of the module that is read when Terraform plans, such as `${path.module}/containers.json`. Nothing when it
  // is not there, or elsewhere.
  std::optional<source::FileId> text_file(NodeId path) {
    namespace fs = std::filesystem;
    if (!is_known(at(path)) || shared_.root.empty() || !spend(1)) return std::nullopt;
    const fs::path root = fs::path(shared_.root).lexically_normal(), given = fs::path(at(path).text).lexically_normal();
    // Relative paths are of the folder that Terraform runs in, which is usually the first module's.
    auto inside = [&](const fs::path& x) { return x.string().starts_with(root.string()); };
    fs::path full = inside(given) ? given : (root / given).lexically_normal();
    if (root != "." && !inside(full)) return std::nullopt;
    auto [known, is_new] = shared_.texts.try_emplace(full.string());
    if (!is_new) return known->second;
    std::string content;
    uint64_t size = 0;
    std::error_code error;
    if (!fs::is_regular_file(full, error)) return std::nullopt;
    if (source::read_file(full.string(), content, size) != source::ReadError::None || content.size() > kMostText)
      return std::nullopt;
    source::FileId file = r_.sources.add(full.string(), std::move(content));
    diag::Diagnostics nobody;
    if (syntax::check_bytes(file, r_.sources, nobody)) known->second = file;
    return known->second;
  }

  NodeId from_template(NodeId path, NodeId variables, Span span, int depth) {
    auto file = text_file(path);
    if (!file) return unknown(span);
    diag::Diagnostics nobody;
    templates_.push_back(hcl::parse_template(*file, r_.sources, nobody));
    const hcl::File& f = templates_.back();
    if (!f.good || f.expressions.empty()) return unknown(span);
    Scope before = std::move(scope_);
    scope_.clear();
    if (at(variables).kind == Kind::Mapping) {
      for (const Entry& x : at(variables).entries) scope_.emplace_back(x.key, x.value);
    }
    NodeId out = eval(f, static_cast<ExprId>(f.expressions.size() - 1), depth + 1);
    scope_ = std::move(before);
    // What is wrong in it is told where it begins: it is longer than it is written.
    const std::string& content = r_.sources.at(*file).text;
    return placed(out, {*file, 0, static_cast<uint32_t>(std::min(content.find('\n'), content.size()))});
  }

  NodeId call(const hcl::File& f, const Expr& e, int depth, bool structure) {
    if (e.text == "jsonencode" && e.children.size() == 1)
      return structure ? eval(f, e.children[0], depth + 1) : unknown(e.span);
    std::vector<NodeId> a;
    for (ExprId c : e.children) a.push_back(eval(f, c, depth + 1));
    if (a.empty()) return unknown(e.span);
    if (e.text == "file" && a.size() == 1) {
      auto file = text_file(a[0]);
      if (!file) return unknown(e.span);
      const std::string& content = r_.sources.at(*file).text;
      return text({*file, 0, static_cast<uint32_t>(content.size())}, content);
    }
    if (e.text == "templatefile" && a.size() == 2) return from_template(a[0], a[1], e.span, depth);
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
    if (NodeId of_list = call_on_list(e, a); of_list != kNoNode) return of_list;
    if (e.text == "split" && a.size() == 2 && is_known(at(a[0])) && is_known(at(a[1])) && !at(a[0]).text.empty()) {
      const std::string by = at(a[0]).text, whole = at(a[1]).text;
      std::vector<NodeId> parts;
      for (size_t from = 0; from <= whole.size() && spend(1);) {
        size_t end = std::min(whole.find(by, from), whole.size());
        parts.push_back(text(e.span, whole.substr(from, end - from)));
        from = end == whole.size() ? whole.size() + 1 : end + by.size();
      }
      return list(e.span, std::move(parts));
    }
    if (e.text == "trimspace" && is_known(at(a[0]))) {
      const std::string whole = at(a[0]).text;
      size_t from = whole.find_first_not_of(" \t\r\n"), to = whole.find_last_not_of(" \t\r\n");
      return text(e.span, from == std::string::npos ? "" : whole.substr(from, to - from + 1));
    }
    // What would be an error is unknown here, and then so is which of the others counts.
    if (e.text == "try") return is_unknown(at(a[0])) ? unknown(e.span) : a[0];
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
  std::list<hcl::File> templates_;
  Shared& shared_;
  std::string folder_, address_;  // "" and "module.a." where it is called by another
  int depth_;
  std::map<std::string, Local> locals_, variables_, outputs_;
  std::map<std::string, Call> calls_;
  std::map<std::string, std::vector<Child>> children_;
  Scope scope_;
  std::vector<std::pair<std::string, Found>> resources_;
  std::map<std::string, Found> data_;
  std::map<std::pair<std::string, bool>, NodeId> cache_;
  std::set<std::string> open_, followed_;
};

}  // namespace

NodeId read_hcl(const std::vector<source::FileId>& files, Reading& reading, const std::string& folder) {
  Shared shared;
  shared.root = folder;
  Module root(reading, shared, folder, "", 0);
  if (!root.read(files)) return kNoNode;
  syntax::Tree& tree = reading.tree;
  auto map = [&](Span span, std::string key, NodeId value) {
    Node n;
    n.kind = Kind::Mapping;
    n.span = span;
    n.entries.push_back({std::move(key), tree.at(value).span, value});
    return n;
  };
  NodeId planned = tree.add(map({}, "root_module", root.planned()));
  NodeId written = tree.add(map({}, "root_module", root.configuration()));
  root.tell_unread();
  Node out = map(files.empty() ? Span{} : Span{files[0], 0, 1}, "planned_values", planned);
  out.entries.push_back({"configuration", {}, written});
  return tree.add(std::move(out));
}

}  // namespace whittle::aws::ecs
