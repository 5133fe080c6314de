// SPDX-License-Identifier: Apache-2.0
// All functions, stated once: editors, converters, and those that only one processor knows.
#pragma once

#include "compiler/ottl/paths.h"

namespace whittle::ottl {

// What an argument has to be. Where a literal is given, the reference converts it when the config is read, and refuses
// the config if that fails; for all else the conversion happens, and may fail, when the statement runs.
enum class Param : uint8_t {
  Value,       // anything
  Target,      // a path, to be read and written
  MapTarget,   // a path; its value must be a map when the statement runs
  ListTarget,  // a path; its value must be a list when the statement runs
  String,      // a value that is a string, or running fails; so for the next ones
  Int,
  Double,
  Bool,
  Time,
  Duration,
  Map,
  List,
  StringLike,  // converted to a string; nil stays nil
  IntLike,
  DoubleLike,
  BoolLike,
  BytesLike,
  ConstString,  // only a literal will do; so for the next ones
  ConstInt,
  ConstDouble,
  ConstBool,
  ConstEnum,
  Function,  // the name of a function
};

// What a literal argument is held against, beyond its type. Those marked * the reference finds out about only when the
// statement runs: breaking them is a warning.
enum class Rule : uint8_t {
  None,
  Regexp,        // compiles, in Go's syntax
  Places,        // the same, and where it matches is asked
  Captures,      // the same, and * has a named group
  Glob,          // compiles as a glob
  Grok,          // compiles with the definitions that there are
  GrokPatterns,  // a list of definitions NAME=pattern
  TimeFormat,    // directives to read or write times with
  Location,      // a time zone
  Locale,        // a language tag
  XPath,         // compiles
  Encoding,      // one that Decode knows
  Positive,      // > 0
  NotNegative,   // >= 0
  NotEmpty,      // not ""; of a list: not []
  OneOf,         // one of Parameter::choices
  OneOfWhenRun,  // * the same
  OneCharacter,  // a single character
  Percentile,    // 0 < x < 100
  Network,       // a network in CIDR notation
  Id,            // Function::id_size bytes, or twice as many hex digits
  Semconv,       // a version of the semantic conventions that is known
  GoDuration,    // * as `1h5m`
  Base,          // * of numbers: 0, or 2 to 36
  OneVerb,       // * a format with one %s and nothing else to fill in
  Severities,    // * a literal map of severities
  Address,       // * of IPv4 or IPv6
  Port,          // * 0 to 65535
};

struct Parameter {
  std::string_view field;  // as the reference's struct has it: "SourceIP"
  std::string_view name;   // how to write it: "source_i_p"
  Param kind = Param::Value;
  bool list = false;      // a list of such, in brackets
  bool optional = false;  // may be left out
  Rule rule = Rule::None;
  std::span<const std::string_view> choices{};  // OneOf
  std::string_view initial{};                   // what it is when left out, in words; may be empty
};

// What a function gives, where that depends on its arguments.
enum class Gives : uint8_t {
  Result,       // Function::result, whatever the arguments
  ResultOrNil,  // the same, and nil where its first argument is nil
  FirstOfList,  // what the first element of its list gives that is not nil, or nil: Coalesce
  Sorted,       // a list of the kind that it was given, but Slice becomes Array where there was something to sort: Sort
};

// Whose functions: the standard ones are in every set.
enum class Library : uint8_t { Standard, Transform, Filter };

struct Function {
  std::string_view name;
  bool editor = false;  // changes something; written small
  std::span<const Parameter> parameters{};
  TypeSet result{};  // what it gives when it does not fail; empty: of editors
  Gives gives = Gives::Result;
  bool fails = false;  // may fail when it runs, beyond its arguments' conversions
  bool pure = true;    // the same for the same arguments: not Now, UUID
  Library library = Library::Standard;
  std::span<const Context> contexts{};  // where it is known; empty: everywhere
  std::string_view doc{};
  bool any_arguments = false;  // takes any arguments and looks at none: Now(5)
  bool tests_type = false;     // answers whether its argument is of the parameter's type, so a wrong one is no failure
  uint8_t id_size = 0;         // Rule::HexId
  std::string_view reads{};    // a path of its one context that its code is given in front of its arguments
  // Its second argument is a list that is looked at one by one until one is true, unless all of it is literal; and only
  // where this function of the runtime is true of the first argument.
  std::string_view one_by_one{};

  // Arguments that must be given.
  int required() const;
};

// All functions of all libraries, in the order of the reference pages: editors, converters, those of processors.
std::span<const Function> functions();

// The function that `library` knows by that name in `context`. Filter knows no editors.
const Function* find_function(Library library, Context context, std::string_view name);

// Whether `library` has a function of that name in any context: to say where it is known.
const Function* find_anywhere(Library library, std::string_view name);

// The parameter that an argument written `name=` stands for, -1 if none: names are turned into field names as the
// reference does it (`source_i_p` and `sourceIP` differ).
int find_parameter(const Function& function, std::string_view name);

}  // namespace whittle::ottl
