// SPDX-License-Identifier: Apache-2.0
// An endpoint that takes remote write: of AWS's own the path and the signature; and labels that have names.
#include "stdlib/common/settings.h"

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<> kNoEndpoint{"E0731", "there is no endpoint to send to"};
constexpr Diag<std::string_view> kUnsigned{"W1411", "requests to `{}` have no signature"};
constexpr Diag<std::string_view> kNoPath{"W1412", "`{}` does not take remote write"};
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
  if (!endpoint.late && !endpoint.wrong && endpoint.text.starts_with("https://aps-workspaces.") &&
      endpoint.text.find(".amazonaws.com") != std::string::npos) {
    const Value& headers = c.at("headers");
    if (c.at("auth").find("authenticator") == nullptr && !headers.late && headers.keys.empty())
      check.diags()
          .emit(kUnsigned, endpoint.span, endpoint.text)
          .here("AWS refuses them")
          .help("define the extension `sigv4auth`, name it in `service::extensions`, and write `auth: {authenticator: "
                "sigv4auth}`");
    if (!endpoint.text.ends_with("/api/v1/remote_write"))
      check.diags()
          .emit(kNoPath, endpoint.span, endpoint.text)
          .here("it must end in `/api/v1/remote_write`")
          .help("write `https://aps-workspaces.<region>.amazonaws.com/workspaces/<id>/api/v1/remote_write`");
  }
  without_effect(check.context, c.at("compression_params"), "compression_params", "snappy has no levels");
  const Value& labels = c.at("external_labels");
  for (size_t i = 0; i < labels.keys.size(); ++i) {
    if (labels.keys[i].empty()) check.diags().emit(kNoLabelName, labels.items[i].key);
  }
}

}  // namespace whittle::check
