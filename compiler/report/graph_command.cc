// SPDX-License-Identifier: Apache-2.0
// whittle graph: the pipelines of a config, what each component takes, changes and calls. As text, or as one page of
// HTML that needs nothing but a browser: an SVG within, dark or light as its reader has it.
#include "compiler/aws/needs.h"
#include "compiler/check/checks.h"
#include "compiler/check/listeners.h"
#include "compiler/report/commands.h"
#include "compiler/report/options.h"
#include "compiler/report/role_options.h"

#include <algorithm>
#include <fstream>
#include <map>

namespace whittle::report {

using check::Config;
using check::Instance;
using check::InstanceId;
using check::Pipeline;

namespace {

constexpr std::string_view kUsage = "graph CONFIG... [option...]";
constexpr std::string_view kAbout =
    "Shows what goes where: pipelines, what each component does, where it listens, what it calls of AWS. Several "
    "CONFIGs are\nmerged.\n"
    "\n"
    "Exit code 0: shown. 1: the config has errors. 2: could not run.";

const std::vector<OptionSpec>& specs() {
  static const std::vector<OptionSpec> all = [] {
    std::vector<OptionSpec> out = {{"--html", "FILE", "writes a page with a drawing instead, - for standard output"}};
    add_place_options(out);
    add_collector_option(out);
    return with_config_options(std::move(out));
  }();
  return all;
}

// All that is known of a config, by instance.
struct Known {
  const Config& config;
  std::map<const Instance*, std::vector<std::string>> listens;
  std::map<std::string, std::vector<std::string>> calls;  // by "exporters::x"

  Known(const Config& c, const aws::Surroundings& surroundings) : config(c) {
    for (const check::Listener& l : check::listeners(c)) {
      if (l.instance == nullptr) continue;
      std::string at = !l.socket.empty() ? l.socket : l.address;
      listens[l.instance].push_back(at + (l.udp ? "/udp" : "") +
                                    (l.protocols.empty() ? "" : " (" + l.protocols.front() + ")"));
    }
    for (const aws::Need& n : aws::task_needs(c, surroundings)) {
      std::vector<std::string>& list = calls[n.who];
      std::string what = n.action + (n.resource == "*" ? "" : " on " + n.resource) +
                         (n.assumed_role.empty() ? "" : " as " + n.assumed_role);
      if (std::find(list.begin(), list.end(), what) == list.end()) list.push_back(what);
    }
  }
  const Instance& at(InstanceId i) const { return config.instances[i]; }
  const std::vector<std::string>& calls_of(const Instance& i) const {
    static const std::vector<std::string> none;
    auto it = calls.find(check::setting_path(i));
    return it == calls.end() ? none : it->second;
  }
};

// The first sentence of what the declaration says.
std::string about(const Instance& i) {
  std::string_view doc = i.component->doc;
  size_t end = doc.find(". ");
  std::string out(doc.substr(0, end == std::string_view::npos ? doc.size() : end));
  while (out.ends_with('.')) out.pop_back();
  return out;
}

// ---- text

std::string text_of(const Known& k) {
  std::string out;
  auto one = [&](InstanceId id, std::string_view arrow) {
    const Instance& i = k.at(id);
    out += "  " + std::string(arrow) + i.id;
    if (i.component->kind == schema::ComponentKind::Connector) out += " (connector)";
    out += ": " + about(i) + "\n";
    if (auto it = k.listens.find(&i); it != k.listens.end() && arrow == "   ") {
      for (const std::string& l : it->second) out += "       listens on " + l + "\n";
    }
  };
  for (const Pipeline& p : k.config.pipelines) {
    out += p.name + "\n";
    for (InstanceId i : p.receivers) one(i, "   ");
    for (InstanceId i : p.processors) one(i, "-> ");
    for (InstanceId i : p.exporters) one(i, "=> ");
    out += "\n";
  }
  if (!k.config.extensions.empty()) {
    out += "extensions\n";
    for (InstanceId i : k.config.extensions) one(i, "   ");
    out += "\n";
  }
  if (!k.calls.empty()) {
    out += "calls of AWS, with the task role\n";
    for (const auto& [who, actions] : k.calls) {
      out += "   " + who + "\n";
      for (const std::string& a : actions) out += "       " + a + "\n";
    }
    out += "\n";
  }
  if (!out.empty()) out.pop_back();
  return out;
}

// ---- page

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

std::string cut(const std::string& text, size_t most) {
  if (text.size() <= most) return text;
  size_t end = most - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

// Words in lines of at most `width` letters, two lines at the most.
std::vector<std::string> wrapped(const std::string& text, size_t width) {
  std::vector<std::string> lines;
  size_t at = 0;
  while (at < text.size() && lines.size() < 2) {
    size_t end = std::min(at + width, text.size());
    if (end < text.size()) {
      size_t space = text.rfind(' ', end);
      if (space != std::string::npos && space > at) end = space;
    }
    lines.push_back(text.substr(at, end - at));
    at = end + (end < text.size() && text[end] == ' ');
  }
  if (at < text.size() && !lines.empty()) lines.back() = cut(lines.back() + "...", width);
  return lines;
}

constexpr int kWidth = 216, kHeight = 74, kGapX = 46, kGapY = 14, kLeft = 36, kHead = 34, kPad = 18;

struct Box {
  int x = 0, y = 0;
  std::string svg;
};

class Drawing {
public:
  explicit Drawing(const Known& k) : k_(k) {}

  std::string draw() {
    for (const Pipeline& p : k_.config.pipelines) lane(p);
    // Connectors join lanes.
    for (auto& [id, from] : connector_out_) {
      for (auto& [in_id, to] : connector_in_) {
        if (id != in_id || from.first == to.first) continue;
        if (!check::joins(k_.config, id, k_.config.pipelines[from.first], k_.config.pipelines[to.first])) continue;
        join(from.second.first + kWidth, from.second.second, bottoms_[from.first], to.second.first, to.second.second);
      }
    }
    return "<svg viewBox=\"0 0 " + std::to_string(width_ + kLeft) + " " + std::to_string(y_ + 4) + "\" width=\"" +
           std::to_string(width_ + kLeft) + "\" role=\"img\" aria-label=\"pipelines\">\n" + lanes_ + edges_ + boxes_ +
           "</svg>\n";
  }

private:
  void path(int x1, int y1, int x2, int y2, std::string_view kind) {
    int bend = std::max(24, std::abs(x2 - x1) / 2);
    edges_ += "<path class=\"" + std::string(kind) + "\" d=\"M" + std::to_string(x1) + " " + std::to_string(y1) + " C" +
              std::to_string(x1 + bend) + " " + std::to_string(y1) + " " + std::to_string(x2 - bend) + " " +
              std::to_string(y2) + " " + std::to_string(x2) + " " + std::to_string(y2) + "\"/>\n";
  }

  // To the right, along the foot of the lane to the left, and to where it goes on.
  void join(int x1, int y1, int foot, int x2, int y2) {
    edges_ += "<path class=\"join\" d=\"M" + std::to_string(x1) + " " + std::to_string(y1) + " H" +
              std::to_string(x1 + 18) + " V" + std::to_string(foot) + " H" + std::to_string(x2 - 20) + " V" +
              std::to_string(y2) + " H" + std::to_string(x2) + "\"/>\n";
  }

  void box(InstanceId id, int x, int y) {
    const Instance& i = k_.at(id);
    std::string kind(schema::name_of(i.component->kind));
    std::string what = about(i), small;
    if (auto it = k_.listens.find(&i); it != k_.listens.end()) {
      for (const std::string& l : it->second) small += (small.empty() ? "" : ", ") + l;
    }
    const std::vector<std::string>& calls = k_.calls_of(i);
    if (small.empty() && !calls.empty()) small = calls.front().substr(0, calls.front().find(' '));
    boxes_ += "<g class=\"" + kind + "\"><title>" + escaped(what) + "</title><rect x=\"" + std::to_string(x) +
              "\" y=\"" + std::to_string(y) + "\" width=\"" + std::to_string(kWidth) + "\" height=\"" +
              std::to_string(kHeight) + "\" rx=\"8\"/>";
    auto line = [&](int dy, std::string_view css, const std::string& text) {
      boxes_ += "<text class=\"" + std::string(css) + "\" x=\"" + std::to_string(x + 12) + "\" y=\"" +
                std::to_string(y + dy) + "\">" + escaped(text) + "</text>";
    };
    line(20, "id", cut(i.id, 26));
    int dy = 37;
    for (const std::string& l : wrapped(what, 32)) {
      line(dy, "about", l);
      dy += 13;
    }
    if (!small.empty()) line(66, "small", cut(small, 30));
    boxes_ += "</g>\n";
  }

  void lane(const Pipeline& p) {
    size_t index = static_cast<size_t>(&p - k_.config.pipelines.data());
    size_t rows = std::max<size_t>({p.receivers.size(), p.exporters.size(), 1});
    int inner = static_cast<int>(rows) * (kHeight + kGapY) - kGapY;
    int top = y_ + kHead, middle = top + inner / 2;
    int columns = 2 + static_cast<int>(p.processors.size());
    int last = kLeft + (columns - 1) * (kWidth + kGapX);
    width_ = std::max(width_, last + kWidth);
    auto stack = [&](size_t n, size_t count) {
      int height = static_cast<int>(count) * (kHeight + kGapY) - kGapY;
      return top + (inner - height) / 2 + static_cast<int>(n) * (kHeight + kGapY);
    };
    lanes_ += "<text class=\"lane\" x=\"" + std::to_string(kLeft) + "\" y=\"" + std::to_string(y_ + 22) + "\">" +
              escaped(p.name) + "</text>\n";
    for (size_t n = 0; n < p.receivers.size(); ++n) {
      int y = stack(n, p.receivers.size());
      box(p.receivers[n], kLeft, y);
      if (k_.at(p.receivers[n]).component->kind == schema::ComponentKind::Connector)
        connector_in_.emplace_back(p.receivers[n], std::pair(index, std::pair(kLeft, y + kHeight / 2)));
      if (!p.processors.empty()) path(kLeft + kWidth, y + kHeight / 2, kLeft + kWidth + kGapX, middle, "edge");
    }
    int x = kLeft + kWidth + kGapX;
    for (size_t n = 0; n < p.processors.size(); ++n, x += kWidth + kGapX) {
      box(p.processors[n], x, middle - kHeight / 2);
      if (n > 0) path(x - kGapX, middle, x, middle, "edge");
    }
    for (size_t n = 0; n < p.exporters.size(); ++n) {
      int y = stack(n, p.exporters.size());
      box(p.exporters[n], last, y);
      if (k_.at(p.exporters[n]).component->kind == schema::ComponentKind::Connector)
        connector_out_.emplace_back(p.exporters[n], std::pair(index, std::pair(last, y + kHeight / 2)));
      if (!p.processors.empty()) {
        path(last - kGapX, middle, last, y + kHeight / 2, "edge");
        continue;
      }
      for (size_t r = 0; r < p.receivers.size(); ++r)
        path(kLeft + kWidth, stack(r, p.receivers.size()) + kHeight / 2, last, y + kHeight / 2, "edge");
    }
    bottoms_.push_back(top + inner + kPad / 2);
    y_ = top + inner + kPad;
    lanes_ += "<line class=\"rule\" x1=\"" + std::to_string(kLeft) + "\" y1=\"" + std::to_string(y_) +
              "\" x2=\"100%\" y2=\"" + std::to_string(y_) + "\"/>\n";
  }

  const Known& k_;
  std::string lanes_, edges_, boxes_;
  std::vector<int> bottoms_;  // of lanes
  int y_ = 0, width_ = 0;
  std::vector<std::pair<InstanceId, std::pair<size_t, std::pair<int, int>>>> connector_out_, connector_in_;
};

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1f24; --soft: #59636e; --line: #c4ccd4; --edge: #8593a0;
  --receiver: #e3f0fd; --receiver-line: #4a90d9; --processor: #eef0f2; --processor-line: #9aa5b1; --exporter: #e3f6e8;
  --exporter-line: #3f9d58; --connector: #fdf0d8; --connector-line: #c98a1b; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181d; --ink: #e6edf3; --soft: #9aa7b4; --line: #333c46; --edge: #6b7885;
  --receiver: #12283e; --receiver-line: #4a90d9; --processor: #20262d; --processor-line: #66727f; --exporter: #12301c;
  --exporter-line: #3f9d58; --connector: #35280f; --connector-line: #c98a1b; } }
body { margin: 0; padding: 24px; background: var(--paper); color: var(--ink); font: 14px/1.45 system-ui, sans-serif; }
h1 { font-size: 19px; margin: 0 0 4px; } h2 { font-size: 15px; margin: 28px 0 6px; } p { color: var(--soft); margin: 0 0 16px; }
.drawing { overflow-x: auto; margin: 0 -24px; padding: 0 8px; }
svg { display: block; max-width: none; } svg text { fill: var(--ink); font-family: system-ui, sans-serif; }
svg .lane { font-size: 14px; font-weight: 600; } svg .id { font-size: 13px; font-weight: 600; }
svg .about { font-size: 11px; fill: var(--soft); } svg .small { font-size: 10.5px; font-family: ui-monospace, monospace; fill: var(--ink); }
svg rect { stroke-width: 1.2; } svg .edge, svg .join { fill: none; stroke: var(--edge); stroke-width: 1.6; }
svg .join { stroke: var(--connector-line); stroke-dasharray: 5 4; } svg .rule { stroke: var(--line); }
.receiver rect { fill: var(--receiver); stroke: var(--receiver-line); } .processor rect { fill: var(--processor); stroke: var(--processor-line); }
.exporter rect { fill: var(--exporter); stroke: var(--exporter-line); } .connector rect { fill: var(--connector); stroke: var(--connector-line); }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top; padding: 5px 14px 5px 0; border-top: 1px solid var(--line); }
th { font-weight: 600; } code { font: 12px ui-monospace, monospace; overflow-wrap: anywhere; }
td:first-child code, td:nth-child(3) code { white-space: nowrap; }
)";

std::string row(const std::vector<std::string>& cells) {
  std::string out = "<tr>";
  for (const std::string& c : cells) out += "<td>" + c + "</td>";
  return out + "</tr>\n";
}

std::string codes(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& s : list) out += (out.empty() ? "" : "<br>") + ("<code>" + escaped(s) + "</code>");
  return out;
}

std::string page_of(const Known& k, const std::string& name) {
  std::string out = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
                    "content=\"width=device-width\">\n<title>" +
                    escaped(name) + "</title>\n<style>" + std::string(kStyle) + "</style>\n</head>\n<body>\n<h1>" +
                    escaped(name) + "</h1>\n<p>" + std::to_string(k.config.pipelines.size()) +
                    (k.config.pipelines.size() == 1 ? " pipeline" : " pipelines") +
                    ", left to right. Dashed lines are connectors.</p>\n<div class=\"drawing\">\n";
  out += Drawing(k).draw() + "</div>\n<h2>Components</h2>\n<table>\n<tr><th>Id</th><th>What it does</th><th>Listens "
                             "on</th><th>Calls of AWS</th></tr>\n";
  for (const Instance& i : k.config.instances) {
    if (!i.used) continue;
    auto listens = k.listens.find(&i);
    out += row({"<code>" + escaped(check::setting_path(i)) + "</code>", escaped(about(i)),
                listens == k.listens.end() ? "" : codes(listens->second), codes(k.calls_of(i))});
  }
  return out + "</table>\n</body>\n</html>\n";
}

}  // namespace

int graph_command(Arguments arguments, Output& output) {
  CommandLine line;
  std::string error;
  check::CheckOptions options;
  aws::Surroundings surroundings;
  bool good = read_command_line({arguments.begin(), arguments.end()}, specs(), line, error);
  if (line.has("--help")) {
    output.out += help_text(kUsage, kAbout, specs());
    return 0;
  }
  good = good && read_configs(line, options, error) && read_place_options(line, surroundings, error);
  if (!good) {
    output.err += refusal_text("graph", error);
    return 2;
  }
  check::CheckResult result = check::check_files(options);
  if (!result.config) {
    diag::RenderOptions render;
    render.version = output.version;
    output.err += diag::render(result.diagnostics, *result.sources, render);
    return result.exit_code();
  }
  Known known(*result.config, surroundings);
  if (!line.has("--html")) {
    output.out += text_of(known);
    return 0;
  }
  std::string page = page_of(known, options.files.front().substr(options.files.front().rfind('/') + 1)),
              to = line.get("--html");
  if (to == "-") {
    output.out += page;
    return 0;
  }
  std::ofstream file(to, std::ios::binary);
  file << page;
  if (!file.flush()) {
    output.err += "whittle: cannot write `" + to + "`\n";
    return 2;
  }
  return 0;
}

}  // namespace whittle::report
