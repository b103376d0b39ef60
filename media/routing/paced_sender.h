// What everyone does who sends tracks at the rate that the way carries: to a subscriber (session/send_side.h)
// or through a pipe (pipe/pipe_sender.h). Hands feedback to the estimate, lets paced packets go, has probes
// filled with padding, keeps a trickle going through an outage, and has the estimate divided ten times a
// second. What the tracks are, and how it is divided among them, the one who derives from it knows.
//
// Until it is started, all is sent at once, as it comes. Packets as they are forwarded do not pass through
// here: Egress asks the controller.
#pragma once

#include <cstddef>
#include <memory>

#include "media/congestion/pace_list.h"
#include "media/congestion/send_controller.h"
#include "media/core/packet_pool.h"
#include "media/core/send_slab.h"
#include "media/core/time.h"
#include "media/routing/egress.h"
#include "media/rtcp/packets.h"

namespace parley::media {

class PacedSender : public congestion::PaceList::Member {
 public:
  static constexpr Duration kAllocationInterval = std::chrono::milliseconds(100);

  ~PacedSender() override;
  PacedSender(const PacedSender&) = delete;
  PacedSender& operator=(const PacedSender&) = delete;

  // Transport-wide feedback; what is none is ignored.
  void on_transport_feedback(const rtcp::Header& header, TimePoint now, SendSlab& out);
  // Called every few milliseconds.
  void on_deadline(TimePoint now, SendSlab& out);
  bool on_pace(TimePoint now, SendSlab& out) final;
  // What is wanted has changed: divided anew with the next deadline.
  void allocate_soon() { next_allocation_ = TimePoint(); }

 protected:
  // All must outlive it.
  PacedSender(Egress& egress, PacketPool& pool, congestion::PaceList& pacing)
      : egress_(egress), pool_(pool), pacing_(pacing) {}

  // From now on the egress is paced.
  void start_pacing(const congestion::EstimatorConfig& config, TimePoint now);
  bool paced() const { return controller_ != nullptr; }
  // Only where it is paced.
  congestion::SendController& controller() { return *controller_; }
  const congestion::SendController& controller() const { return *controller_; }
  congestion::SendEstimator& estimator() { return controller_->estimator(); }
  // Of the latest deadline.
  TimePoint last_tick() const { return last_tick_; }

  // Sends `bytes` of padding, as far as there is anything to make it of: for probes, and now and then in an
  // outage.
  virtual void pad(size_t bytes, TimePoint now, SendSlab& out) = 0;
  // An outage is over: decoders have waited for nothing, and pictures begin anew.
  virtual void begin_anew(TimePoint now, SendSlab& out) = 0;
  // Divides the estimate. Not called in an outage: while nothing comes through it makes no difference, and
  // the layers are to be there when it does again.
  virtual void allocate(TimePoint now, SendSlab& out) = 0;

  // What has a send_padding(): one after the other, until all is sent.
  template <typename Sources>
  static void pad_with(const Sources& sources, size_t bytes, TimePoint now, SendSlab& out) {
    for (const auto& source : sources) {
      const size_t sent = source->send_padding(bytes, now, out);
      if (sent >= bytes) return;
      bytes -= sent;
    }
  }

 private:
  // Of what waits, what may leave, and in any case `at_least` bytes: a probe's. What went.
  size_t release(size_t at_least, TimePoint now, SendSlab& out);
  void allocate_when_due(TimePoint now, SendSlab& out);

  Egress& egress_;
  PacketPool& pool_;
  congestion::PaceList& pacing_;
  std::unique_ptr<congestion::SendController> controller_;
  TimePoint next_allocation_;
  TimePoint last_tick_;
};

}  // namespace parley::media
