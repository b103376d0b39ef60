// A track on its way into a pipe: every packet of every encoding under an SSRC of the pipe's, with the
// source's numbers and timestamps. Answers NACKs through RTX (RFC 4588), hands requests for key frames on,
// and tells the source's clocks (RFC 3550 section 6.4.1).
#pragma once

#include <cstdint>
#include <vector>

#include "media/core/bytes.h"
#include "media/pipe/description.h"
#include "media/routing/packet_tap.h"
#include "media/routing/track.h"
#include "media/rtcp/packets.h"

namespace parley::media::pipe {

// Where piped packets leave.
class PipeOut {
 public:
  virtual ~PipeOut() = default;
  virtual bool send_rtp(std::span<const uint8_t> header, std::span<const uint8_t> prefix,
                        std::span<const uint8_t> payload, SendSlab& out) = 0;
};

class TrackIntoPipe final : public PacketTap {
 public:
  static constexpr uint32_t kRetransmissionsPerSecond = 2000;

  // Taps the track until one of the two ends.
  TrackIntoPipe(Track& track, const PipedTrack& description, PipeOut& pipe);
  ~TrackIntoPipe() override;
  TrackIntoPipe(const TrackIntoPipe&) = delete;
  TrackIntoPipe& operator=(const TrackIntoPipe&) = delete;

  void on_packet(size_t encoding, const rtp::Packet& packet, int64_t seq, TimePoint now,
                 SendSlab& out) override;
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
  void on_nack(Ssrc media, SeqNumber seq, TimePoint now, SendSlab& out);
  void on_key_frame_request(Ssrc media, TimePoint now, SendSlab& out);
  // Appends a sender report for each encoding that sends.
  void write_reports(ByteWriter& out, TimePoint now) const;

 private:
  struct Stream {
    Ssrc ssrc;
    Ssrc rtx_ssrc;
    int64_t newest = -1;
    SeqNumber next_rtx_seq;
    uint32_t packets = 0;
    uint32_t octets = 0;
  };
  Stream* find(Ssrc ssrc);
  bool send(const Stream& stream, const rtp::Packet& packet, SeqNumber seq, bool again, SendSlab& out);

  Track* track_;
  uint32_t id_;
  PipeOut& pipe_;
  std::vector<Stream> streams_;  // by encoding
  TimePoint window_;
  uint32_t retransmissions_ = 0;
};

}  // namespace parley::media::pipe
