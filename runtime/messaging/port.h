// Message ports (HTML standard, "Channel messaging"). A port has two halves: MessagePort, the JavaScript
// object on one thread's loop, and PortData, its queue, which goes with it when the port is transferred and
// which other threads add to. Ports that hear each other are in one SiblingGroup: two of a channel, any
// number of a BroadcastChannel's name.
#ifndef RUNTIME_MESSAGING_PORT_H_
#define RUNTIME_MESSAGING_PORT_H_

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/messaging/message.h"

namespace parley {

class PortData;

// Thread-safe. Locks are taken in one order: the group's, then a port's.
class SiblingGroup : public std::enable_shared_from_this<SiblingGroup> {
 public:
  explicit SiblingGroup(std::string name = {}) : name_(std::move(name)) {}
  ~SiblingGroup();
  // The group of all broadcast channels of this process with that name.
  static std::shared_ptr<SiblingGroup> OfName(const std::string& name);

  void Entangle(PortData* port);
  // The others of a channel learn that it is closed.
  void Disentangle(PortData* port);
  // Queues the message at every port but `source`. False when there was none.
  bool Dispatch(const PortData* source, std::shared_ptr<Message> message);

 private:
  const std::string name_;  // empty for a channel
  std::mutex mutex_;
  std::vector<PortData*> ports_;
};

class PortData {
 public:
  PortData() = default;
  ~PortData();
  PortData(const PortData&) = delete;
  PortData& operator=(const PortData&) = delete;

  static void Entangle(PortData* a, PortData* b);
  void Join(std::shared_ptr<SiblingGroup> group);
  // From any thread.
  void Add(std::shared_ptr<Message> message);
  bool Dispatch(std::shared_ptr<Message> message);
  bool IsSiblingOf(const PortData& other) const { return group_ != nullptr && group_ == other.group_; }

 private:
  friend class MessagePort;
  std::mutex mutex_;
  std::deque<std::shared_ptr<Message>> incoming_;
  MessagePort* owner_ = nullptr;  // whom to wake
  std::shared_ptr<SiblingGroup> group_;
};

class MessagePort : public HandleWrap {
 public:
  // A port in `context` that goes on with `data`. Null, with an exception pending, when it cannot be made.
  static MessagePort* Create(Environment* env, v8::Local<v8::Context> context,
                             std::unique_ptr<PortData> data);
  ~MessagePort() override;

  // Null for what is no port or a port that is gone.
  static MessagePort* FromValue(Environment* env, v8::Local<v8::Value> value);
  static bool IsPort(Environment* env, v8::Local<v8::Value> value);

  // False with an exception pending.
  bool Post(v8::Local<v8::Context> context, v8::Local<v8::Value> value,
            const std::vector<v8::Local<v8::Value>>& transfer);
  void Start();
  void Stop() { receiving_ = false; }
  // Calls back for what has arrived. `all`: also when the port was not started.
  void Deliver(bool all);
  // The next message, started or not; empty when there is none.
  v8::MaybeLocal<v8::Value> Take(v8::Local<v8::Context> context, bool* found);
  void ClosePort();
  // Leaves this port without a queue and closes it.
  std::unique_ptr<PortData> TakeData();
  bool is_detached() const { return data_ == nullptr || !is_alive(); }

 private:
  MessagePort(Environment* env, v8::Local<v8::Object> object, std::unique_ptr<PortData> data);
  friend class PortData;
  static uv_handle_t* InitAsync(Environment* env, uv_async_t* async);
  std::shared_ptr<Message> Next(bool all, bool* more);
  void Emit(v8::Local<v8::Context> context, Message* message);

  uv_async_t async_;
  std::unique_ptr<PortData> data_;
  bool receiving_ = false;
};

}  // namespace parley

#endif  // RUNTIME_MESSAGING_PORT_H_
