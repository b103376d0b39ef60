// The ear of a program that takes a receiver's packets as they are: collects them on the media thread and
// hands them to JavaScript in batches.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "media/routing/track_sink.h"

namespace parley::addon {

class RtpTap final : public media::TrackSink {
 public:
  static constexpr size_t kMaxQueued = 4096;  // packets that JavaScript has not fetched

  // Shared with JavaScript's side, which may outlive the track.
  struct Queue {
    std::mutex mutex;
    std::vector<std::vector<uint8_t>> packets;
    uint64_t dropped = 0;

    std::vector<std::vector<uint8_t>> take();
  };

  // `wake` is called on the media thread when the queue was empty.
  RtpTap(std::shared_ptr<Queue> queue, std::function<void()> wake)
      : queue_(std::move(queue)), wake_(std::move(wake)) {}

  void on_packet(const media::rtp::Packet& packet, int64_t seq, media::TimePoint now) override;
  void on_sender_report(const media::rtcp::SenderReport&, media::TimePoint) override {}
  media::TimePoint next_deadline() const override { return media::kNever; }
  bool on_deadline(media::TimePoint) override { return false; }

 private:
  std::shared_ptr<Queue> queue_;
  std::function<void()> wake_;
};

}  // namespace parley::addon
