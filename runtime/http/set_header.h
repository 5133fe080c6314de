// SPDX-License-Identifier: Apache-2.0
// What extensions that authenticate by a header have in common.
#pragma once

#include "runtime/base/runtime.h"
#include "runtime/http/client.h"
#include "runtime/loop/loop.h"

#include <algorithm>

namespace whittle {

inline const HttpHeader* find_header(const HttpRequest& request, Text name) {
  for (const HttpHeader& h : request.headers)
    if (equal_ignoring_case(h.name, name)) return &h;
  return nullptr;
}
inline void remove_header(HttpRequest& request, Text name) {
  std::erase_if(request.headers, [&](const HttpHeader& h) { return equal_ignoring_case(h.name, name); });
}
inline void set_header(HttpRequest& request, Text name, Text value) {
  remove_header(request, name);
  request.headers.push_back({name, value});
}

// Authenticates a request at once, from the loop: `set(self, request)` gives what is wrong, or null. What it adds is
// borrowed until the request is sent, which is before it is called again.
template <class Self>
void authenticate_soon(Runtime& runtime, Self& self, const char* (*set)(Self&, HttpRequest&), HttpRequest& request,
                       AuthenticatedFn ready, void* context) {
  struct Waiting {
    Self& self;
    const char* (*set)(Self&, HttpRequest&);
    HttpRequest& request;
    AuthenticatedFn ready;
    void* context;
    Task task;

    Waiting(Loop& loop, Self& s, const char* (*f)(Self&, HttpRequest&), HttpRequest& r, AuthenticatedFn done, void* c)
        : self(s), set(f), request(r), ready(done), context(c), task(
                                                                    loop,
                                                                    [](void* w) {
                                                                      auto& of = *static_cast<Waiting*>(w);
                                                                      of.ready(of.context, of.set(of.self, of.request));
                                                                      delete &of;
                                                                    },
                                                                    this) {}
  };
  (new Waiting(*runtime.loop, self, set, request, ready, context))->task.post();
}

}  // namespace whittle
