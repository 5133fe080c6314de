// SPDX-License-Identifier: Apache-2.0
// What diagnostics and reference pages call types.
#pragma once

#include "compiler/schema/schema.h"

#include <string>

namespace whittle::check {

// "a whole number", "a list of texts".
std::string article_of(const schema::Type& type);

// "number", "true or false", "list".
std::string short_name_of(const schema::Type& type);

// The last name of a path: "grpc" of "receivers::otlp::protocols::grpc".
std::string last_part(const std::string& path);

}  // namespace whittle::check
