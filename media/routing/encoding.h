// One of the streams that a track arrives in: its only one, or one of the encodings of simulcast (RFC 8853),
// with its own SSRC, its own numbers and clock. Removes duplicates, unpacks retransmissions (RFC 4588),
// counts loss, asks for what is missing, keeps recent packets, reads sender reports.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "media/core/packet_pool.h"
#include "media/core/time.h"
#include "media/routing/config.h"
#include "media/routing/layers.h"
#include "media/rtcp/packets.h"
#include "media/rtp/bitrate_meter.h"
#include "media/rtp/nack_generator.h"
#include "media/rtp/packet.h"
#include "media/rtp/payload_info.h"
#include "media/rtp/payload_parser.h"
#include "media/rtp/receive_statistics.h"
#include "media/rtp/retransmission_buffer.h"

namespace parley::media {

struct EncodingStats {
  std::string rid;
  uint32_t ssrc = 0;  // 0: no packet yet
  uint64_t packets = 0;
  uint64_t bytes = 0;  // payload
  uint64_t duplicates = 0;
  uint64_t recovered = 0;  // arrived late or again, filling a gap
  int64_t lost = 0;
  double jitter_seconds = 0;
  uint64_t nacks = 0;  // packets asked for again
  uint64_t plis = 0;
  uint64_t key_frames = 0;
  uint64_t frames = 0;                              // of video: their last packets came
  uint32_t rtx_ssrc = 0;                            // 0: none, or not known yet
  std::optional<rtcp::SenderReport> sender_report;  // the latest
  uint64_t sender_reports = 0;
  uint32_t bitrate_bps = 0;
  bool active = false;
};

rtp::PayloadParser::Extensions layer_extensions(const TrackConfig& track);

class Encoding {
 public:
  static constexpr Duration kLiveFor = std::chrono::milliseconds(1500);  // after its latest packet
  static constexpr Duration kToldFor = std::chrono::seconds(5);

  Encoding(const EncodingConfig& config, const TrackConfig& track, PacketPool& pool);

  const EncodingConfig& config() const { return config_; }
  void update(const EncodingConfig& config) { config_ = config; }
  std::optional<Ssrc> source() const { return source_; }
  // A source or a retransmission stream that has been told or seen.
  bool owns(Ssrc ssrc) const;
  void learn_rtx(Ssrc ssrc) { rtx_source_ = ssrc; }
  // The SSRCs that it has come under, as far as they are known: for a mirror, which may come too late to
  // learn them from packets.
  struct Sources {
    std::optional<Ssrc> media, rtx;
  };
  Sources sources() const { return {source_, rtx_source_}; }
  void learn(const Sources& sources) {
    if (!source_) source_ = sources.media;
    if (!rtx_source_) rtx_source_ = sources.rtx;
  }

  // The original inside a retransmission; nothing in a probe's padding, or before there was a source.
  std::optional<rtp::Packet> unpack_rtx(const rtp::Packet& packet, uint8_t media_payload_type) const;

  struct Arrival {
    int64_t seq = 0;          // unwrapped; keeps growing when the source begins anew
    bool new_source = false;  // it has begun anew: other numbers, another clock
    bool newest = false;
    bool has_frame = true;  // not padding, nor nonsense
    rtp::PayloadInfo info;
  };
  // Nothing when it came before.
  std::optional<Arrival> on_media(const rtp::Packet& packet, const TrackConfig& track, TimePoint now);
  void store(const Arrival& arrival, const rtp::Packet& packet, TimePoint now) {
    buffer_.store(arrival.seq, packet, arrival.info.picture, now);
  }
  std::optional<rtp::RetransmissionBuffer::Found> find(int64_t seq, TimePoint now) const {
    return buffer_.find(seq, now);
  }
  const rtp::PayloadParser& parser() const { return parser_; }

  bool on_sender_report(const rtcp::SenderReport& report, TimePoint now);
  std::optional<rtcp::ReportBlock> report(TimePoint now);

  struct Clock {
    uint64_t ntp;
    RtpTimestamp timestamp;
  };
  // The source's clocks at `now`, by its latest sender report.
  std::optional<Clock> clock_at(TimePoint now, uint32_t clock_rate) const;
  const std::optional<rtcp::SenderReport>& sender_report() const { return sender_report_; }

  // What comes through a pipe comes when it is wanted: its other end tells of what there is.
  struct Told {
    uint32_t bitrate_bps = 0;  // 0: nothing is coming from the publisher
    bool sendable = false;     // the way has room for it
    bool operator==(const Told&) const = default;
  };
  void tell(Told told, TimePoint now) {
    told_ = told;
    told_at_ = now;
  }
  std::optional<Told> told(TimePoint now) const {
    return told_ && now - told_at_ < kToldFor ? told_ : std::nullopt;
  }

  bool arriving(TimePoint now) const { return source_ && seen_ && now - last_packet_ < kLiveFor; }
  // It is arriving, or would be if it were wanted.
  bool live(TimePoint now) const {
    const auto known = told(now);
    return known ? known->sendable && known->bitrate_bps > 0 : arriving(now);
  }
  // The publisher sends it, whether or not it gets here.
  bool exists(TimePoint now) const {
    const auto known = told(now);
    return known ? known->bitrate_bps > 0 : arriving(now);
  }
  // Of everything that is needed for these layers.
  uint32_t bitrate_bps(LayerTarget upto, TimePoint now) const;
  bool layer_live(uint8_t spatial, uint8_t temporal, TimePoint now) const {
    return bitrates_[spatial][temporal].bps(now) > 0;
  }
  uint8_t top_spatial() const { return top_spatial_; }
  uint8_t top_temporal() const { return top_temporal_; }

  rtp::NackGenerator& nacks() { return nacks_; }
  const rtp::NackGenerator& nacks() const { return nacks_; }

  // Whether a key frame is to be asked for, and when it was last.
  struct KeyFrameRequest {
    bool wanted = false;
    std::optional<TimePoint> asked;
  };
  KeyFrameRequest& key_frame() { return key_frame_; }
  const KeyFrameRequest& key_frame() const { return key_frame_; }
  void count_pli() { ++stats_.plis; }
  EncodingStats stats(TimePoint now) const;

 private:
  void restart(const TrackConfig& track);
  void measure(const rtp::PayloadInfo& info, size_t bytes, TimePoint now);

  EncodingConfig config_;
  std::optional<Ssrc> source_;
  std::optional<Ssrc> rtx_source_;
  SeqUnwrapper unwrapper_;
  int64_t seq_base_ = 0;  // keeps numbers growing over a restart of the source
  int64_t newest_ = -1;
  rtp::ReceiveStatistics statistics_;
  rtp::NackGenerator nacks_;
  rtp::PayloadParser parser_;
  rtp::RetransmissionBuffer buffer_;
  using Meters = std::array<std::array<rtp::BitrateMeter, kMaxTemporalLayers>, kMaxSpatialLayers>;
  Meters bitrates_;          // of each layer
  Meters bitrates_for_top_;  // of what in it higher spatial layers need
  uint8_t top_spatial_ = 0;
  uint8_t top_temporal_ = 0;
  std::optional<rtcp::SenderReport> sender_report_;
  TimePoint sender_report_at_;
  TimePoint last_packet_;
  bool seen_ = false;
  std::optional<Told> told_;
  TimePoint told_at_;
  KeyFrameRequest key_frame_;
  EncodingStats stats_;
};

}  // namespace parley::media
