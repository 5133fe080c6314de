// SPDX-License-Identifier: Apache-2.0
// log, log2 and exp2 by the polynomials of FDLIBM (e_log.c and e_exp.c of FreeBSD's msun), in the order in which Go's
// package math takes their terms: the C library's own are closer to the truth, and differ from the reference's in the
// last digit.
#pragma once

#include <math.h>

namespace whittle {

// The natural logarithm.
inline double fdlibm_log(double x) {
#pragma STDC FP_CONTRACT OFF
  constexpr double kHigh = 6.93147180369123816490e-01, kLow = 1.90821492927058770002e-10;  // ln 2
  constexpr double kL1 = 6.666666666666735130e-01, kL2 = 3.999999999940941908e-01, kL3 = 2.857142874366239149e-01,
                   kL4 = 2.222219843214978396e-01, kL5 = 1.818357216161805012e-01, kL6 = 1.531383769920937332e-01,
                   kL7 = 1.479819860511658591e-01;
  if (isnan(x) || x == INFINITY) return x;
  if (x <= 0) return x < 0 ? NAN : -INFINITY;
  int exponent;
  const double fraction = frexp(x, &exponent);
  const bool low = fraction < M_SQRT1_2;
  const double k = exponent - (low ? 1 : 0), f = (low ? fraction * 2 : fraction) - 1;
  const double s = f / (2 + f), s2 = s * s, s4 = s2 * s2;
  const double odd = s2 * (kL1 + s4 * (kL3 + s4 * (kL5 + s4 * kL7))), even = s4 * (kL2 + s4 * (kL4 + s4 * kL6));
  const double r = odd + even, half = 0.5 * f * f;
  return k * kHigh - ((half - (s * (half + r) + k * kLow)) - f);
}

inline double fdlibm_log2(double x) {
#pragma STDC FP_CONTRACT OFF
  int exponent;
  const double fraction = frexp(x, &exponent);
  if (fraction == 0.5) return exponent - 1;
  return fdlibm_log(fraction) * (1 / M_LN2) + exponent;
}

inline double fdlibm_exp2(double x) {
#pragma STDC FP_CONTRACT OFF
  constexpr double kHigh = 6.93147180369123816490e-01, kLow = 1.90821492927058770002e-10;  // ln 2
  constexpr double kP1 = 1.66666666666666657415e-01, kP2 = -2.77777777770155933842e-03,
                   kP3 = 6.61375632143793436117e-05, kP4 = -1.65339022054652515390e-06,
                   kP5 = 4.13813679705723846039e-08;
  if (isnan(x)) return x;
  if (x > 1.0239999999999999e+03) return INFINITY;
  if (x < -1.0740e+03) return 0;
  const int k = x > 0 ? static_cast<int>(x + 0.5) : x < 0 ? static_cast<int>(x - 0.5) : 0;
  const double t = x - k, high = t * kHigh, low = -t * kLow, r = high - low, square = r * r;
  const double c = r - square * (kP1 + square * (kP2 + square * (kP3 + square * (kP4 + square * kP5))));
  return ldexp(1 - ((low - (r * c) / (2 - c)) - high), k);
}

}  // namespace whittle
