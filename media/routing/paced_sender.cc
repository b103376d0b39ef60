// See paced_sender.h.
#include "media/routing/paced_sender.h"

#include "media/rtcp/transport_feedback_reader.h"

namespace parley::media {

PacedSender::~PacedSender() {
  pacing_.remove(*this);
  egress_.set_controller(nullptr);
}

void PacedSender::start_pacing(const congestion::EstimatorConfig& config, TimePoint now) {
  controller_ = std::make_unique<congestion::SendController>(config, pool_, now);
  controller_->set_list(&pacing_, this);
  egress_.set_controller(controller_.get());
}

void PacedSender::on_transport_feedback(const rtcp::Header& header, TimePoint now, SendSlab& out) {
  if (!controller_) return;
  const auto feedback = rtcp::TransportFeedbackReader::parse(header);
  if (!feedback) return;
  estimator().on_feedback(*feedback, now);
  if (estimator().take_recovered()) begin_anew(now, out);
  controller_->follow_rate();
  release(0, now, out);
  if (estimator().prober().current() != 0) pacing_.add(*this, now);
  allocate_when_due(now, out);
}

size_t PacedSender::release(size_t at_least, TimePoint now, SendSlab& out) {
  return controller_->release(now, at_least,
                              [&](rtp::Outgoing& packet) { egress_.send_rtp_now(packet, now, out); });
}

bool PacedSender::on_pace(TimePoint now, SendSlab& out) {
  if (!controller_) return false;
  auto& prober = estimator().prober();
  const size_t due = prober.due(now);
  const size_t released = release(due, now, out);
  if (due > released) pad(due - released, now, out);
  return controller_->has_waiting() || prober.current() != 0;
}

void PacedSender::on_deadline(TimePoint now, SendSlab& out) {
  if (!controller_ || !egress_.is_open()) return;
  last_tick_ = now;
  if (estimator().next_deadline() <= now) {
    estimator().on_deadline(now);
    controller_->follow_rate();
  }
  if (estimator().in_outage() && estimator().may_send(now)) pad(1, now, out);
  if (controller_->has_waiting() || estimator().prober().current() != 0) pacing_.add(*this, now);
  allocate_when_due(now, out);
}

void PacedSender::allocate_when_due(TimePoint now, SendSlab& out) {
  if (now < next_allocation_) return;
  next_allocation_ = now + kAllocationInterval;
  if (!estimator().in_outage()) allocate(now, out);
}

}  // namespace parley::media
