// See pipe_sender.h.
#include "media/pipe/pipe_sender.h"

#include "media/rtcp/transport_feedback_reader.h"

namespace parley::media::pipe {

PipeSender::~PipeSender() {
  pacing_.remove(*this);
  egress_.set_controller(nullptr);
}

void PipeSender::start(TimePoint now) {
  congestion::EstimatorConfig config;
  config.start_bps = kStartBps;
  config.most_bps = kMostBps;
  controller_ = std::make_unique<congestion::SendController>(config, pool_, now);
  controller_->set_list(&pacing_, this);
  egress_.set_controller(controller_.get());
}

void PipeSender::on_transport_feedback(const rtcp::Header& header, TimePoint now, SendSlab& out) {
  if (!controller_) return;
  const auto feedback = rtcp::TransportFeedbackReader::parse(header);
  if (!feedback) return;
  auto& estimator = controller_->estimator();
  estimator.on_feedback(*feedback, now);
  if (estimator.take_recovered()) {
    for (const auto& t : tracks_) t->begin_anew(now, out);
  }
  controller_->follow_rate();
  release(0, now, out);
  if (estimator.prober().current() != 0) pacing_.add(*this, now);
  if (now >= next_allocation_) allocate(now, out);
}

void PipeSender::release(size_t at_least, TimePoint now, SendSlab& out) {
  const size_t released = controller_->release(
      now, at_least, [&](rtp::Outgoing& packet) { egress_.send_rtp_now(packet, now, out); });
  if (at_least > released) pad(at_least - released, now, out);
}

bool PipeSender::on_pace(TimePoint now, SendSlab& out) {
  if (!controller_) return false;
  auto& prober = controller_->estimator().prober();
  release(prober.due(now), now, out);
  return controller_->has_waiting() || prober.current() != 0;
}

void PipeSender::pad(size_t bytes, TimePoint now, SendSlab& out) {
  for (const auto& t : tracks_) {
    const size_t sent = t->send_padding(bytes, now, out);
    if (sent >= bytes) return;
    bytes -= sent;
  }
}

void PipeSender::on_deadline(TimePoint now, SendSlab& out) {
  if (!controller_) return;
  auto& estimator = controller_->estimator();
  if (estimator.next_deadline() <= now) {
    estimator.on_deadline(now);
    controller_->follow_rate();
  }
  if (estimator.in_outage() && estimator.may_send(now)) pad(1, now, out);
  if (controller_->has_waiting() || estimator.prober().current() != 0) pacing_.add(*this, now);
  if (now >= next_allocation_) allocate(now, out);
}

void PipeSender::allocate(TimePoint now, SendSlab& out) {
  next_allocation_ = now + kAllocationInterval;
  auto& estimator = controller_->estimator();
  if (estimator.in_outage()) return;
  demands_.clear();
  for (const auto& t : tracks_) {
    if (!t->ended()) demands_.push_back({t->track_id(), t->audio(), 0, t->options(now)});
  }
  const int64_t bps = estimator.target_bps();
  const bool never_full = estimator.stats().decreases == 0;
  const auto choices = allocator_.allocate(demands_, bps, never_full ? bps : estimator.proven_bps(now), now);
  for (const auto& choice : choices) {
    for (const auto& t : tracks_) {
      if (t->track_id() == choice.id) t->set_allowed(choice.layers, now, out);
    }
  }
  estimator.set_wanted(allocator_.wanted_bps());
}

}  // namespace parley::media::pipe
