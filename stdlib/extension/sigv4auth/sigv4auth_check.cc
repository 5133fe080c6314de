// SPDX-License-Identifier: Apache-2.0
// What requests are signed for: a signature for no region or service, or for another one than the host's, is refused by
// AWS whatever the role may do.
#include "compiler/check/checks.h"

#include "stdlib/extension/sigv4auth/host.h"

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<std::string_view, std::string_view> kUnknown{"E1173", "`{}` does not say what {} to sign requests for"};
constexpr Diag<std::string_view, std::string_view> kOther{"W1174", "requests to `{}` are signed for another {}"};

}  // namespace

void check_extension_sigv4auth(Check& check, Instance& instance, schema::SignalSet) {
  if (instance.config.items.empty()) return;
  const Value& region = instance.config.at("region");
  const Value& service = instance.config.at("service");
  for (const Instance& user : check.config.instances) {
    if (!user.used || user.config.items.empty()) continue;
    const Value* auth = user.config.find("auth");
    const Value* named = auth ? auth->find("authenticator") : nullptr;
    if (!named || named->text != instance.id) continue;
    for (const Value& url : user.config.items) {
      if (!url.type || url.type->kind != schema::TypeKind::String || url.type->format != schema::Format::Url) continue;
      if (url.late || url.wrong || !url.written || url.text.empty()) continue;
      const sigv4::Scope said = sigv4::scope_of(sigv4::host_of(url.text));
      auto compare = [&](const Value& setting, std::string_view host_says, std::string_view what) {
        if (setting.late || setting.wrong) return;
        if (setting.text.empty() && host_says.empty()) {
          check.diags()
              .emit(kUnknown, url.span, url.text, what)
              .label(instance.key, "this one signs them")
              .help("write `{}` in `extensions::{}`", what, instance.id);
        } else if (!setting.text.empty() && !host_says.empty() && setting.text != host_says) {
          check.diags()
              .emit(kOther, setting.span, url.text, what)
              .here("AWS refuses them")
              .label(url.span, "this is `{}`", host_says);
        }
      };
      compare(service, said.service, "service");
      compare(region, said.region, "region");
    }
  }
}

}  // namespace whittle::check
