// See piped_track.h.
#include "media/pipe/piped_track.h"

#include <algorithm>

#include "media/routing/passed_extensions.h"
#include "media/routing/source_seq.h"

namespace parley::media::pipe {

TrackIntoPipe::TrackIntoPipe(Track& track, const PipedTrack& description, PipeOut& pipe)
    : track_(&track), id_(track.config().id), pipe_(pipe) {
  for (const EncodingConfig& e : description.encodings) {
    Stream stream;
    stream.ssrc = e.ssrc.value_or(Ssrc{});
    stream.rtx_ssrc = e.rtx_ssrc.value_or(Ssrc{});
    streams_.push_back(stream);
  }
  track.add_packet_tap(*this);
}

TrackIntoPipe::~TrackIntoPipe() {
  if (track_ != nullptr) track_->remove_packet_tap(*this);
}

bool TrackIntoPipe::owns(Ssrc ssrc) const {
  return std::any_of(streams_.begin(), streams_.end(),
                     [&](const Stream& s) { return s.ssrc == ssrc || s.rtx_ssrc == ssrc; });
}

TrackIntoPipe::Stream* TrackIntoPipe::find(Ssrc ssrc) {
  const auto it =
      std::find_if(streams_.begin(), streams_.end(), [&](const Stream& s) { return s.ssrc == ssrc; });
  return it == streams_.end() ? nullptr : &*it;
}

bool TrackIntoPipe::send(const Stream& stream, const rtp::Packet& packet, SeqNumber seq, bool again,
                         SendSlab& out) {
  const TrackConfig& config = track_->config();
  rtp::HeaderFields fields{config.payload_type, packet.marker, seq, packet.timestamp, stream.ssrc};
  uint8_t original[2];
  store_be16(original, seq.value);
  if (again) {
    fields.payload_type = *config.rtx_payload_type;
    fields.seq = stream.next_rtx_seq;
    fields.ssrc = stream.rtx_ssrc;
  }
  rtp::HeaderWriter header(fields, kExtensions.two_byte);
  pass_on_extensions(packet, config.extensions, kExtensions, header);
  header.add_extension(kExtensions.dependency_descriptor,
                       packet.extension(config.extensions.dependency_descriptor));
  return pipe_.send_rtp(header.finish(), std::span<const uint8_t>(original).first(again ? 2 : 0),
                        packet.payload, out);
}

void TrackIntoPipe::on_packet(size_t encoding, const rtp::Packet& packet, int64_t seq, TimePoint,
                              SendSlab& out) {
  if (encoding >= streams_.size() || track_ == nullptr) return;
  Stream& stream = streams_[encoding];
  stream.newest = std::max(stream.newest, seq);
  if (!send(stream, packet, {static_cast<uint16_t>(seq)}, false, out)) return;
  ++stream.packets;
  stream.octets += static_cast<uint32_t>(packet.payload.size());
}

void TrackIntoPipe::on_nack(Ssrc media, SeqNumber seq, TimePoint now, SendSlab& out) {
  Stream* stream = find(media);
  if (stream == nullptr || track_ == nullptr || !track_->config().rtx_payload_type || stream->newest < 0)
    return;
  if (now - window_ >= std::chrono::seconds(1)) {
    window_ = now;
    retransmissions_ = 0;
  }
  if (retransmissions_ >= kRetransmissionsPerSecond) return;
  const int64_t wanted = stream->newest + seq.distance_from({static_cast<uint16_t>(stream->newest)});
  if (wanted < 0 || wanted > stream->newest) return;
  const auto encoding = static_cast<size_t>(stream - streams_.data());
  const auto found = track_->find(source_seq(encoding, wanted), now);
  if (!found) return;
  ++retransmissions_;
  if (send(*stream, found->packet, seq, true, out)) ++stream->next_rtx_seq;
}

void TrackIntoPipe::on_key_frame_request(Ssrc media, TimePoint now, SendSlab& out) {
  const Stream* stream = find(media);
  if (stream == nullptr || track_ == nullptr) return;
  track_->request_key_frame(static_cast<size_t>(stream - streams_.data()), now, out);
}

void TrackIntoPipe::write_reports(ByteWriter& out, TimePoint now) const {
  constexpr size_t kReportBytes = 28;
  if (track_ == nullptr) return;
  for (size_t i = 0; i < streams_.size() && i < track_->encodings(); ++i) {
    const auto clock = track_->encoding(i).clock_at(now, track_->config().clock_rate);
    if (!clock || streams_[i].packets == 0 || out.room() < kReportBytes) continue;
    rtcp::write_sender_report(
        out, {streams_[i].ssrc, clock->ntp, clock->timestamp, streams_[i].packets, streams_[i].octets});
  }
}

}  // namespace parley::media::pipe
