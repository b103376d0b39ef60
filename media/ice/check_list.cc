// Implements media/ice/check_list.h.
#include "media/ice/check_list.h"

#include <algorithm>
#include <utility>

namespace parley::media::ice {

CandidatePair* CheckList::add(CandidatePair pair) {
  if (find(pair.local, pair.remote) != nullptr) return nullptr;
  if (pairs_.size() >= max_pairs_ && !make_room(pair.priority)) return nullptr;
  pair.id = next_id_++;
  pair.mapped = pair.local;
  // RFC 8838 section 12: a pair that comes late waits when nobody is checking for its foundation.
  pair.state = foundation_is_active(pair.foundation) ? PairState::kFrozen : PairState::kWaiting;
  pairs_.push_back(std::move(pair));
  return &pairs_.back();
}

bool CheckList::make_room(uint64_t priority) {
  // Failed pairs first, then those of the lowest priority that nothing is known of yet.
  const auto worth = [](const CandidatePair& p) {
    return std::pair(p.state != PairState::kFailed, p.priority);
  };
  CandidatePair* least = nullptr;
  for (CandidatePair& p : pairs_) {
    if (p.valid || p.heard || p.state == PairState::kInProgress) continue;
    if (least == nullptr || worth(p) < worth(*least)) least = &p;
  }
  if (least == nullptr || (least->state != PairState::kFailed && least->priority >= priority)) return false;
  remove(least->id);
  return true;
}

void CheckList::clear() {
  pairs_.clear();
  triggered_.clear();
}

void CheckList::remove(uint32_t id) {
  std::erase_if(pairs_, [id](const CandidatePair& p) { return p.id == id; });
  std::erase(triggered_, id);
}

CandidatePair* CheckList::find(uint32_t id) {
  for (CandidatePair& p : pairs_)
    if (p.id == id) return &p;
  return nullptr;
}

CandidatePair* CheckList::find(uint32_t local, uint32_t remote) {
  for (CandidatePair& p : pairs_)
    if (p.local == local && p.remote == remote) return &p;
  return nullptr;
}

CandidatePair* CheckList::find(const Route& route) {
  for (CandidatePair& p : pairs_)
    if (p.route == route) return &p;
  return nullptr;
}

CandidatePair* CheckList::find_connection(uint32_t connection) {
  for (CandidatePair& p : pairs_)
    if (p.route.connection == connection && connection != 0) return &p;
  return nullptr;
}

CandidatePair* CheckList::find(const stun::TransactionId& transaction) {
  for (CandidatePair& p : pairs_) {
    if (p.check && p.check->id == transaction) return &p;
    for (const Probe& probe : p.probes)
      if (probe.pending && probe.id == transaction) return &p;
  }
  return nullptr;
}

void CheckList::trigger(uint32_t id) {
  if (std::find(triggered_.begin(), triggered_.end(), id) == triggered_.end()) triggered_.push_back(id);
}

bool CheckList::has_work() const {
  return !triggered_.empty() || std::any_of(pairs_.begin(), pairs_.end(), [](const CandidatePair& p) {
    return p.state == PairState::kWaiting || p.state == PairState::kFrozen;
  });
}

CandidatePair* CheckList::take_next() {
  while (!triggered_.empty()) {
    CandidatePair* pair = find(triggered_.front());
    triggered_.pop_front();
    if (pair != nullptr) return pair;
  }
  // Section 6.1.4.2: the best that waits; otherwise the best that is frozen and whose foundation is idle.
  CandidatePair* best = nullptr;
  for (const PairState state : {PairState::kWaiting, PairState::kFrozen}) {
    for (CandidatePair& p : pairs_) {
      if (p.state != state || (best != nullptr && p.priority <= best->priority)) continue;
      if (state == PairState::kFrozen && foundation_is_active(p.foundation)) continue;
      best = &p;
    }
    if (best != nullptr) return best;
  }
  return nullptr;
}

void CheckList::unfreeze(const std::string& foundation) {
  for (CandidatePair& p : pairs_) {
    if (p.state == PairState::kFrozen && p.foundation == foundation) p.state = PairState::kWaiting;
  }
}

size_t CheckList::active() const {
  return static_cast<size_t>(std::count_if(pairs_.begin(), pairs_.end(), [](const CandidatePair& p) {
    return p.state == PairState::kWaiting || p.state == PairState::kInProgress;
  }));
}

bool CheckList::foundation_is_active(const std::string& foundation) const {
  return std::any_of(pairs_.begin(), pairs_.end(), [&](const CandidatePair& p) {
    return p.foundation == foundation &&
           (p.state == PairState::kWaiting || p.state == PairState::kInProgress);
  });
}

}  // namespace parley::media::ice
