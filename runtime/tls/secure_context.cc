// What one SSL_CTX is given. See secure_context.h.
#include "runtime/tls/secure_context.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "runtime/crypto/crypto.h"
#include "runtime/engine/binding.h"
#include "runtime/tls/session.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Arguments = v8::FunctionCallbackInfo<Value>;

constexpr int kWeakestDhBits = 1024;
constexpr int kWeakDhBits = 2048;

struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using X509Stack = std::unique_ptr<STACK_OF(X509), FreeStack>;

SecureContext* This(const Arguments& args) { return BaseObject::Unwrap<SecureContext>(args.This()); }

int NumberOf(Local<Value> value) {
  return value->IsNumber() ? static_cast<int>(value.As<v8::Number>()->Value()) : 0;
}

using StorePointer = OpenSslPointer<X509_STORE, X509_STORE_free>;

// Certificates to trust beside the system's, for every context of the process.
std::mutex extra_roots_mutex;
std::vector<X509Pointer> extra_roots;

StorePointer NewSystemStore() {
  StorePointer store(X509_STORE_new());
  X509_STORE_set_default_paths(store.get());
  const std::lock_guard<std::mutex> lock(extra_roots_mutex);
  for (const X509Pointer& root : extra_roots) X509_STORE_add_cert(store.get(), root.get());
  ERR_clear_error();
  return store;
}

// The certificates that the system trusts. Reading them takes long: all contexts without a trust of their own
// share them.
std::atomic<X509_STORE*> system_store = nullptr;

X509_STORE* SystemStore() {
  static const StorePointer store = NewSystemStore();
  system_store = store.get();
  return store.get();
}

// A store to add to.
X509_STORE* OwnStore(SSL_CTX* context) {
  if (SSL_CTX_get_cert_store(context) == system_store)
    SSL_CTX_set_cert_store(context, NewSystemStore().release());
  return SSL_CTX_get_cert_store(context);
}

// A string or bytes.
std::string TextOf(const Arguments& args, int index) {
  if (args[index]->IsString()) return ToUtf8(args.GetIsolate(), args[index]);
  const auto bytes = SecureContext::Bytes(args[index]);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const uint8_t> SpanOf(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// What encrypted PEM asks for.
int Passphrase(char* buffer, int size, int, void* data) {
  const auto* text = static_cast<const std::string*>(data);
  if (text == nullptr || text->size() > static_cast<size_t>(size)) return -1;
  memcpy(buffer, text->data(), text->size());
  return static_cast<int>(text->size());
}

// PEM ends where there is no further block: that is no error.
void ForgetEndOfPem() {
  const unsigned long error = ERR_peek_last_error();
  if (ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE) ERR_clear_error();
}

void ThrowError(const Arguments& args, const char* message) {
  v8::Isolate* isolate = args.GetIsolate();
  isolate->ThrowException(v8::Exception::Error(OneByte(isolate, message)));
}

}  // namespace

std::span<const uint8_t> SecureContext::Bytes(Local<Value> value) {
  if (!value->IsArrayBufferView()) return {};
  Local<v8::ArrayBufferView> view = value.As<v8::ArrayBufferView>();
  return {static_cast<const uint8_t*>(view->Buffer()->Data()) + view->ByteOffset(), view->ByteLength()};
}

SecureContext::SecureContext(Environment* env, Local<v8::Object> object, SslContextPointer context)
    : BaseObject(env, object), context_(std::move(context)) {
  MakeWeak();
  RAND_bytes(ticket_keys_.data(), static_cast<int>(ticket_keys_.size()));
  SSL_CTX_set_app_data(context_.get(), this);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context_.get(), TicketKey);
}

// new SecureContext(minVersion, maxVersion, side): side is 'server', 'client' or anything else for both.
void SecureContext::New(const Arguments& args) {
  Environment* env = Environment::From(args);
  const std::string side = ToUtf8(args.GetIsolate(), args[2]);
  const SSL_METHOD* method = side == "server"   ? TLS_server_method()
                             : side == "client" ? TLS_client_method()
                                                : TLS_method();
  SslContextPointer context(SSL_CTX_new(method));
  if (context == nullptr) return ThrowOpenSsl(args, "SSL_CTX_new");
  SSL_CTX* raw = context.get();
  // Node's, whatever the system's configuration says. OpenSSL has TLS 1.0 and 1.1 at level 0 only.
  SSL_CTX_set_security_level(raw, NumberOf(args[0]) < TLS1_2_VERSION ? 0 : 1);
  SSL_CTX_set_options(raw, SSL_OP_NO_SSLv2 | SSL_OP_NO_SSLv3);
  SSL_CTX_clear_mode(raw, SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_mode(raw, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_SERVER |
                                          SSL_SESS_CACHE_NO_INTERNAL | SSL_SESS_CACHE_NO_AUTO_CLEAR);
  SSL_CTX_set_min_proto_version(raw, NumberOf(args[0]));
  SSL_CTX_set_max_proto_version(raw, NumberOf(args[1]));
  TlsSession::InstallCallbacks(raw);
  new SecureContext(env, args.This(), std::move(context));
}

void SecureContext::SetKey(const Arguments& args) {
  std::string passphrase = TextOf(args, 1);
  const std::string pem = TextOf(args, 0);
  const BioPointer bio = ReadBio(SpanOf(pem));
  // Without a passphrase an encrypted key is one with an empty one: "bad decrypt".
  const PkeyPointer key(PEM_read_bio_PrivateKey(bio.get(), nullptr, Passphrase, &passphrase));
  if (key == nullptr) return ThrowOpenSsl(args, "PEM_read_bio_PrivateKey");
  if (SSL_CTX_use_PrivateKey(This(args)->context(), key.get()) != 1) {
    ThrowOpenSsl(args, "SSL_CTX_use_PrivateKey");
  }
}

bool SecureContext::UseChain(X509Pointer leaf, STACK_OF(X509) * chain) {
  SSL_CTX* raw = context();
  if (SSL_CTX_use_certificate(raw, leaf.get()) != 1) return false;
  SSL_CTX_clear_chain_certs(raw);
  for (int i = 0; i < sk_X509_num(chain); i++) {
    if (SSL_CTX_add1_chain_cert(raw, sk_X509_value(chain, i)) != 1) return false;
  }
  return true;
}

void SecureContext::SetCert(const Arguments& args) {
  const std::string pem = TextOf(args, 0);
  const BioPointer bio = ReadBio(SpanOf(pem));
  X509Pointer leaf(PEM_read_bio_X509_AUX(bio.get(), nullptr, Passphrase, nullptr));
  if (leaf == nullptr) return ThrowOpenSsl(args, "PEM_read_bio_X509_AUX");
  const X509Stack chain(sk_X509_new_null());
  while (X509* further = PEM_read_bio_X509(bio.get(), nullptr, Passphrase, nullptr)) {
    sk_X509_push(chain.get(), further);
  }
  ForgetEndOfPem();
  if (!This(args)->UseChain(std::move(leaf), chain.get())) ThrowOpenSsl(args, "SSL_CTX_use_certificate");
}

void SecureContext::AddCaCert(const Arguments& args) {
  SSL_CTX* raw = This(args)->context();
  const std::string pem = TextOf(args, 0);
  const BioPointer bio = ReadBio(SpanOf(pem));
  while (true) {
    const X509Pointer cert(PEM_read_bio_X509_AUX(bio.get(), nullptr, Passphrase, nullptr));
    if (cert == nullptr) break;
    X509_STORE_add_cert(OwnStore(raw), cert.get());
    SSL_CTX_add_client_CA(raw, cert.get());
  }
  ForgetEndOfPem();
  ERR_clear_error();
}

// addExtraRoots(pem): for the contexts of addRootCerts(), those of other threads too. Called before the
// first.
void SecureContext::AddExtraRoots(const Arguments& args) {
  const std::string pem = TextOf(args, 0);
  const BioPointer bio = ReadBio(SpanOf(pem));
  X509_STORE* store = SystemStore();
  const std::lock_guard<std::mutex> lock(extra_roots_mutex);
  if (!extra_roots.empty()) return;  // another thread has
  while (X509Pointer cert{PEM_read_bio_X509_AUX(bio.get(), nullptr, Passphrase, nullptr)}) {
    X509_STORE_add_cert(store, cert.get());
    extra_roots.push_back(std::move(cert));
  }
  ForgetEndOfPem();
  ERR_clear_error();
}

void SecureContext::AddCrl(const Arguments& args) {
  const std::string pem = TextOf(args, 0);
  const BioPointer bio = ReadBio(SpanOf(pem));
  const OpenSslPointer<X509_CRL, X509_CRL_free> crl(
      PEM_read_bio_X509_CRL(bio.get(), nullptr, Passphrase, nullptr));
  if (crl == nullptr) {
    ERR_clear_error();
    return ThrowError(args, "Failed to parse CRL");
  }
  X509_STORE* store = OwnStore(This(args)->context());
  X509_STORE_add_crl(store, crl.get());
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
}

void SecureContext::AddRootCerts(const Arguments& args) {
  SSL_CTX_set1_cert_store(This(args)->context(), SystemStore());
}

void SecureContext::SetCiphers(const Arguments& args) {
  const std::string list = ToUtf8(args.GetIsolate(), args[0]);
  if (SSL_CTX_set_cipher_list(This(args)->context(), list.c_str()) == 1) return;
  // An empty list is fine: TLS 1.3 has its suites.
  if (list.empty() && ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_NO_CIPHER_MATCH) {
    ERR_clear_error();
    return;
  }
  ThrowOpenSsl(args, "Failed to set ciphers");
}

void SecureContext::SetCipherSuites(const Arguments& args) {
  const std::string list = ToUtf8(args.GetIsolate(), args[0]);
  if (SSL_CTX_set_ciphersuites(This(args)->context(), list.c_str()) != 1)
    ThrowOpenSsl(args, "Failed to set ciphers");
}

// setVersions(min, max)
void SecureContext::SetVersions(const Arguments& args) {
  SSL_CTX_set_min_proto_version(This(args)->context(), NumberOf(args[0]));
  SSL_CTX_set_max_proto_version(This(args)->context(), NumberOf(args[1]));
}

void SecureContext::SetSigalgs(const Arguments& args) {
  const std::string list = ToUtf8(args.GetIsolate(), args[0]);
  if (SSL_CTX_set1_sigalgs_list(This(args)->context(), list.c_str()) == 0)
    ThrowOpenSsl(args, "Failed to set signature algorithms");
}

void SecureContext::SetEcdhCurve(const Arguments& args) {
  const std::string list = ToUtf8(args.GetIsolate(), args[0]);
  if (list == "auto") return;
  if (SSL_CTX_set1_groups_list(This(args)->context(), list.c_str()) != 1) {
    ERR_clear_error();
    ThrowError(args, "Failed to set ECDH curve");
  }
}

// A warning's text where the parameters are weak.
void SecureContext::SetDhParam(const Arguments& args) {
  SSL_CTX* raw = This(args)->context();
  if (args[0]->IsTrue()) {
    SSL_CTX_set_dh_auto(raw, 1);
    return;
  }
  const BioPointer bio = ReadBio(Bytes(args[0]));
  PkeyPointer parameters(PEM_read_bio_Parameters(bio.get(), nullptr));
  // Unreadable ones are ignored: the ciphers that need them are then not offered.
  if (parameters == nullptr) {
    ERR_clear_error();
    return;
  }
  const int bits = EVP_PKEY_get_bits(parameters.get());
  if (bits < kWeakestDhBits) return ThrowError(args, "DH parameter is less than 1024 bits");
  if (bits < kWeakDhBits) {
    args.GetReturnValue().Set(OneByte(args.GetIsolate(), "DH parameter is less than 2048 bits"));
  }
  SSL_CTX_set_options(raw, SSL_OP_SINGLE_DH_USE);
  if (SSL_CTX_set0_tmp_dh_pkey(raw, parameters.get()) != 1)
    return ThrowError(args, "Error setting temp DH parameter");
  parameters.release();  // the context's
}

void SecureContext::SetOptions(const Arguments& args) {
  const double options = args[0].As<v8::Number>()->Value();
  SSL_CTX_set_options(This(args)->context(), static_cast<uint64_t>(options));
}

void SecureContext::SetSessionIdContext(const Arguments& args) {
  const std::string text = ToUtf8(args.GetIsolate(), args[0]);
  if (SSL_CTX_set_session_id_context(This(args)->context(),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<unsigned>(text.size())) != 1) {
    ThrowOpenSsl(args, "SSL_CTX_set_session_id_context error");
  }
}

void SecureContext::SetSessionTimeout(const Arguments& args) {
  SSL_CTX_set_timeout(This(args)->context(), NumberOf(args[0]));
}

// (bytes, passphrase): a key, its certificate and further certificates in one.
void SecureContext::LoadPkcs12(const Arguments& args) {
  SecureContext* self = This(args);
  const auto secret = Bytes(args[1]);
  const std::string passphrase(reinterpret_cast<const char*>(secret.data()), secret.size());
  const BioPointer bio = ReadBio(Bytes(args[0]));
  const OpenSslPointer<PKCS12, PKCS12_free> pkcs12(d2i_PKCS12_bio(bio.get(), nullptr));
  EVP_PKEY* key = nullptr;
  X509* leaf = nullptr;
  STACK_OF(X509)* others = nullptr;
  const bool parsed = pkcs12 != nullptr &&
                      PKCS12_parse(pkcs12.get(), args[1]->IsArrayBufferView() ? passphrase.c_str() : nullptr,
                                   &key, &leaf, &others) == 1;
  const PkeyPointer key_owner(key);
  X509Pointer leaf_owner(leaf);
  const X509Stack others_owner(others);
  if (!parsed) {
    const unsigned long error = ERR_get_error();
    ERR_clear_error();
    const char* reason = ERR_reason_error_string(error);
    return ThrowError(args, reason == nullptr ? "Unable to load PFX certificate" : reason);
  }
  if (key == nullptr || leaf == nullptr) return ThrowError(args, "Unable to load private key from PFX data");
  if (!self->UseChain(std::move(leaf_owner), others) || SSL_CTX_use_PrivateKey(self->context(), key) != 1) {
    return ThrowOpenSsl(args, "Unable to load PFX certificate");
  }
  for (int i = 0; i < sk_X509_num(others); i++) {
    X509_STORE_add_cert(OwnStore(self->context()), sk_X509_value(others, i));
    SSL_CTX_add_client_CA(self->context(), sk_X509_value(others, i));
  }
}

void SecureContext::GetTicketKeys(const Arguments& args) {
  const auto& keys = This(args)->ticket_keys_;
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(args.GetIsolate(), keys.size());
  memcpy(buffer->Data(), keys.data(), keys.size());
  args.GetReturnValue().Set(buffer);
}

void SecureContext::SetTicketKeys(const Arguments& args) {
  const auto bytes = Bytes(args[0]);
  if (bytes.size() == kTicketSize) memcpy(This(args)->ticket_keys_.data(), bytes.data(), kTicketSize);
}

int SecureContext::TicketKey(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                             EVP_MAC_CTX* mac, int encrypt) {
  auto* self = static_cast<SecureContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  const uint8_t* keys = self->ticket_keys_.data();
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, const_cast<uint8_t*>(keys) + kTicketPart,
                                        kTicketPart),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end(),
  };
  if (encrypt != 0) {
    memcpy(name, keys, kTicketPart);
    if (RAND_bytes(iv, EVP_MAX_IV_LENGTH) <= 0) return -1;
  } else if (memcmp(name, keys, kTicketPart) != 0) {
    return 0;  // an older key's: a full handshake
  }
  const bool ready =
      EVP_MAC_CTX_set_params(mac, parameters) == 1 &&
      EVP_CipherInit_ex(cipher, EVP_aes_128_cbc(), nullptr, keys + 2 * kTicketPart, iv, encrypt) == 1;
  return ready ? 1 : -1;
}

Local<v8::Function> SecureContext::Define(Environment* env) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = MakeTemplate(env, "SecureContext", New);
  SetMethod(isolate, t, "setKey", SetKey);
  SetMethod(isolate, t, "setCert", SetCert);
  SetMethod(isolate, t, "addCACert", AddCaCert);
  SetMethod(isolate, t, "addCRL", AddCrl);
  SetMethod(isolate, t, "addRootCerts", AddRootCerts);
  SetMethod(isolate, t, "addExtraRoots", AddExtraRoots);
  SetMethod(isolate, t, "setCiphers", SetCiphers);
  SetMethod(isolate, t, "setCipherSuites", SetCipherSuites);
  SetMethod(isolate, t, "setVersions", SetVersions);
  SetMethod(isolate, t, "setSigalgs", SetSigalgs);
  SetMethod(isolate, t, "setECDHCurve", SetEcdhCurve);
  SetMethod(isolate, t, "setDHParam", SetDhParam);
  SetMethod(isolate, t, "setOptions", SetOptions);
  SetMethod(isolate, t, "setSessionIdContext", SetSessionIdContext);
  SetMethod(isolate, t, "setSessionTimeout", SetSessionTimeout);
  SetMethod(isolate, t, "loadPKCS12", LoadPkcs12);
  SetMethod(isolate, t, "getTicketKeys", GetTicketKeys);
  SetMethod(isolate, t, "setTicketKeys", SetTicketKeys);
  return t->GetFunction(env->context()).ToLocalChecked();
}

}  // namespace parley
