// SPDX-License-Identifier: Apache-2.0
#include "runtime/aws/sigv4.h"

#include "runtime/aws/sha256.h"
#include "runtime/base/writer.h"

#include <algorithm>
#include <stdio.h>
#include <time.h>
#include <vector>

namespace whittle {
namespace {

bool unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

void encode(Writer& out, Text t, bool keep_slash) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  for (char c : t) {
    if (unreserved(c) || (keep_slash && c == '/')) {
      out.byte(static_cast<uint8_t>(c));
    } else {
      out.byte('%');
      out.byte(static_cast<uint8_t>(kDigits[static_cast<uint8_t>(c) >> 4]));
      out.byte(static_cast<uint8_t>(kDigits[static_cast<uint8_t>(c) & 15]));
    }
  }
}

// RFC 3986, 5.2.4, and empty segments dropped.
void normalise(Writer& out, Text path) {
  std::vector<Text> segments;
  for (size_t at = 0; at < path.size();) {
    size_t end = std::min(path.find('/', at), path.size());
    Text s = path.substr(at, end - at);
    at = end + 1;
    if (s.empty() || s == ".") continue;
    if (s == "..") {
      if (!segments.empty()) segments.pop_back();
      continue;
    }
    segments.push_back(s);
  }
  for (Text s : segments) {
    out.byte('/');
    out.append(s);
  }
  if (segments.empty() || path.ends_with('/')) out.byte('/');
}

void canonical_path(Writer& out, const SigningRequest& r) {
  if (!r.normalise_path) return out.append(r.path.empty() ? Text("/") : r.path);
  Writer clean;
  normalise(clean, r.path);
  encode(out, clean.text(), true);
}

void canonical_query(Writer& out, Text query) {
  struct Pair {
    Text name, value;
  };
  std::vector<Pair> pairs;
  while (!query.empty()) {
    size_t end = std::min(query.find('&'), query.size());
    Text one = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (one.empty()) continue;
    size_t equals = one.find('=');
    pairs.push_back({one.substr(0, equals), equals == Text::npos ? Text() : one.substr(equals + 1)});
  }
  std::sort(pairs.begin(), pairs.end(),
            [](const Pair& a, const Pair& b) { return a.name != b.name ? a.name < b.name : a.value < b.value; });
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (i > 0) out.byte('&');
    out.append(pairs[i].name);
    out.byte('=');
    out.append(pairs[i].value);
  }
}

// Leading and trailing spaces dropped, runs of spaces made one.
void trimmed(Writer& out, Text value) {
  bool space = false, any = false;
  for (char c : value) {
    if (c == ' ') {
      space = any;
      continue;
    }
    if (space) out.byte(' ');
    space = false;
    any = true;
    out.byte(static_cast<uint8_t>(c));
  }
}

void lower(Writer& out, Text t) {
  for (char c : t) out.byte(static_cast<uint8_t>(c >= 'A' && c <= 'Z' ? c + 32 : c));
}

void append_hex_digest(Writer& out, const Digest& d) {
  char text[64];
  hex(d, text);
  out.append(Text(text, 64));
}

struct Named {
  Text name;  // lower case
  Text value;
};

// A key serves for a day, a region and a service: the last ones are kept, by a digest of what they are made of.
struct KeptKey {
  Digest of, key;
};
constexpr size_t kKeptKeys = 4;
constinit KeptKey kept_keys[kKeptKeys] = {};
constinit size_t next_kept = 0;

Digest signing_key(Text secret_key, Text day, Text region, Text service) {
  Writer made_of;
  for (Text part : {day, Text("/"), region, Text("/"), service, Text("/"), secret_key}) made_of.append(part);
  const Digest of = sha256(made_of.bytes());
  for (const KeptKey& k : kept_keys)
    if (k.of == of) return k.key;
  Writer secret;
  secret.append(Text("AWS4"));
  secret.append(secret_key);
  Digest key = hmac_sha256(secret.bytes(), as_bytes(day));
  key = hmac_sha256(key, as_bytes(region));
  key = hmac_sha256(key, as_bytes(service));
  key = hmac_sha256(key, as_bytes("aws4_request"));
  kept_keys[next_kept++ % kKeptKeys] = {of, key};
  return key;
}

}  // namespace

Signature sign(const SigningRequest& r, const AwsKeys& keys, Arena& arena) {
  char date[17];
  time_t seconds = static_cast<time_t>(r.time_ns / 1'000'000'000);
  struct tm utc;
  gmtime_r(&seconds, &utc);
  strftime(date, sizeof date, "%Y%m%dT%H%M%SZ", &utc);
  Signature signature;
  signature.date = arena.copy(Text(date, 16));
  Text day = signature.date.substr(0, 8);

  std::vector<Named> headers;
  bool has_date = false;
  for (const SigningHeader& h : r.headers) {
    Writer name;
    lower(name, h.name);
    headers.push_back({arena.copy(name.text()), h.value});
    has_date = has_date || headers.back().name == "x-amz-date";
  }
  if (!has_date) headers.push_back({"x-amz-date", signature.date});
  // By name; several of one name stay in their order.
  for (size_t i = 1; i < headers.size(); ++i)
    for (size_t k = i; k > 0 && headers[k].name < headers[k - 1].name; --k) std::swap(headers[k], headers[k - 1]);

  Writer names, request;
  request.append(r.method);
  request.byte('\n');
  canonical_path(request, r);
  request.byte('\n');
  canonical_query(request, r.query);
  request.byte('\n');
  for (size_t i = 0; i < headers.size(); ++i) {
    bool same = i > 0 && headers[i].name == headers[i - 1].name;
    if (same) {
      request.truncate(request.size() - 1);
      request.byte(',');
    } else {
      if (i > 0) names.byte(';');
      names.append(headers[i].name);
      request.append(headers[i].name);
      request.byte(':');
    }
    trimmed(request, headers[i].value);
    request.byte('\n');
  }
  request.byte('\n');
  request.append(names.text());
  request.byte('\n');
  append_hex_digest(request, r.body_digest ? *r.body_digest : sha256(r.body));
  signature.canonical_request = arena.copy(request.text());

  Writer scope;
  for (Text part : {day, Text("/"), r.region, Text("/"), r.service, Text("/aws4_request")}) scope.append(part);
  Writer to_sign;
  for (Text part : {Text("AWS4-HMAC-SHA256\n"), signature.date, Text("\n"), scope.text(), Text("\n")})
    to_sign.append(part);
  append_hex_digest(to_sign, sha256(request.bytes()));

  const Digest key = signing_key(keys.secret_key, day, r.region, r.service);

  Writer out;
  for (Text part : {Text("AWS4-HMAC-SHA256 Credential="), keys.access_key, Text("/"), scope.text(),
                    Text(", SignedHeaders="), names.text(), Text(", Signature=")})
    out.append(part);
  append_hex_digest(out, hmac_sha256(key, to_sign.bytes()));
  signature.authorization = arena.copy(out.text());
  return signature;
}

}  // namespace whittle
