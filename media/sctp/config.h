// What both ends of an SCTP association may choose: limits and timings (RFC 9260 section 16, with the shorter
// times that associations inside DTLS between browsers use).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "media/core/time.h"

namespace parley::media::sctp {

struct Config {
  uint16_t local_port = 5000;   // a=sctp-port; inside DTLS it tells nothing apart
  uint16_t remote_port = 5000;  // the peer's

  // One SCTP packet, header included. With DTLS 1.2's record around it (at most 13 + 8 + 16 bytes with AEAD
  // ciphers) it stays under the 1,200 bytes that every path carries.
  size_t max_packet = 1144;

  // A larger message is refused here and ends the association when the peer sends one. Told to the peer as
  // a=max-message-size.
  size_t max_message_size = size_t{16} << 20;
  // What may wait for the rest of its message, for its turn, or for the program. The window we advertise; at
  // least max_message_size.
  size_t receive_buffer = (size_t{16} << 20) + (size_t{1} << 20);
  // What may wait to be sent, over all streams; a message that does not fit is refused.
  size_t send_buffer = size_t{64} << 20;
  // Streams that hold state here. Ids go up to 65,534; this bounds what they cost.
  size_t max_streams = 4096;
  // Messages begun or complete but not yet delivered, and fragments out of order.
  size_t max_partial_messages = 4096;
  size_t max_fragments = 32768;

  // Data channels open at once, and the bytes of their labels and protocols together.
  size_t max_channels = 1024;
  size_t max_label_bytes = size_t{1} << 20;

  bool interleaving = true;  // offer RFC 8260; used when both do
  bool partial_reliability = true;

  Duration rto_initial = std::chrono::milliseconds(1000);
  Duration rto_min = std::chrono::milliseconds(400);
  Duration rto_max = std::chrono::seconds(10);
  Duration delayed_ack = std::chrono::milliseconds(40);
  Duration heartbeat_interval = std::chrono::seconds(30);
  Duration cookie_life = std::chrono::seconds(60);
  // A data channel that closes is given up when for so long nothing of it went, nor did the peer answer;
  // that is looked at as often, so it happens within twice the time.
  Duration close_patience = std::chrono::seconds(30);
  int max_init_retransmissions = 15;
  int max_retransmissions = 10;
  int max_burst = 8;  // packets for each occasion to send; what is left follows spread over the round trip
};

// Where packets go: to DTLS, or to a test's network. Called while a method of the association runs; the bytes
// are valid during the call.
class PacketSink {
 public:
  virtual ~PacketSink() = default;
  virtual void send_sctp(std::span<const uint8_t> packet) = 0;
};

}  // namespace parley::media::sctp
