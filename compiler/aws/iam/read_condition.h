// SPDX-License-Identifier: Apache-2.0
// Reads the Condition of a statement.
#pragma once

#include "compiler/aws/iam/policy.h"

#include <optional>

namespace whittle::aws::iam {

// False: not all of it could be understood, and what is wrong has been said.
bool read_condition(const syntax::Tree& tree, syntax::NodeId node, bool variables, std::vector<Test>& out,
                    const source::Sources& sources, diag::Diagnostics& diags);

// The values of conditions, as IAM compares them. Nothing for a text that is none.
std::optional<double> parse_number(std::string_view text);
std::optional<int64_t>
parse_date(std::string_view text);  // milliseconds since 1970; W3C ISO 8601 or a number of seconds

struct AddressRange {
  uint8_t bytes[16] = {};  // IPv4 in the first four
  bool v6 = false;
  int prefix = 0;
};
std::optional<AddressRange> parse_address_range(std::string_view text);
bool covers(const AddressRange& range, const AddressRange& other);

}  // namespace whittle::aws::iam
