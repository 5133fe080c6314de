// SPDX-License-Identifier: Apache-2.0
// JSON Schema 2020-12 of configs, from the declarations. It says what an editor can use: names, types, values,
// documentation. What it cannot say (a reference from a pipeline, two ports) `whittle check` does.
#include "compiler/report/commands.h"
#include "compiler/source/duration.h"
#include "compiler/source/json.h"

#include <cmath>
#include <map>

namespace whittle::report {

using schema::Literal;
using schema::TypeKind;
using source::json_quote;

namespace {

// A late-bound value may stand for any scalar.
constexpr std::string_view kReference = "{\"type\": \"string\", \"pattern\": \"^\\\\$\\\\{[^}]+\\\\}$\"}";

class Writer {
public:
  std::string run() {
    std::string sections;
    for (auto kind :
         {schema::ComponentKind::Receiver, schema::ComponentKind::Processor, schema::ComponentKind::Exporter,
          schema::ComponentKind::Connector, schema::ComponentKind::Extension}) {
      std::string patterns;
      for (const schema::Component* c : schema::components()) {
        if (c->kind != kind) continue;
        std::string ref =
            "{\"$ref\": \"#/$defs/" + std::string(schema::name_of(kind)) + "." + std::string(c->name) + "\"}";
        std::string names(c->name);
        for (const schema::Alias& a : c->aliases) names += "|" + std::string(a.name);
        patterns += (patterns.empty() ? "" : ",\n") + std::string("        ") +
                    json_quote("^\\s*(" + names + ")\\s*(/.+)?$") + ": " + ref;
        component(*c);
      }
      sections += "    " + json_quote(schema::plural_of(kind)) +
                  ": {\n      \"type\": [\"object\", \"null\"],\n      \"patternProperties\": {\n" + patterns +
                  "\n      },\n      \"additionalProperties\": false\n    },\n";
    }
    std::string pipeline = "{\"type\": \"object\", \"properties\": {\"receivers\": " + ids() +
                           ", \"processors\": " + ids() + ", \"exporters\": " + ids() +
                           "}, \"required\": [\"receivers\", \"exporters\"], \"additionalProperties\": false}";
    std::string service = properties(*schema::service_type().fields);
    std::string out =
        "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n  \"title\": \"OpenTelemetry Collector "
        "config for whittle\",\n  \"type\": \"object\",\n  \"properties\": {\n" +
        sections + "    \"service\": {\"type\": \"object\", \"properties\": {\n      \"extensions\": " + ids() +
        ",\n      \"pipelines\": {\"type\": \"object\", \"patternProperties\": "
        "{\"^\\\\s*(traces|metrics|logs)\\\\s*(/.+)?$\": " +
        pipeline + "}, \"additionalProperties\": false},\n      " + service +
        "\n    }, \"required\": [\"pipelines\"], \"additionalProperties\": false}\n  },\n  \"required\": "
        "[\"receivers\", \"exporters\", \"service\"],\n"
        "  \"additionalProperties\": false,\n  \"$defs\": {\n";
    bool first = true;
    for (auto& [name, text] : defs_) {
      out += (first ? "" : ",\n") + std::string("    ") + json_quote(name) + ": " + text;
      first = false;
    }
    return out + "\n  }\n}\n";
  }

private:
  static std::string ids() { return "{\"type\": [\"array\", \"null\"], \"items\": {\"type\": \"string\"}}"; }

  void component(const schema::Component& c) {
    std::string name = std::string(schema::name_of(c.kind)) + "." + std::string(c.name);
    defs_[name] = "{\"description\": " + json_quote(c.doc) + ", \"type\": [\"object\", \"null\"], \"properties\": {" +
                  properties(*c.config->fields) + "}, \"additionalProperties\": false}";
  }

  std::string properties(const schema::Struct& s) {
    std::string out;
    for (size_t i = 0; i < s.settings.size(); ++i) {
      if (static_cast<int>(i) == s.rest) continue;
      out += (out.empty() ? "" : ", ") + json_quote(s.settings[i].name) + ": " + setting(s.settings[i]);
    }
    return out;
  }

  std::string setting(const schema::Setting& s) {
    std::string text = type(*s.type, false);
    text.pop_back();  // its closing brace
    std::string doc(s.doc);
    if (!s.refused.empty()) doc += "\nRefused: " + std::string(s.refused) + ".";
    if (!s.inert.empty()) doc += "\nHas no effect: " + std::string(s.inert) + ".";
    if (!s.deprecated.empty()) doc += "\nDeprecated: " + std::string(s.deprecated) + ".";
    text += (text.size() > 1 ? ", " : "") + std::string("\"description\": ") + json_quote(doc);
    if (!s.deprecated.empty() || !s.refused.empty()) text += ", \"deprecated\": true";
    std::string initial = literal(*s.type, s.initial);
    if (!initial.empty()) text += ", \"default\": " + initial;
    return text + "}";
  }

  static std::string literal(const schema::Type& t, const Literal& l) {
    const schema::Type& inner = t.kind == TypeKind::Optional ? *t.element : t;
    switch (l.kind) {
    case Literal::Kind::Bool: return l.number != 0 ? "true" : "false";
    case Literal::Kind::Int: return std::to_string(l.number);
    case Literal::Kind::Double: {
      std::string s = std::to_string(l.real);
      while (s.back() == '0') s.pop_back();
      return s.back() == '.' ? s + "0" : s;
    }
    case Literal::Kind::String: return json_quote(l.text);
    case Literal::Kind::Duration: return json_quote(source::format_duration(l.number));
    case Literal::Kind::Zero:
      if (t.kind == TypeKind::Bool) return "false";
      if (t.kind == TypeKind::Int || t.kind == TypeKind::Double) return "0";
      if (t.kind == TypeKind::Duration) return "\"0s\"";
      if (t.kind == TypeKind::String) return "\"\"";
      if (t.kind == TypeKind::Enum) return json_quote(inner.values[0].name);
      return {};
    default: return {};
    }
  }

  // `element`: within a list or map, where null is no way to leave a value out.
  std::string type(const schema::Type& t, bool element) {
    auto or_reference = [](const std::string& text) {
      return "{\"anyOf\": [" + text + ", " + std::string(kReference) + "]}";
    };
    switch (t.kind) {
    case TypeKind::Bool: return or_reference("{\"type\": \"boolean\"}");
    case TypeKind::Int: {
      std::string limits;
      if (t.min != std::numeric_limits<int64_t>::min())
        limits = ", \"minimum\": " + std::to_string(t.min) + ", \"maximum\": " + std::to_string(t.max);
      return or_reference("{\"type\": \"integer\"" + limits + "}");
    }
    case TypeKind::Double: return or_reference("{\"type\": \"number\"}");
    case TypeKind::Duration:
      return "{\"type\": [\"string\", \"integer\"], \"examples\": [\"10s\", \"1m30s\", \"200ms\"]}";
    case TypeKind::String:
    case TypeKind::Regexp: return "{\"type\": \"string\"}";
    case TypeKind::Enum: {
      if (t.any_case) return "{\"type\": \"string\", \"examples\": [" + values(t) + "]}";
      return "{\"enum\": [" + values(t) + "]}";
    }
    case TypeKind::Any: return "{}";
    case TypeKind::List: {
      std::string list = "{\"type\": [\"array\", \"null\"], \"items\": " + type(*t.element, true) + "}";
      if (t.element->kind == TypeKind::String && t.flat.empty())
        return "{\"anyOf\": [" + list + ", {\"type\": \"string\"}]}";
      if (!t.flat.empty())
        return "{\"type\": [\"array\", \"null\"], \"items\": {\"anyOf\": [" + type(*t.element, true) +
               ", {\"type\": \"string\"}]}}";
      return list;
    }
    case TypeKind::Map: {
      std::string map = "{\"type\": [\"object\", \"null\"], \"additionalProperties\": " + type(*t.element, true) + "}";
      if (!t.pairs) return map;
      return "{\"anyOf\": [" + map +
             ", {\"type\": \"array\", \"items\": {\"type\": \"object\", \"properties\": {\"name\": {\"type\": "
             "\"string\"}, \"value\": " +
             type(*t.element, true) + "}, \"required\": [\"name\"], \"additionalProperties\": false}}]}";
    }
    case TypeKind::Struct: return structure(t, false, element);
    case TypeKind::Optional:
      if (t.element->kind == TypeKind::Struct) return structure(*t.element, t.switched, element);
      return "{\"anyOf\": [" + type(*t.element, element) + ", {\"type\": \"null\"}]}";
    }
    return "{}";
  }

  static std::string values(const schema::Type& t) {
    std::string out;
    for (const schema::EnumValue& v : t.values) out += (out.empty() ? "" : ", ") + json_quote(v.name);
    return out;
  }

  std::string structure(const schema::Type& t, bool switched, bool element) {
    std::string all = properties(*t.fields);
    if (switched)
      all +=
          (all.empty() ? "" : ", ") +
          std::string(
              "\"enabled\": {\"type\": \"boolean\", \"default\": true, \"description\": \"Turns this section off.\"}");
    std::string rest = t.fields->rest >= 0 ? "true" : "false";
    return std::string("{\"type\": ") + (element ? "\"object\"" : "[\"object\", \"null\"]") + ", \"properties\": {" +
           all + "}, \"additionalProperties\": " + rest + "}";
  }

  std::map<std::string, std::string> defs_;
};

}  // namespace

std::string json_schema() {
  return Writer().run();
}

}  // namespace whittle::report
