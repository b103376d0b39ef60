// The self-signed certificate by which an endpoint is known for its session: ECDSA on P-256 (RFC 8827
// section 6.5), named by its SHA-256 fingerprint in SDP (RFC 8122).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "media/core/result.h"

struct ssl_ctx_st;
struct x509_st;

namespace parley::media::dtls {

struct Fingerprint {
  std::array<uint8_t, 32> sha256{};

  // "AB:CD:…" as in SDP, upper case.
  std::string to_string() const;
  // 32 hexadecimal pairs separated by colons, either case.
  static std::optional<Fingerprint> parse(std::string_view text);
  bool operator==(const Fingerprint&) const = default;
};

// Its DER in base64; empty for none.
std::string base64_of(const x509_st* certificate);

// A key, its certificate and the OpenSSL context made of them. Make one for each thread of media: sessions
// only read it, but its lifetime must cover theirs.
class Certificate {
 public:
  static constexpr std::chrono::seconds kValidity = std::chrono::hours(24 * 365);
  static Result<Certificate> generate(std::chrono::seconds validity = kValidity);
  // The same key and certificate again.
  Certificate share() const;

  const Fingerprint& fingerprint() const { return fingerprint_; }
  std::string base64() const;  // of its DER
  ssl_ctx_st* context() const { return context_.get(); }

 private:
  struct FreeContext {
    void operator()(ssl_ctx_st* context) const;
  };
  Certificate(ssl_ctx_st* context, Fingerprint fingerprint) : context_(context), fingerprint_(fingerprint) {}

  std::unique_ptr<ssl_ctx_st, FreeContext> context_;
  Fingerprint fingerprint_;
};

}  // namespace parley::media::dtls
