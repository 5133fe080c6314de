// SPDX-License-Identifier: Apache-2.0
// The plan as text. Stages are written in the order of the data, from receivers to exporters; settings only where they
// differ from their defaults, so that the text says what this config is about.
#include "compiler/plan/plan.h"

#include "compiler/check/worst_case.h"
#include "compiler/source/duration.h"
#include "compiler/source/json.h"

#include <algorithm>
#include <set>

namespace whittle::plan {
namespace {

using check::Value;
using schema::TypeKind;
using source::json_quote;

std::string number(double d) {
  char text[40];
  snprintf(text, sizeof text, "%.17g", d);
  return text;
}

class Dump {
public:
  explicit Dump(const Plan& plan) : plan_(plan) {}

  std::string run() {
    for (auto& stage : plan_.stages)
      if (stage.component().kind == schema::ComponentKind::Extension) component(stage);
    for (auto& stage : plan_.stages)
      if (stage.component().kind == schema::ComponentKind::Receiver) component(stage);
    for (auto& stage : plan_.stages)
      if (stage.component().kind == schema::ComponentKind::Processor) component(stage);
    for (auto& stage : plan_.stages)
      if (stage.component().kind == schema::ComponentKind::Connector) component(stage);
    for (auto& stage : plan_.stages)
      if (stage.component().kind == schema::ComponentKind::Exporter) component(stage);
    for (auto& p : plan_.pipelines) {
      out_ += "pipeline " + p.source->name + " {\n  ";
      std::string separator;
      auto names = [&](const std::vector<StageId>& ids, const char* between) {
        for (auto id : ids) {
          out_ += separator + plan_.stages[id].instance->id;
          for (const check::Instance* other : plan_.stages[id].joined) out_ += " + " + other->id;
          separator = between;
        }
        separator = " -> ";
      };
      names(p.receivers, ", ");
      names(p.processors, " -> ");
      names(p.exporters, ", ");
      out_ += "\n}\n";
    }
    worst_cases();
    return std::move(out_);
  }

private:
  void worst_cases() {
    const check::Memory memory = check::most_memory(*plan_.config);
    out_ += "memory at most " + std::to_string(memory.mib) + " MiB {\n";
    for (const std::string& term : memory.terms) out_ += "  " + term + "\n";
    const check::StopTimes times = check::stop_times(*plan_.config);
    out_ += "}\nstop within " + std::to_string(plan_.config->stop_timeout_s) + "s {\n  take for " +
            source::format_duration(times.linger) + "\n  send until " + source::format_duration(times.send) + "\n";
    for (const check::Attempt& a : check::attempts(*plan_.config)) {
      out_ += "  " + a.exporter->id + ": ";
      if (const int64_t n = a.fit(times); n > 0)
        out_ += std::to_string(n) + (n == 1 ? " attempt of " : " attempts of ") + source::format_duration(a.ns) + "\n";
      else out_ += "an attempt of " + source::format_duration(a.ns) + " that hangs is cut off\n";
    }
    for (const check::Drain& d : check::drains(*plan_.config))
      out_ += "  " + d.exporter->id + ": a full queue of " + std::to_string(d.requests()) + " requests, " +
              std::to_string(d.at_a_time()) + " at a time, where each is answered within " +
              source::format_duration(d.answer(times) / 1'000'000 * 1'000'000) + "\n";
    out_ += "}\n";
  }

  void component(const Stage& stage) {
    if (stage.routes) {
      for (const Route& route : *stage.routes) {
        out_ += "route of " + stage.instance->id + " to";
        for (size_t i = 0; i < route.pipelines.size(); ++i) out_ += (i ? ", " : " ") + route.pipelines[i];
        out_ += " {\n" + ir::dump(route.program) + "}\n\n";
      }
      return;
    }
    if (stage.program) {
      const auto& in_use = plan_.pipelines[*stage.pipeline].processors;
      if (std::ranges::find(in_use, static_cast<StageId>(&stage - plan_.stages.data())) == in_use.end()) return;
      out_ += "program " + plan_.pipelines[*stage.pipeline].source->name + "/" + stage.instance->id;
      for (const check::Instance* other : stage.joined) out_ += " + " + other->id;
      out_ += " {\n" + ir::dump(*stage.program) + "}\n\n";
      return;
    }
    out_ += std::string(schema::name_of(stage.component().kind)) + " " + stage.instance->id;
    if (stage.pipeline) out_ += " in " + plan_.pipelines[*stage.pipeline].source->name;
    if (stage.takes) out_ += " of " + std::string(schema::name_of(*stage.takes));
    std::string inside = fields(stage.instance->config, "  ");
    out_ += inside.empty() ? " {}\n\n" : " {\n" + inside + "}\n\n";
    if (told_.insert(stage.instance).second) conditions(stage.instance->config, stage.instance->id);
  }

  // What conditions among the settings were compiled to.
  void conditions(const Value& v, const std::string& path) {
    for (size_t i = 0; i < v.items.size(); ++i) {
      std::string name = path + "::";
      if (v.type->kind == TypeKind::Struct) name += v.type->fields->settings[i].name;
      else if (v.type->kind == TypeKind::Map) name += v.keys[i];
      else name += std::to_string(i);
      conditions(v.items[i], v.type->kind == TypeKind::Optional ? path : name);
      for (const Conditions& c : plan_.conditions)
        if (c.setting == &v.items[i]) out_ += "conditions " + name + " {\n" + ir::dump(c.program) + "}\n\n";
    }
  }

  // The settings of a struct that the config wrote, a line each.
  std::string fields(const Value& v, const std::string& indent) {
    std::string out;
    for (size_t i = 0; i < v.items.size(); ++i) {
      const Value& item = v.items[i];
      if (!written(item)) continue;
      out += indent + std::string(v.type->fields->settings[i].name) + " = " + value(item, indent) + "\n";
    }
    return out;
  }

  static bool written(const Value& v) {
    if (v.written && (v.type->kind != TypeKind::Struct || v.items.empty())) return true;
    if (v.type->kind == TypeKind::Struct || v.type->kind == TypeKind::Optional)
      for (auto& item : v.items)
        if (written(item)) return true;
    return v.written && v.type->kind == TypeKind::Optional;
  }

  std::string value(const Value& v, const std::string& indent) {
    if (v.late) return "late " + json_quote(v.text);
    switch (v.type->kind) {
    case TypeKind::Bool: return v.boolean ? "true" : "false";
    case TypeKind::Int: return std::to_string(v.integer);
    case TypeKind::Duration: return source::format_duration(v.integer);
    case TypeKind::Double: return number(v.real);
    case TypeKind::Enum: return v.text.empty() ? "\"\"" : v.text;
    case TypeKind::Regexp: return "/" + v.text + "/";
    case TypeKind::String: return v.type->format == schema::Format::Opaque ? "(hidden)" : json_quote(v.text);
    case TypeKind::Any:
      switch (v.any) {
      case check::AnyKind::Null: return "null";
      case check::AnyKind::Bool: return v.boolean ? "true" : "false";
      case check::AnyKind::Int: return std::to_string(v.integer);
      case check::AnyKind::Double: return number(v.real);
      case check::AnyKind::String:
      case check::AnyKind::Date: return json_quote(v.text);
      case check::AnyKind::List:
      case check::AnyKind::Map: break;  // not compiled
      }
      return "";
    case TypeKind::Optional: return v.present && !v.items.empty() ? value(v.items[0], indent) : "none";
    case TypeKind::Struct: {
      std::string inside = fields(v, indent + "  ");
      return inside.empty() ? "{}" : "{\n" + inside + indent + "}";
    }
    case TypeKind::List:
    case TypeKind::Map: {
      std::string out;
      for (size_t i = 0; i < v.items.size(); ++i)
        out += (i ? ", " : "") + (v.type->kind == TypeKind::Map ? json_quote(v.keys[i]) + " = " : std::string()) +
               value(v.items[i], indent + "  ");
      return "[" + out + "]";
    }
    }
    return "";
  }

  const Plan& plan_;
  std::string out_;
  std::set<const check::Instance*> told_;  // whose conditions have been written
};

}  // namespace

std::string dump(const Plan& plan) {
  return Dump(plan).run();
}

}  // namespace whittle::plan
