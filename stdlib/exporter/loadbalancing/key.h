// SPDX-License-Identifier: Apache-2.0
// What decides which server gets what: the texts that the reference hashes (routing keys), byte by byte.
#pragma once

#include "runtime/base/writer.h"
#include "runtime/record/message.h"

#include "runtime/ottl/value.h"

namespace whittle {

// "name=value|", the value as pcommon.Value.AsString has it; null: there is none.
void append_part(Writer& key, Text name, const ottl::Value* value);

// The identities of the reference's internal/exp/metrics/identity: hashes (FNV-1a) over names and over hashes of the
// attributes (pdatautil.MapHash, which is twice XXH64).
class Identity {
public:
  // "resource/<hash>" of a Resource message.
  static void append_resource(Writer& key, const record::Message& resource);

  // Of a metric: of its resource and scope, and of what it is. `data`: its data, `number` the field that it is in.
  Identity(const record::Message& resource, const record::Message& scope, const record::Message& metric,
           uint32_t number, const record::Message& data);
  // "stream/<hash>" of one of its data points, whose attributes are in the field `attributes`.
  void append_stream(Writer& key, const record::Message& point, uint32_t attributes) const;

private:
  uint64_t hash_;
};

}  // namespace whittle
