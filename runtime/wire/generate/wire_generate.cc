// SPDX-License-Identifier: Apache-2.0
// Runs when whittle is built: reads the .proto files and writes what the runtime needs of them, so that no protobuf
// library is linked into a collector.
//
//   wire_generate PROTO_FOLDER INCLUDE_FOLDER OUT_FOLDER
//
// writes otlp_schema.h and otlp_schema.cc (tables, see wire/schema.h) and otlp_views.h (views, see wire/view.h).
#include <google/protobuf/compiler/importer.h>
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace pb = google::protobuf;
using Type = pb::FieldDescriptor;

static const char* const kFiles[] = {
    "opentelemetry/proto/collector/trace/v1/trace_service.proto",
    "opentelemetry/proto/collector/metrics/v1/metrics_service.proto",
    "opentelemetry/proto/collector/logs/v1/logs_service.proto",
    "google/rpc/status.proto",
};

namespace {
class Errors : public pb::compiler::MultiFileErrorCollector {
public:
  void AddError(const std::string& file, int line, int column, const std::string& message) override {
    std::cerr << file << ':' << line + 1 << ':' << column + 1 << ": " << message << '\n';
  }
};
}  // namespace

static std::string camel(const std::string& snake) {
  std::string out;
  bool upper = true;
  for (char c : snake) {
    if (c == '_') {
      upper = true;
    } else {
      out += upper ? static_cast<char>(std::toupper(c)) : c;
      upper = false;
    }
  }
  return out;
}

// "SpanEvent" for trace.v1.Span.Event; google's own get a prefix, for they share names with OTLP's.
static std::string cpp_name(const pb::Descriptor* m) {
  std::string name = m->name();
  for (auto* outer = m->containing_type(); outer; outer = outer->containing_type()) name = outer->name() + name;
  if (m->file()->package() == "google.rpc") name = "Rpc" + name;
  if (m->file()->package() == "google.protobuf") name = "Protobuf" + name;
  return name;
}

static void collect(const pb::Descriptor* m, std::vector<const pb::Descriptor*>& order,
                    std::set<const pb::Descriptor*>& seen) {
  if (!seen.insert(m).second) return;
  for (int i = 0; i < m->field_count(); ++i)
    if (auto* sub = m->field(i)->message_type()) collect(sub, order, seen);
  order.push_back(m);
}

static std::vector<const pb::FieldDescriptor*> by_number(const pb::Descriptor* m) {
  std::vector<const pb::FieldDescriptor*> fields;
  for (int i = 0; i < m->field_count(); ++i) fields.push_back(m->field(i));
  std::sort(fields.begin(), fields.end(), [](auto* a, auto* b) { return a->number() < b->number(); });
  return fields;
}

static const char* kind(const pb::FieldDescriptor* f) {
  switch (f->type()) {
  case Type::TYPE_BOOL: return "Bool";
  case Type::TYPE_INT32: return "Int32";
  case Type::TYPE_INT64: return "Int64";
  case Type::TYPE_UINT32: return "Uint32";
  case Type::TYPE_UINT64: return "Uint64";
  case Type::TYPE_SINT32: return "Sint32";
  case Type::TYPE_ENUM: return "Enum";
  case Type::TYPE_FIXED32: return "Fixed32";
  case Type::TYPE_FIXED64: return "Fixed64";
  case Type::TYPE_SFIXED64: return "Sfixed64";
  case Type::TYPE_DOUBLE: return "Double";
  case Type::TYPE_STRING: return "String";
  case Type::TYPE_BYTES: return "Bytes";
  case Type::TYPE_MESSAGE: return "Message";
  default: std::cerr << f->full_name() << ": a type that the generator does not know\n"; std::exit(1);
  }
}

static int id_size(const pb::FieldDescriptor* f) {
  if (f->type() != Type::TYPE_BYTES) return 0;
  if (f->name() == "trace_id") return 16;
  if (f->name() == "span_id" || f->name() == "parent_span_id") return 8;
  return 0;
}

static bool is_container(const std::string& n) {
  return n.starts_with("Resource") ? n != "Resource" : n.starts_with("Scope");
}
static bool is_item(const std::string& n) {
  return n == "Span" || n == "LogRecord" || n.ends_with("DataPoint");
}

static std::string schema_header(const std::vector<const pb::Descriptor*>& messages) {
  std::ostringstream out;
  out << "// Generated from the .proto files by wire_generate.\n#pragma once\n\n#include \"runtime/wire/schema.h\"\n\n"
         "namespace whittle::wire {\n\n";
  for (auto* m : messages) out << "extern const MessageType k" << cpp_name(m) << ";\n";
  out << "\n}  // namespace whittle::wire\n";
  return out.str();
}

static std::string schema_source(const std::vector<const pb::Descriptor*>& messages) {
  std::ostringstream out;
  out << "// Generated from the .proto files by wire_generate.\n#include \"runtime/wire/otlp_schema.h\"\n\n"
         "namespace whittle::wire {\n\n";
  std::set<const pb::EnumDescriptor*> enums;
  for (auto* m : messages)
    for (auto* f : by_number(m))
      if (f->enum_type() && enums.insert(f->enum_type()).second) {
        out << "static constexpr EnumName k" << f->enum_type()->name() << "Names[] = {\n";
        for (int i = 0; i < f->enum_type()->value_count(); ++i)
          out << "    {\"" << f->enum_type()->value(i)->name() << "\", " << f->enum_type()->value(i)->number()
              << "},\n";
        out << "};\n";
      }
  for (auto* m : messages) {
    std::string name = cpp_name(m);
    auto fields = by_number(m);
    out << "\nstatic constexpr Field k" << name << "Fields[] = {\n";
    for (auto* f : fields) {
      if (f->number() > 16) {
        std::cerr << f->full_name() << ": numbers above 16 have no place in the tables\n";
        std::exit(1);
      }
      out << "    {\"" << f->json_name() << "\", \"" << f->name() << "\", "
          << (f->message_type() ? "&k" + cpp_name(f->message_type()) : "nullptr") << ", "
          << (f->enum_type() ? "k" + f->enum_type()->name() + "Names" : "nullptr") << ", "
          << (f->enum_type() ? f->enum_type()->value_count() : 0) << ", " << f->number() << ", FieldKind::" << kind(f)
          << ", " << (f->is_repeated() ? "true" : "false") << ", " << (f->real_containing_oneof() ? "true" : "false")
          << ", " << (f->containing_oneof() ? "true" : "false") << ", " << id_size(f) << "},\n";
    }
    int deprecated = 0;
    if (name == "ResourceSpans" || name == "ResourceMetrics" || name == "ResourceLogs") deprecated = 2;
    out << "};\nconstexpr MessageType k" << name << " = {\n    \"" << name << "\", k" << name << "Fields, "
        << fields.size() << ", " << deprecated << ", " << (is_container(name) ? "true" : "false") << ", "
        << (is_item(name) ? "true" : "false") << ",\n    {";
    std::map<int, size_t> index;
    for (size_t i = 0; i < fields.size(); ++i) index[fields[i]->number()] = i;
    for (int n = 0; n <= 16; ++n) {
      if (n) out << ", ";
      if (!index.count(n)) {
        out << "{}";
        continue;
      }
      auto* f = fields[index[n]];
      out << "{FieldKind::" << kind(f) << ", " << (f->is_repeated() ? "true" : "false") << ", " << id_size(f) << ", "
          << index[n] << "}";
    }
    out << "}};\n";
  }
  out << "\n}  // namespace whittle::wire\n";
  return out.str();
}

namespace {
struct ViewField {
  std::string type, init, read;
};
}  // namespace

// The member of a view and how it is read when `p` stands behind the tag.
static ViewField view_field(const pb::FieldDescriptor* f) {
  switch (f->type()) {
  case Type::TYPE_BOOL: return {"bool", "false", "wire::varint(p) != 0"};
  case Type::TYPE_INT32: return {"int32_t", "0", "static_cast<int32_t>(wire::varint(p))"};
  case Type::TYPE_ENUM: return {"int32_t", "0", "static_cast<int32_t>(wire::varint(p))"};
  case Type::TYPE_INT64: return {"int64_t", "0", "static_cast<int64_t>(wire::varint(p))"};
  case Type::TYPE_UINT32: return {"uint32_t", "0", "static_cast<uint32_t>(wire::varint(p))"};
  case Type::TYPE_UINT64: return {"uint64_t", "0", "wire::varint(p)"};
  case Type::TYPE_SINT32:
    return {"int32_t", "0", "static_cast<int32_t>(wire::zigzag(static_cast<uint32_t>(wire::varint(p))))"};
  case Type::TYPE_FIXED32: return {"uint32_t", "0", "wire::i32(p)"};
  case Type::TYPE_FIXED64: return {"uint64_t", "0", "wire::i64(p)"};
  case Type::TYPE_SFIXED64: return {"int64_t", "0", "static_cast<int64_t>(wire::i64(p))"};
  case Type::TYPE_DOUBLE: return {"double", "0", "wire::f64(p)"};
  case Type::TYPE_STRING: return {"Text", "{}", "as_text(wire::len(p))"};
  case Type::TYPE_BYTES: return {"Bytes", "{}", "wire::len(p)"};
  default: return {"Bytes", "{}", "wire::len(p)"};
  }
}

static int wire_type(const pb::FieldDescriptor* f) {
  switch (f->type()) {
  case Type::TYPE_FIXED64:
  case Type::TYPE_SFIXED64:
  case Type::TYPE_DOUBLE: return 1;
  case Type::TYPE_FIXED32: return 5;
  case Type::TYPE_STRING:
  case Type::TYPE_BYTES:
  case Type::TYPE_MESSAGE: return 2;
  default: return 0;
  }
}

static std::string numbers_type(const pb::FieldDescriptor* f) {
  ViewField v = view_field(f);
  const char* scalar = f->type() == Type::TYPE_DOUBLE ? "Double" : wire_type(f) == 1 ? "Fixed64" : "Varint";
  return "Numbers<" + v.type + ", Scalar::" + scalar + ">";
}

static void view_struct(std::ostringstream& out, const pb::Descriptor* m) {
  std::string name = cpp_name(m);
  out << "\nstruct " << name << " {\n";
  for (int i = 0; i < m->real_oneof_decl_count(); ++i) {
    auto* o = m->oneof_decl(i);
    out << "  enum class " << camel(o->name()) << "Case : uint8_t { None";
    for (int j = 0; j < o->field_count(); ++j) out << ", " << camel(o->field(j)->name());
    out << " };\n";
  }
  for (auto* f : by_number(m)) {
    if (f->real_containing_oneof()) continue;
    ViewField v = view_field(f);
    if (f->is_repeated() && f->type() == Type::TYPE_MESSAGE)
      out << "  Repeated<" << cpp_name(f->message_type()) << "> " << f->name() << ";\n";
    else if (f->is_repeated() && f->type() == Type::TYPE_STRING) out << "  Repeated<Text> " << f->name() << ";\n";
    else if (f->is_repeated()) out << "  " << numbers_type(f) << " " << f->name() << ";\n";
    else if (f->type() == Type::TYPE_MESSAGE)
      out << "  Message<" << cpp_name(f->message_type()) << "> " << f->name() << ";\n";
    else out << "  " << v.type << " " << f->name() << " = " << v.init << ";\n";
    if (f->has_optional_keyword()) out << "  bool has_" << f->name() << " = false;\n";
  }
  for (int i = 0; i < m->real_oneof_decl_count(); ++i) {
    auto* o = m->oneof_decl(i);
    out << "  " << camel(o->name()) << "Case " << o->name() << "_case = " << camel(o->name())
        << "Case::None;\n  union {\n";
    out << "    uint64_t unset_" << o->name() << " = 0;\n";
    for (int j = 0; j < o->field_count(); ++j) {
      auto* f = o->field(j);
      out << "    " << view_field(f).type << " " << f->name() << ";";
      if (f->type() == Type::TYPE_MESSAGE) out << "  // a " << cpp_name(f->message_type());
      out << "\n";
    }
    out << "  };\n";
  }
  out << "\n  " << name << "() {}\n  explicit " << name << "(Bytes whole);\n};\n";
}

static void view_constructor(std::ostringstream& out, const pb::Descriptor* m) {
  std::string name = cpp_name(m);
  out << "\ninline " << name << "::" << name << "(Bytes whole) {\n"
      << "  const uint8_t* p = whole.data();\n  const uint8_t* end = p + whole.size();\n"
      << "  while (p < end) {\n    [[maybe_unused]] const uint8_t* begin = p;\n"
      << "    uint32_t tag = static_cast<uint32_t>(wire::varint(p));\n    switch (tag) {\n";
  for (auto* f : by_number(m)) {
    ViewField v = view_field(f);
    uint32_t tag = static_cast<uint32_t>(f->number() << 3 | wire_type(f));
    out << "    case " << tag << ": ";
    if (f->is_repeated() && wire_type(f) == 2) {
      out << "wire::len(p); " << f->name() << ".add(tag, begin, p); break;\n";
    } else if (f->is_repeated()) {
      out << "{ const uint8_t* value = p; wire::skip(p, tag); " << f->name() << ".add(" << f->number()
          << ", begin, value, p, false); break; }\n";
      out << "    case " << (f->number() << 3 | 2) << ": { const uint8_t* value = p; wire::len(p); " << f->name()
          << ".add(" << f->number() << ", begin, value, p, true); break; }\n";
    } else if (auto* o = f->real_containing_oneof()) {
      out << f->name() << " = " << v.read << "; " << o->name() << "_case = " << camel(o->name())
          << "Case::" << camel(f->name()) << "; break;\n";
    } else if (f->type() == Type::TYPE_MESSAGE) {
      out << f->name() << " = {wire::len(p), true}; break;\n";
    } else if (f->has_optional_keyword()) {
      out << f->name() << " = " << v.read << "; has_" << f->name() << " = true; break;\n";
    } else {
      out << f->name() << " = " << v.read << "; break;\n";
    }
  }
  out << "    default: wire::skip(p, tag);\n    }\n  }\n}\n";
}

static std::string views_header(const std::vector<const pb::Descriptor*>& messages) {
  std::ostringstream out;
  out << "// Generated from the .proto files by wire_generate.\n#pragma once\n\n#include \"runtime/wire/view.h\"\n\n"
         "namespace whittle::views {\n\n";
  std::set<const pb::EnumDescriptor*> enums;
  for (auto* m : messages) {
    for (int i = 0; i < m->enum_type_count(); ++i) enums.insert(m->enum_type(i));
    for (int i = 0; i < m->file()->enum_type_count(); ++i) enums.insert(m->file()->enum_type(i));
  }
  std::map<std::string, const pb::EnumDescriptor*> sorted;
  for (auto* e : enums)
    if (e->file()->package() != "google.protobuf") sorted[e->full_name()] = e;
  for (auto& [full, e] : sorted) {
    out << "enum " << e->name() << " : int32_t {\n";
    for (int i = 0; i < e->value_count(); ++i)
      out << "  " << e->value(i)->name() << " = " << e->value(i)->number() << ",\n";
    out << "};\n";
  }
  for (auto* m : messages) out << "struct " << cpp_name(m) << ";\n";
  for (auto* m : messages) view_struct(out, m);
  for (auto* m : messages) view_constructor(out, m);
  out << "\n}  // namespace whittle::views\n";
  return out.str();
}

static void write(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) {
    std::cerr << path << ": cannot write\n";
    std::exit(1);
  }
}

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: wire_generate PROTO_FOLDER INCLUDE_FOLDER OUT_FOLDER\n";
    return 2;
  }
  pb::compiler::DiskSourceTree tree;
  tree.MapPath("", argv[1]);
  tree.MapPath("", argv[2]);
  Errors errors;
  pb::compiler::Importer importer(&tree, &errors);
  std::vector<const pb::Descriptor*> messages;
  std::set<const pb::Descriptor*> seen;
  for (const char* file : kFiles) {
    auto* f = importer.Import(file);
    if (!f) return 1;
    for (int i = 0; i < f->message_type_count(); ++i) collect(f->message_type(i), messages, seen);
  }
  std::string out = argv[3];
  write(out + "/otlp_schema.h", schema_header(messages));
  write(out + "/otlp_schema.cc", schema_source(messages));
  write(out + "/otlp_views.h", views_header(messages));
  return 0;
}
