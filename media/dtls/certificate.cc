// Implements media/dtls/certificate.h.
#include "media/dtls/certificate.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cctype>

namespace parley::media::dtls {
namespace {

struct Free {
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(BIGNUM* p) const { BN_free(p); }
};
using X509Ptr = std::unique_ptr<X509, Free>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free>;

constexpr long kDay = 24 * 3600;

X509Ptr self_sign(EVP_PKEY* key, std::chrono::seconds validity) {
  X509Ptr cert(X509_new());
  const std::unique_ptr<BIGNUM, Free> serial(BN_new());
  if (!cert || !serial || BN_rand(serial.get(), 64, 0, 0) != 1) return nullptr;
  X509_NAME* name = X509_get_subject_name(cert.get());
  const bool ok =
      X509_set_version(cert.get(), X509_VERSION_3) == 1 &&
      BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(cert.get())) != nullptr &&
      // From yesterday, for peers whose clock is behind.
      X509_gmtime_adj(X509_getm_notBefore(cert.get()), -kDay) != nullptr &&
      X509_gmtime_adj(X509_getm_notAfter(cert.get()), static_cast<long>(validity.count())) != nullptr &&
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("WebRTC"),
                                 -1, -1, 0) == 1 &&
      X509_set_issuer_name(cert.get(), name) == 1 && X509_set_pubkey(cert.get(), key) == 1 &&
      X509_sign(cert.get(), key, EVP_sha256()) > 0;
  return ok ? std::move(cert) : nullptr;
}

bool configure(SSL_CTX* c, X509* cert, EVP_PKEY* key) {
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(
      c, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_QUERY_MTU | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_read_ahead(c, 1);  // a datagram is read whole
  // Any certificate is let through here: who the peer is, its fingerprint decides (Transport).
  SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     [](int, X509_STORE_CTX*) { return 1; });
  return SSL_CTX_set_min_proto_version(c, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(c, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(c,
                                 "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
                                 "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256") == 1 &&
         SSL_CTX_set1_groups_list(c, "X25519:P-256") == 1 &&
         // 0 is success here (RFC 5764's profiles, in our order of preference).
         SSL_CTX_set_tlsext_use_srtp(
             c, "SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80") == 0 &&
         SSL_CTX_use_certificate(c, cert) == 1 && SSL_CTX_use_PrivateKey(c, key) == 1;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string Fingerprint::to_string() const {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(sha256.size() * 3);
  for (const uint8_t b : sha256) {
    if (!out.empty()) out += ':';
    out += kDigits[b >> 4];
    out += kDigits[b & 15];
  }
  return out;
}

std::optional<Fingerprint> Fingerprint::parse(std::string_view text) {
  Fingerprint f;
  if (text.size() != f.sha256.size() * 3 - 1) return std::nullopt;
  for (size_t i = 0; i < f.sha256.size(); ++i) {
    const int high = hex_digit(text[3 * i]), low = hex_digit(text[3 * i + 1]);
    if (high < 0 || low < 0 || (i > 0 && text[3 * i - 1] != ':')) return std::nullopt;
    f.sha256[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return f;
}

std::string base64_of(const x509_st* certificate) {
  if (certificate == nullptr) return {};
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) return {};
  std::string text(static_cast<size_t>(size + 2) / 3 * 4 + 1,
                   '\0');  // with the zero that is written after it
  text.resize(static_cast<size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), der, size)));
  OPENSSL_free(der);
  return text;
}

std::string Certificate::base64() const { return base64_of(SSL_CTX_get0_certificate(context_.get())); }

void Certificate::FreeContext::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Certificate Certificate::share() const {
  SSL_CTX_up_ref(context_.get());
  return Certificate(context_.get(), fingerprint_);
}

Result<Certificate> Certificate::generate(std::chrono::seconds validity) {
  const KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return Error{"cannot generate a P-256 key"};
  const X509Ptr cert = self_sign(key.get(), validity);
  if (!cert) return Error{"cannot sign a certificate"};
  Fingerprint fingerprint;
  unsigned size = 0;
  if (X509_digest(cert.get(), EVP_sha256(), fingerprint.sha256.data(), &size) != 1) {
    return Error{"cannot digest the certificate"};
  }
  Certificate made(SSL_CTX_new(DTLS_method()), fingerprint);
  if (!made.context_ || !configure(made.context_.get(), cert.get(), key.get())) {
    return Error{"OpenSSL refused the DTLS settings"};
  }
  return made;
}

}  // namespace parley::media::dtls
