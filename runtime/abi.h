// SPDX-License-Identifier: Apache-2.0
// The one header that the compiler and the runtime share: the shapes of the constants that a compiled config holds and
// of the functions it calls.
//
// The compiler writes values of these types as LLVM constants with the C layout of the target (both targets are LP64,
// little-endian), so every field here is a fixed-width scalar, a pointer or a struct of those.
//
// The contract of telemetry, which every stage keeps:
//
//   1. A consumer takes a whole payload (Ok; it is empty afterwards) or leaves it untouched (Refused: "come again", and
//      Invalid: "never again"). So offering the same payload again after Refused is always harmless.
//   2. A moved-from payload is empty in every field. A stage that changes telemetry makes a new payload that shares the
//      buffers of what it did not change, and empties the old one only when the new one was taken.
//   3. Whoever refuses says where room will be made (runtime/pipeline/room.h), and whoever keeps what was refused waits
//      there.
//   4. What one branch of a fan-out took is never offered to it again; a branch without room keeps its own place
//      (runtime/pipeline/fan_out.h).
//   5. What was taken is sent, held, or counted as lost and logged: for each exporter, at every moment,
//      accepted = sent + lost + held.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace whittle {

// Bytes of a config. `data[size]` is 0, so `data` also serves as a C string when the text holds no NUL.
// Lives as long as the program.
struct Str {
  const char* data;
  uint64_t size;
};

template <class T>
struct List {
  const T* data;
  uint64_t size;

  const T* begin() const { return data; }
  const T* end() const { return data + size; }
  const T& operator[](uint64_t i) const { return data[i]; }
};

// A setting that was written (even as null) or not.
template <class T>
struct Opt {
  bool present;
  T value;

  explicit operator bool() const { return present; }
  const T* operator->() const { return &value; }
  const T& operator*() const { return value; }
};

// One entry of a `map<T>`, in the order of the config.
template <class T>
struct Entry {
  Str key;
  T value;
};

enum class AnyKind : uint32_t { Null = 0, Bool = 1, Int = 2, Double = 3, String = 4 };

// A scalar whose type the config chooses. `bits` holds a bool, an int64 or the bits of a double.
struct Any {
  AnyKind kind;
  uint64_t bits;
  Str text;
};

// One step of an NFA over bytes. Bytes: consumes a byte in low..high, goes on at `next`. Split: goes on at both.
// Assert: goes on when one of the assertions in `low` holds here (1 text begins, 2 text ends, 4 line begins, 8 line
// ends, 16 word boundary, 32 none). Match; Fail.
enum class RegexOp : uint32_t { Bytes = 0, Split = 1, Assert = 2, Match = 3, Fail = 4, Mark = 5 };
struct RegexInstruction {
  RegexOp op;
  uint32_t low, high, next, other;
};

inline constexpr uint16_t kRegexEnded = 0x8000;

// A regular expression, unanchored at both ends. `next` set: a DFA over bytes, `next[state * classes + byte_class[b]]`;
// state 0 is dead, state `accept_all` has matched whatever follows, and after the last byte the class `classes - 1`
// stands for the end of the text. `next` null: too large for a DFA, an NFA program that begins at `start`. `groups` not
// empty: the program marks where they begin and end (Mark: the place `low` of the match's places), from
// `capture_start`; its splits prefer `next`. `ends` set: a DFA over the same classes that is begun where a match may
// begin, in state 1 + regex_before() of the byte in front, and has nothing to look for in state 0; an entry with
// kRegexEnded says that a match ends in front of the byte, and the last one that does is the one that Go finds.
struct Regex {
  Str pattern;
  const uint8_t* byte_class;  // 256 entries
  const uint16_t* next;
  const uint16_t* ends;
  uint32_t classes;
  uint32_t start;
  uint32_t accept_all;
  uint32_t capture_start;
  const uint8_t* first;  // 32 bytes, a bit for each byte that a match may begin with; null: it may with any
  List<RegexInstruction> program;
  List<Str> groups;  // names, the whole match in front
};

enum class Signal : uint32_t { Traces = 0, Metrics = 1, Logs = 2 };

// What a consumer says of a payload. Refused means "come again later" to the sender, Invalid "never send this again".
enum class Status : int32_t { Ok = 0, Refused = 1, Invalid = 2 };

struct Payload;  // runtime/base/payload.h

// Takes the payload's content over when it returns Ok and leaves it as it was otherwise: see the contract above.
using ConsumeFn = Status (*)(void* self, Payload* payload);

struct Consumer {
  ConsumeFn consume;  // null when nothing listens
  void* self;
};

struct Runtime;  // runtime/base/runtime.h

// An AWS action that a component calls, as its declaration says for this config.
struct AwsNeed {
  Str action;    // "logs:PutLogEvents"
  Str resource;  // an ARN in which `*` stands for what is not known when compiling, or "*"
  Str place;     // of the setting that makes it needed: "collector.yaml:31:5"
};

struct ComponentContext {
  Runtime* runtime;
  Str id;              // "otlp/2"
  Str place;           // "collector.yaml:12:3"
  const void* config;  // the struct generated from the component's declaration
  Consumer out[3];     // by Signal
  List<AwsNeed> needs;
};

struct HttpRequest;  // runtime/http/client.h
class Store;         // runtime/export/store.h
using AuthenticatedFn = void (*)(void* context, const char* wrong);

// The life of a component, in this order. Any function may be null.
struct ComponentOps {
  // Makes the instance; null with a logged reason when it cannot.
  void* (*create)(const ComponentContext* context);
  // Opens what it listens on. Returns false with a logged reason when it cannot.
  bool (*start)(void* self);
  // SIGTERM: takes in nothing new (receivers), hands on what it holds (processors), sends what it holds (exporters).
  void (*drain)(void* self);
  // True when nothing is held or in flight any more.
  bool (*idle)(void* self);
  // `collector healthcheck`: asks the instance of a collector that runs beside this process, prints what it says to
  // standard output and returns the exit code. Called without create().
  int (*ask_health)(const ComponentContext* context, bool delivering);
  // An extension that authenticates requests: adds headers to `request`, which stays where it is, and calls ready()
  // once, from the loop and never from inside this call; `wrong` is null, or why it cannot. What was added may be
  // borrowed until ready() returns.
  void (*authenticate)(void* self, HttpRequest* request, AuthenticatedFn ready, void* context);
  // An extension that keeps queues: that of the component `owner`. Null with a logged reason when it cannot.
  Store* (*open_store)(void* self, const ComponentContext* owner);
};

// FanOut and Program are the compiler's own: what stands where a pipeline has several exporters or a receiver several
// pipelines, and what stateless processors become.
enum class ComponentKind : uint32_t {
  Receiver = 0,
  Processor = 1,
  Exporter = 2,
  Extension = 3,
  Connector = 4,
  FanOut = 5,
  Program = 6
};

// One way out of a fan-out.
struct BranchSpec {
  Consumer out;
  Str name;             // of the exporter, or of the pipeline
  List<Str> exporters;  // that do not get what this branch loses
};

// The `config` of a component of kind FanOut.
struct FanOutSpec {
  Signal signal;
  List<BranchSpec> branches;
};

struct Component {
  const ComponentOps* ops;
  void** instance;  // where the generated code looks for what `create` returned
  ComponentKind kind;
  ComponentContext context;
};

enum class LateKind : uint32_t { String = 0, Bool = 1, Int = 2, Double = 3, Duration = 4, Any = 5 };

// A setting with `${env:NAME}` or `${env:NAME:-default}` in it, filled in when the collector starts.
struct LateValue {
  LateKind kind;
  void* slot;   // a Str, bool, int64_t, double, int64_t nanoseconds or Any inside a config struct
  Str text;     // the text with its references, "https://${env:HOST}/x"; `$$` stands for `$`
  Str setting;  // "exporters::awsxray::region"
  Str place;    // "collector.yaml:31:13"
};

// How an AnyValue stands on the wire; fields that are no AnyValue are String or Int.
enum class SlotKind : uint32_t {
  Absent = 0,
  String = 1,
  Bool = 2,
  Int = 3,
  Double = 4,
  Array = 5,
  Map = 6,
  Bytes = 7,
  Empty = 8
};

extern "C" {
// Offers a payload to every branch of a fan-out. `fan_out` is the instance that rt_fan_out_ops made.
Status rt_fan_out(void* fan_out, Payload* payload);
extern const ComponentOps rt_fan_out_ops;
}

struct PipelineEntry {
  Str name;  // "traces/2"
  Signal signal;
  Consumer in;
};

// Bits of Collector::may.
inline constexpr uint32_t kMayWriteFiles = 1, kMayUnixSockets = 2;

// What the compiler writes of a config, for the runtime to bring to life.
struct Collector {
  Str name;                    // "whittle"
  Str version;                 // of whittle
  Str config_hash;             // SHA-256 of the canonical config, hex
  List<Component> components;  // in the order in which they are created: consumers before producers
  List<LateValue> late;
  List<PipelineEntry> pipelines;
  const void* service;  // the struct generated from stdlib/service/service.wtl
  int64_t stop_ns;      // what the task has to stop, from SIGTERM to SIGKILL
  int64_t linger_ns;    // how long what listens goes on taking after SIGTERM; 0 where nothing does
  uint32_t may;         // what of the system this config needs besides sockets and memory: kMay... bits
  Str drift;            // by which a config that is given is compared (runtime/drift/table.h)
};

// Defined by the generated module.
extern "C" const Collector whittle_collector;

}  // namespace whittle
