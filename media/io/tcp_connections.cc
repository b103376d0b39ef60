// Implements media/io/tcp_connections.h.
#include "media/io/tcp_connections.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "media/core/bytes.h"

namespace parley::media::io {
namespace {

constexpr size_t kScratch = 64 << 10;
// The one message between threads of media/io: the connection, then what it is to send.
constexpr uint8_t kSendMessage = 1;
static_assert(kSendMessage < MessageLinks::kFirstType);
constexpr Duration kSweepInterval = std::chrono::seconds(1);
// Between two questions whether a connection is still somebody's.
constexpr Duration kKnownInterval = std::chrono::seconds(10);
constexpr int kAcceptsInARow = 64;
// Bytes the kernel may hold unsent: what waits there cannot be dropped any more and is only late.
constexpr int kUnsentLimit = 128 << 10;
constexpr int kUserTimeoutMs = 30'000;
// Listeners' events carry their index above all connections.
constexpr uint64_t kListenerEvent = 1ull << 32;

void configure(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kUnsentLimit, sizeof kUnsentLimit);
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &kUserTimeoutMs, sizeof kUserTimeoutMs);
}

SocketAddress local_address(int fd) {
  KernelAddress kernel{};
  socklen_t size = sizeof kernel;
  return getsockname(fd, &kernel.any, &size) == 0 ? from_kernel(kernel) : SocketAddress();
}

bool set_events(int epoll, int operation, int fd, uint32_t events, uint64_t id) {
  epoll_event e{};
  e.events = events;
  e.data.u64 = id;
  return epoll_ctl(epoll, operation, fd, &e) == 0;
}

}  // namespace

TcpConnections::TcpConnections(DatagramHandler& handler, Limits limits)
    : handler_(handler), limits_(limits), scratch_(std::make_unique_for_overwrite<uint8_t[]>(kScratch)) {}

TcpConnections::~TcpConnections() = default;

bool TcpConnections::open() {
  listeners_.clear();
  epoll_ = Fd(epoll_create1(EPOLL_CLOEXEC));
  return epoll_.valid();
}

Result<bool, IoError> TcpConnections::listen(SocketAddress& address) {
  auto fd = listen_tcp(address);
  if (!fd) return fd.error();
  if (!set_events(epoll_.get(), EPOLL_CTL_ADD, fd->get(), EPOLLIN, kListenerEvent + listeners_.size())) {
    return IoError{errno, "cannot watch TCP " + address.to_string()};
  }
  listeners_.push_back({std::move(*fd)});
  return true;
}

TcpConnections::Connection* TcpConnections::find(uint32_t id) {
  const auto it = connections_.find(id);
  return it == connections_.end() ? nullptr : it->second.get();
}

TcpConnections::Connection* TcpConnections::add(Fd fd, const SocketAddress& remote, Framing framing) {
  configure(fd.get());
  const uint32_t thread = links_ == nullptr ? 0 : static_cast<uint32_t>(links_->self()) << kThreadShift;
  uint32_t id;
  do {
    next_id_ = (next_id_ + 1) % (1u << kThreadShift);
    id = thread | next_id_;
  } while (next_id_ == 0 || connections_.contains(id));
  if (!set_events(epoll_.get(), EPOLL_CTL_ADD, fd.get(), EPOLLIN, id)) return nullptr;
  const Route route(remote, local_address(fd.get()), id);
  auto& connection = connections_[id] = std::make_unique<Connection>(std::move(fd), route, framing);
  return connection.get();
}

void TcpConnections::take_events(TimePoint now, SendSlab& out) {
  std::array<epoll_event, 128> events;
  const int n = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < n; ++i) {
    const epoll_event& e = events[static_cast<size_t>(i)];
    if (e.data.u64 >= kListenerEvent) {
      accept_from(listeners_[e.data.u64 - kListenerEvent], now, out);
      continue;
    }
    const uint32_t id = static_cast<uint32_t>(e.data.u64);
    Connection* connection = find(id);
    if (connection == nullptr) continue;  // closed by an earlier event of this batch
    if ((e.events & EPOLLOUT) != 0) {
      if (connection->connecting) finish_connecting(*connection, now, out);
      connection = find(id);  // the handler may have closed it
      if (connection == nullptr) continue;
      if (!flush(*connection)) {
        close(id, true, now, out);
        continue;
      }
      watch(*connection);
    }
    if ((e.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read_from(id, now, out);
  }
  for (const uint32_t id : std::exchange(dead_, {})) close(id, true, now, out);
}

// As long as there are too many strangers the oldest goes.
void TcpConnections::make_room(TimePoint now, SendSlab& out) {
  while (stranger_count_ >= limits_.strangers && !strangers_.empty()) {
    const uint32_t id = strangers_.front();
    strangers_.pop_front();
    Connection* oldest = find(id);
    if (oldest == nullptr || oldest->known) continue;
    if (handler_.knows_route(oldest->route)) {
      oldest->known = true;
      --stranger_count_;
      continue;
    }
    ++counters_.unknown;
    close(id, true, now, out);
  }
}

void TcpConnections::accept_from(Listener& listener, TimePoint now, SendSlab& out) {
  for (int i = 0; i < kAcceptsInARow; ++i) {
    KernelAddress kernel{};
    socklen_t size = sizeof kernel;
    Fd fd(accept4(listener.fd.get(), &kernel.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd.valid()) {
      // Out of descriptors: not asked again before the next sweep, or the thread would spin.
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        set_events(epoll_.get(), EPOLL_CTL_MOD, listener.fd.get(), 0, 0);
        listener.armed = false;
        next_sweep_ = std::min(next_sweep_, now + kSweepInterval);
      }
      return;
    }
    if (connections_.size() >= limits_.connections) {
      ++counters_.refused;
      continue;
    }
    make_room(now, out);
    Connection* connection = add(std::move(fd), from_kernel(kernel), Framing::kRfc4571);
    if (connection == nullptr) continue;
    connection->check_at = now + limits_.known_within;
    strangers_.push_back(connection->route.connection);
    ++stranger_count_;
    ++counters_.accepted;
    next_sweep_ = std::min(next_sweep_, now + kSweepInterval);
  }
}

void TcpConnections::read_from(uint32_t id, TimePoint now, SendSlab& out) {
  Connection* connection = find(id);
  const ssize_t n = recv(connection->fd.get(), scratch_.get(), kScratch, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    close(id, true, now, out);
    return;
  }
  reading_ = id;
  abandoned_ = false;
  const bool sane = take_in(*connection, {scratch_.get(), static_cast<size_t>(n)}, now, out);
  reading_ = 0;
  if (!sane) ++counters_.broken;
  if (!sane || abandoned_) close(id, !abandoned_, now, out);
}

bool TcpConnections::take_in(Connection& c, std::span<uint8_t> bytes, TimePoint now, SendSlab& out) {
  return c.tls ? take_in_tls(c, bytes, now, out) : take_messages(c, bytes, now, out);
}

bool TcpConnections::take_messages(Connection& c, std::span<uint8_t> bytes, TimePoint now, SendSlab& out) {
  const Route route = c.route;
  return c.in.push(bytes, [&](std::span<uint8_t> message) {
    const Datagram datagram{route, message};
    ++counters_.received;
    handler_.on_datagrams({&datagram, 1}, now, out);
  });
}

bool TcpConnections::take_in_tls(Connection& c, std::span<const uint8_t> bytes, TimePoint now,
                                 SendSlab& out) {
  const bool sane = c.tls->push(bytes);
  all_queued_ += c.tls->drain(c.out);  // the handshake's answer, or an alert
  if (!flush(c) || !sane) return false;
  watch(c);
  if (c.tls->established() && !c.open) tell_open(c, now, out);
  while (!abandoned_) {
    const auto plain = c.tls->read();
    if (plain.empty()) break;
    if (!take_messages(c, plain, now, out)) return false;
  }
  return !c.tls->ended();
}

void TcpConnections::tell_open(Connection& c, TimePoint now, SendSlab& out) {
  c.open = true;
  c.open_by = kNever;
  ++counters_.connected;
  handler_.on_connection_open(Route(c.route), now, out);
}

void TcpConnections::send(const SendSlab& slab) {
  for (size_t i = 0; i < slab.size(); ++i) {
    const SendSlab::View datagram = slab[i];
    if (datagram.route.is_udp()) continue;
    const uint32_t id = datagram.route.connection;
    if (links_ != nullptr && thread_of(id) != links_->self()) {
      uint8_t head[5] = {kSendMessage};
      store_be32(&head[1], id);
      if (thread_of(id) < links_->threads()) links_->send(thread_of(id), head, datagram.bytes);
    } else if (Connection* connection = find(id)) {
      enqueue(*connection, datagram.bytes);
    }
  }
  flush_all();
}

void TcpConnections::join(MessageLinks& links) { links_ = &links; }

void TcpConnections::on_message(std::span<const uint8_t> message) {
  if (message.size() < 5 || message[0] != kSendMessage) return;
  Connection* connection = find(load_be32(&message[1]));
  if (connection != nullptr) enqueue(*connection, message.subspan(5));
}

void TcpConnections::flush_all() {
  for (const uint32_t id : dirty_) {
    Connection* connection = find(id);
    if (connection == nullptr) continue;
    connection->dirty = false;
    if (connection->connecting) continue;
    if (flush(*connection)) {
      watch(*connection);
    } else {
      dead_.push_back(id);
    }
  }
  dirty_.clear();
}

void TcpConnections::enqueue(Connection& c, std::span<const uint8_t> message) {
  const bool framed = c.framing == Framing::kRfc4571;
  const size_t padding = framed ? 0 : (4 - message.size() % 4) % 4;
  const size_t size = message.size() + (framed ? 2 : padding);
  if (message.size() > 0xFFFF || c.out.size() - c.out_at + size > limits_.queued_bytes ||
      all_queued_ + size > limits_.all_queued_bytes) {
    ++counters_.dropped;
    return;
  }
  if (c.tls) {  // TURN's messages; nothing is said before the handshake is done
    constexpr uint8_t kZeros[3] = {};
    if (!c.tls->write(message) || !c.tls->write(std::span(kZeros).first(padding))) {
      ++counters_.dropped;
      return;
    }
    all_queued_ += c.tls->drain(c.out);
  } else {
    if (framed) {
      uint8_t length[2];
      store_be16(length, static_cast<uint16_t>(message.size()));
      c.out.insert(c.out.end(), length, length + 2);
    }
    c.out.insert(c.out.end(), message.begin(), message.end());
    c.out.resize(c.out.size() + padding);
    all_queued_ += size;
  }
  ++counters_.sent;
  if (!c.dirty) dirty_.push_back(c.route.connection);
  c.dirty = true;
}

bool TcpConnections::flush(Connection& c) {
  while (c.out_at < c.out.size()) {
    const ssize_t n =
        ::send(c.fd.get(), c.out.data() + c.out_at, c.out.size() - c.out_at, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    c.out_at += static_cast<size_t>(n);
    all_queued_ -= static_cast<size_t>(n);
  }
  c.out.clear();
  c.out_at = 0;
  if (c.out.capacity() > kScratch) c.out.shrink_to_fit();
  return true;
}

void TcpConnections::watch(Connection& c) {
  // What has left is forgotten from time to time, so that the queue does not creep through memory.
  if (c.out_at > limits_.queued_bytes / 2) {
    c.out.erase(c.out.begin(), c.out.begin() + static_cast<std::ptrdiff_t>(c.out_at));
    c.out_at = 0;
  }
  const bool wanted = c.connecting || c.out_at < c.out.size();
  if (wanted == c.wants_write) return;
  c.wants_write = wanted;
  set_events(epoll_.get(), EPOLL_CTL_MOD, c.fd.get(), wanted ? EPOLLIN | EPOLLOUT : EPOLLIN,
             c.route.connection);
}

uint32_t TcpConnections::connect(const SocketAddress& remote, Framing framing) {
  if (connections_.size() >= limits_.connections || !remote.valid()) {
    ++counters_.refused;
    return 0;
  }
  Fd fd(socket(remote.is_ipv4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return 0;
  KernelAddress kernel;
  const socklen_t size = to_kernel(remote, kernel);
  if (::connect(fd.get(), &kernel.any, size) != 0 && errno != EINPROGRESS) return 0;
  Connection* connection = add(std::move(fd), remote, framing);
  if (connection == nullptr) return 0;
  connection->known = true;  // whoever asked for it
  connection->connecting = true;
  connection->open = false;
  next_sweep_ = TimePoint();  // which sets its deadline
  watch(*connection);
  return connection->route.connection;
}

uint32_t TcpConnections::connect_tls(const SocketAddress& remote, Framing framing, const std::string& host) {
  auto tls = TlsStream::connect(host);
  const uint32_t id = tls ? connect(remote, framing) : 0;
  if (id != 0) find(id)->tls = std::move(tls);
  return id;
}

void TcpConnections::finish_connecting(Connection& c, TimePoint now, SendSlab& out) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(c.fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return;  // the next read says so
  c.connecting = false;
  c.route.local = local_address(c.fd.get());
  if (!c.tls) return tell_open(c, now, out);
  if (c.tls->start()) all_queued_ += c.tls->drain(c.out);
}

void TcpConnections::disconnect(uint32_t connection) {
  if (connection != 0 && connection == reading_) {
    abandoned_ = true;
    return;
  }
  const auto it = connections_.find(connection);
  if (it == connections_.end()) return;
  all_queued_ -= it->second->out.size() - it->second->out_at;
  if (!it->second->known) --stranger_count_;
  connections_.erase(it);
}

void TcpConnections::close(uint32_t id, bool tell, TimePoint now, SendSlab& out) {
  const Connection* connection = find(id);
  if (connection == nullptr) return;
  const Route route = connection->route;
  disconnect(id);
  if (tell) handler_.on_connection_closed(route, now, out);
}

void TcpConnections::give_up_opening(TimePoint now, std::vector<uint32_t>& gone) {
  for (const auto& [id, connection] : connections_) {
    if (connection->open) continue;
    if (connection->open_by == kNever) connection->open_by = now + limits_.open_within;
    if (connection->open_by <= now) gone.push_back(id);
  }
}

void TcpConnections::on_deadline(TimePoint now, SendSlab& out) {
  if (now < next_sweep_) return;
  for (size_t i = 0; i < listeners_.size(); ++i) {
    Listener& listener = listeners_[i];
    if (listener.armed) continue;
    listener.armed = set_events(epoll_.get(), EPOLL_CTL_MOD, listener.fd.get(), EPOLLIN, kListenerEvent + i);
  }
  std::vector<uint32_t> gone;
  give_up_opening(now, gone);
  for (auto& [id, connection] : connections_) {
    if (connection->check_at > now) continue;
    if (!handler_.knows_route(connection->route)) {
      ++counters_.unknown;
      gone.push_back(id);
      continue;
    }
    if (!connection->known) --stranger_count_;
    connection->known = true;
    connection->check_at = now + kKnownInterval;
  }
  for (const uint32_t id : gone) close(id, true, now, out);
  while (!strangers_.empty()) {
    const Connection* oldest = find(strangers_.front());
    if (oldest != nullptr && !oldest->known) break;
    strangers_.pop_front();
  }
  const bool waiting =
      std::any_of(listeners_.begin(), listeners_.end(), [](const Listener& l) { return !l.armed; });
  next_sweep_ = connections_.empty() && !waiting ? kNever : now + kSweepInterval;
}

}  // namespace parley::media::io
