// SPDX-License-Identifier: Apache-2.0
// Conditions as they are written: {operator: {key: value or values}}. Operators are those of the IAM user guide, "IAM
// JSON policy elements: Condition operators".
#include "compiler/aws/iam/read_condition.h"

#include "compiler/aws/iam/glob.h"
#include "compiler/aws/iam/names.h"
#include "compiler/diag/near.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>
#include <map>

namespace whittle::aws::iam {

using diag::Diag;
using syntax::Node;
using syntax::NodeId;

namespace {

constexpr Diag<std::string_view> kNotAMap{"E0908", "a condition is a map, not {}"};
constexpr Diag<std::string_view, std::string_view> kNoKeys{"E0908", "`{}` holds condition keys, not {}"};
constexpr Diag<std::string_view> kNotAKey{"E0908", "`{}` is no condition key: it must be `service:Name`"};
constexpr Diag<std::string_view> kNoValues{"E0908", "`{}` is compared with nothing"};
constexpr Diag<std::string_view> kNotAScalar{"E0908",
                                             "a condition compares with texts, numbers or true and false, not with {}"};
constexpr Diag<std::string_view> kUnknownOperator{"E0908", "there is no condition operator `{}`"};
constexpr Diag<std::string_view, std::string_view> kNotAValue{"E0908", "`{}` compares {}"};
constexpr Diag<std::string_view> kUnknownKey{"W0903", "there is no condition key `{}`"};

struct Name {
  Operator op;
  std::string_view text;
};
constexpr Name kOperators[] = {
    {Operator::StringEquals, "StringEquals"},
    {Operator::StringNotEquals, "StringNotEquals"},
    {Operator::StringEqualsIgnoreCase, "StringEqualsIgnoreCase"},
    {Operator::StringNotEqualsIgnoreCase, "StringNotEqualsIgnoreCase"},
    {Operator::StringLike, "StringLike"},
    {Operator::StringNotLike, "StringNotLike"},
    {Operator::NumericEquals, "NumericEquals"},
    {Operator::NumericNotEquals, "NumericNotEquals"},
    {Operator::NumericLessThan, "NumericLessThan"},
    {Operator::NumericLessThanEquals, "NumericLessThanEquals"},
    {Operator::NumericGreaterThan, "NumericGreaterThan"},
    {Operator::NumericGreaterThanEquals, "NumericGreaterThanEquals"},
    {Operator::DateEquals, "DateEquals"},
    {Operator::DateNotEquals, "DateNotEquals"},
    {Operator::DateLessThan, "DateLessThan"},
    {Operator::DateLessThanEquals, "DateLessThanEquals"},
    {Operator::DateGreaterThan, "DateGreaterThan"},
    {Operator::DateGreaterThanEquals, "DateGreaterThanEquals"},
    {Operator::Bool, "Bool"},
    {Operator::BinaryEquals, "BinaryEquals"},
    {Operator::IpAddress, "IpAddress"},
    {Operator::NotIpAddress, "NotIpAddress"},
    {Operator::ArnEquals, "ArnEquals"},
    {Operator::ArnNotEquals, "ArnNotEquals"},
    {Operator::ArnLike, "ArnLike"},
    {Operator::ArnNotLike, "ArnNotLike"},
    {Operator::Null, "Null"},
};

bool same_ignoring_case(std::string_view a, std::string_view b) {
  auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return small(x) == small(y); });
}

bool ends_with_ignoring_case(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && same_ignoring_case(text.substr(text.size() - end.size()), end);
}

// Splits "ForAllValues:StringLikeIfExists". False: no such operator; `core` is what was not known.
bool parse_operator(std::string_view text, Test& test, std::string_view& core) {
  core = text;
  if (size_t colon = text.find(':'); colon != std::string_view::npos) {
    std::string_view set = text.substr(0, colon);
    if (same_ignoring_case(set, "ForAllValues")) test.quantifier = Quantifier::ForAllValues;
    else if (same_ignoring_case(set, "ForAnyValue")) test.quantifier = Quantifier::ForAnyValue;
    else return false;
    core = text.substr(colon + 1);
  }
  if (ends_with_ignoring_case(core, "IfExists")) {
    test.if_exists = true;
    core.remove_suffix(8);
  }
  const auto* found = std::find_if(std::begin(kOperators), std::end(kOperators),
                                   [&](const Name& n) { return same_ignoring_case(n.text, core); });
  if (found == std::end(kOperators) || (found->op == Operator::Null && test.if_exists)) return false;
  test.op = found->op;
  return true;
}

std::string nearest_operator(std::string_view written) {
  std::string before, after;
  if (size_t colon = written.find(':'); colon != std::string_view::npos) {
    constexpr std::string_view sets[] = {"ForAllValues", "ForAnyValue"};
    std::string_view near = diag::nearest(written.substr(0, colon), sets);
    if (near.empty()) return {};
    before = std::string(near) + ":";
    written.remove_prefix(colon + 1);
  }
  if (ends_with_ignoring_case(written, "IfExists")) {
    after = "IfExists";
    written.remove_suffix(8);
    if (same_ignoring_case(written, "Null")) return {};
  }
  std::vector<std::string_view> names;
  std::string_view near;
  for (const Name& n : kOperators) {
    names.push_back(n.text);
    if (same_ignoring_case(n.text, written)) near = n.text;
  }
  if (near.empty()) near = diag::nearest(written, names);
  return near.empty() ? std::string() : before + std::string(near) + after;
}

// What an operator compares, if the value is nothing of the sort.
std::string_view not_fit(Operator op, std::string_view value) {
  switch (op) {
  case Operator::NumericEquals:
  case Operator::NumericNotEquals:
  case Operator::NumericLessThan:
  case Operator::NumericLessThanEquals:
  case Operator::NumericGreaterThan:
  case Operator::NumericGreaterThanEquals: return parse_number(value) ? "" : "numbers";
  case Operator::DateEquals:
  case Operator::DateNotEquals:
  case Operator::DateLessThan:
  case Operator::DateLessThanEquals:
  case Operator::DateGreaterThan:
  case Operator::DateGreaterThanEquals: return parse_date(value) ? "" : "dates such as 2026-01-31T00:00:00Z";
  case Operator::Bool:
  case Operator::Null:
    return same_ignoring_case(value, "true") || same_ignoring_case(value, "false") || value.starts_with("${")
               ? ""
               : "true and false";
  case Operator::IpAddress:
  case Operator::NotIpAddress: return parse_address_range(value) ? "" : "addresses such as 203.0.113.0/24";
  case Operator::ArnEquals:
  case Operator::ArnNotEquals:
  case Operator::ArnLike:
  case Operator::ArnNotLike:
    return value.starts_with("arn:") || value.starts_with("*") || value.starts_with("${") ? "" : "ARNs";
  default: return "";
  }
}

}  // namespace

std::string_view name_of(Operator op) {
  return kOperators[static_cast<size_t>(op)].text;
}

bool is_negated(Operator op) {
  switch (op) {
  case Operator::StringNotEquals:
  case Operator::StringNotEqualsIgnoreCase:
  case Operator::StringNotLike:
  case Operator::NumericNotEquals:
  case Operator::DateNotEquals:
  case Operator::NotIpAddress:
  case Operator::ArnNotEquals:
  case Operator::ArnNotLike: return true;
  default: return false;
  }
}

static void tell_unknown_operator(const syntax::Entry& by_operator, std::string_view core, const syntax::Tree& tree,
                                  const source::Sources& sources, diag::Diagnostics& diags) {
  auto d = diags.emit(kUnknownOperator, by_operator.key_span, by_operator.key);
  std::string near = nearest_operator(by_operator.key);
  if (by_operator.key.find(':') != std::string::npos && tree.at(by_operator.value).kind != Node::Kind::Mapping)
    d.note("this is a condition key; it stands within an operator: {\"StringEquals\": {\"aws:RequestedRegion\": "
           "\"us-east-1\"}}");
  else if (same_ignoring_case(core, "Null")) d.note("`Null` asks whether a key is there, so it has no `IfExists`");
  else if (!near.empty())
    d.help("did you mean `{}`?", near).suggest(by_operator.key_span, in_place(sources, by_operator.key_span, near));
}

// False when it has not the form of one.
static bool check_key(const syntax::Entry& e, const source::Sources& sources, diag::Diagnostics& diags) {
  bool good = true;
  bool known_form =
      e.key.find(':') != std::string::npos || e.key.find(static_cast<char>(kUnknownChar)) != std::string::npos;
  if (!known_form) {
    good = false;
    diags.emit(kNotAKey, e.key_span, e.key)
        .help("keys that every service knows begin with `aws:`, for example `aws:RequestedRegion`");
  } else if (same_ignoring_case(std::string_view(e.key).substr(0, 4), "aws:")) {
    bool known = false;
    std::string_view near = near_key(e.key, known);
    if (!known && !near.empty()) {
      diags.emit(kUnknownKey, e.key_span, e.key)
          .here("never part of a request")
          .help("did you mean `{}`?", near)
          .suggest(e.key_span, in_place(sources, e.key_span, near));
    }
  }
  return good;
}

static bool read_values(const syntax::Tree& tree, const syntax::Entry& e, Test& t, diag::Diagnostics& diags) {
  bool good = true;
  const Node& value = tree.at(e.value);
  std::vector<NodeId> values = value.kind == Node::Kind::Sequence ? value.items : std::vector<NodeId>{e.value};
  if (values.empty()) {
    good = false;
    diags.emit(kNoValues, value.span, e.key).here("an empty list");
  }
  for (NodeId v : values) {
    const Node& n = tree.at(v);
    if (n.poisoned) {
      good = false;
      continue;
    }
    if (!n.is_scalar() || n.kind == Node::Kind::Null) {
      good = false;
      diags.emit(kNotAScalar, n.span, syntax::describe(n));
      continue;
    }
    bool unknown = n.text.find(static_cast<char>(kUnknownChar)) != std::string::npos;
    if (std::string_view what = not_fit(t.op, n.text); !what.empty() && !unknown) {
      good = false;
      diags.emit(kNotAValue, n.span, name_of(t.op), what).here("not {}", syntax::describe(n));
    }
    t.values.push_back({n.text, n.span});
  }
  return good;
}

bool read_condition(const syntax::Tree& tree, NodeId id, bool variables, std::vector<Test>& out,
                    const source::Sources& sources, diag::Diagnostics& diags) {
  (void)variables;
  const Node& condition = tree.at(id);
  if (condition.poisoned) return false;
  if (condition.kind != Node::Kind::Mapping) {
    diags.emit(kNotAMap, condition.span, syntax::describe(condition))
        .help("for example \"Condition\": {\"StringEquals\": {\"aws:RequestedRegion\": \"us-east-1\"}}");
    return false;
  }
  bool good = true;
  for (const syntax::Entry& by_operator : condition.entries) {
    Test test;
    std::string_view core;
    if (!parse_operator(by_operator.key, test, core)) {
      good = false;
      tell_unknown_operator(by_operator, core, tree, sources, diags);
      continue;
    }
    test.written = {by_operator.key, by_operator.key_span};
    const Node& keys = tree.at(by_operator.value);
    if (keys.poisoned) return false;
    if (keys.kind != Node::Kind::Mapping) {
      good = false;
      diags.emit(kNoKeys, keys.span, by_operator.key, syntax::describe(keys))
          .help("for example {\"StringEquals\": {\"aws:RequestedRegion\": \"us-east-1\"}}");
      continue;
    }
    for (const syntax::Entry& e : keys.entries) {
      Test t = test;
      t.key = {e.key, e.key_span};
      const Node& value = tree.at(e.value);
      t.span = e.key_span;
      if (value.span.file == t.span.file && value.span.end > t.span.begin) t.span.end = value.span.end;
      good = check_key(e, sources, diags) && good;
      good = read_values(tree, e, t, diags) && good;
      out.push_back(std::move(t));
    }
  }
  return good;
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<int64_t> parse_date(std::string_view text) {
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos && text.size() > 4 &&
      text.size() < 12) {
    int64_t seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return seconds * 1000;
  }
  size_t at = 0;
  bool good = true;
  auto number = [&](size_t digits) {
    int value = 0;
    if (at + digits > text.size()) {
      good = false;
      return 0;
    }
    for (size_t i = 0; i < digits; ++i) {
      char c = text[at++];
      if (c < '0' || c > '9') good = false;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  auto next = [&](char c) { return at < text.size() && text[at] == c ? ++at : size_t{0}; };
  int year = number(4), month = 1, day = 1, hour = 0, minute = 0, second = 0, milli = 0, offset = 0;
  if (next('-')) {
    month = number(2);
    if (next('-')) {
      day = number(2);
      if (next('T')) {
        hour = number(2);
        if (!next(':')) good = false;
        minute = number(2);
        if (next(':')) {
          second = number(2);
          if (next('.')) {
            int scale = 100;
            if (at >= text.size() || text[at] < '0' || text[at] > '9') good = false;
            while (good && at < text.size() && text[at] >= '0' && text[at] <= '9') {
              milli += (text[at++] - '0') * scale;
              scale /= 10;
            }
          }
        }
        if (next('Z')) {
          offset = 0;
        } else if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
          int sign = text[at++] == '-' ? -1 : 1;
          int hours = number(2);
          if (!next(':')) good = false;
          offset = sign * (hours * 60 + number(2));
        } else {
          good = false;
        }
      }
    }
  }
  if (!good || at != text.size() || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 ||
      second > 60)
    return std::nullopt;
  // Days since 1970 in the proleptic Gregorian calendar, years beginning in March.
  int64_t y = year - (month <= 2 ? 1 : 0);
  int64_t era = (y >= 0 ? y : y - 399) / 400;
  int64_t of_era = y - era * 400, of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
  return ((days * 24 + hour) * 60 + minute - offset) * 60000 + second * 1000 + milli;
}

std::optional<AddressRange> parse_address_range(std::string_view text) {
  AddressRange out;
  std::string address(text.substr(0, text.find('/')));
  out.v6 = address.find(':') != std::string::npos;
  if (inet_pton(out.v6 ? AF_INET6 : AF_INET, address.c_str(), out.bytes) != 1) return std::nullopt;
  int most = out.v6 ? 128 : 32;
  out.prefix = most;
  if (size_t slash = text.find('/'); slash != std::string_view::npos) {
    std::string_view digits = text.substr(slash + 1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.prefix);
    if (error != std::errc() || end != digits.data() + digits.size() || out.prefix < 0 || out.prefix > most)
      return std::nullopt;
  }
  return out;
}

bool covers(const AddressRange& range, const AddressRange& other) {
  if (range.v6 != other.v6 || other.prefix < range.prefix) return false;
  for (int bit = 0; bit < range.prefix; ++bit) {
    int mask = 0x80 >> (bit % 8);
    if ((range.bytes[bit / 8] & mask) != (other.bytes[bit / 8] & mask)) return false;
  }
  return true;
}

}  // namespace whittle::aws::iam
