// SPDX-License-Identifier: Apache-2.0
// Commands of Redis and Memcached: DataDog/datadog-agent's pkg/obfuscate.
#include "runtime/ottl/sequence.h"
#include "stdlib/processor/redaction/query.h"

#include <vector>

namespace whittle::redaction {

namespace {

// Words of commands: a line begins with the command, and its arguments follow. Quoted ones keep their quotes.
class Words {
public:
  explicit Words(Text text) : text_(ottl::trim_space(text)) {}

  struct Word {
    Writer text;
    bool command = false;
    bool last = false;
  };

  void next(Word& word) {
    word = {};
    word.command = !argument_;
    word.last = argument_ ? argument(word.text) : command(word.text);
  }

private:
  bool step() {
    ++at_;
    if (at_ < static_cast<int64_t>(text_.size())) c_ = text_[static_cast<size_t>(at_)];
    else done_ = true;
    return !done_;
  }
  void spaces() {
    while (c_ == ' ' || c_ == '\t' || (c_ == '\r' && !done_)) {
      if (!step()) break;
    }
    if (c_ == '\n') {
      argument_ = false;
    } else if (at_ >= 1) {
      c_ = text_[static_cast<size_t>(--at_)];  // what follows is read again
    }
  }
  bool command(Writer& out) {
    for (bool begun = false; step(); begun = true) {
      if (c_ == '\n') break;
      if (c_ != ' ') {
        out.byte(static_cast<uint8_t>(c_));
        continue;
      }
      if (begun) argument_ = true;
      spaces();
      if (begun) break;
    }
    return done_;
  }
  bool argument(Writer& out) {
    bool quoted = false, escaped = false;
    while (step()) {
      if (c_ == '\n' && !quoted) {
        argument_ = false;
        break;
      }
      if (c_ == ' ' && !quoted) {
        spaces();
        break;
      }
      out.byte(static_cast<uint8_t>(c_));
      if (c_ == '"' && !escaped) quoted = !quoted;
      escaped = c_ == '\\' && !escaped;
    }
    return done_;
  }

  Text text_;
  int64_t at_ = -1;
  char c_ = 0;
  bool done_ = false, argument_ = false;
};

// How the arguments of a command are hidden: from the one at `first` on, each `step`th; step 0: only that one, -1: that
// one, and those behind it are left out.
struct Rule {
  Text commands;  // with a space before and after each
  int first, step;
};
constexpr Rule kRules[] = {
    {" AUTH ", 0, -1},
    {" APPEND GETSET LPUSHX GEORADIUSBYMEMBER RPUSHX SET SETNX SISMEMBER ZRANK ZREVRANK ZSCORE ", 1, 0},
    {" HSETNX LREM LSET SETBIT SETEX PSETEX SETRANGE ZINCRBY SMOVE RESTORE ", 2, 0},
    {" LINSERT ", 3, 0},
    {" GEOHASH GEOPOS GEODIST LPUSH RPUSH SREM ZREM SADD ", 1, -1},
    {" GEOADD ", 3, 3},
    {" HSET HMSET ", 2, 2},
    {" MSET MSETNX ", 1, 2},
};

bool is_upper_of(Text upper, Text word) {
  if (upper.size() != word.size()) return false;
  for (size_t i = 0; i < word.size(); ++i)
    if ((word[i] >= 'a' && word[i] <= 'z' ? word[i] - 32 : word[i]) != upper[i]) return false;
  return true;
}

bool among(Text list, Text word) {
  Writer key;
  key.byte(' ');
  for (const char c : word) {
    if (c == ' ') return false;
    key.byte(static_cast<uint8_t>(c >= 'a' && c <= 'z' ? c - 32 : c));
  }
  key.byte(' ');
  return list.contains(key.text());
}

using Arguments = std::vector<Writer>;

void hide(Arguments& a, size_t i) {
  if (i >= a.size()) return;
  a[i].clear();
  a[i].byte('?');
}

void hide_values(Text command, Arguments& a) {
  for (const Rule& r : kRules) {
    if (!among(r.commands, command)) continue;
    const auto first = static_cast<size_t>(r.first);
    hide(a, first);
    if (r.step < 0 && a.size() > first + 1) a.resize(first + 1);
    for (size_t i = first; r.step > 0 && i < a.size(); i += static_cast<size_t>(r.step)) hide(a, i);
    return;
  }
  if (is_upper_of("CONFIG", command)) {
    if (is_upper_of("SET", a[0].text())) hide(a, 2);
  } else if (is_upper_of("BITFIELD", command)) {
    size_t set = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      if (is_upper_of("SET", a[i].text())) set = i;
      if (set == 0 || i - set != 3) continue;
      hide(a, i);
      break;
    }
  } else if (is_upper_of("ZADD", command)) {
    auto option = [](Text t) { return t == "NX" || t == "XX" || t == "CH" || t == "INCR"; };
    size_t i = a.size() > 1 ? 1 : 0;
    while (i + 1 < a.size() && option(a[i].text())) ++i;
    for (++i; i < a.size(); i += 2) hide(a, i);
  }
}

void put_command(Writer& out, Text command, Arguments& a) {
  out.append(command);
  if (a.empty()) return;
  hide_values(command, a);
  for (const Writer& w : a) {
    out.byte(' ');
    out.append(w.text());
  }
}

}  // namespace

void append_anonymous_redis(Writer& out, Text commands) {
  Words words(commands);
  Writer command;
  Arguments arguments;
  Words::Word w;
  for (;;) {
    words.next(w);
    if (w.command) {
      if (!command.empty()) {
        put_command(out, command.text(), arguments);
        out.byte('\n');
      }
      command = static_cast<Writer&&>(w.text);
      arguments.clear();
    } else {
      arguments.push_back(static_cast<Writer&&>(w.text));
    }
    if (w.last) break;
  }
  put_command(out, command.text(), arguments);
}

Text anonymous_memcached(Text command) {
  return ottl::trim_space(command.substr(0, command.find("\r\n")));
}

}  // namespace whittle::redaction
