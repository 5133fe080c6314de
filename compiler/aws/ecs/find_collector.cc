// SPDX-License-Identifier: Apache-2.0
// Which container of a task is the collector.
#include "compiler/aws/ecs/checks.h"

#include <algorithm>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view> kNone{"W1025", "no container of `{}` looks like the collector"};
constexpr Diag<std::string_view> kNoneHere{"N1025", "no container of `{}` looks like the collector"};
constexpr Diag<std::string_view> kSeveral{"W1025", "several containers of `{}` look like the collector"};

// It reads a collector's config, or its image is called a collector.
bool surely(const Container& x) {
  if (x.variable("AOT_CONFIG_CONTENT") != nullptr || x.secret("AOT_CONFIG_CONTENT") != nullptr) return true;
  ImageReference image = parse_image(x.image.text);
  std::string last = image.last();
  if (is_stock_collector(image) || last.ends_with("collector") || last.starts_with("otelcol") ||
      last.starts_with("whittle"))
    return true;
  return !x.entry_point.items.empty() && x.entry_point.items[0].text == "/collector";
}

bool perhaps(const Container& x) {
  const std::string& name = x.name.text;
  bool called = name.ends_with("collector") || name.starts_with("adot") || name.starts_with("otelcol");
  bool given = std::any_of(x.command.items.begin(), x.command.items.end(),
                           [](const Text& t) { return t.text.starts_with("--config"); });
  return called || given;
}

}  // namespace

const Container* find_collector(const TaskDefinition& task, const TaskInputs& inputs, bool others,
                                diag::Diagnostics* diags) {
  if (!inputs.container.empty()) return task.find(inputs.container);
  for (auto* looks : {&surely, &perhaps}) {
    std::vector<const Container*> found;
    for (const Container& x : task.containers) {
      if ((*looks)(x)) found.push_back(&x);
    }
    if (found.size() > 1) {
      // Of several by their images one may be called so as well.
      std::vector<const Container*> named;
      std::copy_if(found.begin(), found.end(), std::back_inserter(named),
                   [](const Container* x) { return perhaps(*x); });
      if (named.size() == 1) return named[0];
    }
    if (found.size() == 1) return found[0];
    if (found.empty()) continue;
    if (diags != nullptr) {
      auto d = diags->emit(kSeveral, found[0]->span, task.name.empty() ? "the task definition" : task.name);
      d.here("this one");
      for (size_t i = 1; i < found.size(); ++i) d.label(found[i]->span, "and this one");
      d.note("what concerns the collector was not checked")
          .help("say which it is: `--container {}`", found[0]->name.text);
    }
    return nullptr;
  }
  if (diags != nullptr && task.containers_known && !task.containers.empty()) {
    std::string_view name = task.name.empty() ? "the task definition" : std::string_view(task.name);
    if (others) {
      diags->emit(kNoneHere, task.span, name)
          .note("another task definition has one; what concerns the collector was not checked here");
    } else {
      diags->emit(kNone, task.span, name)
          .note("what concerns the collector was not checked")
          .help("say which it is: `--container {}`", task.containers[0].name.text);
    }
  }
  return nullptr;
}

}  // namespace whittle::aws::ecs
