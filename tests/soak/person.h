// One participant of the soak, over real sockets: a peer that publishes numbered VP8 in two encodings of
// three temporal layers each, and one that is sent what the others of the room publish and has data channels,
// signalled as parleyd does it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "addon/webrtc/engine.h"
#include "bench/forward_bench/client.h"
#include "media/io/batch_sender.h"
#include "media/io/sockets.h"
#include "media/sdp/session_description.h"
#include "tests/soak/channels.h"

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
  // Null before there is a description of the engine's.
  Channels* channels() { return channels_.get(); }
  bench::Client* client() { return client_.get(); }

 private:
  void flush();

  World& world_;
  addon::Engine::PeerId peer_ = 0;
  media::io::Fd fd_;
  media::ice::Credentials local_;
  media::ice::Credentials used_local_, used_remote_;
  std::unique_ptr<bench::Client> client_;
  std::unique_ptr<Channels> channels_;
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
  void publish_packet();  // one of 1,000 bytes for the large encoding, a small one for the other

  // What people do.
  void restart_publisher();
  void restart_subscriber();
  void toggle_pause();
  void watch_other_layers();
  void open_channel();
  void close_channel();
  void say_something();  // on one of the channels, to be sent back
  void toggle_mute();
  void vanish();

  // The engine's word on a channel: it is open, or over.
  void on_channel_open(uint32_t channel);
  void on_channel_closed(uint32_t channel);

  uint32_t subscriber() const { return subscriber_.peer(); }
  bool connected() const { return publisher_.connected(); }
  // A data channel that was asked for so long ago and is not open, although the peer is there.
  bool waits_for_channel(media::Duration longer_than);
  bool failed() const { return failed_; }
  media::Duration age() const;
  uint64_t packets() { return subscriber_.client() ? subscriber_.client()->packets() : 0; }
  uint64_t refused() { return subscriber_.client() ? subscriber_.client()->refused() : 0; }

 private:
  struct Channel {
    addon::ChannelInfo info;
    media::TimePoint asked;
    bool open = false;
  };
  static constexpr size_t kMostChannels = 4;
  static constexpr size_t kEncodings = 2;
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
  std::array<uint32_t, kEncodings> ssrc_;
  uint16_t seq_ = 0;
  uint16_t transport_seq_ = 0;
  uint32_t number_ = 0;
  bool muted_ = false;
  bool failed_ = false;
  bool offers_data_ = false;
  std::vector<Watched> watched_;
  std::vector<Channel> channels_;
};

}  // namespace parley::soak
