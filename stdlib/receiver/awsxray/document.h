// SPDX-License-Identifier: Apache-2.0
// A segment document, typed: what the reference's structs take (internal/aws/xray/tracesegment.go), as encoding/json
// fills them. Names of members match in any case, of equal ones the last one counts, null stands for none, and a member
// that is known and has another type than it should loses the document.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/base/bytes.h"

#include <yyjson.h>

namespace whittle::xray {

// An object of a known schema. Members by their place in it.
struct Object {
  struct Member {
    yyjson_val* value;  // null: there is none
    Object* objects;    // where it is an object, or a list of them; an element that is null is an empty object
    size_t size;
  };
  Member* members = nullptr;

  bool has(uint32_t member) const { return members[member].value != nullptr; }
  yyjson_val* value(uint32_t member) const { return members[member].value; }
  // Null where there is none.
  const Object* object(uint32_t member) const { return members[member].objects; }
  // The objects of a list.
  struct Objects {
    const Object* first;
    size_t size;
    const Object* begin() const { return first; }
    const Object* end() const { return first + size; }
  };
  Objects list(uint32_t member) const { return {members[member].objects, members[member].size}; }
};

// Members that are used, by their place in the schema.
namespace segment {
enum : uint32_t {
  Name,
  Id,
  StartTime,
  Service,
  User,
  ResourceArn,
  TraceId,
  EndTime,
  InProgress,
  Http,
  Cause,
  Aws,
  Annotations,
  Metadata,
  Subsegments,
  Namespace,
  ParentId,
  Type,
  Traced,
  Sql
};
}
namespace service {
enum : uint32_t { Version };
}
namespace http {
enum : uint32_t { Request, Response };
}
namespace request {
enum : uint32_t { XForwardedFor, Method, Url, UserAgent, ClientIp };
}
namespace response {
enum : uint32_t { Status, ContentLength };
}
namespace cause {
enum : uint32_t { Exceptions };
}
namespace exception {
enum : uint32_t { Id, Message, Type, Remote, Truncated, Skipped, Cause, Stack };
}
namespace frame {
enum : uint32_t { Path, Line, Label };
}
namespace aws {
enum : uint32_t {
  Beanstalk,
  Logs,
  Ecs,
  Ec2,
  Eks,
  XRay,
  AccountId,
  Operation,
  Region,
  RequestId,
  QueueUrl,
  TableName,
  Retries
};
}
namespace beanstalk {
enum : uint32_t { Environment, Version, Deployment };
}
namespace logs {
enum : uint32_t { Group, Arn };
}
namespace ecs {
enum : uint32_t { Container, ContainerId, AvailabilityZone };
}
namespace ec2 {
enum : uint32_t { Instance, AvailabilityZone, Size, Image };
}
namespace eks {
enum : uint32_t { Cluster, Pod, Container };
}
namespace sdk {
enum : uint32_t { Name, Version };
}
namespace sql {
enum : uint32_t { Url, Query, Type, User };
}

// Reads a segment. Null, or the name of the member that has a wrong type ("http"; "" when `value` is no object).
const char* read(yyjson_val* value, Arena& arena, Object& out);

inline Text text_of(yyjson_val* v) {
  return {yyjson_get_str(v), yyjson_get_len(v)};
}

// How deep objects and lists may lie in each other: as deep as encoding/json goes.
inline constexpr uint32_t kDeepest = 10'000;
// Whether they lie deeper than that. `json` need not be well-formed.
bool too_deep(Text json);

}  // namespace whittle::xray
