// What both kinds of ICE agent (lite_agent.h, agent.h) say of themselves.
#pragma once

#include <cstdint>

namespace parley::media::ice {

enum class State : uint8_t {
  kNew,           // no valid check yet
  kChecking,      // checks are under way; nothing can be sent, or nothing is nominated
  kConnected,     // there is a way to the peer, and the peer is heard
  kDisconnected,  // there was, but the peer is silent; may come back
  kFailed,        // consent has expired, or no way was found; only a restart helps
};

// What became of a STUN message.
enum class Verdict : uint8_t { kAccepted, kRefused, kIgnored };

}  // namespace parley::media::ice
