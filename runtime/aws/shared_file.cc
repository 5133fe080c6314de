// SPDX-License-Identifier: Apache-2.0
#include "runtime/aws/shared_file.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

namespace whittle {

static Text trimmed(Text t) {
  auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!t.empty() && blank(t.front())) t.remove_prefix(1);
  while (!t.empty() && blank(t.back())) t.remove_suffix(1);
  return t;
}

static bool same(Text a, Text b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

SharedKeys shared_keys(Text file, Text profile) {
  SharedKeys keys;
  bool own = false;
  while (!file.empty()) {
    const size_t end = file.find('\n');
    Text line = file.substr(0, end);
    file.remove_prefix(end == Text::npos ? file.size() : end + 1);
    const bool nested = !line.empty() && (line.front() == ' ' || line.front() == '\t');
    line = trimmed(line);
    if (line.empty() || line.front() == '#' || line.front() == ';' || nested) continue;
    if (line.front() == '[') {
      const size_t close = line.find(']');
      own = close != Text::npos && trimmed(line.substr(1, close - 1)) == profile;
      keys.found |= own;
      continue;
    }
    const size_t equals = line.find('=');
    if (!own || equals == Text::npos) continue;
    const Text name = trimmed(line.substr(0, equals)), value = trimmed(line.substr(equals + 1));
    if (same(name, "aws_access_key_id")) keys.access_key = value;
    if (same(name, "aws_secret_access_key")) keys.secret_key = value;
    if (same(name, "aws_session_token")) keys.session_token = value;
  }
  return keys;
}

bool is_of_this_machine(Text url) {
  const size_t scheme = url.find("://");
  if (scheme == Text::npos) return false;
  Text host = url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const size_t user = host.rfind('@'); user != Text::npos) host.remove_prefix(user + 1);
  if (!host.empty() && host.front() == '[') host = host.substr(1, host.find(']') - 1);
  else host = host.substr(0, host.find(':'));
  if (same(host, "localhost")) return true;
  char text[INET6_ADDRSTRLEN + 1] = {};
  if (host.size() > INET6_ADDRSTRLEN) return false;
  memcpy(text, host.data(), host.size());
  uint8_t four[4], six[16];
  if (inet_pton(AF_INET, text, four) == 1) return four[0] == 127 || (four[0] == 169 && four[1] == 254);
  if (inet_pton(AF_INET6, text, six) != 1) return false;
  static constexpr uint8_t kLoopback[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  static constexpr uint8_t kEks[16] = {0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x23};  // fd00:ec2::23
  return memcmp(six, kLoopback, 16) == 0 || memcmp(six, kEks, 16) == 0 || (six[0] == 0xfe && (six[1] & 0xc0) == 0x80);
}

bool may_give_keys(Text url) {
  return url.starts_with("https://") || (url.starts_with("http://") && is_of_this_machine(url));
}

}  // namespace whittle
