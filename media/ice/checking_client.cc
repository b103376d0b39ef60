// Implements media/ice/checking_client.h.
#include "media/ice/checking_client.h"

#include <utility>

namespace parley::media::ice {
namespace {

constexpr Duration kRetry = std::chrono::milliseconds(250);
constexpr Duration kConsentInterval = std::chrono::milliseconds(2500);
constexpr Duration kGiveUpAfter = std::chrono::seconds(30);
// A host candidate's, RFC 8445 section 5.1.2.1.
constexpr uint32_t kPriority = 126u << 24 | 65535u << 8 | 255u;

}  // namespace

CheckingClient::CheckingClient(Credentials local, Credentials remote, SocketAddress server, Random& random)
    : local_(std::move(local)),
      remote_(std::move(remote)),
      server_(server),
      random_(random),
      tie_breaker_(random.next_u64()) {}

void CheckingClient::start(TimePoint now, SendSlab& out) {
  state_ = State::kChecking;
  last_answer_ = now;
  send_check(now, out);
}

void CheckingClient::send_check(TimePoint now, SendSlab& out) {
  next_check_ = now + (state_ == State::kConnected ? kConsentInterval : kRetry);
  random_.fill(transaction_);
  const std::span<uint8_t> room = out.reserve(server_, stun::kMaxMessageSize);
  if (room.empty()) return;
  stun::Writer w(room, stun::Class::kRequest, stun::kBinding, transaction_);
  w.username(remote_.ufrag + ":" + local_.ufrag);
  w.priority(kPriority);
  w.ice_controlling(tie_breaker_);
  w.use_candidate();
  out.commit(w.finish(remote_.password));
}

void CheckingClient::on_stun(const stun::Message& m, const SocketAddress& source, TimePoint now) {
  if (source != server_ || m.method != stun::kBinding || m.id != transaction_) return;
  if (m.cls == stun::Class::kError && m.error) last_error_ = m.error->code;
  if (m.cls != stun::Class::kSuccess || !m.xor_mapped_address || !m.verify_integrity(remote_.password))
    return;
  last_answer_ = now;
  mapped_ = m.xor_mapped_address;
  if (state_ == State::kChecking) {
    state_ = State::kConnected;
    next_check_ = now + kConsentInterval;
  }
}

TimePoint CheckingClient::next_deadline() const {
  return state_ == State::kChecking || state_ == State::kConnected ? next_check_ : kNever;
}

void CheckingClient::on_deadline(TimePoint now, SendSlab& out) {
  if (now < next_deadline()) return;
  if (now >= last_answer_ + kGiveUpAfter) {
    state_ = State::kFailed;
    return;
  }
  send_check(now, out);
}

}  // namespace parley::media::ice
