// What is compared: something that turns one packet of a publisher into one encrypted datagram for each
// subscriber's socket, on threads of its own whose processor time is measured.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "media/io/sockets.h"

namespace parley::bench {

struct Settings {
  std::string contender = "parley";    // parley | parley-plain (without UDP segmentation) | bare | janus
  std::string measure = "throughput";  // throughput | paced | delay | memory
  int subscribers = 50;
  bool room = false;   // everybody publishes, and is sent what the others do
  int threads = 1;     // of the forwarder
  int payload = 1100;  // bytes of an RTP payload
  int burst = 8;       // packets of a video frame, sent at once
  double seconds = 1.5;
  double rate = 0;  // delay and paced: bursts a second

  size_t publishers() const { return room ? static_cast<size_t>(subscribers) : 1; }
  // Of each burst of everybody: the datagrams that are sent for one of its packets.
  uint64_t copies() const {
    const auto n = static_cast<uint64_t>(subscribers);
    return room ? n * (n - 1) : n;
  }
};

struct Figures {
  uint64_t datagrams = 0;   // sent to subscribers
  uint64_t send_calls = 0;  // 0: not counted
  double cpu_seconds = 0;   // of the forwarding threads
};

inline constexpr uint8_t kVp8 = 96;               // payload type
inline constexpr uint32_t kTimestampStep = 3000;  // from burst to burst

// A socket of the far side.
struct Endpoint {
  media::SocketAddress address;
  media::io::Fd fd;
};

// Takes what has arrived at the sockets, without looking at it. How many datagrams.
uint64_t drain(const std::vector<Endpoint>& endpoints);

class Contender {
 public:
  virtual ~Contender() = default;
  // One burst of every publisher goes to the forwarder.
  virtual void launch() = 0;
  // Bursts launched and not yet taken up.
  virtual int outstanding() const = 0;
  virtual Figures figures() = 0;  // so far
  // Takes what has come to the subscribers' sockets, when somebody answers for them. How many packets.
  virtual uint64_t collect(const std::vector<Endpoint>& subscribers) { return drain(subscribers); }
  // Datagrams that have come to the subscribers' sockets.
  virtual void arrived(uint64_t) {}
  // Bytes of memory that a subscriber takes; all of them are gone afterwards.
  virtual double memory_for_each_subscriber() = 0;
};

// All end the program with a message when they cannot be set up.
std::unique_ptr<Contender> make_bare(const Settings& settings, std::vector<Endpoint>& subscribers);
std::unique_ptr<Contender> make_parley(const Settings& settings, std::vector<Endpoint>& publishers,
                                       std::vector<Endpoint>& subscribers);
std::unique_ptr<Contender> make_janus(const Settings& settings, std::vector<Endpoint>& publishers,
                                      std::vector<Endpoint>& subscribers);

[[noreturn]] void die(const std::string& why);
double thread_cpu_seconds();

}  // namespace parley::bench
