// See engine_object.h: events of data channels, from the media thread's sink to the channels' objects.
#include <utility>

#include "addon/webrtc/data_channel_object.h"
#include "addon/webrtc/engine_object.h"
#include "addon/webrtc/napi_support.h"

namespace parley::addon {
namespace {
uint64_t key_of(Engine::PeerId peer, uint32_t channel) { return static_cast<uint64_t>(peer) << 32 | channel; }
}  // namespace

void EngineObject::receive_data(media::DataEvent&& event) {
  if (!inbox_.put(std::move(event))) return;
  if (!dispatcher_->dispatch([this](napi_env) { read_inbox(); })) inbox_.not_called();
}

void EngineObject::read_inbox() {
  std::unordered_map<Engine::PeerId, size_t> dealt_with;
  for (const media::DataEvent& event : inbox_.take()) {
    napi_handle_scope scope = nullptr;  // a batch may be thousands of messages
    napi_open_handle_scope(env_, &scope);
    emit_data(event);
    napi_close_handle_scope(env_, scope);
    if (event.type == media::DataEvent::Type::kMessage)
      dealt_with[event.peer] += event.bytes.size() + media::PeerData::kMessageCost;
  }
  for (const auto& [peer, cost] : dealt_with) engine_->release_data(peer, cost);
}

void EngineObject::emit_data(const media::DataEvent& event) {
  if (!peer_names_.contains(event.peer) || on_event_ == nullptr) return;  // closed meanwhile
  if (event.type == media::DataEvent::Type::kChannel) {
    const napi_value channel = add_channel(event.peer, {event.channel, event.gauge}, *event.config, true);
    if (channel != nullptr) tell(event.peer, "data-channel", channel, "");
    return report_exception(env_);
  }
  const auto it = channels_.find(key_of(event.peer, event.channel));
  if (it == channels_.end()) return;
  DataChannelObject* channel = it->second;
  if (event.type == media::DataEvent::Type::kClosed) channels_.erase(it);
  channel->on_event(env_, event);
}

napi_value EngineObject::add_channel(Engine::PeerId peer, const ChannelInfo& info,
                                     const media::sctp::ChannelConfig& config, bool open) {
  napi_value engine_value = nullptr;
  napi_get_reference_value(env_, self_, &engine_value);
  DataChannelObject* channel = nullptr;
  const napi_value value =
      DataChannelObject::make(env_, engine_value, *this, peer, info, config, open, &channel);
  if (value != nullptr) channels_[key_of(peer, info.id)] = channel;
  return value;
}

void EngineObject::detach_channels(std::optional<Engine::PeerId> peer) {
  std::erase_if(channels_, [&](const auto& entry) {
    if (peer && entry.second->peer() != *peer) return false;
    entry.second->detach(env_);
    return true;
  });
}

}  // namespace parley::addon
