// SPDX-License-Identifier: Apache-2.0
// Diagnostics for tools.
#include "compiler/diag/catalog.h"
#include "compiler/diag/render_parts.h"
#include "compiler/source/json.h"

#include <algorithm>
#include <vector>

namespace whittle::diag {

using source::json_quote;

std::string_view severity_name(Severity severity) {
  return severity == Severity::Error ? "error" : severity == Severity::Warning ? "warning" : "note";
}

namespace {

// Regions end behind the last column, as SARIF and editors count.
struct Region {
  source::Location begin, end;
};

Region region_of(source::Span span, const source::Sources& sources) {
  return {sources.locate(span.file, span.begin), sources.locate(span.file, span.end)};
}

std::string number(uint32_t n) {
  return std::to_string(n);
}

std::string json_place(source::Span span, const source::Sources& sources) {
  Region r = region_of(span, sources);
  return "\"file\": " + json_quote(sources.at(span.file).name) + ", \"line\": " + number(r.begin.line) +
         ", \"column\": " + number(r.begin.column) + ", \"end_line\": " + number(r.end.line) +
         ", \"end_column\": " + number(r.end.column);
}

std::string json_texts(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& t : texts) out += (out.size() > 1 ? ", " : "") + json_quote(t);
  return out + "]";
}

// What one message holds where there is no room for a drawing.
std::string whole_message(const Diagnostic& d) {
  std::string out = d.message;
  if (!d.label.empty()) out += ": " + d.label;
  for (const std::string& n : d.notes) out += "\nnote: " + n;
  for (const std::string& h : d.helps) out += "\nhelp: " + h;
  return out;
}

// A path as a relative URI: what is no unreserved character or slash becomes %XX.
std::string uri_of(std::string_view path) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out = path.starts_with('/') ? "file://" : "";
  for (char c : path) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                 c == '_' || c == '~' || c == '/';
    if (plain) {
      out += c;
    } else {
      auto u = static_cast<unsigned char>(c);
      ((out += '%') += kHex[u >> 4]) += kHex[u & 15];
    }
  }
  return out;
}

std::string sarif_location(source::Span span, const source::Sources& sources, const std::string* message) {
  Region r = region_of(span, sources);
  std::string out =
      "{\"physicalLocation\": {\"artifactLocation\": {\"uri\": " + json_quote(uri_of(sources.at(span.file).name)) +
      "}, \"region\": {\"startLine\": " + number(r.begin.line) + ", \"startColumn\": " + number(r.begin.column) +
      ", \"endLine\": " + number(r.end.line) + ", \"endColumn\": " + number(r.end.column) + "}}";
  if (message != nullptr) out += ", \"message\": {\"text\": " + json_quote(*message) + "}";
  return out + "}";
}

// GitHub's escapes of a command's data, and of its properties.
std::string github_escape(std::string_view text, bool property) {
  std::string out;
  for (char c : text) {
    if (c == '%') out += "%25";
    else if (c == '\r') out += "%0D";
    else if (c == '\n') out += "%0A";
    else if (property && c == ':') out += "%3A";
    else if (property && c == ',') out += "%2C";
    else out += c;
  }
  return out;
}

template <class F>
void each(std::span<const Findings> findings, F f) {
  for (const Findings& x : findings) {
    for (const Diagnostic& d : x.diagnostics->all()) f(d, *x.sources);
  }
}

}  // namespace

std::string render_json(std::span<const Findings> findings) {
  size_t errors = 0, warnings = 0;
  std::string out = "{\n  \"diagnostics\": [";
  bool first = true;
  each(findings, [&](const Diagnostic& d, const source::Sources& sources) {
    out += first ? "\n" : ",\n";
    first = false;
    out += "    {\"severity\": " + json_quote(severity_name(d.severity)) + ", \"code\": " + json_quote(d.code) +
           ", \"message\": " + json_quote(d.message);
    if (d.span) out += ", " + json_place(d.span, sources);
    if (!d.label.empty()) out += ", \"label\": " + json_quote(d.label);
    if (!d.labels.empty()) {
      out += ", \"related\": [";
      for (size_t i = 0; i < d.labels.size(); ++i) {
        out += std::string(i != 0 ? ", " : "") + "{" + json_place(d.labels[i].span, sources) +
               ", \"message\": " + json_quote(d.labels[i].text) + "}";
      }
      out += "]";
    }
    if (!d.notes.empty()) out += ", \"notes\": " + json_texts(d.notes);
    if (!d.helps.empty()) out += ", \"help\": " + json_texts(d.helps);
    if (!d.suggestions.empty()) {
      out += ", \"suggestions\": [";
      for (size_t i = 0; i < d.suggestions.size(); ++i) {
        out += std::string(i != 0 ? ", " : "") + "{" + json_place(d.suggestions[i].span, sources) +
               ", \"replacement\": " + json_quote(d.suggestions[i].replacement) + "}";
      }
      out += "]";
    }
    out += "}";
  });
  out += first ? "],\n" : "\n  ],\n";
  for (const Findings& f : findings) {
    errors += f.diagnostics->count(Severity::Error);
    warnings += f.diagnostics->count(Severity::Warning);
  }
  if (findings.size() > 1) out += "  \"configs\": " + std::to_string(findings.size()) + ",\n";
  return out + "  \"errors\": " + std::to_string(errors) + ",\n  \"warnings\": " + std::to_string(warnings) + "\n}\n";
}

std::string render_sarif(std::span<const Findings> findings, std::string_view version) {
  std::vector<std::string_view> codes;
  each(findings, [&](const Diagnostic& d, const source::Sources&) { codes.push_back(d.code); });
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());

  std::string out = "{\n  \"$schema\": "
                    "\"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json\",\n"
                    "  \"version\": \"2.1.0\",\n  \"runs\": [{\n    \"tool\": {\"driver\": {\"name\": \"whittle\"";
  if (!version.empty()) out += ", \"version\": " + json_quote(version);
  out += ", \"rules\": [";
  for (size_t i = 0; i < codes.size(); ++i) {
    out += (i != 0 ? ",\n      " : "\n      ");
    out += "{\"id\": " + json_quote(codes[i]);
    if (const Explanation* e = explain(codes[i])) {
      out += ", \"shortDescription\": {\"text\": " + json_quote(e->title) +
             "}, \"help\": {\"text\": " + json_quote(e->text) + "}";
    }
    out += "}";
  }
  out += "]}},\n    \"columnKind\": \"unicodeCodePoints\",\n    \"results\": [";
  bool first = true;
  each(findings, [&](const Diagnostic& d, const source::Sources& sources) {
    size_t rule = static_cast<size_t>(std::lower_bound(codes.begin(), codes.end(), d.code) - codes.begin());
    out += first ? "\n      " : ",\n      ";
    first = false;
    out += "{\"ruleId\": " + json_quote(d.code) + ", \"ruleIndex\": " + std::to_string(rule) +
           ", \"level\": " + json_quote(severity_name(d.severity)) +
           ", \"message\": {\"text\": " + json_quote(whole_message(d)) + "}, \"locations\": [";
    if (d.span) out += sarif_location(d.span, sources, nullptr);
    out += "]";
    if (!d.labels.empty()) {
      out += ", \"relatedLocations\": [";
      for (size_t i = 0; i < d.labels.size(); ++i)
        out += (i != 0 ? ", " : "") + sarif_location(d.labels[i].span, sources, &d.labels[i].text);
      out += "]";
    }
    if (!d.suggestions.empty()) {
      out += ", \"fixes\": [";
      for (size_t i = 0; i < d.suggestions.size(); ++i) {
        const Suggestion& s = d.suggestions[i];
        Region r = region_of(s.span, sources);
        out += std::string(i != 0 ? ", " : "") +
               "{\"description\": {\"text\": " + json_quote("replace with `" + s.replacement + "`") +
               "}, \"artifactChanges\": [{\"artifactLocation\": {\"uri\": " +
               json_quote(uri_of(sources.at(s.span.file).name)) +
               "}, \"replacements\": [{\"deletedRegion\": {\"startLine\": " + number(r.begin.line) +
               ", \"startColumn\": " + number(r.begin.column) + ", \"endLine\": " + number(r.end.line) +
               ", \"endColumn\": " + number(r.end.column) +
               "}, \"insertedContent\": {\"text\": " + json_quote(s.replacement) + "}}]}]}";
      }
      out += "]";
    }
    out += "}";
  });
  return out + (first ? "]\n  }]\n}\n" : "\n    ]\n  }]\n}\n");
}

std::string render_github(std::span<const Findings> findings) {
  std::string out;
  each(findings, [&](const Diagnostic& d, const source::Sources& sources) {
    out += d.severity == Severity::Note ? "::notice " : "::" + std::string(severity_name(d.severity)) + " ";
    if (d.span) {
      Region r = region_of(d.span, sources);
      out += "file=" + github_escape(sources.at(d.span.file).name, true) + ",line=" + number(r.begin.line) +
             ",endLine=" + number(r.end.line) + ",col=" + number(r.begin.column) +
             ",endColumn=" + number(r.end.column) + ",";
    }
    out += "title=" + github_escape("whittle " + d.code, true) + "::" + github_escape(whole_message(d), false) + "\n";
  });
  return out + summary(findings);
}

std::string render(std::span<const Findings> findings, const RenderOptions& options) {
  switch (options.format) {
  case Format::Text: return render_text(findings, options);
  case Format::Json: return render_json(findings);
  case Format::Sarif: return render_sarif(findings, options.version);
  case Format::Github: return render_github(findings);
  }
  return {};
}

std::string render(const Diagnostics& diags, const source::Sources& sources, const RenderOptions& options) {
  Findings one{&diags, &sources};
  return render({&one, 1}, options);
}

}  // namespace whittle::diag
