// SPDX-License-Identifier: Apache-2.0
#include "stdlib/common/attribute_actions_lower.h"

#include "stdlib/common/settings.h"

namespace whittle::plan {

using check::Value;
using ir::Emit;
using ir::Truths;
using ir::ValueId;

namespace {

class Actions {
public:
  Actions(ir::Pass& pass, ir::Section& section, ottl::Context context)
      : pass_(pass), section_(section), context_(context) {}

  void add(const Value& action) {
    const std::string kind = check::small_letters(action.at("action").text);
    const std::string& key = action.at("key").text;
    const std::string& pattern = action.at("pattern").text;
    if (kind == "insert" || kind == "update" || kind == "upsert") return set(kind, key, action);
    if (kind == "delete") {
      if (!key.empty()) statement([](Truths&) {}, [&](Emit& e) { e.delete_key(context_, key); });
      if (auto tables = pattern_of(pattern))
        statement([](Truths&) {},
                  [&](Emit& e) {
                    rewrite(e, e.call("rt_ottl_delete_matching_keys", {attributes(e), e.pattern(*tables), ir::kNone}));
                  });
    } else if (kind == "hash") {
      if (!key.empty())
        statement([&](Truths& when) { has(when, key); },
                  [&](Emit& e) { e.write_key(context_, key, e.call("rt_action_hash", {e.read_key(context_, key)})); });
      if (auto tables = pattern_of(pattern))
        statement([](Truths&) {},
                  [&](Emit& e) { rewrite(e, e.call("rt_action_hash_matching", {attributes(e), e.pattern(*tables)})); });
    } else if (kind == "extract") {
      extract(key, pattern);
    } else if (kind == "convert") {
      const std::string function = "rt_action_to_" + action.at("converted_type").text;
      statement([&](Truths& when) { has(when, key); },
                [&](Emit& e) { e.write_key(context_, key, e.call(function, {e.read_key(context_, key)})); });
    }
  }

private:
  static std::optional<regex::Tables> pattern_of(const std::string& pattern) {
    if (pattern.empty()) return std::nullopt;
    auto tables = regex::compile(pattern);  // one that is none was refused by the check
    if (!tables) return std::nullopt;
    return std::move(*tables);
  }

  template <class When, class Do>
  void statement(When when, Do body) {
    ir::Statement s;
    Truths all(pass_);
    when(all);
    if (!all.empty()) {
      Emit guard(pass_, s.guard);
      s.guard.result = all.all(guard);
    }
    Emit e(pass_, s.body);
    body(e);
    section_.statements.push_back(std::move(s));
  }

  void has(Truths& all, const std::string& key, bool wanted = true) {
    all.add([&](Emit& e) {
      ValueId there = e.has_key(context_, key);
      return wanted ? there : e.negation(there);
    });
  }

  ValueId attributes(Emit& e) { return e.read(context_, "attributes"); }
  void rewrite(Emit& e, ValueId value) { e.write(context_, "attributes", value); }

  // The sources are tried in their order: a header of the request, an attribute, the default. Each is a statement of
  // its own, which runs where none before it had a value.
  void set(const std::string& kind, const std::string& key, const Value& action) {
    const std::string &from_context = action.at("from_context").text, &from = action.at("from_attribute").text;
    auto fits = [&](Truths& when) {
      if (kind == "insert") has(when, key, false);
      if (kind == "update") has(when, key);
    };
    auto header = [&](Emit& e) {
      if (from_context == "client.address") return e.call("rt_client_ip", {});
      if (from_context.starts_with("auth.")) return e.constant({});  // nobody is authenticated here
      std::string name = from_context.starts_with("metadata.") ? from_context.substr(9) : from_context;
      return e.call("rt_request_header", {e.constant(check::small_letters(name))});
    };
    const Value& value = action.at("value");
    if (check::says(value)) {
      statement(fits, [&](Emit& e) { e.write_key(context_, key, e.setting(value)); });
      return;
    }
    // The statements that come first change nothing that the later ones ask for, but where an insertion's key is there
    // afterwards; then the sources that they look at have not changed either.
    if (!from_context.empty())
      statement(
          [&](Truths& when) {
            when.add([&](Emit& e) { return e.present(header(e)); });
            fits(when);
          },
          [&](Emit& e) { e.write_key(context_, key, header(e)); });
    auto no_header = [&](Truths& when) {
      if (!from_context.empty()) when.add([&](Emit& e) { return e.negation(e.present(header(e))); });
    };
    if (!from.empty())
      statement(
          [&](Truths& when) {
            no_header(when);
            has(when, from);
            fits(when);
          },
          [&](Emit& e) { e.write_key(context_, key, e.read_key(context_, from)); });
    const Value& otherwise = action.at("default_value");
    if (!check::says(otherwise)) return;
    statement(
        [&](Truths& when) {
          no_header(when);
          if (!from.empty()) has(when, from, false);
          fits(when);
        },
        [&](Emit& e) { e.write_key(context_, key, e.setting(otherwise)); });
  }

  // Named groups become attributes, in the order of the pattern, where the value is a text that it matches.
  void extract(const std::string& key, const std::string& pattern) {
    std::vector<std::string> groups;
    auto tables = regex::compile_captures(pattern);
    if (!tables || !regex::parse(pattern, &groups)) return;
    // It fails where there is no text, and then nothing is written.
    statement([](Truths&) {},
              [&](Emit& e) {
                ValueId found = e.call("rt_ottl_ExtractPatterns", {e.read_key(context_, key), e.pattern(*tables)});
                for (const std::string& name : groups) e.write_found_key(context_, name, e.part(found, name));
              });
  }

  ir::Pass& pass_;
  ir::Section& section_;
  ottl::Context context_;
};

}  // namespace

void add_attribute_actions(ir::Pass& pass, ir::Section& section, ottl::Context context, const Value& actions) {
  Actions all(pass, section, context);
  for (const Value& action : actions.items) all.add(action);
}

}  // namespace whittle::plan
