// SPDX-License-Identifier: Apache-2.0
// Reads back what write_layouts made, field by field, as the runtime reads constants. Prints how many fields there
// were; 1 where one is wrong.
#include "tests/targets/shared_layouts.h"

#include <stdio.h>
#include <string.h>
#include <type_traits>

using namespace whittle;

extern "C" {
extern const char layout_0[], layout_1[], layout_2[], layout_3[], layout_4[], layout_5[], layout_6[], layout_7[],
    layout_8[], layout_9[], layout_10[], layout_11[], layout_12[], layout_13[], layout_14[], layout_15[], layout_16[],
    layout_17[], layout_18[], layout_19[], layout_20[], layout_21[], layout_22[];
}

namespace {

uint64_t fields = 0;
int wrong = 0;

template <class T>
void read(const T& v, int number) {
  if constexpr (std::is_array_v<T>) {
    for (const auto& item : v) read(item, number);
  } else if constexpr (std::is_scalar_v<T>) {
    const uint64_t wanted = layouts::value_of_field(++fields);
    bool good;
    if constexpr (std::is_pointer_v<T>) good = reinterpret_cast<uintptr_t>(v) == wanted;
    else if constexpr (std::is_same_v<T, double>) good = v == static_cast<double>(wanted);
    else if constexpr (sizeof(T) == 1) good = static_cast<uint8_t>(v) == (wanted & 1);
    else good = static_cast<T>(wanted) == v;
    if (!good) printf("struct %d: field %llu is wrong\n", number, static_cast<unsigned long long>(fields)), wrong = 1;
  } else {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc++26-extensions"
    auto& [... parts] = v;
    (read(parts, number), ...);
#pragma clang diagnostic pop
  }
}

}  // namespace

int main() {
  const char* const at[] = {layout_0,  layout_1,  layout_2,  layout_3,  layout_4,  layout_5,  layout_6,  layout_7,
                            layout_8,  layout_9,  layout_10, layout_11, layout_12, layout_13, layout_14, layout_15,
                            layout_16, layout_17, layout_18, layout_19, layout_20, layout_21, layout_22};
  static_assert(sizeof at / sizeof *at == std::tuple_size_v<layouts::Shared>);
  int number = 0;
  [&]<class... T>(std::type_identity<std::tuple<T...>>) {
    ((read(*reinterpret_cast<const T*>(at[number]), number), ++number), ...);
  }(std::type_identity<layouts::Shared>{});
  printf("%llu fields of %d structs\n", static_cast<unsigned long long>(fields), number);
  return wrong;
}
