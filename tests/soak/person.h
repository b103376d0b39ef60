// One participant of the soak, over real sockets: a peer that publishes numbered VP8 in three temporal layers
// and one that is sent what the others of the room publish, signalled as parleyd does it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "addon/webrtc/engine.h"
#include "bench/forward_bench/client.h"
#include "media/io/batch_sender.h"
#include "media/io/sockets.h"
#include "media/sdp/session_description.h"

namespace parley::soak {

// What all persons share.
struct World {
  addon::Engine& engine;
  const media::dtls::Certificate& certificate;  // all clients show the same one
  media::Random& random;
  media::SendSlab slab{1 << 20, 1024};
  media::io::BatchSender sender{1024, false};
};

// One transport: a socket, a client, and the engine's peer at the other end.
class Leg {
 public:
  Leg(World& world, addon::Role role);
  ~Leg();
  Leg(const Leg&) = delete;
  Leg& operator=(const Leg&) = delete;

  addon::Engine::PeerId peer() const { return peer_; }
  const media::ice::Credentials& credentials() const { return local_; }
  // New credentials of ours for the next description.
  void renew() { local_ = media::ice::Credentials::generate(world_.random); }
  // What the engine described; connects the first time, restarts ICE when its credentials or ours are new.
  void set_remote(const media::sdp::SessionDescription& description);
  bool connected() const { return client_ && client_->connected(); }
  void pump();  // receives, keeps time
  void send(std::span<const uint8_t> header, std::span<const uint8_t> payload);
  void vanish() { gone_ = true; }  // without a goodbye
  bench::Client* client() { return client_.get(); }

 private:
  void flush();

  World& world_;
  addon::Engine::PeerId peer_ = 0;
  media::io::Fd fd_;
  media::ice::Credentials local_;
  media::ice::Credentials used_local_, used_remote_;
  std::unique_ptr<bench::Client> client_;
  bool gone_ = false;
};

class Person {
 public:
  static constexpr size_t kSockets = 2;

  // Publishes at once.
  explicit Person(World& world);

  uint32_t track() const { return track_; }
  // Takes and gives up subscriptions until they are those to `tracks`; renegotiates when they change.
  void watch(const std::vector<uint32_t>& tracks);
  void pump();
  void publish_packet();  // one of 1,000 bytes

  // What people do.
  void restart_publisher();
  void restart_subscriber();
  void toggle_pause();
  void toggle_mute();
  void vanish();

  bool connected() const { return publisher_.connected(); }
  bool failed() const { return failed_; }
  media::Duration age() const;
  uint64_t packets() { return subscriber_.client() ? subscriber_.client()->packets() : 0; }
  uint64_t refused() { return subscriber_.client() ? subscriber_.client()->refused() : 0; }

 private:
  struct Watched {
    uint32_t track;
    uint32_t subscription;
    bool paused = false;
  };
  std::string offer() const;
  void negotiate_publisher();
  void negotiate_subscriber();
  void fail(const addon::Failure& why);

  World& world_;
  media::TimePoint born_;
  Leg publisher_;
  Leg subscriber_;
  uint32_t track_ = 0;
  uint32_t ssrc_;
  uint16_t seq_ = 0;
  uint32_t number_ = 0;
  bool muted_ = false;
  bool failed_ = false;
  std::vector<Watched> watched_;
};

}  // namespace parley::soak
