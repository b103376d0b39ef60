// See send_estimator.h.
#include "media/congestion/send_estimator.h"

#include <algorithm>

namespace parley::media::congestion {
namespace {

constexpr Duration kSilence = std::chrono::seconds(1);
constexpr Duration kTrickle = std::chrono::milliseconds(200);  // during an outage, one packet so often
constexpr Duration kQueueAllowed = std::chrono::milliseconds(200);
constexpr int64_t kLeastWindow = 8 * 1200;
constexpr Duration kDrained = std::chrono::milliseconds(60);
constexpr Duration kQueuedLately = std::chrono::seconds(3);
constexpr Duration kFirstProbeInterval = std::chrono::seconds(2);
constexpr Duration kLongestProbeInterval = std::chrono::seconds(8);
constexpr Duration kLeastPeriod = std::chrono::seconds(15);
constexpr Duration kReaction = std::chrono::milliseconds(300);

constexpr int64_t kNoQueueUs = 15'000;

}  // namespace

SendEstimator::SendEstimator(const EstimatorConfig& config, TimePoint now)
    : config_(config),
      rate_(config.transport_feedback ? config.start_bps : config.most_bps, config.least_bps,
            config.most_bps),
      loss_(config.least_bps),
      least_since_(now),
      last_trickle_(now),
      probe_not_before_(now),
      quiet_until_(now) {}

int64_t SendEstimator::target_bps() const {
  if (outage_) return config_.least_bps;
  int64_t bps = std::min(rate_.rate(), loss_.bound());
  if (remb_bps_) bps = std::min(bps, *remb_bps_);
  return std::max(bps, config_.least_bps);
}

SeqNumber SendEstimator::on_sent(size_t size, TimePoint now) {
  if (!started_ && config_.transport_feedback) {
    started_ = true;
    prober_.request(config_.start_bps * 3, true, now);
  }
  if (!waiting_since_) waiting_since_ = now;
  last_trickle_ = now;
  const uint8_t probe = prober_.current();
  prober_.on_sent(size, now);
  return history_.add(size, probe, now);
}

bool SendEstimator::may_send(TimePoint now) const {
  if (outage_) return now - last_trickle_ >= kTrickle;
  if (!config_.transport_feedback || !last_feedback_) return true;
  const Duration least = std::min(least_round_trip_[0], least_round_trip_[1]);
  const Duration span = (least == Duration::max() ? round_trip_ : least) + kQueueAllowed;
  const int64_t window = std::max(target_bps() * span.count() / 8'000'000, kLeastWindow);
  return static_cast<int64_t>(history_.bytes_in_flight()) < window;
}

bool SendEstimator::queued_lately(TimePoint now) const {
  return last_over_ && now - *last_over_ < kQueuedLately;
}

// Reports count modulo twelve days.
int64_t SendEstimator::unwrap_arrival(int64_t arrival_us) {
  constexpr int64_t kWrap = rtcp::TransportFeedbackReader::kWrapUs;
  if (!arrival_base_us_) {
    arrival_base_us_ = 0;
    latest_arrival_us_ = arrival_us;
  }
  int64_t at = arrival_us + *arrival_base_us_;
  if (at - latest_arrival_us_ < -kWrap / 2) *arrival_base_us_ += kWrap;
  if (at - latest_arrival_us_ > kWrap / 2) *arrival_base_us_ -= kWrap;
  at = arrival_us + *arrival_base_us_;
  latest_arrival_us_ = std::max(latest_arrival_us_, at);
  return at;
}

SendEstimator::Counts SendEstimator::take_in(const rtcp::TransportFeedbackReader& feedback) {
  Counts counts;
  history_.give_up_before(feedback.base());
  feedback.for_each([&](const rtcp::TransportFeedbackReader::PacketStatus& status) {
    SentHistory::Entry* sent = history_.find(status.seq);
    if (sent == nullptr || sent->state == SentHistory::State::kReceived) return;
    if (!status.received) {
      if (sent->state != SentHistory::State::kInFlight) return;
      history_.settle(*sent, SentHistory::State::kLost);
      ++counts.lost;
      return;
    }
    if (sent->state == SentHistory::State::kLost) --counts.lost;
    history_.settle(*sent, SentHistory::State::kReceived);
    ++counts.received;
    const int64_t arrival_us = unwrap_arrival(status.arrival_us);
    counts.newest_sent_us = std::max(counts.newest_sent_us, sent->sent_us);
    counts.newest_arrival_us = std::max(counts.newest_arrival_us, arrival_us);
    acknowledged_.add(arrival_us, sent->size);
    if (sent->probe != 0) {
      prober_.on_received(sent->probe, sent->sent_us, arrival_us, sent->size);
    }
    detector_.on_packet(sent->sent_us, arrival_us, sent->size);
  });
  return counts;
}

void SendEstimator::on_feedback(const rtcp::TransportFeedbackReader& feedback, TimePoint now) {
  if (!config_.transport_feedback) return;
  const bool was_outage = outage_;
  if (was_outage) detector_.reset();
  const Counts counts = take_in(feedback);
  if (counts.received == 0) return;
  waiting_since_.reset();
  if (history_.bytes_in_flight() > 0) waiting_since_ = now;
  last_feedback_ = now;
  if (was_outage) {
    end_outage(now);
    return;
  }
  on_round_trip(now - time_from_us(counts.newest_sent_us), now);
  const bool queue = detector_.queue_delay_us() > kNoQueueUs;
  if (detector_.usage() == Usage::kOver && queue && now > quiet_until_) last_over_ = now;
  loss_.on_counts(counts.received, counts.lost, target_bps(), queued_lately(now), now);
  update_rate(now, counts.newest_arrival_us);
  use_probe(now);
  consider_probing(now);
}

void SendEstimator::update_rate(TimePoint now, int64_t arrival_us) {
  RateControl::Input input;
  input.usage = detector_.usage();
  input.queue_delay = Duration(detector_.queue_delay_us());
  input.standing_queue = Duration(detector_.standing_queue_us());
  if (now < quiet_until_ && input.usage == Usage::kOver && input.queue_delay < kQueueAllowed) {
    input.usage = Usage::kNormal;
  }
  input.acknowledged_bps = acknowledged_.rate(arrival_us, 475'000);
  input.lately_acknowledged_bps = acknowledged_.rate(arrival_us, 150'000);
  input.round_trip = round_trip_;
  input.draining = input.standing_queue > kDrained && queued_lately(now);
  const int64_t before = rate_.rate();
  rate_.update(input, now);
  if (rate_.rate() < before) {
    ++decreases_;
    if (!prober_.busy() && now - probe_not_before_ > kFirstProbeInterval) {
      most_proven_bps_ = std::max(most_proven_bps_, before);
    }
    prober_.cancel();
    probe_not_before_ = std::max(probe_not_before_, now + kFirstProbeInterval);
  }
}

void SendEstimator::use_probe(TimePoint now) {
  const auto result = prober_.take_result(now);
  if (!result) return;
  probed_ = true;
  if (result->bps > rate_.rate()) {
    rate_.set(result->bps, now);
    probe_interval_ = kFirstProbeInterval;
  } else {
    probe_interval_ = std::min(probe_interval_ * 2, kLongestProbeInterval);
  }
  probe_not_before_ = now + probe_interval_;
  quiet_until_ = now + round_trip_ + kReaction;
  if (result->again && result->bps * 2 < config_.most_bps) {
    prober_.request(result->bps * 2, true, now);
    quiet_until_ = now + round_trip_ + kReaction + Prober::kLength;
  }
}

void SendEstimator::consider_probing(TimePoint now) {
  if (prober_.busy() || now < probe_not_before_ || queued_lately(now)) return;
  const int64_t target = target_bps();
  // Who fills the estimate finds out by that.
  const auto sent = acknowledged_.rate(latest_arrival_us_, 475'000);
  if (!sent || *sent * 4 > target * 3 || detector_.standing_queue_us() > kNoQueueUs) return;
  if (wanted_bps_ <= target || (remb_bps_ && *remb_bps_ <= target)) return;
  // Not beyond what the receiver or the loss allows: it would prove nothing.
  if (loss_.bound() <= rate_.rate()) return;
  prober_.request(std::min(wanted_bps_, target * 2), true, now);
  quiet_until_ = now + round_trip_ + kReaction + Prober::kLength;
  probe_not_before_ = now + probe_interval_;
}

void SendEstimator::on_remb(int64_t bps, TimePoint now) {
  remb_bps_ = std::clamp(bps, config_.least_bps, config_.most_bps);
  if (!config_.transport_feedback) last_feedback_ = now;
}

void SendEstimator::on_report(double fraction_lost, int packets, TimePoint now) {
  if (config_.transport_feedback || packets <= 0) return;
  last_feedback_ = now;
  const int lost = static_cast<int>(fraction_lost * packets + 0.5);
  if (loss_.bound() == LossBound::kNoBound && !remb_bps_ && fraction_lost > 0) {
    // Without any estimate, the first cut starts from what is being sent.
    if (const auto sent = acknowledged_.rate(to_us(now), 475'000)) rate_.set(*sent, now);
  }
  loss_.on_counts(packets - lost, lost, target_bps(), false, now);
}

void SendEstimator::on_round_trip(Duration round_trip, TimePoint now) {
  if (round_trip.count() <= 0) return;
  round_trip_ = (round_trip_ * 7 + round_trip) / 8;
  if (now - least_since_ > kLeastPeriod) {
    least_round_trip_[1] = least_round_trip_[0];
    least_round_trip_[0] = Duration::max();
    least_since_ = now;
  }
  least_round_trip_[0] = std::min(least_round_trip_[0], round_trip);
}

TimePoint SendEstimator::next_deadline() const {
  TimePoint next = prober_.next_deadline();
  if (!config_.transport_feedback || !last_feedback_) return next;
  if (outage_) return std::min(next, last_trickle_ + kTrickle);
  if (waiting_since_) next = std::min(next, *waiting_since_ + kSilence + round_trip_);
  return next;
}

void SendEstimator::on_deadline(TimePoint now) {
  if (prober_.next_deadline() <= now) use_probe(now);
  // The first probe may have found nothing to be made of.
  if (started_ && !probed_ && !prober_.busy() && !outage_) prober_.request(config_.start_bps * 3, true, now);
  if (!config_.transport_feedback || outage_ || !last_feedback_ || !waiting_since_) return;
  if (now - *waiting_since_ >= kSilence + round_trip_) begin_outage(now);
}

void SendEstimator::begin_outage(TimePoint now) {
  before_outage_bps_ = target_bps();
  outage_ = true;
  ++outages_;
  last_trickle_ = now;
  prober_.cancel();
}

void SendEstimator::end_outage(TimePoint now) {
  outage_ = false;
  recovered_ = true;
  // What was lost meanwhile was lost to the outage, not to too high a rate.
  history_.give_up_before(history_.next());
  detector_.reset();
  loss_.reset();
  acknowledged_.reset();
  rate_.set(before_outage_bps_ / 2, now);
  last_over_.reset();
  prober_.request(before_outage_bps_, true, now);
  probe_interval_ = kFirstProbeInterval;
  probe_not_before_ = now;
  quiet_until_ = now + round_trip_ + kReaction + Prober::kLength;
}

EstimatorStats SendEstimator::stats() const {
  EstimatorStats s;
  s.target_bps = target_bps();
  s.acknowledged_bps = acknowledged_.rate(latest_arrival_us_, 475'000).value_or(0);
  s.loss = loss_.loss();
  s.round_trip = round_trip_;
  s.queue_delay = Duration(last_feedback_ ? detector_.queue_delay_us() : 0);
  s.probes = prober_.sent_clusters();
  s.decreases = decreases_;
  s.outages = outages_;
  return s;
}

}  // namespace parley::media::congestion
