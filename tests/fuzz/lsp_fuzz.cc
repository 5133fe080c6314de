// SPDX-License-Identifier: Apache-2.0
// Any bytes as what an editor sends: as lines that are a message each, or, when they do not begin with one, as a stream
// with headers. Never a crash; every answer is a JSON object that says which protocol it is of, and the same answers
// come each time. References to files are not followed, so that a run depends on its input alone.
#include "compiler/report/language_server.h"
#include "compiler/report/lsp_frames.h"
#include "compiler/syntax/document.h"

#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace whittle;

constexpr size_t kMostMessages = 50;

std::vector<std::string> messages_of(const std::string& text) {
  std::vector<std::string> out;
  if (text.starts_with('{') || text.starts_with('[')) {
    for (size_t at = 0; at < text.size() && out.size() < kMostMessages;) {
      size_t end = std::min(text.find('\n', at), text.size());
      out.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    return out;
  }
  std::string copy = text;
  std::FILE* in = fmemopen(copy.data(), copy.size(), "r");
  if (in == nullptr) return out;
  std::string message;
  while (out.size() < kMostMessages && report::read_message(in, message)) out.push_back(message);
  std::fclose(in);
  return out;
}

std::vector<std::string> answers_to(const std::vector<std::string>& messages) {
  report::LanguageServer server({}, "0.0.0");
  std::vector<std::string> out;
  for (const std::string& m : messages) {
    if (server.done()) break;
    for (std::string& answer : server.handle(m)) out.push_back(std::move(answer));
  }
  return out;
}

void must_be_an_answer(const std::string& text) {
  source::Sources sources;
  syntax::Tree tree;
  diag::Diagnostics diags;
  source::FileId file = sources.add("answer", text);
  syntax::NodeId root = syntax::read_document(file, syntax::DocumentForm::Json, sources, tree, diags);
  if (root == syntax::kNoNode || diags.has_errors() || tree.at(root).find("jsonrpc") == nullptr) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  if (size == 0 || text.find("{file:") != std::string::npos || text.find("\\u") != std::string::npos) return 0;
  const std::vector<std::string> messages = messages_of(text), answers = answers_to(messages);
  for (const std::string& a : answers) must_be_an_answer(a);
  if (answers != answers_to(messages)) std::abort();
  return 0;
}
