// A SecureContext of `node:tls` (Node doc: tls.createSecureContext): keys, certificates, trust and limits for
// any number of connections. internalBinding('tls').SecureContext; every method throws OpenSSL's error where
// it fails.
#ifndef RUNTIME_TLS_SECURE_CONTEXT_H_
#define RUNTIME_TLS_SECURE_CONTEXT_H_

#include <openssl/ssl.h>

#include <array>

#include "runtime/crypto/openssl.h"
#include "runtime/engine/environment.h"

namespace parley {

using SslContextPointer = OpenSslPointer<SSL_CTX, SSL_CTX_free>;
using SslPointer = OpenSslPointer<SSL, SSL_free>;

class SecureContext : public BaseObject {
 public:
  // A ticket key is a name, a key for its HMAC and one for its cipher.
  static constexpr size_t kTicketPart = 16;
  static constexpr size_t kTicketSize = 3 * kTicketPart;

  static v8::Local<v8::Function> Define(Environment* env);

  SSL_CTX* context() const { return context_.get(); }
  // The bytes of an ArrayBufferView, or nothing.
  static std::span<const uint8_t> Bytes(v8::Local<v8::Value> value);

 private:
  using Arguments = v8::FunctionCallbackInfo<v8::Value>;
  SecureContext(Environment* env, v8::Local<v8::Object> object, SslContextPointer context);

  static void New(const Arguments& args);
  static void SetKey(const Arguments& args);
  static void SetCert(const Arguments& args);
  static void AddCaCert(const Arguments& args);
  static void AddCrl(const Arguments& args);
  static void AddRootCerts(const Arguments& args);
  static void AddExtraRoots(const Arguments& args);
  static void SetCiphers(const Arguments& args);
  static void SetCipherSuites(const Arguments& args);
  static void SetVersions(const Arguments& args);
  static void SetSigalgs(const Arguments& args);
  static void SetEcdhCurve(const Arguments& args);
  static void SetDhParam(const Arguments& args);
  static void SetOptions(const Arguments& args);
  static void SetSessionIdContext(const Arguments& args);
  static void SetSessionTimeout(const Arguments& args);
  static void LoadPkcs12(const Arguments& args);
  static void GetTicketKeys(const Arguments& args);
  static void SetTicketKeys(const Arguments& args);

  bool UseChain(X509Pointer leaf, STACK_OF(X509) * chain);
  static int TicketKey(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                       EVP_MAC_CTX* mac, int encrypt);

  SslContextPointer context_;
  std::array<uint8_t, kTicketSize> ticket_keys_;
};

}  // namespace parley

#endif  // RUNTIME_TLS_SECURE_CONTEXT_H_
