// SPDX-License-Identifier: Apache-2.0
// Times with names of days and months that are not English.
#include "runtime/ottl/time_layout.h"

#include <gtest/gtest.h>

namespace whittle::ottl {
extern "C" bool rt_locale(ottl::Run* run, const Value* args, Value* out);
namespace {

constexpr Text kFrench =
    "dim.|lun.|mar.|mer.|jeu.|ven.|sam.\n"
    "dimanche|lundi|mardi|mercredi|jeudi|vendredi|samedi\n"
    "janv.|f\u00e9vr.|mars|avr.|mai|juin|juil.|ao\u00fbt|sept.|oct.|nov.|d\u00e9c.\n"
    "janvier|f\u00e9vrier|mars|avril|mai|juin|juillet|ao\u00fbt|septembre|octobre|novembre|d\u00e9cembre\n"
    "AM|PM";
constexpr Text kWithoutHalves = "a|b|c|d|e|f|g\n\n\n\n";

struct Case {
  Text value, format, locale;
  int64_t seconds;  // 0: it fails
};
constexpr Case kCases[] = {
    {"mardi 05 mars 2024", "%A %d %B %Y", kFrench, 1709596800},
    {"Mar. 5 F\u00c9VR. 2024", "%a %e %b %Y", kFrench, 1707091200},
    {"1 d\u00e9cembre 2024  3:04:05 pm", "%g %B %Y %r", kFrench, 1733065445},
    {"5 March 2024", "%g %B %Y", kFrench, 0},
    {"mardi", "%A %d", kFrench, 0},
    {"", "%A", kFrench, 0},
    {"3 PM", "%I %p", kWithoutHalves, 0},
};

TEST(Locale, Times) {
  Arena arena;
  ottl::Run run{arena, nullptr};
  Value v = text(kFrench);
  ASSERT_TRUE(rt_locale(&run, &v, &v));
  for (const Case& c : kCases) {
    Value out;
    const bool good = parse_time(c.value, c.format, {}, c.locale, 1700000000000000000, arena, &out);
    EXPECT_EQ(good ? out.integer : 0, c.seconds) << c.value;
  }
}

}  // namespace
}  // namespace whittle::ottl
