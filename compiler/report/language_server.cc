// SPDX-License-Identifier: Apache-2.0
#include "compiler/report/language_server.h"

#include "compiler/check/words.h"
#include "compiler/source/json.h"
#include "compiler/syntax/document.h"
#include "compiler/syntax/load.h"

#include <algorithm>
#include <optional>

namespace whittle::report {

using source::json_quote;
using source::Span;
using syntax::Entry;
using syntax::kNoNode;
using syntax::Node;
using syntax::NodeId;
using Kind = syntax::Node::Kind;

namespace {

constexpr std::string_view kName = "config";  // of the one source that a check has

// ---- places. Lines count from 0, and characters are UTF-16's.

uint32_t units_of(std::string_view text) {
  uint32_t n = 0;
  for (char c : text) {
    auto u = static_cast<unsigned char>(c);
    if ((u & 0xc0) != 0x80) n += u >= 0xf0 ? 2 : 1;
  }
  return n;
}

std::string position(const source::Sources& sources, source::FileId file, uint32_t offset) {
  const source::File& f = sources.at(file);
  offset = std::min(offset, static_cast<uint32_t>(f.text.size()));
  uint32_t line = sources.locate(file, offset).line;
  uint32_t begin = f.line_starts[line - 1];
  return "{\"line\":" + std::to_string(line - 1) +
         ",\"character\":" + std::to_string(units_of(std::string_view(f.text).substr(begin, offset - begin))) + "}";
}

std::string range(const source::Sources& sources, Span span) {
  return "{\"start\":" + position(sources, span.file, span.begin) +
         ",\"end\":" + position(sources, span.file, span.end) + "}";
}

// The text of a line, without its end.
std::string_view line_of(std::string_view text, uint32_t line) {
  size_t begin = 0;
  for (uint32_t i = 0; i < line; ++i) {
    begin = text.find('\n', begin);
    if (begin == std::string_view::npos) return {};
    ++begin;
  }
  std::string_view out = text.substr(begin, std::min(text.find('\n', begin), text.size()) - begin);
  return out.ends_with('\r') ? out.substr(0, out.size() - 1) : out;
}

// The byte of a character of a line.
size_t byte_of(std::string_view line, uint32_t character) {
  uint32_t units = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    auto u = static_cast<unsigned char>(line[i]);
    if ((u & 0xc0) == 0x80) continue;
    if (units >= character) return i;
    units += u >= 0xf0 ? 2 : 1;
  }
  return line.size();
}

std::optional<uint32_t> offset_of(std::string_view text, uint32_t line, uint32_t character) {
  size_t begin = 0;
  for (uint32_t i = 0; i < line; ++i) {
    begin = text.find('\n', begin);
    if (begin == std::string_view::npos) return std::nullopt;
    ++begin;
  }
  return static_cast<uint32_t>(begin + byte_of(line_of(text, line), character));
}

// ---- messages

NodeId child(const syntax::Tree& tree, NodeId map, std::string_view name) {
  if (map == kNoNode || tree.at(map).kind != Kind::Mapping) return kNoNode;
  const Entry* e = tree.at(map).find(name);
  return e == nullptr ? kNoNode : e->value;
}

std::string text_at(const syntax::Tree& tree, NodeId map, std::string_view name) {
  NodeId n = child(tree, map, name);
  return n == kNoNode || !tree.at(n).is_scalar() ? std::string() : tree.at(n).text;
}

uint32_t number_at(const syntax::Tree& tree, NodeId map, std::string_view name) {
  NodeId n = child(tree, map, name);
  bool good = n != kNoNode && tree.at(n).kind == Kind::Int && !tree.at(n).too_large && tree.at(n).integer >= 0 &&
              tree.at(n).integer <= UINT32_MAX;
  return good ? static_cast<uint32_t>(tree.at(n).integer) : 0;
}

// ---- what is known of a setting

// "receivers", "otlp/2", "protocols": what a path of keys leads to. Lists count for nothing in a path.
struct Target {
  const schema::Component* component = nullptr;
  const schema::Setting* setting = nullptr;  // the last of the path, when it is one
  const schema::Type* type = nullptr;        // of what stands there
};

const schema::Type* inner(const schema::Type* t) {
  while (t != nullptr && (t->kind == schema::TypeKind::Optional || t->kind == schema::TypeKind::List)) t = t->element;
  return t;
}

std::optional<schema::ComponentKind> kind_of(std::string_view section) {
  for (auto kind : {schema::ComponentKind::Receiver, schema::ComponentKind::Processor, schema::ComponentKind::Exporter,
                    schema::ComponentKind::Extension, schema::ComponentKind::Connector}) {
    if (schema::plural_of(kind) == section) return kind;
  }
  return std::nullopt;
}

Target target_of(const std::vector<std::string>& path) {
  Target t;
  if (path.empty()) return t;
  size_t next = 1;
  if (path[0] == "service") {
    t.type = &schema::service_type();
  } else if (auto kind = kind_of(path[0]); kind && path.size() > 1) {
    t.component = schema::find_component(*kind, path[1].substr(0, path[1].find('/')));
    t.type = t.component == nullptr ? nullptr : t.component->config;
    next = 2;
  }
  for (; next < path.size() && t.type != nullptr; ++next) {
    const schema::Type* type = inner(t.type);
    t.setting = nullptr;
    if (type->kind == schema::TypeKind::Struct) {
      int i = type->fields->find(path[next]);
      if (i < 0) {
        t.type = nullptr;
        break;
      }
      t.setting = &type->fields->settings[static_cast<size_t>(i)];
      t.type = t.setting->type;
    } else {
      t.type = type->kind == schema::TypeKind::Map ? type->element : nullptr;
    }
  }
  if (next < path.size()) t.setting = nullptr;
  return t;
}

std::string described(const schema::Setting& s) {
  std::string out = "**" + std::string(s.name) + "**: " + check::article_of(*s.type) + "\n\n" + std::string(s.doc);
  if (!s.deprecated.empty()) out += "\n\nDeprecated: " + std::string(s.deprecated);
  if (!s.refused.empty()) out += "\n\nwhittle compiles its default alone: " + std::string(s.refused);
  return out;
}

std::string described(const schema::Component& c) {
  std::string out =
      "**" + std::string(c.name) + "** (" + std::string(schema::name_of(c.kind)) + ")\n\n" + std::string(c.doc);
  if (c.checked_only) out += "\n\nChecked, and not compiled yet.";
  for (const schema::NeedsHost& h : c.host) {
    if (h.when == nullptr) out += "\n\nOn Fargate: " + std::string(h.reason);
  }
  return out;
}

// ---- where the cursor is, in a text that can be read

struct Hit {
  std::vector<std::string> path;  // of keys
  Span span;
  bool key = false;
  NodeId node = kNoNode;  // of a value
};

bool covers(Span s, source::FileId file, uint32_t offset) {
  return s && s.file == file && s.begin <= offset && offset <= s.end;
}

bool find_hit(const syntax::Tree& tree, NodeId id, source::FileId file, uint32_t offset, Hit& hit, int depth = 0) {
  if (depth > syntax::kMaxDepth) return false;
  const Node& n = tree.at(id);
  for (const Entry& e : n.entries) {
    if (covers(e.key_span, file, offset)) {
      hit.path.push_back(e.key);
      hit.span = e.key_span;
      hit.key = true;
      return true;
    }
    hit.path.push_back(e.key);
    if (find_hit(tree, e.value, file, offset, hit, depth + 1)) return true;
    hit.path.pop_back();
  }
  for (NodeId i : n.items) {
    if (find_hit(tree, i, file, offset, hit, depth + 1)) return true;
  }
  if (!n.is_scalar() || n.kind == Kind::Null || !covers(n.span, file, offset)) return false;
  hit.span = n.span;
  hit.node = id;
  return true;
}

// The section of the component that a text names, or nothing.
std::optional<std::string> names_component(const std::vector<std::string>& path) {
  if (path.size() == 2 && path[0] == "service" && path[1] == "extensions") return "extensions";
  if (path.size() == 4 && path[0] == "service" && path[1] == "pipelines" && kind_of(path[3])) return path[3];
  if (!path.empty() && path.back() == "authenticator") return "extensions";
  return std::nullopt;
}

// ---- where the cursor is, in a text that is being written: by indentation

struct Writing {
  std::vector<std::string> path;
  bool value = false;  // behind `key:`, whose key is the last of the path
  bool list = false;   // within `[` of a value
  std::string word;    // that has begun
};

size_t indent_of(std::string_view line) {
  size_t i = line.find_first_not_of(' ');
  return i == std::string_view::npos ? line.size() : i;
}

// "key" of "  - key: value", and where it begins; empty when the line has none.
std::string key_of(std::string_view line, size_t& at) {
  at = indent_of(line);
  while (at + 1 < line.size() && line[at] == '-' && line[at + 1] == ' ') at += 2;
  if (at >= line.size() || line[at] == '#') return {};
  size_t colon = line.find(':', at);
  while (colon != std::string_view::npos && colon + 1 < line.size() && line[colon + 1] != ' ' &&
         line[colon + 1] != '\t')
    colon = line.find(':', colon + 1);
  if (colon == std::string_view::npos) return {};
  std::string key(line.substr(at, colon - at));
  if (key.size() >= 2 && (key.front() == '"' || key.front() == '\'')) key = key.substr(1, key.size() - 2);
  return key;
}

// The keys of the braces that are open at the end of a line.
void flow_keys(std::string_view text, Writing& w) {
  std::vector<std::string> open;
  std::string word;
  int lists = 0;
  for (char c : text) {
    if (c == '{') open.emplace_back();
    else if (c == '}' && !open.empty()) open.pop_back();
    else if (c == '[') ++lists;
    else if (c == ']') --lists;
    else if (c == ',' && !open.empty() && lists <= 0) open.back().clear();
    else if (c == ':' && !open.empty() && !word.empty()) open.back() = word;
    if (c == ' ' || c == '{' || c == '}' || c == ',' || c == '[' || c == ']' || c == ':') word.clear();
    else word += c;
  }
  for (const std::string& key : open) {
    if (!key.empty()) w.path.push_back(key);
  }
  if (!open.empty()) w.value = !open.back().empty();
}

Writing writing_at(std::string_view text, uint32_t line, uint32_t character) {
  Writing w;
  std::string_view whole = line_of(text, line), before = whole.substr(0, byte_of(whole, character));
  size_t at = 0, column = 0;
  std::string key = key_of(before, at);
  column = before.find_first_not_of(" -") == std::string_view::npos ? before.size() : at;
  if (!key.empty()) {
    w.value = true;
    flow_keys(before.substr(before.find(':', at) + 1), w);
    w.list = before.find('[') != std::string_view::npos && before.find(']') == std::string_view::npos;
    w.path.insert(w.path.begin(), key);
  }
  size_t word = before.find_last_of(" [,:");
  w.word = before.substr(word == std::string_view::npos ? 0 : word + 1);
  // Upwards: each line that is less indented than the one before.
  size_t limit = key.empty() ? column : at;
  for (uint32_t l = line; l-- > 0 && limit > 0;) {
    std::string_view above = line_of(text, l);
    size_t from = 0;
    std::string k = key_of(above, from);
    if (k.empty() || from >= limit) continue;
    w.path.insert(w.path.begin(), k);
    limit = from;
  }
  return w;
}

// The ids that a section defines, by indentation.
std::vector<std::string> ids_of(std::string_view text, std::string_view section) {
  std::vector<std::string> out;
  bool inside = false;
  size_t first = 0;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    size_t at = 0;
    std::string key = key_of(line, at);
    if (key.empty()) continue;
    if (at == 0) {
      inside = key == section;
      first = 0;
    } else if (inside) {
      if (first == 0) first = at;
      if (at == first) out.push_back(key);
    }
  }
  return out;
}

std::string item(std::string_view label, int kind, std::string_view insert, std::string_view detail,
                 std::string_view doc) {
  return "{\"label\":" + json_quote(label) + ",\"kind\":" + std::to_string(kind) +
         ",\"insertText\":" + json_quote(insert) + ",\"detail\":" + json_quote(detail) +
         ",\"documentation\":" + json_quote(doc) + "}";
}

std::string result_of(const std::string& id, const std::string& result) {
  return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + result + "}";
}

std::string error_of(const std::string& id, int code, std::string_view why) {
  return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"error\":{\"code\":" + std::to_string(code) +
         ",\"message\":" + json_quote(why) + "}}";
}

std::string message_of(const diag::Diagnostic& d) {
  std::string out = d.message;
  if (!d.label.empty()) out += ": " + d.label;
  for (const std::string& n : d.notes) out += "\nnote: " + n;
  for (const std::string& h : d.helps) out += "\nhelp: " + h;
  return out;
}

}  // namespace

void LanguageServer::changed(const std::string& uri, std::string text, std::vector<std::string>& out) {
  Document& d = documents_[uri];
  d.text = std::move(text);
  d.result = check::check_text(std::string(kName), d.text, options_);
  std::string list;
  for (const diag::Diagnostic& x : d.result.diagnostics.all()) {
    Span span = x.span ? x.span : Span{0, 0, 0};
    if (span.file != 0) continue;
    int severity = x.severity == diag::Severity::Error ? 1 : x.severity == diag::Severity::Warning ? 2 : 3;
    std::string related;
    for (const diag::Label& l : x.labels) {
      if (l.span.file != 0) continue;
      related += (related.empty() ? "" : ",") +
                 ("{\"location\":{\"uri\":" + json_quote(uri) + ",\"range\":" + range(*d.result.sources, l.span) +
                  "},\"message\":" + json_quote(l.text) + "}");
    }
    list += (list.empty() ? "" : ",") +
            ("{\"range\":" + range(*d.result.sources, span) + ",\"severity\":" + std::to_string(severity) +
             ",\"code\":" + json_quote(x.code) + ",\"source\":\"whittle\",\"message\":" + json_quote(message_of(x)) +
             (related.empty() ? "" : ",\"relatedInformation\":[" + related + "]") + "}");
  }
  out.push_back("{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/publishDiagnostics\",\"params\":{\"uri\":" +
                json_quote(uri) + ",\"diagnostics\":[" + list + "]}}");
}

std::string LanguageServer::hover(const Document& d, uint32_t line, uint32_t character) const {
  source::Sources sources;
  diag::Diagnostics nobody;
  syntax::Loaded loaded = syntax::load_text(std::string(kName), d.text, sources, nobody);
  auto offset = offset_of(d.text, line, character);
  Hit hit;
  if (loaded.root == kNoNode || !offset || !find_hit(loaded.tree, loaded.root, 0, *offset, hit)) return "null";
  std::string text;
  if (auto section = hit.key ? std::nullopt : names_component(hit.path)) {
    std::string id = loaded.tree.at(hit.node).text;
    const schema::Component* c = schema::find_component(*kind_of(*section), id.substr(0, id.find('/')));
    if (c == nullptr && (*section == "receivers" || *section == "exporters"))
      c = schema::find_component(schema::ComponentKind::Connector, id.substr(0, id.find('/')));
    if (c != nullptr) text = described(*c);
  } else if (hit.key && hit.path.size() == 2 && kind_of(hit.path[0])) {
    if (Target t = target_of(hit.path); t.component != nullptr) text = described(*t.component);
  } else if (Target t = target_of(hit.path); t.setting != nullptr) {
    text = described(*t.setting);
  }
  if (text.empty()) return "null";
  return "{\"contents\":{\"kind\":\"markdown\",\"value\":" + json_quote(text) +
         "},\"range\":" + range(sources, hit.span) + "}";
}

std::string LanguageServer::completion(const Document& d, uint32_t line, uint32_t character) const {
  Writing w = writing_at(d.text, line, character);
  std::string items;
  auto add = [&](const std::string& one) { items += (items.empty() ? "" : ",") + one; };
  constexpr int kProperty = 10, kValue = 12, kModule = 9, kReference = 18;
  std::vector<std::string> path = w.path;
  if (auto section = names_component(path); section && (w.value || !path.empty())) {
    for (const std::string& id : ids_of(d.text, *section)) add(item(id, kReference, id, *section, ""));
    if (*section == "receivers" || *section == "exporters")
      for (const std::string& id : ids_of(d.text, "connectors")) add(item(id, kReference, id, "connectors", ""));
  } else if (w.value) {
    const schema::Type* t = inner(target_of(path).type);
    if (t != nullptr && t->kind == schema::TypeKind::Enum) {
      for (const schema::EnumValue& v : t->values)
        if (!v.name.empty()) add(item(v.name, kValue, v.name, "", v.doc));
    } else if (t != nullptr && t->kind == schema::TypeKind::Bool) {
      for (std::string_view v : {"true", "false"}) add(item(v, kValue, v, "", ""));
    }
  } else if (path.empty()) {
    for (std::string_view s : {"receivers", "processors", "exporters", "extensions", "connectors", "service"})
      add(item(s, kModule, std::string(s) + ":", "section", ""));
  } else if (auto kind = kind_of(path[0]); kind && path.size() == 1) {
    for (const schema::Component* c : schema::components())
      if (c->kind == *kind) add(item(c->name, kModule, std::string(c->name) + ":", schema::name_of(*kind), c->doc));
  } else if (path[0] == "service" && path.size() == 2 && path[1] == "pipelines") {
    for (std::string_view s : {"traces", "metrics", "logs"})
      add(item(s, kProperty, std::string(s) + ":", "pipeline", ""));
  } else if (path[0] == "service" && path.size() == 3 && path[1] == "pipelines") {
    for (std::string_view s : {"receivers", "processors", "exporters"})
      add(item(s, kProperty, std::string(s) + ": []", "of the pipeline", ""));
  } else {
    if (path.size() == 1 && path[0] == "service")
      for (std::string_view s : {"pipelines", "extensions"}) add(item(s, kProperty, std::string(s) + ":", "", ""));
    const schema::Type* t = inner(target_of(path).type);
    if (t != nullptr && t->kind == schema::TypeKind::Struct) {
      for (const schema::Setting& s : t->fields->settings)
        add(item(s.name, kProperty, std::string(s.name) + ": ", check::short_name_of(*s.type), s.doc));
    }
  }
  return "{\"isIncomplete\":false,\"items\":[" + items + "]}";
}

std::string LanguageServer::definition(const std::string& uri, const Document& d, uint32_t line,
                                       uint32_t character) const {
  source::Sources sources;
  diag::Diagnostics nobody;
  syntax::Loaded loaded = syntax::load_text(std::string(kName), d.text, sources, nobody);
  auto offset = offset_of(d.text, line, character);
  Hit hit;
  if (loaded.root == kNoNode || !offset || !find_hit(loaded.tree, loaded.root, 0, *offset, hit) || hit.key)
    return "null";
  auto section = names_component(hit.path);
  if (!section) return "null";
  const std::string& id = loaded.tree.at(hit.node).text;
  for (std::string_view s : {std::string_view(*section), std::string_view("connectors")}) {
    NodeId map = child(loaded.tree, loaded.root, s);
    if (map == kNoNode || loaded.tree.at(map).kind != Kind::Mapping) continue;
    const Entry* e = loaded.tree.at(map).find(id);
    if (e == nullptr) continue;
    return "{\"uri\":" + json_quote(uri) + ",\"range\":" + range(sources, e->key_span) + "}";
  }
  return "null";
}

std::string LanguageServer::code_actions(const std::string& uri, const Document& d, uint32_t first,
                                         uint32_t last) const {
  std::string list;
  for (const diag::Diagnostic& x : d.result.diagnostics.all()) {
    if (!x.span || x.span.file != 0 || x.suggestions.empty()) continue;
    uint32_t line = d.result.sources->locate(0, x.span.begin).line - 1;
    if (line < first || line > last) continue;
    std::string edits;
    for (const diag::Suggestion& s : x.suggestions) {
      if (s.span.file != 0) continue;
      edits += (edits.empty() ? "" : ",") +
               ("{\"range\":" + range(*d.result.sources, s.span) + ",\"newText\":" + json_quote(s.replacement) + "}");
    }
    list += (list.empty() ? "" : ",") +
            ("{\"title\":" + json_quote("replace with `" + x.suggestions[0].replacement + "`") +
             ",\"kind\":\"quickfix\",\"edit\":{\"changes\":{" + json_quote(uri) + ":[" + edits + "]}}}");
  }
  return "[" + list + "]";
}

std::vector<std::string> LanguageServer::handle(const std::string& message) {
  std::vector<std::string> out;
  source::Sources sources;
  syntax::Tree tree;
  diag::Diagnostics diags;
  NodeId root =
      syntax::read_document(sources.add("message", message), syntax::DocumentForm::Json, sources, tree, diags);
  if (root == kNoNode || tree.at(root).kind != Kind::Mapping) {
    out.push_back(error_of("null", -32700, "this is not JSON"));
    return out;
  }
  std::string method = text_at(tree, root, "method"), id = "null";
  NodeId id_node = child(tree, root, "id");
  if (id_node != kNoNode) {
    const Node& n = tree.at(id_node);
    id = n.kind == Kind::Int ? n.text : n.kind == Kind::String ? json_quote(n.text) : "null";
  }
  NodeId params = child(tree, root, "params"), document = child(tree, params, "textDocument");
  NodeId at = child(tree, params, "position");
  std::string uri = text_at(tree, document, "uri");
  uint32_t line = number_at(tree, at, "line"), character = number_at(tree, at, "character");
  auto known = documents_.find(uri);

  if (method == "initialize") {
    out.push_back(result_of(
        id, "{\"capabilities\":{\"textDocumentSync\":{\"openClose\":true,\"change\":1},\"hoverProvider\":true,"
            "\"completionProvider\":{\"triggerCharacters\":[\" \",\"[\",\",\"]},\"definitionProvider\":true,"
            "\"codeActionProvider\":true},\"serverInfo\":{\"name\":\"whittle\",\"version\":" +
                json_quote(version_) + "}}"));
  } else if (method == "shutdown") {
    shut_down_ = true;
    out.push_back(result_of(id, "null"));
  } else if (method == "exit") {
    done_ = true;
  } else if (method == "textDocument/didOpen") {
    changed(uri, text_at(tree, document, "text"), out);
  } else if (method == "textDocument/didChange") {
    NodeId changes = child(tree, params, "contentChanges");
    if (changes != kNoNode && !tree.at(changes).items.empty())
      changed(uri, text_at(tree, tree.at(changes).items.back(), "text"), out);
  } else if (method == "textDocument/didClose") {
    documents_.erase(uri);
    out.push_back("{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/publishDiagnostics\",\"params\":{\"uri\":" +
                  json_quote(uri) + ",\"diagnostics\":[]}}");
  } else if (method == "textDocument/hover") {
    out.push_back(result_of(id, known == documents_.end() ? "null" : hover(known->second, line, character)));
  } else if (method == "textDocument/completion") {
    out.push_back(result_of(id, known == documents_.end() ? "null" : completion(known->second, line, character)));
  } else if (method == "textDocument/definition") {
    out.push_back(result_of(id, known == documents_.end() ? "null" : definition(uri, known->second, line, character)));
  } else if (method == "textDocument/codeAction") {
    NodeId r = child(tree, params, "range");
    uint32_t first = number_at(tree, child(tree, r, "start"), "line"),
             last = number_at(tree, child(tree, r, "end"), "line");
    out.push_back(result_of(id, known == documents_.end() ? "[]" : code_actions(uri, known->second, first, last)));
  } else if (id_node != kNoNode && !method.empty()) {
    out.push_back(error_of(id, -32601, "there is no method `" + method + "`"));
  }
  return out;
}

}  // namespace whittle::report
