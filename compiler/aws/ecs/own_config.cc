// SPDX-License-Identifier: Apache-2.0
#include "compiler/aws/ecs/own_config.h"

#include "compiler/aws/ecs/embedded.h"
#include "compiler/check/written.h"

#include <algorithm>

namespace whittle::aws::ecs {

using source::FileId;
using source::Span;

std::vector<ConfigArgument> config_arguments(const Container& x) {
  std::vector<ConfigArgument> out;
  const std::vector<Text>& words = x.command.items;
  for (size_t i = 0; i < words.size(); ++i) {
    const Text& word = words[i];
    std::string_view t = word.text;
    if (t.starts_with("--config=")) {
      out.push_back({word.known() ? std::string(t.substr(9)) : std::string(), word.span});
    } else if (t == "--config" && i + 1 < words.size()) {
      ++i;
      out.push_back({words[i].known() ? words[i].text : std::string(), words[i].span});
    }
  }
  return out;
}

// A config's text whose unknown parts are variables.
static std::string with_variables(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != kUnknownPart) {
      out += text[i];
      continue;
    }
    size_t name = name_at(text, i + 1);
    out += "${env:" + variable_of(text, i + 1) + "}";
    i += name;
  }
  return out;
}

std::optional<FileId> OwnConfigs::part(const Text& value, const std::string& name) {
  if (!value.written || value.text.empty() || value.text[0] == kUnknownPart) return std::nullopt;
  for (const Part& p : parts_) {
    if (p.outer == value.span) return p.file;
  }
  std::string text = with_variables(value.text);
  std::vector<uint32_t> offsets;
  if (value.span) offsets = offsets_in(sources_.text(value.span), text);
  Part p{sources_.add(name, std::move(text)), value.span, std::move(offsets)};
  parts_.push_back(std::move(p));
  return parts_.back().file;
}

std::optional<FileId> OwnConfigs::bundled(std::string_view path) {
  const BundledConfig* found = bundled_config(path);
  if (found == nullptr) return std::nullopt;
  for (const Part& p : parts_) {
    if (!p.outer && sources_.at(p.file).name == found->path) return p.file;
  }
  parts_.push_back({sources_.add(std::string(found->path), std::string(found->text)), {}, {}});
  return parts_.back().file;
}

std::optional<FileId> OwnConfigs::variable(std::string_view name, const Container& x) {
  if (const Variable* v = x.variable(name)) return part(v->value, std::string(name));
  const Variable* secret = x.secret(name);
  if (secret == nullptr) return std::nullopt;
  const std::string& from = secret->value.text;
  for (const TaskFile& file : files_) {
    for (const StoredParameter& p : file.parameters) {
      bool same = !secret->refers_to.empty() && secret->refers_to == p.id;
      if (!same && p.name.has_text()) {
        const std::string path = p.name.text.starts_with("/") ? p.name.text : "/" + p.name.text;
        same = from == p.name.text || from.ends_with(":parameter" + path);
      }
      if (same) return part(p.value, std::string(name));
    }
  }
  return std::nullopt;
}

std::optional<FileId> OwnConfigs::location(const std::string& where, const Container& x) {
  if (where.starts_with("env:")) return variable(std::string_view(where).substr(4), x);
  std::string path = where.starts_with("file:") ? where.substr(5) : where;
  if (!x.mounts_known) return std::nullopt;
  for (const Mount& m : x.mounts) {
    if (!m.path.has_text() || check::is_within(path, m.path.text)) return std::nullopt;
  }
  return bundled(path);
}

const check::Config* OwnConfigs::of(const Container& x, const CollectorImage& image) {
  std::vector<FileId> files;
  std::vector<ConfigArgument> arguments = config_arguments(x);
  bool own_variable = image.distribution == schema::Distribution::Adot || arguments.empty();
  if (own_variable && (x.variable(kConfigVariable) != nullptr || x.secret(kConfigVariable) != nullptr)) {
    auto file = variable(kConfigVariable, x);
    if (!file) return nullptr;
    files.push_back(*file);
  } else if (arguments.empty() && x.command.known && x.command.items.empty() && x.environment_known &&
             image.distribution == schema::Distribution::Adot && image.published) {
    if (auto file = location(std::string(kDefaultConfig), x)) files.push_back(*file);
  } else {
    for (const ConfigArgument& a : arguments) {
      auto file = location(a.location, x);
      if (!file) return nullptr;
      files.push_back(*file);
    }
  }
  // What `--set` adds is not read.
  bool more = std::any_of(x.command.items.begin(), x.command.items.end(),
                          [](const Text& t) { return t.text.starts_with("--set"); });
  if (files.empty() || more) return nullptr;
  for (const Checked& c : checked_) {
    if (c.files == files && c.distribution == image.distribution && c.contrib == image.contrib) return c.result.known();
  }
  check::CheckOptions options;
  options.distribution = image.distribution;
  options.contrib = image.contrib.value_or(options.contrib);
  if (x.stop_timeout.known) options.stop_timeout_s = x.stop_timeout.value;
  Checked& c = checked_.emplace_back(
      Checked{files, image.distribution, image.contrib, check::check_sources(files, sources_, options)});
  bool own = std::any_of(parts_.begin(), parts_.end(), [&](const Part& p) {
    return p.outer && std::find(files.begin(), files.end(), p.file) != files.end();
  });
  if (own) {
    for (const diag::Diagnostic& d : c.result.diagnostics.all()) diags_.take(d);
  }
  return c.result.known();
}

Span OwnConfigs::place(Span span) const {
  if (!span) return span;
  for (const Part& p : parts_) {
    if (p.file != span.file || !p.outer) continue;
    if (span.begin >= p.offsets.size() || span.end >= p.offsets.size()) return p.outer;
    return {p.outer.file, p.outer.begin + p.offsets[span.begin], p.outer.begin + p.offsets[span.end]};
  }
  return span;
}

}  // namespace whittle::aws::ecs
