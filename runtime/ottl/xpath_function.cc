// SPDX-License-Identifier: Apache-2.0
// What is computed: functions, comparisons, arithmetic. What makes the reference panic fails here.
#include "runtime/base/captures.h"
#include "runtime/base/regex.h"
#include "runtime/base/utf8.h"
#include "runtime/ottl/cases.h"
#include "runtime/ottl/sequence.h"
#include "runtime/ottl/xpath_query.h"

#include <math.h>

namespace whittle::ottl {

const Regex* (*xpath_pattern)(Text) = nullptr;

namespace xpath {

namespace {

using Kind = Result::Kind;

constexpr double kNoNumber = __builtin_nan("");

Text first_value(EvaluationContext& c, Query* nodes, bool& there) {
  At at;
  there = nodes->next(c, at);
  return there ? value_of(c, at) : Text();
}

bool is_white(uint32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

Text kept(EvaluationContext& c, const Writer& w) {
  c.go_on(w.size());
  return c.run.arena.copy(w.text());
}

class CallQuery : public Query {
public:
  CallQuery(Function function, Query* input, Query** arguments, uint32_t count)
      : function_(function), input_(input), arguments_(arguments), count_(count) {}

  Query* clone(Arena& a) const override {
    auto** arguments = a.array<Query*>(count_ + 1);
    for (uint32_t i = 0; i < count_; ++i) arguments[i] = arguments_[i]->clone(a);
    return a.make<CallQuery>(function_, input_ ? input_->clone(a) : nullptr, arguments, count_);
  }
  Gives gives() const override { return Gives::Any; }
  bool is_call() const override { return true; }
  Query* input() const { return input_; }

  Result evaluate(EvaluationContext& c) override {
    if (!c.go_on()) return {};
    switch (function_) {
    case Function::True: return of_bool(true);
    case Function::False: return of_bool(false);
    case Function::Last: return of_number(last(c));
    case Function::Position: return of_number(position_of(c));
    case Function::Name:
    case Function::LocalName:
    case Function::NamespaceUri: return name(c);
    case Function::Boolean: return of_bool(count_ > 0 && as_bool(c, argument(c, 0)));
    case Function::Number: return of_number(count_ > 0 ? as_number(c, argument(c, 0)) : kNoNumber);
    case Function::String: return of_text(count_ > 0 ? as_string(c, argument(c, 0)) : value_of(c, c.current));
    case Function::Count: return counted(c);
    case Function::Sum: return sum(c);
    case Function::Ceiling: return of_number(ceil(as_number(c, argument(c, 0))));
    case Function::Floor: return of_number(floor(as_number(c, argument(c, 0))));
    case Function::Round: {
      Result r = of_number(round(as_number(c, argument(c, 0))));
      r.kind = Kind::Integer;
      return r;
    }
    case Function::StartsWith:
    case Function::EndsWith:
    case Function::Contains: return holds(c);
    case Function::Not: {
      const Result r = argument(c, 0);
      if (r.kind == Kind::Bool) return of_bool(!r.truth);
      At any;
      return of_bool(r.kind == Kind::Nodes && !r.nodes->next(c, any));
    }
    case Function::Matches: return matches(c);
    case Function::Replace: return replaced(c);
    case Function::Translate: return translated(c);
    case Function::Substring: return substring(c);
    case Function::SubstringBefore:
    case Function::SubstringAfter: return substring_beside(c);
    case Function::StringLength: {
      bool there;
      return of_number(static_cast<double>(plain(c, argument(c, 0), there).size()));
    }
    case Function::NormalizeSpace: return normalized(c);
    case Function::LowerCase: {
      Writer w;
      to_lower(w, as_string(c, argument(c, 0)));
      return of_text(kept(c, w));
    }
    case Function::Concat: {
      Writer w;
      for (uint32_t i = 0; i < count_; ++i) {
        bool there;
        w.append(plain(c, argument(c, i), there));
      }
      return of_text(kept(c, w));
    }
    case Function::StringJoin: return joined(c);
    case Function::Reverse: break;
    }
    return {};
  }

protected:
  bool find(EvaluationContext&, At&) override { return false; }

private:
  // An argument, from its beginning.
  Query* fresh(EvaluationContext& c, uint32_t i) {
    Query* q = arguments_[i];
    return q->is_call() ? q : q->clone(c.run.arena);
  }
  Result argument(EvaluationContext& c, uint32_t i) {
    c.go_on(16);
    return fresh(c, i)->evaluate(c);
  }
  // Of a text itself, of nodes the first one's; nothing of anything else.
  static Text plain(EvaluationContext& c, const Result& r, bool& there) {
    there = true;
    if (r.kind == Kind::Text) return r.text;
    if (r.kind == Kind::Nodes) return first_value(c, r.nodes, there);
    return {};
  }

  double position_of(EvaluationContext& c) const {
    double n = 1;
    for (At at = c.current; c.go_on() && to_previous(at);) n += !input_ || input_->tests(at);
    return n;
  }
  double last(EvaluationContext& c) const {
    double n = 0;
    At at = c.current;
    to_first(at);
    do n += !input_ || input_->tests(at);
    while (c.go_on() && to_next(at));
    return n;
  }

  Result name(EvaluationContext& c) {
    At at = c.current;
    if (count_ > 0 && !fresh(c, 0)->next(c, at)) return of_text({});
    if (function_ == Function::LocalName) return of_text(local_name(at));
    if (function_ == Function::NamespaceUri) return of_text(namespace_of(at));
    const Text prefix = prefix_of(at);
    if (prefix.empty()) return of_text(local_name(at));
    Writer w;
    w.append(prefix), w.byte(':'), w.append(local_name(at));
    return of_text(kept(c, w));
  }

  Result counted(EvaluationContext& c) {
    Query* q = fresh(c, 0);
    const Result r = q->evaluate(c);
    double n = 0;
    if (r.kind == Kind::Nodes)
      for (At at; r.nodes->next(c, at);) n += q->tests(at);
    return of_number(n);
  }

  Result sum(EvaluationContext& c) {
    const Result r = argument(c, 0);
    if (r.kind == Kind::Number) return r;
    double total = 0;
    if (r.kind == Kind::Text) {
      const auto d = parse_double(r.text);
      if (!d) c.fail("the XPath adds up what is no number");
      total = d.value_or(0);
    }
    if (r.kind == Kind::Nodes)
      for (At at; r.nodes->next(c, at);) total += parse_double(value_of(c, at)).value_or(0);
    return of_number(total);
  }

  Result holds(EvaluationContext& c) {
    const Result of = argument(c, 0);
    if (of.kind != Kind::Text && of.kind != Kind::Nodes) {
      c.fail("the XPath looks for a text in what is none");
      return {};
    }
    bool there;
    const Text text = plain(c, of, there);
    if (!there) return of_bool(false);
    const Result what = argument(c, 1);
    if (what.kind != Kind::Text) {
      c.fail("the XPath looks for what is no text");
      return {};
    }
    if (function_ == Function::StartsWith) return of_bool(text.starts_with(what.text));
    if (function_ == Function::EndsWith) return of_bool(text.ends_with(what.text));
    return of_bool(text.contains(what.text));
  }

  const Regex* pattern(EvaluationContext& c, Text text) {
    const Regex* regex = xpath_pattern ? xpath_pattern(text) : nullptr;
    if (!regex) c.fail("the XPath has a pattern that is none");
    return regex;
  }
  Result matches(EvaluationContext& c) {
    bool there;
    const Text text = plain(c, argument(c, 0), there);
    if (!there) return of_text({});
    const Result what = argument(c, 1);
    if (what.kind != Kind::Text) {
      c.fail("the XPath has a pattern that is no text");
      return {};
    }
    const Regex* regex = pattern(c, what.text);
    if (!regex || !c.go_on(text.size())) return {};
    return of_bool(Captures(*regex, c.run.arena).find(text, 0));
  }
  Result replaced(EvaluationContext& c) {
    const Text text = as_string(c, argument(c, 0)), what = as_string(c, argument(c, 1));
    const Text by = as_string(c, argument(c, 2));
    const Regex* regex = pattern(c, what);
    if (!regex || !c.go_on(text.size())) return {};
    Captures captures(*regex, c.run.arena);
    // `$12` names a group by as many digits as there are groups for, not by all that follow.
    Writer form;
    for (size_t i = 0; i < by.size(); ++i) {
      form.byte(static_cast<uint8_t>(by[i]));
      if (by[i] != '$') continue;
      size_t digits = 0;
      uint64_t n = 0;
      for (size_t k = i + 1; k < by.size() && by[k] >= '0' && by[k] <= '9' && k < i + 4; ++k) {
        n = n * 10 + static_cast<uint64_t>(by[k] - '0');
        if (n == 0) break;
        if (n < captures.groups()) digits = k - i;
      }
      if (digits == 0) continue;
      form.byte('{'), form.append(by.substr(i + 1, digits)), form.byte('}');
      i += digits;
    }
    Writer out;
    replace_matches(captures, text, out, [&](Captures& found) { expand_template(out, form.text(), text, found); });
    return of_text(kept(c, out));
  }
  // Which character becomes which goes by bytes.
  Result translated(EvaluationContext& c) {
    const Text text = as_string(c, argument(c, 0)), from = as_string(c, argument(c, 1));
    const Text to = as_string(c, argument(c, 2));
    Writer w;
    for (size_t i = 0, width; i < text.size() && c.go_on(from.size() + 1); i += width) {
      code_point_at(text, i, width);
      const Text letter = text.substr(i, width);
      bool found = false;
      for (size_t k = 0, step; k < from.size() && !found; k += step) {
        code_point_at(from, k, step);
        if (from.substr(k, step) != letter) continue;
        found = true;
        if (k < to.size()) append_code_point(w, static_cast<uint8_t>(to[k]));
      }
      if (!found) w.append(letter);
    }
    return of_text(kept(c, w));
  }

  Result substring(EvaluationContext& c) {
    bool there;
    const Text text = plain(c, argument(c, 0), there);
    if (!there) return of_text({});
    const Result from = argument(c, 1);
    if (from.kind != Kind::Number) {
      c.fail("the XPath takes a part of a text from what is no number");
      return {};
    }
    const auto size = static_cast<double>(text.size());
    const double start = round(from.number);
    if (start > size) return of_text({});
    if (count_ < 3) {
      if (isnan(start)) c.fail("the XPath takes a part of a text from what is no number");
      return of_text(start > 0 ? text.substr(static_cast<size_t>(start) - 1) : text);
    }
    const Result most = argument(c, 2);
    if (most.kind != Kind::Number || isnan(most.number) || isnan(start)) {
      c.fail("the XPath takes a part of a text that is no number long");
      return {};
    }
    double length = round(most.number);
    if (length <= 0) return of_text({});
    if (length > size) length = size;
    if (start <= 0) {
      length += start - 1;
      return of_text(length > 0 ? text.substr(0, static_cast<size_t>(length)) : Text());
    }
    return of_text(text.substr(static_cast<size_t>(start) - 1, static_cast<size_t>(length)));
  }

  Result substring_beside(EvaluationContext& c) {
    bool there;
    const Text text = plain(c, argument(c, 0), there);
    if (!there) return of_text({});
    const Text word = plain(c, argument(c, 1), there);
    const size_t at = word.empty() ? Text::npos : text.find(word);
    if (at == Text::npos) return of_text({});
    return of_text(function_ == Function::SubstringAfter ? text.substr(at + word.size()) : text.substr(0, at));
  }

  // Each run of white space becomes one space.
  Result normalized(EvaluationContext& c) {
    bool there;
    const Text text = trim_space(plain(c, argument(c, 0), there));
    Writer w;
    bool white = false;
    for (size_t i = 0, width; i < text.size(); i += width) {
      if (is_white(code_point_at(text, i, width))) {
        white = true;
        continue;
      }
      if (white) w.byte(' ');
      white = false;
      w.append(text.substr(i, width));
    }
    return of_text(kept(c, w));
  }

  Result joined(EvaluationContext& c) {
    bool there;
    const Text separator = plain(c, argument(c, 1), there);
    Query* q = fresh(c, 0);
    const Result r = q->evaluate(c);
    if (r.kind == Kind::Text) return r;
    Writer w;
    bool any = false;
    if (r.kind == Kind::Nodes) {
      for (At at; r.nodes->next(c, at);) {
        if (!q->tests(at)) continue;
        if (any) w.append(separator);
        any = true;
        w.append(value_of(c, at));
      }
    }
    return of_text(kept(c, w));
  }

  Function function_;
  Query* input_;
  Query** arguments_;
  uint32_t count_;
};

template <class T>
bool ordered(Op op, const T& a, const T& b) {
  switch (op) {
  case Op::Equal: return a == b;
  case Op::NotEqual: return a != b;
  case Op::Less: return a < b;
  case Op::LessEqual: return a <= b;
  case Op::Greater: return a > b;
  default: return a >= b;
  }
}

class ComparisonQuery : public Query {
public:
  ComparisonQuery(Op op, Query* left, Query* right) : op_(op), left_(left), right_(right) {}
  Query* clone(Arena& a) const override { return a.make<ComparisonQuery>(op_, left_->clone(a), right_->clone(a)); }
  Gives gives() const override { return Gives::Bool; }
  Result evaluate(EvaluationContext& c) override {
    const Result a = left_->evaluate(c), b = right_->evaluate(c);
    return of_bool(compare(c, a, b));
  }

protected:
  bool find(EvaluationContext&, At&) override { return false; }

private:
  double number(EvaluationContext& c, Text t) {
    const auto d = parse_double(t);
    if (!d) c.fail("the XPath compares a number with a text that is none");
    return d.value_or(0);
  }

  bool compare(EvaluationContext& c, const Result& a, const Result& b) {
    using enum Result::Kind;
    if (c.failed) return false;
    // Two truths never compare, as there.
    if (a.kind == Bool && b.kind == Bool) return false;
    if (a.kind == Number && b.kind == Number) return ordered(op_, a.number, b.number);
    if (a.kind == Text && b.kind == Text) return ordered(op_, a.text, b.text);
    if (a.kind == Number && b.kind == Text) return ordered(op_, a.number, number(c, b.text));
    // The number goes first whichever side it stands on; so does the text below.
    if (a.kind == Text && b.kind == Number) return ordered(op_, b.number, number(c, a.text));
    At x, y;
    if (a.kind == Number && b.kind == Nodes) {
      while (b.nodes->next(c, y))
        if (ordered(op_, a.number, number(c, value_of(c, y)))) return true;
      return false;
    }
    if (a.kind == Nodes && b.kind == Number) {
      while (a.nodes->next(c, x))
        if (ordered(op_, number(c, value_of(c, x)), b.number)) return true;
      return false;
    }
    if (a.kind == Text && b.kind == Nodes) {
      while (b.nodes->next(c, y))
        if (ordered(op_, a.text, value_of(c, y))) return true;
      return false;
    }
    if (a.kind == Nodes && b.kind == Text) {
      while (a.nodes->next(c, x))
        if (ordered(op_, b.text, value_of(c, x))) return true;
      return false;
    }
    if (a.kind == Nodes && b.kind == Nodes) {
      while (a.nodes->next(c, x)) {
        if (!b.nodes->next(c, y)) return false;
        do
          if (ordered(op_, value_of(c, x), value_of(c, y))) return true;
        while (b.nodes->next(c, y));
        b.nodes->evaluate(c);
      }
      return false;
    }
    c.fail("the XPath compares what cannot be compared");
    return false;
  }

  Op op_;
  Query *left_, *right_;
};

class ArithmeticQuery : public Query {
public:
  ArithmeticQuery(Op op, Query* left, Query* right) : op_(op), left_(left), right_(right) {}
  Query* clone(Arena& a) const override { return a.make<ArithmeticQuery>(op_, left_->clone(a), right_->clone(a)); }
  Gives gives() const override { return Gives::Number; }
  Result evaluate(EvaluationContext& c) override {
    const Result m = left_->evaluate(c), n = right_->evaluate(c);
    const double a = as_number(c, m), b = as_number(c, n);
    switch (op_) {
    case Op::Add: return of_number(a + b);
    case Op::Subtract: return of_number(a - b);
    case Op::Multiply: return of_number(a * b);
    case Op::Divide: return of_number(a / b);
    default: break;
    }
    const int64_t divisor = to_int(b);
    if (divisor == 0) c.fail("the XPath divides by 0");
    return of_number(divisor == 0 || divisor == -1 ? 0 : static_cast<double>(to_int(a) % divisor));
  }

protected:
  bool find(EvaluationContext&, At&) override { return false; }

private:
  Op op_;
  Query *left_, *right_;
};

class LastQuery : public Query {
public:
  explicit LastQuery(Query* among) : among_(among) {}
  Query* clone(Arena& a) const override { return a.make<LastQuery>(among_->clone(a)); }
  Gives gives() const override { return Gives::Number; }
  Result evaluate(EvaluationContext& c) override {
    if (!counted_)
      for (At at; among_->next(c, at);) count_ += 1;
    counted_ = true;
    return of_number(count_);
  }

protected:
  bool find(EvaluationContext&, At&) override { return false; }

private:
  Query* among_;
  double count_ = 0;
  bool counted_ = false;
};

}  // namespace

bool as_bool(EvaluationContext& c, const Result& r) {
  At any;
  switch (r.kind) {
  case Kind::Bool: return r.truth;
  case Kind::Number: return r.number != 0;
  case Kind::Text: return !r.text.empty();
  case Kind::Nodes: return r.nodes->next(c, any);
  case Kind::Integer: c.fail("the XPath takes a rounded number for a truth"); return false;
  case Kind::None: break;
  }
  return false;
}

double as_number(EvaluationContext& c, const Result& r) {
  bool there = true;
  switch (r.kind) {
  case Kind::Number: return r.number;
  case Kind::Text: return parse_double(r.text).value_or(kNoNumber);
  case Kind::Nodes: {
    const Text t = first_value(c, r.nodes, there);
    return there ? parse_double(t).value_or(kNoNumber) : kNoNumber;
  }
  default: return kNoNumber;
  }
}

Text as_string(EvaluationContext& c, const Result& r) {
  bool there;
  switch (r.kind) {
  case Kind::Bool: return r.truth ? "true" : "false";
  case Kind::Number: {
    if (isnan(r.number)) return "NaN";
    if (isinf(r.number)) return r.number < 0 ? "-Inf" : "+Inf";
    char room[kNumberRoom];
    return c.run.arena.copy({room, format_double_general(room, r.number)});
  }
  case Kind::Text: return r.text;
  case Kind::Nodes: return first_value(c, r.nodes, there);
  case Kind::Integer: c.fail("the XPath takes a rounded number for a text"); break;
  case Kind::None: break;
  }
  return {};
}

Query* make_call(Arena& a, Function function, Query* input, Query** arguments, uint32_t count) {
  return a.make<CallQuery>(function, input, arguments, count);
}
Query* make_comparison(Arena& a, Op op, Query* left, Query* right) {
  return a.make<ComparisonQuery>(op, left, right);
}
Query* make_arithmetic(Arena& a, Op op, Query* left, Query* right) {
  return a.make<ArithmeticQuery>(op, left, right);
}
Query* make_last(Arena& a, Query* input) {
  return a.make<LastQuery>(input);
}
Query* input_of_call(Query* call) {
  return static_cast<CallQuery*>(call)->input();
}

}  // namespace xpath

}  // namespace whittle::ottl
