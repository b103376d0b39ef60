// What goes through a pipe and what stays: encodings that nobody on the far side is to get, and those that
// the way between has no room for. In simulated time, over a link with a rate, a queue and breaks.
#include <gtest/gtest.h>

#include <cstdio>

#include "media/pipe/pipe.h"
#include "media/pipe/pipe_for_tests.h"
#include "media/routing/subscription.h"
#include "media/rtp/packet.h"
#include "media/testing/layered_publisher.h"
#include "media/testing/network.h"
#include "media/testing/seeds.h"

namespace parley::media::pipe {
namespace {

using namespace std::chrono_literals;
using testing::FrameMark;
using testing::Link;
using testing::Network;

constexpr std::array<int64_t, 3> kRates = {150'000, 500'000, 1'500'000};

// An engine with nothing but a pipe, and the track that it feeds in or takes out.
struct End final : DatagramHandler {
  End(uint8_t own_key, Random& random, TimePoint now) : pipe(key(own_key), random, pool, pacing, now) {}
  void on_datagrams(std::span<const Datagram> datagrams, TimePoint now, SendSlab& out) override {
    for (const Datagram& d : datagrams) pipe.on_datagram(d.bytes, now, out);
  }
  TimePoint next_deadline() const override {
    const TimePoint next = std::min(pipe.next_deadline(), pacing.next_deadline());
    return track ? std::min(next, track->next_deadline()) : next;
  }
  void on_deadline(TimePoint now, SendSlab& out) override {
    pacing.on_deadline(now, out);
    if (track && track->next_deadline() <= now) track->on_deadline(now, out);
    if (pipe.next_deadline() <= now) pipe.on_deadline(now, out);
  }
  PacketPool pool{4096};
  congestion::PaceList pacing;
  Egress nowhere;
  std::optional<Track> track;
  Pipe pipe;
};

class PipeLayers : public ::testing::TestWithParam<uint64_t> {
 protected:
  PipeLayers()
      : net_(GetParam()),
        link_(net_.add_link({.delay = 10ms})),
        near_(1, net_.random(), net_.now()),
        far_(2, net_.random(), net_.now()) {
    net_.attach(near_address_, near_, nullptr, nullptr);
    net_.attach(far_address_, far_, &back_, &link_);
    EXPECT_TRUE(near_.pipe.connect(far_address_, key(2)));
    EXPECT_TRUE(far_.pipe.connect(near_address_, key(1)));
    publish();
    far_egress_.open(std::move(*srtp::Sender::create(srtp::Profile::kAeadAes128Gcm, key(3))));
    far_egress_.set_destination(*SocketAddress::parse("203.0.113.1", 9));
  }

  void publish() {
    TrackConfig config = published_camera(7);
    PipedTrack piped = camera({});
    for (uint32_t i = 0; i < kRates.size(); ++i) {
      const std::string rid(1, static_cast<char>('a' + i));
      config.encodings.push_back({rid, Ssrc{77 + i}, std::nullopt});
      piped.encodings.push_back({rid, Ssrc{501 + 2 * i}, Ssrc{502 + 2 * i}});
    }
    near_.track.emplace(config, near_.nowhere, near_.pool, Ssrc{5});
    near_.track->set_key_frame_handler([this] { key_asked_.fill(true); });
    const auto parsed = parse_description(describe(piped));
    ASSERT_TRUE(parsed.ok());
    arrived_ = far_.pipe.receive_track(to_config(*parsed, 70));
    net_.command(near_address_, [&](TimePoint now, SendSlab& out) {
      ASSERT_TRUE(near_.pipe.send_track(*near_.track, piped, now, out));
    });
    net_.every(33333us,
               [this] { net_.command(near_address_, [this](auto now, auto& out) { feed(now, out); }); });
  }

  // A frame of every encoding.
  void feed(TimePoint now, SendSlab& out) {
    for (uint8_t i = 0; i < kRates.size(); ++i) {
      const bool is_key = std::exchange(key_asked_[i], false);
      const auto size = static_cast<size_t>(kRates[i] / 8 / 30 * (is_key ? 3 : 1));
      const auto count = static_cast<uint8_t>((size + 1099) / 1100);
      for (uint8_t n = 0; n < count; ++n) {
        std::vector<uint8_t> payload(size / count);
        FrameMark{is_key, i, n, count, frame_}.write(payload);
        rtp::HeaderWriter header({96, n + 1 == count, seqs_[i], {frame_ * 3000}, {77u + i}});
        ++seqs_[i];
        const auto head = header.finish();
        std::vector<uint8_t> bytes(head.begin(), head.end());
        bytes.insert(bytes.end(), payload.begin(), payload.end());
        near_.track->on_packet(*rtp::Packet::parse(bytes), now, out);
      }
    }
    ++frame_;
  }

  void watch(LayerTarget layers = {}) {
    SubscriptionConfig config;
    config.id = 1;
    config.payload_type = 100;
    config.ssrc = {900};
    subscription_.emplace(config, far_egress_, uint16_t{1}, uint16_t{1});
    net_.command(far_address_, [&](TimePoint now, SendSlab& out) {
      subscription_->set_preferred_layers(layers, now, out);
      arrived_->add(*subscription_, now, out);
    });
  }
  void prefer(LayerTarget layers) {
    net_.command(far_address_, [&](TimePoint now, SendSlab& out) {
      subscription_->set_preferred_layers(layers, now, out);
    });
  }
  int64_t sent_bps(Duration over) {
    const uint64_t before = near_.pipe.stats().bytes_sent;
    net_.run_for(over);
    return static_cast<int64_t>(near_.pipe.stats().bytes_sent - before) * 8'000'000 / over.count();
  }
  uint64_t frames_in(Duration over) {
    const uint64_t before = subscription_->stats().frames;
    net_.run_for(over);
    return subscription_->stats().frames - before;
  }

  Network net_;
  Link& link_;
  Link& back_ = net_.add_link({.delay = 10ms});
  SocketAddress near_address_ = *SocketAddress::parse("198.51.100.1", 4000);
  SocketAddress far_address_ = *SocketAddress::parse("198.51.100.2", 4000);
  End near_, far_;
  Egress far_egress_;
  Track* arrived_ = nullptr;
  std::optional<Subscription> subscription_;
  std::array<bool, 3> key_asked_ = {true, true, true};
  std::array<SeqNumber, 3> seqs_ = {SeqNumber{65000}, SeqNumber{100}, SeqNumber{30000}};
  uint32_t frame_ = 0;
};

TEST_P(PipeLayers, WhatNobodyThereWatchesIsNotSent) {
  SCOPED_TRACE(::testing::Message() << "seed " << GetParam());
  net_.run_for(2s);
  EXPECT_LT(sent_bps(5s), 30'000) << "nobody is there: reports only";
  watch({0, 3});
  net_.run_for(1s);
  EXPECT_LT(sent_bps(5s), 250'000) << "one who sees the small picture";
  EXPECT_GE(frames_in(5s), 145u);
  EXPECT_EQ(subscription_->current_layers().spatial, 0);
  prefer({2, 3});
  net_.run_for(1s);
  EXPECT_EQ(subscription_->current_layers().spatial, 2) << "asked for, it comes";
  const int64_t top = sent_bps(5s);
  EXPECT_GT(top, 1'400'000);
  EXPECT_LT(top, 1'750'000) << "the large picture alone";
  prefer({1, 3});
  net_.run_for(1s);
  EXPECT_EQ(subscription_->current_layers().spatial, 1);
  EXPECT_GE(frames_in(5s), 145u);
  EXPECT_LE(arrived_->stats().nacks, 4u) << "what is left out leaves no gap";
  subscription_.reset();
  net_.run_for(1s);
  EXPECT_LT(sent_bps(5s), 30'000);
}

TEST_P(PipeLayers, AFreshPipeTakesNothingAwayAtFirst) {
  SCOPED_TRACE(::testing::Message() << "seed " << GetParam());
  watch();
  net_.run_for(500ms);
  EXPECT_EQ(subscription_->current_layers().spatial, 2);
  EXPECT_GE(frames_in(5s), 145u);
}

TEST_P(PipeLayers, ANarrowWayCarriesTheLayersThatFit) {
  SCOPED_TRACE(::testing::Message() << "seed " << GetParam());
  watch();
  net_.run_for(5s);
  ASSERT_EQ(subscription_->current_layers().spatial, 2);
  link_.config().bits_per_second = 1'000'000;
  net_.run_for(5s);
  link_.take_worst_queue_delay();
  const uint64_t frames = frames_in(20s);
  EXPECT_GE(frames, 560u) << "of 600";
  EXPECT_LE(subscription_->current_layers().spatial, 1);
  EXPECT_LT(link_.take_worst_queue_delay(), 250ms);
  EXPECT_LT(near_.pipe.stats().target_bps, 1'200'000);
  link_.config().bits_per_second = 20'000'000;
  EXPECT_TRUE(net_.run_until([&] { return subscription_->current_layers().spatial == 2; }, 30s));
  EXPECT_GE(frames_in(5s), 140u);
}

TEST_P(PipeLayers, AWayThatBreaksIsToldAndComesBackByItself) {
  SCOPED_TRACE(::testing::Message() << "seed " << GetParam());
  watch();
  net_.run_for(3s);
  link_.config().loss = back_.config().loss = 1;
  net_.run_for(7s);
  EXPECT_EQ(near_.pipe.state(), PipeState::kDisconnected);
  EXPECT_EQ(far_.pipe.state(), PipeState::kDisconnected);
  EXPECT_LT(sent_bps(10s), 100'000) << "into nothing";
  link_.config().loss = back_.config().loss = 0;
  const uint64_t before = subscription_->stats().frames;
  EXPECT_TRUE(net_.run_until([&] { return subscription_->stats().frames > before + 10; }, 3s));
  EXPECT_EQ(near_.pipe.state(), PipeState::kConnected);
  EXPECT_TRUE(net_.run_until([&] { return subscription_->current_layers().spatial == 2; }, 30s));
}

TEST_P(PipeLayers, LossOnTheWayIsRepaired) {
  SCOPED_TRACE(::testing::Message() << "seed " << GetParam());
  watch();
  net_.run_for(1s);
  link_.config().loss = 0.02;
  EXPECT_GE(frames_in(20s), 580u);
  EXPECT_EQ(subscription_->current_layers().spatial, 2);
}

INSTANTIATE_TEST_SUITE_P(Seeds, PipeLayers, ::testing::ValuesIn(testing::kSeeds));

}  // namespace
}  // namespace parley::media::pipe
