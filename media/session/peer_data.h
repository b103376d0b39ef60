// The data channels of one peer on the media thread: SCTP between its DTLS and the program, which is on
// another thread. Channels are known to the program by ids: its own choice for those it creates, ours for the
// peer's. What the program has not dealt with closes the window towards the peer; what it may queue is
// limited by the gauge that both sides share.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "media/congestion/pace_list.h"
#include "media/sctp/data_channels.h"
#include "media/session/data_gauge.h"
#include "media/session/data_section.h"
#include "media/session/transport.h"

namespace parley::media {

struct DataEvent {
  // kBuffered: the gauge has fallen to what the program watches for.
  enum class Type : uint8_t { kChannel, kOpen, kMessage, kBuffered, kClosing, kClosed };
  Type type = Type::kMessage;
  uint32_t peer = 0;
  uint32_t channel = 0;
  bool text = false;                            // kMessage
  std::vector<uint8_t> bytes;                   // kMessage
  std::shared_ptr<sctp::ChannelConfig> config;  // kChannel, and kOpen for the id
  std::shared_ptr<DataGauge> gauge;             // kChannel
};

// What all peers of a thread share. The sink is called on the media thread.
struct DataSettings {
  sctp::Config config;
  std::function<void(DataEvent&&)> sink;
};

class PeerData final : public dtls::DataSink,
                       private sctp::DataChannels::Observer,
                       private congestion::PaceList::Member {
 public:
  // Ids of the channels that peers open have this bit; the program's own do not.
  static constexpr uint32_t kRemoteId = 0x80000000;
  // What a message costs besides its bytes, so that empty ones are not free.
  static constexpr size_t kMessageCost = 64;

  // Between the bursts of an association that has more to send than goes at once. `bursts` looks at it as
  // often; poll() alone comes with the hub's tick, which would hold up whoever has a short way.
  static constexpr Duration kShortestPause = std::chrono::milliseconds(1);
  static constexpr Duration kSoon = std::chrono::milliseconds(10);

  // Settings, transport, randomness and the list outlive it.
  PeerData(uint32_t peer, const DataSettings& settings, PeerTransport& transport, Random& random,
           congestion::PaceList& bursts);
  ~PeerData() override;

  // The descriptions are exchanged.
  void set_remote(const RemoteData& remote, TimePoint now, SendSlab& out);

  void create(uint32_t id, const sctp::ChannelConfig& config, std::shared_ptr<DataGauge> gauge, TimePoint now,
              SendSlab& out);
  // Queues; poll() sends.
  void send(uint32_t id, bool text, std::span<const uint8_t> bytes, TimePoint now);
  void close(uint32_t id, TimePoint now, SendSlab& out);
  // The program has dealt with messages that cost so much (bytes and kMessageCost for each).
  void release(size_t cost, TimePoint now, SendSlab& out);

  // Begins when DTLS is there, keeps time, sends what is queued. After each thing that may have changed
  // something.
  void poll(TimePoint now, SendSlab& out);
  // The receiver of what DTLS opens during one call.
  dtls::DataSink* receiver(TimePoint now, SendSlab& out);
  void end(const char* reason, SendSlab& out);

  const sctp::DataChannels& channels() const { return channels_; }
  // The program's name for a channel; 0: none.
  uint32_t id_of(sctp::DataChannels::Handle handle) const;

 private:
  using Handle = sctp::DataChannels::Handle;
  struct Channel {
    uint32_t id = 0;
    std::shared_ptr<DataGauge> gauge;
    size_t queued = 0;    // as last told to the gauge
    bool active = false;  // in active_
  };

  void on_application_data(std::span<const uint8_t> data) override;
  void on_channel(Handle handle, const sctp::ChannelConfig& config) override;
  void on_open(Handle handle) override;
  void on_message(Handle handle, sctp::DataChannels::Kind kind, std::vector<uint8_t>&& bytes) override;
  void on_closing(Handle handle) override;
  void on_closed(Handle handle) override;
  void on_association(sctp::Association::State state, const char* reason) override;

  bool on_pace(TimePoint now, SendSlab& out) override;

  void tell(DataEvent::Type type, uint32_t id);
  void read_gauges();

  uint32_t peer_;
  const DataSettings& settings_;
  PeerTransport& transport_;
  congestion::PaceList& bursts_;
  sctp::DataChannels channels_;
  std::optional<RemoteData> remote_;
  std::unordered_map<Handle, Channel> by_handle_;
  std::unordered_map<uint32_t, Handle> by_id_;
  std::vector<Handle> active_;  // channels whose gauge is not at rest
  bool ended_ = false;
  TimePoint now_;  // of the call at hand
  SendSlab* out_ = nullptr;
};

}  // namespace parley::media
