// Requests, answers and frames of one connection. See connection.h.
#include "runtime/inspector/connection.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "runtime/engine/version.h"

namespace parley::inspector {
namespace {

constexpr size_t kMostHeadBytes = 16384;
constexpr uint64_t kPatienceMs = 300;  // for a client to close its side

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string Quote(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) quoted += c;
  }
  return quoted + "\"";
}

// Without the port.
std::string_view HostName(std::string_view host) {
  size_t colon = host.rfind(':');
  bool has_port = colon != std::string_view::npos && colon + 1 < host.size() &&
                  std::all_of(host.begin() + static_cast<std::ptrdiff_t>(colon) + 1, host.end(),
                              [](unsigned char c) { return std::isdigit(c); });
  return has_port ? host.substr(0, colon) : host;
}

struct WriteRequest {
  uv_write_t request;
  std::string bytes;
};

}  // namespace

bool IsTrustedHost(std::string_view host) {
  std::string name = Lower(HostName(host));
  if (name.empty() || name == "localhost" || name == "localhost6") return true;
  if (name.back() == '.') name.pop_back();
  if (name.front() == '[' && name.back() == ']') name = name.substr(1, name.size() - 2);
  std::array<unsigned char, 16> address;
  return name == "localhost" || uv_inet_pton(AF_INET, name.c_str(), address.data()) == 0 ||
         uv_inet_pton(AF_INET6, name.c_str(), address.data()) == 0;
}

Connection::Connection(Server* server, uv_loop_t* loop) : server_(server) {
  uv_tcp_init(loop, &tcp_);
  uv_timer_init(loop, &deadline_);
  tcp_.data = deadline_.data = this;
}

void Connection::Read() {
  uv_tcp_nodelay(&tcp_, 1);
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&tcp_),
      [](uv_handle_t* handle, size_t, uv_buf_t* buffer) {
        auto& bytes = static_cast<Connection*>(handle->data)->server_->received_;
        *buffer = uv_buf_init(bytes.data(), bytes.size());
      },
      [](uv_stream_t* stream, ssize_t size, const uv_buf_t* buffer) {
        auto* self = static_cast<Connection*>(stream->data);
        if (size < 0) {
          self->Close();
          return self->End();
        }
        self->OnBytes(std::string_view(buffer->base, static_cast<size_t>(size)));
      });
}

void Connection::OnBytes(std::string_view bytes) {
  if (closing_) return;
  if (session_ != 0) {
    frames_.Add(bytes);
    return OnFrames();
  }
  head_.append(bytes);
  size_t end = head_.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (head_.size() > kMostHeadBytes) Close();
    return;
  }
  Request request;
  bool fine = Parse(std::string_view(head_).substr(0, end), &request);
  std::string rest = head_.substr(end + 4);
  head_.clear();
  if (!fine || !IsTrustedHost(request.host)) {
    return Answer(400, "text/html", "WebSockets request was expected\r\n");
  }
  OnRequest(request);
  if (!rest.empty()) OnBytes(rest);
}

bool Connection::Parse(std::string_view head, Request* request) {
  size_t line_end = std::min(head.find("\r\n"), head.size());
  std::string_view line = head.substr(0, line_end);
  if (!line.starts_with("GET ")) return false;
  size_t path_end = line.find(' ', 4);
  if (path_end == std::string_view::npos) return false;
  request->path = line.substr(4, path_end - 4);
  bool upgrade = false;
  while (line_end < head.size()) {
    head.remove_prefix(line_end + 2);
    line_end = std::min(head.find("\r\n"), head.size());
    line = head.substr(0, line_end);
    size_t colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    std::string name = Lower(line.substr(0, colon));
    std::string_view value = Trim(line.substr(colon + 1));
    if (name == "host") request->host = value;
    if (name == "upgrade") upgrade = Lower(value) == "websocket";
    if (name == "sec-websocket-key") request->key = value;
  }
  if (!upgrade) request->key.clear();
  return true;
}

// What the client called this machine, or the address it reached.
std::string Connection::LocalHost() {
  sockaddr_storage address;
  int size = sizeof address;
  std::array<char, 64> text{};
  if (uv_tcp_getsockname(&tcp_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "";
  bool six = address.ss_family == AF_INET6;
  if (six) {
    uv_ip6_name(reinterpret_cast<sockaddr_in6*>(&address), text.data(), text.size());
  } else {
    uv_ip4_name(reinterpret_cast<sockaddr_in*>(&address), text.data(), text.size());
  }
  std::string host = six ? "[" + std::string(text.data()) + "]" : text.data();
  return host + ":" + std::to_string(server_->port());
}

std::string Connection::Describe(const std::string& host) const {
  const Target& target = server_->target_;
  std::string address = host + "/" + target.id;
  std::string front_end = "?experiments=true&v8only=true&ws=" + address;
  return "[ {\n  \"description\": \"node.js instance\",\n  \"devtoolsFrontendUrl\": " +
         Quote("devtools://devtools/bundled/js_app.html" + front_end) +
         ",\n  \"devtoolsFrontendUrlCompat\": " +
         Quote("devtools://devtools/bundled/inspector.html" + front_end) +
         ",\n  \"faviconUrl\": \"https://nodejs.org/static/images/favicons/favicon.ico\",\n  \"id\": " +
         Quote(target.id) + ",\n  \"title\": " + Quote(target.title) +
         ",\n  \"type\": \"node\",\n  \"url\": " + Quote(target.url) +
         ",\n  \"webSocketDebuggerUrl\": " + Quote("ws://" + address) + "\n} ]\n\n";
}

void Connection::OnRequest(const Request& request) {
  if (!request.key.empty()) return Upgrade(request);
  constexpr const char* kJson = "application/json; charset=UTF-8";
  const std::string& path = request.path;
  if (path == "/json" || path == "/json/list") {
    return Answer(200, kJson, Describe(request.host.empty() ? LocalHost() : request.host));
  }
  if (path == "/json/version") {
    return Answer(200, kJson,
                  "{\n  \"Browser\": \"node.js/v" PARLEY_NODE_VERSION
                  "\",\n  \"Protocol-Version\": \"1.1\"\n}\n");
  }
  if (path == "/json/activate/" + server_->target_.id) return Answer(200, "text/html", "Target activated");
  Answer(400, "text/html", "WebSockets request was expected\r\n");
}

void Connection::Answer(int status, const char* type, std::string_view body) {
  std::string head = status == 200 ? "HTTP/1.0 200 OK\r\n" : "HTTP/1.0 400 Bad Request\r\n";
  head += std::string("Content-Type: ") + type + "\r\nCache-Control: no-cache\r\n";
  // The end of the connection is the end of an error's text, so that whoever spoke something else sees it.
  if (status == 200) head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  Write(head + "\r\n" + std::string(body));
  if (status != 200) Close();
}

void Connection::Upgrade(const Request& request) {
  if (request.path != "/" + server_->target_.id) {
    return Answer(400, "text/html", "WebSockets request was expected\r\n");
  }
  Write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
      "Upgrade\r\nSec-WebSocket-Accept: " +
      AcceptKey(request.key) + "\r\n\r\n");
  session_ = server_->next_session_++;
  server_->delegate_->OnConnect(session_);
}

void Connection::OnFrames() {
  std::string payload;
  while (!closing_) {
    switch (frames_.Next(&payload)) {
      case FrameReader::Result::kNothing:
        return;
      case FrameReader::Result::kMessage:
        server_->delegate_->OnMessage(session_, std::move(payload));
        break;
      case FrameReader::Result::kPing:
        Write(EncodeFrame(Opcode::kPong, payload));
        break;
      case FrameReader::Result::kPong:
        break;
      case FrameReader::Result::kClose:
      case FrameReader::Result::kError:
        return Close();
    }
  }
}

void Connection::Write(std::string bytes) {
  if (closing_) return;
  auto* write = new WriteRequest{{}, std::move(bytes)};  // deleted when written
  uv_buf_t buffer = uv_buf_init(write->bytes.data(), static_cast<unsigned int>(write->bytes.size()));
  write->request.data = write;
  int error = uv_write(&write->request, reinterpret_cast<uv_stream_t*>(&tcp_), &buffer, 1,
                       [](uv_write_t* request, int) { delete static_cast<WriteRequest*>(request->data); });
  if (error != 0) delete write;
}

void Connection::Close() {
  if (closing_) return;
  if (session_ != 0) Write(EncodeFrame(Opcode::kClose, ""));
  closing_ = true;
  if (session_ != 0) server_->delegate_->OnDisconnect(session_);
  server_->Forget(this);
  // What the client still says is not read but taken: to close on it would tell the client of an error.
  uv_shutdown(&shutdown_, reinterpret_cast<uv_stream_t*>(&tcp_), [](uv_shutdown_t*, int) {});
  uv_timer_start(
      &deadline_, [](uv_timer_t* timer) { static_cast<Connection*>(timer->data)->End(); }, kPatienceMs, 0);
}

void Connection::End() {
  if (uv_is_closing(reinterpret_cast<uv_handle_t*>(&tcp_)) != 0) return;
  uv_close(reinterpret_cast<uv_handle_t*>(&tcp_), [](uv_handle_t* handle) {
    auto* self = static_cast<Connection*>(handle->data);
    uv_close(reinterpret_cast<uv_handle_t*>(&self->deadline_),
             [](uv_handle_t* timer) { delete static_cast<Connection*>(timer->data); });
  });
}

}  // namespace parley::inspector
