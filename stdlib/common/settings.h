// SPDX-License-Identifier: Apache-2.0
// Checks of settings that the Collector makes only when it makes a component: a processor that no pipeline uses may be
// unfinished.
#pragma once

#include "compiler/check/checks.h"
#include "compiler/source/letters.h"

#include <span>
#include <string_view>

namespace whittle::check {

// Whether a setting says something. Late and wrong values do: what they say is not known here.
bool says(const Value& setting);

// Whether the setting `name` of `owner` says something; otherwise `what` ("the action `insert`") is said to need it.
bool needs(Check& check, const Value& owner, std::string_view what, std::string_view name);

// Says that `what` takes none of those of the settings `names` of `owner` that say something.
void takes_none(Check& check, const Value& owner, std::string_view what, std::initializer_list<std::string_view> names);

// Whether a text is one of `choices`, in whatever case if `any_case`; otherwise it is said not to be.
bool one_of(Check& check, const Value& text, std::string_view name, std::span<const std::string_view> choices,
            bool any_case = false);

// Where a setting is shown: its key, or the value of an element.
source::Span place_of(const Value& v);

using source::small_letters;

}  // namespace whittle::check
