// X.509 certificates (RFC 5280) as Node shows them (Node doc: crypto, "Class: X509Certificate"; tls,
// "Certificate object").
#ifndef RUNTIME_CRYPTO_X509_H_
#define RUNTIME_CRYPTO_X509_H_

#include <optional>
#include <string>

#include "runtime/crypto/openssl.h"
#include "runtime/engine/environment.h"

namespace parley {

// The object an X509Certificate of JavaScript holds.
class CertificateHandle : public BaseObject {
 public:
  // Empty with an exception pending.
  static v8::MaybeLocal<v8::Object> Create(Environment* env, X509Pointer certificate);
  // Null when `value` is no handle.
  static X509* From(v8::Local<v8::Value> value);

 private:
  CertificateHandle(Environment* env, v8::Local<v8::Object> object, X509Pointer certificate);
  X509Pointer certificate_;
};

// As tls.TLSSocket's getPeerCertificate() describes it; without its issuer.
v8::Local<v8::Object> LegacyCertificate(Environment* env, X509* certificate);

// Texts of a certificate's parts.
std::string NameLines(const X509_NAME* name);                          // "C=DE\nCN=…"
std::optional<std::string> AlternativeNames(const X509* certificate);  // "DNS:…, IP Address:…"
std::optional<std::string> InfoAccess(const X509* certificate);        // "OCSP - URI:…\n…"
std::string TimeText(const ASN1_TIME* time);
std::string Fingerprint(const X509* certificate, const EVP_MD* digest);  // "8B:89:…"
std::string SerialNumber(const X509* certificate);                       // hexadecimal
// What the key may be used for, as OIDs; nothing when it is not said.
std::optional<std::vector<std::string>> ExtendedKeyUsage(const X509* certificate);

}  // namespace parley

#endif  // RUNTIME_CRYPTO_X509_H_
