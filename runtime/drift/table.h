// SPDX-License-Identifier: Apache-2.0
// The table by which a collector compares a config that it is given with the one it was compiled from: the settings of
// the components in use, what they were compiled to and what they are when nothing is said. The compiler writes it
// (compiler/plan/drift_table.cc), the collector reads it (runtime/drift/compare.cc); both are of one version, so its
// form may change with any.
//
// A sequence of bytes. `number` is a varint as in protobuf, `text` a number of bytes and the bytes, `list of X` a
// number and the Xs.
//
//   table     = components: list of {section: text, id: text, node}
//               aliases: list of {section: text, alias: text, name: text}
//               service: node
//               extensions: list of text
//               pipelines: list of {name: text, receivers, processors, exporters: each list of text}
//   node      = a byte, the kind and flags, then by kind
//     Ignored = nothing: what is written there has no effect
//     Unset   = nothing: only what means "not set" may be written there
//     Bool, Int, Double, Text, Duration, Enum, Any
//             = compiled: text; unless Default, default: text
//               Enum: number: text, the number that also means the compiled value, or empty
//               Text with Special: list of text, other ways to write it
//               Any: the first letter of each text is its type, one of n b i d s
//     List    = unless Default, default: text, as it is shown; list of node
//               flat: text, the setting that texts in it stand for
//     Map     = unless Default, default: text, as it is shown; list of {key: text, node}
//     Struct  = list of {name: text, node}
//               number: one more than the index of the map that takes other keys, or 0
//     Optional
//             = a byte of OptionalFlag; if Present: node, its defaults being those of a value that was written
#pragma once

#include <stdint.h>

namespace whittle::drift {

enum class NodeKind : uint8_t {
  Ignored,
  Unset,
  Bool,
  Int,
  Double,
  Text,
  Duration,
  Enum,
  Any,
  List,
  Map,
  Struct,
  Optional
};

enum NodeFlag : uint8_t {
  kDefault = 0x10,  // compiled to what it is when nothing is said
  kHidden = 0x20,   // a secret: never shown
  kLate = 0x40,     // scalars: the compiled text has references in it
  kSpecial = 0x80,  // Text: there are other ways to write it; Enum: capitals do not matter; List: "a,b" means [a, b];
                    // Map: also a list of name and value; Optional: `enabled: false` turns it off
};

enum OptionalFlag : uint8_t {
  kPresent = 1,         // compiled
  kPresentDefault = 2,  // when nothing is said
  kNamed = 4,           // null means it is there
  kStruct = 8,          // holds settings, not a scalar
};

}  // namespace whittle::drift
