// A hub, a publisher of one or several encodings and subscribers behind links, on the simulated network: the
// fixture of scenarios of congestion. The parameter is the seed.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "media/session/hub.h"
#include "media/testing/layered_publisher.h"
#include "media/testing/measuring_subscriber.h"
#include "media/testing/network.h"

namespace parley::media::testing {

inline const dtls::Certificate& room_certificate(int i) {
  static const dtls::Certificate made[2] = {std::move(dtls::Certificate::generate()).value(),
                                            std::move(dtls::Certificate::generate()).value()};
  return made[i];
}

class Room : public ::testing::TestWithParam<uint64_t> {
 protected:
  static constexpr uint32_t kPublisher = 1, kVideo = 7, kAudio = 8;

  Room()
      : net(GetParam()),
        hub(room_certificate(0), net.random(), [](const HubEvent&) {}),
        server(*SocketAddress::parse("192.0.2.1", 5000)) {
    net.attach(server, hub, nullptr, nullptr);
    wire = &net.add_link({.delay = std::chrono::milliseconds(20)});
  }

  template <typename Client>
  std::unique_ptr<Client> connect(uint32_t id, Link* up, Link* down) {
    const auto local = ice::Credentials::generate(net.random());
    const auto address = *SocketAddress::parse("198.51.100.7", static_cast<uint16_t>(6000 + id));
    auto client = std::make_unique<Client>(room_certificate(1), net.random(), address, server, local,
                                           room_certificate(0).fingerprint());
    net.command(server, [&](TimePoint now, SendSlab& out) {
      EXPECT_TRUE(hub.add_peer(id, local, now));
      hub.set_remote(id, {client->credentials(), room_certificate(1).fingerprint(), dtls::Role::kPassive},
                     now, out);
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
    net.run_for(std::chrono::seconds(2));
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
    if (parity) video.fec_payload_type = MeasuringSubscriber::kParityType;
    video.fec_ssrc = {id * 1000 + 3};
    SubscriptionConfig audio = video;
    audio.id = 200 + id;
    audio.track = kAudio;
    audio.payload_type = MeasuringSubscriber::kAudioType;
    audio.rtx_payload_type.reset();
    audio.fec_payload_type.reset();
    audio.ssrc = {id * 1000 + 2};
    net.command(server, [&](TimePoint now, SendSlab& out) {
      hub.set_subscriptions(id, {video, audio}, now, out);
    });
    subscribers.push_back(std::move(client));
    return *subscribers.back();
  }
  void prefer(size_t subscriber, LayerTarget layers) {
    const uint32_t id = 10 + static_cast<uint32_t>(subscriber);
    net.command(server, [&](TimePoint now, SendSlab& out) {
      hub.set_preferred_layers(id, 100 + id, layers, now, out);
    });
  }
  SendSideStats sending(size_t subscriber) {
    return *hub.peer_stats(10 + static_cast<uint32_t>(subscriber))->sending;
  }
  static double bps(uint64_t bytes, Duration over) {
    return static_cast<double>(bytes) * 8 * 1e6 / static_cast<double>(over.count());
  }
  Link& make_link(LinkConfig config) {
    config.delay = std::chrono::milliseconds(20);
    // Nothing in a network is quite regular.
    config.jitter = std::max(config.jitter, Duration(std::chrono::milliseconds(2)));
    return net.add_link(config);
  }

  Network net;
  Hub hub;
  SocketAddress server;
  Link* wire;
  bool parity = false;  // negotiated by those who subscribe from now on
  std::unique_ptr<LayeredPublisher> publisher;
  std::vector<std::unique_ptr<MeasuringSubscriber>> subscribers;
};

}  // namespace parley::media::testing
