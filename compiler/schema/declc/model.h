// SPDX-License-Identifier: Apache-2.0
// Declarations resolved: includes expanded, names bound, defaults typed. Between the trees of the .wtl files and the
// C++ that declc writes.
#pragma once

#include "compiler/schema/schema.h"
#include "compiler/syntax/wtl_tree.h"

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace whittle::declc {

struct StructModel;

struct EnumValueModel {
  std::string name, identifier, doc;
};

struct TypeModel {
  schema::TypeKind kind = schema::TypeKind::Bool;
  schema::Format format = schema::Format::Plain;
  bool bounded = false;  // Int: min and max are narrower than int64_t
  int64_t min = 0, max = 0;
  std::string name;
  std::string cpp_name;
  const TypeModel* element = nullptr;
  const StructModel* fields = nullptr;
  std::vector<EnumValueModel> values;
  bool switched = false, named = false, pairs = false, any_case = false, whole = false, loose = false;
  std::string flat, conditions_on, errors;
  int zero = -1;
};

struct LiteralModel {
  schema::Literal::Kind kind = schema::Literal::Kind::Zero;
  int64_t number = 0;
  double real = 0;
  std::string text;
  std::vector<LiteralModel> items;
  std::vector<std::string> keys;
};

struct ConstraintModel {
  schema::Constraint::Kind kind = schema::Constraint::Kind::OneOf;
  bool warn = false, ours = false;
  schema::Compare compare = schema::Compare::Equal;
  bool has_max = true;
  std::vector<LiteralModel> values;
  std::string reason;
};

struct ExpressionModel {
  schema::SettingExpression::Kind kind = schema::SettingExpression::Kind::Value;
  schema::Compare compare = schema::Compare::Equal;
  std::vector<ExpressionModel> operands;
  std::vector<std::string> path;
  LiteralModel value;
};

using ConditionModel = std::vector<ExpressionModel>;  // none or one
using PathModel = std::vector<std::string>;

struct SettingModel {
  std::string name;
  const TypeModel* type = nullptr;
  LiteralModel initial;
  std::vector<ConstraintModel> constraints;
  std::string doc, refused, inert, deprecated;
  ConditionModel socket, patterns;
  bool names_metrics = false;
  unsigned signals = 0;  // 0: of all
};

struct ListensModel {
  std::vector<std::string> protocols;
  PathModel address, port, tls;
  std::vector<PathModel> url_paths;
  std::string otherwise;
  ConditionModel when;
};

struct LinkModel {
  std::string part, otherwise;
  ConditionModel when;
};

struct RequirementModel {
  bool ours = false;
  ExpressionModel condition;
  std::string message;
};

struct IncludeModel {
  const StructModel* included = nullptr;
  size_t first = 0, count = 0;  // of the settings
};

struct StructModel {
  std::string name, cpp_name, doc;
  std::string home;     // "common" or the component's name: whose header defines the C++ struct
  std::string variant;  // empty, or what its defaults are when they differ from the declared ones
  std::vector<SettingModel> settings;
  std::vector<RequirementModel> requirements;
  std::vector<IncludeModel> includes;
  int rest = -1;
  std::vector<ListensModel> listens;
  std::vector<LinkModel> links;
  std::vector<ConditionModel> roots;
};

struct IamModel {
  std::string action, resource;
  std::vector<PathModel> arguments;
  std::vector<std::string> otherwise;  // one for each argument
  ConditionModel when;
  std::string why;
};

struct EmitsModel {
  std::string instrument, value_type, name, unit, when, mistaken;
};

struct HoldsModel {
  PathModel path;
  int64_t number = 0, otherwise = 0;
  std::string what;
  ConditionModel when;
};

struct HostModel {
  std::string reason;
  ConditionModel when;
};

struct PairModel {
  std::string name, text;
};

struct ComponentModel {
  schema::ComponentKind kind = schema::ComponentKind::Receiver;
  bool service = false;
  std::string folder;  // "receiver/otlp", "service"
  std::string name, doc, stability;
  const StructModel* config = nullptr;
  unsigned consumes = 0, produces = 0;
  std::vector<PairModel> aliases, needs, never;
  std::vector<IamModel> iam;
  std::vector<EmitsModel> emits;
  std::vector<HoldsModel> holds;
  PathModel delays, attempts, drains, caps;
  std::vector<std::string> ships;
  std::vector<HostModel> host;
  bool same_signal = false;
  bool checked_only = false, passes_names = false, stateless = false;
  std::vector<const StructModel*> structs;  // local ones in the order of definition, config last
};

struct Model {
  std::deque<TypeModel> types;
  std::deque<StructModel> structs;
  std::vector<const StructModel*> shared;  // of stdlib/common, used ones before their users
  std::deque<ComponentModel> components;   // the service last
};

struct InputFile {
  std::string path;
  std::string home;  // "common", or "receiver/otlp"
  std::string text;
  syntax::WtlFile tree;
};

// Resolves all files together. Problems carry spans into `files` by index.
Model resolve(const std::vector<InputFile>& files, std::vector<syntax::WtlProblem>& problems);

// "health_check" -> "HealthCheck", "x-snappy-framed" -> "XSnappyFramed".
std::string camel(std::string_view text);

// C++ text of the generated files.
std::string config_header(const Model& model, const std::string& home);  // common or a component's name
std::string component_tables(const Model& model, const ComponentModel& component);
std::string shared_tables(const Model& model);
std::string shared_tables_header(const Model& model);
std::string registry(const Model& model);
// The checks in <name>_check.cc files: `folders` of components and names of shared `structs` that have one.
std::string check_registry(const Model& model, const std::vector<std::string>& folders,
                           const std::vector<std::string>& structs);

}  // namespace whittle::declc
