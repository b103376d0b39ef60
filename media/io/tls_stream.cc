// See tls_stream.h.
#include "media/io/tls_stream.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <utility>

#include "media/core/socket_address.h"

namespace parley::media::io {
namespace {

// One for the program: the roots are read once. Never freed.
SSL_CTX* client_context() {
  static SSL_CTX* const context = [] {
    SSL_CTX* made = SSL_CTX_new(TLS_client_method());
    if (made == nullptr) return made;
    SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION);
    SSL_CTX_set_verify(made, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_default_verify_paths(made);
    return made;
  }();
  return context;
}

bool expect_name(SSL* ssl, const std::string& host) {
  if (host.empty()) return false;
  if (SocketAddress::parse(host, 0))
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

}  // namespace

std::unique_ptr<TlsStream> TlsStream::connect(const std::string& host) {
  SSL_CTX* context = client_context();
  Ssl ssl(context != nullptr ? SSL_new(context) : nullptr);
  if (!ssl || !expect_name(ssl.get(), host)) return nullptr;
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  if (in == nullptr || out == nullptr) {
    BIO_free(in);
    BIO_free(out);
    return nullptr;
  }
  BIO_set_mem_eof_return(in, -1);  // nothing there yet is no end
  SSL_set_bio(ssl.get(), in, out);
  SSL_set_connect_state(ssl.get());
  return std::unique_ptr<TlsStream>(new TlsStream(std::move(ssl), in, out));
}

bool TlsStream::shake_hands() {
  ERR_clear_error();
  const int n = SSL_do_handshake(ssl_.get());
  established_ = n == 1;
  return n == 1 || SSL_get_error(ssl_.get(), n) == SSL_ERROR_WANT_READ;
}

bool TlsStream::push(std::span<const uint8_t> bytes) {
  const int size = static_cast<int>(bytes.size());
  if (BIO_write(in_, bytes.data(), size) != size) return false;
  return established_ || shake_hands();
}

std::span<uint8_t> TlsStream::read() {
  if (!established_ || ended_) return {};
  plain_.resize(kMaxRecord);
  ERR_clear_error();
  const int n = SSL_read(ssl_.get(), plain_.data(), static_cast<int>(plain_.size()));
  if (n > 0) return std::span(plain_).first(static_cast<size_t>(n));
  ended_ = SSL_get_error(ssl_.get(), n) != SSL_ERROR_WANT_READ;
  return {};
}

bool TlsStream::write(std::span<const uint8_t> bytes) {
  if (!established_ || bytes.empty()) return established_;
  ERR_clear_error();
  return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
         static_cast<int>(bytes.size());
}

size_t TlsStream::drain(std::vector<uint8_t>& out) {
  const size_t before = out.size();
  const size_t waiting = BIO_ctrl_pending(out_);
  if (waiting == 0) return 0;
  out.resize(before + waiting);
  const int n = BIO_read(out_, &out[before], static_cast<int>(waiting));
  out.resize(before + static_cast<size_t>(n > 0 ? n : 0));
  return out.size() - before;
}

}  // namespace parley::media::io
