// A conversation in the inspector's protocol: V8's domains, and those of Node's that a debugger asks for
// (https://chromedevtools.github.io/devtools-protocol/v8/ ; Node's are NodeRuntime, NodeWorker and
// NodeTracing).
#ifndef RUNTIME_INSPECTOR_SESSION_H_
#define RUNTIME_INSPECTOR_SESSION_H_

#include <v8-inspector.h>

#include <memory>
#include <string>

namespace parley {
class Environment;
}

namespace parley::inspector {

class Agent;

// Whom the answers and notifications go to.
class Frontend {
 public:
  virtual ~Frontend() = default;
  virtual void Receive(const v8_inspector::StringView& message) = 0;
};

class Session final : public v8_inspector::V8Inspector::Channel {
 public:
  Session(Agent* agent, Frontend* frontend);
  ~Session() override;

  // A message as UTF-8 or UTF-16.
  void Dispatch(const v8_inspector::StringView& message);
  void Dispatch(const std::string& utf8);

  v8_inspector::V8InspectorSession* v8_session() { return session_.get(); }

  // NodeRuntime: whether this debugger wants to look at the program when it is over, and tells it that it is.
  bool wants_the_end() const { return wants_the_end_; }
  void TellWaitingForDisconnect();

 private:
  void sendResponse(int, std::unique_ptr<v8_inspector::StringBuffer> message) override;
  void sendNotification(std::unique_ptr<v8_inspector::StringBuffer> message) override;
  void flushProtocolNotifications() override {}

  // True when it was a command of Node's own.
  bool DispatchOwn(const v8_inspector::StringView& message);
  void Send(const std::string& json);

  Agent* agent_;
  Environment* env_;
  Frontend* frontend_;
  bool wants_the_end_ = false;
  std::unique_ptr<v8_inspector::V8InspectorSession> session_;
};

// Between V8's views and our strings.
std::string Utf8Of(const v8_inspector::StringView& view);
inline v8_inspector::StringView ViewOf(const std::string& ascii) {
  return {reinterpret_cast<const uint8_t*>(ascii.data()), ascii.size()};
}

}  // namespace parley::inspector

#endif  // RUNTIME_INSPECTOR_SESSION_H_
