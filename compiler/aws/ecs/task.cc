// SPDX-License-Identifier: Apache-2.0
#include "compiler/aws/ecs/task.h"

#include <algorithm>

namespace whittle::aws::ecs {

bool Text::known() const {
  return written && text.find(kUnknownPart) == std::string::npos && text.find("{{") == std::string::npos;
}

const Option* LogConfiguration::find(std::string_view key) const {
  for (const Option& o : options) {
    if (o.key == key) return &o;
  }
  return nullptr;
}

std::string Container::shown() const {
  return name.has_text() ? "container `" + name.text + "`" : std::string("a container without a name");
}

static const Variable* named(const std::vector<Variable>& list, std::string_view name) {
  for (const Variable& v : list) {
    if (v.name.text == name) return &v;
  }
  return nullptr;
}

const Variable* Container::variable(std::string_view wanted) const {
  return named(environment, wanted);
}
const Variable* Container::secret(std::string_view wanted) const {
  return named(secrets, wanted);
}

bool TaskDefinition::on_fargate() const {
  auto fargate = [](const Text& t) { return t.text == "FARGATE" || t.text == "FARGATE_SPOT"; };
  if (std::any_of(compatibilities.items.begin(), compatibilities.items.end(), fargate)) return true;
  return std::any_of(services.begin(), services.end(), [&](const Service& s) {
    return fargate(s.launch_type) ||
           std::any_of(s.capacity_providers.items.begin(), s.capacity_providers.items.end(), fargate);
  });
}

bool TaskDefinition::launch_unknown() const {
  if (!compatibilities.items.empty() || (compatibilities.written && !compatibilities.known)) return false;
  return std::none_of(services.begin(), services.end(), [](const Service& s) { return s.launch_type.written; });
}

const Container* TaskDefinition::find(std::string_view container) const {
  for (const Container& c : containers) {
    if (c.name.text == container) return &c;
  }
  return nullptr;
}

}  // namespace whittle::aws::ecs
