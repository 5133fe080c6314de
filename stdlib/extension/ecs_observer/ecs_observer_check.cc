// SPDX-License-Identifier: Apache-2.0
// Ports that are named twice, and a file that nobody reads.
#include "compiler/check/checks.h"

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<int64_t> kTwice{"E1201", "port {} is named twice"};
constexpr Diag<> kUnread{"W1201", "no receiver of this config reads this file"};

void check_ports_of(Check& check, const Value& matchers) {
  for (const Value& m : matchers.items) {
    if (m.wrong || m.items.empty()) continue;
    const auto& ports = m.at("metrics_ports").items;
    for (size_t i = 0; i < ports.size(); ++i)
      for (size_t j = 0; j < i; ++j) {
        if (ports[i].late || ports[j].late || ports[i].wrong || ports[i].integer != ports[j].integer) continue;
        check.diags().emit(kTwice, ports[i].span, ports[i].integer).label(ports[j].span, "here");
        break;
      }
  }
}

// Whether something named `files` in there may be, or match, that file.
bool reads(const Value& v, const std::string& file) {
  if (v.late) return true;
  if (v.type->kind == schema::TypeKind::Struct) {
    if (const Value* files = v.find("files"))
      for (const Value& f : files->items)
        if (f.late || f.text == file || f.text.find_first_of("*?[") != std::string::npos) return true;
  }
  for (const Value& x : v.items)
    if (reads(x, file)) return true;
  return false;
}

}  // namespace

void check_extension_ecs_observer(Check& check, Instance& instance, schema::SignalSet) {
  if (instance.config.items.empty()) return;
  check_ports_of(check, instance.config.at("services"));
  check_ports_of(check, instance.config.at("task_definitions"));
  const Value& file = instance.config.at("result_file");
  if (file.late || file.wrong) return;
  for (const Instance& other : check.config.instances)
    if (other.used && other.component->kind == schema::ComponentKind::Receiver &&
        (other.config.wrong || reads(other.config, file.text)))
      return;
  check.diags()
      .emit(kUnread, file.span ? file.span : instance.key)
      .help("name `{}` in `file_sd_configs` of the receiver `prometheus`", file.text);
}

}  // namespace whittle::check
