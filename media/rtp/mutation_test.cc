// 10,000 seeded mutations of RTP packets, and as many of RTCP: parsed or refused, never read beyond their
// bytes (the sanitizers' build watches; each input is a heap block of its exact size).
#include <gtest/gtest.h>

#include <vector>

#include "media/core/bytes.h"
#include "media/core/random.h"
#include "media/rtcp/packets.h"
#include "media/rtcp/payload_feedback.h"
#include "media/rtp/packet.h"

namespace parley::media {
namespace {

std::vector<uint8_t> mutated(std::span<const uint8_t> seed, SeededRandom& random) {
  std::vector<uint8_t> bytes(seed.begin(), seed.end());
  for (uint32_t k = 0, n = 1 + random.below(6); k < n; ++k) {
    bytes[random.below(static_cast<uint32_t>(bytes.size()))] = static_cast<uint8_t>(random.next_u32());
  }
  if (random.below(3) == 0) bytes.resize(random.below(static_cast<uint32_t>(bytes.size()) + 1));
  return {bytes.begin(), bytes.end()};  // exactly as large as its content
}

TEST(RtpMutations, AreParsedOrRefused) {
  // One-byte extensions, two CSRCs and a VP8 descriptor.
  const std::vector<uint8_t> seed = {
      0x92, 0x60, 0,    1,    0,    0,    0,    2,    0,    0,    0,    3,    0,    0, 0, 4, 0,    0,
      0,    5,    0xBE, 0xDE, 0,    3,    0x10, 0xFF, 0x22, 0xAA, 0xBB, 0xCC, 0x31, 1, 2, 0, 0x40, 0x30,
      0x90, 0x80, 1,    0x10, 0x50, 0xB4, 0,    0x9D, 1,    0x2A, 0,    1,    0,    1, 7, 7, 7,    7};
  SeededRandom random(3550);
  int parsed = 0;
  for (int i = 0; i < 10000; ++i) {
    const std::vector<uint8_t> bytes = mutated(seed, random);
    const auto packet = rtp::Packet::parse(bytes);
    if (!packet) continue;
    ++parsed;
    ASSERT_LE(packet->header.size() + packet->payload.size(), bytes.size());
    for (int id = 0; id < 256; ++id) packet->extension(static_cast<uint8_t>(id));
  }
  EXPECT_GT(parsed, 1000);
}

TEST(RtcpMutations, AreWalkedOrRefused) {
  std::vector<uint8_t> seed(400);
  ByteWriter w(seed);
  rtcp::write_sender_report(w, {{1}, 0x0102030405060708, {9}, 10, 11});
  const rtcp::ReportBlock block{{2}, 1, 2, 3, 4, 5, 6};
  rtcp::write_receiver_report(w, {1}, {&block, 1});
  rtcp::write_cname(w, {1}, "someone");
  const SeqNumber missing[] = {{100}, {102}, {117}};
  rtcp::write_nack(w, {1}, {2}, missing);
  rtcp::write_pli(w, {1}, {2});
  rtcp::write_bye(w, {1});
  ASSERT_TRUE(w.ok());
  seed.resize(w.size());
  SeededRandom random(4585);
  uint64_t walked = 0;
  for (int i = 0; i < 10000; ++i) {
    const std::vector<uint8_t> bytes = mutated(seed, random);
    rtcp::Reader reader(bytes);
    while (const auto header = reader.next()) {
      ++walked;
      rtcp::read_sender_report(*header);
      rtcp::read_feedback_target(*header);
      rtcp::for_each_report_block(*header, [&](const rtcp::ReportBlock& b) { walked += b.jitter & 1; });
      rtcp::for_each_nack(*header, [&](SeqNumber s) { walked += s.value & 1; });
      rtcp::for_each_fir(*header, [&](const rtcp::FullIntraRequest& f) { walked += f.command & 1; });
      rtcp::for_each_bye(*header, [&](Ssrc s) { walked += s.value & 1; });
    }
  }
  EXPECT_GT(walked, 10000u);
}

}  // namespace
}  // namespace parley::media
