// SPDX-License-Identifier: Apache-2.0
// The front end as one class in several files: front_end.cc has the order of checking and what is done in the end,
// read_components.cc the sections of components, read_service.cc `service:`.
#pragma once

#include "compiler/check/checks.h"
#include "compiler/check/component_id.h"
#include "compiler/check/known_components.h"
#include "compiler/syntax/load.h"

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace whittle::check {

using diag::Diag;
using schema::ComponentKind;
using source::Span;
using syntax::Entry;
using syntax::Node;
using syntax::NodeId;
using Kind = Node::Kind;

inline constexpr Diag<std::string_view, std::string_view, std::string_view> kWrongType{"E0202",
                                                                                       "`{}` takes {}, not {}"};
inline constexpr Diag<std::string_view> kTwoIds{"E0304", "`{}` is there twice"};

// A definition in one of the sections, whether or not whittle has such a component.
struct Definition {
  ComponentKind kind = ComponentKind::Receiver;
  ComponentId id;
  std::string text;  // as written
  Span key;
  const schema::Component* component = nullptr;
  std::string_view elsewhere;  // not empty: the Collector has it and whittle has not
  InstanceId instance = 0;     // of the config, with a component
  bool used = false;
};

class FrontEnd {
public:
  FrontEnd(const CheckOptions& options, Meant meant, const syntax::Loaded& loaded, const source::Sources& sources,
           diag::Diagnostics& diags)
      : options_(options), tree_(loaded.tree), root_(loaded.root), foreign_(loaded.foreign), sources_(sources),
        diags_(diags), context_{tree_, sources_, diags_, nullptr, meant}, check_{context_, config_, options_} {}

  // Nothing when there is no config to speak of; with errors, as far as it was understood.
  std::optional<Config> run();

private:
  const Node& at(NodeId id) const { return tree_.at(id); }
  void sections();

  // A file that another option is for.
  bool something_else(const Node& root);

  // References that a compiled collector does not resolve.
  void references();

  // ---- components

  void components();

  // Which Collector has all that is defined. The Collector knows the types of what is defined, used or not.
  void distribution();
  void section(ComponentKind kind);
  void wrong_type(const Node& n, std::string_view name, std::string_view expected);

  // Ids, or what they stand in, that are known only when the collector starts. The Collector takes them.
  void late(const Node& n, std::string_view name);
  void define(ComponentKind kind, const Entry& e);
  void bad_id(const IdError& error, const std::string& text, Span span);
  void not_named_yet(const Definition& d, const Renamed& r);
  void gone(const Definition& d, const Gone& g);
  void unknown(const Definition& d);

  // ---- service

  void service();

  // A pipeline of what the config defines: `traces: {receivers: [otlp], exporters: [debug]}`.
  std::string example_pipeline() const;

  // Everything of `service` but pipelines and extensions, by its declaration.
  void service_settings(const Entry* key, const Node* service);
  Definition* find(ComponentKind kind, const ComponentId& id);

  // The ids in a list, each with its place. Texts with commas are no lists here: ids are not texts to the Collector.
  std::vector<std::pair<ComponentId, Span>> ids(const Entry& e);

  // The definition that an id in a list means; says so when there is none.
  Definition* resolve(ComponentKind kind, const ComponentId& id, Span span);

  // A component that others have and whittle knows by name alone.
  void not_known(const Definition& d, Span use);
  void extension_list(const Entry& e);
  void pipeline(const Entry& e);
  void members(const Pipeline& p, ComponentKind kind, const Entry* list, std::vector<InstanceId>& out);

  // ---- the rest

  void unused();
  void own_checks(Instance& i);
  void not_compiled();

  // What a stateless processor is told decides machine code, so its settings must be known here.
  void late_code(const Value& v, const std::string& name);
  void canonical();

  const CheckOptions& options_;
  const syntax::Tree& tree_;
  NodeId root_;
  const std::vector<syntax::Foreign>& foreign_;
  const source::Sources& sources_;
  diag::Diagnostics& diags_;
  Config config_;
  CheckContext context_;
  Check check_;
  std::vector<Definition> definitions_;
  std::unordered_map<std::string, size_t> by_id_;  // "receiver otlp/2" -> its definition
  std::map<InstanceId, schema::SignalSet> used_for_;
  std::unordered_map<std::string, Span> pipeline_keys_;
  bool broken_[5] = {};
  bool unread_[5] = {};            // a section of this kind is there and could not be read
  bool unread_pipelines_ = false;  // somewhere in `service` ids may stand that were not read
  bool broken_service_ = false, broken_list_ = false, nothing_ = false;
};

}  // namespace whittle::check
