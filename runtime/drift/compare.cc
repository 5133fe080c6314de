// SPDX-License-Identifier: Apache-2.0
// One walk over the table (table_reader.h), with the given config beside it: here its components, pipelines and
// extensions, which are found by their ids; what they are set to is in values.h, other ways to write the same in
// given.h. Other names of components come after them in the table and are needed first, so they are read first.
#include "runtime/drift/compare.h"

#include "runtime/drift/differences.h"
#include "runtime/drift/given.h"
#include "runtime/drift/table.h"
#include "runtime/drift/table_reader.h"
#include "runtime/drift/values.h"

#include <vector>

namespace whittle::drift {
namespace {

using yaml::Entry;
using yaml::Kind;
using yaml::Node;

constexpr size_t kMostIds = 1000;  // of a list

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

Text trim(Text t) {
  while (!t.empty() && is_space(t.front())) t.remove_prefix(1);
  while (!t.empty() && is_space(t.back())) t.remove_suffix(1);
  return t;
}

class Comparison {
public:
  Comparison(Bytes table, const Node* given, Arena& arena, Tell tell, void* context)
      : table_(table), arena_(arena), differences_(tell, context), values_(table_, differences_, arena),
        config_(given && given->kind() == Kind::Mapping ? given : nullptr) {}

  uint32_t run() {
    const uint8_t* components = table_.at();
    read_past_components();
    for (uint64_t n = table_.number(); n > 0; --n) {
      Alias a;
      a.section = table_.text();
      a.alias = table_.text();
      a.name = table_.text();
      aliases_.push_back(a);
    }
    const uint8_t* rest = table_.at();
    table_.go_on_at(components);
    for (uint64_t n = table_.number(); n > 0; --n) component();
    table_.go_on_at(rest);
    service();
    if (config_) sections();
    return differences_.count();
  }

private:
  struct Alias {
    Text section, alias, name;
  };

  void read_past_components() {
    Silence silence(differences_);
    for (uint64_t n = table_.number(); n > 0; --n) {
      table_.text();
      table_.text();
      values_.node(nullptr);
    }
  }

  // ---- the given config's lists of ids

  // "otlp_http / 2" as "otlphttp/2". Lives in the arena.
  Text normal_id(Text section, Text id) {
    size_t slash = id.find('/');
    Text type = trim(id.substr(0, slash));
    for (const Alias& a : aliases_)
      if (a.section == section && a.alias == type) type = a.name;
    Writer out;
    out.append(type);
    if (slash != Text::npos) {
      out.byte('/');
      out.append(trim(id.substr(slash + 1)));
    }
    return arena_.copy(out.text());
  }

  const Node* look_up(const Node* n) { return resolved(n, arena_); }

  // Null stands for an empty list.
  const Node* ids(const Node* list) {
    list = look_up(list);
    if (list && list->kind() == Kind::String) list = split_list(*list, arena_);
    return list && list->kind() == Kind::Sequence ? list : nullptr;
  }

  bool names(const Node* list, Text section, Text id) {
    list = ids(list);
    for (const Entry* e = list ? list->first : nullptr; e; e = e->next) {
      const Node* one = look_up(e->value);
      if (one->is_scalar() && normal_id(section, one->text) == id) return true;
    }
    return false;
  }

  const Node* in_service(Text what) {
    const Node* service = config_ ? look_up(config_->find("service")) : nullptr;
    return service ? look_up(service->find(what)) : nullptr;
  }

  // Whether a pipeline of the given config, or its list of extensions, names the component.
  bool is_used(Text section, Text id) {
    if (section == "extensions") return names(in_service("extensions"), section, id);
    const Node* pipelines = in_service("pipelines");
    if (!pipelines || pipelines->kind() != Kind::Mapping) return false;
    for (const Entry* e = pipelines->first; e; e = e->next)
      if (const Node* p = look_up(e->value); p->kind() == Kind::Mapping && names(p->find(section), section, id))
        return true;
    return false;
  }

  // ---- the parts of the table

  void component() {
    Text section = table_.text(), written = table_.text(), id = normal_id(section, written);
    const Node* defined = nullptr;
    bool found = false;
    if (const Node* all = config_ ? look_up(config_->find(section)) : nullptr; all && all->kind() == Kind::Mapping) {
      for (const Entry* e = all->first; e && !found; e = e->next) {
        if (normal_id(section, e->key) != id) continue;
        found = true;
        defined = e->value;
      }
    }
    bool used = is_used(section, id);
    Step outer(differences_, section);
    Step inner(differences_, written);
    if (used && !found) differences_.differ(kSet, kNotSet);
    Silence silence(differences_, !used || !found);  // what else there is to say the pipelines say
    values_.node(defined);
  }

  void service() {
    const Node* given = config_ ? look_up(config_->find("service")) : nullptr;
    Step step(differences_, "service");
    table_.byte();  // says that it is a struct
    values_.structure(given, "pipelines", "extensions");
    {
      Step extensions(differences_, "extensions");
      compare_ids("extensions", in_service("extensions"), false);
    }
    Step in_pipelines(differences_, "pipelines");
    pipelines(in_service("pipelines"));
  }

  void pipelines(const Node* given) {
    if (given && given->kind() != Kind::Mapping) given = nullptr;
    std::vector<Text> known;
    for (uint64_t n = table_.number(); n > 0; --n) {
      Text name = table_.text(), normal = normal_id({}, name);
      known.push_back(normal);
      const Node* pipeline = nullptr;
      for (const Entry* e = given ? given->first : nullptr; e; e = e->next)
        if (normal_id({}, e->key) == normal) pipeline = look_up(e->value);
      Step own(differences_, name);
      if (!pipeline) differences_.differ(kSet, kNotSet);
      Silence silence(differences_, !pipeline);
      for (Text section : {Text("receivers"), Text("processors"), Text("exporters")}) {
        Step list(differences_, section);
        compare_ids(section, pipeline ? pipeline->find(section) : nullptr, section == "processors");
      }
    }
    for (const Entry* e = given ? given->first : nullptr; e; e = e->next) {
      Text normal = normal_id({}, e->key);
      bool found = false;
      for (Text k : known) found = found || k == normal;
      if (!found) differences_.not_compiled(e->key);
    }
  }

  void compare_ids(Text section, const Node* given, bool in_order) {
    std::vector<Text> compiled, own;
    Writer shown_compiled, shown_given;
    for (uint64_t n = table_.number(); n > 0; --n) add_id(compiled, shown_compiled, section, table_.text());
    const Node* list = ids(given);
    for (const Entry* e = list ? list->first : nullptr; e; e = e->next) {
      const Node* one = look_up(e->value);
      if (one->is_scalar()) add_id(own, shown_given, section, one->text);
    }
    bool same = own.size() == compiled.size();
    for (size_t i = 0; same && i < own.size(); ++i) {
      if (in_order) {
        same = own[i] == compiled[i];
        continue;
      }
      bool there = false;
      for (Text c : compiled) there = there || c == own[i];
      same = there;
    }
    if (same) return;
    shown_compiled.append(Text(compiled.empty() ? "[]" : "]"));
    shown_given.append(Text(own.empty() ? "[]" : "]"));
    differences_.differ(shown_compiled.text(), shown_given.text());
  }

  // Each id counts once, as in the Collector.
  void add_id(std::vector<Text>& list, Writer& shown, Text section, Text id) {
    Text normal = normal_id(section, id);
    if (list.size() > kMostIds) return;
    for (Text known : list)
      if (known == normal) return;
    shown.append(Text(list.empty() ? "[" : ", "));
    shown.append(normal.substr(0, kLongestShown));
    list.push_back(normal);
  }

  void sections() {
    static constexpr Text kSections[] = {"receivers", "processors", "exporters", "extensions", "connectors", "service"};
    for (const Entry* e = config_->first; e; e = e->next) {
      bool known = false;
      for (Text s : kSections) known = known || s == e->key;
      if (!known) differences_.not_compiled(e->key);
    }
  }

  TableReader table_;
  Arena& arena_;
  Differences differences_;
  Values values_;
  const Node* config_;
  std::vector<Alias> aliases_;
};

}  // namespace

uint32_t compare(Bytes table, const Node* given, Arena& arena, Tell tell, void* context) {
  return Comparison(table, given, arena, tell, context).run();
}

}  // namespace whittle::drift
