// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/written.h"

#include "compiler/check/checks.h"

#include <algorithm>

namespace whittle::check {

namespace {

// Up to the last slash before what stands for several paths.
std::string folder_of(std::string_view path) {
  path = path.substr(0, path.find('*'));
  const size_t slash = path.rfind('/');
  std::string_view folder = path.substr(0, slash);
  while (folder.ends_with('/')) folder.remove_suffix(1);
  return folder.empty() ? "/" : std::string(folder);
}

void look(const Instance& instance, const Value& v, const std::string& setting, std::vector<WrittenFolder>& out) {
  if (v.type == nullptr || v.wrong || v.late) return;
  if (v.type->kind == schema::TypeKind::String) {
    if (v.type->format == schema::Format::WrittenPath && v.text.starts_with('/'))
      out.push_back(
          {&instance, setting, v.text, folder_of(setting.ends_with("::directory") ? v.text + "/" : v.text), v.span});
    return;
  }
  const bool is_struct = v.type->kind == schema::TypeKind::Struct;
  for (size_t i = 0; i < v.items.size(); ++i)
    look(instance, v.items[i], is_struct ? setting + "::" + std::string(v.type->fields->settings[i].name) : setting,
         out);
}

void look_for_read(const Instance& instance, const Value& v, ReadFiles as, std::vector<ReadFiles>& out) {
  if (v.type == nullptr || v.wrong || v.late) return;
  if (v.type->kind == schema::TypeKind::String && v.type->format == schema::Format::ReadPattern) {
    if (!v.text.starts_with('/')) return;
    as.pattern = v.text, as.span = v.span;
    as.folder = folder_of(std::string_view(v.text).substr(0, v.text.find_first_of("*?[{")));
    out.push_back(std::move(as));
    return;
  }
  if (v.type->kind == schema::TypeKind::Struct) {
    const Value *storage = v.find("storage"), *start = v.find("start_at");
    if (storage != nullptr) as.remembered = storage->written;
    if (start != nullptr) as.from_beginning = start->text == "beginning";
  }
  for (const Value& item : v.items) look_for_read(instance, item, as, out);
}

bool writes(const Value& v) {
  if (v.type == nullptr || v.wrong) return false;
  if (v.type->kind == schema::TypeKind::String)
    return v.type->format == schema::Format::WrittenPath && (v.late || !v.text.empty());
  return std::any_of(v.items.begin(), v.items.end(), writes);
}

}  // namespace

bool writes_files(const Config& config) {
  return std::any_of(config.instances.begin(), config.instances.end(),
                     [](const Instance& i) { return i.used && writes(i.config); });
}

std::vector<WrittenFolder> written_folders(const Config& config) {
  std::vector<WrittenFolder> out;
  for (const Instance& i : config.instances)
    if (i.used) look(i, i.config, setting_path(i), out);
  return out;
}

std::vector<ReadFiles> read_files(const Config& config) {
  std::vector<ReadFiles> out;
  for (const Instance& i : config.instances) {
    ReadFiles as;
    as.instance = &i;
    if (i.used) look_for_read(i, i.config, as, out);
  }
  return out;
}

bool is_within(std::string_view folder, std::string_view place) {
  while (place.size() > 1 && place.ends_with('/')) place.remove_suffix(1);
  return folder == place || place == "/" ||
         (folder.starts_with(place) && folder.size() > place.size() && folder[place.size()] == '/');
}

}  // namespace whittle::check
