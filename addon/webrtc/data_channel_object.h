// The JavaScript class DataChannel (docs/webrtc-api.md): made by Peer.createDataChannel() or by the other
// side. It has the properties of W3C's RTCDataChannel; events are calls of its on… properties.
#pragma once

#include <node_api.h>

#include <optional>

#include "addon/webrtc/engine.h"

namespace parley::addon {

class EngineObject;

class DataChannelObject {
 public:
  static napi_value define(napi_env env);
  // The object holds its engine's, and lives until it is closed. `native` is what events go to.
  static napi_value make(napi_env env, napi_value engine_value, EngineObject& owner, Engine::PeerId peer,
                         const ChannelInfo& info, const media::sctp::ChannelConfig& config, bool open,
                         DataChannelObject** native);
  // Reads what createDataChannel() takes; nothing, and a TypeError thrown, when it is of another shape.
  static std::optional<media::sctp::ChannelConfig> read_config(napi_env env, napi_value label,
                                                               napi_value options);

  Engine::PeerId peer() const { return peer_; }
  // Calls the program. After kClosed the object is on its own.
  void on_event(napi_env env, const media::DataEvent& event);
  // The peer or the engine was closed: no more events.
  void detach(napi_env env);
  // The JavaScript object; only before it is closed.
  napi_value value(napi_env env) const;

 private:
  using State = media::sctp::ChannelState;
  DataChannelObject(EngineObject& owner, Engine::PeerId peer, ChannelInfo info,
                    media::sctp::ChannelConfig config, bool open)
      : owner_(owner),
        peer_(peer),
        info_(std::move(info)),
        config_(std::move(config)),
        state_(open ? State::kOpen : State::kConnecting) {}

  static napi_value get_property(napi_env env, napi_callback_info info);
  static napi_value get_low_threshold(napi_env env, napi_callback_info info);
  static napi_value set_low_threshold(napi_env env, napi_callback_info info);
  static napi_value set_held(napi_env env, napi_callback_info info);
  static napi_value send(napi_env env, napi_callback_info info);
  static napi_value close(napi_env env, napi_callback_info info);

  napi_value property(napi_env env, int which) const;
  void call(napi_env env, const char* handler, napi_value event);

  // bufferedAmount falls between tasks only, and of each fall to the threshold the program hears once (W3C
  // section 6.2): a task that asks or sends first takes over what the gauge says.
  size_t amount() const { return seen_ + held_; }
  void begin_task();
  void follow_gauge();
  void update_amount(napi_env env);
  void watch_amount();
  void ask_for_update();

  EngineObject& owner_;
  Engine::PeerId peer_;
  ChannelInfo info_;
  media::sctp::ChannelConfig config_;
  State state_;
  uint32_t low_threshold_ = 0;
  size_t seen_ = 0;  // of the gauge, by the program
  size_t held_ = 0;  // bytes that the program keeps until it can send them
  bool in_task_ = false;
  bool update_asked_ = false;
  bool low_ = false;         // it has fallen, and the program has not heard
  napi_ref self_ = nullptr;  // strong until it is closed
};

}  // namespace parley::addon
