// SPDX-License-Identifier: Apache-2.0
#include "runtime/drift/drift.h"

#include "runtime/drift/compare.h"
#include "runtime/drift/split_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace whittle {
namespace {

constexpr const char* kVariable = "AOT_CONFIG_CONTENT";
constexpr uint32_t kMostTold = 200;  // differences

Text environment_config() {
  const char* content = getenv(kVariable);
  return content ? Text(content) : Text();
}

// The bytes of a file; false with a reason.
bool read_file(Text path, Writer& out, Writer& why) {
  Writer c_path;
  c_path.append(path);
  c_path.byte(0);
  int fd = open(c_path.text().data(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return why.append(Text(strerror(errno))), false;
  bool good = true;
  while (out.size() <= yaml::kMostBytes) {
    ssize_t n = read(fd, out.room(65536), 65536);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      why.append(Text(strerror(errno)));
      good = false;
    }
    if (n <= 0) break;
    out.advance(static_cast<size_t>(n));
  }
  close(fd);
  return good;
}

// One source's text, read into a tree; null with a reason.
const yaml::Node* load(Text source, Arena& arena, Writer& why) {
  Text text;
  Writer file;
  if (source.starts_with("yaml:")) {
    text = source.substr(5);
  } else if (source.starts_with("env:")) {
    Writer name;
    name.append(source.substr(4));
    name.byte(0);
    const char* value = getenv(name.text().data());
    if (!value) return why.append(Text("the variable is not set")), nullptr;
    text = Text(value);
  } else if (source.starts_with("http:") || source.starts_with("https:") || source.starts_with("s3:")) {
    return why.append(Text("only configs in files and environment variables are compared")), nullptr;
  } else {
    if (!read_file(source.starts_with("file:") ? source.substr(5) : source, file, why)) return nullptr;
    text = arena.copy(file.text());
  }
  const yaml::Node* root = yaml::read(text, arena, why);
  if (!root) return nullptr;
  if (root->kind() == yaml::Kind::Null) return root;
  if (root->kind() != yaml::Kind::Mapping) return why.append(Text("it is no map, and a config is one")), nullptr;
  return drift::split_keys(root, arena, why);
}

// "a.b=c" as the source "yaml:a::b: c".
Text setting_source(Text setting, Writer& out) {
  size_t equals = setting.find('=');
  out.append(Text("yaml:"));
  for (char c : setting.substr(0, equals)) {
    if (c == '.') out.append(Text("::"));
    else out.byte(static_cast<uint8_t>(c));
  }
  out.append(Text(": "));
  if (equals != Text::npos) out.append(setting.substr(equals + 1));
  return out.text();
}

}  // namespace

bool GivenConfig::any() const {
  return !sources.empty() || !settings.empty() || !environment_config().empty();
}

bool compare_given_config(const Collector& collector, const GivenConfig& given, Logger& log) {
  LogLevel level = given.fail ? LogLevel::Error : LogLevel::Warn;
  Arena arena;
  // As in the AWS distribution of the Collector, the variable counts in place of the options.
  bool variable = !environment_config().empty();
  const yaml::Node* config = nullptr;
  Writer names, why;
  size_t n = variable ? 1 : given.sources.size();
  if (n == 0) {
    log.write(level, "the settings that were given cannot be compared with the compiled config",
              {{"given", "--set"}, {"why", "there is no --config that they are laid over"}});
    return false;
  }
  for (size_t i = 0; i < n + given.settings.size(); ++i) {
    Text source, shown;
    Writer setting;
    if (i >= n) {
      source = setting_source(given.settings[i - n], setting);
      shown = "--set";
    } else {
      source = variable ? Text("env:AOT_CONFIG_CONTENT") : given.sources[i];
      shown = source.starts_with("yaml:") ? Text("yaml:...") : source;
    }
    if (i > 0) names.append(Text(", "));
    names.append(shown);
    const yaml::Node* one = load(source, arena, why);
    if (one && config && one->kind() != yaml::Kind::Null) one = yaml::merge(config, one, arena, why);
    if (!one) {
      log.write(level, "the config that was given cannot be compared with the compiled one",
                {{"given", shown}, {"why", why.text()}});
      return false;
    }
    if (!config || one->kind() != yaml::Kind::Null) config = one;
  }

  struct Told {
    Logger& log;
    LogLevel level;
    uint32_t told = 0;
  } told{log, level};
  uint32_t count = drift::compare(
      as_bytes(view(collector.drift)), config, arena,
      [](void* context, const drift::Difference& d) {
        Told& t = *static_cast<Told*>(context);
        if (t.told++ >= kMostTold) return;
        Writer line;
        for (Text part : {d.path, Text(": compiled "), d.compiled, Text(", given "), d.given})
          for (char c : part)
            line.byte(static_cast<uint8_t>(c) < 0x20 || c == 0x7f ? ' ' : static_cast<uint8_t>(c));  // one line
        t.log.write_each(t.level, line.text());
      },
      &told);
  if (count == 0) {
    log.info("the config that was given is the one that this collector was compiled from", {{"given", names.text()}});
    return true;
  }
  log.write(level,
            "the config that was given differs from the compiled one, which is what runs; compile it again, or take it "
            "out of the task definition",
            {{"given", names.text()}, {"differences", count}, {"told", count < kMostTold ? count : kMostTold}});
  return false;
}

}  // namespace whittle
