// Probes: a short stretch of packets at a higher rate, to learn at once whether there is room for it. The
// sender fills what media does not with padding. The result is the rate at which the cluster arrived.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "media/core/time.h"

namespace parley::media::congestion {

class Prober {
 public:
  static constexpr Duration kLength = std::chrono::milliseconds(40);
  static constexpr Duration kTick = std::chrono::milliseconds(5);
  static constexpr int kLeastPackets = 5;

  // Replaces what has not begun. `again`: when it succeeds, twice as much is tried next.
  void request(int64_t bps, bool again, TimePoint now);
  void cancel();

  // 0 when no cluster is being sent; otherwise its id, which the packets sent now belong to.
  uint8_t current() const { return sending_ ? cluster_.id : 0; }
  bool busy() const { return sending_ || waiting_; }
  TimePoint next_deadline() const;
  // How many bytes should go now for the cluster to have its rate.
  size_t due(TimePoint now);
  void on_sent(size_t size, TimePoint now);

  void on_received(uint8_t cluster, int64_t sent_us, int64_t arrived_us, size_t size);
  struct Result {
    int64_t bps = 0;         // that arrived
    bool saturated = false;  // it was sent faster than that
    bool again = false;
  };
  // Called after each feedback, and when time has passed.
  std::optional<Result> take_result(TimePoint now);
  uint64_t sent_clusters() const { return clusters_; }

 private:
  struct Cluster {
    uint8_t id = 0;
    int64_t bps = 0;
    bool again = false;
    TimePoint started;
    size_t sent = 0;
    int packets = 0;
    // As received. Everything but the last burst went between the first packet and the last burst's first.
    size_t received = 0;
    int received_packets = 0;
    size_t before_last_burst = 0;
    int64_t first_sent = 0, last_sent = 0;
    int64_t first_arrived = 0, last_burst_arrived = 0;
  };
  bool complete() const { return cluster_.packets >= kLeastPackets && cluster_.sent >= wanted_bytes(); }
  size_t wanted_bytes() const { return static_cast<size_t>(cluster_.bps * kLength.count() / 8'000'000); }

  Cluster cluster_;
  uint8_t next_id_ = 1;
  bool sending_ = false;
  bool waiting_ = false;  // sent; for feedback
  TimePoint deadline_ = kNever;
  uint64_t clusters_ = 0;
};

}  // namespace parley::media::congestion
