// SPDX-License-Identifier: Apache-2.0
// ParseCLF: a line of a web server's log in NCSA's common format, or in the combined one.
#include "runtime/base/number.h"
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

namespace {

bool white(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

// A word of at least one character that is not white.
bool word(Text& t, Text& out) {
  size_t n = 0;
  while (n < t.size() && !white(t[n])) ++n;
  out = t.substr(0, n);
  t.remove_prefix(n);
  return n > 0;
}
bool expect(Text& t, Text what) {
  if (!t.starts_with(what)) return false;
  t.remove_prefix(what.size());
  return true;
}
// `"..."`, in which a backslash keeps what is behind it from ending it.
bool quoted(Text& t, Text& out) {
  if (!expect(t, "\"")) return false;
  size_t n = 0;
  while (n < t.size() && t[n] != '"') n += t[n] == '\\' && n + 1 < t.size() && t[n + 1] != '\n' ? 2 : 1;
  if (n >= t.size()) return false;
  for (size_t i = 0; i < n; ++i) {
    if (t[i] != '\\') continue;
    if (t[i + 1] == '\n') return false;
    ++i;
  }
  out = t.substr(0, n);
  t.remove_prefix(n + 1);
  return true;
}

int hex(char c) {
  return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

// Without the escapes of Apache's mod_log_config: \" \\ \b \f \n \r \t \v \xhh.
Text unescaped(Run& run, Text t) {
  if (!t.contains('\\')) return t;
  constexpr Text kFrom = "\\\"bfnrtv", kTo = "\\\"\b\f\n\r\t\v";
  Writer w;
  for (size_t i = 0; i < t.size(); ++i) {
    if (t[i] != '\\' || i + 1 == t.size()) {
      w.byte(static_cast<uint8_t>(t[i]));
      continue;
    }
    const char c = t[++i];
    if (const size_t known = kFrom.find(c); known != Text::npos) {
      w.byte(static_cast<uint8_t>(kTo[known]));
    } else if (c == 'x' && i + 2 < t.size() && hex(t[i + 1]) >= 0 && hex(t[i + 2]) >= 0) {
      w.byte(static_cast<uint8_t>(hex(t[i + 1]) << 4 | hex(t[i + 2])));
      i += 2;
    } else {
      w.byte('\\'), w.byte(static_cast<uint8_t>(c));
    }
  }
  return run.arena.copy(w.text());
}

}  // namespace

// NCSA's common log format, and the combined one with referer and user agent behind it.
extern "C" bool rt_ottl_ParseCLF(Run* run, const Value* args, Value* out) {
  Text t, format = "clf";
  if (!want_text(*run, args[0], t)) return false;
  if (given(args[1]) && !want_text(*run, args[1], format)) return false;
  const bool combined = format == "combined";
  t = trim_space(t);
  Text host, identity, user, when, request, status, bytes, referer, agent;
  bool good =
      word(t, host) && expect(t, " ") && word(t, identity) && expect(t, " ") && word(t, user) && expect(t, " [");
  const size_t end = good ? t.find(']') : Text::npos;
  good = good && end != Text::npos && end > 0;
  if (good) {
    when = t.substr(0, end);
    t.remove_prefix(end + 1);
    good =
        expect(t, " ") && quoted(t, request) && expect(t, " ") && word(t, status) && expect(t, " ") && word(t, bytes);
  }
  if (good && combined) good = expect(t, " ") && quoted(t, referer) && expect(t, " ") && quoted(t, agent);
  if (!good || !t.empty()) return run->fail("the text is no line of that log format");

  MapMaker made(run->arena);
  made.put("clf.remote_host", text(host));
  made.put("clf.rfc931", text(identity));
  made.put("clf.auth_user", text(user));
  made.put("clf.timestamp", text(when));
  request = unescaped(*run, request);
  made.put("clf.request", text(request));
  const size_t first = request.find(' '), second = first == Text::npos ? first : request.find(' ', first + 1);
  if (second != Text::npos) {
    made.put("clf.method", text(request.substr(0, first)));
    made.put("clf.request_uri", text(request.substr(first + 1, second - first - 1)));
    made.put("clf.protocol", text(request.substr(second + 1)));
  }
  const auto code = parse_int(status);
  if (!code) return run->fail("the status is no number");
  made.put("clf.status", integer(*code));
  if (bytes != "-") {
    const auto n = parse_int(bytes);
    if (!n) return run->fail("the number of bytes is none");
    made.put("clf.bytes", integer(*n));
  }
  if (combined) {
    made.put("clf.referer", text(unescaped(*run, referer)));
    made.put("clf.user_agent", text(unescaped(*run, agent)));
  }
  *out = made.give();
  return true;
}

}  // namespace whittle::ottl
