// See send_side.h.
#include "media/session/send_side.h"

#include <algorithm>

#include "media/routing/track.h"

namespace parley::media {
namespace {

constexpr int64_t kWirePercent = 108;  // of a video stream's rate, with its headers and tags

}  // namespace

void SendSide::start(bool transport_feedback, TimePoint now) {
  congestion::EstimatorConfig config;
  config.transport_feedback = transport_feedback;
  start_pacing(config, now);
}

void SendSide::on_negotiated(TimePoint now) {
  if (paced()) return;
  const bool numbered = std::any_of(subscriptions_.begin(), subscriptions_.end(),
                                    [](const auto& s) { return s->config().extensions.transport_cc != 0; });
  if (numbered) start(true, now);
}

void SendSide::on_remb(uint64_t bps, TimePoint now) {
  if (subscriptions_.empty()) return;
  if (!paced()) start(false, now);
  estimator().on_remb(static_cast<int64_t>(std::min<uint64_t>(bps, INT64_MAX)), now);
  controller().follow_rate();
}

void SendSide::on_report(const rtcp::ReportBlock& block, Subscription& about, TimePoint now) {
  if (!paced() && block.fraction_lost > 0) start(false, now);
  if (!paced()) return;
  // A report each second or so; how many packets it is about is known well enough.
  const int packets = about.take_sent_since_report();
  estimator().on_report(block.fraction_lost / 256.0, packets, now);
  controller().follow_rate();
}

void SendSide::begin_anew(TimePoint now, SendSlab& out) {
  for (const auto& s : subscriptions_) s->resume_after_pause(now, out);
}

void SendSide::allocate(TimePoint now, SendSlab& out) {
  demands_.clear();
  shares_.clear();
  adaptive_.clear();
  for (const auto& s : subscriptions_) {
    if (s->track() == nullptr || s->paused()) continue;
    AdaptiveSource* source = s->track()->adaptive_source();
    const auto claim = source != nullptr ? source->claim(now) : AdaptiveSource::Claim{};
    if (claim.wanted_bps > 0) {
      const bool running = std::find(running_.begin(), running_.end(), source) != running_.end();
      adaptive_.push_back(source);
      shares_.push_back({claim, running, 0});
      continue;
    }
    demands_.push_back({s->config().id, s->track()->config().kind == TrackKind::kAudio, s->priority(),
                        s->layer_options(now)});
  }
  const auto choices = allocator_.allocate(
      demands_, {estimator().target_bps(), estimator().proven_bps(now), estimator().standing_queue()}, now);
  for (const auto& choice : choices) {
    for (const auto& s : subscriptions_) {
      if (s->config().id == choice.id && s->target() != choice.layers) s->set_target(choice.layers, now, out);
    }
  }
  const int64_t room = estimator().target_bps() - allocator_.allocated_bps();
  const Parity parity = adapt_protection(room, now);
  steer_encoders(room - parity.taken_bps);
  estimator().set_wanted(allocator_.wanted_bps() + wished_bps_ + parity.wanted_bps);
}

SendSide::Parity SendSide::adapt_protection(int64_t room, TimePoint now) {
  Parity parity;
  const double loss = estimator().loss();
  for (const auto& s : subscriptions_) {
    parity.taken_bps += s->adapt_protection(loss, room - parity.taken_bps, now);
    parity.wanted_bps += s->wanted_protection();
  }
  return parity;
}

void SendSide::steer_encoders(int64_t available) {
  congestion::divide_rate(available * 100 / kWirePercent, shares_);
  running_.clear();
  steered_bps_ = wished_bps_ = 0;
  for (size_t i = 0; i < shares_.size(); ++i) {
    adaptive_[i]->set_available(shares_[i].bps);
    if (shares_[i].bps > 0) running_.push_back(adaptive_[i]);
    steered_bps_ += shares_[i].bps * kWirePercent / 100;
    wished_bps_ += shares_[i].claim.wanted_bps * kWirePercent / 100;
  }
}

std::optional<SendSideStats> SendSide::stats() const {
  if (!paced()) return std::nullopt;
  SendSideStats s;
  s.estimate = controller().estimator().stats();
  s.allocated_bps = allocator_.allocated_bps() + steered_bps_;
  s.wanted_bps = allocator_.wanted_bps() + wished_bps_;
  s.queued_packets = controller().pacer().packets();
  s.queued_bytes = controller().pacer().bytes();
  s.longest_wait = controller().pacer().longest_wait(last_tick());
  s.paced_packets = controller().pacer().held();
  s.refused_packets = controller().pacer().refused();
  return s;
}

}  // namespace parley::media
