// What a TLS connection asks its program while it shakes hands, and tells it. See session.h.
#include <openssl/err.h>

#include <cstring>

#include "runtime/engine/binding.h"
#include "runtime/tls/session.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;

// A longer session is not worth keeping.
constexpr int kMaxSessionSize = 10 * 1024;
constexpr size_t kNameHeader =
    5;  // list length, type, name length of the server name extension (RFC 6066, 3)

// The host name in a server name extension, or nothing.
std::string ServernameOf(SSL* ssl) {
  const unsigned char* bytes = nullptr;
  size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &bytes, &size) != 1 || size < kNameHeader)
    return {};
  const size_t length = static_cast<size_t>(bytes[3]) << 8 | bytes[4];
  if (bytes[2] != TLSEXT_NAMETYPE_host_name || length + kNameHeader > size) return {};
  return {reinterpret_cast<const char*>(bytes + kNameHeader), length};
}

void SetProperty(v8::Isolate* isolate, Local<v8::Object> object, const char* name, Local<Value> value) {
  object->Set(isolate->GetCurrentContext(), OneByte(isolate, name), value).Check();
}

}  // namespace

void TlsSession::InstallCallbacks(SSL_CTX* context) {
  SSL_CTX_set_client_hello_cb(context, OnClientHello, nullptr);
  SSL_CTX_set_tlsext_servername_callback(context, OnServername);
  SSL_CTX_set_alpn_select_cb(context, OnAlpn, nullptr);
  SSL_CTX_sess_set_new_cb(context, OnNewSession);
  SSL_CTX_sess_set_get_cb(context, OnGetSession);
  SSL_CTX_set_tlsext_status_cb(context, OnOcsp);
}

int TlsSession::OnClientHello(SSL* ssl, int*, void*) {
  TlsSession* self = Of(ssl);
  if (self->hello_ == Hello::kIgnored || self->hello_ == Hello::kAnswered) return SSL_CLIENT_HELLO_SUCCESS;
  if (self->hello_ == Hello::kAsked) return SSL_CLIENT_HELLO_RETRY;
  self->hello_ = Hello::kAsked;
  v8::Isolate* isolate = self->env()->isolate();
  const unsigned char* id = nullptr;
  const size_t id_size = SSL_client_hello_get0_session_id(ssl, &id);
  const unsigned char* ticket = nullptr;
  size_t ticket_size = 0;
  const bool has_ticket =
      SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_session_ticket, &ticket, &ticket_size) == 1;
  Local<v8::Object> hello = v8::Object::New(isolate);
  SetProperty(isolate, hello, "sessionId", CopyBytes(isolate, id, id_size));
  SetProperty(isolate, hello, "servername", TlsText(isolate, ServernameOf(ssl)));
  SetProperty(isolate, hello, "tlsTicket", v8::Boolean::New(isolate, has_ticket && ticket_size > 0));
  self->Call("onhello", {hello});
  return self->hello_ == Hello::kAnswered ? SSL_CLIENT_HELLO_SUCCESS : SSL_CLIENT_HELLO_RETRY;
}

// resumeHello(session): with the stored session of the hello's id, or without.
void TlsSession::ResumeHello(const Arguments& args) {
  TlsSession* self = This(args);
  const auto bytes = SecureContext::Bytes(args[0]);
  const unsigned char* at = bytes.data();
  if (!bytes.empty())
    self->next_session_.reset(d2i_SSL_SESSION(nullptr, &at, static_cast<long>(bytes.size())));
  ERR_clear_error();
  self->hello_ = Hello::kAnswered;
}

int TlsSession::OnCertificate(SSL* ssl, void*) {
  TlsSession* self = Of(ssl);
  if (!self->server_ || !self->certificate_wanted_ || self->certificate_answered_) return 1;
  if (self->certificate_asked_) return -1;
  self->certificate_asked_ = true;
  v8::Isolate* isolate = self->env()->isolate();
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  const bool ocsp = SSL_get_tlsext_status_type(ssl) == TLSEXT_STATUSTYPE_ocsp;
  Local<v8::Object> hello = v8::Object::New(isolate);
  SetProperty(isolate, hello, "servername", TlsText(isolate, name == nullptr ? "" : name));
  SetProperty(isolate, hello, "OCSPRequest", v8::Boolean::New(isolate, ocsp));
  self->Call("oncert", {hello});
  return self->certificate_answered_ ? 1 : -1;
}

// resumeCertificate(secureContext): with a context chosen by the name the client asked for, or with its own.
void TlsSession::ResumeCertificate(const Arguments& args) {
  TlsSession* self = This(args);
  self->certificate_answered_ = true;
  auto* chosen = args[0]->IsObject() ? Unwrap<SecureContext>(args[0]) : nullptr;
  if (chosen == nullptr) return;
  self->servername_context_.Reset(args.GetIsolate(), args[0]);
  SSL* ssl = self->ssl_.get();
  SSL_set_SSL_CTX(ssl, chosen->context());
  X509* certificate = SSL_CTX_get0_certificate(chosen->context());
  // Why the handshake will fail.
  if (certificate == nullptr && SSL_use_certificate(ssl, certificate) != 1) self->KeepError();
  SSL_set1_verify_cert_store(ssl, SSL_CTX_get_cert_store(chosen->context()));
  SSL_set_client_CA_list(ssl, SSL_dup_CA_list(SSL_CTX_get_client_CA_list(chosen->context())));
}

int TlsSession::OnServername(SSL* ssl, int*, void*) {
  TlsSession* self = Of(ssl);
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (self->server_ && name != nullptr) self->Call("onservername", {TlsText(self->env()->isolate(), name)});
  return SSL_TLSEXT_ERR_OK;
}

int TlsSession::OnAlpn(SSL* ssl, const unsigned char** out, unsigned char* size, const unsigned char* in,
                       unsigned in_size, void*) {
  TlsSession* self = Of(ssl);
  v8::Isolate* isolate = self->env()->isolate();
  if (self->alpn_wanted_) {
    Local<Value> choice;
    if (!self->Call("onalpn", {CopyBytes(isolate, in, in_size)}).ToLocal(&choice) ||
        !choice->IsArrayBufferView()) {
      return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    const auto bytes = SecureContext::Bytes(choice);
    self->alpn_choice_.assign(bytes.begin(), bytes.end());
    *out = self->alpn_choice_.data();
    *size = static_cast<unsigned char>(self->alpn_choice_.size());
    return SSL_TLSEXT_ERR_OK;
  }
  if (self->alpn_protocols_.empty()) return SSL_TLSEXT_ERR_NOACK;
  const auto& own = self->alpn_protocols_;
  const int found = SSL_select_next_proto(const_cast<unsigned char**>(out), size, own.data(),
                                          static_cast<unsigned>(own.size()), in, in_size);
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

int TlsSession::OnNewSession(SSL* ssl, SSL_SESSION* session) {
  TlsSession* self = Of(ssl);
  if (!self->sessions_wanted_) return 0;
  const int size = i2d_SSL_SESSION(session, nullptr);
  if (size <= 0 || size > kMaxSessionSize) return 0;
  std::vector<unsigned char> bytes(static_cast<size_t>(size));
  unsigned char* at = bytes.data();
  i2d_SSL_SESSION(session, &at);
  unsigned id_size = 0;
  const unsigned char* id = SSL_SESSION_get_id(session, &id_size);
  v8::Isolate* isolate = self->env()->isolate();
  self->Call("onnewsession",
             {CopyBytes(isolate, id, id_size), CopyBytes(isolate, bytes.data(), bytes.size())});
  return 0;
}

SSL_SESSION* TlsSession::OnGetSession(SSL* ssl, const unsigned char*, int, int* copy) {
  *copy = 0;
  return Of(ssl)->next_session_.release();
}

void TlsSession::OnKeylog(const SSL* ssl, const char* line) {
  TlsSession* self = Of(ssl);
  const std::string text = std::string(line) + "\n";
  self->Call("onkeylog", {CopyBytes(self->env()->isolate(), text.data(), text.size())});
}

unsigned TlsSession::OnPskServer(SSL* ssl, const char* identity, unsigned char* psk, unsigned max) {
  TlsSession* self = Of(ssl);
  v8::Isolate* isolate = self->env()->isolate();
  Local<Value> key;
  if (!self->Call("onpsk", {TlsText(isolate, identity), v8::Integer::NewFromUnsigned(isolate, max)})
           .ToLocal(&key) ||
      !key->IsArrayBufferView()) {
    return 0;
  }
  const auto bytes = SecureContext::Bytes(key);
  if (bytes.size() > max) return 0;
  memcpy(psk, bytes.data(), bytes.size());
  return static_cast<unsigned>(bytes.size());
}

unsigned TlsSession::OnPskClient(SSL* ssl, const char* hint, char* identity, unsigned max_identity,
                                 unsigned char* psk, unsigned max) {
  TlsSession* self = Of(ssl);
  v8::Isolate* isolate = self->env()->isolate();
  Local<Value> hint_value = v8::Null(isolate);
  if (hint != nullptr) hint_value = TlsText(isolate, hint);
  Local<Value> answer;
  if (!self->Call("onpsk", {hint_value, v8::Integer::NewFromUnsigned(isolate, max),
                            v8::Integer::NewFromUnsigned(isolate, max_identity)})
           .ToLocal(&answer) ||
      !answer->IsObject()) {
    return 0;
  }
  Local<v8::Context> context = self->env()->context();
  Local<Value> key, name;
  if (!answer.As<v8::Object>()->Get(context, OneByte(isolate, "psk")).ToLocal(&key) ||
      !answer.As<v8::Object>()->Get(context, OneByte(isolate, "identity")).ToLocal(&name)) {
    return 0;
  }
  const auto bytes = SecureContext::Bytes(key);
  const std::string text = ToUtf8(isolate, name);
  if (bytes.size() > max || text.size() >= max_identity) return 0;
  memcpy(identity, text.c_str(), text.size() + 1);
  memcpy(psk, bytes.data(), bytes.size());
  return static_cast<unsigned>(bytes.size());
}

int TlsSession::OnOcsp(SSL* ssl, void*) {
  TlsSession* self = Of(ssl);
  v8::Isolate* isolate = self->env()->isolate();
  if (self->server_) {
    const auto& response = self->ocsp_response_;
    if (response.empty()) return SSL_TLSEXT_ERR_NOACK;
    void* copy = OPENSSL_memdup(response.data(), response.size());
    SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(response.size()));
    return SSL_TLSEXT_ERR_OK;
  }
  unsigned char* bytes = nullptr;
  const long size = SSL_get_tlsext_status_ocsp_resp(ssl, &bytes);
  Local<Value> response = v8::Null(isolate);
  if (bytes != nullptr) response = CopyBytes(isolate, bytes, static_cast<size_t>(size));
  self->Call("onocsp", {response});
  return 1;
}

// Calls onrenegotiate('start' | 'done') for each handshake but the first. TLS 1.3 has no others.
void TlsSession::OnInfo(const SSL* ssl, int where, int) {
  TlsSession* self = Of(ssl);
  const bool done = (where & SSL_CB_HANDSHAKE_DONE) != 0;
  if (!done && (where & SSL_CB_HANDSHAKE_START) == 0) return;
  if (self->shaken_hands_ && SSL_version(ssl) < TLS1_3_VERSION)
    self->Call("onrenegotiate", {OneByte(self->env()->isolate(), done ? "done" : "start")});
  self->shaken_hands_ = self->shaken_hands_ || done;
}

void TlsSession::SetOcspResponse(const Arguments& args) {
  const auto bytes = SecureContext::Bytes(args[0]);
  This(args)->ocsp_response_.assign(bytes.begin(), bytes.end());
}

// enable('hello' | 'certificate' | 'alpn' | 'sessions' | 'keylog' | 'psk' | 'ocsp'[, identity hint])
void TlsSession::Enable(const Arguments& args) {
  TlsSession* self = This(args);
  SSL* ssl = self->ssl_.get();
  const std::string what = ToUtf8(args.GetIsolate(), args[0]);
  if (what == "hello" && self->hello_ == Hello::kIgnored) self->hello_ = Hello::kWanted;
  if (what == "certificate") {
    self->certificate_wanted_ = true;
    SSL_set_cert_cb(ssl, OnCertificate, nullptr);
  }
  if (what == "alpn") self->alpn_wanted_ = true;
  if (what == "sessions") self->sessions_wanted_ = true;
  if (what == "keylog") SSL_CTX_set_keylog_callback(SSL_get_SSL_CTX(ssl), OnKeylog);
  if (what == "psk") {
    if (self->server_)
      SSL_set_psk_server_callback(ssl, OnPskServer);
    else
      SSL_set_psk_client_callback(ssl, OnPskClient);
    if (args[1]->IsString()) {
      const std::string hint = ToUtf8(args.GetIsolate(), args[1]);
      args.GetReturnValue().Set(SSL_use_psk_identity_hint(ssl, hint.c_str()) == 1);
      ERR_clear_error();
    }
  }
  if (what == "ocsp") SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
}

void TlsSession::AddCallbackMethods(v8::Isolate* isolate, Local<v8::FunctionTemplate> t) {
  SetMethod(isolate, t, "enable", Enable);
  SetMethod(isolate, t, "resumeHello", ResumeHello);
  SetMethod(isolate, t, "resumeCertificate", ResumeCertificate);
  SetMethod(isolate, t, "setOCSPResponse", SetOcspResponse);
}

}  // namespace parley
