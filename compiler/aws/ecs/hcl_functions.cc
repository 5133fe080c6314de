// SPDX-License-Identifier: Apache-2.0
// Terraform's functions, as far as task definitions use them; one that is not here gives what is not known.
#include "compiler/aws/ecs/hcl_module.h"
#include "compiler/source/letters.h"

#include "compiler/syntax/document.h"
#include "compiler/syntax/load.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>

namespace whittle::aws::ecs {

static constexpr size_t kAny = SIZE_MAX;  // arguments

NodeId Module::call_on_list(const Expr& e, const std::vector<NodeId>& a) {
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

void Module::flatten(NodeId id, int depth, std::vector<NodeId>& out) {
  const std::vector<NodeId> items = at(id).items;
  for (NodeId i : items) {
    if (at(i).kind == Kind::Sequence && depth < kMaxDepth && spend(at(i).items.size())) flatten(i, depth + 1, out);
    else out.push_back(i);
  }
}

std::optional<source::FileId> Module::text_file(NodeId path) {
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

NodeId Module::from_template(NodeId path, NodeId variables, Span span, int depth) {
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

NodeId Module::concat(Span span, const std::vector<NodeId>& a) {
  std::vector<NodeId> items;
  for (NodeId x : a) {
    if (at(x).kind != Kind::Sequence) {  // there may be something more
      items.push_back(unknown(span));
      continue;
    }
    if (!spend(at(x).items.size())) return unknown(span);
    items.insert(items.end(), at(x).items.begin(), at(x).items.end());
  }
  return list(span, std::move(items));
}

NodeId Module::split(Span span, const std::vector<NodeId>& a) {
  if (!is_known(at(a[0])) || !is_known(at(a[1])) || at(a[0]).text.empty()) return unknown(span);
  const std::string by = at(a[0]).text, whole = at(a[1]).text;
  std::vector<NodeId> parts;
  for (size_t from = 0; from <= whole.size() && spend(1);) {
    size_t end = std::min(whole.find(by, from), whole.size());
    parts.push_back(text(span, whole.substr(from, end - from)));
    from = end == whole.size() ? whole.size() + 1 : end + by.size();
  }
  return list(span, std::move(parts));
}

NodeId Module::trimspace(Span span, const std::vector<NodeId>& a) {
  if (!is_known(at(a[0]))) return unknown(span);
  const std::string whole = at(a[0]).text;
  size_t from = whole.find_first_not_of(" \t\r\n"), to = whole.find_last_not_of(" \t\r\n");
  return text(span, from == std::string::npos ? "" : whole.substr(from, to - from + 1));
}

// What would be an error is unknown here, and then so is which of the others counts.
NodeId Module::attempt(Span span, const std::vector<NodeId>& a) {
  return is_unknown(at(a[0])) ? unknown(span) : a[0];
}

NodeId Module::length(Span span, const std::vector<NodeId>& a) {
  const Node& n = at(a[0]);
  bool open = std::any_of(n.items.begin(), n.items.end(), [&](NodeId i) { return is_unknown(at(i)); });
  if (n.kind == Kind::Sequence && !open) return scalar(span, std::to_string(n.items.size()));
  if (n.kind == Kind::Mapping) return scalar(span, std::to_string(n.entries.size()));
  return unknown(span);
}

NodeId Module::merge(Span span, const std::vector<NodeId>& a) {
  Node n;
  n.kind = Kind::Mapping;
  n.span = span;
  for (NodeId x : a) {
    if (at(x).kind == Kind::Null) continue;
    if (at(x).kind != Kind::Mapping || !spend(at(x).entries.size())) return unknown(span);
    for (const Entry& entry : at(x).entries) {
      std::erase_if(n.entries, [&](const Entry& y) { return y.key == entry.key; });
      n.entries.push_back(entry);
    }
  }
  return tree_.add(std::move(n));
}

NodeId Module::coalesce(Span span, const std::vector<NodeId>& a) {
  for (NodeId x : a) {
    if (at(x).kind == Kind::Null || (at(x).is_scalar() && at(x).text.empty())) continue;
    return a[0] == x || is_known(at(x)) ? x : unknown(span);
  }
  return unknown(span);
}

NodeId Module::lookup(Span span, const std::vector<NodeId>& a) {
  if (at(a[0]).kind != Kind::Mapping || !is_known(at(a[1]))) return unknown(span);
  const Entry* found = at(a[0]).find(at(a[1]).text);
  return found != nullptr ? found->value : a.size() > 2 ? a[2] : unknown(span);
}

NodeId Module::join(Span span, const std::vector<NodeId>& a) {
  if (!at(a[0]).is_scalar() || at(a[1]).kind != Kind::Sequence) return unknown(span);
  std::string out;
  for (size_t i = 0; i < at(a[1]).items.size(); ++i) {
    const Node& x = at(at(a[1]).items[i]);
    out += (i != 0 ? at(a[0]).text : "") + (x.is_scalar() ? x.text : std::string(1, kUnknownPart));
    if (out.size() > kMostText || !spend(1)) return unknown(span);
  }
  return text(span, std::move(out));
}

NodeId Module::format(Span span, const std::vector<NodeId>& a) {
  if (!at(a[0]).is_scalar()) return unknown(span);
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
      return unknown(span);
    }
  }
  return out.size() > kMostText || !spend(1) ? unknown(span) : text(span, std::move(out));
}

NodeId Module::lower(Span span, const std::vector<NodeId>& a) {
  if (!at(a[0]).is_scalar()) return unknown(span);
  return text(span, source::small_letters(at(a[0]).text));
}

NodeId Module::upper(Span span, const std::vector<NodeId>& a) {
  if (!at(a[0]).is_scalar()) return unknown(span);
  std::string out = at(a[0]).text;
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text(span, std::move(out));
}

NodeId Module::call(const hcl::File& f, const Expr& e, int depth, bool structure) {
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
  if (e.text == "concat") return concat(e.span, a);
  if (NodeId of_list = call_on_list(e, a); of_list != kNoNode) return of_list;
  static constexpr struct {
    std::string_view name;
    size_t least, most;  // arguments
    NodeId (Module::*function)(Span span, const std::vector<NodeId>& a);
  } kFunctions[] = {
      {"coalesce", 1, kAny, &Module::coalesce},
      {"format", 1, kAny, &Module::format},
      {"join", 2, 2, &Module::join},
      {"length", 1, kAny, &Module::length},
      {"lookup", 2, kAny, &Module::lookup},
      {"lower", 1, kAny, &Module::lower},
      {"merge", 1, kAny, &Module::merge},
      {"split", 2, 2, &Module::split},
      {"trimspace", 1, kAny, &Module::trimspace},
      {"try", 1, kAny, &Module::attempt},
      {"upper", 1, kAny, &Module::upper},
  };
  for (const auto& known : kFunctions) {
    if (known.name == e.text && a.size() >= known.least && a.size() <= known.most)
      return (this->*known.function)(e.span, a);
  }
  return unknown(e.span);
}

}  // namespace whittle::aws::ecs
