// SPDX-License-Identifier: Apache-2.0
#include "compiler/aws/ecs/parameters.h"

#include "compiler/diag/near.h"
#include "compiler/source/letters.h"

#include <algorithm>
#include <limits>

namespace whittle::aws::ecs {

using diag::Diag;
using syntax::Entry;
using syntax::Node;
using syntax::NodeId;
using NodeKind = syntax::Node::Kind;

namespace {

constexpr Diag<std::string_view> kNull{"W1423", "`{}` is null"};
constexpr Diag<std::string_view, std::string_view, std::string_view> kWrongType{"E1002", "`{}` must be {}, not {}"};
constexpr Diag<std::string_view, std::string_view> kUnknownName{"W1003", "{} has no parameter `{}`"};
constexpr Diag<std::string_view, std::string_view> kRequired{"E1330", "{} has no `{}`"};
constexpr Diag<std::string_view, std::string_view> kNoValue{"E1331", "`{}` cannot be `{}`"};
constexpr Diag<std::string_view, int64_t, int64_t, std::string_view> kRange{"E1332", "`{}` is {} to {}, not {}"};
constexpr Diag<std::string_view, int64_t, std::string_view> kLeast{"E1332", "`{}` is at least {}, not {}"};
constexpr Diag<std::string_view, int64_t, int64_t> kLimits{"E1332",
                                                           "`{}` has a soft limit of {} above its hard limit {}"};
constexpr Diag<std::string_view, std::string_view> kName{"E1334", "{} cannot be called `{}`"};

enum class Kind : uint8_t { Text, Int, Bool, List, Map, Struct };

struct Field;
struct Type {
  Kind kind;
  std::span<const std::string_view> values{};  // Text: all there are; empty: any
  int64_t min = std::numeric_limits<int64_t>::min();
  int64_t max = std::numeric_limits<int64_t>::max();
  const Type* element = nullptr;    // List
  std::span<const Field> fields{};  // Struct
  std::string_view what{};          // Struct: "a port mapping"
};
struct Field {
  std::string_view name;
  const Type* type;
  bool required = false;
};

constexpr Type kText{Kind::Text}, kInt{Kind::Int}, kBool{Kind::Bool}, kMap{Kind::Map};
constexpr Type kTexts{.kind = Kind::List, .element = &kText};
constexpr Type kInts{.kind = Kind::List, .element = &kInt};
constexpr Type kPort{.kind = Kind::Int, .min = 1, .max = 65535}, kHostPort{.kind = Kind::Int, .min = 0, .max = 65535};
constexpr Type kShare{.kind = Kind::Int, .min = 0, .max = std::numeric_limits<int32_t>::max()};
constexpr Type kMebibytes{.kind = Kind::Int, .min = 4, .max = std::numeric_limits<int32_t>::max()};
constexpr Type kPositive{.kind = Kind::Int, .min = 1, .max = std::numeric_limits<int32_t>::max()};

#define WHITTLE_VALUES(name, ...)                                                                                      \
  constexpr std::string_view name##Values[] = {__VA_ARGS__};                                                           \
  constexpr Type name {                                                                                                \
    .kind = Kind::Text, .values = name##Values                                                                         \
  }
// "default" is what Windows has, and examples of AWS write it elsewhere too.
WHITTLE_VALUES(kNetworkMode, "awsvpc", "bridge", "host", "none", "default");
WHITTLE_VALUES(kTransport, "tcp", "udp");
WHITTLE_VALUES(kAppProtocol, "http", "http2", "grpc");
WHITTLE_VALUES(kFileType, "s3");
WHITTLE_VALUES(kPermission, "read", "write", "mknod");
WHITTLE_VALUES(kVersions, "enabled", "disabled");
WHITTLE_VALUES(kEnabled, "ENABLED", "DISABLED");
WHITTLE_VALUES(kUlimitName, "nofile", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nproc",
               "rss", "rtprio", "rttime", "sigpending", "stack");
WHITTLE_VALUES(kLogDriver, "awslogs", "awsfirelens", "splunk", "json-file", "syslog", "journald", "gelf", "fluentd",
               "none");
WHITTLE_VALUES(kResource, "GPU", "InferenceAccelerator");
WHITTLE_VALUES(kRouter, "fluentbit", "fluentd");
WHITTLE_VALUES(kScope, "task", "shared");
WHITTLE_VALUES(kPlacement, "memberOf");
WHITTLE_VALUES(kLaunch, "FARGATE", "EC2", "EXTERNAL", "MANAGED_INSTANCES");
WHITTLE_VALUES(kPid, "task", "host");
WHITTLE_VALUES(kIpc, "task", "host", "none");
WHITTLE_VALUES(kProxy, "APPMESH");
WHITTLE_VALUES(kArchitecture, "X86_64", "ARM64");
WHITTLE_VALUES(kSystem, "LINUX", "WINDOWS_SERVER_2019_FULL", "WINDOWS_SERVER_2019_CORE", "WINDOWS_SERVER_2016_FULL",
               "WINDOWS_SERVER_2004_CORE", "WINDOWS_SERVER_2022_CORE", "WINDOWS_SERVER_2022_FULL",
               "WINDOWS_SERVER_2025_CORE", "WINDOWS_SERVER_2025_FULL", "WINDOWS_SERVER_20H2_CORE");
#undef WHITTLE_VALUES

#define WHITTLE_STRUCT(name, words, ...)                                                                               \
  constexpr Field name##Fields[] = {__VA_ARGS__};                                                                      \
  constexpr Type name {                                                                                                \
    .kind = Kind::Struct, .fields = name##Fields, .what = words                                                        \
  }
// And a list of them.
#define WHITTLE_STRUCTS(name, words, ...)                                                                              \
  WHITTLE_STRUCT(name, words, __VA_ARGS__);                                                                            \
  constexpr Type name##s {                                                                                             \
    .kind = Kind::List, .element = &name                                                                               \
  }
WHITTLE_STRUCT(kCredentials, "`repositoryCredentials`", {"credentialsParameter", &kText, true});
WHITTLE_STRUCTS(kPortMapping, "a port mapping", {"containerPort", &kPort}, {"hostPort", &kHostPort},
                {"protocol", &kTransport}, {"name", &kText}, {"appProtocol", &kAppProtocol},
                {"containerPortRange", &kText});
constexpr Type kAttemptPeriod{.kind = Kind::Int, .min = 60, .max = 1800};
WHITTLE_STRUCT(kRestart, "`restartPolicy`", {"enabled", &kBool, true}, {"ignoredExitCodes", &kInts},
               {"restartAttemptPeriod", &kAttemptPeriod});
WHITTLE_STRUCTS(kVariable, "a variable", {"name", &kText}, {"value", &kText});
WHITTLE_STRUCTS(kPair, "a property", {"name", &kText}, {"value", &kText});
WHITTLE_STRUCTS(kEnvironmentFile, "an environment file", {"value", &kText, true}, {"type", &kFileType, true});
WHITTLE_STRUCTS(kMount, "a mount point", {"sourceVolume", &kText}, {"containerPath", &kText}, {"readOnly", &kBool});
WHITTLE_STRUCTS(kVolumeFrom, "an entry of `volumesFrom`", {"sourceContainer", &kText}, {"readOnly", &kBool});
WHITTLE_STRUCT(kCapabilities, "`capabilities`", {"add", &kTexts}, {"drop", &kTexts});
constexpr Type kPermissions{.kind = Kind::List, .element = &kPermission};
WHITTLE_STRUCTS(kDevice, "a device", {"hostPath", &kText, true}, {"containerPath", &kText},
                {"permissions", &kPermissions});
WHITTLE_STRUCTS(kTmpfs, "an entry of `tmpfs`", {"containerPath", &kText, true}, {"size", &kPositive, true},
                {"mountOptions", &kTexts});
constexpr Type kSwappiness{.kind = Kind::Int, .min = 0, .max = 100};
WHITTLE_STRUCT(kLinux, "`linuxParameters`", {"capabilities", &kCapabilities}, {"devices", &kDevices},
               {"initProcessEnabled", &kBool}, {"sharedMemorySize", &kShare}, {"tmpfs", &kTmpfss}, {"maxSwap", &kShare},
               {"swappiness", &kSwappiness});
WHITTLE_STRUCTS(kSecret, "a secret", {"name", &kText, true}, {"valueFrom", &kText, true});
// Which conditions there are is said with what they mean (check_order.cc).
WHITTLE_STRUCTS(kDependency, "a dependency", {"containerName", &kText, true}, {"condition", &kText, true});
WHITTLE_STRUCTS(kHost, "a host entry", {"hostname", &kText, true}, {"ipAddress", &kText, true});
WHITTLE_STRUCTS(kUlimit, "a ulimit", {"name", &kUlimitName, true}, {"softLimit", &kInt, true},
                {"hardLimit", &kInt, true});
WHITTLE_STRUCT(kLogs, "`logConfiguration`", {"logDriver", &kLogDriver, true}, {"options", &kMap},
               {"secretOptions", &kSecrets});
WHITTLE_STRUCT(kHealth, "`healthCheck`", {"command", &kTexts, true}, {"interval", &kInt}, {"timeout", &kInt},
               {"retries", &kInt}, {"startPeriod", &kInt});
WHITTLE_STRUCTS(kControl, "a system control", {"namespace", &kText}, {"value", &kText});
WHITTLE_STRUCTS(kRequirement, "a resource requirement", {"value", &kText, true}, {"type", &kResource, true});
WHITTLE_STRUCT(kFirelens, "`firelensConfiguration`", {"type", &kRouter, true}, {"options", &kMap});
WHITTLE_STRUCTS(kContainer, "a container definition", {"name", &kText, true}, {"image", &kText, true},
                {"repositoryCredentials", &kCredentials}, {"cpu", &kShare}, {"memory", &kMebibytes},
                {"memoryReservation", &kMebibytes}, {"links", &kTexts}, {"portMappings", &kPortMappings},
                {"essential", &kBool}, {"restartPolicy", &kRestart}, {"entryPoint", &kTexts}, {"command", &kTexts},
                {"environment", &kVariables}, {"environmentFiles", &kEnvironmentFiles}, {"mountPoints", &kMounts},
                {"volumesFrom", &kVolumeFroms}, {"linuxParameters", &kLinux}, {"secrets", &kSecrets},
                {"dependsOn", &kDependencys}, {"startTimeout", &kInt}, {"stopTimeout", &kInt},
                {"versionConsistency", &kVersions}, {"hostname", &kText}, {"user", &kText},
                {"workingDirectory", &kText}, {"disableNetworking", &kBool}, {"privileged", &kBool},
                {"readonlyRootFilesystem", &kBool}, {"dnsServers", &kTexts}, {"dnsSearchDomains", &kTexts},
                {"extraHosts", &kHosts}, {"dockerSecurityOptions", &kTexts}, {"interactive", &kBool},
                {"pseudoTerminal", &kBool}, {"dockerLabels", &kMap}, {"ulimits", &kUlimits},
                {"logConfiguration", &kLogs}, {"healthCheck", &kHealth}, {"systemControls", &kControls},
                {"resourceRequirements", &kRequirements}, {"firelensConfiguration", &kFirelens},
                {"credentialSpecs", &kTexts});
WHITTLE_STRUCT(kHostVolume, "`host`", {"sourcePath", &kText});
WHITTLE_STRUCT(kDockerVolume, "`dockerVolumeConfiguration`", {"scope", &kScope}, {"autoprovision", &kBool},
               {"driver", &kText}, {"driverOpts", &kMap}, {"labels", &kMap});
WHITTLE_STRUCT(kEfsAccess, "`authorizationConfig`", {"accessPointId", &kText}, {"iam", &kEnabled});
WHITTLE_STRUCT(kEfs, "`efsVolumeConfiguration`", {"fileSystemId", &kText, true}, {"rootDirectory", &kText},
               {"transitEncryption", &kEnabled}, {"transitEncryptionPort", &kPort},
               {"authorizationConfig", &kEfsAccess});
WHITTLE_STRUCT(kS3Files, "`s3filesVolumeConfiguration`", {"fileSystemArn", &kText, true}, {"rootDirectory", &kText},
               {"transitEncryptionPort", &kPort}, {"accessPointArn", &kText});
WHITTLE_STRUCT(kFsxAccess, "`authorizationConfig`", {"credentialsParameter", &kText, true}, {"domain", &kText, true});
WHITTLE_STRUCT(kFsx, "`fsxWindowsFileServerVolumeConfiguration`", {"fileSystemId", &kText, true},
               {"rootDirectory", &kText, true}, {"authorizationConfig", &kFsxAccess, true});
WHITTLE_STRUCTS(kVolume, "a volume", {"name", &kText}, {"host", &kHostVolume},
                {"dockerVolumeConfiguration", &kDockerVolume}, {"efsVolumeConfiguration", &kEfs},
                {"s3filesVolumeConfiguration", &kS3Files}, {"fsxWindowsFileServerVolumeConfiguration", &kFsx},
                {"configuredAtLaunch", &kBool});
WHITTLE_STRUCTS(kConstraint, "a placement constraint", {"type", &kPlacement}, {"expression", &kText});
WHITTLE_STRUCTS(kTag, "a tag", {"key", &kText}, {"value", &kText});
WHITTLE_STRUCT(kMesh, "`proxyConfiguration`", {"type", &kProxy}, {"containerName", &kText, true},
               {"properties", &kPairs});
WHITTLE_STRUCTS(kAccelerator, "an inference accelerator", {"deviceName", &kText, true}, {"deviceType", &kText, true});
constexpr Type kGibibytes{.kind = Kind::Int, .min = 21, .max = 200};
WHITTLE_STRUCT(kStorage, "`ephemeralStorage`", {"sizeInGiB", &kGibibytes, true});
WHITTLE_STRUCT(kPlatform, "`runtimePlatform`", {"cpuArchitecture", &kArchitecture},
               {"operatingSystemFamily", &kSystem});
constexpr Type kLaunches{.kind = Kind::List, .element = &kLaunch};
WHITTLE_STRUCT(kTask, "a task definition", {"family", &kText, true}, {"taskRoleArn", &kText},
               {"executionRoleArn", &kText}, {"networkMode", &kNetworkMode},
               {"containerDefinitions", &kContainers, true}, {"volumes", &kVolumes},
               {"placementConstraints", &kConstraints}, {"requiresCompatibilities", &kLaunches}, {"cpu", &kText},
               {"memory", &kText}, {"tags", &kTags}, {"pidMode", &kPid}, {"ipcMode", &kIpc},
               {"proxyConfiguration", &kMesh}, {"inferenceAccelerators", &kAccelerators},
               {"ephemeralStorage", &kStorage}, {"runtimePlatform", &kPlatform}, {"enableFaultInjection", &kBool});
#undef WHITTLE_STRUCTS
#undef WHITTLE_STRUCT

// What DescribeTaskDefinition prints besides, and what the API has for few.
constexpr std::string_view kPrinted[] = {
    "taskDefinitionArn", "revision",       "status",       "requiresAttributes", "compatibilities",
    "registeredAt",      "deregisteredAt", "registeredBy", "deleteRequestedAt",  "trustedExecutionConfiguration"};

// Whose name differs in a template by more than its first letter (CloudFormation, AWS::ECS::TaskDefinition).
struct Spelling {
  std::string_view name, in_template;
};
constexpr Spelling kSpellings[] = {
    {"efsVolumeConfiguration", "EFSVolumeConfiguration"},
    {"s3filesVolumeConfiguration", "S3FilesVolumeConfiguration"},
    {"fsxWindowsFileServerVolumeConfiguration", "FSxWindowsFileServerVolumeConfiguration"},
    {"iam", "IAM"}};

std::string_view words_of(const Type& t) {
  switch (t.kind) {
  case Kind::Text: return "a text";
  case Kind::Int: return "a whole number";
  case Kind::Bool: return "true or false";
  case Kind::List: return t.element->kind == Kind::Text ? "a list of texts" : "a list";
  default: return "an object";
  }
}

std::string choices(std::span<const std::string_view> values) {
  std::string out;
  for (size_t i = 0; i < values.size(); ++i)
    out += (i == 0 ? "`" : i + 1 == values.size() ? " or `" : ", `") + std::string(values[i]) + "`";
  return out;
}

class Walk {
public:
  Walk(const syntax::Tree& tree, Style style, diag::Diagnostics& diags) : tree_(tree), style_(style), diags_(diags) {}

  void value(NodeId id, const Type& t, std::string_view name) {
    const Node& n = tree_.at(id);
    if (n.poisoned || is_unknown(n)) return;
    if (n.kind == NodeKind::Null && style_ != Style::Json) return;
    switch (t.kind) {
    case Kind::Text: return text(n, t, name);
    case Kind::Int: return integer(n, t, name);
    case Kind::Bool:
      if (n.kind != NodeKind::Bool && !(lenient() && n.is_scalar())) wrong(n, t, name);
      return;
    case Kind::List:
      if (n.kind != NodeKind::Sequence) {
        // CloudFormation takes one text for a list of one.
        if (style_ != Style::CloudFormation || t.element->kind != Kind::Text || !n.is_scalar()) wrong(n, t, name);
        return;
      }
      for (NodeId i : n.items) value(i, *t.element, name);
      return;
    case Kind::Map:
      if (n.kind != NodeKind::Mapping) return wrong(n, t, name);
      for (const Entry& e : n.entries) value(e.value, kText, e.key);
      return;
    case Kind::Struct:
      if (n.kind != NodeKind::Mapping) return wrong(n, t, name);
      return fields(n, t);
    }
  }

private:
  // Who reads the file sees to the types of scalars: CloudFormation turns numbers into texts, and Terraform's provider
  // has refused what it could not.
  bool lenient() const { return style_ != Style::Json; }

  void wrong(const Node& n, const Type& t, std::string_view name) {
    if (n.kind == NodeKind::Null) {
      diags_.emit(kNull, n.span, spelt(name, style_))
          .note("the AWS CLI and ECS itself refuse a parameter that is null: leave it out")
          .note("the console prints such parameters, and GitHub's action for ECS leaves them out by itself");
      return;
    }
    bool digits = t.kind == Kind::Int && n.kind == NodeKind::String && !n.text.empty() &&
                  n.text.find_first_not_of("0123456789") == std::string::npos;
    auto d =
        diags_.emit(kWrongType, n.span, spelt(name, style_), digits ? "a number" : words_of(t), syntax::describe(n));
    if (t.kind == Kind::Text && n.is_scalar())
      d.here("write it in quotes")
          .suggest(n.span, "\"" + n.text + "\"")
          .note("ECS does not turn numbers and booleans into texts: it refuses the task definition");
    else if (t.kind == Kind::Int && n.kind == NodeKind::String)
      d.here("write it without quotes")
          .note("in a container definition ECS takes numbers only; the `cpu` and `memory` of the whole task are texts");
  }

  static bool is_open(const std::string& text) {
    return text.find(kUnknownPart) != std::string::npos || text.find("{{") != std::string::npos;
  }

  void text(const Node& n, const Type& t, std::string_view name) {
    if (!n.is_scalar() || (n.kind != NodeKind::String && !lenient())) return wrong(n, t, name);
    if (t.values.empty() || is_open(n.text) || std::find(t.values.begin(), t.values.end(), n.text) != t.values.end())
      return;
    auto d = diags_.emit(kNoValue, n.span, spelt(name, style_), n.text);
    d.here("{}", choices(t.values.size() > 4 ? t.values.first(4) : t.values));
    for (std::string_view v : t.values) {
      if (source::small_letters(v) == source::small_letters(n.text)) d.note("capitals count: `{}`", v);
    }
    d.note("registering the task definition fails");
  }

  void integer(const Node& n, const Type& t, std::string_view name) {
    if (n.kind != NodeKind::Int) {
      bool number = lenient() && n.is_scalar() && (is_open(n.text) || n.kind == NodeKind::String);
      if (!number) wrong(n, t, name);
      return;
    }
    if (!n.too_large && n.integer >= t.min && n.integer <= t.max) return;
    const bool least = t.max == std::numeric_limits<int32_t>::max() && !n.too_large && n.integer < t.min;
    auto d = least ? diags_.emit(kLeast, n.span, spelt(name, style_), t.min, n.text)
                   : diags_.emit(kRange, n.span, spelt(name, style_), t.min, t.max, n.text);
    d.here("registering the task definition fails");
  }

  void fields(const Node& n, const Type& t) {
    const Node* soft = nullptr;
    const Node* hard = nullptr;
    for (const Entry& e : n.entries) {
      const Field* field = nullptr;
      for (const Field& f : t.fields) {
        if (spelt(f.name, style_) == e.key || (f.name == "fileSystemId" && is_file_system(e.key))) field = &f;
      }
      if (field == nullptr) {
        if (&t != &kTask || std::find(std::begin(kPrinted), std::end(kPrinted), in_api(e.key)) == std::end(kPrinted))
          unknown(e, t);
        continue;
      }
      value(e.value, *field->type, field->name);
      const Node& v = tree_.at(e.value);
      if (&t == &kUlimit && v.kind == NodeKind::Int) (field->name == "softLimit" ? soft : hard) = &v;
      if ((&t == &kContainer || &t == &kVolume) && field->name == "name")
        called(v, &t == &kVolume ? "a volume" : "a container");
      if (&t == &kTask && field->name == "family") called(v, "a family");
    }
    for (const Field& f : t.fields) {
      if (!f.required || (style_ != Style::Json && (&t == &kTask))) continue;
      bool there = std::any_of(n.entries.begin(), n.entries.end(), [&](const Entry& e) {
        return spelt(f.name, style_) == e.key || (f.name == "fileSystemId" && is_file_system(e.key));
      });
      if (there) continue;
      source::Span begin{n.span.file, n.span.begin, std::min(n.span.end, n.span.begin + 1)};
      diags_.emit(kRequired, begin, t.what, spelt(f.name, style_)).note("registering the task definition fails");
    }
    if (soft != nullptr && hard != nullptr && hard->integer >= 0 && soft->integer > hard->integer)
      diags_.emit(kLimits, soft->span, "ulimits", soft->integer, hard->integer)
          .here("the container does not start")
          .label(hard->span, "the most");
  }

  // Templates have FilesystemId for EFS and FileSystemId for FSx.
  bool is_file_system(const std::string& key) const {
    return style_ == Style::CloudFormation && (key == "FilesystemId" || key == "FileSystemId");
  }

  std::string in_api(std::string key) const {
    if (style_ == Style::CloudFormation && !key.empty() && key[0] >= 'A' && key[0] <= 'Z')
      key[0] = static_cast<char>(key[0] - 'A' + 'a');
    return key;
  }

  void unknown(const Entry& e, const Type& t) {
    std::vector<std::string> spellings;
    for (const Field& f : t.fields) spellings.push_back(spelt(f.name, style_));
    std::vector<std::string_view> views(spellings.begin(), spellings.end());
    std::string_view near = diag::nearest(e.key, views);
    auto d = diags_.emit(kUnknownName, e.key_span, t.what, e.key);
    if (!near.empty()) d.here("did you mean `{}`?", near).suggest(e.key_span, near);
    d.note("ECS refuses parameters that it does not know");
  }

  void called(const Node& n, std::string_view what) {
    if (n.kind != NodeKind::String || is_open(n.text) || n.text.empty() || is_ecs_name(n.text)) return;
    diags_.emit(kName, n.span, what, n.text)
        .here(n.text.size() > 255 ? diag::Text<>("255 letters at the most")
                                  : diag::Text<>("letters, digits, `_` and `-`"))
        .note("registering the task definition fails");
  }

  const syntax::Tree& tree_;
  Style style_;
  diag::Diagnostics& diags_;
};

}  // namespace

std::string spelt(std::string_view name, Style style) {
  if (style != Style::CloudFormation) return std::string(name);
  for (const Spelling& s : kSpellings) {
    if (s.name == name) return std::string(s.in_template);
  }
  std::string out(name);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

bool is_ecs_name(std::string_view text) {
  return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '-';
  });
}

void check_task_parameters(const syntax::Tree& tree, NodeId node, Style style, diag::Diagnostics& diags) {
  Walk(tree, style, diags).value(node, kTask, "task definition");
}

void check_container_parameters(const syntax::Tree& tree, NodeId list, Style style, diag::Diagnostics& diags) {
  Walk(tree, style, diags).value(list, kContainers, "containerDefinitions");
}

}  // namespace whittle::aws::ecs
