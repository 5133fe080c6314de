// SPDX-License-Identifier: Apache-2.0
// What is known of components: the declarations of stdlib/ as constant tables.
//
// declc reads the .wtl files when whittle is built and writes these tables as C++ constants, so that using them costs
// neither a parser nor an allocation. Everything that depends on a declaration (checking, defaults, the JSON Schema,
// the reference pages, the layout of config structs, IAM statements) walks the same tables.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

namespace whittle::schema {

enum class ComponentKind : uint8_t { Receiver, Processor, Exporter, Extension, Connector };
enum class Signal : uint8_t { Traces, Metrics, Logs };
inline constexpr int kSignals = 3;

using SignalSet = uint8_t;  // bit s is set for Signal s
constexpr SignalSet bit(Signal s) {
  return static_cast<SignalSet>(1u << static_cast<unsigned>(s));
}

// "receiver" and "receivers", "traces".
std::string_view name_of(ComponentKind kind);
std::string_view plural_of(ComponentKind kind);
std::string_view name_of(Signal signal);

enum class TypeKind : uint8_t {
  Bool,
  Int,  // int64_t in the runtime, whatever its range here
  Double,
  String,
  Duration,  // int64_t nanoseconds
  Enum,      // uint32_t, the index in `values`
  Regexp,    // RE2 syntax
  Any,       // null, bool, int, double or string
  List,
  Map,  // keys are strings
  Struct,
  Optional,  // `element` or nothing
};

// What a string means. All are Str in the runtime; checks and documentation differ.
enum class Format : uint8_t {
  Plain,
  Endpoint,  // host:port to listen on
  Url,       // http:// or https://
  Path,      // of a file that is read
  WrittenPath,
  ReadPattern,  // of files that others write
  UrlPath,      // of a URL, begins with a slash
  HeaderName,
  Template,  // {ClusterName}, {TaskId} ... are replaced when the collector runs
  Arn,
  Region,
  Opaque,  // a secret: never printed
  Host,
  Ottl,  // a condition in the OpenTelemetry Transformation Language
  ComponentId,
  ProxyUrl,       // http, https or socks5
  RoleArn,        // of an IAM role that is taken on
  Authenticator,  // id of the extension that signs requests
};

struct Struct;

struct EnumValue {
  std::string_view name;        // as written in a config, may be empty
  std::string_view identifier;  // of the C++ enumerator
  std::string_view doc;
};

struct Type {
  TypeKind kind;
  Format format = Format::Plain;                      // String
  int64_t min = std::numeric_limits<int64_t>::min();  // Int: what the reference's type can hold
  int64_t max = std::numeric_limits<int64_t>::max();
  std::string_view name{};              // as declared: "uint32", "duration", "endpoint", "tls_server"
  std::string_view cpp_name{};          // Enum, Struct: qualified within whittle::config
  const Type* element = nullptr;        // List, Map, Optional
  const Struct* fields = nullptr;       // Struct
  std::span<const EnumValue> values{};  // Enum
  bool switched = false;                // Optional: `enabled: false` inside turns it off
  bool named = false;                   // Optional: present when its key is written, even with null
  bool pairs = false;                   // Map: may also be written as a list of {name, value}
  bool any_case = false;                // Enum: written in capitals or not
  bool whole = false;                   // Regexp: of the whole text, as Prometheus': `^(?s:...)$`, and places are asked
  bool loose = false;                   // String: numbers and booleans are texts too; List: a text is no list
  int zero = -1;                        // Enum: the index of the value whose number is 0, for those that may be numbers
  std::string_view flat{};              // List: texts in it form one element with this setting
  // List of Ottl: conditions in this context, which become code (record::Conditions in the runtime) ...
  std::string_view conditions_on{};
  std::string_view errors{};  // ... and the setting beside it, an Enum, that is their error mode; empty: `propagate`
};

// A value written in a declaration.
struct Literal {
  enum class Kind : uint8_t { Zero, Null, Bool, Int, Double, String, Duration, List, Map, Present };
  Kind kind = Kind::Zero;   // Zero: the type's zero value; Present: an Optional that is there unless switched off
  int64_t number = 0;       // Bool, Int, Duration in nanoseconds
  double real = 0;          // Double
  std::string_view text{};  // String
  std::span<const Literal> items{};          // List, Map
  std::span<const std::string_view> keys{};  // Map
};

// Ours and OurWarning: for collectors that whittle compiles, and nothing for others.
enum class Severity : uint8_t { Error, Warning, Ours, OurWarning };
enum class Compare : uint8_t { Less, LessEqual, Greater, GreaterEqual, Equal, NotEqual };

// `in [...]`, `in 1..65535`, `where > 0s`.
struct Constraint {
  enum class Kind : uint8_t { OneOf, Range, Compare };
  Kind kind;
  Severity severity = Severity::Error;
  Compare compare = Compare::Equal;
  bool has_max = true;                // Range: `1..` has none
  std::span<const Literal> values{};  // OneOf; Range: min, max; Compare: one
  std::string_view reason{};          // said in the diagnostic, may be empty
};

struct SettingExpression;

struct Setting {
  std::string_view name;
  const Type* type;
  Literal initial{};
  std::span<const Constraint> constraints{};
  std::string_view doc{};
  std::string_view refused{};                   // not empty: any value but the default is an error, for this reason
  std::string_view inert{};                     // not empty: any value but the default has no effect, for this reason
  std::string_view deprecated{};                // not empty: what to write instead
  const SettingExpression* socket = nullptr;    // Endpoint: the text is the path of a unix socket when this holds
  bool names_metrics = false;                   // its texts are names of metrics; Regexp: patterns of them
  const SettingExpression* patterns = nullptr;  // names_metrics, String: they are patterns when this holds
  SignalSet signals = 0;                        // it counts where the component carries one of these; 0: always
};

// A boolean expression over the settings of one component. Late-bound settings make it unknown.
struct SettingExpression {
  enum class Kind : uint8_t { Not, And, Or, Set, Compare, Setting, Size, Value };
  Kind kind;
  Compare compare = Compare::Equal;
  const SettingExpression* left = nullptr;
  const SettingExpression* right = nullptr;
  std::span<const std::string_view> path{};  // Set, Setting, Size: "protocols", "grpc"
  Literal value{};
};

struct Requirement {
  const SettingExpression* condition;
  std::string_view message;
  bool ours = false;  // only of collectors that whittle compiles
};

using Path = std::span<const std::string_view>;  // of a setting: "protocols", "grpc"

// An address that is listened on, and what is understood there. Paths begin at the struct that says so; where they lead
// through a list, the first element that has the setting counts.
struct ListensAt {
  std::span<const std::string_view> protocols;  // "grpc", "http/protobuf", "health"
  Path address;                                 // an Endpoint; with `port`, a Host
  Path port{};                                  // empty: `address` holds it
  std::string_view otherwise{};                 // "localhost:8888": counts for the part that is not written
  Path tls{};                                   // the section that puts TLS under it; empty: none does
  std::span<const Path> url_paths{};            // of traces, metrics and logs
  const SettingExpression* when = nullptr;
};

// A part of the runtime that only some configs need: symbol rt_<part>.
struct Link {
  std::string_view part;       // "tls_server"
  std::string_view otherwise;  // the archive that takes its place in other collectors; empty: none does
  const SettingExpression* when = nullptr;
};

// TLS is spoken to somebody whose certificate must be checked, so the image needs CA roots.
struct NeedsRoots {
  const SettingExpression* when = nullptr;
};

struct Struct {
  std::string_view name;              // "tls_server"; of a component's own settings, the component's name
  std::string_view cpp_name;          // "TlsServer"
  std::span<const Setting> settings;  // included settings stand where `include` stood
  std::span<const Requirement> requirements{};
  std::string_view doc{};
  int rest = -1;  // the setting, a Map, that takes the keys that are no settings
  std::span<const ListensAt> listens{};
  std::span<const Link> links{};
  std::span<const NeedsRoots> roots{};

  // The index of the setting of that name, or -1.
  int find(std::string_view setting) const;
};

struct IamArgument {
  std::span<const std::string_view> path;  // of a setting
  // What counts when the setting is empty: "/metrics/{namespace}", where `{namespace}` is another setting, and `*` is
  // text that only the running collector knows.
  std::string_view otherwise{};
};

struct IamResource {
  std::string_view kind;  // "log_stream", "log_group", "role"; "*" for all
  std::span<const IamArgument> arguments{};
};

struct IamStatement {
  std::string_view action;  // "logs:PutLogEvents"
  IamResource resource;
  const SettingExpression* when = nullptr;
  std::string_view why{};  // what for, in a few words
};

// An action that people allow for this component although it does not call it.
struct NeverCalled {
  std::string_view action;  // "logs:Describe*"
  std::string_view why;
};

// Memory that a component holds at the most, for each pipeline when it is a processor.
struct Holds {
  std::span<const std::string_view>
      path;  // of the setting that says how much, in units of `number` bytes; empty: `number` MiB
  int64_t number = 0;
  int64_t otherwise = 0;  // MiB, when the setting is 0 or late-bound
  std::string_view what;  // "the largest gRPC request to", before the component's name
  const SettingExpression* when = nullptr;
};

// A metric that a receiver makes by itself, as far as its names are fixed.
struct EmittedMetric {
  std::string_view instrument;  // "gauge", "sum"
  std::string_view value_type;  // "int", "double"
  std::string_view name;
  std::string_view unit;
  std::string_view when;      // the condition in words, empty when always
  std::string_view mistaken;  // a name that people write for it, empty when there is none
};

struct NeededEnv {
  std::string_view name;
  std::string_view reason;
};

// What a component asks of the machine, and a task on Fargate has not.
struct NeedsHost {
  std::string_view reason;
  const SettingExpression* when = nullptr;
};

// The Collector as others build it: the AWS distribution, contrib and core.
enum class Distribution : uint8_t { Adot, Contrib, Core };
inline constexpr int kDistributions = 3;
using DistributionSet = uint8_t;
constexpr DistributionSet bit(Distribution d) {
  return static_cast<DistributionSet>(1u << static_cast<unsigned>(d));
}
// "adot", and "the AWS distribution".
std::string_view name_of(Distribution d);
std::string_view title_of(Distribution d);
std::optional<Distribution> distribution_of(std::string_view name);
// The minor version of contrib that a version of a distribution is made of: 117 of "v0.43.1" of the AWS distribution.
// Nothing for what is no version, or one that is too old to be known.
std::optional<uint16_t> contrib_of(Distribution d, std::string_view version);
// The version of a distribution that is made of a minor version of contrib, or of the next older one: "v0.49.0".
std::string version_of(Distribution d, uint16_t contrib);
// Where its image is published, without a tag.
std::string_view image_of(Distribution d);

struct Alias {
  std::string_view name;
  std::string_view deprecated;  // not empty: what to write instead
};

struct Component {
  ComponentKind kind;
  std::string_view name;  // of the folder and of the runtime symbols
  const Type* config;     // a Struct
  SignalSet consumes = 0;
  SignalSet produces = 0;
  std::string_view doc{};
  std::string_view stability{};
  std::span<const Alias> aliases{};
  std::span<const IamStatement> iam{};
  std::span<const NeverCalled> never{};
  std::span<const EmittedMetric> emits{};  // empty: whatever comes in, or none
  std::span<const NeededEnv> needs{};
  std::span<const Holds> holds{};
  std::span<const std::string_view>
      delays{};  // the setting that says how long telemetry is kept before it is handed on
  // Exporter: the setting that says how long sending one request may take: a duration, or a number of seconds.
  std::span<const std::string_view> attempts{};
  // Exporter: the queue whose requests are sent before the collector stops, with `queue_size` and `num_consumers`.
  std::span<const std::string_view> drains{};
  std::span<const std::string_view> caps{};  // the setting that says how many MiB the whole collector may take
  DistributionSet ships = 0;                 // who has it
  std::span<const NeedsHost> host{};         // why it cannot work in a task on Fargate
  bool same_signal = false;                  // Connector: each signal is handed on as itself
  bool passes_names = false;                 // Processor: metrics keep the names that they came with
  bool stateless = false;     // Processor: it becomes part of a record program (compiler/plan) and has no instance
  bool checked_only = false;  // configs with it are checked, and cannot be compiled yet
};

// All components that this whittle has, by kind and name.
std::span<const Component* const> components();

// By name or alias; null when there is none.
const Component* find_component(ComponentKind kind, std::string_view name);

// `service:` without its `pipelines` and `extensions`, which the checker reads itself: a Struct.
const Type& service_type();

// All structs of stdlib/common, for the reference pages.
std::span<const Struct* const> shared_structs();

}  // namespace whittle::schema
