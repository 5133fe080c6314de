// SPDX-License-Identifier: Apache-2.0
// The few functions that libc++'s headers expect of libc++.a, for users' binaries, which are linked without it. Only in
// the musl archives: the unit tests have a complete C++ library.
#include "runtime/base/check.h"

#include <new>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

static void* allocate(size_t size) {
  void* p = malloc(size ? size : 1);
  CHECK(p != nullptr);
  return p;
}

static void* allocate_aligned(size_t size, size_t align) {
  void* p = aligned_alloc(align, (size + align - 1) & ~(align - 1));
  CHECK(p != nullptr);
  return p;
}

void* operator new(size_t size) {
  return allocate(size);
}
void* operator new[](size_t size) {
  return allocate(size);
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return malloc(size ? size : 1);
}
void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return malloc(size ? size : 1);
}
void* operator new(size_t size, std::align_val_t align) {
  return allocate_aligned(size, static_cast<size_t>(align));
}
void* operator new[](size_t size, std::align_val_t align) {
  return allocate_aligned(size, static_cast<size_t>(align));
}
void operator delete(void* p) noexcept {
  free(p);
}
void operator delete[](void* p) noexcept {
  free(p);
}
void operator delete(void* p, size_t) noexcept {
  free(p);
}
void operator delete[](void* p, size_t) noexcept {
  free(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
  free(p);
}
void operator delete[](void* p, std::align_val_t) noexcept {
  free(p);
}
void operator delete(void* p, size_t, std::align_val_t) noexcept {
  free(p);
}
void operator delete[](void* p, size_t, std::align_val_t) noexcept {
  free(p);
}

#ifdef _LIBCPP_VERSION
_LIBCPP_BEGIN_NAMESPACE_STD
// libc++'s hardening and its length errors end here.
[[noreturn]] void __libcpp_verbose_abort(const char* format, ...) noexcept {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  abort();
}
_LIBCPP_END_NAMESPACE_STD
#endif

extern "C" void __cxa_pure_virtual() {
  CHECK(!"a pure virtual function was called");
}
