// See sink_feed.h.
#include "media/routing/sink_feed.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace parley::media {

void SinkFeed::set(std::unique_ptr<TrackSink> sink) {
  sink_ = std::move(sink);
  started_ = false;
}

void SinkFeed::on_packet(size_t encoding, const rtp::Packet& packet, const Encoding::Arrival& arrival,
                         TimePoint now) {
  if (!started_) {
    // Whichever comes first, from its first packet on: what is before its first key frame is the sink's
    // matter.
    started_ = true;
    current_ = wanted_ = encoding;
    first_ = std::numeric_limits<int64_t>::min();
    offset_ = 0;
    highest_ = arrival.seq;
  } else if (encoding == wanted_ && encoding != current_) {
    if (!arrival.info.key_frame || !arrival.info.starts_frame) return;
    current_ = encoding;
    first_ = arrival.seq;
    offset_ = highest_ + 1 - arrival.seq;
  }
  if (encoding != current_ || arrival.seq < first_) return;
  const int64_t seq = arrival.seq + offset_;
  highest_ = std::max(highest_, seq);
  sink_->on_packet(packet, seq, now);
}

void SinkFeed::on_sender_report(size_t encoding, const rtcp::SenderReport& report, TimePoint now) {
  if (sink_ && encoding == current_) sink_->on_sender_report(report, now);
}

}  // namespace parley::media
