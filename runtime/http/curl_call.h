// SPDX-License-Identifier: Apache-2.0
// One request and its answer, as curl works on them: what it reads the body from, and where the answer goes.
#pragma once

#include "runtime/base/arena.h"
#include "runtime/http/client.h"
#include "runtime/loop/loop.h"

#include <curl/curl.h>
#include <vector>

namespace whittle {

struct ClientImpl;

namespace curl {

struct Pool;
struct Roots;

struct Call {
  ClientImpl* client;
  Pool* pool = nullptr;
  CURL* easy = nullptr;
  curl_slist *headers = nullptr, *last_header = nullptr;  // in the arena
  curl_slist* connect_to = nullptr;
  Roots* roots = nullptr;
  HttpDone done = nullptr;
  void* context = nullptr;
  Writer body;
  std::vector<Slice> slices;
  size_t slice = 0, sent = 0;  // where sending is: in which slice, and how much of it
  Writer answer;
  size_t most_body = 0;
  bool cut = false;
  size_t header_bytes = 0;
  std::vector<HttpHeader> answer_headers;
  Arena arena;
  int64_t lost_after_ns = 0;
  CURLcode failed = CURLE_OK;  // before it was given to curl
  Timer overdue;
  Call* next = nullptr;
  Call* previous = nullptr;
  char error[CURL_ERROR_SIZE] = {};

  Call(ClientImpl& client, Loop& loop, Timer::Fire too_late);

  // Of the request; curl only reads the list, which lives as long as the call.
  void add_header(Text name, Text value);
  void add_line(char* line);
};

// curl's callbacks, to which the call is given.
size_t read_slices(char* to, size_t, size_t room, void* call);
int rewind_slices(void* call, curl_off_t offset, int origin);
size_t on_body(char* data, size_t, size_t n, void* call);
size_t on_header(char* data, size_t, size_t n, void* call);

}  // namespace curl

}  // namespace whittle
