// One SCTP association inside one DTLS connection (RFC 9260, RFC 8261): a single path, no addresses. Packets,
// messages and deadlines go in; packets go to the sink, messages and what happened to the observer.
//
//   association.connect(now, sink);                // both sides may, at once
//   association.on_packet(packet, now, sink);      // what DTLS opened
//   association.send(stream, protocol, bytes, {}, now);  association.flush(now, sink);
//
// Speaks, when the peer does too: I-DATA with interleaving (RFC 8260), partial reliability (RFC 3758), stream
// reset (RFC 6525). Not implemented, and not needed inside DTLS: multi-homing, address reconfiguration, ECN,
// authentication.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "media/core/random.h"
#include "media/core/result.h"
#include "media/sctp/chunks.h"
#include "media/sctp/config.h"
#include "media/sctp/congestion.h"
#include "media/sctp/cookie.h"
#include "media/sctp/message.h"
#include "media/sctp/outstanding.h"
#include "media/sctp/reassembly.h"
#include "media/sctp/received.h"
#include "media/sctp/send_queue.h"
#include "media/sctp/stream_reset.h"

namespace parley::media::sctp {

struct AssociationStats {
  uint64_t packets_sent = 0;
  uint64_t packets_received = 0;
  uint64_t packets_refused = 0;  // wrong checksum, port or tag; malformed
  uint64_t chunks_retransmitted = 0;
  uint64_t timeouts = 0;
  uint64_t messages_sent = 0;
  uint64_t messages_received = 0;
  uint64_t bytes_sent = 0;  // of messages
  uint64_t bytes_received = 0;
  uint64_t chunks_dropped = 0;  // for lack of buffer
  size_t congestion_window = 0;
  size_t receive_window = 0;  // the peer's
  size_t unacknowledged = 0;  // chunks
  size_t buffered = 0;        // received bytes not yet whole
  Duration round_trip{};
};

class Association {
 public:
  enum class State : uint8_t {
    kClosed,
    kCookieWait,
    kCookieEchoed,
    kEstablished,
    kShutdownPending,
    kShutdownSent,
    kShutdownReceived,
    kShutdownAckSent,
  };

  // Called while a method runs. It may call send(), reset_stream() and hold() back, nothing else.
  class Observer {
   public:
    virtual ~Observer() = default;
    virtual void on_established() = 0;
    virtual void on_message(Message&& message) = 0;
    // The peer closed its side of these streams: they start again. None named: all.
    virtual void on_incoming_reset(std::span<const uint16_t> streams) = 0;
    // Our side of these is reset, or the peer refused.
    virtual void on_outgoing_reset(std::span<const uint16_t> streams, bool performed) = 0;
    // The peer began anew: nothing of before is left on either side.
    virtual void on_restarted() = 0;
    // The end. "" when both sides agreed to it.
    virtual void on_closed(const char* reason) = 0;
  };

  // The configuration is copied; randomness and observer must outlive the association.
  Association(const Config& config, Random& random, Observer& observer);
  Association(const Association&) = delete;
  Association& operator=(const Association&) = delete;

  // Before it connects: the peer's port is known only from its description.
  void set_remote_port(uint16_t port) { config_.remote_port = port; }
  void connect(TimePoint now, PacketSink& out);
  void on_packet(std::span<const uint8_t> packet, TimePoint now, PacketSink& out);
  TimePoint next_deadline() const;
  void on_deadline(TimePoint now, PacketSink& out);

  // Queues a message, of at least one byte; may be called before the association is established. Sent by the
  // next flush().
  Result<void> send(uint16_t stream, uint32_t protocol, std::span<const uint8_t> bytes,
                    const SendOptions& options, TimePoint now);
  void flush(TimePoint now, PacketSink& out);
  // Resets our side of the stream when all that is queued on it has been sent.
  void reset_stream(uint16_t stream);
  // Delivered bytes that the program has not dealt with yet; they take from the window we advertise.
  void hold(size_t bytes) { held_ += bytes; }
  void release(size_t bytes, TimePoint now, PacketSink& out);

  // Ends after everything queued is delivered; abort() at once.
  void shutdown(TimePoint now, PacketSink& out);
  void abort(const char* reason, PacketSink& out);

  State state() const { return state_; }
  bool is_established() const { return state_ == State::kEstablished; }
  bool interleaving() const { return interleaving_; }
  bool partial_reliability() const { return forward_tsn_; }
  bool can_reset_streams() const { return reconfig_; }
  // Streams we may send on: ids below it. 0 before it is established.
  uint16_t outbound_streams() const { return outbound_streams_; }
  size_t buffered_amount(uint16_t stream) const { return queue_.buffered(stream); }
  size_t buffered_amount() const { return queue_.buffered(); }
  AssociationStats stats() const;

 private:
  // association_setup.cc: how it begins and ends.
  void send_init(TimePoint now, PacketSink& out);
  void send_cookie_echo(TimePoint now, PacketSink& out);
  void on_init(std::span<const uint8_t> value, TimePoint now, PacketSink& out);
  void on_init_ack(std::span<const uint8_t> value, TimePoint now, PacketSink& out);
  void on_cookie_echo(const CommonHeader& header, std::span<const uint8_t> value, TimePoint now,
                      PacketSink& out);
  void on_cookie_ack(TimePoint now);
  void on_error(std::span<const uint8_t> value);
  void on_shutdown(std::span<const uint8_t> value, TimePoint now);
  void on_shutdown_ack(PacketSink& out);
  void advance_shutdown(TimePoint now, PacketBuilder& packet);
  void adopt(const Cookie& cookie);
  void begin(uint32_t peer_initial_tsn, uint32_t window, bool forward_tsn, bool interleaving);
  void establish(TimePoint now);
  void restart(const Cookie& cookie);
  InitChunk local_init() const;
  void close(const char* reason);
  void violation(const char* what, ErrorCause cause, PacketSink& out);
  void send_abort(ErrorCause cause, const char* reason, PacketSink& out);
  void on_setup_deadline(TimePoint now, PacketSink& out);

  // association.cc: what comes in.
  bool accepts(const CommonHeader& header, const Chunk& first) const;
  // False: the rest of the packet is not looked at.
  bool on_chunk(const CommonHeader& header, const Chunk& chunk, TimePoint now, PacketSink& out);
  bool on_unknown_chunk(const Chunk& chunk, PacketSink& out);
  void on_data(const Chunk& chunk, TimePoint now, PacketSink& out);
  void on_sack(std::span<const uint8_t> value, TimePoint now, PacketSink& out);
  void on_forward_tsn(const Chunk& chunk, TimePoint now, PacketSink& out);
  void on_reconfig(std::span<const uint8_t> value, PacketSink& out);
  void apply(const StreamReset::Outcome& outcome, PacketSink& out);
  void on_heartbeat_ack(std::span<const uint8_t> value, TimePoint now);
  void deliver();
  bool receives_data() const;
  bool sends_data() const;

  // association_send.cc: what goes out.
  CommonHeader header() const { return {config_.local_port, config_.remote_port, peer_tag_}; }
  PacketBuilder packet(PacketSink& out) const { return {header(), config_.max_packet, out}; }
  void write_sack(PacketBuilder& packet);
  void write_forward_tsn(PacketBuilder& packet);
  bool write_lost(PacketBuilder& packet, TimePoint now);
  void write_new(PacketBuilder& packet, TimePoint now);
  bool may_send_new(size_t payload) const;
  void write_fragment(PacketBuilder& packet, const SendQueue::Fragment& fragment, uint32_t tsn);
  void on_retransmission_timeout(TimePoint now);
  void on_heartbeat_deadline(TimePoint now, PacketSink& out);
  bool count_error();  // false: too many, closed
  uint32_t window() const;
  size_t data_header() const { return interleaving_ ? kIDataHeader : kDataHeader; }

  Config config_;
  Random& random_;
  Observer& observer_;
  CookieJar jar_;
  State state_ = State::kClosed;

  uint32_t local_tag_ = 0;
  uint32_t peer_tag_ = 0;
  uint32_t local_initial_tsn_ = 0;
  uint16_t outbound_streams_ = 0;
  bool forward_tsn_ = false;
  bool interleaving_ = false;
  bool reconfig_ = false;
  std::vector<uint8_t> cookie_;  // the peer's, echoed until it answers

  SendQueue queue_;
  std::optional<Outstanding> outstanding_;
  std::optional<Received> received_;
  Reassembly reassembly_;
  std::optional<StreamReset> reset_;
  CongestionWindow congestion_;
  RetransmissionTimeout rto_;

  size_t peer_window_ = 0;  // as last advertised
  size_t held_ = 0;
  uint32_t told_window_ = 0;
  Serial forwarded_ = 0;  // the last point told by FORWARD-TSN
  bool forward_now_ = false;
  bool window_full_ = false;
  bool force_retransmission_ = false;
  bool sack_now_ = false;
  int packets_since_sack_ = 0;
  int setup_attempts_ = 0;
  int errors_ = 0;
  uint64_t heartbeat_nonce_ = 0;
  bool heartbeat_unanswered_ = false;

  TimePoint setup_at_ = kNever;       // T1-init, T1-cookie and T2-shutdown
  TimePoint retransmit_at_ = kNever;  // T3-rtx
  TimePoint sack_at_ = kNever;
  TimePoint burst_at_ = kNever;
  TimePoint heartbeat_at_ = kNever;
  AssociationStats stats_;
};

const char* to_string(Association::State state);

}  // namespace parley::media::sctp
