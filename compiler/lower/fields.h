// SPDX-License-Identifier: Apache-2.0
// How the fields that paths name stand on the wire, for the runtime functions that read and write them.
#pragma once

#include "compiler/ottl/paths.h"
#include "runtime/record/program.h"

namespace whittle::lower {

// The form of a path's field in one of its places.
record::How how_of(const ottl::PathEntry& path, const ottl::FieldPath& field);

// Whether the field is a run of messages, and the kind of message that a path of such gives (ottl::Type as a number).
bool is_messages(const ottl::PathEntry& path);
uint32_t message_kind(const ottl::PathEntry& path);

// Bits by number: the members of Metric.data that have the field.
uint32_t members_of(const ottl::PathEntry& path);

// The message of a data point, by its name in the path tables: 0 to 3 in the order of record::Kind.
uint32_t point_index(std::string_view message);

}  // namespace whittle::lower
