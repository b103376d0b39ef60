// Writing what a subscription sends: the numbers of its own in headers and payloads, retransmissions, what is
// stamped when it leaves (subscription.h).
#include <algorithm>
#include <array>

#include "media/core/bytes.h"
#include "media/routing/passed_extensions.h"
#include "media/routing/source_seq.h"
#include "media/routing/subscription.h"
#include "media/routing/track.h"

namespace parley::media {

void Subscription::add_dependency(const rtp::Packet& packet, const rtp::PayloadInfo& info, uint16_t offset,
                                  rtp::HeaderWriter& header) const {
  const auto bytes = packet.extension(track_->config().extensions.dependency_descriptor);
  std::array<uint8_t, rtp::HeaderWriter::kMaxExtensionBytes> rewritten;
  const auto room = std::span(rewritten).first(std::min(rewritten.size(), bytes.size() + 8));
  const auto number = static_cast<uint16_t>(info.dependency->frame_number + offset);
  header.add_extension(
      config_.extensions.dependency_descriptor,
      info.dependency->rewrite(bytes, number, filter_.active_targets(), info.structure->target_count, room));
}

// Extensions whose value is known only when the packet leaves.
void Subscription::stamp_later(rtp::HeaderWriter& header, rtp::Outgoing& outgoing) const {
  constexpr uint8_t kToBeStamped[3] = {};
  const std::span value(kToBeStamped);
  outgoing.transport_cc_at =
      static_cast<uint16_t>(header.add_extension(config_.extensions.transport_cc, value.first<2>()));
  outgoing.abs_send_time_at =
      static_cast<uint16_t>(header.add_extension(config_.extensions.abs_send_time, value));
}

// Writes the header and the numbers that this subscriber sees, and a retransmission's wrapping (RFC 4588).
bool Subscription::send(const rtp::Packet& packet, const rtp::PayloadInfo& info, const Way& way,
                        TimePoint now, SendSlab& out) {
  const bool again = way.kind == rtp::SendClass::kRetransmission || way.kind == rtp::SendClass::kPadding;
  const Offsets& offsets = offsets_[way.place.segment];
  rtp::HeaderFields fields{config_.payload_type, way.marker, way.place.seq,
                           packet.timestamp + offsets.timestamp, config_.ssrc};
  if (packet.red) fields.payload_type = config_.red_payload_type.value_or(config_.payload_type);
  std::array<uint8_t, 2 + rtp::PayloadNumbers::kMaxReach> prefix;
  size_t prefix_size = 0;
  if (again) {
    store_be16(prefix.data(), way.place.seq.value);
    prefix_size = 2;
    fields.payload_type = *config_.rtx_payload_type;
    fields.seq = next_rtx_seq_;
    fields.ssrc = config_.rtx_ssrc;
  }
  rtp::Outgoing outgoing;
  outgoing.kind = way.kind;
  outgoing.payload = packet.payload;
  if (info.numbers.reach > 0) {
    const bool vp8 = track_->config().codec == CodecKind::kVp8;
    const auto picture = vp8 ? way.picture : static_cast<uint16_t>(info.numbers.picture_id + offsets.number);
    std::array<uint8_t, rtp::PayloadNumbers::kMaxReach> numbers;
    const auto rewritten = info.numbers.rewrite(
        packet.payload, picture, static_cast<uint8_t>(info.numbers.tl0 + offsets.tl0), numbers);
    std::copy(rewritten.begin(), rewritten.end(), prefix.begin() + static_cast<ptrdiff_t>(prefix_size));
    prefix_size += rewritten.size();
    outgoing.payload = packet.payload.subspan(rewritten.size());
  }
  rtp::HeaderWriter header(fields, config_.extensions.two_byte);
  header.add_extension(config_.extensions.mid, as_bytes(config_.mid));
  pass_on_extensions(packet, track_->config().extensions, config_.extensions, header);
  if (config_.extensions.dependency_descriptor != 0 && info.dependency != nullptr) {
    add_dependency(packet, info, offsets.number, header);
  }
  stamp_later(header, outgoing);
  outgoing.header = header.finish();
  outgoing.prefix = std::span(prefix).first(prefix_size);
  return way.kind == rtp::SendClass::kPadding ? egress_.send_rtp_now(outgoing, now, out)
                                              : egress_.send_rtp(outgoing, now, out);
}

size_t Subscription::resend(SeqNumber seq, rtp::SendClass kind, TimePoint now, SendSlab& out) {
  const auto source = rewriter_.reverse(seq);
  if (!source) return 0;
  const auto found = track_->find(source->in, now);
  if (!found) return 0;
  rtp::DependencyDescriptor descriptor;
  const size_t from = encoding_of(source->in);
  rtp::Packet packet = found->packet;
  auto info = track_->encoding(from).parser().peek(packet, layer_extensions(track_->config()), &descriptor);
  const bool by_filter = video() && from == encoding_ && source->segment == segment_;
  Way way;
  way.place = {seq, source->segment};
  way.marker = packet.marker || (by_filter && filter_.ends_picture(info, packet.timestamp));
  way.kind = kind;
  bool without_payload = by_filter && !filter_.admitted(info, packet.timestamp);
  if (track_->config().codec == CodecKind::kVp8 && found->picture >= 0) {
    const auto picture = pictures_.forward(source_seq(from, found->picture));
    without_payload = without_payload || !picture;
    if (picture) way.picture = picture->seq.value;
  }
  if (without_payload) {  // as it was sent: see left_out()
    packet.payload = {};
    info = {};
    way.marker = false;
  }
  const bool padding = kind == rtp::SendClass::kPadding;
  if (!padding && !egress_.may_retransmit(packet.payload.size(), now)) return 0;
  if (!send(packet, info, way, now, out)) return 0;
  ++next_rtx_seq_;
  return packet.payload.size() + rtp::kFixedHeaderSize;
}

}  // namespace parley::media
