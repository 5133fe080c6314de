// SPDX-License-Identifier: Apache-2.0
// Names as this exporter makes them, which depends on `translation_strategy`: in the letters that Prometheus has always
// had, or in UTF-8 as they come. And those names in the letters that whoever asks can read ("escaping").
#pragma once

#include "runtime/base/writer.h"
#include "runtime/prometheus/names.h"

namespace whittle::prometheus_exporter {

struct Naming {
  Text name_space;
  bool suffixes = true;
  bool utf8 = false;
};

// Appends the name of a metric. False where there is none.
bool append_name(Writer& out, const Naming& naming, Text name, Text unit, prometheus::NameKind kind);
// Appends the name of a label. False where there is none, or one that nobody but Prometheus itself may use.
bool append_label(Writer& out, const Naming& naming, Text name);

enum class Escaping : uint8_t { Underscores, AllowUtf8, Dots, Values };

// "underscores", "allow-utf-8", "dots" or "values".
Text escaping_name(Escaping e);

// Letters, digits, underscores and colons, and no digit in front.
bool is_plain_name(Text name);

// Appends `name` as the scheme has it, without quotes.
void append_escaped_name(Writer& out, Text name, Escaping e);

}  // namespace whittle::prometheus_exporter
