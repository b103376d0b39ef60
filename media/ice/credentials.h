// ICE's short-term credentials, RFC 8445 section 5.3.
#pragma once

#include <string>

#include "media/core/random.h"

namespace parley::media::ice {

struct Credentials {
  std::string ufrag;     // 4..256 characters
  std::string password;  // 22..256 characters

  // 48 bits of fragment (it also names the peer on a shared port) after the prefix, 144 bits of password.
  // `random` must be the system's.
  static Credentials generate(Random& random, const std::string& prefix = {}) {
    return {prefix + random.ice_string(8), random.ice_string(24)};
  }
  bool operator==(const Credentials&) const = default;
};

}  // namespace parley::media::ice
