// SPDX-License-Identifier: Apache-2.0
// Ids of extensions that authenticate or keep things: the Collector looks for them among those that it started, when it
// starts what names them.
#include "compiler/check/checks.h"
#include "compiler/check/component_id.h"
#include "compiler/diag/near.h"

#include <algorithm>

namespace whittle::check {

namespace {

using diag::Diag;

constexpr Diag<std::string_view> kNoExtension{"E0414", "there is no extension `{}` to authenticate with"};
constexpr Diag<std::string_view> kNoStorage{"E1301", "there is no extension `{}` to keep anything in"};

class Finder {
public:
  explicit Finder(Check& check) : check_(check) {
    for (InstanceId id : check.config.extensions) started_.push_back(check.config.instances[id].id);
  }

  void walk(const Value& v) {
    if (v.wrong) return;
    if (v.type->kind == schema::TypeKind::String && v.type->format == schema::Format::Authenticator)
      started(v, kNoExtension);
    for (const Value& item : v.items) walk(item);
    // Whoever keeps something names where by this.
    const Value* storage = v.type->kind == schema::TypeKind::Struct ? v.find("storage") : nullptr;
    if (storage == nullptr || !storage->present || storage->items.empty()) return;
    const Value& id = storage->items[0];
    if (id.type->kind == schema::TypeKind::String && id.type->format == schema::Format::ComponentId)
      started(id, kNoStorage);
  }

private:
  void started(const Value& v, const Diag<std::string_view>& missing) {
    if (v.late || v.text.empty()) return;
    auto id = parse_id(v.text);
    if (!id || std::find(started_.begin(), started_.end(), id->text()) != started_.end()) return;
    auto d = check_.diags().emit(missing, v.span, v.text);
    std::vector<std::string_view> names(started_.begin(), started_.end());
    if (std::string_view near = diag::nearest(v.text, names); !near.empty())
      d.here("did you mean `{}`?", near).suggest(v.span, near);
    bool defined = false;
    for (const Instance& i : check_.config.instances) {
      if (i.component->kind != schema::ComponentKind::Extension || i.id != id->text()) continue;
      d.label(i.key, "it is defined, and not started").help("name it in `service::extensions`");
      defined = true;
    }
    if (!defined) d.help("define it under `extensions`, and name it in `service::extensions`");
  }

  Check& check_;
  std::vector<std::string> started_;
};

}  // namespace

void check_authenticators(Check& check) {
  if (check.config.unknown_components) return;  // any of them may be what is named
  Finder finder(check);
  for (const Instance& i : check.config.instances) {
    if (i.used) finder.walk(i.config);
  }
}

}  // namespace whittle::check
