// A publisher's and some subscribers' ways out without ICE and DTLS: what tracks and subscriptions send is
// opened again and looked at.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "media/core/packet_pool.h"
#include "media/routing/subscription.h"
#include "media/routing/track.h"
#include "media/rtp/packet.h"

namespace parley::media::testing {

// A plain packet with its bytes.
struct SentPacket {
  std::vector<uint8_t> bytes;
  bool is_rtcp = false;
  rtp::Packet packet() const { return rtp::Packet::parse(bytes).value_or(rtp::Packet{}); }
};

class RoutingBench {
 public:
  using Extensions = std::vector<std::pair<uint8_t, std::vector<uint8_t>>>;

  // Peer `n`'s way out; made and opened with the first call.
  Egress& egress(uint16_t n) {
    auto& way = ways_[n];
    if (!way.egress) {
      way.egress = std::make_unique<Egress>();
      srtp::MasterKey key;
      key.key[0] = static_cast<uint8_t>(n);
      way.egress->open(std::move(*srtp::Sender::create(srtp::Profile::kAeadAes128Gcm, key)));
      way.receiver.emplace(std::move(*srtp::Receiver::create(srtp::Profile::kAeadAes128Gcm, key)));
      way.egress->set_destination(*SocketAddress::parse("192.0.2.7", static_cast<uint16_t>(1000 + n)));
    }
    return *way.egress;
  }

  // Writes a packet as a publisher would and hands it to the track.
  void feed(Track& track, const rtp::HeaderFields& fields, std::span<const uint8_t> payload,
            const Extensions& extensions = {}) {
    rtp::HeaderWriter header(fields, true);
    for (const auto& [id, value] : extensions) header.add_extension(id, value);
    const auto head = header.finish();
    std::vector<uint8_t> bytes(head.begin(), head.end());
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    const auto packet = rtp::Packet::parse(bytes);
    ASSERT_TRUE(packet);
    track.on_packet(*packet, now, slab);
  }

  // What peer `n` was sent since it was last asked; what others were sent stays.
  std::vector<SentPacket> sent_to(uint16_t n) {
    for (size_t i = 0; i < slab.size(); ++i) {
      for (auto& [id, way] : ways_) {
        if (way.egress->destination() == slab[i].destination) open(way, slab[i].bytes);
      }
    }
    slab.clear();
    return std::exchange(ways_[n].sent, {});
  }

  TimePoint now = time_from_us(50'000'000);
  SendSlab slab{1 << 20, 2048};
  PacketPool pool{4096};

 private:
  struct Way {
    std::unique_ptr<Egress> egress;
    std::optional<srtp::Receiver> receiver;
    std::vector<SentPacket> sent;
  };
  static void open(Way& way, std::span<const uint8_t> datagram) {
    SentPacket sent{{datagram.begin(), datagram.end()}, rtp::is_rtcp(datagram)};
    const auto plain =
        sent.is_rtcp ? way.receiver->unprotect_rtcp(sent.bytes) : way.receiver->unprotect_rtp(sent.bytes);
    ASSERT_TRUE(plain.ok()) << plain.error().reason;
    sent.bytes.resize(plain->size());
    way.sent.push_back(std::move(sent));
  }

  std::map<uint16_t, Way> ways_;
};

// One publisher's video, and one who subscribes to it before it begins.
class OneSubscriber : public ::testing::Test {
 protected:
  struct Forwarding {
    CodecKind codec;
    uint8_t from, to;    // payload types
    uint16_t first_seq;  // to the subscriber
  };
  static constexpr Ssrc kPublished{77}, kForwarded{900};

  explicit OneSubscriber(const Forwarding& how)
      : track_(std::in_place, published(how), bench_.egress(1), bench_.pool, Ssrc{5}),
        subscription_(std::in_place, forwarded(how), bench_.egress(2), how.first_seq, uint16_t{1}) {
    track_->add(*subscription_, bench_.now, bench_.slab);
  }
  // The packets that the subscriber gets.
  std::vector<SentPacket> take() {
    auto all = bench_.sent_to(2);
    std::erase_if(all, [](const auto& p) { return p.is_rtcp; });
    return all;
  }

  RoutingBench bench_;
  std::optional<Track> track_;
  std::optional<Subscription> subscription_;

 private:
  static TrackConfig published(const Forwarding& how) {
    TrackConfig config;
    config.id = 1;
    config.kind = TrackKind::kVideo;
    config.codec = how.codec;
    config.payload_type = how.from;
    return config;
  }
  static SubscriptionConfig forwarded(const Forwarding& how) {
    SubscriptionConfig config;
    config.payload_type = how.to;
    config.ssrc = kForwarded;
    return config;
  }
};

}  // namespace parley::media::testing
