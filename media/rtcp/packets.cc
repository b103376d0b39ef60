// See packets.h.
#include "media/rtcp/packets.h"

#include <algorithm>

namespace parley::media::rtcp {

void write_header(ByteWriter& out, uint8_t count, uint8_t type, size_t body_bytes) {
  out.u8(static_cast<uint8_t>(0x80 | count));
  out.u8(type);
  out.u16(static_cast<uint16_t>(body_bytes / 4));
}

std::optional<Header> Reader::next() {
  if (rest_.size() < 4 || (rest_[0] >> 6) != 2) return std::nullopt;
  const size_t size = (size_t{load_be16(&rest_[2])} + 1) * 4;
  if (size > rest_.size()) return std::nullopt;
  Header h;
  h.count = rest_[0] & 0x1F;
  h.type = rest_[1];
  h.body = rest_.subspan(4, size - 4);
  if ((rest_[0] & 0x20) != 0) {
    if (h.body.empty() || h.body.back() == 0 || h.body.back() > h.body.size()) return std::nullopt;
    h.body = h.body.first(h.body.size() - h.body.back());
  }
  rest_ = rest_.subspan(size);
  return h;
}

std::optional<SenderReport> read_sender_report(const Header& h) {
  ByteReader r(h.body);
  SenderReport s;
  s.sender = {r.u32()};
  s.ntp = r.u64();
  s.timestamp = {r.u32()};
  s.packets = r.u32();
  s.octets = r.u32();
  if (!r.ok() || h.type != kSenderReport) return std::nullopt;
  return s;
}

std::optional<FeedbackTarget> read_feedback_target(const Header& h) {
  if (h.body.size() < 8) return std::nullopt;
  return FeedbackTarget{{load_be32(&h.body[0])}, {load_be32(&h.body[4])}};
}

void write_sender_report(ByteWriter& out, const SenderReport& s) {
  write_header(out, 0, kSenderReport, 24);
  out.u32(s.sender.value);
  out.u64(s.ntp);
  out.u32(s.timestamp.value);
  out.u32(s.packets);
  out.u32(s.octets);
}

void write_receiver_report(ByteWriter& out, Ssrc sender, std::span<const ReportBlock> blocks) {
  blocks = blocks.first(std::min<size_t>(blocks.size(), 31));
  write_header(out, static_cast<uint8_t>(blocks.size()), kReceiverReport, 4 + 24 * blocks.size());
  out.u32(sender.value);
  for (const ReportBlock& b : blocks) {
    out.u32(b.source.value);
    out.u8(b.fraction_lost);
    out.u24(static_cast<uint32_t>(b.cumulative_lost) & 0xFFFFFF);
    out.u32(b.highest_seq);
    out.u32(b.jitter);
    out.u32(b.last_sr);
    out.u32(b.delay_since_last_sr);
  }
}

void write_cname(ByteWriter& out, Ssrc source, std::string_view cname) {
  cname = cname.substr(0, 255);
  const size_t item = 2 + cname.size();
  const size_t padding = 4 - item % 4;  // at least one null byte ends the list
  write_header(out, 1, kSourceDescription, 4 + item + padding);
  out.u32(source.value);
  out.u8(kCname);
  out.u8(static_cast<uint8_t>(cname.size()));
  out.bytes(as_bytes(cname));
  out.zeros(padding);
}

void write_bye(ByteWriter& out, Ssrc source) {
  write_header(out, 1, kBye, 4);
  out.u32(source.value);
}

void write_nack(ByteWriter& out, Ssrc sender, Ssrc media, std::span<const SeqNumber> in_order) {
  const size_t at = out.size();
  write_header(out, kNack, kTransportFeedback, 0);
  out.u32(sender.value);
  out.u32(media.value);
  size_t items = 0;
  for (size_t i = 0; i < in_order.size(); ++items) {
    const SeqNumber first = in_order[i++];
    uint16_t following = 0;
    for (; i < in_order.size(); ++i) {
      const int distance = in_order[i].distance_from(first);
      if (distance < 1 || distance > 16) break;
      following = static_cast<uint16_t>(following | 1 << (distance - 1));
    }
    out.u16(first.value);
    out.u16(following);
  }
  out.patch_u16(at + 2, static_cast<uint16_t>(2 + items));
}

void write_pli(ByteWriter& out, Ssrc sender, Ssrc media) {
  write_header(out, kPli, kPayloadFeedback, 8);
  out.u32(sender.value);
  out.u32(media.value);
}

}  // namespace parley::media::rtcp
