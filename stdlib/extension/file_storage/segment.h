// SPDX-License-Identifier: Apache-2.0
// One file of a queue on disk.
//
//   head    "whittleQ", version (u32), number of the file (u32), random salt (u32)
//   record  kMarker (u32)
//           CRC-32 of the 44 bytes behind it (u32), which begins with the salt
//           length of the content (u32), its CRC-32 (u32)
//           id (u64), items (u64), wall clock in ns (i64)
//           kind (u8), signal (u8), ten bytes of 0
//           content
//
// All numbers are little-endian. The content of a payload is the length of its metadata (u32), the metadata (for each
// header the lengths of name and value, u32 each, and both), and OTLP. A record of kind Done has none, and says that
// the payload of its id has come to its end.
//
// A file is only ever added to, so what a crash leaves is a record that is cut short at its end. Damage elsewhere costs
// the record that it is in: heads have a checksum of their own, so the next one is found by its marker. The salt keeps
// telemetry that looks like a record from being taken for one there.
#pragma once

#include "runtime/base/payload.h"
#include "runtime/base/writer.h"

namespace whittle::file_storage {

constexpr uint32_t kVersion = 1;
constexpr size_t kFileHead = 20, kRecordHead = 52;
constexpr uint32_t kMarker = 0x31515257;  // "WRQ1"
constexpr uint32_t kMostContent = 1u << 30;

enum class Kind : uint8_t { Item = 1, Done = 2 };

struct Record {
  Kind kind = Kind::Item;
  Signal signal = Signal::Traces;
  uint64_t id = 0, items = 0;
  int64_t taken_ns = 0;
  uint32_t length = 0;
};

struct FileHead {
  enum class Is { Good, Short, OtherVersion, Foreign } is;
  uint32_t version = 0, number = 0, salt = 0;
};

void put_file_head(Writer& out, uint32_t number, uint32_t salt);
// A record's head; `content` in pieces follows it.
void put_record_head(Writer& out, uint32_t salt, const Record& record, List<Bytes> content);
void put_metadata(Writer& out, const Metadata& metadata);

FileHead read_file_head(Bytes head);

// What stands at an offset: what has to be read is asked of `read`, which fills `to` or returns false.
struct Reader {
  virtual bool read(uint64_t offset, uint8_t* to, size_t n) = 0;
};

// Told of each good record, with where its content begins.
struct Found {
  virtual void record(const Record& record, uint64_t content) = 0;
};

struct ScanResult {
  uint64_t end;          // behind the last good record
  uint64_t damaged;      // bytes that were passed over in front of that
  bool cut_short;        // something stands behind it
  bool gave_up = false;  // there is so much damage that the rest was not looked at
};

// Reads the records of a file of `size` bytes from behind its head. Takes time in proportion to the size, whatever
// stands there, and 64 KiB of memory.
ScanResult scan(Reader& in, uint64_t size, uint32_t salt, Found& found);

// Whether a record's head and its content are whole.
bool check_record(const uint8_t* head, Bytes content, uint32_t salt, Record& record);

// The payload of a content that has been read whole. False when it is no content, or no telemetry of that many items.
bool parse_content(const BufferRef& owner, Bytes content, Signal signal, uint64_t items, Payload& out);

uint32_t checksum(Bytes bytes, uint32_t of = 0);

}  // namespace whittle::file_storage
