// See encoding.h.
#include "media/routing/encoding.h"

#include <algorithm>

#include "media/core/bytes.h"

namespace parley::media {

rtp::PayloadParser::Extensions layer_extensions(const TrackConfig& track) {
  return {track.extensions.dependency_descriptor, track.extensions.frame_marking};
}

Encoding::Encoding(const EncodingConfig& config, const TrackConfig& track, PacketPool& pool)
    : config_(config), statistics_(track.clock_rate), parser_(track.codec), buffer_(pool) {}

bool Encoding::owns(Ssrc ssrc) const {
  return source_ == ssrc || rtx_source_ == ssrc || config_.ssrc == ssrc || config_.rtx_ssrc == ssrc;
}

// RFC 4588 section 4: the original sequence number, then the original payload.
std::optional<rtp::Packet> Encoding::unpack_rtx(const rtp::Packet& packet, uint8_t media_payload_type) const {
  if (packet.payload.size() <= 2 || !source_) return std::nullopt;
  rtp::Packet original = packet;
  original.payload_type = media_payload_type;
  original.seq = {load_be16(packet.payload.data())};
  original.ssrc = *source_;
  original.payload = packet.payload.subspan(2);
  return original;
}

void Encoding::restart(const TrackConfig& track) {
  // Later than everything, and the same number in its lower 16 bits: that is what NACKs and reports say.
  seq_base_ = ((newest_ >> 16) + 2) << 16;
  unwrapper_ = SeqUnwrapper();
  statistics_ = rtp::ReceiveStatistics(track.clock_rate);
  nacks_ = rtp::NackGenerator();
  parser_ = rtp::PayloadParser(track.codec);
  sender_report_.reset();
}

std::optional<Encoding::Arrival> Encoding::on_media(const rtp::Packet& packet, const TrackConfig& track,
                                                    TimePoint now) {
  Arrival a;
  last_packet_ = now;
  if (source_ != packet.ssrc) {
    a.new_source = source_.has_value();
    if (a.new_source) restart(track);
    source_ = packet.ssrc;
  }
  seen_ = true;
  a.seq = unwrapper_.unwrap(packet.seq) + seq_base_;
  const auto arrival = nacks_.on_packet(a.seq, now);
  if (arrival == rtp::NackGenerator::Arrival::kDuplicate) {
    ++stats_.duplicates;
    return std::nullopt;
  }
  if (arrival == rtp::NackGenerator::Arrival::kRecovered) ++stats_.recovered;
  a.newest = a.seq > newest_;
  newest_ = std::max(newest_, a.seq);
  // What the network lost stays lost in reports.
  if (!packet.recovered) statistics_.on_packet(a.seq, packet.timestamp, packet.payload.size(), now);
  ++stats_.packets;
  stats_.bytes += packet.payload.size();
  if (track.kind == TrackKind::kVideo) {
    const auto info =
        packet.payload.empty() ? std::nullopt : parser_.parse(packet, layer_extensions(track), a.newest);
    a.has_frame = info.has_value();
    a.info = info.value_or(rtp::PayloadInfo{});
    if (a.has_frame && packet.marker) ++stats_.frames;
    if (a.has_frame && a.info.key_frame) {
      ++stats_.key_frames;
      key_frame_.wanted = false;
    }
  }
  measure(a.info, packet.payload.size(), now);
  return a;
}

void Encoding::measure(const rtp::PayloadInfo& info, size_t bytes, TimePoint now) {
  const size_t spatial = std::min<size_t>(info.spatial, kMaxSpatialLayers - 1);
  const size_t temporal = std::min<size_t>(info.temporal, kMaxTemporalLayers - 1);
  bitrates_[spatial][temporal].add(bytes, now);
  if (!info.not_for_upper) bitrates_for_top_[spatial][temporal].add(bytes, now);
  top_spatial_ = std::max(top_spatial_, static_cast<uint8_t>(spatial));
  top_temporal_ = std::max(top_temporal_, static_cast<uint8_t>(temporal));
}

uint32_t Encoding::bitrate_bps(LayerTarget upto, TimePoint now) const {
  uint32_t sum = 0;
  const size_t top = std::min(upto.spatial, top_spatial_);
  for (size_t s = 0; s <= top; ++s) {
    const Meters& meters = s == top ? bitrates_ : bitrates_for_top_;
    for (size_t t = 0; t <= upto.temporal && t < kMaxTemporalLayers; ++t) sum += meters[s][t].bps(now);
  }
  return sum;
}

bool Encoding::on_sender_report(const rtcp::SenderReport& report, TimePoint now) {
  const auto expected = source_ ? source_ : config_.ssrc;
  // Of a lone encoding a report may be the first that is heard; encodings told apart by rid must be known.
  if (expected ? report.sender != *expected : !config_.rid.empty()) return false;
  sender_report_ = report;
  ++stats_.sender_reports;
  sender_report_at_ = now;
  return true;
}

std::optional<rtcp::ReportBlock> Encoding::report(TimePoint now) {
  if (!source_ || statistics_.packets() == 0) return std::nullopt;
  const auto r = statistics_.report();
  rtcp::ReportBlock block;
  block.source = *source_;
  block.fraction_lost = r.fraction_lost;
  block.cumulative_lost = r.cumulative_lost;
  block.highest_seq = r.highest_seq;
  block.jitter = r.jitter;
  if (sender_report_) {
    block.last_sr = static_cast<uint32_t>(sender_report_->ntp >> 16);
    block.delay_since_last_sr = static_cast<uint32_t>((now - sender_report_at_).count() * 65536 / 1'000'000);
  }
  return block;
}

std::optional<Encoding::Clock> Encoding::clock_at(TimePoint now, uint32_t clock_rate) const {
  if (!sender_report_) return std::nullopt;
  const uint64_t elapsed = static_cast<uint64_t>((now - sender_report_at_).count());
  Clock clock;
  clock.ntp = sender_report_->ntp + (elapsed / 1'000'000 << 32) + ((elapsed % 1'000'000 << 32) / 1'000'000);
  clock.timestamp = sender_report_->timestamp + static_cast<uint32_t>(elapsed * clock_rate / 1'000'000);
  return clock;
}

EncodingStats Encoding::stats(TimePoint now) const {
  EncodingStats s = stats_;
  s.rid = config_.rid;
  s.ssrc = source_ ? source_->value : 0;
  s.rtx_ssrc = rtx_source_.value_or(config_.rtx_ssrc.value_or(Ssrc{0})).value;
  s.lost = statistics_.lost();
  s.jitter_seconds = statistics_.jitter_seconds();
  s.nacks = nacks_.requested();
  s.bitrate_bps = bitrate_bps({}, now);
  s.active = live(now);
  s.sender_report = sender_report_;
  return s;
}

}  // namespace parley::media
