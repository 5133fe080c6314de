// SPDX-License-Identifier: Apache-2.0
// Files of a queue on disk: whatever stands in them, the queue opens, gives telemetry that is regular, takes more, and
// gives that back when it is opened again. The input is damage to a good file (pairs of a place and a byte, then where
// it ends), or the file itself.
#include "runtime/base/check.h"
#include "runtime/base/log.h"
#include "runtime/wire/validate.h"
#include "runtime/wire/wire.h"
#include "stdlib/extension/file_storage/journal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string>
#include <unistd.h>

using namespace whittle;
using namespace whittle::file_storage;

namespace {

constexpr uint64_t kItems = 2;

Payload telemetry(uint64_t number) {
  Writer out;
  const size_t group = wire::begin_len(out, 1), scope = wire::begin_len(out, 2);
  for (uint64_t i = 0; i < kItems; ++i) {
    const size_t span = wire::begin_len(out, 2), name = wire::begin_len(out, 5);
    out.append(Text("span "));
    out.byte(static_cast<uint8_t>('a' + number));
    wire::end_len(out, name);
    wire::end_len(out, span);
  }
  wire::end_len(out, scope);
  wire::end_len(out, group);
  Payload p(Signal::Traces);
  p.items = kItems;
  const BufferRef owner = BufferRef::copy(out.bytes());
  p.add({owner, {owner.data(), out.size()}});
  p.metadata.headers.push_back({owner, "x-tenant", "a"});
  return p;
}

struct Place {
  std::string folder;
  Logger log;
  Loop loop;
  Runtime runtime;

  Place() {
    char name[] = "/dev/shm/queue_file_fuzz-XXXXXX";
    CHECK(mkdtemp(name));
    folder = name;
    log.to(open("/dev/null", O_WRONLY | O_CLOEXEC));
    CHECK(loop.open());
    runtime.loop = &loop;
    runtime.log = &log;
  }
  std::string path() const { return folder + "/exporter_x.00000001.queue"; }
  JournalSettings settings() const { return {.folder = folder}; }
  void clear() const { CHECK(system(("rm -rf " + folder + "/*").c_str()) == 0); }
};

std::string contents(const std::string& path) {
  std::string out;
  FILE* f = fopen(path.c_str(), "r");
  CHECK(f);
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, f)) > 0;) out.append(buffer, n);
  fclose(f);
  return out;
}

void write_file(const std::string& path, const std::string& bytes) {
  FILE* f = fopen(path.c_str(), "w");
  CHECK(f && fwrite(bytes.data(), 1, bytes.size(), f) == bytes.size());
  fclose(f);
}

// A file of four payloads of which one is done.
const std::string& good_file(Place& place) {
  static const std::string made = [&] {
    place.clear();
    Journal journal(place.runtime, "x", "exporter_x", place.settings());
    CHECK(journal.open());
    for (uint64_t i = 0; i < 4; ++i) CHECK(journal.put(telemetry(i), 1) == i + 1);
    journal.remove(2);
    journal.settle();
    return contents(place.path());
  }();
  return made;
}

// Reads all there is; how many payloads that were.
uint64_t read_all(Journal& journal, bool remove) {
  uint64_t n = 0;
  for (StoredPayload p = journal.next(0); p.id != 0; p = journal.next(p.id + 1)) {
    Payload payload;
    int64_t taken = 0;
    if (journal.get(p.id, payload, taken)) {
      Writer all;
      payload.flatten(all);
      const auto counts = wire::validate(p.signal, all.bytes());
      CHECK(counts && counts->regular && counts->items == payload.items && payload.items == p.items);
      ++n;
    }
    if (remove) journal.remove(p.id);
  }
  return n;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static auto& place = *new Place;
  if (size == 0) return 0;
  const std::string& good = good_file(place);
  std::string file;
  if (data[0] & 1) {
    file.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  } else {
    file = good;
    for (size_t i = 1; i + 2 < size; i += 3)
      file[(size_t{data[i]} << 8 | data[i + 1]) % file.size()] = static_cast<char>(data[i + 2]);
    if (data[0] & 2) file.resize(data[size - 1] * 4u % (file.size() + 1));
    if (data[0] & 4) file += file;
  }
  place.clear();
  write_file(place.path(), file);
  uint64_t before;
  {
    Journal journal(place.runtime, "x", "exporter_x", place.settings());
    CHECK(journal.open());
    before = read_all(journal, false);
    const uint64_t id = journal.put(telemetry(9), 5);
    CHECK(id != 0);
    Payload back;
    int64_t taken = 0;
    CHECK(journal.get(id, back, taken) && taken == 5 && back.items == kItems && back.metadata.headers.size() == 1);
  }
  {
    Journal journal(place.runtime, "x", "exporter_x", place.settings());
    CHECK(journal.open());
    CHECK(read_all(journal, true) == before + 1);
    journal.settle();
  }
  Journal journal(place.runtime, "x", "exporter_x", place.settings());
  CHECK(journal.open() && journal.next(0).id == 0);
  if (!(data[0] & 1) && size < 4) CHECK(before == ((data[0] & 2) ? before : 3));
  return 0;
}
