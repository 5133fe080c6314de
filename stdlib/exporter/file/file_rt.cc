// SPDX-License-Identifier: Apache-2.0
// Writes requests to files: one OTLP/JSON request a line, or requests with their length in front. With `group_by` a
// resource goes to the file that its attribute names.
#include "runtime/base/hash.h"
#include "runtime/base/log.h"
#include "runtime/base/payload.h"
#include "runtime/codec/compress.h"
#include "runtime/file/output_file.h"
#include "runtime/loop/loop.h"
#include "runtime/pipeline/item_counters.h"
#include "runtime/record/items.h"
#include "runtime/wire/attributes.h"
#include "runtime/wire/json.h"
#include "stdlib/exporter/file/file_config.h"
#include "stdlib/exporter/file/group_path.h"

#include <algorithm>

namespace whittle {
namespace {

using file_exporter::append_group_path;

constexpr int64_t kDefaultMegabytes = 100;
constexpr int64_t kDefaultFlush = 1'000'000'000;
constexpr size_t kMostKnown = 16'384;  // paths

struct Group {
  Writer requests;  // the resources that go to one file
  Text name;
  uint64_t items = 0;
};

class File {
public:
  explicit File(const ComponentContext& context)
      : context_(context), runtime_(*context.runtime), config_(*static_cast<const config::File*>(context.config)),
        timer_(*runtime_.loop, [](void* self) { static_cast<File*>(self)->flush(); }, this) {
    for (uint32_t s = 0; s < 3; ++s)
      counters_[s] = export_counters(*runtime_.metrics, view(context.id), static_cast<Signal>(s));
    if (const auto& r = config_.rotation)
      rotation_ = FileRotation{
          .max_bytes = static_cast<uint64_t>(r->max_megabytes > 0 ? r->max_megabytes : kDefaultMegabytes) << 20,
          .max_days = r->max_days,
          .max_backups = r->max_backups,
          .local_time = r->localtime};
    permissions_ = 0;
    for (char c : view(config_.directory_permissions)) permissions_ = permissions_ * 8 + static_cast<uint32_t>(c - '0');
    if (permissions_ == 0) permissions_ = 0755;
  }

  bool start() {
    if (config_.group_by.enabled) return true;
    const Text path = view(config_.path);
    if (config_.create_directory && !make_folders_of(runtime_, view(context_.id), path, permissions_)) return false;
    auto* file = new OutputFile(runtime_, view(context_.id), path, config_.append, rotation_);
    files_.push_back(file);
    return file->open();
  }

  void consume(Payload& payload) {
    Writer request;
    payload.flatten(request);
    const uint64_t lost = config_.group_by.enabled ? write_groups(payload.signal, request.bytes())
                          : write(*files_[0], payload.signal, request.bytes()) ? 0
                                                                               : payload.items;
    const ExportCounters& counters = counters_[static_cast<uint32_t>(payload.signal)];
    *counters.sent += static_cast<int64_t>(payload.items - lost);
    *counters.failed += static_cast<int64_t>(lost);
    payload.clear();
    if (runtime_.draining) flush();
    else if (!idle() && !timer_.pending())
      timer_.in(config_.flush_interval > 0 ? config_.flush_interval : kDefaultFlush);
  }

  void flush() {
    for (OutputFile* f : files_) f->flush();
    if (!idle()) timer_.in(config_.flush_interval > 0 ? config_.flush_interval : kDefaultFlush);
  }

  bool idle() const {
    return std::none_of(files_.begin(), files_.end(), [](const OutputFile* f) { return f->waits(); });
  }

private:
  bool write(OutputFile& file, Signal signal, Bytes request) {
    const bool proto = config_.format == config::FileFormat::Proto;
    const bool zstd = config_.compression == config::FileCompression::Zstd;
    Writer encoded, record;
    Bytes message = request;
    if (!proto) {
      wire::proto_to_json(signal, request, encoded);
      message = encoded.bytes();
    }
    if (!proto && !zstd) {
      encoded.byte('\n');
      return file.write({encoded.bytes(), signal, request, false});
    }
    record.append(Text("\0\0\0\0", 4));
    if (zstd) compress(Coding::Zstd, static_cast<int>(config_.compression_params.level), message, record);
    else record.append(message);
    const auto n = static_cast<uint32_t>(record.size() - 4);
    for (int i = 0; i < 4; ++i) record.data()[i] = static_cast<uint8_t>(n >> (24 - 8 * i));
    return file.write({record.bytes(), signal, request, proto});
  }

  // Gives how many items could not be written.
  uint64_t write_groups(Signal signal, Bytes request) {
    std::vector<Group*> groups;
    uint64_t lost = 0, nameless = 0;
    for (const uint8_t *p = request.data(), *end = p + request.size(); p < end;) {
      const wire::RawField field = wire::next_field(p);
      const Bytes resource_group = field.content();
      const uint64_t items = items_of_group(signal, resource_group);
      // The resource is field 1 of all three.
      const auto value = find_attribute(views::ResourceLogs(resource_group).resource.get().attributes,
                                        view(config_.group_by.resource_attribute));
      if (!value || value->value_case != ValueCase::StringValue) {
        nameless += items;
        continue;
      }
      auto known = std::find_if(groups.begin(), groups.end(), [&](Group* g) { return g->name == value->string_value; });
      if (known == groups.end()) known = groups.insert(known, new Group{{}, value->string_value});
      (*known)->requests.append(field.whole());
      (*known)->items += items;
    }
    if (nameless > 0)
      runtime_.log->warn(
          "resources without the attribute that names their file are not written",
          {{"exporter", context_.id}, {"attribute", config_.group_by.resource_attribute}, {"items", nameless}});
    for (Group* g : groups) {
      OutputFile* file = file_of(g->name);
      if (!file || !write(*file, signal, g->requests.bytes())) lost += g->items;
      delete g;
    }
    return lost + nameless;
  }

  // The open file of a group, the last used at the end of `files_`; null, with the reason logged, when it has none.
  OutputFile* file_of(Text group) {
    if (group.find('\0') != Text::npos) {
      runtime_.log->error("no path has a NUL in it", {{"exporter", context_.id}});
      return nullptr;
    }
    Writer path;
    append_group_path(path, view(config_.path), group);
    for (auto it = files_.begin(); it != files_.end(); ++it)
      if ((*it)->path() == path.text()) {
        std::rotate(it, it + 1, files_.end());
        return files_.back();
      }
    if (!make_folders_of(runtime_, view(context_.id), path.text(), permissions_)) return nullptr;
    // A file that was closed because too many were open goes on where it was.
    const uint64_t hash = hash_text(path.text());
    const bool known = std::find(known_.begin(), known_.end(), hash) != known_.end();
    auto* file = new OutputFile(runtime_, view(context_.id), path.text(),
                                config_.append || known || known_.size() == kMostKnown, rotation_);
    if (!file->open()) {
      delete file;
      return nullptr;
    }
    if (!known && known_.size() < kMostKnown) known_.push_back(hash);
    if (files_.size() == static_cast<size_t>(config_.group_by.max_open_files)) {
      delete files_.front();
      files_.erase(files_.begin());
    }
    files_.push_back(file);
    return file;
  }

  const ComponentContext& context_;
  Runtime& runtime_;
  const config::File& config_;
  std::optional<FileRotation> rotation_;
  uint32_t permissions_;
  std::vector<OutputFile*> files_;
  std::vector<uint64_t> known_;  // hashes of paths that were opened
  ExportCounters counters_[3];
  Timer timer_;
};

void* create(const ComponentContext* context) {
  return new File(*context);
}
bool start(void* self) {
  return static_cast<File*>(self)->start();
}
void drain(void* self) {
  static_cast<File*>(self)->flush();
}
bool idle(void* self) {
  return static_cast<File*>(self)->idle();
}

}  // namespace

extern "C" Status exporter_file_consume(void* self, Payload* payload) {
  static_cast<File*>(self)->consume(*payload);
  return Status::Ok;
}
extern "C" const ComponentOps exporter_file_ops = {create, start, drain, idle, nullptr, nullptr};

}  // namespace whittle
