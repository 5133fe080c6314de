// SPDX-License-Identifier: Apache-2.0
#include "compiler/aws/ecs/embedded.h"

#include "compiler/source/utf8.h"
#include "compiler/syntax/document.h"

#include <vector>

namespace whittle::aws::ecs {

using diag::Diag;
using source::Span;
using syntax::kNoNode;
using syntax::Node;
using syntax::NodeId;

namespace {

constexpr Diag<std::string_view, std::string_view> kNotJson{"E1004", "the text of `{}` is not JSON: {}"};

// The offset in `raw` of each byte of the text that it stands for, and of its end; empty when `raw` is no JSON string's
// inside.
std::vector<uint32_t> offsets(std::string_view raw, const std::string& text) {
  std::vector<uint32_t> out;
  std::string decoded;
  auto hex = [&](size_t at) -> int64_t {
    if (at + 4 > raw.size()) return -1;
    uint32_t v = 0;
    for (size_t i = at; i < at + 4; ++i) {
      char c = raw[i], low = static_cast<char>(c | 0x20);
      if (c >= '0' && c <= '9') v = v * 16 + static_cast<uint32_t>(c - '0');
      else if (low >= 'a' && low <= 'f') v = v * 16 + static_cast<uint32_t>(low - 'a' + 10);
      else return -1;
    }
    return v;
  };
  for (size_t i = 0; i < raw.size();) {
    size_t begin = i;
    if (raw[i] != '\\') {
      decoded += raw[i++];
    } else {
      if (i + 1 >= raw.size()) return {};
      char c = raw[i + 1];
      i += 2;
      if (c == 'u') {
        int64_t v = hex(i);
        if (v < 0) return {};
        i += 4;
        if (v >= 0xd800 && v < 0xdc00 && i + 6 <= raw.size() && raw[i] == '\\' && raw[i + 1] == 'u') {
          int64_t low = hex(i + 2);
          if (low >= 0xdc00 && low < 0xe000) {
            v = 0x10000 + ((v - 0xd800) << 10) + (low - 0xdc00);
            i += 6;
          }
        }
        source::append_utf8(decoded, static_cast<uint32_t>(v));
      } else {
        decoded += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'b' ? '\b' : c == 'f' ? '\f' : c;
      }
    }
    out.resize(decoded.size(), static_cast<uint32_t>(begin));
  }
  out.push_back(static_cast<uint32_t>(raw.size()));
  if (decoded != text) return {};
  return out;
}

// Adds the places of a line's bytes and of its end, which is written as `raw` at `begin`. Where something was put in
// place of a part of it (`${...}`), what stands around that part has its own place, and the part begins where it began.
bool add_line(std::string_view line, std::string_view raw, size_t begin, std::vector<uint32_t>& out) {
  size_t same = 0, end = 0;
  while (same < std::min(line.size(), raw.size()) && line[same] == raw[same]) ++same;
  const size_t rest = std::min(line.size(), raw.size()) - same;
  while (end < rest && line[line.size() - 1 - end] == raw[raw.size() - 1 - end]) ++end;
  if (line != raw && raw.find("${") == std::string_view::npos) return false;
  for (size_t k = 0; k <= line.size(); ++k) {
    const size_t at = k <= same ? k : k < line.size() - end ? same : raw.size() - (line.size() - k);
    out.push_back(static_cast<uint32_t>(begin + at));
  }
  return true;
}

// The same of a literal block: each line stands there behind the block's indentation.
std::vector<uint32_t> block_offsets(std::string_view raw, const std::string& text) {
  std::vector<uint32_t> out;
  size_t at = raw.starts_with('|') ? raw.find('\n') + 1 : 0;
  size_t indent = raw.find_first_not_of(" \n", at);
  if (indent == std::string_view::npos) return out;
  indent -= raw.rfind('\n', indent) + 1;  // npos + 1 is 0: the first line
  for (size_t i = 0; i < text.size();) {
    size_t end = std::min(text.find('\n', i), text.size());
    std::string_view line = std::string_view(text).substr(i, end - i);
    if (line.empty()) {
      out.push_back(static_cast<uint32_t>(std::min(at, raw.size())));
    } else {
      if (raw.size() < at + indent) return {};
      std::string_view written = raw.substr(at + indent, raw.find('\n', at + indent) - at - indent);
      if (!written.starts_with(line) && !add_line(line, written, at + indent, out)) return {};
      if (written.starts_with(line)) add_line(line, line, at + indent, out);
    }
    if (end == text.size()) return out;
    at = raw.find('\n', at);
    at = at == std::string_view::npos ? raw.size() : at + 1;
    i = end + 1;
  }
  out.push_back(static_cast<uint32_t>(std::min(at, raw.size())));
  return out;
}

}  // namespace

std::vector<uint32_t> offsets_in(std::string_view written, const std::string& text) {
  std::vector<uint32_t> out;
  if (written == text) {
    for (size_t i = 0; i <= text.size(); ++i) out.push_back(static_cast<uint32_t>(i));
  } else if (written.size() >= 2 && written.front() == '"' && written.back() == '"') {
    out = offsets(written.substr(1, written.size() - 2), text);
    for (uint32_t& o : out) ++o;
  } else {
    out = offsets(written, text);
    if (out.empty()) out = block_offsets(written, text);
  }
  return out;
}

NodeId read_embedded(NodeId node, std::string_view what, source::Sources& sources, syntax::Tree& tree,
                     diag::Diagnostics& diags) {
  const Span outer = tree.at(node).span;
  const std::string text = tree.at(node).text;
  std::vector<uint32_t> places;
  uint32_t base = outer.begin;
  if (outer) {
    std::string_view raw = sources.text(outer);
    if (raw.size() >= 2 && raw.front() == '"' && raw.back() == '"') {
      raw = raw.substr(1, raw.size() - 2);
      ++base;
    }
    places = raw == text && text.find('\n') != std::string::npos ? offsets_in(raw, text) : offsets(raw, text);
  }
  auto place = [&](Span s) {
    if (places.empty() || s.begin >= places.size() || s.end >= places.size()) return outer;
    return Span{outer.file, base + places[s.begin], base + places[s.end]};
  };
  source::FileId file = sources.add(std::string(what), text);
  diag::Diagnostics own;
  size_t first = tree.nodes.size();
  NodeId root = syntax::read_document(file, syntax::DocumentForm::Json, sources, tree, own);
  if (root == kNoNode || own.has_errors()) {
    const diag::Diagnostic* d = own.all().empty() ? nullptr : &own.all().front();
    std::string why = d == nullptr ? "it is empty" : d->message;
    if (why.starts_with("this is not JSON: ")) why = why.substr(18);
    diags.emit(kNotJson, d == nullptr || !d->span ? outer : place(d->span), what, why);
    return kNoNode;
  }
  for (size_t i = first; i < tree.nodes.size(); ++i) {
    Node& n = tree.nodes[i];
    n.span = place(n.span);
    for (syntax::Entry& e : n.entries) e.key_span = place(e.key_span);
  }
  return root;
}

}  // namespace whittle::aws::ecs
