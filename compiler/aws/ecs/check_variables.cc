// SPDX-License-Identifier: Apache-2.0
// Values of environment variables: what everybody can read, and what leads nowhere.
#include "compiler/aws/ecs/checks.h"
#include "compiler/check/secrets.h"

#include <algorithm>
#include <charconv>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view, std::string_view> kSecret{"W1343", "`{}` of {} stands in plain text"};
constexpr Diag<std::string_view> kHostName{"E1053", "`{}` is not found: Docker Desktop alone has such a host"};
constexpr Diag<std::string_view> kWord{"E1342", "`{}` is no port"};
constexpr Diag<int64_t> kNoDaemon{"W1341", "nothing takes X-Ray segments on port {}"};
constexpr Diag<> kNoRules{"W1341", "nobody answers with sampling rules"};

// Names of what only the holder should know (as those who scan repositories look for them).
bool is_secret_name(std::string_view name) {
  std::string upper(name);
  for (char& ch : upper) ch = ch >= 'a' && ch <= 'z' ? static_cast<char>(ch - 'a' + 'A') : ch;
  for (std::string_view end : {"PASSWORD", "PASSWD", "SECRET", "SECRET_KEY", "SECRET_ACCESS_KEY", "API_KEY", "APIKEY",
                               "API_TOKEN", "ACCESS_TOKEN", "AUTH_TOKEN", "PRIVATE_KEY", "CLIENT_SECRET"}) {
    if (upper == end || (upper.ends_with(end) && upper[upper.size() - end.size() - 1] == '_')) return true;
  }
  return false;
}

// AWS's own keys, and keys in PEM.
bool is_secret_value(std::string_view value) {
  if (value.find("-----BEGIN ") != std::string_view::npos && value.find("PRIVATE KEY-----") != std::string_view::npos)
    return true;
  for (std::string_view prefix : {"AKIA", "ASIA"}) {
    if (!value.starts_with(prefix) || value.size() != 20) continue;
    return std::all_of(value.begin(), value.end(),
                       [](char ch) { return (ch >= 'A' && ch <= 'Z') || (ch >= '2' && ch <= '7'); });
  }
  return false;
}

void secrets(TaskCheck& c, const Container& x) {
  for (const Variable& v : x.environment) {
    if (!v.value.has_text()) continue;
    const std::string& value = v.value.text;
    // A path, an ARN or a name is not the secret itself.
    bool elsewhere = value.starts_with("/") || value.starts_with("arn:") || value.starts_with("file:") ||
                     value == "true" || value == "false" || value.find("://") != std::string::npos;
    if (!(is_secret_name(v.name.text) && !elsewhere) && !is_secret_value(value) && !check::has_password(value))
      continue;
    // The place is the container's, because the line with the value need not be printed once more.
    auto d = c.diags.emit(kSecret, x.span, v.name.text, x.shown());
    d.note("whoever may describe task definitions reads it, and so does everybody who sees this file");
    if (v.name.text == "AWS_ACCESS_KEY_ID" || v.name.text == "AWS_SECRET_ACCESS_KEY")
      d.help("leave the keys out: AWS's SDKs find the task role's by themselves");
    else
      d.help("under `secrets`: `{\"name\": \"{}\", \"valueFrom\": \"...\"}`, with a parameter or a secret",
             v.name.text);
  }
}

void endpoints(TaskCheck& c, const Container& x) {
  for (const Variable& v : x.environment) {
    if (!v.value.has_text()) continue;
    const std::string& value = v.value.text;
    if (value.find("host.docker.internal") != std::string::npos && (c.fargate || c.task.awsvpc())) {
      auto d = c.diags.emit(kHostName, v.value.span, "host.docker.internal");
      d.note("on Fargate, and with `awsvpc`, containers of one task reach each other at `localhost`");
    }
    if (!v.name.text.starts_with("OTEL_EXPORTER_OTLP_") || !v.name.text.ends_with("ENDPOINT")) continue;
    size_t at = value.find("://");
    std::string_view authority = std::string_view(value).substr(at == std::string::npos ? 0 : at + 3);
    authority = authority.substr(0, authority.find('/'));
    size_t colon = authority.rfind(':');
    if (colon == std::string_view::npos || authority.ends_with(']')) continue;
    std::string_view port = authority.substr(colon + 1);
    int64_t number = 0;
    auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (error == std::errc() && end == port.data() + port.size() && number >= 1 && number <= 65535) continue;
    c.diags.emit(kWord, v.value.span, port).here("a port is a number from 1 to 65535");
  }
}

bool hears(const TaskCheck& c, int64_t port, bool udp) {
  return std::any_of(c.listeners.begin(), c.listeners.end(),
                     [&](const Listener& l) { return l.udp == udp && (l.port == 0 || l.port == port); });
}

// What the X-Ray SDKs and the sampler `xray` talk to: segments over UDP, sampling rules over HTTP, both at port 2000
// unless told.
void xray(TaskCheck& c, const Container& x) {
  if (c.collector == nullptr || c.config == nullptr || c.config->unknown_components || !c.one_network()) return;
  constexpr int64_t kPort = 2000;
  const Variable* daemon = x.variable("AWS_XRAY_DAEMON_ADDRESS");
  if (daemon != nullptr && daemon->value.has_text()) {
    // "127.0.0.1:2000", or "tcp:127.0.0.1:2000 udp:127.0.0.1:2001".
    std::string_view text = daemon->value.text;
    if (size_t udp = text.find("udp:"); udp != std::string_view::npos) text = text.substr(udp + 4);
    text = text.substr(0, text.find(' '));
    size_t colon = text.rfind(':');
    std::string_view host = text.substr(0, colon);
    int64_t port = 0;
    if (colon != std::string_view::npos) std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
    bool here = host == "localhost" || host == "127.0.0.1" || host == "0.0.0.0";
    // Another container of the task may be the daemon.
    bool other = std::any_of(c.task.containers.begin(), c.task.containers.end(),
                             [](const Container& y) { return y.image.text.find("xray-daemon") != std::string::npos; });
    if (here && port > 0 && !other && !hears(c, port, true))
      c.diags.emit(kNoDaemon, daemon->value.span, port)
          .here("the SDK sends datagrams that nobody takes, and does not notice")
          .help("a receiver for X-Ray segments in the config");
  }
  const Variable* sampler = x.variable("OTEL_TRACES_SAMPLER");
  if (sampler == nullptr || sampler->value.text.find("xray") == std::string::npos) return;
  const Variable* argument = x.variable("OTEL_TRACES_SAMPLER_ARG");
  if (argument != nullptr && argument->value.text.find("endpoint=") != std::string::npos) return;
  if (!hears(c, kPort, false))
    c.diags.emit(kNoRules, sampler->value.span)
        .here("the SDK asks port 2000 of this task for them")
        .note("without rules it samples one request a second and five percent of the others")
        .help("an extension or a receiver in the config that passes these calls on to X-Ray");
}

}  // namespace

void check_variables(TaskCheck& c) {
  for (const Container& x : c.task.containers) {
    secrets(c, x);
    endpoints(c, x);
    if (&x != c.collector) xray(c, x);
  }
}

}  // namespace whittle::aws::ecs
