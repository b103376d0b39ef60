// The client's side of TLS over one of our TCP connections: TURN servers that are reached by turns: (RFC
// 7065, RFC 8656 section 2.1). The server's certificate must be of the name that was asked for and lead to a
// root of the system (OpenSSL's: SSL_CERT_FILE and SSL_CERT_DIR name others). Bytes in, bytes out; no
// sockets.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace parley::media::io {

class TlsStream {
 public:
  // What one record holds at most.
  static constexpr size_t kMaxRecord = 16 << 10;

  // To a server of this name, or of this address in text. Null: TLS cannot be had.
  static std::unique_ptr<TlsStream> connect(const std::string& host);

  // Begins the handshake.
  bool start() { return shake_hands(); }
  // Bytes from the server; what they say is then to be read. False: the stream is broken, the certificate is
  // not the server's own, or no root vouches for it.
  bool push(std::span<const uint8_t> bytes);
  // The next bytes that the server said, valid until the next call; empty: no more for now, or the end.
  std::span<uint8_t> read();
  // The handshake is done: the server is who it says.
  bool established() const { return established_; }
  // Nothing comes any more.
  bool ended() const { return ended_; }
  // Only when established. False: the stream is broken.
  bool write(std::span<const uint8_t> bytes);
  // Appends what is to go to the server; how much that is.
  size_t drain(std::vector<uint8_t>& out);

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  using Ssl = std::unique_ptr<SSL, Free>;

  TlsStream(Ssl ssl, BIO* in, BIO* out) : ssl_(std::move(ssl)), in_(in), out_(out) {}
  bool shake_hands();

  Ssl ssl_;
  BIO* in_;  // both are the SSL's
  BIO* out_;
  bool established_ = false;
  bool ended_ = false;
  std::vector<uint8_t> plain_;
};

}  // namespace parley::media::io
