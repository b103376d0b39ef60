#include "media/rtp/dependency_descriptor.h"

#include <gtest/gtest.h>

#include <vector>

#include "media/core/bits.h"
#include "media/core/random.h"

namespace parley::media::rtp {
namespace {

using Bytes = std::vector<uint8_t>;

// L1T2, one chain, by hand from the syntax of appendix A.8.
constexpr const char* kL1T2 =
    "1 0 000000 0000000000000101"           // start, not end, template 0, frame 5
    "1 0 0 0 0"                             // a structure, nothing else
    "000000 00001"                          // template 0 is number 0; two targets
    "01 11"                                 // two templates: T0, T1
    "10 10 00 01"                           // targets of T0: switch, switch; of T1: not present, discardable
    "0 1 0000 0"                            // T0 needs nothing; T1 the frame before
    "10 0000 0001"                          // one chain (1 of 0…2 takes two bits); distances 0 and 1
    "1 0000000100111111 0000000011101111";  // 320 x 240

Bytes from_bits(const char* text) {
  Bytes bytes(64);
  BitWriter w(bytes);
  for (const char* c = text; *c != 0; ++c) {
    if (*c != ' ') w.flag(*c == '1');
  }
  bytes.resize(w.bytes());
  return bytes;
}

TEST(Bits, AreReadAndWrittenMostSignificantFirst) {
  Bytes bytes(8);
  BitWriter w(bytes);
  w.bits(5, 3);
  w.bits(0xDEADBEEF, 32);
  for (uint32_t n = 1; n < 7; ++n) w.non_symmetric(n - 1, n);
  ASSERT_TRUE(w.ok());
  BitReader r(bytes);
  EXPECT_EQ(r.bits(3), 5u);
  EXPECT_EQ(r.bits(32), 0xDEADBEEFu);
  for (uint32_t n = 1; n < 7; ++n) EXPECT_EQ(r.non_symmetric(n), n - 1);
  r.skip(r.remaining());
  EXPECT_TRUE(r.ok());
  EXPECT_EQ(r.bits(1), 0u);
  EXPECT_FALSE(r.ok());
  w.bits(0, 32);
  EXPECT_FALSE(w.ok());
}

TEST(DependencyDescriptor, ReadsAStructureBitByBit) {
  DependencyStructure s;
  const Bytes bytes = from_bits(kL1T2);
  const auto d = DependencyDescriptor::parse(bytes, &s, false);
  ASSERT_TRUE(d);
  EXPECT_TRUE(d->starts_frame);
  EXPECT_FALSE(d->ends_frame);
  EXPECT_EQ(d->frame_number, 5);
  EXPECT_TRUE(d->has_structure);
  EXPECT_EQ(s.template_count, 2);
  EXPECT_EQ(s.target_count, 2);
  EXPECT_EQ(s.chain_count, 1);
  EXPECT_EQ(s.templates[0].targets.switch_up, 3u);
  EXPECT_EQ(s.templates[1].targets.present, 2u);
  EXPECT_EQ(s.templates[1].targets.discardable, 2u);
  EXPECT_EQ(s.templates[1].references.count, 1);
  EXPECT_EQ(s.templates[1].references.back[0], 1);
  EXPECT_EQ(s.templates[1].chains[0], 1);
  EXPECT_EQ(s.target_temporal[0], 0);
  EXPECT_EQ(s.target_temporal[1], 1);
  EXPECT_EQ(s.resolutions[0], (Resolution{320, 240}));
  EXPECT_EQ(d->references.count, 0);
  for (size_t n = 0; n < bytes.size(); ++n) {
    DependencyStructure other;
    EXPECT_FALSE(DependencyDescriptor::parse(std::span(bytes).first(n), &other, false)) << n;
  }
}

TEST(DependencyDescriptor, ReadsFramesByTheirTemplates) {
  DependencyStructure s;
  ASSERT_TRUE(DependencyDescriptor::parse(from_bits(kL1T2), &s, false));
  const auto plain = DependencyDescriptor::parse(from_bits("1 1 000001 0000000000000110"), &s, true);
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->temporal, 1);
  EXPECT_EQ(plain->targets.present, 2u);
  // Active targets {T0}; the frame's own indications, references 1 and 300, and chain.
  const auto own = DependencyDescriptor::parse(
      from_bits("1 1 000000 0000000000000110 0 1 1 1 1 01 11 11 01 0000 11 000100101011 00 00000111"), &s,
      true);
  ASSERT_TRUE(own);
  EXPECT_EQ(own->active_targets, 1u);
  EXPECT_EQ(own->targets.present, 3u);
  EXPECT_EQ(own->targets.switch_up, 0u);
  ASSERT_EQ(own->references.count, 2);
  EXPECT_EQ(own->references.back[0], 1);
  EXPECT_EQ(own->references.back[1], 300);
  EXPECT_EQ(own->chains[0], 7);
  EXPECT_FALSE(DependencyDescriptor::parse(from_bits("1 1 000010 0000000000000110"), &s, true))
      << "no such template";
  EXPECT_FALSE(DependencyDescriptor::parse(from_bits("1 1 000000 0000000000000110"), &s, false))
      << "no structure";
}

TEST(DependencyDescriptor, IsRewrittenWithOtherNumbersAndActiveTargets) {
  DependencyStructure s, again;
  const Bytes key = from_bits(kL1T2), plain = from_bits("1 1 000001 0000000000000110");
  const auto d = DependencyDescriptor::parse(key, &s, false);
  std::array<uint8_t, 64> out;
  const auto a = d->rewrite(key, 777, 1, 2, out);
  const auto b = DependencyDescriptor::parse(a, &again, false);
  ASSERT_TRUE(b);
  EXPECT_EQ(b->frame_number, 777);
  EXPECT_EQ(b->active_targets, 1u);
  EXPECT_EQ(again, s);
  // And once more over what is there.
  const Bytes limited(a.begin(), a.end());
  const auto c = DependencyDescriptor::parse(b->rewrite(limited, 778, 2, 2, out), &again, false);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->active_targets, 2u);
  EXPECT_EQ(again, s);
  const auto e = DependencyDescriptor::parse(plain, &s, true);
  const auto f = DependencyDescriptor::parse(e->rewrite(plain, 9, 1, 2, out), &s, true);
  ASSERT_TRUE(f);
  EXPECT_EQ(f->active_targets, 1u);
  EXPECT_EQ(f->frame_number, 9);
  EXPECT_EQ(e->rewrite(plain, 9, std::nullopt, 2, out).size(), 3u);
  EXPECT_TRUE(e->rewrite(plain, 9, std::nullopt, 2, std::span(out).first(2)).empty());
  EXPECT_TRUE(e->rewrite(plain, 9, 1, 2, std::span(out).first(3)).empty());
}

TEST(DependencyDescriptor, WritesWhatItReads) {
  DependencyStructure s;
  const Bytes key = from_bits(kL1T2);
  const auto d = DependencyDescriptor::parse(key, &s, false);
  std::array<uint8_t, 64> out;
  const auto written = write_dependency_descriptor(*d, s, true, out);
  EXPECT_EQ(Bytes(written.begin(), written.end()), key);
  DependencyDescriptor custom = *d;
  custom.targets.switch_up = 1;
  custom.references = {3, {2, 20, 700}};
  custom.chains[0] = 200;
  custom.active_targets = 2;
  const auto other = write_dependency_descriptor(custom, s, false, out);
  const auto read = DependencyDescriptor::parse(other, &s, true);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->targets, custom.targets);
  EXPECT_EQ(read->references, custom.references);
  EXPECT_EQ(read->chains[0], 200);
  EXPECT_EQ(read->active_targets, 2u);
  custom.template_id = 40;
  EXPECT_TRUE(write_dependency_descriptor(custom, s, false, out).empty());
}

TEST(DependencyStructure, FindsTargetsWithinLayers) {
  DependencyStructure s;
  s.target_count = 4;
  s.target_spatial = {0, 0, 1, 1};
  s.target_temporal = {0, 1, 0, 1};
  EXPECT_EQ(s.target_within(3, 7, 0xF), 3);
  EXPECT_EQ(s.target_within(0, 7, 0xF), 1);
  EXPECT_EQ(s.target_within(3, 0, 0xF), 2);
  EXPECT_EQ(s.target_within(3, 7, 0x3), 1) << "the upper layer is not sent";
  EXPECT_EQ(s.target_within(0, 0, 0xC), 2) << "the lowest that is";
  EXPECT_EQ(s.target_within(0, 0, 0), 0);
}

TEST(DependencyDescriptor, TakesOrRefusesTenThousandMutations) {
  const Bytes key = from_bits(kL1T2);
  const Bytes own =
      from_bits("1 1 000000 0000000000000110 0 1 1 1 1 01 11 11 01 0000 11 000100101011 00 00000111");
  DependencyStructure known;
  ASSERT_TRUE(DependencyDescriptor::parse(key, &known, false));
  SeededRandom random(47);
  int taken = 0;
  for (int i = 0; i < 10000; ++i) {
    Bytes b = i % 2 == 0 ? key : own;
    for (uint32_t k = 0, n = 1 + random.below(3); k < n; ++k) {
      b[random.below(static_cast<uint32_t>(b.size()))] ^= static_cast<uint8_t>(1 << random.below(8));
    }
    b.resize(b.size() - random.below(3));
    b.shrink_to_fit();
    DependencyStructure s = known;
    const auto d = DependencyDescriptor::parse(b, &s, true);
    if (!d) continue;
    ++taken;
    std::array<uint8_t, 255> out;
    const auto rewritten = d->rewrite(b, 1, 1, s.target_count, out);
    ASSERT_FALSE(rewritten.empty());
    DependencyStructure t = known;
    const auto again = DependencyDescriptor::parse(rewritten, &t, true);
    ASSERT_TRUE(again) << i;
    ASSERT_EQ(again->references, d->references);
    ASSERT_EQ(again->targets, d->targets);
  }
  EXPECT_GT(taken, 1000);
}

}  // namespace
}  // namespace parley::media::rtp
