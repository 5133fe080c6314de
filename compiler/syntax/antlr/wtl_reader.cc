// SPDX-License-Identifier: Apache-2.0
// From ANTLR's parse tree to ours. The parse tree of a text with errors has holes, so every child may be missing.
#include "compiler/syntax/antlr/wtl_reader.h"

#include "WhittleLexer.h"
#include "WhittleParser.h"
#include "antlr4-runtime.h"

#include <algorithm>
#include <string>

namespace whittle::syntax {

using Parser = whittle_grammar::WhittleParser;

namespace {

// Nesting that generated code, ours and a reader can bear.
constexpr int kMaxNesting = 200;

class Problems : public antlr4::BaseErrorListener {
public:
  Problems(source::FileId file, std::vector<WtlProblem>& out) : file_(file), out_(out) {}

  void syntaxError(antlr4::Recognizer* recognizer, antlr4::Token* token, size_t, size_t, const std::string& message,
                   std::exception_ptr) override {
    source::Span span{file_, 0, 0};
    if (token != nullptr) {
      span.begin = static_cast<uint32_t>(token->getStartIndex());
      span.end = token->getType() == antlr4::Token::EOF ? span.begin : static_cast<uint32_t>(token->getStopIndex() + 1);
    } else if (auto* lexer = dynamic_cast<antlr4::Lexer*>(recognizer)) {
      span.begin = static_cast<uint32_t>(lexer->tokenStartCharIndex);
      span.end = span.begin + 1;
    }
    out_.push_back({span, message});
  }

private:
  source::FileId file_;
  std::vector<WtlProblem>& out_;
};

// The text between the quotes, escapes resolved.
std::string unquote(const std::string& quoted) {
  std::string out;
  for (size_t i = 1; i + 1 < quoted.size(); ++i) {
    char c = quoted[i];
    if (c == '\\' && i + 2 < quoted.size()) {
      c = quoted[++i];
      if (c == 'n') c = '\n';
      if (c == 't') c = '\t';
    }
    out += c;
  }
  return out;
}

class Builder {
public:
  explicit Builder(source::FileId file) : file_(file) {}

  WtlFile file(Parser::FileContext* c) {
    WtlFile out;
    for (auto* item : c->item()) {
      WtlItem i;
      if (auto* s = item->structDecl()) i = struct_item(s);
      else if (auto* s = item->componentDecl()) i = component_item(s);
      else if (auto* s = item->serviceDecl()) i = service_item(s);
      else if (auto* s = item->letDecl()) i.kind = WtlItem::Kind::Let, i.span = span(s), i.name = word(s->word());
      else if (auto* s = item->pipelineDecl())
        i.kind = WtlItem::Kind::Pipeline, i.span = span(s), i.name = word(s->word(0));
      else if (auto* s = item->testDecl()) i.kind = WtlItem::Kind::Test, i.span = span(s), i.name = string(s->STRING());
      else continue;
      out.items.push_back(std::move(i));
    }
    return out;
  }

private:
  source::Span span(antlr4::ParserRuleContext* c) const {
    if (c == nullptr || c->start == nullptr) return {file_, 0, 0};
    auto begin = static_cast<uint32_t>(c->start->getStartIndex());
    auto end = c->stop == nullptr ? begin : static_cast<uint32_t>(c->stop->getStopIndex() + 1);
    return {file_, begin, std::max(begin, end)};
  }

  static std::string word(Parser::WordContext* c) { return c == nullptr ? std::string() : c->getText(); }

  static std::string string(antlr4::tree::TerminalNode* n) {
    return n == nullptr ? std::string() : unquote(n->getText());
  }

  static std::string doc(const std::vector<antlr4::tree::TerminalNode*>& lines) {
    std::string out;
    for (auto* line : lines) {
      std::string text = line->getText().substr(3);
      if (!text.empty() && text[0] == ' ') text.erase(0, 1);
      if (!out.empty()) out += '\n';
      out += text;
    }
    return out;
  }

  std::vector<std::string> words(Parser::WordsContext* c) {
    std::vector<std::string> out;
    if (c != nullptr) {
      for (auto* w : c->word()) out.push_back(word(w));
    }
    return out;
  }

  static std::vector<std::string> path(Parser::SettingPathContext* c) {
    std::vector<std::string> out;
    if (c != nullptr) {
      for (auto* w : c->word()) out.push_back(word(w));
    }
    return out;
  }

  WtlItem struct_item(Parser::StructDeclContext* c) {
    WtlItem i;
    i.kind = WtlItem::Kind::Struct;
    i.span = span(c);
    i.name = word(c->word());
    i.doc = doc(c->DOC());
    i.members = members(c->member());
    return i;
  }

  WtlItem component_item(Parser::ComponentDeclContext* c) {
    WtlItem i;
    i.kind = WtlItem::Kind::Component;
    i.span = span(c);
    i.name = word(c->word());
    i.component_kind = c->kind == nullptr ? std::string() : c->kind->getText();
    i.doc = doc(c->DOC());
    if (auto* s = c->signature()) {
      std::string text = s->getText();
      std::vector<Parser::WordsContext*> lists = s->words();
      if (!text.empty() && text[0] == '(') {
        if (!lists.empty()) i.consumes = words(lists[0]);
        if (lists.size() > 1) i.produces = words(lists[1]);
      } else if (!lists.empty()) {
        i.produces = words(lists[0]);
      }
    }
    i.members = members(c->member());
    return i;
  }

  WtlItem service_item(Parser::ServiceDeclContext* c) {
    WtlItem i;
    i.kind = WtlItem::Kind::Service;
    i.span = span(c);
    i.name = "service";
    i.doc = doc(c->DOC());
    i.members = members(c->member());
    return i;
  }

  std::vector<WtlMember> members(const std::vector<Parser::MemberContext*>& list) {
    std::vector<WtlMember> out;
    for (auto* m : list) out.push_back(member(m));
    return out;
  }

  WtlMember member(Parser::MemberContext* c) {
    WtlMember m;
    m.span = span(c);
    if (auto* x = dynamic_cast<Parser::IncludeMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Include;
      m.name = word(x->word());
      if (x->overrides() != nullptr) m.overrides = overrides(x->overrides());
    } else if (auto* x = dynamic_cast<Parser::SettingMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Setting;
      if (x->word() != nullptr) m.span = span(x->word());
      m.name = word(x->word());
      m.doc = doc(x->DOC());
      if (x->type() != nullptr) m.type = type(x->type());
      if (x->defaultValue() != nullptr) m.initial = literal(x->defaultValue()->literal());
      for (auto* modifier : x->modifier()) m.modifiers.push_back(this->modifier(modifier));
    } else if (auto* x = dynamic_cast<Parser::AliasMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Alias;
      m.name = word(x->word());
      if (x->deprecation() != nullptr) m.text = string(x->deprecation()->STRING());
    } else if (auto* x = dynamic_cast<Parser::RequiresMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Requires;
      m.condition.push_back(expression(x->expression()));
      m.ours = x->ours != nullptr;
      m.text = string(x->STRING());
    } else if (auto* x = dynamic_cast<Parser::IamMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Iam;
      for (auto* s : x->iamStatement()) m.iam.push_back(iam(s));
      for (auto* s : x->neverStatement()) m.never.push_back(never(s));
    } else if (auto* x = dynamic_cast<Parser::ListensMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Listens;
      bool usual = false;  // the string behind `else`; those before are protocols
      for (auto* child : x->children) {
        std::string text = child->getText();
        if (text == "else") usual = true;
        else if (text[0] == '"' && usual) m.text = unquote(text);
        else if (text[0] == '"') m.protocols.push_back(unquote(text));
      }
      m.path = path(x->address);
      m.port = path(x->port);
      m.tls = path(x->tls);
      if (x->settingPaths() != nullptr)
        for (auto* one : x->settingPaths()->settingPath()) m.paths.push_back(path(one));
      if (x->expression() != nullptr) m.condition.push_back(expression(x->expression()));
    } else if (auto* x = dynamic_cast<Parser::LinksMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Links;
      m.name = word(x->word(0));
      if (x->word().size() > 1) m.text = word(x->word(1));
      if (x->expression() != nullptr) m.condition.push_back(expression(x->expression()));
    } else if (auto* x = dynamic_cast<Parser::RootsMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Roots;
      if (x->expression() != nullptr) m.condition.push_back(expression(x->expression()));
    } else if (dynamic_cast<Parser::PassesMemberContext*>(c) != nullptr) {
      m.kind = WtlMember::Kind::PassesNames;
    } else if (dynamic_cast<Parser::StatelessMemberContext*>(c) != nullptr) {
      m.kind = WtlMember::Kind::Stateless;
    } else if (auto* x = dynamic_cast<Parser::HoldsMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Holds;
      if (x->settingPath() != nullptr) m.path = path(x->settingPath());
      if (x->NUMBER(0) != nullptr) m.number = std::atoll(x->NUMBER(0)->getText().c_str());
      if (x->NUMBER(1) != nullptr) m.otherwise = std::atoll(x->NUMBER(1)->getText().c_str());
      m.text = string(x->STRING());
      if (x->expression() != nullptr) m.condition.push_back(expression(x->expression()));
    } else if (auto* x = dynamic_cast<Parser::DelaysMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Delays;
      m.path = path(x->settingPath());
    } else if (auto* x = dynamic_cast<Parser::AttemptsMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Attempts;
      m.path = path(x->settingPath());
    } else if (auto* x = dynamic_cast<Parser::DrainsMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Drains;
      m.path = path(x->settingPath());
    } else if (auto* x = dynamic_cast<Parser::CapsMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Caps;
      m.path = path(x->settingPath());
    } else if (dynamic_cast<Parser::CheckedMemberContext*>(c) != nullptr) {
      m.kind = WtlMember::Kind::CheckedOnly;
    } else if (auto* x = dynamic_cast<Parser::ShipsMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Ships;
      for (auto* w : x->words()->word()) m.words.push_back(word(w));
    } else if (auto* x = dynamic_cast<Parser::HostMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Host;
      m.text = string(x->STRING());
      if (x->expression() != nullptr) m.condition.push_back(expression(x->expression()));
    } else if (dynamic_cast<Parser::SameSignalMemberContext*>(c) != nullptr) {
      m.kind = WtlMember::Kind::SameSignal;
    } else if (auto* x = dynamic_cast<Parser::NeedsMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Needs;
      m.name = word(x->word());
      m.text = string(x->STRING());
    } else if (auto* x = dynamic_cast<Parser::EmitsMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Emits;
      m.name = word(x->word(0));
      if (x->word().size() > 1) m.value_type = word(x->word(1));
      std::string* target = &m.text;  // each string belongs to the word before it
      for (auto* child : x->children) {
        std::string text = child->getText();
        if (text == "unit") target = &m.unit;
        else if (text == "when") target = &m.when;
        else if (text == "not") target = &m.mistaken;
        else if (text[0] == '"') *target = unquote(text);
      }
    } else if (auto* x = dynamic_cast<Parser::StabilityMemberContext*>(c)) {
      m.kind = WtlMember::Kind::Stability;
      m.name = word(x->word());
    }
    return m;
  }

  WtlType type(Parser::TypeContext* c) {
    WtlType t;
    auto* b = c->base();
    if (auto* x = dynamic_cast<Parser::ListTypeContext*>(b)) {
      t.kind = WtlType::Kind::List;
      if (x->type() != nullptr) t.arguments.push_back(type(x->type()));
    } else if (auto* x = dynamic_cast<Parser::MapTypeContext*>(b)) {
      t.kind = WtlType::Kind::Map;
      if (x->type() != nullptr) t.arguments.push_back(type(x->type()));
    } else if (auto* x = dynamic_cast<Parser::EnumTypeContext*>(b)) {
      t.kind = WtlType::Kind::Enum;
      for (auto* v : x->enumValue()) {
        std::string name = v->STRING() != nullptr   ? string(v->STRING())
                           : v->NUMBER() != nullptr ? v->NUMBER()->getText()
                                                    : word(v->word());
        t.values.push_back({std::move(name), doc(v->DOC())});
      }
    } else if (auto* x = dynamic_cast<Parser::StructTypeContext*>(b)) {
      t.kind = WtlType::Kind::Struct;
      t.members = members(x->member());
    } else if (auto* x = dynamic_cast<Parser::NamedTypeContext*>(b)) {
      t.name = word(x->word());
    }
    t.span = span(c);
    t.optional = c->optional != nullptr;
    return t;
  }

  std::vector<WtlOverride> overrides(Parser::OverridesContext* c) {
    std::vector<WtlOverride> out;
    for (auto* o : c->override()) {
      WtlOverride v;
      v.name = word(o->word());
      v.span = span(o);
      if (o->literal() != nullptr) v.value = literal(o->literal());
      if (o->overrides() != nullptr) v.nested = overrides(o->overrides());
      out.push_back(std::move(v));
    }
    return out;
  }

  WtlModifier modifier(Parser::ModifierContext* c) {
    WtlModifier m;
    m.span = span(c);
    m.kind = c->start == nullptr ? std::string() : c->start->getText();
    if (auto* x = dynamic_cast<Parser::InModifierContext*>(c)) {
      if (auto* r = x->range()) {
        for (auto* l : r->literal()) m.literals.push_back(literal(l));
        if (!r->NUMBER().empty()) {
          m.kind = "range";
          for (auto* n : r->NUMBER()) m.literals.push_back(number(n->getText(), span(r)));
        }
      }
      m.severity = x->severity() == nullptr ? std::string() : x->severity()->getText();
      m.text = string(x->STRING());
    } else if (auto* x = dynamic_cast<Parser::WhereModifierContext*>(c)) {
      m.op = x->op == nullptr ? std::string() : x->op->getText();
      if (x->literal() != nullptr) m.literals.push_back(literal(x->literal()));
      m.severity = x->severity() == nullptr ? std::string() : x->severity()->getText();
      m.text = string(x->STRING());
    } else if (auto* x = dynamic_cast<Parser::WithModifierContext*>(c)) {
      if (x->overrides() != nullptr) m.overrides = overrides(x->overrides());
    } else if (auto* x = dynamic_cast<Parser::RefusedModifierContext*>(c)) {
      m.text = string(x->STRING());
    } else if (auto* x = dynamic_cast<Parser::InertModifierContext*>(c)) {
      m.text = string(x->STRING());
    } else if (auto* x = dynamic_cast<Parser::DeprecatedModifierContext*>(c)) {
      m.text = string(x->STRING());
    } else if (auto* x = dynamic_cast<Parser::FlatModifierContext*>(c)) {
      m.text = word(x->word());
    } else if (auto* x = dynamic_cast<Parser::NumberedModifierContext*>(c)) {
      m.text = x->NUMBER() == nullptr ? std::string() : x->NUMBER()->getText();
    } else if (auto* x = dynamic_cast<Parser::ForModifierContext*>(c)) {
      m.words = words(x->words());
    } else if (auto* x = dynamic_cast<Parser::ConditionsModifierContext*>(c)) {
      for (auto* w : x->word()) m.words.push_back(word(w));
    } else if (auto* x = dynamic_cast<Parser::SocketModifierContext*>(c)) {
      m.condition.push_back(expression(x->expression()));
    } else if (auto* x = dynamic_cast<Parser::NamesModifierContext*>(c)) {
      if (x->expression() != nullptr) m.condition.push_back(expression(x->expression()));
    }
    return m;
  }

  static WtlLiteral number(std::string text, source::Span span) {
    WtlLiteral l;
    l.kind = WtlLiteral::Kind::Number;
    l.text = std::move(text);
    l.span = span;
    return l;
  }

  WtlLiteral literal(Parser::LiteralContext* c) {
    WtlLiteral l;
    l.span = span(c);
    if (c == nullptr) return l;
    if (dynamic_cast<Parser::BoolLiteralContext*>(c) != nullptr) {
      l.kind = WtlLiteral::Kind::Bool;
      l.boolean = c->getText() == "true";
    } else if (dynamic_cast<Parser::NumberLiteralContext*>(c) != nullptr) {
      l.kind = WtlLiteral::Kind::Number;
      l.text = c->getText();
    } else if (dynamic_cast<Parser::DurationLiteralContext*>(c) != nullptr) {
      l.kind = WtlLiteral::Kind::Duration;
      l.text = c->getText();
    } else if (auto* x = dynamic_cast<Parser::StringLiteralContext*>(c)) {
      l.kind = WtlLiteral::Kind::String;
      l.text = string(x->STRING());
    } else if (auto* x = dynamic_cast<Parser::ListLiteralContext*>(c)) {
      l.kind = WtlLiteral::Kind::List;
      for (auto* item : x->literal()) l.items.push_back(literal(item));
    } else if (auto* x = dynamic_cast<Parser::MapLiteralContext*>(c)) {
      l.kind = WtlLiteral::Kind::Map;
      for (auto* e : x->entry()) {
        l.keys.push_back(e->STRING() != nullptr ? string(e->STRING()) : word(e->word()));
        l.items.push_back(literal(e->literal()));
      }
    } else if (dynamic_cast<Parser::NullLiteralContext*>(c) != nullptr) {
      l.kind = WtlLiteral::Kind::Null;
    } else if (dynamic_cast<Parser::EnvLiteralContext*>(c) != nullptr) {
      l.kind = WtlLiteral::Kind::Env;
      l.text = c->getText();
    } else if (dynamic_cast<Parser::WordLiteralContext*>(c) != nullptr) {
      l.kind = WtlLiteral::Kind::Word;
      l.text = c->getText();
    }
    return l;
  }

  WtlExpression operand(Parser::OperandContext* c) {
    WtlExpression e;
    if (c == nullptr) return e;
    e.span = span(c);
    if (c->settingPath() != nullptr) {
      e.kind = WtlExpression::Kind::Size;
      e.path = path(c->settingPath());
    } else {
      e.kind = WtlExpression::Kind::Literal;
      if (c->literal() != nullptr) {
        e.literal = literal(c->literal());
      } else {  // a setting within a setting
        e.literal.kind = WtlLiteral::Kind::Word;
        e.literal.text = c->getText();
      }
    }
    return e;
  }

  WtlExpression expression(Parser::ExpressionContext* c) {
    WtlExpression e;
    if (c == nullptr) return e;
    if (auto* x = dynamic_cast<Parser::NotExpressionContext*>(c)) {
      e.kind = WtlExpression::Kind::Not;
      e.operands.push_back(expression(x->expression()));
    } else if (auto* x = dynamic_cast<Parser::AndExpressionContext*>(c)) {
      e.kind = WtlExpression::Kind::And;
      for (auto* o : x->expression()) e.operands.push_back(expression(o));
    } else if (auto* x = dynamic_cast<Parser::OrExpressionContext*>(c)) {
      e.kind = WtlExpression::Kind::Or;
      for (auto* o : x->expression()) e.operands.push_back(expression(o));
    } else if (auto* x = dynamic_cast<Parser::GroupExpressionContext*>(c)) {
      return expression(x->expression());
    } else if (auto* x = dynamic_cast<Parser::SetExpressionContext*>(c)) {
      e.kind = WtlExpression::Kind::Set;
      e.path = path(x->settingPath());
    } else if (auto* x = dynamic_cast<Parser::CompareExpressionContext*>(c)) {
      e.kind = WtlExpression::Kind::Compare;
      e.op = x->op == nullptr ? std::string() : x->op->getText();
      for (auto* o : x->operand()) e.operands.push_back(operand(o));
    }
    e.span = span(c);
    return e;
  }

  WtlIamStatement iam(Parser::IamStatementContext* c) {
    WtlIamStatement s;
    if (auto* service = c->awsService())
      for (auto* part : service->word()) s.action += (s.action.empty() ? "" : "-") + word(part);
    s.action += ":" + word(c->word());
    if (auto* r = c->resource()) {
      s.resource = r->word() == nullptr ? std::string("*") : word(r->word());
      for (auto* a : r->argument()) {
        s.arguments.push_back(path(a->settingPath()));
        s.otherwise.push_back(a->STRING() == nullptr ? std::string() : string(a->STRING()));
      }
    }
    if (c->expression() != nullptr) s.when.push_back(expression(c->expression()));
    if (c->STRING() != nullptr) s.why = string(c->STRING());
    return s;
  }

  static WtlNeverStatement never(Parser::NeverStatementContext* c) {
    bool open = std::any_of(c->children.begin(), c->children.end(), [](auto* x) { return x->getText() == "*"; });
    return {word(c->word(0)) + ":" + word(c->word(1)) + (open ? "*" : ""), string(c->STRING())};
  }

  source::FileId file_;
};

// How deep braces, brackets and parentheses nest, outside of strings and comments; ANTLR recurses on each.
int nesting(std::string_view text) {
  int depth = 0, deepest = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"') {
      for (++i; i < text.size() && text[i] != '"' && text[i] != '\n'; ++i) i += text[i] == '\\';
    } else if (c == '/' && i + 1 < text.size() && text[i + 1] == '/') {
      while (i < text.size() && text[i] != '\n') ++i;
    } else if (c == '{' || c == '[' || c == '(' || c == '<') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']' || c == ')' || c == '>') {
      --depth;
    }
  }
  return deepest;
}

// Runs of `not` recurse as well.
bool has_long_not_run(std::string_view text) {
  int run = 0;
  for (size_t at = text.find("not"); at != std::string_view::npos; at = text.find("not", at + 3)) {
    if (++run > kMaxNesting * 10) return true;
  }
  return false;
}

}  // namespace

WtlFile read_wtl(source::FileId file, std::string_view text, std::vector<WtlProblem>& problems) {
  for (size_t i = 0; i < text.size(); ++i) {  // ANTLR counts code points, we count bytes: equal as long as it is ASCII
    if (static_cast<unsigned char>(text[i]) >= 0x80 || text[i] == 0) {
      auto at = static_cast<uint32_t>(i);
      problems.push_back({{file, at, at + 1}, "only ASCII may stand here"});
      return {};
    }
  }
  if (nesting(text) > kMaxNesting || has_long_not_run(text)) {
    problems.push_back({{file, 0, 0}, "nested too deep"});
    return {};
  }
  try {
    antlr4::ANTLRInputStream input{std::string(text)};
    whittle_grammar::WhittleLexer lexer(&input);
    Problems listener(file, problems);
    lexer.removeErrorListeners();
    lexer.addErrorListener(&listener);
    antlr4::CommonTokenStream tokens(&lexer);
    Parser parser(&tokens);
    parser.removeErrorListeners();
    parser.addErrorListener(&listener);
    Parser::FileContext* tree = parser.file();
    return Builder(file).file(tree);
  } catch (const std::exception& e) {
    problems.push_back({{file, 0, 0}, e.what()});
    return {};
  }
}

}  // namespace whittle::syntax
