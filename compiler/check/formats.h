// SPDX-License-Identifier: Apache-2.0
// Texts that must look like something: addresses, URLs, regions, ARNs, log group templates.
#pragma once

#include "compiler/check/decode.h"

#include <optional>

namespace whittle::check {

// An address to listen on, in parts.
struct Address {
  std::string host;  // without brackets; empty for all
  uint16_t port = 0;
};

// Nothing when `text` is no host:port. Port names that Go knows without /etc/services count.
std::optional<Address> parse_address(std::string_view text);

struct Url {
  std::string scheme, host, path;
  uint16_t port = 0;  // 80 or 443 when it is not written
};

// Nothing unless it is scheme://host[:port][/path].
std::optional<Url> parse_url(std::string_view text);

// Checks a String by its format, and puts normal forms in place (a URL path begins with a slash).
void check_format(CheckContext& c, Value& v);

// Whether an Endpoint among the settings of `scope` is the path of a unix socket and no host:port.
bool is_socket(const schema::Setting& endpoint, const Value& scope);

// Other texts of which check_format() and check_addresses() make this one.
std::vector<std::string> other_forms(const Value& v);

// Checks the addresses among the settings of a struct, to which others beside them may give their meaning.
void check_addresses(CheckContext& c, Value& v);

// Checks that `pattern`, the text of `v`, is a regular expression, and remembers one that is too large to be compiled.
// `places`: it is asked where it matches, and not only whether.
void check_regexp(CheckContext& c, Value& v, const std::string& pattern, bool places = false);

}  // namespace whittle::check
