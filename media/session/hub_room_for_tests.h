// A hub and its clients, some of whom publish and subscribe, over a simulated network with seeded loss.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "media/session/fake_client_for_tests.h"
#include "media/session/hub.h"

namespace parley::media::testing {

using namespace std::chrono_literals;

// The server's, the clients', and somebody else's.
inline const dtls::Certificate& certificate(int i) {
  static const dtls::Certificate made[3] = {std::move(dtls::Certificate::generate()).value(),
                                            std::move(dtls::Certificate::generate()).value(),
                                            std::move(dtls::Certificate::generate()).value()};
  return made[i];
}

class HubRoom : public ::testing::Test {
 protected:
  struct Flight {
    SocketAddress from, to;
    std::vector<uint8_t> bytes;
  };

  static constexpr uint32_t kPublisher = 1, kTrack = 7;
  static constexpr Ssrc kSsrc{1111}, kRtxSsrc{2222};

  HubRoom()
      : random_(20261121),
        hub_(certificate(0), random_, [this](const HubEvent& e) { events_.push_back(e); }),
        server_(*SocketAddress::parse("192.0.2.1", 5000)) {}

  FakeClient& add_client(uint32_t id) { return add_client(id, certificate(1)); }
  // Its description names certificate(1), whatever it shows.
  FakeClient& add_client(uint32_t id, const dtls::Certificate& shown) {
    const auto local = ice::Credentials::generate(random_);
    EXPECT_TRUE(hub_.add_peer(id, local, now_));
    auto client = std::make_unique<FakeClient>(
        shown, random_, *SocketAddress::parse("198.51.100.7", static_cast<uint16_t>(6000 + id)), server_,
        local, certificate(0).fingerprint());
    hub_.set_remote(id, {client->credentials(), certificate(1).fingerprint(), dtls::Role::kPassive}, now_,
                    slab_);
    client->start(now_, slab_);
    collect(*client);
    return *(clients_[id] = std::move(client));
  }

  FakeClient& add_publisher() {
    FakeClient& client = add_client(kPublisher);
    TrackConfig track;
    track.id = kTrack;
    track.kind = TrackKind::kVideo;
    track.mid = "1";
    track.codec = CodecKind::kVp8;
    track.payload_type = FakeClient::kPayloadType;
    track.rtx_payload_type = FakeClient::kRtxPayloadType;
    track.ssrc = kSsrc;
    track.rtx_ssrc = kRtxSsrc;
    track.extensions.transport_cc = 3;
    track.nack = true;
    hub_.set_tracks(kPublisher, {track});
    return client;
  }

  FakeClient& add_subscriber(uint32_t id) {
    FakeClient& client = add_client(id);
    SubscriptionConfig s = subscription_of(id, kTrack);
    s.extensions.mid = 4;
    hub_.set_subscriptions(id, {s}, now_, slab_);
    from_hub();
    return client;
  }

  void fly(SocketAddress from, SocketAddress to, std::span<const uint8_t> bytes) {
    if (random_.below(1000) < loss_permille_) return;
    Flight flight{from, to, {bytes.begin(), bytes.end()}};
    if (!take_ || !take_(flight)) flying_.insert({now_ + 20ms, std::move(flight)});
  }
  void collect(FakeClient& client) {
    for (size_t i = 0; i < slab_.size(); ++i) fly(client.address(), slab_[i].destination, slab_[i].bytes);
    slab_.clear();
  }
  void from_hub() {
    for (size_t i = 0; i < slab_.size(); ++i) fly(server_, slab_[i].destination, slab_[i].bytes);
    slab_.clear();
  }

  // Lets `duration` pass; the publisher sends a packet every 10 ms when `publishing`.
  void run(Duration duration, bool publishing = false) {
    const TimePoint end = now_ + duration;
    for (; now_ < end; now_ += 1ms) {
      while (!flying_.empty() && flying_.begin()->first <= now_) {
        auto flight = std::move(flying_.extract(flying_.begin()).mapped());
        if (flight.to == server_) {
          const Datagram d{flight.from, flight.bytes};
          hub_.on_datagrams({&d, 1}, now_, slab_);
          from_hub();
          continue;
        }
        for (auto& [id, client] : clients_) {
          if (client->address() != flight.to) continue;
          client->on_datagram(flight.bytes, now_, slab_);
          collect(*client);
        }
      }
      if (hub_.next_deadline() <= now_) hub_.on_deadline(now_, slab_);
      from_hub();
      for (auto& [id, client] : clients_) {
        if (client->next_deadline() <= now_) client->on_deadline(now_, slab_);
        if (client->connected() && id != kPublisher) client->ask_for_missing(now_, slab_);
        collect(*client);
      }
      if (publishing && to_us(now_) % 10000 == 0) {
        clients_[kPublisher]->publish(kSsrc, kRtxSsrc, now_, slab_);
        collect(*clients_[kPublisher]);
      }
    }
  }

  static void expect_gapless(const FakeClient& subscriber) {
    ASSERT_FALSE(subscriber.received.empty());
    int64_t expected_seq = subscriber.received.begin()->first;
    uint32_t expected_number = subscriber.received.begin()->second;
    for (const auto& [seq, number] : subscriber.received) {
      ASSERT_EQ(seq, expected_seq++) << "a hole in the sequence numbers";
      ASSERT_EQ(number, expected_number++) << "a packet is missing or out of place";
    }
  }

  bool saw_state(uint32_t peer, PeerState state) const {
    for (const HubEvent& e : events_) {
      if (e.type == HubEvent::Type::kPeerState && e.peer == peer && e.state == state) return true;
    }
    return false;
  }

  TimePoint now_ = time_from_us(10'000'000);
  SeededRandom random_;
  SendSlab slab_{1 << 20, 2048};
  std::vector<HubEvent> events_;
  Hub hub_;
  SocketAddress server_;
  std::multimap<TimePoint, Flight> flying_;
  std::map<uint32_t, std::unique_ptr<FakeClient>> clients_;
  uint32_t loss_permille_ = 0;
  std::function<bool(const Flight&)> take_;  // sees what sets out; what it takes never arrives
};

}  // namespace parley::media::testing
