// The state cookie (RFC 9260 section 5.1.3): all that an association needs to begin, carried by the peer, so
// that an INIT leaves nothing behind here. Signed with a key of this endpoint; forged or stale ones are
// refused.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "media/core/random.h"
#include "media/core/time.h"

namespace parley::media::sctp {

struct Cookie {
  uint32_t local_tag = 0;
  uint32_t peer_tag = 0;
  uint32_t local_initial_tsn = 0;
  uint32_t peer_initial_tsn = 0;
  uint32_t peer_window = 0;
  uint16_t outbound_streams = 0;
  bool forward_tsn = false;
  bool interleaving = false;
  bool reconfig = false;
  // The tags of the association that was there when the INIT came (section 5.2.2); 0: none.
  uint32_t tie_local = 0;
  uint32_t tie_peer = 0;
  TimePoint made;
};

class CookieJar {
 public:
  static constexpr size_t kSize = 72;
  using Bytes = std::array<uint8_t, kSize>;
  enum class Verdict : uint8_t { kGood, kForged, kStale };

  explicit CookieJar(Random& random) { random.fill(key_); }

  Bytes seal(const Cookie& cookie) const;
  Verdict open(std::span<const uint8_t> bytes, TimePoint now, Duration life, Cookie* out) const;

 private:
  std::array<uint8_t, 32> key_;
};

}  // namespace parley::media::sctp
