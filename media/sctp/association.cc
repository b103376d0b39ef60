// See association.h. What comes in, and deadlines.
#include "media/sctp/association.h"

#include <algorithm>

namespace parley::media::sctp {
namespace {
constexpr size_t kAwaitedAllowance = 64 * 1024;
}  // namespace

Association::Association(const Config& config, Random& random, Observer& observer)
    : config_(config),
      random_(random),
      observer_(observer),
      jar_(random),
      queue_(config.send_buffer),
      reassembly_(config_),
      congestion_(config.max_packet),
      rto_(config) {}

const char* to_string(Association::State state) {
  switch (state) {
    case Association::State::kClosed:
      return "closed";
    case Association::State::kCookieWait:
      return "cookie-wait";
    case Association::State::kCookieEchoed:
      return "cookie-echoed";
    case Association::State::kEstablished:
      return "established";
    case Association::State::kShutdownPending:
      return "shutdown-pending";
    case Association::State::kShutdownSent:
      return "shutdown-sent";
    case Association::State::kShutdownReceived:
      return "shutdown-received";
    case Association::State::kShutdownAckSent:
      break;
  }
  return "shutdown-ack-sent";
}

bool Association::receives_data() const {
  return state_ == State::kEstablished || state_ == State::kShutdownPending || state_ == State::kShutdownSent;
}

bool Association::sends_data() const {
  return state_ == State::kEstablished || state_ == State::kShutdownPending ||
         state_ == State::kShutdownReceived;
}

// Verification tags (RFC 9260 sections 8.5 and 8.5.1).
bool Association::accepts(const CommonHeader& header, const Chunk& first) const {
  if (header.destination_port != config_.local_port || header.source_port != config_.remote_port)
    return false;
  switch (first.type) {
    case kInit:
      return header.tag == 0;
    case kCookieEcho:
      return true;  // the cookie itself says which
    case kAbort:
    case kShutdownComplete:
      if ((first.flags & 1) != 0) return peer_tag_ != 0 && header.tag == peer_tag_;
      return local_tag_ != 0 && header.tag == local_tag_;
    default:
      return local_tag_ != 0 && header.tag == local_tag_;
  }
}

void Association::on_packet(std::span<const uint8_t> packet, TimePoint now, PacketSink& out) {
  const auto header = read_common_header(packet);
  ++stats_.packets_received;
  if (!header) {
    ++stats_.packets_refused;
    return;
  }
  ChunkReader chunks(packet);
  const auto first = chunks.next();
  if (!first || !accepts(*header, *first)) {
    ++stats_.packets_refused;
    return;
  }
  const bool had_gaps = received_ && received_->has_gaps();
  const int sacks_due = packets_since_sack_;
  for (auto chunk = first; chunk; chunk = chunks.next()) {
    if (!on_chunk(*header, *chunk, now, out)) break;
    if (chunk->type == kInit || chunk->type == kAbort) break;  // stand alone
  }
  if (chunks.malformed()) ++stats_.packets_refused;
  // All DATA chunks of a packet count as one (RFC 9260 section 6.2).
  if (packets_since_sack_ > sacks_due) {
    packets_since_sack_ = sacks_due + 1;
    if (packets_since_sack_ >= 2 || had_gaps ||
        (received_ && (received_->has_gaps() || received_->has_duplicates()))) {
      sack_now_ = true;
    } else if (sack_at_ == kNever) {
      sack_at_ = now + config_.delayed_ack;
    }
  }
  if (received_ && reset_) apply(reset_->on_data(received_->cumulative()), out);
  deliver();
  flush(now, out);
}

bool Association::on_chunk(const CommonHeader& header, const Chunk& chunk, TimePoint now, PacketSink& out) {
  switch (chunk.type) {
    case kInit:
      on_init(chunk.value, now, out);
      return false;
    case kCookieEcho:
      on_cookie_echo(header, chunk.value, now, out);
      return header.tag == local_tag_;
    case kAbort:
      if (state_ != State::kClosed) close(cause_name(chunk.value));
      return false;
    default:
      break;
  }
  if (header.tag != local_tag_ && chunk.type != kShutdownComplete) return false;
  switch (chunk.type) {
    case kInitAck:
      on_init_ack(chunk.value, now, out);
      break;
    case kCookieAck:
      on_cookie_ack(now);
      break;
    case kError:
      on_error(chunk.value);
      break;
    case kData:
    case kIData:
      on_data(chunk, now, out);
      break;
    case kSack:
      on_sack(chunk.value, now, out);
      break;
    case kHeartbeat:
      if (state_ >= State::kCookieEchoed &&
          chunk.value.size() <= config_.max_packet - kCommonHeader - kChunkHeader) {
        auto reply = packet(out);
        reply.add(kHeartbeatAck, 0, chunk.value);
        reply.flush();
      }
      break;
    case kHeartbeatAck:
      on_heartbeat_ack(chunk.value, now);
      break;
    case kForwardTsn:
    case kIForwardTsn:
      on_forward_tsn(chunk, now, out);
      break;
    case kReconfig:
      on_reconfig(chunk.value, out);
      break;
    case kShutdown:
      on_shutdown(chunk.value, now);
      break;
    case kShutdownAck:
      on_shutdown_ack(out);
      break;
    case kShutdownComplete:
      if (state_ == State::kShutdownAckSent) close("");
      break;
    default:
      return on_unknown_chunk(chunk, out);
  }
  return state_ != State::kClosed;
}

// RFC 9260 section 3.2: the two highest bits say what to do.
bool Association::on_unknown_chunk(const Chunk& chunk, PacketSink& out) {
  if ((chunk.type & 0x40) != 0 && state_ >= State::kEstablished) {
    uint8_t cause[64];
    ByteWriter w(cause);
    const auto shown = chunk.value.first(std::min<size_t>(chunk.value.size(), 32));
    w.u16(kCauseUnrecognizedChunk);
    w.u16(static_cast<uint16_t>(4 + kChunkHeader + shown.size()));
    w.u8(chunk.type);
    w.u8(chunk.flags);
    w.u16(static_cast<uint16_t>(kChunkHeader + chunk.value.size()));
    w.bytes(shown);
    auto reply = packet(out);
    reply.add(kError, 0, w.written());
    reply.flush();
  }
  return (chunk.type & 0x80) != 0;
}

void Association::on_data(const Chunk& chunk, TimePoint, PacketSink& out) {
  if (!receives_data()) return;
  const auto data = read_data(chunk);
  if (!data || data->payload.empty()) return violation("a DATA chunk without data", kCauseNoUserData, out);
  if (data->interleaved != interleaving_)
    return violation("DATA and I-DATA are mixed", kCauseProtocolViolation, out);
  ++packets_since_sack_;
  if (data->immediate || state_ == State::kShutdownSent) sack_now_ = true;
  const Serial tsn = unwrap32(data->tsn, received_->cumulative());
  const auto verdict = received_->look(tsn);
  if (verdict != Received::Verdict::kNew) return;
  // The TSN that all others wait for is taken a little beyond the window: it may be what lets messages go.
  const bool awaited = tsn == received_->cumulative() + 1;
  const size_t room = config_.receive_buffer + (awaited ? kAwaitedAllowance : 0);
  if (reassembly_.buffered() + held_ + data->payload.size() > room) {
    ++stats_.chunks_dropped;
    sack_now_ = true;
    // Nobody will ever make room: the buffer is full of beginnings.
    if (awaited && held_ == 0) violation("unfinished messages fill the buffer", kCauseOutOfResource, out);
    return;
  }
  switch (reassembly_.add(*data, tsn)) {
    case Reassembly::Verdict::kTaken:
      received_->add(tsn);
      return;
    case Reassembly::Verdict::kViolation:
      return violation("fragments contradict each other", kCauseProtocolViolation, out);
    case Reassembly::Verdict::kTooLarge:
      return violation("a message is larger than agreed", kCauseOutOfResource, out);
    case Reassembly::Verdict::kOutOfLimits:
      return violation("too many streams or messages at once", kCauseOutOfResource, out);
  }
}

void Association::on_sack(std::span<const uint8_t> value, TimePoint now, PacketSink&) {
  if (!outstanding_ || state_ < State::kEstablished) return;
  const auto sack = SackChunk::read(value);
  if (!sack) return;
  if (unwrap32(sack->cumulative_tsn(), outstanding_->cumulative()) < outstanding_->cumulative())
    return;  // overtaken
  Outstanding::Acked acked;
  if (!outstanding_->on_sack(*sack, now, &acked)) {
    ++stats_.packets_refused;
    return;
  }
  errors_ = 0;
  peer_window_ = sack->window();
  if (acked.round_trip) rto_.on_sample(*acked.round_trip);
  congestion_.on_ack(acked.bytes, acked.cumulative_advanced, window_full_, outstanding_->cumulative());
  if (acked.found_loss && congestion_.on_loss(outstanding_->next_tsn() - 1)) force_retransmission_ = true;
  if (acked.cumulative_advanced || force_retransmission_) retransmit_at_ = kNever;  // flush() starts it again
  // The peer's point is behind what we told it to skip to: it did not hear (RFC 3758 section 3.5 C4).
  if (outstanding_->advanced_point() > outstanding_->cumulative()) forward_now_ = true;
}

void Association::on_forward_tsn(const Chunk& chunk, TimePoint, PacketSink& out) {
  if (!receives_data()) return;
  const auto forward = read_forward_tsn(chunk);
  if (!forward || !forward_tsn_ || (chunk.type == kIForwardTsn) != interleaving_) {
    return violation("a FORWARD-TSN that was not agreed on", kCauseProtocolViolation, out);
  }
  const Serial point = unwrap32(forward->cumulative_tsn, received_->cumulative());
  ++packets_since_sack_;
  if (point > received_->cumulative() + Received::kMaxAhead) return;
  sack_now_ = true;
  if (!received_->skip_to(point)) return;
  reassembly_.skip(received_->cumulative(), *forward, interleaving_);
}

void Association::on_reconfig(std::span<const uint8_t> value, PacketSink& out) {
  if (!receives_data() || !reset_ || !reconfig_) return;
  ParameterReader parameters(value);
  while (const auto p = parameters.next()) {
    const auto outcome = reset_->on_parameter(*p, received_->cumulative());
    if (outcome.violation) return violation("a malformed RE-CONFIG", kCauseProtocolViolation, out);
    // In order with the messages before it.
    deliver();
    apply(outcome, out);
  }
}

void Association::apply(const StreamReset::Outcome& outcome, PacketSink&) {
  if (outcome.incoming) {
    deliver();
    reassembly_.reset_streams(outcome.streams);
    observer_.on_incoming_reset(outcome.streams);
  }
  if (outcome.outgoing) {
    if (outcome.performed) {
      for (const uint16_t stream : outcome.streams) queue_.reset_stream(stream);
    }
    observer_.on_outgoing_reset(outcome.streams, outcome.performed);
  }
}

void Association::on_heartbeat_ack(std::span<const uint8_t> value, TimePoint now) {
  ParameterReader parameters(value);
  const auto info = parameters.next();
  if (!info || info->type != kParamHeartbeatInfo || info->value.size() != 16 || !heartbeat_unanswered_)
    return;
  if (load_be64(info->value.data()) != heartbeat_nonce_) return;
  const Duration rtt(static_cast<int64_t>(to_us(now) - static_cast<int64_t>(load_be64(&info->value[8]))));
  if (rtt < Duration::zero()) return;
  heartbeat_unanswered_ = false;
  errors_ = 0;
  rto_.on_sample(rtt);
}

void Association::deliver() {
  while (auto message = reassembly_.take()) {
    ++stats_.messages_received;
    stats_.bytes_received += message->bytes.size();
    observer_.on_message(std::move(*message));
  }
}

TimePoint Association::next_deadline() const {
  const TimePoint reset = reset_ && sends_data() ? reset_->next_deadline() : kNever;
  return std::min({setup_at_, retransmit_at_, sack_at_, burst_at_, heartbeat_at_, reset});
}

void Association::on_deadline(TimePoint now, PacketSink& out) {
  if (next_deadline() > now) return;
  if (setup_at_ <= now) on_setup_deadline(now, out);
  if (retransmit_at_ <= now) on_retransmission_timeout(now);
  if (heartbeat_at_ <= now) on_heartbeat_deadline(now, out);
  if (sack_at_ <= now) sack_now_ = true;
  if (burst_at_ <= now) burst_at_ = kNever;
  flush(now, out);
}

AssociationStats Association::stats() const {
  AssociationStats s = stats_;
  s.congestion_window = congestion_.window();
  s.receive_window = peer_window_;
  s.unacknowledged = outstanding_ ? outstanding_->size() : 0;
  s.buffered = reassembly_.buffered();
  s.round_trip = rto_.smoothed();
  return s;
}

}  // namespace parley::media::sctp
