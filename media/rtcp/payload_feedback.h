// Payload-specific feedback beyond PLI: FIR with its command numbers (RFC 5104 section 4.3.1), layer refresh
// requests (RFC 9627) and the receiver's estimate REMB (draft-alvestrand-rmcat-remb-03).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "media/rtcp/packets.h"

namespace parley::media::rtcp {

struct FullIntraRequest {
  Ssrc media;
  uint8_t command = 0;  // grows with each new request; the same number again is a repetition
};

// Calls fn(const FullIntraRequest&) for each entry.
template <typename Fn>
void for_each_fir(const Header& h, Fn&& fn) {
  ByteReader r(h.body);
  r.skip(8);
  while (r.remaining() >= 8) {
    const Ssrc media{r.u32()};
    const uint8_t command = r.u8();
    r.skip(3);
    fn(FullIntraRequest{media, command});
  }
}

void write_fir(ByteWriter& out, Ssrc sender, const FullIntraRequest& request);

struct Layer {
  uint8_t temporal = 0;  // 3 bits
  uint8_t spatial = 0;   // 8 bits, how they are read is the codec's
  bool operator==(const Layer&) const = default;
};

struct LayerRefreshRequest {
  Ssrc media;
  uint8_t command = 0;
  uint8_t payload_type = 0;
  Layer target;
  std::optional<Layer> current;  // what the asker decodes; nothing: refresh `target` as a whole
};

// Calls fn(const LayerRefreshRequest&) for each entry of 12 bytes.
template <typename Fn>
void for_each_layer_refresh(const Header& h, Fn&& fn) {
  ByteReader r(h.body);
  r.skip(8);
  while (r.remaining() >= 12) {
    LayerRefreshRequest request;
    request.media = {r.u32()};
    request.command = r.u8();
    const uint8_t type = r.u8();
    request.payload_type = type & 0x7F;
    r.skip(2);
    request.target.temporal = r.u8() & 0x07;
    request.target.spatial = r.u8();
    const uint8_t temporal = r.u8() & 0x07;
    const uint8_t spatial = r.u8();
    if ((type & 0x80) != 0) request.current = Layer{temporal, spatial};
    fn(request);
  }
}

void write_layer_refresh(ByteWriter& out, Ssrc sender, const LayerRefreshRequest& request);

// The bit rate that a receiver thinks its way in can carry, and the sources it is for.
struct EstimatedMaximumBitrate {
  static constexpr size_t kMaxSources = 255;
  uint64_t bits_per_second = 0;
  std::span<const uint8_t> sources;  // four bytes each
};

std::optional<EstimatedMaximumBitrate> read_remb(const Header& h);
void write_remb(ByteWriter& out, Ssrc sender, uint64_t bits_per_second, std::span<const Ssrc> sources);

}  // namespace parley::media::rtcp
