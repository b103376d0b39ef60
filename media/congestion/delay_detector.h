// Tells from arrival times whether a queue is growing on the way
// (draft-ietf-rmcat-gcc-02 sections 4 and 5, with a trend line in place of the Kalman filter).
//
// Packets sent within 5 ms are a group. From group to group, the delay either stays (the arrivals are as far
// apart as the sendings) or grows. The accumulated delay is smoothed, and a line is laid through its last
// points: the slope, weighed by how many points there were, is compared with a threshold that adapts to how
// much the delay usually varies, so that a rival that fills queues by loss does not starve us.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace parley::media::congestion {

enum class Usage : uint8_t { kNormal, kOver, kUnder };

class DelayDetector {
 public:
  // In the order of sending, as far as the network kept it. Both clocks in microseconds; their offset does
  // not matter.
  void on_packet(int64_t sent_us, int64_t arrived_us, size_t size);
  Usage usage() const { return usage_; }
  // After a pause nothing of before can be compared.
  void reset();

 private:
  static constexpr size_t kWindow = 20;
  static constexpr int64_t kGroupUs = 5000;
  struct Group {
    bool valid = false;
    int64_t first_sent = 0, last_sent = 0;
    int64_t first_arrived = 0, last_arrived = 0;
    size_t bytes = 0;
  };
  struct Point {
    double at_ms = 0;
    double delay_ms = 0;
  };

  bool belongs_to_current(int64_t sent_us, int64_t arrived_us) const;
  void on_group(double sent_delta_ms, double arrived_delta_ms, double at_ms);
  double slope() const;
  void detect(double trend, double sent_delta_ms, double at_ms);
  void adapt(double modified, double at_ms);

  Group current_, previous_;
  std::array<Point, kWindow> points_{};
  size_t count_ = 0;
  size_t next_ = 0;
  int groups_ = 0;
  double first_at_ms_ = 0;
  double accumulated_ms_ = 0;
  double smoothed_ms_ = 0;
  double threshold_ = 12.5;
  double last_adapted_ms_ = -1;
  double over_for_ms_ = 0;
  int over_count_ = 0;
  double last_trend_ = 0;
  Usage usage_ = Usage::kNormal;
};

}  // namespace parley::media::congestion
