// What waits to be sent on one data channel, between the program's thread, which adds, and the media thread,
// which takes. The program decides for itself whether its `bufferedAmount` has crossed the threshold (W3C
// webrtc section 6.2), for the amount that it sees falls in tasks of its own only; the gauge makes sure that
// it is called once for that.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace parley::media {

class DataGauge {
 public:
  // Bytes that the program has sent and the network has not taken.
  size_t bytes() const { return bytes_; }

  // The program's thread. It sends.
  void add(size_t bytes) { bytes_ += bytes; }
  // It wants to be called, once, when `low` bytes or fewer wait. True: they do already, and nobody will call.
  bool watch(size_t low) {
    low_ = static_cast<int64_t>(low);
    return called_for(bytes_);
  }

  // The media thread. The network has taken them; true: the program is to be called.
  bool take(size_t bytes) { return called_for((bytes_ -= bytes)); }

 private:
  static constexpr int64_t kUnwatched = -1;

  // Of two threads that find the same, one calls. Both write what is theirs before they read what is the
  // other's, so that it is never none.
  bool called_for(size_t bytes) {
    return static_cast<int64_t>(bytes) <= low_ && low_.exchange(kUnwatched) != kUnwatched;
  }

  std::atomic<size_t> bytes_ = 0;
  std::atomic<int64_t> low_ = kUnwatched;
};

}  // namespace parley::media
