// One published track on its way to one subscriber: its own SSRC, payload type and sequence numbers; starts
// at a key frame; answers NACKs from the track's buffer through RTX (RFC 4588); reports as a sender (RFC 3550
// section 6.4.1).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "media/core/bytes.h"
#include "media/core/send_slab.h"
#include "media/core/time.h"
#include "media/routing/config.h"
#include "media/routing/egress.h"
#include "media/routing/fec_sender.h"
#include "media/routing/layer_filter.h"
#include "media/routing/layers.h"
#include "media/routing/red_sender.h"
#include "media/rtcp/packets.h"
#include "media/rtp/packet.h"
#include "media/rtp/payload_info.h"
#include "media/rtp/seq_rewriter.h"

namespace parley::media {

class Track;

struct SubscriptionStats {
  uint32_t id = 0;
  uint32_t track = 0;
  uint32_t ssrc = 0;
  uint32_t rtx_ssrc = 0;  // 0: none
  uint64_t packets = 0;
  uint64_t bytes = 0;  // payload
  uint64_t retransmitted = 0;
  uint64_t redundant = 0;       // audio that carried the packet before it again
  uint64_t parity_packets = 0;  // FlexFEC
  uint64_t parity_bytes = 0;    // payload of these
  uint64_t frames = 0;          // of video
  uint64_t probe_packets = 0;   // sent to find bandwidth: repetitions and padding
  uint64_t nacks = 0;
  uint64_t plis = 0;
  double fraction_lost = 0;
  int32_t lost = 0;
  double jitter_seconds = 0;  // as the subscriber reports it
  double rtt_seconds = 0;     // the latest
  double total_rtt_seconds = 0;
  uint64_t rtt_measurements = 0;
  bool paused = false;
  bool waiting_for_key_frame = false;
  LayerTarget layers{0, 0};      // forwarded
  LayerTarget preferred_layers;  // asked for
  uint8_t priority = 0;
  std::optional<LayerTarget> allowed_layers;  // by bandwidth; nothing: paused by the want of it
};

class Subscription {
 public:
  // `egress` must outlive it. `first_seq` and `first_rtx_seq` are random (RFC 3550 section 5.1).
  Subscription(const SubscriptionConfig& config, Egress& egress, uint16_t first_seq, uint16_t first_rtx_seq);
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  const SubscriptionConfig& config() const { return config_; }
  bool takes_red() const { return config_.red_payload_type.has_value(); }
  bool owns(Ssrc ssrc) const { return ssrc == config_.ssrc || ssrc == config_.rtx_ssrc; }

  // Kept by Track::add and Track::remove, and by a track's end.
  Track* track() const { return track_; }
  void set_track(Track* track);

  // A packet of the track; `seq` is the source's (source_seq.h).
  void forward(const rtp::Packet& packet, int64_t seq, const rtp::PayloadInfo& info, TimePoint now,
               SendSlab& out);
  // A packet of the track that holds nothing of a frame.
  void leave_out(int64_t seq);
  // An encoding began anew under other sequence numbers and timestamps.
  void on_source_restart(size_t encoding);
  // The encodings that it forwards, and that it would forward if it could, a bit each.
  uint8_t wanted_encodings(TimePoint now) const;
  // Chooses among the encodings of simulcast: those that live come and go.
  void select_encoding(TimePoint now, SendSlab& out);

  void set_paused(bool paused, TimePoint now, SendSlab& out);
  // Packets of the track were left out on purpose: goes on without a gap in its numbers, from a key frame.
  void resume_after_pause(TimePoint now, SendSlab& out);

  // What this subscriber could be sent now, up to what it asked for: what an allocator of bandwidth chooses
  // from. Valid until the next call.
  std::span<const LayerOption> layer_options(TimePoint now);
  // What the subscriber itself asked for.
  void set_preferred_layers(LayerTarget preferred, TimePoint now, SendSlab& out);
  LayerTarget preferred_layers() const { return preferred_; }
  // What bandwidth allows; nothing: not even the lowest layer.
  void set_target(std::optional<LayerTarget> target, TimePoint now, SendSlab& out);
  std::optional<LayerTarget> target() const { return target_; }
  // What is being forwarded; follows the target at the next frame where that is seamless.
  LayerTarget current_layers() const;
  // True once after each change of them.
  bool take_layers_change();

  // Among the subscriptions of one peer, when not all of them fit; the larger goes first.
  void set_priority(uint8_t priority) { priority_ = priority; }
  uint8_t priority() const { return priority_; }
  bool paused() const { return paused_; }

  // Whether only a key frame of this encoding helps.
  bool waiting_for_key_frame(size_t encoding) const {
    if (silent() || !egress_.is_open() || encoding != wanted_encoding_) return false;
    return waiting_for_key_frame_ || encoding != encoding_ || filter_.needs_key_frame();
  }

  // RTCP about this subscription.
  void on_nack(SeqNumber seq, TimePoint now, SendSlab& out);
  void on_key_frame_request(TimePoint now, SendSlab& out);
  // FIR and LRR number their commands: the same number again is the same request (RFC 5104 section 4.3.1.2).
  void on_numbered_request(uint8_t command, TimePoint now, SendSlab& out);
  void on_report(const rtcp::ReportBlock& block, TimePoint now);
  // Packets sent since the last call.
  int take_sent_since_report();
  // Appends SR and SDES when there is something to report. False when `out` has no room left.
  bool write_report(ByteWriter& out, TimePoint now);

  // Sends about `bytes` that the subscriber does not need, for a probe: recent packets again through RTX, or
  // bare padding (RFC 4588 section 4 keeps both apart from media). What was sent; 0 when there is no RTX.
  size_t send_padding(size_t bytes, TimePoint now, SendSlab& out);

  // Called every so often with the share of packets that the way loses, and the bit/s that media leave of the
  // estimate. What parity packets will take of that, and what they would if there were more.
  int64_t adapt_protection(double loss, int64_t room_bps, TimePoint now);
  int64_t wanted_protection() const { return fec_ ? fec_->wanted_bps() : 0; }

  SubscriptionStats stats() const;

 private:
  void write_ids(rtp::HeaderWriter& header, bool retransmission) const;
  void stamp_later(rtp::HeaderWriter& header, rtp::Outgoing& outgoing) const;
  size_t repeat_packet(TimePoint now, SendSlab& out);
  size_t send_bare_padding(TimePoint now, SendSlab& out);
  // How the numbers of one segment (seq_rewriter.h) differ from the source's.
  struct Offsets {
    uint32_t timestamp = 0;
    uint16_t number = 0;  // of VP9's picture ids, or of the dependency descriptor's frames
    uint8_t tl0 = 0;
  };
  // Where a packet goes.
  struct Way {
    rtp::SeqRewriter::Place place;
    uint16_t picture = 0;
    bool marker = false;
    rtp::SendClass kind = rtp::SendClass::kVideo;
  };
  // Clocks that all encodings of a track share, by sender reports.
  struct Anchor {
    uint64_t ntp;
    uint32_t timestamp;  // towards the subscriber
  };

  bool video() const;
  void begin(size_t encoding, const rtp::Packet& packet, const rtp::PayloadInfo& info, TimePoint now);
  uint32_t aligned_offset(size_t encoding, RtpTimestamp first, TimePoint now);
  // False: left out, or too late.
  bool find_way(const rtp::Packet& packet, int64_t seq, const rtp::PayloadInfo& info, Way* way, TimePoint now,
                SendSlab& out);
  // Of a packet that is the newest; closes the gap where it is left out.
  bool find_new_way(const rtp::Packet& packet, int64_t seq, const rtp::PayloadInfo& info, Way* way);
  // Of one that has its place already. False: left out.
  bool find_late_way(const rtp::Packet& packet, int64_t seq, const rtp::PayloadInfo& info, Way* way);
  // Null where it is forgotten.
  LayerFilter* filter_of(uint8_t segment);
  bool find_picture(size_t encoding, const rtp::PayloadInfo& info, Way* way);
  bool send_empty(const rtp::Packet& packet, Way way, TimePoint now, SendSlab& out);
  void remember(const rtp::Packet& packet, const rtp::PayloadInfo& info, TimePoint now);
  bool send(const rtp::Packet& packet, const rtp::PayloadInfo& info, const Way& way, TimePoint now,
            SendSlab& out);
  // A packet again, through RTX; its size, or 0 when it could not be sent.
  size_t resend(SeqNumber seq, rtp::SendClass kind, TimePoint now, SendSlab& out);
  // Redundancy around an audio payload, where the subscriber takes it.
  void protect_audio(const rtp::Packet& packet, rtp::HeaderFields& fields,
                     std::span<uint8_t, RedSender::kMaxHeaders> headers, rtp::Outgoing& outgoing);
  void send_parity(TimePoint now, SendSlab& out);
  void add_dependency(const rtp::Packet& packet, const rtp::PayloadInfo& info, const Way& way,
                      rtp::HeaderWriter& header);
  // Paused by the program, or by want of bandwidth.
  bool silent() const { return paused_ || !target_; }

  static constexpr uint32_t kRetransmissionsPerSecond = 500;
  struct SentReport {
    uint32_t ntp_middle = 0;
    TimePoint at;
  };

  SubscriptionConfig config_;
  Egress& egress_;
  Track* track_ = nullptr;
  rtp::SendClass media_class_ = rtp::SendClass::kVideo;
  rtp::SeqRewriter rewriter_;
  rtp::SeqRewriter pictures_;  // VP8's picture ids
  std::array<Offsets, rtp::SeqRewriter::kSegments> offsets_{};
  Offsets next_offsets_;  // of the segment that begins
  uint8_t segment_ = 0;   // the latest
  LayerFilter filter_;
  LayerFilter previous_filter_;  // of the segment before, for what is late
  std::optional<uint8_t> previous_segment_;
  std::optional<RtpTimestamp> dropped_timestamp_;  // of the newest packet, if that was left out
  uint8_t dropped_spatial_ = 0;
  std::optional<Anchor> anchor_;
  SeqNumber next_rtx_seq_;
  RtpTimestamp last_timestamp_;
  uint16_t last_number_ = 0;
  uint8_t last_tl0_ = 0;
  TimePoint last_sent_;
  size_t encoding_ = 0;         // that is forwarded
  size_t wanted_encoding_ = 0;  // that will be, from its next key frame on
  bool source_changed_ = false;
  LayerTarget told_layers_{0, 0};
  bool started_ = false;
  SeqNumber last_seq_;
  uint8_t padded_ = 0;  // packets behind last_seq_ that probes have repeated
  bool paused_ = false;
  uint8_t priority_ = 128;
  LayerTarget preferred_;
  std::optional<LayerTarget> target_ = LayerTarget{};
  LayerOptions options_;
  bool waiting_for_key_frame_ = false;
  TimePoint retransmission_window_;
  uint32_t retransmissions_in_window_ = 0;
  struct Resent {
    uint16_t seq = 0;
    uint32_t at_ms = 0;
  };
  std::array<Resent, 64> resent_{};  // by sequence number
  uint64_t sent_at_report_ = 0;
  std::array<SentReport, 4> sent_reports_{};
  uint8_t next_report_ = 0;
  std::optional<uint8_t> last_command_;
  RedSender red_;
  std::unique_ptr<FecSender> fec_;  // where parity packets were negotiated
  SeqNumber next_fec_seq_;
  SubscriptionStats stats_;
};

}  // namespace parley::media
