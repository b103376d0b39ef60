#include "addon/webrtc/data_channel_object.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "addon/webrtc/engine_object.h"
#include "addon/webrtc/instance.h"
#include "addon/webrtc/napi_support.h"
#include "addon/webrtc/native_class.h"

namespace parley::addon {
namespace {

constexpr NativeClass::Property kProperties[] = {{"engine", napi_default}};
constexpr NativeClass kClass = {"DataChannel", &kDataChannelTag,
                                "a DataChannel is made by Peer.createDataChannel()", kProperties};

enum Property : int {
  kLabel,
  kProtocol,
  kId,
  kOrdered,
  kMaxRetransmits,
  kMaxPacketLifeTime,
  kNegotiated,
  kReadyState,
  kBufferedAmount,
  kHeldAmount,
};

napi_value number_or_null(napi_env env, std::optional<uint16_t> number) {
  return number ? make_number(env, *number) : make_null(env);
}

napi_value make_data(napi_env env, const media::DataEvent& event) {
  const auto& bytes = event.bytes;
  if (event.text) return make_string(env, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  void* to = nullptr;
  napi_value buffer = nullptr;
  napi_create_arraybuffer(env, bytes.size(), &to, &buffer);
  if (!bytes.empty() && to != nullptr) std::memcpy(to, bytes.data(), bytes.size());
  return buffer;
}

// The bytes of an ArrayBuffer or of a view of one.
std::optional<std::vector<uint8_t>> read_bytes(napi_env env, napi_value value) {
  void* data = nullptr;
  size_t size = 0;
  bool is = false;
  if (napi_is_arraybuffer(env, value, &is) == napi_ok && is) {
    napi_get_arraybuffer_info(env, value, &data, &size);
  } else if (napi_is_buffer(env, value, &is) == napi_ok && is) {  // any typed array
    napi_get_buffer_info(env, value, &data, &size);
  } else if (napi_is_dataview(env, value, &is) == napi_ok && is) {
    napi_get_dataview_info(env, value, &size, &data, nullptr, nullptr);
  } else {
    return std::nullopt;
  }
  const auto* from = static_cast<const uint8_t*>(data);
  return std::vector<uint8_t>(from, from + size);
}

// An optional 16-bit member. False when it is there and something else.
bool read_limit(napi_env env, napi_value options, const char* name, std::optional<uint16_t>* out) {
  const napi_value value = get(env, options, name);
  if (is_type(env, value, napi_undefined) || is_type(env, value, napi_null)) return true;
  const auto number = read_uint32(env, value);
  if (!number || *number > UINT16_MAX) return false;
  *out = static_cast<uint16_t>(*number);
  return true;
}

}  // namespace

napi_value DataChannelObject::define(napi_env env) {
  const auto getter = [](const char* name, Property which) {
    // The descriptor's data says which one is asked for.
    return napi_property_descriptor{
        name,    nullptr, nullptr,         get_property,
        nullptr, nullptr, napi_enumerable, reinterpret_cast<void*>(static_cast<intptr_t>(which))};
  };
  const napi_property_descriptor properties[] = {
      getter("label", kLabel),
      getter("protocol", kProtocol),
      getter("id", kId),
      getter("ordered", kOrdered),
      getter("maxRetransmits", kMaxRetransmits),
      getter("maxPacketLifeTime", kMaxPacketLifeTime),
      getter("negotiated", kNegotiated),
      getter("readyState", kReadyState),
      getter("bufferedAmount", kBufferedAmount),
      {"bufferedAmountLowThreshold", nullptr, nullptr, get_low_threshold, set_low_threshold, nullptr,
       napi_enumerable, nullptr},
      {"heldAmount", nullptr, nullptr, get_property, set_held, nullptr, napi_default,
       reinterpret_cast<void*>(static_cast<intptr_t>(kHeldAmount))},
      method("send", send),
      method("close", close),
  };
  return define_class(env, kClass, properties);
}

napi_value DataChannelObject::make(napi_env env, napi_value engine_value, EngineObject& owner,
                                   Engine::PeerId peer, const ChannelInfo& info,
                                   const media::sctp::ChannelConfig& config, bool open,
                                   DataChannelObject** native) {
  auto* channel = new DataChannelObject(owner, peer, info, config, open);
  const napi_value value = make_native(env, Instance::of(env)->class_of(env, Instance::Class::kDataChannel),
                                       std::unique_ptr<DataChannelObject>(channel), {&engine_value, 1});
  if (value == nullptr) return nullptr;
  napi_create_reference(env, value, 1, &channel->self_);
  *native = channel;
  return value;
}

std::optional<media::sctp::ChannelConfig> DataChannelObject::read_config(napi_env env, napi_value label,
                                                                         napi_value options) {
  const auto refuse = [env](const char* why) {
    throw_type_error(env, why);
    return std::nullopt;
  };
  media::sctp::ChannelConfig config;
  const auto text = read_string(env, label);
  if (!text) return refuse("label must be a string");
  config.label = *text;
  if (is_type(env, options, napi_object)) {
    config.protocol = read_string(env, get(env, options, "protocol")).value_or("");
    config.ordered = read_boolean(env, get(env, options, "ordered")).value_or(true);
    config.negotiated = read_boolean(env, get(env, options, "negotiated")).value_or(false);
    if (!read_limit(env, options, "maxRetransmits", &config.max_retransmits) ||
        !read_limit(env, options, "maxPacketLifeTime", &config.max_packet_life_time) ||
        !read_limit(env, options, "id", &config.id)) {
      return refuse("maxRetransmits, maxPacketLifeTime and id must be integers of 0 to 65535");
    }
  } else if (!is_type(env, options, napi_undefined)) {
    return refuse("options must be an object");
  }
  if (config.label.size() > UINT16_MAX || config.protocol.size() > UINT16_MAX) {
    return refuse("label and protocol are at most 65535 bytes each");
  }
  if (config.max_retransmits && config.max_packet_life_time) {
    return refuse("maxRetransmits and maxPacketLifeTime exclude each other");
  }
  if (!config.negotiated) config.id.reset();
  if (config.negotiated && (!config.id || *config.id == UINT16_MAX)) {
    return refuse("a negotiated channel needs an id of 0 to 65534");
  }
  return config;
}

napi_value DataChannelObject::property(napi_env env, int which) const {
  switch (which) {
    case kLabel:
      return make_string(env, config_.label);
    case kProtocol:
      return make_string(env, config_.protocol);
    case kId:
      return number_or_null(env, config_.id);
    case kOrdered:
      return make_boolean(env, config_.ordered);
    case kMaxRetransmits:
      return number_or_null(env, config_.max_retransmits);
    case kMaxPacketLifeTime:
      return number_or_null(env, config_.max_packet_life_time);
    case kNegotiated:
      return make_boolean(env, config_.negotiated);
    case kReadyState:
      return make_string(env, to_string(state_));
    case kHeldAmount:
      return make_number(env, static_cast<double>(held_));
    default:
      return make_number(env, static_cast<double>(amount()));
  }
}

napi_value DataChannelObject::get_property(napi_env env, napi_callback_info info) {
  Arguments<DataChannelObject, 0> arguments(env, info, kDataChannelTag);
  if (!arguments.self) return nullptr;
  void* which = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &which);
  DataChannelObject& self = *arguments.self;
  const auto property = static_cast<Property>(reinterpret_cast<intptr_t>(which));
  if (property == kBufferedAmount) self.begin_task();
  return self.property(env, property);
}

napi_value DataChannelObject::get_low_threshold(napi_env env, napi_callback_info info) {
  Arguments<DataChannelObject, 0> arguments(env, info, kDataChannelTag);
  return arguments.self ? make_number(env, arguments.self->low_threshold_) : nullptr;
}

napi_value DataChannelObject::set_low_threshold(napi_env env, napi_callback_info info) {
  Arguments<DataChannelObject, 1> arguments(env, info, kDataChannelTag);
  DataChannelObject* self = arguments.self;
  if (!self) return nullptr;
  const auto threshold = read_uint32(env, arguments.values[0]);
  if (!threshold)
    return throw_type_error(env, "bufferedAmountLowThreshold must be an integer of 0 to 2^32 - 1");
  self->begin_task();
  self->low_threshold_ = *threshold;
  self->watch_amount();
  return make_undefined(env);
}

// heldAmount: bytes of messages that a program keeps until their turn comes, which bufferedAmount counts.
napi_value DataChannelObject::set_held(napi_env env, napi_callback_info info) {
  Arguments<DataChannelObject, 1> arguments(env, info, kDataChannelTag);
  DataChannelObject* self = arguments.self;
  if (!self) return nullptr;
  int64_t held = 0;
  napi_get_value_int64(env, arguments.values[0], &held);
  self->begin_task();
  self->held_ = static_cast<size_t>(std::max<int64_t>(held, 0));
  self->watch_amount();
  return make_undefined(env);
}

void DataChannelObject::begin_task() {
  if (!self_ || std::exchange(in_task_, true)) return;
  follow_gauge();
  ask_for_update();
}

void DataChannelObject::follow_gauge() {
  const bool was_above = amount() > low_threshold_;
  seen_ = info_.gauge->bytes();
  low_ = low_ || (was_above && amount() <= low_threshold_);
}

void DataChannelObject::watch_amount() {
  if (!self_ || amount() <= low_threshold_ || held_ > low_threshold_) return;
  if (info_.gauge->watch(low_threshold_ - held_)) ask_for_update();
}

void DataChannelObject::ask_for_update() {
  if (!self_ || std::exchange(update_asked_, true)) return;
  media::DataEvent event;
  event.type = media::DataEvent::Type::kBuffered;
  event.peer = peer_;
  event.channel = info_.id;
  owner_.receive_data(std::move(event));
}

void DataChannelObject::update_amount(napi_env env) {
  in_task_ = update_asked_ = false;
  follow_gauge();
  if (std::exchange(low_, false)) call(env, "onbufferedamountlow", make_object(env));
  watch_amount();
}

napi_value DataChannelObject::send(napi_env env, napi_callback_info info) {
  Arguments<DataChannelObject, 1> arguments(env, info, kDataChannelTag);
  DataChannelObject* self = arguments.self;
  if (!self) return nullptr;
  if (self->state_ != State::kOpen || !self->self_) {
    return throw_failure(env,
                         {"ERR_CHANNEL_NOT_OPEN", std::string("the channel is ") + to_string(self->state_)});
  }
  const auto text = read_string(env, arguments.values[0]);
  std::vector<uint8_t> bytes;
  if (text) {
    bytes.assign(text->begin(), text->end());
  } else {
    auto read = read_bytes(env, arguments.values[0]);
    if (!read) return throw_type_error(env, "data must be a string, an ArrayBuffer or a view of one");
    bytes = std::move(*read);
  }
  const size_t size = bytes.size();
  self->begin_task();
  const auto sent =
      self->owner_.engine().send_data(self->peer_, self->info_, text.has_value(), std::move(bytes));
  if (!sent) return throw_failure(env, sent.error());
  self->seen_ += size;
  self->watch_amount();
  return make_undefined(env);
}

napi_value DataChannelObject::close(napi_env env, napi_callback_info info) {
  Arguments<DataChannelObject, 0> arguments(env, info, kDataChannelTag);
  DataChannelObject* self = arguments.self;
  if (!self) return nullptr;
  if (self->state_ == State::kClosing || !self->self_) return make_undefined(env);
  self->state_ = State::kClosing;
  const auto closed = self->owner_.engine().close_channel(self->peer_, self->info_.id);
  return closed ? make_undefined(env) : throw_failure(env, closed.error());
}

napi_value DataChannelObject::value(napi_env env) const {
  napi_value value = nullptr;
  napi_get_reference_value(env, self_, &value);
  return value;
}

void DataChannelObject::call(napi_env env, const char* handler, napi_value event) {
  const napi_value receiver = value(env);
  const napi_value function = get(env, receiver, handler);
  if (is_type(env, function, napi_function)) napi_call_function(env, receiver, function, 1, &event, nullptr);
  report_exception(env);
}

void DataChannelObject::on_event(napi_env env, const media::DataEvent& event) {
  using Type = media::DataEvent::Type;
  const napi_value object = make_object(env);
  switch (event.type) {
    case Type::kChannel:
      return;
    case Type::kOpen:
      config_.id = event.config->id;
      if (state_ != State::kConnecting) return;  // closed before it was open
      state_ = State::kOpen;
      return call(env, "onopen", object);
    case Type::kMessage:
      if (state_ == State::kClosed) return;
      set(env, object, "data", make_data(env, event));
      return call(env, "onmessage", object);
    case Type::kBuffered:
      return update_amount(env);
    case Type::kClosing:
      if (std::exchange(state_, State::kClosing) != State::kClosing) call(env, "onclosing", object);
      return;
    case Type::kClosed:
      state_ = State::kClosed;
      call(env, "onclose", object);
      return detach(env);
  }
}

void DataChannelObject::detach(napi_env env) {
  state_ = State::kClosed;
  if (self_ != nullptr) napi_delete_reference(env, std::exchange(self_, nullptr));
}

}  // namespace parley::addon
