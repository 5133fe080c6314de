// SPDX-License-Identifier: Apache-2.0
// Connections on which others can read or send, by the shared structs that settings of clients and servers are made of.
#include "compiler/check/exposed.h"

#include <algorithm>

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<> kBelieves{"W1441", "any server is believed here, whoever it is"};
constexpr Diag<std::string_view> kOldTls{"W1442", "TLS {} is broken"};
constexpr Diag<std::string_view> kPlainText{"N1443", "telemetry goes to `{}` in plain text"};
constexpr Diag<> kAnyOrigin{"N1444", "every web page that somebody opens may send here"};

// A name that the Internet knows, and so none of a container, a cluster, a private zone or an example's blank.
bool is_public(std::string_view host) {
  const bool name = std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' || c == '.' || c == '_';
  });
  if (!name || host.find('.') == std::string_view::npos || host.ends_with('.')) return false;
  const std::string_view top = host.substr(host.rfind('.') + 1);
  if (top.empty() || std::any_of(top.begin(), top.end(), [](char c) { return c >= '0' && c <= '9'; })) return false;
  static constexpr std::string_view kPrivate[] = {"local",     "internal", "svc",  "lan",    "localdomain",
                                                  "localhost", "home",     "corp", "intern", "private",
                                                  "test",      "invalid",  "arpa", "consul", "cluster"};
  return std::find(std::begin(kPrivate), std::end(kPrivate), top) == std::end(kPrivate);
}

// "collector.example.com" of "http://collector.example.com:4318/v1/traces".
std::string_view host_of(std::string_view endpoint) {
  const size_t scheme = endpoint.find("://");
  if (scheme != std::string_view::npos) endpoint.remove_prefix(scheme + 3);
  endpoint = endpoint.substr(0, endpoint.find_first_of("/?#"));
  if (const size_t at = endpoint.rfind('@'); at != std::string_view::npos) endpoint.remove_prefix(at + 1);
  return endpoint.substr(0, endpoint.rfind(':'));
}

bool is_set(const Value* flag) {
  return flag != nullptr && !flag->late && !flag->wrong && flag->boolean;
}

class Look {
public:
  Look(Check& check, bool sends) : check_(check), sends_(sends) {}

  void at(const Value& v) {
    if (v.type == nullptr || v.wrong || v.late) return;
    if (v.type->kind == schema::TypeKind::Struct) section(v);
    for (const Value& x : v.items) at(x);
  }

private:
  void section(const Value& v) {
    const std::string_view name = v.type->fields->name;
    if (name == "tls_client" || name == "tls_server") tls(v);
    if (name == "cors") origins(v);
    if (const Value* tls = sends_ ? v.find("tls") : nullptr; tls != nullptr && !tls->items.empty()) client(v, *tls);
  }

  void tls(const Value& v) {
    const Value* skip = v.find("insecure_skip_verify");
    if (is_set(skip) && !is_set(v.find("insecure")))
      check_.diags()
          .emit(kBelieves, skip->key ? skip->key : skip->span)
          .note("whoever sits in between reads and changes what is sent, credentials among it")
          .help("leave it out, and name the server's authority in `ca_file`, or its name in `server_name_override`");
    const Value& oldest = v.at("min_version");
    if (!oldest.late && (oldest.text == "1.0" || oldest.text == "1.1"))
      check_.diags().emit(kOldTls, oldest.span, oldest.text).help("leave it out: 1.2 is the lowest then");
  }

  void client(const Value& v, const Value& tls) {
    const Value* endpoint = v.find("endpoint");
    if (tls.type->kind != schema::TypeKind::Struct || tls.type->fields->name != "tls_client" || endpoint == nullptr ||
        endpoint->late || endpoint->wrong)
      return;
    const bool plain = endpoint->text.starts_with("http://") ||
                       (is_set(tls.find("insecure")) && endpoint->text.find("://") == std::string::npos);
    const std::string_view host = host_of(endpoint->text);
    if (plain && is_public(host))
      check_.diags()
          .emit(kPlainText, endpoint->span, host)
          .note("everybody on the way can read it, headers with credentials too")
          .help("send over TLS, unless this never leaves a network of your own");
  }

  void origins(const Value& v) {
    for (const Value& origin : v.at("allowed_origins").items) {
      if (origin.late || origin.text != "*") continue;
      check_.diags().emit(kAnyOrigin, origin.span).help("name the origins of your own pages: `https://*.example.com`");
    }
  }

  Check& check_;
  bool sends_;  // telemetry
};

}  // namespace

void check_exposed(Check& check) {
  for (const Instance& i : check.config.instances) {
    if (i.used) Look(check, i.component->kind == schema::ComponentKind::Exporter).at(i.config);
  }
}

}  // namespace whittle::check
