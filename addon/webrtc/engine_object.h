// The JavaScript class Engine (docs/webrtc-api.md): owns the engine and tells events to the program's
// callback.
#pragma once

#include <node_api.h>

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "addon/webrtc/dispatcher.h"
#include "addon/webrtc/engine.h"

namespace parley::addon {

// The way to JavaScript for threads that may be at work when the engine closes.
class Gate {
 public:
  explicit Gate(Dispatcher& dispatcher) : dispatcher_(&dispatcher) {}
  // False when it is closed.
  bool dispatch(Dispatcher::Call call) {
    const std::lock_guard lock(mutex_);
    if (dispatcher_ != nullptr) dispatcher_->dispatch(std::move(call));
    return dispatcher_ != nullptr;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    dispatcher_ = nullptr;
  }

 private:
  std::mutex mutex_;
  Dispatcher* dispatcher_;
};
class DataChannelObject;

class EngineObject {
 public:
  // The class's constructor function. `peer_class` makes the peers.
  static napi_value define(napi_env env);

  Engine& engine() { return *engine_; }
  // A promise that is settled by `settle(id, value)` or rejected when the engine closes first.
  napi_value make_promise(uint64_t* id);
  // On JavaScript's thread.
  void settle(uint64_t id, napi_value value);
  const std::shared_ptr<Gate>& gate() { return gate_; }
  void dispatch(Dispatcher::Call call) { dispatcher_->dispatch(std::move(call)); }
  void forget_peer(Engine::PeerId peer);
  // Calls a connection's listener, or the program's onEvent, for a peer that is not closed. On JavaScript's
  // thread.
  void tell(Engine::PeerId peer, const char* type, napi_value payload, std::string_view reason);
  // The JavaScript object of a data channel, which hears of its events from now on.
  napi_value add_channel(Engine::PeerId peer, const ChannelInfo& info,
                         const media::sctp::ChannelConfig& config, bool open);
  // Tells a data channel in a task of JavaScript's own. On any thread.
  void receive_data(media::DataEvent&& event);

 private:
  explicit EngineObject(napi_env env) : env_(env) {}
  ~EngineObject();

  static napi_value construct(napi_env env, napi_callback_info info);
  static napi_value get_bindings(napi_env env, napi_callback_info info);
  static napi_value get_candidates(napi_env env, napi_callback_info info);
  static napi_value create_connection(napi_env env, napi_callback_info info);
  static napi_value create_peer(napi_env env, napi_callback_info info);
  static napi_value create_audio_group(napi_env env, napi_callback_info info);
  static napi_value add_to_audio_group(napi_env env, napi_callback_info info);
  static napi_value remove_from_audio_group(napi_env env, napi_callback_info info);
  static napi_value close_audio_group(napi_env env, napi_callback_info info);
  static napi_value create_pipe(napi_env env, napi_callback_info info);
  static napi_value get_stats(napi_env env, napi_callback_info info);
  static napi_value close(napi_env env, napi_callback_info info);

  // Throws and gives nothing when the name is not one, or taken.
  std::optional<std::string> read_peer_name(napi_value value);
  bool open(napi_value options, napi_value on_event);
  static void end_thread(void* object);
  void shut();
  void emit(const media::HubEvent& event);
  void emit_ice(const media::HubEvent& event);
  // engine_object_data.cc: events of data channels.
  void read_inbox();
  void emit_data(const media::DataEvent& event);
  void detach_channels(std::optional<Engine::PeerId> peer);
  bool emit_speakers(const media::HubEvent& event);
  void call(napi_ref callback, std::span<const napi_value> arguments);
  // Of what has a name of its own in the peer's place: a pipe, a group of voices.
  void tell_of(const std::string& name, const char* type, napi_value payload, std::string_view reason);

  napi_env env_;
  napi_ref self_ = nullptr;      // strong while the engine is open
  napi_ref on_event_ = nullptr;  // strong likewise
  std::unique_ptr<Dispatcher> dispatcher_;
  std::shared_ptr<Gate> gate_;
  std::unique_ptr<Engine> engine_;
  std::unordered_map<Engine::PeerId, std::string> peer_names_;
  std::unordered_map<std::string, Engine::PeerId> peers_by_name_;
  std::unordered_map<Engine::PeerId, napi_ref> listeners_;  // of connections: strong until they are closed
  std::unordered_map<uint64_t, napi_deferred> promises_;
  uint64_t next_promise_ = 1;
  Mailbox<media::DataEvent> inbox_;
  std::unordered_map<uint64_t, DataChannelObject*> channels_;  // by peer and channel, until they are closed
};

}  // namespace parley::addon
