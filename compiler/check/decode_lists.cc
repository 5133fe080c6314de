// SPDX-License-Identifier: Apache-2.0
// Lists and maps, in the ways that the Collector lets them be written.
#include "compiler/check/decoder.h"

#include "compiler/check/formats.h"
#include "compiler/check/words.h"

#include <algorithm>

namespace whittle::check {

using diag::Diag;
using schema::TypeKind;
using syntax::Node;
using syntax::NodeId;
using Kind = Node::Kind;

constexpr Diag<std::string_view> kMixed{"E0210", "{} are either strings or groups, not both"};
constexpr Diag<std::string_view, std::string_view> kTwiceInPairs{"E0215", "`{}` has two values named `{}`"};

void Decoder::list(Value& v, const Node& n, const std::string& what) {
  if (n.kind == Kind::Null) {
    if (v.type->flat.empty()) return;  // keeps the default, as the Collector does
    return wrong_type(v, n, what);
  }
  bool of_texts = v.type->element->kind == TypeKind::String || v.type->element->kind == TypeKind::Enum ||
                  v.type->element->kind == TypeKind::Regexp;
  if (n.kind == Kind::String && of_texts && v.type->flat.empty() && !v.type->loose) {
    return split_list(v, n, what);
  }
  if (n.kind != Kind::Sequence) return wrong_type(v, n, what);
  v.items.clear();
  if (!v.type->flat.empty()) return flat_list(v, n, what);
  for (NodeId i : n.items) {
    Value item = default_value(*v.type->element, {});
    decode(item, i, {}, what);
    v.items.push_back(std::move(item));
  }
}

// "a,b" for a list of texts.
void Decoder::split_list(Value& v, const Node& n, const std::string& what) {
  v.items.clear();
  for (size_t from = 0; !n.text.empty();) {
    size_t comma = n.text.find(',', from);
    Value item = default_value(*v.type->element, {});
    Node part = n;
    part.text = n.text.substr(from, comma - from);
    if (std::string_view raw = c_.sources.text(n.span); raw == n.text) {
      part.span.begin = n.span.begin + static_cast<uint32_t>(from);
      part.span.end = part.span.begin + static_cast<uint32_t>(part.text.size());
    }
    item.written = true;
    item.span = part.span;
    item.place = c_.sources.place(item.span);
    if (item.type->kind == TypeKind::Enum) enumeration(item, part, what);
    else if (item.type->kind == TypeKind::Regexp) regexp(item, part, what);
    else item.text = part.text, check_format(c_, item);
    v.items.push_back(std::move(item));
    if (comma == std::string::npos) break;
    from = comma + 1;
  }
}

// Texts in a list of structs are one struct's list: [a, b] means [{conditions: [a, b]}].
void Decoder::flat_list(Value& v, const Node& n, const std::string& what) {
  Value* group = nullptr;
  bool texts_first = false, texts = false;
  for (NodeId i : n.items) {
    const Node& item = c_.tree.at(i);
    if (item.kind == Kind::Mapping) {
      texts_first = texts_first || texts;
      Value element = default_value(*v.type->element, {});
      decode(element, i, {}, what);
      v.items.push_back(std::move(element));
      group = nullptr;
      continue;
    }
    texts = true;
    if (item.kind != Kind::String) {
      Value element = default_value(*v.type->element, {});
      element.span = item.span;
      wrong_type(element, item, what);
      v.wrong = true;
      continue;
    }
    if (group == nullptr) {
      Value element = default_value(*v.type->element, {});
      element.written = true;
      element.span = n.span;
      element.place = c_.sources.place(n.span);
      v.items.push_back(std::move(element));
      group = &v.items.back();
    }
    int at = v.type->element->fields->find(v.type->flat);
    Value& list = group->items[static_cast<size_t>(at)];
    list.written = true;
    list.span = n.span;
    Value text = default_value(*list.type->element, {});
    decode(text, i, {}, what);
    list.items.push_back(std::move(text));
  }
  if (texts_first) {
    v.wrong = true;
    c_.diags.emit(kMixed, v.span, v.type->flat).here("strings and maps in one list");
  }
}

void Decoder::map(Value& v, const Node& n, const std::string& what) {
  if (n.kind == Kind::Null) return;
  v.items.clear();
  v.keys.clear();
  if (n.kind == Kind::Sequence && v.type->pairs) {
    for (NodeId i : n.items) pair(v, c_.tree.at(i), what);
    return;
  }
  if (n.kind != Kind::Mapping) return wrong_type(v, n, what);
  std::vector<const syntax::Entry*> entries;
  for (const syntax::Entry& e : n.entries) entries.push_back(&e);
  if (v.type->pairs) std::sort(entries.begin(), entries.end(), [](auto* a, auto* b) { return a->key < b->key; });
  for (const syntax::Entry* e : entries) {
    Value item = default_value(*v.type->element, {});
    decode(item, e->value, e->key_span, what + "::" + e->key);
    v.keys.push_back(e->key);
    v.items.push_back(std::move(item));
  }
}

void Decoder::pair(Value& v, const Node& n, const std::string& what) {
  const syntax::Entry* name = n.kind == Kind::Mapping ? n.find("name") : nullptr;
  const syntax::Entry* value = n.kind == Kind::Mapping ? n.find("value") : nullptr;
  if (name == nullptr || c_.tree.at(name->value).kind != Kind::String) {
    v.wrong = true;
    auto d = c_.diags.emit(kWrongType, n.span, last_part(what), "a map, or a list of `name` and `value`",
                           syntax::describe(n));
    d.here("expected `name` and `value`");
    if (n.kind == Kind::Mapping && name == nullptr && value == nullptr)
      d.help("leave the dash out: names and values stand directly under `{}`", last_part(what));
    return;
  }
  for (const syntax::Entry& e : n.entries) {
    if (&e != name && &e != value) unknown_key(v, last_part(what), e.key, e.key_span, {"name", "value"});
  }
  const std::string& key = c_.tree.at(name->value).text;
  if (std::find(v.keys.begin(), v.keys.end(), key) != v.keys.end()) {
    v.wrong = true;
    c_.diags.emit(kTwiceInPairs, c_.tree.at(name->value).span, last_part(what), key).here("again");
  }
  Value item = default_value(*v.type->element, {});
  if (value != nullptr) decode(item, value->value, value->key_span, what + "::" + key);
  v.keys.push_back(key);
  v.items.push_back(std::move(item));
}

}  // namespace whittle::check
