// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1's grammar for a server (RFC 9112): the head of a request, and the chunked coding.
//
// Where the RFC lets a recipient be lenient this one is not: bare LF, blanks before a colon, folded lines, two
// different lengths or a length beside a transfer coding are what request smuggling is made of.
#pragma once

#include "runtime/base/result.h"
#include "runtime/http/header.h"

#include <vector>

namespace whittle {

inline constexpr size_t kMostHeadBytes = 64 * 1024;
inline constexpr size_t kMostHeaders = 256;

// Where the head of the first request in `in` ends: the offset behind its empty line. `checked` is how much of `in` was
// seen by an earlier call. Fails with Truncated when more bytes are needed, TooLarge beyond kMostHeadBytes, Malformed
// when no continuation can make it a head. Empty lines in front of the head are counted into it.
Result<size_t> find_http1_head(Text in, size_t checked);

struct Http1Head {
  Text method;
  Text path;  // without the query
  Text query;
  Text host;
  std::vector<HttpHeader> headers;  // names in lower case
  bool chunked = false;
  bool has_length = false;
  uint64_t length = 0;
  bool keep_alive = true;
  bool expects_continue = false;
  bool http10 = false;
};

// Parses a whole head, which it changes (names become lower case) and which `head` borrows from. Returns 0, or the HTTP
// status that the request deserves.
int parse_http1_head(char* data, size_t size, Http1Head& head);

// Takes the chunked coding off, piece by piece.
class ChunkedDecoder {
public:
  enum class Status { NeedMore, Data, Done, Bad };
  struct Step {
    Status status;
    size_t consumed;  // of the input; for Data they include `data`
    Bytes data;
  };
  // The next step; call again with the rest of the input until it says NeedMore (all consumed), Done or Bad.
  Step next(Bytes in);

private:
  enum class State : uint8_t { Size, Extension, SizeLf, Data, DataCr, DataLf, TrailerStart, Trailer, TrailerLf, EndLf };
  State state_ = State::Size;
  uint8_t digits_ = 0;
  uint32_t overhead_ = 0;  // bytes of extensions and trailers
  uint64_t left_ = 0;
};

}  // namespace whittle
