// SPDX-License-Identifier: Apache-2.0
// The extension that a client's `auth::authenticator` names.
#pragma once

#include "runtime/base/log.h"
#include "runtime/base/runtime.h"
#include "runtime/http/client.h"

namespace whittle {

class Authenticator {
public:
  // False, with the reason logged, where there is no such extension, or one that authenticates nothing. Call it from
  // `start`: extensions have been made by then.
  bool find(const ComponentContext& component, Str id) {
    for (const Component& c : component.runtime->collector->components) {
      if (c.kind != ComponentKind::Extension || view(c.context.id) != view(id) || !c.ops->authenticate) continue;
      extension_ = &c;
      return true;
    }
    component.runtime->log->error("the extension does not authenticate requests",
                                  {{"component", component.id}, {"extension", id}});
    return false;
  }
  explicit operator bool() const { return extension_ != nullptr; }

  // As ComponentOps::authenticate.
  void authenticate(HttpRequest& request, AuthenticatedFn ready, void* context) const {
    extension_->ops->authenticate(*extension_->instance, &request, ready, context);
  }

private:
  const Component* extension_ = nullptr;
};

}  // namespace whittle
