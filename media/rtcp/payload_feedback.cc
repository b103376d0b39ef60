// See payload_feedback.h.
#include "media/rtcp/payload_feedback.h"

#include <algorithm>
#include <limits>

namespace parley::media::rtcp {
namespace {

constexpr uint32_t kRembName = 0x52454D42;  // "REMB"
constexpr uint32_t kMantissaBits = 18;

void write_feedback(ByteWriter& out, uint8_t format, Ssrc sender, size_t control_bytes) {
  write_header(out, format, kPayloadFeedback, 8 + control_bytes);
  out.u32(sender.value);
  out.u32(0);  // the source is in the control information
}

}  // namespace

void write_fir(ByteWriter& out, Ssrc sender, const FullIntraRequest& request) {
  write_feedback(out, kFir, sender, 8);
  out.u32(request.media.value);
  out.u8(request.command);
  out.zeros(3);
}

void write_layer_refresh(ByteWriter& out, Ssrc sender, const LayerRefreshRequest& request) {
  write_feedback(out, kLayerRefresh, sender, 12);
  out.u32(request.media.value);
  out.u8(request.command);
  out.u8(static_cast<uint8_t>((request.current ? 0x80 : 0) | (request.payload_type & 0x7F)));
  out.u16(0);
  out.u8(request.target.temporal & 0x07);
  out.u8(request.target.spatial);
  const Layer current = request.current.value_or(Layer{});
  out.u8(current.temporal & 0x07);
  out.u8(current.spatial);
}

std::optional<EstimatedMaximumBitrate> read_remb(const Header& h) {
  if (h.type != kPayloadFeedback || h.count != kApplicationLayer) return std::nullopt;
  ByteReader r(h.body);
  r.skip(8);
  const uint32_t name = r.u32();
  const uint8_t sources = r.u8();
  const uint32_t rate = r.u24();
  EstimatedMaximumBitrate remb;
  remb.sources = r.bytes(size_t{4} * sources);
  if (!r.ok() || name != kRembName) return std::nullopt;
  const uint32_t exponent = rate >> kMantissaBits;
  const uint64_t mantissa = rate & ((1u << kMantissaBits) - 1);
  // 63 bits of exponent are possible on the wire, not in a network.
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  remb.bits_per_second = mantissa > (kMost >> exponent) ? kMost : mantissa << exponent;
  return remb;
}

void write_remb(ByteWriter& out, Ssrc sender, uint64_t bits_per_second, std::span<const Ssrc> sources) {
  sources = sources.first(std::min(sources.size(), EstimatedMaximumBitrate::kMaxSources));
  uint32_t exponent = 0;
  while (bits_per_second >> exponent >= 1u << kMantissaBits) ++exponent;
  write_feedback(out, kApplicationLayer, sender, 8 + 4 * sources.size());
  out.u32(kRembName);
  out.u8(static_cast<uint8_t>(sources.size()));
  out.u24(exponent << kMantissaBits | static_cast<uint32_t>(bits_per_second >> exponent));
  for (const Ssrc s : sources) out.u32(s.value);
}

}  // namespace parley::media::rtcp
