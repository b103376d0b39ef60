// See allocator.h.
#include "media/congestion/allocator.h"

#include <algorithm>

#include "media/congestion/path_delay.h"

namespace parley::media::congestion {
namespace {

// Options count payload; on the wire a packet has headers and tags as well.
int64_t cost_of(const LayerOption& o) { return int64_t{o.bitrate_bps} * 110 / 100; }

// To raise, this much of the rate stays unused; to keep what is sent, this much over it is borne.
constexpr int64_t kRaisePercent = 92;
constexpr int64_t kKeepPercent = 108;
// The lowest layer is kept for longer: a poor picture is better than none.
constexpr int64_t kLowestPercent = 125;
// The second as well, if it was sent for longer than this and the queue is not long: cuts for a queue that
// many made go deeper than is needed, and when those with the higher layers have yielded it is gone.
constexpr int64_t kLowPercent = 150;
constexpr Duration kSettled = std::chrono::seconds(5);
// However little there seems to be: an estimate that has just begun, or just been cut, is mostly wrong.
constexpr Duration kLowestPatience = std::chrono::seconds(4);
constexpr Duration kBackAfter = std::chrono::seconds(2);

}  // namespace

Allocator::State& Allocator::state_of(uint32_t id) {
  for (State& s : states_) {
    if (s.id == id) return s;
  }
  states_.emplace_back().id = id;
  return states_.back();
}

int Allocator::current_index(const State& state, std::span<const LayerOption> options) {
  if (!state.sending) return -1;
  int index = -1;
  for (size_t i = 0; i < options.size(); ++i) {
    const LayerOption& o = options[i];
    if (o.spatial <= state.layers.spatial &&
        (o.spatial < state.layers.spatial || o.temporal <= state.layers.temporal))
      index = static_cast<int>(i);
  }
  return index;
}

int Allocator::next_step(std::span<const LayerOption> options, int from, int current) {
  for (int i = from + 1; i < static_cast<int>(options.size()); ++i) {
    const auto costs_more = [&](int than) {
      return options[static_cast<size_t>(i)].bitrate_bps > options[static_cast<size_t>(than)].bitrate_bps;
    };
    if (from < 0 || i == current || costs_more(from)) return i;
  }
  return -1;
}

Allocator::Step& Allocator::step_to(State& s, int option) {
  const auto index = static_cast<size_t>(option);
  if (s.steps.size() <= index) s.steps.resize(index + 1);
  return s.steps[index];
}

bool Allocator::may_raise(const State& s, const Demand& d, int to, TimePoint now) {
  const auto index = static_cast<size_t>(to);
  const bool same_size = s.sending && d.options[index].spatial == s.layers.spatial;
  const int shorter = same_size ? kShorterForPictures : 1;
  const Step step = index < s.steps.size() ? s.steps[index] : Step{};
  if (step.lowered && now - *step.lowered < step.hold / shorter) return false;
  if (s.lowered && now - *s.lowered < kHold / shorter) return false;
  return !s.raised || now - *s.raised >= kBetweenRaises;
}

std::span<const Allocator::Choice> Allocator::allocate(std::span<const Demand> demands, const Room& room,
                                                       TimePoint now) {
  for (State& s : states_) s.seen = false;
  picked_.assign(demands.size(), -1);
  int64_t left = room.bps;
  for (size_t i = 0; i < demands.size(); ++i) {
    state_of(demands[i].id).seen = true;
    if (!demands[i].audio || demands[i].options.empty()) continue;
    picked_[i] = 0;
    left -= cost_of(demands[i].options[0]);
  }
  std::erase_if(states_, [](const State& s) { return !s.seen; });
  const int64_t video = std::max<int64_t>(left, 0);
  const int64_t raise_room =
      std::max<int64_t>(std::min(left, room.proven_bps - (room.bps - left)), 0) * kRaisePercent / 100;

  // Steps of all, one at a time: whose turn it is decides the order above.
  int64_t used = 0;
  wanted_ = 0;
  std::vector<bool> done(demands.size(), false);
  for (;;) {
    size_t turn = demands.size();
    for (size_t i = 0; i < demands.size(); ++i) {
      if (demands[i].audio || done[i]) continue;
      if (turn == demands.size()) {
        turn = i;
        continue;
      }
      const Demand &a = demands[i], &b = demands[turn];
      const bool a_lowest = picked_[i] < 0, b_lowest = picked_[turn] < 0;
      if (a_lowest != b_lowest) {
        if (a_lowest) turn = i;
      } else if (a.priority != b.priority) {
        if (a.priority > b.priority) turn = i;
      } else if (!a_lowest && cost_of(a.options[static_cast<size_t>(picked_[i])]) <
                                  cost_of(b.options[static_cast<size_t>(picked_[turn])])) {
        turn = i;
      }
    }
    if (turn == demands.size()) break;
    const Demand& d = demands[turn];
    State& s = state_of(d.id);
    const int current = current_index(s, d.options);
    const int step = next_step(d.options, picked_[turn], current);
    if (step < 0) {
      done[turn] = true;
      continue;
    }
    const int64_t before = picked_[turn] < 0 ? 0 : cost_of(d.options[static_cast<size_t>(picked_[turn])]);
    const int64_t more = cost_of(d.options[static_cast<size_t>(step)]) - before;
    bool fits;
    if (step <= current) {
      const bool settled = !s.lowered || now - *s.lowered >= kSettled;
      const bool low = step == 1 && step == current && settled && room.queue <= PathDelay::kLongQueue;
      const int64_t most = video * (step == 0 ? kLowestPercent : low ? kLowPercent : kKeepPercent) / 100;
      fits = used + more <= video;
      // A little too much is borne for a while: rates of encoders vary.
      if (!fits && used + more <= most) {
        if (!s.tight_since) s.tight_since = now;
        fits = step == 0 || now - *s.tight_since < (low ? kLowPatience : kPatience);
      } else if (!fits && step == 0) {
        if (!s.tight_since) s.tight_since = now;
        fits = now - *s.tight_since < kLowestPatience;
      } else if (fits && step == current) {
        s.tight_since.reset();
      }
    } else {
      const bool first = s.fresh && step == 0;
      // The most important picture is tried again on half of what it takes: an estimate that jitter has cut
      // finds out only by that.
      const int64_t needed = used == 0 ? more / 2 : used + more;
      const bool back = step == 0 && needed <= video && now - s.lowered.value_or(now) >= kBackAfter;
      fits = first || back || (used + more <= raise_room && may_raise(s, d, step, now));
      if (!fits && used + more > raise_room) {
        const int64_t wanted = (used + more) * 100 / kRaisePercent + (room.bps - video);
        if (wanted_ == 0 || wanted < wanted_) wanted_ = wanted;
      }
    }
    if (!fits) {
      done[turn] = true;
      continue;
    }
    picked_[turn] = step;
    used += more;
  }
  allocated_ = used + (room.bps - video);
  wanted_ = std::max(wanted_, allocated_);

  choices_.clear();
  for (size_t i = 0; i < demands.size(); ++i) {
    State& s = state_of(demands[i].id);
    // Nothing is being received of it: what will come is not forbidden beforehand.
    if (demands[i].options.empty()) {
      choices_.push_back({s.id, s.fresh ? LayerTarget{} : s.layers});
      continue;
    }
    settle(s, demands[i], picked_[i], now);
    choices_.push_back({s.id, s.sending ? std::optional(s.layers) : std::nullopt});
  }
  return choices_;
}

void Allocator::settle(State& s, const Demand& d, int index, TimePoint now) {
  const int before = current_index(s, d.options);
  const bool fresh = s.fresh;
  s.fresh = false;
  s.sending = index >= 0;
  if (index >= 0) {
    const LayerOption& o = d.options[static_cast<size_t>(index)];
    s.layers = {o.spatial, o.temporal};
  }
  if (fresh || index == before || d.audio) return;
  Step& step = step_to(s, std::max(index, before));
  if (index > before) {
    s.raised = step.raised = now;
    return;
  }
  // Raised in vain: the next try is later. A low layer is not kept away for long.
  const bool again = before > 1 && step.raised && now - *step.raised < kHold * 2;
  step.hold = again ? std::min(step.hold * 2, kLongestHold) : kHold;
  s.lowered = step.lowered = now;
  s.tight_since.reset();
}

}  // namespace parley::media::congestion
