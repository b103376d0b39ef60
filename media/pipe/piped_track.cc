// See piped_track.h.
#include "media/pipe/piped_track.h"

#include <algorithm>
#include <utility>

#include "media/routing/passed_extensions.h"
#include "media/routing/source_seq.h"

namespace parley::media::pipe {
namespace {
constexpr uint8_t kMostRepeated = 24;  // packets back that a probe is made of
}  // namespace

TrackIntoPipe::TrackIntoPipe(Track& track, const PipedTrack& description, Egress& egress)
    : track_(&track), id_(track.config().id), egress_(egress) {
  for (const EncodingConfig& e : description.encodings) {
    Stream& stream = streams_.emplace_back();
    stream.ssrc = e.ssrc.value_or(Ssrc{});
    stream.rtx_ssrc = e.rtx_ssrc.value_or(Ssrc{});
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

void TrackIntoPipe::set_wanted(uint8_t encodings, TimePoint now, SendSlab& out) {
  wanted_ = encodings & kAll;
  decide(now, out);
}

uint8_t TrackIntoPipe::capped(size_t cap) const {
  const auto upto = static_cast<uint8_t>((1u << (cap + 1)) - 1);
  const bool above = (wanted_ & ~upto) != 0;
  return static_cast<uint8_t>((wanted_ & upto) | (above ? 1u << cap : 0));
}

uint32_t TrackIntoPipe::bitrate_bps(size_t encoding, TimePoint now) const {
  if (track_ == nullptr || encoding >= track_->encodings()) return 0;
  const Encoding& e = track_->encoding(encoding);
  if (const auto told = e.told(now); told && !e.arriving(now)) return told->bitrate_bps;
  return e.arriving(now) ? std::max(e.bitrate_bps({}, now), 1u) : 0;
}

std::span<const LayerOption> TrackIntoPipe::options(TimePoint now) {
  options_.clear();
  for (size_t cap = 0; cap < streams_.size(); ++cap) {
    if (bitrate_bps(cap, now) == 0) continue;
    const uint8_t would_send = capped(cap);
    uint32_t sum = 0;
    for (size_t i = 0; i <= cap; ++i) {
      if ((would_send >> i & 1) != 0) sum += bitrate_bps(i, now);
    }
    options_.add({static_cast<uint8_t>(cap), LayerTarget{}.temporal, sum});
  }
  return options_.all();
}

void TrackIntoPipe::set_allowed(std::optional<LayerTarget> allowed, TimePoint now, SendSlab& out) {
  cap_.reset();
  if (allowed) {
    cap_ = std::min<size_t>(allowed->spatial, kMaxEncodings - 1);
    // What costs nothing more may be asked for at once.
    const auto all = options_.all();
    const auto chosen =
        std::find_if(all.begin(), all.end(), [&](const auto& o) { return o.spatial == *cap_; });
    const bool top = chosen != all.end() && chosen->bitrate_bps == all.back().bitrate_bps;
    if (top || all.empty()) {
      cap_ = kMaxEncodings - 1;
    } else if (chosen != all.end()) {
      for (const LayerOption& o : all) {
        if (o.bitrate_bps == chosen->bitrate_bps) cap_ = std::max<size_t>(*cap_, o.spatial);
      }
    }
  }
  decide(now, out);
}

// An encoding that begins does so with a key frame.
void TrackIntoPipe::decide(TimePoint now, SendSlab& out) {
  const uint8_t before = std::exchange(sending_, cap_ ? capped(*cap_) : uint8_t{0});
  if (track_ == nullptr) return;
  for (size_t i = 0; i < streams_.size(); ++i) {
    if ((before >> i & 1) != 0 || !sends(i)) continue;
    streams_[i].numbers.cut();
    if (i < track_->encodings()) track_->request_key_frame(i, now, out);
  }
}

void TrackIntoPipe::begin_anew(TimePoint now, SendSlab& out) {
  for (size_t i = 0; track_ != nullptr && i < std::min(streams_.size(), track_->encodings()); ++i) {
    if (sends(i)) track_->request_key_frame(i, now, out);
  }
}

LayerOffer TrackIntoPipe::offer(TimePoint now) const {
  LayerOffer offer;
  if (!streams_.empty()) offer.track = streams_[0].ssrc;
  offer.count = static_cast<uint8_t>(streams_.size());
  offer.sendable = cap_ ? static_cast<uint8_t>((1u << (*cap_ + 1)) - 1) : 0;
  for (size_t i = 0; i < streams_.size(); ++i) offer.bitrates_bps[i] = bitrate_bps(i, now);
  return offer;
}

bool TrackIntoPipe::send(const Stream& stream, const rtp::Packet& packet, SeqNumber seq, rtp::SendClass kind,
                         TimePoint now, SendSlab& out) {
  const bool again = kind == rtp::SendClass::kRetransmission || kind == rtp::SendClass::kPadding;
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
  constexpr uint8_t kToBeStamped[2] = {};
  rtp::Outgoing outgoing;
  outgoing.kind = kind;
  outgoing.transport_cc_at =
      static_cast<uint16_t>(header.add_extension(kExtensions.transport_cc, kToBeStamped));
  outgoing.header = header.finish();
  outgoing.prefix = std::span<const uint8_t>(original).first(again ? 2 : 0);
  outgoing.payload = packet.payload;
  return kind == rtp::SendClass::kPadding ? egress_.send_rtp_now(outgoing, now, out)
                                          : egress_.send_rtp(outgoing, now, out);
}

void TrackIntoPipe::on_packet(size_t encoding, const rtp::Packet& packet, int64_t seq, TimePoint now,
                              SendSlab& out) {
  if (encoding >= streams_.size() || track_ == nullptr || !sends(encoding)) return;
  Stream& stream = streams_[encoding];
  const bool newest = stream.numbers.is_new(seq);
  const auto place = stream.numbers.forward(seq);
  if (!place) return;
  const auto kind = audio() ? rtp::SendClass::kAudio : rtp::SendClass::kVideo;
  if (!send(stream, packet, place->seq, kind, now, out)) return;
  if (newest) {
    stream.newest = place->seq;
    stream.padded = 0;
  }
  ++stream.packets;
  stream.octets += static_cast<uint32_t>(packet.payload.size());
}

size_t TrackIntoPipe::resend(Stream& stream, SeqNumber seq, rtp::SendClass kind, TimePoint now,
                             SendSlab& out) {
  const auto source = stream.numbers.reverse(seq);
  if (!source) return 0;
  const auto encoding = static_cast<size_t>(&stream - streams_.data());
  const auto found = track_->find(source_seq(encoding, source->in), now);
  if (!found || !send(stream, found->packet, seq, kind, now, out)) return 0;
  ++stream.next_rtx_seq;
  return found->packet.payload.size() + rtp::kFixedHeaderSize;
}

void TrackIntoPipe::on_nack(Ssrc media, SeqNumber seq, TimePoint now, SendSlab& out) {
  Stream* stream = find(media);
  if (stream == nullptr || track_ == nullptr || !track_->config().rtx_payload_type) return;
  if (now - window_ >= std::chrono::seconds(1)) {
    window_ = now;
    retransmissions_ = 0;
  }
  if (retransmissions_ >= kRetransmissionsPerSecond) return;
  if (resend(*stream, seq, rtp::SendClass::kRetransmission, now, out) > 0) ++retransmissions_;
}

size_t TrackIntoPipe::send_padding(size_t bytes, TimePoint now, SendSlab& out) {
  if (track_ == nullptr || !track_->config().rtx_payload_type) return 0;
  size_t sent = 0;
  // Of the smallest encoding that has any: as small a share of the track as can be.
  for (Stream& stream : streams_) {
    for (int missed = 0; sent < bytes && stream.packets > 0 && missed < kMostRepeated;) {
      const size_t size = resend(stream, stream.newest - stream.padded, rtp::SendClass::kPadding, now, out);
      stream.padded = static_cast<uint8_t>((stream.padded + 1) % kMostRepeated);
      missed = size == 0 ? missed + 1 : 0;
      sent += size;
    }
    if (sent >= bytes) break;
  }
  return sent;
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
