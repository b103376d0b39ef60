// The candidate pairs of one ICE session and the order in which they are checked (RFC 8445 sections 6.1.2 to
// 6.1.4, RFC 8838 section 12). Plain data with the rules for keeping it: no messages and no time of its own.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "media/core/route.h"
#include "media/core/time.h"
#include "media/ice/stun.h"

namespace parley::media::ice {

enum class Role : uint8_t { kControlling, kControlled };
enum class PairState : uint8_t { kFrozen, kWaiting, kInProgress, kSucceeded, kFailed };

// A check that is retransmitted until it is answered (RFC 8489 section 6.2.1).
struct Check {
  stun::TransactionId id{};
  Role role = Role::kControlling;  // as whom it was sent
  bool use_candidate = false;
  uint8_t sends = 0;
  TimePoint sent;  // last
  TimePoint due;   // the next send, or giving up
  Duration rto{0};
};

// A check that is sent once: consent, and whether a path is still there.
struct Probe {
  stun::TransactionId id{};
  TimePoint sent;
  Role role = Role::kControlling;
  bool pending = false;
};

struct CandidatePair {
  uint32_t id = 0;      // never used again
  uint32_t local = 0;   // index into the agent's candidates: the base
  uint32_t remote = 0;  // likewise
  uint32_t mapped = 0;  // the local candidate as the peer sees it; the base until an answer tells
  uint64_t priority = 0;
  std::string foundation;  // both candidates'
  PairState state = PairState::kFrozen;
  // How to send; remote not valid: a TCP connection that has still to be opened.
  Route route;
  bool connecting = false;  // the owner was asked to open it
  bool valid = false;       // an answer came: in the valid list
  bool heard = false;       // an authenticated check came this way
  bool nominated = false;
  bool nominate_on_success = false;  // controlled: nominated by the peer before it was valid
  bool nominating = false;           // controlling: a check with USE-CANDIDATE is under way
  uint64_t nomination = 0;           // counts nominations: the latest has the highest

  std::optional<Check> check;
  std::array<Probe, 4> probes{};
  uint8_t next_probe_slot = 0;
  TimePoint next_probe = kNever;
  TimePoint first_unanswered = kNever;  // when the first probe was sent that nothing has been heard since
  TimePoint last_answer;                // consent counts from here
  TimePoint last_heard;

  // For statistics.
  Duration rtt{0};
  Duration total_rtt{0};
  uint64_t requests_sent = 0, responses_received = 0, requests_received = 0, responses_sent = 0;

  bool can_send() const { return route.valid(); }
};

class CheckList {
 public:
  explicit CheckList(size_t max_pairs) : max_pairs_(max_pairs) {}

  // Adds a pair unless there is the like of it: null, then. With the list full the least promising pair makes
  // room, or the new one is not taken.
  CandidatePair* add(CandidatePair pair);
  void clear();
  void remove(uint32_t id);
  template <class Predicate>
  void remove_if(Predicate is_meant) {
    std::vector<uint32_t> gone;
    for (const CandidatePair& p : pairs_)
      if (is_meant(p)) gone.push_back(p.id);
    for (const uint32_t id : gone) remove(id);
  }
  void remove_local(uint32_t local) {  // all its pairs
    remove_if([local](const CandidatePair& p) { return p.local == local; });
  }

  CandidatePair* find(uint32_t id);
  CandidatePair* find(uint32_t local, uint32_t remote);
  CandidatePair* find(const Route& route);
  CandidatePair* find_connection(uint32_t connection);
  // The pair that sent a check or probe with this transaction.
  CandidatePair* find(const stun::TransactionId& transaction);
  std::vector<CandidatePair>& pairs() { return pairs_; }
  const std::vector<CandidatePair>& pairs() const { return pairs_; }

  // To be checked out of turn, first come first served; once each.
  void trigger(uint32_t id);
  bool has_work() const;
  // The pair to be checked now, out of the triggered queue or by priority; null without any.
  CandidatePair* take_next();
  // Section 7.2.5.3.3: pairs of the same foundation wait no longer.
  void unfreeze(const std::string& foundation);
  size_t active() const;  // waiting or in progress
  // The best pair in the valid list for which `accept` holds; null without one.
  template <class Accept>
  CandidatePair* best_valid(Accept accept) {
    CandidatePair* best = nullptr;
    for (CandidatePair& p : pairs_) {
      if (p.valid && accept(p) && (best == nullptr || p.priority > best->priority)) best = &p;
    }
    return best;
  }
  const CandidatePair* best_valid() const {
    return const_cast<CheckList*>(this)->best_valid([](const CandidatePair&) { return true; });
  }
  // After a change of role: priorities change sides.
  template <class Priority>
  void reprioritise(Priority priority_of) {
    for (CandidatePair& p : pairs_) p.priority = priority_of(p);
  }

 private:
  bool make_room(uint64_t priority);
  bool foundation_is_active(const std::string& foundation) const;

  size_t max_pairs_;
  uint32_t next_id_ = 1;
  std::vector<CandidatePair> pairs_;
  std::deque<uint32_t> triggered_;
};

}  // namespace parley::media::ice
