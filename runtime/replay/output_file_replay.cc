// SPDX-License-Identifier: Apache-2.0
// Files of a replay: each record becomes one line of JSON.
#include "runtime/base/json.h"
#include "runtime/file/output_file.h"
#include "runtime/wire/json.h"

namespace whittle {

void replay_write(Bytes line);

OutputFile::OutputFile(Runtime& runtime, Text exporter, Text path, bool append,
                       const std::optional<FileRotation>& rotation)
    : runtime_(runtime), exporter_(exporter), append_(append), rotation_(rotation) {
  path_.append(path);
}
OutputFile::~OutputFile() = default;
bool OutputFile::open() {
  return true;
}
bool OutputFile::flush() {
  return true;
}
bool OutputFile::write(const FileRecord& record) {
  Writer line;
  line.append(Text("{\"exporter\":"));
  append_json_text(line, exporter_);
  line.append(Text(",\"call\":\"write\",\"path\":"));
  append_json_text(line, path());
  if (record.proto) line.append(Text(",\"format\":\"proto\""));
  line.append(Text(",\"body\":"));
  wire::proto_to_json(record.signal, record.request, line);
  line.append(Text("}\n"));
  replay_write(line.bytes());
  return true;
}

bool make_folders_of(Runtime&, Text, Text, uint32_t) {
  return true;
}

}  // namespace whittle
