// SPDX-License-Identifier: Apache-2.0
// Names of log groups and log streams with attributes of the resource in them: `/ecs/{ClusterName}/{TaskId}`.
#pragma once

#include "runtime/base/writer.h"

#include <span>

namespace whittle {

struct LogPlaceholder {
  Text name, attribute;
};
// The first seven are those that EMF knows.
inline constexpr LogPlaceholder kLogPlaceholders[] = {
    {"ClusterName", "aws.ecs.cluster.name"},
    {"TaskId", "aws.ecs.task.id"},
    {"NodeName", "k8s.node.name"},
    {"PodName", "pod"},
    {"ServiceName", "service.name"},
    {"ContainerInstanceId", "aws.ecs.container.instance.id"},
    {"TaskDefinitionFamily", "aws.ecs.task.family"},
    {"InstanceId", "service.instance.id"},
    {"FaasName", "faas.name"},
    {"FaasVersion", "faas.version"},
};
inline constexpr Text kUndefinedLogName = "undefined";
inline constexpr std::span<const LogPlaceholder> kEmfPlaceholders{kLogPlaceholders, 7};

// Appends `name` with the values of attributes in the place of what stands in braces and is in `known`: the attribute
// of the placeholder's own name, or else the one that it stands for; "undefined" where there is neither, or an empty
// one. `value(name, out)` appends an attribute's value and says whether there is such an attribute. False: something
// was undefined.
template <class F>
bool append_log_name(Writer& out, Text name, std::span<const LogPlaceholder> known, F value) {
  bool found_all = true;
  while (!name.empty()) {
    const size_t open = name.find('{');
    out.append(name.substr(0, open));
    if (open == Text::npos) break;
    name.remove_prefix(open);
    const size_t close = name.find('}');
    const LogPlaceholder* placeholder = nullptr;
    for (const LogPlaceholder& p : known)
      if (close != Text::npos && p.name == name.substr(1, close - 1)) placeholder = &p;
    if (!placeholder) {
      out.byte('{');
      name.remove_prefix(1);
      continue;
    }
    const size_t before = out.size();
    if (!value(placeholder->name, out)) value(placeholder->attribute, out);
    if (out.size() == before) {
      out.append(kUndefinedLogName);
      found_all = false;
    }
    name.remove_prefix(close + 1);
  }
  return found_all;
}

}  // namespace whittle
