// See send_estimator.h.
#include "media/congestion/send_estimator.h"

#include <algorithm>
#include <cmath>

namespace parley::media::congestion {
namespace {

constexpr Duration kSilence = std::chrono::seconds(1);
constexpr Duration kTrickle = std::chrono::milliseconds(200);  // during an outage, one packet so often
constexpr Duration kQueueAllowed = std::chrono::milliseconds(200);
constexpr int64_t kLeastWindow = 8 * 1200;
// A path so narrow that this much is a long queue gets less once a queue is seen: it would stand for as long
// as there is something to send, and overflow.
constexpr int64_t kNarrow = 320'000, kLeastWhenNarrow = 3 * 1200;
constexpr Duration kDrained = std::chrono::milliseconds(60);
constexpr Duration kQueuedLately = std::chrono::seconds(3);
constexpr Duration kFirstProbeInterval = std::chrono::seconds(2);
constexpr Duration kLongestProbeInterval = std::chrono::seconds(8);
constexpr Duration kLongestTurn = std::chrono::seconds(3);
constexpr Duration kTurnLasts = std::chrono::milliseconds(500);
constexpr Duration kReaction = std::chrono::milliseconds(300);

constexpr Duration kNoQueue = std::chrono::milliseconds(15);
constexpr int kPacketsForRate = 4;
constexpr int64_t kSpanForRateUs = 30'000;
// With this much before it, what a packet takes is what the path carries.
constexpr Duration kFullQueue = std::chrono::milliseconds(40);
constexpr Duration kFall = std::chrono::seconds(1);      // cuts this close are one
constexpr Duration kRecovery = std::chrono::seconds(6);  // after one, a probe may bring back what it took
constexpr Duration kProof = std::chrono::seconds(5);
constexpr Duration kLongRun = std::chrono::seconds(1);
constexpr double kLittle = 0.88, kVeryLittle = 0.25, kFillUs = 2e6;
constexpr Duration kBurst = std::chrono::milliseconds(30);
constexpr Duration kLongestFeedbackInterval = std::chrono::milliseconds(300);

// The queue that who sends little takes for others'. It is shorter for those who send more: of all behind one
// link, those who take most of it yield first, and the rest need not.
Duration others_queue(int64_t sent_bps) {
  constexpr double kOrdinaryBps = 500'000;
  constexpr Duration kLeast = std::chrono::milliseconds(20);
  const double share = std::sqrt(kOrdinaryBps / static_cast<double>(std::max<int64_t>(sent_bps, 1)));
  const auto longest = static_cast<double>(PathDelay::kLongQueue.count());
  return std::clamp(Duration(static_cast<int64_t>(longest * std::min(share, 1.0))), kLeast,
                    PathDelay::kLongQueue);
}

}  // namespace

SendEstimator::SendEstimator(const EstimatorConfig& config, TimePoint now)
    : config_(config),
      rate_(config.transport_feedback ? config.start_bps : config.most_bps, config.least_bps,
            config.most_bps),
      loss_(config.least_bps),
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
  sent_.add(to_us(now), size);
  return history_.add(size, probe, now);
}

bool SendEstimator::may_send(TimePoint now) const {
  if (outage_) return now - last_trickle_ >= kTrickle;
  if (!config_.transport_feedback || !last_feedback_) return true;
  if (path_.holds_back(now) || sudden_.holds_back(now)) return false;
  const Duration loop = path_round_trip_.value_or(round_trip_) + feedback_interval_;
  // Where a queue stands, only what comes through keeps it from growing; a burst may add nothing to it.
  const int64_t bits_us = carried_bps_ > 0 ? std::min(target_bps(), carried_bps_) * (loop + kBurst).count()
                                           : target_bps() * (loop + kQueueAllowed).count();
  // A few packets in any case, for a picture is not to wait for feedback.
  const int64_t window = std::max(bits_us / 8'000'000, narrow_ ? kLeastWhenNarrow : kLeastWindow);
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
    if (sent->state != SentHistory::State::kLost) told_.add(sent->sent_us, sent->size);
    if (!status.received) {
      if (sent->state != SentHistory::State::kInFlight) return;
      history_.settle(*sent, SentHistory::State::kLost);
      ++counts.lost;
      return;
    }
    if (sent->state == SentHistory::State::kLost) --counts.lost;
    history_.settle(*sent, SentHistory::State::kReceived);
    ++counts.received;
    const int64_t previous_us = latest_arrival_us_;
    const int64_t previous_sent_us = std::exchange(latest_sent_us_, sent->sent_us);
    const int64_t arrival_us = unwrap_arrival(status.arrival_us);
    counts.newest_sent_us = std::max(counts.newest_sent_us, sent->sent_us);
    counts.newest_arrival_us = std::max(counts.newest_arrival_us, arrival_us);
    acknowledged_.add(arrival_us, sent->size);
    if (sent->probe != 0) {
      prober_.on_received(sent->probe, sent->sent_us, arrival_us, sent->size);
    }
    detector_.on_packet(sent->sent_us, arrival_us, sent->size);
    const Duration queue_before = path_.queue();
    path_.on_packet(sent->sent_us, arrival_us);
    sudden_.on_packet(sent->sent_us, arrival_us, sent->size);
    const Duration queue = path_.queue();
    if (std::min(queue_before, queue) < kFullQueue || queue - queue_before > kFullQueue) return;
    ++counts.queued;
    counts.queued_bytes += sent->size;
    counts.queued_us += std::max<int64_t>(arrival_us - previous_us, 0);
    counts.queued_sent_us += std::max<int64_t>(sent->sent_us - previous_sent_us, 0);
  });
  return counts;
}

void SendEstimator::on_feedback(const rtcp::TransportFeedbackReader& feedback, TimePoint now) {
  if (!config_.transport_feedback) return;
  const bool was_outage = outage_;
  const Counts counts = take_in(feedback);
  if (counts.received == 0) return;
  waiting_since_.reset();
  if (history_.bytes_in_flight() > 0) waiting_since_ = now;
  note_feedback_time(now, counts.newest_sent_us);
  if (was_outage) {
    end_outage(now);
    return;
  }
  const bool queue = path_.queue() > kNoQueue;
  if (detector_.usage() == Usage::kOver && queue && now > quiet_until_) last_over_ = now;
  loss_.on_counts(counts.received, counts.lost, target_bps(), queued_lately(now), now);
  update_rate(now, counts);
  if (now >= quiet_until_) {
    sudden_.on_feedback(path_.queue(), sent_.rate(to_us(now)).value_or(0), feedback_interval_, now);
  }
  if (path_.look(now)) on_longer_path(now);
  if (const auto rate = acknowledged_.rate(latest_arrival_us_);
      rate && lasting_delay_.look(path_.standing_queue(), *rate, now)) {
    path_.take_for_base();
    on_longer_path(now);
  }
  use_probe(now);
  consider_probing(now);
}

void SendEstimator::note_feedback_time(TimePoint now, int64_t newest_sent_us) {
  if (last_feedback_ && !outage_) {
    // The longest of late: what is in flight is told of no sooner.
    const Duration since = std::min(Duration(now - *last_feedback_), kLongestFeedbackInterval);
    feedback_interval_ = std::max(since, (feedback_interval_ * 15 + since) / 16);
  }
  last_feedback_ = now;
  const Duration round_trip = std::max(Duration(now - time_from_us(newest_sent_us)), Duration(1));
  round_trip_ = (round_trip_ * 7 + round_trip) / 8;
  const Duration path = std::max(round_trip - path_.queue(), Duration(1000));
  path_round_trip_ = path_round_trip_ ? (*path_round_trip_ * 7 + path) / 8 : path;
}

// What the path carries, where a full queue shows it.
SendEstimator::Carried SendEstimator::carried(const Counts& counts, TimePoint now) const {
  if (counts.queued == 0) return {};
  const bool few = counts.queued < kPacketsForRate || counts.queued_us < kSpanForRateUs;
  auto rate = acknowledged_.rate(counts.newest_arrival_us, few ? RateMeter::kRecentUs : RateMeter::kWholeUs);
  // A longer path looks like a queue, too. Little that arrives no slower than it was sent was not held up.
  const int64_t certainty = few ? 3 : 1;
  if (sends_little() && counts.queued_sent_us * certainty * 5 >= counts.queued_us * 4) {
    return {std::max(rate, sent_.rate(to_us(now))), true};
  }
  if (!few) rate = static_cast<int64_t>(counts.queued_bytes) * 8'000'000 / counts.queued_us;
  // Within a burst more comes through than in the long run; but the long run must have no gap in it.
  const auto long_run = acknowledged_.rate(counts.newest_arrival_us);
  if (now - path_.last_test() > kLongRun && rate && long_run) rate = std::min(*rate, *long_run);
  return {rate, false};
}

void SendEstimator::update_rate(TimePoint now, const Counts& counts) {
  RateControl::Input input;
  input.usage = detector_.usage();
  const Duration recent_queue = path_.recent_queue();
  input.standing_queue = path_.standing_queue();
  // Jitter makes some measurements too low.
  const auto [carried_now, at_least] = carried(counts, now);
  input.carried_bps = carried_now;
  if (carried_now && carried_before_ && *carried_before_ * 3 > *carried_now * 4) {
    input.carried_bps = carried_before_;
  }
  carried_before_ = carried_now;
  const int64_t before = rate_.rate();
  // A long queue, or one that lets out far less than goes in, needs no trend to be seen.
  const bool far_less = input.carried_bps && !at_least && rate_.is_far_above(*input.carried_bps);
  if (path_.in_test()) {  // a cut by itself
    input.usage = Usage::kUnder;
  } else if (recent_queue > (far_less ? kFullQueue : PathDelay::kLongQueue)) {
    input.usage = Usage::kOver;
    input.standing_queue = recent_queue;
  }
  if (now < quiet_until_ && input.usage == Usage::kOver && recent_queue < kQueueAllowed) {
    input.usage = Usage::kNormal;
  }
  input.acknowledged_bps = acknowledged_.rate(counts.newest_arrival_us);
  input.round_trip = round_trip_;
  // Little that all comes through, with little delay: a queue, if it is one, is made by others. What no
  // feedback told of, for it was lost, may have come through as well.
  const int64_t sent_bps = sent_.rate(to_us(now)).value_or(before);
  note_fill(sent_bps, before, now);
  const int64_t through_bps = input.acknowledged_bps.value_or(0);
  const int64_t told_bps = std::min(told_.rate(latest_sent_us_).value_or(sent_bps), sent_bps);
  // Who sends little, but not that little, may be one of many who make it together.
  const Duration others = unqueued_fill_ < kVeryLittle ? PathDelay::kLongQueue : others_queue(sent_bps);
  const bool little = sends_little();
  if (little && recent_queue <= others && through_bps * 10 > told_bps * 7) {
    input.harmless_bps = sent_bps * 3 / 2;
  } else if (little && recent_queue <= others * 2 && through_bps * 10 > told_bps * 8) {
    input.harmless_bps = sent_bps;  // what is not used goes first
  }
  input.draining = input.standing_queue > kDrained && queued_lately(now);
  if (recent_queue < kFullQueue) {
    // What was held back comes all at once, and perhaps before the rate was cut.
    if (!sudden_.held_back_lately(now)) carried_bps_ = 0;
    unqueued_bps_ = before;
    unqueued_fill_ = fill_;
  } else if (!path_.in_test()) {
    carried_bps_ = input.carried_bps.value_or(carried_bps_);
  }
  narrow_ = carried_bps_ > 0 && recent_queue > PathDelay::kLongQueue &&
            input.acknowledged_bps.value_or(kNarrow) < kNarrow;
  input.sudden = sudden_.held_back_lately(now);
  rate_.update(input, now);
  if (rate_.rate() < before) {
    ++decreases_;
    if (now - fell_at_ > kFall) fell_from_bps_ = before;
    fell_at_ = now;
    prober_.cancel();
    probe_not_before_ = std::max(probe_not_before_, now + kFirstProbeInterval);
    proven_bps_ = std::min(proven_bps_, rate_.rate());
  }
  const int64_t sent = input.acknowledged_bps.value_or(0);
  if (sent >= proven_bps(now)) {
    // Who fills nearly all of the estimate proves all of it.
    proven_bps_ = sent * 4 > rate_.rate() * 3 ? std::max(sent, rate_.rate()) : sent;
    proven_at_ = now;
  }
}

// Who sent far less than there was before a queue came did not make it, whatever the rate is cut to for it: a
// cut that makes the little much is no reason for the next.
bool SendEstimator::sends_little() const { return fill_ < kLittle || unqueued_fill_ < kVeryLittle; }

// How much of the rate is sent, over seconds: pictures come in bursts.
void SendEstimator::note_fill(int64_t sent_bps, int64_t rate, TimePoint now) {
  const double weight = std::min(static_cast<double>((now - filled_at_).count()) / kFillUs, 1.0);
  fill_ += (static_cast<double>(sent_bps) / static_cast<double>(rate) - fill_) * weight;
  filled_at_ = now;
}

int64_t SendEstimator::proven_bps(TimePoint now) const {
  const int64_t target = target_bps();
  if (!config_.transport_feedback) return target;
  return now - proven_at_ < kProof ? std::min(proven_bps_, target) : 0;
}

// What was cut for a queue that was none.
void SendEstimator::on_longer_path(TimePoint now) {
  detector_.reset();
  path_round_trip_ = round_trip_;
  carried_bps_ = 0;
  narrow_ = false;
  last_over_.reset();
  rate_.set(std::max(rate_.rate(), unqueued_bps_ * 85 / 100), now);
}

void SendEstimator::use_probe(TimePoint now) {
  const auto result = prober_.take_result(now);
  if (!result) return;
  probed_ = true;
  fell_from_bps_ = 0;
  const auto sent = acknowledged_.rate(latest_arrival_us_);
  const bool more = result->bps > rate_.rate();
  // Less than the estimate says gets through: it is from another time.
  if (more || result->saturated) rate_.set(std::max(result->bps, sent.value_or(result->bps)), now);
  if (result->bps > proven_bps(now)) {
    proven_bps_ = result->bps;
    proven_at_ = now;
  }
  if (more) {
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
  if (prober_.busy() || now < probe_not_before_ || queued_lately(now) || sudden_.holds_back(now)) return;
  const int64_t target = target_bps();
  // Who fills the estimate finds out by that, but slowly where it has fallen far.
  const auto sent = acknowledged_.rate(latest_arrival_us_);
  const bool fallen = target * 2 < fell_from_bps_ && now - fell_at_ < kRecovery;
  if (!sent || (!fallen && *sent * 4 > target * 3) || path_.standing_queue() > kNoQueue) return;
  if (!fallen && (wanted_bps_ <= proven_bps(now) || !is_turn(now))) return;
  // Not beyond what the receiver or the loss allows: it would prove nothing.
  const bool within = wanted_bps_ <= target;
  if (!within && ((remb_bps_ && *remb_bps_ <= target) || loss_.bound() <= rate_.rate())) return;
  prober_.request(std::min(wanted_bps_, target * 2), !within, now);
  quiet_until_ = now + round_trip_ + kReaction + Prober::kLength;
  probe_not_before_ = now + probe_interval_;
}

// The same queue held back all who share a link, and they would all find it gone at the same moment: their
// probes would be one another's queue. So each waits for as long as the time it is tells by chance.
bool SendEstimator::is_turn(TimePoint now) {
  if (now > probe_turn_ + kTurnLasts) {
    const auto seed = static_cast<uint64_t>(to_us(now)) ^ static_cast<uint64_t>(latest_arrival_us_) * 31;
    const uint64_t drawn = seed * 0x9E3779B97F4A7C15;  // the golden ratio: near seeds, far products
    probe_turn_ = now + kLongestTurn * static_cast<int64_t>(drawn >> 48) / 65536;
  }
  return now >= probe_turn_;
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
    if (const auto sent = acknowledged_.rate(to_us(now))) rate_.set(*sent, now);
  }
  loss_.on_counts(packets - lost, lost, target_bps(), false, now);
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
  path_.forget_latest();
  sudden_.expect(kQueueAllowed, now);  // pictures begin anew
  carried_bps_ = 0;
  narrow_ = false;
  loss_.reset();
  acknowledged_.reset();
  told_.reset();
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
  s.acknowledged_bps = acknowledged_.rate(latest_arrival_us_).value_or(0);
  s.loss = loss_.loss();
  s.round_trip = round_trip_;
  s.queue_delay = last_feedback_ ? path_.queue() : Duration(0);
  s.probes = prober_.sent_clusters();
  s.decreases = decreases_;
  s.outages = outages_;
  return s;
}

}  // namespace parley::media::congestion
