// SPDX-License-Identifier: Apache-2.0
// Steps on labels, whatever they say and whatever labels there are: names stay sorted, values are not empty, and labels
// come out of a second walk as they came out of the first.
#include "runtime/base/check.h"
#include "runtime/base/regex_compile.h"
#include "stdlib/receiver/prometheus/relabel.h"

#include <list>
#include <string>

using namespace whittle;
using namespace whittle::prometheus;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static constexpr Text kTexts[] = {"a", "b",     "__name__", "job", "x.y",    "",
                                    "1", "foo:1", "\xC3\xA9", "$1",  "${1}_x", "a;b"};
  static constexpr Text kPatterns[] = {"(.*)", "a|b", "(.+):(.*)", "", "(?P<n>.)(.*)", "__(.+)__", "(a)(b)?", "[^a]*"};
  size_t at = 0;
  auto next = [&](size_t n) { return at < size ? data[at++] % n : size_t{0}; };
  auto text = [&] { return kTexts[next(std::size(kTexts))]; };
  std::list<std::vector<Str>> sources;
  std::vector<RelabelStep> steps;
  for (size_t n = 1 + next(4); n > 0; --n) {
    RelabelStep s;
    s.action = static_cast<RelabelAction>(next(11));
    sources.emplace_back();
    for (size_t k = next(3); k > 0; --k) {
      const Text t = text();
      sources.back().push_back({t.data(), t.size()});
    }
    s.sources = {sources.back().data(), sources.back().size()};
    s.target = text();
    s.replacement = text();
    s.modulus = next(3);
    const Text pattern = kPatterns[next(std::size(kPatterns))];
    s.pattern = compile_regex("^(?s:" + std::string(pattern) + ")$");
    CHECK(s.pattern != nullptr);
    s.any_text = pattern == "(.*)";
    steps.push_back(s);
  }
  Relabel relabel(steps, next(2) == 1);
  Arena arena;
  Labels labels;
  for (size_t n = next(8); n > 0; --n) {
    const Text name = text(), rest = as_text({data + at, size - at});
    labels.add(name, next(2) == 1 ? text() : rest.substr(0, next(20)));
  }
  labels.begin();
  std::vector<Label> first, second;
  if (!relabel.apply(labels, arena)) return 0;
  labels.finish(first);
  for (size_t i = 0; i < first.size(); ++i) {
    CHECK(!first[i].value.empty());
    CHECK(i == 0 || !(first[i].name < first[i - 1].name));
  }
  Labels again;
  for (const Label& l : first) again.add(l.name, l.value);
  again.begin();
  again.finish(second);
  CHECK(first.size() == second.size());
  for (size_t i = 0; i < first.size(); ++i) CHECK(first[i].name == second[i].name && first[i].value == second[i].value);
  return 0;
}
