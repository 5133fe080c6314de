// SPDX-License-Identifier: Apache-2.0
#include "compiler/syntax/load.h"

#include "compiler/syntax/references.h"

#include <algorithm>
#include <unordered_map>

namespace whittle::syntax {

using diag::Diag;

namespace {

constexpr Diag<std::string_view, std::string_view> kCannotRead{"E0001", "cannot read `{}`: {}"};
constexpr Diag<std::string_view, std::string_view> kTooLarge{"E0002", "`{}` has {} MB, and a config may have 4"};
constexpr Diag<> kNotUtf8{"E0003", "this is not UTF-8"};
constexpr Diag<std::string_view> kEncoding{"E0003", "this file is {}, and a config must be UTF-8"};
constexpr Diag<> kZeroByte{"E0004", "a zero byte"};
constexpr Diag<std::string_view> kControl{"E0004", "the control character {}"};
constexpr Diag<std::string_view> kNotAMap{"E0011", "a config is a map, and this is {}"};

std::string megabytes(uint64_t bytes) {
  uint64_t tenths = (bytes * 10 + (1u << 20) - 1) >> 20;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

}  // namespace

bool check_bytes(source::FileId file, const source::Sources& sources, diag::Diagnostics& diags) {
  const std::string& text = sources.at(file).text;
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    diags.emit(kEncoding, {file, 0, 0}, "UTF-16").help("save it as UTF-8");
    return false;
  }
  if (size_t zero = text.find('\0'); zero != std::string::npos) {
    auto at = static_cast<uint32_t>(zero);
    diags.emit(kZeroByte, {file, at, at + 1})
        .here("no text holds this")
        .note("the file may be something else than a config, or have been cut when it was written");
    return false;
  }
  if (size_t bad = source::find_bad_utf8(text); bad != std::string::npos) {
    auto at = static_cast<uint32_t>(bad);
    diags.emit(kNotUtf8, {file, at, at + 1}).here("this byte does not belong here").help("save the file as UTF-8");
    return false;
  }
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != 0x7f) continue;
    if (c == '\n' || c == '\t' || c == '\r') continue;
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string name = {'U', '+', '0', '0', kHex[c >> 4], kHex[c & 15]};
    auto at = static_cast<uint32_t>(i);
    diags.emit(kControl, {file, at, at + 1}, name)
        .here("YAML does not allow it")
        .help("in quotes it may be written as an escape");
    return false;
  }
  return true;
}

namespace {

// "a::b: 1" at the top means "a: {b: 1}".
NodeId split_keys(Tree& tree, NodeId root) {
  bool any = false;
  for (const Entry& e : tree.at(root).entries) any = any || e.key.find("::") != std::string::npos;
  if (!any) return root;
  Node empty;
  empty.kind = Node::Kind::Mapping;
  empty.span = tree.at(root).span;
  NodeId out = tree.add(empty);
  for (const Entry& e : std::vector<Entry>(tree.at(root).entries)) {
    NodeId value = e.value;
    std::string rest = e.key;
    std::vector<std::string> names;
    for (size_t at; names.size() < static_cast<size_t>(kMaxDepth) && (at = rest.find("::")) != std::string::npos;
         rest = rest.substr(at + 2))
      names.push_back(rest.substr(0, at));
    names.push_back(rest);
    while (!names.empty()) {
      Node one;
      one.kind = Node::Kind::Mapping;
      one.span = tree.at(value).span;
      one.entries.push_back({names.back(), e.key_span, value});
      value = tree.add(std::move(one));
      names.pop_back();
    }
    out = merge(tree, out, value);
  }
  return out;
}

// Within components too: "sending_queue::enabled: false".
NodeId split_component_keys(Tree& tree, NodeId root) {
  for (size_t i = 0; i < tree.at(root).entries.size(); ++i) {
    NodeId section = tree.at(root).entries[i].value;
    if (tree.at(root).entries[i].key == "service" || tree.at(section).kind != Node::Kind::Mapping) continue;
    for (size_t k = 0; k < tree.at(section).entries.size(); ++k) {
      NodeId component = tree.at(section).entries[k].value;
      if (tree.at(component).kind != Node::Kind::Mapping) continue;
      NodeId split = split_keys(tree, component);
      tree.nodes[section].entries[k].value = split;
    }
  }
  return root;
}

bool add(Loaded& out, source::FileId file, source::Sources& sources, diag::Diagnostics& diags) {
  if (!check_bytes(file, sources, diags)) return false;
  NodeId root = read_yaml(file, sources, out.tree, diags);
  if (root == kNoNode) return false;
  const Node& n = out.tree.at(root);
  if (n.kind == Node::Kind::Null) {
    Node empty;
    empty.kind = Node::Kind::Mapping;
    empty.span = n.span;
    root = out.tree.add(std::move(empty));
  } else if (n.kind != Node::Kind::Mapping) {
    diags.emit(kNotAMap, n.span, describe(n))
        .help("its keys are `receivers`, `processors`, `exporters`, `extensions` and `service`");
    return false;
  }
  root = split_component_keys(out.tree, split_keys(out.tree, root));
  out.root = out.root == kNoNode ? root : merge(out.tree, out.root, root);
  return true;
}

}  // namespace

NodeId merge(Tree& tree, NodeId under, NodeId over) {
  if (tree.at(under).kind != Node::Kind::Mapping || tree.at(over).kind != Node::Kind::Mapping) return over;
  Node joined = tree.at(under);  // a copy: `under` may be shared by aliases
  std::unordered_map<std::string, size_t> places;
  for (size_t i = 0; i < joined.entries.size(); ++i) places[joined.entries[i].key] = i;
  for (const Entry& e : std::vector<Entry>(tree.at(over).entries)) {
    auto known = places.find(e.key);
    if (known == places.end()) {
      joined.entries.push_back(e);
    } else {
      Entry& old = joined.entries[known->second];
      NodeId value = merge(tree, old.value, e.value);
      if (value == e.value) old.key_span = e.key_span;
      old.value = value;
    }
  }
  if (joined.entries.empty()) joined.span = tree.at(over).span;
  return tree.add(std::move(joined));
}

Loaded load_config(const std::vector<std::string>& files, source::Sources& sources, diag::Diagnostics& diags) {
  Loaded out;
  bool good = true;
  for (const std::string& uri : files) {
    std::string text, path = uri;
    if (uri.starts_with("yaml:")) {
      good = add(out, sources.add("yaml", uri.substr(5)), sources, diags) && good;
      continue;
    }
    if (uri.starts_with("file:")) path = uri.substr(5);
    uint64_t size = 0;
    source::ReadError error = source::read_file(path, text, size);
    std::string name = path == "-" ? "standard input" : path;
    if (error == source::ReadError::TooLarge) {
      diags.emit(kTooLarge, {}, name, megabytes(size));
      good = false;
      continue;
    }
    if (error != source::ReadError::None) {
      auto d = diags.emit(kCannotRead, {}, name, source::words_of(error));
      if (uri.starts_with("env:")) {
        d.help("whittle reads no environment variables: `printenv {} | whittle check -`", uri.substr(4));
      }
      out.unreadable = true;
      good = false;
      continue;
    }
    good = add(out, sources.add(name, std::move(text)), sources, diags) && good;
  }
  if (good && out.root != kNoNode) out.root = resolve_references(out.tree, out.root, sources, diags, out.foreign);
  if (!good) out.root = kNoNode;
  return out;
}

Loaded load_text(std::string name, std::string text, source::Sources& sources, diag::Diagnostics& diags) {
  source::FileId file = sources.add(std::move(name), std::move(text));
  return load_sources({&file, 1}, sources, diags);
}

Loaded load_sources(std::span<const source::FileId> files, source::Sources& sources, diag::Diagnostics& diags) {
  Loaded out;
  bool good = true;
  for (source::FileId file : files) good = add(out, file, sources, diags) && good;
  if (good && out.root != kNoNode) out.root = resolve_references(out.tree, out.root, sources, diags, out.foreign);
  if (!good) out.root = kNoNode;
  return out;
}

}  // namespace whittle::syntax
