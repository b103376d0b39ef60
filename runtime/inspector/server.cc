// The inspector's server and its thread. See server.h.
#include "runtime/inspector/server.h"

#include <netdb.h>

#include <algorithm>
#include <future>
#include <memory>

#include "runtime/inspector/connection.h"

namespace parley::inspector {

Server::~Server() {
  if (!thread_.joinable()) return;
  Post([this] {
    CloseListeners();
    std::vector<Connection*> connections = connections_;
    for (Connection* connection : connections) connection->Close();
    uv_close(reinterpret_cast<uv_handle_t*>(&wake_), nullptr);
  });
  thread_.join();
  uv_loop_close(&loop_);
}

std::string Server::url() const {
  bool six = host_.find(':') != std::string::npos;
  return "ws://" + (six ? "[" + host_ + "]" : host_) + ":" + std::to_string(port_) + "/" + target_.id;
}

int Server::Start(const std::string& host, int port) {
  host_ = host;
  if (int error = uv_loop_init(&loop_)) return error;  // no descriptor left
  uv_async_init(&loop_, &wake_,
                [](uv_async_t* handle) { static_cast<Server*>(handle->data)->RunCommands(); });
  wake_.data = this;
  std::promise<int> started;
  std::future<int> outcome = started.get_future();
  thread_ = std::thread([this, host, port, started = std::move(started)]() mutable {
    int error = Listen(host, port);
    if (error != 0) uv_close(reinterpret_cast<uv_handle_t*>(&wake_), nullptr);
    started.set_value(error);
    uv_run(&loop_, UV_RUN_DEFAULT);
  });
  int error = outcome.get();
  if (error == 0) return 0;
  thread_.join();
  uv_loop_close(&loop_);
  return error;
}

int Server::Listen(const std::string& host, int port) {
  uv_getaddrinfo_t request;
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  int error = uv_getaddrinfo(&loop_, &request, nullptr, host.c_str(), nullptr, &hints);
  if (error != 0) return error;
  // A name may stand for several addresses; those after the first get its port.
  for (addrinfo* each = request.addrinfo; each != nullptr; each = each->ai_next) {
    int failure = ListenOn(each->ai_addr, port_ != 0 ? port_ : port);
    if (error == 0) error = failure;
  }
  uv_freeaddrinfo(request.addrinfo);
  return listeners_.empty() ? error : 0;
}

int Server::ListenOn(const sockaddr* address, int port) {
  sockaddr_storage own = {};
  if (address->sa_family == AF_INET6) {
    auto* six = reinterpret_cast<sockaddr_in6*>(&own);
    *six = *reinterpret_cast<const sockaddr_in6*>(address);
    six->sin6_port = htons(static_cast<uint16_t>(port));
  } else {
    auto* four = reinterpret_cast<sockaddr_in*>(&own);
    *four = *reinterpret_cast<const sockaddr_in*>(address);
    four->sin_port = htons(static_cast<uint16_t>(port));
  }
  auto* listener = new uv_tcp_t;
  uv_tcp_init(&loop_, listener);
  listener->data = this;
  int error = uv_tcp_bind(listener, reinterpret_cast<sockaddr*>(&own), 0);
  if (error == 0) {
    error = uv_listen(reinterpret_cast<uv_stream_t*>(listener), 16, [](uv_stream_t* stream, int status) {
      if (status == 0) static_cast<Server*>(stream->data)->Accept(stream);
    });
  }
  if (error != 0) {
    uv_close(reinterpret_cast<uv_handle_t*>(listener),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_tcp_t*>(handle); });
    return error;
  }
  int size = sizeof own;
  uv_tcp_getsockname(listener, reinterpret_cast<sockaddr*>(&own), &size);
  // The port lies at the same place in both families.
  port_ = ntohs(reinterpret_cast<sockaddr_in*>(&own)->sin_port);
  listeners_.push_back(listener);
  return 0;
}

void Server::Accept(uv_stream_t* listener) {
  auto* connection = new Connection(this, &loop_);  // deletes itself when closed
  connections_.push_back(connection);
  if (uv_accept(listener, reinterpret_cast<uv_stream_t*>(connection->tcp())) != 0) return connection->Close();
  connection->Read();
}

void Server::Forget(Connection* connection) { std::erase(connections_, connection); }

void Server::CloseListeners() {
  for (uv_tcp_t* listener : listeners_) {
    uv_close(reinterpret_cast<uv_handle_t*>(listener),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_tcp_t*>(handle); });
  }
  listeners_.clear();
}

void Server::Post(std::function<void()> command) {
  {
    std::lock_guard lock(mutex_);
    commands_.push_back(std::move(command));
  }
  uv_async_send(&wake_);
}

void Server::RunCommands() {
  std::vector<std::function<void()>> commands;
  {
    std::lock_guard lock(mutex_);
    commands.swap(commands_);
  }
  for (const auto& command : commands) command();
}

void Server::Send(int session, std::string message) {
  Post([this, session, message = std::move(message)] {
    auto found = std::find_if(connections_.begin(), connections_.end(),
                              [&](Connection* each) { return each->session() == session; });
    if (found != connections_.end()) (*found)->Send(message);
  });
}

void Server::StopListening() {
  Post([this] { CloseListeners(); });
}

}  // namespace parley::inspector
