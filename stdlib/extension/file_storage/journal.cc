// SPDX-License-Identifier: Apache-2.0
#include "stdlib/extension/file_storage/journal.h"

#include "runtime/base/log.h"

#include <algorithm>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

namespace whittle::file_storage {

static constexpr Text kQueue = ".queue", kDamaged = ".damaged", kUnknown = ".unknown", kFatal = ".fatal";
static constexpr int64_t kAskAgain = 1'000'000'000;
// What the newest file is emptied for when nothing is needed.
static constexpr uint64_t kWorthEmptying = 1 << 20;
// Files that are set aside replace each other beyond so many.
static constexpr uint32_t kSetAside = 4;
// Payloads in files, whatever they say.
static constexpr size_t kMostFound = 1 << 20;

// As the reference names its files: what is not safe in a name stands as its number.
static void put_safe(Writer& out, Text name) {
  for (char c : name) {
    const bool safe =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (safe) {
      out.byte(static_cast<uint8_t>(c));
      continue;
    }
    char number[8];
    const int n = snprintf(number, sizeof number, "~%04X", static_cast<unsigned>(static_cast<uint8_t>(c)));
    out.append(Text(number, static_cast<size_t>(n)));
  }
}

Journal::Journal(Runtime& runtime, Text owner, Text name, const JournalSettings& settings)
    : runtime_(runtime), owner_(owner), settings_(settings),
      settle_task_(
          *runtime.loop, [](void* self) { static_cast<Journal*>(self)->settle(); }, this),
      compact_task_(
          *runtime.loop, [](void* self) { static_cast<Journal*>(self)->compact(); }, this),
      again_(*runtime.loop, [](void* self) { static_cast<Journal*>(self)->settle(); }, this) {
  put_safe(name_, name);
}

Journal::~Journal() {
  for (int fd : {lock_, out_, in_})
    if (fd >= 0) close(fd);
}

void Journal::path_of(Writer& out, Text ending) const {
  out.append(settings_.folder);
  out.byte('/');
  out.append(name_.text());
  out.append(ending);
  out.byte(0);
}

void Journal::path_of(Writer& out, uint32_t number, Text ending) const {
  char text[16];
  const int n = snprintf(text, sizeof text, ".%08x", number);
  Writer whole;
  whole.append(Text(text, static_cast<size_t>(n)));
  whole.append(ending);
  path_of(out, whole.text());
}

// ---- opening
// -----------------------------------------------------------------------------------------------------------

bool Journal::open() {
  if (!lock()) return false;
  recover();
  Writer path;
  path_of(path, ".attempts");
  if (!attempts_.open(path.text().data()))
    runtime_.log->warn("which payloads of a queue end the collector is not noted",
                       {{"exporter", owner_}, {"file", path.text().data()}, {"error", strerror(errno)}});
  attempts_.keep_only([&](uint64_t id) { return find(id) != nullptr; });
  if (settings_.compact) compact_task_.post();
  return true;
}

bool Journal::lock() {
  Writer path;
  path_of(path, ".lock");
  const char* name = path.text().data();
  lock_ = ::open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) {
    runtime_.log->error("a queue cannot be kept in this folder",
                        {{"exporter", owner_}, {"file", name}, {"error", strerror(errno)}});
    return false;
  }
  struct flock whole{};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  const int64_t until = monotonic_ns() + settings_.timeout;
  while (fcntl(lock_, F_SETLK, &whole) != 0) {
    if (monotonic_ns() >= until) {
      runtime_.log->error("another collector has the queue that is kept here",
                          {{"exporter", owner_}, {"file", name}, {"error", strerror(errno)}});
      return false;
    }
    const timespec pause = {0, 20'000'000};
    nanosleep(&pause, nullptr);
  }
  return true;
}

// What the files say, as far as it has been read.
struct Journal::Recovery : Found {
  Journal& home;
  File* file = nullptr;
  std::vector<Stored> places;
  std::vector<uint64_t> done;
  uint64_t too_many = 0;

  explicit Recovery(Journal& j) : home(j) {}

  void record(const Record& r, uint64_t content) override {
    if (r.id >= home.next_id_ && r.id < UINT64_MAX) home.next_id_ = r.id + 1;
    if (r.kind == Kind::Done) return done.push_back(r.id);
    if (places.size() >= kMostFound) {
      ++too_many;
      return;
    }
    places.push_back(
        {r.id, file->number, static_cast<uint32_t>(content), r.length, static_cast<uint32_t>(r.items), r.signal});
  }

  // Leaves out what is done, and of two of one id the one that was written first.
  void settle() {
    // Of what was copied, the copy is in the later file.
    std::sort(places.begin(), places.end(), [](const Stored& a, const Stored& b) {
      return a.id != b.id ? a.id < b.id : a.file != b.file ? a.file < b.file : a.offset < b.offset;
    });
    std::sort(done.begin(), done.end(), [](const uint64_t& a, const uint64_t& b) { return a < b; });
    size_t kept = 0;
    for (size_t i = 0; i < places.size(); ++i) {
      if (i + 1 < places.size() && places[i + 1].id == places[i].id) continue;
      const auto at = std::lower_bound(done.begin(), done.end(), places[i].id,
                                       [](const uint64_t& a, const uint64_t& b) { return a < b; });
      if (at != done.end() && *at == places[i].id) continue;
      places[kept++] = places[i];
    }
    places.resize(kept);
    done.clear();
  }
};

void Journal::recover() {
  std::vector<uint32_t> numbers;
  Writer folder;
  folder.append(settings_.folder);
  folder.byte(0);
  if (DIR* dir = opendir(folder.text().data())) {
    while (const dirent* entry = readdir(dir)) {
      Text name = entry->d_name;
      if (!name.starts_with(name_.text()) || !name.ends_with(kQueue)) continue;
      name.remove_prefix(name_.size());
      name.remove_suffix(kQueue.size());
      if (name.size() != 9 || name[0] != '.') continue;
      char* end = nullptr;
      const unsigned long number = strtoul(name.data() + 1, &end, 16);
      if (end == name.data() + 9 && number > 0 && number < UINT32_MAX) numbers.push_back(static_cast<uint32_t>(number));
    }
    closedir(dir);
  }
  std::sort(numbers.begin(), numbers.end(), [](const uint32_t& a, const uint32_t& b) { return a < b; });
  Recovery found(*this);
  for (uint32_t number : numbers) recover(number, found);
  if (found.too_many > 0)
    runtime_.log->error("a queue on disk holds more than can be sent; the rest is lost",
                        {{"exporter", owner_}, {"payloads", found.too_many}});
  places_ = static_cast<std::vector<Stored>&&>(found.places);
  uint64_t items = 0;
  for (const Stored& p : places_) {
    File* f = file(p.file);
    f->live += kRecordHead + p.length;
    live_ += kRecordHead + p.length;
    ++f->payloads;
    items += p.items;
  }
  if (!places_.empty())
    runtime_.log->info("a queue on disk was found; it is sent",
                       {{"exporter", owner_}, {"payloads", places_.size()}, {"items", items}, {"bytes", live_}});
  clean_up();
}

// One file. Whatever is wrong with it, it is out of the way afterwards.
void Journal::recover(uint32_t number, Recovery& found) {
  next_number_ = std::max(next_number_, number + 1);
  Writer path;
  path_of(path, number, kQueue);
  const char* name = path.text().data();
  const int fd = ::open(name, O_RDONLY | O_CLOEXEC);
  struct stat info{};
  if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    if (fd >= 0) close(fd);
    return set_aside(number, kDamaged, "it cannot be read");
  }
  const auto size = static_cast<uint64_t>(info.st_size);
  uint8_t bytes[kFileHead];
  const ssize_t n = pread(fd, bytes, sizeof bytes, 0);
  const FileHead head = read_file_head({bytes, n > 0 ? static_cast<size_t>(n) : 0});
  const bool good = head.is == FileHead::Is::Good && size <= UINT32_MAX;
  if (!good) {
    close(fd);
    // A file that was begun and no more.
    if (head.is == FileHead::Is::Short) unlink(name);
    else if (head.is == FileHead::Is::OtherVersion) set_aside(number, kUnknown, "another version wrote it");
    else set_aside(number, kDamaged, "it is no file of a queue");
    return;
  }
  struct FileReader : Reader {
    int fd;
    bool read(uint64_t offset, uint8_t* to, size_t n) override {
      while (n > 0) {
        const ssize_t got = pread(fd, to, n, static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        to += got, offset += static_cast<uint64_t>(got), n -= static_cast<size_t>(got);
      }
      return true;
    }
  } reader;
  reader.fd = fd;
  files_.push_back({number, head.salt, size});
  size_ += size;
  found.file = &files_.back();
  const ScanResult result = scan(reader, size, head.salt, found);
  close(fd);
  found.settle();
  files_.back().damaged = result.damaged > 0 || result.gave_up;
  if (files_.back().damaged)
    runtime_.log->error("a queue on disk is damaged; what is in the damaged part is lost",
                        {{"exporter", owner_}, {"file", name}, {"bytes", result.damaged + (size - result.end)}});
  else if (result.cut_short)
    runtime_.log->warn("a queue on disk ends in the middle of a payload, which was not acknowledged",
                       {{"exporter", owner_}, {"file", name}, {"bytes", size - result.end}});
}

void Journal::set_aside(uint32_t number, Text ending, const char* why) {
  Writer from, to;
  path_of(from, number, kQueue);
  path_of(to, number % kSetAside, ending);
  const bool moved = rename(from.text().data(), to.text().data()) == 0;
  runtime_.log->error("a file of a queue on disk is set aside; what is in it is not sent",
                      {{"exporter", owner_},
                       {"file", from.text().data()},
                       {"reason", why},
                       {"now", moved ? to.text().data() : "where it was"}});
}

// A payload that ends whoever sends it: its content, as it stood in the queue, becomes a file of its own.
void Journal::set_aside(const Stored& place, Bytes content) {
  Writer to;
  path_of(to, static_cast<uint32_t>(place.id % kSetAside), kFatal);
  const int fd = ::open(to.text().data(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool kept = fd >= 0;
  for (size_t done = 0; kept && done < content.size();) {
    const ssize_t n = write(fd, content.data() + done, content.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) kept = false;
    else done += static_cast<size_t>(n);
  }
  if (fd >= 0) close(fd);
  runtime_.log->error("a payload of a queue on disk is set aside: collectors ended while they made a request of it",
                      {{"exporter", owner_},
                       {"items", place.items},
                       {"bytes", place.length},
                       {"collectors", attempts_.died(place.id)},
                       {"now", kept ? to.text().data() : "nowhere, as the disk takes nothing"}});
}

// ---- places
// ------------------------------------------------------------------------------------------------------------

Journal::File* Journal::file(uint32_t number) {
  for (File& f : files_)
    if (f.number == number) return &f;
  return nullptr;
}

Journal::Stored* Journal::find(uint64_t id) {
  const auto at = std::lower_bound(places_.begin() + static_cast<ptrdiff_t>(first_), places_.end(), id,
                                   [](const Stored& p, uint64_t wanted) { return p.id < wanted; });
  return at != places_.end() && at->id == id && at->file != 0 ? &*at : nullptr;
}

StoredPayload Journal::next(uint64_t id) const {
  auto at = std::lower_bound(places_.begin() + static_cast<ptrdiff_t>(first_), places_.end(), id,
                             [](const Stored& p, uint64_t wanted) { return p.id < wanted; });
  while (at != places_.end() && at->file == 0) ++at;
  if (at == places_.end()) return {};
  return {at->id, at->signal, at->items, at->length};
}

void Journal::drop(Stored& place) {
  File* f = file(place.file);
  const uint64_t bytes = kRecordHead + place.length;
  f->live -= bytes;
  live_ -= bytes;
  --f->payloads;
  place.file = 0;
  while (first_ < places_.size() && places_[first_].file == 0) ++first_;
  if (first_ > 64 && first_ * 2 > places_.size()) {
    places_.erase(places_.begin(), places_.begin() + static_cast<ptrdiff_t>(first_));
    first_ = 0;
  }
}

void Journal::remove(uint64_t id) {
  Stored* place = find(id);
  if (!place) return;
  removed_.push_back({id, place->file});
  drop(*place);
  attempts_.forget(id);
  settle_task_.post();
}

// ---- writing
// -----------------------------------------------------------------------------------------------------------

// Logs once until it works again.
bool Journal::cannot(const char* what) {
  const int error = errno;
  if (!failing_)
    runtime_.log->error(
        what, {{"exporter", owner_}, {"folder", settings_.folder}, {"bytes", size_}, {"error", strerror(error)}});
  failing_ = true;
  return false;
}

void Journal::can() {
  if (failing_) runtime_.log->info("the queue on disk takes payloads again", {{"exporter", owner_}, {"bytes", size_}});
  failing_ = false;
}

void Journal::sync_folder() {
  Writer folder;
  folder.append(settings_.folder);
  folder.byte(0);
  const int fd = ::open(folder.text().data(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

bool Journal::begin_file() {
  if (out_ >= 0) close(out_);
  out_ = -1;
  Writer path, head;
  const uint32_t number = next_number_, salt = runtime_.random32();
  path_of(path, number, kQueue);
  put_file_head(head, number, salt);
  const int fd = ::open(path.text().data(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) {
    if (errno == EEXIST) ++next_number_;
    return cannot("the queue on disk cannot begin a file; senders are asked to come again");
  }
  if (const ssize_t n = write(fd, head.data(), head.size()); n != static_cast<ssize_t>(head.size())) {
    const int error = n < 0 ? errno : ENOSPC;
    close(fd);
    unlink(path.text().data());
    errno = error;
    return cannot("the queue on disk cannot begin a file; senders are asked to come again");
  }
  ++next_number_;
  out_ = fd;
  files_.push_back({number, salt, kFileHead});
  size_ += kFileHead;
  if (settings_.fsync) sync_folder();
  return true;
}

// Adds to the newest file all of it or nothing.
bool Journal::append(List<Bytes> pieces) {
  File& newest = files_.back();
  uint64_t whole = 0;
  for (const Bytes& p : pieces) whole += p.size();
  uint64_t done = 0;
  while (done < whole) {
    iovec parts[64];
    int count = 0;
    uint64_t passed = 0;
    for (const Bytes& p : pieces) {
      const uint64_t skip = done > passed ? std::min<uint64_t>(done - passed, p.size()) : 0;
      passed += p.size();
      if (skip == p.size()) continue;
      parts[count++] = {const_cast<uint8_t*>(p.data()) + skip, p.size() - skip};
      if (count == 64) break;
    }
    const ssize_t n = writev(out_, parts, count);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<uint64_t>(n);
  }
  if (done == whole && (!settings_.fsync || fdatasync(out_) == 0)) {
    newest.size += whole;
    size_ += whole;
    return true;
  }
  const int error = errno;
  // A part of a record must not stand in front of the next one.
  if (ftruncate(out_, static_cast<off_t>(newest.size)) != 0) {
    close(out_);
    out_ = -1;
  }
  errno = error;
  return false;
}

bool Journal::write_record(const Record& record, List<Bytes> content) {
  uint64_t whole = kRecordHead;
  for (const Bytes& c : content) whole += c.size();
  if (settings_.most > 0 && size_ + whole > settings_.most) {
    errno = EDQUOT;
    return cannot("the queue on disk has its size; senders are asked to come again");
  }
  for (int tries = 0; tries < 2; ++tries) {
    const bool full = out_ >= 0 && files_.back().size > kFileHead && files_.back().size + whole > file_size();
    if ((out_ < 0 || full) && !begin_file()) return false;
    Writer head;
    put_record_head(head, files_.back().salt, record, content);
    std::vector<Bytes> pieces;
    pieces.push_back(head.bytes());
    for (const Bytes& c : content) pieces.push_back(c);
    if (append({pieces.data(), pieces.size()})) return can(), true;
    // Where files may not be as large, a new one may do.
    if (errno != EFBIG || out_ < 0 || files_.back().size <= kFileHead) break;
    close(out_);
    out_ = -1;
  }
  return cannot("the queue on disk takes nothing; senders are asked to come again");
}

uint64_t Journal::put(const Payload& payload, int64_t taken_ns) {
  if (places_.size() - first_ >= kMostPayloads) {
    errno = EDQUOT;
    return cannot("the queue on disk has as many payloads as it may; senders are asked to come again"), 0;
  }
  Writer metadata;
  put_metadata(metadata, payload.metadata);
  std::vector<Bytes> content;
  content.push_back(metadata.bytes());
  for (const Slice& s : payload.slices) content.push_back(s.bytes);
  const uint64_t length = metadata.size() + payload.bytes;
  if (length > kMostContent) return 0;
  Record record{Kind::Item, payload.signal, next_id_, payload.items, taken_ns, static_cast<uint32_t>(length)};
  if (!write_record(record, {content.data(), content.size()})) {
    clean_up();
    return 0;
  }
  ++next_id_;
  added(record);
  return record.id;
}

// A record has just been written: its place.
void Journal::added(const Record& record) {
  File& newest = files_.back();
  const uint64_t bytes = kRecordHead + record.length;
  const Stored place{record.id,
                     newest.number,
                     static_cast<uint32_t>(newest.size - record.length),
                     record.length,
                     static_cast<uint32_t>(record.items),
                     record.signal};
  newest.live += bytes;
  live_ += bytes;
  ++newest.payloads;
  if (Stored* old = find(record.id)) {
    File* from = file(old->file);
    from->live -= bytes;
    live_ -= bytes;
    --from->payloads;
    *old = place;
  } else {
    places_.push_back(place);
  }
}

void Journal::settle() {
  clean_up();
  if (!removed_.empty()) {
    if (out_ < 0 && !begin_file()) return again_.in(kAskAgain);
    Writer records;
    for (const Removed& r : removed_)
      put_record_head(records, files_.back().salt, {.kind = Kind::Done, .id = r.id}, {});
    const Bytes all = records.bytes();
    if (!append({&all, 1})) {
      cannot("the queue on disk takes nothing; senders are asked to come again");
      return again_.in(kAskAgain);
    }
    removed_.clear();
  }
  if (wasteful()) compact_task_.post();
}

// Deletes the oldest files as long as nothing of them is needed.
void Journal::clean_up() {
  bool deleted = false;
  while (!files_.empty() && files_.front().payloads == 0 && !(files_.size() == 1 && out_ >= 0)) {
    const File gone = files_.front();
    Writer path;
    path_of(path, gone.number, kQueue);
    if (in_ >= 0 && in_number_ == gone.number) {
      close(in_);
      in_ = -1;
    }
    if (gone.damaged) set_aside(gone.number, kDamaged, "it was damaged, and what could be read of it has been sent");
    else unlink(path.text().data());
    size_ -= gone.size;
    files_.erase(files_.begin());
    deleted = true;
  }
  if (files_.size() == 1 && out_ >= 0 && files_[0].payloads == 0 && files_[0].size > kWorthEmptying &&
      ftruncate(out_, kFileHead) == 0) {
    size_ -= files_[0].size - kFileHead;
    files_[0].size = kFileHead;
    removed_.clear();
  }
  if (deleted && !removed_.empty()) std::erase_if(removed_, [&](const Removed& r) { return file(r.file) == nullptr; });
}

// ---- compacting
// --------------------------------------------------------------------------------------------------------

uint64_t Journal::file_size() const {
  return settings_.most == 0 ? kFile : std::min(kFile, std::max<uint64_t>(settings_.most / 8, 64 << 10));
}

bool Journal::wasteful() const {
  const bool older = files_.size() > 1 || (files_.size() == 1 && out_ < 0);
  return older && files_.front().payloads > 0 && size_ > 2 * live_ + 2 * file_size();
}

// Copies a payload of the oldest file into the newest, one at a time.
void Journal::compact() {
  if (!wasteful()) return;
  const uint32_t oldest = files_.front().number;
  for (size_t i = first_; i < places_.size(); ++i) {
    if (places_[i].file != oldest) continue;
    const Stored place = places_[i];
    BufferRef owner;
    Record record;
    if (!read(place, owner, record)) {
      removed_.push_back({place.id, place.file});
      drop(places_[i]);
      break;
    }
    const Bytes content = {owner.data(), place.length};
    if (!write_record(record, {&content, 1})) return again_.in(kAskAgain);
    added(record);
    break;
  }
  clean_up();
  compact_task_.post();
}

// ---- reading
// -----------------------------------------------------------------------------------------------------------

bool Journal::read(const Stored& place, BufferRef& owner, Record& record) {
  if (in_ < 0 || in_number_ != place.file) {
    if (in_ >= 0) close(in_);
    Writer path;
    path_of(path, place.file, kQueue);
    in_ = ::open(path.text().data(), O_RDONLY | O_CLOEXEC);
    in_number_ = place.file;
  }
  const size_t whole = kRecordHead + place.length;
  // The content stands in front, so that it begins the buffer.
  owner = BufferRef::allocate(place.length ? place.length : 1);
  uint8_t head[kRecordHead];
  size_t done = 0;
  while (in_ >= 0 && done < whole) {
    iovec parts[2];
    int count = 0;
    if (done < kRecordHead) parts[count++] = {head + done, kRecordHead - done};
    const size_t at = done > kRecordHead ? done - kRecordHead : 0;
    parts[count++] = {owner.data() + at, place.length - at};
    const ssize_t n = preadv(in_, parts, count, static_cast<off_t>(place.offset - kRecordHead + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<size_t>(n);
  }
  const bool good = done == whole && check_record(head, {owner.data(), place.length}, file(place.file)->salt, record) &&
                    record.id == place.id && record.signal == place.signal;
  if (!good)
    runtime_.log->error("a payload of a queue on disk cannot be read; it is lost",
                        {{"exporter", owner_}, {"items", place.items}, {"bytes", place.length}});
  return good;
}

bool Journal::get(uint64_t id, Payload& payload, int64_t& taken_ns) {
  const Stored* place = find(id);
  if (!place) return false;
  BufferRef owner;
  Record record;
  if (!read(*place, owner, record)) return false;
  if (attempts_.died(id) >= kMostDied) return set_aside(*place, {owner.data(), place->length}), false;
  taken_ns = record.taken_ns;
  if (parse_content(owner, {owner.data(), place->length}, place->signal, place->items, payload)) return true;
  runtime_.log->error("a payload of a queue on disk is no telemetry; it is lost",
                      {{"exporter", owner_}, {"items", place->items}, {"bytes", place->length}});
  return false;
}

}  // namespace whittle::file_storage
