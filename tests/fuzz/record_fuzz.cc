// SPDX-License-Identifier: Apache-2.0
// Record programs over whatever validate() accepts: code that reads every field in every form and writes here and
// there. What comes out is accepted by validate() again, and what went in is as it was.
#include "runtime/base/payload.h"
#include "runtime/base/runtime.h"
#include "runtime/ottl/value.h"
#include "runtime/record/program.h"
#include "runtime/wire/validate.h"

#include <cstdlib>
#include <cstring>
#include <vector>

namespace whittle {
namespace {

using namespace record;

// Decisions of the code, out of the first bytes.
const uint8_t* choices;
size_t left;
uint8_t next() {
  return left > 0 ? --left, *choices++ : 0;
}

// Attributes by two constant keys: those of bucket 0, or of all buckets.
constexpr Str kKeyTexts[] = {{"k", 1}, {"key", 3}};
constexpr uint8_t kFirst[] = {1, 1}, kNext[] = {2, 0};
constexpr Keys kKeys = {{kKeyTexts, 2}, {kFirst, 2}, {kNext, 2}, 0x9E37'79B1, 31, 1u << 1 | 1u << 3};
bool by_key;

// All of them: how many they are and how long is known without making a map, and what is written is what is read.
void whole(ottl::Run* run, Frame* f) {
  ottl::Value v, again;
  Writer before, after;
  rt_get_attributes(run, f, &v);
  ottl::append_json(before, v, run->arena);
  int64_t longest = -1;
  for (const ottl::Member& m : ottl::members_of(v, run->arena))
    if (m.value.is(ottl::ValueKind::String) && m.value.size > longest) longest = m.value.size;
  if (rt_more_attributes(f, v.size) || (v.size > 0 && !rt_more_attributes(f, v.size - 1))) abort();
  if (rt_longer_attribute(f, longest) || (longest >= 0 && !rt_longer_attribute(f, longest - 1))) abort();
  if (next() & 1) rt_set_attributes(run, f, &v);
  rt_get_attributes(run, f, &again);
  ottl::append_json(after, again, run->arena);
  if (before.text() != after.text()) abort();
}

void attributes(ottl::Run* run, Frame* f) {
  ottl::Value v;
  Writer text;
  const ottl::Value made = ottl::text("made");
  whole(run, f);
  if (!by_key) {
    rt_get_attributes(run, f, &v);
    ottl::append_as_string(text, v);
    if (next() & 1) rt_delete_attribute(f, "k", 1);
    if (next() & 1) rt_put_attribute(run, f, "k", 1, &made);
    return;
  }
  for (uint32_t key : {0, 1, 0}) {
    rt_get_key(run, f, key, &v);
    ottl::append_as_string(text, v);
    const uint8_t c = next();
    if (c & 1) rt_delete_key(f, key);
    if (c & 2) rt_put_key(run, f, key, &made);
    if (c & 4) rt_copy_key(run, f, key, &v);
    if (rt_has_key(f, key) && c & 8) rt_delete_key(f, key);
    whole(run, f);
  }
}

template <Level kLevel>
Verdict code(ottl::Run* run, Frame* const* frames, uint64_t) {
  ottl::Value v;
  for (uint32_t l = 0; l <= static_cast<uint32_t>(kLevel); ++l) {
    attributes(run, frames[l]);
    rt_get_schema(frames[l], &v);
  }
  Frame* f = frames[static_cast<uint32_t>(kLevel)];
  if (kLevel == Level::Inner) {
    const PointField counts[4] = {
        {0, 0, How::UInt32}, {0, 6, How::PackedFixed}, {8, 2, How::PackedVarints}, {0, 0, How::UInt32}};
    const PointField bounds[4] = {
        {0, 0, How::UInt32}, {0, 7, How::PackedDoubles}, {0, 6, How::SInt32}, {0, 0, How::UInt32}};
    rt_get_point(run, f, counts, &v);
    if (next() & 1) rt_set_point(run, f, counts, &v);
    rt_get_point(run, f, bounds, &v);
    if (next() & 1) rt_set_point(run, f, bounds, &v);
    rt_get_number(run, f, true, &v);
    rt_get_number(run, f, false, &v);
    const ottl::Value five = ottl::integer(5);
    if (next() & 1) rt_set_number(run, f, false, &five);
  }
  const uint8_t c = next();
  return c == 1 ? Verdict::Drop : c == 2 ? Verdict::Fail : Verdict::Keep;
}

struct Sink {
  Signal signal;
  Writer bytes;
  uint64_t items = 0;
};

Status take(void* self, Payload* payload) {
  auto& sink = *static_cast<Sink*>(self);
  payload->flatten(sink.bytes);
  sink.items = payload->items;
  payload->clear();
  return Status::Ok;
}

}  // namespace
}  // namespace whittle

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace whittle;
  if (size < 18) return 0;
  const auto signal = static_cast<Signal>(data[0] % 3);
  const uint8_t levels = signal == Signal::Metrics ? 5 : signal == Signal::Traces ? 4 : 3;
  const uint8_t level = data[1] % levels;
  by_key = data[1] & 4;
  choices = data + 2, left = 16;
  const Bytes message(data + 18, size - 18);
  auto counts = wire::validate(signal, message);
  if (!counts || !counts->regular) return 0;
  Payload payload(signal);
  payload.items = counts->items;
  BufferRef owner = BufferRef::copy(message);
  const Bytes bytes{owner.data(), message.size()};
  if (!bytes.empty()) payload.add({static_cast<BufferRef&&>(owner), bytes});

  record::Code codes[] = {code<Level::Resource>, code<Level::Scope>, code<Level::Record>, code<Level::Inner>,
                          code<Level::Exemplar>};
  const Keys* keys = by_key ? &kKeys : nullptr;
  const uint32_t all = (1u << levels) - 1;
  Pass pass{static_cast<Level>(level),      all, all,     all,         true, false,
            {keys, keys, keys, keys, keys}, 0,   nullptr, codes[level]};
  Sink sink{signal, {}, 0};
  // The instance lives as long as the process, as in a collector.
  static record::Program program;
  static Runtime runtime;
  static const ComponentContext context{&runtime, {"fuzz", 4}, {}, &program, {}, {}};
  static void* const instance = rt_program_ops.create(&context);
  program = {signal, {&pass, 1}, {take, &sink}};
  const Status status = rt_run_program(instance, &payload);
  if (status == Status::Ok) {
    auto after = wire::validate(signal, sink.bytes.bytes());
    if (!after || !after->regular || after->items != sink.items) abort();
  } else if (payload.items != counts->items || payload.bytes != message.size() ||
             (!message.empty() && memcmp(payload.slices[0].bytes.data(), message.data(), message.size()) != 0)) {
    abort();
  }
  return 0;
}
