// SPDX-License-Identifier: Apache-2.0
#include "stdlib/receiver/prometheus/relabel.h"

#include "runtime/base/md5.h"
#include "runtime/base/number.h"
#include "runtime/base/regex.h"
#include "runtime/base/utf8.h"
#include "runtime/ottl/cases.h"

namespace whittle::prometheus {

Relabel::Relabel(std::vector<RelabelStep> steps, bool legacy) : legacy_(legacy) {
  for (const RelabelStep& s : steps) {
    Step step{s, s.target.find('$') != Text::npos, s.replacement.find('$') != Text::npos, nullptr};
    const bool places = (s.action == RelabelAction::Replace || s.action == RelabelAction::LabelMap) && s.pattern;
    if (places) step.captures = std::make_unique<Captures>(*s.pattern, captures_);
    steps_.push_back(static_cast<Step&&>(step));
  }
}

bool Relabel::apply(Labels& labels, Arena& arena) {
  for (Step& step : steps_)
    if (!apply(step, labels, arena)) return false;
  return true;
}

bool Relabel::matches(const Step& step, Text text) const {
  return step.config.any_text || (step.config.pattern && regex_match(*step.config.pattern, text));
}

Text Relabel::joined(const Step& step, const Labels& labels, Arena& arena) {
  const List<Str>& sources = step.config.sources;
  if (sources.size == 0) return {};
  if (sources.size == 1) return labels.get(view(sources[0]));
  scratch_.clear();
  for (size_t i = 0; i < sources.size; ++i) {
    if (i > 0) scratch_.append(step.config.separator);
    scratch_.append(labels.get(view(sources[i])));
  }
  return arena.copy(scratch_.text());
}

void Relabel::replace(Step& step, Text value, Labels& labels, Arena& arena) {
  const RelabelStep& c = step.config;
  if (value.empty() && c.any_text && !step.target_varies && !step.replacement_varies)
    return labels.set(c.target, c.replacement);
  if (!matches(step, value)) return;
  Text target = c.target, made = c.replacement;
  if (c.any_text && c.replacement == "$1" && !step.target_varies) {
    made = value;
  } else if (step.target_varies || step.replacement_varies) {
    if (!step.captures || !step.captures->find(value, 0)) return;
    if (step.target_varies) {
      made_.clear();
      expand_template(made_, c.target, value, *step.captures);
      target = arena.copy(made_.text());
    }
    if (step.replacement_varies) {
      made_.clear();
      expand_template(made_, c.replacement, value, *step.captures);
      made = arena.copy(made_.text());
    }
  }
  if (target.empty() || (legacy_ ? !is_legacy_name(target, false) : !is_utf8(as_bytes(target)))) return;
  labels.set(target, made);
}

bool Relabel::apply(Step& step, Labels& labels, Arena& arena) {
  const RelabelStep& c = step.config;
  const Text value = joined(step, labels, arena);
  switch (c.action) {
  case RelabelAction::Replace: replace(step, value, labels, arena); return true;
  case RelabelAction::Keep: return matches(step, value);
  case RelabelAction::Drop: return !matches(step, value);
  case RelabelAction::KeepEqual: return labels.get(c.target) == value;
  case RelabelAction::DropEqual: return labels.get(c.target) != value;
  case RelabelAction::HashMod: {
    uint8_t hash[16];
    md5(as_bytes(value), hash);
    uint64_t last = 0;
    for (size_t i = 8; i < 16; ++i) last = last << 8 | hash[i];
    char text[kNumberRoom];
    labels.set(c.target, arena.copy({text, format_uint(text, c.modulus ? last % c.modulus : 0)}));
    return true;
  }
  case RelabelAction::LabelMap:
    labels.each([&](Text name, Text v) {
      if (!matches(step, name)) return;
      Text made = c.replacement;
      if (step.replacement_varies) {
        if (!step.captures || !step.captures->find(name, 0)) return;
        made_.clear();
        expand_template(made_, c.replacement, name, *step.captures);
        made = arena.copy(made_.text());
      }
      labels.set(made, v);
    });
    return true;
  case RelabelAction::LabelDrop:
    labels.each([&](Text name, Text) {
      if (matches(step, name)) labels.erase(name);
    });
    return true;
  case RelabelAction::LabelKeep:
    labels.each([&](Text name, Text) {
      if (!matches(step, name)) labels.erase(name);
    });
    return true;
  case RelabelAction::Lowercase:
  case RelabelAction::Uppercase:
    made_.clear();
    if (c.action == RelabelAction::Lowercase) ottl::to_lower(made_, value);
    else ottl::to_upper(made_, value);
    labels.set(c.target, arena.copy(made_.text()));
    return true;
  }
  return true;
}

}  // namespace whittle::prometheus
