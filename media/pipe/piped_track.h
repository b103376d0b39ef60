// A track on its way into a pipe: the packets of those encodings that somebody on the other side is to get,
// and that the pipe has room for, each under an SSRC of the pipe's with the source's timestamps. What is left
// out leaves no gap in the numbers. Answers NACKs through RTX (RFC 4588), hands requests for key frames on,
// and tells the source's clocks (RFC 3550 section 6.4.1).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "media/core/bytes.h"
#include "media/pipe/description.h"
#include "media/pipe/layer_messages.h"
#include "media/routing/egress.h"
#include "media/routing/packet_tap.h"
#include "media/routing/track.h"
#include "media/rtcp/packets.h"
#include "media/rtp/seq_rewriter.h"

namespace parley::media::pipe {

class TrackIntoPipe final : public PacketTap {
 public:
  static constexpr uint32_t kRetransmissionsPerSecond = 2000;

  // Taps the track until one of the two ends. `egress` is the pipe's.
  TrackIntoPipe(Track& track, const PipedTrack& description, Egress& egress);
  ~TrackIntoPipe() override;
  TrackIntoPipe(const TrackIntoPipe&) = delete;
  TrackIntoPipe& operator=(const TrackIntoPipe&) = delete;

  void on_packet(size_t encoding, const rtp::Packet& packet, int64_t seq, TimePoint now,
                 SendSlab& out) override;
  uint8_t wanted_encodings() const override { return wanted_; }
  void on_track_end() override { track_ = nullptr; }

  bool ended() const { return track_ == nullptr; }
  uint32_t track_id() const { return id_; }
  bool owns(Ssrc ssrc) const;
  template <typename Fn>
  void for_each_ssrc(Fn&& fn) const {
    for (const Stream& s : streams_) {
      fn(s.ssrc);
      fn(s.rtx_ssrc);
    }
  }
  // What the other side wants; nothing until it has said so.
  void set_wanted(uint8_t encodings, TimePoint now, SendSlab& out);
  // For an allocator: what sending encodings up to one of them would take. Valid until the next call.
  std::span<const LayerOption> options(TimePoint now);
  // What that chose; nothing: not even the lowest.
  void set_allowed(std::optional<LayerTarget> allowed, TimePoint now, SendSlab& out);
  bool audio() const { return track_ != nullptr && track_->config().kind == TrackKind::kAudio; }
  LayerOffer offer(TimePoint now) const;
  // Everything waits for a key frame: the pipe has been silent.
  void begin_anew(TimePoint now, SendSlab& out);
  // Sends packets again that the other side has, for a probe. What was sent.
  size_t send_padding(size_t bytes, TimePoint now, SendSlab& out);
  void on_nack(Ssrc media, SeqNumber seq, TimePoint now, SendSlab& out);
  void on_key_frame_request(Ssrc media, TimePoint now, SendSlab& out);
  // Appends a sender report for each encoding that sends.
  void write_reports(ByteWriter& out, TimePoint now) const;

 private:
  struct Stream {
    Ssrc ssrc;
    Ssrc rtx_ssrc;
    rtp::SeqRewriter numbers{1};
    SeqNumber newest;  // as it goes out
    SeqNumber next_rtx_seq;
    uint8_t padded = 0;  // packets back that a probe has repeated
    uint32_t packets = 0;
    uint32_t octets = 0;
  };
  Stream* find(Ssrc ssrc);
  bool sends(size_t encoding) const { return (sending_ >> encoding & 1) != 0; }
  // The wish with encodings above `cap` replaced by the one that is.
  uint8_t capped(size_t cap) const;
  uint32_t bitrate_bps(size_t encoding, TimePoint now) const;
  void decide(TimePoint now, SendSlab& out);
  bool send(const Stream& stream, const rtp::Packet& packet, SeqNumber seq, rtp::SendClass kind,
            TimePoint now, SendSlab& out);
  // A packet again, through RTX; its size, or 0.
  size_t resend(Stream& stream, SeqNumber seq, rtp::SendClass kind, TimePoint now, SendSlab& out);

  Track* track_;
  uint32_t id_;
  Egress& egress_;
  std::vector<Stream> streams_;  // by encoding
  static constexpr uint8_t kAll = (1u << kMaxEncodings) - 1;
  uint8_t wanted_ = 0;
  std::optional<size_t> cap_ = kMaxEncodings - 1;  // the highest encoding that there is room for
  uint8_t sending_ = 0;
  LayerOptions options_;
  TimePoint window_;
  uint32_t retransmissions_ = 0;
};

}  // namespace parley::media::pipe
