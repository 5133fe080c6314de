// SPDX-License-Identifier: Apache-2.0
// From libfyaml's events to nodes, without recursion, so that depth costs memory and never the stack.
#include "compiler/syntax/yaml.h"

#include <algorithm>
#include <cctype>
#include <libfyaml.h>
#include <memory>
#include <unordered_map>

namespace whittle::syntax {

using diag::Diag;
using source::Span;

namespace {

constexpr Diag<std::string_view> kSyntax{"E0005", "this is not YAML: {}"};
constexpr Diag<std::string_view> kNotJson{"E0016", "this is not JSON: {}"};
constexpr Diag<std::string_view> kVersion{"E0005", "this is not YAML that the Collector reads: it says version {}"};
constexpr Diag<> kTab{"E0006", "a tab indents this line"};
constexpr Diag<std::string_view> kDuplicateKey{"E0007", "the key `{}` is there twice"};
constexpr Diag<int> kTooDeep{"E0008", "nested more than {} levels deep"};
constexpr Diag<std::string_view> kUnknownAlias{"E0009", "no anchor is named `{}`"};
constexpr Diag<std::string_view> kAliasInside{"E0009", "the anchor `{}` contains itself"};
constexpr Diag<> kTooManyAliases{"E0010", "aliases expand to too much"};
constexpr Diag<std::string_view> kPlaceholder{"E0012", "the placeholder `{}` was never filled in"};
constexpr Diag<std::string_view> kKeyNotText{"E0013", "a key must be a string, not {}"};
constexpr Diag<> kMergeKey{"E0014", "`<<` takes a map, or a list of maps"};
constexpr Diag<> kMoreDocuments{"W0015", "only the first document of a file is read"};

constexpr size_t kMostExpandedNodes = 2'000'000;

std::string lower_first(std::string s) {
  if (!s.empty() && s.size() > 1 && !std::isupper(static_cast<unsigned char>(s[1])))
    s[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(s[0])));
  return s;
}

// {{ name }} at the start of `text`: its length, or 0.
size_t placeholder_at(std::string_view text) {
  if (!text.starts_with("{{")) return 0;
  size_t end = text.find("}}");
  if (end == std::string_view::npos || end > 80 || text.substr(0, end).find('\n') != std::string_view::npos) return 0;
  std::string_view inside = text.substr(2, end - 2);
  if (inside.find_first_of(":,[]\"'") != std::string_view::npos) return 0;
  return end + 2;
}

class Reader {
public:
  Reader(source::FileId file, const source::Sources& sources, Tree& tree, diag::Diagnostics& diags, Dialect dialect)
      : file_(file), text_(sources.at(file).text), tree_(tree), diags_(diags), dialect_(dialect) {}

  NodeId run() {
    size_t skip = text_.starts_with("\xef\xbb\xbf") ? 3 : 0;
    base_ = static_cast<uint32_t>(skip);
    fy_diag_cfg diag_cfg;
    fy_diag_cfg_default(&diag_cfg);
    diag_cfg.fp = nullptr;
    std::unique_ptr<fy_diag, decltype(&fy_diag_destroy)> fy(fy_diag_create(&diag_cfg), fy_diag_destroy);
    fy_diag_set_collect_errors(fy.get(), true);
    fy_parse_cfg cfg{};
    cfg.flags = static_cast<fy_parse_cfg_flags>(
        FYPCF_QUIET | FYPCF_COLLECT_DIAG | (json() ? FYPCF_JSON_FORCE : FYPCF_JSON_NONE) | FYPCF_DEFAULT_VERSION_1_2 |
        FYPCF_SLOPPY_FLOW_INDENTATION | FYPCF_DISABLE_DEPTH_LIMIT);
    cfg.diag = fy.get();
    std::unique_ptr<fy_parser, decltype(&fy_parser_destroy)> parser(fy_parser_create(&cfg), fy_parser_destroy);
    if (parser == nullptr || fy_parser_set_string(parser.get(), text_.data() + skip, text_.size() - skip) != 0) {
      syntax({file_, 0, 0}, "it cannot be read");
      return kNoNode;
    }
    if (!json() && !version_is_known(skip)) return kNoNode;
    bool more = false;
    while (fy_event* event = fy_parser_parse(parser.get())) {
      bool go_on = take(event, more);
      fy_parser_event_free(parser.get(), event);
      if (!go_on) break;
    }
    if (!failed_ && fy_parser_get_stream_error(parser.get())) syntax_error(fy.get());
    if (failed_ || (!json() && !no_stray_tabs())) return kNoNode;
    if (root_ == kNoNode) {
      Node empty;
      empty.span = {file_, 0, 0};
      root_ = tree_.add(std::move(empty));
    }
    return root_;
  }

private:
  struct Frame {
    NodeId node;
    bool mapping;
    bool has_key = false;
    bool repeated = false;  // the key has been there before
    std::string key;
    Span key_span;
    std::string anchor;
    std::unordered_map<std::string, Span> keys;
    std::vector<std::pair<NodeId, Span>> merges;
    size_t weight = 1;
  };

  struct Anchor {
    NodeId node;
    size_t weight;
    bool open;
  };

  uint32_t offset(const fy_mark* mark) const {
    return mark == nullptr ? 0 : base_ + static_cast<uint32_t>(mark->input_pos);
  }

  Span span_of(fy_token* token) const {
    uint32_t begin = offset(fy_token_start_mark(token)), end = offset(fy_token_end_mark(token));
    auto size = static_cast<uint32_t>(text_.size());
    begin = std::min(begin, size);
    return {file_, begin, std::min(std::max(begin, end), size)};
  }

  static std::string text_of(fy_token* token) {
    size_t length = 0;
    const char* text = token == nullptr ? nullptr : fy_token_get_text(token, &length);
    return text == nullptr ? std::string() : std::string(text, length);
  }

  // False: stop reading.
  bool take(fy_event* e, bool& document_done) {
    switch (e->type) {
    case FYET_DOCUMENT_START:
      if (document_done) {
        Span at{file_, 0, 0};
        if (e->document_start.document_start != nullptr) at = span_of(e->document_start.document_start);
        auto d = diags_.emit(kMoreDocuments, at);
        d.here("this and what follows is ignored");
        if (dialect_ == Dialect::Config) d.help("put it into a file of its own: `--config` may be given several times");
        return false;
      }
      return true;
    case FYET_DOCUMENT_END: document_done = true; return true;
    case FYET_SEQUENCE_START:
      return open(false, e->sequence_start.sequence_start, e->sequence_start.anchor, e->sequence_start.tag);
    case FYET_MAPPING_START:
      return open(true, e->mapping_start.mapping_start, e->mapping_start.anchor, e->mapping_start.tag);
    case FYET_SEQUENCE_END: return close(e->sequence_end.sequence_end);
    case FYET_MAPPING_END: return close(e->mapping_end.mapping_end);
    case FYET_SCALAR: return scalar(e);
    case FYET_ALIAS: return alias(e->alias.anchor);
    default: return true;
    }
  }

  // Tags of YAML itself say nothing that the kind of a node does not.
  void tag(Node& node, fy_token* token) const {
    if (dialect_ != Dialect::Document || token == nullptr) return;
    std::string text = text_of(token);
    if (text.size() > 1 && text[0] == '!' && text[1] != '!') node.tag = std::move(text);
  }

  bool open(bool mapping, fy_token* start, fy_token* anchor, fy_token* tag_token) {
    if (stack_.size() >= static_cast<size_t>(kMaxDepth)) {
      Span at = start == nullptr ? Span{file_, last_, last_} : span_of(start);
      auto d = diags_.emit(kTooDeep, at, kMaxDepth);
      d.here("too deep");
      if (dialect_ == Dialect::Config) d.note("no setting of any component lies this deep");
      failed_ = true;
      return false;
    }
    if (!key_expected_is_fine(mapping, start)) return false;
    Node node;
    node.kind = mapping ? Node::Kind::Mapping : Node::Kind::Sequence;
    node.span = start == nullptr ? Span{file_, last_, last_} : span_of(start);
    this->tag(node, tag_token);
    Frame frame;
    frame.mapping = mapping;
    frame.node = tree_.add(std::move(node));
    if (anchor != nullptr) {
      frame.anchor = text_of(anchor);
      anchors_[frame.anchor] = {frame.node, 0, true};
    }
    stack_.push_back(std::move(frame));
    return true;
  }

  // A collection where a key is expected: `{{name}}`, or a mistake.
  bool key_expected_is_fine(bool mapping, fy_token* start) {
    if (stack_.empty() || !stack_.back().mapping || stack_.back().has_key) return true;
    Span at = start == nullptr ? Span{file_, last_, last_} : span_of(start);
    if (at.begin > 0 && text_[at.begin - 1] == '{') {
      if (size_t length = placeholder_at(std::string_view(text_).substr(at.begin - 1))) {
        placeholders(at.begin - 1, length);
        failed_ = true;
        return false;
      }
    }
    diags_.emit(kKeyNotText, at, mapping ? "a map" : "a list");
    failed_ = true;
    return false;
  }

  bool close(fy_token* end) {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    Node& node = tree_.nodes[frame.node];
    if (end != nullptr) node.span.end = std::max(node.span.begin, span_of(end).end);
    // A block collection ends where its last value does, not at the next token.
    uint32_t last = node.span.begin;
    for (NodeId i : node.items) last = std::max(last, tree_.at(i).span.end);
    for (const Entry& x : node.entries)
      last = std::max({last, x.key_span.end, tree_.at(x.value).span.file == file_ ? tree_.at(x.value).span.end : 0});
    bool flow = node.span.begin < text_.size() && (text_[node.span.begin] == '{' || text_[node.span.begin] == '[');
    if (!flow) node.span.end = std::max(node.span.begin, last);
    if (!frame.merges.empty()) merge(frame);
    if (!frame.anchor.empty()) anchors_[frame.anchor] = {frame.node, frame.weight, false};
    return value(frame.node, frame.weight);
  }

  bool scalar(fy_event* e) {
    fy_token* token = e->scalar.value;
    Node node;
    node.text = text_of(token);
    node.span = token == nullptr ? Span{file_, last_, last_} : span_of(token);
    last_ = node.span.end;
    fy_scalar_style style = token == nullptr ? FYSS_PLAIN : fy_token_scalar_style(token);
    node.quoted = style != FYSS_PLAIN;
    if (style == FYSS_LITERAL ||
        style == FYSS_FOLDED) {  // libfyaml's span of a block may take in the blank lines after it
      while (node.span.end > node.span.begin && std::isspace(static_cast<unsigned char>(text_[node.span.end - 1])))
        --node.span.end;
    }
    std::string tag = e->scalar.tag == nullptr ? std::string() : text_of(e->scalar.tag);
    this->tag(node, e->scalar.tag);
    if (tag.find("str") != std::string::npos && tag.find("yaml.org") != std::string::npos) node.quoted = true;
    else if (tag == "!" || tag == "!!str") node.quoted = true;
    bool is_key = !stack_.empty() && stack_.back().mapping && !stack_.back().has_key;
    if (is_key) {
      Frame& top = stack_.back();
      top.has_key = true;
      top.key = node.text;
      top.key_span = node.span;
      if (node.quoted && node.span.end - node.span.begin >= 2) top.key_span = {file_, node.span.begin, node.span.end};
      top.repeated = false;
      if (top.key == "<<" && !node.quoted) return true;
      auto [known, added] = top.keys.emplace(top.key, node.span);
      top.repeated = !added;
      if (!added) {
        diags_.emit(kDuplicateKey, node.span, top.key)
            .here("here again")
            .label(known->second, "first here")
            .help("keep one of the two, or put both together");
        errors_ = true;
      }
      return true;
    }
    if (node.quoted) node.kind = Node::Kind::String;
    else resolve_scalar(node);
    NodeId id = tree_.add(std::move(node));
    if (e->scalar.anchor != nullptr) anchors_[text_of(e->scalar.anchor)] = {id, 1, false};
    return value(id, 1);
  }

  bool alias(fy_token* token) {
    std::string name = text_of(token);
    Span at = span_of(token);
    auto known = anchors_.find(name);
    if (known == anchors_.end()) {
      diags_.emit(kUnknownAlias, at, name).help("anchors are set with `&{}` above the alias", name);
      failed_ = true;
      return false;
    }
    if (known->second.open) {
      diags_.emit(kAliasInside, at, name).here("inside of what it stands for");
      failed_ = true;
      return false;
    }
    bool is_key = !stack_.empty() && stack_.back().mapping && !stack_.back().has_key;
    if (is_key) {
      diags_.emit(kKeyNotText, at, "an alias");
      failed_ = true;
      return false;
    }
    last_ = at.end;
    return value(known->second.node, known->second.weight);
  }

  // A finished value goes into the collection that is open.
  bool value(NodeId id, size_t weight) {
    if (stack_.empty()) {
      if (root_ == kNoNode) root_ = id;
      return true;
    }
    Frame& top = stack_.back();
    top.weight += weight;
    if (top.weight > kMostExpandedNodes) {
      diags_.emit(kTooManyAliases, tree_.at(top.node).span)
          .note("aliases of aliases multiply: this comes to more than {} values", kMostExpandedNodes);
      failed_ = true;
      return false;
    }
    if (!top.mapping) {
      tree_.nodes[top.node].items.push_back(id);
      return true;
    }
    top.has_key = false;
    if (top.key == "<<" && top.keys.count("<<") == 0) {
      top.merges.emplace_back(id, top.key_span);
      return true;
    }
    Node& node = tree_.nodes[top.node];
    if (!top.repeated)
      node.entries.push_back(
          {top.key, top.key_span, id});  // of keys that are there twice the first counts from here on
    return true;
  }

  // Keys of merged maps count where the map has none of its own; of several maps the first has precedence.
  void merge(const Frame& frame) {
    for (auto [id, span] : frame.merges) {
      std::vector<NodeId> maps;
      if (tree_.at(id).kind == Node::Kind::Sequence) maps = tree_.at(id).items;
      else maps.push_back(id);
      for (NodeId m : maps) {
        if (tree_.at(m).kind != Node::Kind::Mapping) {
          diags_.emit(kMergeKey, span).here("merges {}", describe(tree_.at(m)));
          errors_ = true;
          continue;
        }
        for (const Entry& e : std::vector<Entry>(tree_.at(m).entries)) {
          if (tree_.at(frame.node).find(e.key) == nullptr) tree_.nodes[frame.node].entries.push_back(e);
        }
      }
    }
  }

  void syntax_error(fy_diag* fy) {
    void* iterator = nullptr;
    const fy_diag_error* error = fy_diag_errors_iterate(fy, &iterator);
    failed_ = true;
    if (error == nullptr) {
      syntax({file_, last_, last_}, "it ends too early");
      return;
    }
    Span at = error->fyt != nullptr ? span_of(error->fyt) : Span{file_, 0, 0};
    uint32_t line_begin = 0;
    if (error->line > 0) {
      int line = 1;
      for (size_t i = 0; i < text_.size() && line < error->line; ++i) {
        if (text_[i] == '\n') {
          ++line;
          line_begin = static_cast<uint32_t>(i + 1);
        }
      }
    }
    if (error->fyt == nullptr || at.begin < line_begin) {
      uint32_t column = error->column > 0 ? static_cast<uint32_t>(error->column - 1) : 0;
      uint32_t begin = std::min(line_begin + column, static_cast<uint32_t>(text_.size()));
      at = {file_, begin, begin};
    }
    if (!json() && tab_near(at.begin)) return;
    if (size_t brace = text_.find("{{", line_begin); brace != std::string::npos && brace <= at.begin + 1) {
      if (size_t length = placeholder_at(std::string_view(text_).substr(brace))) {
        placeholders(brace, length);
        return;
      }
    }
    if (error->msg != nullptr && std::string_view(error->msg) == "invalid multiline plain key") {
      syntax(at, "the next line stands deeper, and this one has its value already")
          .help("keys of one map stand at one depth, and a key whose value is a map has nothing behind its colon");
      return;
    }
    syntax(at, lower_first(error->msg == nullptr ? "syntax error" : error->msg)).here("the reader stopped here");
  }

  diag::Builder syntax(Span at, std::string_view why) {
    if (json()) return diags_.emit(kNotJson, at, why);
    auto d = diags_.emit(kSyntax, at, why);
    // What people did, where the reader's words do not tell.
    if (why.find("end of block sequence") != std::string_view::npos)
      d.help("the lines above at this depth begin with `-`, so this one has to, or none of them");
    if (why.find("in flow") != std::string_view::npos && text_.compare(at.begin > 0 ? at.begin - 1 : 0, 2, "${") == 0)
      d.help("between brackets a variable stands in quotes: `\"${env:NAME}\"`");
    return d;
  }

  // The Collector's YAML library takes `%YAML 1.1` and refuses other versions.
  bool version_is_known(size_t from) {
    while (from < text_.size() && text_[from] == '#') from = std::min(text_.find('\n', from), text_.size() - 1) + 1;
    if (text_.compare(from, 6, "%YAML ") != 0) return true;
    size_t end = text_.find_first_of(" \r\n", from + 6);
    std::string version = text_.substr(from + 6, end == std::string::npos ? end : end - from - 6);
    if (version == "1.1") return true;
    diags_
        .emit(kVersion, {file_, static_cast<uint32_t>(from), static_cast<uint32_t>(from + 6 + version.size())}, version)
        .help("leave the line out");
    return false;
  }

  // libfyaml lets tabs stand before comments and on empty lines; the Collector's library does not, outside of brackets
  // and texts.
  bool no_stray_tabs() {
    std::vector<std::pair<uint32_t, uint32_t>>
        inside;  // where tabs may be, by beginning; gathered when the first tab is met
    size_t next = 0;
    uint32_t reach = 0;
    bool good = true, gathered = false;
    for (size_t line = 0; line < text_.size();
         line = text_.find('\n', line) == std::string::npos ? text_.size() : text_.find('\n', line) + 1) {
      size_t i = line;
      while (i < text_.size() && text_[i] == ' ') ++i;
      if (i >= text_.size() || text_[i] != '\t') continue;
      if (!gathered) {
        gathered = true;
        for (const Node& n : tree_.nodes) {
          if (n.span.file != file_ || n.span.begin >= n.span.end) continue;
          if (n.is_scalar() || text_[n.span.begin] == '[' || text_[n.span.begin] == '{')
            inside.emplace_back(n.span.begin, n.span.end);
        }
        std::sort(inside.begin(), inside.end());
      }
      for (; next < inside.size() && inside[next].first <= i; ++next) reach = std::max(reach, inside[next].second);
      if (i < reach) continue;
      if (good) {
        size_t end = i;
        while (end < text_.size() && text_[end] == '\t') ++end;
        diags_.emit(kTab, {file_, static_cast<uint32_t>(i), static_cast<uint32_t>(end)})
            .here("YAML is indented with spaces only")
            .help("replace each tab with two spaces");
      }
      good = false;
    }
    return good;
  }

  // The placeholder at `at`, and all that stand bare behind it: reading stops here, and they are all the same mistake.
  void placeholders(size_t at, size_t length) {
    while (true) {
      diags_
          .emit(kPlaceholder, {file_, static_cast<uint32_t>(at), static_cast<uint32_t>(at + length)},
                text_.substr(at, length))
          .here("a template was to fill this in")
          .help("write the value here, or `${env:NAME}` for one that is known when the collector starts");
      for (at += length, length = 0; length == 0;) {
        at = text_.find("{{", at);
        if (at == std::string::npos) return;
        size_t line = text_.rfind('\n', at);
        std::string_view before = std::string_view(text_).substr(line + 1, at - line - 1);
        bool comment = before.find('#') != std::string_view::npos;
        bool in_quotes = std::count(before.begin(), before.end(), '"') % 2 != 0 ||
                         std::count(before.begin(), before.end(), '\'') % 2 != 0;
        length = comment || in_quotes ? 0 : placeholder_at(std::string_view(text_).substr(at));
        if (length == 0) at += 2;
      }
    }
  }

  // Tabs in the indentation of the line of `offset`, or of the line before it.
  bool tab_near(uint32_t offset) {
    size_t begin = std::min<size_t>(offset, text_.size());
    while (begin > 0 && text_[begin - 1] != '\n') --begin;
    for (int lines = 0; lines < 2; ++lines) {
      size_t i = begin;
      while (i < text_.size() && text_[i] == ' ') ++i;
      if (i < text_.size() && text_[i] == '\t') {
        size_t end = i;
        while (end < text_.size() && text_[end] == '\t') ++end;
        diags_.emit(kTab, {file_, static_cast<uint32_t>(i), static_cast<uint32_t>(end)})
            .here("YAML is indented with spaces only")
            .help("replace each tab with two spaces");
        return true;
      }
      if (begin == 0) break;
      --begin;
      while (begin > 0 && text_[begin - 1] != '\n') --begin;
    }
    return false;
  }

  bool json() const { return dialect_ == Dialect::Json; }

  source::FileId file_;
  const std::string& text_;
  uint32_t base_ = 0;
  Tree& tree_;
  diag::Diagnostics& diags_;
  Dialect dialect_;
  std::vector<Frame> stack_;
  std::unordered_map<std::string, Anchor> anchors_;
  NodeId root_ = kNoNode;
  uint32_t last_ = 0;    // end of the last token, for values that are not there
  bool failed_ = false;  // reading stopped
  bool errors_ = false;  // something was said, reading went on
};

}  // namespace

const Entry* Node::find(std::string_view key) const {
  for (const Entry& e : entries) {
    if (e.key == key) return &e;
  }
  return nullptr;
}

NodeId read_yaml(source::FileId file, const source::Sources& sources, Tree& tree, diag::Diagnostics& diags,
                 Dialect dialect) {
  return Reader(file, sources, tree, diags, dialect).run();
}

}  // namespace whittle::syntax
