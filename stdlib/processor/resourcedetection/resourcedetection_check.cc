// SPDX-License-Identifier: Apache-2.0
// Detectors: which there are, and which find nothing in a task on Fargate.
#include "stdlib/common/settings.h"

#include <algorithm>
#include <set>

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<> kNoDetectors{"E1165", "without a detector the processor does not start"};
constexpr Diag<std::string_view> kTwice{"W1166", "the detector `{}` is there twice"};
constexpr Diag<std::string_view> kNothing{"W1167", "the detector `{}` finds nothing in a task on Fargate"};
constexpr Diag<std::string_view> kFails{
    "W1167", "the detector `{}` fails in a task on Fargate, and the collector does not start"};

// Those that have an answer there.
constexpr std::string_view kHere[] = {"env", "ecs", "system"};
// Those that do not find nothing elsewhere, but keep the collector from starting, or ask a service of the user's own.
constexpr std::string_view kNeedTheirs[] = {"docker", "consul", "openshift", "k8s_api", "k8snode", "kubeadm"};
// Of those, the ones that nothing on Fargate answers.
constexpr std::string_view kFailHere[] = {"docker", "k8s_api", "k8snode", "kubeadm"};
// What the system detector may be asked for and a compiled collector does not look up.
constexpr std::string_view kNotLookedUp[] = {"host.id", "os.build.id", "os.description", "os.name", "os.version"};

// What there is to say of a client, beside how long an answer may take.
constexpr std::string_view kOfTheClient[] = {"endpoint",
                                             "proxy_url",
                                             "tls",
                                             "headers",
                                             "auth",
                                             "compression",
                                             "compression_params",
                                             "max_conns_per_host",
                                             "idle_conn_timeout",
                                             "disable_keep_alives",
                                             "force_attempt_http2"};

bool among(std::span<const std::string_view> list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

void check_processor_resourcedetection(Check& check, Instance& instance, schema::SignalSet used_for) {
  if (instance.config.items.empty() || used_for == 0) return;
  const Value& detectors = instance.config.at("detectors");
  if (detectors.items.empty() && !detectors.late && !detectors.wrong)
    check.diags().emit(kNoDetectors, place_of(detectors)).help("in a task on Fargate, write `detectors: [env, ecs]`");
  std::set<std::string> seen;
  for (const Value& d : detectors.items) {
    if (d.late || d.wrong) continue;
    if (!seen.insert(d.text).second) check.diags().emit(kTwice, d.span, d.text);
    else if (among(kNeedTheirs, d.text)) {
      check.not_compiled(d.span, "the detector `" + d.text + "`");
      if (among(kFailHere, d.text) && check.context.meant != Meant::Whittle)
        check.diags().emit(kFails, d.span, d.text).help("`ecs` finds the task, `env` what you say");
    } else if (!among(kHere, d.text))
      check.diags().emit(kNothing, d.span, d.text).help("`ecs` finds the task, `env` what you say");
  }
  for (std::string_view name : kOfTheClient)
    without_effect(check.context, instance.config.at(name), name,
                   "the endpoint of the task's metadata is asked, as the Collector asks it, without any of this");
  const Value& attributes = instance.config.at("system").at("resource_attributes");
  for (size_t i = 0; i < attributes.keys.size(); ++i)
    if (among(kNotLookedUp, attributes.keys[i]) && attributes.items[i].at("enabled").boolean)
      check.not_compiled(attributes.items[i].span, "the attribute `" + attributes.keys[i] + "` of the system detector");
}

}  // namespace whittle::check
