// Where debuggers connect: a TCP server in a thread of its own that speaks the few HTTP requests debuggers
// ask first, then WebSocket (Chrome DevTools Protocol, "HTTP Endpoints"; Node doc: debugger, "V8 inspector
// integration").
#ifndef RUNTIME_INSPECTOR_SERVER_H_
#define RUNTIME_INSPECTOR_SERVER_H_

#include <uv.h>

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace parley::inspector {

// Called in the server's thread.
class ServerDelegate {
 public:
  virtual ~ServerDelegate() = default;
  virtual void OnConnect(int session) = 0;
  virtual void OnMessage(int session, std::string message) = 0;
  virtual void OnDisconnect(int session) = 0;
};

// What a debugger shows in its list.
struct Target {
  std::string id;  // a UUID
  std::string title;
  std::string url;
};

class Connection;

class Server {
 public:
  Server(Target target, ServerDelegate* delegate) : target_(std::move(target)), delegate_(delegate) {}
  ~Server();  // ends all connections and waits for the thread
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Listens on all addresses of `host`. 0 or a libuv error.
  int Start(const std::string& host, int port);
  int port() const { return port_; }
  // ws://host:port/id, the host as given
  std::string url() const;

  // From any thread.
  void Send(int session, std::string message);
  void StopListening();

 private:
  friend class Connection;
  int Listen(const std::string& host, int port);
  int ListenOn(const sockaddr* address, int port);
  void Post(std::function<void()> command);
  void RunCommands();
  void Accept(uv_stream_t* listener);
  void Forget(Connection* connection);
  void CloseListeners();

  Target target_;
  ServerDelegate* delegate_;
  std::string host_;
  int port_ = 0;
  uv_loop_t loop_;
  uv_async_t wake_;
  std::thread thread_;
  std::mutex mutex_;
  std::vector<std::function<void()>> commands_;
  // Of the thread alone:
  std::vector<uv_tcp_t*> listeners_;
  std::vector<Connection*> connections_;
  int next_session_ = 1;
  std::array<char, 65536> received_;  // by any connection: it is used up at once
};

}  // namespace parley::inspector

#endif  // RUNTIME_INSPECTOR_SERVER_H_
