// SPDX-License-Identifier: Apache-2.0
#include "stdlib/common/metadata.h"

#include <algorithm>

namespace whittle::check {

namespace {

constexpr diag::Diag<std::string_view> kNoMetadata{"W0712", "no receiver hands on metadata for `{}`"};

// Whether a struct below says include_metadata, or may.
bool includes_metadata(const Value& v) {
  if (v.type->kind == schema::TypeKind::Optional) return v.present && !v.items.empty() && includes_metadata(v.items[0]);
  if (v.type->kind != schema::TypeKind::Struct) return false;
  if (const Value* own = v.find("include_metadata"); own != nullptr && (own->boolean || own->late)) return true;
  for (const Value& x : v.items) {
    if (includes_metadata(x)) return true;
  }
  return false;
}

}  // namespace

void check_metadata(Check& check, const Instance& instance, const Value& setting, std::string_view name) {
  auto id = static_cast<InstanceId>(&instance - check.config.instances.data());
  for (const Pipeline& p : check.config.pipelines) {
    bool metadata = std::any_of(p.receivers.begin(), p.receivers.end(),
                                [&](InstanceId i) { return includes_metadata(check.config.instances[i].config); });
    if (metadata || std::find(p.processors.begin(), p.processors.end(), id) == p.processors.end()) continue;
    check.diags()
        .emit(kNoMetadata, setting.key ? setting.key : setting.span, name)
        .label(p.key, "in the pipeline `{}`", p.name)
        .help("set `include_metadata: true` at the receiver's protocols");
  }
}

}  // namespace whittle::check
