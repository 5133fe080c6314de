// SPDX-License-Identifier: Apache-2.0
#include "stdlib/receiver/prometheus/client.h"

#include "runtime/base/json.h"

#include <fcntl.h>
#include <unistd.h>

namespace whittle::prometheus {

namespace {

constexpr size_t kMostSecret = 64 * 1024;

// A secret in a file, without blanks and line ends around it.
bool read_secret(Text path, Arena& arena, Text& out) {
  const int fd = open(path.data(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  Writer text;
  for (;;) {
    const ssize_t n = read(fd, text.room(4096), 4096);
    if (n <= 0 || text.size() > kMostSecret) {
      close(fd);
      if (n < 0 || text.size() > kMostSecret) return false;
      break;
    }
    text.advance(static_cast<size_t>(n));
  }
  Text t = text.text();
  auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!t.empty() && blank(t.front())) t.remove_prefix(1);
  while (!t.empty() && blank(t.back())) t.remove_suffix(1);
  out = arena.copy(t);
  return true;
}

}  // namespace

ScrapeClient::ScrapeClient(const config::ScrapeClient& config) : config_(config) {
  const config::ScrapeTls& t = config_.tls_config;
  tls_.insecure_skip_verify = t.insecure_skip_verify;
  tls_.ca_file = view(t.ca_file), tls_.ca_pem = view(t.ca);
  tls_.cert_file = view(t.cert_file), tls_.cert_pem = view(t.cert);
  tls_.key_file = view(t.key_file), tls_.key_pem = view(t.key);
  tls_.server_name_override = view(t.server_name);
  tls_.min_version = t.min_version == config::ScrapeTlsMinVersion::TLS13 ? Text("1.3") : Text();
  tls_.max_version = t.max_version == config::ScrapeTlsMaxVersion::TLS12   ? Text("1.2")
                     : t.max_version == config::ScrapeTlsMaxVersion::TLS13 ? Text("1.3")
                                                                           : Text();
}

bool ScrapeClient::prepare(HttpRequest& request, Arena& arena, Text& why) const {
  auto secret = [&](Str text, Str file, Text& out) {
    out = view(text);
    if (file.size == 0) return true;
    why = view(file);
    return read_secret(view(file), arena, out);
  };
  Writer value;
  if (config_.basic_auth) {
    Text user, password;
    if (!secret(config_.basic_auth->username, config_.basic_auth->username_file, user) ||
        !secret(config_.basic_auth->password, config_.basic_auth->password_file, password))
      return false;
    Writer pair;
    pair.append(user);
    pair.byte(':');
    pair.append(password);
    value.append(Text("Basic "));
    append_base64(value, pair.bytes());
  } else if (config_.authorization) {
    Text credentials;
    if (!secret(config_.authorization->credentials, config_.authorization->credentials_file, credentials)) return false;
    const Text type = trim_blanks(view(config_.authorization->type));
    value.append(type.empty() ? Text("Bearer") : type);
    value.byte(' ');
    value.append(credentials);
  } else if (config_.bearer_token.size > 0 || config_.bearer_token_file.size > 0) {
    Text token;
    if (!secret(config_.bearer_token, config_.bearer_token_file, token)) return false;
    value.append(Text("Bearer "));
    value.append(token);
  }
  if (!value.empty()) request.headers.push_back({"Authorization", arena.copy(value.text())});
  for (const Entry<config::ScrapeHeader>& h : config_.http_headers) {
    for (const Str v : h.value.values) request.headers.push_back({view(h.key), view(v)});
    for (const Str v : h.value.secrets) request.headers.push_back({view(h.key), view(v)});
    for (const Str file : h.value.files) {
      Text v;
      why = view(file);
      if (!read_secret(view(file), arena, v)) return false;
      request.headers.push_back({view(h.key), v});
    }
  }
  request.tls = &tls_;
  request.http2 = config_.enable_http2;
  request.follow_redirects = config_.follow_redirects;
  request.proxy = view(config_.proxy_url);
  request.environment_proxy = config_.proxy_from_environment;
  return true;
}

}  // namespace whittle::prometheus
