// The `crypto_constants` binding: the numbers of crypto.constants (Node doc: crypto, "Crypto constants").
#include <openssl/dh.h>
#include <openssl/ec.h>
#include <openssl/engine.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

struct Constant {
  const char* name;
  double value;
};

constexpr Constant kConstants[] = {
    {"OPENSSL_VERSION_NUMBER", static_cast<double>(OPENSSL_VERSION_NUMBER)},
    {"SSL_OP_ALL", static_cast<double>(SSL_OP_ALL)},
    {"SSL_OP_ALLOW_NO_DHE_KEX", static_cast<double>(SSL_OP_ALLOW_NO_DHE_KEX)},
    {"SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION",
     static_cast<double>(SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION)},
    {"SSL_OP_CIPHER_SERVER_PREFERENCE", static_cast<double>(SSL_OP_CIPHER_SERVER_PREFERENCE)},
    {"SSL_OP_CISCO_ANYCONNECT", static_cast<double>(SSL_OP_CISCO_ANYCONNECT)},
    {"SSL_OP_COOKIE_EXCHANGE", static_cast<double>(SSL_OP_COOKIE_EXCHANGE)},
    {"SSL_OP_CRYPTOPRO_TLSEXT_BUG", static_cast<double>(SSL_OP_CRYPTOPRO_TLSEXT_BUG)},
    {"SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS", static_cast<double>(SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS)},
    {"SSL_OP_LEGACY_SERVER_CONNECT", static_cast<double>(SSL_OP_LEGACY_SERVER_CONNECT)},
    {"SSL_OP_NO_COMPRESSION", static_cast<double>(SSL_OP_NO_COMPRESSION)},
    {"SSL_OP_NO_ENCRYPT_THEN_MAC", static_cast<double>(SSL_OP_NO_ENCRYPT_THEN_MAC)},
    {"SSL_OP_NO_QUERY_MTU", static_cast<double>(SSL_OP_NO_QUERY_MTU)},
    {"SSL_OP_NO_RENEGOTIATION", static_cast<double>(SSL_OP_NO_RENEGOTIATION)},
    {"SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION",
     static_cast<double>(SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION)},
    {"SSL_OP_NO_SSLv2", static_cast<double>(SSL_OP_NO_SSLv2)},
    {"SSL_OP_NO_SSLv3", static_cast<double>(SSL_OP_NO_SSLv3)},
    {"SSL_OP_NO_TICKET", static_cast<double>(SSL_OP_NO_TICKET)},
    {"SSL_OP_NO_TLSv1", static_cast<double>(SSL_OP_NO_TLSv1)},
    {"SSL_OP_NO_TLSv1_1", static_cast<double>(SSL_OP_NO_TLSv1_1)},
    {"SSL_OP_NO_TLSv1_2", static_cast<double>(SSL_OP_NO_TLSv1_2)},
    {"SSL_OP_NO_TLSv1_3", static_cast<double>(SSL_OP_NO_TLSv1_3)},
    {"SSL_OP_PRIORITIZE_CHACHA", static_cast<double>(SSL_OP_PRIORITIZE_CHACHA)},
    {"SSL_OP_TLS_ROLLBACK_BUG", static_cast<double>(SSL_OP_TLS_ROLLBACK_BUG)},
    {"ENGINE_METHOD_RSA", static_cast<double>(ENGINE_METHOD_RSA)},
    {"ENGINE_METHOD_DSA", static_cast<double>(ENGINE_METHOD_DSA)},
    {"ENGINE_METHOD_DH", static_cast<double>(ENGINE_METHOD_DH)},
    {"ENGINE_METHOD_RAND", static_cast<double>(ENGINE_METHOD_RAND)},
    {"ENGINE_METHOD_EC", static_cast<double>(ENGINE_METHOD_EC)},
    {"ENGINE_METHOD_CIPHERS", static_cast<double>(ENGINE_METHOD_CIPHERS)},
    {"ENGINE_METHOD_DIGESTS", static_cast<double>(ENGINE_METHOD_DIGESTS)},
    {"ENGINE_METHOD_PKEY_METHS", static_cast<double>(ENGINE_METHOD_PKEY_METHS)},
    {"ENGINE_METHOD_PKEY_ASN1_METHS", static_cast<double>(ENGINE_METHOD_PKEY_ASN1_METHS)},
    {"ENGINE_METHOD_ALL", static_cast<double>(ENGINE_METHOD_ALL)},
    {"ENGINE_METHOD_NONE", static_cast<double>(ENGINE_METHOD_NONE)},
    {"DH_CHECK_P_NOT_SAFE_PRIME", static_cast<double>(DH_CHECK_P_NOT_SAFE_PRIME)},
    {"DH_CHECK_P_NOT_PRIME", static_cast<double>(DH_CHECK_P_NOT_PRIME)},
    {"DH_UNABLE_TO_CHECK_GENERATOR", static_cast<double>(DH_UNABLE_TO_CHECK_GENERATOR)},
    {"DH_NOT_SUITABLE_GENERATOR", static_cast<double>(DH_NOT_SUITABLE_GENERATOR)},
    {"RSA_PKCS1_PADDING", static_cast<double>(RSA_PKCS1_PADDING)},
    {"RSA_NO_PADDING", static_cast<double>(RSA_NO_PADDING)},
    {"RSA_PKCS1_OAEP_PADDING", static_cast<double>(RSA_PKCS1_OAEP_PADDING)},
    {"RSA_X931_PADDING", static_cast<double>(RSA_X931_PADDING)},
    {"RSA_PKCS1_PSS_PADDING", static_cast<double>(RSA_PKCS1_PSS_PADDING)},
    {"RSA_PSS_SALTLEN_DIGEST", static_cast<double>(RSA_PSS_SALTLEN_DIGEST)},
    {"RSA_PSS_SALTLEN_MAX_SIGN", static_cast<double>(-2)},
    {"RSA_PSS_SALTLEN_AUTO", static_cast<double>(RSA_PSS_SALTLEN_AUTO)},
    {"TLS1_VERSION", static_cast<double>(TLS1_VERSION)},
    {"TLS1_1_VERSION", static_cast<double>(TLS1_1_VERSION)},
    {"TLS1_2_VERSION", static_cast<double>(TLS1_2_VERSION)},
    {"TLS1_3_VERSION", static_cast<double>(TLS1_3_VERSION)},
    {"POINT_CONVERSION_COMPRESSED", static_cast<double>(POINT_CONVERSION_COMPRESSED)},
    {"POINT_CONVERSION_UNCOMPRESSED", static_cast<double>(POINT_CONVERSION_UNCOMPRESSED)},
    {"POINT_CONVERSION_HYBRID", static_cast<double>(POINT_CONVERSION_HYBRID)},
};

void Initialize(Environment* env, v8::Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  for (const Constant& constant : kConstants) {
    target
        ->Set(isolate->GetCurrentContext(), OneByte(isolate, constant.name),
              v8::Number::New(isolate, constant.value))
        .Check();
  }
}

PARLEY_BINDING(crypto_constants, BindingKind::kInternal, {}, Initialize, {});

}  // namespace
}  // namespace parley
