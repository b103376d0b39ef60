// A minimal controlling ICE client for tests and load: one pair, nominated by its first check (RFC 8445
// section 7.2), kept alive by consent checks (RFC 7675). It talks to a LiteAgent, so it is never checked
// itself. Sans-IO.
#pragma once

#include <cstdint>
#include <optional>

#include "media/core/random.h"
#include "media/core/send_slab.h"
#include "media/core/socket_address.h"
#include "media/core/time.h"
#include "media/ice/credentials.h"
#include "media/ice/stun.h"

namespace parley::media::ice {

class CheckingClient {
 public:
  enum class State : uint8_t { kNew, kChecking, kConnected, kFailed };

  CheckingClient(Credentials local, Credentials remote, SocketAddress server, Random& random);

  void start(TimePoint now, SendSlab& out);
  void on_stun(const stun::Message& message, const SocketAddress& source, TimePoint now);
  TimePoint next_deadline() const;
  void on_deadline(TimePoint now, SendSlab& out);

  State state() const { return state_; }
  const SocketAddress& server() const { return server_; }
  // Our address as the server sees it, once connected.
  const std::optional<SocketAddress>& mapped_address() const { return mapped_; }
  int last_error() const { return last_error_; }

 private:
  void send_check(TimePoint now, SendSlab& out);

  Credentials local_;
  Credentials remote_;
  SocketAddress server_;
  Random& random_;
  uint64_t tie_breaker_;
  State state_ = State::kNew;
  stun::TransactionId transaction_{};
  TimePoint next_check_ = kNever;
  TimePoint last_answer_;
  std::optional<SocketAddress> mapped_;
  int last_error_ = 0;
};

}  // namespace parley::media::ice
