// What the two ends of a pipe tell each other about layers, as RTCP APP packets (RFC 3550 section 6.7): the
// sender which encodings of a track there are and what they take, the receiver which of them somebody there
// is to get. Said at each change, and again with every report, since either may be lost.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "media/core/bytes.h"
#include "media/pipe/description.h"
#include "media/rtcp/packets.h"

namespace parley::media::pipe {

// Tracks are named by the SSRC of their first encoding in the pipe; of encodings there is a bit each.
struct LayerWish {
  Ssrc track;
  uint8_t encodings = 0;
};

struct LayerOffer {
  Ssrc track;
  uint8_t sendable = 0;                                // what the pipe has room for
  uint8_t count = 0;                                   // of encodings, at most kMaxEncodings
  std::array<uint32_t, kMaxEncodings> bitrates_bps{};  // 0: nothing is coming from the publisher
};

inline constexpr uint8_t kLayerWishes = 1, kLayerOffers = 2;  // subtypes
inline constexpr uint32_t kLayerName = 0x50524C59;            // "PRLY"
inline constexpr size_t kWishBytes = 8, kOfferBytes = 8 + 4 * kMaxEncodings, kLayerHead = 12;

// How many fit into `out` are written as one packet; returns their number.
size_t write_wishes(ByteWriter& out, Ssrc sender, std::span<const LayerWish> wishes);
size_t write_offers(ByteWriter& out, Ssrc sender, std::span<const LayerOffer> offers);

template <typename Fn>
void for_each_wish(const rtcp::Header& h, Fn&& fn) {
  ByteReader r(h.body);
  r.skip(4);
  if (h.count != kLayerWishes || r.u32() != kLayerName) return;
  while (r.remaining() >= kWishBytes) {
    LayerWish wish;
    wish.track = {r.u32()};
    wish.encodings = r.u8();
    r.skip(3);
    fn(wish);
  }
}

template <typename Fn>
void for_each_offer(const rtcp::Header& h, Fn&& fn) {
  ByteReader r(h.body);
  r.skip(4);
  if (h.count != kLayerOffers || r.u32() != kLayerName) return;
  while (r.remaining() >= kOfferBytes) {
    LayerOffer offer;
    offer.track = {r.u32()};
    offer.sendable = r.u8();
    offer.count = r.u8();
    r.skip(2);
    for (uint32_t& bps : offer.bitrates_bps) bps = r.u32();
    if (offer.count <= kMaxEncodings) fn(offer);
  }
}

}  // namespace parley::media::pipe
