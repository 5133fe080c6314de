// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/json.h"
#include "runtime/ottl/arguments.h"

namespace whittle::ottl {

// target, variant: padded or raw, in the usual alphabet or the one for URLs (RFC 4648, sections 4 and 5).
extern "C" bool rt_ottl_Base64Encode(Run* run, const Value* args, Value* out) {
  Text t, variant = "base64";
  if (!want_text(*run, args[0], t)) return false;
  if (given(args[1]) && !want_text(*run, args[1], variant)) return false;
  const bool url = variant == "base64-url" || variant == "base64-raw-url";
  const bool raw = variant == "base64-raw" || variant == "base64-raw-url";
  if (!url && !raw && variant != "base64") return run->fail("there is no such variant of base64");
  Writer w;
  append_base64(w, {reinterpret_cast<const uint8_t*>(t.data()), t.size()});
  Text made = w.text();
  while (raw && !made.empty() && made.back() == '=') made.remove_suffix(1);
  Writer letters;
  for (char c : made) letters.byte(static_cast<uint8_t>(url && c == '+' ? '-' : url && c == '/' ? '_' : c));
  *out = made_text(*run, letters);
  return true;
}

}  // namespace whittle::ottl
