// Payload descriptors, byte by byte, and what a stream of them tells.
#include <gtest/gtest.h>

#include <vector>

#include "media/core/random.h"
#include "media/rtp/av1.h"
#include "media/rtp/h26x.h"
#include "media/rtp/payload_parser.h"
#include "media/rtp/vp8.h"
#include "media/rtp/vp9.h"

namespace parley::media::rtp {
namespace {

using Bytes = std::vector<uint8_t>;

TEST(Vp8Descriptor, ReadsEveryField) {
  // X N S; I L T K; 15 bits; TL0PICIDX; TID 2, Y, KEYIDX 9; a delta frame
  const auto d = Vp8Descriptor::parse(Bytes{0xB0, 0xF0, 0x92, 0x34, 0x77, 0xA9, 0x01});
  ASSERT_TRUE(d);
  EXPECT_EQ(d->size, 6);
  EXPECT_TRUE(d->non_reference);
  EXPECT_TRUE(d->starts_frame);
  EXPECT_FALSE(d->key_frame);
  EXPECT_EQ(d->numbers.picture_id_bits, 15);
  EXPECT_EQ(d->numbers.picture_id, 0x1234);
  EXPECT_EQ(d->numbers.tl0, 0x77);
  EXPECT_EQ(d->temporal, 2);
  EXPECT_TRUE(d->layer_sync);
  EXPECT_EQ(d->key_index, 9);
}

TEST(Vp8Descriptor, TellsKeyFramesByTheirFirstPacketOnly) {
  EXPECT_TRUE(Vp8Descriptor::parse(Bytes{0x90, 0x80, 0x81, 0x23, 0x00})->key_frame);
  EXPECT_FALSE(Vp8Descriptor::parse(Bytes{0x90, 0x80, 0x81, 0x23, 0x01})->key_frame);
  EXPECT_FALSE(Vp8Descriptor::parse(Bytes{0x80, 0x80, 0x81, 0x23, 0x00})->key_frame);
  EXPECT_FALSE(Vp8Descriptor::parse(Bytes{0x91, 0x80, 0x81, 0x23, 0x00})->key_frame) << "partition 1";
  EXPECT_TRUE(Vp8Descriptor::parse(Bytes{0x10, 0x00})->key_frame) << "no extensions";
  for (const Bytes& cut :
       {Bytes{}, Bytes{0x10}, Bytes{0x90, 0x80}, Bytes{0x90, 0xF0, 0x92, 0x34, 0x77, 0xA9}}) {
    EXPECT_FALSE(Vp8Descriptor::parse(cut));
  }
}

TEST(PayloadNumbers, AreRewrittenInTheirForm) {
  std::array<uint8_t, PayloadNumbers::kMaxReach> out;
  const Bytes wide = {0x90, 0xF0, 0x92, 0x34, 0x77, 0xA9, 0x01};
  const auto d = Vp8Descriptor::parse(wide);
  const auto a = d->numbers.rewrite(wide, 0x8765, 0x12, out);
  EXPECT_EQ(Bytes(a.begin(), a.end()), (Bytes{0x90, 0xF0, 0x87, 0x65, 0x12})) << "up to the last number";
  const Bytes narrow = {0x90, 0x80, 0x12, 0x01};
  const auto b = Vp8Descriptor::parse(narrow)->numbers.rewrite(narrow, 0x1FF, 0, out);
  EXPECT_EQ(Bytes(b.begin(), b.end()), (Bytes{0x90, 0x80, 0x7F}));
  const Bytes vp9 = {0xAC, 0x92, 0x34, 0x20, 0x55, 0};
  const auto c = Vp9Descriptor::parse(vp9)->numbers.rewrite(vp9, 5, 6, out);
  EXPECT_EQ(Bytes(c.begin(), c.end()), (Bytes{0xAC, 0x80, 0x05, 0x20, 0x06}));
}

TEST(Vp9Descriptor, ReadsFlexibleMode) {
  // I P L F B E Z; 7 bits; TID 1 U SID 2 D; two references
  const auto d = Vp9Descriptor::parse(Bytes{0xFD, 0x21, 0x35, 0x03, 0x08, 0xAA});
  ASSERT_TRUE(d);
  EXPECT_TRUE(d->inter_predicted && d->flexible && d->starts_frame && d->ends_frame && d->not_for_upper);
  EXPECT_EQ(d->numbers.picture_id, 0x21);
  EXPECT_EQ(d->numbers.picture_id_bits, 7);
  EXPECT_EQ(d->temporal, 1);
  EXPECT_TRUE(d->switch_up);
  EXPECT_EQ(d->spatial, 2);
  EXPECT_TRUE(d->inter_layer);
  EXPECT_EQ(d->numbers.tl0_at, 0);
  ASSERT_EQ(d->reference_count, 2);
  EXPECT_EQ(d->references[0], 1);
  EXPECT_EQ(d->references[1], 4);
  EXPECT_EQ(d->size, 5);
  EXPECT_FALSE(Vp9Descriptor::parse(Bytes{0xFD, 0x21, 0x35, 0x03, 0x09, 0x09, 0x08, 0xAA}))
      << "four references";
}

TEST(Vp9Descriptor, ReadsTheScalabilityStructure) {
  // I L B E V; 15 bits; layer; TL0PICIDX; 2 spatial layers with sizes, a group of 2 pictures
  const Bytes bytes = {0xAE, 0x81, 0x00, 0x00, 0x09, 0x38, 1,    64, 0,   180,
                       2,    128,  1,    104,  2,    0x00, 0x34, 1,  0xAA};
  Vp9PictureGroup group;
  const auto d = Vp9Descriptor::parse(bytes, &group);
  ASSERT_TRUE(d);
  EXPECT_EQ(d->spatial_layers, 2);
  EXPECT_EQ(d->numbers.tl0, 9);
  ASSERT_EQ(group.size, 2);
  EXPECT_EQ(group.pictures[0].reference_count, 0);
  EXPECT_EQ(group.pictures[1].temporal, 1);
  EXPECT_TRUE(group.pictures[1].switch_up);
  ASSERT_EQ(group.pictures[1].reference_count, 1);
  EXPECT_EQ(group.pictures[1].references[0], 1);
  for (size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_FALSE(Vp9Descriptor::parse(std::span(bytes).first(n))) << n;
  }
}

TEST(H264, TellsIdrPicturesAndParameterSets) {
  EXPECT_TRUE(read_h264(Bytes{0x67, 1})->key_frame) << "SPS";
  EXPECT_TRUE(read_h264(Bytes{24, 0, 2, 0x67, 1, 0, 1, 0x68})->key_frame) << "STAP-A";
  EXPECT_TRUE(read_h264(Bytes{24, 0, 2, 0x67, 1, 0, 1, 0x68})->parameter_sets);
  EXPECT_TRUE(read_h264(Bytes{0x7C, 0x85})->key_frame) << "FU-A, first";
  EXPECT_FALSE(read_h264(Bytes{0x7C, 0x05})->key_frame) << "FU-A, later";
  EXPECT_FALSE(read_h264(Bytes{0x41, 0})->key_frame);
  EXPECT_FALSE(read_h264(Bytes{0x41, 0})->discardable);
  EXPECT_TRUE(read_h264(Bytes{0x01, 0})->discardable) << "nal_ref_idc 0";
  EXPECT_TRUE(read_h264(Bytes{25, 0, 0, 0, 1, 0x65})->key_frame) << "STAP-B";
  EXPECT_TRUE(read_h264(Bytes{26, 0, 0, 0, 4, 1, 0, 0, 0x65})->key_frame) << "MTAP16";
  EXPECT_TRUE(read_h264(Bytes{27, 0, 0, 0, 5, 1, 0, 0, 0, 0x65})->key_frame) << "MTAP24";
  for (const Bytes& bad : {Bytes{}, Bytes{24}, Bytes{24, 0, 9, 1}, Bytes{24, 0, 0}, Bytes{0x1C}, Bytes{30, 1},
                           Bytes{0, 1}, Bytes{26, 0, 0, 0, 2, 1, 0}}) {
    EXPECT_FALSE(read_h264(bad));
  }
}

TEST(H265, TellsIrapPicturesAndTemporalLayers) {
  EXPECT_TRUE(read_h265(Bytes{19 << 1, 1, 0})->key_frame) << "IDR";
  EXPECT_TRUE(read_h265(Bytes{32 << 1, 1, 0})->key_frame) << "VPS";
  EXPECT_TRUE(read_h265(Bytes{48 << 1, 1, 0, 2, 33 << 1, 1, 0, 2, 34 << 1, 1})->key_frame) << "AP";
  EXPECT_TRUE(read_h265(Bytes{49 << 1, 1, 0x80 | 20})->key_frame) << "FU, first";
  EXPECT_FALSE(read_h265(Bytes{49 << 1, 1, 20})->key_frame) << "FU, later";
  const auto tsa = read_h265(Bytes{3 << 1, 3, 0});
  EXPECT_EQ(tsa->temporal, 2);
  EXPECT_TRUE(tsa->switch_up);
  EXPECT_FALSE(tsa->discardable);
  EXPECT_TRUE(read_h265(Bytes{0 << 1, 2, 0})->discardable) << "TRAIL_N";
  EXPECT_TRUE(read_h265(Bytes{50 << 1, 1, 19 << 1, 0x10, 7})->key_frame) << "PACI";
  for (const Bytes& bad : {Bytes{}, Bytes{1}, Bytes{2, 0}, Bytes{48 << 1, 1}, Bytes{48 << 1, 1, 0, 1, 1},
                           Bytes{49 << 1, 1}, Bytes{50 << 1, 1, 0}}) {
    EXPECT_FALSE(read_h265(bad));
  }
}

TEST(FrameMarking, ReadsBothForms) {
  const auto s = FrameMarking::parse(Bytes{0xF0});
  EXPECT_TRUE(s->starts_frame && s->ends_frame && s->independent && s->discardable);
  const auto l = FrameMarking::parse(Bytes{0x0A, 0, 7});
  EXPECT_TRUE(l->base_layer_sync);
  EXPECT_EQ(l->temporal, 2);
  EXPECT_FALSE(FrameMarking::parse(Bytes{}));
  EXPECT_FALSE(FrameMarking::parse(Bytes{1, 2, 3, 4}));
}

TEST(Av1Payload, WalksObuElements) {
  const auto first = Av1Payload::parse(Bytes{0x28, 2, 0x0A, 0, 0x36, 0x48, 9});
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->new_sequence);
  EXPECT_FALSE(first->continues);
  EXPECT_TRUE(first->has_layers);
  EXPECT_EQ(first->temporal, 2);
  EXPECT_EQ(first->spatial, 1);
  EXPECT_TRUE(Av1Payload::parse(Bytes{0xD0, 1})->to_be_continued);
  EXPECT_TRUE(Av1Payload::parse(Bytes{0x00, 1, 9, 1, 9})) << "sizes for all";
  for (const Bytes& bad : {Bytes{}, Bytes{0x10}, Bytes{0x88, 1}, Bytes{0x20, 9, 1}, Bytes{0x00, 0},
                           Bytes{0x20, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1}}) {
    EXPECT_FALSE(Av1Payload::parse(bad));
  }
}

// --- streams

std::optional<PayloadInfo> feed(PayloadParser& parser, const Bytes& payload, bool newest = true,
                                uint32_t timestamp = 0) {
  Packet p;
  p.payload = payload;
  p.timestamp = {timestamp};
  return parser.parse(p, {}, newest);
}

Bytes vp8_frame(uint16_t picture_id) {
  return {0x90, 0x80, static_cast<uint8_t>(0x80 | (picture_id >> 8 & 0x7F)), static_cast<uint8_t>(picture_id),
          1};
}

TEST(PayloadParser, UnwrapsPictureIdsThroughWrapsLossesAndRestarts) {
  PayloadParser parser(CodecKind::kVp8);
  const int64_t first = feed(parser, vp8_frame(0x7FFE))->picture;
  EXPECT_EQ(feed(parser, vp8_frame(1))->picture, first + 3);
  EXPECT_EQ(feed(parser, vp8_frame(0x7FFF), false)->picture, first + 1) << "late";
  const int64_t before = feed(parser, vp8_frame(2))->picture;
  EXPECT_GT(feed(parser, vp8_frame(0x7000))->picture, before) << "began anew";
  EXPECT_FALSE(feed(parser, {}));
}

Bytes vp9_picture(uint8_t id, uint8_t temporal, std::vector<uint8_t> references, bool up = false) {
  Bytes b = {static_cast<uint8_t>(0xBC | (references.empty() ? 0 : 0x40)), id,
             static_cast<uint8_t>(temporal << 5 | (up ? 0x10 : 0))};
  for (size_t i = 0; i < references.size(); ++i) {
    b.push_back(static_cast<uint8_t>(references[i] << 1 | (i + 1 < references.size() ? 1 : 0)));
  }
  b.push_back(0xAA);
  return b;
}

TEST(PayloadParser, FindsTemporalSwitchingPointsByReferences) {
  PayloadParser parser(CodecKind::kVp9);
  EXPECT_TRUE(feed(parser, vp9_picture(10, 0, {}))->key_frame);
  EXPECT_TRUE(feed(parser, vp9_picture(11, 1, {1}))->switch_up) << "needs the base only";
  EXPECT_FALSE(feed(parser, vp9_picture(12, 0, {2}))->switch_up);
  EXPECT_FALSE(feed(parser, vp9_picture(13, 1, {1, 2}))->switch_up) << "needs its own layer";
  EXPECT_FALSE(feed(parser, vp9_picture(15, 1, {1}))->switch_up) << "needs what never came";
}

TEST(PayloadParser, FindsTemporalSwitchingPointsByTheUpBit) {
  PayloadParser parser(CodecKind::kVp9);
  feed(parser, vp9_picture(10, 0, {}));
  feed(parser, vp9_picture(11, 1, {1}));
  feed(parser, vp9_picture(12, 0, {2}, true));
  EXPECT_TRUE(feed(parser, vp9_picture(13, 1, {2}))->switch_up) << "as the base promised";
  EXPECT_FALSE(feed(parser, vp9_picture(14, 1, {1}))->switch_up) << "once";
}

TEST(PayloadParser, FindsTemporalSwitchingPointsByTheGroupOfPictures) {
  PayloadParser parser(CodecKind::kVp9);
  const auto picture = [](uint8_t id, uint8_t temporal, bool key) {
    Bytes b = {static_cast<uint8_t>(key ? 0xAE : 0xEC), id, static_cast<uint8_t>(temporal << 5), 0};
    const uint8_t structure[] = {0x08, 2, 0x04, 2, 0x24, 1};
    for (size_t i = 0; key && i < std::size(structure); ++i) b.push_back(structure[i]);
    b.push_back(0xAA);
    return b;
  };
  ASSERT_TRUE(feed(parser, picture(20, 0, true)));
  EXPECT_TRUE(feed(parser, picture(21, 1, false))->switch_up);
  EXPECT_FALSE(feed(parser, picture(22, 0, false))->switch_up);
  EXPECT_TRUE(feed(parser, picture(23, 1, false))->switch_up);
}

TEST(PayloadParser, ReadsTemporalLayersOfH264AndH265) {
  PayloadParser h264(CodecKind::kH264);
  const Bytes slice = {0x41, 1, 2}, marking = {0x10, 0x8A};
  Packet p;
  p.payload = slice;
  p.extension_profile = 0xBEDE;
  p.extensions = marking;  // one byte: the short form, which has no layers
  EXPECT_EQ(h264.parse(p, {0, 1}, true)->temporal, 0);
  const Bytes long_form = {0x12, 0x8A, 0, 7};
  p.extensions = long_form;
  const auto info = h264.parse(p, {0, 1}, true);
  EXPECT_EQ(info->temporal, 2);
  EXPECT_TRUE(info->switch_up);
  PayloadParser h265(CodecKind::kH265);
  EXPECT_EQ(feed(h265, {2 << 1, 2, 0})->temporal, 1);
  EXPECT_FALSE(feed(h265, {0}));
  PayloadParser other(CodecKind::kOther);
  EXPECT_TRUE(feed(other, {1})->key_frame) << "cannot be looked into";
}

TEST(PayloadParser, TakesOrRefusesTenThousandMutations) {
  const std::vector<std::pair<CodecKind, Bytes>> seeds = {
      {CodecKind::kVp8, {0xB0, 0xF0, 0x92, 0x34, 0x77, 0xA9, 0x01, 3}},
      {CodecKind::kVp9, {0xAE, 0x81, 0, 0, 9, 0x38, 1, 64, 0, 180, 2, 128, 1, 104, 2, 0, 0x34, 1, 0xAA}},
      {CodecKind::kVp9, {0xFD, 0x21, 0x35, 0x03, 0x08, 0xAA}},
      {CodecKind::kH264, {24, 0, 2, 0x67, 1, 0, 1, 0x68}},
      {CodecKind::kH265, {48 << 1, 1, 0, 2, 33 << 1, 1, 0, 2, 34 << 1, 1}},
      {CodecKind::kAv1, {0x28, 2, 0x0A, 0, 0x36, 0x48, 9}}};
  SeededRandom random(9628);
  int taken = 0;
  for (const auto& [codec, seed] : seeds) {
    PayloadParser parser(codec);
    for (int i = 0; i < 2000; ++i) {
      Bytes b = seed;
      for (uint32_t k = 0, n = random.below(4); k < n; ++k) {
        b[random.below(static_cast<uint32_t>(b.size()))] = static_cast<uint8_t>(random.next_u32());
      }
      b.resize(random.below(5) == 0 ? random.below(static_cast<uint32_t>(b.size())) : b.size());
      b.shrink_to_fit();
      const auto info = feed(parser, b, random.below(4) != 0, random.next_u32());
      if (!info) continue;
      ++taken;
      ASSERT_LE(info->numbers.reach, b.size());
    }
  }
  EXPECT_GT(taken, 3000);
}

}  // namespace
}  // namespace parley::media::rtp
