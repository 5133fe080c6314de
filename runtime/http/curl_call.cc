// SPDX-License-Identifier: Apache-2.0
#include "runtime/http/curl_call.h"

#include <stdio.h>
#include <string.h>

namespace whittle::curl {

static constexpr size_t kMostHeaders = 64 * 1024;

Call::Call(ClientImpl& c, Loop& loop, Timer::Fire too_late) : client(&c), overdue(loop, too_late, this) {}

void Call::add_header(Text name, Text value) {
  char* line = arena.array<char>(name.size() + 2 + value.size() + 1);
  char* at = line;
  auto append = [&at](Text t) {
    if (!t.empty()) memcpy(at, t.data(), t.size());
    at += t.size();
  };
  append(name);
  // A semicolon makes curl send a header without a value; a colon alone would take the header away.
  append(value.empty() ? Text(";") : Text(": "));
  append(value);
  *at = 0;
  add_line(line);
}

void Call::add_line(char* line) {
  auto* made = arena.make<curl_slist>(line, nullptr);
  (headers ? last_header->next : headers) = made;
  last_header = made;
}

size_t read_slices(char* to, size_t, size_t room, void* me) {
  auto& call = *static_cast<Call*>(me);
  size_t n = 0;
  while (n < room && call.slice < call.slices.size()) {
    const Bytes rest = call.slices[call.slice].bytes.subspan(call.sent);
    const size_t part = rest.size() < room - n ? rest.size() : room - n;
    if (part > 0) memcpy(to + n, rest.data(), part);
    n += part;
    call.sent += part;
    if (call.sent == call.slices[call.slice].bytes.size()) {
      ++call.slice;
      call.sent = 0;
    }
  }
  return n;
}

// curl sends again what a connection closed by its server did not take, always from the beginning.
int rewind_slices(void* me, curl_off_t offset, int origin) {
  auto& call = *static_cast<Call*>(me);
  if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  call.slice = call.sent = 0;
  return CURL_SEEKFUNC_OK;
}

size_t on_body(char* data, size_t, size_t n, void* me) {
  auto& call = *static_cast<Call*>(me);
  const size_t room = call.most_body - call.answer.size();
  call.cut |= n > room;
  call.answer.append(Text(data, n < room ? n : room));
  return n;  // the rest is read and dropped, so that the connection can be used again
}

size_t on_header(char* data, size_t, size_t n, void* me) {
  auto& call = *static_cast<Call*>(me);
  Text line(data, n);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {  // of the next answer: after 100, or a redirect
    call.answer_headers.clear();
    return n;
  }
  const size_t colon = line.find(':');
  call.header_bytes += n;
  if (colon == Text::npos || call.header_bytes > kMostHeaders) return n;
  char* name = call.arena.array<char>(colon);
  for (size_t i = 0; i < colon; ++i) name[i] = lower_case(line[i]);
  call.answer_headers.push_back({Text(name, colon), call.arena.copy(trim_blanks(line.substr(colon + 1)))});
  return n;
}

}  // namespace whittle::curl
