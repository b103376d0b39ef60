// The answering half of ICE: a lite agent (RFC 8445 section 2.5), always controlled. It never sends a check;
// it answers them, follows the controlling side's nominations, and takes silence for the end of consent (RFC
// 7675). Sans-IO.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "media/core/send_slab.h"
#include "media/core/time.h"
#include "media/ice/credentials.h"
#include "media/ice/state.h"
#include "media/ice/stun.h"

namespace parley::media::ice {

class LiteAgent {
 public:
  struct Config {
    Duration disconnected_after = std::chrono::seconds(5);
    Duration consent_expires_after = std::chrono::seconds(30);
    Duration first_check_within = std::chrono::seconds(30);
  };

  // `now` starts the wait for the first check.
  LiteAgent(Credentials local, TimePoint now) : LiteAgent(std::move(local), now, Config()) {}
  LiteAgent(Credentials local, TimePoint now, Config config);

  // Checks may come before the peer's credentials are known (its answer is still on the way); they are then
  // verified by our own credentials alone, which is what MESSAGE-INTEGRITY of a request needs.
  void set_remote(Credentials remote);
  const Credentials& local() const { return current_.local; }
  const std::optional<Credentials>& remote() const { return current_.remote; }

  // RFC 8445 section 9: new local credentials. Until a check under them nominates a pair the old ones stay
  // valid and the old pair stays selected. set_remote() then sets the new generation's. Gives a failed agent
  // another first_check_within.
  void restart(Credentials local, TimePoint now);
  // Whether a check whose USERNAME starts with `ufrag` is for this agent (current or previous generation).
  bool owns_ufrag(std::string_view ufrag) const;

  // A STUN message from `source`. Answers requests into `out`.
  Verdict on_stun(const stun::Message& message, const Route& source, TimePoint now, SendSlab& out);
  // An authenticated packet (SRTP, SRTCP) from the peer: it is alive. Consent itself is only renewed by
  // checks.
  void on_authenticated_traffic(TimePoint now);

  TimePoint next_deadline() const;
  void on_deadline(TimePoint now);

  State state() const { return state_; }
  // Where to send: the nominated route; before there is one, the first by which a valid check came.
  const std::optional<Route>& selected() const { return selected_; }
  // Whether a valid check came by `route`: only then may anything larger than what it sent be sent back
  // (DTLS).
  bool is_validated(const Route& route) const;
  uint64_t checks_answered() const { return checks_answered_; }
  uint64_t checks_refused() const { return checks_refused_; }

 private:
  struct Generation {
    Credentials local;
    std::optional<Credentials> remote;
  };
  const Generation* find_generation(const stun::Message& message) const;
  void refuse(int code, std::string_view reason, const stun::Message& request, std::string_view password,
              const Route& source, SendSlab& out);
  void accept(const Generation& generation, const stun::Message& request, const Route& source, TimePoint now);
  void remember(const Route& route);
  bool is_replay(const stun::Message& request, const Route& source) const;
  void update_state(TimePoint now);

  Config config_;
  Generation current_;
  std::optional<Generation> previous_;
  State state_ = State::kNew;
  bool checked_ = false;  // a valid check came since the start, or since a failed agent's restart
  bool nominated_ = false;
  std::optional<Route> selected_;
  std::array<Route, 8> validated_{};  // a ring: the latest eight
  uint8_t validated_next_ = 0;
  std::array<stun::TransactionId, 32> answered_{};  // a ring: the latest checks'
  TimePoint waiting_since_;
  TimePoint last_check_;
  TimePoint last_heard_;
  uint64_t checks_answered_ = 0;
  uint64_t checks_refused_ = 0;
};

}  // namespace parley::media::ice
