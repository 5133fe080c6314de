// SPDX-License-Identifier: Apache-2.0
// `${env:NAME}` and `${env:NAME:-default}`, `$$` for a dollar sign (collector, confmap's env provider).
#include "runtime/base/environment.h"

#include <stdlib.h>

namespace whittle {

Expanded expand_environment(Text t, Writer& out, bool& whole) {
  Expanded result;
  whole = false;
  bool closed = true;  // a reference may follow
  for (size_t at = 0; at < t.size();) {
    if (t[at] != '$' || at + 1 == t.size()) {
      out.byte(static_cast<uint8_t>(t[at++]));
      continue;
    }
    if (t[at + 1] == '$') {
      out.byte('$');
      at += 2;
      // Behind an escaped reference the Collector expands no other.
      if (closed && at < t.size() && t[at] == '{' && t.find('}', at) != Text::npos) closed = false;
      continue;
    }
    size_t end = t[at + 1] == '{' && closed ? t.find('}', at) : Text::npos;
    closed = closed && (end != Text::npos || t[at + 1] != '{');
    Text reference = end == Text::npos ? Text() : t.substr(at + 2, end - at - 2);
    size_t colon = reference.find(':');
    bool environment =
        colon == Text::npos || reference.starts_with("env:") || reference.substr(colon).starts_with(":-");
    if (end == Text::npos || !environment) {
      out.byte(static_cast<uint8_t>(t[at++]));
      continue;
    }
    whole = at == 0 && end + 1 == t.size();
    at = end + 1;
    if (reference.starts_with("env:")) reference.remove_prefix(4);
    size_t fallback = reference.find(":-");
    Text variable = reference.substr(0, fallback);
    if (result.first.empty()) result.first = variable;
    Writer c_name;
    c_name.append(variable);
    c_name.byte(0);
    const char* value = getenv(c_name.text().data());
    if (value) out.append(Text(value));
    else if (fallback != Text::npos) out.append(reference.substr(fallback + 2));
    else if (result.missing.empty()) result.missing = variable;
  }
  return result;
}

}  // namespace whittle
