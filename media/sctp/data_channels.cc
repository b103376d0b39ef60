// See data_channels.h.
#include "media/sctp/data_channels.h"

#include <algorithm>

namespace parley::media::sctp {
namespace {
constexpr uint16_t kMaxId = 65534;
constexpr uint8_t kAck[] = {kDcepAck};
constexpr SendOptions kControl{.unordered = false, .counted = false, .max_retransmits = {}, .lifetime = {}};
constexpr uint8_t kNothing[] = {0};  // what stands for an empty message (RFC 8831 section 6.6)
}  // namespace

const char* to_string(ChannelState state) {
  switch (state) {
    case ChannelState::kConnecting:
      return "connecting";
    case ChannelState::kOpen:
      return "open";
    case ChannelState::kClosing:
      return "closing";
    case ChannelState::kClosed:
      break;
  }
  return "closed";
}

DataChannels::DataChannels(const Config& config, Random& random, Observer& observer)
    : config_(config), observer_(observer), association_(config, random, *this) {}

DataChannels::~DataChannels() = default;

DataChannels::Channel* DataChannels::find(Handle handle) {
  const auto it = channels_.find(handle);
  return it == channels_.end() ? nullptr : it->second.get();
}

const DataChannels::Channel* DataChannels::find(Handle handle) const {
  const auto it = channels_.find(handle);
  return it == channels_.end() ? nullptr : it->second.get();
}

DataChannels::Channel* DataChannels::by_stream(uint16_t stream) {
  const auto it = by_stream_.find(stream);
  return it == by_stream_.end() ? nullptr : it->second;
}

DataChannels::Channel& DataChannels::add(const ChannelConfig& config) {
  const Handle handle = next_handle_++;
  auto& channel = channels_[handle];
  channel = std::make_unique<Channel>();
  channel->stats.handle = handle;
  channel->stats.config = config;
  label_bytes_ += config.label.size() + config.protocol.size();
  return *channel;
}

Result<DataChannels::Handle> DataChannels::create(const ChannelConfig& config, TimePoint now) {
  now_ = now;
  if (config.max_retransmits && config.max_packet_life_time)
    return Error{"maxRetransmits and maxPacketLifeTime exclude each other"};
  if (config.label.size() > UINT16_MAX || config.protocol.size() > UINT16_MAX)
    return Error{"a label or protocol is at most 65,535 bytes"};
  if (config.negotiated && (!config.id || *config.id > kMaxId))
    return Error{"a negotiated channel needs an id of 0 to 65534"};
  if (channels_.size() >= config_.max_channels) return Error{"too many data channels"};
  if (config.negotiated && (by_stream_.contains(*config.id) || retired_.contains(*config.id)))
    return Error{"the id is in use"};
  Channel& channel = add(config);
  if (config.negotiated) {
    by_stream_[*config.id] = &channel;
  } else {
    channel.stats.config.id.reset();
    if (role_ && !assign_id(channel)) {
      channels_.erase(channel.stats.handle);
      return Error{"no stream is free"};
    }
  }
  const Handle handle = channel.stats.handle;
  if (association_.is_established()) open(channel);
  return handle;
}

// RFC 8832 section 6: the DTLS client takes even numbers, the server odd ones.
bool DataChannels::assign_id(Channel& channel) {
  const uint32_t end = association_.is_established() ? association_.outbound_streams() : kMaxId + 1;
  for (uint32_t id = *role_ == dtls::Role::kActive ? 0 : 1; id < std::min<uint32_t>(end, kMaxId + 1);
       id += 2) {
    const auto stream = static_cast<uint16_t>(id);
    if (by_stream_.contains(stream) || retired_.contains(stream)) continue;
    channel.stats.config.id = stream;
    by_stream_[stream] = &channel;
    return true;
  }
  return false;
}

void DataChannels::start(dtls::Role role, size_t max_message_size, TimePoint now, PacketSink& out) {
  if (started_) return;
  started_ = true;
  now_ = now;
  role_ = role;
  remote_max_ = max_message_size;
  std::vector<Handle> waiting;
  for (const auto& [handle, channel] : channels_) {
    if (!channel->stats.config.id) waiting.push_back(handle);
  }
  std::sort(waiting.begin(), waiting.end());  // in the order of their making
  for (const Handle handle : waiting) assign_id(*find(handle));
  association_.connect(now, out);
}

void DataChannels::on_packet(std::span<const uint8_t> packet, TimePoint now, PacketSink& out) {
  now_ = now;
  if (started_) association_.on_packet(packet, now, out);
}

void DataChannels::on_deadline(TimePoint now, PacketSink& out) {
  now_ = now;
  association_.on_deadline(now, out);
  if (give_up_at_ <= now) give_up_closing();
}

void DataChannels::open(Channel& channel) {
  ChannelConfig& config = channel.stats.config;
  if (channel.stats.state != ChannelState::kConnecting || !config.id) return;
  if (*config.id >= association_.outbound_streams()) return finish_close(channel);
  if (config.negotiated) {
    channel.acknowledged = true;
  } else if (!association_.send(*config.id, kPpidControl, write_open(config), kControl, now_)) {
    return finish_close(channel);
  }
  channel.stats.state = ChannelState::kOpen;
  observer_.on_open(channel.stats.handle);
}

void DataChannels::on_established() {
  std::vector<Handle> all;
  for (const auto& [handle, channel] : channels_) all.push_back(handle);
  std::sort(all.begin(), all.end());
  observer_.on_association(association_.state(), "");
  for (const Handle handle : all) {
    if (Channel* channel = find(handle)) open(*channel);
  }
}

void DataChannels::on_message(Message&& message) {
  Channel* channel = by_stream(message.stream);
  if (message.protocol == kPpidControl) return on_control(channel, message);
  // Nobody's: a channel that we closed, or one that was never opened.
  if (channel == nullptr || channel->stats.state == ChannelState::kConnecting || channel->incoming_reset)
    return;
  Kind kind = Kind::kBinary;
  switch (message.protocol) {
    case kPpidText:
      kind = Kind::kText;
      break;
    case kPpidBinary:
      break;
    case kPpidEmptyText:
      kind = Kind::kText;
      [[fallthrough]];
    case kPpidEmptyBinary:
      message.bytes.clear();
      break;
    default:
      return;  // RFC 8831 section 6.6 knows no others
  }
  channel->acknowledged = true;  // it would not send to a channel that it does not know
  ++channel->stats.messages_received;
  channel->stats.bytes_received += message.bytes.size();
  observer_.on_message(channel->stats.handle, kind, std::move(message.bytes));
}

void DataChannels::on_control(Channel* channel, const Message& message) {
  if (message.bytes[0] == kDcepAck) {
    if (channel != nullptr) channel->acknowledged = true;
  } else if (channel == nullptr) {
    on_remote_open(message);
  }
  // An opening of what is open already is the peer's mistake; its channel lives on.
}

void DataChannels::on_remote_open(const Message& message) {
  auto config = read_open(message.bytes);
  const bool ours = (message.stream % 2 == 0) == (*role_ == dtls::Role::kActive);
  const size_t labels = config ? config->label.size() + config->protocol.size() : 0;
  if (!config || ours || retired_.contains(message.stream) || channels_.size() >= config_.max_channels ||
      label_bytes_ + labels > config_.max_label_bytes || message.stream >= association_.outbound_streams()) {
    association_.reset_stream(message.stream);  // no: closing it is the only answer there is
    return;
  }
  config->id = message.stream;
  Channel& channel = add(*config);
  channel.acknowledged = true;
  channel.stats.state = ChannelState::kOpen;
  by_stream_[message.stream] = &channel;
  // When there is no room for it the peer merely keeps its messages in order for longer.
  (void)association_.send(message.stream, kPpidControl, kAck, kControl, now_);
  observer_.on_channel(channel.stats.handle, channel.stats.config);
}

Result<void, SendError> DataChannels::send(Handle handle, Kind kind, std::span<const uint8_t> bytes,
                                           TimePoint now) {
  Channel* channel = find(handle);
  if (channel == nullptr || channel->stats.state != ChannelState::kOpen) return SendError::kNotOpen;
  if (remote_max_ != 0 && bytes.size() > remote_max_) return SendError::kTooLarge;
  const ChannelConfig& config = channel->stats.config;
  SendOptions options;
  options.unordered = !config.ordered && channel->acknowledged;
  options.max_retransmits = config.max_retransmits;
  if (config.max_packet_life_time) options.lifetime = std::chrono::milliseconds(*config.max_packet_life_time);
  uint32_t protocol = kind == Kind::kText ? kPpidText : kPpidBinary;
  std::span<const uint8_t> sent = bytes;
  if (bytes.empty()) {
    protocol = kind == Kind::kText ? kPpidEmptyText : kPpidEmptyBinary;
    sent = kNothing;
    options.counted = false;
  }
  if (!association_.send(*config.id, protocol, sent, options, now)) return SendError::kBufferFull;
  ++channel->stats.messages_sent;
  channel->stats.bytes_sent += bytes.size();
  return {};
}

void DataChannels::begin_close(Channel& channel) {
  if (channel.stats.state == ChannelState::kClosing) return;
  channel.stats.state = ChannelState::kClosing;
  expect_progress(channel);
  association_.reset_stream(*channel.stats.config.id);
}

void DataChannels::expect_progress(Channel& channel) {
  channel.left = association_.buffered_amount(*channel.stats.config.id);
  channel.give_up_at = now_ + config_.close_patience;
  give_up_at_ = std::min(give_up_at_, channel.give_up_at);
}

// Of those that close: whoever is past its time with as much queued as before.
void DataChannels::give_up_closing() {
  give_up_at_ = kNever;
  std::vector<Handle> given_up;
  for (const auto& [handle, channel] : channels_) {
    if (channel->give_up_at > now_) {
      give_up_at_ = std::min(give_up_at_, channel->give_up_at);
    } else if (association_.buffered_amount(*channel->stats.config.id) < channel->left) {
      expect_progress(*channel);
    } else {
      given_up.push_back(handle);
    }
  }
  for (const Handle handle : given_up) {
    if (Channel* channel = find(handle)) {
      retired_[*channel->stats.config.id] = {channel->incoming_reset, channel->outgoing_reset};
      finish_close(*channel);
    }
  }
}

// Both sides have started again after all: the stream may carry another channel.
void DataChannels::on_retired_reset(uint16_t stream, bool Retired::*side) {
  const auto it = retired_.find(stream);
  if (it == retired_.end()) return;
  it->second.*side = true;
  if (it->second.incoming_reset && it->second.outgoing_reset) retired_.erase(it);
}

void DataChannels::close(Handle handle, TimePoint now) {
  now_ = now;
  Channel* channel = find(handle);
  if (channel == nullptr) return;
  const bool is_up = channel->stats.state != ChannelState::kConnecting && association_.can_reset_streams();
  if (is_up) {
    begin_close(*channel);
  } else {
    finish_close(*channel);
  }
}

void DataChannels::finish_close(Channel& channel) {
  const Handle handle = channel.stats.handle;
  const ChannelConfig& config = channel.stats.config;
  if (config.id) by_stream_.erase(*config.id);
  label_bytes_ -= config.label.size() + config.protocol.size();
  channels_.erase(handle);
  observer_.on_closed(handle);
}

void DataChannels::on_incoming_reset(std::span<const uint16_t> streams) {
  std::vector<uint16_t> all;
  if (streams.empty()) {
    for (const auto& [stream, channel] : by_stream_) all.push_back(stream);
    for (const auto& [stream, retired] : retired_) all.push_back(stream);
    streams = all;
  }
  for (const uint16_t stream : streams) {
    on_retired_reset(stream, &Retired::incoming_reset);
    Channel* channel = by_stream(stream);
    if (channel == nullptr || channel->incoming_reset || channel->stats.state == ChannelState::kConnecting)
      continue;
    channel->incoming_reset = true;
    if (channel->stats.state == ChannelState::kOpen) {
      const Handle handle = channel->stats.handle;
      begin_close(*channel);
      observer_.on_closing(handle);
      channel = find(handle);
    }
    if (channel != nullptr && channel->outgoing_reset) finish_close(*channel);
  }
}

void DataChannels::on_outgoing_reset(std::span<const uint16_t> streams, bool performed) {
  for (const uint16_t stream : streams) {
    if (performed) on_retired_reset(stream, &Retired::outgoing_reset);
    Channel* channel = by_stream(stream);
    if (channel == nullptr) continue;
    channel->outgoing_reset = true;
    // A peer that refuses will not close its side either.
    if (channel->incoming_reset || !performed) {
      finish_close(*channel);
    } else {
      expect_progress(*channel);
    }
  }
}

void DataChannels::close_all() {
  std::vector<Handle> all;
  for (const auto& [handle, channel] : channels_) all.push_back(handle);
  std::sort(all.begin(), all.end());
  for (const Handle handle : all) {
    if (Channel* channel = find(handle)) finish_close(*channel);
  }
}

void DataChannels::on_restarted() {
  retired_.clear();
  close_all();
}

void DataChannels::on_closed(const char* reason) {
  close_all();
  observer_.on_association(Association::State::kClosed, reason);
}

size_t DataChannels::buffered_amount(Handle handle) const {
  const Channel* channel = find(handle);
  return channel != nullptr && channel->stats.config.id
             ? association_.buffered_amount(*channel->stats.config.id)
             : 0;
}

const ChannelConfig* DataChannels::config(Handle handle) const {
  const Channel* channel = find(handle);
  return channel != nullptr ? &channel->stats.config : nullptr;
}

ChannelState DataChannels::state(Handle handle) const {
  const Channel* channel = find(handle);
  return channel != nullptr ? channel->stats.state : ChannelState::kClosed;
}

std::vector<ChannelStats> DataChannels::channel_stats() const {
  std::vector<ChannelStats> all;
  all.reserve(channels_.size());
  for (const auto& [handle, channel] : channels_) all.push_back(channel->stats);
  return all;
}

}  // namespace parley::media::sctp
