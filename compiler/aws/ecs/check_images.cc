// SPDX-License-Identifier: Apache-2.0
// Images: what they are called, whether that name stays the same image, and which processor they are for.
#include "compiler/aws/ecs/checks.h"

#include <algorithm>
#include <iterator>

namespace whittle::aws::ecs {

using diag::Diag;

namespace {

constexpr Diag<std::string_view> kLatest{"W1020", "`{}` is not always the same image"};
constexpr Diag<std::string_view, std::string_view> kNoImage{"E1022", "`{}` is not the name of an image: {}"};
constexpr Diag<std::string_view, std::string_view> kProcessor{
    "E1017", "the collector is compiled for {}, and the task runs on {}"};
constexpr Diag<std::string_view> kWindows{"E1017", "the collector is a Linux executable, and the task runs on {}"};

// Tags that move on with each release.
constexpr std::string_view kMoving[] = {"latest",  "stable",  "main", "master",     "edge",    "nightly", "dev",
                                        "develop", "staging", "prod", "production", "release", "current", "snapshot"};

void platform(TaskCheck& c) {
  const TaskDefinition& t = c.task;
  if (c.collector == nullptr || c.image.stock()) return;
  if (t.operating_system.has_text() && t.operating_system.text != "LINUX") {
    c.diags.emit(kWindows, t.operating_system.span, t.operating_system.text).here("`LINUX` is needed");
    return;
  }
  if (c.inputs.target.empty() || (t.cpu_architecture.written && !t.cpu_architecture.known())) return;
  std::string task = t.cpu_architecture.written ? t.cpu_architecture.text : "X86_64";
  std::string compiled = c.inputs.target == "aarch64" || c.inputs.target == "arm64" ? "ARM64" : "X86_64";
  if (task == compiled || (!c.fargate && !t.cpu_architecture.written)) return;
  auto d = c.diags.emit(kProcessor, t.cpu_architecture.written ? t.cpu_architecture.span : t.span, compiled, task);
  if (t.cpu_architecture.written)
    d.here("the container stops with \"exec format error\"")
        .suggest(t.cpu_architecture.span, c.as_written(t.cpu_architecture.span, compiled));
  else
    d.note("`runtimePlatform` is not written, which means X86_64; the container stops with \"exec format error\"")
        .help("write `\"runtimePlatform\": {\"cpuArchitecture\": \"{}\", \"operatingSystemFamily\": \"LINUX\"}`",
              compiled);
}

}  // namespace

std::string image_problem(const std::string& text) {
  if (text.find("://") != std::string::npos) return "it begins like a URL";
  if (text.find_first_of(" \t") != std::string::npos) return "there is a space in it";
  ImageReference r = parse_image(text);
  if (r.repository.empty()) return "there is no repository in it";
  if (std::any_of(r.repository.begin(), r.repository.end(), [](char ch) { return ch >= 'A' && ch <= 'Z'; }))
    return "repositories are written in small letters";
  if (!r.digest.empty() && (!r.digest.starts_with("sha256:") || r.digest.size() != 71))
    return "a digest is `sha256:` and 64 letters and digits";
  size_t ecr = r.registry.find(".dkr.ecr.");
  if (ecr != std::string::npos && (ecr != 12 || r.registry.find_first_not_of("0123456789") != 12))
    return "account ids have twelve digits, and `" + r.registry.substr(0, ecr) + "` is none";
  return {};
}

void check_images(TaskCheck& c) {
  for (const Container& x : c.task.containers) {
    if (x.image.known() && x.image.text.empty()) c.diags.emit(kNoImage, x.image.span, "", "it is empty");
    if (!x.image.has_text()) continue;
    const std::string& text = x.image.text;
    if (std::string why = image_problem(text); !why.empty()) {
      c.diags.emit(kNoImage, x.image.span, text, why);
      continue;
    }
    ImageReference r = parse_image(text);
    bool moving = r.tag.empty() || std::find(std::begin(kMoving), std::end(kMoving), r.tag) != std::end(kMoving);
    if (r.digest.empty() && moving) {
      auto d = c.diags.emit(kLatest, x.image.span, text);
      if (r.tag.empty()) d.here("no tag means `latest`");
      else d.here("`{}` moves on", r.tag);
      d.note("a task that starts tomorrow, or that scales out, may run something else than what was tested");
      d.help("name a version, or the digest that `docker push` printed: `{}@sha256:...`",
             (r.registry.empty() ? "" : r.registry + "/") + r.repository);
    }
  }
  platform(c);
}

}  // namespace whittle::aws::ecs
