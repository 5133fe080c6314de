// SPDX-License-Identifier: Apache-2.0
// The commands that need nothing but the front end: check, iam, taskdef, explain, schema, components. Each takes the
// arguments behind its name, writes its result to `out` and complaints about its arguments to `err`, and returns the
// exit code: 0, 1 (errors in the config), 2 (could not run).
#pragma once

#include "compiler/check/front_end.h"
#include "compiler/diag/render.h"

#include <span>
#include <string>
#include <string_view>

namespace whittle::report {

using Arguments = std::span<const std::string_view>;

struct Output {
  std::string out;
  std::string err;
  bool colours = false;        // standard output is a terminal that wants them
  std::string_view version{};  // of whittle
};

// whittle check CONFIG... [--config FILE]... [--format text|json|sarif|github] [--strict] [--stop-timeout DURATION]
// Each CONFIG is a config of its own; all `--config` together are one. Many are checked at the same time, and told of
// in the order in which they are named.
int check_command(Arguments arguments, Output& output);

// whittle taskdef CONFIG... [--format json|terraform|cloudformation|cdk|compose] [--image REFERENCE] ...
int taskdef_command(Arguments arguments, Output& output);

// whittle iam CONFIG... [--role task|execution|trust] [--format json|terraform|cloudformation|cdk] [--account ID]
// [--region R] [--image REF] [--log-group G] [--secret NAME=ARN]... [--kms-key ARN]...
// whittle iam diff OLD NEW [the same options]
// The least-privilege policies that a config needs.
int iam_command(Arguments arguments, Output& output);

// whittle print-config CONFIG... [--defaults]
int print_config_command(Arguments arguments, Output& output);

// whittle graph CONFIG... [--html FILE]
int graph_command(Arguments arguments, Output& output);

// whittle init [--signals LIST] [--task-definition FILE] ...
int init_command(Arguments arguments, Output& output);

// whittle lsp: reads standard input and writes standard output until the editor ends it.
int lsp_command(Arguments arguments, Output& output);

// whittle explain CODE
int explain_command(Arguments arguments, Output& output);

// whittle schema
int schema_command(Arguments arguments, Output& output);

// whittle components [NAME | KIND/NAME]... [--markdown]
int components_command(Arguments arguments, Output& output);

// JSON Schema 2020-12 of a whole config.
std::string json_schema();

// The reference page of a component, as plain text for terminals or as Markdown.
std::string reference_page(const schema::Component& component, bool markdown);

// The reference page of `service`.
std::string service_page(bool markdown);

// The reference page of the transformation language, as Markdown: every path and function, and whether it is compiled.
std::string ottl_page();

}  // namespace whittle::report
