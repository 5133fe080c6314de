// SPDX-License-Identifier: Apache-2.0
#include "stdlib/common/settings.h"

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<> kNoEndpoint{"E0731", "there is no endpoint to send to"};
constexpr Diag<> kNoLabelName{"E1163", "a label needs a name"};

}  // namespace

void check_exporter_prometheusremotewrite(Check& check, Instance& instance, schema::SignalSet used_for) {
  const Value& c = instance.config;
  if (c.items.empty() || used_for == 0) return;
  const Value& endpoint = c.at("endpoint");
  if (!endpoint.written || (endpoint.text.empty() && !endpoint.late && !endpoint.wrong))
    check.diags()
        .emit(kNoEndpoint, endpoint.written ? place_of(endpoint) : instance.key)
        .help("write `endpoint: https://aps-workspaces.<region>.amazonaws.com/workspaces/<id>/api/v1/remote_write`");
  const Value& labels = c.at("external_labels");
  for (size_t i = 0; i < labels.keys.size(); ++i) {
    if (labels.keys[i].empty()) check.diags().emit(kNoLabelName, labels.items[i].key);
  }
}

}  // namespace whittle::check
