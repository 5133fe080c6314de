// SPDX-License-Identifier: Apache-2.0
#include "runtime/codec/compress.h"
#include "runtime/codec/decompress.h"

#include "runtime/codec/gzip_stream.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>
#include <zlib.h>
#include <zstd.h>

using namespace whittle;

namespace {

std::string sample(size_t n) {
  std::string text;
  for (size_t i = 0; text.size() < n; ++i) text += "span " + std::to_string(i * 7919 % 1000) + " of a trace; ";
  text.resize(n);
  return text;
}

std::string deflated(const std::string& in, int window) {
  z_stream z = {};
  deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, in.size()) + 64, 0);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  z.avail_in = static_cast<uInt>(in.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string zstd(const std::string& in, bool tells_size) {
  std::string out(ZSTD_compressBound(in.size()), 0);
  ZSTD_CCtx* c = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, tells_size);
  out.resize(ZSTD_compress2(c, out.data(), out.size(), in.data(), in.size()));
  ZSTD_freeCCtx(c);
  return out;
}

std::string hex(const char* text) {
  std::string out;
  for (; *text; text += 2) out += static_cast<char>(std::stoi(std::string(text, 2), nullptr, 16));
  return out;
}

std::string text_of(const Result<Decompressed>& r) {
  return r ? std::string(reinterpret_cast<char*>(r->buffer.data()), r->size)
           : std::string("error: ") + errc_text(r.error().code);
}

struct Coded {
  Coding coding;
  std::string bytes;
};

std::vector<Coded> all_codings(const std::string& in) {
  return {{Coding::Gzip, deflated(in, 31)},
          {Coding::Zlib, deflated(in, 15)},
          {Coding::Zstd, zstd(in, true)},
          {Coding::Zstd, zstd(in, false)},
          {Coding::Identity, in}};
}

TEST(GzipStream, GivesWhatWasAdded) {
  for (size_t piece : {size_t{1}, size_t{1000}, size_t{200'000}}) {
    std::string all;
    Writer out;
    GzipStream stream;
    for (size_t i = 0; i < 20; ++i) {
      std::string part;
      for (size_t k = 0; k < piece; ++k) part += static_cast<char>((i * 31 + k * k) & 0xFF);
      stream.add(as_bytes(part), out);
      all += part;
    }
    stream.finish(out);
    auto plain = decompress(Coding::Gzip, out.bytes(), all.size());
    ASSERT_TRUE(plain);
    EXPECT_TRUE(as_text({plain->buffer.data(), plain->size}) == all);
  }
}

TEST(Decompress, WholeTruncatedLimited) {
  for (size_t n : {size_t{0}, size_t{1}, size_t{1000}, size_t{300000}}) {
    const std::string in = sample(n);
    for (const Coded& c : all_codings(in)) {
      EXPECT_EQ(text_of(decompress(c.coding, as_bytes(c.bytes), 1 << 20)), in);
      EXPECT_EQ(text_of(decompress(c.coding, as_bytes(c.bytes), n)), in) << "a limit that just fits";
      if (n > 0) {
        auto r = decompress(c.coding, as_bytes(c.bytes), n - 1);
        ASSERT_FALSE(r);
        EXPECT_EQ(r.error().code, Errc::TooLarge);
      }
      if (c.coding == Coding::Identity || n > 1000) continue;
      for (size_t k = 0; k < c.bytes.size(); ++k)
        EXPECT_FALSE(decompress(c.coding, as_bytes(Text(c.bytes).substr(0, k)), 1 << 20)) << k;
      EXPECT_FALSE(decompress(c.coding, as_bytes(Text(c.bytes + "junk")), 1 << 20));
    }
  }
  decompress_trim();
}

TEST(Decompress, SeveralMembers) {
  const std::string gzip = deflated("hello ", 31) + deflated("world", 31);
  EXPECT_EQ(text_of(decompress(Coding::Gzip, as_bytes(gzip), 100)), "hello world");
  const std::string frames = zstd("hello ", true) + zstd("world", false);
  EXPECT_EQ(text_of(decompress(Coding::Zstd, as_bytes(frames), 100)), "hello world");
}

std::string hellos() {
  std::string text;
  for (int i = 0; i < 12; ++i) text += "hello ";
  return text;
}

// Each truncation of a good input fails, and so does every limit below its size.
void expect_only_whole(Coding coding, const std::string& bytes, const std::string& text) {
  EXPECT_EQ(text_of(decompress(coding, as_bytes(bytes), 1000)), text);
  EXPECT_EQ(text_of(decompress(coding, as_bytes(bytes), text.size())), text);
  for (size_t n = 0; n < bytes.size(); ++n)
    EXPECT_FALSE(decompress(coding, as_bytes(Text(bytes).substr(0, n)), 1000)) << n;
  for (size_t n = 0; n < text.size(); ++n) EXPECT_FALSE(decompress(coding, as_bytes(bytes), n)) << n;
}

// Written by Google's snappy and by the lz4 library.
TEST(Decompress, Snappy) {
  expect_only_whole(Coding::Snappy, hex("481468656c6c6f20ee06000906"), hellos());
  const std::string framed = hex("ff060000734e615070590011000072c31017481468656c6c6f20ee06000906");
  EXPECT_EQ(text_of(decompress(Coding::SnappyFramed, as_bytes(framed), 1000)), hellos());
  EXPECT_FALSE(decompress(Coding::SnappyFramed, as_bytes(framed), 71));
  for (size_t n = 0; n < framed.size(); ++n)
    EXPECT_EQ(bool(decompress(Coding::SnappyFramed, as_bytes(Text(framed).substr(0, n)), 1000)), n == 10)
        << n;  // 10: no chunk at all
  EXPECT_FALSE(decompress(Coding::Snappy, as_bytes(hex("040c616263641108")), 100)) << "more than it says";
  EXPECT_FALSE(decompress(Coding::Snappy, as_bytes(hex("080461621103")), 100)) << "a copy from before the start";
  EXPECT_FALSE(decompress(Coding::Snappy, as_bytes(hex("ffffffff0f00")), SIZE_MAX / 8))
      << "a length that the bytes cannot make";
}

TEST(Decompress, SnappyFrameChecksum) {
  // CRC-32C of 32 zero bytes is 0x8a9136aa (RFC 3720 B.4); masked: rotated right by 15, plus 0xa282ead8.
  const uint32_t crc = 0x8a9136aa, masked = ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
  std::string framed = hex("ff060000734e61507059") + hex("01240000");
  for (int i = 0; i < 4; ++i) framed += static_cast<char>(masked >> (8 * i));
  framed += std::string(32, 0);
  EXPECT_EQ(text_of(decompress(Coding::SnappyFramed, as_bytes(framed), 100)), std::string(32, 0));
  EXPECT_EQ(text_of(decompress(Coding::Snappy, as_bytes(framed), 100)), std::string(32, 0))
      << "frames under the name of blocks";
  framed.back() = 1;
  EXPECT_FALSE(decompress(Coding::SnappyFramed, as_bytes(framed), 100));
}

TEST(Decompress, Lz4) {
  expect_only_whole(
      Coding::Lz4,
      hex("04224d187c4048000000000000002b100000006f68656c6c6f2006002a50656c6c6f20a7c4c27900000000ba8cfa17"), hellos());
  expect_only_whole(Coding::Lz4, hex("04224d18604082100000006f68656c6c6f2006002a50656c6c6f2000000000"), hellos());
  // Every byte counts: checksums of the header, the block and the content see to it.
  const std::string good =
      hex("04224d187c4048000000000000002b100000006f68656c6c6f2006002a50656c6c6f20a7c4c27900000000ba8cfa17");
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x20);
    EXPECT_NE(text_of(decompress(Coding::Lz4, as_bytes(bad), 1000)), hellos()) << i;
  }
}

}  // namespace

TEST(SnappyBlock, WhatIsCompressedReadsBack) {
  uint32_t random = 1;
  const auto next = [&] { return random = random * 1664525 + 1013904223; };
  std::vector<std::string> samples = {"",
                                      "a",
                                      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                      std::string(70'000, 'x'),
                                      sample(65'536),
                                      sample(65'537),
                                      sample(300'000)};
  for (const size_t n : {3, 8, 9, 63, 64, 65, 300, 70'000, 140'000}) {
    std::string noise, mixed;
    for (size_t i = 0; i < n; ++i) noise += static_cast<char>(next() >> 24);
    while (mixed.size() < n) {
      // Copies from up to the fragment's length before, of every length.
      const size_t back = next() % 70'000, length = next() % 100;
      for (size_t i = 0; i < length && mixed.size() < n; ++i)
        mixed += back < mixed.size() && next() % 8 ? mixed[mixed.size() - back - 1] : static_cast<char>(next() >> 24);
    }
    samples.push_back(noise);
    samples.push_back(mixed);
  }
  for (const std::string& in : samples) {
    Writer out;
    compress_snappy(as_bytes(in), out);
    EXPECT_LE(out.size(), 32 + in.size() + in.size() / 6);
    EXPECT_EQ(text_of(decompress_snappy(out.bytes(), in.size())), in) << in.size();
  }
  Writer out;
  compress_snappy(as_bytes(sample(300'000)), out);
  EXPECT_LT(out.size(), 40'000u);
}

// What is compressed comes back, whole or in pieces, at every level, and telemetry (here: numbered words) shrinks.
TEST(Compress, RoundTrip) {
  std::string text;
  for (int i = 0; text.size() < 700'000; ++i)
    text += "GET /orders/" + std::to_string(i * 7919 % 100'003) + " 200 acme\n";
  for (const std::string& in : {std::string(), std::string("x"), text.substr(0, 5000), sample(300'000), text}) {
    std::vector<Slice> pieces;
    for (size_t at = 0, n = 1; at < in.size(); at += n, n = n * 3 + 1)
      pieces.push_back({{}, as_bytes(Text(in).substr(at, n))});
    if (pieces.size() > 1) pieces.insert(pieces.begin() + 1, Slice{});
    for (Coding coding : {Coding::Gzip, Coding::Zlib, Coding::Zstd}) {
      for (int level : {0, 1, 6, 7, 9}) {
        Writer whole, parts;
        compress(coding, level, as_bytes(in), whole);
        compress(coding, level, pieces, parts);
        for (const Writer* made : {&whole, &parts}) {
          EXPECT_EQ(text_of(decompress(coding, made->bytes(), in.size() + 1)), in) << in.size() << " " << level;
          if (in == text) EXPECT_LT(made->size(), in.size() / 3);
        }
      }
    }
  }
}
