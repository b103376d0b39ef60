// One DTLS 1.2 association (RFC 6347) that agrees on SRTP keys (RFC 5764) and carries SCTP packets (RFC
// 8261), on OpenSSL, without sockets or clocks.
//
// Datagrams and deadlines go in; datagrams for `to` come out in the slab. The peer is who its fingerprint
// says (RFC 8122) or nobody: keys are given only after the check. As a server, feed it only datagrams from
// addresses that ICE has validated (RFC 8827 section 5.4). Where ICE is lite that proves who asks, not where
// they are: limit_sending() keeps a peer that lies about its address from having somebody else flooded.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "media/core/send_slab.h"
#include "media/core/time.h"
#include "media/dtls/certificate.h"
#include "media/srtp/profile.h"

namespace parley::media::dtls {

enum class Role : uint8_t { kActive /* client */, kPassive /* server */ };
enum class State : uint8_t { kNew, kConnecting, kConnected, kClosed, kFailed };

struct SrtpKeys {
  srtp::Profile profile{};
  srtp::MasterKey local;   // what we protect with
  srtp::MasterKey remote;  // what the peer protects with
};

// Whether a datagram is DTLS by its first byte (RFC 7983: 20..63).
inline bool looks_like_dtls(std::span<const uint8_t> datagram) {
  return datagram.size() >= 13 && datagram[0] >= 20 && datagram[0] <= 63;
}

// Takes what the peer sends over the connection once it is known who it is.
class DataSink {
 public:
  virtual ~DataSink() = default;
  // May call Transport::send().
  virtual void on_application_data(std::span<const uint8_t> data) = 0;
};

class Transport {
 public:
  static constexpr size_t kMtu = 1200;
  static constexpr Duration kHandshakeDeadline = std::chrono::seconds(30);
  static constexpr Duration kFirstRetransmission = std::chrono::milliseconds(100);
  static constexpr Duration kLongestRetransmission = std::chrono::milliseconds(3200);

  // The certificate must outlive the transport.
  Transport(const Certificate& certificate, Role role);
  ~Transport();
  Transport(Transport&&) noexcept;
  Transport& operator=(Transport&&) noexcept;

  // May be set late (the peer's answer is on the way): the handshake runs, but nothing is connected before
  // the check.
  void set_remote_fingerprint(const Fingerprint& fingerprint);
  // For a connection that carries data alone: no SRTP profile in common is no failure. Before the check.
  void set_srtp_optional();

  // Until the handshake is done, by which the peer's address is proven, no more is sent than `bytes` and what
  // allow() adds: kAmplification times what came, the rule of RFC 9000 section 8.1. Datagrams of DTLS add to
  // it by themselves.
  static constexpr size_t kAmplification = 3;
  void limit_sending(size_t bytes);
  void allow(size_t bytes);
  // What is left of it.
  size_t allowance() const;

  // Starts the handshake's deadline; the active side sends its first flight.
  void start(const Route& to, TimePoint now, SendSlab& out);
  // Application data goes to `data`; without one it is dropped.
  void on_datagram(std::span<const uint8_t> datagram, const Route& to, TimePoint now, SendSlab& out,
                   DataSink* data = nullptr);
  // One record of application data. False when there is no connection.
  bool send(std::span<const uint8_t> data, const Route& to, SendSlab& out);
  TimePoint next_deadline() const;
  void on_deadline(const Route& to, TimePoint now, SendSlab& out);
  // Sends close_notify when there is a connection to close.
  void close(const Route& to, SendSlab& out);

  State state() const;
  Role role() const;
  // Set once connected, unless only data is carried.
  const std::optional<SrtpKeys>& keys() const;
  // The peer's, DER in base64; empty before it was shown.
  std::string remote_certificate() const;
  // What was agreed on, once connected; "" otherwise. The version as on the wire ("FEFD"), names as IANA has
  // them.
  struct Suite {
    std::string version;
    std::string cipher;
    std::string srtp_profile;  // "" without SRTP
  };
  Suite suite() const;
  // Why it failed; "" otherwise.
  const char* failure() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::media::dtls
