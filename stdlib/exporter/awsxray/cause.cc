// SPDX-License-Identifier: Apache-2.0
// The `cause` part: exceptions of the span's events with their stack traces taken apart, each language's in its own
// way. Chained exceptions ("Caused by") become exceptions that name each other by id.
#include "runtime/base/utf8.h"
#include "stdlib/exporter/awsxray/segment.h"

namespace whittle::awsxray {

static constexpr Text kException = "exception";
static constexpr Text kHttpFailure = "HTTP request failure";

static bool is_aws_sdk(const SpanAttributes& attributes) {
  return attributes.string(Key::RpcSystem) == "aws-api";
}

bool has_exceptions(const views::Span& span, const SpanAttributes& attributes) {
  if (span.events.empty()) return false;
  bool sdk = is_aws_sdk(attributes);
  for (views::SpanEvent event : span.events)
    if (event.name == kException || (sdk && event.name == kHttpFailure)) return true;
  return false;
}

Outcome outcome_of(const views::Span&, const views::Status& status, bool has_exceptions,
                   const SpanAttributes& attributes) {
  Outcome o;
  bool failed = status.code == views::STATUS_CODE_ERROR;
  o.uses_status_text = !has_exceptions && failed;
  // The HTTP status decides where there is one: many instrumentations leave the span's status unset.
  const SpanAttribute* a = attributes.find(Key::HttpStatusCode);
  if (!a) a = attributes.find(Key::HttpResponseStatusCode);
  int64_t code = a ? int_of(a->value) : 0;
  if (code >= 400 && code <= 499) {
    o.error = true;
    o.throttle = code == 429;
  } else if (code >= 500 && code <= 599) {
    o.fault = true;
  } else {
    o.fault = failed;
  }
  return o;
}

namespace {

// Lines as Go's text readers give them: without their end, which is "\n" or "\r\n".
struct Lines {
  Text rest;

  bool next(Text& line) {
    if (rest.empty()) {
      line = {};
      return false;
    }
    size_t end = rest.find('\n');
    if (end == Text::npos) {
      line = rest;
      rest = {};
      return true;
    }
    line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    rest.remove_prefix(end + 1);
    return true;
  }
};

// As Go's Atoi with its error ignored: 0 for what is no number, the nearest for what does not fit.
int64_t line_number(Text t) {
  if (auto n = parse_int(t)) return *n;
  Text digits = t;
  if (digits.starts_with('-') || digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.empty() || digits.find_first_not_of("0123456789") != Text::npos) return 0;
  return t.starts_with('-') ? INT64_MIN : INT64_MAX;
}

Text trim(Text t) {
  while (!t.empty() && (t.front() == ' ' || (t.front() >= '\t' && t.front() <= '\r'))) t.remove_prefix(1);
  while (!t.empty() && (t.back() == ' ' || (t.back() >= '\t' && t.back() <= '\r'))) t.remove_suffix(1);
  return t;
}

// `t` from `at`, or nothing when it is shorter.
Text tail(Text t, size_t at) {
  return at <= t.size() ? t.substr(at) : Text();
}

class Exceptions {
public:
  Exceptions(NestedJson& json, IdSource& ids) : json_(json), ids_(ids) {}

  // Begins one whose message is written by message() calls until frames() or end().
  void begin(uint64_t id, Text type, bool with_remote, bool remote) {
    json_.put<"{'id':'">();
    write_id(json_, id);
    json_.put<"','type':'">();
    part(type);
    json_.put<"'">();
    if (with_remote) remote ? json_.put<",'remote':true,'message':'">() : json_.put<",'remote':false,'message':'">();
    else json_.put<",'message':'">();
    remote_ = remote;
    stack_ = false;
  }
  void message(Text t) { part(t); }
  void end_message() { json_.put<"',">(); }

  void frame(Text path, Text label, int64_t line) {
    if (!stack_) json_.put<"'stack':[">();
    stack_ = true;
    json_.put<"{'path':'">();
    part(path);
    json_.put<"','line':">();
    json_.integer(line);
    json_.put<",'label':'">();
    part(label);
    json_.put<"'},">();
  }
  // Ends this one and begins the one that caused it.
  void caused_by(Text type) {
    end_stack();
    uint64_t id = ids_.next();
    json_.put<"'cause':'">();
    write_id(json_, id);
    json_.put<"'},">();
    begin(id, type, true, remote_);
  }
  void end() {
    end_stack();
    json_.close('}');
    json_.comma();
  }

  void parse(Text type, Text what, Text trace, bool remote, Text language);

private:
  // A piece of a trace. Where it was cut at a fixed distance from a character that was looked for, it may begin or end
  // within one.
  void part(Text t) {
    if (is_utf8(as_bytes(t))) return append_nested_escaped(json_.out, t);
    Writer valid;
    append_valid_utf8(valid, as_bytes(t));
    append_nested_escaped(json_.out, valid.text());
  }
  void end_stack() {
    if (!stack_) return;
    json_.close(']');
    json_.comma();
    stack_ = false;
  }
  void java(Text trace);
  void python(Text trace);
  void javascript(Text trace);
  void dotnet(Text trace);
  void go(Text trace);

  NestedJson& json_;
  IdSource& ids_;
  bool remote_ = false;
  bool stack_ = false;
};

void Exceptions::parse(Text type, Text what, Text trace, bool remote, Text language) {
  begin(ids_.next(), type, true, remote);
  message(what);
  end_message();
  if (language == "java" || language == "php") java(trace);  // PHP's SDK writes Java's form
  else if (language == "python") python(trace);
  else if (language == "javascript") javascript(trace);
  else if (language == "dotnet") dotnet(trace);
  else if (language == "go") go(trace);
  end();
}

// "\tat module/Class.method(File.java:12)" and "Caused by: Type: message".
void Exceptions::java(Text trace) {
  Lines lines{trace};
  Text line;
  if (!lines.next(line)) return;  // the exception itself
  bool more = lines.next(line);
  auto is_frame = [](Text l) { return l.starts_with("\tat ") && l.find('(') != Text::npos && l.back() == ')'; };
  while (more) {
    if (is_frame(line)) {
      size_t paren = line.find('(');
      Text label = line.substr(4, paren - 4);
      if (size_t slash = label.find('/'); slash != Text::npos) label.remove_prefix(slash + 1);
      Text path = line.substr(paren + 1, line.size() - paren - 2);
      int64_t number = 0;
      if (size_t colon = path.find(':'); colon != Text::npos) {
        number = line_number(path.substr(colon + 1));
        path = path.substr(0, colon);
      }
      frame(path, label, number);
    } else if (constexpr Text kCausedBy = "Caused by: "; line.starts_with(kCausedBy)) {
      Text type = line.substr(kCausedBy.size()), what;
      if (size_t colon = type.find(':'); colon != Text::npos) {
        what = tail(type, colon + 2);
        type = type.substr(0, colon);
      }
      caused_by(type);
      message(what);
      // A message may have several lines; frames end it.
      while ((more = lines.next(line)) && !is_frame(line)) message(line);
      end_message();
      continue;
    }
    more = lines.next(line);  // "... 12 more" and "Suppressed:" are passed over
  }
}

// Read from its end: the last frame is where it was thrown. `  File "x.py", line 3, in f`.
void Exceptions::python(Text trace) {
  std::vector<Text> lines;
  for (Text rest = trace;;) {
    size_t end = rest.find('\n');
    lines.push_back(rest.substr(0, end));
    if (end == Text::npos) break;
    rest.remove_prefix(end + 1);
  }
  constexpr Text kFile = "  File ";
  ptrdiff_t at = static_cast<ptrdiff_t>(lines.size()) - 2;  // the last line tells the exception itself
  while (at >= 0) {
    Text line = lines[static_cast<size_t>(at)];
    if (line.starts_with(kFile)) {
      size_t a = line.find(','), b = a == Text::npos ? a : line.find(',', a + 1);
      if (b != Text::npos && line.find(',', b + 1) == Text::npos) {
        Text file = line.substr(0, a), number = line.substr(a + 1, b - a - 1), function = line.substr(b + 1);
        file = file.size() > kFile.size() + 1 ? file.substr(kFile.size() + 1, file.size() - kFile.size() - 2) : Text();
        frame(file, function.starts_with(" in ") ? function.substr(4) : Text(),
              number.starts_with(" line ") ? line_number(number.substr(6)) : 0);
      }
    } else if (line.starts_with("During handling of the above exception, another exception occurred:")) {
      ptrdiff_t file = at - 1;
      while (file >= 0 && !lines[static_cast<size_t>(file)].starts_with(kFile)) --file;
      if (file < 0) return;
      // The earlier exception stands between its last frame's source line and the empty line before this one.
      if (file + 2 >= at - 1) return;
      const char* begin = lines[static_cast<size_t>(file + 2)].data();
      Text last = lines[static_cast<size_t>(at - 2)];
      Text what(begin, static_cast<size_t>(last.data() + last.size() - begin));
      size_t colon = what.find(':');
      if (colon == Text::npos) return;
      caused_by(what.substr(0, colon));
      message(tail(what, colon + 2));
      end_message();
      at = file;
      continue;
    }
    --at;
  }
}

// "    at label (path:line:column)" or "    at path:line:column".
void Exceptions::javascript(Text trace) {
  Lines lines{trace};
  Text line;
  if (!lines.next(line)) return;
  constexpr Text kAt = "    at ";
  while (lines.next(line)) {
    if (!line.starts_with(kAt)) continue;
    size_t paren = line.find('(');
    Text label, path;
    int64_t number = 0;
    if (paren != Text::npos && line.back() == ')') {
      label = line.substr(kAt.size(), paren - kAt.size());
      path = line.substr(paren + 1, line.size() - paren - 2);
    } else if (paren == Text::npos) {
      path = line.substr(kAt.size());
    }
    size_t first = path.find(':');
    size_t second = first == Text::npos ? first : path.find(':', first + 1);
    if (second != Text::npos) {
      number = line_number(path.substr(first + 1, second - first - 1));
      path = path.substr(0, first);
    } else if (first == Text::npos && path.find("native") != Text::npos) {
      path = "native";
    }
    if (!path.empty() || !label.empty() || number != 0) frame(path, label, number);
  }
}

// "at Label in path:line 12" or "at Label".
void Exceptions::dotnet(Text trace) {
  Lines lines{trace};
  Text line;
  if (!lines.next(line)) return;
  constexpr Text kAt = "at ", kIn = " in ";
  while (lines.next(line)) {
    line = trim(line);
    if (!line.starts_with(kAt)) continue;
    if (size_t in = line.find(kIn); in != Text::npos) {
      Text label = in >= kAt.size() ? line.substr(kAt.size(), in - kAt.size()) : Text();
      Text path = line.substr(in + kIn.size());
      path = path.substr(0, path.find(kIn));
      int64_t number = 0;
      if (size_t colon = path.rfind(':'); colon != Text::npos) {
        Text text = path.substr(colon + 1);
        if (text.starts_with("line")) text = tail(text, 5);
        number = line_number(text);
        path = path.substr(0, colon);
      }
      frame(path, label, number);
    } else if (size_t paren = line.rfind(')'); paren != Text::npos) {
      frame({}, line.substr(kAt.size(), paren + 1 - kAt.size()), 0);
    }
  }
}

bool is_goroutine_header(Text line) {
  if (!line.starts_with("goroutine") || !line.ends_with(':')) return false;
  auto word = [](char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_'; };
  constexpr Text kRunning = "running";
  for (size_t at = line.find(kRunning, 9); at != Text::npos; at = line.find(kRunning, at + 1)) {
    size_t end = at + kRunning.size();
    if (end < line.size() && !word(line[at - 1]) && !word(line[end])) return true;
  }
  return false;
}

// The first "path:digits" in a line.
bool path_and_line(Text line, Text& path, int64_t& number) {
  size_t begin = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (c != ':' && c != ' ' && !(c >= '\t' && c <= '\r' && c != '\v')) continue;
    size_t digits = i + 1;
    while (digits < line.size() && line[digits] >= '0' && line[digits] <= '9') ++digits;
    if (c == ':' && i > begin && digits > i + 1) {
      path = line.substr(begin, i - begin);
      number = line_number(line.substr(i + 1, digits - i - 1));
      return true;
    }
    begin = i + 1;
  }
  return false;
}

// Pairs of lines: the function, then "\tpath:line +0x1d".
void Exceptions::go(Text trace) {
  Lines lines{trace};
  Text line, path;
  int64_t number = 0;  // a line without one leaves the last
  if (!lines.next(line)) return;
  while (lines.next(line)) {
    if (is_goroutine_header(line)) lines.next(line);
    Text label = line;
    lines.next(line);
    path_and_line(line, path, number);
    frame(path, label, number);
  }
}

}  // namespace

void write_cause(NestedJson& json, const views::Span& span, const views::Status& status, bool has_exceptions,
                 Text language, const SpanAttributes& attributes, IdSource& ids) {
  Exceptions exceptions(json, ids);
  if (has_exceptions) {
    json.put<"'cause':{">();
    size_t empty = json.out.size();
    json.put<"'exceptions':[">();
    size_t at = json.out.size();
    bool sdk = is_aws_sdk(attributes);
    bool remote = span.kind == views::SPAN_KIND_CLIENT || span.kind == views::SPAN_KIND_PRODUCER;
    for (views::SpanEvent event : span.events) {
      auto text = [&](Text key) {
        auto v = find_attribute(event.attributes, key);
        return v ? string_of(*v) : Text();
      };
      if (event.name == kException) {
        exceptions.parse(text("exception.type"), text("exception.message"), text("exception.stacktrace"), remote,
                         language);
      } else if (sdk && event.name == kHttpFailure) {
        auto code = find_attribute(event.attributes, "http.response.status_code");
        auto message = find_attribute(event.attributes, "aws.http.error_message");
        if (!code || !message) continue;
        // "503@1700000000.000000@what went wrong"
        Writer what;
        append_as_string(what, *code);
        what.byte('@');
        int64_t micros = static_cast<int64_t>(event.time_unix_nano) / 1000;
        append_uint(what, static_cast<uint64_t>(micros) / 1'000'000);
        what.byte('.');
        char fraction[kNumberRoom];
        format_uint(fraction, 1'000'000 + static_cast<uint64_t>(micros) % 1'000'000);
        what.append(Text(fraction + 1, 6));
        what.byte('@');
        what.append(string_of(*message));
        exceptions.begin(ids.next(), "aws.http.error.event", true, true);
        exceptions.message(what.text());
        exceptions.end_message();
        exceptions.end();
      }
    }
    if (json.out.size() == at) {
      json.out.truncate(empty);
      json.put<"},">();
    } else {
      json.close(']');
      json.put<"},">();
    }
    return;
  }
  if (status.code != views::STATUS_CODE_ERROR) return;
  Text message = status.message.empty() ? attributes.string(Key::HttpStatusText) : status.message;
  if (message.empty()) return;
  json.put<"'cause':{'exceptions':[">();
  exceptions.begin(ids.next(), "", false, false);
  exceptions.message(message);
  exceptions.end_message();
  exceptions.end();
  json.close(']');
  json.put<"},">();
}

}  // namespace whittle::awsxray
