// SPDX-License-Identifier: Apache-2.0
// What a host's name says of the service and the region that is signed for, as the reference infers them
// (extension/sigv4authextension/signingroundtripper.go). Used by the compiler and by the collector.
#pragma once

#include <string_view>

namespace whittle::sigv4 {

struct Scope {
  std::string_view service, region;  // empty: it does not say
};

inline Scope scope_of(std::string_view host) {
  struct Known {
    std::string_view prefix, service;
  };
  constexpr Known kKnown[] = {
      {"aps-workspaces", "aps"}, {"search-", "es"}, {"logs", "logs"}, {"xray", "xray"}, {"monitoring", "monitoring"}};
  for (const Known& k : kKnown) {
    if (!host.starts_with(k.prefix)) continue;
    Scope scope{k.service, {}};
    const size_t dot = host.find('.');
    if (dot == host.npos) return scope;
    const std::string_view rest = host.substr(dot + 1);
    if (const size_t end = rest.find('.'); end != rest.npos) scope.region = rest.substr(0, end);
    return scope;
  }
  return {};
}

// "https://user@host:443/path" as "host:443".
inline std::string_view host_of(std::string_view url) {
  if (const size_t scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const size_t at = url.rfind('@'); at != url.npos) url.remove_prefix(at + 1);
  return url;
}

}  // namespace whittle::sigv4
