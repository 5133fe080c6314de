// SPDX-License-Identifier: Apache-2.0
// ParseCSV: one row by its header, read as Go's encoding/csv reads it, or split plainly where quotes are to mean
// nothing.
#include "runtime/base/utf8.h"
#include "runtime/ottl/sequence.h"

namespace whittle::ottl {

namespace {

// One line, as Go's encoding/csv takes fields from it: fields in quotes may hold line ends and go on behind them.
class Row {
public:
  Row(Run& run, Text text, Text comma, bool lazy) : run_(run), rest_(text), comma_(comma), lazy_(lazy) {}

  // Adds the fields of the next record. False: there is none. `good`: it had no mistake.
  bool next(ListMaker& fields, uint32_t& count, bool& good) {
    count = 0;
    good = true;
    do
      if (!read_line()) return false;
    while (line_ == "\n");
    for (;;) {
      bool more;
      field_.clear();
      good = line_.starts_with('"') ? quoted(more) : plain(more);
      if (!good) return true;
      fields.add(made_text(run_, field_));
      ++count;
      if (!more) return true;
    }
  }

private:
  // With the `\n` at its end, if there is one; `\r\n` is `\n`, and a `\r` at the end of all is nothing.
  bool read_line() {
    if (rest_.empty()) return false;
    const size_t end = rest_.find('\n');
    line_ = rest_.substr(0, end == Text::npos ? end : end + 1);
    rest_.remove_prefix(line_.size());
    if (line_.ends_with("\r\n")) line_ = run_.arena.copy(joined(line_.substr(0, line_.size() - 2)));
    else if (line_.ends_with('\r')) line_.remove_suffix(1);
    return true;
  }
  Text joined(Text t) {
    scratch_.clear();
    scratch_.append(t);
    scratch_.byte('\n');
    return scratch_.text();
  }

  bool plain(bool& more) {
    const size_t at = line_.find(comma_);
    more = at != Text::npos;
    Text field = line_.substr(0, at);
    if (!more && field.ends_with('\n')) field.remove_suffix(1);
    if (!lazy_ && field.contains('"')) return false;
    field_.append(field);
    line_.remove_prefix(more ? at + comma_.size() : line_.size());
    return true;
  }

  bool quoted(bool& more) {
    more = false;
    line_.remove_prefix(1);
    for (;;) {
      const size_t at = line_.find('"');
      if (at == Text::npos) {
        field_.append(line_);
        if (line_.empty() || !read_line()) {
          line_ = {};
          return lazy_;  // the quotes have no end
        }
        continue;
      }
      field_.append(line_.substr(0, at));
      line_.remove_prefix(at + 1);
      if (line_.starts_with('"')) {
        field_.byte('"');
        line_.remove_prefix(1);
      } else if (line_.starts_with(comma_)) {
        line_.remove_prefix(comma_.size());
        return more = true;
      } else if (line_.empty() || line_ == "\n") {
        return true;
      } else if (lazy_) {
        field_.byte('"');
      } else {
        return false;
      }
    }
  }

  Run& run_;
  Text rest_, line_, comma_;
  bool lazy_;
  Writer field_, scratch_;
};

// What is one value goes on behind a line's end: the first field of a record is the rest of the last one before it.
bool fields_of(Run& run, Text t, Text comma, bool lazy, Items& out) {
  if (comma == "\"" || comma == "\r" || comma == "\n" || comma == Text("\0", 1) || comma == "\xEF\xBF\xBD")
    return run.fail("the delimiter cannot be one");
  Row row(run, t, comma, lazy);
  ListMaker all(run.arena);
  uint32_t count, total = 0;
  bool good;
  for (;;) {
    ListMaker some(run.arena);
    if (!row.next(some, count, good)) break;
    if (!good && count == 0) return run.fail("a quote is where none may be");
    Items made = items_of(some.give(ValueKind::Slice), run.arena);
    for (uint32_t i = 0; i < made.size; ++i) {
      if (i > 0 || total == 0) {
        all.add(made[i]);
        ++total;
        continue;
      }
      Writer w;
      w.append(all.last().as_text());
      w.byte('\n');
      w.append(made[0].as_text());
      all.last() = made_text(run, w);
    }
  }
  if (total == 0) return run.fail("there is no line");
  out = items_of(all.give(ValueKind::Slice), run.arena);
  return true;
}

void split(Text t, Text by, ListMaker& out) {
  if (by.empty()) {
    for (size_t i = 0, width; i < t.size(); i += width) {
      code_point_at(t, i, width);
      out.add(text(t.substr(i, width)));
    }
    return;
  }
  for (size_t at; (at = t.find(by)) != Text::npos; t.remove_prefix(at + by.size())) out.add(text(t.substr(0, at)));
  out.add(text(t));
}

}  // namespace

// target, header, delimiter, header_delimiter, mode
extern "C" bool rt_ottl_ParseCSV(Run* run, const Value* args, Value* out) {
  Text t, header, comma = ",", mode = "strict";
  if (!want_text(*run, args[0], t) || !want_text(*run, args[1], header)) return false;
  if (header.empty()) return run->fail("the header is empty");
  if (given(args[2])) comma = args[2].as_text();
  const Text header_comma = given(args[3]) ? args[3].as_text() : comma;
  if (given(args[4])) mode = args[4].as_text();
  ListMaker names(run->arena);
  split(header, header_comma, names);
  Items fields;
  if (mode == "ignoreQuotes") {
    ListMaker made(run->arena);
    split(t, comma, made);
    fields = items_of(made.give(ValueKind::Slice), run->arena);
  } else if (!fields_of(*run, t, comma, mode == "lazyQuotes", fields)) {
    return false;
  }
  Items keys = items_of(names.give(ValueKind::Slice), run->arena);
  if (keys.size != fields.size) return run->fail("there are not as many fields as in the header");
  MapMaker made(run->arena);
  for (uint32_t i = 0; i < keys.size; ++i) made.put(keys[i].as_text(), fields[i]);
  *out = made.give();
  return true;
}

}  // namespace whittle::ottl
