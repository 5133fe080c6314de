// SPDX-License-Identifier: Apache-2.0
#include "stdlib/extension/file_storage/segment.h"

#include "runtime/wire/validate.h"

#include <algorithm>
#include <string.h>
#include <zlib.h>

namespace whittle::file_storage {

static constexpr char kMagic[8] = {'w', 'h', 'i', 't', 't', 'l', 'e', 'Q'};
static constexpr size_t kChunk = 64 << 10;

uint32_t checksum(Bytes bytes, uint32_t of) {
  return static_cast<uint32_t>(crc32_z(of, bytes.data(), bytes.size()));
}

static void put32(Writer& out, uint32_t v) {
  out.append(Bytes(reinterpret_cast<const uint8_t*>(&v), sizeof v));
}
static void put64(Writer& out, uint64_t v) {
  out.append(Bytes(reinterpret_cast<const uint8_t*>(&v), sizeof v));
}
static uint32_t get32(const uint8_t* from) {
  uint32_t v;
  memcpy(&v, from, sizeof v);
  return v;
}
static uint64_t get64(const uint8_t* from) {
  uint64_t v;
  memcpy(&v, from, sizeof v);
  return v;
}

void put_file_head(Writer& out, uint32_t number, uint32_t salt) {
  out.append(Text(kMagic, sizeof kMagic));
  put32(out, kVersion);
  put32(out, number);
  put32(out, salt);
}

FileHead read_file_head(Bytes head) {
  const size_t known = std::min(head.size(), sizeof kMagic);
  if (memcmp(head.data(), kMagic, known) != 0) return {FileHead::Is::Foreign};
  if (head.size() < kFileHead) return {FileHead::Is::Short};
  FileHead out{FileHead::Is::Good, get32(head.data() + 8), get32(head.data() + 12), get32(head.data() + 16)};
  if (out.version != kVersion) out.is = FileHead::Is::OtherVersion;
  return out;
}

void put_record_head(Writer& out, uint32_t salt, const Record& r, List<Bytes> content) {
  uint32_t length = 0, sum = 0;
  for (const Bytes& piece : content) {
    length += static_cast<uint32_t>(piece.size());
    sum = checksum(piece, sum);
  }
  const size_t at = out.size();
  put32(out, kMarker);
  put32(out, 0);
  put32(out, length);
  put32(out, sum);
  put64(out, r.id);
  put64(out, r.items);
  put64(out, static_cast<uint64_t>(r.taken_ns));
  out.byte(static_cast<uint8_t>(r.kind));
  out.byte(static_cast<uint8_t>(r.signal));
  for (int i = 0; i < 10; ++i) out.byte(0);
  const uint32_t own = checksum(out.bytes().subspan(at + 8), salt);
  memcpy(out.data() + at + 4, &own, sizeof own);
}

void put_metadata(Writer& out, const Metadata& metadata) {
  const size_t at = out.size();
  put32(out, 0);
  for (const Metadata::Header& h : metadata.headers) {
    put32(out, static_cast<uint32_t>(h.name.size()));
    put32(out, static_cast<uint32_t>(h.value.size()));
    out.append(h.name);
    out.append(h.value);
  }
  const auto size = static_cast<uint32_t>(out.size() - at - 4);
  memcpy(out.data() + at, &size, sizeof size);
}

// A head whose checksum is right. False where there is none.
static bool read_record_head(const uint8_t* h, uint32_t salt, Record& r, uint32_t& content_sum) {
  if (get32(h) != kMarker || get32(h + 4) != checksum({h + 8, kRecordHead - 8}, salt)) return false;
  r.length = get32(h + 8);
  content_sum = get32(h + 12);
  r.id = get64(h + 16);
  r.items = get64(h + 24);
  r.taken_ns = static_cast<int64_t>(get64(h + 32));
  const uint8_t kind = h[40], signal = h[41];
  if (kind != static_cast<uint8_t>(Kind::Item) && kind != static_cast<uint8_t>(Kind::Done)) return false;
  r.kind = static_cast<Kind>(kind);
  r.signal = static_cast<Signal>(signal);
  if (r.kind == Kind::Done) return r.length == 0;
  return signal < 3 && r.length <= kMostContent && r.id != 0;
}

bool check_record(const uint8_t* head, Bytes content, uint32_t salt, Record& record) {
  uint32_t sum;
  return read_record_head(head, salt, record, sum) && record.length == content.size() && checksum(content) == sum;
}

ScanResult scan(Reader& in, uint64_t size, uint32_t salt, Found& found) {
  // The chunk of the file that was read last.
  struct Window {
    Reader& in;
    uint64_t size;
    BufferRef memory = BufferRef::allocate(kChunk);
    uint64_t from = 0, to = 0;

    // `n` bytes at `offset`, at most kChunk of them; null when they cannot be read.
    const uint8_t* at(uint64_t offset, size_t n) {
      if (offset > size || n > size - offset) return nullptr;
      if (offset < from || offset + n > to) {
        const auto take = static_cast<size_t>(std::min<uint64_t>(kChunk, size - offset));
        to = from = offset;
        if (!in.read(offset, memory.data(), take)) return nullptr;
        to = offset + take;
      }
      return memory.data() + (offset - from);
    }
  } window{in, size};

  ScanResult result{kFileHead, 0, false};
  // What was summed up of contents that turned out damaged: a file of nothing but such would be read again and again.
  uint64_t in_vain = 0;
  uint64_t at = kFileHead;
  bool lost = false;  // looking for the next marker
  while (at + kRecordHead <= size) {
    const uint8_t* head = window.at(at, kRecordHead);
    if (!head) break;
    Record r;
    uint32_t sum = 0;
    if (!read_record_head(head, salt, r, sum) || r.length > size - at - kRecordHead) {
      lost = true;
      // On to what may be a marker.
      const uint8_t first = static_cast<uint8_t>(kMarker);
      const size_t known = static_cast<size_t>(window.to - at);
      const auto* next = known > 1 ? static_cast<const uint8_t*>(memchr(head + 1, first, known - 1)) : nullptr;
      at += next ? static_cast<uint64_t>(next - head) : known;
      continue;
    }
    uint64_t content = at + kRecordHead;
    uint32_t seen = 0;
    bool readable = true;
    for (uint64_t done = 0; done < r.length && readable;) {
      const auto n = static_cast<size_t>(std::min<uint64_t>(kChunk, r.length - done));
      const uint8_t* piece = window.at(content + done, n);
      readable = piece != nullptr;
      if (readable) seen = checksum({piece, n}, seen);
      done += n;
    }
    if (!readable || seen != sum) {
      in_vain += r.length;
      if (in_vain > size) {
        result.gave_up = true;
        break;
      }
      lost = true;
      at += 1;  // what its length says is not to be believed either
      continue;
    }
    if (lost) result.damaged += at - result.end;
    lost = false;
    found.record(r, content);
    at = content + r.length;
    result.end = at;
  }
  result.cut_short = result.end < size;
  return result;
}

bool parse_content(const BufferRef& owner, Bytes content, Signal signal, uint64_t items, Payload& out) {
  if (content.size() < 4) return false;
  const uint32_t size = get32(content.data());
  content = content.subspan(4);
  if (size > content.size()) return false;
  Bytes metadata = content.first(size);
  const Bytes telemetry = content.subspan(size);
  auto counts = wire::validate(signal, telemetry);
  if (!counts || !counts->regular || counts->items != items || items == 0) return false;
  Payload payload(signal);
  payload.items = items;
  payload.add({owner, telemetry});
  while (!metadata.empty()) {
    if (metadata.size() < 8) return false;
    const uint64_t name = get32(metadata.data()), value = get32(metadata.data() + 4);
    metadata = metadata.subspan(8);
    if (name + value > metadata.size()) return false;
    payload.metadata.headers.push_back({owner, as_text(metadata.first(name)), as_text(metadata.subspan(name, value))});
    metadata = metadata.subspan(name + value);
  }
  out = static_cast<Payload&&>(payload);
  return true;
}

}  // namespace whittle::file_storage
