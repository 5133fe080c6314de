// SPDX-License-Identifier: Apache-2.0
// The Language Server Protocol (3.17), as far as an editor of configs needs it: diagnostics, hover, completion, going
// to a component's definition, and suggestions as quick fixes. Documents are held whole and checked at each change.
#pragma once

#include "compiler/check/front_end.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace whittle::report {

class LanguageServer {
public:
  LanguageServer(check::CheckOptions options, std::string version)
      : options_(std::move(options)), version_(std::move(version)) {}

  // Takes one message, a JSON text, and returns those to send, in order. What is no message is answered with an error;
  // nothing that a client sends ends the server but `exit`.
  std::vector<std::string> handle(const std::string& message);

  bool done() const { return done_; }
  int exit_code() const { return shut_down_ ? 0 : 1; }

private:
  struct Document {
    std::string text;
    check::CheckResult result;
  };
  void changed(const std::string& uri, std::string text, std::vector<std::string>& out);
  std::string hover(const Document& d, uint32_t line, uint32_t character) const;
  std::string completion(const Document& d, uint32_t line, uint32_t character) const;
  std::string definition(const std::string& uri, const Document& d, uint32_t line, uint32_t character) const;
  std::string code_actions(const std::string& uri, const Document& d, uint32_t first, uint32_t last) const;

  check::CheckOptions options_;
  std::string version_;
  std::map<std::string, Document> documents_;
  bool shut_down_ = false, done_ = false;
};

}  // namespace whittle::report
