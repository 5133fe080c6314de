// SPDX-License-Identifier: Apache-2.0
// Decoding, kind by kind: each function fills a `Value` that holds the default from a node, and says what is wrong with
// it. `what` is the path of the setting, as diagnostics name it.
#pragma once

#include "compiler/check/decode.h"

#include <string>
#include <utility>
#include <vector>

namespace whittle::check {

inline constexpr diag::Diag<std::string_view, std::string_view, std::string_view> kWrongType{"E0202",
                                                                                             "`{}` takes {}, not {}"};

class Decoder {
public:
  using Node = syntax::Node;
  using NodeId = syntax::NodeId;
  using Span = source::Span;

  explicit Decoder(CheckContext& context) : c_(context) {}

  void decode(Value& v, NodeId id, Span key, const std::string& what);

private:
  // decode.cc: sections
  void optional(Value& v, NodeId id, Span key, const std::string& what);
  void structure(Value& v, const Node& n, const std::string& what);
  void setting(Value& v, const schema::Setting& s, const syntax::Entry& e, const std::string& what);
  void without_account(Value& v, const schema::Setting& s, const syntax::Entry& e, const std::string& what);
  void finish(Value& v, const std::string& what);

  // decode_scalars.cc
  void scalar(Value& v, const Node& n, const std::string& what);
  void null_scalar(Value& v, const std::string& what);
  void null_enum(Value& v, const std::string& what);
  void integer(Value& v, const Node& n, const std::string& what);
  void duration(Value& v, const Node& n, const std::string& what);
  void regexp(Value& v, const Node& n, const std::string& what);
  void enumeration(Value& v, const Node& n, const std::string& what);
  void any(Value& v, const Node& n, const std::string& what);
  void any_item(Value& v, NodeId id, Span key, const std::string& what);

  // decode_lists.cc: lists and maps
  void list(Value& v, const Node& n, const std::string& what);
  void split_list(Value& v, const Node& n, const std::string& what);
  void flat_list(Value& v, const Node& n, const std::string& what);
  void map(Value& v, const Node& n, const std::string& what);
  void pair(Value& v, const Node& n, const std::string& what);

  // decode_late.cc: references to the environment
  void late(Value& v, const Node& n, const std::string& what);
  void late_decision(Value& v, const Node& n, const std::string& what);
  void check_default(Value& v, const Node& n, const std::string& what);

  // decode_mistakes.cc: what may have been meant
  void wrong_type(Value& v, const Node& n, const std::string& what);
  void unknown_key(Value& v, const std::string& owner, const std::string& key, Span span,
                   const std::vector<std::string_view>& known);
  std::string shallower(std::string_view key) const;

  CheckContext& c_;
  std::vector<std::pair<const schema::Struct*, std::string>>
      enclosing_;     // structs around what is decoded, and their paths
  bool off_ = false;  // within a section that is switched off
};

}  // namespace whittle::check
