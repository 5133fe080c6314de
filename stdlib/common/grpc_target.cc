// SPDX-License-Identifier: Apache-2.0
// configgrpc's ClientConfig.Validate and otlpexporter's Config.Validate: a scheme of HTTP is cut off, of other schemes
// the address is what follows the authority, and what is left is a host and a port in digits.
#include "stdlib/common/grpc_target.h"

#include "stdlib/common/settings.h"

#include <algorithm>

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<> kNoEndpoint{"E0731", "there is no endpoint to send to"};
constexpr Diag<std::string_view> kNoTarget{"E1157", "no gRPC server is named `{}`"};
constexpr Diag<std::string_view> kPlainText{"W1158", "`{}` speaks plain text, and `tls` does not count"};

bool digits(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void check_grpc_target(Check& check, const Value& client, bool needed) {
  const Value& endpoint = client.at("endpoint");
  if (endpoint.late || endpoint.wrong) return;
  std::string_view text = endpoint.text;
  if (text.starts_with("unix://")) {
    if (text.size() == 7) check.diags().emit(kNoTarget, endpoint.span, text).here("the path of the socket is missing");
    return;
  }
  bool http = text.starts_with("http://"), https = text.starts_with("https://");
  std::string_view address = text;
  if (http || https) address.remove_prefix(http ? 7 : 8);
  else if (size_t scheme = text.find("://"); scheme != text.npos) {
    address.remove_prefix(scheme + 3);
    if (size_t slash = address.find('/'); slash != address.npos) address.remove_prefix(slash + 1);
  }
  if (address.empty()) {
    if (needed)
      check.diags()
          .emit(kNoEndpoint, endpoint.written ? place_of(endpoint) : place_of(client))
          .help("write `endpoint: host:4317`");
    return;
  }
  size_t colon = address.rfind(':');
  bool bracket = address.starts_with('[');
  if (colon == address.npos || (bracket && address.ends_with(']'))) {
    check.diags()
        .emit(kNoTarget, endpoint.span, text)
        .here("the port is missing")
        .help("OTLP over gRPC is at port 4317");
    return;
  }
  if (!bracket && address.find(':') != colon) {
    check.diags().emit(kNoTarget, endpoint.span, text).here("too many colons");
    return;
  }
  std::string_view port = address.substr(colon + 1);
  if (!digits(port)) {
    auto d = check.diags().emit(kNoTarget, endpoint.span, text);
    if (port.find('/') != port.npos)
      d.here("gRPC has no paths").help("leave out what follows the port, or send with `otlphttp`");
    else d.here("`{}` is no port", port);
    return;
  }
  const Value* tls = client.find("tls");
  if (http && tls != nullptr && tls->written && tls->find("insecure") != nullptr && !tls->at("insecure").late &&
      !tls->at("insecure").boolean)
    check.diags().emit(kPlainText, endpoint.span, text).label(place_of(*tls), "here");
}

}  // namespace whittle::check
