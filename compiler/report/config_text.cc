// SPDX-License-Identifier: Apache-2.0
#include "compiler/report/config_text.h"

#include "compiler/check/checks.h"
#include "compiler/source/duration.h"
#include "compiler/source/json.h"

#include <algorithm>

namespace whittle::report {

using check::Value;
using schema::TypeKind;
using syntax::Node;
using syntax::NodeId;
using Kind = syntax::Node::Kind;

namespace {

constexpr int kMaxDepth = 200;

std::string spaces(int n) {
  return std::string(static_cast<size_t>(n), ' ');
}

// What a tree is printed from: both kinds come down to this.
struct Out {
  enum class Kind : uint8_t { Scalar, List, Map };
  Kind kind = Kind::Scalar;
  std::string text;               // Scalar, as YAML
  std::vector<std::string> keys;  // Map
  std::vector<Out> items;

  void add(std::string_view key, Out value);
};

void Out::add(std::string_view key, Out value) {
  keys.emplace_back(key);
  items.push_back(std::move(value));
}

void print(const Out& o, int indent, std::string& out) {
  for (size_t i = 0; i < o.items.size(); ++i) {
    const Out& value = o.items[i];
    std::string body;
    bool nested = value.kind != Out::Kind::Scalar && !value.items.empty();
    if (nested) {
      print(value, indent + 2, body);
    } else {
      body = value.kind == Out::Kind::Map ? "{}" : value.kind == Out::Kind::List ? "[]" : value.text;
    }
    if (o.kind == Out::Kind::Map) {
      out += spaces(indent) + yaml_scalar(o.keys[i]) + ":" +
             (nested ? "\n" + body : (body.empty() ? "" : " " + body) + "\n");
    } else {
      // The first key stands on the dash's own line.
      out += spaces(indent) + "- " + (nested ? body.substr(static_cast<size_t>(indent) + 2) : body + "\n");
    }
  }
}

std::string doubled(std::string_view text) {
  std::string out;
  for (char c : text) out += c == '$' ? std::string("$$") : std::string(1, c);
  return out;
}

Out from(const syntax::Tree& tree, NodeId id, int depth) {
  Out out;
  const Node& n = tree.at(id);
  if (depth > kMaxDepth) return out;
  if (n.kind == Kind::Mapping) {
    out.kind = Out::Kind::Map;
    for (const syntax::Entry& e : n.entries) out.add(e.key, from(tree, e.value, depth + 1));
  } else if (n.kind == Kind::Sequence) {
    out.kind = Out::Kind::List;
    for (NodeId i : n.items) out.add("", from(tree, i, depth + 1));
  } else if (n.kind == Kind::String) {
    out.text = yaml_scalar(n.late ? n.text : doubled(n.text));
  } else if (n.kind != Kind::Null) {
    out.text = n.text;
  }
  return out;
}

bool from(const Value& v, Out& out, int depth);

bool from_struct(const Value& v, Out& out, int depth) {
  out.kind = Out::Kind::Map;
  for (size_t i = 0; i < v.items.size(); ++i) {
    const schema::Setting& s = v.type->fields->settings[i];
    Out inner;
    if (static_cast<int>(i) == v.type->fields->rest) {
      if (!from(v.items[i], inner, depth + 1)) continue;
      for (size_t k = 0; k < inner.items.size(); ++k) out.add(inner.keys[k], std::move(inner.items[k]));
    } else if (from(v.items[i], inner, depth + 1)) {
      out.add(s.name, std::move(inner));
    }
  }
  return true;
}

std::string real_text(double v) {
  std::string s = std::to_string(v);
  while (s.back() == '0') s.pop_back();
  return s.back() == '.' ? s + "0" : s;
}

// False: there is nothing to print, an optional part that is not there.
bool from(const Value& v, Out& out, int depth) {
  if (v.type == nullptr || depth > kMaxDepth) return false;
  if (v.late) {
    out.text = yaml_scalar(v.text);
    return true;
  }
  const bool hidden = v.type->kind == TypeKind::String && v.type->format == schema::Format::Opaque && !v.text.empty();
  switch (v.type->kind) {
  case TypeKind::Bool: out.text = v.boolean ? "true" : "false"; return true;
  case TypeKind::Int: out.text = std::to_string(v.integer); return true;
  case TypeKind::Double: out.text = real_text(v.real); return true;
  case TypeKind::Duration: out.text = source::format_duration(v.integer); return true;
  case TypeKind::String:
  case TypeKind::Regexp:
  case TypeKind::Enum: out.text = yaml_scalar(hidden ? "[REDACTED]" : doubled(v.text)); return true;
  case TypeKind::Optional:
    if (!v.present || v.items.empty()) return false;
    return from(v.items[0], out, depth + 1);
  case TypeKind::Struct: return from_struct(v, out, depth);
  case TypeKind::List:
    if (v.items.empty() && !v.written) return false;  // an empty list can mean more than none
    out.kind = Out::Kind::List;
    for (const Value& i : v.items) {
      Out inner;
      if (from(i, inner, depth + 1)) out.add("", std::move(inner));
    }
    return true;
  case TypeKind::Map:
    out.kind = Out::Kind::Map;
    for (size_t i = 0; i < v.items.size(); ++i) {
      Out inner;
      if (from(v.items[i], inner, depth + 1)) out.add(v.keys[i], std::move(inner));
    }
    return true;
  case TypeKind::Any:
    switch (v.any) {
    case check::AnyKind::Null: return true;
    case check::AnyKind::Bool: out.text = v.boolean ? "true" : "false"; return true;
    case check::AnyKind::Int: out.text = std::to_string(v.integer); return true;
    case check::AnyKind::Double: out.text = real_text(v.real); return true;
    case check::AnyKind::Date: out.text = v.text; return true;
    case check::AnyKind::String: out.text = yaml_scalar(doubled(v.text)); return true;
    case check::AnyKind::List:
    case check::AnyKind::Map:
      out.kind = v.any == check::AnyKind::List ? Out::Kind::List : Out::Kind::Map;
      for (size_t i = 0; i < v.items.size(); ++i) {
        Out inner;
        if (from(v.items[i], inner, depth + 1))
          out.add(i < v.keys.size() ? v.keys[i] : std::string(), std::move(inner));
      }
      return true;
    }
  }
  return false;
}

Out ids(const check::Config& config, const std::vector<check::InstanceId>& list) {
  Out out;
  std::string text;
  for (check::InstanceId i : list) text += (text.empty() ? "" : ", ") + yaml_scalar(config.instances[i].id);
  out.text = "[" + text + "]";
  return out;
}

}  // namespace

std::string yaml_scalar(std::string_view text) {
  Node n;
  n.text = text;
  syntax::resolve_scalar(n);
  static constexpr std::string_view kFirst = "-?:,[]{}#&*!|>'\"%@` ";
  bool plain = n.kind == Kind::String && !text.empty() && kFirst.find(text.front()) == std::string_view::npos &&
               text.back() != ' ' && text.back() != ':' && text.find(": ") == std::string_view::npos &&
               text.find(" #") == std::string_view::npos && std::none_of(text.begin(), text.end(), [](char c) {
                 return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f;
               });
  return plain ? std::string(text) : source::json_quote(text);
}

std::string yaml_of(const syntax::Tree& tree, NodeId root) {
  std::string out;
  print(from(tree, root, 0), 0, out);
  return out;
}

std::string yaml_of(const check::Config& config) {
  Out root;
  root.kind = Out::Kind::Map;
  for (auto kind : {schema::ComponentKind::Extension, schema::ComponentKind::Receiver, schema::ComponentKind::Processor,
                    schema::ComponentKind::Connector, schema::ComponentKind::Exporter}) {
    Out section;
    section.kind = Out::Kind::Map;
    for (const check::Instance& i : config.instances) {
      Out inner;
      if (i.component->kind == kind && from(i.config, inner, 0)) section.add(i.id, std::move(inner));
    }
    if (!section.items.empty()) root.add(schema::plural_of(kind), std::move(section));
  }
  Out service;
  from(config.service, service, 0);
  service.kind = Out::Kind::Map;
  if (!config.extensions.empty()) service.add("extensions", ids(config, config.extensions));
  Out pipelines;
  pipelines.kind = Out::Kind::Map;
  for (const check::Pipeline& p : config.pipelines) {
    Out one;
    one.kind = Out::Kind::Map;
    one.add("receivers", ids(config, p.receivers));
    if (!p.processors.empty()) one.add("processors", ids(config, p.processors));
    one.add("exporters", ids(config, p.exporters));
    pipelines.add(p.name, std::move(one));
  }
  service.add("pipelines", std::move(pipelines));
  root.add("service", std::move(service));
  std::string out;
  print(root, 0, out);
  return out;
}

}  // namespace whittle::report
