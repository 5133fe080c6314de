// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/checks.h"

#include <map>

namespace whittle::check {

namespace {

constexpr diag::Diag<std::string_view> kKeyTwice{"E0711", "the metadata key `{}` is there twice"};
constexpr diag::Diag<std::string_view> kNoMetadata{"W0712", "no receiver hands on metadata for `{}`"};

std::string small(std::string s) {
  for (char& c : s) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return s;
}

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

void check_processor_batch(Check& check, Instance& instance, schema::SignalSet used_for) {
  const Value& keys = instance.config.at("metadata_keys");
  std::map<std::string, source::Span> seen;
  for (const Value& key : keys.items) {
    if (key.late || key.wrong) continue;
    auto [first, added] = seen.emplace(small(key.text), key.span);
    if (!added)
      check.diags()
          .emit(kKeyTwice, key.span, key.text)
          .here("again")
          .label(first->second, "first here")
          .note("capitals and small letters are the same in header names");
  }
  if (keys.items.empty() || used_for == 0) return;
  auto id = static_cast<InstanceId>(&instance - check.config.instances.data());
  for (const Pipeline& p : check.config.pipelines) {
    bool here = false, metadata = false;
    for (InstanceId i : p.processors) here = here || i == id;
    for (InstanceId i : p.receivers) metadata = metadata || includes_metadata(check.config.instances[i].config);
    if (!here || metadata) continue;
    check.diags()
        .emit(kNoMetadata, keys.key, "metadata_keys")
        .label(p.key, "in the pipeline `{}`", p.name)
        .help("set `include_metadata: true` at the receiver's protocols");
  }
}

}  // namespace whittle::check
