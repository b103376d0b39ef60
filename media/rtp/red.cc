// See red.h.
#include "media/rtp/red.h"

namespace parley::media::rtp {

std::optional<RedPayload> RedPayload::parse(std::span<const uint8_t> payload) {
  ByteReader r(payload);
  RedPayload red;
  std::array<size_t, kMaxBlocks> sizes{};
  for (bool more = true; more;) {
    if (red.count_ == kMaxBlocks) return std::nullopt;
    RedBlock& block = red.blocks_[red.count_];
    const uint8_t first = r.u8();
    more = (first & 0x80) != 0;
    block.payload_type = first & 0x7F;
    if (more) {
      const uint32_t rest = r.u24();
      block.timestamp_offset = static_cast<uint16_t>(rest >> 10);
      sizes[red.count_] = rest & kMaxRedundantSize;
    }
    if (!r.ok()) return std::nullopt;
    ++red.count_;
  }
  for (size_t i = 0; i + 1 < red.count_; ++i) red.blocks_[i].payload = r.bytes(sizes[i]);
  if (!r.ok()) return std::nullopt;
  red.blocks_[red.count_ - 1].payload = r.rest();
  return red;
}

bool write_red(ByteWriter& out, std::span<const RedBlock> blocks) {
  if (blocks.empty() || blocks.size() > RedPayload::kMaxBlocks) return false;
  const auto redundant = blocks.first(blocks.size() - 1);
  for (const RedBlock& b : redundant) {
    if (b.timestamp_offset > RedPayload::kMaxOffset || b.payload.size() > RedPayload::kMaxRedundantSize) {
      return false;
    }
    out.u8(static_cast<uint8_t>(0x80 | b.payload_type));
    out.u24(static_cast<uint32_t>(b.timestamp_offset << 10 | b.payload.size()));
  }
  out.u8(blocks.back().payload_type & 0x7F);
  for (const RedBlock& b : blocks) out.bytes(b.payload);
  return out.ok();
}

}  // namespace parley::media::rtp
