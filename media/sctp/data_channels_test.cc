// Data channels over the simulated network: opening, ids, kinds of messages, reliability, buffered amounts
// and closing.
#include "media/sctp/data_channels.h"

#include "media/sctp/hosts_for_tests.h"

namespace parley::media::sctp {
namespace {

using media::testing::LinkConfig;
using namespace std::chrono_literals;
using testing::ChannelsHost;
using testing::pattern;
using Kind = DataChannels::Kind;
using Handle = DataChannels::Handle;
using Pair = testing::Pair<ChannelsHost>;

constexpr LinkConfig kClean{.delay = 20ms};
constexpr LinkConfig kLossy{.bits_per_second = 20'000'000, .delay = 20ms, .loss = 0.05};

void start(Pair& p, size_t max_message_size = 0) {
  p.on_a([&](TimePoint now, SendSlab& out) { p.a.start(dtls::Role::kActive, now, out, max_message_size); });
  p.on_b([&](TimePoint now, SendSlab& out) { p.b.start(dtls::Role::kPassive, now, out, max_message_size); });
  ASSERT_TRUE(p.net.run_until(
      [&] {
        return p.a.channels.association().is_established() && p.b.channels.association().is_established();
      },
      10s));
}

Handle create(Pair& p, ChannelsHost& host, const ChannelConfig& config) {
  Handle handle = 0;
  const SocketAddress& address = &host == &p.a ? p.address_a : p.address_b;
  p.net.command(address, [&](TimePoint now, SendSlab& out) {
    const auto made = host.channels.create(config, now);
    ASSERT_TRUE(made.ok()) << made.error().reason;
    handle = *made;
    host.flush(now, out);
  });
  return handle;
}

void flush(Pair& p) {
  p.on_a([&](TimePoint now, SendSlab& out) { p.a.flush(now, out); });
  p.on_b([&](TimePoint now, SendSlab& out) { p.b.flush(now, out); });
}

TEST(DataChannels, OpenInBandWithWhatTheyAreMadeWith) {
  Pair p(1, kClean);
  const Handle early = create(p, p.a, {.label = "early", .protocol = "chat", .priority = 512});
  start(p);
  const Handle loose = create(p, p.a, {.label = "", .ordered = false, .max_retransmits = 0});
  const Handle timed = create(p, p.b, {.label = "b's", .max_packet_life_time = 250});
  p.net.run_for(1s);
  EXPECT_EQ(p.a.opened, (std::vector<Handle>{early, loose}));
  EXPECT_EQ(p.b.opened, std::vector<Handle>{timed});
  // RFC 8832 section 6: the DTLS client's are even.
  EXPECT_EQ(p.a.channels.config(early)->id, 0);
  EXPECT_EQ(p.a.channels.config(loose)->id, 2);
  EXPECT_EQ(p.b.channels.config(timed)->id, 1);
  ASSERT_EQ(p.b.announced.size(), 2u);
  ASSERT_EQ(p.a.announced.size(), 1u);
  const ChannelConfig& first = p.b.announced.begin()->second;
  EXPECT_EQ(first.label, "early");
  EXPECT_EQ(first.protocol, "chat");
  EXPECT_EQ(first.priority, 512);
  EXPECT_TRUE(first.ordered);
  const ChannelConfig& second = std::next(p.b.announced.begin())->second;
  EXPECT_FALSE(second.ordered);
  EXPECT_EQ(second.max_retransmits, 0);
  EXPECT_EQ(p.a.announced.begin()->second.max_packet_life_time, 250);
}

TEST(DataChannels, KindsOfMessagesAndEmptyOnes) {
  Pair p(2, kClean);
  const Handle a = create(p, p.a, {.label = "x", .negotiated = true, .id = 7});
  const Handle b = create(p, p.b, {.label = "x", .negotiated = true, .id = 7});
  EXPECT_EQ(p.a.channels.send(a, Kind::kText, as_bytes("no"), p.net.now()).error(), SendError::kNotOpen);
  start(p);
  ASSERT_TRUE(p.a.channels.send(a, Kind::kText, as_bytes("text"), p.net.now()).ok());
  ASSERT_TRUE(p.a.channels.send(a, Kind::kBinary, as_bytes("\x01\x02"), p.net.now()).ok());
  ASSERT_TRUE(p.a.channels.send(a, Kind::kText, {}, p.net.now()).ok());
  ASSERT_TRUE(p.a.channels.send(a, Kind::kBinary, {}, p.net.now()).ok());
  flush(p);
  p.net.run_for(1s);
  const auto& got = p.b.messages[b];
  ASSERT_EQ(got.size(), 4u);
  EXPECT_EQ(as_text(got[0].bytes), "text");
  EXPECT_EQ(got[0].kind, Kind::kText);
  EXPECT_EQ(got[1].kind, Kind::kBinary);
  EXPECT_EQ(got[1].bytes.size(), 2u);
  EXPECT_EQ(got[2].kind, Kind::kText);
  EXPECT_TRUE(got[2].bytes.empty());
  EXPECT_EQ(got[3].kind, Kind::kBinary);
  EXPECT_TRUE(got[3].bytes.empty());
  EXPECT_TRUE(p.b.announced.empty()) << "a negotiated channel is not announced";
}

TEST(DataChannels, RefuseWhatCannotBe) {
  Config config;
  config.max_channels = 3;
  Pair p(3, kClean, config);
  const TimePoint now = p.net.now();
  EXPECT_FALSE(p.a.channels.create({.max_retransmits = 1, .max_packet_life_time = 1}, now).ok());
  EXPECT_FALSE(p.a.channels.create({.label = std::string(65536, 'x')}, now).ok());
  EXPECT_FALSE(p.a.channels.create({.negotiated = true}, now).ok());
  EXPECT_FALSE(p.a.channels.create({.negotiated = true, .id = 65535}, now).ok());
  EXPECT_TRUE(p.a.channels.create({.negotiated = true, .id = 4}, now).ok());
  EXPECT_FALSE(p.a.channels.create({.negotiated = true, .id = 4}, now).ok());
  EXPECT_TRUE(p.a.channels.create({}, now).ok());
  EXPECT_TRUE(p.a.channels.create({}, now).ok());
  EXPECT_FALSE(p.a.channels.create({}, now).ok()) << "a fourth of three";
  start(p, 1000);
  EXPECT_EQ(p.a.channels.send(1, Kind::kBinary, pattern(1001, 1), p.net.now()).error(), SendError::kTooLarge);
  EXPECT_EQ(p.a.channels.send(99, Kind::kBinary, pattern(1, 1), p.net.now()).error(), SendError::kNotOpen);
}

TEST(DataChannels, TooManyOfThePeersAreClosedAgain) {
  Config few;
  few.max_channels = 10;
  Pair p(4, kClean, {}, few);
  start(p);
  for (int i = 0; i < 20; ++i) create(p, p.a, {.label = "c"});
  p.net.run_for(10s);
  EXPECT_EQ(p.b.channels.size(), 10u);
  EXPECT_EQ(p.a.channels.size(), 10u);
  EXPECT_EQ(p.a.closed.size(), 10u);
}

TEST(DataChannels, AThousandAtOnceAndTheirIdsComeFree) {
  Pair p(5, kLossy);
  start(p);
  std::vector<Handle> all;
  for (int i = 0; i < 1024; ++i) all.push_back(create(p, p.a, {.label = std::to_string(i)}));
  EXPECT_FALSE(p.a.channels.create({}, p.net.now()).ok());
  for (const Handle h : all)
    ASSERT_TRUE(p.a.channels.send(h, Kind::kText, as_bytes(std::to_string(h)), p.net.now()).ok());
  flush(p);
  ASSERT_TRUE(p.net.run_until([&] { return p.b.messages.size() == 1024; }, 60s));
  for (const auto& [handle, config] : p.b.announced) {
    ASSERT_EQ(p.b.messages[handle].size(), 1u);
    EXPECT_EQ(as_text(p.b.messages[handle][0].bytes), std::to_string(std::stoi(config.label) + 1));
  }
  for (const Handle h : all) p.a.channels.close(h, p.net.now());
  flush(p);
  ASSERT_TRUE(p.net.run_until([&] { return p.a.channels.size() == 0 && p.b.channels.size() == 0; }, 120s))
      << p.a.channels.size() << " and " << p.b.channels.size();
  EXPECT_EQ(p.b.closing.size(), 1024u);
  EXPECT_EQ(p.a.closing.size(), 0u);
  const Handle again = create(p, p.a, {.label = "again"});
  p.net.run_for(1s);
  EXPECT_EQ(p.a.channels.config(again)->id, 0);
  EXPECT_EQ(p.b.announced.size(), 1025u);
}

TEST(DataChannels, ClosingDeliversWhatIsQueued) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    Pair p(seed, kLossy);
    start(p);
    const Handle a = create(p, p.a, {.label = "file"});
    ASSERT_TRUE(p.a.channels.send(a, Kind::kBinary, pattern(1'000'000, 1), p.net.now()).ok());
    p.a.channels.close(a, p.net.now());
    EXPECT_EQ(p.a.channels.state(a), ChannelState::kClosing);
    EXPECT_EQ(p.a.channels.send(a, Kind::kText, {}, p.net.now()).error(), SendError::kNotOpen);
    flush(p);
    ASSERT_TRUE(p.net.run_until([&] { return p.a.channels.size() == 0; }, 60s));
    ASSERT_EQ(p.b.messages.size(), 1u);
    EXPECT_EQ(p.b.messages.begin()->second.at(0).bytes, pattern(1'000'000, 1));
    EXPECT_TRUE(p.net.run_until([&] { return p.b.channels.size() == 0; }, 60s));
  }
}

// A peer that hears of no reset: what carries one is lost on its way to it.
class DeafToResets final : public DatagramHandler {
 public:
  explicit DeafToResets(DatagramHandler& within) : within_(within) {}
  void on_datagrams(std::span<const Datagram> datagrams, TimePoint now, SendSlab& out) override {
    for (const Datagram& d : datagrams) {
      if (!deaf || !carries_reset(d.bytes)) within_.on_datagrams({&d, 1}, now, out);
    }
  }
  TimePoint next_deadline() const override { return within_.next_deadline(); }
  void on_deadline(TimePoint now, SendSlab& out) override { within_.on_deadline(now, out); }

  bool deaf = true;

 private:
  static bool carries_reset(std::span<const uint8_t> packet) {
    for (size_t at = 12; at + 4 <= packet.size();) {
      if (packet[at] == kReconfig) return true;
      const size_t length = load_be16(&packet[at + 2]);
      if (length < 4) return false;
      at += (length + 3) & ~size_t{3};
    }
    return false;
  }
  DatagramHandler& within_;
};

TEST(DataChannels, AnUnansweredCloseEndsByItself) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    Pair p(seed, kLossy);
    DeafToResets deaf(p.b);
    p.net.detach(p.address_b);
    p.net.attach(p.address_b, deaf, &p.to_a, nullptr);
    start(p);
    const Handle a = create(p, p.a, {.label = "x"});
    ASSERT_TRUE(p.a.channels.send(a, Kind::kBinary, pattern(1'000'000, 1), p.net.now()).ok());
    p.a.channels.close(a, p.net.now());
    flush(p);
    p.net.run_for(29s);
    EXPECT_EQ(p.a.channels.state(a), ChannelState::kClosing);
    ASSERT_TRUE(p.net.run_until([&] { return p.a.channels.size() == 0; }, 32s));
    EXPECT_EQ(p.a.closed, std::vector<Handle>{a});
    EXPECT_EQ(p.b.messages.begin()->second.at(0).bytes, pattern(1'000'000, 1));
    EXPECT_TRUE(p.a.channels.association().is_established());
    // The peer still has a channel on that stream: another gets one of its own.
    const Handle next = create(p, p.a, {.label = "next"});
    p.net.run_for(1s);
    EXPECT_EQ(p.a.channels.config(next)->id, 2);
    // When it hears of it after all, the stream is free again.
    deaf.deaf = false;
    ASSERT_TRUE(p.net.run_until([&] { return !p.b.closed.empty(); }, 60s));
    p.net.run_for(5s);
    EXPECT_EQ(p.a.channels.config(create(p, p.a, {.label = "again"}))->id, 0);
  }
}

TEST(DataChannels, ASlowCloseIsNotGivenUp) {
  Pair p(11, {.bits_per_second = 100'000, .delay = 20ms});
  start(p);
  const Handle a = create(p, p.a, {.label = "x"});
  ASSERT_TRUE(p.a.channels.send(a, Kind::kBinary, pattern(1'000'000, 1), p.net.now()).ok());
  p.a.channels.close(a, p.net.now());
  flush(p);
  p.net.run_for(75s);
  EXPECT_EQ(p.a.channels.state(a), ChannelState::kClosing) << "80 s of bytes are on their way";
  ASSERT_TRUE(p.net.run_until([&] { return p.a.channels.size() == 0; }, 60s));
  EXPECT_EQ(p.b.messages.begin()->second.at(0).bytes, pattern(1'000'000, 1));
}

TEST(DataChannels, BothCloseAtOnce) {
  Pair p(6, kClean);
  start(p);
  const Handle a = create(p, p.a, {.label = "x"});
  p.net.run_for(1s);
  p.a.channels.close(a, p.net.now());
  p.b.channels.close(p.b.announced.begin()->first, p.net.now());
  flush(p);
  p.net.run_for(5s);
  EXPECT_EQ(p.a.closed, std::vector<Handle>{a});
  EXPECT_EQ(p.b.closed.size(), 1u);
}

TEST(DataChannels, BufferedAmountFalls) {
  Pair p(7, {.bits_per_second = 1'000'000, .delay = 20ms});
  start(p);
  const Handle a = create(p, p.a, {.label = "x"});
  ASSERT_TRUE(p.a.channels.send(a, Kind::kBinary, pattern(200'000, 1), p.net.now()).ok());
  EXPECT_EQ(p.a.channels.buffered_amount(a), 200'000u);
  flush(p);
  ASSERT_TRUE(p.net.run_until([&] { return p.a.channels.buffered_amount(a) <= 50'000; }, 10s));
  EXPECT_GT(p.a.channels.buffered_amount(a), 40'000u);
  p.net.run_for(10s);
  EXPECT_EQ(p.a.channels.buffered_amount(a), 0u);
}

TEST(DataChannels, WhatDoesNotFitTheBufferIsRefused) {
  Config small;
  small.send_buffer = 100'000;
  Pair p(8, kClean, small);
  start(p);
  const Handle a = create(p, p.a, {.label = "x"});
  size_t accepted = 0;
  while (p.a.channels.send(a, Kind::kBinary, pattern(10'000, 1), p.net.now()).ok()) ++accepted;
  EXPECT_EQ(accepted, 10u);
  EXPECT_EQ(p.a.channels.send(a, Kind::kBinary, pattern(10'000, 1), p.net.now()).error(),
            SendError::kBufferFull);
  flush(p);
  p.net.run_for(5s);
  EXPECT_TRUE(p.a.channels.send(a, Kind::kBinary, pattern(10'000, 1), p.net.now()).ok());
}

// The share of messages that arrive on a channel that never retransmits is the share that the network lets
// through, and what does arrive is whole and in order.
TEST(DataChannels, UnreliableOnesLoseWhatTheNetworkLoses) {
  for (const bool interleaving : {true, false}) {
    for (const bool ordered : {true, false}) {
      SCOPED_TRACE(std::to_string(interleaving) + " " + std::to_string(ordered));
      Config config;
      config.interleaving = interleaving;
      Pair p(9, {.delay = 20ms}, config, config);
      start(p);
      const Handle a = create(p, p.a, {.label = "x", .ordered = ordered, .max_retransmits = 0});
      const Handle reliable = create(p, p.a, {.label = "reliable"});
      p.net.run_for(1s);
      p.to_b.config().loss = 0.1;
      for (uint32_t i = 0; i < 1000; ++i) {
        std::vector<uint8_t> bytes(i % 7 == 0 ? 3000 : 100);
        store_be32(bytes.data(), i);
        ASSERT_TRUE(p.a.channels.send(a, Kind::kBinary, bytes, p.net.now()).ok());
        if (i % 10 == 0) {
          ASSERT_TRUE(p.a.channels.send(reliable, Kind::kBinary, bytes, p.net.now()).ok());
        }
        flush(p);
        p.net.run_for(5ms);
      }
      p.net.run_for(10s);
      const auto& got = p.b.messages[p.b.announced.begin()->first];
      EXPECT_GT(got.size(), 750u);
      EXPECT_LT(got.size(), 950u);
      for (size_t i = 1; ordered && i < got.size(); ++i)
        ASSERT_GT(load_be32(got[i].bytes.data()), load_be32(got[i - 1].bytes.data()));
      EXPECT_EQ(p.b.messages[std::next(p.b.announced.begin())->first].size(), 100u);
      EXPECT_EQ(p.a.channels.association().stats().unacknowledged, 0u);
      EXPECT_EQ(p.b.channels.association().stats().buffered, 0u);
    }
  }
}

TEST(DataChannels, AShortLifeKeepsThingsFresh) {
  Pair p(10, {.delay = 20ms});
  start(p);
  const Handle a = create(p, p.a, {.label = "x", .max_packet_life_time = 300});
  p.net.run_for(1s);
  p.to_b.config().loss = p.to_a.config().loss = 1;  // two seconds of silence
  p.net.at(2s, [&] { p.to_b.config().loss = p.to_a.config().loss = 0; });
  std::map<uint32_t, TimePoint> sent;
  for (uint32_t i = 0; i < 400; ++i) {
    std::vector<uint8_t> bytes(500);
    store_be32(bytes.data(), i);
    sent[i] = p.net.now();
    ASSERT_TRUE(p.a.channels.send(a, Kind::kBinary, bytes, p.net.now()).ok());
    flush(p);
    p.net.run_for(10ms);
  }
  p.net.run_for(5s);
  const auto& got = p.b.messages[p.b.announced.begin()->first];
  EXPECT_LT(got.size(), 330u) << "what was sent into the silence is too old afterwards";
  EXPECT_GT(got.size(), 100u);
  EXPECT_EQ(load_be32(got.back().bytes.data()), 399u);
}

TEST(DataChannels, ALargeMessageDoesNotHoldUpOthers) {
  for (const bool interleaving : {true, false}) {
    Config config;
    config.interleaving = interleaving;
    Pair p(11, {.bits_per_second = 5'000'000, .delay = 20ms}, config, config);
    start(p);
    const Handle large = create(p, p.a, {.label = "large"});
    const Handle small = create(p, p.a, {.label = "small"});
    p.net.run_for(1s);
    ASSERT_TRUE(p.a.channels.send(large, Kind::kBinary, pattern(4'000'000, 1), p.net.now()).ok());  // 6.4 s
    flush(p);
    p.net.run_for(500ms);
    ASSERT_TRUE(p.a.channels.send(small, Kind::kText, as_bytes("hello"), p.net.now()).ok());
    flush(p);
    const Handle there = std::next(p.b.announced.begin())->first;
    EXPECT_EQ(p.net.run_until([&] { return !p.b.messages[there].empty(); }, 1s), interleaving);
    EXPECT_TRUE(p.net.run_until([&] { return p.b.messages.size() == 2; }, 30s));
  }
}

TEST(DataChannels, SixteenMegabytesThroughFivePercentLoss) {
  Pair p(12, {.bits_per_second = 50'000'000, .delay = 5ms, .loss = 0.05});
  start(p);
  const Handle a = create(p, p.a, {.label = "x"});
  const auto bytes = pattern(size_t{16} << 20, 3);
  ASSERT_TRUE(p.a.channels.send(a, Kind::kBinary, bytes, p.net.now()).ok());
  flush(p);
  ASSERT_TRUE(p.net.run_until([&] { return !p.b.messages.empty(); }, 300s));
  EXPECT_EQ(p.b.messages.begin()->second[0].bytes, bytes);
}

TEST(DataChannels, WhatTheProgramHoldsClosesTheWindow) {
  Config small;
  small.max_message_size = 100'000;
  small.receive_buffer = 200'000;
  Pair p(13, kClean, {}, small);
  start(p);
  const Handle a = create(p, p.a, {.label = "x"});
  p.net.run_for(1s);
  // The program at b never deals with anything.
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(p.a.channels.send(a, Kind::kBinary, pattern(10'000, 1), p.net.now()).ok());
  size_t held = 0;
  for (int i = 0; i < 2000; ++i) {
    flush(p);
    p.net.run_for(10ms);
    size_t got = 0;
    for (const auto& m : p.b.messages[p.b.announced.begin()->first]) got += m.bytes.size();
    p.b.channels.hold(got - held);
    held = got;
  }
  EXPECT_LE(held, 280'000u);
  EXPECT_GE(held, 190'000u);
  EXPECT_EQ(p.a.reason, "") << "a closed window is no failure";
  // Now it does.
  for (int i = 0; i < 300; ++i) {
    p.on_b([&](TimePoint now, SendSlab& out) {
      testing::SlabSink sink(p.address_a, out);
      p.b.channels.release(10'000, now, sink);
    });
    p.net.run_for(50ms);
  }
  EXPECT_EQ(p.b.messages[p.b.announced.begin()->first].size(), 100u);
}

TEST(DataChannels, TheEndOfTheAssociationClosesAll) {
  Pair p(14, kClean);
  start(p);
  for (int i = 0; i < 5; ++i) create(p, p.a, {.label = "x"});
  p.net.run_for(1s);
  p.on_a([&](TimePoint, SendSlab& out) {
    testing::SlabSink sink(p.address_b, out);
    p.a.channels.abort("done", sink);
  });
  p.net.run_for(1s);
  EXPECT_EQ(p.a.closed.size(), 5u);
  EXPECT_EQ(p.b.closed.size(), 5u);
  EXPECT_EQ(p.b.channels.size(), 0u);
  EXPECT_EQ(p.a.association_states.back(), Association::State::kClosed);
}

// Four fifths of a 10 Mbit/s link with 100 ms of round trip.
TEST(DataChannels, FillALink) {
  Pair p(15, {.bits_per_second = 10'000'000, .delay = 50ms, .queue = 100ms});
  start(p);
  const Handle a = create(p, p.a, {.label = "x"});
  p.net.run_for(1s);
  const TimePoint begin = p.net.now();
  for (int i = 0; i < 25; ++i)
    ASSERT_TRUE(p.a.channels.send(a, Kind::kBinary, pattern(1'000'000, 1), p.net.now()).ok());
  flush(p);
  const Handle there = p.b.announced.begin()->first;
  ASSERT_TRUE(p.net.run_until([&] { return p.b.messages[there].size() == 25; }, 60s));
  const double seconds = static_cast<double>((p.net.now() - begin).count()) / 1e6;
  const double share = 25 * 8 / seconds / 10;
  RecordProperty("share", std::to_string(share));
  EXPECT_GE(share, 0.8) << seconds << " s";
}

TEST(Dcep, OpenIsReadAsWritten) {
  const ChannelConfig config{
      .label = "l", .protocol = "pp", .ordered = false, .max_retransmits = 5, .priority = 128};
  const auto bytes = write_open(config);
  EXPECT_EQ(bytes, (std::vector<uint8_t>{3, 0x81, 0, 128, 0, 0, 0, 5, 0, 1, 0, 2, 'l', 'p', 'p'}));
  const auto read = read_open(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->label, "l");
  EXPECT_EQ(read->protocol, "pp");
  EXPECT_EQ(read->max_retransmits, 5);
  for (size_t n = 0; n < bytes.size(); ++n) EXPECT_FALSE(read_open(std::span(bytes).first(n)));
  auto other = bytes;
  other[1] = 7;
  EXPECT_FALSE(read_open(other)) << "a channel type nobody defined";
}

}  // namespace
}  // namespace parley::media::sctp
