// How much may be sent to one peer: what the delay allows (rate_control.h), no more than loss allows
// (loss_bound.h) and the receiver says (REMB, draft-alvestrand-rmcat-remb-03), found sooner by probes
// (prober.h). Feedback is transport-wide where it was negotiated, otherwise REMB and reception reports
// (RFC 3550 section 6.4).
//
// What is in flight is bounded too: when the path stops, so do we, before feedback can tell; and a path that
// has become slow gets its queue drained.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "media/congestion/delay_detector.h"
#include "media/congestion/lasting_delay.h"
#include "media/congestion/loss_bound.h"
#include "media/congestion/path_delay.h"
#include "media/congestion/prober.h"
#include "media/congestion/rate_control.h"
#include "media/congestion/rate_meter.h"
#include "media/congestion/sent_history.h"
#include "media/congestion/sudden_queue.h"
#include "media/core/time.h"
#include "media/rtcp/transport_feedback_reader.h"

namespace parley::media::congestion {

struct EstimatorConfig {
  int64_t start_bps = 300'000;
  int64_t least_bps = 30'000;
  int64_t most_bps = 50'000'000;
  bool transport_feedback = true;  // negotiated
};

struct EstimatorStats {
  int64_t target_bps = 0;
  int64_t acknowledged_bps = 0;
  double loss = 0;  // share, of the latest half second
  Duration round_trip{0};
  Duration queue_delay{0};
  uint64_t probes = 0;
  uint64_t decreases = 0;
  uint64_t outages = 0;
};

class SendEstimator {
 public:
  SendEstimator(const EstimatorConfig& config, TimePoint now);

  // A packet leaves now; its transport-wide number. `size` is the whole datagram's.
  SeqNumber on_sent(size_t size, TimePoint now);
  // The same where none was negotiated.
  void on_unnumbered(size_t size, TimePoint now) {
    if (!config_.transport_feedback) acknowledged_.add(to_us(now), size);
  }
  void on_feedback(const rtcp::TransportFeedbackReader& feedback, TimePoint now);
  void on_remb(int64_t bps, TimePoint now);
  // A reception report of one of the streams, about `packets` since the last one.
  void on_report(double fraction_lost, int packets, TimePoint now);

  TimePoint next_deadline() const;
  void on_deadline(TimePoint now);

  int64_t target_bps() const;
  // What bursts and jitter leave of the queue on the path.
  Duration standing_queue() const { return path_.standing_queue(); }
  // How much of the target has been sent, or probed for, and got through in the last seconds. The rest is
  // from a time when more was sent.
  int64_t proven_bps(TimePoint now) const;
  bool transport_feedback() const { return config_.transport_feedback; }
  // Whether more may be in flight than is; in an outage one packet now and then may, to find its end.
  bool may_send(TimePoint now) const;
  // The path is silent: nothing is heard of what we send.
  bool in_outage() const { return outage_; }
  // True once after an outage has ended.
  bool take_recovered() { return std::exchange(recovered_, false); }
  // A queue has grown on the way within the last seconds.
  bool queued_lately(TimePoint now) const;

  // What could be used if it were there, in bit/s: probed for when it is more than is proven.
  void set_wanted(int64_t bps) { wanted_bps_ = bps; }
  Prober& prober() { return prober_; }
  double loss() const { return loss_.loss(); }  // share, of the latest window
  EstimatorStats stats() const;

 private:
  struct Counts {
    int received = 0, lost = 0;
    int64_t newest_sent_us = -1;
    int64_t newest_arrival_us = 0;
    // Of those that came through a full queue: how fast it let them out.
    int queued = 0;
    size_t queued_bytes = 0;
    int64_t queued_us = 0;
    int64_t queued_sent_us = 0;  // in which time they had been sent
  };
  Counts take_in(const rtcp::TransportFeedbackReader& feedback);
  int64_t unwrap_arrival(int64_t arrival_us);
  bool sends_little() const;
  void note_fill(int64_t sent_bps, int64_t rate, TimePoint now);
  void update_rate(TimePoint now, const Counts& counts);
  void on_longer_path(TimePoint now);
  struct Carried {
    std::optional<int64_t> bps;
    bool at_least = false;  // nothing was sent faster
  };
  Carried carried(const Counts& counts, TimePoint now) const;
  void note_feedback_time(TimePoint now, int64_t newest_sent_us);
  void use_probe(TimePoint now);
  void consider_probing(TimePoint now);
  bool is_turn(TimePoint now);
  void begin_outage(TimePoint now);
  void end_outage(TimePoint now);

  EstimatorConfig config_;
  SentHistory history_;
  DelayDetector detector_;
  PathDelay path_;
  LastingDelay lasting_delay_;
  SuddenQueue sudden_;
  RateControl rate_;
  LossBound loss_;
  RateMeter acknowledged_, sent_;
  RateMeter told_;   // what feedback tells of, received or lost, by the time it was sent
  double fill_ = 1;  // share of the rate that is sent
  TimePoint filled_at_;
  Prober prober_;
  std::optional<int64_t> remb_bps_;
  int64_t wanted_bps_ = 0;
  int64_t latest_arrival_us_ = 0, latest_sent_us_ = 0;  // the latter of the latest that arrived
  std::optional<int64_t> arrival_base_us_;
  Duration round_trip_{100'000};
  // Without queues on the way there, from sending to the feedback.
  std::optional<Duration> path_round_trip_;
  Duration feedback_interval_{50'000};
  std::optional<int64_t> carried_before_;  // as measured by the feedback before
  int64_t carried_bps_ = 0;                // while a queue stands: what comes through
  bool narrow_ = false;                    // a long queue stands where little comes through
  int64_t unqueued_bps_ = 0;               // the rate when there was none
  double unqueued_fill_ = 1;               // and the share of it that was sent

  std::optional<TimePoint> waiting_since_;  // something was sent and nothing has been heard of it
  std::optional<TimePoint> last_feedback_;
  bool outage_ = false;
  bool recovered_ = false;
  int64_t before_outage_bps_ = 0;
  TimePoint last_trickle_;

  std::optional<TimePoint> last_over_;
  TimePoint probe_not_before_;
  TimePoint probe_turn_;
  TimePoint quiet_until_;  // a probe's own queue is no news
  Duration probe_interval_ = std::chrono::seconds(2);
  int64_t proven_bps_ = 0;
  TimePoint proven_at_;
  int64_t fell_from_bps_ = 0;  // before the latest cuts
  TimePoint fell_at_;
  bool started_ = false;
  bool probed_ = false;
  uint64_t decreases_ = 0;
  uint64_t outages_ = 0;
};

}  // namespace parley::media::congestion
