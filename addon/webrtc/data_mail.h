// What crosses between JavaScript's thread and the media thread for data channels: two boxes, each emptied in
// one go by the thread it is for, so that a thousand messages cost one wake-up. The media thread's is bounded
// by the windows of the associations (a message not yet dealt with takes from them), JavaScript's by the
// gauges of the channels.
#pragma once

#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "media/session/peer_data.h"

namespace parley::addon {

struct OutgoingData {
  uint32_t peer = 0;
  uint32_t channel = 0;
  bool text = false;
  std::vector<uint8_t> bytes;
};

template <class Letter>
class Mailbox {
 public:
  // True when it was empty: the other thread must be told to come.
  bool put(Letter&& letter) {
    const std::lock_guard lock(mutex_);
    letters_.push_back(std::move(letter));
    return !std::exchange(called_, true);
  }
  std::vector<Letter> take() {
    const std::lock_guard lock(mutex_);
    called_ = false;
    return std::exchange(letters_, {});
  }
  // The call did not get through: the next letter makes another.
  void not_called() {
    const std::lock_guard lock(mutex_);
    called_ = false;
  }

 private:
  std::mutex mutex_;
  std::vector<Letter> letters_;
  bool called_ = false;
};

}  // namespace parley::addon
