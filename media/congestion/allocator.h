// Divides what may be sent to a peer among its subscriptions: audio first, then everybody's lowest layer in
// the order of priority, then layer by layer, the highest priority and within it the lowest rate first.
// Raises with care (room to spare, and not soon after it had to lower), lowers when it must, so that pictures
// do not flicker between layers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "media/core/time.h"
#include "media/routing/layers.h"

namespace parley::media::congestion {

class Allocator {
 public:
  static constexpr Duration kHold =
      std::chrono::seconds(10);  // after lowering; doubled when a high layer is lowered again
  static constexpr Duration kLongestHold = std::chrono::seconds(60);
  // More pictures of the same size are tried again sooner: that costs less and is hardly seen.
  static constexpr int kShorterForPictures = 4;
  static constexpr Duration kBetweenRaises = std::chrono::seconds(1);
  static constexpr Duration kPatience = std::chrono::milliseconds(700);  // with a little too much
  // The same for the second of the options, if it was sent for a while and the queue is short: those that
  // share the link and have higher ones yield first.
  static constexpr Duration kLowPatience = std::chrono::seconds(3);

  struct Demand {
    uint32_t id = 0;
    bool audio = false;
    uint8_t priority = 0;                  // larger is more important
    std::span<const LayerOption> options;  // in rising order
  };
  struct Choice {
    uint32_t id = 0;
    std::optional<LayerTarget> layers;  // nothing: does not fit
  };

  struct Room {
    int64_t bps = 0;
    int64_t proven_bps = 0;  // only within this is anything raised
    Duration queue{0};       // that stands on the path
  };

  // One choice for each demand, in their order; valid until the next call.
  std::span<const Choice> allocate(std::span<const Demand> demands, const Room& room, TimePoint now);
  // What would be used if there were room for one more step, in bit/s; no more than now when all is as it
  // should be.
  int64_t wanted_bps() const { return wanted_; }
  int64_t allocated_bps() const { return allocated_; }

 private:
  // Towards an option from the one below it. A high one that was tried in vain says nothing of a low one.
  struct Step {
    std::optional<TimePoint> raised, lowered;
    Duration hold = kHold;
  };
  struct State {
    uint32_t id = 0;
    LayerTarget layers;  // of the choice: options come and go
    bool sending = false;
    bool fresh = true;  // has not had a choice yet
    std::optional<TimePoint> raised, lowered, tight_since;
    std::vector<Step> steps;  // as far as anything was raised or lowered
    bool seen = false;
  };
  State& state_of(uint32_t id);
  static Step& step_to(State& state, int option);
  // What is sent now, where it still exists.
  static int current_index(const State& state, std::span<const LayerOption> options);
  static bool may_raise(const State& state, const Demand& demand, int to, TimePoint now);
  void settle(State& state, const Demand& demand, int index, TimePoint now);
  // The next option that is a step up from `from`; -1: none. Rates of layers that nearly cost the same change
  // places all the time: what is sent (`current`) is no step down because it costs less just now.
  static int next_step(std::span<const LayerOption> options, int from, int current);

  std::vector<State> states_;
  std::vector<Choice> choices_;
  std::vector<int> picked_;
  int64_t wanted_ = 0;
  int64_t allocated_ = 0;
};

}  // namespace parley::media::congestion
