// Those of one thread that have packets waiting for their time: looked at every few milliseconds, and only
// they.
#pragma once

#include <algorithm>
#include <vector>

#include "media/core/send_slab.h"
#include "media/core/time.h"

namespace parley::media::congestion {

class PaceList {
 public:
  static constexpr Duration kTick = std::chrono::milliseconds(5);

  explicit PaceList(Duration tick = kTick) : tick_(tick) {}

  class Member {
   public:
    virtual ~Member() = default;
    // Sends what is due. False when nothing waits any more.
    virtual bool on_pace(TimePoint now, SendSlab& out) = 0;

   private:
    friend class PaceList;
    bool listed_ = false;
  };

  void add(Member& member, TimePoint now) {
    if (member.listed_) return;
    member.listed_ = true;
    if (members_.empty()) next_ = now + tick_;
    members_.push_back(&member);
  }
  void remove(Member& member) {
    if (!member.listed_) return;
    member.listed_ = false;
    std::erase(members_, &member);
  }

  TimePoint next_deadline() const { return members_.empty() ? kNever : next_; }
  void on_deadline(TimePoint now, SendSlab& out) {
    if (now < next_deadline()) return;
    next_ = now + tick_;
    std::erase_if(members_, [&](Member* m) { return !(m->listed_ = m->on_pace(now, out)); });
  }

 private:
  const Duration tick_;
  std::vector<Member*> members_;
  TimePoint next_;
};

}  // namespace parley::media::congestion
