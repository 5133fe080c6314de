// SPDX-License-Identifier: Apache-2.0
// One walk over the table, with the given config beside it. Each node of the table is read exactly once, so that the
// walk ends and stays in step whatever the given config looks like; a part of it that was not given is a null pointer.
#include "runtime/drift/compare.h"

#include "runtime/base/duration.h"
#include "runtime/base/environment.h"
#include "runtime/base/number.h"
#include "runtime/drift/table.h"

#include <vector>

namespace whittle::drift {
namespace {

using yaml::Entry;
using yaml::Kind;
using yaml::Node;

constexpr size_t kLongestShown = 200;
constexpr Text kNotSet = "(not set)", kSet = "(set)", kHiddenText = "(hidden)";

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

Text trim(Text t) {
  while (!t.empty() && is_space(t.front())) t.remove_prefix(1);
  while (!t.empty() && is_space(t.back())) t.remove_suffix(1);
  return t;
}

// A value as a person would recognise it, cut where it becomes long.
void show(Writer& out, const Node& n) {
  size_t begun = out.size();
  if (n.kind() == Kind::Mapping) {
    out.append(n.size == 0 ? Text("{}") : kSet);
  } else if (n.kind() == Kind::Sequence) {
    out.byte('[');
    for (const Entry* e = n.first; e && out.size() - begun <= kLongestShown; e = e->next) {
      if (e != n.first) out.append(Text(", "));
      if (e->value->is_scalar()) out.append(e->value->text);
      else out.append(Text(e->value->kind() == Kind::Mapping ? "{...}" : "[...]"));
    }
    out.byte(']');
  } else if (n.kind() == Kind::Null) {
    out.append(Text("null"));
  } else if (n.text.empty()) {
    out.append(Text("\"\""));
  } else {
    out.append(n.text);
  }
  if (out.size() - begun > kLongestShown) {
    size_t cut = begun + kLongestShown;
    while (cut > begun && (out.data()[cut] & 0xC0) == 0x80) --cut;  // not within a character
    out.truncate(cut);
    out.append(Text("..."));
  }
}

class Comparison {
public:
  Comparison(Bytes table, Arena& arena, Tell tell, void* context)
      : at_(table.data()), end_(table.data() + table.size()), arena_(arena), tell_(tell), context_(context) {}

  uint32_t run(const Node* given) {
    config_ = given && given->kind() == Kind::Mapping ? given : nullptr;
    const uint8_t* components = at_;
    read_past_components();
    for (uint64_t n = number(); n > 0; --n) {
      Alias a;
      a.section = text();
      a.alias = text();
      a.name = text();
      aliases_.push_back(a);
    }
    const uint8_t* rest = at_;
    at_ = components;
    silent_ = false;
    for (uint64_t n = number(); n > 0; --n) component();
    at_ = rest;
    service();
    if (config_) sections();
    return count_;
  }

private:
  struct Alias {
    Text section, alias, name;
  };

  // ---- the table

  uint8_t byte() { return at_ < end_ ? *at_++ : 0; }
  uint64_t number() {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
      uint8_t b = byte();
      v |= static_cast<uint64_t>(b & 127) << shift;
      if (!(b & 128)) break;
    }
    return v;
  }
  Text text() {
    uint64_t n = number();
    if (n > static_cast<uint64_t>(end_ - at_)) n = static_cast<uint64_t>(end_ - at_);
    Text t(reinterpret_cast<const char*>(at_), n);
    at_ += n;
    return t;
  }

  void read_past_components() {
    silent_ = true;
    for (uint64_t n = number(); n > 0; --n) {
      text();
      text();
      node(nullptr);
    }
  }

  // ---- telling

  // Appends "::key" to the path for as long as it lives.
  struct Step {
    Comparison& c;
    size_t before;
    Step(Comparison& comparison, Text key) : c(comparison), before(comparison.path_.size()) {
      if (c.silent_) return;
      if (before > 0) c.path_.append(Text("::"));
      c.path_.append(key.empty() ? Text("\"\"") : key.substr(0, kLongestShown));
    }
    Step(Comparison& comparison, uint64_t index) : c(comparison), before(comparison.path_.size()) {
      if (c.silent_) return;
      c.path_.append(Text("::"));
      append_uint(c.path_, index);
    }
    ~Step() { c.path_.truncate(before); }
  };

  void differ(Text compiled, Text given) {
    if (silent_) return;
    ++count_;
    tell_(context_, {path_.text(), compiled, given});
  }

  // `tag` says whether either may be shown.
  void differ(uint8_t tag, Text compiled, const Node* given, Text otherwise = kNotSet) {
    if (silent_) return;
    if (tag & kHidden)
      return differ(compiled == kNotSet ? kNotSet : kHiddenText, given                  ? kHiddenText
                                                                 : otherwise == kNotSet ? kNotSet
                                                                                        : kHiddenText);
    Writer shown_compiled, shown_given;
    Node c;
    c.scalar.kind = Kind::String;
    c.text = compiled;
    show(shown_compiled, c);
    if (given) show(shown_given, *given);
    else shown_given.append(otherwise);
    differ(shown_compiled.text(), shown_given.text());
  }

  void by_default(uint8_t tag, Text compiled, Text initial) {
    Writer given;
    Node n;
    n.scalar.kind = Kind::String;
    n.text = initial;
    show(given, n);
    given.append(Text(" (the default)"));
    differ(tag, compiled, nullptr, given.text());
  }

  void not_compiled(Text key, const Node&) {
    Step step(*this, key);
    differ("(not in the compiled config)", kSet);
  }

  // ---- references

  // What stands there once its references are looked up: a reference alone becomes whatever its value is in YAML.
  const Node* resolved(const Node* n) {
    if (!n || n->kind() != Kind::String || n->text.find('$') == Text::npos) return n;
    Writer out;
    bool whole = false;
    constexpr Text kInline = "${yaml:";
    if (n->text.starts_with(kInline) && n->text.find('}') + 1 == n->text.size()) {
      out.append(n->text.substr(kInline.size(), n->text.size() - kInline.size() - 1));
      whole = true;
    } else {
      expand_environment(n->text, out, whole);
    }
    auto* made = arena_.make<Node>(*n);
    made->text = arena_.copy(out.text());
    made->scalar = {};
    made->scalar.kind = Kind::String;
    if (!whole) return made;
    made->quoted = false;
    made->scalar = yaml::resolve(made->text);
    if (made->scalar.kind != Kind::String || made->text.find_first_of("[{:\n-&") == Text::npos) return made;
    Writer why;
    const Node* tree = yaml::read(made->text, arena_, why);
    return tree && !tree->is_scalar() ? tree : made;
  }

  Text resolved_text(uint8_t tag, Text compiled) {
    if (!(tag & kLate)) return compiled;
    Writer out;
    bool whole;
    expand_environment(compiled, out, whole);
    return arena_.copy(out.text());
  }

  // ---- values

  void node(const Node* written) {
    uint8_t tag = byte();
    auto kind = static_cast<NodeKind>(tag & 15);
    const Node* given = resolved(written);
    switch (kind) {
    case NodeKind::Ignored: return;
    case NodeKind::Unset: return unset(tag, given);
    case NodeKind::List: return list(tag, given);
    case NodeKind::Map: return map(tag, given);
    case NodeKind::Struct: return structure(given);
    case NodeKind::Optional: return optional(tag, given, written);
    default: return scalar(kind, tag, given, written);
    }
  }

  static bool turned_off(const Node* n) {
    const Node* enabled = n ? n->find("enabled") : nullptr;
    return enabled && enabled->kind() == Kind::Bool && !enabled->scalar.boolean;
  }

  void unset(uint8_t tag, const Node* given) {
    if (!given || given->kind() == Kind::Null || (given->kind() == Kind::Sequence && given->size == 0) ||
        turned_off(given))
      return;
    differ(tag, kNotSet, given);
  }

  void scalar(NodeKind kind, uint8_t tag, const Node* given, const Node* written) {
    Text compiled = text(), initial = tag & kDefault ? compiled : text(), also;
    if (kind == NodeKind::Enum) also = text();
    bool alternative = false;  // it is written in another way
    if (kind == NodeKind::Text && tag & kSpecial)
      for (uint64_t n = number(); n > 0; --n) alternative |= text() == (given ? given->text : initial);
    if (silent_ || alternative || (given && (tag & kLate) && written->text == compiled)) return;
    Text value = resolved_text(tag, compiled);
    // An Any's first letter is its type.
    Text shown = kind == NodeKind::Any && !(tag & kLate) && !compiled.empty()
                     ? compiled == "n" ? Text("null") : compiled.substr(1)
                     : compiled;
    if (!given) {
      Node usual;
      usual.text = initial;
      if (kind == NodeKind::Text) usual.scalar.kind = Kind::String;
      else usual.scalar = yaml::resolve(initial);
      if (tag & kDefault || (kind != NodeKind::Any && equal(kind, tag, value, also, usual))) return;
      Text shown_initial =
          kind == NodeKind::Any && !initial.empty() ? initial == "n" ? Text("null") : initial.substr(1) : initial;
      return by_default(tag, shown, shown_initial);
    }
    if (!given->is_scalar() || !equal(kind, tag, value, also, *given)) differ(tag, shown, written);
  }

  static bool equal(NodeKind kind, uint8_t tag, Text compiled, Text also, const Node& given) {
    const yaml::Scalar& g = given.scalar;
    bool null = g.kind == Kind::Null, number = g.kind == Kind::Int || g.kind == Kind::Float;
    auto as_integer = [&]() -> int64_t {
      if (g.kind == Kind::Int) return g.integer;
      return g.real > -9.2e18 && g.real < 9.2e18 ? static_cast<int64_t>(g.real) : 0;
    };
    switch (kind) {
    case NodeKind::Bool:
      return null ? compiled == "false" : g.kind == Kind::Bool && compiled == (g.boolean ? "true" : "false");
    case NodeKind::Int: {
      yaml::Scalar c = yaml::resolve(compiled);
      if (c.kind != Kind::Int) return false;
      return null ? c.integer == 0 : number && !g.too_large && as_integer() == c.integer;
    }
    case NodeKind::Double: {
      yaml::Scalar c = yaml::resolve(compiled);
      return null ? c.real == 0 : number && (g.real == c.real || (g.real != g.real && c.real != c.real));
    }
    case NodeKind::Duration: {
      auto c = parse_duration(compiled);
      if (!c) return false;
      if (null) return *c == 0;
      if (number) return as_integer() == *c;
      auto d = parse_duration(given.text);
      return d && *d == *c;
    }
    case NodeKind::Enum: {
      if (null && also == "0") return true;
      if (g.kind == Kind::Int && !also.empty()) {
        auto n = parse_int(also);
        return n && *n == g.integer;
      }
      Text t = null ? Text() : given.text;
      if (t.size() != compiled.size()) return false;
      for (size_t i = 0; i < t.size(); ++i) {
        char c = tag & kSpecial && t[i] >= 'A' && t[i] <= 'Z' ? static_cast<char>(t[i] + 32) : t[i];
        if (c != compiled[i]) return false;
      }
      return true;
    }
    case NodeKind::Any: {
      if (tag & kLate) return given.text == compiled;
      char type = compiled.empty() ? 'n' : compiled[0];
      Text value = compiled.empty() ? compiled : compiled.substr(1);
      switch (g.kind) {
      case Kind::Null: return type == 'n';
      case Kind::Bool: return type == 'b' && value == (g.boolean ? "true" : "false");
      case Kind::Int:
        if (!g.too_large) return type == 'i' && yaml::resolve(value).integer == g.integer;
        [[fallthrough]];
      case Kind::Float:
        return type == 'd' && (yaml::resolve(value).real == g.real || (g.real != g.real && value == "nan"));
      default: return type == 's' && value == given.text;
      }
    }
    default: return null ? compiled.empty() : given.text == compiled;
    }
  }

  // "a,b" as a list of texts.
  const Node* split_list(const Node& given) {
    auto* out = arena_.make<Node>();
    out->scalar.kind = Kind::Sequence;
    out->line = given.line;
    for (Text rest = given.text; !given.text.empty();) {
      size_t comma = rest.find(',');
      auto* item = arena_.make<Node>();
      item->scalar.kind = Kind::String;
      item->text = rest.substr(0, comma);
      append(*out, {}, item, arena_);
      if (comma == Text::npos) break;
      rest.remove_prefix(comma + 1);
    }
    return out;
  }

  static bool only_texts(const Node& list) {
    for (const Entry* e = list.first; e; e = e->next)
      if (!e->value->is_scalar()) return false;
    return list.size > 0;
  }

  void list(uint8_t tag, const Node* given) {
    Text initial = tag & kDefault ? Text() : text();
    const uint8_t* begin = at_;
    // The whole is compared in one go where the lengths agree, and told in one go where they do not.
    bool before = silent_;
    silent_ = true;
    Writer shown;
    shown.byte('[');
    uint64_t n = number();
    for (uint64_t i = 0; i < n; ++i) {
      if (i > 0) shown.append(Text(", "));
      show_node(shown);
    }
    shown.byte(']');
    Text flat = text();
    const uint8_t* end = at_;
    silent_ = before;
    if (silent_) return;
    if (!given || (given->kind() == Kind::Null && flat.empty())) {
      if (!(tag & kDefault)) by_default(tag, shown.text(), initial);
      return;
    }
    if (given->kind() == Kind::String && tag & kSpecial) given = split_list(*given);
    if (!flat.empty() && given->kind() == Kind::Sequence && only_texts(*given)) {
      auto *group = arena_.make<Node>(), *outer = arena_.make<Node>();
      group->scalar.kind = Kind::Mapping;
      append(*group, flat, given, arena_);
      outer->scalar.kind = Kind::Sequence;
      append(*outer, {}, group, arena_);
      given = outer;
    }
    if (given->kind() != Kind::Sequence || given->size != n) return differ(tag, shown.text(), given);
    at_ = begin;
    number();
    uint64_t i = 0;
    for (const Entry* e = given->first; e; e = e->next) {
      Step step(*this, i++);
      node(e->value);
    }
    at_ = end;
  }

  // Reads a node of a list, for people.
  void show_node(Writer& out) {
    const uint8_t* begin = at_;
    uint8_t tag = byte();
    auto kind = static_cast<NodeKind>(tag & 15);
    if (tag & kHidden) out.append(kHiddenText);
    else if (kind == NodeKind::List) out.append(Text("[...]"));
    else if (kind == NodeKind::Map || kind == NodeKind::Struct) out.append(Text("{...}"));
    else if (kind == NodeKind::Any) out.append(text().substr(1));
    else if (kind >= NodeKind::Bool && kind <= NodeKind::Enum) out.append(text());
    at_ = begin;
    node(nullptr);
  }

  void map(uint8_t tag, const Node* given) {
    Text initial = tag & kDefault ? Text() : text();
    uint64_t n = number();
    bool absent = !given || given->kind() == Kind::Null;
    if (!absent && given->kind() == Kind::Sequence && tag & kSpecial) given = from_pairs(*given);
    bool good = !absent && given->kind() == Kind::Mapping;
    bool before = silent_;
    if (!good) silent_ = true;
    Writer shown;
    shown.byte('{');
    std::vector<Text> keys;
    for (uint64_t i = 0; i < n; ++i) {
      Text key = text();
      keys.push_back(key);
      if (i > 0) shown.append(Text(", "));
      shown.append(key);
      Step step(*this, key);
      const Node* value = good ? given->find(key) : nullptr;
      if (good && !value) {
        uint8_t item = at_ < end_ ? *at_ : 0;
        Writer one;
        bool inner = silent_;
        silent_ = true;
        show_node(one);
        silent_ = inner;
        differ(item, one.text(), nullptr);
      } else {
        node(value);
      }
    }
    shown.byte('}');
    silent_ = before;
    if (good) {
      for (const Entry* e = given->first; e; e = e->next) {
        bool known = false;
        for (Text k : keys) known = known || k == e->key;
        if (known) continue;
        Step step(*this, e->key);
        differ(tag, kNotSet, e->value);
      }
    } else if (absent) {
      if (!(tag & kDefault)) by_default(tag, shown.text(), initial);
    } else {
      differ(tag, shown.text(), given);
    }
  }

  // [{name: k, value: v}] as {k: v}.
  const Node* from_pairs(const Node& given) {
    auto* out = arena_.make<Node>();
    out->scalar.kind = Kind::Mapping;
    static constexpr Text kName = "name", kValue = "value";
    for (const Entry* e = given.first; e; e = e->next) {
      const Node *name = resolved(e->value->find(kName)), *value = e->value->find(kValue);
      if (!name) return &given;
      append(*out, name->text, value ? value : arena_.make<Node>(), arena_);
    }
    return out;
  }

  void structure(const Node* given, Text but_not = {}, Text nor = {}) {
    bool mapping = given && given->kind() == Kind::Mapping;
    if (given && !mapping && given->kind() != Kind::Null) {
      differ(kSet, "(no map)");
      bool before = silent_;
      silent_ = true;
      structure(nullptr);
      silent_ = before;
      return;
    }
    const uint8_t* begin = at_;
    // First the names: keys that are none of them belong to the rest.
    std::vector<Text> names;
    bool before = silent_;
    silent_ = true;
    uint64_t n = number();
    for (uint64_t i = 0; i < n; ++i) {
      names.push_back(text());
      node(nullptr);
    }
    uint64_t rest = number();
    const uint8_t* end = at_;
    silent_ = before;
    if (silent_) return;

    Node* others = nullptr;
    if (mapping) {
      for (const Entry* e = given->first; e; e = e->next) {
        if (e->key == but_not || e->key == nor) continue;
        bool known = false;
        for (uint64_t i = 0; i < n; ++i) known = known || (names[i] == e->key && i + 1 != rest);
        if (known) continue;
        if (rest == 0) {
          not_compiled(e->key, *e->value);
        } else {
          if (!others) {
            others = arena_.make<Node>();
            others->scalar.kind = Kind::Mapping;
          }
          append(*others, e->key, e->value, arena_);
        }
      }
    }
    at_ = begin;
    number();
    for (uint64_t i = 0; i < n; ++i) {
      Text name = text();
      if (i + 1 == rest) {
        node(others);
      } else {
        Step step(*this, name);
        node(mapping ? given->find(name) : nullptr);
      }
    }
    at_ = end;
  }

  void optional(uint8_t tag, const Node* given, const Node* written) {
    uint8_t what = byte();
    bool compiled = what & kPresent, usual = what & kPresentDefault;
    bool present = usual;
    const Node* inner = nullptr;
    if (given && given->kind() == Kind::Null) {
      if (what & kNamed && !usual) present = true;
      else if (!(what & kStruct) && usual) present = false;
    } else if (given) {
      present = !(tag & kSpecial && turned_off(given));
      inner = written;
      if (tag & kSpecial && given->kind() == Kind::Mapping && given->find("enabled")) inner = without_enabled(*given);
    }
    if (compiled && present) return node(inner);
    if (compiled) {
      const uint8_t* value = at_;
      bool before = silent_;
      silent_ = true;
      Writer shown;
      if (what & kStruct) {
        node(nullptr);
        shown.append(kSet);
      } else {
        show_node(shown);
      }
      silent_ = before;
      uint8_t inner_tag = value < end_ ? *value : 0;
      differ(inner_tag, shown.text(), nullptr,
             given && given->kind() == Kind::Mapping ? Text("(turned off)") : kNotSet);
    } else if (present) {
      if (what & kStruct) differ(kNotSet, kSet);
      else if (written) differ(tag, kNotSet, written);
      else differ(kNotSet, "(the default)");
    }
  }

  const Node* without_enabled(const Node& given) {
    auto* out = arena_.make<Node>();
    out->scalar.kind = Kind::Mapping;
    for (const Entry* e = given.first; e; e = e->next)
      if (e->key != "enabled") append(*out, e->key, e->value, arena_);
    return out;
  }

  // ---- components

  // "otlp_http / 2" as "otlphttp/2". Lives in the arena.
  Text normal_id(Text section, Text id) {
    size_t slash = id.find('/');
    Text type = trim(id.substr(0, slash));
    for (const Alias& a : aliases_)
      if (a.section == section && a.alias == type) type = a.name;
    Writer out;
    out.append(type);
    if (slash != Text::npos) {
      out.byte('/');
      out.append(trim(id.substr(slash + 1)));
    }
    return arena_.copy(out.text());
  }

  // The given config's list of ids; null stands for an empty one.
  const Node* ids(const Node* list) {
    list = resolved(list);
    if (list && list->kind() == Kind::String) list = split_list(*list);
    return list && list->kind() == Kind::Sequence ? list : nullptr;
  }

  bool names(const Node* list, Text section, Text id) {
    list = ids(list);
    for (const Entry* e = list ? list->first : nullptr; e; e = e->next) {
      const Node* one = resolved(e->value);
      if (one->is_scalar() && normal_id(section, one->text) == id) return true;
    }
    return false;
  }

  const Node* in_service(Text what) {
    const Node* service = config_ ? resolved(config_->find("service")) : nullptr;
    return service ? resolved(service->find(what)) : nullptr;
  }

  // Whether a pipeline of the given config, or its list of extensions, names the component.
  bool is_used(Text section, Text id) {
    if (section == "extensions") return names(in_service("extensions"), section, id);
    const Node* pipelines = in_service("pipelines");
    if (!pipelines || pipelines->kind() != Kind::Mapping) return false;
    for (const Entry* e = pipelines->first; e; e = e->next)
      if (const Node* p = resolved(e->value); p->kind() == Kind::Mapping && names(p->find(section), section, id))
        return true;
    return false;
  }

  void component() {
    Text section = text(), written = text(), id = normal_id(section, written);
    const Node* defined = nullptr;
    bool found = false;
    if (const Node* all = config_ ? resolved(config_->find(section)) : nullptr; all && all->kind() == Kind::Mapping) {
      for (const Entry* e = all->first; e && !found; e = e->next) {
        if (normal_id(section, e->key) != id) continue;
        found = true;
        defined = e->value;
      }
    }
    bool used = is_used(section, id);
    Step outer(*this, section);
    Step inner(*this, written);
    if (used && !found) differ(kSet, kNotSet);
    bool before = silent_;
    if (!used || !found) silent_ = true;  // what else there is to say the pipelines say
    node(defined);
    silent_ = before;
  }

  void service() {
    const Node* given = config_ ? resolved(config_->find("service")) : nullptr;
    Step step(*this, "service");
    byte();  // says that it is a struct
    structure(given, "pipelines", "extensions");
    {
      Step extensions(*this, "extensions");
      compare_ids("extensions", in_service("extensions"), false);
    }
    Step in_pipelines(*this, "pipelines");
    const Node* pipelines = in_service("pipelines");
    if (pipelines && pipelines->kind() != Kind::Mapping) pipelines = nullptr;
    std::vector<Text> known;
    for (uint64_t n = number(); n > 0; --n) {
      Text name = text(), normal = normal_id({}, name);
      known.push_back(normal);
      const Node* pipeline = nullptr;
      for (const Entry* e = pipelines ? pipelines->first : nullptr; e; e = e->next)
        if (normal_id({}, e->key) == normal) pipeline = resolved(e->value);
      Step own(*this, name);
      bool before = silent_;
      if (!pipeline) {
        differ(kSet, kNotSet);
        silent_ = true;
      }
      for (Text section : {Text("receivers"), Text("processors"), Text("exporters")}) {
        Step list(*this, section);
        compare_ids(section, pipeline ? pipeline->find(section) : nullptr, section == "processors");
      }
      silent_ = before;
    }
    for (const Entry* e = pipelines ? pipelines->first : nullptr; e; e = e->next) {
      Text normal = normal_id({}, e->key);
      bool found = false;
      for (Text k : known) found = found || k == normal;
      if (!found) not_compiled(e->key, *e->value);
    }
  }

  void compare_ids(Text section, const Node* given, bool in_order) {
    std::vector<Text> compiled, own;
    Writer shown_compiled, shown_given;
    for (uint64_t n = number(); n > 0; --n) add_id(compiled, shown_compiled, section, text());
    const Node* list = ids(given);
    for (const Entry* e = list ? list->first : nullptr; e; e = e->next) {
      const Node* one = resolved(e->value);
      if (one->is_scalar()) add_id(own, shown_given, section, one->text);
    }
    bool same = own.size() == compiled.size();
    for (size_t i = 0; same && i < own.size(); ++i) {
      if (in_order) {
        same = own[i] == compiled[i];
        continue;
      }
      bool there = false;
      for (Text c : compiled) there = there || c == own[i];
      same = there;
    }
    if (same) return;
    shown_compiled.append(Text(compiled.empty() ? "[]" : "]"));
    shown_given.append(Text(own.empty() ? "[]" : "]"));
    differ(shown_compiled.text(), shown_given.text());
  }

  // Each id counts once, as in the Collector.
  void add_id(std::vector<Text>& list, Writer& shown, Text section, Text id) {
    Text normal = normal_id(section, id);
    if (list.size() > 1000) return;
    for (Text known : list)
      if (known == normal) return;
    shown.append(Text(list.empty() ? "[" : ", "));
    shown.append(normal.substr(0, kLongestShown));
    list.push_back(normal);
  }

  void sections() {
    static constexpr Text kSections[] = {"receivers", "processors", "exporters", "extensions", "connectors", "service"};
    for (const Entry* e = config_->first; e; e = e->next) {
      bool known = false;
      for (Text s : kSections) known = known || s == e->key;
      if (!known) not_compiled(e->key, *e->value);
    }
  }

  const uint8_t *at_, *end_;
  Arena& arena_;
  Tell tell_;
  void* context_;
  const Node* config_ = nullptr;
  std::vector<Alias> aliases_;
  Writer path_;
  uint32_t count_ = 0;
  bool silent_ = true;  // the table is read past
};

// The entries of a mapping with their keys taken apart at `::`.
const Node* split(const Node* map, Arena& arena, Writer& why) {
  bool any = false;
  for (const Entry* e = map->first; e; e = e->next) any = any || e->key.find("::") != Text::npos;
  if (!any) return map;
  auto* empty = arena.make<Node>(*map);
  empty->first = empty->last = nullptr;
  empty->size = 0;
  for (const Entry* e = map->first; e; e = e->next)
    if (e->key.find("::") == Text::npos) append(*empty, e->key, e->value, arena);
  const Node* out = empty;
  uint32_t budget = 500;
  for (const Entry* e = map->first; e && out; e = e->next) {
    if (e->key.find("::") == Text::npos) continue;
    if (budget == 0) break;
    // From the last part to the first, each within a map of its own.
    const Node* value = e->value;
    Text rest = e->key;
    for (size_t colons; (colons = rest.rfind("::")) != Text::npos && budget > 0; --budget) {
      auto* one = arena.make<Node>();
      one->scalar.kind = Kind::Mapping;
      append(*one, rest.substr(colons + 2), value, arena);
      value = one;
      rest = rest.substr(0, colons);
    }
    auto* one = arena.make<Node>();
    one->scalar.kind = Kind::Mapping;
    append(*one, rest, value, arena);
    out = yaml::merge(out, one, arena, why);
  }
  if (out && budget == 0) {
    why.append(Text("too many of its keys hold `::`"));
    return nullptr;
  }
  return out;
}

}  // namespace

const Node* split_keys(const Node* config, Arena& arena, Writer& why) {
  if (config->kind() != Kind::Mapping) return config;
  config = split(config, arena, why);
  if (!config) return nullptr;
  auto* out = arena.make<Node>(*config);
  out->first = out->last = nullptr;
  out->size = 0;
  for (const Entry* e = config->first; e; e = e->next) {
    const Node* section = e->value;
    if (e->key != "service" && section->kind() == Kind::Mapping) {
      auto* components = arena.make<Node>(*section);
      components->first = components->last = nullptr;
      components->size = 0;
      for (const Entry* c = section->first; c; c = c->next) {
        const Node* component = c->value->kind() == Kind::Mapping ? split(c->value, arena, why) : c->value;
        if (!component) return nullptr;
        append(*components, c->key, component, arena);
      }
      section = components;
    }
    append(*out, e->key, section, arena);
  }
  return out;
}

uint32_t compare(Bytes table, const Node* given, Arena& arena, Tell tell, void* context) {
  return Comparison(table, arena, tell, context).run(given);
}

}  // namespace whittle::drift
