// The far end of a peer's data channels in the soak: takes what the engine opens and sends every message
// back.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bench/forward_bench/client.h"
#include "media/sctp/data_channels.h"

namespace parley::soak {

class Channels final : public media::dtls::DataSink,
                       private media::sctp::PacketSink,
                       private media::sctp::DataChannels::Observer {
 public:
  // The client, the slab that it writes into and the randomness outlive it.
  Channels(bench::Client& client, media::Random& random, media::SendSlab& slab)
      : client_(client), slab_(slab), channels_({}, random, *this) {}

  // Begins once DTLS is there, keeps time, sends.
  void pump(media::TimePoint now);
  void on_application_data(std::span<const uint8_t> data) override;

  size_t open() const { return channels_.size(); }
  uint64_t messages() const { return messages_; }

 private:
  using Handle = media::sctp::DataChannels::Handle;
  struct Echo {
    Handle channel;
    media::sctp::DataChannels::Kind kind;
    std::vector<uint8_t> bytes;
  };

  void send_sctp(std::span<const uint8_t> packet) override { client_.send_data(packet, slab_); }
  void on_channel(Handle, const media::sctp::ChannelConfig&) override {}
  void on_open(Handle) override {}
  void on_message(Handle channel, media::sctp::DataChannels::Kind kind,
                  std::vector<uint8_t>&& bytes) override {
    echoes_.push_back({channel, kind, std::move(bytes)});
  }
  void on_closing(Handle) override {}
  void on_closed(Handle) override {}
  void on_association(media::sctp::Association::State, const char*) override {}

  bench::Client& client_;
  media::SendSlab& slab_;
  media::sctp::DataChannels channels_;
  std::vector<Echo> echoes_;
  media::TimePoint now_;  // of the latest call
  uint64_t messages_ = 0;
};

}  // namespace parley::soak
