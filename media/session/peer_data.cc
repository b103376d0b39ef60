// See peer_data.h.
#include "media/session/peer_data.h"

#include <algorithm>

namespace parley::media {
namespace {

// SCTP packets into DTLS.
class Records final : public sctp::PacketSink {
 public:
  Records(PeerTransport& transport, SendSlab& out) : transport_(transport), out_(out) {}
  void send_sctp(std::span<const uint8_t> packet) override { transport_.send_data(packet, out_); }

 private:
  PeerTransport& transport_;
  SendSlab& out_;
};

}  // namespace

PeerData::PeerData(uint32_t peer, const DataSettings& settings, PeerTransport& transport, Random& random,
                   congestion::PaceList& bursts)
    : peer_(peer),
      settings_(settings),
      transport_(transport),
      bursts_(bursts),
      channels_(settings.config, random, *this) {}

PeerData::~PeerData() { bursts_.remove(*this); }

void PeerData::set_remote(const RemoteData& remote, TimePoint now, SendSlab& out) {
  remote_ = remote;
  if (channels_.started()) {
    channels_.set_max_message_size(remote.max_message_size);
  } else {
    channels_.set_remote_port(remote.port);
  }
  poll(now, out);
}

void PeerData::create(uint32_t id, const sctp::ChannelConfig& config, std::shared_ptr<DataGauge> gauge,
                      TimePoint now, SendSlab& out) {
  const auto handle = ended_ ? Result<Handle>(Error{"ended"}) : channels_.create(config, now);
  if (!handle) {
    tell(DataEvent::Type::kClosed, id);
    return;
  }
  by_handle_[*handle] = {id, std::move(gauge), 0, false};
  by_id_[id] = *handle;
  // It was open before we could know its id.
  if (channels_.state(*handle) == sctp::ChannelState::kOpen) on_open(*handle);
  poll(now, out);
}

void PeerData::send(uint32_t id, bool text, std::span<const uint8_t> bytes, TimePoint now) {
  const auto it = by_id_.find(id);
  if (it == by_id_.end()) return;  // closed meanwhile
  Channel& channel = by_handle_[it->second];
  const auto kind = text ? sctp::DataChannels::Kind::kText : sctp::DataChannels::Kind::kBinary;
  // The gauge counts it already; what is not queued now leaves it with the next reading.
  channel.queued += bytes.size();
  if (!channel.active) active_.push_back(it->second);
  channel.active = true;
  const auto sent = channels_.send(it->second, kind, bytes, now);
  // A message must not go missing among others: what cannot be queued ends the channel.
  if (!sent && sent.error() == sctp::SendError::kBufferFull) channels_.close(it->second, now);
}

void PeerData::close(uint32_t id, TimePoint now, SendSlab& out) {
  const auto it = by_id_.find(id);
  if (it != by_id_.end()) channels_.close(it->second, now);
  poll(now, out);
}

void PeerData::release(size_t cost, TimePoint now, SendSlab& out) {
  Records records(transport_, out);
  channels_.release(cost, now, records);
}

void PeerData::poll(TimePoint now, SendSlab& out) {
  if (ended_) return;
  const PeerState state = transport_.state();
  if (state == PeerState::kClosed || state == PeerState::kFailed) return end("the connection is gone", out);
  Records records(transport_, out);
  if (!channels_.started()) {
    const auto role = transport_.data_role();
    if (!remote_ || !role) return;
    channels_.start(*role, remote_->max_message_size, now, records);
  }
  if (channels_.next_deadline() <= now) channels_.on_deadline(now, records);
  channels_.flush(now, records);
  read_gauges();
  if (channels_.next_deadline() < now + kSoon) bursts_.add(*this, now);
}

bool PeerData::on_pace(TimePoint now, SendSlab& out) {
  poll(now, out);
  return !ended_ && channels_.next_deadline() < now + kSoon;
}

dtls::DataSink* PeerData::receiver(TimePoint now, SendSlab& out) {
  now_ = now;
  out_ = &out;
  return this;
}

void PeerData::on_application_data(std::span<const uint8_t> data) {
  if (ended_) return;
  // The first packets may come before our side has noticed that DTLS is done.
  if (!channels_.started()) poll(now_, *out_);
  Records records(transport_, *out_);
  channels_.on_packet(data, now_, records);
}

void PeerData::end(const char* reason, SendSlab& out) {
  if (ended_) return;
  ended_ = true;
  Records records(transport_, out);
  channels_.abort(reason, records);
  // Channels that never opened have heard nothing of it.
  while (!by_handle_.empty()) on_closed(by_handle_.begin()->first);
}

void PeerData::read_gauges() {
  std::erase_if(active_, [&](Handle handle) {
    const auto it = by_handle_.find(handle);
    if (it == by_handle_.end()) return true;
    Channel& channel = it->second;
    const size_t left = std::min(channels_.buffered_amount(handle), channel.queued);
    if (channel.gauge->take(channel.queued - left)) tell(DataEvent::Type::kBuffered, channel.id);
    channel.queued = left;
    channel.active = left > 0;
    return left == 0;
  });
}

uint32_t PeerData::id_of(Handle handle) const {
  const auto it = by_handle_.find(handle);
  return it == by_handle_.end() ? 0 : it->second.id;
}

void PeerData::tell(DataEvent::Type type, uint32_t id) {
  DataEvent event;
  event.type = type;
  event.peer = peer_;
  event.channel = id;
  if (settings_.sink) settings_.sink(std::move(event));
}

void PeerData::on_channel(Handle handle, const sctp::ChannelConfig& config) {
  const uint32_t id = kRemoteId | handle;
  auto gauge = std::make_shared<DataGauge>();
  by_handle_[handle] = {id, gauge, 0, false};
  by_id_[id] = handle;
  DataEvent event;
  event.type = DataEvent::Type::kChannel;
  event.peer = peer_;
  event.channel = id;
  event.config = std::make_shared<sctp::ChannelConfig>(config);
  event.gauge = std::move(gauge);
  if (settings_.sink) settings_.sink(std::move(event));
}

void PeerData::on_open(Handle handle) {
  const uint32_t id = id_of(handle);
  if (id == 0 || !settings_.sink) return;
  DataEvent event;
  event.type = DataEvent::Type::kOpen;
  event.peer = peer_;
  event.channel = id;
  event.config = std::make_shared<sctp::ChannelConfig>(*channels_.config(handle));
  settings_.sink(std::move(event));
}

void PeerData::on_message(Handle handle, sctp::DataChannels::Kind kind, std::vector<uint8_t>&& bytes) {
  if (!settings_.sink) return;
  channels_.hold(bytes.size() + kMessageCost);
  DataEvent event;
  event.peer = peer_;
  event.channel = id_of(handle);
  event.text = kind == sctp::DataChannels::Kind::kText;
  event.bytes = std::move(bytes);
  settings_.sink(std::move(event));
}

void PeerData::on_closing(Handle handle) { tell(DataEvent::Type::kClosing, id_of(handle)); }

void PeerData::on_closed(Handle handle) {
  const auto it = by_handle_.find(handle);
  if (it == by_handle_.end()) return;
  const uint32_t id = it->second.id;
  it->second.gauge->take(it->second.queued);  // not low, but over
  by_id_.erase(id);
  by_handle_.erase(it);
  tell(DataEvent::Type::kClosed, id);
}

// An association that ended does not begin again: its DTLS connection lives and dies with it.
void PeerData::on_association(sctp::Association::State state, const char*) {
  if (state == sctp::Association::State::kClosed) ended_ = true;
}

}  // namespace parley::media
