// SPDX-License-Identifier: Apache-2.0
// JSON from a peer as yyjson's tree, in bounded memory. yyjson does not recurse, so depth costs it nothing.
//
// The tree takes 16 bytes a value, and a value may be two bytes of text (`0,`): 19 KB of gzip would become 10 MB of
// text and 240 MB of tree. So the tree has a bound. Telemetry is far from it: a value is ten bytes of text there, and
// only long lists of small numbers are denser.
#pragma once

#include "runtime/base/bytes.h"
#include "runtime/base/memory.h"
#include "runtime/base/result.h"

#include <stdlib.h>
#include <yyjson.h>

namespace whittle {

class JsonTree {
public:
  explicit JsonTree(Bytes json) : most_(kBase + kPerByte * json.size()) {
    const yyjson_alc memory = {allocate, resize, release, this};
    yyjson_read_err err;
    // yyjson changes the text only when its in-situ flag says so.
    doc_ = yyjson_read_opts(const_cast<char*>(as_text(json).data()), json.size(), YYJSON_READ_ALLOW_INVALID_UNICODE,
                            &memory, &err);
    if (!doc_) error_ = {code_of(err.code), err.pos};
  }
  ~JsonTree() {
    if (doc_) yyjson_doc_free(doc_);
    unbook_memory(held_);
  }
  JsonTree(const JsonTree&) = delete;

  // Null: it is no JSON, or larger than the bound.
  yyjson_val* root() const { return yyjson_doc_get_root(doc_); }
  const Error& error() const { return error_; }

private:
  static constexpr uint64_t kBase = 16 << 20, kPerByte = 2;

  static Errc code_of(yyjson_read_code code) {
    switch (code) {
    case YYJSON_READ_ERROR_EMPTY_CONTENT:
    case YYJSON_READ_ERROR_UNEXPECTED_END: return Errc::Truncated;
    case YYJSON_READ_ERROR_MEMORY_ALLOCATION: return Errc::TooLarge;
    default: return Errc::Malformed;
    }
  }

  bool take(uint64_t old, uint64_t size) {
    if (held_ - old + size > most_) return false;
    held_ += size - old;
    unbook_memory(old);
    book_memory(size);
    return true;
  }
  static void* allocate(void* me, size_t size) {
    if (!static_cast<JsonTree*>(me)->take(0, size)) return nullptr;
    void* block = malloc(size);
    if (!block) static_cast<JsonTree*>(me)->take(size, 0);
    return block;
  }
  static void* resize(void* me, void* block, size_t old, size_t size) {
    if (!static_cast<JsonTree*>(me)->take(old, size)) return nullptr;
    void* moved = realloc(block, size);
    if (!moved) static_cast<JsonTree*>(me)->take(size, old);
    return moved;
  }
  // yyjson does not say how large what it frees is: the tree gives it all back at its end.
  static void release(void*, void* block) { free(block); }

  uint64_t most_, held_ = 0;
  yyjson_doc* doc_ = nullptr;
  Error error_ = {Errc::Malformed};
};

}  // namespace whittle
