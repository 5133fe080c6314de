// SPDX-License-Identifier: Apache-2.0
// usage: otlp_bytes < LINES
//
// OTLP/JSON requests as OTLP: of each line, a request, prints its bytes in hexadecimal digits, and the signal's number
// before them. A line that is none is left out.
#include "runtime/wire/json.h"

#include <cstdio>
#include <iostream>
#include <string>

int main() {
  using namespace whittle;
  for (std::string line; std::getline(std::cin, line);) {
    const Signal signal = line.contains("\"resourceSpans\"")     ? Signal::Traces
                          : line.contains("\"resourceMetrics\"") ? Signal::Metrics
                                                                 : Signal::Logs;
    Writer out;
    if (!wire::json_to_proto(signal, as_bytes(Text(line)), out)) continue;
    printf("%d ", static_cast<int>(signal));
    for (const uint8_t b : out.bytes()) printf("%02x", b);
    printf("\n");
  }
}
