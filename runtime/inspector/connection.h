// One connection to the inspector's server: HTTP first, WebSocket once the client asks for it.
#ifndef RUNTIME_INSPECTOR_CONNECTION_H_
#define RUNTIME_INSPECTOR_CONNECTION_H_

#include <uv.h>

#include <string>
#include <string_view>

#include "runtime/inspector/server.h"
#include "runtime/inspector/websocket.h"

namespace parley::inspector {

class Connection {
 public:
  Connection(Server* server, uv_loop_t* loop);

  uv_tcp_t* tcp() { return &tcp_; }
  void Read();
  // A message to a WebSocket client.
  void Send(std::string_view message) { Write(EncodeFrame(Opcode::kText, message)); }
  // Tells the client goodbye. The connection deletes itself when the client has left, or has had time to.
  void Close();
  int session() const { return session_; }  // 0: not a WebSocket (yet)

 private:
  // The parts of a request's head that matter.
  struct Request {
    std::string path;
    std::string host;
    std::string key;  // empty: asks for no WebSocket
  };
  static bool Parse(std::string_view head, Request* request);
  void OnBytes(std::string_view bytes);
  void OnRequest(const Request& request);
  void OnFrames();
  void Upgrade(const Request& request);
  void Answer(int status, const char* type, std::string_view body);
  std::string Describe(const std::string& host) const;
  std::string LocalHost();
  void Write(std::string bytes);
  void End();

  Server* server_;
  uv_tcp_t tcp_;
  uv_shutdown_t shutdown_;
  uv_timer_t deadline_;
  std::string head_;  // of the request that is being read
  FrameReader frames_;
  int session_ = 0;
  bool closing_ = false;
};

// Whether a Host header may name this server: an address, or localhost. Another name may be an attacker's
// that resolves to this machine ("DNS rebinding").
bool IsTrustedHost(std::string_view host);

}  // namespace parley::inspector

#endif  // RUNTIME_INSPECTOR_CONNECTION_H_
