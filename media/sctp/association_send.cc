// See association.h. What goes out: acknowledgements first, then what was lost, then what is new, as far as
// the congestion window and the peer's buffer allow (RFC 9260 sections 6.1 to 6.3).
#include <algorithm>

#include "media/sctp/association.h"

namespace parley::media::sctp {
namespace {
constexpr Duration kShortestPause = std::chrono::milliseconds(1);
constexpr Duration kLongestPause = std::chrono::milliseconds(10);
}  // namespace

Result<void> Association::send(uint16_t stream, uint32_t protocol, std::span<const uint8_t> bytes,
                               const SendOptions& options, TimePoint now) {
  if (state_ > State::kEstablished || state_ == State::kClosed) return Error{"the association is not open"};
  if (bytes.empty()) return Error{"SCTP has no empty messages"};
  if (state_ == State::kEstablished && stream >= outbound_streams_) return Error{"there is no such stream"};
  SendOptions possible = options;
  if (state_ == State::kEstablished && !forward_tsn_) {  // the peer cannot be told to skip
    possible.max_retransmits.reset();
    possible.lifetime.reset();
  }
  if (!queue_.push(stream, protocol, bytes, possible, now)) return Error{"too much waits to be sent"};
  ++stats_.messages_sent;
  stats_.bytes_sent += bytes.size();
  return {};
}

void Association::reset_stream(uint16_t stream) {
  if (reset_) reset_->want(stream);
}

void Association::release(size_t bytes, TimePoint now, PacketSink& out) {
  held_ -= std::min(bytes, held_);
  // The peer may be standing at a closed window: it is told when a good part of it is open again.
  if (receives_data() && window() > told_window_ && window() - told_window_ >= config_.receive_buffer / 4) {
    sack_now_ = true;
    flush(now, out);
  }
}

uint32_t Association::window() const {
  const size_t used = reassembly_.buffered() + held_;
  const size_t left = config_.receive_buffer - std::min(used, config_.receive_buffer);
  return static_cast<uint32_t>(std::min<size_t>(left, UINT32_MAX));
}

void Association::write_sack(PacketBuilder& p) {
  if (p.room() < 64) p.flush();
  ByteWriter w = p.begin_chunk(kSack, 0);
  told_window_ = window();
  // Not the whole packet: data may ride along.
  received_->write_sack(w, std::min<size_t>(p.room(), 512), told_window_);
  p.end_chunk(w);
  sack_now_ = false;
  sack_at_ = kNever;
  packets_since_sack_ = 0;
}

void Association::write_forward_tsn(PacketBuilder& p) {
  forward_now_ = false;
  if (!forward_tsn_ || outstanding_->advanced_point() <= outstanding_->cumulative()) return;
  forwarded_ = outstanding_->advanced_point();
  const size_t item = interleaving_ ? 8 : 4;
  if (p.room() < 4 + item) p.flush();
  const size_t most = (p.room() - 4) / item;
  const auto forward = outstanding_->forward(interleaving_, most);
  ByteWriter w = p.begin_chunk(interleaving_ ? kIForwardTsn : kForwardTsn, 0);
  sctp::write_forward_tsn(w, forward, interleaving_);
  p.end_chunk(w);
}

void Association::write_fragment(PacketBuilder& p, const SendQueue::Fragment& f, uint32_t tsn) {
  const auto& m = queue_.message(f.slot);
  DataChunk d;
  d.interleaved = interleaving_;
  d.begin = f.begin;
  d.end = f.end;
  d.unordered = m.unordered;
  // The last of what we have: its acknowledgement would otherwise be delayed for nothing.
  d.immediate = f.end && queue_.empty();
  d.tsn = tsn;
  d.stream = m.stream;
  d.message = m.number;
  d.fragment = f.index;
  d.protocol = m.protocol;
  ByteWriter w = p.begin_chunk(interleaving_ ? kIData : kData, data_flags(d));
  write_data_header(w, d);
  w.bytes(std::span(m.bytes).subspan(f.offset, f.size));
  p.end_chunk(w);
}

// False: the window is full.
bool Association::write_lost(PacketBuilder& p, TimePoint now) {
  Serial tsn = 0;
  while (const Outstanding::Record* r = outstanding_->next_lost(&tsn)) {
    // The first one after a loss is found goes whatever the window says (section 7.2.4).
    if (!force_retransmission_ && outstanding_->in_flight() >= congestion_.window()) return false;
    force_retransmission_ = false;
    if (p.packets() >= config_.max_burst) return false;
    if (p.room() < data_header() + r->fragment.size) p.flush();
    write_fragment(p, r->fragment, static_cast<uint32_t>(tsn));
    outstanding_->mark_sent(tsn, now);
    ++stats_.chunks_retransmitted;
    if (tsn == outstanding_->cumulative() + 1) retransmit_at_ = kNever;
  }
  return true;
}

bool Association::may_send_new(size_t payload) const {
  if (outstanding_->size() >= Received::kMaxAhead / 2) return false;
  // A closed window is probed with one chunk (section 6.1 A).
  if (outstanding_->payload() + payload > peer_window_) return outstanding_->payload() == 0;
  return outstanding_->in_flight() < congestion_.window();
}

void Association::write_new(PacketBuilder& p, TimePoint now) {
  const size_t header = kChunkHeader + data_header();
  const size_t full = (config_.max_packet - kCommonHeader - header) & ~size_t{3};
  while (!queue_.empty()) {
    if (!may_send_new(std::min(full, queue_.buffered()))) {
      window_full_ = true;
      return;
    }
    if (p.packets() >= config_.max_burst) {
      window_full_ = true;
      return;
    }
    const size_t room = p.room() > data_header() ? p.room() - data_header() : 0;
    const auto fragment = queue_.take(room, full, now);
    if (!fragment) {
      if (p.empty()) break;  // all that was queued had expired
      p.flush();
      continue;
    }
    const Serial tsn = outstanding_->add(*fragment, padded(header + fragment->size), now);
    write_fragment(p, *fragment, static_cast<uint32_t>(tsn));
  }
  window_full_ = false;
}

void Association::flush(TimePoint now, PacketSink& out) {
  if (state_ == State::kClosed || !outstanding_ || !received_) return;
  auto p = packet(out);
  if (sends_data()) {
    if (forward_tsn_ && outstanding_->abandon_due(now)) forward_now_ = true;
    reset_->prepare(queue_, outstanding_->next_tsn() - 1, now);
  }
  const bool has_data = sends_data() && (!queue_.empty() || outstanding_->has_lost());
  if (receives_data() && (sack_now_ || (sack_at_ != kNever && has_data))) write_sack(p);
  if (sends_data()) {
    if (forward_now_ ||
        (forward_tsn_ && outstanding_->advanced_point() > std::max(forwarded_, outstanding_->cumulative()))) {
      write_forward_tsn(p);
    }
    if (reconfig_ && reset_->has_output(now)) reset_->write(p, now, rto_.timeout());
    if (burst_at_ == kNever || burst_at_ <= now) {
      burst_at_ = kNever;
      if (write_lost(p, now)) write_new(p, now);
      // More could go, but not in one burst: the rest follows in time, spread over the round trip.
      const bool more = p.packets() >= config_.max_burst && (!queue_.empty() || outstanding_->has_lost());
      if (more && outstanding_->in_flight() < congestion_.window()) {
        const auto share = static_cast<int64_t>(static_cast<size_t>(config_.max_burst) * config_.max_packet);
        const Duration pause = rto_.smoothed() * share / static_cast<int64_t>(congestion_.window());
        burst_at_ = now + std::clamp(pause, kShortestPause, kLongestPause);
      }
    }
    // A reset waits for the last fragment of its stream, which may just have gone.
    reset_->prepare(queue_, outstanding_->next_tsn() - 1, now);
    if (reconfig_ && reset_->has_output(now)) reset_->write(p, now, rto_.timeout());
    advance_shutdown(now, p);
  }
  p.flush();
  stats_.packets_sent += static_cast<uint64_t>(p.packets());
  if (!sends_data()) return;
  if (outstanding_->empty()) {
    retransmit_at_ = kNever;
  } else if (retransmit_at_ == kNever) {
    retransmit_at_ = now + rto_.timeout();
  }
  if (p.packets() > 0 && heartbeat_at_ != kNever) heartbeat_at_ = now + config_.heartbeat_interval;
}

bool Association::count_error() {
  if (++errors_ <= config_.max_retransmissions) return true;
  close("the peer does not answer");
  return false;
}

// Section 6.3.3.
void Association::on_retransmission_timeout(TimePoint) {
  retransmit_at_ = kNever;
  ++stats_.timeouts;
  if (!count_error()) return;
  rto_.back_off();
  congestion_.on_timeout();
  outstanding_->mark_all_lost();
  burst_at_ = kNever;
  force_retransmission_ = true;
  forward_now_ = true;
}

void Association::on_heartbeat_deadline(TimePoint now, PacketSink& out) {
  heartbeat_at_ = now + config_.heartbeat_interval + rto_.timeout();
  if (heartbeat_unanswered_ && !count_error()) return;
  heartbeat_unanswered_ = true;
  heartbeat_nonce_ = random_.next_u64();
  uint8_t info[16];
  store_be64(info, heartbeat_nonce_);
  store_be64(info + 8, static_cast<uint64_t>(to_us(now)));
  uint8_t value[20];
  ByteWriter w(value);
  write_parameter(w, kParamHeartbeatInfo, info);
  auto p = packet(out);
  p.add(kHeartbeat, 0, w.written());
  p.flush();
  ++stats_.packets_sent;
}

}  // namespace parley::media::sctp
