// SPDX-License-Identifier: Apache-2.0
// Time zones: what a function of the language was given by the compiler (files of the IANA database as RFC 8536 has
// them), and offsets that came with a time. A time names its zone by a number (Value::detail), 0 for UTC.
#pragma once

#include "runtime/base/bytes.h"

#include <stdint.h>

namespace whittle::ottl {

// What holds in a zone at an instant: "EST", -18000 seconds east of Greenwich, from `start` to before `end`.
struct InZone {
  Text name;
  int64_t offset = 0;
  int64_t start = INT64_MIN, end = INT64_MAX;
};
InZone zone_at(uint16_t zone, int64_t unix_seconds);

// The number of a zone whose file, which must live as long as the process, is `tzif`; 0 where it is none.
uint16_t zone_of(Bytes tzif);
// The number of a zone that is always `offset` seconds east. There is room for some thousand that differ; beyond it
// names are forgotten and offsets are those of the minute.
uint16_t zone_fixed(Text name, int64_t offset);
// The offset of some period of the zone that is called `name`, where there is one: that which holds at the time `local`
// read with it, if any does.
bool zone_offset_named(uint16_t zone, Text name, int64_t local, int64_t& offset);

// Zones that a constant of the compiler lists: for each a byte for the length of its name, the name, four bytes, least
// first, for the length of its file, the file. The file of the one called `name`; empty where there is none.
Bytes zone_in(Text table, Text name);
// The name of the first.
Text first_zone(Text table);

}  // namespace whittle::ottl
