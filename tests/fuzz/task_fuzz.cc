// SPDX-License-Identifier: Apache-2.0
// Any bytes as a task definition, a template and a plan: read, checked against a config, rendered; never a crash, and
// the same findings each time.
#include "compiler/aws/ecs/checks.h"
#include "compiler/aws/ecs/files.h"
#include "compiler/check/front_end.h"
#include "compiler/diag/render.h"

#include <cstdlib>

namespace {

using namespace whittle;

const check::CheckResult& config() {
  static const check::CheckResult result = check::check_text(
      "c.yaml",
      "extensions: {health_check: }\nreceivers: {otlp: {protocols: {grpc: , http: }}, awsecscontainermetrics: }\n"
      "exporters: {awsxray: {region: us-east-1}, awsemf: {namespace: '${env:NAMESPACE}'}}\n"
      "service: {extensions: [health_check], pipelines: {traces: {receivers: [otlp], exporters: [awsxray]}, "
      "metrics: {receivers: [otlp, awsecscontainermetrics], exporters: [awsemf]}}}\n",
      {});
  if (!result.config) std::abort();
  return result;
}

std::string run(aws::ecs::FileKind kind, const std::string& text, const check::Config* with,
                const aws::RoleOptions& roles) {
  source::Sources sources;
  diag::Diagnostics diags;
  syntax::Tree tree;
  // The config's places are in its own sources: one text stands in for them.
  if (with != nullptr) sources.add("c.yaml", std::string(config().sources->at(0).text));
  source::FileId file = sources.add("t", text);
  aws::ecs::Reading reading{tree, sources, diags, roles.surroundings};
  std::vector<aws::ecs::TaskFile> files;
  files.push_back(aws::ecs::read_task_text(kind, file, reading));
  aws::ecs::check_read_files(files, tree, {}, with, 5000, roles, {}, sources, diags);
  diags.sort();
  return diag::render(diags, sources, {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  aws::RoleOptions roles;
  if (size % 2 == 0) roles.surroundings = {"", "us-east-1", "123456789012"};
  for (auto kind : {aws::ecs::FileKind::TaskDefinition, aws::ecs::FileKind::CloudFormation,
                    aws::ecs::FileKind::Terraform, aws::ecs::FileKind::Module}) {
    const check::Config* with = size % 3 == 0 ? nullptr : &*config().config;
    std::string first = run(kind, text, with, roles);
    if (first != run(kind, text, with, roles)) std::abort();
  }
  return 0;
}
