// What a program's sink hears of a track in several encodings: one at a time, changing over at a key frame.
// To the sink it is one stream, whose numbers go on without a gap; its RTP timestamps are each encoding's
// own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "media/core/time.h"
#include "media/routing/encoding.h"
#include "media/routing/track_sink.h"

namespace parley::media {

class SinkFeed {
 public:
  explicit operator bool() const { return sink_ != nullptr; }
  void set(std::unique_ptr<TrackSink> sink);
  // The encoding to be heard, from its next key frame on.
  void want(size_t encoding) { wanted_ = encoding; }
  bool waits_for(size_t encoding) const {
    return sink_ && started_ && wanted_ == encoding && wanted_ != current_;
  }
  // That is being heard.
  size_t encoding() const { return started_ ? current_ : wanted_; }

  void on_packet(size_t encoding, const rtp::Packet& packet, const Encoding::Arrival& arrival, TimePoint now);
  void on_sender_report(size_t encoding, const rtcp::SenderReport& report, TimePoint now);
  TimePoint next_deadline() const { return sink_ ? sink_->next_deadline() : kNever; }
  bool on_deadline(TimePoint now) { return sink_ && sink_->on_deadline(now); }
  uint64_t discarded() const { return sink_ ? sink_->discarded() : 0; }

 private:
  std::unique_ptr<TrackSink> sink_;
  bool started_ = false;
  size_t current_ = 0;
  size_t wanted_ = 0;
  int64_t first_ = 0;    // number of the current encoding's first packet; INT64_MIN: all are heard
  int64_t offset_ = 0;   // of the current encoding's numbers to those that the sink sees
  int64_t highest_ = 0;  // that the sink has seen
};

}  // namespace parley::media
