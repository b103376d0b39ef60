// See transport_feedback_reader.h.
#include "media/rtcp/transport_feedback_reader.h"

namespace parley::media::rtcp {

std::optional<TransportFeedbackReader> TransportFeedbackReader::parse(const Header& header) {
  if (header.type != kTransportFeedback || header.count != kTransportCc) return std::nullopt;
  ByteReader r(header.body);
  TransportFeedbackReader f;
  f.target_.sender = {r.u32()};
  f.target_.media = {r.u32()};
  f.base_ = {r.u16()};
  f.count_ = r.u16();
  const uint32_t reference = r.u24();
  // Signed: a receiver whose clock began lately may report from before its epoch.
  f.reference_us_ = (static_cast<int32_t>(reference << 8) >> 8) * int64_t{64000};
  f.feedback_count_ = r.u8();
  if (!r.ok() || f.count_ == 0 || f.count_ > kMaxPackets) return std::nullopt;
  f.chunks_ = r.rest();

  Chunks chunks(f.chunks_);
  size_t delta_bytes = 0;
  for (uint16_t i = 0; i < f.count_; ++i) {
    const uint8_t symbol = chunks.next();
    if (!chunks.ok() || symbol == 3) return std::nullopt;  // 3 is reserved: its delta's size is not known
    delta_bytes += symbol;
  }
  f.deltas_ = f.chunks_.subspan(chunks.position());
  if (f.deltas_.size() < delta_bytes) return std::nullopt;
  return f;
}

}  // namespace parley::media::rtcp
