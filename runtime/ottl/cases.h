// SPDX-License-Identifier: Apache-2.0
// Texts in other cases: Go's strings.ToUpper and ToLower, and the words of github.com/iancoleman/strcase, which work on
// ASCII alone.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/writer.h"

namespace whittle::ottl {

void to_upper(Writer& out, Text text);
void to_lower(Writer& out, Text text);
void to_snake(Writer& out, Text text);  // "JSONData2" as json_data_2
void to_camel(Writer& out, Text text);  // "some_HTTPName" as SomeHttpname

}  // namespace whittle::ottl
