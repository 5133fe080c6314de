// SPDX-License-Identifier: Apache-2.0
// Failures that come from outside: bytes, sockets, peers. A mistake of ours is a CHECK, never one of these.
#pragma once

#include <expected>
#include <stdint.h>
#include <utility>

namespace whittle {

// Broad on purpose: text is made where a human reads it.
enum class Errc : uint8_t {
  Truncated,  // the input ends inside something
  Malformed,  // the input breaks its grammar
  TooDeep,    // nesting beyond the limit
  TooLarge,   // a size beyond the limit
  BadUtf8,
  Unsupported,  // a valid input that is not handled
  System,       // a system call failed; errno tells
  Network,      // the peer or the way to it failed
  Timeout,
  Refused,  // the other side said no
};

struct Error {
  Errc code;
  uint64_t offset = 0;  // into the input, where that means something
};

// The name of a code in lower case words ("truncated", "not valid UTF-8"), for logs and answers to peers.
const char* errc_text(Errc code);

template <class T>
struct [[nodiscard]] Result : std::expected<T, Error> {
  using std::expected<T, Error>::expected;
};

inline std::unexpected<Error> fail(Errc code, uint64_t offset = 0) {
  return std::unexpected(Error{code, offset});
}

}  // namespace whittle

// The value of a Result, or return its error from the enclosing function.
#define TRY(expression)                                                                                                \
  ({                                                                                                                   \
    auto try_result_ = (expression);                                                                                   \
    if (!try_result_) [[unlikely]]                                                                                     \
      return std::unexpected(try_result_.error());                                                                     \
    std::move(*try_result_);                                                                                           \
  })

#define TRY_VOID(expression)                                                                                           \
  do {                                                                                                                 \
    if (auto try_result_ = (expression); !try_result_) [[unlikely]]                                                    \
      return std::unexpected(try_result_.error());                                                                     \
  } while (0)
