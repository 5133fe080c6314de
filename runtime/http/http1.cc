// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/http1.h"

#include <string.h>

namespace whittle {

static constexpr uint32_t kMostChunkOverhead = 16 * 1024;

Result<size_t> find_http1_head(Text in, size_t checked) {
  // Lines that were empty so far are skipped in front (RFC 9112 section 2.2).
  size_t start = 0;
  while (start + 1 < in.size() && in[start] == '\r' && in[start + 1] == '\n') start += 2;
  // Three bytes back: the empty line may lie across the border.
  size_t at = checked > start + 3 ? checked - 3 : start;
  const size_t most = in.size() < kMostHeadBytes ? in.size() : kMostHeadBytes;
  while (at < most) {
    const void* found = memchr(in.data() + at, '\n', most - at);
    if (!found) break;
    const auto lf = static_cast<size_t>(static_cast<const char*>(found) - in.data());
    if (lf == start || in[lf - 1] != '\r') return fail(Errc::Malformed, lf);
    if (lf >= start + 3 && in[lf - 2] == '\n') return lf + 1;
    at = lf + 1;
  }
  if (in.size() >= kMostHeadBytes) return fail(Errc::TooLarge, kMostHeadBytes);
  return fail(Errc::Truncated, in.size());
}

static bool is_token_char(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != 0 && strchr("!#$%&'*+-.^_`|~", c) != nullptr;
}

static bool is_token(Text t) {
  if (t.empty()) return false;
  for (char c : t)
    if (!is_token_char(c)) return false;
  return true;
}

static bool is_field_value(Text t) {
  for (char c : t) {
    const auto b = static_cast<uint8_t>(c);
    if ((b < 0x20 && c != '\t') || b == 0x7f) return false;
  }
  return true;
}

// Whether the comma-separated list holds `token`.
static bool list_has(Text list, Text token) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    if (equal_ignoring_case(trim_blanks(list.substr(0, comma)), token)) return true;
    if (comma == Text::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

static bool parse_length(Text t, uint64_t& length) {
  if (t.empty() || t.size() > 18) return false;
  length = 0;
  for (char c : t) {
    if (c < '0' || c > '9') return false;
    length = length * 10 + static_cast<uint64_t>(c - '0');
  }
  return true;
}

static int parse_request_line(Text line, Http1Head& head) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == Text::npos || first == last) return 400;
  head.method = line.substr(0, first);
  Text target = line.substr(first + 1, last - first - 1);
  const Text version = line.substr(last + 1);
  if (!is_token(head.method) || target.empty()) return 400;
  for (char c : target)
    if (static_cast<uint8_t>(c) <= 0x20 || static_cast<uint8_t>(c) >= 0x7f) return 400;
  if (version == "HTTP/1.0") head.http10 = true;
  else if (version != "HTTP/1.1") return version.starts_with("HTTP/") && version.size() == 8 ? 505 : 400;

  if (target[0] != '/' && target != "*") {
    // absolute-form: the authority is the host's business
    const size_t scheme = target.find("://");
    if (head.method == "CONNECT") return 405;
    if (scheme == Text::npos) return 400;
    const size_t path = target.find_first_of("/?", scheme + 3);
    target = path == Text::npos ? Text("/") : target.substr(path);
  }
  const size_t question = target.find('?');
  head.path = target.substr(0, question);
  if (head.path.empty()) head.path = "/";
  head.query = question == Text::npos ? Text() : target.substr(question + 1);
  return 0;
}

int parse_http1_head(char* data, size_t size, Http1Head& head) {
  Text in(data, size);
  while (in.starts_with("\r\n")) in.remove_prefix(2);
  size_t end = in.find("\r\n");
  if (end == Text::npos) return 400;
  if (int status = parse_request_line(in.substr(0, end), head)) return status;
  in.remove_prefix(end + 2);

  bool has_host = false, has_coding = false, closes = false, keeps = false;
  while (!in.starts_with("\r\n")) {
    end = in.find("\r\n");
    if (end == Text::npos) return 400;
    const Text line = in.substr(0, end);
    in.remove_prefix(end + 2);
    const size_t colon = line.find(':');
    if (colon == Text::npos) return 400;
    const Text name = line.substr(0, colon);
    const Text value = trim_blanks(line.substr(colon + 1));
    if (!is_token(name) || !is_field_value(value)) return 400;
    auto* letters = const_cast<char*>(name.data());  // in the caller's buffer
    for (size_t i = 0; i < name.size(); ++i) letters[i] = lower_case(letters[i]);
    if (head.headers.size() >= kMostHeaders) return 431;
    head.headers.push_back({name, value});

    if (name == "host") {
      if (has_host) return 400;
      has_host = true;
      head.host = value;
    } else if (name == "content-length") {
      uint64_t length;
      if (!parse_length(value, length) || (head.has_length && length != head.length)) return 400;
      head.has_length = true;
      head.length = length;
    } else if (name == "transfer-encoding") {
      if (has_coding) return 400;
      has_coding = true;
      if (!equal_ignoring_case(value, "chunked")) return 501;
      head.chunked = true;
    } else if (name == "connection") {
      closes |= list_has(value, "close");
      keeps |= list_has(value, "keep-alive");
    } else if (name == "expect") {
      if (!equal_ignoring_case(value, "100-continue")) return 417;
      head.expects_continue = !head.http10;
    }
  }
  if (has_coding && (head.has_length || head.http10)) return 400;
  if (!has_host && !head.http10) return 400;
  head.keep_alive = !closes && (!head.http10 || keeps);
  return 0;
}

static int hex_digit(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

ChunkedDecoder::Step ChunkedDecoder::next(Bytes in) {
  size_t i = 0;
  const Step bad = {Status::Bad, 0, {}};
  while (i < in.size()) {
    const uint8_t c = in[i];
    switch (state_) {
    case State::Size: {
      const int digit = hex_digit(c);
      if (digit >= 0) {
        if (++digits_ > 15) return bad;
        left_ = left_ * 16 + static_cast<uint64_t>(digit);
      } else if (digits_ == 0) {
        return bad;
      } else if (c == '\r') {
        state_ = State::SizeLf;
      } else if (c == ';' || c == ' ' || c == '\t') {
        state_ = State::Extension;
      } else {
        return bad;
      }
      ++i;
      break;
    }
    case State::Extension:
      if (++overhead_ > kMostChunkOverhead || c == '\n') return bad;
      if (c == '\r') state_ = State::SizeLf;
      ++i;
      break;
    case State::SizeLf:
      if (c != '\n') return bad;
      digits_ = 0;
      state_ = left_ == 0 ? State::TrailerStart : State::Data;
      ++i;
      break;
    case State::Data: {
      const size_t n = in.size() - i < left_ ? in.size() - i : static_cast<size_t>(left_);
      left_ -= n;
      if (left_ == 0) state_ = State::DataCr;
      return {Status::Data, i + n, in.subspan(i, n)};
    }
    case State::DataCr:
      if (c != '\r') return bad;
      state_ = State::DataLf;
      ++i;
      break;
    case State::DataLf:
      if (c != '\n') return bad;
      state_ = State::Size;
      ++i;
      break;
    case State::TrailerStart:  // trailers are read and dropped
      state_ = c == '\r' ? State::EndLf : State::Trailer;
      if (c == '\n' || ++overhead_ > kMostChunkOverhead) return bad;
      ++i;
      break;
    case State::Trailer:
      if (++overhead_ > kMostChunkOverhead || c == '\n') return bad;
      if (c == '\r') state_ = State::TrailerLf;
      ++i;
      break;
    case State::TrailerLf:
      if (c != '\n') return bad;
      state_ = State::TrailerStart;
      ++i;
      break;
    case State::EndLf:
      if (c != '\n') return bad;
      *this = ChunkedDecoder();
      return {Status::Done, i + 1, {}};
    }
  }
  return {Status::NeedMore, i, {}};
}

}  // namespace whittle
