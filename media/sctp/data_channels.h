// All data channels of one peer connection (RFC 8831, RFC 8832) on their SCTP association: opened in band or
// agreed on outside, found by a handle that is this side's own. This is what a peer connection holds.
//
//   DataChannels channels(config, random, observer);
//   auto chat = channels.create({.label = "chat"}, now);              // any time
//   channels.start(dtls::Role::kActive, max_message_size, now, sink);   // DTLS is connected, the
//   descriptions are exchanged channels.on_packet(bytes, now, sink);                              //
//   application data that DTLS opened channels.send(*chat, Kind::kText, bytes, now);  channels.flush(now,
//   sink);
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "media/core/random.h"
#include "media/core/result.h"
#include "media/dtls/transport.h"
#include "media/sctp/association.h"
#include "media/sctp/dcep.h"

namespace parley::media::sctp {

enum class ChannelState : uint8_t { kConnecting, kOpen, kClosing, kClosed };
const char* to_string(ChannelState state);  // as W3C's RTCDataChannelState

enum class SendError : uint8_t {
  kNotOpen,
  kTooLarge,    // than the peer takes
  kBufferFull,  // too much waits already
};

struct ChannelStats {
  uint32_t handle = 0;
  ChannelConfig config;
  ChannelState state = ChannelState::kConnecting;
  uint64_t messages_sent = 0;
  uint64_t bytes_sent = 0;
  uint64_t messages_received = 0;
  uint64_t bytes_received = 0;
};

class DataChannels final : private Association::Observer {
 public:
  using Handle = uint32_t;  // never 0, never used again
  enum class Kind : uint8_t { kText, kBinary };

  // Called while a method runs. It may call create(), send(), close() and hold() back; what that queues is
  // sent when the method ends.
  class Observer {
   public:
    virtual ~Observer() = default;
    // The peer opened one; it is open.
    virtual void on_channel(Handle channel, const ChannelConfig& config) = 0;
    // One of ours is open; config().id is its stream.
    virtual void on_open(Handle channel) = 0;
    virtual void on_message(Handle channel, Kind kind, std::vector<uint8_t>&& bytes) = 0;
    // The peer closes it; nothing more can be sent.
    virtual void on_closing(Handle channel) = 0;
    // Gone: the handle means nothing any more.
    virtual void on_closed(Handle channel) = 0;
    virtual void on_association(Association::State state, const char* reason) = 0;
  };

  DataChannels(const Config& config, Random& random, Observer& observer);
  ~DataChannels() override;

  // Errors: two limits at once, a label too long, a negotiated channel without an id or with one in use, too
  // many channels.
  Result<Handle> create(const ChannelConfig& config, TimePoint now);
  // 0 for max_message_size: the peer takes any size (RFC 8841 section 6.1).
  void start(dtls::Role role, size_t max_message_size, TimePoint now, PacketSink& out);
  bool started() const { return started_; }
  // a=sctp-port, before start().
  void set_remote_port(uint16_t port) { association_.set_remote_port(port); }
  // A later description may say another size.
  void set_max_message_size(size_t bytes) { remote_max_ = bytes; }

  void on_packet(std::span<const uint8_t> packet, TimePoint now, PacketSink& out);
  TimePoint next_deadline() const { return std::min(association_.next_deadline(), give_up_at_); }
  void on_deadline(TimePoint now, PacketSink& out);

  Result<void, SendError> send(Handle channel, Kind kind, std::span<const uint8_t> bytes, TimePoint now);
  void flush(TimePoint now, PacketSink& out) { association_.flush(now, out); }
  // Everything queued is still delivered (RFC 8831 section 6.7). A peer that never answers is not waited for
  // longer than the configuration's patience; the stream's id is not used again then until it does.
  void close(Handle channel, TimePoint now);
  // Delivered bytes that the program has not dealt with: they close the window towards the peer until
  // released.
  void hold(size_t bytes) { association_.hold(bytes); }
  void release(size_t bytes, TimePoint now, PacketSink& out) { association_.release(bytes, now, out); }
  // Ends the association and with it all channels.
  void abort(const char* reason, PacketSink& out) { association_.abort(reason, out); }
  void shutdown(TimePoint now, PacketSink& out) { association_.shutdown(now, out); }

  size_t buffered_amount(Handle channel) const;
  // Null for a handle that is gone.
  const ChannelConfig* config(Handle channel) const;
  ChannelState state(Handle channel) const;
  size_t size() const { return channels_.size(); }
  std::vector<ChannelStats> channel_stats() const;
  const Association& association() const { return association_; }

 private:
  struct Channel {
    ChannelStats stats;
    bool acknowledged = false;      // the peer knows it: unordered messages cannot overtake its opening
    bool incoming_reset = false;    // the peer's side is closed
    bool outgoing_reset = false;    // ours is
    TimePoint give_up_at = kNever;  // closing
    size_t left = 0;                // closing: bytes that were queued when that was set
  };
  // A stream whose channel was given up: which sides are reset since.
  struct Retired {
    bool incoming_reset = false;
    bool outgoing_reset = false;
  };

  void on_established() override;
  void on_message(Message&& message) override;
  void on_incoming_reset(std::span<const uint16_t> streams) override;
  void on_outgoing_reset(std::span<const uint16_t> streams, bool performed) override;
  void on_restarted() override;
  void on_closed(const char* reason) override;

  Channel* find(Handle handle);
  const Channel* find(Handle handle) const;
  Channel* by_stream(uint16_t stream);
  Channel& add(const ChannelConfig& config);
  bool assign_id(Channel& channel);
  void open(Channel& channel);
  void on_control(Channel* channel, const Message& message);
  void on_remote_open(const Message& message);
  void begin_close(Channel& channel);
  void finish_close(Channel& channel);
  void expect_progress(Channel& channel);
  void give_up_closing();
  void on_retired_reset(uint16_t stream, bool Retired::*side);
  void close_all();

  const Config config_;
  Observer& observer_;
  Association association_;
  std::unordered_map<Handle, std::unique_ptr<Channel>> channels_;
  std::unordered_map<uint16_t, Channel*> by_stream_;
  std::unordered_map<uint16_t, Retired> retired_;
  TimePoint give_up_at_ = kNever;  // the first that may have to be
  Handle next_handle_ = 1;
  std::optional<dtls::Role> role_;
  bool started_ = false;
  size_t remote_max_ = 65536;  // RFC 8841 section 6.1: when the peer says nothing
  size_t label_bytes_ = 0;
  TimePoint now_;
};

}  // namespace parley::media::sctp
