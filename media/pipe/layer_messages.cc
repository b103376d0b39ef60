// See layer_messages.h.
#include "media/pipe/layer_messages.h"

#include <algorithm>

namespace parley::media::pipe {
namespace {

size_t begin(ByteWriter& out, uint8_t subtype, Ssrc sender, size_t wanted, size_t each) {
  const size_t room = out.room();
  const size_t fit = room < kLayerHead ? 0 : std::min(wanted, (room - kLayerHead) / each);
  if (fit == 0) return 0;
  rtcp::write_header(out, subtype, rtcp::kApplicationDefined, 8 + fit * each);
  out.u32(sender.value);
  out.u32(kLayerName);
  return fit;
}

}  // namespace

size_t write_wishes(ByteWriter& out, Ssrc sender, std::span<const LayerWish> wishes) {
  const size_t fit = begin(out, kLayerWishes, sender, wishes.size(), kWishBytes);
  for (const LayerWish& wish : wishes.first(fit)) {
    out.u32(wish.track.value);
    out.u8(wish.encodings);
    out.u24(0);
  }
  return fit;
}

size_t write_offers(ByteWriter& out, Ssrc sender, std::span<const LayerOffer> offers) {
  const size_t fit = begin(out, kLayerOffers, sender, offers.size(), kOfferBytes);
  for (const LayerOffer& offer : offers.first(fit)) {
    out.u32(offer.track.value);
    out.u8(offer.sendable);
    out.u8(offer.count);
    out.u16(0);
    for (const uint32_t bps : offer.bitrates_bps) out.u32(bps);
  }
  return fit;
}

}  // namespace parley::media::pipe
