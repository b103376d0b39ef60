// See pipe_sender.h.
#include "media/pipe/pipe_sender.h"

namespace parley::media::pipe {

void PipeSender::start(TimePoint now) {
  congestion::EstimatorConfig config;
  config.start_bps = kStartBps;
  config.most_bps = kMostBps;
  start_pacing(config, now);
}

void PipeSender::begin_anew(TimePoint now, SendSlab& out) {
  for (const auto& t : tracks_) t->begin_anew(now, out);
}

void PipeSender::allocate(TimePoint now, SendSlab& out) {
  demands_.clear();
  for (const auto& t : tracks_) {
    if (!t->ended()) demands_.push_back({t->track_id(), t->audio(), 0, t->options(now)});
  }
  const int64_t bps = estimator().target_bps();
  const bool never_full = estimator().stats().decreases == 0;
  const int64_t proven_bps = never_full ? bps : estimator().proven_bps(now);
  const auto choices = allocator_.allocate(demands_, {bps, proven_bps, estimator().standing_queue()}, now);
  for (const auto& choice : choices) {
    for (const auto& t : tracks_) {
      if (t->track_id() == choice.id) t->set_allowed(choice.layers, now, out);
    }
  }
  estimator().set_wanted(allocator_.wanted_bps());
}

}  // namespace parley::media::pipe
