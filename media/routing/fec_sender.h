// Whether a subscriber's video is protected by parity packets (FlexFEC), and how well: only while it loses
// packets, is so far away that asking for them again would take long, and its estimate has room left by the
// layers. Then one parity packet follows each group of packets, the smaller the more is lost.
#pragma once

#include <cstdint>
#include <memory>

#include "media/core/time.h"
#include "media/rtp/flexfec_encoder.h"
#include "media/rtp/outgoing.h"

namespace parley::media {

// The way to a subscriber, as congestion control sees it.
struct PathConditions {
  double loss = 0;         // share of the packets
  Duration round_trip{0};  // 0: not known
  int64_t room_bps = 0;    // of the estimate, not taken by media
};

class FecSender {
 public:
  static constexpr double kBeginAbove = 0.02;
  static constexpr double kEndBelow = 0.01;
  // Below, a retransmission is there as soon as the group's end.
  static constexpr Duration kBeginRoundTrip = std::chrono::milliseconds(100);
  static constexpr Duration kEndRoundTrip = std::chrono::milliseconds(80);
  static constexpr size_t kLeastGroup = 3, kMostGroup = 20;
  static constexpr double kLostPerGroup = 0.25;  // is aimed at

  FecSender(Ssrc media, rtp::MutableExtensions ignored) : media_(media), ignored_(ignored) {}

  // Called every so often with what has been sent so far, payload. What parity will take, in bit/s.
  int64_t adapt(const PathConditions& path, uint64_t sent_bytes, TimePoint now);
  // What it would take if there were room.
  int64_t wanted_bps() const { return wanted_bps_; }
  bool active() const { return encoder_ != nullptr; }
  size_t group_size() const { return encoder_ ? encoder_->group_size() : 0; }

  // A packet that leaves; `last` of its frame. True: a parity packet is to follow it.
  bool on_media(const rtp::Outgoing& packet, bool last, TimePoint now);
  size_t take(std::span<uint8_t> out) { return encoder_ ? encoder_->take(out) : 0; }

 private:
  void measure(uint64_t sent_bytes, TimePoint now);

  Ssrc media_;
  rtp::MutableExtensions ignored_;
  double loss_ = 0;  // smoothed
  double media_bps_ = 0;
  uint64_t sent_bytes_ = 0;
  TimePoint measured_at_;
  int64_t wanted_bps_ = 0;
  Duration longest_group_{0};
  TimePoint group_began_;
  std::unique_ptr<rtp::FlexFecEncoder> encoder_;  // only while it protects
};

}  // namespace parley::media
