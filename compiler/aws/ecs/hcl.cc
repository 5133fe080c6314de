// SPDX-License-Identifier: Apache-2.0
// Terraform without a plan: modules are read into the form that a plan has, of which read_terraform.cc makes tasks.
#include "compiler/aws/ecs/hcl.h"

#include "compiler/aws/ecs/hcl_module.h"
#include "compiler/syntax/load.h"

#include <algorithm>
#include <filesystem>
#include <memory>

namespace whittle::aws::ecs {

namespace {

constexpr size_t kMostParts = 200'000;  // of lists, objects and texts that functions make
constexpr int kMostModules = 8;         // within each other
constexpr size_t kMostCopies = 100;     // of a resource or module by `count` or `for_each`
constexpr diag::Diag<std::string_view> kNotRead{"N1440", "{} not read here"};

}  // namespace

bool Module::read(const std::vector<source::FileId>& files) {
  bool good = true;
  files_.reserve(files.size());  // blocks of it are pointed at
  for (source::FileId f : files) {
    files_.push_back(hcl::parse(f, r_.sources, r_.diags));
    good = good && files_.back().good;
  }
  for (const hcl::File& f : files_) gather(f);
  return good;
}

NodeId Module::planned() {
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

NodeId Module::configuration() {
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
  return map(
      {},
      {{"resources", list({}, std::move(resources))}, {"module_calls", map({}, calls)}, {"outputs", map({}, outputs)}});
}

void Module::tell_unread() {
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
      .emit(kNotRead, first, (names.size() == 1 ? "module " : "modules ") + all + (names.size() == 1 ? " is" : " are"))
      .note("modules are read where `source` is a folder beside this one: `./x`, `../x`; what others make is not known")
      .help("`terraform show -json PLAN` shows the resources of all modules: `--terraform-plan`");
}

NodeId Module::references(const hcl::File& f, ExprId value) {
  std::vector<NodeId> out;
  for (const std::string& x : references_of(f, value, 0)) out.push_back(text({}, x));
  return map({}, {{"references", list({}, std::move(out))}});
}

NodeId Module::expressions_of(const hcl::File& f, const Block& b) {
  std::vector<std::pair<std::string, NodeId>> out;
  for (const Attribute& a : b.attributes) out.emplace_back(a.name, references(f, a.value));
  return map({}, out);
}

std::vector<Copy> Module::copies_of(const hcl::File& f, const Block& b) {
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

std::vector<Module::Child>& Module::children_of(const std::string& name) {
  auto [it, is_new] = children_.try_emplace(name);
  if (!is_new) return it->second;
  Scope before = std::move(scope_);
  scope_.clear();
  make_children(name, it->second);
  scope_ = std::move(before);
  return it->second;
}

void Module::make_children(const std::string& name, std::vector<Child>& out) {
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

NodeId Module::module_value(const std::string& name, Span span) {
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

NodeId Module::outputs() {
  std::vector<std::pair<std::string, NodeId>> out;
  Scope before = std::move(scope_);
  scope_.clear();
  for (auto& [name, value] : outputs_) out.emplace_back(name, eval(*value.file, value.value, 0));
  scope_ = std::move(before);
  return map({}, out);
}

void Module::gather(const hcl::File& f) {
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

NodeId Module::text(Span span, std::string value) {
  Node n;
  n.kind = Kind::String;
  n.span = span;
  n.text = std::move(value);
  return tree_.add(std::move(n));
}

std::string Module::same(const std::string& what) {
  return named_part(shared_.names.emplace(address_ + what, shared_.names.size()).first->second);
}

NodeId Module::scalar(Span span, std::string value) {  // a number, true, false
  Node n;
  n.span = span;
  n.text = std::move(value);
  syntax::resolve_scalar(n);
  return tree_.add(std::move(n));
}

NodeId Module::null(Span span) {
  Node n;
  n.span = span;
  return tree_.add(std::move(n));
}

NodeId Module::list(Span span, std::vector<NodeId> items) {
  Node n;
  n.kind = Kind::Sequence;
  n.span = span;
  n.items = std::move(items);
  return tree_.add(std::move(n));
}

NodeId Module::map(Span span, const std::vector<std::pair<std::string, NodeId>>& entries) {
  Node n;
  n.kind = Kind::Mapping;
  n.span = span;
  for (auto& [key, value] : entries) n.entries.push_back({key, at(value).span, value});
  return tree_.add(std::move(n));
}

NodeId Module::placed(NodeId id, Span span) {
  if (!at(id).is_scalar()) return id;
  Node n = at(id);
  n.span = span;
  return tree_.add(std::move(n));
}

bool Module::spend(size_t parts) {
  shared_.spent += parts;
  return shared_.spent <= kMostParts;
}

NodeId Module::body(const hcl::File& f, const Block& b, int depth) {
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

std::vector<std::string> Module::references_of(const hcl::File& f, ExprId id, int depth) {
  std::vector<std::string> out;
  followed_.clear();
  collect(f, id, depth, out);
  return out;
}

std::string Module::path_of(const hcl::File& f, ExprId id) {
  const Expr& e = f.at(id);
  if (e.kind == Expr::Kind::Name) return e.text;
  if (e.kind == Expr::Kind::Attribute) {
    std::string inner = path_of(f, e.children[0]);
    return inner.empty() ? inner : inner + "." + e.text;
  }
  if (e.kind == Expr::Kind::Splat) return path_of(f, e.children[1]);
  return e.kind == Expr::Kind::Index || e.kind == Expr::Kind::Each ? path_of(f, e.children[0]) : std::string();
}

void Module::collect(const hcl::File& f, ExprId id, int depth, std::vector<std::string>& out) {
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

const Module::Found* Module::resource(const std::string& address) const {
  for (auto& [name, found] : resources_) {
    if (name == address) return &found;
  }
  return nullptr;
}

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
