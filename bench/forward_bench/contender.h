// What is compared: something that turns one packet of a publisher into one encrypted datagram for each
// subscriber's socket, on a thread of its own whose processor time is measured.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "media/io/sockets.h"

namespace parley::bench {

struct Settings {
  std::string contender = "parley";  // parley | parley-plain (without UDP segmentation) | bare
  int subscribers = 50;
  int payload = 1100;  // bytes of an RTP payload
  int burst = 8;       // packets of a video frame, sent at once
  double seconds = 1.5;
};

struct Figures {
  uint64_t datagrams = 0;   // sent to subscribers
  uint64_t send_calls = 0;  // 0: not counted
  double cpu_seconds = 0;   // of the sending thread
};

// A socket of the far side.
struct Endpoint {
  media::SocketAddress address;
  media::io::Fd fd;
};

class Contender {
 public:
  virtual ~Contender() = default;
  // Hands one burst to the sending thread.
  virtual void launch() = 0;
  // Bursts handed over and not yet taken up.
  virtual int outstanding() const = 0;
  virtual Figures figures() = 0;  // so far
};

// Both end the program with a message when they cannot be set up.
std::unique_ptr<Contender> make_bare(const Settings& settings, std::vector<Endpoint>& subscribers);
std::unique_ptr<Contender> make_parley(const Settings& settings, std::vector<Endpoint>& subscribers);

[[noreturn]] void die(const std::string& why);
double thread_cpu_seconds();

}  // namespace parley::bench
