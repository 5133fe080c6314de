// SPDX-License-Identifier: Apache-2.0
// The one CRC that ISA-L's gzip needs, by what the CPU has. ISA-L's own choice of it would bring all of its other CRCs.
#include <stdint.h>

uint32_t crc32_gzip_refl_base(uint32_t crc, uint8_t* data, uint64_t size);

#ifdef __x86_64__
uint32_t crc32_gzip_refl_by8(uint32_t crc, const uint8_t* data, uint64_t size);

uint32_t crc32_gzip_refl(uint32_t crc, const uint8_t* data, uint64_t size) {
  if (__builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1")) return crc32_gzip_refl_by8(crc, data, size);
  return crc32_gzip_refl_base(crc, (uint8_t*)data, size);
}
#else
uint32_t crc32_gzip_refl(uint32_t crc, const uint8_t* data, uint64_t size) {
  return crc32_gzip_refl_base(crc, (uint8_t*)data, size);
}
#endif
