// SPDX-License-Identifier: Apache-2.0
#include "compiler/syntax/references.h"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace whittle::syntax {

using diag::Diag;
using source::Span;

namespace {

constexpr Diag<std::string_view> kVariableName{"E0102", "`{}` is not the name of an environment variable"};
constexpr Diag<> kDollar{"E0103", "`$` inside of a reference"};
constexpr Diag<std::string_view, std::string_view> kFile{"E0104", "the file `{}` {}"};
constexpr Diag<> kNeverClosed{"W1406", "this `${` is never closed"};
constexpr Diag<std::string_view> kBareDollar{"W0105", "`{}` is not expanded"};
constexpr Diag<> kAfterEscape{"W0107", "nothing behind `$${` is expanded in this text"};
constexpr Diag<> kTooMany{"E0108", "references expand to references without end"};
constexpr Diag<std::string_view> kUnfilled{"W0109", "the placeholder `{}` was never filled in"};

constexpr int kMostFiles = 1000;

bool is_name(std::string_view s) {
  if (s.empty() || (s[0] >= '0' && s[0] <= '9')) return false;
  return std::all_of(s.begin(), s.end(), [](char c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? true : (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_letter(char c) {
  return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

// Whether a text is one reference from its first letter to its last, whatever stands inside of it.
bool is_one_reference(std::string_view text) {
  if (!text.starts_with("${") || !text.ends_with('}')) return false;
  int open = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("${")) ++open;
    else if (text[i] == '}' && --open == 0) return i + 1 == text.size();
  }
  return false;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '$') ++i;
  }
  return out;
}

std::string_view read_problem(source::ReadError e) {
  switch (e) {
  case source::ReadError::NotFound: return "does not exist";
  case source::ReadError::Denied: return "may not be read";
  case source::ReadError::NotAFile: return "is a folder";
  case source::ReadError::TooLarge: return "is larger than 4 MB";
  default: return "cannot be read";
  }
}

class Resolver {
public:
  Resolver(Tree& tree, source::Sources& sources, diag::Diagnostics& diags, std::vector<Foreign>& foreign)
      : tree_(tree), sources_(sources), diags_(diags), foreign_(foreign) {}

  // A file nests kMaxDepth deep, and files may name files: depth is limited over all of them.
  NodeId node(NodeId id, int depth) {
    if (auto known = done_.find(id); known != done_.end()) return known->second;
    done_[id] = id;
    if (depth > 10 * kMaxDepth) {
      diags_.emit(kTooMany, tree_.at(id).span);
      tree_.nodes[id].poisoned = true;
      return id;
    }
    switch (tree_.at(id).kind) {
    case Node::Kind::Sequence:
      for (size_t i = 0; i < tree_.at(id).items.size(); ++i) {
        NodeId now = node(tree_.at(id).items[i], depth + 1);
        tree_.nodes[id].items[i] = now;
      }
      return id;
    case Node::Kind::Mapping:
      for (size_t i = 0; i < tree_.at(id).entries.size(); ++i) {
        NodeId now = node(tree_.at(id).entries[i].value, depth + 1);
        tree_.nodes[id].entries[i].value = now;
      }
      return id;
    case Node::Kind::String: return done_[id] = text(id, depth);
    default: return id;
    }
  }

private:
  // The place of [begin, end) of a node's text, if the text stands in the file as it is; otherwise of the whole node.
  Span part(const Node& n, size_t begin, size_t end) const {
    std::string_view raw = sources_.text(n.span);
    if (raw.size() < end || raw.substr(begin, end - begin) != std::string_view(n.text).substr(begin, end - begin))
      return n.span;
    return {n.span.file, n.span.begin + static_cast<uint32_t>(begin), n.span.begin + static_cast<uint32_t>(end)};
  }

  NodeId text(NodeId id, int depth) {
    for (int round = 0; round < kMostFiles; ++round) {
      const Node n = tree_.at(id);
      FoundReference found = find_reference(n.text, 0);
      if (!found.reference) {
        if (found.stopped_by_escape) after_escape(n, found);
        plain(id);
        return id;
      }
      const Reference& r = *found.reference;
      size_t colon = r.inside.find(':');
      std::string_view scheme = colon == std::string_view::npos ? "env" : r.inside.substr(0, colon);
      std::string_view rest = colon == std::string_view::npos ? r.inside : r.inside.substr(colon + 1);
      bool whole = r.begin == 0 && r.end == n.text.size();
      if (scheme == "file" || scheme == "yaml") {
        NodeId now = included(id, r, scheme, std::string(rest), whole, depth);
        if (now != id) return now;
        if (tree_.at(id).poisoned) return id;
        continue;  // put into the text: look again
      }
      late(id);
      return id;
    }
    diags_.emit(kTooMany, tree_.at(id).span);
    tree_.nodes[id].poisoned = true;
    return id;
  }

  // References behind an escaped one stay as they are, which nobody expects.
  void after_escape(const Node& n, const FoundReference& found) {
    FoundReference rest = find_reference(n.text, found.stopped_at);
    if (!rest.reference) return;
    diags_.emit(kAfterEscape, part(n, rest.reference->begin, rest.reference->end))
        .here("stays as it is written")
        .help("write the part with the escape last");
  }

  // A text with at least one reference, none of which names a file: checks all of them.
  void late(NodeId id) {
    const Node n = tree_.at(id);
    Node& out = tree_.nodes[id];
    size_t from = 0;
    out.late = true;
    while (true) {
      FoundReference found = find_reference(n.text, from);
      if (found.stopped_by_escape) {
        after_escape(n, found);
        break;
      }
      if (!found.reference) break;
      const Reference& r = *found.reference;
      Span at = part(n, r.begin, r.end);
      from = r.end;
      size_t colon = r.inside.find(':');
      std::string_view scheme = colon == std::string_view::npos ? "env" : r.inside.substr(0, colon);
      std::string_view rest = colon == std::string_view::npos ? r.inside : r.inside.substr(colon + 1);
      if (r.nested) {
        foreign_.push_back({at, {}});
        out.whole = is_one_reference(n.text);
      }
      if (scheme != "env") {
        foreign_.push_back({at, std::string(scheme)});
        out.whole = out.whole || (r.begin == 0 && r.end == n.text.size());
        continue;
      }
      size_t dash = rest.find(":-");
      std::string_view name = rest.substr(0, dash);
      if (!is_name(name)) {
        const size_t one = name.find(':');
        auto d = diags_.emit(kVariableName, at, name);
        if (one != std::string_view::npos && is_name(name.substr(0, one)))
          d.help("a default stands behind `:-`: `${env:{}:-{}}`", name.substr(0, one), name.substr(one + 1));
        else d.help("names are made of letters, digits and `_`, and do not begin with a digit");
        out.poisoned = true;
        continue;
      }
      if (r.inside.find('$') != std::string_view::npos) {
        diags_.emit(kDollar, at).here("`$` may not stand inside of `${...}`");
        out.poisoned = true;
        continue;
      }
      if (r.begin == 0 && r.end == n.text.size()) {
        out.whole = true;
        out.variable = name;
        out.has_default = dash != std::string_view::npos;
        if (out.has_default) out.default_text = rest.substr(dash + 2);
      }
    }
    bare_dollars(n);
  }

  // `$NAME` was expanded by old Collectors.
  void bare_dollars(const Node& n) {
    const std::string& t = n.text;
    for (size_t i = 0; i + 1 < t.size(); ++i) {
      if (t[i] != '$') continue;
      if (t[i + 1] == '$') {
        ++i;
        continue;
      }
      if (t[i + 1] == '{' && t.find('}', i) == std::string::npos) {
        size_t name = i + 2;
        while (name < t.size() && (is_letter(t[name]) || (t[name] >= '0' && t[name] <= '9') || t[name] == ':')) ++name;
        diags_.emit(kNeverClosed, part(n, i, name))
            .here("stays as it is written")
            .help("write `{}`", t.substr(i, name - i) + "}");
        return;
      }
      if (!is_letter(t[i + 1])) continue;
      size_t end = i + 1;
      while (end < t.size() && (is_letter(t[end]) || (t[end] >= '0' && t[end] <= '9'))) ++end;
      std::string name = t.substr(i + 1, end - i - 1);
      diags_.emit(kBareDollar, part(n, i, end), t.substr(i, end - i))
          .here("stays as it is written")
          .help("write `${env:{}}` for the variable, or `$${}` for the text", name, name)
          .suggest(part(n, i, end), "${env:" + name + "}");
      i = end - 1;
    }
    size_t open = t.find("{{");
    size_t close = open == std::string::npos ? open : t.find("}}", open);
    if (close != std::string::npos && close - open < 80) {
      diags_.emit(kUnfilled, part(n, open, close + 2), t.substr(open, close + 2 - open))
          .here("a template was to fill this in");
    }
  }

  void plain(NodeId id) {
    const Node n = tree_.at(id);
    bare_dollars(n);
    if (n.text.find("$$") != std::string::npos) tree_.nodes[id].text = unescape(n.text);
  }

  // What a file or a YAML text holds, in place of the node when the node is nothing but the reference.
  NodeId included(NodeId id, const Reference& r, std::string_view scheme, std::string rest, bool whole, int depth) {
    const Node n = tree_.at(id);
    Span at = part(n, r.begin, r.end);
    if (++files_ > kMostFiles) {
      diags_.emit(kTooMany, at);
      tree_.nodes[id].poisoned = true;
      return id;
    }
    std::string content = rest;
    std::string name = sources_.place(at) + " (" + std::string(scheme) + ")";
    if (scheme == "file") {
      uint64_t size = 0;
      source::ReadError error = source::read_file(rest, content, size);
      if (error == source::ReadError::None && source::find_bad_utf8(content) != std::string::npos)
        error = source::ReadError::Failed;
      if (error != source::ReadError::None) {
        diags_.emit(kFile, at, rest, read_problem(error))
            .note("`file` is read when the collector is compiled, from the folder that whittle runs in");
        tree_.nodes[id].poisoned = true;
        return id;
      }
      name = rest;
    }
    if (!whole) {
      Node& out = tree_.nodes[id];
      out.text = n.text.substr(0, r.begin) + content + n.text.substr(r.end);
      return id;
    }
    source::FileId file = sources_.add(name, content);
    NodeId root = read_yaml(file, sources_, tree_, diags_);
    if (root == kNoNode) {
      tree_.nodes[id].poisoned = true;
      return id;
    }
    Node& got = tree_.nodes[root];
    if (got.is_scalar()) {
      if (scheme == "yaml") got.span = at;
      if (got.kind == Node::Kind::String) {  // as the Collector does it: the text with its line end
        got.text = content;
        tree_.nodes[id].text = content;
        tree_.nodes[id].quoted = true;
        return id;
      }
    }
    return node(root, depth + 1);
  }

  Tree& tree_;
  source::Sources& sources_;
  diag::Diagnostics& diags_;
  std::vector<Foreign>& foreign_;
  std::unordered_map<NodeId, NodeId> done_;
  int files_ = 0;
};

}  // namespace

FoundReference find_reference(std::string_view text, size_t from) {
  FoundReference out;
  size_t open = std::string_view::npos;  // the last `${` that is not closed
  int opened = 0;
  for (size_t i = from; i < text.size(); ++i) {
    if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '{') {
      open = i;
      ++opened;
    }
    if (text[i] != '}' || open == std::string_view::npos) continue;
    size_t dollars = 0;
    while (dollars < open && text[open - 1 - dollars] == '$') ++dollars;
    if (dollars % 2 == 1) out.stopped_by_escape = true, out.stopped_at = i + 1;
    else out.reference = Reference{open, i + 1, text.substr(open + 2, i - open - 2), opened > 1};
    return out;
  }
  return out;
}

NodeId resolve_references(Tree& tree, NodeId root, source::Sources& sources, diag::Diagnostics& diags,
                          std::vector<Foreign>& foreign) {
  return Resolver(tree, sources, diags, foreign).node(root, 0);
}

}  // namespace whittle::syntax
