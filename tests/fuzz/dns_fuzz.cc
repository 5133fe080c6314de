// SPDX-License-Identifier: Apache-2.0
// Answers of name servers: reading ends, and what a question says is what its reader sees.
#include "runtime/base/check.h"
#include "runtime/net/dns.h"

using namespace whittle;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  static constexpr DnsType kTypes[] = {DnsType::A, DnsType::Ns, DnsType::Mx, DnsType::Aaaa, DnsType::Srv};
  const auto id = static_cast<uint16_t>(data[1] << 8 | data[2]);
  const DnsType type = kTypes[data[0] % 5];
  Arena arena;
  if (const auto answer = read_dns_answer({data + 1, size - 1}, id, type, arena)) {
    for (const DnsRecord& r : answer->records) {
      CHECK(r.name.size() <= 254 && r.address.size() < 48);
      CHECK(r.address.empty() != r.name.empty());
    }
  }
  // The same bytes behind a good head.
  Writer made;
  for (const uint8_t b : {0, 7, 0x81, 0x80, 0, 1, 0, 3, 0, 0, 0, 0, 1, 97, 0, 0, 33, 0, 1}) made.byte(b);
  made.append(Bytes(data + 1, size - 1));
  (void)read_dns_answer(made.bytes(), 7, type, arena);
  Writer question;
  (void)append_dns_question(question, id, as_text({data + 1, size - 1}), type);
  return 0;
}
