// SPDX-License-Identifier: Apache-2.0
// The tree of a .wtl file: what was written, nothing resolved. Plain data, so that those who use it need not know
// ANTLR.
#pragma once

#include "compiler/source/span.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::syntax {

struct WtlLiteral {
  enum class Kind : uint8_t { None, Null, Bool, Number, Duration, String, Word, Env, List, Map };
  Kind kind = Kind::None;
  source::Span span;
  std::string text;  // Number and Duration as written with their sign, String unescaped, Word, Env
  bool boolean = false;
  std::vector<WtlLiteral> items;  // List, Map
  std::vector<std::string> keys;  // Map
};

struct WtlOverride {
  std::string name;
  source::Span span;
  WtlLiteral value;  // kind None when `nested` is meant
  std::vector<WtlOverride> nested;
};

struct WtlExpression {
  enum class Kind : uint8_t { Not, And, Or, Set, Compare, Size, Literal };
  Kind kind = Kind::Literal;
  source::Span span;
  std::string op;                 // Compare
  std::vector<std::string> path;  // Set, Size
  WtlLiteral literal;             // Literal; a Word is the name of a setting or of an enum's value
  std::vector<WtlExpression> operands;
};

struct WtlMember;

struct WtlEnumValue {
  std::string name;
  std::string doc;
};

struct WtlType {
  enum class Kind : uint8_t { Named, List, Map, Enum, Struct };
  Kind kind = Kind::Named;
  source::Span span;
  bool optional = false;
  std::string name;                  // Named
  std::vector<WtlType> arguments;    // List, Map: one
  std::vector<WtlEnumValue> values;  // Enum
  std::vector<WtlMember> members;    // Struct
};

struct WtlModifier {
  std::string kind;  // "in", "range", "where", "with", "refused", ...
  source::Span span;
  std::vector<WtlLiteral> literals;
  std::string op;                        // where
  std::string text;                      // the reason, or the word of `flat`
  std::string severity;                  // in, range, where: empty, "warn" or "ours"
  std::vector<WtlOverride> overrides;    // with
  std::vector<WtlExpression> condition;  // socket: one; names: none or one
  std::vector<std::string> words;  // for: signals; conditions: the context, and the setting of `errors` if there is one
};

struct WtlIamStatement {
  std::string action;
  std::string resource;
  std::vector<std::vector<std::string>> arguments;
  std::vector<std::string> otherwise;  // one for each argument, empty for none
  std::vector<WtlExpression> when;     // none or one
  std::string why;
};

struct WtlNeverStatement {
  std::string action;  // may end in `*`
  std::string why;
};

struct WtlMember {
  enum class Kind : uint8_t {
    Include,
    Setting,
    Alias,
    Requires,
    Iam,
    Needs,
    Emits,
    Stability,
    Listens,
    CheckedOnly,
    Holds,
    Delays,
    Attempts,
    Drains,
    Caps,
    Links,
    Roots,
    PassesNames,
    Stateless,
    Ships,
    Host,
    SameSignal
  };
  Kind kind = Kind::Setting;
  source::Span span;
  std::string name;  // Include, Setting, Alias, Needs, Stability, Links; Emits: the instrument
  std::string doc;
  WtlType type;
  WtlLiteral initial;
  std::vector<WtlModifier> modifiers;
  std::vector<WtlOverride> overrides;  // Include
  std::string text;  // Alias: deprecation; Requires, Needs: message; Emits: name; Listens: the usual address;
                     // Links: the archive that stands for it
  std::string value_type, unit, when, mistaken;  // Emits
  std::vector<WtlExpression> condition;          // Requires: one; Holds, Listens, Links, Roots, Host: none or one
  bool ours = false;                             // Requires
  std::vector<WtlIamStatement> iam;
  std::vector<WtlNeverStatement> never;  // Iam
  std::vector<std::string> words;        // Ships: names of distributions
  std::vector<std::string> protocols;    // Listens
  std::vector<std::string> path;         // Listens (the address), Holds (may be empty), Delays, Attempts, Drains, Caps
  std::vector<std::string> port, tls;    // Listens: empty for none
  std::vector<std::vector<std::string>> paths;  // Listens
  int64_t number = 0, otherwise = 0;            // Holds
};

struct WtlItem {
  enum class Kind : uint8_t { Struct, Component, Service, Let, Pipeline, Test };
  Kind kind = Kind::Struct;
  source::Span span;
  std::string name;
  std::string component_kind;         // "receiver"
  std::vector<std::string> consumes;  // names of signals
  std::vector<std::string> produces;
  std::string doc;
  std::vector<WtlMember> members;
};

struct WtlFile {
  std::vector<WtlItem> items;
};

struct WtlProblem {
  source::Span span;
  std::string message;
};

}  // namespace whittle::syntax
