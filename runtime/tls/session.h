// One TLS connection without a socket: encrypted bytes go in and out through memory, and so does what they
// say. JavaScript (runtime/tls/handle.js) moves the bytes. internalBinding('tls').TlsSession:
//   receive(view)      encrypted bytes from the peer; null: the peer ended
//   handshake()        1 done · 0 needs more bytes · 2 waits for JavaScript (client hello, certificate) · -1
//   failed read()             an ArrayBuffer of what the peer said, or undefined; then `status`: 0 · 3 the
//   peer said goodbye · -1 failed write(view)        true, or false when it has to be repeated after more
//   bytes; undefined: failed takeEncrypted()    an ArrayBuffer for the peer, or undefined shutdown() says
//   goodbye takeError()        why something failed
// While one of these runs the session calls functions of its JavaScript object: onhello, oncert,
// onservername, onrenegotiate, onalpn, onnewsession, onkeylog, onpsk, onocsp. What they throw, the running
// method throws.
#ifndef RUNTIME_TLS_SESSION_H_
#define RUNTIME_TLS_SESSION_H_

#include <openssl/ssl.h>

#include <string>
#include <vector>

#include "runtime/crypto/openssl.h"
#include "runtime/engine/environment.h"
#include "runtime/tls/secure_context.h"

namespace parley {

using SslSessionPointer = OpenSslPointer<SSL_SESSION, SSL_SESSION_free>;

class TlsSession : public BaseObject {
 public:
  static v8::Local<v8::Function> Define(Environment* env);
  // The callbacks that belong to contexts.
  static void InstallCallbacks(SSL_CTX* context);

 private:
  using Arguments = v8::FunctionCallbackInfo<v8::Value>;
  TlsSession(Environment* env, v8::Local<v8::Object> object, SslPointer ssl, bool server);

  static TlsSession* This(const Arguments& args);
  static TlsSession* Of(const SSL* ssl);

  // Moving bytes: session.cc.
  static void New(const Arguments& args);
  static void Receive(const Arguments& args);
  static void Handshake(const Arguments& args);
  static void Read(const Arguments& args);
  static void Write(const Arguments& args);
  static void TakeEncrypted(const Arguments& args);
  static void Shutdown(const Arguments& args);
  static void TakeError(const Arguments& args);
  static void Renegotiate(const Arguments& args);

  // What the program is asked and told: session_callbacks.cc.
  static int OnClientHello(SSL* ssl, int* alert, void*);
  static int OnCertificate(SSL* ssl, void*);
  static int OnServername(SSL* ssl, int*, void*);
  static int OnAlpn(SSL* ssl, const unsigned char** out, unsigned char* size, const unsigned char* in,
                    unsigned in_size, void*);
  static int OnNewSession(SSL* ssl, SSL_SESSION* session);
  static SSL_SESSION* OnGetSession(SSL* ssl, const unsigned char* id, int size, int* copy);
  static void OnKeylog(const SSL* ssl, const char* line);
  static unsigned OnPskServer(SSL* ssl, const char* identity, unsigned char* psk, unsigned max);
  static unsigned OnPskClient(SSL* ssl, const char* hint, char* identity, unsigned max_identity,
                              unsigned char* psk, unsigned max);
  static int OnOcsp(SSL* ssl, void*);
  static void OnInfo(const SSL* ssl, int where, int);
  static void AddCallbackMethods(v8::Isolate* isolate, v8::Local<v8::FunctionTemplate> t);
  static void Enable(const Arguments& args);
  static void ResumeHello(const Arguments& args);
  static void ResumeCertificate(const Arguments& args);
  static void SetOcspResponse(const Arguments& args);

  // What is set and asked: session_details.cc.
  static void AddDetailMethods(v8::Isolate* isolate, v8::Local<v8::FunctionTemplate> t);
  static void SetVerifyMode(const Arguments& args);
  static void VerifyError(const Arguments& args);
  static void SetServername(const Arguments& args);
  static void GetServername(const Arguments& args);
  static void SetAlpnProtocols(const Arguments& args);
  static void GetAlpnProtocol(const Arguments& args);
  static void SetSession(const Arguments& args);
  static void GetSession(const Arguments& args);
  static void IsSessionReused(const Arguments& args);
  static void GetTlsTicket(const Arguments& args);
  static void GetPeerCertificate(const Arguments& args);
  static void GetCertificate(const Arguments& args);
  static void GetProtocol(const Arguments& args);
  static void GetCipher(const Arguments& args);
  static void GetSharedSigalgs(const Arguments& args);
  static void GetEphemeralKeyInfo(const Arguments& args);
  static void GetFinished(const Arguments& args);
  static void GetPeerFinished(const Arguments& args);
  static void ExportKeyingMaterial(const Arguments& args);
  static void SetMaxSendFragment(const Arguments& args);

  // Calls the JavaScript object's function; empty where it is none, or when it threw, which Rethrow()
  // repeats.
  v8::MaybeLocal<v8::Value> Call(const char* name, std::vector<v8::Local<v8::Value>> arguments);
  bool Rethrow();
  // What SSL_get_error() says of `result`, as the numbers above; keeps the errors of a failure.
  int Status(int result);
  void KeepError();  // the first one, where there are several

  SslPointer ssl_;
  BIO* in_;  // the SSL's
  BIO* out_;
  bool server_;
  int status_ = 0;
  v8::Global<v8::Value> thrown_;
  std::string error_text_;
  unsigned long error_ = 0;

  enum class Hello { kIgnored, kWanted, kAsked, kAnswered };
  Hello hello_ = Hello::kIgnored;
  bool shaken_hands_ = false;  // what begins now is a renegotiation
  bool certificate_wanted_ = false;
  bool certificate_asked_ = false;
  bool certificate_answered_ = false;
  bool alpn_wanted_ = false;
  bool sessions_wanted_ = false;
  SslSessionPointer next_session_;
  std::vector<uint8_t> alpn_protocols_;
  std::vector<uint8_t> alpn_choice_;
  std::vector<uint8_t> ocsp_response_;
  v8::Global<v8::Value> servername_context_;  // keeps the chosen SecureContext
};

v8::Local<v8::String> TlsText(v8::Isolate* isolate, std::string_view text);
v8::Local<v8::ArrayBuffer> CopyBytes(v8::Isolate* isolate, const void* bytes, size_t size);

}  // namespace parley

#endif  // RUNTIME_TLS_SESSION_H_
