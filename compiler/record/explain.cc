// SPDX-License-Identifier: Apache-2.0
#include "compiler/record/explain.h"

#include "compiler/record/visit.h"

#include <set>

namespace whittle::ir {

namespace {

// Of many.
std::string_view messages_of(Level level, schema::Signal signal) {
  const bool metrics = signal == schema::Signal::Metrics;
  switch (level) {
  case Level::Resource: return "resources";
  case Level::Scope: return "scopes";
  case Level::Record: return metrics ? "metrics" : signal == schema::Signal::Logs ? "log records" : "spans";
  case Level::Inner: return metrics ? "data points" : "span events";
  case Level::Exemplar: return "exemplars";
  }
  return "";
}
std::string message_of(Level level, schema::Signal signal) {
  std::string_view many = messages_of(level, signal);
  return std::string(many.substr(0, many.size() - 1));
}

std::string field_of(const Instruction& i) {
  std::string out = std::string(ottl::name_of(i.path->context)) + "." + std::string(i.path->name);
  if (i.op == Op::ReadKey || i.op == Op::HasKey || i.op == Op::WriteKey || i.op == Op::DeleteKey)
    out += "[\"" + i.text + "\"]";
  return out;
}

class Explanation {
public:
  Explanation(const Program& program, const std::string& indent) : program_(program), indent_(indent) {}

  std::string run() {
    for (const Pass& pass : program_.passes) explain(pass);
    return std::move(out_);
  }

private:
  void line(std::string_view what, const std::string& text) {
    out_ +=
        indent_ + "  " + std::string(what) + std::string(what.size() < 10 ? 10 - what.size() : 1, ' ') + text + "\n";
  }
  void list(std::string_view what, const std::set<std::string>& names) {
    std::string text;
    for (const std::string& n : names) text += (text.empty() ? "" : ", ") + n;
    if (!names.empty()) line(what, text);
  }

  void explain(const Pass& pass) {
    out_ += indent_ + "each " + message_of(pass.level, program_.signal) + "\n";
    for (const Hoisted& h : pass.hoisted) {
      std::set<std::string> looks;
      each_instruction(h.block, [&](const Instruction& i) { note_read(i, looks); });
      list("once a " + message_of(h.level, program_.signal) + ":", looks);
    }
    std::set<std::string> looks, writes;
    for (const Section& s : pass.sections) {
      for (const Block& c : s.conditions) each_instruction(c, [&](const Instruction& i) { note_read(i, looks); });
      for (const Statement& t : s.statements) {
        each_instruction(t.guard, [&](const Instruction& i) { note_read(i, looks); });
        each_instruction(t.body, [&](const Instruction& i) { note_read(i, looks), note_write(i, writes); });
      }
    }
    list("looks at", looks);
    // The order counts: what is dropped is not changed after.
    for (const Section& s : pass.sections)
      if (s.drops) drop(s);
    list("writes", writes);
    if (looks.empty() && writes.empty() && !pass.drops) line("looks at", "nothing of it");
  }

  void drop(const Section& s) {
    std::string text;
    for (const std::string& t : s.condition_texts) text += (text.empty() || t.empty() ? "" : " or ") + t;
    if (text.empty())
      text = s.conditions.empty() ? "always"
             : s.place.empty()    ? "as the processor's settings say"
                                  : "as `" + s.place + "` says";
    else text = (s.keeps ? "unless " : "where ") + text;
    line("drops", text);
  }

  static void note_read(const Instruction& i, std::set<std::string>& out) {
    if (i.op == Op::Read || i.op == Op::ReadKey || i.op == Op::HasKey) out.insert(field_of(i));
  }
  static void note_write(const Instruction& i, std::set<std::string>& out) {
    if (i.op == Op::Edit) out.insert("the whole metric, by " + std::string(i.function->name));
    else if (has_effect(i) && i.op != Op::WriteCache) out.insert(field_of(i));
  }

  const Program& program_;
  const std::string& indent_;
  std::string out_;
};

}  // namespace

std::string_view messages_of(const Program& program) {
  return messages_of(program.passes[0].level, program.signal);
}

std::string explain(const Program& program, const std::string& indent) {
  return Explanation(program, indent).run();
}

}  // namespace whittle::ir
