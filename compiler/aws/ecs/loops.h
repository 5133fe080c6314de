// SPDX-License-Identifier: Apache-2.0
// Loops of CloudFormation templates: `Fn::ForEach::NAME: [variable, values, {...}]` becomes what it stands for (the
// transform AWS::LanguageExtensions).
#pragma once

#include "compiler/aws/needs.h"
#include "compiler/syntax/yaml.h"

namespace whittle::aws::ecs {

// The template without loops; `root` itself where there are none. What comes of one text several times has one place.
// Values that are known only when the template is deployed are one value, a kUnknownPart.
syntax::NodeId without_loops(syntax::Tree& tree, syntax::NodeId root, const Surroundings& surroundings);

}  // namespace whittle::aws::ecs
