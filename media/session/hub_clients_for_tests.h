// Clients of one hub or of several, some of whom publish and subscribe, over a simulated network with seeded
// loss. Whoever derives from it has the hubs.
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

class HubClients : public ::testing::Test {
 protected:
  struct Flight {
    SocketAddress from, to;
    std::vector<uint8_t> bytes;
  };

  static constexpr uint32_t kPublisher = 1, kTrack = 7;
  static constexpr Ssrc kSsrc{1111}, kRtxSsrc{2222};

  explicit HubClients(uint64_t seed) : random_(seed) {}

  // A datagram has come to the server.
  virtual void serve(Flight& flight) = 0;
  // A millisecond has passed there.
  virtual void tick_server() = 0;

  static SocketAddress address_of(uint32_t id) {
    return *SocketAddress::parse("198.51.100.7", static_cast<uint16_t>(6000 + id));
  }
  // A peer of `hub`, and its client. Its description names certificate(1), whatever it shows.
  FakeClient& connect(Hub& hub, uint32_t id, const ice::Credentials& local, const dtls::Certificate& shown) {
    EXPECT_TRUE(hub.add_peer(id, local, now_));
    auto client = std::make_unique<FakeClient>(shown, random_, address_of(id), server_, local,
                                               certificate(0).fingerprint());
    hub.set_remote(id, {client->credentials(), certificate(1).fingerprint(), dtls::Role::kPassive}, now_,
                   slab_);
    client->start(now_, slab_);
    collect(*client);
    return *(clients_[id] = std::move(client));
  }
  // What the publisher has.
  static TrackConfig camera() {
    TrackConfig track;
    track.id = kTrack;
    track.kind = TrackKind::kVideo;
    track.codec = CodecKind::kVp8;
    track.payload_type = FakeClient::kPayloadType;
    track.rtx_payload_type = FakeClient::kRtxPayloadType;
    track.ssrc = kSsrc;
    track.rtx_ssrc = kRtxSsrc;
    track.nack = true;
    return track;
  }

  void fly(SocketAddress from, SocketAddress to, std::span<const uint8_t> bytes) {
    if (random_.below(1000) < loss_permille_) return;
    Flight flight{from, to, {bytes.begin(), bytes.end()}};
    if (!take_ || !take_(flight)) flying_.insert({now_ + 20ms, std::move(flight)});
  }
  // What was written into the slab sets out from there.
  void send_from(SocketAddress from) {
    for (size_t i = 0; i < slab_.size(); ++i) fly(from, slab_[i].destination, slab_[i].bytes);
    slab_.clear();
  }
  void collect(FakeClient& client) { send_from(client.address()); }

  // Lets `duration` pass; the publisher sends a packet every 10 ms when `publishing`.
  void run(Duration duration, bool publishing = false) {
    for (const TimePoint end = now_ + duration; now_ < end; now_ += 1ms) {
      while (!flying_.empty() && flying_.begin()->first <= now_) {
        auto flight = std::move(flying_.extract(flying_.begin()).mapped());
        if (flight.to == server_) {
          serve(flight);
          continue;
        }
        for (auto& [id, client] : clients_) {
          if (client->address() != flight.to) continue;
          client->on_datagram(flight.bytes, now_, slab_);
          collect(*client);
        }
      }
      tick_server();
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

  TimePoint now_ = time_from_us(10'000'000);
  SeededRandom random_;
  SendSlab slab_{1 << 20, 2048};
  SocketAddress server_ = *SocketAddress::parse("192.0.2.1", 5000);
  std::multimap<TimePoint, Flight> flying_;
  std::map<uint32_t, std::unique_ptr<FakeClient>> clients_;
  uint32_t loss_permille_ = 0;
  std::function<bool(const Flight&)> take_;  // sees what sets out; what it takes never arrives
};

}  // namespace parley::media::testing
