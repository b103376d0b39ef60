// What a TLS connection is set to, and what it tells of itself and its peer. See session.h.
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <string>

#include "runtime/crypto/crypto.h"
#include "runtime/crypto/x509.h"
#include "runtime/engine/binding.h"
#include "runtime/tls/session.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Arguments = v8::FunctionCallbackInfo<Value>;

void SetProperty(v8::Isolate* isolate, Local<v8::Object> object, const char* name, Local<Value> value) {
  object->Set(isolate->GetCurrentContext(), OneByte(isolate, name), value).Check();
}

// The names that programs compare with.
const char* VerifyCode(long error) {
  switch (error) {
#define PARLEY_CODE(name) \
  case X509_V_ERR_##name: \
    return #name;
    PARLEY_CODE(UNABLE_TO_GET_ISSUER_CERT)
    PARLEY_CODE(UNABLE_TO_GET_CRL)
    PARLEY_CODE(UNABLE_TO_DECRYPT_CERT_SIGNATURE)
    PARLEY_CODE(UNABLE_TO_DECRYPT_CRL_SIGNATURE)
    PARLEY_CODE(UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY)
    PARLEY_CODE(CERT_SIGNATURE_FAILURE)
    PARLEY_CODE(CRL_SIGNATURE_FAILURE)
    PARLEY_CODE(CERT_NOT_YET_VALID)
    PARLEY_CODE(CERT_HAS_EXPIRED)
    PARLEY_CODE(CRL_NOT_YET_VALID)
    PARLEY_CODE(CRL_HAS_EXPIRED)
    PARLEY_CODE(ERROR_IN_CERT_NOT_BEFORE_FIELD)
    PARLEY_CODE(ERROR_IN_CERT_NOT_AFTER_FIELD)
    PARLEY_CODE(ERROR_IN_CRL_LAST_UPDATE_FIELD)
    PARLEY_CODE(ERROR_IN_CRL_NEXT_UPDATE_FIELD)
    PARLEY_CODE(OUT_OF_MEM)
    PARLEY_CODE(DEPTH_ZERO_SELF_SIGNED_CERT)
    PARLEY_CODE(SELF_SIGNED_CERT_IN_CHAIN)
    PARLEY_CODE(UNABLE_TO_GET_ISSUER_CERT_LOCALLY)
    PARLEY_CODE(UNABLE_TO_VERIFY_LEAF_SIGNATURE)
    PARLEY_CODE(CERT_CHAIN_TOO_LONG)
    PARLEY_CODE(CERT_REVOKED)
    PARLEY_CODE(INVALID_CA)
    PARLEY_CODE(PATH_LENGTH_EXCEEDED)
    PARLEY_CODE(INVALID_PURPOSE)
    PARLEY_CODE(CERT_UNTRUSTED)
    PARLEY_CODE(CERT_REJECTED)
    PARLEY_CODE(HOSTNAME_MISMATCH)
#undef PARLEY_CODE
    default:
      return "UNSPECIFIED";
  }
}

// The program decides after the handshake: verification itself never ends it.
int AcceptAll(int, X509_STORE_CTX*) { return 1; }

}  // namespace

// setVerifyMode(requestCert, rejectUnauthorized)
void TlsSession::SetVerifyMode(const Arguments& args) {
  int mode = SSL_VERIFY_NONE;
  if (args[0]->IsTrue()) {
    mode = SSL_VERIFY_PEER;
    if (args[1]->IsTrue() && This(args)->server_) mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  }
  SSL_set_verify(This(args)->ssl_.get(), mode, AcceptAll);
}

// null where the peer's certificate is trusted, else [code, message].
void TlsSession::VerifyError(const Arguments& args) {
  SSL* ssl = This(args)->ssl_.get();
  v8::Isolate* isolate = args.GetIsolate();
  long error = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT;
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl);
  const SSL_SESSION* session = SSL_get_session(ssl);
  if (SSL_get0_peer_certificate(ssl) != nullptr) {
    error = SSL_get_verify_result(ssl);
  } else if (cipher != nullptr && session != nullptr) {
    const bool by_key = SSL_CIPHER_get_auth_nid(cipher) == NID_auth_psk;
    const bool resumed = SSL_SESSION_get_protocol_version(session) == TLS1_3_VERSION &&
                         SSL_session_reused(const_cast<SSL*>(ssl)) == 1;
    if (by_key || resumed) error = X509_V_OK;
  }
  if (error == X509_V_OK) return args.GetReturnValue().SetNull();
  Local<Value> parts[] = {OneByte(isolate, VerifyCode(error)),
                          TlsText(isolate, X509_verify_cert_error_string(error))};
  args.GetReturnValue().Set(v8::Array::New(isolate, parts, 2));
}

void TlsSession::SetServername(const Arguments& args) {
  const std::string name = ToUtf8(args.GetIsolate(), args[0]);
  SSL_set_tlsext_host_name(This(args)->ssl_.get(), name.c_str());
}

void TlsSession::GetServername(const Arguments& args) {
  const char* name = SSL_get_servername(This(args)->ssl_.get(), TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return args.GetReturnValue().Set(false);
  args.GetReturnValue().Set(TlsText(args.GetIsolate(), name));
}

void TlsSession::SetAlpnProtocols(const Arguments& args) {
  TlsSession* self = This(args);
  const auto bytes = SecureContext::Bytes(args[0]);
  if (self->server_)
    self->alpn_protocols_.assign(bytes.begin(), bytes.end());
  else
    SSL_set_alpn_protos(self->ssl_.get(), bytes.data(), static_cast<unsigned>(bytes.size()));
}

void TlsSession::GetAlpnProtocol(const Arguments& args) {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(This(args)->ssl_.get(), &name, &size);
  if (size == 0) return args.GetReturnValue().Set(false);
  args.GetReturnValue().Set(
      TlsText(args.GetIsolate(), {reinterpret_cast<const char*>(name), static_cast<size_t>(size)}));
}

void TlsSession::SetSession(const Arguments& args) {
  const auto bytes = SecureContext::Bytes(args[0]);
  const unsigned char* at = bytes.data();
  const SslSessionPointer session(d2i_SSL_SESSION(nullptr, &at, static_cast<long>(bytes.size())));
  if (session != nullptr) SSL_set_session(This(args)->ssl_.get(), session.get());
  ERR_clear_error();
}

void TlsSession::GetSession(const Arguments& args) {
  SSL_SESSION* session = SSL_get_session(This(args)->ssl_.get());
  const int size = session == nullptr ? 0 : i2d_SSL_SESSION(session, nullptr);
  if (size <= 0) return;
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(args.GetIsolate(), static_cast<size_t>(size));
  auto* at = static_cast<unsigned char*>(buffer->Data());
  i2d_SSL_SESSION(session, &at);
  args.GetReturnValue().Set(buffer);
}

void TlsSession::IsSessionReused(const Arguments& args) {
  args.GetReturnValue().Set(SSL_session_reused(This(args)->ssl_.get()) == 1);
}

void TlsSession::GetTlsTicket(const Arguments& args) {
  const SSL_SESSION* session = SSL_get_session(This(args)->ssl_.get());
  if (session == nullptr) return;
  const unsigned char* ticket = nullptr;
  size_t size = 0;
  SSL_SESSION_get0_ticket(session, &ticket, &size);
  if (ticket != nullptr) args.GetReturnValue().Set(CopyBytes(args.GetIsolate(), ticket, size));
}

// getPeerCertificate(): the certificates that came, the peer's own first; undefined where there are none.
void TlsSession::GetPeerCertificate(const Arguments& args) {
  TlsSession* self = This(args);
  SSL* ssl = self->ssl_.get();
  v8::Isolate* isolate = args.GetIsolate();
  X509* own = SSL_get0_peer_certificate(ssl);
  if (own == nullptr) return;
  Local<v8::Context> context = self->env()->context();
  Local<v8::Array> list = v8::Array::New(isolate);
  uint32_t count = 0;
  const auto add = [&](X509* certificate) {
    list->Set(context, count++, LegacyCertificate(self->env(), certificate)).Check();
  };
  add(own);
  if (!args[0]->IsTrue()) return args.GetReturnValue().Set(list);
  // Each certificate's issuer: of those that were sent, or of the trusted ones.
  STACK_OF(X509)* sent = SSL_get_peer_cert_chain(ssl);
  X509_STORE* store = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
  const OpenSslPointer<X509_STORE_CTX, X509_STORE_CTX_free> lookup(X509_STORE_CTX_new());
  X509_STORE_CTX_init(lookup.get(), store, nullptr, nullptr);
  std::vector<X509Pointer> found;
  constexpr uint32_t kMaxChain = 64;
  X509* last = own;
  while (count < kMaxChain && X509_check_issued(last, last) != X509_V_OK) {
    X509* issuer = nullptr;
    for (int i = 0; i < sk_X509_num(sent) && issuer == nullptr; i++) {
      X509* candidate = sk_X509_value(sent, i);
      if (candidate != last && X509_check_issued(candidate, last) == X509_V_OK) issuer = candidate;
    }
    if (issuer == nullptr) {
      if (X509_STORE_CTX_get1_issuer(&issuer, lookup.get(), last) <= 0) break;
      found.emplace_back(issuer);
    }
    add(issuer);
    last = issuer;
  }
  ERR_clear_error();
  // A root is its own issuer.
  const bool root = X509_check_issued(last, last) == X509_V_OK;
  SetProperty(isolate, list, "complete", v8::Boolean::New(isolate, root));
  args.GetReturnValue().Set(list);
}

void TlsSession::GetCertificate(const Arguments& args) {
  TlsSession* self = This(args);
  X509* own = SSL_get_certificate(self->ssl_.get());
  if (own != nullptr) args.GetReturnValue().Set(LegacyCertificate(self->env(), own));
}

void TlsSession::GetProtocol(const Arguments& args) {
  args.GetReturnValue().Set(OneByte(args.GetIsolate(), SSL_get_version(This(args)->ssl_.get())));
}

void TlsSession::GetCipher(const Arguments& args) {
  v8::Isolate* isolate = args.GetIsolate();
  const SSL_CIPHER* cipher = SSL_get_current_cipher(This(args)->ssl_.get());
  if (cipher == nullptr) return;
  const char* standard = SSL_CIPHER_standard_name(cipher);
  Local<v8::Object> out = v8::Object::New(isolate);
  SetProperty(isolate, out, "name", OneByte(isolate, SSL_CIPHER_get_name(cipher)));
  SetProperty(isolate, out, "standardName", OneByte(isolate, standard == nullptr ? "" : standard));
  SetProperty(isolate, out, "version", OneByte(isolate, SSL_CIPHER_get_version(cipher)));
  args.GetReturnValue().Set(out);
}

void TlsSession::GetSharedSigalgs(const Arguments& args) {
  SSL* ssl = This(args)->ssl_.get();
  v8::Isolate* isolate = args.GetIsolate();
  Local<v8::Array> list = v8::Array::New(isolate);
  const int count = SSL_get_shared_sigalgs(ssl, 0, nullptr, nullptr, nullptr, nullptr, nullptr);
  for (int i = 0; i < count; i++) {
    int sign = 0;
    int hash = 0;
    SSL_get_shared_sigalgs(ssl, i, &sign, &hash, nullptr, nullptr, nullptr);
    std::string name = sign == EVP_PKEY_RSA       ? "RSA"
                       : sign == EVP_PKEY_RSA_PSS ? "RSA-PSS"
                       : sign == EVP_PKEY_DSA     ? "DSA"
                       : sign == EVP_PKEY_EC      ? "ECDSA"
                       : sign == NID_ED25519      ? "Ed25519"
                       : sign == NID_ED448        ? "Ed448"
                                                  : OBJ_nid2sn(sign);
    if (sign != NID_ED25519 && sign != NID_ED448)
      name += std::string("+") + (hash == NID_undef ? "UNDEF" : OBJ_nid2sn(hash));
    list->Set(isolate->GetCurrentContext(), static_cast<uint32_t>(i), TlsText(isolate, name)).Check();
  }
  args.GetReturnValue().Set(list);
}

void TlsSession::GetEphemeralKeyInfo(const Arguments& args) {
  TlsSession* self = This(args);
  v8::Isolate* isolate = args.GetIsolate();
  if (self->server_) return args.GetReturnValue().SetNull();
  Local<v8::Object> out = v8::Object::New(isolate);
  EVP_PKEY* raw = nullptr;
  if (SSL_get_peer_tmp_key(self->ssl_.get(), &raw) == 1) {
    const PkeyPointer key(raw);
    const int id = EVP_PKEY_get_id(raw);
    const bool ecdh = id == EVP_PKEY_EC || id == EVP_PKEY_X25519 || id == EVP_PKEY_X448;
    if (ecdh || id == EVP_PKEY_DH) {
      SetProperty(isolate, out, "type", OneByte(isolate, ecdh ? "ECDH" : "DH"));
      if (ecdh) {
        const auto group = KeyText(raw, "group");
        const std::string name = id == EVP_PKEY_EC && group ? *group : OBJ_nid2sn(id);
        SetProperty(isolate, out, "name", TlsText(isolate, name));
      }
      SetProperty(isolate, out, "size", v8::Integer::New(isolate, EVP_PKEY_get_bits(raw)));
    }
  }
  args.GetReturnValue().Set(out);
}

namespace {

using FinishedFunction = size_t (*)(const SSL*, void*, size_t);

void ReturnFinished(const Arguments& args, const SSL* ssl, FinishedFunction get) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  const size_t size = get(ssl, bytes, sizeof bytes);
  if (size > 0) args.GetReturnValue().Set(CopyBytes(args.GetIsolate(), bytes, size));
}

}  // namespace

void TlsSession::GetFinished(const Arguments& args) {
  ReturnFinished(args, This(args)->ssl_.get(), SSL_get_finished);
}

void TlsSession::GetPeerFinished(const Arguments& args) {
  ReturnFinished(args, This(args)->ssl_.get(), SSL_get_peer_finished);
}

// exportKeyingMaterial(length, label, context)
void TlsSession::ExportKeyingMaterial(const Arguments& args) {
  v8::Isolate* isolate = args.GetIsolate();
  const auto size = static_cast<size_t>(args[0].As<v8::Number>()->Value());
  const std::string label = ToUtf8(isolate, args[1]);
  const auto given = SecureContext::Bytes(args[2]);
  Local<v8::ArrayBuffer> out = v8::ArrayBuffer::New(isolate, size);
  if (SSL_export_keying_material(This(args)->ssl_.get(), static_cast<unsigned char*>(out->Data()), size,
                                 label.c_str(), label.size(), given.data(), given.size(),
                                 args[2]->IsArrayBufferView() ? 1 : 0) != 1) {
    return ThrowOpenSsl(args, "SSL_export_keying_material");
  }
  args.GetReturnValue().Set(out);
}

void TlsSession::SetMaxSendFragment(const Arguments& args) {
  const auto size = static_cast<long>(args[0].As<v8::Number>()->Value());
  args.GetReturnValue().Set(SSL_set_max_send_fragment(This(args)->ssl_.get(), size) == 1);
  ERR_clear_error();
}

void TlsSession::AddDetailMethods(v8::Isolate* isolate, Local<v8::FunctionTemplate> t) {
  SetMethod(isolate, t, "setVerifyMode", SetVerifyMode);
  SetMethod(isolate, t, "verifyError", VerifyError);
  SetMethod(isolate, t, "setServername", SetServername);
  SetMethod(isolate, t, "getServername", GetServername);
  SetMethod(isolate, t, "setALPNProtocols", SetAlpnProtocols);
  SetMethod(isolate, t, "getALPNProtocol", GetAlpnProtocol);
  SetMethod(isolate, t, "setSession", SetSession);
  SetMethod(isolate, t, "getSession", GetSession);
  SetMethod(isolate, t, "isSessionReused", IsSessionReused);
  SetMethod(isolate, t, "getTLSTicket", GetTlsTicket);
  SetMethod(isolate, t, "getPeerCertificate", GetPeerCertificate);
  SetMethod(isolate, t, "getCertificate", GetCertificate);
  SetMethod(isolate, t, "getProtocol", GetProtocol);
  SetMethod(isolate, t, "getCipher", GetCipher);
  SetMethod(isolate, t, "getSharedSigalgs", GetSharedSigalgs);
  SetMethod(isolate, t, "getEphemeralKeyInfo", GetEphemeralKeyInfo);
  SetMethod(isolate, t, "getFinished", GetFinished);
  SetMethod(isolate, t, "getPeerFinished", GetPeerFinished);
  SetMethod(isolate, t, "exportKeyingMaterial", ExportKeyingMaterial);
  SetMethod(isolate, t, "setMaxSendFragment", SetMaxSendFragment);
}

}  // namespace parley
