// SPDX-License-Identifier: Apache-2.0
// URL: a URL taken apart as Go's net/url reads it, each part decoded where Go decodes it.
#include "runtime/base/number.h"
#include "runtime/ottl/address.h"
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

namespace {

// Parts of a URL that are written and read differently (Go's package net/url).
enum class Part : uint8_t { Path, Fragment, User, Host, Zone, Query };

bool letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}
int hex(char c) {
  return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

// Whether a character stands for itself where Go writes the part.
bool plain(char c, Part part) {
  if (letter_or_digit(c) || c == '-' || c == '_' || c == '.' || c == '~') return true;
  switch (part) {
  case Part::Path: return Text("$&+,/:;=@").contains(c);
  case Part::Fragment: return Text("$&+,/:;=?@!()*").contains(c);
  case Part::User: return Text("$&+,;=").contains(c);
  case Part::Host:
  case Part::Zone: return Text("!$&'()*+,;=:[]<>\"").contains(c);
  case Part::Query: return false;
  }
  return false;
}

void append_escaped(Writer& out, Text t, Part part) {
  for (char c : t) {
    if (plain(c, part)) {
      out.byte(static_cast<uint8_t>(c));
      continue;
    }
    const auto b = static_cast<uint8_t>(c);
    out.byte('%');
    out.byte(static_cast<uint8_t>("0123456789ABCDEF"[b >> 4]));
    out.byte(static_cast<uint8_t>("0123456789ABCDEF"[b & 15]));
  }
}

bool unescape(Run& run, Text t, Part part, Text& out) {
  const bool host = part == Part::Host || part == Part::Zone;
  Writer w;
  for (size_t i = 0; i < t.size(); ++i) {
    if (t[i] == '%') {
      if (i + 2 >= t.size() || hex(t[i + 1]) < 0 || hex(t[i + 2]) < 0) return run.fail("an escape of the URL is none");
      const auto c = static_cast<uint8_t>(hex(t[i + 1]) << 4 | hex(t[i + 2]));
      if (part == Part::Host && c < 0x80 && t.substr(i, 3) != "%25")
        return run.fail("the host of the URL has an escape that it must not have");
      if (part == Part::Zone && t.substr(i, 3) != "%25" && c != ' ' && c < 0x80 && !plain(static_cast<char>(c), part))
        return run.fail("the host of the URL has an escape that it must not have");
      w.byte(c);
      i += 2;
      continue;
    }
    if (host && static_cast<uint8_t>(t[i]) < 0x80 && !plain(t[i], part))
      return run.fail("the host of the URL has a character that it must not have");
    w.byte(static_cast<uint8_t>(part == Part::Query && t[i] == '+' ? ' ' : t[i]));
  }
  out = run.arena.copy(w.text());
  return true;
}

// What is written again as it came, where it could have been written so.
void append_as_came(Writer& out, Text raw, Text value, Part part) {
  bool valid = true;
  for (char c : raw) valid = valid && (plain(c, part) || Text("!$&'()*+,;=:@[]%").contains(c));
  if (valid) out.append(raw);
  else append_escaped(out, value, part);
}

bool optional_port(Text t) {
  if (t.empty()) return true;
  if (t[0] != ':') return false;
  for (char c : t.substr(1))
    if (c < '0' || c > '9') return false;
  return true;
}

struct Url {
  Text scheme, opaque, user, password, host, path, raw_path, query, fragment, raw_fragment;
  bool has_user = false, has_password = false, no_host = false, question = false;
};

class Parser {
public:
  explicit Parser(Run& run) : run_(run) {}

  bool parse(Text t) {
    const size_t hash = t.find('#');
    if (hash != Text::npos) u.raw_fragment = t.substr(hash + 1);
    if (!main(t.substr(0, hash))) return false;
    return unescape(run_, u.raw_fragment, Part::Fragment, u.fragment);
  }

  Url u;

private:
  bool main(Text t) {
    for (char c : t)
      if (static_cast<uint8_t>(c) < 0x20 || c == 0x7F) return run_.fail("the URL has a control character");
    if (t == "*") {
      u.path = u.raw_path = t;
      return true;
    }
    if (!scheme(t)) return run_.fail("the URL lacks its scheme");
    const size_t mark = t.find('?');
    if (mark != Text::npos) {
      u.query = t.substr(mark + 1);
      u.question = u.query.empty();
      t = t.substr(0, mark);
    }
    if (!t.starts_with('/')) {
      if (!u.scheme.empty()) {
        u.opaque = t;
        return true;
      }
      if (t.substr(0, t.find('/')).contains(':')) return run_.fail("a path must not begin with a colon's segment");
    }
    if ((!u.scheme.empty() || !t.starts_with("///")) && t.starts_with("//")) {
      t.remove_prefix(2);
      const size_t slash = t.find('/');
      if (!authority(t.substr(0, slash))) return false;
      t = slash == Text::npos ? Text{} : t.substr(slash);
    } else if (!u.scheme.empty() && t.starts_with('/')) {
      u.no_host = true;
    }
    u.raw_path = t;
    return unescape(run_, t, Part::Path, u.path);
  }

  // Takes the scheme from the front. False: a colon without one.
  bool scheme(Text& t) {
    for (size_t i = 0; i < t.size(); ++i) {
      const char c = t[i];
      if ((c | 32) >= 'a' && (c | 32) <= 'z') continue;
      if (c == ':') {
        if (i == 0) return false;
        char* small = run_.arena.array<char>(i);
        for (size_t k = 0; k < i; ++k) small[k] = t[k] >= 'A' && t[k] <= 'Z' ? static_cast<char>(t[k] | 32) : t[k];
        u.scheme = {small, i};
        t.remove_prefix(i + 1);
        return true;
      }
      if (i == 0 || !((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')) return true;
    }
    return true;
  }

  bool authority(Text t) {
    const size_t at = t.rfind('@');
    if (!host(at == Text::npos ? t : t.substr(at + 1))) return false;
    if (at == Text::npos) return true;
    const Text info = t.substr(0, at);
    for (char c : info)
      if (!letter_or_digit(c) && !Text("-._:~!$&'()*+,;=%@").contains(c))
        return run_.fail("the user of the URL has a character that it must not have");
    const size_t colon = info.find(':');
    u.has_user = true;
    u.has_password = colon != Text::npos;
    return unescape(run_, info.substr(0, colon), Part::User, u.user) &&
           (!u.has_password || unescape(run_, info.substr(colon + 1), Part::User, u.password));
  }

  bool host(Text t) {
    const size_t open = t.rfind('[');
    if (open != Text::npos && open > 0) return run_.fail("the host of the URL is no address");
    if (open == 0) return literal(t);
    if (const size_t first = t.find(':'); first != Text::npos) {
      const bool strict = u.scheme == "http" || u.scheme == "https";
      if (!optional_port(t.substr(strict ? first : t.rfind(':')))) return run_.fail("the port of the URL is none");
    }
    return unescape(run_, t, Part::Host, u.host);
  }

  // "[fe80::1%25en0]:80"
  bool literal(Text t) {
    const size_t close = t.rfind(']');
    if (close == Text::npos) return run_.fail("the host of the URL lacks its `]`");
    const Text port = t.substr(close + 1);
    if (!optional_port(port)) return run_.fail("the port of the URL is none");
    Text name = t.substr(1, close - 1), zone;
    if (const size_t at = name.find("%25"); at != Text::npos) {
      if (!unescape(run_, name.substr(at), Part::Zone, zone)) return false;
      name = name.substr(0, at);
    }
    if (!unescape(run_, name, Part::Host, name)) return false;
    Address address;
    if (!name.contains(':') || !parse_address(name, address)) return run_.fail("the host of the URL is no address");
    Writer w;
    w.byte('[');
    w.append(name);
    w.append(zone);
    w.byte(']');
    w.append(port);
    u.host = run_.arena.copy(w.text());
    return true;
  }

  Run& run_;
};

void append_user(Writer& out, const Url& u) {
  append_escaped(out, u.user, Part::User);
  if (!u.has_password) return;
  out.byte(':');
  append_escaped(out, u.password, Part::User);
}

void append_url(Writer& out, const Url& u) {
  if (!u.scheme.empty()) {
    out.append(u.scheme);
    out.byte(':');
  }
  if (!u.opaque.empty()) {
    out.append(u.opaque);
  } else {
    const bool has_host = !u.host.empty() || u.has_user;
    if ((!u.scheme.empty() || has_host) && !(u.no_host && !has_host) && (has_host || !u.path.empty()))
      out.append(Text("//"));
    if (u.has_user) {
      append_user(out, u);
      out.byte('@');
    }
    append_escaped(out, u.host, Part::Host);
    Writer path;
    append_as_came(path, u.raw_path, u.path, Part::Path);
    const Text p = path.text();
    if (!p.empty() && p[0] != '/' && !u.host.empty()) out.byte('/');
    if (out.empty() && p.substr(0, p.find('/')).contains(':')) out.append(Text("./"));
    out.append(p);
  }
  if (u.question || !u.query.empty()) {
    out.byte('?');
    out.append(u.query);
  }
  if (!u.fragment.empty()) {
    out.byte('#');
    append_as_came(out, u.raw_fragment, u.fragment, Part::Fragment);
  }
}

void host_and_port(Text t, Text& host, Text& port) {
  host = t;
  if (const size_t colon = t.rfind(':'); colon != Text::npos && optional_port(t.substr(colon))) {
    host = t.substr(0, colon);
    port = t.substr(colon + 1);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
}

// "?a=1&b=2&a=3": each name with the list of its values.
bool query_of(Run& run, Text t, Value* out) {
  MapMaker parameters(run.arena);
  while (!t.empty()) {
    const size_t end = t.find('&');
    Text pair = t.substr(0, end);
    t.remove_prefix(end == Text::npos ? t.size() : end + 1);
    if (pair.contains(';')) return run.fail("a semicolon separates nothing in a query");
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    Text key, value;
    if (!unescape(run, pair.substr(0, equals), Part::Query, key) ||
        (equals != Text::npos && !unescape(run, pair.substr(equals + 1), Part::Query, value)))
      return false;
    ListMaker values(run.arena);
    if (const Value* before = parameters.find(key))
      for (const Value& v : items_of(*before, run.arena)) values.add(v);
    values.add(text(value));
    parameters.put(key, values.give(ValueKind::Array));
  }
  MapMaker made(run.arena);
  if (parameters.size() > 0) made.put("query", parameters.give(ValueKind::RawMap));
  *out = made.give(ValueKind::RawMap);
  return true;
}

}  // namespace

// The attributes of the semantic conventions' `url.*`; of what begins with `?`, its parameters.
extern "C" bool rt_ottl_URL(Run* run, const Value* args, Value* out) {
  Text t;
  if (!want_text(*run, args[0], t)) return false;
  if (t.empty()) return run->fail("the URL is empty");
  if (t[0] == '?') return query_of(*run, t.substr(1), out);
  Parser parser(*run);
  if (!parser.parse(t)) return false;
  const Url& u = parser.u;
  MapMaker made(run->arena);
  Writer w;
  append_url(w, u);
  made.put("url.original", made_text(*run, w));
  Text host, port;
  host_and_port(u.host, host, port);
  made.put("url.domain", text(host));
  made.put("url.scheme", text(u.scheme));
  made.put("url.path", text(u.path));
  if (!port.empty()) {
    const auto n = parse_int(port);
    if (!n) return run->fail("the port of the URL is too large");
    Value v = integer(*n);
    v.detail = 1;  // an int of Go, which is none of the language
    made.put("url.port", v);
  }
  if (!u.fragment.empty()) made.put("url.fragment", text(u.fragment));
  if (u.has_user) {
    w.clear();
    append_user(w, u);
    made.put("url.user_info", made_text(*run, w));
    if (!u.user.empty()) made.put("url.username", text(u.user));
    if (u.has_password) made.put("url.password", text(u.password));
  }
  if (!u.query.empty()) made.put("url.query", text(u.query));
  if (const size_t dot = u.path.rfind('.'); dot != Text::npos && dot + 1 < u.path.size())
    made.put("url.extension", text(u.path.substr(dot + 1)));
  *out = made.give(ValueKind::RawMap);
  return true;
}

}  // namespace whittle::ottl
