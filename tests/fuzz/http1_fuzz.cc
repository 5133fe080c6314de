// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 heads and the chunked coding: the same result however the input is cut.
#include "runtime/base/check.h"
#include "runtime/http/http1.h"

#include <string>
#include <vector>

using namespace whittle;

static void heads(Text in) {
  const auto whole = find_http1_head(in, 0);
  for (size_t first : {in.size() / 2, in.size() / 3}) {
    const auto part = find_http1_head(in.substr(0, first), 0);
    if (part) {
      CHECK(whole && *whole == *part);
    } else if (part.error().code == Errc::Malformed) {
      CHECK(!whole && whole.error().code == Errc::Malformed);
    } else {
      const auto rest = find_http1_head(in, first);
      CHECK(bool(rest) == bool(whole) && (!rest || *rest == *whole));
    }
  }
  if (!whole) return;
  std::string copy(in.substr(0, *whole));
  Http1Head head;
  if (parse_http1_head(copy.data(), copy.size(), head) != 0) return;
  CHECK(!head.method.empty() && !head.path.empty() && !(head.chunked && head.has_length));
  for (const HttpHeader& h : head.headers)
    CHECK(!h.name.empty() && h.value.find('\n') == Text::npos && h.value.find('\r') == Text::npos);
}

static std::string dechunk(Bytes in, size_t step, ChunkedDecoder::Status& last) {
  ChunkedDecoder decoder;
  std::string out;
  for (size_t at = 0; at < in.size(); at += step) {
    Bytes piece = in.subspan(at, std::min(step, in.size() - at));
    for (;;) {
      const auto s = decoder.next(piece);
      CHECK(s.consumed <= piece.size());
      last = s.status;
      out.append(as_text(s.data));
      piece = piece.subspan(s.consumed);
      if (s.status == ChunkedDecoder::Status::Done || s.status == ChunkedDecoder::Status::Bad) return out;
      if (s.status == ChunkedDecoder::Status::NeedMore) break;
    }
  }
  return out;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  heads(as_text({data, size}));
  auto one = ChunkedDecoder::Status::NeedMore, many = one;
  const std::string a = dechunk({data, size}, size + 1, one), b = dechunk({data, size}, 3, many);
  CHECK(a == b && (one == ChunkedDecoder::Status::Bad) == (many == ChunkedDecoder::Status::Bad));
  return 0;
}
