// SPDX-License-Identifier: Apache-2.0
// Decode: base64 in its four alphabets, and texts of other encodings as UTF-8, by the C library's tables.
#include "runtime/base/json.h"
#include "runtime/base/utf8.h"
#include "runtime/ottl/sequence.h"

#include <errno.h>
#include <iconv.h>

namespace whittle::ottl {

namespace {

// The four alphabets of RFC 4648 that Go has: `raw` without padding, `url` with - and _.
bool base64(Writer& out, Text t, bool raw, bool url) {
  Writer standard;
  for (char c : t) {
    if (c == '\r' || c == '\n') continue;
    if ((raw && c == '=') || (url ? c == '+' || c == '/' : c == '-' || c == '_')) return false;
    standard.byte(static_cast<uint8_t>(c == '-' ? '+' : c == '_' ? '/' : c));
  }
  if (raw)
    while (standard.size() % 4 != 0) standard.byte('=');
  return append_decoded_base64(out, standard.text());
}

bool same_name(Text a, Text b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if ((a[i] >= 'A' && a[i] <= 'Z' ? a[i] | 32 : a[i]) != b[i]) return false;
  return true;
}

// Whether UTF-16 says which byte comes first. The reference takes it to be the lower one otherwise.
bool marked(Text t) {
  return t.starts_with("\xFE\xFF") || t.starts_with("\xFF\xFE");
}

// By the C library's tables. What is no character becomes U+FFFD.
bool charset(Run& run, Writer& out, Text t, Text encoding) {
  iconv_t how = iconv_open("UTF-8", run.arena.copy(encoding).data());
  if (how == reinterpret_cast<iconv_t>(-1)) return run.fail("there is no such encoding");
  char* from = const_cast<char*>(t.data());  // iconv changes the pointer alone
  size_t left = t.size();
  while (left > 0) {
    char* to = reinterpret_cast<char*>(out.room(256));
    size_t room = 256;
    const size_t done = iconv(how, &from, &left, &to, &room);
    out.advance(256 - room);
    if (done != static_cast<size_t>(-1) || errno == E2BIG) continue;
    append_code_point(out, 0xFFFD);
    if (errno == EINVAL) break;  // cut short
    ++from, --left;
  }
  iconv_close(how);
  return true;
}

}  // namespace

extern "C" bool rt_ottl_Decode(Run* run, const Value* args, Value* out) {
  Text encoding;
  if (!args[0].is(ValueKind::String) && !args[0].is(ValueKind::Bytes))
    return run->fail("only strings and bytes are decoded");
  if (!want_text(*run, args[1], encoding)) return false;
  const Text t = as_text(args[0].as_bytes());
  Writer w;
  bool good = true;
  if (encoding == "base64") good = base64(w, t, false, false);
  else if (encoding == "base64-raw") good = base64(w, t, true, false);
  else if (encoding == "base64-url") good = base64(w, t, false, true);
  else if (encoding == "base64-raw-url") good = base64(w, t, true, true);
  else if (same_name(encoding, "nop")) w.append(t);
  else if (same_name(encoding, "utf-8") || same_name(encoding, "utf8") || same_name(encoding, "us-ascii") ||
           same_name(encoding, "ascii"))
    append_valid_utf8(w, as_bytes(t));
  else if (!charset(*run, w, t, same_name(encoding, "utf-16") && !marked(t) ? Text("utf-16le") : encoding))
    return false;
  if (!good) return run->fail("the text is no base64");
  *out = made_text(*run, w);
  return true;
}

}  // namespace whittle::ottl
