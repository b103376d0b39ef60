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

void Subscription::add_dependency(const rtp::Packet& packet, const rtp::PayloadInfo& info, const Way& way,
                                  rtp::HeaderWriter& header) {
  const auto bytes = packet.extension(track_->config().extensions.dependency_descriptor);
  if (bytes.size() < 3) return;
  std::array<uint8_t, rtp::HeaderWriter::kMaxExtensionBytes> rewritten;
  const auto room = std::span(rewritten).first(std::min(rewritten.size(), bytes.size() + 8));
  const auto number = static_cast<uint16_t>(load_be16(&bytes[1]) + offsets_[way.place.segment].number);
  const LayerFilter* filter = filter_of(way.place.segment);
  const bool readable = info.dependency != nullptr && filter != nullptr;
  const auto written =
      readable
          ? info.dependency->rewrite(bytes, number, filter->active_targets(*info.structure, packet.timestamp),
                                     info.structure->target_count, room)
          : rtp::DependencyDescriptor().rewrite(bytes, number, std::nullopt, 0, room);
  header.add_extension(config_.extensions.dependency_descriptor, written);
}

// Where a packet belongs: its section, and of simulcast its encoding (RFC 8852 section 3).
void Subscription::write_ids(rtp::HeaderWriter& header, bool retransmission) const {
  header.add_extension(config_.extensions.mid, as_bytes(config_.mid));
  if (config_.rid.empty()) return;
  header.add_extension(retransmission ? config_.extensions.repaired_rid : config_.extensions.rid,
                       as_bytes(config_.rid));
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

void Subscription::protect_audio(const rtp::Packet& packet, rtp::HeaderFields& fields,
                                 std::span<uint8_t, RedSender::kMaxHeaders> headers,
                                 rtp::Outgoing& outgoing) {
  if (packet.red) {
    const size_t size = RedSender::rewrite_headers(packet.payload, config_.payload_type, headers);
    outgoing.prefix = headers.first(size);
    outgoing.payload = packet.payload.subspan(size);
  } else {
    outgoing.prefix = red_.wrap(fields.seq, fields.timestamp, packet.payload, config_.payload_type);
    if (outgoing.prefix.empty()) return;
    ++stats_.redundant;
  }
  fields.payload_type = *config_.red_payload_type;
}

// Writes the header and the numbers that this subscriber sees, and a retransmission's wrapping (RFC 4588).
bool Subscription::send(const rtp::Packet& packet, const rtp::PayloadInfo& info, const Way& way,
                        TimePoint now, SendSlab& out) {
  const bool again = way.kind == rtp::SendClass::kRetransmission || way.kind == rtp::SendClass::kPadding;
  const Offsets& offsets = offsets_[way.place.segment];
  rtp::HeaderFields fields{config_.payload_type, way.marker, way.place.seq,
                           packet.timestamp + offsets.timestamp, config_.ssrc};
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
  outgoing.prefix = std::span(prefix).first(prefix_size);
  std::array<uint8_t, RedSender::kMaxHeaders> red_headers;
  if (takes_red() && !again) protect_audio(packet, fields, red_headers, outgoing);
  if (way.marker && !again) ++stats_.frames;
  rtp::HeaderWriter header(fields, config_.extensions.two_byte);
  write_ids(header, again);
  pass_on_extensions(packet, track_->config().extensions, config_.extensions, header);
  if (config_.extensions.dependency_descriptor != 0 && !packet.payload.empty()) {
    add_dependency(packet, info, way, header);
  }
  stamp_later(header, outgoing);
  outgoing.header = header.finish();
  const bool group_ends = fec_ && !again && fec_->on_media(outgoing, way.marker, now);
  const bool sent = way.kind == rtp::SendClass::kPadding ? egress_.send_rtp_now(outgoing, now, out)
                                                         : egress_.send_rtp(outgoing, now, out);
  if (group_ends) send_parity(now, out);
  return sent;
}

// What became of it when it came is what is sent again.
size_t Subscription::resend(SeqNumber seq, rtp::SendClass kind, TimePoint now, SendSlab& out) {
  const auto source = rewriter_.reverse(seq);
  if (!source) return 0;
  const auto found = track_->find(source->in, now);
  if (!found) return 0;
  const size_t from = encoding_of(source->in);
  const rtp::Packet& packet = found->packet;
  rtp::DependencyDescriptor descriptor;
  auto info = track_->encoding(from).parser().peek(packet, layer_extensions(track_->config()), &descriptor);
  info.picture = found->picture;
  Way way;
  way.place = source->place;
  way.kind = kind;
  bool with_payload = false;
  if (source->note) {
    with_payload = source->note->with_payload && find_picture(from, info, &way);
    way.marker = source->note->marker;
  } else {  // it came while nothing could be sent
    with_payload = find_late_way(packet, source->in, info, &way);
  }
  const bool padding = kind == rtp::SendClass::kPadding;
  const size_t size = with_payload ? packet.payload.size() : 0;
  if (!padding && !egress_.may_retransmit(size, now)) return 0;
  if (!(with_payload ? send(packet, info, way, now, out) : send_empty(packet, way, now, out))) return 0;
  ++next_rtx_seq_;
  return size + rtp::kFixedHeaderSize;
}

bool Subscription::send_empty(const rtp::Packet& packet, Way way, TimePoint now, SendSlab& out) {
  rtp::Packet empty = packet;
  empty.payload = {};
  way.marker = false;
  return send(empty, {}, way, now, out);
}

}  // namespace parley::media
