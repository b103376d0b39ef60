// One published stream on its way in: removes duplicates, unpacks retransmissions (RFC 4588), counts loss,
// asks for what is missing, keeps recent packets for its subscribers, and hands each packet to all of them.
// Asks its publisher for key frames, at most a few a second.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "media/core/packet_pool.h"
#include "media/core/send_slab.h"
#include "media/core/time.h"
#include "media/routing/config.h"
#include "media/routing/egress.h"
#include "media/routing/layers.h"
#include "media/routing/track_sink.h"
#include "media/rtcp/packets.h"
#include "media/rtp/bitrate_meter.h"
#include "media/rtp/nack_generator.h"
#include "media/rtp/packet.h"
#include "media/rtp/receive_statistics.h"
#include "media/rtp/retransmission_buffer.h"

namespace parley::media {

class Subscription;

struct TrackStats {
  uint32_t id = 0;
  TrackKind kind = TrackKind::kAudio;
  uint64_t packets = 0;
  uint64_t bytes = 0;  // payload
  uint64_t duplicates = 0;
  uint64_t recovered = 0;  // arrived late or again, filling a gap
  int64_t lost = 0;
  double jitter_seconds = 0;
  double rtt_seconds = 0;  // to the publisher; 0: not known
  uint64_t nacks = 0;      // packets asked for again
  uint64_t plis = 0;
  uint64_t key_frames = 0;
  size_t subscriptions = 0;
  bool active = false;
};

class Track {
 public:
  static constexpr Duration kKeyFrameInterval = std::chrono::milliseconds(300);  // between requests
  static constexpr Duration kSilentAfter = std::chrono::seconds(3);

  // `egress` is the publisher's; it and the pool must outlive the track. `reporter` is our SSRC in RTCP.
  Track(const TrackConfig& config, Egress& egress, PacketPool& pool, Ssrc reporter);
  ~Track();
  Track(const Track&) = delete;
  Track& operator=(const Track&) = delete;

  const TrackConfig& config() const { return config_; }
  void update(const TrackConfig& config) { config_ = config; }
  const rtp::RetransmissionBuffer& buffer() const { return buffer_; }

  void add(Subscription& subscription, TimePoint now, SendSlab& out);
  void remove(Subscription& subscription);

  // A packet whose SSRC or payload type is this track's, its RTX's included.
  void on_packet(const rtp::Packet& packet, TimePoint now, SendSlab& out);
  void on_sender_report(const rtcp::SenderReport& report, TimePoint now);
  // The source says goodbye: it is inactive from now on.
  void on_bye(Ssrc source);
  // To the publisher and back: how long to wait for what was asked for.
  void set_round_trip(Duration round_trip) { round_trip_ = round_trip; }
  void set_paused(bool paused, TimePoint now, SendSlab& out);
  void request_key_frame(TimePoint now, SendSlab& out);
  // Whoever feeds a track without a publisher is asked instead of one.
  void set_key_frame_handler(std::function<void()> handler) { key_frame_handler_ = std::move(handler); }
  // The program's ear; null takes it away.
  void set_sink(std::unique_ptr<TrackSink> sink) { sink_ = std::move(sink); }

  // Requests for missing packets and key frames that are due.
  TimePoint next_deadline() const;
  void on_deadline(TimePoint now, SendSlab& out);
  // Nothing before the first packet.
  std::optional<rtcp::ReportBlock> report(TimePoint now);

  // The source's clocks at `now`, by its latest sender report: what subscribers synchronise on.
  struct Clock {
    uint64_t ntp;
    RtpTimestamp timestamp;
  };
  std::optional<Clock> clock_at(TimePoint now) const;

  // The layers that are arriving, and what they take; at most 100 ms old.
  std::span<const LayerOption> layer_options(TimePoint now);

  // Whether packets have been arriving lately; `take_activity_change` is true once after each change.
  bool active() const { return active_; }
  bool take_activity_change(TimePoint now);
  TrackStats stats() const;

 private:
  void on_media(const rtp::Packet& packet, TimePoint now, SendSlab& out);
  void restart_source(const rtp::Packet& packet, TimePoint now);

  TrackConfig config_;
  Egress& egress_;
  Ssrc reporter_;
  std::optional<Ssrc> source_;
  SeqUnwrapper unwrapper_;
  int64_t seq_base_ = 0;  // keeps numbers growing over a restart of the source
  int64_t newest_ = -1;
  rtp::ReceiveStatistics statistics_;
  rtp::NackGenerator nacks_;
  rtp::RetransmissionBuffer buffer_;
  rtp::BitrateMeter bitrate_;
  LayerOptions layer_options_;
  std::optional<TimePoint> layer_options_at_;
  std::vector<Subscription*> subscriptions_;
  std::function<void()> key_frame_handler_;
  std::unique_ptr<TrackSink> sink_;
  bool paused_ = false;
  std::optional<Duration> round_trip_;
  bool key_frame_wanted_ = false;
  uint8_t fir_command_ = 0;
  std::optional<TimePoint> last_key_frame_request_;
  std::optional<rtcp::SenderReport> sender_report_;
  TimePoint sender_report_at_;
  TimePoint last_packet_;
  bool active_ = false;
  bool told_active_ = false;
  TrackStats stats_;
};

}  // namespace parley::media
