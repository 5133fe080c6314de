// SPDX-License-Identifier: Apache-2.0
#include "compiler/syntax/document.h"

#include "compiler/syntax/load.h"

namespace whittle::syntax {

using diag::Diag;

namespace {

constexpr Diag<std::string_view, std::string_view> kCannotRead{"E0001", "cannot read `{}`: {}"};
constexpr Diag<std::string_view, uint64_t, uint64_t> kTooLarge{"E0002", "`{}` has {} MB, and at most {} are read"};

Dialect dialect_of(const std::string& text, DocumentForm form) {
  if (form != DocumentForm::Either) return form == DocumentForm::Json ? Dialect::Json : Dialect::Document;
  size_t first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  bool json = first != std::string::npos && (text[first] == '{' || text[first] == '[');
  return json ? Dialect::Json : Dialect::Document;
}

}  // namespace

NodeId read_document(source::FileId file, DocumentForm form, const source::Sources& sources, Tree& tree,
                     diag::Diagnostics& diags) {
  if (!check_bytes(file, sources, diags)) return kNoNode;
  return read_yaml(file, sources, tree, diags, dialect_of(sources.at(file).text, form));
}

NodeId read_document(const std::string& path, DocumentForm form, source::Sources& sources, Tree& tree,
                     diag::Diagnostics& diags, bool& unreadable) {
  std::string text;
  uint64_t size = 0;
  source::ReadError error = source::read_file(path, text, size, source::kMaxDocumentSize);
  std::string name = path == "-" ? "standard input" : path;
  if (error == source::ReadError::TooLarge) {
    diags.emit(kTooLarge, {}, name, size >> 20, source::kMaxDocumentSize >> 20);
    return kNoNode;
  }
  if (error != source::ReadError::None) {
    diags.emit(kCannotRead, {}, name, source::words_of(error));
    unreadable = true;
    return kNoNode;
  }
  return read_document(sources.add(std::move(name), std::move(text)), form, sources, tree, diags);
}

}  // namespace whittle::syntax
