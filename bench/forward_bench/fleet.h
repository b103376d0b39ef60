// The people of a benchmark: sockets and clients that connect to a forwarder, and the frames that some of
// them publish.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bench/forward_bench/client.h"
#include "bench/forward_bench/contender.h"
#include "media/io/batch_sender.h"

namespace parley::bench {

inline constexpr uint8_t kTransportCcId = 3;

// The SSRC of publisher `i`.
inline media::Ssrc source_of(size_t i) { return {0x1000000u + static_cast<uint32_t>(i)}; }

class Fleet {
 public:
  explicit Fleet(media::Random& random);

  const media::dtls::Certificate& certificate() const { return certificate_; }
  media::Random& random() { return random_; }
  // Begins to connect to a peer of the forwarder's at `server`.
  void add(Endpoint& endpoint, const media::ice::Credentials& local, const media::ice::Credentials& remote,
           const media::dtls::Fingerprint& fingerprint, const media::SocketAddress& server);
  // Until all are connected; ends the program when they do not.
  void connect();
  // One frame of VP8 (RFC 7741) of `burst` packets from the client that was added as number `i`.
  void publish(size_t i, int burst, int payload, bool key_frame);
  // ICE's consent, so that long runs do not time out.
  void keep_alive();
  // Takes what has come to the clients from number `first` on, as they would: checks are answered, and
  // transport-wide feedback is sent. How many packets of media there were.
  uint64_t listen(size_t first);
  size_t size() const { return members_.size(); }

 private:
  struct Member {
    Endpoint* endpoint;
    std::unique_ptr<Client> client;
    media::SocketAddress server;
    uint16_t seq = 0;
    uint32_t frame = 0;
  };
  void pump(Member& member);
  void send(const Endpoint& endpoint);

  media::Random& random_;
  media::dtls::Certificate certificate_;
  std::vector<Member> members_;
  media::SendSlab slab_{1 << 20, 1024};
  media::io::BatchSender sender_{1024, false};
};

}  // namespace parley::bench
