// What a hostile peer can do to an association, having passed DTLS: nothing worse than ending it. Forged and
// stale cookies, floods of INITs, tags, TSNs and gaps out of nowhere, messages without end, resets of
// everything, and bytes at random.
#include <gtest/gtest.h>

#include "media/sctp/crc32c.h"
#include "media/sctp/hosts_for_tests.h"

namespace parley::media::sctp {
namespace {

using namespace std::chrono_literals;

class Capture final : public PacketSink {
 public:
  void send_sctp(std::span<const uint8_t> packet) override {
    packets.emplace_back(packet.begin(), packet.end());
  }
  std::vector<std::vector<uint8_t>> packets;
};

// An association and a peer made of nothing but bytes.
class HostileSctpPeer : public ::testing::Test {
 protected:
  static constexpr uint32_t kTag = 0x12345678, kTsn = 1000;

  explicit HostileSctpPeer(Config config = small())
      : victim_(config, random_, *SocketAddress::parse("192.0.2.1", 1)) {}
  static Config small() {
    Config c;
    c.max_message_size = 100'000;
    c.receive_buffer = 200'000;
    c.max_streams = 50;
    c.max_partial_messages = 100;
    c.max_fragments = 500;
    return c;
  }

  Association& association() { return victim_.association; }

  // One packet with one chunk.
  void send(uint8_t type, uint8_t flags, std::span<const uint8_t> value, std::optional<uint32_t> tag = {}) {
    Capture made;
    PacketBuilder p({5000, 5000, tag.value_or(their_tag_)}, 1200, made);
    p.add(type, flags, value);
    p.flush();
    receive(made.packets.at(0));
  }
  void receive(std::span<const uint8_t> packet) {
    out_.packets.clear();
    association().on_packet(packet, now_, out_);
  }
  // The value of the first chunk of this type in what the victim answered.
  std::optional<std::vector<uint8_t>> answer(uint8_t type) const {
    for (const auto& packet : out_.packets) {
      ChunkReader chunks(packet);
      while (const auto c = chunks.next()) {
        if (c->type == type) return std::vector<uint8_t>(c->value.begin(), c->value.end());
      }
    }
    return std::nullopt;
  }

  void send_init(uint32_t tag = kTag) {
    InitChunk init;
    init.tag = tag;
    init.window = 1 << 20;
    init.outbound_streams = init.inbound_streams = 65535;
    init.initial_tsn = kTsn;
    init.forward_tsn = init.reconfig = true;
    init.interleaving = interleaving_;
    std::array<uint8_t, 200> bytes;
    ByteWriter w(bytes);
    write_init(w, init);
    send(kInit, 0, w.written(), 0);
  }
  // The victim's tag and cookie, of its INIT ACK.
  std::vector<uint8_t> take_cookie() {
    const auto ack = answer(kInitAck);
    EXPECT_TRUE(ack);
    const auto init = read_init(*ack);
    EXPECT_TRUE(init);
    their_tag_ = init->tag;
    return {init->cookie.begin(), init->cookie.end()};
  }
  void establish(bool interleaving = false) {
    interleaving_ = interleaving;
    send_init();
    send(kCookieEcho, 0, take_cookie());
    ASSERT_TRUE(association().is_established());
    ASSERT_TRUE(answer(kCookieAck));
  }
  void send_data(uint32_t tsn, uint16_t stream, uint32_t message, size_t size, uint8_t flags,
                 bool interleaved = false, uint32_t fragment = 0) {
    DataChunk d;
    d.interleaved = interleaved;
    d.begin = (flags & kFlagBegin) != 0;
    d.tsn = tsn;
    d.stream = stream;
    d.message = message;
    d.fragment = fragment;
    d.protocol = 53;
    std::array<uint8_t, 1200> bytes{};
    ByteWriter w(bytes);
    write_data_header(w, d);
    w.zeros(size);
    send(interleaved ? kIData : kData, flags, w.written());
  }
  bool ended() const { return victim_.closed > 0; }

  SeededRandom random_{42};
  TimePoint now_ = time_from_us(1'000'000);
  testing::AssociationHost victim_;
  Capture out_;
  uint32_t their_tag_ = 0;
  bool interleaving_ = false;
};

TEST_F(HostileSctpPeer, AnInitLeavesNothingBehindAndIsAnsweredOnce) {
  for (uint32_t i = 1; i <= 10'000; ++i) {
    send_init(i);
    ASSERT_EQ(out_.packets.size(), 1u);
    ASSERT_LE(out_.packets[0].size(), 200u) << "no amplification to speak of";
  }
  EXPECT_EQ(association().state(), Association::State::kClosed);
  EXPECT_EQ(association().next_deadline(), kNever);
  establish();
  for (uint32_t i = 1; i <= 1000; ++i) send_init(i);
  EXPECT_TRUE(association().is_established()) << "INITs do not disturb what is there";
  EXPECT_EQ(victim_.restarted, 0);
}

TEST_F(HostileSctpPeer, CookiesCannotBeForged) {
  send_init();
  const auto cookie = take_cookie();
  for (size_t i = 0; i < cookie.size(); ++i) {
    auto forged = cookie;
    forged[i] ^= 1;
    send(kCookieEcho, 0, forged);
    ASSERT_EQ(association().state(), Association::State::kClosed) << "byte " << i;
  }
  send(kCookieEcho, 0, std::span(cookie).first(10));
  send(kCookieEcho, 0, {});
  send(kCookieEcho, 0, cookie, their_tag_ + 1);
  EXPECT_EQ(association().state(), Association::State::kClosed);
  // Another endpoint's cookie.
  SeededRandom other_random(43);
  const CookieJar other(other_random);
  Cookie made;
  made.local_tag = their_tag_;
  made.made = now_;
  send(kCookieEcho, 0, other.seal(made));
  EXPECT_EQ(association().state(), Association::State::kClosed);
  send(kCookieEcho, 0, cookie);
  EXPECT_TRUE(association().is_established());
}

TEST_F(HostileSctpPeer, StaleCookiesAreRefusedAndSaidToBe) {
  send_init();
  const auto cookie = take_cookie();
  now_ += 61s;
  send(kCookieEcho, 0, cookie);
  EXPECT_EQ(association().state(), Association::State::kClosed);
  const auto error = answer(kError);
  ASSERT_TRUE(error);
  EXPECT_EQ(load_be16(error->data()), kCauseStaleCookie);
}

TEST_F(HostileSctpPeer, ForeignTagsPortsAndChecksumsAreRefused) {
  establish();
  send(kAbort, 0, {}, 99);
  send(kShutdown, 0, std::array<uint8_t, 4>{}, 99);
  send(kAbort, 1, {}, 99);
  EXPECT_TRUE(association().is_established());
  Capture made;
  PacketBuilder p({5000, 5001, their_tag_}, 1200, made);
  p.add(kAbort, 0, {});
  p.flush();
  receive(made.packets[0]);
  auto damaged = made.packets[0];
  damaged[9] ^= 1;
  receive(damaged);
  receive(std::span(damaged).first(11));
  receive({});
  EXPECT_TRUE(association().is_established());
  EXPECT_EQ(association().stats().packets_refused, 7u);
  send(kAbort, 1, {}, kTag);  // the peer's own tag, reflected
  EXPECT_TRUE(ended());
}

TEST_F(HostileSctpPeer, ChunksWithImpossibleLengthsEndThePacket) {
  establish();
  for (const uint16_t length : {0, 1, 3, 5, 100, 65535}) {
    uint8_t packet[16] = {0x13, 0x88, 0x13, 0x88};
    store_be32(packet + 4, their_tag_);
    packet[12] = kSack;
    store_be16(packet + 14, length);
    const uint32_t crc = crc32c(packet);
    for (int i = 0; i < 4; ++i) packet[8 + i] = static_cast<uint8_t>(crc >> (8 * i));
    receive(packet);
  }
  EXPECT_TRUE(association().is_established());
  EXPECT_GE(association().stats().packets_refused, 6u);
}

TEST_F(HostileSctpPeer, AcknowledgementsOfWhatWasNeverSentChangeNothing) {
  establish();
  ASSERT_TRUE(association().send(0, 53, testing::pattern(5000, 1), {}, now_).ok());
  association().flush(now_, out_);
  const auto data = answer(kData);
  ASSERT_TRUE(data);
  const uint32_t first = load_be32(data->data());
  std::vector<uint8_t> sack(12 + 4 * 250);
  store_be32(&sack[4], 100'000);
  // Far ahead, and with blocks that overlap, run backwards and end at the last number there is.
  for (const uint32_t cumulative : {first + 1000, first - 2000, first + 0x7FFFFFFF, first + 0x80000000}) {
    store_be32(sack.data(), cumulative);
    store_be16(&sack[8], 0);
    send(kSack, 0, std::span(sack).first(12));
  }
  store_be32(sack.data(), first - 1);
  store_be16(&sack[8], 250);
  for (size_t i = 0; i < 250; ++i) {
    store_be16(&sack[12 + 4 * i], static_cast<uint16_t>(i % 2 == 0 ? 1 : 65535));
    store_be16(&sack[14 + 4 * i], static_cast<uint16_t>(i % 3 == 0 ? 0 : 65535));
  }
  for (int i = 0; i < 1000; ++i) send(kSack, 0, sack);
  EXPECT_FALSE(ended());
  EXPECT_GT(association().stats().unacknowledged, 0u);
  send(kSack, 0, std::span(sack).first(13));  // says 250 blocks and has none
  EXPECT_FALSE(ended());
}

TEST_F(HostileSctpPeer, NumbersFarAheadAreNotKept) {
  establish();
  send_data(kTsn + 1'000'000, 0, 0, 100, 3);
  send_data(kTsn + 0x7FFFFFFF, 0, 0, 100, 3);
  EXPECT_EQ(association().stats().buffered, 0u);
  // Every second one: more ranges than are kept.
  for (uint32_t i = 1; i <= 30'000; ++i) send_data(kTsn + 2 * i, 0, 1, 1, kFlagUnordered | 3);
  EXPECT_FALSE(ended());
  EXPECT_LE(victim_.received, Received::kMaxRanges + 1);
}

TEST_F(HostileSctpPeer, BeginningsWithoutEndAreBounded) {
  establish();
  // With a hole after each, so that it may yet go on.
  for (uint32_t i = 0; i < 10'000 && !ended(); ++i) {
    send_data(kTsn + 2 * i, static_cast<uint16_t>(i % 40), i / 40, 1000, kFlagBegin);
    ASSERT_LE(association().stats().buffered, 200'000u + 65'536u);
  }
  EXPECT_TRUE(ended());
  EXPECT_TRUE(answer(kAbort));
  EXPECT_EQ(association().stats().buffered, 0u);
}

TEST_F(HostileSctpPeer, ABeginningWhereAnotherShouldGoOnReplacesIt) {
  establish();
  for (uint32_t i = 0; i < 1000; ++i)
    send_data(kTsn + i, static_cast<uint16_t>(i % 40), i / 40, 1000, kFlagBegin);
  EXPECT_FALSE(ended());
  EXPECT_LE(association().stats().buffered, 1000u);
}

TEST_F(HostileSctpPeer, MessagesLargerThanAgreedEndIt) {
  establish();
  for (uint32_t i = 0; i < 200 && !ended(); ++i) send_data(kTsn + i, 0, 0, 1000, i == 0 ? kFlagBegin : 0);
  EXPECT_TRUE(ended());
  EXPECT_EQ(victim_.close_reason, "a message is larger than agreed");
}

TEST_F(HostileSctpPeer, MiddlesWithoutBeginningAreBounded) {
  establish();
  uint32_t i = 1;
  for (; i < 10'000 && !ended(); ++i) {
    send_data(kTsn + i, 0, 0, 1000, 0);
    ASSERT_LE(association().stats().buffered, 200'000u + 65'536u);
  }
  // Beyond the window they are dropped, and the advertised window says so.
  EXPECT_FALSE(ended());
  EXPECT_GT(association().stats().chunks_dropped, 9000u);
}

TEST_F(HostileSctpPeer, TooManyStreamsEndIt) {
  establish();
  for (uint32_t i = 0; i < 100 && !ended(); ++i)
    send_data(kTsn + i, static_cast<uint16_t>(i * 600), 0, 10, 3);
  EXPECT_TRUE(ended());
}

TEST_F(HostileSctpPeer, FragmentsThatContradictEachOtherEndIt) {
  establish();
  send_data(kTsn, 1, 0, 100, kFlagBegin);
  send_data(kTsn + 1, 2, 0, 100, kFlagEnd);
  EXPECT_EQ(victim_.close_reason, "fragments contradict each other");
}

TEST_F(HostileSctpPeer, InterleavedOnesToo) {
  establish(true);
  send_data(kTsn, 1, 0, 100, kFlagBegin, true);
  send_data(kTsn + 1, 1, 0, 100, kFlagBegin, true);
  EXPECT_EQ(victim_.close_reason, "fragments contradict each other");
}

TEST_F(HostileSctpPeer, TheSameFragmentUnderTwoNumbersEndsIt) {
  establish(true);
  send_data(kTsn + 1, 1, 0, 100, 0, true, 5);
  send_data(kTsn + 2, 1, 0, 100, 0, true, 5);
  EXPECT_TRUE(ended());
}

TEST_F(HostileSctpPeer, MixingTheKindsOfDataEndsIt) {
  establish(true);
  send_data(kTsn, 1, 0, 100, 3, false);
  EXPECT_EQ(victim_.close_reason, "DATA and I-DATA are mixed");
}

TEST_F(HostileSctpPeer, DataWithoutBytesEndsIt) {
  establish();
  send_data(kTsn, 1, 0, 0, 3);
  EXPECT_EQ(victim_.close_reason, "a DATA chunk without data");
  EXPECT_EQ(load_be16(answer(kAbort)->data()), kCauseNoUserData);
}

TEST_F(HostileSctpPeer, ForwardTsnFarAheadIsIgnored) {
  establish();
  std::array<uint8_t, 1100> value{};
  store_be32(value.data(), kTsn + 1'000'000);
  send(kForwardTsn, 0, value);
  send_data(kTsn, 0, 0, 10, 3);
  EXPECT_EQ(victim_.received, 1u);
  // One that names the most streams a packet holds, over and over.
  for (uint32_t i = 0; i < 500; ++i) {
    store_be32(value.data(), kTsn + i);
    for (size_t s = 0; s < 274; ++s) store_be16(&value[4 + 4 * s], static_cast<uint16_t>(s * 200));
    send(kForwardTsn, 0, value);
  }
  EXPECT_FALSE(ended());
}

TEST_F(HostileSctpPeer, ResetsOutOfTurnAreRefusedAndOfEverythingHarmless) {
  establish();
  const auto request = [&](uint32_t number, uint32_t last_tsn, size_t streams) {
    OutgoingResetRequest q{number, 0, last_tsn, {}};
    for (size_t i = 0; i < streams; ++i) q.streams.push_back(static_cast<uint16_t>(i * 100));
    std::array<uint8_t, 1200> bytes;
    ByteWriter w(bytes);
    write_outgoing_reset(w, q);
    send(kReconfig, 0, w.written());
  };
  request(kTsn + 5, kTsn - 1, 10);
  auto response = answer(kReconfig);
  ASSERT_TRUE(response);
  EXPECT_EQ(load_be32(&(*response)[8]), static_cast<uint32_t>(ReconfigResult::kBadSequenceNumber));
  EXPECT_TRUE(victim_.incoming_resets.empty());
  request(kTsn, kTsn + 100, 10);  // waits for data that never comes
  EXPECT_TRUE(victim_.incoming_resets.empty());
  request(kTsn, kTsn + 100, 10);
  response = answer(kReconfig);
  ASSERT_TRUE(response);
  EXPECT_EQ(load_be32(&(*response)[8]), static_cast<uint32_t>(ReconfigResult::kInProgress));
  for (uint32_t i = 1; i < 1000; ++i) request(kTsn + i, kTsn - 1, 500);
  EXPECT_FALSE(ended());
  // Requests that nobody needs.
  for (const uint16_t type : {kParamIncomingReset, kParamSsnTsnReset, kParamAddOutgoing, kParamAddIncoming}) {
    std::array<uint8_t, 16> bytes;
    ByteWriter w(bytes);
    std::array<uint8_t, 8> value{};
    store_be32(value.data(), kTsn + 1000);
    write_parameter(w, type, value);
    send(kReconfig, 0, w.written());
  }
  EXPECT_FALSE(ended());
  send(kReconfig, 0, std::array<uint8_t, 8>{0, kParamOutgoingReset, 0, 8, 1, 2, 3, 4});
  EXPECT_TRUE(ended());
}

TEST_F(HostileSctpPeer, UnknownChunksAreTreatedAsTheirBitsSay) {
  establish();
  send(0x3F, 0, {});
  EXPECT_FALSE(answer(kError));
  send(0x7F, 0, testing::pattern(100, 1));
  EXPECT_TRUE(answer(kError));
  send(0xBF, 0, {});
  EXPECT_FALSE(answer(kError));
  send(0xFF, 0, {});
  EXPECT_TRUE(answer(kError));
  EXPECT_FALSE(ended());
}

TEST_F(HostileSctpPeer, HeartbeatsAreEchoedAndForgedAnswersChangeNothing) {
  establish();
  const auto info = testing::pattern(40, 1);
  send(kHeartbeat, 0, info);
  EXPECT_EQ(answer(kHeartbeatAck), info);
  std::array<uint8_t, 20> forged{};
  store_be16(forged.data(), kParamHeartbeatInfo);
  store_be16(&forged[2], 20);
  send(kHeartbeatAck, 0, forged);
  now_ += 31s;
  association().on_deadline(now_, out_);
  ASSERT_TRUE(answer(kHeartbeat));
  send(kHeartbeatAck, 0, forged);
  EXPECT_EQ(association().stats().round_trip, Duration::zero());
}

// Well-formed packets of ill-chosen chunks, and then damaged ones. Whatever happens, memory stays within its
// limits.
TEST_F(HostileSctpPeer, BytesAtRandom) {
  for (uint32_t round = 0; round < 60; ++round) {
    SeededRandom dice(round);
    testing::AssociationHost fresh(small(), random_, *SocketAddress::parse("192.0.2.1", 1));
    Association& a = fresh.association;
    Capture out;
    const uint8_t types[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 64, 130, 192, 194, 0x7F};
    InitChunk init;
    init.tag = kTag;
    init.window = 5000;
    init.outbound_streams = init.inbound_streams = 100;
    init.initial_tsn = kTsn;
    init.forward_tsn = init.reconfig = true;
    init.interleaving = round % 2 == 0;
    std::array<uint8_t, 200> bytes;
    ByteWriter w(bytes);
    write_init(w, init);
    const auto give = [&](uint32_t tag, auto fill) {
      Capture made;
      PacketBuilder p({5000, 5000, tag}, 1200, made);
      fill(p);
      p.flush();
      out.packets.clear();
      if (!made.packets.empty()) a.on_packet(made.packets[0], now_, out);
    };
    give(0, [&](PacketBuilder& p) { p.add(kInit, 0, w.written()); });
    ChunkReader chunks(out.packets.at(0));
    const auto ack = read_init(chunks.next()->value);
    const uint32_t tag = ack->tag;
    const std::vector<uint8_t> cookie(ack->cookie.begin(), ack->cookie.end());
    give(tag, [&](PacketBuilder& p) { p.add(kCookieEcho, 0, cookie); });
    ASSERT_TRUE(a.is_established());
    (void)a.send(0, 53, testing::pattern(50'000, 1), {}, now_);
    for (int i = 0; i < 300; ++i) {
      give(tag, [&](PacketBuilder& p) {
        for (uint32_t n = dice.below(4) + 1; n > 0; --n) {
          std::vector<uint8_t> value(dice.below(80));
          dice.fill(value);
          // Numbers near the right ones reach further.
          if (value.size() >= 4 && dice.below(4) > 0) store_be32(value.data(), kTsn + dice.below(50));
          if (value.size() >= 8 && dice.below(2) > 0)
            store_be16(&value[4], static_cast<uint16_t>(dice.below(4)));
          p.add(types[dice.below(std::size(types))], static_cast<uint8_t>(dice.below(16)), value);
        }
      });
      now_ += 20ms;
      a.on_deadline(now_, out);
      ASSERT_LE(a.stats().buffered, 200'000u + 65'536u);
    }
  }
}

}  // namespace
}  // namespace parley::media::sctp
