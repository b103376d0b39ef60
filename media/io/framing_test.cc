// Messages are found in a TCP stream however it is cut.
#include "media/io/framing.h"

#include <gtest/gtest.h>

#include "media/core/bytes.h"
#include "media/core/random.h"

namespace parley::media::io {
namespace {

using Messages = std::vector<std::vector<uint8_t>>;

void append_framed(std::vector<uint8_t>& stream, const std::vector<uint8_t>& message) {
  stream.push_back(static_cast<uint8_t>(message.size() >> 8));
  stream.push_back(static_cast<uint8_t>(message.size()));
  stream.insert(stream.end(), message.begin(), message.end());
}

// Feeds the stream in pieces of random sizes up to `longest`.
Messages feed(Framing framing, std::vector<uint8_t> stream, uint32_t longest, Random& random) {
  Deframer deframer(framing);
  Messages got;
  for (size_t at = 0; at < stream.size();) {
    const size_t n = std::min<size_t>(1 + random.below(longest), stream.size() - at);
    EXPECT_TRUE(deframer.push(std::span(stream).subspan(at, n),
                              [&](std::span<uint8_t> m) { got.emplace_back(m.begin(), m.end()); }));
    at += n;
  }
  return got;
}

TEST(Deframer, FindsMessagesHoweverTheStreamIsCut) {
  SeededRandom random(4571);
  Messages sent;
  std::vector<uint8_t> stream;
  for (int i = 0; i < 200; ++i) {
    std::vector<uint8_t> message(1 + random.below(i % 10 == 0 ? Deframer::kMaxMessage : 40));
    random.fill(message);
    append_framed(stream, message);
    if (i % 7 == 0) append_framed(stream, {});  // an empty message is nothing
    sent.push_back(message);
  }
  for (const uint32_t longest : {1u, 2u, 3u, 7u, 50u, 1400u, 100000u}) {
    EXPECT_EQ(feed(Framing::kRfc4571, stream, longest, random), sent) << longest;
  }
}

TEST(Deframer, StunAndChannelDataTellTheirOwnLength) {
  SeededRandom random(8656);
  Messages sent;
  std::vector<uint8_t> stream;
  for (int i = 0; i < 100; ++i) {
    const bool channel = i % 3 != 0;
    const size_t length = channel ? random.below(900) : 4 * random.below(50);
    std::vector<uint8_t> message((channel ? 4 : 20) + length, static_cast<uint8_t>(i));
    message[0] = channel ? 0x40 : 0x01;
    store_be16(&message[2], static_cast<uint16_t>(length));
    sent.push_back(message);
    message.resize((message.size() + 3) / 4 * 4);
    stream.insert(stream.end(), message.begin(), message.end());
  }
  for (const uint32_t longest : {1u, 5u, 1400u, 100000u}) {
    EXPECT_EQ(feed(Framing::kStun, stream, longest, random), sent) << longest;
  }
}

TEST(Deframer, AStreamThatMakesNoSenseIsRefused) {
  const auto refuses = [](Framing framing, std::vector<uint8_t> bytes, size_t first) {
    Deframer deframer(framing);
    const auto nothing = [](std::span<uint8_t>) { ADD_FAILURE() << "a message"; };
    const std::span<uint8_t> all(bytes);
    return !(deframer.push(all.first(first), nothing) && deframer.push(all.subspan(first), nothing));
  };
  for (const size_t first : {0u, 1u}) {
    EXPECT_TRUE(refuses(Framing::kRfc4571, {0x08, 0x01, 0}, first)) << "2,049 bytes";
    EXPECT_TRUE(refuses(Framing::kStun, {0x80, 0, 0, 0}, first)) << "RTP is not STUN";
    EXPECT_TRUE(refuses(Framing::kStun, {0x00, 1, 0xFF, 0xFC}, first));
  }
}

}  // namespace
}  // namespace parley::media::io
