// The hub with a publisher and subscribers behind links, on the simulated network: what each
// subscriber gets, how long the queue before it becomes, how long its picture stands still. Every scenario
// has the bound it must keep.
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "media/session/hub.h"
#include "media/testing/layered_publisher.h"
#include "media/testing/measuring_subscriber.h"
#include "media/testing/network.h"

namespace parley::media::testing {
namespace {

using namespace std::chrono_literals;

constexpr uint64_t kSeeds[] = {1, 20261121};

const dtls::Certificate& certificate(int i) {
  static const dtls::Certificate made[2] = {std::move(dtls::Certificate::generate()).value(),
                                            std::move(dtls::Certificate::generate()).value()};
  return made[i];
}

class Room : public ::testing::TestWithParam<uint64_t> {
 protected:
  static constexpr uint32_t kPublisher = 1, kVideo = 7, kAudio = 8;

  Room()
      : net(GetParam()),
        hub(certificate(0), net.random(), [](const HubEvent&) {}),
        server(*SocketAddress::parse("192.0.2.1", 5000)) {
    net.attach(server, hub, nullptr, nullptr);
    wire = &net.add_link({.delay = 20ms});
  }

  template <typename Client>
  std::unique_ptr<Client> connect(uint32_t id, Link* up, Link* down) {
    const auto local = ice::Credentials::generate(net.random());
    const auto address = *SocketAddress::parse("198.51.100.7", static_cast<uint16_t>(6000 + id));
    auto client = std::make_unique<Client>(certificate(1), net.random(), address, server, local,
                                           certificate(0).fingerprint());
    net.command(server, [&](TimePoint now, SendSlab& out) {
      EXPECT_TRUE(hub.add_peer(id, local, now));
      hub.set_remote(id, {client->credentials(), certificate(1).fingerprint(), dtls::Role::kPassive}, now,
                     out);
    });
    net.attach(address, *client, up, down);
    net.command(address, [&](TimePoint now, SendSlab& out) { client->start(now, out); });
    return client;
  }

  void add_publisher(const std::vector<int64_t>& layers) {
    publisher = connect<LayeredPublisher>(kPublisher, wire, wire);
    TrackConfig video;
    video.id = kVideo;
    video.kind = TrackKind::kVideo;
    video.codec = CodecKind::kVp8;
    video.payload_type = FakeClient::kPayloadType;
    video.rtx_payload_type = FakeClient::kRtxPayloadType;
    video.nack = true;
    for (size_t i = 0; i < layers.size(); ++i) {
      video.encodings.push_back({{}, LayeredPublisher::ssrc(i), LayeredPublisher::rtx_ssrc(i)});
    }
    TrackConfig audio;
    audio.id = kAudio;
    audio.codec = CodecKind::kOpus;
    audio.clock_rate = 48000;
    audio.payload_type = LayeredPublisher::kAudioPayloadType;
    audio.ssrc = LayeredPublisher::kAudioSsrc;
    net.command(server, [&](TimePoint, SendSlab&) { hub.set_tracks(kPublisher, {video, audio}); });
    net.command(publisher->address(),
                [&](TimePoint now, SendSlab&) { publisher->publish_layers(layers, now); });
    net.run_for(2s);
  }

  MeasuringSubscriber& add_subscriber(Link* up, Link* down) {
    const uint32_t id = 10 + static_cast<uint32_t>(subscribers.size());
    auto client = connect<MeasuringSubscriber>(id, up, down);
    SubscriptionConfig video;
    video.id = 100 + id;
    video.track = kVideo;
    video.payload_type = MeasuringSubscriber::kVideoType;
    video.rtx_payload_type = MeasuringSubscriber::kRtxType;
    video.ssrc = {id * 1000};
    video.rtx_ssrc = {id * 1000 + 1};
    video.extensions.transport_cc = MeasuringSubscriber::kTransportCcId;
    SubscriptionConfig audio = video;
    audio.id = 200 + id;
    audio.track = kAudio;
    audio.payload_type = MeasuringSubscriber::kAudioType;
    audio.rtx_payload_type.reset();
    audio.ssrc = {id * 1000 + 2};
    net.command(server, [&](TimePoint now, SendSlab& out) {
      hub.set_subscriptions(id, {video, audio}, now, out);
    });
    subscribers.push_back(std::move(client));
    return *subscribers.back();
  }
  SendSideStats sending(size_t subscriber) {
    return *hub.peer_stats(10 + static_cast<uint32_t>(subscriber))->sending;
  }
  static double bps(uint64_t bytes, Duration over) {
    return static_cast<double>(bytes) * 8 * 1e6 / static_cast<double>(over.count());
  }
  Link& make_link(LinkConfig config) {
    config.delay = 20ms;
    return net.add_link(config);
  }

  Network net;
  Hub hub;
  SocketAddress server;
  Link* wire;
  std::unique_ptr<LayeredPublisher> publisher;
  std::vector<std::unique_ptr<MeasuringSubscriber>> subscribers;
};

TEST_P(Room, KeepsThePictureWhenTheLinkBecomesSlow) {
  add_publisher({400'000});
  Link& link = make_link({.bits_per_second = 4'000'000, .queue = 1s});
  MeasuringSubscriber& s = add_subscriber(wire, &link);
  net.run_for(10s);
  s.take_measures();
  link.config().bits_per_second = 600'000;
  net.run_for(30s);
  std::printf("seed %lu: freeze %ld ms, queue at its worst %ld ms, %lu frames\n", GetParam(),
              to_ms(s.freeze(net.now())), to_ms(link.take_worst_queue_delay()), s.frames);
  EXPECT_LT(s.freeze(net.now()), 1s);
  EXPECT_GE(s.frames, 30u * 28);
}

TEST_P(Room, HoldsVideoThatDoesNotFitAndFindsRoomForItLater) {
  add_publisher({2'000'000});
  Link& link = make_link({.bits_per_second = 800'000});
  MeasuringSubscriber& s = add_subscriber(wire, &link);
  net.run_for(15s);
  s.take_measures();
  net.run_for(20s);
  const double held = bps(s.video_bytes, 20s);
  const auto audio = s.audio_packets;
  link.config().bits_per_second = 5'000'000;
  const TimePoint widened = net.now();
  const auto frames = s.frames;
  EXPECT_TRUE(net.run_until([&] { return s.frames > frames + 30; }, 60s));
  std::printf(
      "seed %lu: %.0f kbit/s of video in vain, %lu of 1000 audio packets; pictures %ld ms after there was "
      "room\n",
      GetParam(), held / 1000, audio, to_ms(net.now() - widened));
  EXPECT_GE(audio, 950u);
  EXPECT_LT(held, 800'000);
}

TEST_P(Room, ShowsPicturesThroughRandomLoss) {
  add_publisher({1'500'000});
  Link& link = make_link({.bits_per_second = 5'000'000, .loss = 0.05});
  MeasuringSubscriber& s = add_subscriber(wire, &link);
  net.run_for(15s);
  s.take_measures();
  net.run_for(60s);
  std::printf("seed %lu: %.0f kbit/s, %lu frames in a minute, freeze %ld ms\n", GetParam(),
              bps(s.video_bytes, 60s) / 1000, s.frames, to_ms(s.freeze(net.now())));
  EXPECT_GE(bps(s.video_bytes, 60s), 0.8 * 1'500'000);
  EXPECT_GE(s.frames, 1700u);
  EXPECT_LT(s.freeze(net.now()), 1s);
}

TEST_P(Room, ServesTenSubscribersBehindOneLinkAlike) {
  add_publisher({600'000});
  Link& link = make_link({.bits_per_second = 9'000'000});
  for (int i = 0; i < 10; ++i) {
    add_subscriber(wire, &link);
    net.run_for(300ms);
  }
  net.run_for(20s);
  for (auto& s : subscribers) s->take_measures();
  net.run_for(60s);
  double least = 1e12, most = 0, total = 0;
  for (auto& s : subscribers) {
    const double rate = bps(s->video_bytes, 60s);
    least = std::min(least, rate), most = std::max(most, rate), total += rate;
  }
  std::printf("seed %lu: each %.0f to %.0f kbit/s; queue %ld ms\n", GetParam(), least / 1000, most / 1000,
              to_ms(link.take_worst_queue_delay()));
  EXPECT_GE(least, 0.85 * total / 10);
  EXPECT_LE(most, 1.15 * total / 10);
  EXPECT_GE(total, 0.9 * 10 * 600'000);
}

TEST_P(Room, ReturnsWithinThreeSecondsOfAnOutage) {
  add_publisher({1'500'000});
  Link& down = make_link({.bits_per_second = 5'000'000});
  Link& up = make_link({});
  MeasuringSubscriber& s = add_subscriber(&up, &down);
  net.run_for(15s);
  EXPECT_GT(s.frames, 300u);
  down.config().loss = up.config().loss = 1;
  net.run_for(10s);
  EXPECT_EQ(sending(0).estimate.outages, 1u);
  down.config().loss = up.config().loss = 0;
  const TimePoint end = net.now();
  const auto frames = s.frames;
  EXPECT_TRUE(net.run_until([&] { return s.frames > frames + 5; }, 3s));
  std::printf("seed %lu: pictures again %ld ms after the outage\n", GetParam(), to_ms(net.now() - end));
}

INSTANTIATE_TEST_SUITE_P(Seeds, Room, ::testing::ValuesIn(kSeeds));

}  // namespace
}  // namespace parley::media::testing
